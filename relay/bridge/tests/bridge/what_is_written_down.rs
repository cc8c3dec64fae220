use crate::stand::{ALICE, Stand};
use sidetone_bridge::{Command, FarEvent};
use sidetone_protocol::{Call, CallState, ClientMessage, EndReason, FailureCode, TransferTarget};

/// Each call that was handed over, with when it ended and for how long it was on hold.
fn written(stand: &mut Stand) -> Vec<(Call, u64, u64)> {
    let commands = stand.drain().into_iter();
    commands
        .filter_map(|command| match command {
            Command::CallEnded { user: ALICE, call, ended_at_ms, held_ms } => {
                Some((*call, ended_at_ms, held_ms))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_call_is_written_down_once_when_it_is_over() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    stand.pass(5_000);
    assert_eq!(written(&mut stand), []);
    stand.far_hangs_up(leg);
    let ended = stand.now;
    let [(call, at, held)] = written(&mut stand).try_into().unwrap();
    assert_eq!((call.id, at, held), (stand.call_on(leg), ended, 0));
    assert_eq!(call.state, CallState::Ended { reason: EndReason::Party });
    stand.pass(1_000);
    let id = call.id;
    stand.ask(|request| ClientMessage::Dismiss { request, call: id }).unwrap();
    assert_eq!(written(&mut stand), []);
}

#[test]
fn a_call_that_nobody_takes_is_written_down_too() {
    let mut stand = Stand::ready();
    stand.incoming().unwrap();
    stand.pass(600_000);
    let [(call, at, _)] = written(&mut stand).try_into().unwrap();
    assert_eq!(call.answered_at_ms, None);
    assert_eq!(
        call.state,
        CallState::Ended { reason: EndReason::Failed { failure: FailureCode::NoAnswer.into() } }
    );
    assert!(at > call.started_at_ms && at < stand.now);
}

#[test]
fn holds_are_added_up_until_the_end() {
    let mut stand = Stand::ready();
    let leg = stand.connected_call();
    let call = stand.call_on(leg);
    for (held, millis) in [(true, 2_000), (false, 3_000), (true, 4_000)] {
        stand.hold(call, held);
        stand.agrees(leg, held);
        stand.pass(millis);
    }
    stand.far_hangs_up(leg);
    let [(_, _, held)] = written(&mut stand).try_into().unwrap();
    assert_eq!(held, 6_000);
}

#[test]
fn a_transfer_that_fails_late_corrects_what_was_written() {
    let mut stand = Stand::ready();
    let first = stand.connected_call();
    let call = stand.call_on(first);
    let target = "2003".parse().unwrap();
    stand.ask(|request| ClientMessage::Consult { request, call, target }).unwrap();
    stand.agrees(first, true);
    let second = sidetone_bridge::FarLegId(first.0 + 2);
    stand.far(second, FarEvent::Alerting { early_media: None });
    let to = TransferTarget::Call(stand.call_on(second));
    stand.ask(|request| ClientMessage::Transfer { request, call, to }).unwrap();
    stand.far_hangs_up(second);
    let [(assumed, at, _)] = written(&mut stand).try_into().unwrap();
    assert_eq!(assumed.state, CallState::Ended { reason: EndReason::Transferred });
    stand.pass(1_000);
    stand.far(first, FarEvent::TransferFailed { failure: FailureCode::TransferFailed.into() });
    let [(known, same, _)] = written(&mut stand).try_into().unwrap();
    assert_eq!((known.id, same), (assumed.id, at));
    assert_eq!(known.state, CallState::Ended { reason: EndReason::Party });
}

#[test]
fn the_end_of_the_relay_is_an_end_too() {
    let mut stand = Stand::ready();
    stand.connected_call();
    stand.bridge.stop(stand.now);
    assert_eq!(written(&mut stand).len(), 1);
}
