//! Watching other phones: the dialog event package over subscriptions.

use crate::support::notifier::{Notifier, challenge, dialog, dialog_info};
use crate::support::{LINE, Phone, account, ok_to_register, respond, respond_with, settings};
use proptest::prelude::*;
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Error, Event, Time, Transport, UnknownReason, WatchState};
use std::time::Duration;

fn watching() -> (Phone, Request) {
    let mut phone = Phone::registered();
    phone.watch("1002");
    assert_eq!(phone.take_state(), WatchState::Unknown(UnknownReason::Starting));
    let subscribe = phone.take_request("SUBSCRIBE");
    (phone, subscribe)
}

/// Watching a phone that does nothing.
fn watched() -> (Phone, Notifier) {
    let (mut phone, subscribe) = watching();
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.accept(&subscribe, 600));
    phone.receive(&notifier.notify("active;expires=600", &dialog_info(0, "full", "")));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::Idle);
    phone.assert_quiet();
    (phone, notifier)
}

#[test]
fn a_watched_phone_is_seen_ringing_talking_and_idle() {
    let (mut phone, subscribe) = watching();
    assert_eq!(subscribe.uri.to_string(), "sip:1002@example.test");
    assert_eq!(subscribe.headers.first(name::EVENT), Some("dialog"));
    assert_eq!(subscribe.headers.first(name::ACCEPT), Some("application/dialog-info+xml"));
    assert_eq!(subscribe.headers.first(name::EXPIRES), Some("3600"));
    assert!(subscribe.headers.first(name::CONTACT).is_some());
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.accept(&subscribe, 600));
    phone.receive(&notifier.notify("active;expires=600", &dialog_info(0, "full", &dialog("a", "early"))));
    phone.take_response(200);
    let Event::DialogState { account, target, state, calls } = phone.take_event() else { panic!("no state") };
    assert_eq!((account, target.as_str(), state), (LINE, "1002", WatchState::Ringing));
    assert_eq!(calls.len(), 1);
    phone.receive(&notifier.notify("active", &dialog_info(1, "partial", &dialog("a", "confirmed"))));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::InCall);
    phone.receive(&notifier.notify("active", &dialog_info(2, "partial", &dialog("a", "terminated"))));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::Idle);
    // The same again is no news.
    phone.receive(&notifier.notify("active", &dialog_info(3, "full", "")));
    phone.take_response(200);
    phone.assert_quiet();
}

#[test]
fn a_notify_that_comes_before_the_200_makes_the_dialog() {
    let (mut phone, subscribe) = watching();
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.notify("active;expires=600", &dialog_info(0, "full", "")));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::Idle);
    phone.receive(&notifier.accept(&subscribe, 600));
    phone.advance(Duration::from_secs(550));
    let refresh = phone.take_request("SUBSCRIBE");
    assert_eq!(refresh.headers.first(name::CSEQ), Some("2 SUBSCRIBE"));
    assert!(refresh.headers.first(name::TO).expect("To").contains("tag=notifier"));
    assert_eq!(refresh.uri.to_string(), "sip:notifier@192.0.2.9:5060");
}

#[test]
fn only_the_first_of_several_notifiers_is_kept() {
    let (mut phone, subscribe) = watching();
    let mut first = Notifier::of(&subscribe);
    let mut second = Notifier::of(&subscribe).tagged("other");
    phone.receive(&second.notify("active;expires=600", &dialog_info(0, "full", "")));
    phone.take_response(200);
    phone.receive(&first.notify("active;expires=600", &dialog_info(0, "full", "")));
    phone.take_response(481);
    phone.receive(&first.accept(&subscribe, 600));
    phone.receive(&second.notify("active", &dialog_info(1, "full", &dialog("a", "early"))));
    phone.take_response(200);
}

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

#[test]
fn a_lost_partial_document_is_made_good_by_a_full_one() {
    let (mut phone, mut notifier) = watched();
    phone.receive(&notifier.notify("active", &dialog_info(2, "partial", &dialog("a", "early"))));
    phone.take_response(200);
    let refresh = phone.take_request("SUBSCRIBE");
    // The next gap asks no second time while the first question is open.
    phone.receive(&notifier.notify("active", &dialog_info(3, "partial", &dialog("a", "confirmed"))));
    phone.take_response(200);
    phone.assert_quiet();
    phone.receive(&notifier.accept(&refresh, 600));
    phone.receive(&notifier.notify("active", &dialog_info(4, "full", &dialog("a", "confirmed"))));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::InCall);
}

