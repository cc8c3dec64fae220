//! What a tab asks for.

mod answers;
mod session;

use super::Bridge;
use crate::call::BridgedCall;
use crate::request::Until;
use crate::{ClientId, Command, Conferences, Millis, Refusal, UserId};
use answers::{Answered, Carried};
use sidetone_protocol::{
    CallId, CallState, ClientMessage, DialString, DtmfDigits, EndReason, Event, FailureCode, MediaHolder,
    RelayMessage,
};

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
struct Asker {
    now: Millis,
    user: UserId,
    client: ClientId,
}

/// Carries out what a signed-in tab asks for.
///
/// `Hello`, `SignIn`, `Resume` and `Ping` are about the connection and are answered by the shell.
pub(super) fn handle(bridge: &mut Bridge, now: Millis, client: ClientId, message: ClientMessage) {
    let Some(user) = bridge.clients.get(&client).copied() else { return };
    let who = Asker { now, user, client };
    match message {
        ClientMessage::Hello { .. }
        | ClientMessage::SignIn { .. }
        | ClientMessage::Resume { .. }
        | ClientMessage::Ping { .. } => {
            bridge.tell(
                client,
                RelayMessage::Failed { request: None, failure: FailureCode::NotAllowedNow.into() },
            );
        }
        ClientMessage::SignOut => bridge.sign_out(now, user, client),
        ClientMessage::Sync => bridge.sync(now, user, client),
        ClientMessage::MediaOffer { generation, sdp, take_over } => {
            bridge.offer_media(now, (user, client), generation, sdp, take_over);
        }
        ClientMessage::MediaClosed { generation } => bridge.give_up_media(now, user, client, generation),
        ClientMessage::Dial { request, target } => {
            bridge.once(who, request, |bridge| bridge.dial(who, target));
        }
        ClientMessage::Answer { request, call } => {
            bridge.once(who, request, |bridge| bridge.answer(who, call));
        }
        ClientMessage::Reject { request, call } => {
            bridge.once(who, request, |bridge| bridge.reject(user, call));
        }
        ClientMessage::HangUp { request, call } => {
            bridge.once(who, request, |bridge| bridge.hang_up(user, call));
        }
        ClientMessage::SetMuted { request, call, muted } => {
            bridge.once(who, request, |bridge| bridge.set_muted(user, call, muted));
        }
        ClientMessage::SendDtmf { request, call, digits } => {
            bridge.once(who, request, |bridge| bridge.send_dtmf(user, call, digits));
        }
        ClientMessage::Dismiss { request, call } => {
            bridge.once(who, request, |bridge| bridge.dismiss(user, call));
        }
        ClientMessage::SetHeld { request, call, held } => {
            bridge.once(who, request, |bridge| bridge.hold(who, call, held));
        }
        ClientMessage::Consult { request, call, target } => {
            bridge.once(who, request, |bridge| bridge.consult(who, call, target));
        }
        ClientMessage::Transfer { request, call, to } => {
            bridge.once(who, request, |bridge| bridge.transfer(user, call, to).map(|()| about(call)));
        }
        ClientMessage::Join { request, call, with } => {
            bridge.once(who, request, |bridge| bridge.make_conference(who, call, with));
        }
        ClientMessage::Split { request, call } => {
            bridge.once(who, request, |bridge| bridge.split(user, call).map(|()| about(call)));
        }
        ClientMessage::Park { request, call } => {
            bridge.once(who, request, |bridge| bridge.park(user, call).map(|()| about(call)));
        }
        ClientMessage::PickUp { request, number } => {
            bridge.once(who, request, |bridge| bridge.pick_up(now, user, client, number.as_ref()).map(about));
        }
        ClientMessage::SetDoNotDisturb { request, on } => {
            bridge.once(who, request, |bridge| {
                bridge.set_do_not_disturb(user, on);
                Ok(Carried::Out(None))
            });
        }
        ClientMessage::SetForward { request, forward } => {
            bridge
                .once(who, request, |bridge| bridge.set_forward(user, forward).map(|()| Carried::Out(None)));
        }
        // Whoever owns the bridge takes those of agents before they come here.
        ClientMessage::Agent { request, .. } => {
            bridge.once(who, request, |_| Err(FailureCode::FeatureUnavailable));
        }
    }
}

fn about(call: CallId) -> Carried {
    Carried::Out(Some(call))
}

impl Bridge {
    fn dial(&mut self, who: Asker, target: DialString) -> Answered {
        let call = self.place_call(who.now, who.user, who.client, target.clone())?;
        self.remember_dialled(who.user, target);
        Ok(about(call))
    }

    fn consult(&mut self, who: Asker, first: CallId, target: DialString) -> Answered {
        if self.connected_call(who.user, first)?.transfer.is_some() {
            return Err(FailureCode::NotAllowedNow);
        }
        let call = self.place_call(who.now, who.user, who.client, target.clone())?;
        self.change(who.user, call, |call| call.view.consults_for = Some(first));
        self.relate_calls(who.user, call, first);
        self.remember_dialled(who.user, target);
        Ok(about(call))
    }

    pub(super) fn remember_dialled(&mut self, user: UserId, target: DialString) {
        if let Some(state) = self.users.get_mut(&user) {
            state.last_dialled = Some(target);
        }
    }

