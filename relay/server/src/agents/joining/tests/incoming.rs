use super::stand::{OWN, Stand, control_of};
use crate::agents::joining::Output;
use sidetone_finesse::model::{DialogId, DialogState::*};
use sidetone_protocol::{CallState, Direction};

const CUSTOMER: &str = "+442079460018";

fn offered(stand: &mut Stand, id: &str, customer: &str) -> Vec<Output> {
    stand.dialog(id, customer, OWN, &[(OWN, Alerting), (customer, Initiated)])
}

#[test]
fn a_queue_call_is_one_whichever_side_tells_of_it_first() {
    for phone_first in [true, false] {
        let mut stand = Stand::new();
        if phone_first {
            stand.rings(1, "02079460018");
            stand.pass(500);
            offered(&mut stand, "d1", CUSTOMER);
        } else {
            offered(&mut stand, "d1", CUSTOMER);
            assert!(!stand.is_shown("d1"), "its call is on its way");
            stand.pass(500);
            stand.rings(1, "02079460018");
        }
        assert_eq!(stand.call_of("d1"), Some(1));
        assert!(stand.is_shown("d1"));
    }
}

#[test]
fn a_call_that_only_the_phone_knows_is_controlled_by_sip() {
    let mut stand = Stand::new();
    let outputs = stand.rings(1, CUSTOMER);
    assert_eq!(outputs, []);
    assert_eq!(stand.pass(60_000), []);
}

#[test]
fn a_dialog_that_the_phone_does_not_know_is_shown_after_a_moment() {
    let mut stand = Stand::new();
    assert_eq!(offered(&mut stand, "d1", CUSTOMER), []);
    assert_eq!(stand.pass(1_499), []);
    assert_eq!(stand.pass(1), [Output::Show { dialog: DialogId("d1".into()) }]);
    assert_eq!(stand.pass(60_000), []);
    // The call comes all the same.
    stand.rings(1, CUSTOMER);
    stand.pass(5_000);
    assert_eq!(stand.call_of("d1"), None, "too late to be the same");
}

#[test]
fn a_caller_whose_number_is_withheld_is_the_only_one_there_is() {
    let mut stand = Stand::new();
    offered(&mut stand, "d1", CUSTOMER);
    stand.rings(1, "anonymous");
    assert_eq!(stand.call_of("d1"), None);
    let outputs = stand.pass(1_000);
    assert_eq!(stand.call_of("d1"), Some(1));
    // Finesse knows who it is.
    let shown = control_of(&outputs, 1).unwrap().unwrap().shown;
    assert_eq!(shown.party.unwrap().number, CUSTOMER);
}

#[test]
fn of_two_calls_whose_numbers_do_not_say_which_nobody_guesses() {
    let mut stand = Stand::new();
    offered(&mut stand, "d1", CUSTOMER);
    stand.rings(1, "");
    stand.rings(2, "");
    stand.pass(60_000);
    assert_eq!(stand.call_of("d1"), None);
}

#[test]
fn two_calls_of_the_same_number_are_joined_in_their_order() {
    let mut stand = Stand::new();
    offered(&mut stand, "d2", CUSTOMER);
    stand.rings(1, CUSTOMER);
    stand.put(1, Direction::Inbound, CUSTOMER, CallState::Connected);
    stand.dialog("d2", CUSTOMER, OWN, &[(OWN, Active), (CUSTOMER, Active)]);
    stand.pass(300);
    stand.rings(2, CUSTOMER);
    offered(&mut stand, "d1", CUSTOMER);
    assert_eq!((stand.call_of("d2"), stand.call_of("d1")), (Some(1), Some(2)));
}

#[test]
fn an_old_call_is_not_taken_for_one_that_is_offered_now() {
    let mut stand = Stand::new();
    stand.call(1, Direction::Inbound, CUSTOMER, CallState::Connected);
    stand.pass(60_000);
    offered(&mut stand, "d1", CUSTOMER);
    assert_eq!(stand.call_of("d1"), None);
    stand.rings(2, CUSTOMER);
    assert_eq!(stand.call_of("d1"), Some(2));
}

#[test]
fn a_call_that_is_not_answered_goes_and_the_next_under_the_same_id_is_another() {
    let mut stand = Stand::new();
    offered(&mut stand, "d1", CUSTOMER);
    stand.rings(1, CUSTOMER);
    stand.ends(1);
    assert_eq!(stand.call_of("d1"), None);
    stand.gone("d1");
    stand.pass(2_000);
    offered(&mut stand, "d1", "+442079460099");
    stand.rings(2, "+442079460099");
    assert_eq!(stand.call_of("d1"), Some(2));
}

#[test]
fn an_id_that_was_used_again_unseen_is_noticed_by_its_beginning() {
    let mut stand = Stand::new();
    offered(&mut stand, "d1", CUSTOMER);
    stand.rings(1, CUSTOMER);
    stand.pass(120_000);
    let now = stand.now;
    stand.dialogs.clear();
    stand.dialogs.insert(
        DialogId("d1".into()),
        super::stand::dialog("d1", "+442079460099", OWN, &[(OWN, Alerting)], now),
    );
    stand.look();
    assert_eq!(stand.call_of("d1"), None);
}

