//! All that a skin can show.

mod agent;
mod call;
mod devices;
mod health;

pub use agent::{
    AgentView, Contacts, DialogAsked, DialogCard, DialogView, Found, HelpWanted, MemberView, MessageView,
    Messages, NextState, QueueView, StateOffer, Supervised, WrapUp, tone as agent_tone,
};
pub use call::{Actions, Asked, CallKey, CallPhase, CallView, Outcome};
pub use devices::{Device, DeviceRole, Devices, Picker};
pub use health::{Check, Health};

use crate::intent::Intent;
use sidetone_protocol::dial_plan::Preview;
use sidetone_protocol::{DialPlan, DialString, Failure, FailureCode, Features, Watched};
use std::sync::Arc;

/// The phone as its user sees it. Everything is derived from the phone core; a skin derives no more than
/// words and layout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Which page is up.
    pub page: Page,
    /// What the sign-in page shows.
    pub sign_in: SignIn,
    /// The one thing to know about the phone right now.
    pub status: Status,
    /// Who is signed in.
    pub user: Option<User>,
    /// The calls, oldest first.
    pub calls: Vec<CallView>,
    /// Whether a call can be started now.
    pub can_dial: bool,
    /// Whether another tab has the microphone and the speaker, so that "use the phone here" is offered.
    pub in_other_tab: bool,
    /// Something went wrong that belongs to no call.
    pub notice: Option<Notice>,
    /// The parts a call needs, each with its state.
    pub health: Health,
    /// The number that was called last, as the user wrote it or as the relay keeps it.
    pub last_dialled: Option<String>,
    /// The call that has changed last, for whoever only hears of changes.
    pub changed: Option<CallKey>,
    /// What is folded open beside the calls.
    pub panel: Option<Panel>,
    /// What the line does beside calls, and how it is set.
    pub features: Features,
    /// The phones that the user watches.
    pub watched: Vec<Watched>,
    /// What the user speaks into and hears from.
    pub devices: Devices,
    /// How the numbers that the user writes are dialled; none where they are dialled as they are written.
    pub dial_plan: Option<Arc<DialPlan>>,
    /// The user as a contact-centre agent; none for users who are none.
    pub agent: Option<Box<AgentView>>,
    /// A number that the host or the address of the page asks to call. It is offered, never dialled by itself.
    pub suggested: Option<String>,
}

/// Which page is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    /// Name and password are asked for.
    #[default]
    SignIn,
    /// The phone.
    Phone,
    /// The page is of another version than the relay and has to be loaded anew.
    Outdated,
}

/// What the sign-in page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignIn {
    /// Whether the relay is being asked.
    pub pending: bool,
    /// Why the user is not signed in, if anything went wrong.
    pub failure: Option<Failure>,
}

/// The signed-in user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name that is shown.
    pub display_name: String,
    /// The user's own number.
    pub extension: String,
}

/// The one thing to know about the phone right now; the first that applies, from the top.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Status {
    /// Nobody is signed in.
    #[default]
    SignedOut,
    /// The relay is being reached for the first time.
    Connecting,
    /// The connection to the relay broke and is being replaced.
    Reconnecting,
    /// The line is being registered with the telephone system.
    Registering,
    /// The telephone system does not take the line.
    LineUnavailable(Failure),
    /// Another tab has the microphone and the speaker.
    InOtherTab,
    /// The media path to the relay is being set up.
    PreparingAudio,
    /// The media path could not be set up.
    NoAudio(Failure),
    /// Calls can be made and received.
    Ready,
}

/// How much a [`Status`] or a [`Check`] asks of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing; it is not in use.
    Idle,
    /// Nothing; all is well.
    Good,
    /// To wait.
    Busy,
    /// To do something about it.
    Bad,
}

impl Status {
    /// How much it asks of the user.
    #[must_use]
    pub fn tone(&self) -> Tone {
        match self {
            Self::SignedOut | Self::InOtherTab => Tone::Idle,
            Self::Ready => Tone::Good,
            Self::Connecting | Self::Reconnecting | Self::Registering | Self::PreparingAudio => Tone::Busy,
            Self::LineUnavailable(_) | Self::NoAudio(_) => Tone::Bad,
        }
    }
}

