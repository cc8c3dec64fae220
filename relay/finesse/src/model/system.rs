//! The SystemInfo object.

use serde::{Deserialize, Serialize};

/// What a Finesse server says of itself (Finesse developer guide, "SystemInfo").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SystemInfo {
    /// `status` is `IN_SERVICE`.
    pub in_service: bool,
    /// `statusReason`.
    pub status_reason: String,
    /// `deploymentType`; none on versions that do not say.
    pub deployment: Option<Deployment>,
    /// `systemAuthMode` is single sign-on, whatever its spelling; none for a mix of both.
    pub single_sign_on: Option<bool>,
    /// `primaryNode`.
    pub primary: Node,
    /// `secondaryNode`, none on a single node.
    pub secondary: Option<Node>,
    /// `xmppDomain`.
    pub xmpp_domain: String,
    /// `xmppPubSubDomain`.
    pub pubsub_domain: String,
    /// `currentTimestamp`.
    pub timestamp: Option<super::UnixMillis>,
    /// `timezoneOffset`, in minutes, where it is given.
    pub timezone_offset: Option<i32>,
}

impl SystemInfo {
    /// The host of the other node: the secondary's while `xmppDomain` is the primary's host, else the primary's.
    #[must_use]
    pub fn alternate_host(&self) -> Option<&str> {
        let secondary = self.secondary.as_ref()?;
        let alternate =
            if self.xmpp_domain == self.primary.host { &secondary.host } else { &self.primary.host };
        Some(alternate).filter(|host| !host.is_empty()).map(String::as_str)
    }
}

/// `deploymentType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deployment {
    /// `UCCE`.
    Ucce,
    /// `UCCX`.
    Uccx,
}

/// `primaryNode` or `secondaryNode`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Node {
    /// `host`.
    pub host: String,
    /// `httpsPort`, where it is given.
    pub https_port: Option<u16>,
    /// `xmppSecurePort`, where it is given.
    pub xmpp_secure_port: Option<u16>,
}
