//! Legs set aside, switched and joined with each other.

use super::*;

const MUSIC: &str = "192.0.2.99:24576";
const OTHER_END: &str = "192.0.2.60:5000";

/// A second far end (leg 3) at [`OTHER_END`].
fn second_far_end(world: &mut World) -> usize {
    let slot = world.engine.open_rtp_leg(world.now, leg(3)).unwrap();
    let parameters = RtpParameters { remote: address(OTHER_END), ..pcmu() };
    world.engine.set_rtp_remote(world.now, leg(3), parameters);
    slot
}

fn set(world: &mut World, direction: Direction) {
    world.engine.set_rtp_remote(world.now, leg(2), RtpParameters { direction, ..pcmu() });
}

/// What went to one address, and forgets the rest.
fn sent_to(world: &mut World, to: &str) -> Vec<Heard> {
    let sent = std::mem::take(&mut world.to_sip);
    sent.into_iter().filter(|(address, _)| *address == self::address(to)).map(|(_, heard)| heard).collect()
}

#[test]
fn connecting_elsewhere_moves_the_audio_within_a_packet() {
    let (mut world, mut browser, first) = World::call();
    let second = second_far_end(&mut world);
    browser.say(&mut world, 0, b"to the first");
    world.sip_sends(first, address(FAR_END), header(0, 1, 0), b"from the first");
    world.engine.connect(leg(1), leg(3));
    browser.say(&mut world, 0, b"to the second");
    world.sip_sends(first, address(FAR_END), header(0, 2, 160), b"unheard");
    world.sip_sends(second, address(OTHER_END), Header { ssrc: 7, ..header(0, 90, 5) }, b"from the second");
    world.engine.connect(leg(1), leg(2));
    browser.say(&mut world, 0, b"to the first");
    world.sip_sends(second, address(OTHER_END), Header { ssrc: 7, ..header(0, 91, 165) }, b"unheard");
    world.sip_sends(first, address(FAR_END), header(0, 3, 320), b"from the first");

    let sent: Vec<_> = world.to_sip.iter().map(|(to, heard)| (*to, &heard.payload[..])).collect();
    let (one, two) = (address(FAR_END), address(OTHER_END));
    assert_eq!(sent, [(one, &b"to the first"[..]), (two, b"to the second"), (one, b"to the first")]);
    let heard = browser.hear(&mut world);
    let payloads: Vec<_> = heard.iter().map(|heard| &heard.payload[..]).collect();
    assert_eq!(payloads, [&b"from the first"[..], b"from the second", b"from the first"]);
    assert!(heard.windows(2).all(|pair| {
        pair[1].header.ssrc == pair[0].header.ssrc
            && pair[1].header.sequence == pair[0].header.sequence.wrapping_add(1)
    }));
}

#[test]
fn a_leg_set_aside_sends_what_its_direction_says_and_reports_all_the_same() {
    for (direction, sends) in [
        (Direction::SendRecv, true),
        (Direction::SendOnly, true),
        (Direction::RecvOnly, false),
        (Direction::Inactive, false),
    ] {
        let (mut world, mut browser, _) = World::call();
        browser.say(&mut world, 0, b"talk");
        world.engine.disconnect(leg(2));
        set(&mut world, direction);
        world.to_sip.clear();
        world.reports.clear();
        for _ in 0..500 {
            browser.say(&mut world, 0, b"talk");
            world.pass_ms(20);
        }
        assert!(world.to_sip.iter().all(|(_, heard)| heard.payload == [0xff; 160]), "only silence");
        assert_eq!(world.to_sip.len() > 480, sends, "{direction:?}");
        assert_eq!(world.to_sip.is_empty(), !sends, "{direction:?}");
        assert!(!world.reports.is_empty(), "{direction:?}: reports keep the path open");
    }
}

