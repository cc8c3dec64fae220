//! What agents ask for, and what they are told.

use super::Relay;
use crate::agents::News;
use crate::agents::calls::{AgentCalls, Deed, Place};
use sidetone_bridge::{Bridge, ClientId, FarLegId, Refusal, UserId};
use sidetone_finesse::session::Change;
use sidetone_protocol::agent::AgentEvent;
use sidetone_protocol::{ClientMessage, Event, FailureCode, RelayMessage};

impl Relay {
    /// A tab said something: what concerns the contact centre goes there, everything else to the bridge.
    pub(super) fn message(&mut self, now: u64, client: ClientId, message: ClientMessage) {
        let Some(user) = self.sessions.user_of(client) else {
            return self.bridge.message(now, client, message);
        };
        match message {
            ClientMessage::Agent { request, action } => {
                let joined = (&mut self.bridge, self.plans.of(user));
                self.agents.request(now, &mut self.rng, joined, (user, client), request, action);
                self.carry_out_deeds(user);
            }
            ClientMessage::SignOut => {
                self.signing_out = Some(user);
                self.bridge.message(now, client, ClientMessage::SignOut);
            }
            other => match self.agents.calls(now, user, self.plans.of(user)) {
                Some((calls, place)) => {
                    calls.message(&mut self.bridge, place, client, other);
                    self.carry_out_deeds(user);
                }
                None => self.bridge.message(now, client, other),
            },
        }
    }

    /// The line of a user goes down: nobody is there any more.
    pub(super) fn agent_leaves(&mut self, user: UserId) {
        self.with_calls(user, |calls, bridge, place| calls.session_ended(bridge, place));
        let by_choice = self.signing_out.take() == Some(user);
        self.agents.leave(self.clock.millis(), &mut self.rng, user, by_choice);
    }

    /// Somebody calls an agent's phone. None: it is a call like others.
    pub(super) fn incoming_of_agent(
        &mut self,
        user: UserId,
        caller: &str,
        auto_answer: bool,
    ) -> Option<Result<FarLegId, Refusal>> {
        let incoming = |calls: &mut AgentCalls, bridge: &mut Bridge, place: Place<'_>| {
            calls.incoming(bridge, place, caller, auto_answer)
        };
        self.with_calls(user, incoming).flatten()
    }

    /// The calls of a user, or what the contact centre knows of them, may have changed.
    pub(super) fn look_at_calls(&mut self, user: UserId) {
        self.with_calls(user, |calls, bridge, place| calls.look(bridge, place));
    }

    /// Tells those whom it concerns what is new of agents.
    pub(super) fn agent_news(&mut self, news: News) {
        match news {
            News::Answered { client, message } => self.tell(client, *message),
            News::Changed { user, change } => {
                match &change {
                    Change::DialogRemoved(_, last) => {
                        self.with_calls(user, |calls, bridge, place| calls.removed(bridge, place, last));
                        self.look_at_calls(user);
                    }
                    Change::Status | Change::Dialog(_) => self.look_at_calls(user),
                    Change::Lists
                    | Change::Team(_)
                    | Change::Member { .. }
                    | Change::Queue(_)
                    | Change::QueueRemoved(_)
                    | Change::Messages
                    | Change::Contacts => {}
                }
                self.agent_changed(user, &change);
            }
            News::Carried { user, route, result } => {
                self.with_calls(user, |calls, bridge, place| calls.done(bridge, place, route, &result));
                self.look_at_calls(user);
            }
            News::LookAtCalls { user } => self.look_at_calls(user),
            News::Day { user } => {
                if let Some(day) = self.agents.day(user) {
                    self.tell_agent(user, &AgentEvent::Day(day));
                }
            }
            News::HelpWanted { user, client, request } => {
                let message = match self.ask_supervisors(user) {
                    true => RelayMessage::Accepted { request, call: None },
                    false => {
                        let failure = FailureCode::NoAnswer.into();
                        RelayMessage::Failed { request: Some(request), failure }
                    }
                };
                self.agents.answer(user, client, request, message);
            }
        }
    }

    fn with_calls<T>(
        &mut self,
        user: UserId,
        act: impl FnOnce(&mut AgentCalls, &mut Bridge, Place<'_>) -> T,
    ) -> Option<T> {
        let (calls, place) = self.agents.calls(self.clock.millis(), user, self.plans.of(user))?;
        let result = act(calls, &mut self.bridge, place);
        self.carry_out_deeds(user);
        Some(result)
    }

    /// What has to be done about the calls of an agent.
    fn carry_out_deeds(&mut self, user: UserId) {
        let now = self.clock.millis();
        loop {
            let known = self.agents.calls(now, user, self.plans.of(user));
            let Some(deed) = known.and_then(|(calls, _)| calls.next_deed()) else { break };
            match deed {
                Deed::Ask { route, ask } => {
                    self.agents.ask_for_calls(now, &mut self.rng, user, route, ask);
                }
                Deed::Answer { client, message } => self.tell(client, *message),
                Deed::Show(dialog) => self.agent_changed(user, &Change::Dialog(dialog)),
            }
        }
        self.agents.reschedule(user);
    }

    fn agent_changed(&mut self, user: UserId, change: &Change) {
        if let Some(event) = self.agents.event(user, change) {
            self.tell_agent(user, &event);
        }
    }

    /// Tells the supervisors of the agent's team who are signed in. Says whether there is one.
    fn ask_supervisors(&mut self, user: UserId) -> bool {
        let Some((event, supervisors)) = self.agents.help_wanted(user) else { return false };
        supervisors.iter().for_each(|supervisor| self.tell_agent(*supervisor, &event));
        !supervisors.is_empty()
    }

    fn tell_agent(&mut self, user: UserId, event: &AgentEvent) {
        for client in self.sessions.clients_of(user).to_vec() {
            if self.connections.contains_key(&client) {
                let event = Event::Agent(Box::new(event.clone()));
                self.tell(client, RelayMessage::Event { event });
            }
        }
    }
}
