//! Session timers, over hours of virtual time.

use crate::support::{OFFER, PEER, Phone, in_dialog, in_dialog_with, invite_with, respond, respond_with};
use sidetone_sip::message::{Headers, Request, name};
use sidetone_sip::{Cause, Event, LegId};
use std::time::Duration;

/// A phone whose registration does not come between.
fn phone() -> Phone {
    Phone::registered_for(crate::support::settings(), 1_000_000)
}

const SDP: &str = "application/sdp";

fn agree(value: &'static str, allow: &'static str) -> impl FnOnce(&mut Headers) {
    move |headers| {
        headers.push(name::SESSION_EXPIRES, value);
        headers.push(name::ALLOW, allow);
    }
}

fn session(request: &Request) -> Option<&str> {
    request.headers.first(name::SESSION_EXPIRES)
}

/// Somebody calls with these headers, is answered and confirms. Gives the leg, our To and the 200's headers.
fn talk_with(phone: &mut Phone, headers: &str) -> (LegId, String, Headers) {
    phone.receive(&invite_with("in-1", Some(OFFER), headers));
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("no call") };
    phone.answer(leg);
    phone.take_response(100);
    let ok = phone.take_response(200);
    let to = ok.headers.first(name::TO).expect("To").to_owned();
    phone.receive(&in_dialog("ACK", 1, "in-1", &to, "ack", None));
    phone.take_event();
    (leg, to, ok.headers)
}

#[test]
fn our_calls_ask_for_a_timer_and_leave_open_who_refreshes() {
    let mut phone = phone();
    phone.call("1002");
    let invite = phone.take_request("INVITE");
    assert_eq!(session(&invite), Some("1800"));
    assert!(invite.headers.has_option(name::SUPPORTED, "timer"));

    let mut settings = crate::support::settings();
    settings.session_expires = Duration::ZERO;
    let mut phone = Phone::registered_for(settings, 3600);
    phone.call("1002");
    assert_eq!(session(&phone.take_request("INVITE")), None);
}

#[test]
fn an_hour_is_held_by_updates() {
    let mut phone = phone();
    let (leg, _) = phone.talk_out(agree("1800;refresher=uac", "INVITE, ACK, BYE, UPDATE"));
    for round in 1..=8 {
        let start = phone.now;
        phone.advance(Duration::from_secs(900));
        let update = phone.take_sent();
        assert_eq!(update.at - start, Duration::from_secs(900), "round {round}");
        let update = update.request();
        assert_eq!(update.method.to_string(), "UPDATE");
        assert_eq!(session(&update), Some("1800;refresher=uac"));
        assert!(update.body.is_empty());
        phone.receive(&respond_with(&update, 200, "", None, agree("1800;refresher=uac", "UPDATE")));
    }
    phone.assert_quiet();
    phone.hang_up(leg);
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&bye, 200, "", None));
    phone.take_event();
    phone.assert_nothing_left();
    phone.advance(Duration::from_secs(7200));
    phone.assert_quiet();
}

#[test]
fn without_update_it_is_held_by_re_invites_with_what_holds() {
    let mut phone = phone();
    let (leg, invite) = phone.talk_out(agree("300", "INVITE, ACK, BYE"));
    phone.advance(Duration::from_secs(150));
    let refresh = phone.take_request("INVITE");
    assert_eq!(refresh.body, invite.body);
    assert_eq!(session(&refresh), Some("300;refresher=uac"));
    phone.receive(&respond_with(&refresh, 200, "", Some(OFFER), agree("300;refresher=uac", "INVITE")));
    phone.take_request("ACK");
    assert_eq!(phone.take_event(), Event::OfferAnswered { leg, sdp: OFFER.into() });
    // Our answers hold too.
    phone.receive_in(&invite, "INVITE", 1, Some((SDP, OFFER)), "Supported: timer\r\n");
    phone.take_response(100);
    phone.take_event();
    phone.answer_offer(leg);
    let ok = phone.take_response(200);
    assert_eq!(ok.headers.first(name::SESSION_EXPIRES), Some("300;refresher=uas"));
    phone.receive_in(&invite, "ACK", 1, None, "");
    phone.take_event();
    phone.advance(Duration::from_secs(150));
    assert_eq!(phone.take_request("INVITE").body, b"v=0\r\nnew answer");
}

#[test]
fn a_peer_that_does_not_take_update_after_all_gets_a_re_invite() {
    let mut phone = phone();
    phone.talk_out(agree("1800;refresher=uac", "INVITE, UPDATE"));
    phone.advance(Duration::from_secs(900));
    let update = phone.take_request("UPDATE");
    phone.receive(&respond(&update, 405, "", None));
    phone.take_request("INVITE");
}

