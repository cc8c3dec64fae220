//! The list of calls.

use super::html::{escape, kind_of, page as html_page};
use super::ring::Summary;
use super::text::{Precision, seconds, stamp};
use std::fmt::Write as _;

/// Which of them are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Filter {
    pub(super) kind: Kind,
    /// A part of a number, a Call-ID, a method or an outcome, in any case of letters.
    pub(super) text: String,
}

/// Of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    #[default]
    All,
    Calls,
    Failed,
    Others,
}

impl Kind {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::All, "", "Everything"),
        (Self::Calls, "calls", "Calls"),
        (Self::Failed, "failed", "What failed"),
        (Self::Others, "others", "Registrations and others"),
    ];

    /// As it stands in the query of the page; what is unknown is all.
    pub(super) fn of(text: &str) -> Self {
        Self::ALL.into_iter().find(|(_, value, _)| *value == text).map_or(Self::All, |(kind, ..)| kind)
    }

    fn holds(self, call: &Summary) -> bool {
        match self {
            Self::All => true,
            Self::Calls => call.is_call,
            Self::Failed => call.status.is_some_and(|status| status >= 300),
            Self::Others => !call.is_call,
        }
    }
}

impl Filter {
    fn holds(&self, call: &Summary) -> bool {
        let wanted = self.text.trim().to_lowercase();
        let texts = [&call.from, &call.to, &call.method, &call.outcome].into_iter().chain(&call.call_ids);
        self.kind.holds(call) && texts.into_iter().any(|text| text.to_lowercase().contains(&wanted))
    }
}

/// The page with those that are wanted, the latest first.
pub(super) fn page(calls: &[Summary], filter: &Filter) -> String {
    let wanted: Vec<&Summary> = calls.iter().filter(|call| filter.holds(call)).collect();
    let body = if calls.is_empty() {
        "<p class=\"empty\">No SIP message has come or gone yet. Calls, registrations and pings show up here with their \
         first message.</p>"
            .to_owned()
    } else if wanted.is_empty() {
        "<p class=\"empty\">Nothing of what is kept fits. <a href=\"/admin/trace\">Show everything</a></p>"
            .to_owned()
    } else {
        table(&wanted)
    };
    let (form, kept) = (form(filter), kept(calls));
    html_page("SIP trace", &format!("<header><h1>SIP trace</h1>{form}</header><main>{kept}{body}</main>"))
}

