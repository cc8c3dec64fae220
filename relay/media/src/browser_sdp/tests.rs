//! The offers of real browsers, and what is refused.
//!
//! `CHROMIUM_156` is what Chromium 156 on Debian offered for `createDataChannel` and a track-less
//! `sendrecv` transceiver, with its random parts replaced.

use super::*;
use crate::{Codec, Direction, Fingerprint};
use proptest::prelude::*;
use std::net::SocketAddr;

pub(crate) const CHROMIUM_156: &str = "\
v=0\n\
o=- 1 2 IN IP4 127.0.0.1\n\
s=-\n\
t=0 0\n\
a=group:BUNDLE 0 1\n\
a=extmap-allow-mixed\n\
a=msid-semantic: WMS\n\
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\n\
c=IN IP4 0.0.0.0\n\
a=rtcp:9 IN IP4 0.0.0.0\n\
a=ice-ufrag:uFra\n\
a=ice-pwd:passwordpasswordpassword\n\
a=ice-options:trickle\n\
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\n\
a=setup:actpass\n\
a=mid:0\n\
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n\
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\n\
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\n\
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\n\
a=sendrecv\n\
a=msid:- track\n\
a=rtcp-mux\n\
a=rtcp-rsize\n\
a=rtcp-xr:rcvr-rtt=all\n\
a=rtpmap:111 opus/48000/2\n\
a=rtcp-fb:111 transport-cc\n\
a=fmtp:111 minptime=10;useinbandfec=1\n\
a=rtpmap:63 red/48000/2\n\
a=fmtp:63 111/111\n\
a=rtpmap:9 G722/8000\n\
a=rtpmap:0 PCMU/8000\n\
a=rtpmap:8 PCMA/8000\n\
a=rtpmap:13 CN/8000\n\
a=rtpmap:110 telephone-event/48000\n\
a=rtpmap:126 telephone-event/8000\n\
a=ssrc:42 cname:cname\n\
a=ssrc:42 msid:- track\n\
m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n\
c=IN IP4 0.0.0.0\n\
a=ice-ufrag:uFra\n\
a=ice-pwd:passwordpasswordpassword\n\
a=ice-options:trickle\n\
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\n\
a=setup:actpass\n\
a=mid:1\n\
a=sctp-port:5000\n\
a=max-message-size:262144\n\
";

fn local(candidates: &[SocketAddr]) -> Local<'_> {
    Local {
        ufrag: "ourufrag",
        password: "ourpasswordourpassword24",
        fingerprint: Fingerprint::of(b"ours"),
        candidates,
        ssrc: 77,
        session: 5,
    }
}

#[test]
fn the_offer_of_chromium_is_understood() {
    let offer = BrowserOffer::parse(CHROMIUM_156).unwrap();
    assert_eq!(offer.ice_ufrag, "uFra");
    assert_eq!(offer.bundle, ["0", "1"]);
    assert_eq!(offer.sections.iter().map(|s| s.is_audio).collect::<Vec<_>>(), [true, false]);
    assert_eq!(
        offer.audio.codecs,
        [(Codec::Opus, 111), (Codec::G722, 9), (Codec::Pcmu, 0), (Codec::Pcma, 8)]
    );
    assert_eq!(offer.audio.telephone_events, [(48_000, 110), (8_000, 126)]);
    assert_eq!(offer.audio.direction, Direction::SendRecv);
    assert_eq!(offer.fingerprints.len(), 1);
}

#[test]
fn the_answer_keeps_the_order_of_sections_and_makes_the_browser_the_dtls_client() {
    let offer = BrowserOffer::parse(CHROMIUM_156).unwrap();
    let candidates = ["192.0.2.7:20000".parse().unwrap(), "[2001:db8::1]:20000".parse().unwrap()];
    let sdp = answer(&offer, &local(&candidates));
    for line in [
        "a=ice-lite",
        "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 9 0 8 110 126",
        "a=setup:passive",
        "a=rtpmap:111 opus/48000/2",
        "a=rtpmap:110 telephone-event/48000",
        "a=rtpmap:126 telephone-event/8000",
        "a=candidate:1 1 udp 2130706431 192.0.2.7 20000 typ host",
        "a=candidate:2 1 udp 2130706175 2001:db8::1 20000 typ host",
        "a=ssrc:77 msid:sidetone audio",
        "a=sendrecv",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "a=sctp-port:5000",
    ] {
        assert!(sdp.lines().any(|found| found == line), "{line} is missing in\n{sdp}");
    }
    assert!(sdp.find("m=audio") < sdp.find("m=application"));
    assert_eq!(sdp.matches("a=candidate").count(), 2, "only the bundle's first section has candidates");
    assert!(!sdp.contains("a=ptime"), "it would keep Chromium from choosing a codec later");
    assert!(!sdp.contains("transport-cc") && !sdp.contains("extmap") && !sdp.contains("red/"));
    assert!(sdp.lines().all(|line| line.as_bytes()[1] == b'='));
}

