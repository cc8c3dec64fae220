//! Values that are written as text and cannot be wrong once they are read.

use serde::{Deserialize, Deserializer, de};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// An inclusive range of ports, written `20100-23000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortRange(RangeInclusive<u16>);

impl PortRange {
    /// The ports.
    #[must_use]
    pub fn ports(&self) -> RangeInclusive<u16> {
        self.0.clone()
    }
}

impl Default for PortRange {
    fn default() -> Self {
        Self(20_100..=23_000)
    }
}

impl FromStr for PortRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed =
            || format!("'{text}' is no port range; write the first and the last port, as in \"20100-23000\"");
        let (first, last) = text.split_once('-').ok_or_else(allowed)?;
        let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port >= 1024);
        let (Some(first), Some(last)) = (port(first), port(last)) else {
            return Err(format!("'{text}' is no port range; both ports must be from 1024 to 65535"));
        };
        if last <= first {
            return Err(format!("'{text}' is no port range; the last port must be above the first"));
        }
        Ok(Self(first..=last))
    }
}

impl<'de> Deserialize<'de> for PortRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
