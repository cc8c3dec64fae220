//! A contact-centre agent as a skin shows them.

use super::{CallKey, Notice, Tone};
use sidetone_protocol::agent::{
    AgentService, AgentStateKind, Contact, Day, DialogCommand, DialogParticipant, MemberState,
    ParticipantState, Platform, Presence, Preview, PreviewAnswer, QueueFigures, Reason, StateChoice, Team,
    WrapUpRule,
};
use sidetone_protocol::{Direction, Failure};

/// Who the agent is, the state, and all that the contact centre says. Moments are in milliseconds of the page's clock
/// (see [`crate::Port::now`]) where a field does not say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgentView {
    /// The agent's id; empty until it is known.
    pub id: String,
    /// The name that is shown.
    pub name: String,
    /// The extension that calls come to; empty until it is known.
    pub extension: String,
    /// Which contact centre it is.
    pub platform: Platform,
    /// Whether it can be reached. Its moment is of the Unix epoch, to be shown as a time of day.
    pub service: AgentService,
    /// Whether the agent is signed in there; under way from the moment it was asked for.
    pub presence: Presence,
    /// The state.
    pub state: AgentStateKind,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// When it was entered; none while that is not known.
    pub since: Option<i64>,
    /// What the state becomes when the call is over.
    pub pending: Option<NextState>,
    /// What the user has asked for and the contact centre has not yet confirmed.
    pub asked: Option<NextState>,
    /// The states that can be chosen now, each with its reasons, in the order in which to show them.
    pub choices: Vec<StateOffer>,
    /// Whether the contact centre lets a call be started now.
    pub can_dial: bool,
    /// Why not.
    pub cannot_dial: Option<Failure>,
    /// The agent's own team.
    pub team: Option<Team>,
    /// Whether a call for help can be made.
    pub can_call_for_help: bool,
    /// What went wrong with the state, the sign-in or the call for help.
    pub notice: Option<Notice>,
    /// The calls as the contact centre knows them, oldest first.
    pub dialogs: Vec<DialogView>,
    /// The teams that the agent supervises, and the one that is looked at.
    pub supervised: Supervised,
    /// The queues that concern the agent.
    pub queues: Vec<QueueView>,
    /// What was written to the team.
    pub messages: Messages,
    /// What the agent has done today.
    pub day: Day,
    /// What was looked for in the phone books.
    pub contacts: Contacts,
    /// Who asks for help, the first first.
    pub help_wanted: Vec<HelpWanted>,
}

/// A state to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextState {
    /// It.
    pub state: AgentStateKind,
    /// Why, as it is shown.
    pub reason: Option<String>,
}

/// A state that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateOffer {
    /// Which.
    pub choice: StateChoice,
    /// The reasons of which one has to be named; none where it needs no reason.
    pub reasons: Vec<Reason>,
}

/// A call as the contact centre knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogView {
    /// The contact centre's name for it.
    pub id: String,
    /// The phone's call that carries its sound, or carried it if that is over.
    pub call: Option<CallKey>,
    /// What kind of card shows it.
    pub card: DialogCard,
    /// Seen from the agent.
    pub direction: Direction,
    /// The other party's number.
    pub number: String,
    /// The queue it came through.
    pub queue: Option<String>,
    /// What the caller dialled.
    pub dialled: Option<String>,
    /// The agent's own part in it.
    pub state: ParticipantState,
    /// What can be done with it now.
    pub actions: Vec<DialogCommand>,
    /// Everybody else in it.
    pub others: Vec<DialogParticipant>,
    /// Call variables, as name and value.
    pub variables: Vec<(String, String)>,
    /// What it was about.
    pub wrap_up: WrapUp,
    /// A call of a campaign, shown before it is made.
    pub preview: Option<Preview>,
    /// When the customer is to be called back: a local time `2027-05-04T14:30`, and the number.
    pub callback: Option<(String, String)>,
    /// When the agent's part began.
    pub started: Option<i64>,
    /// When its state changed last.
    pub since: Option<i64>,
    /// Whether the agent listens to it and can take the place of who talks.
    pub can_take_over: bool,
    /// What the user has asked for and the contact centre has not yet confirmed.
    pub asked: Option<DialogAsked>,
    /// What went wrong with it.
    pub notice: Option<Notice>,
}

/// Where a dialog is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogCard {
    /// In the card of the call that carries its sound.
    Call,
    /// Nowhere yet: its call is about to be seen.
    Awaited,
    /// In a card of its own that says that this phone has no sound for it.
    Silent,
    /// In a card of its own: a campaign's call before it is made.
    Preview,
    /// In a card of its own, in place of the call that is over: it is wrapped up.
    WrapUp,
}

/// What a call was about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrapUp {
    /// What there is to choose from; none where nothing can be said.
    pub reasons: Vec<String>,
    /// What was chosen, also if the contact centre has not confirmed it yet.
    pub chosen: Vec<String>,
    /// Whether one is asked for.
    pub rule: WrapUpRule,
    /// Whether there can be more than one.
    pub several: bool,
}

