//! The calls of one agent: what Finesse knows and what the phone knows, kept together, and requests carried out by whoever can.
//!
//! [`AgentCalls`] stands between the session with Finesse and the bridge. Its owner
//!
//! 1. calls [`AgentCalls::look`] whenever the view or the user's calls may have changed ([`Bridge::next_settled`]) and when it is time,
//! 2. hands it the requests of the user's tabs about calls, and calls that come in before they ring,
//! 3. carries out every [`Deed`].

#[cfg(test)]
mod tests;

use super::joining::{Joining, Output, Sight};
use super::routing::{Carrying, RouteId, Situation, Step, is_up};
use super::translate;
use sidetone_bridge::{Bridge, ClientId, FarLegId, Refusal, UserId};
use sidetone_finesse::model::{Dialog, DialogId};
use sidetone_finesse::session::{Ask, Error, View};
use sidetone_protocol::dial_plan::DialPlan;
use sidetone_protocol::{Call, ClientMessage, Party, RelayMessage};
use std::collections::VecDeque;

/// What belongs to the agent and is kept elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The time.
    pub now: u64,
    /// Who the agent is here.
    pub user: UserId,
    /// What Finesse says; none while there is no session.
    pub view: &'a View,
    /// How the user's numbers are dialled and understood.
    pub plan: &'a DialPlan,
    /// Whether Finesse is to make the calls that are dialled.
    pub dial_by_finesse: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Ask the session; [`AgentCalls::done`] is owed.
    Ask {
        /// Names it.
        route: RouteId,
        /// What.
        ask: Ask,
    },
    /// Answer a tab.
    Answer {
        /// Which.
        client: ClientId,
        /// How.
        message: Box<RelayMessage>,
    },
    /// Tell the user's tabs of a dialog as if it had changed: its call is another, or it is to be shown now.
    Show(DialogId),
}

/// The calls of one agent.
#[derive(Debug, Default)]
pub struct AgentCalls {
    joining: Joining,
    carrying: Carrying,
    deeds: VecDeque<Deed>,
}

impl AgentCalls {
    /// None yet, for the agent at that extension.
    #[must_use]
    pub fn new(extension: &str) -> Self {
        Self { joining: Joining::new(extension), ..Self::default() }
    }

    /// Which dialogs and calls belong together.
    #[must_use]
    pub fn joining(&self) -> &Joining {
        &self.joining
    }

    /// The next thing to be done, oldest first.
    pub fn next_deed(&mut self) -> Option<Deed> {
        self.deeds.pop_front()
    }