    fn answer(&mut self, who: Asker, id: CallId) -> Answered {
        if self.holder(who) != MediaHolder::Here {
            return Err(FailureCode::PhoneInOtherTab);
        }
        self.ringing_call(who.user, id)?;
        self.answer_call(who.user, id);
        Ok(about(id))
    }

    fn reject(&mut self, user: UserId, id: CallId) -> Answered {
        self.ringing_call(user, id)?;
        let refusal = self.rejection(user);
        self.end_call(user, id, EndReason::User, refusal);
        Ok(about(id))
    }

    fn hang_up(&mut self, user: UserId, id: CallId) -> Answered {
        let rings = self.live_call(user, id)?.view.state == CallState::Ringing;
        let refusal = if rings { self.rejection(user) } else { Refusal::Busy };
        self.end_call(user, id, EndReason::User, refusal);
        Ok(about(id))
    }

    /// What a caller is told whom the user does not want to answer: as a caller who finds the phone busy.
    fn rejection(&self, user: UserId) -> Refusal {
        let target = self.users.get(&user).and_then(|state| state.features.forward.busy.clone());
        target.map_or(Refusal::Busy, Refusal::Forward)
    }

    /// Mutes a call. There is one microphone, so that those of a conference are muted together.
    fn set_muted(&mut self, user: UserId, id: CallId, muted: bool) -> Answered {
        let call = self.live_call(user, id)?;
        call.view.muted = muted;
        let conference = call.view.conference;
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        let others = state.calls.iter_mut().filter(|call| call.view.conference.is_some());
        for call in others.filter(|call| call.view.conference == conference) {
            call.view.muted = muted;
        }
        Ok(about(id))
    }

    fn send_dtmf(&mut self, user: UserId, id: CallId, digits: DtmfDigits) -> Answered {
        let call = self.live_call(user, id)?;
        // Menus of early announcements take digits too.
        if !call.has_audio() || call.view.hold.by_user {
            return Err(FailureCode::NotAllowedNow);
        }
        let leg = call.far;
        self.commands.push_back(Command::SendDtmf { leg, digits });
        Ok(about(id))
    }

    fn dismiss(&mut self, user: UserId, id: CallId) -> Answered {
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        if state.call(id).ok_or(FailureCode::NoSuchCall)?.is_live() {
            return Err(FailureCode::NotAllowedNow);
        }
        state.calls.retain(|call| call.view.id != id);
        self.tell_all(user, &Event::CallRemoved { call: id });
        Ok(about(id))
    }

    fn hold(&mut self, who: Asker, id: CallId, held: bool) -> Answered {
        // Of what the contact centre controls, the user can only come back to what it does not hold.
        if self.connected_call(who.user, id)?.control().is_some_and(|control| held || control.held) {
            return Err(FailureCode::NotAllowedNow);
        }
        if !held && self.holder(who) == MediaHolder::Elsewhere {
            return Err(FailureCode::PhoneInOtherTab);
        }
        let until = self.set_held(who.user, id, held)?;
        Ok(Carried::UnderWay(id, until))
    }

    fn make_conference(&mut self, who: Asker, id: CallId, with: CallId) -> Answered {
        if self.holder(who) == MediaHolder::Elsewhere {
            return Err(FailureCode::PhoneInOtherTab);
        }
        let state = self.users.get(&who.user).ok_or(FailureCode::Internal)?;
        match state.settings.conferences {
            Conferences::Relay => {
                let conference = self.join(who.user, id, with)?;
                Ok(Carried::UnderWay(id, Until::Joined(conference)))
            }
            Conferences::TelephoneSystem => {
                let room = self.join_in_room(who.now, who.user, id, with)?;
                Ok(Carried::UnderWay(room, Until::Opened))
            }
        }
    }

    fn holder(&self, who: Asker) -> MediaHolder {
        self.users.get(&who.user).map_or(MediaHolder::Nobody, |state| state.holder_for(who.client))
    }

    /// A call that is not over.
    pub(super) fn live_call(&mut self, user: UserId, id: CallId) -> Result<&mut BridgedCall, FailureCode> {
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        state.call_mut(id).filter(|call| call.is_live()).ok_or(FailureCode::NoSuchCall)
    }

    /// A call that waits for the user to answer.
    fn ringing_call(&mut self, user: UserId, id: CallId) -> Result<&mut BridgedCall, FailureCode> {
        let call = self.live_call(user, id)?;
        if call.view.state == CallState::Ringing { Ok(call) } else { Err(FailureCode::NotAllowedNow) }
    }

    /// A call that was answered by both.
    pub(super) fn connected_call(
        &mut self,
        user: UserId,
        id: CallId,
    ) -> Result<&mut BridgedCall, FailureCode> {
        let call = self.live_call(user, id)?;
        if call.view.is_connected() { Ok(call) } else { Err(FailureCode::NotAllowedNow) }
    }

    /// A call that was answered by both and is part of nothing else.
    pub(super) fn untied_call(&mut self, user: UserId, id: CallId) -> Result<&mut BridgedCall, FailureCode> {
        let taken_over = self.is_transfer_target(user, id);
        let call = self.connected_call(user, id)?;
        let tied = call.transfer.is_some() || call.view.conference.is_some() || taken_over;
        if tied { Err(FailureCode::NotAllowedNow) } else { Ok(call) }
    }
}
