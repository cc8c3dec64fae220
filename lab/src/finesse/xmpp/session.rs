//! A connection after its transport: sign-in, resource, presence, and requests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::mpsc::UnboundedSender;

use super::{BIND, SASL, STANZAS};
use crate::finesse::hub::{Out, SessionId};
use crate::finesse::world::Shared;
use crate::finesse::xml::Element;

mod request;

/// A client of a node.
pub struct Client {
    shared: Shared,
    node: usize,
    domain: String,
    id: SessionId,
    user: Option<String>,
    bound: bool,
    out: UnboundedSender<Out>,
}

/// What the transport is to do after a stanza.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Go on.
    Nothing,
    /// The client opens its stream anew.
    Restart,
    /// It is over.
    Close,
}

impl Client {
    /// A connection with a node has begun; what is to be written goes to `out`.
    pub fn new(shared: Shared, node: usize, out: UnboundedSender<Out>) -> Self {
        let (domain, id) = shared.with(|world, now| {
            let node = &mut world.nodes[node];
            (node.host.clone(), node.hub.connect(now, out.clone()))
        });
        Self { shared, node, domain, id, user: None, bound: false, out }
    }

    /// The domain that it speaks for.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether somebody signed in.
    pub fn signed_in(&self) -> bool {
        self.user.is_some()
    }

    /// Something was received, if only an empty line.
    pub fn heard(&self) {
        self.shared.with(|world, now| world.nodes[self.node].hub.heard(now, self.id));
    }

    fn send(&self, element: &Element) {
        // The connection may have gone meanwhile.
        let _ = self.out.send(Out::Write(element.write(), None));
    }

    /// Understands a stanza and answers it.
    pub fn stanza(&mut self, stanza: &Element) -> After {
        self.heard();
        match stanza.local() {
            "auth" => self.authenticate(stanza),
            "iq" if self.user.is_some() => {
                self.iq(stanza);
                After::Nothing
            }
            "presence" if self.bound => {
                self.presence(stanza);
                After::Nothing
            }
            "message" if self.bound => After::Nothing,
            _ => {
                let error = Element::new("stream:error").attribute("xmlns:stream", super::STREAMS).child(
                    Element::new("not-authorized").attribute("xmlns", "urn:ietf:params:xml:ns:xmpp-streams"),
                );
                self.send(&error);
                After::Close
            }
        }
    }

    fn authenticate(&mut self, auth: &Element) -> After {
        let failure =
            |condition: &str| Element::new("failure").attribute("xmlns", SASL).child(Element::new(condition));
        if auth.get("mechanism") != Some("PLAIN") {
            self.send(&failure("invalid-mechanism"));
            return After::Nothing;
        }
        // RFC 4616: authorization identity, authentication identity and password, parted by NUL.
        let decoded = STANDARD.decode(auth.own_text()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let parts: Vec<&str> = decoded.iter().flat_map(|text| text.split('\0')).collect();
        let [authorization, user, password] = parts[..] else {
            self.send(&failure("malformed-request"));
            return After::Nothing;
        };
        let fits = authorization.is_empty()
            || authorization == user
            || authorization == format!("{user}@{}", self.domain);
        let agent = self.shared.with(|world, now| {
            if world.nodes[self.node].faults.refuse_sign_in {
                return None;
            }
            world.centre.authenticate(now, user, password).ok()
        });
        let Some(agent) = agent.filter(|_| fits) else {
            self.send(&failure("not-authorized"));
            return After::Nothing;
        };
        self.shared.with(|world, _| world.nodes[self.node].hub.authenticated(self.id, &agent));
        self.user = Some(agent);
        self.send(&Element::new("success").attribute("xmlns", SASL));
        After::Restart
    }

    fn presence(&self, presence: &Element) {
        let available = match presence.get("type") {
            None => true,
            Some("unavailable") => false,
            // Subscriptions of contacts: there are none to be made.
            Some(_) => return,
        };
        if presence.get("to").is_some() {
            return;
        }
        let Some(user) = &self.user else { return };
        self.shared.with(|world, now| {
            world.nodes[self.node].hub.set_available(self.id, available);
            world.note_presence(now, user);
        });
    }

    /// The client has gone, or is to go.
    pub fn close(&mut self) {
        self.shared.with(|world, now| {
            if let Some(user) = world.nodes[self.node].hub.disconnect(self.id) {
                world.note_presence(now, &user);
            }
        });
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.close();
    }
}

/// The answer to a request, without content.
fn result(iq: &Element) -> Element {
    let mut answer = Element::new("iq")
        .attribute("xmlns", "jabber:client")
        .attribute("type", "result")
        .attribute("id", iq.get("id").unwrap_or_default());
    if let Some(to) = iq.get("to") {
        answer = answer.attribute("from", to);
    }
    answer
}

/// The refusal of a request.
fn refusal(iq: &Element, kind: &str, condition: &str) -> Element {
    let error = Element::new("error")
        .attribute("type", kind)
        .child(Element::new(condition).attribute("xmlns", STANZAS));
    let mut answer = result(iq);
    for (name, value) in &mut answer.attributes {
        if name == "type" {
            "error".clone_into(value);
        }
    }
    answer.child(error)
}
