//! Lines and their registrations.

use super::UserAgent;
use crate::call::Leg;
use crate::line::Line;
use crate::message::{Host, Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Outcome, Owner};
use crate::transport::Destination;
use crate::{Account, AccountId, Cause, Error, Event, FlowId, Kind, LegId};
use std::time::Duration;

impl UserAgent {
    pub(super) fn install_account(
        &mut self,
        at: &mut At<'_>,
        id: AccountId,
        account: Account,
    ) -> Result<(), Error> {
        let reach = self.net.reach(account.transport).ok_or(Error::NoTransport)?;
        let mut fresh = Line::new(at, account, reach)?;
        if let Some(id) = fresh.trunk() {
            let trunk = self.trunks.get(&id).ok_or(Error::UnknownTrunk(id))?;
            fresh.join(&trunk.config, trunk.domain.clone());
        }
        match self.lines.get_mut(&id) {
            Some(line) => line.reconfigure(fresh),
            None => drop(self.lines.insert(id, fresh)),
        }
        self.review_subscriptions(at, id);
        self.abandon_registration(id, false);
        self.register(at, id);
        self.tell_service(id);
        Ok(())
    }

    pub(super) fn dismiss_account(&mut self, at: &mut At<'_>, id: AccountId) -> Result<(), Error> {
        if !self.lines.contains_key(&id) {
            return Err(Error::UnknownAccount(id));
        }
        let of_account = |(leg, of): (&LegId, &Leg)| (of.account == id).then_some(*leg);
        for leg in self.legs.iter().filter_map(of_account).collect::<Vec<_>>() {
            self.give_up(at, leg);
        }
        self.end_subscriptions(at, id);
        self.unregister(at, id);
        Ok(())
    }

    /// Sends a REGISTER, unless one is under way.
    pub(super) fn register(&mut self, at: &mut At<'_>, id: AccountId) {
        let to = self.lines.get(&id).and_then(Line::registrar_hop);
        self.register_at(at, id, to);
    }

