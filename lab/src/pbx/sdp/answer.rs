//! Answering an offer, and reading the answer to ours.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use thiserror::Error;

use super::offer::Local;
use super::parse::{Description, Media, Payload};
use super::{Codec, Direction};

/// What both sides agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pbx) struct Accepted {
    /// Where the other side receives.
    pub(in crate::pbx) remote: SocketAddr,
    pub(in crate::pbx) codec: Codec,
    /// Of the codec, in both directions.
    pub(in crate::pbx) payload_type: u8,
    /// Of telephone-events at 8000 Hz, in both directions.
    pub(in crate::pbx) events: Option<u8>,
    /// We send: the other side listens, and we have something to say.
    pub(in crate::pbx) send: bool,
    /// The other side does not listen: it holds.
    pub(in crate::pbx) holds: bool,
}

/// Why there is no call; each is a 488 (RFC 3261 §21.4.26).
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(in crate::pbx) enum Unacceptable {
    #[error("the session description cannot be read")]
    Unreadable,
    #[error("no audio stream over plain RTP is described")]
    NoAudio,
    #[error("no address for the audio is described")]
    NoAddress,
    #[error("no codec in common")]
    NoCodec,
}

/// Answers the offer in `body` with the first of its codecs that is among `codecs`.
pub(in crate::pbx) fn answer(
    body: &[u8],
    codecs: &[Codec],
    local: &Local,
) -> Result<(String, Accepted), Unacceptable> {
    let description = Description::parse(body).ok_or(Unacceptable::Unreadable)?;
    let index = description.media.iter().position(is_audio).ok_or(Unacceptable::NoAudio)?;
    let agreed = agree(&description, &description.media[index], codecs, local.direction)?;
    let mut text = local.head();
    for (position, media) in description.media.iter().enumerate() {
        if position == index {
            write_audio(&mut text, local, media, &agreed);
        } else {
            // Every stream of the offer has its line in the answer; port 0 refuses it (RFC 3264 §6).
            _ = write!(text, "m={} 0 {} {}\r\n", media.kind, media.protocol, media.formats.join(" "));
        }
    }
    Ok((text, agreed.accepted))
}

/// Reads the answer to our own offer, in which we wanted `direction`.
pub(in crate::pbx) fn accept_answer(body: &[u8], direction: Direction) -> Result<Accepted, Unacceptable> {
    let description = Description::parse(body).ok_or(Unacceptable::Unreadable)?;
    let media = description.media.iter().find(|media| is_audio(media)).ok_or(Unacceptable::NoAudio)?;
    Ok(agree(&description, media, Codec::SPOKEN, direction)?.accepted)
}

struct Agreed {
    accepted: Accepted,
    codec: Payload,
    events: Option<Payload>,
    direction: Direction,
}

fn is_audio(media: &Media) -> bool {
    media.kind == "audio" && media.port != 0 && matches!(media.protocol.as_str(), "RTP/AVP" | "RTP/AVPF")
}

fn agree(
    description: &Description,
    media: &Media,
    codecs: &[Codec],
    wanted: Direction,
) -> Result<Agreed, Unacceptable> {
    let address: IpAddr = media.address.or(description.address).ok_or(Unacceptable::NoAddress)?;
    let theirs = media.direction.or(description.direction).unwrap_or_default();
    let (payload, codec) = media
        .payloads()
        .filter_map(|payload| {
            let codec = Codec::of(&payload.encoding, payload.clock)?;
            codecs.contains(&codec).then_some((payload, codec))
        })
        .next()
        .ok_or(Unacceptable::NoCodec)?;
    let events = media.payloads().find(|payload| {
        // Events share the timestamps of the audio beside them, so the clocks must be one (RFC 4733 §2.1).
        payload.encoding.eq_ignore_ascii_case("telephone-event") && payload.clock == payload_clock(codec)
    });
    let direction = theirs.reversed().and(wanted);
    // RFC 2543 put a call on hold by the unspecified address.
    let holds = !theirs.reversed().sends() || address.is_unspecified();
    let accepted = Accepted {
        remote: SocketAddr::new(address, media.port),
        codec,
        payload_type: payload.number,
        events: events.as_ref().map(|events| events.number),
        send: direction.sends() && !holds,
        holds,
    };
    Ok(Agreed { accepted, codec: payload, events, direction })
}

fn payload_clock(codec: Codec) -> u32 {
    match codec {
        Codec::Opus => 48_000,
        Codec::G722 | Codec::Pcmu | Codec::Pcma => 8_000,
    }
}

fn write_audio(text: &mut String, local: &Local, media: &Media, agreed: &Agreed) {
    let formats: Vec<_> = [Some(&agreed.codec), agreed.events.as_ref()].into_iter().flatten().collect();
    let numbers: Vec<_> = formats.iter().map(|payload| payload.number.to_string()).collect();
    // Writing to a string cannot fail.
    _ = write!(text, "m=audio {} {} {}\r\n", local.media.port(), media.protocol, numbers.join(" "));
    for Payload { number, map, parameters, .. } in formats {
        _ = write!(text, "a=rtpmap:{number} {map}\r\n");
        if let Some(parameters) = parameters {
            _ = write!(text, "a=fmtp:{number} {parameters}\r\n");
        }
    }
    _ = write!(text, "a=ptime:20\r\na={}\r\n", agreed.direction.attribute());
}

