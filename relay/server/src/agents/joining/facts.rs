//! What a dialog says of the agent's own part in it.

use super::numbers::Numbers;
use sidetone_bridge::Progress;
use sidetone_finesse::model::{Action, Dialog, DialogId, DialogState, Participant, UnixMillis};

/// What a dialog says of the agent's own part in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    /// How far the agent's part is.
    pub(super) stage: Stage,
    /// Whether the agent calls.
    pub(super) outgoing: bool,
    /// When the agent's part began, by Finesse.
    pub(super) started: Option<UnixMillis>,
    /// The numbers of everybody else who is in it, or may be.
    pub(super) others: Vec<String>,
    /// How many others are in it.
    pub(super) there: usize,
    /// The number of the other party; empty where it is withheld.
    pub(super) number: String,
    /// How far the other party is.
    pub(super) progress: Progress,
    /// Whether it was made to consult.
    pub(super) consult: bool,
    pub(super) associated: Option<DialogId>,
    pub(super) secondary: Option<DialogId>,
    /// `stateCause` of a call that failed.
    pub(super) cause: String,
}

/// How far the agent's part in a dialog is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The agent's phone is to ring.
    Alerting,
    /// The agent calls somebody.
    Starting,
    /// The agent is in it.
    Up {
        /// On hold.
        held: bool,
    },
    /// It came to nothing; there may be a tone to hear.
    Failed,
    /// The agent is in it no longer.
    Over,
    /// There is no part of the agent, or none with sound, or one of a kind newer than this program.
    None,
}

impl Stage {
    /// Whether a call of the phone belongs to it.
    pub(super) fn has_sound(self) -> bool {
        match self {
            Self::Alerting | Self::Starting | Self::Up { .. } | Self::Failed => true,
            Self::Over | Self::None => false,
        }
    }
}

impl Facts {
    pub(super) fn of(dialog: &Dialog, numbers: Numbers<'_>) -> Self {
        let own = dialog.participants.iter().find(|participant| numbers.is_own(&participant.media_address));
        let there: Vec<&Participant> = dialog
            .participants
            .iter()
            .filter(|participant| !numbers.is_own(&participant.media_address) && !is_over(participant.state))
            .collect();
        let outgoing = numbers.is_own(&dialog.from_address);
        let ends = [&dialog.from_address, &dialog.to_address];
        let number = if outgoing { &dialog.to_address } else { &dialog.from_address };
        let mut others: Vec<String> =
            there.iter().map(|participant| participant.media_address.clone()).collect();
        if others.is_empty() {
            let not_own = ends.into_iter().filter(|number| !numbers.is_own(number) && !number.is_empty());
            others = not_own.cloned().collect();
        }
        // A conference goes on under the numbers of who began it, even when they have left.
        let number = match others.first() {
            Some(first) if !others.contains(number) => first.clone(),
            Some(_) | None => number.clone(),
        };
        Self {
            stage: own.map_or(Stage::None, |own| stage(dialog, own)),
            outgoing,
            started: own.and_then(|own| own.start_time),
            there: there.len(),
            number,
            progress: progress(dialog.state, &there),
            others,
            consult: dialog.call_type.starts_with("CONSULT"),
            associated: dialog.associated.clone(),
            secondary: dialog.secondary_id.clone(),
            cause: cause(dialog),
        }
    }

    /// Who is in the conference, where it is one.
    pub(super) fn joined(&self) -> &[String] {
        if self.others.len() > 1 && matches!(self.stage, Stage::Up { .. }) { &self.others } else { &[] }
    }
}

/// The call of a campaign before it is made has no sound.
fn is_preview(dialog: &Dialog) -> bool {
    dialog.participants.iter().any(|participant| participant.actions.contains(&Action::Accept))
        || dialog.state == DialogState::Accepted
}

fn stage(dialog: &Dialog, own: &Participant) -> Stage {
    if is_preview(dialog) {
        return Stage::None;
    }
    match own.state {
        DialogState::Initiating | DialogState::Initiated if dialog.state == DialogState::Failed => {
            Stage::Failed
        }
        DialogState::Alerting => Stage::Alerting,
        DialogState::Initiating | DialogState::Initiated => Stage::Starting,
        DialogState::Active => Stage::Up { held: false },
        DialogState::Held => Stage::Up { held: true },
        DialogState::Failed => Stage::Failed,
        DialogState::WrapUp | DialogState::Dropped => Stage::Over,
        DialogState::Accepted | DialogState::Unknown => Stage::None,
    }
}

fn is_over(state: DialogState) -> bool {
    match state {
        DialogState::Dropped | DialogState::WrapUp => true,
        DialogState::Initiating
        | DialogState::Initiated
        | DialogState::Alerting
        | DialogState::Active
        | DialogState::Held
        | DialogState::Failed
        | DialogState::Accepted
        | DialogState::Unknown => false,
    }
}

fn progress(dialog: DialogState, others: &[&Participant]) -> Progress {
    let of = |state: DialogState| match state {
        DialogState::Active | DialogState::Held | DialogState::Dropped | DialogState::WrapUp => {
            Progress::Answered
        }
        DialogState::Alerting | DialogState::Failed => Progress::Alerting,
        DialogState::Initiating | DialogState::Initiated | DialogState::Accepted | DialogState::Unknown => {
            Progress::Dialing
        }
    };
    let best = |left: Progress, right: Progress| match (left, right) {
        (Progress::Answered, _) | (_, Progress::Answered) => Progress::Answered,
        (Progress::Alerting, _) | (_, Progress::Alerting) => Progress::Alerting,
        (Progress::Dialing, Progress::Dialing) => Progress::Dialing,
    };
    others.iter().map(|other| of(other.state)).fold(of(dialog), best)
}

fn cause(dialog: &Dialog) -> String {
    let failed = dialog.participants.iter().find(|participant| !participant.state_cause.is_empty());
    failed.map(|participant| participant.state_cause.clone()).unwrap_or_default()
}
