//! Audio each way, through what happens in a call.

use super::*;

fn payloads(heard: &[(SocketAddr, Heard)]) -> Vec<&[u8]> {
    heard.iter().map(|(_, heard)| &heard.payload[..]).collect()
}

#[test]
fn audio_passes_each_way_with_each_sides_numbers() {
    let (mut world, mut browser, slot) = World::call();
    browser.say(&mut world, 0, b"to the far end");
    let (to, heard) = world.to_sip.pop().unwrap();
    assert_eq!((to, &heard.payload[..]), (address(FAR_END), &b"to the far end"[..]));
    assert_eq!(heard.header.payload_type, 0);
    assert_ne!(heard.header.ssrc, 0xb0, "the browser's source stays on its side");

    world.sip_sends(slot, address(FAR_END), header(0, 5, 800), b"to the browser");
    let heard = browser.hear(&mut world);
    assert_eq!(heard[0].payload, b"to the browser");
    assert_eq!(world.events, [Event::RtpStarted { leg: leg(2) }]);
}

#[test]
fn dynamic_payload_types_are_mapped() {
    let (mut world, mut browser, slot) = World::call();
    let opus =
        RtpParameters { codec: Codec::Opus, payload_type_send: 96, payload_type_receive: 98, ..pcmu() };
    let opus = RtpParameters { telephone_event: None, ..opus };
    world.engine.set_rtp_remote(world.now, leg(2), opus);
    browser.say(&mut world, 111, b"opus");
    assert_eq!(world.to_sip[0].1.header.payload_type, 96);
    world.sip_sends(slot, address(FAR_END), header(98, 1, 1), b"opus");
    world.sip_sends(slot, address(FAR_END), header(96, 2, 961), b"by our number");
    let heard = browser.hear(&mut world);
    assert_eq!(heard.iter().map(|h| h.header.payload_type).collect::<Vec<_>>(), [111, 111]);
}

#[test]
fn a_format_that_the_other_side_did_not_agree_to_is_dropped_and_counted() {
    let (mut world, mut browser, slot) = World::call();
    browser.say(&mut world, 111, b"opus, but the call is PCMU");
    browser.say(&mut world, 0, b"good");
    world.sip_sends(slot, address(FAR_END), header(9, 1, 1), b"never negotiated");
    assert_eq!(payloads(&world.to_sip), [b"good"]);
    assert!(browser.hear(&mut world).is_empty());
    assert_eq!(world.engine.counters(leg(1)).unwrap().wrong_codec, 1);
    assert_eq!(world.engine.counters(leg(2)).unwrap().wrong_codec, 1);
}

#[test]
fn the_far_end_hears_one_stream_through_a_reloaded_browser() {
    let (mut world, mut before, _) = World::call();
    for _ in 0..3 {
        before.say(&mut world, 0, b"before");
        world.pass_ms(20);
    }
    world.engine.close_leg(world.now, leg(1), &mut world.out);
    world.collect();
    world.pass_ms(3000);
    let mut after = world.connected_browser(3, "203.0.113.9:50001");
    world.engine.connect(leg(3), leg(2));
    for _ in 0..2 {
        after.say(&mut world, 0, b"after");
        world.pass_ms(20);
    }
    for pair in world.to_sip.windows(2) {
        let (before, after) = (pair[0].1.header, pair[1].1.header);
        assert_eq!((after.ssrc, after.sequence), (before.ssrc, before.sequence.wrapping_add(1)));
        assert!((1..=2000).contains(&after.timestamp.wrapping_sub(before.timestamp)), "time goes on");
    }
    let is_silence = |heard: &Heard| heard.payload == [0xff; 160];
    let (_, last) = world.to_sip.last().unwrap();
    let (_, first) = world.to_sip.iter().find(|(_, heard)| heard.payload == b"after").unwrap();
    assert!(first.header.marker, "the far end may adapt its buffer here");
    let elapsed = last.header.timestamp.wrapping_sub(world.to_sip[0].1.header.timestamp);
    assert!((24_400..25_400).contains(&elapsed), "about 3.1 seconds passed, and {elapsed} ticks");
    let silent = world.to_sip.iter().filter(|(_, heard)| is_silence(heard)).count();
    assert!((140..=150).contains(&silent), "the gap is silence, {silent} packets of it");
}

#[test]
fn the_far_end_hears_silence_until_the_browser_speaks_and_when_it_stops() {
    let (mut world, mut browser, _) = World::call();
    world.pass_ms(100);
    assert_eq!(world.to_sip.len(), 6, "from the first moment, every 20 ms");
    world.to_sip.clear();
    for _ in 0..50 {
        browser.say(&mut world, 0, b"audio");
        world.pass_ms(20);
    }
    assert_eq!(world.to_sip.iter().filter(|(_, heard)| heard.payload != b"audio").count(), 0);
    world.pass_ms(1000);
    assert!(world.to_sip.len() > 85);
}

#[test]
fn a_held_far_end_gets_no_silence() {
    for direction in [Direction::RecvOnly, Direction::Inactive] {
        let mut world = World::new();
        world.rtp_leg(2);
        world.engine.set_rtp_remote(world.now, leg(2), RtpParameters { direction, ..pcmu() });
        world.pass_ms(1000);
        assert!(world.to_sip.is_empty(), "{direction:?}");
    }
}

