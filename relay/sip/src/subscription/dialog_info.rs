//! The calls of a phone: `application/dialog-info+xml` (RFC 4235 §4).

use crate::message::NameAddr;
use crate::xml::{BadXml, Element};
use crate::{CallDirection, CallPhase, Caller, WatchedCall, WatchedDialog};
use serde::{Deserialize, Serialize};

/// The type of the body.
pub(crate) const DIALOG_INFO: &str = "application/dialog-info+xml";
const NAMESPACE: &str = "urn:ietf:params:xml:ns:dialog-info";
/// Calls that are kept of one phone; a phone with more is a switchboard, and busy all the same.
const MOST_CALLS: usize = 64;
/// Characters that are kept of a name out of a document.
const LONGEST: usize = 256;

/// One document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DialogInfo {
    version: u32,
    /// Whether it tells of all calls, not only of those that have changed.
    full: bool,
    /// Each call by its name; None: it is over.
    calls: Vec<(String, Option<WatchedCall>)>,
}

impl DialogInfo {
    pub(crate) fn parse(document: &[u8]) -> Result<Self, BadXml> {
        let root = Element::parse(document, NAMESPACE, "dialog-info")?;
        let version = root.attribute("version").and_then(|version| version.parse().ok());
        Ok(Self {
            version: version.ok_or(BadXml::Malformed)?,
            full: !root.attribute("state").is_some_and(|state| state.eq_ignore_ascii_case("partial")),
            calls: root.children("dialog").take(MOST_CALLS).filter_map(call).collect(),
        })
    }
}

/// A call. None: it has no name or no state, so that nothing can be said of it.
fn call(dialog: &Element) -> Option<(String, Option<WatchedCall>)> {
    let id = short(dialog.attribute("id")?);
    let phase = match dialog.child("state")?.text().to_ascii_lowercase().as_str() {
        "trying" => Some(CallPhase::Trying),
        "proceeding" => Some(CallPhase::Proceeding),
        "early" => Some(CallPhase::Early),
        "confirmed" => Some(CallPhase::Confirmed),
        "terminated" => None,
        _ => return None,
    };
    let direction = match dialog.attribute("direction") {
        Some("initiator") => Some(CallDirection::Initiator),
        Some("recipient") => Some(CallDirection::Recipient),
        Some(_) | None => None,
    };
    let names = || {
        Some(WatchedDialog {
            call_id: short(dialog.attribute("call-id")?),
            local_tag: short(dialog.attribute("local-tag")?),
            remote_tag: short(dialog.attribute("remote-tag")?),
        })
    };
    let call = phase.map(|phase| WatchedCall {
        id: id.clone(),
        phase,
        direction,
        party: dialog.child("remote").and_then(party),
        dialog: names(),
    });
    Some((id, call))
}

fn party(remote: &Element) -> Option<Caller> {
    let identity = remote.child("identity");
    let uri = identity.map(Element::text).or_else(|| remote.child("target")?.attribute("uri"))?;
    let party = uri.parse::<NameAddr>().ok()?;
    let display = identity.and_then(|identity| identity.attribute("display")).filter(|name| !name.is_empty());
    Some(Caller {
        number: short(&party.uri.user()?),
        display_name: display.map(short).or(party.display_name),
    })
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// The calls of a phone, as all documents so far tell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct DialogTable {
    version: Option<u32>,
    pub(crate) calls: Vec<WatchedCall>,
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    /// The table is up to date.
    Taken,
    /// It was older than the table.
    Stale,
    /// One between was lost, or there was no full one yet: a full one is needed.
    Gap,
}

