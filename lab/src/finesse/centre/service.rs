//! The servers themselves: whether they serve, and what they say of themselves.

use super::agent::Reason;
use super::publish::{Method, update};
use super::state::{AgentState, Platform};
use super::{Audience, Centre, Output, Publication};
use crate::finesse::xml::Element;

/// A Finesse server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    /// Its name; also its domain of XMPP.
    pub host: String,
    /// Where its API is.
    pub https_port: u16,
    /// Where XMPP is without TLS.
    pub xmpp_port: u16,
    /// Where the notification service is with TLS.
    pub xmpp_secure_port: u16,
}

/// Whether the contact centre serves.
#[derive(Clone, Debug)]
pub struct Service {
    nodes: Vec<NodeInfo>,
    /// None while it serves.
    out: Option<String>,
    /// When the connection with the back-end was last seen, in ms.
    heartbeat: u64,
    started: u64,
}

impl Service {
    pub(super) fn new(nodes: Vec<NodeInfo>, now: u64) -> Self {
        Self { nodes, out: None, heartbeat: now, started: now }
    }

    /// Whether it serves.
    pub fn in_service(&self) -> bool {
        self.out.is_none()
    }
}

impl Centre {
    /// Whether it serves.
    pub fn in_service(&self) -> bool {
        self.service.in_service()
    }

    /// `GET /SystemInfo` of the node with that index.
    pub fn system_info(&self, now: u64, node: usize) -> Element {
        let service = &self.service;
        let host = |index: usize| service.nodes.get(index).map_or("", |node| node.host.as_str());
        let heartbeat = if service.in_service() { now } else { service.heartbeat };
        let mut info = Element::new("SystemInfo")
            .field("currentTimestamp", self.written(now))
            .field("deploymentType", self.platform().name())
            .field("lastCTIHeartbeatStatus", if service.in_service() { "success" } else { "failure" })
            .field("lastSuccessCTIHeartbeatTime", self.written(heartbeat))
            .field("ctiVersion", 24)
            .field("ctiHeartbeatInterval", 5)
            .field("ctiMMode", false)
            .field("ctiTimeInMMode", "")
            .field("finesseMMode", false)
            .field("finesseTimeInMMode", "")
            .field("license", "PREMIUM")
            .field("peripheralId", 5_000);
        for (name, node) in ["primaryNode", "secondaryNode"].into_iter().zip(&service.nodes) {
            info = info.child(
                Element::new(name)
                    .field("host", &node.host)
                    .field("httpsPort", node.https_port)
                    .field("xmppPort", node.xmpp_port)
                    .field("xmppSecurePort", node.xmpp_secure_port),
            );
        }
        let connected = (now.saturating_sub(service.started)) / 1_000;
        info.field("status", if service.in_service() { "IN_SERVICE" } else { "OUT_OF_SERVICE" })
            .field("statusReason", service.out.as_deref().unwrap_or_default())
            .field("systemAuthMode", "NON_SSO")
            .field("timezoneOffset", 0)
            .field("uri", "/finesse/api/SystemInfo")
            .field("xmppDomain", host(node))
            .field("xmppPubSubDomain", format!("pubsub.{}", host(node)))
            .child(
                Element::new("ctiServers").child(
                    Element::new("ctiServer")
                        .field("host", "cti.example")
                        .field("connectedDuration", connected)
                        .field("active", service.in_service()),
                ),
            )
    }

    /// The connection with the back-end is lost. Until it is back there are no events, and no requests.
    pub fn go_out_of_service(&mut self, now: u64, reason: &str) {
        if self.service.out.is_none() {
            self.service.out = Some(reason.to_owned());
            self.service.heartbeat = now;
            self.publish_system(now);
        }
    }

    /// The connection is back; `failover` to another back-end loses reasons. Everybody's state and calls are told.
    pub fn come_into_service(&mut self, now: u64, failover: bool) {
        if self.service.out.take().is_none() {
            return;
        }
        if failover {
            let uccx = self.platform() == Platform::Uccx;
            for agent in self.agents.values_mut().filter(|agent| agent.state != AgentState::Logout) {
                agent.reason = Reason::Unknown;
                if uccx && agent.state == AgentState::Talking {
                    agent.pending = Some((AgentState::Logout, Reason::Unknown));
                }
            }
        }
        self.publish_system(now);
        self.publish_everything(now);
        self.route(now);
    }

    /// Tells all who are connected, whichever the state. Each node says it with its own domain.
    fn publish_system(&mut self, now: u64) {
        let node = "/finesse/api/SystemInfo".to_owned();
        let body = self.system_info_update(now, 0);
        self.outputs.push_back(Output::Publish(Publication { node, audience: Audience::Everybody, body }));
    }

    /// The notification that the node with that index gives of itself.
    pub fn system_info_update(&self, now: u64, node: usize) -> String {
        update(self.system_info(now, node), Method::Put, "/finesse/api/SystemInfo", "")
    }

    /// From now on all that is written is early or late by this, in ms.
    pub fn set_skew(&mut self, skew_ms: i64) {
        self.skew_ms = skew_ms;
    }
}
