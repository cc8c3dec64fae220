//! Reading a description, tolerantly: what is not understood is read over.

use std::net::IpAddr;

use super::Direction;

/// A session description, as far as a telephone call needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::pbx) struct Description {
    pub(super) address: Option<IpAddr>,
    pub(super) direction: Option<Direction>,
    pub(super) media: Vec<Media>,
}

/// One `m=` line with what belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Media {
    pub(super) kind: String,
    pub(super) port: u16,
    pub(super) protocol: String,
    /// As written, since the formats of a refused stream need not be numbers.
    pub(super) formats: Vec<String>,
    pub(super) address: Option<IpAddr>,
    pub(super) direction: Option<Direction>,
    maps: Vec<(u8, String)>,
    parameters: Vec<(u8, String)>,
}

/// A payload type and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) number: u8,
    /// Encoding name as written.
    pub(super) encoding: String,
    pub(super) clock: u32,
    /// As in the `rtpmap`, with clock and channels.
    pub(super) map: String,
    pub(super) parameters: Option<String>,
}

impl Description {
    /// Reads the body of a message.
    pub(in crate::pbx) fn parse(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let mut description = Self::default();
        for line in text.lines() {
            let Some((kind, value)) = line.trim_end().split_once('=') else { continue };
            match (kind, description.media.last_mut()) {
                ("m", _) => description.media.push(Media::parse(value)?),
                ("c", Some(media)) => media.address = connection(value),
                ("c", None) => description.address = connection(value),
                ("a", Some(media)) => media.attribute(value),
                ("a", None) => {
                    if let Some(direction) = Direction::from_attribute(value) {
                        description.direction = Some(direction);
                    }
                }
                _ => {}
            }
        }
        Some(description)
    }
}

impl Media {
    fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_whitespace();
        let kind = words.next()?.to_owned();
        // "port/count" is for layered encodings; the first port is the one that counts.
        let port = words.next()?.split('/').next()?.parse().ok()?;
        let protocol = words.next()?.to_owned();
        Some(Self { kind, port, protocol, formats: words.map(str::to_owned).collect(), ..Self::default() })
    }

    fn attribute(&mut self, value: &str) {
        if let Some(direction) = Direction::from_attribute(value) {
            self.direction = Some(direction);
        } else if let Some((name, rest)) = value.split_once(':') {
            let list = match name {
                "rtpmap" => &mut self.maps,
                "fmtp" => &mut self.parameters,
                _ => return,
            };
            if let Some((number, text)) = rest.trim_start().split_once(' ')
                && let Ok(number) = number.parse()
            {
                list.push((number, text.trim().to_owned()));
            }
        }
    }

    /// The payload types in the order of preference.
    pub(super) fn payloads(&self) -> impl Iterator<Item = Payload> {
        self.formats.iter().filter_map(|format| {
            let number = format.parse().ok()?;
            let map = find(&self.maps, number).or_else(|| static_map(number).map(str::to_owned))?;
            let mut parts = map.split('/');
            let encoding = parts.next()?.to_owned();
            let clock = parts.next()?.parse().ok()?;
            Some(Payload { number, encoding, clock, map, parameters: find(&self.parameters, number) })
        })
    }
}

fn find(list: &[(u8, String)], number: u8) -> Option<String> {
    list.iter().find(|(known, _)| *known == number).map(|(_, text)| text.clone())
}

/// Payload types that need no `rtpmap` (RFC 3551 §6).
fn static_map(number: u8) -> Option<&'static str> {
    match number {
        0 => Some("PCMU/8000"),
        8 => Some("PCMA/8000"),
        9 => Some("G722/8000"),
        _ => None,
    }
}

fn connection(value: &str) -> Option<IpAddr> {
    // "IN IP4 224.2.1.1/127": a TTL follows multicast addresses only.
    value.split_whitespace().nth(2)?.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_s_offer_is_understood() {
        let body = b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\na=sendonly\r\n\
            m=audio 4000 RTP/AVP 111 9 0 101\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n\
            a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\nm=video 0 RTP/AVP 31\r\nc=IN IP6 ::1\r\n";
        let description = Description::parse(body).unwrap();
        assert_eq!(description.address, Some("10.0.0.1".parse().unwrap()));
        assert_eq!(description.direction, Some(Direction::SendOnly));
        let [audio, video] = description.media.as_slice() else { panic!("two streams: {description:?}") };
        assert_eq!((audio.kind.as_str(), audio.port, audio.protocol.as_str()), ("audio", 4_000, "RTP/AVP"));
        let payloads: Vec<_> = audio.payloads().map(|payload| (payload.number, payload.map)).collect();
        assert_eq!(
            payloads,
            [
                (111, "opus/48000/2".to_owned()),
                (9, "G722/8000".to_owned()),
                (0, "PCMU/8000".to_owned()),
                (101, "telephone-event/8000".to_owned()),
            ]
        );
        assert_eq!(audio.payloads().next().unwrap().parameters.unwrap(), "useinbandfec=1");
        assert_eq!((video.port, video.address), (0, Some("::1".parse().unwrap())));
    }

    #[test]
    fn nonsense_is_refused_or_read_over() {
        assert_eq!(Description::parse(&[0xFF, 0xFE]), None);
        assert_eq!(Description::parse(b"m=audio many RTP/AVP 0\r\n"), None);
        let description =
            Description::parse(b"hello\r\nx=1\r\nm=audio 4 RTP/AVP\r\na=rtpmap:zero PCMU/8000\r\n");
        assert_eq!(description.unwrap().media[0].payloads().count(), 0);
    }
}