#[test]
fn the_browser_hears_one_stream_through_one_call_after_the_other() {
    let (mut world, mut browser, first) = World::call();
    world.sip_sends(first, address(FAR_END), header(0, 1000, 0), b"first");
    world.engine.close_leg(world.now, leg(2), &mut world.out);
    world.collect();
    let second = world.rtp_leg(3);
    world.engine.connect(leg(1), leg(3));
    world.sip_sends(second, address(FAR_END), Header { ssrc: 0xfb, ..header(0, 7, 99) }, b"second");
    let heard = browser.hear(&mut world);
    assert_eq!(heard[0].header.ssrc, heard[1].header.ssrc);
    assert_eq!(heard[1].header.sequence, heard[0].header.sequence.wrapping_add(1));
}

#[test]
fn nothing_passes_to_a_leg_that_was_disconnected() {
    let (mut world, mut browser, slot) = World::call();
    world.engine.disconnect(leg(2));
    browser.say(&mut world, 0, b"x");
    world.sip_sends(slot, address(FAR_END), header(0, 1, 1), b"y");
    assert!(world.to_sip.is_empty() && browser.hear(&mut world).is_empty());
    world.engine.connect(leg(1), leg(2));
    browser.say(&mut world, 0, b"x");
    assert_eq!(world.to_sip.len(), 1);
}

#[test]
fn who_only_receives_is_sent_to_and_not_heard() {
    for (direction, to_sip, to_browser) in
        [(Direction::SendOnly, 1, 0), (Direction::RecvOnly, 0, 1), (Direction::Inactive, 0, 0)]
    {
        let (mut world, mut browser, slot) = World::call();
        world.engine.set_rtp_remote(world.now, leg(2), RtpParameters { direction, ..pcmu() });
        browser.say(&mut world, 0, b"x");
        world.sip_sends(slot, address(FAR_END), header(0, 1, 1), b"y");
        assert_eq!(
            (world.to_sip.len(), browser.hear(&mut world).len()),
            (to_sip, to_browser),
            "{direction:?}"
        );
    }
}

#[test]
fn a_call_of_many_sequence_wraps_stays_whole() {
    let (mut world, mut browser, slot) = World::call();
    let mut last: Option<(Header, Header)> = None;
    for n in 0..70_000_u32 {
        browser.say(&mut world, 0, &n.to_be_bytes());
        let sequence = u16::try_from(n & 0xffff).unwrap();
        world.sip_sends(slot, address(FAR_END), header(0, sequence, n.wrapping_mul(160)), &n.to_be_bytes());
        let (_, out) = world.to_sip.pop().unwrap();
        let heard = browser.hear(&mut world).pop().unwrap();
        assert_eq!((&out.payload[..], &heard.payload[..]), (&n.to_be_bytes()[..], &n.to_be_bytes()[..]));
        if let Some((before_out, before_heard)) = last {
            assert_eq!(out.header.sequence, before_out.sequence.wrapping_add(1));
            assert_eq!(heard.header.sequence, before_heard.sequence.wrapping_add(1));
            assert_eq!(heard.header.timestamp, before_heard.timestamp.wrapping_add(160));
        }
        last = Some((out.header, heard.header));
        world.now += Duration::from_millis(20);
    }
    assert_eq!(world.engine.counters(leg(2)).unwrap().packets_lost, 0);
}

#[test]
fn what_the_network_doubled_reaches_the_browser_once() {
    let (mut world, mut browser, slot) = World::call();
    for payload in [b"one", b"two"] {
        world.sip_sends(slot, address(FAR_END), header(0, 9, 1), payload);
    }
    let heard = browser.hear(&mut world);
    assert_eq!(heard.iter().map(|h| &h.payload[..]).collect::<Vec<_>>(), [b"one"]);
}

#[test]
fn comfort_noise_is_neither_passed_on_nor_missed() {
    let (mut world, mut browser, slot) = World::call();
    for n in 0..90 {
        // Every third packet is noise.
        let (number, payload) = if n % 3 == 2 { (13, &b"n"[..]) } else { (0, &b"talk"[..]) };
        world.sip_sends(slot, address(FAR_END), header(number, n, u32::from(n) * 160), payload);
    }
    let heard = browser.hear(&mut world);
    assert_eq!(heard.len(), 60);
    assert!(heard.iter().all(|heard| heard.payload == b"talk"));
    assert!(heard.windows(2).all(|pair| pair[1].header.sequence == pair[0].header.sequence.wrapping_add(1)));
    let counters = world.engine.counters(leg(2)).unwrap();
    assert_eq!((counters.packets_lost, counters.wrong_codec), (0, 30));
}

#[test]
fn silence_is_even_although_no_timer_is_on_time() {
    let (mut world, _, _) = World::call();
    for n in 0..200 {
        // The system wakes the worker up to 7 ms late.
        let due = world.engine.next_timeout().unwrap();
        world.now = world.now.max(due + Duration::from_millis(n * 5 % 7));
        world.engine.handle_timeout(world.now, &mut world.out);
        world.collect();
    }
    let sent: Vec<_> = world.to_sip.iter().map(|(_, heard)| heard.header.timestamp).collect();
    assert!(sent.len() > 150);
    assert!(sent.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == 160), "{sent:?}");
}

#[test]
fn nobody_begins_to_count_so_late_that_a_receiver_could_miss_the_turn() {
    for seed in 0..64 {
        let mut world = World::new();
        world.engine.rng = ChaCha20Rng::from_seed([seed; 32]);
        world.rtp_leg(2);
        world.pass_ms(20);
        assert!(world.to_sip[0].1.header.sequence < 0x8000);
    }
}