#[test]
fn what_waits_for_permission_is_told_so() {
    let (mut phone, subscribe) = watching();
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.accept(&subscribe, 600));
    phone.receive(&notifier.notify("pending;expires=600", ""));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::Unknown(UnknownReason::Pending));
    phone.receive(&notifier.notify("active;expires=590", &dialog_info(0, "full", "")));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::Idle);
}

#[test]
fn a_notify_that_cannot_be_used_is_refused_with_the_reason() {
    let (mut phone, mut notifier) = watched();
    let body = dialog_info(1, "full", "");
    let good = String::from_utf8(notifier.notify("active", &body)).expect("text");
    phone.receive(good.replace("Event: dialog", "Event: presence").as_bytes());
    assert!(phone.take_response(489).headers.first(name::ALLOW_EVENTS).is_some());
    let other = String::from_utf8(notifier.notify("active", &body)).expect("text");
    phone.receive(other.replace("dialog-info+xml", "pidf+xml").as_bytes());
    let refused = phone.take_response(415);
    assert_eq!(refused.headers.first(name::ACCEPT), Some("application/dialog-info+xml"));
    phone.receive(&notifier.notify("dancing", &body));
    phone.take_response(400);
    phone.assert_quiet();
    phone.receive(&notifier.notify("active", "<dialog-info"));
    phone.take_response(400);
    assert_eq!(phone.take_state(), WatchState::Unknown(UnknownReason::Unreadable));
    // One that is older than the last is out of order (RFC 3261 §12.2.2).
    let mut older = notifier.clone();
    older.number = 0;
    phone.receive(&older.notify("active", &body));
    phone.take_response(500);
}

#[test]
fn unwatching_ends_with_the_last_notify_and_leaves_nothing() {
    let (mut phone, mut notifier) = watched();
    phone.unwatch("1002");
    let last = phone.take_request("SUBSCRIBE");
    assert_eq!(last.headers.first(name::EXPIRES), Some("0"));
    phone.receive(&notifier.accept(&last, 0));
    assert_eq!(phone.ua.counts().subscriptions, 1);
    phone.receive(
        &notifier.notify("terminated;reason=timeout", &dialog_info(9, "full", &dialog("a", "early"))),
    );
    phone.take_response(200);
    assert_eq!(phone.ua.counts().subscriptions, 0);
    phone.assert_quiet();
    phone.assert_nothing_left();
    assert_eq!(phone.ua.next_timeout().map(|due| due > phone.now + Duration::from_secs(600)), Some(true));
}

#[test]
fn an_end_that_nobody_confirms_is_an_end_too() {
    let (mut phone, _) = watched();
    phone.unwatch("1002");
    phone.advance(Duration::from_secs(40));
    assert_eq!(phone.ua.counts().subscriptions, 0);
    phone.sent.clear();
    phone.assert_nothing_left();
}

#[test]
fn giving_up_before_any_answer_leaves_nothing_to_come_back() {
    let (mut phone, subscribe) = watching();
    phone.unwatch("1002");
    assert_eq!(phone.ua.counts().subscriptions, 0);
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.accept(&subscribe, 600));
    phone.receive(&notifier.notify("active;expires=600", &dialog_info(0, "full", "")));
    phone.take_response(481);
    phone.assert_nothing_left();
}

#[test]
fn the_end_of_the_account_is_the_end_of_its_subscriptions() {
    let (mut phone, mut notifier) = watched();
    phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
    phone.drain();
    let last = phone.take_request("SUBSCRIBE");
    assert_eq!(last.headers.first(name::EXPIRES), Some("0"));
    let unregister = phone.take_request("REGISTER");
    phone.receive(&ok_to_register(&unregister, 0));
    assert_eq!(phone.take_event(), Event::Unregistered { account: LINE });
    assert_eq!(phone.ua.watch(phone.now, &mut phone.rng, LINE, "1003"), Err(Error::UnknownAccount(LINE)));
    phone.receive(&notifier.accept(&last, 0));
    phone.receive(&notifier.notify("terminated;reason=timeout", ""));
    phone.take_response(200);
    assert_eq!(phone.ua.counts().subscriptions, 0);
    phone.assert_nothing_left();
    assert_eq!(phone.ua.next_timeout(), None);
}

#[test]
fn watching_waits_for_the_first_registration() {
    let mut phone = Phone::new(settings());
    phone.ua.add_account(phone.now, &mut phone.rng, LINE, account(Transport::Udp)).expect("added");
    phone.drain();
    let register = phone.take_request("REGISTER");
    phone.watch("1002");
    phone.take_event();
    phone.assert_quiet();
    phone.receive(&ok_to_register(&register, 3600));
    assert!(matches!(phone.take_event(), Event::Registered { .. }));
    phone.take_request("SUBSCRIBE");
}

