//! Conferences, judged by ear: every party says a tone of its own, and each hears who it should.

mod party;

use super::*;
use crate::{MixId, dtmf::Payload};
use party::Party;

fn mix(number: u64) -> MixId {
    MixId::new(WorkerId(0), number)
}

/// A mix of parties that say 400, 700, 1100 Hz and so on.
struct Conference {
    world: World,
    parties: Vec<Party>,
}

const TONES: [f64; 6] = [400.0, 700.0, 1100.0, 1500.0, 2000.0, 2600.0];

impl Conference {
    /// Browsers first, with the codec that each speaks and is spoken to in, then far ends with theirs.
    fn new(browsers: &[Codec], far_ends: &[Codec]) -> Self {
        let mut world = World::new();
        world.engine.open_mix(mix(1));
        let mut parties = Vec::new();
        for codec in browsers {
            let number = u64::try_from(parties.len()).unwrap() + 1;
            parties.push(Party::browser(&mut world, number, *codec, TONES[parties.len()]));
            world.engine.mix_join(world.now, mix(1), leg(number), Some(*codec));
        }
        for codec in far_ends {
            let number = u64::try_from(parties.len()).unwrap() + 1;
            parties.push(Party::far_end(&mut world, number, *codec, TONES[parties.len()]));
            world.engine.mix_join(world.now, mix(1), leg(number), None);
        }
        Self { world, parties }
    }

    /// Everybody who is not silent talks.
    fn talk(&mut self, frames: usize) {
        for _ in 0..frames {
            for party in &mut self.parties {
                party.speak(&mut self.world);
            }
            self.world.pass_ms(20);
            for party in &mut self.parties {
                party.listen(&mut self.world);
            }
            self.world.to_sip.clear();
        }
    }

    /// Talks for two seconds, of which the first half is for everything to settle, and tells who hears whom.
    fn hearing(&mut self) -> Vec<Vec<usize>> {
        self.talk(50);
        self.parties.iter_mut().for_each(|party| party.heard.clear());
        self.talk(50);
        let tones = &TONES[..self.parties.len()];
        self.parties.iter().map(|party| party.hears(tones)).collect()
    }
}

/// Everybody but the one whose turn it is.
fn all_but(own: usize, count: usize) -> Vec<usize> {
    (0..count).filter(|party| *party != own).collect()
}

#[test]
fn everybody_hears_all_the_others_and_nobody_themself_whatever_their_codecs() {
    let mut conference =
        Conference::new(&[Codec::Opus, Codec::G722], &[Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus]);
    let hearing = conference.hearing();
    for (own, hears) in hearing.iter().enumerate() {
        assert_eq!(*hears, all_but(own, 6), "party {own}");
    }
}

#[test]
fn two_far_ends_of_different_codecs_talk_by_a_mix_of_two() {
    let mut conference = Conference::new(&[], &[Codec::Pcmu, Codec::Opus]);
    assert_eq!(conference.hearing(), [[1], [0]]);
}

#[test]
fn a_browser_is_spoken_to_in_what_it_takes() {
    let mut world = World::new();
    let mut browser = world.connected_browser(1, "203.0.113.9:50000");
    world.engine.open_mix(mix(1));
    for (preferred, number) in [(None, 9), (Some(Codec::Opus), 111), (Some(Codec::Pcma), 8)] {
        world.engine.mix_join(world.now, mix(1), leg(1), preferred);
        world.pass_ms(100);
        let heard = browser.hear(&mut world);
        assert!(heard.len() >= 4 && heard.iter().all(|heard| heard.header.payload_type == number));
    }
}

#[test]
fn who_joins_is_heard_at_once_and_who_leaves_no_more() {
    let mut conference = Conference::new(&[Codec::G722], &[Codec::Pcmu, Codec::Pcmu]);
    conference.world.engine.mix_leave(leg(3));
    assert_eq!(conference.hearing(), [vec![1], vec![0], vec![]]);
    let now = conference.world.now;
    conference.world.engine.mix_join(now, mix(1), leg(3), None);
    assert_eq!(conference.hearing(), [[1, 2], [0, 2], [0, 1]]);
    // The browser goes; the far ends talk on with each other.
    conference.world.engine.close_leg(now, leg(1), &mut conference.world.out);
    conference.parties.remove(0);
    conference.talk(10);
    conference.parties.iter_mut().for_each(|party| party.heard.clear());
    conference.talk(50);
    assert_eq!(conference.parties[0].hears(&TONES[..3]), [2]);
    assert_eq!(conference.parties[1].hears(&TONES[..3]), [1]);
    let counters = conference.world.engine.counters(leg(2)).unwrap();
    assert!(counters.packets_lost == 0 && counters.wrong_codec == 0);
}

