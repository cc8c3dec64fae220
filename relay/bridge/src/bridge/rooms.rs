//! Conferences that the telephone system makes: one is asked for, and the parties are sent to it.
//!
//! The conference is a call of the user like others. Whom the user joins is transferred to it (RFC 4579 §5.6), and
//! their own call ends when they are there. Until the conference has answered, the user talks on as before.

use super::Bridge;
use crate::call::BridgedCall;
use crate::leg::{LegEnd, UserId};
use crate::request::Until;
use crate::room::{Room, RoomState};
use crate::transfer::{Destination, TransferPlan};
use crate::user::{Focus, UserState};
use crate::{Command, Millis, Refusal};
use sidetone_protocol::{
    CallId, Direction, EndReason, Failure, FailureCode, LineState, Party, Transfer, TransferState,
};

impl Bridge {
    /// Has the telephone system make a conference of two calls, or takes a call into one that it has made. Names the
    /// call with the conference.
    pub(super) fn join_in_room(
        &mut self,
        now: Millis,
        user: UserId,
        id: CallId,
        with: CallId,
    ) -> Result<CallId, FailureCode> {
        if id == with {
            return Err(FailureCode::NotAllowedNow);
        }
        for call in [id, with] {
            self.joinable(user, call)?;
        }
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        let (room, guests) = match (state.is_room(id), state.is_room(with)) {
            // Two conferences of a telephone system cannot be made one.
            (true, true) => return Err(FailureCode::NotAllowedNow),
            (true, false) => (id, vec![with]),
            (false, true) => (with, vec![id]),
            (false, false) => (self.ask_for_room(now, user, id, with)?, vec![id, with]),
        };
        for guest in guests {
            self.change(user, guest, |call| call.send_to_room(room));
        }
        let state = self.users.get_mut(&user).ok_or(FailureCode::Internal)?;
        if state.call(room).is_some_and(BridgedCall::takes_guests) {
            state.focus = Some(Focus::Call(room));
        }
        Ok(room)
    }

    fn ask_for_room(
        &mut self,
        now: Millis,
        user: UserId,
        id: CallId,
        with: CallId,
    ) -> Result<CallId, FailureCode> {
        let until = now + self.settings.room;
        let state = self.users.get(&user).ok_or(FailureCode::Internal)?;
        match &state.line {
            LineState::Ready => {}
            LineState::Registering => return Err(FailureCode::LineNotRegistered),
            LineState::Unavailable { failure } => return Err(failure.code),
        }
        let before = state.focus;
        // There is one microphone: who was kept from hearing it is not let hear it by joining.
        let muted = [id, with].into_iter().any(|id| state.call(id).is_some_and(|call| call.view.muted));
        let (room, leg) = self.add_call(now, user, Direction::Outbound, Party::default());
        self.change(user, room, |call| {
            call.room = Some(Room::new(until, before));
            call.view.muted = muted;
            call.show_conference();
        });
        self.commands.push_back(Command::CallFactory { leg, user });
        Ok(room)
    }

    /// The other side says whether it is a conference.
    pub(super) fn focus_changed(&mut self, user: UserId, id: CallId, is_focus: bool) {
        self.change(user, id, |call| {
            call.is_focus = is_focus;
            call.show_conference();
        });
    }

    /// A call was answered: if it is to a conference that was asked for, that is there now, or is none.
    pub(super) fn room_answered(&mut self, user: UserId, id: CallId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let focus = state.focus;
        let Some(call) = state.call_mut(id) else { return };
        let is_focus = call.is_focus;
        let Some(room) = call.room.as_mut().filter(|room| !room.is_open()) else { return };
        if !is_focus {
            let failure = Failure::with_detail(FailureCode::ConferenceFailed, "no isfocus");
            return self.give_up_room(user, id, failure);
        }
        room.state = RoomState::Open;
        // A user who has turned to something else meanwhile stays there.
        if focus.is_none() || focus == room.before {
            state.focus = Some(Focus::Call(id));
        }
    }

    /// The leg to a conference that was asked for is gone before it was there. Says whether it was one.
    pub(super) fn room_failed(&mut self, user: UserId, id: CallId, end: &LegEnd) -> bool {
        let room = self.users.get(&user).and_then(|state| state.call(id)?.room);
        if room.is_none_or(Room::is_open) {
            return false;
        }
        let detail = match end {
            LegEnd::Failed(failure) => failure.detail.clone().or(Some(failure.code.as_str().to_owned())),
            LegEnd::Party | LegEnd::Elsewhere => None,
        };
        self.give_up_room(user, id, Failure { code: FailureCode::ConferenceFailed, detail });
        true
    }