#[test]
fn a_subscription_outlives_its_process() {
    let (phone, mut notifier) = watched();
    let mut phone = phone.restored();
    phone.receive(&notifier.notify("active", &dialog_info(1, "partial", &dialog("a", "early"))));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::Ringing);
    phone.advance(Duration::from_secs(550));
    phone.take_request("SUBSCRIBE");
}

#[test]
fn watching_twice_tells_the_news_again() {
    let (mut phone, _) = watched();
    phone.watch("1002");
    assert_eq!(phone.take_state(), WatchState::Idle);
    phone.assert_quiet();
    assert!(matches!(
        phone.ua.watch(phone.now, &mut phone.rng, LINE, "mailto:x@y"),
        Err(Error::BadAddress(_))
    ));
    assert!(phone.now > Time(0));
}

/// What happens around a subscription.
#[derive(Debug, Clone)]
enum Deed {
    Watch,
    Unwatch,
    /// The notifier answers the last SUBSCRIBE.
    Answer(u16),
    Challenge,
    Notify(&'static str, usize),
    Wait(u64),
    Restore,
}

fn deed() -> impl Strategy<Value = Deed> {
    let states = vec![
        "active",
        "active;expires=60",
        "pending;expires=5",
        "terminated",
        "terminated;reason=deactivated",
        "terminated;reason=probation;retry-after=4000000000",
        "terminated;reason=rejected",
        "nonsense",
    ];
    prop_oneof![
        2 => Just(Deed::Watch),
        1 => Just(Deed::Unwatch),
        4 => prop::sample::select(vec![200_u16, 202, 403, 404, 408, 423, 481, 489, 500, 503]).prop_map(Deed::Answer),
        1 => Just(Deed::Challenge),
        4 => (prop::sample::select(states), 0..5_usize).prop_map(|(state, body)| Deed::Notify(state, body)),
        3 => (0..900_u64).prop_map(Deed::Wait),
        1 => Just(Deed::Restore),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_notifier_does_the_end_of_the_account_leaves_nothing(
        deeds in prop::collection::vec(deed(), 1..40),
    ) {
        let bodies = [
            String::new(),
            dialog_info(1, "full", &dialog("a", "early")),
            dialog_info(3, "partial", &dialog("b", "confirmed")),
            dialog_info(u32::MAX, "partial", &dialog("a", "terminated")),
            "<dialog-info".to_owned(),
        ];
        let mut phone = Phone::registered();
        let mut last: Option<(Request, Notifier)> = None;
        for deed in deeds {
            match (deed, &mut last) {
                (Deed::Watch, _) => phone.watch("1002"),
                (Deed::Unwatch, _) => phone.unwatch("1002"),
                (Deed::Answer(status), Some((subscribe, notifier))) if status < 300 => {
                    phone.receive(&notifier.accept(subscribe, 600));
                }
                (Deed::Answer(status), Some((subscribe, _))) => {
                    phone.receive(&respond_with(subscribe, status, "n", None, |headers| {
                        headers.push(name::MIN_EXPIRES, "5000");
                        headers.push(name::RETRY_AFTER, "20");
                    }));
                }
                (Deed::Challenge, Some((subscribe, _))) => phone.receive(&challenge(subscribe)),
                (Deed::Notify(state, body), Some((_, notifier))) => {
                    phone.receive(&notifier.notify(state, &bodies[body]));
                }
                (Deed::Answer(_) | Deed::Challenge | Deed::Notify(..), None) => {}
                (Deed::Wait(seconds), _) => phone.advance(Duration::from_secs(seconds)),
                (Deed::Restore, _) => phone = phone.restored(),
            }
            prop_assert!(phone.ua.counts().subscriptions <= 3, "one that is wanted, and those that are ending");
            prop_assert!(phone.sent.len() < 2_000, "no storm");
            let subscribes = phone.sent.drain(..).filter(|sent| sent.label() == "SUBSCRIBE");
            if let Some(subscribe) = subscribes.last().map(|sent| sent.request()) {
                let known = last.as_ref().map(|(_, notifier)| notifier.call_id.clone());
                let same = subscribe.headers.first(name::CALL_ID) == known.as_deref();
                let notifier = match last.take() {
                    Some((_, notifier)) if same => notifier,
                    _ => Notifier::of(&subscribe),
                };
                last = Some((subscribe, notifier));
            }
        }
        phone.ua.remove_account(phone.now, &mut phone.rng, LINE).expect("removed");
        phone.advance(Duration::from_secs(100));
        let left = phone.ua.counts();
        prop_assert_eq!((left.subscriptions, left.accounts), (0, 0));
        prop_assert_eq!((left.client_transactions, left.server_transactions), (0, 0));
        prop_assert_eq!(phone.ua.next_timeout(), None);
    }
}
