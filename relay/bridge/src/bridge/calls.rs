//! Calls come and go: placing one, answering one, ending one.

use super::{Bridge, FarLeg};
use crate::call::BridgedCall;
use crate::leg::{ClientId, FarLegId, UserId};
use crate::{Command, Millis, Refusal};
use sidetone_protocol::{
    CallId, CallState, DialString, Direction, EndReason, Event, FailureCode, LineState, MediaHolder, Party,
};

impl Bridge {
    /// Names a new leg to another party.
    pub(super) fn new_far_leg(&mut self, user: UserId) -> FarLegId {
        let leg = FarLegId(self.id());
        self.far_legs.insert(leg, FarLeg { user, ending: false });
        leg
    }

    /// Adds a call; those that are over make room for it.
    pub(super) fn add_call(
        &mut self,
        now: Millis,
        user: UserId,
        direction: Direction,
        party: Party,
    ) -> (CallId, FarLegId) {
        let id = CallId(self.id());
        let far = self.new_far_leg(user);
        let Some(state) = self.users.get_mut(&user) else { return (id, far) };
        let (over, live): (Vec<_>, Vec<_>) = state.calls.drain(..).partition(|call| !call.is_live());
        state.calls = live;
        state.calls.push(BridgedCall::new(id, far, direction, party, now));
        for call in over {
            self.tell_all(user, &Event::CallRemoved { call: call.view.id });
        }
        (id, far)
    }

    /// Calls somebody and turns the user to the new call.
    pub(super) fn place_call(
        &mut self,
        now: Millis,
        user: UserId,
        client: ClientId,
        target: DialString,
    ) -> Result<CallId, FailureCode> {
        let state = self.users.get(&user).ok_or(FailureCode::Internal)?;
        match &state.line {
            LineState::Ready => {}
            LineState::Registering => return Err(FailureCode::LineNotRegistered),
            LineState::Unavailable { failure } => return Err(failure.code),
        }
        if state.holder_for(client) != MediaHolder::Here {
            return Err(FailureCode::PhoneInOtherTab);
        }
        if state.live_calls().count() >= state.settings.max_calls {
            return Err(FailureCode::LineBusy);
        }
        let party = Party { number: target.as_str().to_owned(), name: None };
        let (id, leg) = self.add_call(now, user, Direction::Outbound, party);
        self.commands.push_back(Command::Dial { leg, user, target });
        if let Some(state) = self.users.get_mut(&user) {
            state.turn_to(id);
        }
        Ok(id)
    }

    /// Answers a ringing call and turns the user to it.
    pub(super) fn answer_call(&mut self, user: UserId, id: CallId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(call) = state.call_mut(id) else { return };
        call.view.state = CallState::Answering;
        call.auto_answer_at = None;
        let leg = call.far;
        state.turn_to(id);
        self.commands.push_back(Command::Answer { leg });
    }

    /// Ends one call for the user, and its legs if they still stand.
    pub(super) fn end_call(&mut self, user: UserId, id: CallId, reason: EndReason, refusal: Refusal) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(call) = state.call_mut(id).filter(|call| call.is_live()) else { return };
        call.end(reason);
        let legs = [Some(call.far), call.successor.take().map(|successor| successor.leg)];
        for other in &mut state.calls {
            other.view.consults_for = other.view.consults_for.filter(|first| *first != id);
        }
        for leg in legs.into_iter().flatten() {
            self.end_far_leg(leg, refusal.clone());
        }
    }

    pub(super) fn end_live_calls(&mut self, user: UserId, reason: &EndReason) {
        let Some(state) = self.users.get(&user) else { return };
        let live: Vec<CallId> = state.live_calls().map(|call| call.view.id).collect();
        for id in live {
            self.end_call(user, id, reason.clone(), Refusal::Unavailable);
        }
    }

    /// Says that two calls are parts of one conversation.
    pub(super) fn relate_calls(&mut self, user: UserId, id: CallId, to: CallId) {
        let Some(state) = self.users.get(&user) else { return };
        if let (Some(call), Some(to)) = (state.call(id), state.call(to)) {
            self.commands.push_back(Command::Relate { leg: call.far, to: to.far });
        }
    }

    /// Has a leg ended by the shell, unless it has ended or is about to. What it was part of ends with it.
    pub(super) fn end_far_leg(&mut self, leg: FarLegId, refusal: Refusal) {
        let Some(known) = self.far_legs.get_mut(&leg) else { return };
        if !std::mem::replace(&mut known.ending, true) {
            let user = known.user;
            self.forget_wires(user, leg);
            self.commands.push_back(Command::End { leg, refusal });
        }
    }

    /// A leg that ends is taken out of what it was connected to by that.
    pub(super) fn forget_wires(&mut self, user: UserId, leg: FarLegId) {
        if let Some(state) = self.users.get_mut(&user) {
            state.wiring.forget_far(leg);
        }
    }
}
