//! Words, shapes and colours for what the contact centre says.

use crate::kit::Glyph;
use crate::locale::Locale;
use crate::snapshot::{DialogAsked, NextState, Tone, agent_tone};
use crate::text::Text;
use sidetone_protocol::agent::{AgentStateKind, MemberState, ParticipantState};

/// A state.
pub(super) fn state(state: AgentStateKind) -> Text {
    match state {
        AgentStateKind::Logout => Text::AgentStateLogout,
        AgentStateKind::NotReady => Text::AgentStateNotReady,
        AgentStateKind::Ready => Text::AgentStateReady,
        AgentStateKind::Reserved => Text::AgentStateReserved,
        AgentStateKind::ReservedOutbound => Text::AgentStateReservedOutbound,
        AgentStateKind::ReservedOutboundPreview => Text::AgentStatePreview,
        AgentStateKind::Talking => Text::AgentStateTalking,
        AgentStateKind::Hold => Text::AgentStateHold,
        AgentStateKind::Work => Text::AgentStateWork,
        AgentStateKind::WorkReady => Text::AgentStateWorkReady,
        AgentStateKind::Unknown => Text::AgentStateUnknown,
    }
}

/// A state with its reason.
pub(super) fn state_and_reason(locale: Locale, kind: AgentStateKind, reason: Option<&str>) -> String {
    let name = locale.text(state(kind));
    reason.map_or_else(|| name.to_owned(), |reason| format!("{name} · {reason}"))
}

/// The state to come, in a sentence that says when.
pub(super) fn next(locale: Locale, text: Text, next: &NextState) -> String {
    locale.fill(text, "state", &state_and_reason(locale, next.state, next.reason.as_deref()))
}

/// Shape and colour say the same as the word.
pub(super) fn sign(state: AgentStateKind) -> (Glyph, &'static str) {
    let glyph = match state {
        AgentStateKind::Logout => Glyph::SignOut,
        AgentStateKind::NotReady => Glyph::DoNotDisturb,
        AgentStateKind::Ready => Glyph::Check,
        AgentStateKind::Reserved
        | AgentStateKind::ReservedOutbound
        | AgentStateKind::ReservedOutboundPreview => Glyph::Bell,
        AgentStateKind::Talking => Glyph::Phone,
        AgentStateKind::Hold => Glyph::Pause,
        AgentStateKind::Work | AgentStateKind::WorkReady => Glyph::Note,
        AgentStateKind::Unknown => Glyph::Waiting,
    };
    let class = match agent_tone(state) {
        Tone::Idle => "agent-idle",
        Tone::Good => "agent-good",
        Tone::Busy => "agent-busy",
        Tone::Bad => "agent-bad",
    };
    (glyph, class)
}

/// What was asked for a member of the team.
pub(super) fn member_asked(asked: MemberState) -> Text {
    match asked {
        MemberState::Ready => Text::TeamAskedReady,
        MemberState::NotReady => Text::TeamAskedNotReady,
        MemberState::SignedOut => Text::TeamAskedSignOut,
    }
}

/// Where the agent's part in a dialog stands; what is under way comes first.
pub(super) fn standing(locale: Locale, state: ParticipantState, asked: Option<DialogAsked>) -> &'static str {
    if asked.is_some() {
        return locale.text(Text::DialogAsked);
    }
    locale.text(participant(state))
}

/// Where somebody's part in a dialog stands.
pub(super) fn participant(state: ParticipantState) -> Text {
    match state {
        ParticipantState::Initiating | ParticipantState::Initiated => Text::PhaseCalling,
        ParticipantState::Alerting => Text::PhaseRinging,
        ParticipantState::Active => Text::PhaseConnected,
        ParticipantState::Held => Text::HoldByUser,
        ParticipantState::Failed => Text::DialogFailed,
        ParticipantState::WrapUp => Text::WrapUpTitle,
        ParticipantState::Accepted => Text::PreviewAccepted,
        ParticipantState::Dropped => Text::DialogOver,
        ParticipantState::Unknown => Text::AgentStateUnknown,
    }
}
