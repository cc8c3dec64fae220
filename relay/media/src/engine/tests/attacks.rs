//! What strangers send, and that the call does not notice.

use super::*;

#[test]
fn a_client_hello_from_an_unchecked_address_gets_no_answer() {
    let mut world = World::new();
    let mut browser = world.opened_browser(1, "203.0.113.9:50000");
    let hello = browser.dtls.poll_transmit().unwrap();
    world.browser_sends(browser.address, &hello);
    assert!(world.to_browsers.is_empty());
    assert_eq!(world.engine.dropped, 1);
    world.browser_sends(browser.address, &browser.check(true));
    world.to_browsers.clear();
    world.browser_sends(address(STRANGER), &hello);
    assert!(world.to_browsers.is_empty(), "another address is still a stranger's");
    world.browser_sends(browser.address, &hello);
    assert_eq!(world.to_browsers.len(), 1);
}

#[test]
fn plain_rtp_on_the_browsers_port_goes_nowhere() {
    let (mut world, browser, _) = World::call();
    let mut head = [0; HEADER_LEN];
    header(0, 1, 1).write(&mut head);
    for from in [browser.address, address(STRANGER)] {
        world.browser_sends(from, &[&head[..], &[0; 160]].concat());
    }
    let mut waiting = World::new();
    let early = waiting.opened_browser(1, "203.0.113.9:50000");
    waiting.rtp_leg(2);
    waiting.engine.connect(leg(1), leg(2));
    waiting.browser_sends(early.address, &early.check(true));
    waiting.browser_sends(early.address, &[&head[..], &[0; 160]].concat());
    assert!(world.to_sip.is_empty() && waiting.to_sip.is_empty());
}

#[test]
fn a_replayed_packet_is_not_heard_twice() {
    let (mut world, mut browser, _) = World::call();
    let packet = browser.speak(0, b"once");
    for _ in 0..3 {
        world.browser_sends(browser.address, &packet);
    }
    assert_eq!(world.to_sip.len(), 1);
    assert_eq!(world.engine.counters(leg(1)).unwrap().rejected, 2);
}

#[test]
fn rtp_from_a_third_address_is_not_heard_and_does_not_move_the_call() {
    let (mut world, mut browser, slot) = World::call();
    world.sip_sends(slot, address(FAR_END), header(0, 1, 1), b"real");
    for sequence in 2..50 {
        world.sip_sends(slot, address(STRANGER), header(0, sequence, 1), b"bleed");
    }
    assert_eq!(browser.hear(&mut world).len(), 1);
    browser.say(&mut world, 0, b"x");
    assert_eq!(world.to_sip[0].0, address(FAR_END));
    assert_eq!(world.engine.counters(leg(2)).unwrap().rejected, 48);
}

#[test]
fn a_far_end_behind_a_nat_is_found_where_it_sends_from() {
    let (mut world, mut browser, slot) = World::call();
    let outside = address("198.51.100.1:31000");
    for sequence in 1..4 {
        world.sip_sends(slot, outside, header(0, sequence, 1), b"hello");
    }
    assert_eq!(browser.hear(&mut world).len(), 2, "two in sequence make a source");
    browser.say(&mut world, 0, b"x");
    assert_eq!(world.to_sip[0].0, outside);
}

#[test]
fn rtp_before_signalling_knows_the_far_end_is_refused() {
    let mut world = World::new();
    let slot = world.engine.open_rtp_leg(world.now, leg(2)).unwrap();
    world.sip_sends(slot, address(FAR_END), header(0, 1, 1), b"x");
    assert!(world.events.is_empty());
    assert_eq!(world.engine.counters(leg(2)).unwrap().rejected, 1);
}

#[test]
fn a_flood_of_checks_is_answered_with_less_and_remembered_by_nothing() {
    let mut world = World::new();
    let browser = world.opened_browser(1, "203.0.113.9:50000");
    let (mut asked, before) = (0, world.engine.by_address.len());
    for n in 0..1000_u16 {
        let from = SocketAddr::from(([198, 51, 100, 66], n));
        for packet in [
            check("nobodyis:uFra", "guess", true),
            check(&format!("{}:uFra", browser.ufrag), "guess", true),
            check("x", "", false),
        ] {
            asked += packet.len();
            world.browser_sends(from, &packet);
        }
    }
    let answered: usize = world.to_browsers.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(answered > 0 && answered < asked);
    assert_eq!(world.engine.by_address.len(), before);
    world.browser_sends(browser.address, &browser.check(true));
    assert_eq!(world.to_browsers.last().unwrap().1[..2], [1, 1], "the browser still gets in");
}

#[test]
fn a_check_without_credentials_is_not_worth_an_answer_larger_than_itself() {
    let mut world = World::new();
    let bare = b"\x00\x01\x00\x08\x21\x12\xa4\x42transaction!\x80\x28\x00\x04\x00\x00\x00\x00";
    world.browser_sends(address(STRANGER), bare);
    assert!(world.to_browsers.is_empty());
}

#[test]
fn a_second_browser_cannot_take_the_address_of_the_first_without_its_password() {
    let (mut world, mut browser, _) = World::call();
    let other = world.opened_browser(3, "203.0.113.9:50000");
    world.browser_sends(other.address, &check(&format!("{}:uFra", other.ufrag), "guess", true));
    browser.say(&mut world, 0, b"still here");
    assert_eq!(world.to_sip.len(), 1);
}

#[test]
fn a_stray_report_on_the_rtp_side_is_refused() {
    let (mut world, _, slot) = World::call();
    let mut report = [0x80, 201, 0, 1, 0, 0, 0, 9];
    world.engine.handle_rtcp_datagram(world.now, slot, address(STRANGER), &mut report);
    world.engine.handle_rtcp_datagram(world.now, slot, address(FAR_END), &mut b"junk".to_owned());
    assert_eq!(world.engine.counters(leg(2)).unwrap().rejected, 2);
    world.engine.handle_rtp_datagram(world.now, slot, address(FAR_END), &mut report, &mut world.out);
    assert_eq!(world.engine.counters(leg(2)).unwrap().rejected, 2, "on the RTP port it is RTCP too");
}
