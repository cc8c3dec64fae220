//! Far ends whose packets are encrypted with keys from signalling.

use super::{
    telephone::{Telephone, master},
    *,
};
use crate::{dtmf::Payload, srtp::Mki};

const PROFILES: [Profile; 4] = [
    Profile::AeadAes128Gcm,
    Profile::AeadAes256Gcm,
    Profile::Aes128CmHmacSha1_80,
    Profile::Aes128CmHmacSha1_32,
];
const GCM: Profile = Profile::AeadAes128Gcm;
const CM: Profile = Profile::Aes128CmHmacSha1_80;

/// A browser (leg 1) in a call with an encrypted far end (leg 2).
fn call(profile: Profile) -> (World, Browser, Telephone) {
    let (mut world, browser, slot) = World::call();
    let telephone = Telephone::new(slot, FAR_END, profile, 1);
    telephone.agree(&mut world);
    (world, browser, telephone)
}

#[test]
fn audio_passes_each_way_in_every_suite_and_nothing_in_the_clear() {
    for profile in PROFILES {
        let (mut world, mut browser, mut telephone) = call(profile);
        for n in 0..50_u8 {
            browser.say(&mut world, 0, &[n; 160]);
            telephone.say(&mut world, &[n ^ 0xff; 160]);
            world.pass_ms(20);
        }
        assert!(world.to_sip.iter().all(|(_, heard)| heard.payload.len() == 160 + profile.rtp_overhead()));
        assert!(world.to_sip.iter().all(|(_, heard)| heard.payload[..160].windows(2).any(|p| p[0] != p[1])));
        let (to_telephone, to_browser) = (telephone.hear(&mut world), browser.hear(&mut world));
        assert_eq!((to_telephone.len(), to_browser.len()), (50, 50), "{profile:?}");
        for (n, (there, here)) in (0_u8..).zip(to_telephone.iter().zip(&to_browser)) {
            assert_eq!((&there.payload[..], &here.payload[..]), (&[n; 160][..], &[n ^ 0xff; 160][..]));
        }
    }
}

#[test]
fn a_plain_packet_is_not_heard_and_moves_nothing() {
    let (mut world, mut browser, _) = call(GCM);
    for from in [STRANGER, FAR_END] {
        for sequence in 0..50 {
            world.sip_sends(0, address(from), header(0, sequence, 0), &[0xff; 160]);
        }
    }
    assert!(browser.hear(&mut world).is_empty() && world.events.is_empty());
    assert_eq!(world.engine.counters(leg(2)).unwrap().rejected, 100);
    browser.say(&mut world, 0, &[1; 160]);
    assert_eq!(world.to_sip[0].0, address(FAR_END));
    for _ in 0..31 {
        world.pass(Duration::from_secs(1));
        world.sip_sends(0, address(FAR_END), header(0, 60, 0), &[0xff; 160]);
        world.browser_sends(browser.address, &browser.check(true));
    }
    assert_eq!(world.events, [Event::RtpTimeout { leg: leg(2) }], "nor is it a sign of life");
}

#[test]
fn a_far_end_behind_a_nat_is_found_by_packets_that_are_authentic() {
    let (mut world, mut browser, mut telephone) = call(CM);
    let outside = address("198.51.100.1:31000");
    telephone.address = outside;
    for sequence in 0..50 {
        world.sip_sends(0, address(STRANGER), header(0, sequence, 0), &[0xff; 160]);
    }
    telephone.say(&mut world, &[1; 160]);
    telephone.say(&mut world, &[2; 160]);
    browser.say(&mut world, 0, &[3; 160]);
    assert_eq!(world.to_sip[0].0, outside);
    assert_eq!(telephone.hear(&mut world).len(), 1);
}

