//! Losing the relay and finding it again.

use crate::rig::{HEARTBEAT_MS, RELAY_EPOCH, Rig, answered, ended_by, inbound, outbound, snapshot};
use sidetone_client::phone::{Effect, Input, PageEvent, SocketEvent};
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::{CallPhase, Page, Status};

/// The waits between one broken socket and the next that is opened.
fn waits(rig: &mut Rig, tries: usize) -> Vec<u64> {
    (0..tries)
        .map(|_| {
            rig.close_socket();
            let due = rig.phone.next_timeout().unwrap();
            let wait = due.since(rig.now);
            rig.advance(wait);
            assert!(rig.socket.is_some(), "a socket is opened when it is due");
            wait
        })
        .collect()
}

#[test]
fn an_idle_phone_backs_off_from_a_quarter_second_to_half_a_minute() {
    let mut rig = Rig::ready();
    let waits = waits(&mut rig, 8);
    let nominal = [250, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
    for (wait, nominal) in waits.iter().zip(nominal) {
        assert!((nominal * 7 / 10..=nominal * 13 / 10).contains(wait), "{waits:?}");
    }
    assert!(waits.iter().zip(nominal).any(|(wait, nominal)| *wait != nominal), "no jitter in {waits:?}");
}

#[test]
fn a_phone_in_a_call_tries_in_bursts() {
    let mut rig = Rig::talking();
    let mut expected = vec![100; 20];
    expected[9] = 1_000;
    expected[19] = 1_000;
    assert_eq!(waits(&mut rig, 20), expected);
}

#[test]
fn a_broken_connection_is_seen_at_once_and_the_session_goes_on() {
    let mut rig = Rig::ready();
    rig.close_socket();
    assert_eq!((rig.view().page, rig.view().status), (Page::Phone, Status::Reconnecting));
    assert!(!rig.view().can_dial);
    rig.advance(400);
    rig.greet();
    let said = rig.said();
    assert!(matches!(said.last(), Some(ClientMessage::Resume { .. })), "{said:?}");
    rig.signed_in(snapshot(vec![], MediaHolder::Here));
    assert_eq!(rig.view().status, Status::Ready);
}

#[test]
fn a_call_that_ended_meanwhile_is_not_shown_as_up() {
    let mut rig = Rig::talking();
    rig.close_socket();
    assert_eq!(rig.call().phase, CallPhase::Connected, "packets may still flow");
    rig.advance(100);
    rig.resume(snapshot(vec![answered(outbound(ended_by(EndReason::Party)))], MediaHolder::Here));
    assert!(rig.call().is_ended());
    assert!(rig.effects().contains(&Effect::ReleaseMicrophone));
}

#[test]
fn three_pings_without_an_answer_are_a_broken_connection() {
    let mut rig = Rig::ready();
    rig.alive = false;
    rig.advance(3 * HEARTBEAT_MS);
    assert_eq!(rig.said().len(), 3);
    assert_eq!(rig.view().status, Status::Ready);
    rig.advance(HEARTBEAT_MS);
    assert_eq!(rig.view().status, Status::Reconnecting);
}

#[test]
fn an_answered_ping_keeps_the_connection() {
    let mut rig = Rig::ready();
    rig.alive = false;
    for _ in 0..20 {
        rig.advance(HEARTBEAT_MS);
        let said = rig.said();
        let [ClientMessage::Ping { nonce }] = said[..] else { panic!("{said:?}") };
        rig.relay(RelayMessage::Pong { nonce, now_ms: RELAY_EPOCH + rig.now.0 });
    }
    assert_eq!(rig.view().status, Status::Ready);
}

#[test]
fn a_gap_in_the_numbers_is_closed_by_a_snapshot() {
    let mut rig = Rig::ready();
    rig.frame(100, RelayMessage::Event { event: Event::CallRemoved { call: CallId(1) } });
    assert_eq!(rig.said(), [ClientMessage::Sync]);
    rig.relay(RelayMessage::Snapshot {
        snapshot: snapshot(vec![inbound(CallState::Ringing)], MediaHolder::Here),
    });
    assert_eq!(rig.call().phase, CallPhase::Incoming);
}

#[test]
fn a_frame_that_comes_twice_counts_once() {
    let mut rig = Rig::talking();
    let digits: DtmfDigits = "7".parse().unwrap();
    let event = Event::DtmfReceived { call: crate::rig::ALICE_CALLS, digits };
    rig.frame(50, RelayMessage::Event { event: event.clone() });
    rig.frame(50, RelayMessage::Event { event });
    assert_eq!(rig.call().keys_received, "7");
}

#[test]
fn a_frame_that_cannot_be_read_costs_a_snapshot_and_nothing_else() {
    let mut rig = Rig::ready();
    let connection = rig.socket.unwrap();
    rig.input(Input::Socket { connection, event: SocketEvent::Unreadable });
    assert_eq!(rig.said(), [ClientMessage::Sync]);
    assert_eq!(rig.view().status, Status::Ready);
}

#[test]
fn what_an_old_socket_says_is_ignored() {
    let mut rig = Rig::ready();
    let old = rig.socket.unwrap();
    rig.close_socket();
    rig.advance(400);
    rig.resume(snapshot(vec![], MediaHolder::Here));
    rig.input(Input::Socket { connection: old, event: SocketEvent::Closed });
    assert_eq!(rig.view().status, Status::Ready);
}

#[test]
fn the_network_coming_back_cuts_the_wait_short() {
    let mut rig = Rig::ready();
    waits(&mut rig, 6);
    rig.close_socket();
    assert_eq!(rig.socket, None);
    rig.page(PageEvent::Online);
    rig.advance(0);
    assert!(rig.socket.is_some());
}

#[test]
fn a_change_of_network_is_noticed_within_seconds() {
    let mut rig = Rig::ready();
    rig.alive = false;
    rig.page(PageEvent::Online);
    assert!(matches!(rig.said()[..], [ClientMessage::Ping { .. }]));
    rig.advance(3_000);
    assert_eq!(rig.view().status, Status::Reconnecting);
}

#[test]
fn requests_of_the_time_without_a_connection_are_made_when_it_is_back() {
    let mut rig = Rig::talking();
    rig.close_socket();
    let key = rig.key();
    rig.intent(Intent::HangUp(key));
    assert_eq!(rig.call().phase, CallPhase::Ending, "the user sees that it was heard");
    rig.forget();
    rig.advance(100);
    rig.resume(snapshot(vec![answered(outbound(CallState::Connected))], MediaHolder::Here));
    let said = rig.said();
    assert!(said.iter().any(|message| matches!(message, ClientMessage::HangUp { .. })), "{said:?}");
}

#[test]
fn a_request_without_an_answer_is_repeated_under_its_number() {
    let mut rig = Rig::talking();
    let key = rig.key();
    rig.intent(Intent::SendKeys { call: key, keys: "5".into() });
    let first = rig.last_request();
    rig.close_socket();
    rig.forget();
    rig.advance(100);
    rig.resume(snapshot(vec![answered(outbound(CallState::Connected))], MediaHolder::Here));
    assert_eq!(rig.last_request(), first);
}

#[test]
fn a_number_dialled_long_ago_is_not_called_when_the_connection_is_back() {
    let mut rig = Rig::ready();
    rig.dial("1002");
    rig.microphone(Ok(()));
    rig.forget();
    rig.close_socket();
    rig.advance(60_000);
    rig.resume(snapshot(vec![], MediaHolder::Here));
    let said = rig.said();
    assert!(!said.iter().any(|message| matches!(message, ClientMessage::Dial { .. })), "{said:?}");
    let notice = rig.view().notice.unwrap();
    assert_eq!(notice.failure.code, FailureCode::RelayUnreachable);
    assert_eq!(notice.retry, Some(Intent::Dial { number: "1002".into() }));
    assert_eq!(rig.view().calls, []);
}

#[test]
fn dialling_without_a_connection_says_so() {
    let mut rig = Rig::ready();
    rig.close_socket();
    rig.dial("1002");
    assert_eq!(rig.view().notice.unwrap().failure.code, FailureCode::RelayUnreachable);
    assert_eq!(rig.asked_for_microphone, None);
}
