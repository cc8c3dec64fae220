use super::stand::{OWN, Stand, control_of, endings};
use crate::agents::joining::Asked;
use sidetone_bridge::Ending;
use sidetone_finesse::model::{DialogId, DialogState::*};
use sidetone_protocol::{CallState, Direction, FailureCode};

const CUSTOMER: &str = "+442079460018";

/// The agent talks with 6200 about the customer, who is on hold.
fn consulting() -> Stand {
    let mut stand = Stand::new();
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Alerting), (CUSTOMER, Initiated)]);
    stand.rings(1, CUSTOMER);
    stand.put(1, Direction::Inbound, CUSTOMER, CallState::Connected);
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Active), (CUSTOMER, Active)]);
    stand.expect(7, "6200", Some("d1"));
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Held), (CUSTOMER, Active)]);
    stand.media_leg(2, OWN);
    stand.dialog("d2", OWN, "6200", &[(OWN, Active), ("6200", Active)]);
    assert_eq!((stand.call_of("d1"), stand.call_of("d2")), (Some(1), Some(2)));
    stand
}

fn asked(stand: &mut Stand, dialog: &str, what: Asked) -> Vec<(u64, Option<Ending>)> {
    stand.joining.asked(&DialogId(dialog.into()), what);
    endings(&stand.look())
}

fn both(ending: &Ending) -> [(u64, Option<Ending>); 2] {
    [(1, Some(ending.clone())), (2, Some(ending.clone()))]
}

#[test]
fn whoever_drops_a_call_has_ended_it() {
    let mut stand = consulting();
    assert_eq!(asked(&mut stand, "d2", Asked::Drop), [(2, Some(Ending::User))]);
    stand.joining.refused(&DialogId("d2".into()));
    assert_eq!(endings(&stand.look()), [(2, None)]);
}

#[test]
fn a_transfer_ends_both_calls() {
    for dialog in ["d1", "d2"] {
        let mut stand = consulting();
        let mut told = asked(&mut stand, dialog, Asked::Transfer);
        told.sort_by_key(|(call, _)| *call);
        assert_eq!(told, both(&Ending::Transferred));
        let mut outputs = stand.gone("d2");
        outputs.extend(stand.ends(2));
        outputs.extend(stand.gone("d1"));
        outputs.extend(stand.ends(1));
        assert_eq!(endings(&outputs), []);
    }
}

#[test]
fn of_a_conference_one_card_is_left_whichever_leg_the_telephone_system_keeps() {
    for (kept, goes) in [(1, 2), (2, 1)] {
        for told_first in [true, false] {
            let mut stand = consulting();
            asked(&mut stand, "d1", Asked::Conference);
            let mut outputs = Vec::new();
            if !told_first {
                outputs.extend(stand.ends(goes));
            }
            outputs.extend(stand.gone("d2"));
            outputs.extend(stand.dialog(
                "d1",
                CUSTOMER,
                OWN,
                &[(OWN, Active), (CUSTOMER, Active), ("6200", Active)],
            ));
            outputs.extend(stand.edit("d1", |dialog| dialog.secondary_id = Some(DialogId("d2".into()))));
            if told_first {
                outputs.extend(stand.ends(goes));
            }
            outputs.extend(stand.pass(5_000));
            assert_eq!(stand.call_of("d1"), Some(kept), "{told_first}");
            // The end of the conference is shown again.
            assert_eq!(endings(&outputs), [(kept, None)]);
            let shown = control_of(&outputs, kept).unwrap().unwrap().shown;
            assert_eq!(shown.joined.len(), 2);
            assert_eq!(shown.consults_for, None);
        }
    }
}

#[test]
fn a_conference_made_at_another_screen_is_noticed() {
    let mut stand = consulting();
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Active), (CUSTOMER, Active), ("6200", Active)]);
    let outputs = stand.edit("d1", |dialog| dialog.secondary_id = Some(DialogId("d2".into())));
    let mut told = endings(&outputs);
    told.sort_by_key(|(call, _)| *call);
    assert_eq!(told, both(&Ending::Joined));
}

#[test]
fn a_transfer_made_at_another_screen_is_noticed() {
    let mut stand = consulting();
    let outputs =
        stand.dialog("d1", CUSTOMER, "6200", &[(OWN, Dropped), (CUSTOMER, Active), ("6200", Active)]);
    assert_eq!(endings(&outputs), [(1, Some(Ending::Transferred))]);
}

#[test]
fn whoever_leaves_a_conference_has_ended_it_for_themselves() {
    let mut stand = Stand::new();
    stand.call(1, Direction::Inbound, CUSTOMER, CallState::Connected);
    let three = [(OWN, Active), (CUSTOMER, Active), ("6200", Active)];
    stand.dialog("d1", CUSTOMER, OWN, &three);
    assert_eq!(stand.call_of("d1"), Some(1));
    let outputs = stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Dropped), (CUSTOMER, Active), ("6200", Active)]);
    assert_eq!(endings(&outputs), [(1, Some(Ending::User))]);
}

#[test]
fn a_call_that_came_to_nothing_says_why() {
    for (cause, code) in [
        ("BUSY", FailureCode::Busy),
        ("BAD_DESTINATION", FailureCode::NotFound),
        ("OTHER", FailureCode::CallFailed),
    ] {
        let mut stand = Stand::new();
        stand.expect(7, "6200", None);
        stand.media_leg(1, OWN);
        stand.dialog("d1", OWN, "6200", &[(OWN, Initiated)]);
        stand.dialogs.get_mut(&DialogId("d1".into())).unwrap().participants[0].state_cause = cause.into();
        // Some versions say it of the dialog alone.
        let outputs = stand.edit("d1", |dialog| dialog.state = Failed);
        assert_eq!(endings(&outputs), [(1, Some(Ending::Failed(code.into())))]);
        let outputs = stand.edit("d1", |dialog| dialog.participants[0].state = Failed);
        assert_eq!(endings(&outputs), []);
    }
}