#[test]
fn a_replayed_packet_is_not_heard_twice() {
    for profile in PROFILES {
        let (mut world, mut browser, mut telephone) = call(profile);
        let packet = telephone.speak(0, &[1; 160]);
        for _ in 0..3 {
            world.sip_sends_bytes(0, address(FAR_END), packet.clone());
        }
        assert_eq!(browser.hear(&mut world).len(), 1);
        assert_eq!(world.engine.counters(leg(2)).unwrap().rejected, 2);
    }
}

#[test]
fn a_long_call_rolls_over_and_changes_of_it_do_not_matter() {
    for profile in [GCM, CM] {
        let (mut world, mut browser, mut telephone) = call(profile);
        let (mut said, mut heard) = (0, 0);
        for minute in 0..25 {
            // A minute, of which nine packets in ten are lost.
            for _ in 0..300 {
                browser.sequence = browser.sequence.wrapping_add(9);
                telephone.lose(9);
                browser.say(&mut world, 0, &[1; 160]);
                telephone.say(&mut world, &[2; 160]);
                world.now += Duration::from_millis(200);
            }
            (said, heard) = (said + telephone.hear(&mut world).len(), heard + browser.hear(&mut world).len());
            // A refresh of the session, a hold and its end: the keys are the same.
            for direction in [Direction::SendRecv, Direction::SendOnly, Direction::SendRecv] {
                let parameters = RtpParameters { direction, ..telephone.parameters() };
                world.engine.set_rtp_remote(world.now, leg(2), parameters);
            }
            assert_eq!((said, heard), ((minute + 1) * 300, (minute + 1) * 300), "{profile:?}");
        }
        assert!(telephone.roll_overs() >= 1);
    }
}

#[test]
fn with_a_new_key_we_are_another_source_that_counts_from_the_beginning() {
    let (mut world, mut browser, mut telephone) = call(CM);
    for _ in 0..70 {
        browser.sequence = browser.sequence.wrapping_add(999);
        browser.say(&mut world, 0, &[1; 160]);
    }
    let before = telephone.hear(&mut world).last().unwrap().header;
    let mut other = Telephone::new(0, FAR_END, CM, 2);
    other.agree(&mut world);
    browser.say(&mut world, 0, &[2; 160]);
    // A telephone that knows nothing of the call so far.
    let after = other.hear(&mut world)[0].header;
    assert!(after.ssrc != before.ssrc && after.sequence < 0x8000 && after.marker);
    telephone.say(&mut world, &[3; 160]);
    assert!(browser.hear(&mut world).is_empty(), "the old key is worth nothing");
    other.say(&mut world, &[4; 160]);
    assert_eq!(browser.hear(&mut world)[0].payload, [4; 160]);
}

#[test]
fn a_far_end_with_a_new_key_may_keep_its_counter_or_not() {
    for profile in PROFILES {
        for keeps in [true, false] {
            let (mut world, mut browser, mut telephone) = call(profile);
            for _ in 0..70 {
                telephone.lose(999);
                telephone.say(&mut world, &[1; 160]);
            }
            browser.hear(&mut world);
            telephone.take_key(master(profile, 9), keeps);
            telephone.agree(&mut world);
            for _ in 0..3 {
                telephone.say(&mut world, &[2; 160]);
            }
            assert_eq!(browser.hear(&mut world).len(), 3, "{profile:?}, counter kept: {keeps}");
        }
    }
}

#[test]
fn a_far_end_may_be_another_source_with_every_hold() {
    let (mut world, mut browser, mut telephone) = call(GCM);
    for ssrc in 0..100 {
        telephone.ssrc = ssrc;
        telephone.take_key(master(GCM, 3), false);
        telephone.say(&mut world, &[1; 160]);
    }
    assert_eq!(browser.hear(&mut world).len(), 100);
}

