//! How legs begin, move and end.

use super::*;
use crate::LostCause;

#[test]
fn a_browser_that_never_comes_is_lost() {
    let mut world = World::new();
    world.opened_browser(1, "203.0.113.9:50000");
    world.pass(Duration::from_secs(29));
    assert!(world.events.is_empty());
    world.pass(Duration::from_secs(2));
    assert_eq!(world.events, [Event::BrowserLost { leg: leg(1), cause: LostCause::NeverConnected }]);
}

#[test]
fn checks_keep_a_warm_leg_for_hours_and_silence_ends_it_in_seconds() {
    let mut world = World::new();
    let browser = world.connected_browser(1, "203.0.113.9:50000");
    for _ in 0..2 * 3600 / 5 {
        world.pass(Duration::from_secs(5));
        world.browser_sends(browser.address, &browser.check(true));
    }
    assert!(world.events.is_empty(), "{:?}", world.events);
    world.pass(Duration::from_secs(14));
    assert!(world.events.is_empty());
    world.pass(Duration::from_secs(2));
    assert_eq!(world.events, [Event::BrowserLost { leg: leg(1), cause: LostCause::Silence }]);
    assert_eq!(world.engine.browser_legs(), 0);
}

#[test]
fn audio_alone_is_a_sign_of_life() {
    let (mut world, mut browser, _) = World::call();
    for _ in 0..60 {
        world.pass(Duration::from_secs(1));
        browser.say(&mut world, 0, b"x");
    }
    assert!(!world.events.iter().any(|event| matches!(event, Event::BrowserLost { .. })));
}

#[test]
fn a_closed_browser_is_lost_at_once() {
    let (mut world, mut browser, _) = World::call();
    browser.dtls.close(world.now);
    browser.shake_hands(&mut world);
    assert_eq!(world.events, [Event::BrowserLost { leg: leg(1), cause: LostCause::Closed }]);
    assert_eq!(world.engine.rtp_legs(), 1, "the far end stays");
}

#[test]
fn a_browser_goes_on_from_another_network_without_a_new_handshake() {
    let (mut world, mut browser, slot) = World::call();
    browser.say(&mut world, 0, b"by cable");
    browser.address = address("198.51.100.20:40000");
    browser.say(&mut world, 0, b"too early");
    assert_eq!(world.to_sip.len(), 1, "nothing is taken from an address that ICE has not checked");
    world.browser_sends(browser.address, &browser.check(true));
    assert_eq!(world.events, [Event::BrowserMoved { leg: leg(1) }]);
    world.to_browsers.clear();
    browser.say(&mut world, 0, b"by radio");
    world.sip_sends(slot, address(FAR_END), header(0, 1, 1), b"back");
    assert_eq!(world.to_sip.last().unwrap().1.payload, b"by radio");
    assert_eq!(browser.hear(&mut world)[0].payload, b"back");
}

#[test]
fn a_wrong_certificate_ends_the_leg() {
    let mut world = World::new();
    let mut browser = world.opened_browser(1, "203.0.113.9:50000");
    let other = world.opened_browser(2, "203.0.113.9:50001");
    // The offer of leg 1 promised another certificate than the one that is shown.
    browser.dtls = other.dtls;
    world.browser_sends(browser.address, &browser.check(true));
    browser.shake_hands(&mut world);
    assert_eq!(world.events, [Event::BrowserLost { leg: leg(1), cause: LostCause::Handshake }]);
}

#[test]
fn a_far_end_that_stops_sending_is_told_once_until_it_speaks_again() {
    let (mut world, browser, slot) = World::call();
    let alive = |world: &mut World, seconds: u64| {
        for _ in 0..seconds / 5 {
            world.pass(Duration::from_secs(5));
            world.browser_sends(browser.address, &browser.check(true));
        }
    };
    world.sip_sends(slot, address(FAR_END), header(0, 1, 1), b"x");
    alive(&mut world, 25);
    assert_eq!(world.events, [Event::RtpStarted { leg: leg(2) }]);
    alive(&mut world, 60);
    assert_eq!(world.events[1..], [Event::RtpTimeout { leg: leg(2) }]);
    world.sip_sends(slot, address(FAR_END), header(0, 2, 161), b"x");
    assert_eq!(world.events[2..], [Event::RtpStarted { leg: leg(2) }]);
}

