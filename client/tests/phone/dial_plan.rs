//! What the relay's dial plan makes of numbers, before anything is dialled.

use crate::rig::{RELAY_EPOCH, Rig, answered, inbound, outbound, snapshot};
use sidetone_client::phone::Effect;
use sidetone_protocol::*;
use sidetone_skins::snapshot::CallPhase;
use sidetone_skins::{Intent, TransferTo};

/// Berlin, with 0 for a line, where nobody calls 0900.
fn berlin() -> DialPlan {
    serde_json::from_value(serde_json::json!({
        "site": {
            "country_code": "49", "trunk_prefix": "0", "international_prefix": "00", "outside_prefix": "0",
            "emergency": [{ "number": "112", "dial_as": "0112" }],
            "display": ["030 X."],
        },
        "rules": [
            { "name": "1", "match": { "destination": "+49900" }, "actions": [{ "block": "Too expensive." }] },
            { "name": "2", "match": { "kind": ["national", "international"] }, "actions": ["to_dialable"] },
        ],
    }))
    .unwrap()
}

/// Signed in as somebody in Berlin, the warm leg up.
fn in_berlin() -> Rig {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    rig.signed_in_with(snapshot(vec![], MediaHolder::Nobody), Some(berlin()));
    rig.media_comes_up();
    rig.forget();
    rig
}

fn shown(rig: &Rig, typed: &str) -> Option<String> {
    rig.view().preview(typed).map(|preview| preview.display)
}

#[test]
fn what_is_typed_is_shown_as_it_is_dialled_without_asking_the_relay() {
    let mut rig = in_berlin();
    assert_eq!(shown(&rig, "+49 30 23125 123").as_deref(), Some("0 030 23125123"));
    assert_eq!(shown(&rig, "112").as_deref(), Some("0112"));
    assert_eq!(shown(&rig, "12+3"), None, "nothing can be said of what cannot be dialled");
    assert_eq!(rig.said(), []);
}

#[test]
fn the_relay_is_sent_what_was_typed_since_it_has_the_plan_too() {
    let mut rig = in_berlin();
    rig.dial("030 23125 123");
    rig.microphone(Ok(()));
    let said = rig.said();
    let [ClientMessage::Dial { target, .. }] = &said[..] else { panic!("{said:?}") };
    assert_eq!(target.as_str(), "03023125123");
}

#[test]
fn a_blocked_number_is_refused_before_the_microphone_is_on() {
    let mut rig = in_berlin();
    rig.dial("0900 1 234567");
    let view = rig.view();
    let failure = view.notice.unwrap().failure;
    assert_eq!(failure, Failure::with_detail(FailureCode::NumberBlocked, "Too expensive."));
    assert_eq!((view.calls, view.last_dialled), (vec![], None));
    assert_eq!((rig.said(), rig.asked_for_microphone), (vec![], None));
}

#[test]
fn nobody_is_transferred_to_a_blocked_number_or_asked_there() {
    for ask in [false, true] {
        let mut rig = in_berlin().talk();
        let (call, number) = (rig.key(), "0900 1 234567".to_owned());
        rig.intent(if ask {
            Intent::Consult { call, number }
        } else {
            Intent::Transfer { call, to: TransferTo::Person(number) }
        });
        let view = rig.call();
        assert_eq!((view.phase, view.asked), (CallPhase::Connected, None));
        assert_eq!(view.notice.unwrap().failure.code, FailureCode::NumberBlocked);
        assert_eq!(rig.said(), []);
    }
}

#[test]
fn emergency_numbers_are_dialled() {
    let mut rig = in_berlin();
    rig.dial("0-112");
    rig.microphone(Ok(()));
    assert!(matches!(rig.said()[..], [ClientMessage::Dial { .. }]));
}

#[test]
fn parties_are_shown_as_people_of_the_country_write_them() {
    let mut rig = in_berlin();
    let party = |number: &str| Party { number: number.into(), name: None };
    rig.change(Call { party: party("+493023125123"), ..inbound(CallState::Ringing) });
    assert_eq!(rig.call().number, "030 23125123");
    let carol = Transfer { target: party("+41445550123"), state: TransferState::Trying, conference: false };
    let call = answered(Call { party: party("1002"), ..outbound(CallState::Connected) });
    rig.change(Call { transfer: Some(carol), ..call });
    assert_eq!(rig.call().number, "1002");
    assert_eq!(rig.call().transfer.unwrap().target.number, "+41 445 550 123");
}

#[test]
fn a_relay_that_comes_back_with_another_plan_is_believed() {
    let mut rig = in_berlin();
    rig.close_socket();
    assert!(shown(&rig, "030 23125 123").is_some(), "the last plan is better than none");
    rig.advance(1_000);
    rig.greet();
    rig.signed_in_with(Snapshot { now_ms: RELAY_EPOCH, ..snapshot(vec![], MediaHolder::Here) }, None);
    assert_eq!(shown(&rig, "030 23125 123"), None);
}

#[test]
fn who_signs_in_next_does_not_dial_by_the_plan_of_who_was_there() {
    let mut rig = in_berlin();
    rig.intent(Intent::SignOut);
    assert_eq!(shown(&rig, "030 23125 123"), None);
    assert!(rig.effects().contains(&Effect::ForgetToken));
}