    /// When [`Self::look`] has to be called though nothing has happened, if ever.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        self.joining.next_timeout().into_iter().chain(self.carrying.next_timeout()).min()
    }

    /// Something may have changed, or it is time.
    pub fn look(&mut self, bridge: &mut Bridge, place: Place<'_>) {
        if let Some(user) = place.view.user.as_ref().filter(|user| !user.extension.is_empty()) {
            self.joining.set_extension(&user.extension);
        }
        let calls: Vec<Call> = bridge.phone_calls(place.user).cloned().collect();
        self.joining.update(place.now, place.sight(&calls));
        self.tell_bridge(bridge, place);
        self.carrying.handle_timeout(place.now, &calls, &mut self.joining);
        self.carry_out(bridge, place);
    }

    /// A dialog is gone, and this is what it was last. [`Self::look`] is due.
    pub fn removed(&mut self, bridge: &mut Bridge, place: Place<'_>, last: &Dialog) {
        self.joining.removed(last, place.plan);
        self.tell_bridge(bridge, place);
    }

    /// A tab of the user asks for something about calls: everything but [`ClientMessage::Agent`].
    pub fn message(
        &mut self,
        bridge: &mut Bridge,
        place: Place<'_>,
        client: ClientId,
        message: ClientMessage,
    ) {
        let calls: Vec<Call> = bridge.phone_calls(place.user).cloned().collect();
        let situation = Situation {
            view: place.view,
            joining: &self.joining,
            calls: &calls,
            media: bridge.media_holder(place.user, client),
            dial_by_finesse: place.dial_by_finesse,
            plan: place.plan,
        };
        let told = self.carrying.message(place.now, client, message, situation);
        told.into_iter().for_each(|told| told.tell(&mut self.joining));
        self.carry_out(bridge, place);
    }

    /// Finesse is asked for something by another request of the agent. [`Self::done`] is owed with the name, beside the answer to
    /// whoever has asked.
    pub fn asked(&mut self, bridge: &mut Bridge, place: Place<'_>, ask: &Ask) -> RouteId {
        let (route, told) = self.carrying.other(place.now, ask);
        told.tell(&mut self.joining);
        self.carry_out(bridge, place);
        route
    }

    /// What became of something that Finesse was asked for.
    pub fn done(
        &mut self,
        bridge: &mut Bridge,
        place: Place<'_>,
        route: RouteId,
        result: &Result<(), Error>,
    ) {
        self.carrying.done(place.now, route, result, translate::failure, &mut self.joining);
        self.carry_out(bridge, place);
    }

    /// Somebody calls the agent's phone. None: it is a call like others. Otherwise it is the sound of a call that Finesse has made, and has
    /// been handed to the bridge, which has named its leg or refused it.
    pub fn incoming(
        &mut self,
        bridge: &mut Bridge,
        place: Place<'_>,
        caller: &str,
        auto_answer: bool,
    ) -> Option<Result<FarLegId, Refusal>> {
        let calls: Vec<Call> = bridge.phone_calls(place.user).cloned().collect();
        let leg = self.joining.incoming(place.sight(&calls), caller, auto_answer)?;
        let party: Party = leg.party.clone();
        let made = bridge.media_leg(place.now, place.user, party, leg.control.clone());
        if let Some(call) = made.as_ref().ok().and_then(|far| bridge.call_of(*far)) {
            self.joining.answered(place.now, call, leg);
        }
        Some(made)
    }

    /// A tab's session is over.
    pub fn forget(&mut self, client: ClientId) {
        self.carrying.forget(client);
    }

    /// The session with Finesse is over: SIP controls the calls, and every request is answered.
    pub fn session_ended(&mut self, bridge: &mut Bridge, place: Place<'_>) {
        self.carrying.session_ended();
        self.carry_out(bridge, place);
        self.look(bridge, Place { view: &View::default(), ..place });
    }

    fn carry_out(&mut self, bridge: &mut Bridge, place: Place<'_>) {
        // What ends is explained before it is asked for.
        self.tell_bridge(bridge, place);
        while let Some(step) = self.carrying.next_step() {
            match step {
                Step::Ask { route, ask } => self.deeds.push_back(Deed::Ask { route, ask }),
                Step::Answer { client, message } => self.deeds.push_back(Deed::Answer { client, message }),
                Step::Bridge { client, message } => bridge.message(place.now, client, message),
                Step::Dialled(target) => bridge.dialled(place.user, target),
            }
        }
    }

    fn tell_bridge(&mut self, bridge: &mut Bridge, place: Place<'_>) {
        let Place { now, user, .. } = place;
        while let Some(output) = self.joining.next_output() {
            match output {
                Output::Control { call, control } => bridge.set_controlled(now, user, call, control),
                Output::Answer { call, control } => bridge.answer_media_leg(now, user, call, control),
                Output::Explain { call, ending } => bridge.explain_end(now, user, call, ending),
                Output::Show { dialog } => self.deeds.push_back(Deed::Show(dialog)),
            }
        }
    }
}

impl<'a> Place<'a> {
    fn sight(self, calls: &'a [Call]) -> Sight<'a> {
        Sight { dialogs: &self.view.dialogs, calls, up: is_up(self.view), plan: self.plan }
    }
}