    fn register_at(&mut self, at: &mut At<'_>, id: AccountId, to: Option<Destination>) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        if line.registration.client.is_some() || !line.config.kind.registers() {
            return;
        }
        let contact = to.as_ref().and_then(|to| line.binding(&self.net, to.transport));
        let (Some(mut to), Some(contact)) = (to, contact) else {
            return self.registration_failed(at, id, Cause::Transport, None);
        };
        to.prefer = to.prefer.or(line.registration.path);
        let (identity, registrar) = (line.identity(), line.registrar());
        let mut request = line.registration.request(&identity, registrar, &contact);
        if let Some(route) = line.register_route() {
            request.headers.push_front(name::ROUTE, route.to_string());
        }
        if line.config.kind == Kind::Proxy {
            // RFC 3327 §5.1, RFC 5626 §4.2.1.
            let supported = if line.registration.no_outbound { "path" } else { "path, outbound" };
            request.headers.push(name::SUPPORTED, supported);
        }
        request.headers.push(name::USER_AGENT, self.net.settings.user_agent.as_str());
        line.authorise(at, &mut request, |_| true);
        let client = self.clients.start(&mut self.net, at, request, to, Owner::Registration(id), 0);
        line.registration.client = Some(client);
        self.plan_next_hop(at.now, client);
    }

    /// Unregisters a line that is to be removed, if it may be registered.
    pub(super) fn unregister(&mut self, at: &mut At<'_>, id: AccountId) {
        let under_way = self.abandon_registration(id, true);
        let Some(line) = self.lines.get_mut(&id) else { return };
        if line.registration.until.is_some() || under_way {
            line.registration.removing = true;
            self.register(at, id);
        } else {
            self.drop_line(id);
        }
    }

    /// Stops what is planned or under way; true if a REGISTER was.
    pub(super) fn abandon_registration(&mut self, id: AccountId, removing: bool) -> bool {
        self.cancel_line_alarms(id);
        let Some(line) = self.lines.get_mut(&id) else { return false };
        line.registration.removing = removing;
        if let Some(probe) = line.registration.probe.take() {
            self.clients.remove(&mut self.net, probe);
        }
        let client = line.registration.client.take();
        client.and_then(|client| self.clients.remove(&mut self.net, client)).is_some()
    }

    fn cancel_line_alarms(&mut self, id: AccountId) {
        for alarm in [Alarm::Register(id), Alarm::KeepAlive(id), Alarm::FirstRegistrar(id)] {
            self.net.schedule.cancel(alarm);
        }
    }

    fn drop_line(&mut self, id: AccountId) {
        self.cancel_line_alarms(id);
        if self.lines.remove(&id).is_some() {
            self.net.event(Event::Unregistered { account: id });
        }
    }

    pub(super) fn on_registration_outcome(&mut self, at: &mut At<'_>, id: AccountId, event: ClientEvent) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        if line.registration.client != Some(event.id) {
            return;
        }
        if matches!(&event.outcome, Outcome::Response(response) if response.is_provisional()) {
            return;
        }
        line.registration.client = None;
        if line.registration.removing {
            return self.drop_line(id);
        }
        let path = event.client.path;
        let next = event.client.next_address();
        match event.outcome {
            Outcome::Response(response) if response.is_success() => {
                let token = line.token.clone();
                let after_trouble = line.registration.failures > 0 || line.registration.path.is_none();
                let granted = line.registration.succeed(at, &response, &token);
                line.registration.arrive(at.now, path);
                self.plan_keep_alive(at, id);
                self.plan_probe(at, id);
                self.net.schedule.set(Alarm::Register(id), granted.refresh_at);
                self.net.event(Event::Registered { account: id, expires: granted.until });
                self.resume_subscriptions(at, id, after_trouble);
            }
            Outcome::Response(response) if response.status == 439 && !line.registration.no_outbound => {
                // First Hop Lacks Outbound Support: register without it (RFC 5626 §11.6).
                line.registration.no_outbound = true;
                self.register(at, id);
            }
            Outcome::Response(response) if response.status == 423 => self.longer(at, id, &response),
            Outcome::Response(response) => {
                if response.status == 503 && self.register_elsewhere(at, id, next) {
                    return;
                }
                let cause = crate::call::reason::of_response(&response);
                self.registration_failed(at, id, cause, Some(&response));
            }
            Outcome::Timeout => {
                // A connection over which nothing comes back is as good as lost.
                if let Some(path) = path.filter(|path| path.flow != FlowId::UDP) {
                    self.net.close(at.now, path.flow);
                    self.after_close(at, path.flow);
                }
                if !self.register_elsewhere(at, id, next) {
                    self.registration_failed(at, id, Cause::Timeout, None);
                }
            }
            Outcome::Unsent => {
                if !self.register_elsewhere(at, id, next) {
                    self.registration_failed(at, id, Cause::Transport, None);
                }
            }
        }
    }

    /// Registers at the next address of the registrar (RFC 3263 §4.3), else at the next registrar. False: all of
    /// them have failed.
    fn register_elsewhere(&mut self, at: &mut At<'_>, id: AccountId, next: Option<Destination>) -> bool {
        let Some(line) = self.lines.get_mut(&id) else { return false };
        let refresh = line.registration.path.take().is_some();
        self.net.schedule.cancel(Alarm::Register(id));
        let Some(hop) = line.registrar_hop() else { return false };
        if next.is_some() {
            self.register_at(at, id, next);
            return true;
        }
        if refresh && matches!(hop.host, Host::Name(_)) {
            // It went to the one address that had been good: ask for the others.
            self.register(at, id);
            return true;
        }
        let registrars = line.registrar_count();
        line.registration.failed_registrars += 1;
        if line.registration.failed_registrars < registrars {
            line.registration.registrar = (line.registration.registrar + 1) % registrars;
            line.forget_challenges();
            self.register(at, id);
            return true;
        }
        line.registration.start_over();
        false
    }

    /// 423: the registrar wants a longer lifetime (RFC 3261 §10.2.8).
    fn longer(&mut self, at: &mut At<'_>, id: AccountId, response: &Response) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        let least = response.headers.first(name::MIN_EXPIRES).and_then(|text| text.trim().parse().ok());
        match least.map(Duration::from_secs) {
            Some(least) if least > line.registration.expires && least.as_secs() <= u64::from(u32::MAX) => {
                line.registration.expires = least;
                self.register(at, id);
            }
            _ => {
                let cause = crate::call::reason::of_response(response);
                self.registration_failed(at, id, cause, Some(response));
            }
        }
    }

    fn registration_failed(
        &mut self,
        at: &mut At<'_>,
        id: AccountId,
        cause: Cause,
        response: Option<&Response>,
    ) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        if line.registration.removing {
            return self.drop_line(id);
        }
        let retry_at = line.registration.fail(at, &self.net.settings, response);
        if line.registration.until.is_some_and(|until| until <= at.now) {
            line.registration.until = None;
        }
        self.net.schedule.set(Alarm::Register(id), retry_at);
        self.net.event(Event::RegistrationFailed { account: id, cause, retry_at });
    }

    /// The registrar reaches a line over its flow: a new one has to be made.
    pub(super) fn register_again_after_loss(&mut self, at: &mut At<'_>, lost: impl Fn(&Line) -> bool) {
        for (id, line) in &mut self.lines {
            if lost(line) && !line.registration.removing {
                let registration = &mut line.registration;
                let pause = registration.lose(at, &self.net.settings);
                self.net.schedule.cancel(Alarm::KeepAlive(*id));
                if registration.client.is_none() {
                    self.net.schedule.set(Alarm::Register(*id), at.now + pause);
                }
                self.net.event(Event::RegistrationLost { account: *id });
            }
        }
    }
}
