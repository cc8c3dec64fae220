//! What the pages of the trace have in common: plain HTML without script, inline style or anything from elsewhere.

/// The style sheet of the pages.
pub(super) const STYLE: &str = include_str!("page.css");
/// Where it is.
const STYLE_PATH: &str = "/admin/trace.css";

/// A page. The title is text, the body HTML.
pub(super) fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Sidetone</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\"></head><body>{body}</body></html>"
    )
}

/// How an outcome is coloured, by its status. Being asked for a password is nothing that went wrong.
pub(super) fn kind_of(status: u16) -> &'static str {
    match status {
        ..200 | 401 | 407 => "provisional",
        200..300 => "success",
        _ => "failure",
    }
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
    use crate::trace::tests::{message, one_call};
    use crate::trace::{ladder, list};

    fn pages(message: Vec<u8>) -> [String; 2] {
        let call = one_call(&[message]);
        let list = list::page(std::slice::from_ref(&call.summary), &list::Filter::default());
        [list, ladder::page(&call, false)]
    }

    #[test]
    fn what_strangers_send_cannot_become_a_part_of_the_page() {
        let odd = String::from_utf8(message("<script>alert(1)</script>", "INVITE")).unwrap();
        let odd = odd.replace("sip:1001@h", "sip:\"<img src=x>@h").replace("1002@", "<b>@");
        for page in pages(odd.into_bytes()) {
            for tag in ["<script", "<img", "<b>"] {
                assert!(!page.contains(tag), "{page}");
            }
        }
    }

    #[test]
    fn the_pages_need_nothing_that_the_policy_forbids() {
        for page in pages(message("c1", "INVITE")) {
            assert!(
                !page.contains("style=") && !page.contains("<script") && !page.contains("<style"),
                "{page}"
            );
        }
    }
}
