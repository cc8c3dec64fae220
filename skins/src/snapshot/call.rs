//! A call as a skin shows it.

use super::Notice;
use sidetone_protocol::{Alert, Codec, ConferenceId, Direction, Failure, Hold, PbxConference, Transfer};

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
    /// Who has put it on hold.
    pub hold: Hold,
    /// Since when the user has had it on hold, in milliseconds of the page's clock; unknown where that was before
    /// the page was loaded.
    pub held_since: Option<i64>,
    /// What the user has asked for and the relay has not yet confirmed.
    pub asked: Option<Asked>,
    /// How it wants to be told while it rings.
    pub alert: Alert,
    /// The call that this one was made to ask about.
    pub consults_for: Option<CallKey>,
    /// The conference that it is part of.
    pub conference: Option<ConferenceId>,
    /// What is known of the conference of the telephone system that it leads to, if it does.
    pub pbx_conference: Option<PbxConference>,
    /// Its transfer, under way or failed.
    pub transfer: Option<Transfer>,
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

/// What the user has asked for and the relay has not yet confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To hold it.
    Hold,
    /// To resume it.
    Resume,
    /// To hand it to somebody else.
    Transfer,
    /// To join it with another call.
    Join,
    /// To take it out of its conference.
    Split,
    /// To park it.
    Park,
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
    /// The user has transferred the other party to somebody else.
    Transferred,
    /// It was answered at another phone, or forwarded.
    Elsewhere,
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
    /// Put it on hold.
    pub hold: bool,
    /// Take it off hold; whom the user talks to then waits instead.
    pub resume: bool,
    /// Hand its other party to somebody else, in whichever way.
    pub transfer: bool,
    /// Ask somebody about it before it is handed over.
    pub ask_first: bool,
    /// Hand its other party to somebody who has not been asked.
    pub hand_over: bool,
    /// Hand the party that it was made to ask about to its other party.
    pub complete: bool,
    /// Join it with another call to a conference.
    pub join: bool,
    /// Take it out of its conference.
    pub split: bool,
    /// Park it.
    pub park: bool,
    /// Take it off the list.
    pub dismiss: bool,
}

impl CallView {
    /// A call of which nothing is known but who starts it.
    #[must_use]
    pub fn blank(direction: Direction) -> Self {
        Self {
            key: CallKey(0),
            number: String::new(),
            name: None,
            direction,
            phase: CallPhase::Calling,
            actions: Actions::default(),
            muted: false,
            hold: Hold::default(),
            held_since: None,
            asked: None,
            alert: Alert::default(),
            consults_for: None,
            conference: None,
            pbx_conference: None,
            transfer: None,
            answered_at: None,
            lasted: None,
            codec: None,
            keys_sent: String::new(),
            keys_received: String::new(),
            notice: None,
        }
    }

    /// Whether the call is over.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.phase, CallPhase::Ended(_))
    }

    /// Whether the two parties can talk, or could if nobody held the call.
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(self.phase, CallPhase::Connected | CallPhase::Reconnecting)
    }

    /// Whether the user talks in it: it is up, and not put on hold by the user.
    #[must_use]
    pub fn is_talking(&self) -> bool {
        self.is_up() && !self.hold.by_user
    }

    /// The name of the other party, or else the number; `None` where both are withheld.
    #[must_use]
    pub fn party(&self) -> Option<&str> {
        self.name.as_deref().or(Some(self.number.as_str())).filter(|party| !party.is_empty())
    }
}
