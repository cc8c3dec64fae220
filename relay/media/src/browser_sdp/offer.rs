//! Reading the browser's offer.

use super::OfferError;
use crate::{Codec, Direction, Fingerprint};

/// A browser's offer is about 4 KB; one with every codec of every browser is under 16.
const MAX_LEN: usize = 64 * 1024;

/// A browser's offer, read and found usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserOffer {
    /// The media sections in the order of the offer, which the answer has to keep (RFC 3264 §6).
    pub sections: Vec<Section>,
    /// The `mid`s of the bundle group in its order.
    pub bundle: Vec<String>,
    /// The browser's ICE user name fragment.
    pub ice_ufrag: String,
    /// The SHA-256 fingerprints of its certificate.
    pub fingerprints: Vec<Fingerprint>,
    /// The audio section.
    pub audio: Audio,
}

/// One media section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its `mid`.
    pub mid: String,
    /// The audio section, or the data channels.
    pub is_audio: bool,
}

/// What the audio section offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audio {
    /// The codecs that we carry with the browser's payload types, in its order of preference.
    pub codecs: Vec<(Codec, u8)>,
    /// The clocks and payload types of `telephone-event`.
    pub telephone_events: Vec<(u32, u8)>,
    /// Who sends, as the browser sees it.
    pub direction: Direction,
}

impl BrowserOffer {
    /// Reads an offer.
    ///
    /// # Errors
    /// Names what makes the offer unusable for a phone's warm leg.
    pub fn parse(sdp: &str) -> Result<Self, OfferError> {
        if sdp.len() > MAX_LEN {
            return Err(OfferError::TooLong);
        }
        let lines: Vec<&str> = sdp.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        if lines.first() != Some(&"v=0") || lines.iter().any(|line| line.as_bytes().get(1) != Some(&b'=')) {
            return Err(OfferError::Malformed);
        }
        let mut blocks = lines.chunk_by(|_, next| !next.starts_with("m="));
        let session = Block(blocks.next().ok_or(OfferError::Malformed)?);
        let media: Vec<Block<'_>> = blocks.map(Block).collect();

        let sections = media.iter().map(Block::section).collect::<Result<Vec<_>, _>>()?;
        let mut audio = media.iter().zip(&sections).filter(|(_, section)| section.is_audio);
        let (audio_block, _) = audio.next().ok_or(OfferError::NoAudio)?;
        if audio.next().is_some() || sections.len() > 2 {
            return Err(OfferError::UnexpectedSection);
        }
        let bundle = session.bundle(&sections)?;
        if audio_block.attribute("rtcp-mux").is_none() {
            return Err(OfferError::NoRtcpMux);
        }
        // The transport is described in the section of the bundle's first mid (RFC 8843 §7.2.1).
        let tagged = sections.iter().position(|section| Some(&section.mid) == bundle.first());
        let transport = tagged.and_then(|index| media.get(index)).ok_or(OfferError::NotBundled)?;
        let (ice_ufrag, fingerprints) = Block::transport(transport, &session)?;
        Ok(Self { audio: audio_block.audio(&session)?, sections, bundle, ice_ufrag, fingerprints })
    }
}

