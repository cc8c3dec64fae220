use super::group::weight;
use super::*;
use crate::trace::Direction;
use proptest::prelude::*;
use sidetone_sip::Transport;

fn record(time: u64, call_id: &str, method: &str, more: &str) -> Record {
    let text = format!(
        "{method} sip:1002@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:1001@h>;tag=1\r\n\
         To: <sip:1002@h>\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\n{more}\r\n"
    );
    Record {
        time,
        transport: Transport::Udp,
        direction: Direction::Received,
        local: "192.0.2.1:5060".parse().unwrap(),
        remote: "192.0.2.9:5060".parse().unwrap(),
        bytes: text.into_bytes().into(),
    }
}

fn ring(bytes: usize, calls: usize) -> Ring {
    Ring::new(Limits { bytes, calls })
}

fn ids(ring: &Ring) -> Vec<String> {
    ring.summaries().into_iter().map(|summary| summary.call_ids.join("+")).collect()
}

#[test]
fn messages_are_grouped_by_their_call_and_the_latest_stands_first() {
    let mut ring = ring(1 << 20, 10);
    ring.push(record(1, "a", "INVITE", ""));
    ring.push(record(2, "b", "INVITE", ""));
    ring.push(record(3, "a", "BYE", ""));
    assert_eq!(ids(&ring), ["a", "b"]);
    let first = &ring.summaries()[0];
    assert_eq!((first.messages, first.first, first.last, first.from.as_str()), (2, 1, 3, "1001"));
    assert_eq!(ring.call(first.id).unwrap().records.len(), 2);
    assert!(ring.call(999).is_none());
}

#[test]
fn the_oldest_call_goes_first() {
    let mut ring = ring(1 << 20, 2);
    for (time, call) in (1..).zip(["a", "b", "a", "c"]) {
        ring.push(record(time, call, "INVITE", ""));
    }
    assert_eq!(ids(&ring), ["c", "a"]);
}

#[test]
fn pings_do_not_push_calls_out() {
    let mut ring = ring(1 << 20, 8);
    ring.push(record(1, "call", "INVITE", ""));
    for time in 2..100 {
        ring.push(record(time, &format!("ping{time}"), "OPTIONS", ""));
    }
    assert_eq!(ids(&ring), ["ping99", "ping98", "call"]);
    let mut ring = super::Ring::new(Limits { bytes: 8_000, calls: 100 });
    ring.push(record(1, "call", "INVITE", ""));
    for time in 2..100 {
        ring.push(record(time, &format!("ping{time}"), "OPTIONS", ""));
    }
    assert_eq!(ids(&ring).last().map(String::as_str), Some("call"));
}

#[test]
fn one_endless_call_loses_its_own_beginning() {
    let mut ring = ring(2_000, 10);
    for time in 0..100 {
        ring.push(record(time, "a", "INFO", ""));
    }
    let call = ring.call(ring.summaries()[0].id).unwrap();
    assert!(call.records.len() < 10 && call.records.last().unwrap().time == 99);
}

#[test]
fn a_transfer_joins_its_calls() {
    let mut ring = ring(1 << 20, 10);
    ring.push(record(1, "a", "INVITE", ""));
    ring.push(record(2, "b", "INVITE", ""));
    ring.push(record(3, "c", "INVITE", "Replaces: a;to-tag=1;from-tag=2\r\n"));
    ring.push(record(4, "a", "BYE", ""));
    assert_eq!(ids(&ring), ["a+c", "b"]);
    let call = ring.call(ring.summaries()[0].id).unwrap();
    assert_eq!(call.records.iter().map(|record| record.time).collect::<Vec<_>>(), [1, 3, 4]);
}

#[test]
fn what_is_said_to_belong_together_is_one_also_before_its_first_message() {
    let mut ring = ring(1 << 20, 10);
    ring.push(record(1, "a", "INVITE", ""));
    ring.relate("b", "a");
    assert_eq!(ids(&ring), ["a+b"]);
    ring.push(record(2, "b", "INVITE", ""));
    let call = ring.call(ring.summaries()[0].id).unwrap();
    assert_eq!((call.records.len(), call.summary.call_ids.as_slice()), (2, &["a".into(), "b".into()][..]));
    // Neither has a message: there is nothing to be shown yet.
    ring.relate("c", "d");
    assert_eq!(ids(&ring), ["a+b"]);
    ring.push(record(3, "d", "INVITE", ""));
    ring.push(record(4, "c", "INVITE", ""));
    assert_eq!(ids(&ring), ["c+d", "a+b"]);
}

#[test]
fn a_call_that_has_become_a_part_of_another_is_found_by_its_old_number() {
    let mut ring = ring(1 << 20, 10);
    for (time, call) in (1..).zip(["a", "b", "c"]) {
        ring.push(record(time, call, "INVITE", ""));
    }
    let numbers: Vec<u64> = ring.summaries().into_iter().rev().map(|summary| summary.id).collect();
    ring.relate("c", "b");
    ring.relate("a", "c");
    assert_eq!(ids(&ring), ["a+b+c"]);
    for number in &numbers {
        assert_eq!(ring.call(*number).unwrap().summary.id, numbers[0]);
    }
}

#[test]
fn what_never_has_a_message_does_not_fill_the_memory() {
    let mut ring = ring(1 << 20, 8);
    for call in 0..100 {
        ring.relate(&format!("one-{call}"), &format!("other-{call}"));
    }
    assert_eq!((ring.groups.len(), ring.by_call_id.len()), (2, 4));
}

#[test]
fn not_everything_is_made_one() {
    let mut ring = ring(1 << 20, 100);
    for call in 0..40 {
        ring.push(record(call, &format!("call-{call}"), "INVITE", ""));
        ring.relate("call-0", &format!("call-{call}"));
    }
    let sizes: Vec<_> = ring.summaries().iter().map(|summary| summary.call_ids.len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 40);
    assert_eq!(sizes.iter().max(), Some(&MOST_CALL_IDS));
}

proptest! {
    #[test]
    fn it_stays_within_its_bounds(
        pushes in prop::collection::vec((0..12_u8, 0..4_u8, 0..13_u8, 0..2_000_usize), 1..120),
    ) {
        let mut ring = ring(6_000, 4);
        for (time, (call, kind, related, size)) in (0..).zip(pushes) {
            if let Some(method) = ["INVITE", "OPTIONS", "BYE"].get(usize::from(kind)) {
                let more = format!("Replaces: {related};to-tag=1\r\nX: {}\r\n", "x".repeat(size));
                ring.push(record(time, &call.to_string(), method, &more));
            } else {
                ring.relate(&call.to_string(), &related.to_string());
            }
            let held: usize = ring.groups.values().map(|group| group.bytes).sum();
            let weighed: usize = ring.groups.values().flat_map(|group| &group.records).map(weight).sum();
            prop_assert_eq!((held, weighed), (ring.bytes, ring.bytes));
            prop_assert!(ring.bytes <= 6_000);
            prop_assert!(ring.calls.len() <= 4 && ring.others.len() <= 2);
            prop_assert_eq!(ring.groups.len(), ring.calls.len() + ring.others.len());
            let named: usize = ring.groups.values().map(|group| group.call_ids.len()).sum();
            prop_assert_eq!(named, ring.by_call_id.len());
        }
    }
}
