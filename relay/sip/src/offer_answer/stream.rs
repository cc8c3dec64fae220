//! What an audio stream of a peer's description says.

use super::{Codec, Direction, OfferAnswerError};
use crate::sdp::{Media, SessionDescription};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The audio stream of a description, read.
pub(super) struct Stream {
    /// Its place among the media lines.
    pub(super) index: usize,
    pub(super) address: SocketAddr,
    /// In the peer's order of preference.
    pub(super) codecs: Vec<(u8, Codec)>,
    /// Payload types and clocks of telephone events.
    pub(super) events: Vec<(u8, u32)>,
    /// Seen from the peer.
    pub(super) direction: Direction,
    pub(super) packet_time: Option<Duration>,
}

impl Stream {
    /// The first audio stream that is not refused.
    pub(super) fn of(session: &SessionDescription) -> Result<Self, OfferAnswerError> {
        let audio = || session.media.iter().enumerate().filter(|(_, m)| m.kind == "audio" && m.port != 0);
        // An offer may put the same call as secure and as plain stream side by side (RFC 5939's elder habit).
        let Some((index, media)) = audio().find(|(_, m)| is_plain_rtp(&m.protocol)) else {
            return Err(audio().next().map_or(OfferAnswerError::NoAudio, |(_, media)| {
                OfferAnswerError::Protocol(media.protocol.clone())
            }));
        };
        let ip = session
            .connection_of(media)
            .and_then(crate::sdp::Connection::ip)
            .ok_or(OfferAnswerError::NoAddress)?;
        let (mut codecs, mut events) = (Vec::new(), Vec::new());
        for payload_type in media.formats.iter().filter_map(|f| f.parse::<u8>().ok()).filter(|&pt| pt < 128) {
            match encoding(media, payload_type) {
                Some(Encoding::Codec(codec)) => codecs.push((payload_type, codec)),
                Some(Encoding::Event(clock)) => events.push((payload_type, clock)),
                None => {}
            }
        }
        Ok(Self {
            index,
            address: SocketAddr::new(ip, media.port),
            codecs,
            events,
            direction: direction(session, media, ip),
            packet_time: packet_time(media),
        })
    }
}

/// Plain RTP with or without feedback; SRTP is another matter.
fn is_plain_rtp(protocol: &str) -> bool {
    protocol.eq_ignore_ascii_case("RTP/AVP") || protocol.eq_ignore_ascii_case("RTP/AVPF")
}

enum Encoding {
    Codec(Codec),
    Event(u32),
}

fn encoding(media: &Media, payload_type: u8) -> Option<Encoding> {
    let Some(map) = media.of_payload("rtpmap", payload_type) else {
        return Codec::from_static(payload_type).map(Encoding::Codec);
    };
    let mut parts = map.split('/').map(str::trim);
    let (name, clock) = (parts.next()?, parts.next()?.parse().ok()?);
    if name.eq_ignore_ascii_case("telephone-event") {
        return Some(Encoding::Event(clock));
    }
    Codec::from_name(name, clock).map(Encoding::Codec)
}

fn direction(session: &SessionDescription, media: &Media, ip: IpAddr) -> Direction {
    const ALL: [Direction; 4] =
        [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
    let stated = ALL
        .into_iter()
        .find(|d| media.has(d.attribute()))
        .or_else(|| ALL.into_iter().find(|d| session.has(d.attribute())))
        .unwrap_or(Direction::SendRecv);
    // 0.0.0.0 is the hold of RFC 2543: the peer does not want to receive (RFC 3264 §8.4).
    if ip.is_unspecified() { stated.and(Direction::SendOnly) } else { stated }
}

fn packet_time(media: &Media) -> Option<Duration> {
    let milliseconds: u64 = media.attribute("ptime")?.trim().parse().ok()?;
    // RFC 3551 §4.2 asks for receivers of 0 to 200 ms; other numbers are noise.
    (1..=200).contains(&milliseconds).then(|| Duration::from_millis(milliseconds))
}
