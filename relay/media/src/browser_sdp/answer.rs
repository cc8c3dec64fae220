//! Writing our answer.

use super::BrowserOffer;
use crate::{Codec, Direction, Fingerprint};
use std::{
    fmt::Write as _,
    net::{IpAddr, SocketAddr},
};

/// The name of our stream and of its one track; the browser shows it to nobody.
const STREAM: &str = "sidetone";
/// The largest data channel message that we take; the keepalive sends a few bytes.
const MAX_MESSAGE_SIZE: u32 = 16 * 1024;

/// Our side of the leg.
#[derive(Debug, Clone, Copy)]
pub struct Local<'a> {
    /// Our ICE user name fragment.
    pub ufrag: &'a str,
    /// Our ICE password.
    pub password: &'a str,
    /// The fingerprint of our certificate.
    pub fingerprint: Fingerprint,
    /// Where browsers reach us.
    pub candidates: &'a [SocketAddr],
    /// The source of what we send.
    pub ssrc: u32,
    /// Any number, for the `o=` line.
    pub session: u32,
}

/// Writes the answer to an offer.
#[must_use]
pub fn answer(offer: &BrowserOffer, local: &Local<'_>) -> String {
    let mut sdp = Sdp(String::with_capacity(2048));
    sdp.line(format_args!("v=0"));
    sdp.line(format_args!("o=- {} 2 IN IP4 127.0.0.1", local.session));
    sdp.line(format_args!("s=-"));
    sdp.line(format_args!("t=0 0"));
    sdp.line(format_args!("a=ice-lite"));
    sdp.line(format_args!("a=group:BUNDLE {}", offer.bundle.join(" ")));
    sdp.line(format_args!("a=msid-semantic: WMS {STREAM}"));
    for section in &offer.sections {
        if section.is_audio {
            let payload_types = offer.audio.codecs.iter().map(|(_, number)| number);
            let events = offer.audio.telephone_events.iter().map(|(_, number)| number);
            let formats: Vec<String> = payload_types.chain(events).map(u8::to_string).collect();
            sdp.line(format_args!("m=audio 9 UDP/TLS/RTP/SAVPF {}", formats.join(" ")));
        } else {
            sdp.line(format_args!("m=application 9 UDP/DTLS/SCTP webrtc-datachannel"));
        }
        sdp.line(format_args!("c=IN IP4 0.0.0.0"));
        sdp.line(format_args!("a=mid:{}", section.mid));
        // Bundled sections share one transport; its candidates belong to the first (RFC 8843 §7.1.3).
        let tagged = Some(&section.mid) == offer.bundle.first();
        sdp.transport(local, if tagged { local.candidates } else { &[] });
        if section.is_audio {
            sdp.audio(offer, local);
        } else {
            sdp.line(format_args!("a=sctp-port:5000"));
            sdp.line(format_args!("a=max-message-size:{MAX_MESSAGE_SIZE}"));
        }
    }
    sdp.0
}

struct Sdp(String);

impl Sdp {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _infallible = write!(self.0, "{line}\r\n");
    }

    fn transport(&mut self, local: &Local<'_>, candidates: &[SocketAddr]) {
        self.line(format_args!("a=ice-ufrag:{}", local.ufrag));
        self.line(format_args!("a=ice-pwd:{}", local.password));
        self.line(format_args!("a=fingerprint:sha-256 {}", local.fingerprint));
        self.line(format_args!("a=setup:passive"));
        for (index, candidate) in candidates.iter().enumerate() {
            // RFC 8445 §5.1.2.1: host candidates, the earlier ones preferred; IPv4 and IPv6 alike.
            let local_preference = 65_535 - u32::try_from(index).unwrap_or(0).min(65_535);
            let priority = 126 << 24 | local_preference << 8 | 255;
            let (ip, port) = (candidate.ip(), candidate.port());
            let foundation = index + 1;
            self.line(format_args!(
                "a=candidate:{foundation} 1 udp {priority} {} {port} typ host",
                Address(ip)
            ));
        }
        if !candidates.is_empty() {
            self.line(format_args!("a=end-of-candidates"));
        }
    }

    fn audio(&mut self, offer: &BrowserOffer, local: &Local<'_>) {
        let direction = match offer.audio.direction {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "recvonly",
            Direction::RecvOnly => "sendonly",
            Direction::Inactive => "inactive",
        };
        self.line(format_args!("a={direction}"));
        self.line(format_args!("a=rtcp-mux"));
        // No `a=ptime`: Chromium would make it a parameter of each codec, and then find none of them equal
        // to a capability when the client chooses one by `setParameters`. 20 ms is its default.
        for (codec, number) in &offer.audio.codecs {
            let channels = if *codec == Codec::Opus { "/2" } else { "" };
            let (name, clock) = (codec.encoding_name(), codec.clock_rate());
            self.line(format_args!("a=rtpmap:{number} {name}/{clock}{channels}"));
            if *codec == Codec::Opus {
                self.line(format_args!("a=fmtp:{number} minptime=10;useinbandfec=1"));
            }
        }
        for (clock, number) in &offer.audio.telephone_events {
            self.line(format_args!("a=rtpmap:{number} telephone-event/{clock}"));
            self.line(format_args!("a=fmtp:{number} 0-16"));
        }
        self.line(format_args!("a=msid:{STREAM} audio"));
        self.line(format_args!("a=ssrc:{} cname:{STREAM}", local.ssrc));
        self.line(format_args!("a=ssrc:{} msid:{STREAM} audio", local.ssrc));
    }
}

/// An address without the IPv4-mapped form, which no browser takes.
struct Address(IpAddr);

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.to_canonical().fmt(f)
    }
}