#[test]
fn a_far_end_is_sent_packets_of_the_length_that_it_likes() {
    for (ptime_ms, codec) in
        [(10, Codec::Pcmu), (30, Codec::Pcma), (30, Codec::G722), (60, Codec::Pcmu), (30, Codec::Opus)]
    {
        let mut conference = Conference::new(&[Codec::G722], &[codec]);
        let parameters = RtpParameters { ptime_ms, ..conference.parties[1].parameters() };
        let now = conference.world.now;
        conference.world.engine.set_rtp_remote(now, leg(2), parameters);
        assert_eq!(conference.hearing(), [[1], [0]], "{ptime_ms} ms of {codec:?}");
        let ms = if codec == Codec::Opus { 20 } else { u32::from(ptime_ms) };
        let headers = &conference.parties[1].headers;
        assert_eq!(headers.len(), 2000 / usize::try_from(ms).unwrap());
        for pair in headers.windows(2) {
            assert_eq!(pair[1].timestamp.wrapping_sub(pair[0].timestamp), ms * codec.clock_rate() / 1000);
            assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        }
    }
}

#[test]
fn a_member_hears_one_even_stream_through_joining_leaving_and_codecs() {
    let mut conference = Conference::new(&[Codec::G722], &[Codec::Pcmu, Codec::Pcmu]);
    conference.talk(50);
    let world = &mut conference.world;
    world.engine.connect(leg(1), leg(2));
    conference.parties[0].codec_is(Codec::Pcmu);
    conference.talk(50);
    let now = conference.world.now;
    conference.world.engine.mix_join(now, mix(1), leg(1), Some(Codec::Pcmu));
    conference.world.engine.mix_join(now, mix(1), leg(2), None);
    conference.talk(50);
    for party in &conference.parties {
        for pair in party.headers.windows(2) {
            assert_eq!(pair[1].ssrc, pair[0].ssrc);
            assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
            let step = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
            assert!((160..=360).contains(&step), "{step}");
        }
        let uneven = |pair: &&[Header]| pair[1].timestamp.wrapping_sub(pair[0].timestamp) != 160;
        assert!(party.headers.windows(2).filter(uneven).count() <= 3, "only where the source changes");
        assert!((148..=152).contains(&party.headers.len()), "{}", party.headers.len());
    }
}

#[test]
fn who_is_muted_is_not_heard_and_hears() {
    let mut conference = Conference::new(&[Codec::G722], &[Codec::Pcmu, Codec::Pcma]);
    conference.world.engine.mix_mute(leg(1), true);
    assert_eq!(conference.hearing(), [vec![1, 2], vec![2], vec![1]]);
    conference.world.engine.mix_mute(leg(1), false);
    assert_eq!(conference.hearing(), [[1, 2], [0, 2], [0, 1]]);
}

