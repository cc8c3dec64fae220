//! What screen readers are told: a call that rings at once, all else when there is time.

use super::words;
use crate::kit::{LiveRegion, Urgency};
use crate::locale::Locale;
use crate::port::Port;
use crate::snapshot::{CallPhase, CallView, Snapshot};
use crate::text::Text;
use leptos::prelude::*;

#[component]
pub(super) fn Announcements(port: Port) -> impl IntoView {
    let locale = port.locale;
    let ringing = port.select(move |snapshot| ringing(locale, snapshot));
    let progress = port.select(move |snapshot| progress(locale, snapshot));
    view! {
        <LiveRegion urgency=Urgency::Assertive text=ringing />
        <LiveRegion urgency=Urgency::Polite text=progress />
    }
}

/// Who rings, and what to press.
fn ringing(locale: Locale, snapshot: &Snapshot) -> String {
    let another = snapshot.calls.iter().any(CallView::is_up);
    let text = if another { Text::CallAnnounceWaiting } else { Text::CallAnnounceIncoming };
    let call = snapshot.calls.iter().find(|call| call.phase == CallPhase::Incoming);
    call.map(|call| locale.fill(text, "party", &words::party(locale, call))).unwrap_or_default()
}

/// The call that has changed last, and how it stands now. One that rings is told of elsewhere.
fn progress(locale: Locale, snapshot: &Snapshot) -> String {
    let changed = snapshot.changed.and_then(|key| snapshot.call(key));
    changed
        .filter(|call| call.phase != CallPhase::Incoming)
        .map(|call| format!("{}: {}", words::party(locale, call), words::standing(locale, call)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Language;
    use crate::snapshot::CallKey;
    use sidetone_protocol::{Direction, FailureCode, Hold, Party, Transfer, TransferState};

    fn bob(phase: CallPhase) -> CallView {
        let name = Some("Bob".to_owned());
        CallView { key: CallKey(1), name, phase, ..CallView::blank(Direction::Outbound) }
    }

    fn said(calls: Vec<CallView>, changed: u32) -> String {
        let snapshot = Snapshot { calls, changed: Some(CallKey(changed)), ..Snapshot::default() };
        progress(Locale::new(Language::English), &snapshot)
    }

    #[test]
    fn hold_is_told_with_who_did_it() {
        let held = |by_user, by_party| {
            said(vec![CallView { hold: Hold { by_user, by_party }, ..bob(CallPhase::Connected) }], 1)
        };
        assert_eq!(held(true, false), "Bob: On hold");
        assert_eq!(held(false, true), "Bob: On hold by the other party");
        assert_eq!(held(false, false), "Bob: Connected");
    }

    #[test]
    fn a_transfer_is_told_in_plain_words_up_to_its_failure() {
        let transfer = |state| {
            let target = Party { number: "1005".into(), name: Some("Carol".into()) };
            said(
                vec![CallView {
                    transfer: Some(Transfer { target, conference: false, state }),
                    ..bob(CallPhase::Connected)
                }],
                1,
            )
        };
        assert_eq!(transfer(TransferState::Trying), "Bob: Transferring to Carol…");
        assert_eq!(transfer(TransferState::Ringing), "Bob: Ringing at Carol…");
        let failed = transfer(TransferState::Failed { failure: FailureCode::Busy.into() });
        assert_eq!(failed, "Bob: Not transferred to Carol. The number is busy; try again later.");
    }

    #[test]
    fn a_party_on_its_way_to_a_conference_is_told_in_words_of_its_own() {
        let going = |state| {
            let transfer = Some(Transfer { target: Party::default(), conference: true, state });
            said(vec![CallView { transfer, ..bob(CallPhase::Connected) }], 1)
        };
        assert_eq!(going(TransferState::Trying), "Bob: Joining the conference…");
        let failed = going(TransferState::Failed { failure: FailureCode::ConferenceFailed.into() });
        assert!(failed.starts_with("Bob: Not in the conference; the call is on hold,"), "{failed}");
    }

    #[test]
    fn a_second_call_is_announced_as_one() {
        let waiting = CallView { key: CallKey(2), ..bob(CallPhase::Incoming) };
        let snapshot = Snapshot { calls: vec![bob(CallPhase::Connected), waiting], ..Snapshot::default() };
        assert!(ringing(Locale::new(Language::English), &snapshot).starts_with("Second call from Bob."));
        assert_eq!(said(snapshot.calls, 2), "", "it is not said twice");
    }
}
