//! A whole call through the threads and sockets: a browser that is not ours on the one side, plain RTP on
//! the other. Who hears whom is told by tones.

use crate::support::{Relay, browser::Browser, far_end::FarEnd, pcmu, tone};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use sidetone_media::Event;

/// What the browser says, and what the far end says.
const BROWSER_HZ: f64 = 1000.0;
const FAR_END_HZ: f64 = 440.0;
/// A second of audio.
const FRAMES: usize = 50;

fn call_with(profile: SrtpProtectionProfile) {
    let relay = Relay::start();
    let (browser_leg, rtp_leg) = (relay.leg(7, 1), relay.leg(7, 2));
    let mut browser = Browser::call(&relay, browser_leg, profile);
    browser.turn_until("the browser connects and its data channel opens", |b| b.connected && b.channel_open);
    assert_eq!(relay.event(|| browser.turn()), Event::BrowserConnected { leg: browser_leg });
    assert_eq!(relay.event(|| browser.turn()), Event::DataChannelOpened { leg: browser_leg });

    let mut far_end = FarEnd::new();
    far_end.send_to(relay.open_rtp(rtp_leg));
    relay.plane.set_rtp_remote(rtp_leg, pcmu(far_end.address())).unwrap();
    relay.plane.connect(browser_leg, rtp_leg).unwrap();
    relay.settle(|counters| (counters.browser_legs, counters.rtp_legs, counters.sockets) == (1, 1, 4));

    for _ in 0..FRAMES {
        browser.speak(BROWSER_HZ);
        far_end.speak(FAR_END_HZ);
        far_end.listen();
    }
    far_end.listen_for(FRAMES);
    browser.turn_until("the browser hears the far end", |browser| browser.heard.len() >= FRAMES);
    let (to_far_end, to_browser) = (far_end.audio(), browser.audio());
    assert!(tone::share(&to_far_end, BROWSER_HZ) > 0.9 && tone::share(&to_far_end, FAR_END_HZ) < 0.01);
    assert!(tone::share(&to_browser, FAR_END_HZ) > 0.9 && tone::share(&to_browser, BROWSER_HZ) < 0.01);
    assert_eq!(relay.event(|| browser.turn()), Event::RtpStarted { leg: rtp_leg });

    digits(&relay, &mut browser, &mut far_end, rtp_leg);

    browser.close();
    let cause = sidetone_media::LostCause::Closed;
    assert_eq!(relay.event(|| {}), Event::BrowserLost { leg: browser_leg, cause });
    relay.plane.close_leg(rtp_leg).unwrap();
    relay.settle(|counters| (counters.browser_legs, counters.rtp_legs, counters.sockets) == (0, 0, 2));
    relay.plane.shutdown();
}

/// Digits each way in the middle of the call.
fn digits(relay: &Relay, browser: &mut Browser, far_end: &mut FarEnd, leg: sidetone_media::LegId) {
    far_end.heard.clear();
    relay.plane.send_dtmf(leg, "5").unwrap();
    assert_eq!(relay.event(|| browser.turn()), Event::DtmfSent { leg });
    far_end.listen_for(8);
    let events = far_end.heard.iter().filter(|(header, _)| header.payload_type == 101);
    assert!(events.clone().count() == 8 && events.clone().all(|(_, payload)| payload[0] == 5));
    assert_eq!(events.filter(|(_, payload)| payload[1] & 0x80 != 0).count(), 3);

    for (end, duration) in [(0, 160_u16), (0, 320), (0x80, 480), (0x80, 480), (0x80, 480)] {
        let duration = duration.to_be_bytes();
        far_end.send(101, &[9, end | 10, duration[0], duration[1]]);
    }
    assert_eq!(relay.event(|| browser.turn()), Event::DtmfReceived { leg, digit: '9' });
}

#[test]
fn audio_and_digits_pass_each_way_with_gcm() {
    call_with(SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm);
}

#[test]
fn audio_and_digits_pass_each_way_with_counter_mode() {
    call_with(SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80);
}