/// What is folded open beside the calls; one at a time, since a pane is narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Panel {
    /// The dialler, in a call.
    NewCall,
    /// To whom the other party of that call is transferred.
    Transfer(CallKey),
    /// Do not disturb, forwarding and audio devices.
    Settings,
    /// Something of the contact centre.
    Agent(AgentPanel),
}

/// What is folded open of the contact centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgentPanel {
    /// The states that can be chosen.
    State,
    /// The team that the user supervises.
    Team,
    /// The queues and their figures.
    Queues,
    /// What was written to the team.
    Messages,
    /// What the user has done today.
    Day,
}

/// Something went wrong, in words, with a way to try again where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub failure: Failure,
    /// What to send to try again.
    pub retry: Option<Intent>,
}

impl Notice {
    /// A notice that can only be read.
    #[must_use]
    pub fn new(code: FailureCode) -> Self {
        Self { failure: code.into(), retry: None }
    }

    /// A notice that offers to try again.
    #[must_use]
    pub fn with_retry(code: FailureCode, retry: Intent) -> Self {
        Self { failure: code.into(), retry: Some(retry) }
    }
}

impl Snapshot {
    /// The call with that key.
    #[must_use]
    pub fn call(&self, key: CallKey) -> Option<&CallView> {
        self.calls.iter().find(|call| call.key == key)
    }

    /// The contact centre's side of that call.
    #[must_use]
    pub fn dialog_of(&self, key: CallKey) -> Option<&DialogView> {
        self.agent.as_ref()?.dialog_of(key)
    }

    /// Whether that call is one that the contact centre should know of and does not.
    #[must_use]
    pub fn is_unknown_to_contact_centre(&self, key: CallKey) -> bool {
        let reliable = self.agent.as_ref().is_some_and(|agent| agent.is_signed_in() && agent.is_up());
        reliable && self.call(key).is_some_and(CallView::is_up) && self.dialog_of(key).is_none()
    }

    /// Whether that call is shown by the card in which it is wrapped up.
    #[must_use]
    pub fn is_wrapped_up(&self, key: CallKey) -> bool {
        self.dialog_of(key).is_some_and(|dialog| dialog.card == DialogCard::WrapUp)
    }

    /// What would become of what the user is writing; none where nothing can be said of it.
    #[must_use]
    pub fn preview(&self, written: &str) -> Option<Preview> {
        let number: DialString = written.parse().ok()?;
        Some(self.dial_plan.as_ref()?.preview(&number))
    }

    /// Whether any call is not over.
    #[must_use]
    pub fn in_call(&self) -> bool {
        self.calls.iter().any(|call| !call.is_ended())
    }

    /// The call that waits to be answered, the oldest first.
    #[must_use]
    pub fn incoming(&self) -> Option<&CallView> {
        self.calls.iter().find(|call| call.actions.answer)
    }

    /// Whether the user talks to somebody, who would be put on hold by another call.
    #[must_use]
    pub fn talks(&self) -> bool {
        self.calls.iter().any(CallView::is_talking)
    }

    /// The call that the user talks in; the first of a conference.
    #[must_use]
    pub fn active(&self) -> Option<&CallView> {
        self.calls.iter().find(|call| call.is_talking())
    }

    /// The calls to whose other party that of `key` can be handed, or with which it can be joined.
    pub fn partners(&self, key: CallKey) -> impl Iterator<Item = &CallView> {
        let conference = self.call(key).and_then(|call| call.conference);
        self.calls.iter().filter(move |other| {
            let together = conference.is_some() && other.conference == conference;
            other.key != key && other.is_up() && !together
        })
    }

    /// With which call `key` is joined when its user asks for a conference: the one it consults about, the one
    /// that is talked in, or else the one that was put on hold last.
    #[must_use]
    pub fn partner(&self, key: CallKey) -> Option<&CallView> {
        let consults_for = self.call(key).and_then(|call| call.consults_for);
        let about = self.partners(key).find(|other| Some(other.key) == consults_for);
        about
            .or_else(|| self.partners(key).find(|other| other.is_talking()))
            .or_else(|| self.partners(key).max_by_key(|other| other.held_since))
    }

    /// The call that is resumed when one swaps: the one that was put on hold last.
    #[must_use]
    pub fn resumable(&self) -> Option<&CallView> {
        self.calls.iter().filter(|call| call.actions.resume).max_by_key(|call| call.held_since)
    }
}
