//! Lines and their registrations.

use super::UserAgent;
use crate::message::{Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Outcome, Owner};
use crate::{AccountId, Cause, Event, FlowId, Transport};
use std::time::Duration;

/// After the loss of a connection: at once, but not all lines in the same moment.
const AFTER_LOSS: Duration = Duration::from_secs(1);

impl UserAgent {
    /// Sends a REGISTER, unless one is under way.
    pub(super) fn register(&mut self, at: &mut At<'_>, id: AccountId) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        if line.registration.client.is_some() {
            return;
        }
        let transport = line.config.transport;
        let (Some(mut to), Some(contact)) =
            (line.first_hop(&line.registrar()), line.contact(&self.net, transport))
        else {
            return self.registration_failed(at, id, Cause::Transport, None);
        };
        to.prefer = line.registration.path;
        to.skip = line.registration.failures;
        let (identity, registrar) = (line.identity(), line.registrar());
        let mut request = line.registration.request(&identity, registrar, &contact);
        request.headers.push(name::USER_AGENT, self.net.settings.user_agent.as_str());
        line.authorise(at, &mut request, |_| true);
        let client = self.clients.start(&mut self.net, at, request, to, Owner::Registration(id), 0);
        line.registration.client = Some(client);
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
        self.net.schedule.cancel(Alarm::Register(id));
        let Some(line) = self.lines.get_mut(&id) else { return false };
        line.registration.removing = removing;
        let client = line.registration.client.take();
        client.and_then(|client| self.clients.remove(&mut self.net, client)).is_some()
    }

    fn drop_line(&mut self, id: AccountId) {
        self.net.schedule.cancel(Alarm::Register(id));
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
        match event.outcome {
            Outcome::Response(response) if response.is_success() => {
                let token = line.token.clone();
                let after_trouble = line.registration.failures > 0 || line.registration.path.is_none();
                let granted = line.registration.succeed(at, &response, &token);
                line.registration.path = path;
                self.net.schedule.set(Alarm::Register(id), granted.refresh_at);
                self.net.event(Event::Registered { account: id, expires: granted.until });
                self.resume_subscriptions(at, id, after_trouble);
            }
            Outcome::Response(response) if response.status == 423 => self.longer(at, id, &response),
            Outcome::Response(response) => {
                let cause = crate::call::reason::of_response(&response);
                self.registration_failed(at, id, cause, Some(&response));
            }
            Outcome::Timeout => {
                // A connection over which nothing comes back is as good as lost.
                if let Some(path) = path.filter(|path| path.flow != FlowId::UDP) {
                    self.net.close(at.now, path.flow);
                    self.after_close(at, path.flow);
                }
                self.registration_failed(at, id, Cause::Timeout, None);
            }
            Outcome::Unsent => self.registration_failed(at, id, Cause::Transport, None),
        }
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

    /// The registrar reaches a line over its connection: a new one has to be made.
    pub(super) fn register_again_after_loss(&mut self, at: &mut At<'_>, flow: FlowId) {
        for (id, line) in &mut self.lines {
            let registration = &mut line.registration;
            if line.config.transport == Transport::Tcp
                && registration.path.is_some_and(|path| path.flow == flow)
                && !registration.removing
            {
                registration.path = None;
                if registration.client.is_none() {
                    let pause = at.part_of(AFTER_LOSS, 10);
                    self.net.schedule.set(Alarm::Register(*id), at.now + pause);
                }
            }
        }
    }
}
