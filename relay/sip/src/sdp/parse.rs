//! From text.

use super::{Attribute, Connection, MAX_LENGTH, Media, Origin, SdpError, SessionDescription};
use std::str::FromStr;

impl FromStr for SessionDescription {
    type Err = SdpError;

    fn from_str(text: &str) -> Result<Self, SdpError> {
        if text.len() > MAX_LENGTH {
            return Err(SdpError::TooLong);
        }
        let mut lines = text
            .split('\n')
            .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim_end()))
            .filter(|(_, line)| !line.trim().is_empty());
        match lines.next() {
            Some((_, version)) if version.trim_start().starts_with("v=0") => {}
            _ => return Err(SdpError::NoVersion),
        }
        let mut session = Self {
            origin: Origin {
                user: "-".into(),
                session_id: "0".into(),
                version: "0".into(),
                address: "0.0.0.0".into(),
            },
            name: "-".into(),
            connection: None,
            bandwidth: Vec::new(),
            attributes: Vec::new(),
            media: Vec::new(),
        };
        for (number, line) in lines {
            let line = line.trim_start();
            let Some((kind, value)) = line.split_once('=') else {
                return Err(SdpError::BadLine(number));
            };
            session.take_line(kind.trim(), value.trim_start()).ok_or(SdpError::BadLine(number))?;
        }
        Ok(session)
    }
}

impl SessionDescription {
    /// None: the line cannot be read.
    fn take_line(&mut self, kind: &str, value: &str) -> Option<()> {
        match kind {
            "o" => self.origin = origin(value)?,
            "s" if !value.is_empty() => self.name = value.to_owned(),
            "c" => {
                let connection = Some(connection(value)?);
                match self.media.last_mut() {
                    Some(media) => media.connection = connection,
                    None => self.connection = connection,
                }
            }
            "b" => match self.media.last_mut() {
                Some(media) => media.bandwidth.push(value.to_owned()),
                None => self.bandwidth.push(value.to_owned()),
            },
            "a" => match self.media.last_mut() {
                Some(media) => media.attributes.push(attribute(value)),
                None => self.attributes.push(attribute(value)),
            },
            "m" => self.media.push(media(value)?),
            // i, u, e, p, t, r, z, k and whatever comes later say nothing that a call needs.
            _ => {}
        }
        Some(())
    }
}

fn origin(value: &str) -> Option<Origin> {
    let words: Vec<&str> = value.split_whitespace().collect();
    // The user name may hold blanks on some phones, so count from the end.
    let [user @ .., session_id, version, "IN", _, address] = words.as_slice() else { return None };
    Some(Origin {
        user: if user.is_empty() { "-".into() } else { user.join("_") },
        session_id: (*session_id).to_owned(),
        version: (*version).to_owned(),
        address: (*address).to_owned(),
    })
}

fn connection(value: &str) -> Option<Connection> {
    let mut words = value.split_whitespace();
    let (Some(_network), Some(_family), Some(address)) = (words.next(), words.next(), words.next()) else {
        return None;
    };
    Some(Connection { address: address.to_owned() })
}

fn attribute(value: &str) -> Attribute {
    match value.split_once(':') {
        Some((name, value)) => Attribute::new(name.trim(), value.trim()),
        None => Attribute::flag(value.trim()),
    }
}

fn media(value: &str) -> Option<Media> {
    let mut words = value.split_whitespace();
    let kind = words.next()?.to_ascii_lowercase();
    // `49170/2` announces port pairs of layered streams, of which only the first concerns a call.
    let port = words.next()?.split('/').next()?.parse().ok()?;
    let protocol = words.next()?.to_owned();
    Some(Media {
        kind,
        port,
        protocol,
        formats: words.map(str::to_owned).collect(),
        connection: None,
        bandwidth: Vec::new(),
        attributes: Vec::new(),
    })
}