#[test]
fn a_far_end_on_hold_may_be_silent() {
    let mut world = World::new();
    world.rtp_leg(2);
    for direction in [Direction::SendOnly, Direction::Inactive] {
        world.engine.set_rtp_remote(world.now, leg(2), RtpParameters { direction, ..pcmu() });
        world.pass(Duration::from_secs(600));
        assert!(world.events.is_empty(), "{direction:?}: {:?}", world.events);
    }
    world.engine.set_rtp_remote(world.now, leg(2), pcmu());
    world.pass(Duration::from_secs(29));
    assert!(world.events.is_empty(), "the time counts from the end of the hold");
    world.pass(Duration::from_secs(2));
    assert_eq!(world.events, [Event::RtpTimeout { leg: leg(2) }]);
}

#[test]
fn a_far_end_that_suppresses_silence_is_not_taken_for_one_that_is_gone() {
    let mut world = World::new();
    let slot = world.rtp_leg(2);
    world.sip_sends(slot, address(FAR_END), header(0, 1, 1), b"x");
    world.events.clear();
    // Comfort noise now and then, later only reports.
    for n in 0..10 {
        world.pass(Duration::from_secs(20));
        world.sip_sends(slot, address(FAR_END), header(13, 2 + n, 1), b"n");
        // A stranger's noise is no sign of life and finds no way in.
        world.sip_sends(slot, address(STRANGER), header(13, 2 + n, 1), b"n");
    }
    let report = [0x80, 201, 0, 1, 0, 0, 0, 9];
    for _ in 0..10 {
        world.pass(Duration::from_secs(20));
        world.engine.handle_rtcp_datagram(world.now, slot, address("192.0.2.50:4001"), &mut report.clone());
    }
    assert!(world.events.is_empty(), "{:?}", world.events);
    assert_eq!(world.engine.counters(leg(2)).unwrap().rejected, 10);
    world.pass(Duration::from_secs(31));
    assert_eq!(world.events, [Event::RtpTimeout { leg: leg(2) }]);
}

#[test]
fn an_id_in_use_is_refused() {
    let (mut world, _, _) = World::call();
    assert_eq!(world.engine.open_rtp_leg(world.now, leg(1)), Err(MediaError::LegExists(leg(1))));
    assert_eq!(
        world.engine.open_browser_leg(world.now, leg(2), CHROMIUM_156).unwrap_err(),
        MediaError::LegExists(leg(2))
    );
    assert!(matches!(world.engine.open_browser_leg(world.now, leg(9), "x"), Err(MediaError::Offer(_))));
}

#[test]
fn nothing_is_left_of_many_calls() {
    let mut world = World::new();
    for round in 0..20 {
        let (one, two) = (2 * round + 1, 2 * round + 2);
        let mut browser = world.connected_browser(one, "203.0.113.9:50000");
        world.rtp_leg(two);
        world.engine.connect(leg(one), leg(two));
        browser.say(&mut world, 0, b"x");
        world.engine.close_leg(world.now, leg(two), &mut world.out);
        world.engine.close_leg(world.now, leg(one), &mut world.out);
        world.collect();
        world.pass(Duration::from_secs(1));
    }
    let engine = &world.engine;
    assert_eq!((engine.browser_legs(), engine.rtp_legs()), (0, 0));
    assert!(engine.legs.is_empty() && engine.by_address.is_empty() && engine.by_ufrag.is_empty());
    world.pass(Duration::from_secs(60));
    assert_eq!(world.engine.next_timeout(), None);
}

#[test]
fn commands_for_a_leg_that_is_gone_do_nothing() {
    let (mut world, _, _) = World::call();
    world.engine.connect(leg(1), leg(77));
    world.engine.connect(leg(77), leg(2));
    world.engine.disconnect(leg(77));
    world.engine.set_rtp_remote(world.now, leg(77), pcmu());
    world.engine.send_dtmf(world.now, leg(77), "1", &mut world.out);
    assert_eq!(world.engine.close_leg(world.now, leg(77), &mut world.out), None);
    assert_eq!(world.engine.counters(leg(77)), None);
    world.collect();
    assert!(world.events.is_empty() && world.to_sip.is_empty());
}
