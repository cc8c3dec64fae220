//! As whom a connection signs in.

use std::fmt;

/// Cisco's desktop binds it, and nobody else may.
pub const RESERVED_RESOURCE: &str = "desktop";

/// As whom a connection signs in, and to what.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The server's domain (`xmppDomain`).
    pub domain: String,
    /// The publish-subscribe service (`xmppPubSubDomain`).
    pub pubsub: String,
    /// The agent's id.
    pub user: String,
    /// The password, or the access token in single sign-on.
    pub password: String,
    /// The resource to bind.
    pub resource: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("domain", &self.domain).finish_non_exhaustive()
    }
}

impl Login {
    /// The address without resource.
    #[must_use]
    pub fn bare_jid(&self) -> String {
        format!("{}@{}", self.user, self.domain)
    }

    /// The resource, which is never Cisco's.
    pub(super) fn resource(&self) -> &str {
        let resource = self.resource.trim();
        if resource.is_empty() || resource.eq_ignore_ascii_case(RESERVED_RESOURCE) {
            "sidetone"
        } else {
            resource
        }
    }

    /// The initial response of SASL PLAIN (RFC 4616) with an empty authorization identity, in Base64.
    pub(super) fn plain(&self) -> String {
        base64(format!("\0{}\0{}", self.user, self.password).as_bytes())
    }

    /// Whether it is the agent's own server that speaks: the domain, the agent's own address, or nobody named.
    pub(super) fn is_server(&self, from: &str) -> bool {
        from.is_empty()
            || bare(from).eq_ignore_ascii_case(&self.domain)
            || bare(from).eq_ignore_ascii_case(&self.bare_jid())
    }

    /// Whether it is the publish-subscribe service that speaks.
    pub(super) fn is_pubsub(&self, from: &str) -> bool {
        from.eq_ignore_ascii_case(&self.pubsub)
    }
}

/// An address without its resource.
pub(super) fn bare(jid: &str) -> &str {
    jid.split('/').next().unwrap_or(jid)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648 §4).
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().enumerate().fold(0u32, |sum, (at, byte)| sum | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            if at > chunk.len() {
                text.push('=');
            } else {
                text.push(char::from(ALPHABET[(group >> (18 - 6 * at) & 63) as usize]));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn the_resource_of_the_desktop_is_never_taken() {
        let login = |resource: &str| Login {
            domain: String::new(),
            pubsub: String::new(),
            user: String::new(),
            password: String::new(),
            resource: resource.to_owned(),
        };
        assert_eq!(login(" Desktop").resource(), "sidetone");
        assert_eq!(login("").resource(), "sidetone");
        assert_eq!(login("relay-2").resource(), "relay-2");
    }
}
