//! What an audio stream of a peer's description says.

use super::{Codec, CryptoError, CryptoLine, Direction, Encryption, LocalSrtp, OfferAnswerError};
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
    /// The key of the peer that is used, if the stream is encrypted.
    pub(super) crypto: Option<CryptoLine>,
    /// Whether its protocol asks for encryption.
    pub(super) strict: bool,
}

impl Stream {
    /// The audio stream to take: the first that is not refused and encrypted as it has to be, in a suite that we have
    /// a key for.
    pub(super) fn of(
        session: &SessionDescription,
        encryption: Encryption,
        keys: &LocalSrtp,
    ) -> Result<Self, OfferAnswerError> {
        let (index, media, crypto) = choose(session, encryption, keys)?;
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
            crypto,
            strict: is_srtp(&media.protocol),
        })
    }
}

/// Many put the same call as a secure and as a plain stream side by side, so the first is not always the one to take.
fn choose<'a>(
    session: &'a SessionDescription,
    encryption: Encryption,
    keys: &LocalSrtp,
) -> Result<(usize, &'a Media, Option<CryptoLine>), OfferAnswerError> {
    let audio = || session.media.iter().enumerate().filter(|(_, m)| m.kind == "audio" && m.port != 0);
    let rtp = || audio().filter(|(_, m)| is_plain(&m.protocol) || is_srtp(&m.protocol));
    let plain = || rtp().find(|(_, m)| is_plain(&m.protocol)).map(|(index, m)| (index, m, None));
    let encrypted = || rtp().find_map(|(index, m)| usable(m, keys).ok().map(|line| (index, m, Some(line))));
    let found = match encryption {
        Encryption::Off => plain(),
        Encryption::Optional => encrypted().or_else(plain),
        Encryption::Required => encrypted(),
    };
    found.ok_or_else(|| match (audio().next(), rtp().find(|(_, m)| is_srtp(&m.protocol))) {
        (None, _) => OfferAnswerError::NoAudio,
        (Some(_), Some((_, media))) if encryption == Encryption::Off => {
            OfferAnswerError::Encrypted(media.protocol.clone())
        }
        (Some(_), Some((_, media))) => {
            OfferAnswerError::Crypto(usable(media, keys).err().unwrap_or(CryptoError::Missing))
        }
        (Some(_), None) if plain().is_some() => OfferAnswerError::NotEncrypted,
        (Some((_, media)), None) => OfferAnswerError::Protocol(media.protocol.clone()),
    })
}

/// The first line that we can use, which is what the peer wants most (RFC 4568 §5.1.2); else what is wrong with the
/// first.
fn usable(media: &Media, keys: &LocalSrtp) -> Result<CryptoLine, CryptoError> {
    let mut first = None;
    for value in media.values("crypto") {
        match value.parse::<CryptoLine>() {
            Ok(line) if keys.has(line.key.suite()) => return Ok(line),
            Ok(line) => {
                first.get_or_insert_with(|| CryptoError::Suite(line.key.suite().name().to_owned()));
            }
            Err(error) => {
                first.get_or_insert(error);
            }
        }
    }
    Err(first.unwrap_or(CryptoError::Missing))
}

/// RTP without encryption, with or without feedback.
fn is_plain(protocol: &str) -> bool {
    protocol.eq_ignore_ascii_case("RTP/AVP") || protocol.eq_ignore_ascii_case("RTP/AVPF")
}

/// SRTP whose keys are in the description, with or without feedback. With DTLS is another matter.
fn is_srtp(protocol: &str) -> bool {
    protocol.eq_ignore_ascii_case("RTP/SAVP") || protocol.eq_ignore_ascii_case("RTP/SAVPF")
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