impl WrapUp {
    /// Whether one has to be chosen first.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.rule == WrapUpRule::Required && self.chosen.is_empty() && !self.reasons.is_empty()
    }

    /// What is chosen after that reason was pressed.
    #[must_use]
    pub fn toggled(&self, reason: &str) -> Vec<String> {
        if self.chosen.iter().any(|chosen| chosen == reason) {
            return self.chosen.iter().filter(|chosen| *chosen != reason).cloned().collect();
        }
        let kept = if self.several { self.chosen.clone() } else { Vec::new() };
        kept.into_iter().chain([reason.to_owned()]).collect()
    }
}

/// What the user has asked for with a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogAsked {
    /// A button of its own.
    Control(sidetone_protocol::agent::DialogControl),
    /// An answer to a preview.
    Preview(PreviewAnswer),
    /// To ask somebody about it.
    Consult,
    /// To hand it over in one step.
    Transfer,
    /// To take somebody out of it.
    DropParticipant,
    /// To join what is listened to.
    Barge,
    /// To take over what was joined.
    Intercept,
    /// To change its data.
    Data,
}

impl DialogView {
    /// Whether the contact centre offers that now.
    #[must_use]
    pub fn can(&self, command: DialogCommand) -> bool {
        self.actions.contains(&command)
    }

    /// Whether somebody with that number has a part in it.
    #[must_use]
    pub fn includes(&self, number: &str) -> bool {
        self.others.iter().any(|other| other.number == number)
    }
}

/// The teams that the agent supervises, and the one that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Supervised {
    /// All of them; empty for who supervises none.
    pub teams: Vec<Team>,
    /// The [`Team::id`] of the one that is looked at.
    pub chosen: Option<String>,
    /// Its members; none until they are known.
    pub members: Option<Vec<MemberView>>,
    /// What went wrong with it.
    pub notice: Option<Notice>,
}

/// A member of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    /// The agent's id.
    pub id: String,
    /// The agent's name.
    pub name: String,
    /// The extension, while signed in.
    pub extension: Option<String>,
    /// The state.
    pub state: AgentStateKind,
    /// Why.
    pub reason: Option<String>,
    /// What the state becomes when the call is over.
    pub pending: Option<AgentStateKind>,
    /// When the state was entered.
    pub since: Option<i64>,
    /// What the user has asked for.
    pub asked: Option<MemberState>,
    /// Whether it is the user.
    pub is_user: bool,
    /// Whether the user can listen to a call of theirs now.
    pub can_monitor: bool,
    /// The dialog in which the user listens to them and can join.
    pub barge: Option<String>,
    /// The dialog that the user has joined and can take over.
    pub intercept: Option<String>,
}

/// A queue and its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueView {
    /// The figures.
    pub figures: QueueFigures,
    /// Since when the first of the callers waits.
    pub longest_since: Option<i64>,
}

/// What was written to the team.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Messages {
    /// Newest first.
    pub list: Vec<MessageView>,
    /// How many were not on the screen yet.
    pub unread: usize,
    /// What went wrong with them.
    pub notice: Option<Notice>,
    /// Whether one is on its way.
    pub sending: bool,
}

/// Something written to a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    /// The contact centre's name for it.
    pub id: String,
    /// Who wrote it.
    pub from: String,
    /// What.
    pub text: String,
    /// When, in milliseconds since the Unix epoch.
    pub sent_at_ms: u64,
    /// Until when it is shown.
    pub until: Option<i64>,
    /// Whether the user wrote it.
    pub own: bool,
}

/// What was looked for in the phone books.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contacts {
    /// What; empty where nothing is.
    pub text: String,
    /// What came of it.
    pub found: Found,
}

/// What came of looking for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Found {
    /// Nothing was looked for.
    #[default]
    Nothing,
    /// It is under way.
    Searching,
    /// These match.
    Contacts(Vec<Contact>),
    /// It did not work.
    Failed(Failure),
}

/// Somebody of a supervised team asks for help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpWanted {
    /// The agent's id.
    pub member: String,
    /// Their name.
    pub name: String,
    /// Their extension.
    pub extension: String,
}

/// How much a state asks of who sees it.
#[must_use]
pub fn tone(state: AgentStateKind) -> Tone {
    match state {
        AgentStateKind::Ready => Tone::Good,
        AgentStateKind::Reserved
        | AgentStateKind::ReservedOutbound
        | AgentStateKind::ReservedOutboundPreview
        | AgentStateKind::Talking
        | AgentStateKind::Hold
        | AgentStateKind::Work
        | AgentStateKind::WorkReady => Tone::Busy,
        AgentStateKind::NotReady => Tone::Bad,
        AgentStateKind::Logout | AgentStateKind::Unknown => Tone::Idle,
    }
}

impl AgentView {
    /// Whether the agent is signed in to the contact centre.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.presence == Presence::SignedIn
    }

    /// Whether what the contact centre says can be relied on and changed.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.service == AgentService::Up
    }

    /// The dialog with that id.
    #[must_use]
    pub fn dialog(&self, id: &str) -> Option<&DialogView> {
        self.dialogs.iter().find(|dialog| dialog.id == id)
    }

    /// The dialog of that call.
    #[must_use]
    pub fn dialog_of(&self, call: CallKey) -> Option<&DialogView> {
        self.dialogs.iter().find(|dialog| dialog.call == Some(call))
    }
}