#[test]
fn a_refresh_that_fails_for_now_is_tried_again_and_one_that_never_works_ends_the_call() {
    let mut phone = phone();
    let (leg, _) = phone.talk_out(agree("1800;refresher=uac", "UPDATE"));
    let start = phone.now;
    let mut updates = 0;
    while phone.events.is_empty() {
        phone.advance(Duration::from_secs(1));
        while let Some(sent) = phone.sent.pop_front() {
            let request = sent.request();
            let bye = request.method.to_string() == "BYE";
            updates += usize::from(!bye);
            phone.receive(&respond(&request, if bye { 200 } else { 500 }, "", None));
        }
    }
    assert!(updates > 5, "{updates}");
    // RFC 4028 §10: 32 seconds before the end.
    assert_eq!((phone.now - start).as_secs(), 1800 - 32);
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::SessionExpired });
    phone.assert_nothing_left();
}

#[test]
fn a_refresh_that_nobody_hears_ends_the_call() {
    for (code, cause_is_status) in [(0, false), (481, true)] {
        let mut phone = phone();
        phone.talk_out(agree("1800;refresher=uac", "UPDATE"));
        phone.advance(Duration::from_secs(900));
        let update = phone.take_request("UPDATE");
        if code > 0 {
            phone.receive(&respond(&update, code, "", None));
        }
        phone.advance(Duration::from_secs(65));
        let Event::Ended { cause, .. } = phone.take_event() else { panic!("no end") };
        assert_eq!(matches!(cause, Cause::Status { code: 481, .. }), cause_is_status);
        assert_eq!(matches!(cause, Cause::Timeout), !cause_is_status);
        phone.sent.clear();
        phone.assert_nothing_left();
    }
}

#[test]
fn a_session_that_the_other_side_does_not_refresh_ends() {
    let mut phone = phone();
    let (leg, _) = phone.talk_out(agree("90;refresher=uas", "UPDATE"));
    let start = phone.now;
    phone.advance(Duration::from_secs(90));
    let bye = phone.take_sent();
    // A third of 90 s is less than 32 s.
    assert_eq!((bye.at - start).as_secs(), 60);
    phone.receive(&respond(&bye.request(), 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::SessionExpired });
}

#[test]
fn cucm_refreshes_what_it_asked_for() {
    let mut phone = phone();
    // Two blanks and no refresher, as CUCM writes it.
    let asked = "Supported: timer,resource-priority,replaces\r\nMin-SE:  1800\r\nSession-Expires:  1800\r\n";
    let (leg, to, ok) = talk_with(&mut phone, asked);
    assert_eq!(ok.first(name::SESSION_EXPIRES), Some("1800;refresher=uac"));
    assert!(ok.has_option(name::REQUIRE, "timer"));
    for round in 0..10_u32 {
        phone.advance(Duration::from_secs(900));
        phone.assert_quiet();
        let branch = format!("r{round}");
        let refresh = "Supported: timer\r\nSession-Expires: 1800;refresher=uac\r\n";
        phone.receive(&in_dialog_with("UPDATE", 2 + round, "in-1", &to, &branch, None, refresh));
        let ok = phone.take_response(200);
        assert_eq!(ok.headers.first(name::SESSION_EXPIRES), Some("1800;refresher=uac"));
    }
    phone.advance(Duration::from_secs(1800 - 32));
    let bye = phone.take_request("BYE");
    phone.receive(&respond(&bye, 200, "", None));
    assert_eq!(phone.take_event(), Event::Ended { leg, cause: Cause::SessionExpired });
}

#[test]
fn we_refresh_where_the_caller_wants_it_or_lacks_the_extension() {
    for asked in ["Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n", "x: 600\r\n"] {
        let mut phone = phone();
        let (_, _, ok) = talk_with(&mut phone, &format!("{asked}Allow: INVITE, UPDATE\r\n"));
        assert_eq!(ok.first(name::SESSION_EXPIRES), Some("600;refresher=uas"));
        assert!(!ok.has_option(name::REQUIRE, "timer"));
        phone.advance(Duration::from_secs(300));
        assert_eq!(session(&phone.take_request("UPDATE")), Some("600;refresher=uac"));
    }
}

#[test]
fn an_update_for_a_name_does_not_stop_the_timer() {
    let mut phone = phone();
    let (_, to, _) = talk_with(&mut phone, "Session-Expires: 600\r\nAllow: UPDATE\r\n");
    phone.advance(Duration::from_secs(299));
    phone.receive(&in_dialog("UPDATE", 2, "in-1", &to, "up", None));
    phone.take_response(200);
    phone.advance(Duration::from_secs(299));
    phone.assert_quiet();
    phone.advance(Duration::from_secs(1));
    phone.take_request("UPDATE");
}

#[test]
fn too_short_an_interval_is_refused_with_the_least() {
    let mut phone = phone();
    phone.receive(&invite_with("in-1", Some(OFFER), "Supported: timer\r\nSession-Expires: 60\r\n"));
    let refused = phone.take_response(422);
    assert_eq!(refused.headers.first(name::MIN_SE), Some("90"));
    phone.assert_quiet();
    phone.receive(&in_dialog_with(
        "ACK",
        1,
        "in-1",
        refused.headers.first(name::TO).expect("To"),
        "in-1",
        None,
        "",
    ));
    phone.assert_nothing_left();
}