    /// Gives up the conferences that have not answered for too long.
    pub(super) fn give_up_late_rooms(&mut self, now: Millis, user: UserId) {
        let Some(state) = self.users.get(&user) else { return };
        let late: Vec<CallId> = state
            .live_calls()
            .filter(|call| call.room.and_then(Room::until).is_some_and(|until| until <= now))
            .map(|call| call.view.id)
            .collect();
        for id in late {
            let detail = FailureCode::NoAnswer.as_str();
            self.give_up_room(user, id, Failure::with_detail(FailureCode::ConferenceFailed, detail));
        }
    }

    fn give_up_room(&mut self, user: UserId, id: CallId, failure: Failure) {
        self.refuse_waiting(user, |wait| wait.call == id && wait.until == Until::Opened, &failure);
        self.end_call(user, id, EndReason::Failed { failure }, Refusal::Unavailable);
    }

    /// A party is in the conference: its own call has done its duty.
    pub(super) fn joined_room(&mut self, user: UserId, id: CallId, room: CallId) {
        let Some(party) =
            self.users.get(&user).and_then(|state| state.call(id)).map(|c| c.view.party.clone())
        else {
            return;
        };
        self.end_call(user, id, EndReason::Transferred, Refusal::Unavailable);
        self.forget_call(user, id);
        self.change(user, room, |call| {
            if let Some(conference) = &mut call.view.pbx_conference {
                conference.joined.push(party);
            }
        });
    }

    /// Ends the conferences that come to nothing, and lets those be who were to go to one that is gone.
    pub(super) fn settle_rooms(&mut self, user: UserId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let pointless: Vec<CallId> = state
            .live_calls()
            .filter(|call| state.is_pointless_room(call))
            .map(|call| call.view.id)
            .collect();
        for id in pointless {
            self.return_from_room(user, id);
            self.end_call(user, id, EndReason::User, Refusal::Unavailable);
        }
        let Some(state) = self.users.get_mut(&user) else { return };
        for id in state.stranded() {
            self.change(user, id, |call| {
                call.transfer = None;
                call.view.transfer = None;
            });
        }
        let Some(state) = self.users.get(&user) else { return };
        let never_held: Vec<CallId> =
            state.calls.iter().filter(|call| call.is_room_that_was_none()).map(|call| call.view.id).collect();
        for id in never_held {
            self.forget_call(user, id);
        }
    }

    /// Turns the user back to what they talked in before, if that is still there.
    fn return_from_room(&mut self, user: UserId, id: CallId) {
        let Some(state) = self.users.get_mut(&user) else { return };
        let before = state.call(id).and_then(|call| call.room?.before);
        if state.focus != Some(Focus::Call(id)) {
            return;
        }
        state.focus = before;
        if let Some(Focus::Call(before)) = before {
            self.change(user, before, |call| call.view.transfer = None);
        }
    }
}

impl UserState {
    fn is_room(&self, id: CallId) -> bool {
        self.call(id).is_some_and(|call| call.room.is_some() || call.is_focus)
    }

    fn is_pointless_room(&self, call: &BridgedCall) -> bool {
        let guests = self.live_calls().filter(|guest| guest.goes_to_room(call.view.id)).count();
        let joined = call.view.pbx_conference.as_ref().map_or(0, |conference| conference.joined.len());
        call.room.is_some_and(|room| room.is_pointless(guests, joined))
    }

    /// The calls that were to go to a conference that is gone before they were sent there.
    fn stranded(&self) -> Vec<CallId> {
        let strands = |call: &&BridgedCall| match &call.transfer {
            Some(TransferPlan { to: Destination::Room(room), sent: false }) => {
                self.call(*room).is_none_or(|room| !room.is_live())
            }
            Some(_) | None => false,
        };
        self.live_calls().filter(strands).map(|call| call.view.id).collect()
    }
}

impl BridgedCall {
    /// Whether parties can be sent to the conference at the other side.
    pub(super) fn takes_guests(&self) -> bool {
        self.is_live() && self.view.is_connected() && self.room.map_or(self.is_focus, Room::is_open)
    }

    fn send_to_room(&mut self, room: CallId) {
        self.transfer = Some(TransferPlan { to: Destination::Room(room), sent: false });
        let state = TransferState::Trying;
        self.view.transfer = Some(Transfer { target: Party::default(), conference: true, state });
    }

    fn goes_to_room(&self, room: CallId) -> bool {
        self.transfer.as_ref().is_some_and(|plan| plan.to == Destination::Room(room))
    }

    /// Shows whether the call leads to a conference. Who has joined it stays known as long as it does.
    fn show_conference(&mut self) {
        let is_one = self.room.is_some() || self.is_focus;
        let known = self.view.pbx_conference.take();
        self.view.pbx_conference = is_one.then(|| known.unwrap_or_default());
    }

    fn is_room_that_was_none(&self) -> bool {
        let nobody = self.view.pbx_conference.as_ref().is_none_or(|conference| conference.joined.is_empty());
        self.room.is_some() && !self.is_live() && nobody
    }
}