impl DialogTable {
    /// Takes in a document (§4.3). They come in order, by the CSeq of their NOTIFYs; so a full one whose version is
    /// not higher comes from a notifier that has started again, and is taken.
    pub(crate) fn apply(&mut self, info: DialogInfo) -> Applied {
        if info.full {
            self.version = Some(info.version);
            self.calls = info.calls.into_iter().filter_map(|(_, call)| call).collect();
            return Applied::Taken;
        }
        let applied = match self.version {
            Some(version) if info.version <= version => return Applied::Stale,
            Some(version) if version.checked_add(1) == Some(info.version) => Applied::Taken,
            Some(_) => return Applied::Gap,
            // Better than nothing, and all that some notifiers ever send.
            None => Applied::Gap,
        };
        self.version = Some(info.version);
        for (id, call) in info.calls {
            let count = self.calls.len();
            match (self.calls.iter_mut().find(|known| known.id == id), call) {
                (Some(known), Some(call)) => *known = call,
                (None, Some(call)) if count < MOST_CALLS => self.calls.push(call),
                (None, Some(_) | None) => {}
                (Some(_), None) => self.calls.retain(|known| known.id != id),
            }
        }
        applied
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WatchState;
    use proptest::prelude::*;

    fn document(version: u32, state: &str, dialogs: &str) -> DialogInfo {
        let text = format!(
            "<?xml version=\"1.0\"?><dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" \
             state=\"{state}\" entity=\"sip:1002@example.test\">{dialogs}</dialog-info>"
        );
        DialogInfo::parse(text.as_bytes()).unwrap()
    }

    fn dialog(id: &str, state: &str) -> String {
        format!("<dialog id=\"{id}\" direction=\"recipient\"><state>{state}</state></dialog>")
    }

    fn ids(table: &DialogTable) -> Vec<&str> {
        table.calls.iter().map(|call| call.id.as_str()).collect()
    }

    #[test]
    fn a_call_is_read_with_all_that_is_told_of_it() {
        let info = document(
            3,
            "full",
            "<dialog id=\"a\" call-id=\"c@x\" local-tag=\"l\" remote-tag=\"r\" direction=\"recipient\">\
             <state code=\"180\">early</state><remote><identity display=\"Nine &amp; Co\">sip:1009@example.test\
             </identity><target uri=\"sip:1009@192.0.2.9\"/></remote><local/></dialog>",
        );
        let call = WatchedCall {
            id: "a".into(),
            phase: CallPhase::Early,
            direction: Some(CallDirection::Recipient),
            party: Some(Caller { number: "1009".into(), display_name: Some("Nine & Co".into()) }),
            dialog: Some(WatchedDialog {
                call_id: "c@x".into(),
                local_tag: "l".into(),
                remote_tag: "r".into(),
            }),
        };
        assert_eq!(info.calls, [("a".to_owned(), Some(call))]);
    }

    #[test]
    fn partial_documents_change_what_they_name_and_nothing_else() {
        let mut table = DialogTable::default();
        assert_eq!(table.apply(document(5, "full", &dialog("a", "confirmed"))), Applied::Taken);
        assert_eq!(table.apply(document(6, "partial", &dialog("b", "early"))), Applied::Taken);
        assert_eq!(ids(&table), ["a", "b"]);
        assert_eq!(table.apply(document(7, "partial", &dialog("a", "terminated"))), Applied::Taken);
        assert_eq!(ids(&table), ["b"]);
        assert_eq!(WatchState::of(&table.calls), WatchState::Ringing);
        assert_eq!(table.apply(document(8, "full", "")), Applied::Taken);
        assert_eq!(WatchState::of(&table.calls), WatchState::Idle);
    }

    #[test]
    fn old_and_missing_versions_change_nothing() {
        let mut table = DialogTable::default();
        table.apply(document(5, "full", &dialog("a", "confirmed")));
        assert_eq!(table.apply(document(5, "partial", &dialog("a", "terminated"))), Applied::Stale);
        assert_eq!(table.apply(document(7, "partial", &dialog("a", "terminated"))), Applied::Gap);
        assert_eq!(ids(&table), ["a"]);
        // A notifier that has started again counts from zero.
        assert_eq!(table.apply(document(0, "full", &dialog("z", "early"))), Applied::Taken);
        assert_eq!(table.apply(document(1, "partial", &dialog("z", "terminated"))), Applied::Taken);
        assert_eq!(ids(&table), [""; 0]);
    }

    #[test]
    fn a_partial_document_before_any_full_one_is_taken_while_a_full_one_is_asked_for() {
        let mut table = DialogTable::default();
        assert_eq!(table.apply(document(1, "partial", &dialog("a", "early"))), Applied::Gap);
        assert_eq!(ids(&table), ["a"]);
    }

    #[test]
    fn a_phone_that_calls_is_busy_and_one_that_is_called_rings() {
        let state = |dialogs: &str| {
            let mut table = DialogTable::default();
            table.apply(document(0, "full", dialogs));
            WatchState::of(&table.calls)
        };
        assert_eq!(state(&dialog("a", "early")), WatchState::Ringing);
        assert_eq!(state(&dialog("a", "early").replace("recipient", "initiator")), WatchState::InCall);
        assert_eq!(state(&dialog("a", "terminated")), WatchState::Idle);
        assert_eq!(state(&(dialog("a", "confirmed") + &dialog("b", "early"))), WatchState::InCall);
        assert_eq!(state("<dialog id=\"a\"><state>early</state></dialog>"), WatchState::Ringing);
    }

    #[test]
    fn a_flood_of_calls_is_cut() {
        let many: String = (0..500).map(|n| dialog(&n.to_string(), "early")).collect();
        let mut table = DialogTable::default();
        table.apply(document(0, "full", &many));
        assert_eq!(table.calls.len(), MOST_CALLS);
        table.apply(document(1, "partial", &dialog("more", "early")));
        assert_eq!(table.calls.len(), MOST_CALLS);
    }

    proptest! {
        #[test]
        fn no_document_is_too_odd(parts in prop::collection::vec(prop::sample::select(vec![
            "<dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' version='", "1", "'", " state='partial'>",
            "<dialog id='a'>", "<state>", "early", "</state>", "</dialog>", "</dialog-info>", "<!--", "-->",
            "<![CDATA[", "]]>", "&amp;", "&#0;", "&x;", "<?xml", "?>", "<p:", "xmlns:p=''", "\u{0}", "é", ">", "/",
        ]), 0..40)) {
            if let Ok(info) = DialogInfo::parse(parts.concat().as_bytes()) {
                DialogTable::default().apply(info);
            }
        }

        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = DialogInfo::parse(&bytes);
        }
    }
}
