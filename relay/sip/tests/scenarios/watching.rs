//! Watching other phones: the dialog event package over subscriptions.

use crate::support::notifier::{Notifier, dialog, dialog_info, watched, watching};
use crate::support::{LINE, Phone, account, ok_to_register, settings};
use sidetone_sip::message::name;
use sidetone_sip::{Error, Event, Time, Transport, UnknownReason, WatchState};
use std::time::Duration;

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
