//! The SystemInfo object.

use super::Object;
use crate::model::{Deployment, Node, SystemInfo};
use crate::rest::Unreadable;
use crate::time;
use crate::xml::Element;

impl Object for SystemInfo {
    const NAME: &'static str = "SystemInfo";

    fn from_element(info: &Element) -> Result<Self, Unreadable> {
        let text = |name| info.value(name).to_owned();
        Ok(Self {
            // An old version does not say; that it answers says enough, since it refuses while it is out of service.
            in_service: matches!(info.value("status").to_ascii_uppercase().as_str(), "IN_SERVICE" | ""),
            status_reason: text("statusReason"),
            deployment: deployment(info.value("deploymentType")),
            single_sign_on: single_sign_on(info.value("systemAuthMode")),
            primary: info.child("primaryNode").map(node).unwrap_or_default(),
            secondary: info.child("secondaryNode").map(node).filter(|node| !node.host.is_empty()),
            xmpp_domain: text("xmppDomain"),
            pubsub_domain: text("xmppPubSubDomain"),
            timestamp: time::parse(info.value("currentTimestamp")),
            timezone_offset: info.value("timezoneOffset").parse().ok(),
        })
    }
}

fn deployment(text: &str) -> Option<Deployment> {
    match text.to_ascii_uppercase().as_str() {
        "UCCE" => Some(Deployment::Ucce),
        "UCCX" => Some(Deployment::Uccx),
        _ => None,
    }
}

/// The documents write `SSO`, `non-SSO` and `Hybrid`; a typing of others `NON_SSO` and `HYBRID`.
fn single_sign_on(text: &str) -> Option<bool> {
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    match letters.to_ascii_uppercase().as_str() {
        "SSO" => Some(true),
        // A version that does not say has none.
        "NONSSO" | "" => Some(false),
        _ => None,
    }
}

fn node(element: &Element) -> Node {
    Node {
        host: element.value("host").to_owned(),
        https_port: element.value("httpsPort").parse().ok(),
        xmpp_secure_port: element.value("xmppSecurePort").parse().ok(),
    }
}
