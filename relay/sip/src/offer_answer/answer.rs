//! Our answers.

use super::offer::{audio, crypto, pick_event, push_codec, push_common, push_events, session};
use super::stream::Stream;
use super::{CryptoLine, LocalMedia, Negotiated, OfferAnswerError, Srtp, TelephoneEvent};
use crate::sdp::{Media, SessionDescription};

/// Answers an offer: the text to send and what is agreed by it.
///
/// The codec is the first of `local` that the offer has, with the offer's payload number; one codec only, so
/// that nobody changes it in mid-call. Media lines keep their order, and all but the audio stream are refused
/// (RFC 3264 §6). A stream with keys that we can use is answered with the first of them and a key of ours, whatever its
/// protocol is called: many phones offer encryption that is not required as `RTP/AVP` with keys.
///
/// # Errors
/// When there is nothing in the offer that we could take; the call is then to be refused with 488.
pub fn answer(offer: &str, local: &LocalMedia) -> Result<(String, Negotiated), OfferAnswerError> {
    let offered: SessionDescription = offer.parse()?;
    let stream = Stream::of(&offered, local.srtp.encryption, &local.srtp)?;
    let &(payload_type, codec) = local
        .codecs
        .iter()
        .find_map(|wanted| stream.codecs.iter().find(|(_, codec)| codec == wanted))
        .ok_or(OfferAnswerError::NoCodec)?;
    let event = if local.telephone_event { pick_event(&stream.events, codec) } else { None };
    let direction = stream.direction.reversed().and(local.direction);
    let ours = stream
        .crypto
        .as_ref()
        .and_then(|line| Some(CryptoLine { tag: line.tag, key: local.srtp.answer_to(line)?, mki: None }));

    let (mut formats, mut attributes) = (Vec::new(), Vec::new());
    push_codec(&mut formats, &mut attributes, codec, payload_type);
    if let Some((payload_type, clock)) = event {
        push_events(&mut formats, &mut attributes, payload_type, clock);
    }
    attributes.extend(ours.as_ref().map(crypto));
    push_common(&mut attributes, local, direction);
    let mut accepted = Some((formats, attributes));
    let media = offered.media.iter().enumerate().map(|(index, media)| {
        match accepted.take_if(|_| index == stream.index) {
            Some((formats, attributes)) => audio(local.address, &media.protocol, formats, attributes),
            None => refused(media),
        }
    });
    let text = session(local, media.collect()).to_string();
    Ok((
        text,
        Negotiated {
            remote: stream.address,
            codec,
            // The answer uses the offerer's numbers in both directions (RFC 3264 §6.1).
            payload_send: payload_type,
            payload_receive: payload_type,
            telephone_event: event.map(|(number, clock)| TelephoneEvent {
                send: number,
                receive: number,
                clock,
            }),
            packet_time: stream.packet_time,
            direction,
            srtp: ours.zip(stream.crypto).map(|(ours, theirs)| Srtp {
                send: ours.key,
                receive: theirs.key,
                receive_mki: theirs.mki,
                strict: stream.strict,
            }),
        },
    ))
}

/// Port 0, and a format list that must not be empty (RFC 8866 §5.14).
fn refused(media: &Media) -> Media {
    Media {
        kind: media.kind.clone(),
        port: 0,
        protocol: media.protocol.clone(),
        formats: if media.formats.is_empty() { vec!["0".into()] } else { media.formats.clone() },
        connection: None,
        bandwidth: Vec::new(),
        attributes: Vec::new(),
    }
}
