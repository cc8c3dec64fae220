//! Flows to proxies (RFC 5626), and the way back to the first registrar.

use super::UserAgent;
use super::trunks::shows_life;
use crate::message::{Headers, Method, NameAddr, Request, Uri, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Owner};
use crate::{AccountId, FlowId, Kind};

/// What asks for a sign of life (RFC 5626 §3.5.1).
pub(super) const PING: &[u8] = b"\r\n\r\n";

impl UserAgent {
    /// An OPTIONS outside of any dialog (RFC 3261 §11.1): whatever comes back shows that somebody is there.
    pub(super) fn options_ping(
        &self,
        at: &mut At<'_>,
        uri: Uri,
        mut from: NameAddr,
        contact: String,
    ) -> Request {
        from.params.set("tag", Some(at.token(12)));
        let mut headers = Headers::new();
        headers.push(name::MAX_FORWARDS, "70");
        headers.push(name::FROM, from.to_string());
        headers.push(name::TO, format!("<{uri}>"));
        headers.push(name::CALL_ID, at.token(24));
        headers.push(name::CSEQ, "1 OPTIONS");
        headers.push(name::CONTACT, contact);
        headers.push(name::USER_AGENT, self.net.settings.user_agent.as_str());
        Request { method: Method::OPTIONS, uri, headers, body: Vec::new() }
    }

    /// Plans the next sign of life to a proxy.
    pub(super) fn plan_keep_alive(&mut self, at: &mut At<'_>, id: AccountId) {
        let Some(line) = self.lines.get(&id).filter(|line| line.config.kind == Kind::Proxy) else { return };
        let Some(path) = line.registration.path else { return };
        if path.flow == FlowId::UDP {
            return self.plan_udp_keep_alive(at, path.remote);
        }
        let usual = self.net.settings.keep_alive_stream;
        // RFC 5626 §4.4: from 80 % of it to all of it.
        let pause = at.part_of(line.registration.flow_timer.unwrap_or(usual), 80);
        self.net.schedule.set(Alarm::KeepAlive(id), at.now + pause);
    }

    pub(super) fn keep_alive(&mut self, at: &mut At<'_>, id: AccountId) {
        let Some(path) = self.lines.get(&id).and_then(|line| line.registration.path) else { return };
        if self.net.send_along(at.now, path, PING.to_vec()) {
            let until = at.now + self.net.settings.pong_within;
            self.net.schedule.set_once(Alarm::Pong(path.flow), until);
        }
        self.plan_keep_alive(at, id);
    }

    /// No pong came: the flow is dead, and what needs it makes a new one.
    pub(super) fn flow_failed(&mut self, at: &mut At<'_>, flow: FlowId) {
        self.net.close(at.now, flow);
        self.after_close(at, flow);
    }

    /// Plans to ask the first registrar whether it is there again, if a line had to leave it.
    pub(super) fn plan_probe(&mut self, at: &mut At<'_>, id: AccountId) {
        let away = self.lines.get(&id).is_some_and(|line| line.registration.registrar != 0);
        if away {
            let pause = at.part_of(self.net.settings.first_registrar_probe, 75);
            self.net.schedule.set(Alarm::FirstRegistrar(id), at.now + pause);
        } else {
            self.net.schedule.cancel(Alarm::FirstRegistrar(id));
        }
    }

    pub(super) fn probe_first_registrar(&mut self, at: &mut At<'_>, id: AccountId) {
        if self.is_in_a_call(id) {
            return self.plan_probe(at, id);
        }
        let Some(line) = self.lines.get(&id) else { return };
        let Some((uri, destination)) = line.first_registrar() else { return };
        let Some(contact) = line.contact(&self.net, destination.transport) else { return };
        let from = line.identity();
        let request = self.options_ping(at, uri, from, contact.to_string());
        let probe = self.clients.start(&mut self.net, at, request, destination, Owner::Probe(id), 0);
        if let Some(line) = self.lines.get_mut(&id) {
            line.registration.probe = Some(probe);
        }
        self.plan_next_hop(at.now, probe);
    }

    pub(super) fn on_probe_outcome(&mut self, at: &mut At<'_>, id: AccountId, event: &ClientEvent) {
        let Some(alive) = shows_life(&event.outcome) else { return };
        let busy = self.is_in_a_call(id);
        let Some(line) = self.lines.get_mut(&id) else { return };
        if line.registration.probe.take_if(|probe| *probe == event.id).is_none() {
            return;
        }
        // A call may depend on the registration that it was made over.
        if !alive || busy || line.registration.client.is_some() {
            return self.plan_probe(at, id);
        }
        line.registration.start_over();
        line.forget_challenges();
        self.register(at, id);
    }

    fn is_in_a_call(&self, id: AccountId) -> bool {
        self.legs.values().any(|leg| leg.account == id)
    }
}