#[test]
fn hold_follows_finesse() {
    let mut stand = Stand::new();
    offered(&mut stand, "d1", CUSTOMER);
    stand.rings(1, CUSTOMER);
    stand.put(1, Direction::Inbound, CUSTOMER, CallState::Connected);
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Active), (CUSTOMER, Active)]);
    let outputs = stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Held), (CUSTOMER, Active)]);
    assert!(control_of(&outputs, 1).unwrap().unwrap().held);
    let outputs = stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Active), (CUSTOMER, Active)]);
    assert!(!control_of(&outputs, 1).unwrap().unwrap().held);
}

#[test]
fn in_an_outage_sip_controls_and_afterwards_the_same_call_is_found_again() {
    let mut stand = Stand::new();
    offered(&mut stand, "d1", CUSTOMER);
    stand.rings(1, CUSTOMER);
    stand.put(1, Direction::Inbound, CUSTOMER, CallState::Connected);
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Held), (CUSTOMER, Active)]);
    stand.up = false;
    let outputs = stand.look();
    assert_eq!(control_of(&outputs, 1), Some(None));
    // Whatever is shown of the dialogs meanwhile.
    let dialogs = std::mem::take(&mut stand.dialogs);
    stand.look();
    stand.pass(90_000);
    stand.dialogs = dialogs;
    stand.up = true;
    let outputs = stand.look();
    assert_eq!(stand.call_of("d1"), Some(1));
    assert!(control_of(&outputs, 1).unwrap().unwrap().held);
}

#[test]
fn a_relay_that_knows_nothing_any_more_joins_what_it_reads() {
    let mut stand = Stand::new();
    let day = 86_400_000;
    stand.put(1, Direction::Inbound, CUSTOMER, CallState::Connected);
    stand.put(2, Direction::Outbound, "6200", CallState::Connected);
    stand.now += day;
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Held), (CUSTOMER, Active)]);
    stand.dialog("d2", OWN, "6200", &[(OWN, Active), ("6200", Active)]);
    assert_eq!((stand.call_of("d1"), stand.call_of("d2")), (Some(1), Some(2)));
}

#[test]
fn the_state_can_be_saved_and_read() {
    let mut stand = Stand::new();
    offered(&mut stand, "d1", CUSTOMER);
    stand.rings(1, CUSTOMER);
    let text = serde_json::to_string(&stand.joining).unwrap();
    stand.joining = serde_json::from_str(&text).unwrap();
    assert_eq!(stand.look(), []);
    assert_eq!(stand.call_of("d1"), Some(1));
}

#[test]
fn a_call_in_wrap_up_has_no_sound() {
    let mut stand = Stand::new();
    offered(&mut stand, "d1", CUSTOMER);
    stand.rings(1, CUSTOMER);
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, WrapUp), (CUSTOMER, Dropped)]);
    assert_eq!(stand.call_of("d1"), Some(1), "the leg is about to end");
    let outputs = stand.ends(1);
    assert_eq!(stand.call_of("d1"), None);
    assert!(outputs.contains(&Output::Show { dialog: DialogId("d1".into()) }));
    assert!(stand.is_shown("d1"));
}

#[test]
fn a_leg_that_outlives_its_dialog_is_left_to_sip() {
    let mut stand = Stand::new();
    offered(&mut stand, "d1", CUSTOMER);
    stand.rings(1, CUSTOMER);
    stand.put(1, Direction::Inbound, CUSTOMER, CallState::Connected);
    stand.look();
    let outputs = stand.gone("d1");
    assert_eq!(control_of(&outputs, 1), None, "it is about to end");
    assert_eq!(control_of(&stand.pass(3_000), 1), Some(None));
}

#[test]
fn a_consulted_agent_keeps_the_card_when_the_customer_is_handed_over() {
    let mut stand = Stand::new();
    stand.dialog("consult", "6102", OWN, &[(OWN, Alerting), ("6102", Initiated)]);
    stand.rings(1, "6102");
    stand.put(1, Direction::Inbound, "6102", CallState::Connected);
    stand.dialog("consult", "6102", OWN, &[(OWN, Active), ("6102", Active)]);
    stand.pass(20_000);
    // The dialog of the customer's call takes the place of the other; on the leg nothing happens.
    stand.gone("consult");
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Active), (CUSTOMER, Active)]);
    let mut outputs = stand.pass(1_000);
    assert_eq!(stand.call_of("d1"), Some(1));
    outputs.extend(stand.look());
    assert_eq!(control_of(&outputs, 1).unwrap().unwrap().shown.party.unwrap().number, CUSTOMER);
}

#[test]
fn previews_are_no_calls_yet() {
    let mut stand = Stand::new();
    stand.dialog("p1", CUSTOMER, OWN, &[(OWN, Alerting)]);
    stand.edit("p1", |dialog| {
        dialog.participants[0].actions.push(sidetone_finesse::model::Action::Accept);
    });
    assert!(stand.is_shown("p1"));
    stand.rings(1, CUSTOMER);
    stand.pass(5_000);
    assert_eq!(stand.call_of("p1"), None);
}
