//! The ladder diagram of a call, as a table: a column for each party, an arrow in a row for each message.

use super::headline::Headline;
use super::html::escape;
use super::text::{readable, stamp};
use super::{Direction, Record};
use std::fmt::Write as _;
use std::net::SocketAddr;

/// Parties that have a column of their own; the last one stands for all further ones.
const MOST_PARTIES: usize = 8;

pub(super) fn draw(records: &[Record]) -> String {
    let parties = parties(records);
    let mut rows = String::new();
    let mut before = records.first().map_or(0, |record| record.time);
    for record in records {
        row(&mut rows, record, &parties, before);
        before = record.time;
    }
    let mut heads = String::new();
    for party in &parties {
        // Writing to a string cannot fail.
        let _ = write!(heads, "<th scope=\"col\" class=\"party\">{party}</th>");
    }
    format!(
        "<table class=\"ladder\"><thead><tr><th scope=\"col\">Time (UTC)</th><th scope=\"col\">After</th>\
         <th scope=\"col\" class=\"relay\">Relay</th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
}

/// The other ends, in the order of their first message.
fn parties(records: &[Record]) -> Vec<SocketAddr> {
    let mut parties = Vec::new();
    for record in records {
        if !parties.contains(&record.remote) && parties.len() < MOST_PARTIES {
            parties.push(record.remote);
        }
    }
    parties
}

fn row(rows: &mut String, record: &Record, parties: &[SocketAddr], before: u64) {
    let last = parties.len().saturating_sub(1);
    let party = parties.iter().position(|party| *party == record.remote).unwrap_or(last);
    let headline = Headline::of(&record.bytes);
    let (way, arrow) = match record.direction {
        Direction::Sent => ("sent", "to"),
        Direction::Received => ("received", "from"),
    };
    let kind = match headline.status {
        None => "request",
        Some(..200) => "provisional",
        Some(200..300) => "success",
        Some(_) => "failure",
    };
    let described = if record.bytes.windows(4).any(|bytes| bytes == b"\nv=0") { " (SDP)" } else { "" };
    let of =
        if headline.status.is_some() { format!(" · {}", escape(&headline.method)) } else { String::new() };
    let after = record.time.saturating_sub(before);
    // Writing to a string cannot fail.
    let _ = write!(
        rows,
        "<tr><td class=\"time\">{}</td><td class=\"time\">+{}.{:03} ms</td><td class=\"relay\"></td>\
         <td colspan=\"{}\" class=\"message {way} {kind}\"><details><summary>{}{described}{of} \
         <span class=\"way\">{arrow} {} · {}</span></summary><pre>{}</pre></details></td>",
        stamp(record.time),
        after / 1_000,
        after % 1_000,
        party + 1,
        escape(&headline.label),
        record.remote,
        record.transport_name(),
        escape(&readable(record)),
    );
    for _ in party..last {
        rows.push_str("<td class=\"line\"></td>");
    }
    rows.push_str("</tr>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{message, one_call};

    #[test]
    fn each_message_reaches_from_the_relay_to_its_party() {
        let mut call = one_call(&[message("c1", "INVITE"), message("c1", "INVITE"), message("c1", "BYE")]);
        call.records[1].remote = "192.0.2.7:5060".parse().unwrap();
        call.records[1].direction = Direction::Sent;
        call.records[1].time = call.records[0].time + 1_500;
        let drawn = draw(&call.records);
        assert_eq!(drawn.matches("class=\"party\"").count(), 2);
        assert!(drawn.contains("colspan=\"1\" class=\"message received request\""), "{drawn}");
        assert!(drawn.contains("colspan=\"2\" class=\"message sent request\""), "{drawn}");
        assert!(drawn.contains("+1.500 ms"), "{drawn}");
        assert_eq!(drawn.matches("class=\"line\"").count(), 2);
        assert!(drawn.contains("<summary>BYE"), "{drawn}");
    }

    #[test]
    fn a_response_says_what_it_answers() {
        let ok = String::from_utf8(message("c1", "INVITE")).unwrap();
        let ok = ok.replace("INVITE sip:1002@h SIP/2.0", "SIP/2.0 486 Busy Here");
        let drawn = draw(&one_call(&[ok.into_bytes()]).records);
        assert!(drawn.contains("failure\"><details><summary>486 Busy Here · INVITE"), "{drawn}");
    }

    #[test]
    fn a_crowd_shares_the_last_column() {
        let mut call = one_call(&vec![message("c1", "INVITE"); 20]);
        for (port, record) in (6_000..).zip(&mut call.records) {
            record.remote.set_port(port);
        }
        let drawn = draw(&call.records);
        assert_eq!(drawn.matches("class=\"party\"").count(), MOST_PARTIES);
        assert!(drawn.contains(&format!("colspan=\"{MOST_PARTIES}\"")));
    }
}