#[cfg(test)]
mod tests {
    use super::super::offer;
    use super::*;

    const LOCAL: fn() -> Local = || Local {
        media: "127.0.0.1:24000".parse().unwrap(),
        session: 7,
        version: 1,
        direction: Direction::SendReceive,
    };

    fn offered(media: &str) -> String {
        format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{media}")
    }

    const BROAD: &str = "m=audio 4000 RTP/AVP 111 9 8 0 101 102\r\na=rtpmap:111 opus/48000/2\r\n\
        a=fmtp:111 useinbandfec=1\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n\
        a=rtpmap:102 telephone-event/48000\r\n";

    #[test]
    fn a_talking_service_takes_the_callers_first_g711() {
        let (text, accepted) = answer(offered(BROAD).as_bytes(), Codec::SPOKEN, &LOCAL()).unwrap();
        assert_eq!(
            accepted,
            Accepted {
                remote: "127.0.0.1:4000".parse().unwrap(),
                codec: Codec::Pcma,
                payload_type: 8,
                events: Some(101),
                send: true,
                holds: false,
            }
        );
        assert_eq!(
            text,
            "v=0\r\no=sidetone-lab 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio 24000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
             a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
        );
    }

    #[test]
    fn an_echo_takes_opus_with_its_parameters_and_the_events_of_its_clock() {
        let (text, accepted) = answer(offered(BROAD).as_bytes(), Codec::ECHOED, &LOCAL()).unwrap();
        assert_eq!((accepted.codec, accepted.payload_type, accepted.events), (Codec::Opus, 111, Some(102)));
        assert!(text.contains(
            "m=audio 24000 RTP/AVP 111 102\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n"
        ));
    }

    #[test]
    fn hold_is_answered_and_stops_our_sending() {
        for (line, back) in [("sendonly", "recvonly"), ("inactive", "inactive"), ("recvonly", "sendonly")] {
            let body = offered(&format!("m=audio 4000 RTP/AVP 0\r\na={line}\r\n"));
            let (text, accepted) = answer(body.as_bytes(), Codec::SPOKEN, &LOCAL()).unwrap();
            assert!(text.ends_with(&format!("a={back}\r\n")), "{text}");
            assert_eq!(accepted.send, back == "sendonly");
        }
        let old = "c=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 0\r\n";
        assert!(!answer(old.as_bytes(), Codec::SPOKEN, &LOCAL()).unwrap().1.send);
    }

    #[test]
    fn we_take_no_more_of_a_stream_than_we_want() {
        let body = offered("m=audio 4000 RTP/AVP 0\r\n");
        for (direction, back, send) in
            [(Direction::Inactive, "inactive", false), (Direction::SendOnly, "sendonly", true)]
        {
            let local = Local { direction, ..LOCAL() };
            let (text, accepted) = answer(body.as_bytes(), Codec::SPOKEN, &local).unwrap();
            assert!(text.ends_with(&format!("a={back}\r\n")), "{text}");
            assert_eq!((accepted.send, accepted.holds), (send, false));
            assert!(offer(&local).ends_with(&format!("a={back}\r\n")));
        }
    }

    #[test]
    fn other_streams_are_refused_in_their_place() {
        let body =
            offered("m=video 5000 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 0\r\nm=application 6 UDP/BFCP *\r\n");
        let (text, _) = answer(body.as_bytes(), Codec::SPOKEN, &LOCAL()).unwrap();
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with("m=")).collect();
        assert_eq!(lines, ["m=video 0 RTP/AVP 96", "m=audio 24000 RTP/AVP 0", "m=application 0 UDP/BFCP *"]);
    }

    #[test]
    fn what_cannot_be_a_call_says_why() {
        let refused = |media: &str| answer(offered(media).as_bytes(), Codec::SPOKEN, &LOCAL()).unwrap_err();
        assert_eq!(refused("m=audio 4000 RTP/SAVPF 0\r\n"), Unacceptable::NoAudio);
        assert_eq!(refused("m=audio 0 RTP/AVP 0\r\n"), Unacceptable::NoAudio);
        assert_eq!(refused("m=audio 4000 RTP/AVP 9\r\n"), Unacceptable::NoCodec);
        assert_eq!(refused("m=audio many RTP/AVP 0\r\n"), Unacceptable::Unreadable);
        let nowhere = answer(b"m=audio 4000 RTP/AVP 0\r\n", Codec::SPOKEN, &LOCAL());
        assert_eq!(nowhere.unwrap_err(), Unacceptable::NoAddress);
    }

    #[test]
    fn our_offer_is_answerable_and_the_answer_agrees() {
        let theirs = Local {
            media: "127.0.0.1:4000".parse().unwrap(),
            session: 1,
            version: 1,
            direction: Direction::SendReceive,
        };
        let (text, there) = answer(offer(&LOCAL()).as_bytes(), Codec::SPOKEN, &theirs).unwrap();
        let here = accept_answer(text.as_bytes(), Direction::SendReceive).unwrap();
        assert_eq!((there.payload_type, there.events), (here.payload_type, here.events));
        assert_eq!((here.remote.port(), there.remote.port()), (4_000, 24_000));
    }
}
