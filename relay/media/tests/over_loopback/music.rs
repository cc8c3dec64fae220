//! Multicast music on hold through the threads and sockets.

use crate::support::{Relay, browser::Browser, far_end::FarEnd, pcmu, tone};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use sidetone_media::{Direction, RtpParameters};
use std::net::SocketAddr;

const MUSIC_HZ: f64 = 700.0;
const FRAMES: usize = 50;

#[test]
fn a_held_browser_hears_the_group_until_it_is_taken_back() {
    let relay = Relay::start();
    let (browser_leg, rtp_leg, second_leg) = (relay.leg(7, 1), relay.leg(7, 2), relay.leg(7, 3));
    let mut browser = Browser::call(&relay, browser_leg, SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm);
    browser.turn_until("the browser connects", |browser| browser.connected);
    let mut far_end = FarEnd::new();
    far_end.send_to(relay.open_rtp(rtp_leg));
    relay.open_rtp(second_leg);
    relay.plane.connect(browser_leg, rtp_leg).unwrap();

    let group: SocketAddr = "239.77.2.1:45200".parse().unwrap();
    let music = RtpParameters { direction: Direction::RecvOnly, ..pcmu(group) };
    relay.plane.set_rtp_remote(rtp_leg, music.clone()).unwrap();
    // Another held leg listens to the same group.
    relay.plane.set_rtp_remote(second_leg, music).unwrap();
    relay.settle(|counters| counters.sockets == 2 + 4 + 2);
    let mut server = FarEnd::new();
    server.send_to(group);
    browser.heard.clear();
    for _ in 0..FRAMES {
        server.speak(MUSIC_HZ);
        browser.turn();
    }
    browser.turn_until("the browser hears the music", |browser| browser.heard.len() >= FRAMES - 1);
    assert!(tone::share(&browser.audio(), MUSIC_HZ) > 0.9);

    relay.plane.set_rtp_remote(rtp_leg, pcmu(far_end.address())).unwrap();
    relay.plane.close_leg(second_leg).unwrap();
    relay.settle(|counters| counters.sockets == 2 + 2);
    browser.heard.clear();
    for _ in 0..FRAMES {
        server.speak(MUSIC_HZ);
        far_end.speak(440.0);
        browser.turn();
    }
    browser.turn_until("the browser hears the far end", |browser| browser.heard.len() >= FRAMES);
    assert!(tone::share(&browser.audio(), 440.0) > 0.9 && tone::share(&browser.audio(), MUSIC_HZ) < 0.01);
    relay.plane.shutdown();
}
