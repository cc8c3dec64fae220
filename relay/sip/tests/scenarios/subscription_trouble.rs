//! How subscriptions are kept up, refused, lost, ended by their notifier, and made again.

use crate::support::notifier::{Notifier, challenge, dialog_info, watched, watching};
use crate::support::{respond, respond_with};
use sidetone_sip::message::name;
use sidetone_sip::{Event, UnknownReason, WatchState};
use std::time::Duration;

#[test]
fn it_is_refreshed_in_time_and_the_same_way() {
    let (mut phone, mut notifier) = watched();
    let start = phone.now;
    phone.advance(Duration::from_secs(400));
    phone.assert_quiet();
    let sent = phone.next_sent(Duration::from_secs(200));
    assert!(sent.at - start < Duration::from_secs(600 - 32), "a whole transaction fits before the end");
    let refresh = sent.request();
    assert_eq!(refresh.headers.first(name::CALL_ID), Some(notifier.call_id.as_str()));
    phone.receive(&notifier.accept(&refresh, 600));
    phone.receive(&notifier.notify("active;expires=600", &dialog_info(1, "full", "")));
    phone.take_response(200);
    phone.assert_quiet();
}

#[test]
fn a_challenge_is_met_and_later_requests_bring_the_answer_along() {
    let (mut phone, subscribe) = watching();
    phone.receive(&challenge(&subscribe));
    let again = phone.take_request("SUBSCRIBE");
    assert!(again.headers.first(name::AUTHORIZATION).is_some());
    let mut notifier = Notifier::of(&again);
    phone.receive(&notifier.accept(&again, 600));
    phone.receive(&notifier.notify("active;expires=600", &dialog_info(0, "full", "")));
    phone.take_response(200);
    phone.take_event();
    phone.unwatch("1002");
    let last = phone.take_request("SUBSCRIBE");
    assert_eq!(last.headers.first(name::EXPIRES), Some("0"));
    assert!(last.headers.first(name::AUTHORIZATION).is_some());
    assert_eq!(last.headers.first(name::CSEQ), Some("3 SUBSCRIBE"));
}

#[test]
fn too_short_a_time_is_asked_for_again_as_long_as_it_must_be() {
    let (mut phone, subscribe) = watching();
    phone.receive(&respond_with(&subscribe, 423, "n", None, |h| h.push(name::MIN_EXPIRES, "7200")));
    let longer = phone.take_request("SUBSCRIBE");
    assert_eq!(longer.headers.first(name::EXPIRES), Some("7200"));
    // The same answer again would go on for ever.
    phone.receive(&respond_with(&longer, 423, "n", None, |h| h.push(name::MIN_EXPIRES, "7200")));
    assert_eq!(phone.take_state(), WatchState::Unknown(UnknownReason::Unreachable));
    phone.assert_quiet();
}

#[test]
fn what_the_other_side_does_not_know_is_not_asked_again() {
    let (mut phone, subscribe) = watching();
    phone.receive(&respond(&subscribe, 489, "n", None));
    assert_eq!(phone.take_state(), WatchState::Unknown(UnknownReason::NotSupported));
    phone.advance(Duration::from_secs(2_000));
    phone.assert_quiet();
    phone.unwatch("1002");
    phone.assert_quiet();
    phone.assert_nothing_left();
}

#[test]
fn a_refusal_is_tried_again_after_a_long_while_and_trouble_soon() {
    for (status, reason, soonest) in [
        (403, UnknownReason::Refused, 300),
        (404, UnknownReason::NotFound, 300),
        (503, UnknownReason::Unreachable, 2),
    ] {
        let (mut phone, subscribe) = watching();
        let start = phone.now;
        phone.receive(&respond(&subscribe, status, "n", None));
        assert_eq!(phone.take_state(), WatchState::Unknown(reason));
        phone.advance(Duration::from_secs(600));
        let again = phone.take_sent();
        assert!(again.at - start >= Duration::from_secs(soonest), "{status}: {:?}", again.at);
        // A new attempt is a new dialog.
        let again = again.request();
        assert_ne!(again.headers.first(name::CALL_ID), subscribe.headers.first(name::CALL_ID));
    }
}

