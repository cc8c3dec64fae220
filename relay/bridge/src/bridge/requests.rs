//! What a tab asks for.

use super::Bridge;
use crate::request::Outcome;
use crate::{ClientId, Command, Millis, Refusal, UserId};
use sidetone_protocol::{
    CallId, CallState, ClientMessage, DialString, Direction, DtmfDigits, EndReason, Event, Failure,
    FailureCode, LineState, MediaHolder, Party, RelayMessage, RequestId,
};

/// Carries out what a signed-in tab asks for.
///
/// `Hello`, `SignIn`, `Resume` and `Ping` are about the connection and are answered by the shell.
pub(super) fn handle(bridge: &mut Bridge, now: Millis, client: ClientId, message: ClientMessage) {
    let Some(user) = bridge.clients.get(&client).copied() else { return };
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
            bridge.offer_media(user, client, generation, sdp, take_over);
        }
        ClientMessage::MediaClosed { generation } => bridge.give_up_media(now, user, client, generation),
        ClientMessage::Dial { request, target } => {
            bridge.once(user, client, request, |bridge| bridge.dial(now, user, client, target));
        }
        ClientMessage::Answer { request, call } => {
            bridge.once(user, client, request, |bridge| bridge.answer(user, client, call));
        }
        ClientMessage::Reject { request, call } => {
            bridge.once(user, client, request, |bridge| bridge.reject(user, call));
        }
        ClientMessage::HangUp { request, call } => {
            bridge.once(user, client, request, |bridge| bridge.hang_up(user, call));
        }
        ClientMessage::SetMuted { request, call, muted } => {
            bridge.once(user, client, request, |bridge| bridge.set_muted(user, call, muted));
        }
        ClientMessage::SendDtmf { request, call, digits } => {
            bridge.once(user, client, request, |bridge| bridge.send_dtmf(user, call, digits));
        }
        ClientMessage::Dismiss { request, call } => {
            bridge.once(user, client, request, |bridge| bridge.dismiss(user, call));
        }
    }
}

type Answered = Result<CallId, FailureCode>;

impl Bridge {
    /// Carries a request out, unless it was already: then its answer is said again.
    fn once(
        &mut self,
        user: UserId,
        client: ClientId,
        request: RequestId,
        carry_out: impl FnOnce(&mut Self) -> Answered,
    ) {
        let known = self.tab_mut(user, client).and_then(|tab| tab.answered.outcome(request));
        let outcome = match known {
            Some(outcome) => outcome,
            None => {
                let outcome = match carry_out(self) {
                    Ok(call) => Outcome::Accepted(call),
                    Err(code) => Outcome::Failed(Failure::new(code)),
                };
                if let Some(tab) = self.tab_mut(user, client) {
                    tab.answered.remember(request, outcome.clone());
                }
                outcome
            }
        };
        self.tell(client, outcome.message(request));
    }

    fn tab_mut(&mut self, user: UserId, client: ClientId) -> Option<&mut crate::user::Tab> {
        self.users.get_mut(&user)?.tabs.get_mut(&client)
    }

    fn sync(&mut self, now: Millis, user: UserId, client: ClientId) {
        let Some(snapshot) = self.users.get(&user).map(|state| state.snapshot_for(client, now)) else {
            return;
        };
        self.tell(client, RelayMessage::Snapshot { snapshot });
    }

    /// Ends the tab's session. With the last tab go the calls and the line.
    fn sign_out(&mut self, now: Millis, user: UserId, client: ClientId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        state.tabs.remove(&client);
        self.clients.remove(&client);
        let last = state.tabs.is_empty();
        let held = state.media.as_ref().is_some_and(|lease| lease.client == client);
        if last {
            self.end_live_calls(user, &EndReason::User);
            self.take_down(user);
        } else if held {
            self.close_media(user);
            self.media_is_gone(now, user);
        }
        self.tell(client, RelayMessage::SignedOut { failure: None });
        self.commands.push_back(Command::Forget { client });
    }

