//! Where a request on a call goes: to Finesse where it controls the call and offers the action, else to the phone.
//!
//! [`route`] decides, and decides only: it looks at the request, the dialogs and what belongs to what. [`Carrying`] keeps what was
//! decided until it is answered.

mod carrying;
mod deciding;
#[cfg(test)]
mod tests;

pub use carrying::{Carrying, RouteId, Step, Told};

use super::joining::{Asked, Expected, Joining};
use sidetone_finesse::model::{AgentState, DialogId};
use sidetone_finesse::session::{Ask, DialogAction, Missing, Presence, Service, View};
use sidetone_protocol::dial_plan::DialPlan;
use sidetone_protocol::{Call, CallId, ClientMessage, DialString, Failure, FailureCode, MediaHolder};

/// What is to be known to decide.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What Finesse says.
    pub view: &'a View,
    /// Which dialog belongs to which call.
    pub joining: &'a Joining,
    /// The user's calls.
    pub calls: &'a [Call],
    /// Where the phone is, seen from the tab that asks.
    pub media: MediaHolder,
    /// Whether Finesse is to make the calls that are dialled.
    pub dial_by_finesse: bool,
    /// How numbers are dialled.
    pub plan: &'a DialPlan,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Route {
    /// To the bridge, which answers it. Finesse is asked for something beside that where a call has to make room.
    Bridge {
        /// It, as it came.
        message: ClientMessage,
        /// What Finesse is asked for at the same time. Nobody waits for it.
        beside: Vec<Ask>,
    },
    /// To Finesse.
    Finesse(Plan),
    /// Nowhere.
    Refused(Failure),
    /// It is so already.
    Done(Option<CallId>),
}

/// What Finesse is asked for, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The call that the request is about; none where it makes one.
    pub call: Option<CallId>,
    /// What is asked for. Each waits until the one before it was done.
    pub asks: Vec<Ask>,
    /// What the bridge does when all of it was done; then it answers.
    pub then: Option<ClientMessage>,
    /// What the bridge does where Finesse cannot; then it answers.
    pub instead: Option<Instead>,
    /// Whom the user calls, to be dialled again.
    pub dialled: Option<DialString>,
}

/// What the bridge does where Finesse cannot.
#[derive(Debug, Clone, PartialEq)]
pub struct Instead {
    /// It.
    pub message: ClientMessage,
    /// When.
    pub when: When,
}

/// When the phone does what Finesse was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Whatever the reason is, and when no answer comes within three seconds: whoever hangs up wants to be rid of the call.
    Always,
    /// When it is certain that Finesse has not done it.
    NotDone,
}

/// Whether Finesse can be asked for something.
#[must_use]
pub fn is_up(view: &View) -> bool {
    let works = match view.service {
        Service::Up | Service::Impaired { missing: Missing::Notifications, .. } => true,
        Service::Connecting | Service::Impaired { missing: Missing::Servers | Missing::OutOfService, .. } => {
            false
        }
    };
    works && view.presence == Presence::SignedIn
}

/// What follows for the calls from what Finesse is asked for. To be told to [`Joining`], whoever asks.
#[must_use]
pub fn ends(ask: &Ask) -> Option<(&DialogId, Asked)> {
    let Ask::Dialog { dialog, action } = ask else { return None };
    let asked = match action {
        DialogAction::Drop => Asked::Drop,
        DialogAction::Transfer => Asked::Transfer,
        DialogAction::SingleStepTransfer { .. } => Asked::SingleStepTransfer,
        DialogAction::Conference => Asked::Conference,
        DialogAction::Answer
        | DialogAction::Hold
        | DialogAction::Retrieve
        | DialogAction::Consult { .. }
        | DialogAction::SendDtmf { .. }
        | DialogAction::WrapUp { .. }
        | DialogAction::SetVariables { .. }
        | DialogAction::DropParticipant { .. }
        | DialogAction::StartRecording
        | DialogAction::Accept
        | DialogAction::Reject
        | DialogAction::Close
        | DialogAction::Reclassify { .. }
        | DialogAction::ScheduleCallback { .. }
        | DialogAction::CancelCallback => return None,
    };
    Some((dialog, asked))
}

