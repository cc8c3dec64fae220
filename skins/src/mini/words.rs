//! Words for what the snapshot says.

use crate::locale::Locale;
use crate::snapshot::{CallPhase, CallView, Outcome, Snapshot};
use crate::text::Text;

/// The other party, as a user reads it.
pub(super) fn party(locale: Locale, call: &CallView) -> String {
    call.party().unwrap_or(locale.text(Text::CallUnknownParty)).to_owned()
}

/// Where a call stands, in words.
pub(super) fn phase(locale: Locale, phase: &CallPhase) -> &'static str {
    match phase {
        CallPhase::Calling => locale.text(Text::PhaseCalling),
        CallPhase::Ringing => locale.text(Text::PhaseRinging),
        CallPhase::Incoming => locale.text(Text::PhaseIncoming),
        CallPhase::Answering => locale.text(Text::PhaseAnswering),
        CallPhase::Connected => locale.text(Text::PhaseConnected),
        CallPhase::Reconnecting => locale.text(Text::PhaseReconnecting),
        CallPhase::Ending => locale.text(Text::PhaseEnding),
        CallPhase::Ended(Outcome::HungUp) => locale.text(Text::OutcomeHungUp),
        CallPhase::Ended(Outcome::Cancelled) => locale.text(Text::OutcomeCancelled),
        CallPhase::Ended(Outcome::Rejected) => locale.text(Text::OutcomeRejected),
        CallPhase::Ended(Outcome::PartyHungUp) => locale.text(Text::OutcomePartyHungUp),
        CallPhase::Ended(Outcome::Missed) => locale.text(Text::OutcomeMissed),
        CallPhase::Ended(Outcome::Failed(failure)) => locale.failure(failure),
    }
}

/// The title of the page's tab: what matters most, first.
#[must_use]
pub fn title(locale: Locale, snapshot: &Snapshot) -> String {
    let name = locale.text(Text::AppName);
    let first = match snapshot.incoming() {
        Some(call) => Some(locale.fill(Text::TitleIncoming, "party", &party(locale, call))),
        None => snapshot
            .calls
            .iter()
            .find(|call| !call.is_ended())
            .map(|call| locale.fill(Text::TitleInCall, "party", &party(locale, call))),
    };
    match first {
        Some(first) => format!("{first} – {name}"),
        None => name.to_owned(),
    }
}
