//! Calls that a contact centre controls: it says who is on hold, and the phone follows.

use super::Bridge;
use crate::control::QUIET;
use crate::leg::{ClientId, FarLegId, UserId};
use crate::user::Focus;
use crate::{Controlled, Ending, Millis, Progress, Refusal};
use sidetone_protocol::{
    Call, CallId, CallState, DialString, Direction, EndReason, Event, MediaHolder, Party,
};

impl Bridge {
    /// A contact centre controls the call and says how it stands, or does so no longer. From then on SIP controls it:
    /// what was on hold stays so and can be resumed. Nothing happens where there is no such call or it is over.
    pub fn set_controlled(&mut self, now: Millis, user: UserId, call: CallId, control: Option<Controlled>) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let Some(known) = state.call_mut(call).filter(|call| call.is_live() && call.controlled != control)
        else {
            return;
        };
        let was_active = known.is_active_by_control();
        let was_held = known.is_held_by_control();
        let before = std::mem::replace(&mut known.controlled, control);
        let consults_for = known.controlled.as_ref().and_then(|control| control.shown.consults_for);
        if before.as_ref().and_then(|control| control.shown.consults_for) != consults_for {
            known.view.consults_for = consults_for.filter(|first| *first != call);
        }
        let progress = |control: &Controlled| control.shown.progress;
        if before.as_ref().is_some_and(|control| progress(control) != Progress::Answered)
            && known.controlled.as_ref().is_none_or(|control| progress(control) == Progress::Answered)
            && known.view.answered_at_ms.is_some()
        {
            known.view.answered_at_ms = Some(now);
        }
        if known.controlled.is_none() {
            known.quiet_until = None;
            if was_held {
                known.hold.assume_held();
                known.was_held_by_control = true;
            }
        } else {
            known.was_held_by_control = false;
            if known.is_held_by_control() != was_held || before.is_none() {
                known.quiet_until = Some(now + QUIET);
            }
        }
        known.resume_refused = false;
        if known.is_active_by_control() && !was_active {
            state.focus = Some(Focus::Call(call));
        }
        if let Some(first) = consults_for
            && state.call(first).is_none_or(|first| !first.is_live())
        {
            self.change(user, call, |call| call.view.consults_for = None);
        }
        self.settle(now, user);
    }

    /// The user has called somebody by other means than the phone: they can be dialled again.
    pub fn dialled(&mut self, user: UserId, target: DialString) {
        self.remember_dialled(user, target);
    }

    /// A user whose calls may be others than when this was asked last; each is named once. For whoever looks after the calls with
    /// [`Self::phone_calls`].
    pub fn next_settled(&mut self) -> Option<UserId> {
        self.settled.pop_first()
    }

    /// Where the user's phone is, seen from a tab.
    #[must_use]
    pub fn media_holder(&self, user: UserId, client: ClientId) -> MediaHolder {
        self.users.get(&user).map_or(MediaHolder::Nobody, |state| state.holder_for(client))
    }

    /// The user's calls as their legs tell them, whatever a contact centre says of them.
    pub fn phone_calls(&self, user: UserId) -> impl Iterator<Item = &Call> {
        self.users.get(&user).into_iter().flat_map(|state| state.calls.iter().map(|call| &call.view))
    }

    /// The call that a leg is part of, if it is not over.
    #[must_use]
    pub fn call_of(&self, leg: FarLegId) -> Option<CallId> {
        let state = self.users.get(&self.far_legs.get(&leg)?.user)?;
        state.live_calls().find(|call| call.far == leg).map(|call| call.view.id)
    }

    /// The contact centre has made a call for the user, and calls the user's own phone for it. It is answered at once, whatever
    /// the line's settings are: the user has asked for the call.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`] if nobody is there.
    pub fn media_leg(
        &mut self,
        now: Millis,
        user: UserId,
        party: Party,
        control: Controlled,
    ) -> Result<FarLegId, Refusal> {
        let state = self.users.get(&user).ok_or(Refusal::Unavailable)?;
        if !state.reachable(now, self.settings.reload) {
            return Err(Refusal::Unavailable);
        }
        let (id, leg) = self.add_call(now, user, Direction::Outbound, party);
        self.answer_call(user, id);
        self.set_controlled(now, user, id, Some(control));
        Ok(leg)
    }

    /// Answers a ringing call in the user's stead: it turned out to be the sound of a call that the user has asked for.
    pub fn answer_media_leg(&mut self, now: Millis, user: UserId, call: CallId, control: Controlled) {
        let known = self.users.get_mut(&user).and_then(|state| state.call_mut(call));
        let Some(known) = known.filter(|call| call.view.state == CallState::Ringing) else { return };
        known.view.direction = Direction::Outbound;
        if let Some(party) = &control.shown.party {
            known.view.party.clone_from(party);
        }
        self.answer_call(user, call);
        self.set_controlled(now, user, call, Some(control));
    }

    /// Says why the leg of a call ends that the telephone system takes down, or why one has ended that seemed to be ended by the other
    /// party; none takes it back.
    pub fn explain_end(&mut self, now: Millis, user: UserId, call: CallId, ending: Option<Ending>) {
        let Some(known) = self.users.get_mut(&user).and_then(|state| state.call_mut(call)) else { return };
        let by_party = CallState::Ended { reason: EndReason::Party };
        if known.is_live() {
            known.ending = ending;
        } else if let Some(ending) = ending
            && known.view.state == by_party
        {
            match reason(ending) {
                Some(reason) => known.view.state = CallState::Ended { reason },
                None => self.forget_call(user, call),
            }
        }
        self.settle(now, user);
    }

    /// The leg of a call has ended in the way that the contact centre has told before. Says whether it had.
    pub(super) fn end_as_told(&mut self, user: UserId, id: CallId) -> bool {
        let told = self.users.get_mut(&user).and_then(|state| state.call_mut(id)?.ending.take());
        let Some(ending) = told else { return false };
        match reason(ending) {
            Some(reason) => self.end_call(user, id, reason, Refusal::Unavailable),
            None => {
                self.end_call(user, id, EndReason::Transferred, Refusal::Unavailable);
                self.forget_call(user, id);
            }
        }
        true
    }

    pub(super) fn forget_call(&mut self, user: UserId, id: CallId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        state.calls.retain(|call| call.view.id != id);
        self.tell_all(user, &Event::CallRemoved { call: id });
    }

    /// Believes the legs again.
    pub(super) fn end_quiet(&mut self, now: Millis, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        for call in &mut state.calls {
            call.quiet_until = call.quiet_until.filter(|until| *until > now);
        }
    }
}

/// As its user reads it; none where nothing has ended for them.
fn reason(ending: Ending) -> Option<EndReason> {
    match ending {
        Ending::User => Some(EndReason::User),
        Ending::Transferred => Some(EndReason::Transferred),
        Ending::Joined => None,
        Ending::Failed(failure) => Some(EndReason::Failed { failure }),
    }
}