#[test]
fn data_channel_first_is_answered_data_channel_first() {
    let (session, media) = CHROMIUM_156.split_at(CHROMIUM_156.find("m=audio").unwrap());
    let (audio, data) = media.split_at(media.find("m=application").unwrap());
    let offer = BrowserOffer::parse(&format!("{}{data}{audio}", session.replace("BUNDLE 0 1", "BUNDLE 1 0")))
        .unwrap();
    let candidates = ["192.0.2.7:20000".parse().unwrap()];
    let sdp = answer(&offer, &local(&candidates));
    assert!(sdp.find("m=application") < sdp.find("a=candidate"));
    assert!(sdp.find("a=candidate") < sdp.find("m=audio"));
}

#[test]
fn the_direction_is_mirrored() {
    for (offered, answered) in [("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive", "inactive")]
    {
        let offer =
            BrowserOffer::parse(&CHROMIUM_156.replace("a=sendrecv", &format!("a={offered}"))).unwrap();
        assert!(answer(&offer, &local(&[])).contains(&format!("\r\na={answered}\r\n")));
    }
}

#[test]
fn an_unusable_offer_is_refused_by_name() {
    let audio_twice = {
        let audio =
            &CHROMIUM_156[CHROMIUM_156.find("m=audio").unwrap()..CHROMIUM_156.find("m=application").unwrap()];
        format!("{CHROMIUM_156}{}", audio.replace("mid:0", "mid:2"))
    };
    let without = |text: &str| {
        CHROMIUM_156.lines().filter(|line| !line.contains(text)).collect::<Vec<_>>().join("\r\n")
    };
    for (sdp, error) in [
        (String::new(), OfferError::Malformed),
        ("hello".to_owned(), OfferError::Malformed),
        (format!("{CHROMIUM_156}nonsense"), OfferError::Malformed),
        ("v=0\r\n".repeat(20_000), OfferError::TooLong),
        (CHROMIUM_156[..CHROMIUM_156.find("m=audio").unwrap()].to_owned(), OfferError::NoAudio),
        (audio_twice, OfferError::UnexpectedSection),
        (CHROMIUM_156.replace("m=application", "m=video"), OfferError::UnexpectedSection),
        (without("a=group"), OfferError::NotBundled),
        (without("a=mid:1"), OfferError::NotBundled),
        (without("a=rtcp-mux"), OfferError::NoRtcpMux),
        (CHROMIUM_156.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), OfferError::NotEncrypted),
        (without("a=fingerprint"), OfferError::NoFingerprint),
        (CHROMIUM_156.replace("sha-256", "sha-1"), OfferError::NoFingerprint),
        (CHROMIUM_156.replace("actpass", "passive"), OfferError::NotDtlsClient),
        (without("a=ice-ufrag"), OfferError::NoIceCredentials),
        (CHROMIUM_156.replace("passwordpasswordpassword", "short"), OfferError::NoIceCredentials),
        (CHROMIUM_156.replace("SAVPF 111 63 9 0 8", "SAVPF 63"), OfferError::NoCodec),
    ] {
        assert_eq!(BrowserOffer::parse(&sdp), Err(error), "{sdp}");
    }
}

#[test]
fn an_offer_without_data_channel_is_a_phone_call_too() {
    let sdp = CHROMIUM_156[..CHROMIUM_156.find("m=application").unwrap()].replace("BUNDLE 0 1", "BUNDLE 0");
    assert_eq!(BrowserOffer::parse(&sdp).unwrap().sections.len(), 1);
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,200}") {
        let _ = BrowserOffer::parse(&text);
    }

    #[test]
    fn a_damaged_offer_is_parsed_or_refused(at in 0..CHROMIUM_156.len(), len in 0..40_usize, with in "[ -~\r\n]{0,8}") {
        let end = (at + len).min(CHROMIUM_156.len());
        let damaged = format!("{}{with}{}", &CHROMIUM_156[..at], &CHROMIUM_156[end..]);
        if let Ok(offer) = BrowserOffer::parse(&damaged) {
            let sdp = answer(&offer, &local(&[]));
            prop_assert!(sdp.lines().all(|line| line.as_bytes().get(1) == Some(&b'=')));
        }
    }
}
