//! Whether audio towards the telephone system is encrypted.

use super::{Config, DEFAULT_PROFILE, Kind, Transport, Trunk, User};
use serde::Deserialize;

/// Whether audio is encrypted by SRTP, with keys that SIP carries (SDES, RFC 4568).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaEncryption {
    /// It is not; calls that offer nothing else are refused.
    #[default]
    Off,
    /// Where the other side can.
    Optional,
    /// It is, or there is no call.
    Required,
}

impl Config {
    /// What holds for a user's calls: what their line or its trunk says, else their profile.
    #[must_use]
    pub fn media_encryption(&self, user: &User) -> MediaEncryption {
        let profile = user.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
        let of_profile = || self.profiles.iter().find(|known| known.name == profile)?.media_encryption;
        let of_trunk = || self.trunk_of(user)?.media_encryption;
        user.sip.media_encryption.or_else(of_trunk).or_else(of_profile).unwrap_or_default()
    }

    /// The lines, by the key of their user or trunk, whose keys would be read by whoever reads their SIP.
    #[must_use]
    pub fn keys_in_the_clear(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (index, user) in self.users.iter().enumerate() {
            if self.media_encryption(user) == MediaEncryption::Off {
                continue;
            }
            let key = match self.trunk_of(user) {
                Some(trunk) if trunk.peers.iter().any(|peer| peer.transport != Transport::Tls) => {
                    format!("trunk {:?}", trunk.name)
                }
                None if user.sip.transport != Transport::Tls => format!("user[{index}].sip"),
                Some(_) | None => continue,
            };
            if !found.contains(&key) {
                found.push(key);
            }
        }
        found
    }

    fn trunk_of(&self, user: &User) -> Option<&Trunk> {
        let name = user.sip.trunk.as_ref().filter(|_| user.sip.kind() == Kind::Trunk)?;
        self.trunks.iter().find(|trunk| trunk.name == *name)
    }
}

#[cfg(test)]
mod tests {
    use super::MediaEncryption::{Off, Optional, Required};
    use crate::config::{Config, load};
    use std::path::Path;

    const TEXT: &str = r#"
        [media]
        listen_ip = "127.0.0.1"
        [sip]
        listen_ip = "127.0.0.1"
        [[profile]]
        name = "default"
        media_encryption = "optional"
        [[profile]]
        name = "plain"
        [[trunk]]
        name = "udp"
        domain = "a.test"
        media_encryption = "required"
        [[trunk.peer]]
        host = "192.0.2.31"
        [[trunk]]
        name = "tls"
        domain = "b.test"
        [[trunk.peer]]
        host = "192.0.2.32"
        transport = "tls"
        [[user]]
        name = "one"
        password = "secret"
        sip = { address_of_record = "sip:1@p.test", registrar = "sip:p.test", media_encryption = "off" }
        [[user]]
        name = "two"
        password = "secret"
        sip = { address_of_record = "sip:2@p.test", registrar = "sip:p.test" }
        [[user]]
        name = "three"
        password = "secret"
        sip = { address_of_record = "sip:3@p.test", registrar = "sip:p.test", transport = "tls" }
        [[user]]
        name = "four"
        password = "secret"
        profile = "plain"
        sip = { kind = "trunk", trunk = "udp", number = "4" }
        [[user]]
        name = "five"
        password = "secret"
        sip = { kind = "trunk", trunk = "udp", number = "5" }
        [[user]]
        name = "six"
        password = "secret"
        sip = { kind = "trunk", trunk = "tls", number = "6" }
        [[user]]
        name = "seven"
        password = "secret"
        profile = "plain"
        sip = { kind = "trunk", trunk = "tls", number = "7" }
    "#;

    fn config() -> Config {
        load::parse(Path::new("f"), TEXT, std::iter::empty()).unwrap()
    }

    #[test]
    fn a_line_or_its_trunk_comes_before_the_profile() {
        let config = config();
        let found: Vec<_> = config.users.iter().map(|user| config.media_encryption(user)).collect();
        assert_eq!(found, [Off, Optional, Optional, Required, Required, Optional, Off]);
    }

    #[test]
    fn keys_that_everybody_can_read_are_told_of() {
        assert_eq!(config().keys_in_the_clear(), ["user[1].sip", "trunk \"udp\""]);
    }
}