#[test]
fn a_resumed_leg_goes_on_in_the_same_stream_at_the_right_time() {
    for direction in [Direction::SendOnly, Direction::RecvOnly, Direction::Inactive] {
        let (mut world, mut browser, _) = World::call();
        browser.say(&mut world, 0, b"before");
        world.engine.disconnect(leg(2));
        set(&mut world, direction);
        // The browser talks to nobody meanwhile.
        for _ in 0..3000 {
            browser.say(&mut world, 0, b"aside");
            world.pass_ms(20);
        }
        set(&mut world, Direction::SendRecv);
        world.engine.connect(leg(1), leg(2));
        browser.say(&mut world, 0, b"after");
        let sent = sent_to(&mut world, FAR_END);
        let (first, last) = (sent.first().unwrap(), sent.last().unwrap());
        assert_eq!((&first.payload[..], &last.payload[..]), (&b"before"[..], &b"after"[..]));
        assert!(last.header.marker);
        for pair in sent.windows(2) {
            assert_eq!(pair[1].header.ssrc, pair[0].header.ssrc);
            assert_eq!(pair[1].header.sequence, pair[0].header.sequence.wrapping_add(1), "{direction:?}");
        }
        let ticks = last.header.timestamp.wrapping_sub(first.header.timestamp);
        assert!((480_000..480_400).contains(&ticks), "{direction:?}: a minute passed, and {ticks} ticks");
    }
}

#[test]
fn who_is_held_without_being_set_aside_misses_no_packet_afterwards() {
    let (mut world, mut browser, _) = World::call();
    for direction in [Direction::RecvOnly, Direction::Inactive] {
        for _ in 0..100 {
            browser.say(&mut world, 0, b"before");
            world.pass_ms(20);
        }
        set(&mut world, direction);
        for _ in 0..500 {
            browser.say(&mut world, 0, b"unheard");
            world.pass_ms(20);
        }
        set(&mut world, Direction::SendRecv);
        for _ in 0..100 {
            browser.say(&mut world, 0, b"after");
            world.pass_ms(20);
        }
    }
    let sent = sent_to(&mut world, FAR_END);
    assert!(sent.iter().all(|heard| heard.payload != b"unheard") && sent.len() >= 400);
    for pair in sent.windows(2) {
        assert_eq!(pair[1].header.sequence, pair[0].header.sequence.wrapping_add(1));
    }
    let ticks = sent.last().unwrap().header.timestamp.wrapping_sub(sent[0].header.timestamp);
    assert!((8 * 27_900..8 * 28_100).contains(&ticks), "28 seconds passed, and {ticks} ticks");
}

#[test]
fn nobody_is_sent_a_report_while_the_far_end_holds_by_giving_no_address() {
    let (mut world, mut browser, _) = World::call();
    browser.say(&mut world, 0, b"talk");
    let parameters =
        RtpParameters { remote: address("0.0.0.0:4000"), direction: Direction::RecvOnly, ..pcmu() };
    world.engine.set_rtp_remote(world.now, leg(2), parameters);
    world.reports.clear();
    world.pass(Duration::from_secs(14));
    assert!(world.reports.is_empty(), "that address is this machine");
}

#[test]
fn music_from_another_address_is_heard_at_once_and_then_the_far_end_again() {
    let (mut world, mut browser, slot) = World::call();
    world.sip_sends(slot, address(FAR_END), header(0, 1, 0), b"talk");
    // Cisco's hold: inactive first, then a one-way stream from the music server, in another codec.
    set(&mut world, Direction::Inactive);
    world.sip_sends(slot, address(FAR_END), header(0, 2, 160), b"held");
    let music = RtpParameters {
        remote: address(MUSIC),
        codec: Codec::G722,
        payload_type_send: 9,
        payload_type_receive: 9,
        direction: Direction::RecvOnly,
        ..pcmu()
    };
    world.engine.set_rtp_remote(world.now, leg(2), music);
    world.to_sip.clear();
    world.sip_sends(slot, address(FAR_END), header(9, 3, 320), b"late, and no longer the far end");
    world.sip_sends(slot, address(MUSIC), Header { ssrc: 7, ..header(9, 700, 70) }, b"music");
    browser.say(&mut world, 9, b"unheard");
    assert!(world.to_sip.is_empty(), "nobody plays music to the music server");
    world.pass(Duration::from_secs(10));
    assert!(!world.events.contains(&Event::RtpTimeout { leg: leg(2) }));
    set(&mut world, Direction::SendRecv);
    world.sip_sends(slot, address(MUSIC), Header { ssrc: 7, ..header(0, 701, 230) }, b"late music");
    world.sip_sends(slot, address(FAR_END), header(0, 1003, 160_160), b"talk again");
    browser.say(&mut world, 0, b"hello again");
    let heard = browser.hear(&mut world);
    let payloads: Vec<_> = heard.iter().map(|heard| &heard.payload[..]).collect();
    assert_eq!(payloads, [&b"talk"[..], b"music", b"talk again"]);
    assert!(heard.windows(2).all(|pair| pair[1].header.sequence == pair[0].header.sequence.wrapping_add(1)));
    assert_eq!(sent_to(&mut world, FAR_END).last().unwrap().payload, b"hello again");
}

