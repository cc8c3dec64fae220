//! A conference through the threads and sockets, at the pace of the worker's own clock.

use crate::support::{Relay, browser::Browser, far_end::FarEnd, pcmu, tone};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use sidetone_media::{Codec, LegId, MediaError, MixId, WorkerId};
use std::time::{Duration, Instant};

const BROWSER_HZ: f64 = 1000.0;
const FAR_HZ: [f64; 2] = [440.0, 700.0];
/// A busy machine gives the threads of this test their turns late, which sounds like a bad network.
const PATIENCE: Duration = Duration::from_secs(20);

/// The last half second of G.711.
fn latest(audio: &[u8]) -> &[u8] {
    &audio[audio.len().saturating_sub(4_000)..]
}

#[test]
fn a_browser_and_two_far_ends_hear_each_other_and_not_themselves() {
    let relay = Relay::start();
    let legs = [relay.leg(7, 2), relay.leg(7, 3)];
    let browser_leg = relay.leg(7, 1);
    let mix = MixId::new(browser_leg.worker, 1);
    let mut browser = Browser::call(&relay, browser_leg, SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm);
    browser.turn_until("the browser connects", |browser| browser.connected);
    let mut far_ends = legs.map(|leg| {
        let mut far_end = FarEnd::new();
        far_end.send_to(relay.open_rtp(leg));
        relay.plane.set_rtp_remote(leg, pcmu(far_end.address())).unwrap();
        far_end
    });
    relay.plane.open_mix(mix).unwrap();
    relay.plane.mix_join(mix, browser_leg, Some(Codec::Pcmu)).unwrap();
    for leg in legs {
        relay.plane.mix_join(mix, leg, None).unwrap();
    }
    relay.settle(|counters| counters.mixes == 1);

    let begin = Instant::now();
    let tones = [BROWSER_HZ, FAR_HZ[0], FAR_HZ[1]];
    let mut heard = [Vec::new(), Vec::new(), Vec::new()];
    let everybody_hears_the_others = |heard: &[Vec<u8>; 3]| {
        let parties = heard.iter().enumerate();
        parties
            .flat_map(|(party, heard)| tones.iter().enumerate().map(move |hz| (party, heard, hz)))
            .all(|(party, heard, (speaker, hz))| party == speaker || tone::share(latest(heard), *hz) > 0.1)
    };
    for frame in 1.. {
        browser.speak(BROWSER_HZ);
        for (far_end, hz) in far_ends.iter_mut().zip(FAR_HZ) {
            far_end.speak(hz);
        }
        while begin.elapsed() < Duration::from_millis(20) * frame {
            browser.turn();
            far_ends.iter_mut().for_each(FarEnd::listen);
        }
        if frame % 25 == 0 {
            heard = [browser.audio(), far_ends[0].audio(), far_ends[1].audio()];
            if everybody_hears_the_others(&heard) {
                break;
            }
            assert!(begin.elapsed() < PATIENCE, "not everybody hears the others");
        }
    }
    for (party, heard) in heard.iter().enumerate() {
        let share = tone::share(heard, tones[party]);
        assert!(share < 0.01, "{party} hears itself: {share}");
    }

    relay.plane.close_mix(mix).unwrap();
    relay.settle(|counters| (counters.mixes, counters.browser_legs, counters.rtp_legs) == (0, 1, 2));
    relay.plane.shutdown();
}

#[test]
fn a_mix_and_a_leg_of_different_workers_are_kept_apart() {
    let relay = Relay::start();
    let (leg, mix) = (LegId::new(WorkerId(0), 1), MixId::new(WorkerId(1), 1));
    assert_eq!(relay.plane.mix_join(mix, leg, None), Err(MediaError::LegAndMixApart(leg, mix)));
    let other = LegId::new(WorkerId(1), 2);
    assert_eq!(relay.plane.bridge(leg, other), Err(MediaError::DifferentWorkers(leg, other)));
    let nowhere = WorkerId(9);
    assert_eq!(relay.plane.open_mix(MixId::new(nowhere, 1)), Err(MediaError::NoSuchWorker(nowhere)));
    assert_eq!(MediaError::NoSuchWorker(nowhere).to_string(), "there is no media worker 9");
}
