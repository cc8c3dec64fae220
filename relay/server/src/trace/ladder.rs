//! One call: who it was, and the ladder diagram of its messages, as a table with a line for each party and an arrow in a
//! row for each message.

use super::headline::Headline;
use super::html::{escape, kind_of, page as html_page};
use super::ring::{Call, Summary};
use super::text::{Precision, clock, readable, seconds, stamp};
use super::{Direction, Record};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::net::SocketAddr;

/// Parties that have a line of their own; the last one stands for all further ones.
const MOST_PARTIES: usize = 8;

/// The page of a call; `open` shows the whole of every message.
pub(super) fn page(call: &Call, open: bool) -> String {
    let Summary { id, method, from, to, .. } = &call.summary;
    let title = format!("{method} {from} → {to}");
    let unfold = match open {
        false => format!("<a href=\"/admin/trace/{id}?open\">Unfold all messages</a>"),
        true => format!("<a href=\"/admin/trace/{id}\">Fold all messages</a>"),
    };
    let body = format!(
        "<header><nav><a href=\"/admin/trace\">All calls</a></nav><h1>{}</h1></header><main>{}\
         <p class=\"actions\">{unfold} <a href=\"/admin/trace/{id}/messages.txt\">Save as text</a> \
         <a href=\"/admin/trace/{id}/messages.pcap\">Save for Wireshark</a></p>{}</main>",
        escape(&title),
        facts(&call.summary),
        draw(call, open)
    );
    html_page(&title, &body)
}

/// What is known of the call as a whole.
fn facts(call: &Summary) -> String {
    let (status, outcome) = match call.status {
        Some(status) => (kind_of(status), call.outcome.as_str()),
        None => ("pending", "no final answer"),
    };
    let mut dialogs = String::new();
    for (index, call_id) in call.call_ids.iter().enumerate() {
        let mark = mark(&call.call_ids, index);
        // Writing to a string cannot fail.
        let _ = write!(dialogs, "<dd>{mark}<span class=\"id\">{}</span></dd>", escape(call_id));
    }
    format!(
        "<dl class=\"facts\"><dt>Begin</dt><dd>{} UTC</dd><dt>Length</dt><dd>{} s, {} messages</dd>\
         <dt>Outcome</dt><dd class=\"{status}\">{}</dd><dt>Call-ID</dt>{dialogs}</dl>",
        stamp(call.first, Precision::Micros),
        seconds(call.last.saturating_sub(call.first), 3),
        call.messages,
        escape(outcome),
    )
}

/// The letter of a dialog, where there are several.
fn mark(call_ids: &[String], index: usize) -> String {
    if call_ids.len() < 2 {
        return String::new();
    }
    let letter = u8::try_from(index % 26).map_or('?', |index| char::from(b'A' + index));
    let round = if index < 26 { String::new() } else { (index / 26 + 1).to_string() };
    format!("<span class=\"mark m{}\">{letter}{round}</span>", index % 6)
}

/// An end of the conversation that is not ours.
type Party = (SocketAddr, &'static str);

fn party_of(record: &Record) -> Party {
    (record.remote, record.transport_name())
}

fn draw(call: &Call, open: bool) -> String {
    let parties = parties(&call.records);
    let mut seen = HashSet::new();
    let mut rows = String::new();
    for record in &call.records {
        let again = !seen.insert((record.direction, record.remote, &record.bytes));
        row(&mut rows, &Row { call, record, parties: &parties, again, open });
    }
    let mut heads = String::new();
    for (address, transport) in &parties {
        // Writing to a string cannot fail.
        let _ = write!(heads, "<th scope=\"col\" class=\"party\">{address} <small>{transport}</small></th>");
    }
    let ours = call.records.first().map(|record| record.local.to_string()).unwrap_or_default();
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"Messages\" tabindex=\"0\"><table class=\"ladder\"><thead><tr>\
         <th scope=\"col\">Time (UTC)</th><th scope=\"col\" class=\"number\">Offset</th>\
         <th scope=\"col\" class=\"relay\">Relay <small>{ours}</small></th>{heads}</tr></thead>\
         <tbody>{rows}</tbody></table></div>"
    )
}

/// The other ends, in the order of their first message.
fn parties(records: &[Record]) -> Vec<Party> {
    let mut parties = Vec::new();
    for party in records.iter().map(party_of) {
        if !parties.contains(&party) && parties.len() < MOST_PARTIES {
            parties.push(party);
        }
    }
    parties
}

struct Row<'a> {
    call: &'a Call,
    record: &'a Record,
    parties: &'a [Party],
    /// Whether the same message went the same way before.
    again: bool,
    open: bool,
}