/// The lines of the session part or of one media section.
struct Block<'a>(&'a [&'a str]);

impl<'a> Block<'a> {
    /// The values of every attribute of that name; empty for a flag.
    fn attributes(&self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(move |line| {
            let (found, value) =
                line.strip_prefix("a=").map(|rest| rest.split_once(':').unwrap_or((rest, "")))?;
            (found == name).then_some(value)
        })
    }

    fn attribute(&self, name: &'a str) -> Option<&'a str> {
        self.attributes(name).next()
    }

    /// The fields of the `m=` line.
    fn media(&self) -> Vec<&'a str> {
        self.0
            .first()
            .and_then(|line| line.strip_prefix("m="))
            .unwrap_or("")
            .split_ascii_whitespace()
            .collect()
    }

    fn section(&self) -> Result<Section, OfferError> {
        let media = self.media();
        let [kind, _port, protocol, format, ..] = media[..] else { return Err(OfferError::Malformed) };
        let is_audio = kind == "audio";
        match (kind, protocol) {
            ("audio", "UDP/TLS/RTP/SAVPF") => {}
            ("audio", _) => return Err(OfferError::NotEncrypted),
            ("application", "UDP/DTLS/SCTP") if format == "webrtc-datachannel" => {}
            (_, _) => return Err(OfferError::UnexpectedSection),
        }
        let mid = self.attribute("mid").filter(|mid| is_token(mid)).ok_or(OfferError::NotBundled)?;
        Ok(Section { mid: mid.to_owned(), is_audio })
    }

    /// The bundle group, which has to hold every section.
    fn bundle(&self, sections: &[Section]) -> Result<Vec<String>, OfferError> {
        let group = self
            .attributes("group")
            .find_map(|value| value.strip_prefix("BUNDLE "))
            .ok_or(OfferError::NotBundled)?;
        let mids: Vec<String> = group.split_ascii_whitespace().map(str::to_owned).collect();
        let complete =
            sections.iter().all(|section| mids.contains(&section.mid)) && mids.len() == sections.len();
        if complete { Ok(mids) } else { Err(OfferError::NotBundled) }
    }

    fn transport(&self, session: &Self) -> Result<(String, Vec<Fingerprint>), OfferError> {
        let first = |name| self.attribute(name).or_else(|| session.attribute(name));
        let ufrag =
            first("ice-ufrag").filter(|text| is_ice_text(text, 4)).ok_or(OfferError::NoIceCredentials)?;
        first("ice-pwd").filter(|text| is_ice_text(text, 22)).ok_or(OfferError::NoIceCredentials)?;
        if !matches!(first("setup"), Some("actpass" | "active")) {
            return Err(OfferError::NotDtlsClient);
        }
        let fingerprints: Vec<Fingerprint> = self
            .attributes("fingerprint")
            .chain(session.attributes("fingerprint"))
            .filter_map(|value| value.split_once(' '))
            .filter(|(hash, _)| hash.eq_ignore_ascii_case("sha-256"))
            .filter_map(|(_, digits)| Fingerprint::parse(digits))
            .collect();
        if fingerprints.is_empty() {
            return Err(OfferError::NoFingerprint);
        }
        Ok((ufrag.to_owned(), fingerprints))
    }

    fn audio(&self, session: &Self) -> Result<Audio, OfferError> {
        let mut audio =
            Audio { codecs: Vec::new(), telephone_events: Vec::new(), direction: Direction::SendRecv };
        for block in [session, self] {
            for (name, direction) in [
                ("sendrecv", Direction::SendRecv),
                ("sendonly", Direction::SendOnly),
                ("recvonly", Direction::RecvOnly),
                ("inactive", Direction::Inactive),
            ] {
                if block.attribute(name).is_some() {
                    audio.direction = direction;
                }
            }
        }
        let payload_types = self.media().into_iter().skip(3).filter_map(|text| text.parse().ok());
        for payload_type in payload_types.filter(|number: &u8| *number < 128) {
            let Some((name, clock_rate)) = self.rtpmap(payload_type) else { continue };
            if name.eq_ignore_ascii_case("telephone-event") {
                audio.telephone_events.push((clock_rate, payload_type));
            } else if let Some(codec) = Codec::from_rtpmap(name, clock_rate)
                && audio.codecs.iter().all(|(known, _)| *known != codec)
            {
                audio.codecs.push((codec, payload_type));
            }
        }
        if audio.codecs.is_empty() { Err(OfferError::NoCodec) } else { Ok(audio) }
    }

    /// The encoding name and clock of a payload type, by its `rtpmap` or statically (RFC 3551 §6).
    fn rtpmap(&self, payload_type: u8) -> Option<(&'a str, u32)> {
        let mapped = self.attributes("rtpmap").find_map(|value| {
            let (number, encoding) = value.split_once(' ')?;
            if number.parse() != Ok(payload_type) {
                return None;
            }
            let mut parts = encoding.trim().split('/');
            Some((parts.next()?, parts.next()?.parse().ok()?))
        });
        mapped.or(match payload_type {
            0 => Some(("PCMU", 8_000)),
            8 => Some(("PCMA", 8_000)),
            9 => Some(("G722", 8_000)),
            _ => None,
        })
    }
}

/// `ice-char` of RFC 8839 §5.4, and its lengths.
fn is_ice_text(text: &str, shortest: usize) -> bool {
    (shortest..=256).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}

/// `token` of RFC 8866 §9, as far as a `mid` needs it.
fn is_token(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]".contains(&b))
}
