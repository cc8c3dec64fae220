//! Requests: resource, ping, discovery, contacts, and subscriptions to nodes.

use super::{BIND, Client, refusal, result};
use crate::finesse::xml::Element;

const DISCO_INFO: &str = "http://jabber.org/protocol/disco#info";
const DISCO_ITEMS: &str = "http://jabber.org/protocol/disco#items";
const PUBSUB: &str = "http://jabber.org/protocol/pubsub";

impl Client {
    pub(super) fn iq(&mut self, iq: &Element) {
        let kind = iq.get("type").unwrap_or_default();
        let Some(content) = iq.elements().next() else {
            // An answer to a ping of ours would be one; there are none.
            return;
        };
        let space = content.get("xmlns").unwrap_or_default();
        let to_pubsub = iq.get("to").is_some_and(|to| to == format!("pubsub.{}", self.domain));
        let answer = match (kind, content.local(), space) {
            ("set", "bind", _) => self.bind(iq, content),
            (_, _, _) if !self.bound => refusal(iq, "auth", "not-authorized"),
            ("set", "session", _) | ("get", "ping", "urn:xmpp:ping") => self.addressed(result(iq)),
            ("get", "query", DISCO_INFO) => self.addressed(result(iq)).child(info(content, to_pubsub)),
            ("get", "query", DISCO_ITEMS) => {
                let mut items = Element::new("query").attribute("xmlns", DISCO_ITEMS);
                if !to_pubsub {
                    let service = format!("pubsub.{}", self.domain);
                    items = items.child(Element::new("item").attribute("jid", service));
                }
                self.addressed(result(iq)).child(items)
            }
            ("get", "query", "jabber:iq:roster") => {
                let finesse = Element::new("item")
                    .attribute("jid", format!("finesse@{}", self.domain))
                    .attribute("subscription", "to");
                let contacts = Element::new("query").attribute("xmlns", "jabber:iq:roster").child(finesse);
                self.addressed(result(iq)).child(contacts)
            }
            (_, "pubsub", _) => self.addressed(self.pubsub(iq, content)),
            ("result" | "error", _, _) => return,
            (_, _, _) => self.addressed(refusal(iq, "cancel", "service-unavailable")),
        };
        self.send(&answer);
    }

    fn addressed(&self, answer: Element) -> Element {
        let jid = self.shared.read(|world, _| world.nodes[self.node].hub.jid(self.id));
        match jid {
            Some(jid) => answer.attribute("to", jid),
            None => answer,
        }
    }

    fn bind(&mut self, iq: &Element, bind: &Element) -> Element {
        let resource = bind.text_of("resource").filter(|resource| !resource.is_empty());
        let resource = resource.unwrap_or_else(|| format!("made-{}", self.id));
        let jid = self.shared.with(|world, _| world.nodes[self.node].hub.bind(self.id, &resource));
        let Some(jid) = jid else { return refusal(iq, "cancel", "not-allowed") };
        self.bound = true;
        result(iq).child(Element::new("bind").attribute("xmlns", BIND).field("jid", jid))
    }

    /// XEP-0060 §6.1, §6.2 and §5.6.
    fn pubsub(&self, iq: &Element, pubsub: &Element) -> Element {
        let Some(user) = &self.user else { return refusal(iq, "auth", "not-authorized") };
        let wrapped = |content: Element| {
            result(iq).child(Element::new("pubsub").attribute("xmlns", PUBSUB).child(content))
        };
        let Some(request) = pubsub.elements().next() else { return refusal(iq, "modify", "bad-request") };
        if request.local() == "subscriptions" {
            let list = self.shared.read(|world, _| {
                let known = world.nodes[self.node].hub.subscriptions(user);
                known.map(|(node, jid)| subscription(node, jid, "subscribed")).collect::<Vec<_>>()
            });
            return wrapped(Element::new("subscriptions").children(list));
        }
        let (Some(node), Some(jid)) = (request.get("node"), request.get("jid")) else {
            return refusal(iq, "modify", "bad-request");
        };
        if jid.split(['@', '/']).next() != Some(user) {
            return refusal(iq, "modify", "bad-request");
        }
        match request.local() {
            "subscribe" => {
                if !self.exists(node) {
                    return refusal(iq, "cancel", "item-not-found");
                }
                self.shared.with(|world, _| world.nodes[self.node].hub.subscribe(node, jid));
                wrapped(subscription(node, jid, "subscribed"))
            }
            "unsubscribe" => {
                let known = self.shared.with(|world, _| world.nodes[self.node].hub.unsubscribe(node, jid));
                if known { result(iq) } else { refusal(iq, "cancel", "unexpected-request") }
            }
            _ => refusal(iq, "cancel", "feature-not-implemented"),
        }
    }

    /// Whether there is a node of that name for this user.
    fn exists(&self, node: &str) -> bool {
        let Some(path) = node.strip_prefix("/finesse/api/") else { return false };
        let parts: Vec<&str> = path.split('/').collect();
        let user = self.user.as_deref().unwrap_or_default();
        self.shared.read(|world, _| match parts[..] {
            ["SystemInfo"] => true,
            ["User", id, ..] => id == user,
            ["Team", id, "Users" | "TeamMessages"] => {
                world.centre.config().teams.iter().any(|team| team.id.to_string() == id)
            }
            ["Queue", id] => world.centre.config().queues.iter().any(|queue| queue.id.to_string() == id),
            _ => false,
        })
    }
}

fn subscription(node: &str, jid: &str, state: &str) -> Element {
    Element::new("subscription")
        .attribute("node", node)
        .attribute("jid", jid)
        .attribute("subid", "1")
        .attribute("subscription", state)
}

fn info(query: &Element, pubsub: bool) -> Element {
    let feature = |name: &str| Element::new("feature").attribute("var", name);
    let identity = |category: &str, kind: &str, name: &str| {
        Element::new("identity")
            .attribute("category", category)
            .attribute("type", kind)
            .attribute("name", name)
    };
    let mut answer = Element::new("query").attribute("xmlns", DISCO_INFO);
    if let Some(node) = query.get("node") {
        answer = answer.attribute("node", node);
    }
    answer = match (pubsub, query.get("node")) {
        (true, Some(_)) => answer.child(identity("pubsub", "leaf", "Node")),
        (true, None) => answer.child(identity("pubsub", "service", "Publish-Subscribe")),
        (false, _) => answer.child(identity("server", "im", "Lab")).child(feature("urn:xmpp:ping")),
    };
    answer.child(feature(DISCO_INFO)).child(feature(PUBSUB))
}