/// The call to the agent's own phone that comes of what Finesse is asked for. To be told to [`Joining`], whoever asks.
#[must_use]
pub fn makes(ask: &Ask) -> Option<Expected> {
    match ask {
        Ask::MakeCall { to, .. } | Ask::Monitor { extension: to } => {
            Some(Expected { to: to.clone(), consults_for: None })
        }
        Ask::Dialog { dialog, action: DialogAction::Consult { to } } => {
            Some(Expected { to: to.clone(), consults_for: Some(dialog.clone()) })
        }
        Ask::SignIn(_)
        | Ask::SignOut { .. }
        | Ask::SetState { .. }
        | Ask::Dialog { .. }
        | Ask::OpenTeam { .. }
        | Ask::CloseTeam { .. }
        | Ask::SetMemberState { .. }
        | Ask::Barge { .. }
        | Ask::Intercept { .. }
        | Ask::SendMessage { .. }
        | Ask::DeleteMessage { .. }
        | Ask::LoadContacts
        | Ask::RefreshToken { .. } => None,
    }
}

/// Where a request goes.
#[must_use]
pub fn route(message: ClientMessage, situation: Situation<'_>) -> Route {
    if !is_up(situation.view) {
        return to_bridge(message);
    }
    match &message {
        ClientMessage::SetHeld { call, held, .. } => situation.set_held(*call, *held, message.clone()),
        ClientMessage::HangUp { call, .. } => situation.hang_up(*call, message.clone()),
        ClientMessage::Consult { call, target, .. } => situation.consult(*call, target, message.clone()),
        ClientMessage::Transfer { call, to, .. } => situation.transfer(*call, to, message.clone()),
        ClientMessage::Join { call, with, .. } => situation.join(*call, *with, message.clone()),
        ClientMessage::SendDtmf { call, digits, .. } => {
            situation.send_dtmf(*call, digits.as_str().to_owned(), message.clone())
        }
        ClientMessage::Dial { target, .. } => situation.dial(target, message.clone()),
        // The phone holds nothing of what Finesse controls: Finesse is asked for that.
        ClientMessage::Answer { call, .. } => {
            let beside = situation.hold_others(Some(*call));
            Route::Bridge { message, beside }
        }
        ClientMessage::PickUp { .. } => Route::Bridge { message, beside: situation.hold_others(None) },
        ClientMessage::Hello { .. }
        | ClientMessage::SignIn { .. }
        | ClientMessage::Resume { .. }
        | ClientMessage::SignOut
        | ClientMessage::Sync
        | ClientMessage::Ping { .. }
        | ClientMessage::MediaOffer { .. }
        | ClientMessage::MediaClosed { .. }
        | ClientMessage::Reject { .. }
        | ClientMessage::SetMuted { .. }
        | ClientMessage::Dismiss { .. }
        | ClientMessage::Split { .. }
        | ClientMessage::Park { .. }
        | ClientMessage::SetDoNotDisturb { .. }
        | ClientMessage::SetForward { .. }
        | ClientMessage::Agent { .. } => to_bridge(message),
    }
}

fn to_bridge(message: ClientMessage) -> Route {
    Route::Bridge { message, beside: Vec::new() }
}

/// Why no call can be made now, if it cannot.
#[must_use]
pub fn cannot_dial(view: &View) -> Option<Failure> {
    if view.can_dial {
        return None;
    }
    let code = if !is_up(view) {
        match view.service {
            Service::Impaired { missing: Missing::Servers, .. } => FailureCode::ContactCentreUnreachable,
            Service::Impaired { missing: Missing::OutOfService, .. } => {
                FailureCode::ContactCentreOutOfService
            }
            Service::Impaired { missing: Missing::Notifications, .. } | Service::Connecting | Service::Up => {
                FailureCode::AgentNotSignedIn
            }
        }
    } else if view.state() == Some(AgentState::Ready) {
        FailureCode::NotReadyToDial
    } else {
        FailureCode::NotAllowedNow
    };
    Some(code.into())
}