#[test]
fn reports_are_encrypted_each_way() {
    for profile in PROFILES {
        let (mut world, mut browser, mut telephone) = call(profile);
        browser.say(&mut world, 0, &[1; 160]);
        telephone.say(&mut world, &[1; 160]);
        world.pass(Duration::from_secs(20));
        assert!(world.reports.len() > 1);
        for (to, compound) in std::mem::take(&mut world.reports) {
            assert_eq!(to, address("192.0.2.50:4001"));
            assert!(telephone.reads_report(&compound), "{profile:?}");
        }
        let rejected = |world: &World| world.engine.counters(leg(2)).unwrap().rejected;
        let mut plain = [0x80, 201, 0, 1, 0, 0, 0, 9];
        world.engine.handle_rtcp_datagram(world.now, 0, address("192.0.2.50:4001"), &mut plain);
        assert_eq!(rejected(&world), 1);
        let mut report = telephone.report();
        world.engine.handle_rtcp_datagram(world.now, 0, address("192.0.2.50:4001"), &mut report.clone());
        assert_eq!(rejected(&world), 1);
        world.engine.handle_rtcp_datagram(world.now, 0, address("192.0.2.50:4001"), &mut report);
        assert_eq!(rejected(&world), 2, "a replay");
    }
}

#[test]
fn digits_pass_each_way() {
    let (mut world, mut browser, mut telephone) = call(CM);
    browser.say(&mut world, 0, &[1; 160]);
    world.engine.send_dtmf(world.now, leg(2), "5", &mut world.out);
    world.collect();
    world.pass_ms(300);
    let heard = telephone.hear(&mut world);
    let events: Vec<_> = heard.iter().filter(|heard| heard.header.payload_type == 101).collect();
    assert_eq!(events.len(), 8);
    let last = Payload::parse(&events[7].payload).unwrap();
    assert_eq!((last.digit(), last.end), (Some('5'), true));
    let packet = telephone.speak(96, &Payload { event: 7, end: false, duration: 160 }.write());
    world.sip_sends_bytes(0, address(FAR_END), packet);
    assert!(world.events.contains(&Event::DtmfReceived { leg: leg(2), digit: '7' }));
}

#[test]
fn a_leg_set_aside_hears_encrypted_silence() {
    let (mut world, mut browser, mut telephone) = call(GCM);
    browser.say(&mut world, 0, &[1; 160]);
    world.engine.disconnect(leg(2));
    world.pass_ms(1000);
    let heard = telephone.hear(&mut world);
    assert!(heard.len() > 30 && heard[1..].iter().all(|heard| heard.payload == [0xff; 160]));
}

#[test]
fn music_comes_from_elsewhere_with_a_key_of_its_own_and_the_call_comes_back() {
    let (mut world, mut browser, mut telephone) = call(CM);
    telephone.say(&mut world, &[1; 160]);
    let mut music = Telephone::new(0, "192.0.2.99:24576", GCM, 7);
    let one_way = RtpParameters { direction: Direction::RecvOnly, ..music.parameters() };
    world.engine.set_rtp_remote(world.now, leg(2), one_way);
    music.say(&mut world, &[2; 160]);
    telephone.say(&mut world, &[9; 160]);
    // The telephone comes back with keys that nobody had before.
    let mut again = Telephone::new(0, FAR_END, CM, 8);
    again.agree(&mut world);
    again.say(&mut world, &[3; 160]);
    browser.say(&mut world, 0, &[4; 160]);
    let heard: Vec<_> = browser.hear(&mut world).iter().map(|heard| heard.payload[0]).collect();
    assert_eq!(heard, [1, 2, 3]);
    assert_eq!(again.hear(&mut world).last().unwrap().payload, [4; 160]);
}

