//! What a connection says.

use super::login::Login;
use std::fmt::Write as _;

pub(super) const FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";
const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";
const SESSION: &str = "urn:ietf:params:xml:ns:xmpp-session";
const STANZAS: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";
const PING: &str = "urn:xmpp:ping";
const PUBSUB: &str = "http://jabber.org/protocol/pubsub";
const BOSH: &str = "http://jabber.org/protocol/httpbind";
const XBOSH: &str = "urn:xmpp:xbosh";

/// RFC 7395 §3.3.
pub(super) fn open(domain: &str) -> String {
    format!("<open xmlns='{FRAMING}' to='{}' version='1.0'/>", escaped(domain))
}

/// RFC 7395 §3.6.
pub(super) fn close() -> String {
    format!("<close xmlns='{FRAMING}'/>")
}

pub(super) fn auth(login: &Login) -> String {
    format!("<auth xmlns='{SASL}' mechanism='PLAIN'>{}</auth>", login.plain())
}

pub(super) fn bind(id: &str, resource: &str) -> String {
    format!(
        "<iq xmlns='jabber:client' type='set' id='{id}'><bind xmlns='{BIND}'><resource>{}</resource></bind></iq>",
        escaped(resource)
    )
}

pub(super) fn session(id: &str) -> String {
    format!("<iq xmlns='jabber:client' type='set' id='{id}'><session xmlns='{SESSION}'/></iq>")
}

pub(super) fn presence() -> String {
    "<presence xmlns='jabber:client'/>".to_owned()
}

pub(super) fn unavailable() -> String {
    "<presence xmlns='jabber:client' type='unavailable'/>".to_owned()
}

pub(super) fn ping(id: &str, domain: &str) -> String {
    format!(
        "<iq xmlns='jabber:client' type='get' to='{}' id='{id}'><ping xmlns='{PING}'/></iq>",
        escaped(domain)
    )
}

pub(super) fn pong(id: &str, to: &str) -> String {
    format!("<iq xmlns='jabber:client' type='result'{} id='{}'/>", to_attribute(to), escaped(id))
}

/// What RFC 6120 §8.4 asks for where a request is not understood.
pub(super) fn not_served(id: &str, to: &str) -> String {
    format!(
        "<iq xmlns='jabber:client' type='error'{} id='{}'><error type='cancel'><service-unavailable xmlns='{STANZAS}'/></error></iq>",
        to_attribute(to),
        escaped(id)
    )
}

/// XEP-0060 §6.1 and §6.2, with the full address.
pub(super) fn subscription(id: &str, pubsub: &str, jid: &str, node: &str, subscribe: bool) -> String {
    let verb = if subscribe { "subscribe" } else { "unsubscribe" };
    format!(
        "<iq xmlns='jabber:client' type='set' to='{}' id='{id}'><pubsub xmlns='{PUBSUB}'><{verb} node='{}' jid='{}'/></pubsub></iq>",
        escaped(pubsub),
        escaped(node),
        escaped(jid)
    )
}

/// XEP-0124 §7 and XEP-0206 §3.
pub(super) fn bosh_create(rid: u64, domain: &str, wait_s: u64) -> String {
    format!(
        "<body xmlns='{BOSH}' xmlns:xmpp='{XBOSH}' content='text/xml; charset=utf-8' hold='1' rid='{rid}' to='{}' ver='1.6' \
         wait='{wait_s}' xml:lang='en' xmpp:version='1.0'/>",
        escaped(domain)
    )
}

pub(super) fn bosh_stanzas(rid: u64, sid: &str, stanzas: &[String]) -> String {
    let sid = escaped(sid);
    if stanzas.is_empty() {
        return format!("<body xmlns='{BOSH}' rid='{rid}' sid='{sid}'/>");
    }
    format!("<body xmlns='{BOSH}' rid='{rid}' sid='{sid}'>{}</body>", stanzas.concat())
}

/// XEP-0206 §5.
pub(super) fn bosh_restart(rid: u64, sid: &str, domain: &str) -> String {
    format!(
        "<body xmlns='{BOSH}' xmlns:xmpp='{XBOSH}' rid='{rid}' sid='{}' to='{}' xml:lang='en' xmpp:restart='true'/>",
        escaped(sid),
        escaped(domain)
    )
}

/// XEP-0124 §13.
pub(super) fn bosh_terminate(rid: u64, sid: &str) -> String {
    format!(
        "<body xmlns='{BOSH}' rid='{rid}' sid='{}' type='terminate'>{}</body>",
        escaped(sid),
        unavailable()
    )
}

fn to_attribute(to: &str) -> String {
    if to.is_empty() { String::new() } else { format!(" to='{}'", escaped(to)) }
}

/// For an attribute or text. What XML 1.0 cannot carry is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&apos;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "&#{};", u32::from(char));
            }
            char if u32::from(char) < 0x20 || matches!(char, '\u{fffe}' | '\u{ffff}') => {}
            char => out.push(char),
        }
    }
    out
}
