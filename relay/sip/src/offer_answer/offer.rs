//! Our offers, and what the answers to them mean.

use super::stream::Stream;
use super::{Codec, CryptoLine, LocalMedia, Negotiated, OfferAnswerError, Srtp, TelephoneEvent};
use crate::sdp::{Attribute, Connection, Media, Origin, SessionDescription};
use std::net::SocketAddr;

/// The payload type for telephone events at 8000 Hz: the one that CUCM and most phones use by default.
const EVENTS_8000: u8 = 101;
/// The one at 48000 Hz, as browsers number it (RFC 7587 §7.1 asks for the clock of the codec).
const EVENTS_48000: u8 = 110;

/// Makes an offer.
#[must_use]
pub fn offer(local: &LocalMedia) -> String {
    let mut formats = Vec::new();
    let mut attributes = Vec::new();
    for &codec in &local.codecs {
        push_codec(&mut formats, &mut attributes, codec, codec.payload_type());
    }
    if local.telephone_event {
        for (clock, payload_type) in [(8_000, EVENTS_8000), (48_000, EVENTS_48000)] {
            if local.codecs.iter().any(|codec| codec.clock() == clock) {
                push_events(&mut formats, &mut attributes, payload_type, clock);
            }
        }
    }
    attributes.extend(local.srtp.lines().map(|line| crypto(&line)));
    push_common(&mut attributes, local, local.direction);
    session(local, vec![audio(local.address, local.srtp.protocol(), formats, attributes)]).to_string()
}

/// Says what a peer's answer to an offer of `local` agreed.
///
/// # Errors
/// When the answer refuses the audio stream or cannot be read.
pub fn read_answer(local: &LocalMedia, answer: &str) -> Result<Negotiated, OfferAnswerError> {
    let stream = Stream::of(&answer.parse()?, local.srtp.awaits(), &local.srtp)?;
    // The first codec in the answer is what the peer wants to be sent (RFC 3264 §7).
    let &(payload_send, codec) =
        stream.codecs.iter().find(|(_, c)| local.codecs.contains(c)).ok_or(OfferAnswerError::NoCodec)?;
    let telephone_event = if local.telephone_event {
        pick_event(&stream.events, codec).map(|(send, clock)| TelephoneEvent {
            send,
            receive: if clock == 48_000 { EVENTS_48000 } else { EVENTS_8000 },
            clock,
        })
    } else {
        None
    };
    // The suite alone says which of our lines was taken: each has another, and some answer with another tag.
    let srtp = stream.crypto.and_then(|line| {
        let send = local.srtp.key_for(line.key.suite())?;
        Some(Srtp { send, receive: line.key, receive_mki: line.mki, strict: stream.strict })
    });
    Ok(Negotiated {
        remote: stream.address,
        codec,
        payload_send,
        payload_receive: codec.payload_type(),
        telephone_event,
        packet_time: stream.packet_time,
        direction: stream.direction.reversed().and(local.direction),
        srtp,
    })
}

pub(super) fn crypto(line: &CryptoLine) -> Attribute {
    Attribute::new("crypto", line.to_string())
}

/// The event format on the codec's clock, since both share the RTP timestamps (RFC 4733 §2.1); else none.
pub(super) fn pick_event(events: &[(u8, u32)], codec: Codec) -> Option<(u8, u32)> {
    events
        .iter()
        .find(|(_, clock)| *clock == codec.clock())
        // Many phones know only the 8000 of the narrow-band codecs, with Opus as well.
        .or_else(|| events.iter().find(|(_, clock)| *clock == 8_000))
        .copied()
}

pub(super) fn push_codec(
    formats: &mut Vec<String>,
    attributes: &mut Vec<Attribute>,
    codec: Codec,
    payload_type: u8,
) {
    formats.push(payload_type.to_string());
    attributes.push(Attribute::new("rtpmap", format!("{payload_type} {}", codec.rtpmap())));
    if codec == Codec::Opus {
        // In-band error correction costs nothing where nothing is lost (RFC 7587 §6.1).
        attributes.push(Attribute::new("fmtp", format!("{payload_type} useinbandfec=1")));
    }
}

pub(super) fn push_events(
    formats: &mut Vec<String>,
    attributes: &mut Vec<Attribute>,
    payload_type: u8,
    clock: u32,
) {
    formats.push(payload_type.to_string());
    attributes.push(Attribute::new("rtpmap", format!("{payload_type} telephone-event/{clock}")));
    // The sixteen keys; flash and tones are not ours to receive (RFC 4733 §2.4.1).
    attributes.push(Attribute::new("fmtp", format!("{payload_type} 0-15")));
}

pub(super) fn push_common(attributes: &mut Vec<Attribute>, local: &LocalMedia, direction: super::Direction) {
    if let Some(packet_time) = local.packet_time {
        attributes.push(Attribute::new("ptime", packet_time.as_millis().to_string()));
    }
    attributes.push(Attribute::flag(direction.attribute()));
}

pub(super) fn audio(
    address: SocketAddr,
    protocol: &str,
    formats: Vec<String>,
    attributes: Vec<Attribute>,
) -> Media {
    Media {
        kind: "audio".into(),
        port: address.port(),
        protocol: protocol.into(),
        formats,
        connection: None,
        bandwidth: Vec::new(),
        attributes,
    }
}

pub(super) fn session(local: &LocalMedia, media: Vec<Media>) -> SessionDescription {
    let address = local.address.ip().to_string();
    SessionDescription {
        origin: Origin {
            user: "-".into(),
            session_id: local.session_id.to_string(),
            version: local.version.to_string(),
            address: address.clone(),
        },
        name: "-".into(),
        connection: Some(Connection { address }),
        bandwidth: Vec::new(),
        attributes: Vec::new(),
        media,
    }
}
