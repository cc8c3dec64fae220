//! What follows from the state, worked out after every input.
//!
//! Requests and events change what a user has and wants. From that alone follow the legs to be held or resumed,
//! the transfers that can be sent, who hears whom, and what the tabs have yet to be told. Nothing else sends those
//! commands, so that they agree with the state whatever came in which order.

use super::Bridge;
use crate::call::BridgedCall;
use crate::leg::UserId;
use crate::user::Focus;
use crate::{Command, Millis};
use sidetone_protocol::{Call, CallState, Event, RelayMessage};

impl Bridge {
    /// Draws the consequences of whatever has changed for a user.
    pub(super) fn settle(&mut self, now: Millis, user: UserId) {
        self.settled.insert(user);
        self.dissolve_conferences(user);
        self.settle_rooms(user);
        self.settle_focus(user);
        let holds = self.settle_holds(user);
        self.show_audio(now, user);
        self.rewire(user);
        // Whoever is put on hold is off the browser before the other side is asked.
        self.commands.extend(holds);
        self.send_transfers(user);
        self.tell_changed_calls(user);
        self.write_down(now, user);
        self.answer_waiting(user);
    }

    /// The focus is on something that is there. An attempt to call somebody gets it where nothing else has.
    fn settle_focus(&mut self, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let stands = match state.focus {
            Some(Focus::Call(id)) => {
                let can_have_it = |call: &BridgedCall| {
                    call.is_live() && call.view.conference.is_none() && !call.is_held_by_control()
                };
                state.call(id).is_some_and(can_have_it)
            }
            Some(Focus::Conference(id)) => state.members(id).next().is_some(),
            None => false,
        };
        if !stands {
            let mut calls = state.calls.iter().rev();
            let active = calls.clone().find(|call| call.is_active_by_control());
            let attempt =
                active.or_else(|| calls.find(|call| call.is_being_set_up() && !call.is_held_by_control()));
            state.focus = attempt.map(|call| Focus::Call(call.view.id));
        }
    }

    /// Shows which calls have audio, and keeps the clock of a user who has none.
    fn show_audio(&mut self, now: Millis, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let has_browser = state.has_browser();
        let up = if has_browser { CallState::Connected } else { CallState::Reconnecting };
        let focus = state.focus;
        for call in state.calls.iter_mut().filter(|call| call.is_live()) {
            if call.view.is_connected() {
                call.view.state = up.clone();
            }
            let focused = match focus {
                Some(Focus::Call(id)) => id == call.view.id,
                Some(Focus::Conference(id)) => call.view.conference == Some(id),
                None => false,
            };
            let up = focused && call.hold.is_up() && !call.is_held_by_control();
            call.view.hold.by_user = call.view.state != CallState::Ringing && !up;
            call.view.hold.by_party = call.shows_party_hold();
        }
        let silent = !has_browser && state.live_calls().any(|call| call.is_audible());
        state.silent_since = silent.then(|| state.silent_since.unwrap_or(now));
    }

    /// Brings who hears whom up to date, and says which codec the browser needs for that.
    fn rewire(&mut self, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let wanted = state.wanted_wiring();
        let changes = state.wiring.changes_to(&wanted, user);
        let newly_connected = changes.iter().any(|change| matches!(change, Command::Connect { .. }));
        let codec = wanted.pair.and_then(|pair| pair.codec).filter(|_| newly_connected);
        state.wiring = wanted;
        let lease = state.media.as_ref().map(|lease| (lease.client, lease.generation));
        self.commands.extend(changes);
        if let (Some(codec), Some((client, generation))) = (codec, lease) {
            self.tell(client, RelayMessage::SendCodec { generation, codec });
        }
    }

    fn tell_changed_calls(&mut self, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let mut changed: Vec<Call> = Vec::new();
        for call in &mut state.calls {
            let shown = call.shown();
            if call.told.as_ref() != Some(&shown) {
                call.told = Some(shown.clone());
                changed.push(shown);
            }
        }
        for call in changed {
            self.tell_all(user, &Event::CallChanged { call });
        }
    }
}