#[test]
fn a_member_on_hold_neither_hears_nor_is_heard_and_comes_back_in_the_same_stream() {
    let mut conference = Conference::new(&[Codec::G722], &[Codec::Pcmu, Codec::Pcmu]);
    conference.talk(50);
    let hold = |conference: &mut Conference, direction| {
        let parameters = RtpParameters { direction, ..conference.parties[1].parameters() };
        conference.world.engine.set_rtp_remote(conference.world.now, leg(2), parameters);
    };
    hold(&mut conference, Direction::Inactive);
    assert_eq!(conference.hearing(), [vec![2], vec![], vec![0]]);
    hold(&mut conference, Direction::SendOnly);
    assert_eq!(conference.hearing(), [vec![2], vec![0, 2], vec![0]]);
    hold(&mut conference, Direction::RecvOnly);
    assert_eq!(conference.hearing(), [vec![1, 2], vec![], vec![0, 1]]);
    hold(&mut conference, Direction::SendRecv);
    assert_eq!(conference.hearing(), [[1, 2], [0, 2], [0, 1]]);
    let headers = &conference.parties[1].headers;
    assert!(headers.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    let ticks = headers.last().unwrap().timestamp.wrapping_sub(headers[0].timestamp);
    assert!((9 * 8000 - 400..=9 * 8000).contains(&ticks), "nine seconds, and {ticks} ticks");
}

#[test]
fn a_far_end_that_changes_its_codec_and_address_stays_in_the_conference() {
    let mut conference = Conference::new(&[Codec::G722], &[Codec::Pcmu, Codec::Pcmu]);
    conference.talk(50);
    conference.parties[1].move_to("192.0.2.77:7000", Codec::G722);
    let parameters = conference.parties[1].parameters();
    conference.world.engine.set_rtp_remote(conference.world.now, leg(2), parameters);
    assert_eq!(conference.hearing(), [[1, 2], [0, 2], [0, 1]]);
}

#[test]
fn digits_of_a_member_are_told_and_not_mixed() {
    let mut conference = Conference::new(&[Codec::G722], &[Codec::Pcmu, Codec::Pcmu]);
    conference.talk(50);
    conference.world.events.clear();
    conference.parties[0].is_silent = true;
    conference.parties[2].is_silent = true;
    for step in 0..8_u16 {
        let payload = Payload { event: 5, end: step > 4, duration: 160 * (step + 1).min(5) };
        conference.parties[1].send_event(&mut conference.world, step == 0, &payload.write());
        conference.talk(1);
    }
    assert_eq!(conference.world.events, [Event::DtmfReceived { leg: leg(2), digit: '5' }]);
    let browser = &conference.parties[0];
    assert!(browser.headers.iter().all(|header| header.payload_type == 9), "no event goes to the browser");
}

#[test]
fn digits_to_a_member_take_the_place_of_the_mix_and_its_stream_goes_on() {
    let mut conference = Conference::new(&[Codec::G722], &[Codec::Pcmu, Codec::Pcmu]);
    conference.talk(50);
    let world = &mut conference.world;
    world.engine.send_dtmf(world.now, leg(2), "7", &mut world.out);
    conference.talk(50);
    let party = &conference.parties[1];
    assert_eq!(party.headers.iter().filter(|header| header.payload_type == 101).count(), 8);
    assert!(conference.world.events.contains(&Event::DtmfSent { leg: leg(2) }));
    for pair in party.headers.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
    let audio: Vec<_> = party.headers.iter().filter(|header| header.payload_type == 0).collect();
    let (first, last) = (audio[0].timestamp, audio.last().unwrap().timestamp);
    assert_eq!(last.wrapping_sub(first) % 160, 0);
    assert!((98 * 160..=100 * 160).contains(&last.wrapping_sub(first)), "two seconds");
    assert_eq!(conference.hearing(), [[1, 2], [0, 2], [0, 1]]);
}

#[test]
fn a_member_that_falls_silent_or_is_lost_leaves_the_others_talking() {
    let mut conference = Conference::new(&[Codec::G722, Codec::G722], &[Codec::Pcmu]);
    conference.talk(50);
    // The first browser's network is gone.
    conference.parties[0].is_silent = true;
    conference.talk(900);
    let cause = crate::LostCause::Silence;
    assert!(conference.world.events.contains(&Event::BrowserLost { leg: leg(1), cause }));
    assert_eq!(conference.hearing(), [vec![], vec![2], vec![1]]);
}

#[test]
fn a_worker_that_was_held_up_does_not_send_a_flood() {
    let mut conference = Conference::new(&[], &[Codec::Pcmu, Codec::Pcmu]);
    conference.talk(50);
    let world = &mut conference.world;
    world.now += Duration::from_secs(3);
    world.engine.handle_timeout(world.now, &mut world.out);
    world.collect();
    assert!(world.to_sip.len() <= 2, "{}", world.to_sip.len());
    assert_eq!(conference.hearing(), [[1], [0]]);
}

#[test]
fn nothing_is_left_of_a_conference() {
    let mut conference = Conference::new(&[Codec::G722, Codec::Opus], &[Codec::Pcmu, Codec::Pcma]);
    conference.talk(20);
    let world = &mut conference.world;
    world.engine.open_mix(mix(1));
    assert_eq!(world.engine.mixes(), 1, "opening it again changes nothing");
    world.engine.close_mix(mix(1));
    assert_eq!((world.engine.mixes(), world.engine.browser_legs(), world.engine.rtp_legs()), (0, 2, 2));
    assert!(world.engine.mix_slots.is_empty());
    conference.parties.iter_mut().for_each(|party| party.heard.clear());
    conference.talk(20);
    assert!(conference.parties[0].heard.is_empty(), "set aside: nothing for a browser");
    assert!(conference.parties[2].heard.len() >= 10 * 320, "silence begins within 200 ms");
    assert!(
        conference.parties[2].heard[100..].iter().all(|sample| sample.abs() < 20),
        "silence for a far end"
    );
    // The legs can be connected and mixed again.
    let world = &mut conference.world;
    world.engine.open_mix(mix(2));
    world.engine.mix_join(world.now, mix(2), leg(1), None);
    world.engine.mix_join(world.now, mix(2), leg(3), None);
    world.engine.close_leg(world.now, leg(1), &mut world.out);
    world.engine.close_leg(world.now, leg(3), &mut world.out);
    world.pass_ms(200);
    assert!(world.engine.mixes.iter().all(|(_, mix)| mix.slots().count() == 0 && mix.due.is_none()));
    world.engine.close_mix(mix(2));
    for number in [2, 4] {
        world.engine.close_leg(world.now, leg(number), &mut world.out);
    }
    world.pass(Duration::from_secs(60));
    assert_eq!((world.engine.mixes(), world.engine.next_timeout()), (0, None));
}

#[test]
fn commands_for_a_mix_that_is_not_there_do_nothing() {
    let (mut world, mut browser, slot) = World::call();
    world.engine.mix_join(world.now, mix(9), leg(1), None);
    world.engine.mix_leave(leg(1));
    world.engine.mix_mute(leg(1), true);
    world.engine.close_mix(mix(9));
    world.engine.open_mix(mix(1));
    world.engine.mix_join(world.now, mix(1), leg(77), None);
    world.sip_sends(slot, address(FAR_END), header(0, 1, 0), b"talk");
    assert_eq!(browser.hear(&mut world).len(), 1, "the call goes on");
}
