//! All that a skin can show.

use crate::intent::Intent;
use sidetone_protocol::{Codec, Direction, Failure, FailureCode};

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
    /// The number that was called last, as the user wrote it.
    pub last_dialled: Option<String>,
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

/// A call of this tab's user. It keeps its key from the moment the user asked for it, before the relay has named it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallKey(pub u32);

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallView {
    /// Names the call in intents.
    pub key: CallKey,
    /// The other party's number; empty where it is withheld.
    pub number: String,
    /// The other party's name, if anybody gave one.
    pub name: Option<String>,
    /// Who started it.
    pub direction: Direction,
    /// Where it stands.
    pub phase: CallPhase,
    /// What can be done with it now. Buttons come from here.
    pub actions: Actions,
    /// Whether the user's microphone is kept from the other party.
    pub muted: bool,
    /// When it was answered, in milliseconds of the page's clock (see [`crate::Port::now`]); before zero for a call
    /// that is older than the page.
    pub answered_at: Option<i64>,
    /// How long it lasted, in milliseconds, once it is over.
    pub lasted: Option<i64>,
    /// The audio codec, once known.
    pub codec: Option<Codec>,
    /// The DTMF digits the user sent.
    pub keys_sent: String,
    /// The DTMF digits the other party sent.
    pub keys_received: String,
    /// Why the microphone does not work in this call, with a way to try again.
    pub notice: Option<Notice>,
}

/// Where a call stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallPhase {
    /// Outbound: on its way.
    Calling,
    /// Outbound: the other side rings, or the network plays an announcement.
    Ringing,
    /// Inbound: waiting for the user.
    Incoming,
    /// Inbound: the user has answered, the other side has not yet confirmed.
    Answering,
    /// The two parties can talk.
    Connected,
    /// The call is up, but its audio is being replaced.
    Reconnecting,
    /// The user hung up; waiting for confirmation.
    Ending,
    /// Over.
    Ended(Outcome),
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The user hung up.
    HungUp,
    /// The user gave up before the other party answered.
    Cancelled,
    /// The user rejected it.
    Rejected,
    /// The other party hung up.
    PartyHungUp,
    /// The other party gave up before the user answered.
    Missed,
    /// It was not taken, or something went wrong.
    Failed(Failure),
}

/// What can be done with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Actions {
    /// Answer it.
    pub answer: bool,
    /// Reject it.
    pub reject: bool,
    /// Hang up or cancel it.
    pub hang_up: bool,
    /// Mute and unmute.
    pub mute: bool,
    /// Send DTMF digits.
    pub keypad: bool,
    /// Take it off the list.
    pub dismiss: bool,
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

/// The parts a call needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// The connection to the relay.
    pub relay: Check,
    /// The line on the telephone system.
    pub line: Check,
    /// The media path to the relay.
    pub audio: Check,
    /// The microphone.
    pub microphone: Check,
    /// Whether the browser lets the page make a sound.
    pub sound: Check,
    /// Whether the browser shows notifications of calls.
    pub notifications: Check,
    /// Whether the page was loaded in a way that lets browsers give it a microphone: HTTPS, or from this
    /// very computer.
    pub secure: bool,
}

/// The state of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// Not known, or the browser has no such thing: not shown.
    #[default]
    Unknown,
    /// It works.
    Good,
    /// It is being set up.
    Busy,
    /// The browser has to be asked first.
    Ask,
    /// It does not work.
    Bad(FailureCode),
    /// The browser refuses it, and calls work without.
    Off,
}

impl Snapshot {
    /// The call with that key.
    #[must_use]
    pub fn call(&self, key: CallKey) -> Option<&CallView> {
        self.calls.iter().find(|call| call.key == key)
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
}

impl CallView {
    /// Whether the call is over.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.phase, CallPhase::Ended(_))
    }

    /// The name of the other party, or else the number; `None` where both are withheld.
    #[must_use]
    pub fn party(&self) -> Option<&str> {
        self.name.as_deref().or(Some(self.number.as_str())).filter(|party| !party.is_empty())
    }
}
