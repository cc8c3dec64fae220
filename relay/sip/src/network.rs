//! Ranges of addresses.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address, or all addresses that begin with the same bits: `192.0.2.9`, `192.0.2.0/24`, `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// The text is not a range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address or a range such as 192.0.2.0/24")]
pub struct BadNetwork;

impl Network {
    /// Whether an address lies in it. An IPv4 address is the same written as an IPv6 one.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                // A shift by all bits is none of u32's: the empty prefix holds everything.
                let shift = 32 - self.prefix;
                (own.to_bits() ^ other.to_bits()).checked_shr(shift).unwrap_or_default() == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - self.prefix;
                (own.to_bits() ^ other.to_bits()).checked_shr(shift).unwrap_or_default() == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().map_err(|_| BadNetwork)?)),
            None => (text, None),
        };
        let whole = Self::from(address.trim().parse::<IpAddr>().map_err(|_| BadNetwork)?);
        match prefix {
            None => Ok(whole),
            Some(prefix) if prefix <= whole.prefix => Ok(Self { prefix, ..whole }),
            Some(_) => Err(BadNetwork),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl TryFrom<String> for Network {
    type Error = BadNetwork;

    fn try_from(text: String) -> Result<Self, BadNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Network>().expect("a range").contains(address.parse().expect("an address"))
    }

    #[test]
    fn a_range_holds_what_begins_alike() {
        assert!(holds("192.0.2.0/24", "192.0.2.255"));
        assert!(!holds("192.0.2.0/24", "192.0.3.1"));
        assert!(holds("192.0.2.9", "192.0.2.9"));
        assert!(!holds("192.0.2.9", "192.0.2.8"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("0.0.0.0/0", "203.0.113.1"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("192.0.2.9", "::ffff:192.0.2.9"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "192.0.2.0/33", "pbx.test", "192.0.2.0/", "/24", "::/129"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