#[test]
fn a_refusal_for_a_longer_interval_is_followed() {
    let mut phone = phone();
    let leg = phone.call("1002");
    let first = phone.take_request("INVITE");
    let refuse = |request: &Request, least: &str| {
        respond_with(request, 422, "x", None, |headers| headers.push(name::MIN_SE, least))
    };
    phone.receive(&refuse(&first, "3600"));
    phone.take_request("ACK");
    let second = phone.take_request("INVITE");
    assert_eq!(session(&second), Some("3600"));
    assert_eq!(second.headers.first(name::MIN_SE), Some("3600"));
    assert_eq!(second.headers.first(name::CSEQ), Some("2 INVITE"));
    assert_eq!(second.headers.first(name::CALL_ID), first.headers.first(name::CALL_ID));
    // Nothing is gained by the same once more.
    phone.receive(&refuse(&second, "3600"));
    phone.take_request("ACK");
    let Event::Ended { leg: ended, cause: Cause::Status { code: 422, .. } } = phone.take_event() else {
        panic!("no end")
    };
    assert_eq!(ended, leg);
    phone.assert_nothing_left();
}

#[test]
fn a_refresh_takes_the_longer_interval_too() {
    let mut phone = phone();
    phone.talk_out(agree("1800;refresher=uac", "UPDATE"));
    phone.advance(Duration::from_secs(900));
    let update = phone.take_request("UPDATE");
    phone.receive(&respond_with(&update, 422, "", None, |h| h.push(name::MIN_SE, "7200")));
    let again = phone.take_request("UPDATE");
    assert_eq!(session(&again), Some("7200;refresher=uac"));
    phone.receive(&respond_with(&again, 200, "", None, agree("7200;refresher=uac", "UPDATE")));
    phone.advance(Duration::from_secs(3599));
    phone.assert_quiet();
    phone.advance(Duration::from_secs(1));
    let update = phone.take_request("UPDATE");
    assert_eq!(update.uri.to_string(), format!("sip:peer-b@{PEER}").replace("peer-b", "peer-"));
}

#[test]
fn a_peer_without_timer_is_never_refreshed() {
    let mut phone = phone();
    phone.talk_out(|_| {});
    phone.advance(Duration::from_secs(20_000));
    phone.assert_quiet();
}

#[test]
fn a_refresh_is_not_forgotten_over_an_offer_that_fails() {
    let mut phone = phone();
    let (leg, invite) = phone.talk_out(agree("1800;refresher=uac", "INVITE"));
    // The refresh meets another offer, and gives way to it; that one is refused by us.
    phone.advance(Duration::from_secs(900));
    let refresh = phone.take_request("INVITE");
    phone.receive(&respond(&refresh, 491, "", None));
    phone.take_request("ACK");
    phone.receive_in(&invite, "UPDATE", 1, Some((SDP, OFFER)), "");
    assert!(matches!(phone.take_event(), Event::Offered { .. }));
    phone.ua.reject_offer(phone.now, &mut phone.rng, leg, 488).expect("refused");
    phone.drain();
    phone.take_response(488);
    phone.advance(Duration::from_secs(60));
    let refresh = phone.take_request("INVITE");
    assert_eq!(refresh.body, invite.body);
    // A wish of ours takes its place, and is refused.
    phone.receive(&respond(&refresh, 491, "", None));
    phone.sent.clear();
    phone.reoffer(leg, "v=0\r\nhold");
    phone.advance(Duration::from_secs(4));
    let hold = phone.take_request("INVITE");
    assert_eq!(hold.body, b"v=0\r\nhold");
    phone.receive(&respond(&hold, 488, "", None));
    assert!(matches!(phone.take_event(), Event::OfferRefused { .. }));
    phone.sent.clear();
    phone.advance(Duration::from_secs(60));
    assert_eq!(phone.take_request("INVITE").body, invite.body);
}

#[test]
fn nobody_makes_us_refresh_without_a_pause() {
    let mut phone = Phone::registered();
    phone.talk_out(agree("1;refresher=uac", "UPDATE"));
    phone.advance(Duration::from_millis(9_999));
    phone.assert_quiet();
    phone.advance(Duration::from_millis(1));
    phone.take_request("UPDATE");
}

#[test]
fn an_interval_that_grows_and_grows_is_given_up() {
    let mut phone = Phone::registered();
    let leg = phone.call("1002");
    let mut attempts = 0;
    while phone.events.is_empty() {
        let invite = phone.take_request("INVITE");
        attempts += 1;
        phone.receive(&respond_with(&invite, 422, "b", None, |headers| {
            headers.push(name::MIN_SE, (1_800 + attempts).to_string());
        }));
        phone.take_request("ACK");
    }
    assert_eq!(attempts, 6);
    assert!(matches!(phone.take_event(), Event::Ended { leg: ended, .. } if ended == leg));
}