#[test]
fn no_digits_go_to_who_may_not_be_sent_to() {
    for direction in [Direction::RecvOnly, Direction::Inactive] {
        let (mut world, _, _) = World::call();
        world.engine.send_dtmf(world.now, leg(2), "12", &mut world.out);
        world.pass_ms(60);
        set(&mut world, direction);
        world.to_sip.clear();
        world.engine.send_dtmf(world.now, leg(2), "3", &mut world.out);
        world.pass_ms(1000);
        assert!(world.to_sip.is_empty(), "{direction:?}");
        assert!(!world.events.contains(&Event::DtmfSent { leg: leg(2) }));
    }
}

#[test]
fn two_far_ends_talk_with_each_other_after_the_browser_has_left() {
    let (mut world, mut browser, first) = World::call();
    let second = second_far_end(&mut world);
    browser.say(&mut world, 0, b"I connect you");
    world.engine.bridge(leg(2), leg(3));
    world.to_sip.clear();
    for n in 0..100_u16 {
        let timestamp = u32::from(n) * 160;
        world.sip_sends(first, address(FAR_END), header(0, n, timestamp), b"one");
        world.sip_sends(second, address(OTHER_END), Header { ssrc: 7, ..header(0, n, timestamp) }, b"two");
        browser.say(&mut world, 0, b"aside");
        world.pass_ms(20);
    }
    let sent = std::mem::take(&mut world.to_sip);
    for (to, said) in [(FAR_END, b"two"), (OTHER_END, b"one")] {
        let heard: Vec<_> =
            sent.iter().filter(|(at, _)| *at == address(to)).map(|(_, heard)| heard).collect();
        assert_eq!(heard.len(), 100);
        assert!(heard.iter().all(|heard| heard.payload == said));
        assert!(
            heard
                .windows(2)
                .all(|pair| pair[1].header.timestamp == pair[0].header.timestamp.wrapping_add(160))
        );
    }
    assert!(browser.hear(&mut world).is_empty());
    // Digits are told of, and passed on.
    let digit = [5, 10, 0, 160];
    world.sip_sends(first, address(FAR_END), Header { marker: true, ..header(96, 100, 16_000) }, &digit);
    assert!(world.events.contains(&Event::DtmfReceived { leg: leg(2), digit: '5' }));
    assert_eq!(sent_to(&mut world, OTHER_END)[0].header.payload_type, 101);
    // One hangs up: the other hears silence, and may be bridged or connected again.
    world.engine.close_leg(world.now, leg(2), &mut world.out);
    world.collect();
    world.pass_ms(1000);
    assert!(sent_to(&mut world, OTHER_END).iter().all(|heard| heard.payload == [0xff; 160]));
    world.engine.connect(leg(1), leg(3));
    browser.say(&mut world, 0, b"still there?");
    assert_eq!(sent_to(&mut world, OTHER_END)[0].payload, b"still there?");
}

#[test]
fn a_leg_is_not_bridged_with_itself_nor_with_a_browser() {
    let (mut world, mut browser, slot) = World::call();
    world.engine.bridge(leg(2), leg(2));
    world.engine.bridge(leg(1), leg(2));
    world.engine.bridge(leg(2), leg(77));
    world.sip_sends(slot, address(FAR_END), header(0, 1, 0), b"talk");
    assert_eq!(browser.hear(&mut world).len(), 1, "the call goes on");
    assert!(world.to_sip.is_empty(), "nobody hears themselves");
}