#[test]
fn a_call_may_lose_its_encryption_and_get_it_back() {
    let (mut world, mut browser, mut telephone) = call(GCM);
    browser.say(&mut world, 0, &[1; 160]);
    telephone.hear(&mut world);
    world.engine.set_rtp_remote(world.now, leg(2), pcmu());
    world.sip_sends(0, address(FAR_END), header(0, 1, 1), b"plain");
    browser.say(&mut world, 0, b"plain too");
    assert_eq!(browser.hear(&mut world)[0].payload, b"plain");
    assert_eq!(world.to_sip.pop().unwrap().1.payload, b"plain too");
    let mut other = Telephone::new(0, FAR_END, GCM, 5);
    other.agree(&mut world);
    browser.say(&mut world, 0, &[2; 160]);
    assert_eq!(other.hear(&mut world)[0].payload, [2; 160]);
}

#[test]
fn packets_that_name_their_key_are_read_and_those_that_name_another_are_not() {
    for profile in PROFILES {
        for mki in
            [Mki { value: 1, length: 4 }, Mki { value: 0x0102, length: 12 }, Mki { value: 9, length: 1 }]
        {
            let (mut world, mut browser, mut telephone) = call(profile);
            telephone.mki = Some(mki);
            telephone.agree(&mut world);
            telephone.say(&mut world, &[1; 160]);
            telephone.mki = None;
            telephone.say(&mut world, &[2; 160]);
            telephone.mki = Some(Mki { value: mki.value ^ 3, ..mki });
            telephone.say(&mut world, &[3; 160]);
            telephone.mki = Some(mki);
            let mut report = telephone.report();
            world.engine.handle_rtcp_datagram(world.now, 0, address("192.0.2.50:4001"), &mut report);
            assert_eq!(world.engine.counters(leg(2)).unwrap().rejected, 2, "{profile:?} {mki:?}");
            let heard = browser.hear(&mut world);
            assert_eq!(heard.iter().map(|heard| &heard.payload[..]).collect::<Vec<_>>(), [&[1; 160][..]]);
        }
    }
}

#[test]
fn an_encrypted_far_end_is_a_member_of_a_mix_like_any_other() {
    use crate::{
        MixId, g711,
        signal::tests::{share, tone},
    };
    let (mut world, mut browser, mut telephone) = call(CM);
    let mix = MixId::new(WorkerId(0), 1);
    world.engine.open_mix(mix);
    world.engine.mix_join(world.now, mix, leg(1), Some(Codec::Pcmu));
    world.engine.mix_join(world.now, mix, leg(2), None);
    let octets = |hz| tone(hz, 8000, 800).iter().map(|s| g711::encode_ulaw(*s)).collect::<Vec<u8>>();
    let (low, high) = (octets(440.0), octets(1000.0));
    for n in 0..100 {
        let part = n % 5 * 160..n % 5 * 160 + 160;
        browser.say(&mut world, 0, &low[part.clone()]);
        telephone.say(&mut world, &high[part]);
        world.pass_ms(20);
    }
    let hears = |heard: Vec<Heard>, hz| {
        let samples: Vec<i16> = heard[20..]
            .iter()
            .flat_map(|heard| heard.payload.iter().map(|o| g711::decode_ulaw(*o)))
            .collect();
        share(&samples, hz, 8000)
    };
    assert!(hears(telephone.hear(&mut world), 440.0) > 0.95);
    assert!(hears(browser.hear(&mut world), 1000.0) > 0.95);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        for profile in PROFILES {
            for mki in [None, Some(Mki { value: 1, length: 128 })] {
                let mut world = World::new();
                let slot = world.rtp_leg(2);
                let mut telephone = Telephone::new(slot, FAR_END, profile, 1);
                telephone.mki = mki;
                telephone.agree(&mut world);
                world.sip_sends_bytes(slot, address(FAR_END), bytes.clone());
                let rtp = [&[0x80, 0][..], &bytes].concat();
                world.sip_sends_bytes(slot, address(FAR_END), rtp);
                let mut rtcp = [&[0x80, 200][..], &bytes].concat();
                world.engine.handle_rtcp_datagram(world.now, slot, address(FAR_END), &mut rtcp);
                proptest::prop_assert_eq!(world.engine.counters(leg(2)).unwrap().rejected, 3);
            }
        }
    }
}