    fn dial(&mut self, now: Millis, user: UserId, client: ClientId, target: DialString) -> Answered {
        let state = self.users.get(&user).ok_or(FailureCode::Internal)?;
        match &state.line {
            LineState::Ready => {}
            LineState::Registering => return Err(FailureCode::LineNotRegistered),
            LineState::Unavailable { failure } => return Err(failure.code),
        }
        if state.holder_for(client) != MediaHolder::Here {
            return Err(FailureCode::PhoneInOtherTab);
        }
        if state.live_call().is_some() {
            return Err(FailureCode::LineBusy);
        }
        let party = Party { number: target.as_str().to_owned(), name: None };
        let far = self.add_call(now, user, Direction::Outbound, party);
        self.commands.push_back(Command::Dial { leg: far, user, target });
        let state = self.users.get(&user).ok_or(FailureCode::Internal)?;
        state.live_call().map(|call| call.view.id).ok_or(FailureCode::Internal)
    }

    fn answer(&mut self, user: UserId, client: ClientId, id: CallId) -> Answered {
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        if state.holder_for(client) != MediaHolder::Here {
            return Err(FailureCode::PhoneInOtherTab);
        }
        let call = state.call_mut(id).ok_or(FailureCode::NoSuchCall)?;
        match call.view.state {
            CallState::Ringing => {}
            CallState::Ended { .. } => return Err(FailureCode::NoSuchCall),
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Answering
            | CallState::Connected
            | CallState::Reconnecting => return Err(FailureCode::NotAllowedNow),
        }
        call.view.state = CallState::Answering;
        let far = call.far;
        self.commands.push_back(Command::Answer { leg: far });
        self.tell_call(user, id);
        self.connect_media(user);
        Ok(id)
    }

    fn reject(&mut self, user: UserId, id: CallId) -> Answered {
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        let call = state.call_mut(id).ok_or(FailureCode::NoSuchCall)?;
        match call.view.state {
            CallState::Ringing => {}
            CallState::Ended { .. } => return Err(FailureCode::NoSuchCall),
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Answering
            | CallState::Connected
            | CallState::Reconnecting => return Err(FailureCode::NotAllowedNow),
        }
        self.end_call(user, id, EndReason::User, Refusal::Busy);
        Ok(id)
    }

    fn hang_up(&mut self, user: UserId, id: CallId) -> Answered {
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        let call = state.call_mut(id).ok_or(FailureCode::NoSuchCall)?;
        if call.view.is_ended() {
            return Err(FailureCode::NoSuchCall);
        }
        self.end_call(user, id, EndReason::User, Refusal::Busy);
        Ok(id)
    }

    fn set_muted(&mut self, user: UserId, id: CallId, muted: bool) -> Answered {
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        let call = state.call_mut(id).ok_or(FailureCode::NoSuchCall)?;
        if call.view.is_ended() {
            return Err(FailureCode::NoSuchCall);
        }
        call.view.muted = muted;
        self.tell_call(user, id);
        Ok(id)
    }

    fn send_dtmf(&mut self, user: UserId, id: CallId, digits: DtmfDigits) -> Answered {
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        let call = state.call_mut(id).ok_or(FailureCode::NoSuchCall)?;
        if call.view.is_ended() {
            return Err(FailureCode::NoSuchCall);
        }
        // Menus of early announcements take digits too.
        if !call.has_audio() {
            return Err(FailureCode::NotAllowedNow);
        }
        let leg = call.far;
        self.commands.push_back(Command::SendDtmf { leg, digits });
        Ok(id)
    }

    fn dismiss(&mut self, user: UserId, id: CallId) -> Answered {
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        let call = state.call_mut(id).ok_or(FailureCode::NoSuchCall)?;
        if !call.view.is_ended() {
            return Err(FailureCode::NotAllowedNow);
        }
        state.calls.retain(|call| call.view.id != id);
        self.tell_all(user, &Event::CallRemoved { call: id });
        Ok(id)
    }
}
