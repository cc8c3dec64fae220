//! The notification service: XMPP over TCP, WebSocket (RFC 7395) and BOSH (XEP-0124, XEP-0206).
//!
//! Stanzas are understood in [`session`]; the rest is how they arrive.

pub mod bosh;
pub mod session;
pub mod tcp;
pub mod websocket;

use super::xml::Element;

const STREAMS: &str = "http://etherx.jabber.org/streams";
const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";
const SESSION: &str = "urn:ietf:params:xml:ns:xmpp-session";
const STANZAS: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";

/// What is offered before and after sign-in.
fn features(signed_in: bool) -> Element {
    let features = Element::new("stream:features").attribute("xmlns:stream", STREAMS);
    if signed_in {
        features
            .child(Element::new("bind").attribute("xmlns", BIND))
            .child(Element::new("session").attribute("xmlns", SESSION))
    } else {
        features.child(
            Element::new("mechanisms")
                .attribute("xmlns", SASL)
                .child(Element::new("mechanism").text("PLAIN")),
        )
    }
}