fn form(filter: &Filter) -> String {
    let mut kinds = String::new();
    for (kind, value, name) in Kind::ALL {
        let selected = if kind == filter.kind { " selected" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(kinds, "<option value=\"{value}\"{selected}>{name}</option>");
    }
    format!(
        "<form role=\"search\" action=\"/admin/trace\"><label>Show <select name=\"kind\">{kinds}</select></label>\
         <label>with <input type=\"search\" name=\"q\" value=\"{}\" \
         placeholder=\"number, status or Call-ID\"></label><button>Show</button></form>",
        escape(&filter.text)
    )
}

/// How much is kept, and since when.
fn kept(calls: &[Summary]) -> String {
    let Some(first) = calls.iter().map(|call| call.first).min() else { return String::new() };
    let count = calls.iter().filter(|call| call.is_call).count();
    format!(
        "<p>Kept: {count} {} and {} of other kinds, the oldest of {} UTC. The latest stand first.</p>",
        if count == 1 { "call" } else { "calls" },
        calls.len() - count,
        stamp(first, Precision::Seconds),
    )
}

fn table(calls: &[&Summary]) -> String {
    let mut rows = String::new();
    for call in calls {
        let status = call.status.map_or("pending", kind_of);
        let outcome = if call.status.is_some() { call.outcome.as_str() } else { "no final answer" };
        let more = match call.call_ids.len() {
            0 | 1 => String::new(),
            all => format!(" <span class=\"more\">+{}</span>", all - 1),
        };
        // Writing to a string cannot fail.
        let _ = write!(
            rows,
            "<tr><td class=\"time\"><a href=\"/admin/trace/{id}\">{begin}</a></td>\
             <td class=\"time number\">{length} s</td><td>{method}</td><td>{from}</td><td>{to}</td>\
             <td class=\"{status}\">{outcome}</td><td class=\"number\">{messages}</td>\
             <td class=\"id\"><span title=\"{all}\">{first}</span>{more}</td></tr>",
            id = call.id,
            begin = stamp(call.first, Precision::Seconds),
            length = seconds(call.last.saturating_sub(call.first), 1),
            method = escape(&call.method),
            from = escape(&call.from),
            to = escape(&call.to),
            outcome = escape(outcome),
            messages = call.messages,
            all = escape(&call.call_ids.join("\n")),
            first = escape(call.call_ids.first().map_or("", String::as_str)),
        );
    }
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"Calls\" tabindex=\"0\"><table class=\"list\"><thead><tr>\
         <th scope=\"col\">Begin (UTC)</th><th scope=\"col\" class=\"number\">Length</th><th scope=\"col\">Kind</th>\
         <th scope=\"col\">From</th><th scope=\"col\">To</th><th scope=\"col\">Outcome</th>\
         <th scope=\"col\" class=\"number\">Messages</th><th scope=\"col\">Call-ID</th></tr></thead>\
         <tbody>{rows}</tbody></table></div>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{message, one_call, trace};

    fn summary(method: &str, is_call: bool, outcome: &str) -> Summary {
        let status = outcome.split(' ').next().and_then(|status| status.parse().ok());
        let call_ids = vec![format!("{method}@host")];
        Summary {
            method: method.into(),
            is_call,
            outcome: outcome.into(),
            status,
            call_ids,
            ..Summary::default()
        }
    }

    /// The statuses in the rows, in their order.
    fn shown(kind: &str, text: &str) -> Vec<u16> {
        let calls = [
            summary("INVITE", true, "200 OK"),
            summary("INVITE", true, "486 Busy Here"),
            summary("REGISTER", false, "403 Forbidden"),
            summary("OPTIONS", false, "204 OK"),
        ];
        let filter = Filter { kind: Kind::of(kind), text: text.into() };
        calls.iter().filter(|call| filter.holds(call)).filter_map(|call| call.status).collect()
    }

    #[test]
    fn the_list_leads_to_each_call() {
        assert!(page(&[], &Filter::default()).contains("No SIP message"));
        let call = one_call(&[message("c1", "INVITE")]);
        let page = page(std::slice::from_ref(&call.summary), &Filter::default());
        assert!(page.contains(&format!("<a href=\"/admin/trace/{}\">", call.summary.id)), "{page}");
        assert!(page.contains("<td>1001</td><td>1002</td>"), "{page}");
        assert!(page.contains("no final answer"), "{page}");
        assert_eq!(trace().calls(), []);
    }

    #[test]
    fn what_is_looked_for_is_found() {
        assert_eq!(shown("", ""), [200, 486, 403, 204]);
        assert_eq!(shown("calls", ""), [200, 486]);
        assert_eq!(shown("failed", ""), [486, 403]);
        assert_eq!(shown("others", ""), [403, 204]);
        assert_eq!(shown("nonsense", " busy "), [486]);
        assert_eq!(shown("", "register@HOST"), [403]);
        assert_eq!(shown("others", "busy"), [0_u16; 0]);
    }

    #[test]
    fn nothing_that_fits_is_told_from_nothing_that_came() {
        let calls = [summary("INVITE", true, "200 OK")];
        let page = page(&calls, &Filter { text: "\"><b>".into(), ..Filter::default() });
        assert!(page.contains("Nothing of what is kept fits"), "{page}");
        assert!(page.contains("value=\"&quot;&gt;&lt;b&gt;\""), "{page}");
    }
}
