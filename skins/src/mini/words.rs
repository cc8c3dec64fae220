//! Words for what the snapshot says.

use crate::locale::Locale;
use crate::snapshot::{Asked, CallPhase, CallView, Outcome, Snapshot};
use crate::text::Text;
use sidetone_protocol::{Hold, Party, Transfer, TransferState};

/// The other party, as a user reads it.
pub(super) fn party(locale: Locale, call: &CallView) -> String {
    if call.pbx_conference.is_some() {
        return named_conference(call).unwrap_or(locale.text(Text::ConferenceTitle)).to_owned();
    }
    call.party().unwrap_or(locale.text(Text::CallUnknownParty)).to_owned()
}

/// What people would call a conference. Its address alone is nothing that anybody knows, unless it is a number.
fn named_conference(call: &CallView) -> Option<&str> {
    call.party().filter(|_| call.name.is_some() || !call.number.contains(char::is_alphabetic))
}

/// The mark of a call that leads to a conference of the telephone system: whom the user has brought there, or that it
/// is one, where its name does not say so.
pub(super) fn conference(locale: Locale, call: &CallView) -> Option<String> {
    let conference = call.pbx_conference.as_ref()?;
    let joined: Vec<&str> = conference.joined.iter().map(|party| target(locale, party)).collect();
    if !joined.is_empty() {
        return Some(locale.fill(Text::ConferenceWith, "parties", &joined.join(", ")));
    }
    named_conference(call).map(|_| locale.text(Text::ConferenceTitle).to_owned())
}

/// How a call stands, in words: what is under way comes before how it is.
pub(super) fn standing(locale: Locale, call: &CallView) -> String {
    if !call.is_up() {
        return phase(locale, &call.phase).to_owned();
    }
    if let Some(asked) = call.asked {
        return locale.text(under_way(asked)).to_owned();
    }
    if let Some(transfer) = &call.transfer {
        return transferred(locale, transfer);
    }
    match call.hold {
        Hold { by_user: true, by_party: true } => locale.text(Text::HoldByBoth).to_owned(),
        Hold { by_user: true, by_party: false } => locale.text(Text::HoldByUser).to_owned(),
        Hold { by_user: false, by_party: true } => locale.text(Text::HoldByParty).to_owned(),
        Hold { by_user: false, by_party: false } => phase(locale, &call.phase).to_owned(),
    }
}

fn under_way(asked: Asked) -> Text {
    match asked {
        Asked::Hold => Text::AskedHold,
        Asked::Resume => Text::AskedResume,
        Asked::Transfer => Text::AskedTransfer,
        Asked::Join => Text::AskedJoin,
        Asked::Split => Text::AskedSplit,
        Asked::Park => Text::AskedPark,
    }
}

fn transferred(locale: Locale, transfer: &Transfer) -> String {
    let to = |text| locale.fill(text, "party", target(locale, &transfer.target));
    match &transfer.state {
        TransferState::Trying | TransferState::Ringing if transfer.conference => {
            locale.text(Text::ConferenceJoining).to_owned()
        }
        TransferState::Failed { .. } if transfer.conference => {
            locale.text(Text::ConferenceNotJoined).to_owned()
        }
        TransferState::Trying => to(Text::TransferTrying),
        TransferState::Ringing => to(Text::TransferRinging),
        TransferState::Failed { failure } => {
            format!("{} {}", to(Text::TransferFailed), locale.failure(failure))
        }
    }
}

fn target(locale: Locale, party: &Party) -> &str {
    let name = party.name.as_deref().filter(|name| !name.is_empty());
    name.or(Some(party.number.as_str()).filter(|number| !number.is_empty()))
        .unwrap_or(locale.text(Text::CallUnknownParty))
}

/// Where a call stands, in words.
fn phase(locale: Locale, phase: &CallPhase) -> &'static str {
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
        CallPhase::Ended(Outcome::Transferred) => locale.text(Text::OutcomeTransferred),
        CallPhase::Ended(Outcome::Elsewhere) => locale.text(Text::OutcomeElsewhere),
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
            .active()
            .or_else(|| snapshot.calls.iter().find(|call| !call.is_ended()))
            .map(|call| locale.fill(Text::TitleInCall, "party", &party(locale, call))),
    };
    match first {
        Some(first) => format!("{first} – {name}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Language;
    use sidetone_protocol::{Direction, PbxConference};

    fn marked(number: &str, conference: Option<PbxConference>) -> (String, Option<String>) {
        let locale = Locale::new(Language::English);
        let blank = CallView::blank(Direction::Outbound);
        let call = CallView { number: number.to_owned(), pbx_conference: conference, ..blank };
        (party(locale, &call), super::conference(locale, &call))
    }

    #[test]
    fn a_conference_is_named_once_and_with_whom_the_user_brought_there() {
        let of = |numbers: &[&str]| {
            let joined = numbers.iter().map(|number| Party { number: (*number).to_owned(), name: None });
            Some(PbxConference { joined: joined.collect() })
        };
        assert_eq!(marked("1002", None), ("1002".into(), None));
        assert_eq!(marked("1002", of(&[])), ("1002".into(), Some("Conference".into())));
        assert_eq!(marked("", of(&[])), ("Conference".into(), None));
        assert_eq!(marked("room-7f3a", of(&[])), ("Conference".into(), None));
        assert_eq!(
            marked("", of(&["1002", "1003"])),
            ("Conference".into(), Some("Conference with 1002, 1003".into()))
        );
    }
}
