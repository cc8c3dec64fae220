//! A conference through the threads and sockets, at the pace of the worker's own clock.

use crate::support::{Relay, browser::Browser, far_end::FarEnd, pcmu, tone};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use sidetone_media::{Codec, LegId, MediaError, MixId, WorkerId};
use std::time::{Duration, Instant};

const BROWSER_HZ: f64 = 1000.0;
const FAR_HZ: [f64; 2] = [440.0, 700.0];
/// A second and a half of audio.
const FRAMES: u32 = 75;

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
    for frame in 1..=FRAMES {
        browser.speak(BROWSER_HZ);
        for (far_end, hz) in far_ends.iter_mut().zip(FAR_HZ) {
            far_end.speak(hz);
        }
        while begin.elapsed() < Duration::from_millis(20) * frame {
            browser.turn();
            far_ends.iter_mut().for_each(FarEnd::listen);
        }
    }
    let heard = [browser.audio(), far_ends[0].audio(), far_ends[1].audio()];
    let tones = [BROWSER_HZ, FAR_HZ[0], FAR_HZ[1]];
    for (party, heard) in heard.iter().enumerate() {
        for (speaker, hz) in tones.iter().enumerate() {
            let share = tone::share(heard, *hz);
            assert!(
                if party == speaker { share < 0.01 } else { share > 0.1 },
                "{party} hears {speaker}: {share}"
            );
        }
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
