//! The other party's leg.

use super::{Bridge, reason_of};
use crate::leg::{FarEvent, FarLegId, UserId};
use crate::media::MediaState;
use crate::{Millis, Refusal};
use sidetone_protocol::{CallId, CallState, Codec, Event};

impl Bridge {
    /// Something happened on the leg to the other party.
    pub fn far_leg(&mut self, now: Millis, leg: FarLegId, event: FarEvent) {
        let Some(user) = self.far_legs.get(&leg).copied() else { return };
        let ended = matches!(event, FarEvent::Ended { .. });
        if ended {
            self.far_legs.remove(&leg);
        }
        // A call that its user has ended or dismissed may still have a leg that is being taken down.
        let Some(call) = self.live_call_on(user, leg) else { return };
        match event {
            FarEvent::Alerting { early_media } => self.alerting(user, call, early_media),
            FarEvent::Answered { codec } | FarEvent::Confirmed { codec } => {
                self.connected(now, user, call, codec)
            }
            FarEvent::CodecChanged { codec } => self.codec_changed(user, call, codec),
            FarEvent::PartyChanged { party } => {
                self.change_call(user, call, |call| call.party = party);
            }
            FarEvent::Dtmf { digits } => self.tell_all(user, &Event::DtmfReceived { call, digits }),
            FarEvent::Ended { end } => self.end_call(user, call, reason_of(end), Refusal::Unavailable),
        }
    }

    fn live_call_on(&self, user: UserId, leg: FarLegId) -> Option<CallId> {
        let state = self.users.get(&user)?;
        state.calls.iter().find(|call| call.far == leg && !call.view.is_ended()).map(|call| call.view.id)
    }

    fn change_call(&mut self, user: UserId, id: CallId, change: impl FnOnce(&mut sidetone_protocol::Call)) {
        let Some(call) = self.users.get_mut(&user).and_then(|state| state.call_mut(id)) else { return };
        change(&mut call.view);
        self.tell_call(user, id);
    }

    fn alerting(&mut self, user: UserId, id: CallId, early: Option<Codec>) {
        self.change_call(user, id, |call| match call.state {
            CallState::Dialing | CallState::Alerting { early_media: false } => {
                call.state = CallState::Alerting { early_media: early.is_some() };
                call.codec = early;
            }
            // Once the network sends its own tones, a bare 180 does not bring ours back.
            CallState::Alerting { early_media: true } => call.codec = early.or(call.codec),
            CallState::Ringing
            | CallState::Answering
            | CallState::Connected
            | CallState::Reconnecting
            | CallState::Ended { .. } => {}
        });
        if early.is_some() {
            self.connect_media(user);
        }
    }

    fn connected(&mut self, now: Millis, user: UserId, id: CallId, codec: Codec) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let has_browser = state.media.as_ref().is_some_and(|lease| lease.state == MediaState::Connected);
        if !has_browser {
            state.silent_since.get_or_insert(now);
        }
        let Some(call) = state.call_mut(id) else { return };
        call.connect(codec, has_browser, now);
        self.tell_call(user, id);
        self.connect_media(user);
    }

    fn codec_changed(&mut self, user: UserId, id: CallId, codec: Codec) {
        self.change_call(user, id, |call| call.codec = Some(codec));
        self.connect_media(user);
    }
}
