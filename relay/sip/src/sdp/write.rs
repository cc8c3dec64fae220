//! To text.

use super::{Attribute, Connection, SessionDescription};
use std::fmt;
use std::net::IpAddr;

impl fmt::Display for SessionDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = &self.origin;
        write!(f, "v=0\r\n")?;
        write!(
            f,
            "o={} {} {} IN {} {}\r\n",
            origin.user,
            origin.session_id,
            origin.version,
            family(&origin.address),
            origin.address
        )?;
        write!(f, "s={}\r\n", self.name)?;
        connection(f, self.connection.as_ref())?;
        bandwidth(f, &self.bandwidth)?;
        write!(f, "t=0 0\r\n")?;
        attributes(f, &self.attributes)?;
        for media in &self.media {
            write!(f, "m={} {} {}", media.kind, media.port, media.protocol)?;
            for format in &media.formats {
                write!(f, " {format}")?;
            }
            write!(f, "\r\n")?;
            connection(f, media.connection.as_ref())?;
            bandwidth(f, &media.bandwidth)?;
            attributes(f, &media.attributes)?;
        }
        Ok(())
    }
}

fn family(address: &str) -> &'static str {
    match address.split('/').next().unwrap_or_default().parse() {
        Ok(IpAddr::V6(_)) => "IP6",
        // A host name is most often reached by IPv4; the reader resolves it anyhow.
        Ok(IpAddr::V4(_)) | Err(_) => "IP4",
    }
}

fn connection(f: &mut fmt::Formatter<'_>, connection: Option<&Connection>) -> fmt::Result {
    match connection {
        Some(Connection { address }) => write!(f, "c=IN {} {address}\r\n", family(address)),
        None => Ok(()),
    }
}

fn bandwidth(f: &mut fmt::Formatter<'_>, lines: &[String]) -> fmt::Result {
    lines.iter().try_for_each(|line| write!(f, "b={line}\r\n"))
}

fn attributes(f: &mut fmt::Formatter<'_>, attributes: &[Attribute]) -> fmt::Result {
    attributes.iter().try_for_each(|attribute| match &attribute.value {
        Some(value) => write!(f, "a={}:{value}\r\n", attribute.name),
        None => write!(f, "a={}\r\n", attribute.name),
    })
}
