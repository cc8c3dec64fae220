//! DTMF each way.

use super::*;
use crate::dtmf::Payload;

#[test]
fn digits_go_out_as_events_and_the_audio_waits() {
    let (mut world, mut browser, _) = World::call();
    browser.say(&mut world, 0, b"audio");
    world.engine.send_dtmf(world.now, leg(2), "4#", &mut world.out);
    world.collect();
    for _ in 0..25 {
        browser.say(&mut world, 0, b"audio");
        world.pass_ms(20);
    }
    let events: Vec<&Heard> =
        world.to_sip.iter().map(|(_, heard)| heard).filter(|h| h.header.payload_type == 101).collect();
    assert_eq!(events.len(), 16);
    let digits: Vec<char> = events
        .iter()
        .filter(|h| h.header.marker)
        .filter_map(|h| Payload::parse(&h.payload).unwrap().digit())
        .collect();
    assert_eq!(digits, ['4', '#']);
    let last = world.to_sip.iter().rposition(|(_, heard)| heard.header.payload_type == 101).unwrap();
    assert_eq!(world.to_sip[1..=last].iter().filter(|(_, h)| h.header.payload_type == 0).count(), 0);
    assert!(world.to_sip.len() > last + 1, "the audio goes on afterwards");
    for pair in world.to_sip.windows(2) {
        assert_eq!(pair[1].1.header.sequence, pair[0].1.header.sequence.wrapping_add(1));
        assert_eq!(pair[1].1.header.ssrc, pair[0].1.header.ssrc);
    }
    assert_eq!(world.events.iter().filter(|e| **e == Event::DtmfSent { leg: leg(2) }).count(), 1);
}

#[test]
fn two_digits_are_two_events_even_when_nobody_has_spoken_yet() {
    let mut world = World::new();
    world.rtp_leg(2);
    world.engine.send_dtmf(world.now, leg(2), "11", &mut world.out);
    world.collect();
    world.pass_ms(500);
    let starts: Vec<u32> =
        world.to_sip.iter().filter(|(_, h)| h.header.marker).map(|(_, h)| h.header.timestamp).collect();
    assert_eq!(starts.len(), 2);
    assert_eq!(starts[1].wrapping_sub(starts[0]), 1600);
}

#[test]
fn a_far_end_without_events_gets_tones_and_a_pause() {
    let (mut world, mut browser, _) = World::call();
    world.engine.set_rtp_remote(world.now, leg(2), RtpParameters { telephone_event: None, ..pcmu() });
    world.engine.send_dtmf(world.now, leg(2), "11", &mut world.out);
    world.collect();
    for _ in 0..25 {
        browser.say(&mut world, 0, b"audio");
        world.pass_ms(20);
    }
    let shape: String = world
        .to_sip
        .iter()
        .map(|(_, heard)| match &heard.payload[..] {
            b"audio" => 'a',
            silence if silence == [0xff; 160] => '_',
            tone if tone.len() == 160 => 't',
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(shape, "ttttt_____ttttt_____aaaaa");
    for pair in world.to_sip.windows(2) {
        assert_eq!(pair[1].1.header.sequence, pair[0].1.header.sequence.wrapping_add(1));
        assert_eq!(pair[1].1.header.timestamp.wrapping_sub(pair[0].1.header.timestamp), 160);
    }
    assert!(world.events.contains(&Event::DtmfSent { leg: leg(2) }));
}

#[test]
fn where_there_is_no_way_to_send_digits_the_audio_goes_on() {
    let (mut world, mut browser, _) = World::call();
    let opus = RtpParameters { codec: Codec::Opus, payload_type_send: 96, telephone_event: None, ..pcmu() };
    world.engine.set_rtp_remote(world.now, leg(2), opus);
    world.engine.send_dtmf(world.now, leg(2), "1", &mut world.out);
    world.collect();
    browser.say(&mut world, 111, b"audio");
    assert_eq!(world.to_sip.len(), 1);
    assert!(world.events.is_empty());
}

#[test]
fn a_digit_from_the_far_end_is_told_once_and_passed_to_the_browser() {
    let (mut world, mut browser, slot) = World::call();
    for step in 0..8_u16 {
        let payload = Payload { event: 11, end: step > 4, duration: 160 * (step + 1).min(5) };
        let header = Header { marker: step == 0, ..header(96, step, 8000) };
        world.sip_sends(slot, address(FAR_END), header, &payload.write());
        world.pass_ms(20);
    }
    let digits: Vec<_> = world.events.iter().filter(|e| matches!(e, Event::DtmfReceived { .. })).collect();
    assert_eq!(digits, [&Event::DtmfReceived { leg: leg(2), digit: '#' }]);
    let heard = browser.hear(&mut world);
    assert_eq!(heard.iter().filter(|h| h.header.payload_type == 126).count(), 8, "as 8000 Hz events");
}

#[test]
fn the_browsers_own_events_reach_the_far_end() {
    let (mut world, mut browser, _) = World::call();
    browser.say(&mut world, 126, &Payload { event: 3, end: false, duration: 160 }.write());
    browser.say(&mut world, 110, &Payload { event: 3, end: false, duration: 960 }.write());
    assert_eq!(world.to_sip.len(), 1, "events of another clock than the far end's are not passed");
    assert_eq!(world.to_sip[0].1.header.payload_type, 101);
}