fn row(rows: &mut String, Row { call, record, parties, again, open }: &Row<'_>) {
    let last = parties.len().saturating_sub(1);
    let own = parties.iter().position(|party| *party == party_of(record));
    let party = own.unwrap_or(last);
    let headline = Headline::of(&record.bytes);
    let (way, arrow) = match record.direction {
        Direction::Sent => ("sent", "to"),
        Direction::Received => ("received", "from"),
    };
    let dialogs = &call.summary.call_ids;
    let dialog = dialogs.iter().position(|call_id| *call_id == headline.call_id);
    let mut about = String::new();
    if headline.status.is_some() {
        about.push_str(&format!(" <span class=\"about\">{}</span>", escape(&headline.method)));
    }
    if record.bytes.windows(4).any(|bytes| bytes == b"\nv=0") {
        about.push_str(" <span class=\"about\">SDP</span>");
    }
    if *again {
        about.push_str(" <span class=\"about\">sent again</span>");
    }
    // Writing to a string cannot fail.
    let _ = write!(
        rows,
        "<tr{repeated}><td class=\"time\">{time}</td><td class=\"time number\">+{offset}</td><td class=\"relay\"></td>\
         <td colspan=\"{span}\" class=\"message {way} {kind}\"><details{unfolded}><summary>{mark}\
         <span class=\"label\">{label}</span>{about} <span class=\"way{crowd}\">{arrow} {remote} {transport}</span>\
         </summary><pre>{text}</pre></details></td>",
        repeated = if *again { " class=\"again\"" } else { "" },
        time = clock(record.time),
        offset = seconds(record.time.saturating_sub(call.summary.first), 3),
        span = party + 1,
        kind = headline.status.map_or("request", kind_of),
        unfolded = if *open { " open" } else { "" },
        mark = dialog.map(|index| mark(dialogs, index)).unwrap_or_default(),
        label = escape(&headline.label),
        crowd = if own.is_none() { " crowd" } else { "" },
        remote = record.remote,
        transport = record.transport_name(),
        text = escape(&readable(record)),
    );
    for _ in party..last {
        rows.push_str("<td class=\"line\"></td>");
    }
    rows.push_str("</tr>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{message, one_call, trace};
    use sidetone_sip::Transport;

    fn drawn(call: &Call) -> String {
        draw(call, false)
    }

    #[test]
    fn each_message_reaches_from_the_relay_to_its_party() {
        let mut call = one_call(&[message("c1", "INVITE"), message("c1", "INVITE"), message("c1", "BYE")]);
        call.records[1].remote = "192.0.2.7:5060".parse().unwrap();
        call.records[1].direction = Direction::Sent;
        call.records[1].time = call.summary.first + 1_500_000;
        let drawn = drawn(&call);
        assert_eq!(drawn.matches("class=\"party\"").count(), 2);
        assert!(drawn.contains("colspan=\"1\" class=\"message received request\""), "{drawn}");
        assert!(drawn.contains("colspan=\"2\" class=\"message sent request\""), "{drawn}");
        assert!(drawn.contains("+1.500<"), "{drawn}");
        assert_eq!(drawn.matches("class=\"line\"").count(), 2);
        assert!(drawn.contains("<span class=\"label\">BYE"), "{drawn}");
    }

    #[test]
    fn a_response_says_what_it_answers() {
        let ok = String::from_utf8(message("c1", "INVITE")).unwrap();
        let ok = ok.replace("INVITE sip:1002@h SIP/2.0", "SIP/2.0 486 Busy Here");
        let drawn = drawn(&one_call(&[ok.into_bytes()]));
        assert!(drawn.contains("failure\"><details><summary><span class=\"label\">486 Busy Here"), "{drawn}");
        assert!(drawn.contains("<span class=\"about\">INVITE</span>"), "{drawn}");
    }

    #[test]
    fn what_is_sent_again_is_told_from_what_is_new() {
        let (invite, info) = (message("c1", "INVITE"), message("c1", "INFO"));
        let drawn = drawn(&one_call(&[invite.clone(), info, invite.clone(), invite]));
        assert_eq!(drawn.matches("sent again").count(), 2);
        assert_eq!(drawn.matches("<tr class=\"again\">").count(), 2);
    }

    #[test]
    fn the_dialogs_of_a_conversation_are_told_apart() {
        let trace = trace();
        let (ours, theirs) = ("192.0.2.1:5060".parse().unwrap(), "192.0.2.9:5062".parse().unwrap());
        let keep = |id| trace.keep(Transport::Udp, Direction::Sent, ours, theirs, &message(id, "INVITE"));
        keep("one");
        assert!(!page(&trace.call(trace.calls()[0].id).unwrap(), false).contains("class=\"mark"));
        trace.relate("one", "other");
        keep("other");
        let page = page(&trace.call(trace.calls()[0].id).unwrap(), false);
        for (letter, call_id) in [("m0\">A", "one"), ("m1\">B", "other")] {
            // In the list of the Call-IDs, and at the message.
            assert_eq!(page.matches(&format!("class=\"mark {letter}</span>")).count(), 2, "{page}");
            assert!(page.contains(&format!("{letter}</span><span class=\"id\">{call_id}</span>")), "{page}");
        }
    }

    #[test]
    fn messages_can_be_unfolded_together() {
        let call = one_call(&[message("c1", "INVITE"), message("c1", "BYE")]);
        let (folded, unfolded) = (page(&call, false), page(&call, true));
        assert!(folded.contains("?open\"") && !folded.contains("<details open>"), "{folded}");
        assert_eq!(unfolded.matches("<details open>").count(), 2);
    }

    #[test]
    fn a_crowd_shares_the_last_line() {
        let mut call = one_call(&vec![message("c1", "INVITE"); 20]);
        for (port, record) in (6_000..).zip(&mut call.records) {
            record.remote.set_port(port);
        }
        let drawn = drawn(&call);
        assert_eq!(drawn.matches("class=\"party\"").count(), MOST_PARTIES);
        assert!(drawn.contains(&format!("colspan=\"{MOST_PARTIES}\"")));
        assert_eq!(drawn.matches("class=\"way crowd\"").count(), 20 - MOST_PARTIES);
    }
}
