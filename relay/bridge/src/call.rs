//! A call as the bridge keeps it: what the user sees, and the legs behind it.

use crate::bridge::Account;
use crate::control::{Controlled, Ending, QUIET};
use crate::hold::LegHold;
use crate::room::Room;
use crate::transfer::{Successor, TransferPlan};
use crate::{FarLegId, Millis};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{
    Alert, Call, CallId, CallState, Codec, Direction, EndReason, Failure, Hold, Party, TransferState,
};

/// What the user sees, and the legs behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BridgedCall {
    pub(crate) view: Call,
    /// The leg to the other party.
    pub(crate) far: FarLegId,
    /// Whether that leg is on hold.
    pub(crate) hold: LegHold,
    /// The transfer of the other party that is under way.
    pub(crate) transfer: Option<TransferPlan>,
    /// The leg that is to take the place of `far`.
    pub(crate) successor: Option<Successor>,
    /// The conference of the telephone system that the call was made for.
    pub(crate) room: Option<Room>,
    /// Whether the other side says that it is a conference.
    pub(crate) is_focus: bool,
    /// When the phone answers by itself.
    pub(crate) auto_answer_at: Option<Millis>,
    /// What the contact centre says that controls the call, where one does.
    pub(crate) controlled: Option<Controlled>,
    /// Whether the leg says that the other party holds us.
    pub(crate) party_holds: bool,
    /// Until when that is not believed.
    pub(crate) quiet_until: Option<Millis>,
    /// Whether a hold that the leg tells is the user's own, from when the call was controlled.
    pub(crate) was_held_by_control: bool,
    /// Whether the other side has refused to end a hold of ours while the call is controlled. It is not asked for ever.
    pub(crate) resume_refused: bool,
    /// Why the leg will end, where that was told before.
    pub(crate) ending: Option<Ending>,
    /// What the tabs were told last.
    pub(crate) told: Option<Call>,
    /// What is written down of it when it is over.
    pub(crate) account: Account,
}

impl BridgedCall {
    pub(crate) fn new(id: CallId, far: FarLegId, direction: Direction, party: Party, now: Millis) -> Self {
        let state = match direction {
            Direction::Inbound => CallState::Ringing,
            Direction::Outbound => CallState::Dialing,
        };
        let view = Call {
            id,
            direction,
            party,
            state,
            muted: false,
            hold: Hold::default(),
            alert: Alert::default(),
            consults_for: None,
            conference: None,
            pbx_conference: None,
            transfer: None,
            codec: None,
            started_at_ms: now,
            answered_at_ms: None,
        };
        Self {
            view,
            far,
            hold: LegHold::default(),
            transfer: None,
            successor: None,
            room: None,
            is_focus: false,
            auto_answer_at: None,
            controlled: None,
            party_holds: false,
            quiet_until: None,
            was_held_by_control: false,
            resume_refused: false,
            ending: None,
            told: None,
            account: Account::default(),
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        !self.view.is_ended()
    }

    /// Whether the call has come so far that there is something to hear: the answer, or before it the network's
    /// own tones.
    pub(crate) fn is_audible(&self) -> bool {
        match self.view.state {
            CallState::Alerting { early_media } => early_media,
            CallState::Answering | CallState::Connected | CallState::Reconnecting => true,
            CallState::Dialing | CallState::Ringing | CallState::Ended { .. } => false,
        }
    }

    /// Whether audio can flow to and from the other party: not while the leg is on hold, or on its way there or back.
    pub(crate) fn has_audio(&self) -> bool {
        self.is_audible() && self.hold.is_up() && !self.is_held_by_control()
    }

    /// The other party holds us, or does no longer, as far as the leg says.
    pub(crate) fn party_held(&mut self, held: bool, now: Millis) {
        self.party_holds = held;
        if self.control().is_some() {
            self.quiet_until = held.then_some(now + QUIET);
        }
    }

    /// The other side has agreed to hold or to resume.
    pub(crate) fn hold_done(&mut self, held: bool) {
        self.hold.done(held);
        self.was_held_by_control &= held;
    }

    /// Whether the call is an attempt of the user that nobody has answered yet.
    pub(crate) fn is_being_set_up(&self) -> bool {
        match self.view.state {
            CallState::Dialing | CallState::Alerting { .. } | CallState::Answering => {
                self.view.answered_at_ms.is_none()
            }
            CallState::Ringing | CallState::Connected | CallState::Reconnecting | CallState::Ended { .. } => {
                false
            }
        }
    }

    pub(crate) fn alerting(&mut self, early: Option<Codec>) {
        match self.view.state {
            CallState::Dialing | CallState::Alerting { early_media: false } => {
                self.view.state = CallState::Alerting { early_media: early.is_some() };
                self.view.codec = early;
            }
            // Once the network sends its own tones, a bare 180 does not bring ours back.
            CallState::Alerting { early_media: true } => self.view.codec = early.or(self.view.codec),
            CallState::Ringing
            | CallState::Answering
            | CallState::Connected
            | CallState::Reconnecting
            | CallState::Ended { .. } => {}
        }
    }

    pub(crate) fn connect(&mut self, codec: Codec, now: Millis) {
        match self.view.state {
            CallState::Dialing | CallState::Alerting { .. } | CallState::Answering => {
                self.view.state = CallState::Connected;
                self.view.answered_at_ms.get_or_insert(now);
                self.view.codec = Some(codec);
            }
            CallState::Connected | CallState::Reconnecting => self.view.codec = Some(codec),
            // Nobody has asked for this leg to be answered.
            CallState::Ringing | CallState::Ended { .. } => {}
        }
    }

    pub(crate) fn end(&mut self, reason: EndReason) {
        self.view.state = CallState::Ended { reason };
        self.view.muted = false;
        self.view.hold = Hold::default();
        self.view.conference = None;
        self.view.transfer = None;
        self.transfer = None;
        self.auto_answer_at = None;
        self.quiet_until = None;
        self.ending = None;
    }

    /// The transfer under way did not work: the call stays on hold, and shows why.
    pub(crate) fn fail_transfer(&mut self, failure: Failure) {
        if self.transfer.take().is_some()
            && let Some(shown) = &mut self.view.transfer
        {
            shown.state = TransferState::Failed { failure };
        }
    }
}