#[test]
fn the_pause_that_is_asked_for_is_kept() {
    let (mut phone, subscribe) = watching();
    phone.receive(&respond_with(&subscribe, 503, "n", None, |h| h.push(name::RETRY_AFTER, "900")));
    phone.take_event();
    phone.advance(Duration::from_secs(899));
    phone.assert_quiet();
    phone.advance(Duration::from_secs(2));
    phone.take_request("SUBSCRIBE");
}

#[test]
fn a_subscription_that_the_other_side_has_lost_is_made_again() {
    let (mut phone, _) = watched();
    let refresh = phone.next_sent(Duration::from_secs(600)).request();
    phone.receive(&respond(&refresh, 481, "", None));
    // The lamp keeps what it showed: the new subscription is made at once.
    phone.assert_quiet();
    let fresh = phone.next_sent(Duration::from_secs(1)).request();
    assert!(!fresh.headers.first(name::TO).expect("To").contains("tag="));
}

#[test]
fn a_failed_refresh_leaves_it_up_until_its_time_is_over() {
    let (mut phone, _) = watched();
    let start = phone.now;
    phone.advance(Duration::from_secs(599));
    assert!(phone.sent.len() > 1, "it is tried more than once");
    assert!(phone.events.is_empty());
    phone.advance(Duration::from_secs(2));
    assert_eq!(phone.take_state(), WatchState::Unknown(UnknownReason::Unreachable));
    assert_eq!(phone.now - start, Duration::from_secs(601));
    phone.sent.clear();
    phone.advance(Duration::from_secs(60));
    let fresh = phone.take_request("SUBSCRIBE");
    assert!(!fresh.headers.first(name::TO).expect("To").contains("tag="));
}

#[test]
fn accepted_but_never_notified_is_failed() {
    let (mut phone, subscribe) = watching();
    phone.receive(&Notifier::of(&subscribe).accept(&subscribe, 600));
    phone.advance(Duration::from_secs(31));
    phone.assert_quiet();
    phone.advance(Duration::from_secs(1));
    assert_eq!(phone.take_state(), WatchState::Unknown(UnknownReason::Unreachable));
}

#[test]
fn each_reason_to_end_has_its_own_way_on() {
    for (state, expected, next) in [
        ("terminated;reason=deactivated", None, Some(0..2)),
        ("terminated;reason=timeout", None, Some(0..2)),
        ("terminated", None, Some(0..2)),
        ("terminated;reason=probation;retry-after=700", Some(UnknownReason::Unreachable), Some(700..701)),
        ("terminated;reason=giveup", Some(UnknownReason::Unreachable), Some(2..5)),
        ("terminated;reason=rejected", Some(UnknownReason::Refused), None),
        ("terminated;reason=noresource", Some(UnknownReason::NotFound), None),
        ("terminated;reason=invariant", None, None),
    ] {
        let (mut phone, mut notifier) = watched();
        phone.advance(Duration::from_secs(100));
        let start = phone.now;
        phone.receive(&notifier.notify(state, ""));
        phone.take_response(200);
        let told = phone.events.pop_front().map(|event| match event {
            Event::DialogState { state, .. } => state,
            other => panic!("{other:?}"),
        });
        assert_eq!(told, expected.map(WatchState::Unknown), "{state}");
        phone.advance(Duration::from_secs(1_000));
        let again = phone.sent.front().map(|sent| (sent.at - start).as_secs());
        match (again, next) {
            (Some(again), Some(range)) => assert!(range.contains(&again), "{state}: {again} s"),
            (None, None) => {}
            other => panic!("{state}: {other:?}"),
        }
    }
}

#[test]
fn a_notifier_that_ends_it_at_once_each_time_is_asked_less_and_less() {
    let (mut phone, mut subscribe) = watching();
    let start = phone.now;
    let mut tries = 0;
    while phone.now - start < Duration::from_secs(600) {
        let mut notifier = Notifier::of(&subscribe);
        phone.receive(&notifier.accept(&subscribe, 600));
        phone.receive(&notifier.notify("terminated;reason=timeout", ""));
        phone.take_response(200);
        tries += 1;
        subscribe = phone.next_sent(Duration::from_secs(600)).request();
    }
    assert!((4..15).contains(&tries), "{tries}");
}
