//! The pages of the trace: plain HTML without script, style or anything from elsewhere.

use super::ladder;
use super::ring::{Call, Summary};
use super::text::stamp;
use std::fmt::Write as _;

/// The style sheet of the pages.
pub(super) const STYLE: &str = include_str!("page.css");
/// Where it is.
pub(super) const STYLE_PATH: &str = "/admin/trace.css";

/// The list of calls.
pub(super) fn list(calls: &[Summary]) -> String {
    let mut rows = String::new();
    for call in calls {
        // Writing to a string cannot fail.
        let _ = write!(
            rows,
            "<tr><td><a href=\"/admin/trace/{}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td class=\"number\">{}</td><td class=\"id\">{}</td></tr>",
            call.id,
            stamp(call.first),
            escape(&call.method),
            escape(&call.from),
            escape(&call.to),
            call.status.map(|status| status.to_string()).unwrap_or_default(),
            call.messages,
            escape(&call.call_ids.join(", ")),
        );
    }
    let body = if calls.is_empty() {
        "<p>No message has come or gone yet.</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th>Begin (UTC)</th><th>Kind</th><th>From</th><th>To</th><th>Status</th>\
             <th>Messages</th><th>Call-ID</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    };
    page("SIP trace", &format!("<h1>SIP trace</h1>{body}"))
}

/// One call.
pub(super) fn call(call: &Call) -> String {
    let Summary { id, method, from, to, call_ids, .. } = &call.summary;
    let title = format!("{} {} → {}", escape(method), escape(from), escape(to));
    let body = format!(
        "<p><a href=\"/admin/trace\">All calls</a></p><h1>{title}</h1><p>Call-ID: {}</p>\
         <p>Save as <a href=\"/admin/trace/{id}/messages.txt\">text</a> or as \
         <a href=\"/admin/trace/{id}/messages.pcap\">capture for Wireshark</a>.</p>{}",
        escape(&call_ids.join(", ")),
        ladder::draw(&call.records)
    );
    page(&title, &body)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Sidetone</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"{STYLE_PATH}\"></head>\
         <body><main>{body}</main></body></html>"
    )
}

/// A text as content of an element or of an attribute in double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(character),
            // Control characters, and those that turn the direction of the text around.
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                escaped.push('\u{fffd}');
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{message, one_call, trace};

    #[test]
    fn the_list_leads_to_each_call() {
        assert!(list(&[]).contains("No message"));
        let call = one_call(&[message("c1", "INVITE")]);
        let page = list(std::slice::from_ref(&call.summary));
        assert!(page.contains(&format!("<a href=\"/admin/trace/{}\">", call.summary.id)), "{page}");
        assert!(page.contains("<td>1001</td><td>1002</td>"), "{page}");
        assert_eq!(trace().calls(), []);
    }

    #[test]
    fn what_strangers_send_cannot_become_a_part_of_the_page() {
        let odd = String::from_utf8(message("<script>alert(1)</script>", "INVITE")).unwrap();
        let odd = odd.replace("sip:1001@h", "sip:\"<img src=x>@h").replace("1002@", "<b>@");
        let call = one_call(&[odd.into_bytes()]);
        for page in [list(std::slice::from_ref(&call.summary)), super::call(&call)] {
            for tag in ["<script", "<img", "<b>"] {
                assert!(!page.contains(tag), "{page}");
            }
        }
    }

    #[test]
    fn the_pages_need_nothing_that_the_policy_forbids() {
        let call = one_call(&[message("c1", "INVITE")]);
        for page in [list(std::slice::from_ref(&call.summary)), super::call(&call)] {
            assert!(
                !page.contains("style=") && !page.contains("<script") && !page.contains("<style"),
                "{page}"
            );
        }
    }
}
