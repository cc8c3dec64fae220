//! A call with a far end whose packets are encrypted with keys from signalling, through the threads and sockets.

use crate::support::{Relay, browser::Browser, far_end::FarEnd, pcmu, tone};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use sidetone_media::{
    Event, RtpParameters, SrtpKeys,
    srtp::{MasterKey, Profile},
};

const BROWSER_HZ: f64 = 1000.0;
const FAR_END_HZ: f64 = 440.0;
/// A second of audio. The far end begins six packets before its sequence numbers roll over.
const FRAMES: usize = 50;

fn key(profile: Profile, byte: u8) -> MasterKey {
    let bytes = [byte; 32];
    MasterKey::new(profile, &bytes[..profile.key_len()], &bytes[..profile.salt_len()]).unwrap()
}

fn call_with(profile: Profile) {
    let relay = Relay::start();
    let (browser_leg, rtp_leg) = (relay.leg(7, 1), relay.leg(7, 2));
    let mut browser = Browser::call(&relay, browser_leg, SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm);
    browser.turn_until("the browser connects", |b| b.connected && b.channel_open);
    let mut far_end = FarEnd::new();
    far_end.send_to(relay.open_rtp(rtp_leg));
    let keys = SrtpKeys { send: key(profile, 1), receive: key(profile, 2), receive_mki: None };
    let parameters = RtpParameters { srtp: Some(keys.clone()), ..pcmu(far_end.address()) };
    relay.plane.set_rtp_remote(rtp_leg, parameters).unwrap();
    relay.plane.connect(browser_leg, rtp_leg).unwrap();
    relay.settle(|counters| (counters.browser_legs, counters.rtp_legs) == (1, 1));

    // Nobody hears what is not encrypted, even from where the far end is.
    far_end.speak(2000.0);
    relay.settle(|counters| counters.datagrams_dropped > 0);
    far_end.encrypt(&keys);
    for _ in 0..FRAMES {
        browser.speak(BROWSER_HZ);
        far_end.speak(FAR_END_HZ);
        far_end.listen();
    }
    far_end.listen_for(FRAMES);
    browser.turn_until("the browser hears the far end", |browser| browser.heard.len() >= FRAMES);
    let (to_far_end, to_browser) = (far_end.audio(), browser.audio());
    assert!(tone::share(&to_far_end, BROWSER_HZ) > 0.9 && tone::share(&to_far_end, FAR_END_HZ) < 0.01);
    assert!(tone::share(&to_browser, FAR_END_HZ) > 0.9 && tone::share(&to_browser, 2000.0) < 0.01);

    far_end.heard.clear();
    relay.plane.send_dtmf(rtp_leg, "5").unwrap();
    far_end.listen_for(8);
    assert!(far_end.heard.iter().filter(|(header, _)| header.payload_type == 101).count() >= 7);
    far_end.send(101, &[9, 10, 0, 160]);
    let digit = Event::DtmfReceived { leg: rtp_leg, digit: '9' };
    while relay.event(|| browser.turn()) != digit {}
    relay.plane.shutdown();
}

#[test]
fn audio_and_digits_pass_each_way_with_gcm() {
    call_with(Profile::AeadAes128Gcm);
}

#[test]
fn audio_and_digits_pass_each_way_with_counter_mode_and_a_short_tag() {
    call_with(Profile::Aes128CmHmacSha1_32);
}
