use super::stand::{OWN, Stand, control_of};
use crate::agents::joining::Output;
use sidetone_bridge::Progress;
use sidetone_finesse::model::{DialogId, DialogState::*};
use sidetone_protocol::{CallId, CallState, Direction};

const TARGET: &str = "+442079460018";
const CUSTOMER: &str = "+442079460055";

#[test]
fn a_call_that_finesse_makes_answers_at_the_own_phone_and_is_shown_as_dialled() {
    for dialog_first in [true, false] {
        let mut stand = Stand::new();
        stand.expect(7, TARGET, None);
        if dialog_first {
            stand.dialog("d1", OWN, TARGET, &[(OWN, Initiating)]);
        }
        let control = stand.media_leg(1, OWN);
        assert_eq!(control.shown.direction, Some(Direction::Outbound));
        assert_eq!(control.shown.party.unwrap().number, TARGET);
        assert_eq!(control.shown.progress, Progress::Dialing);
        stand.look();
        stand.dialog("d1", OWN, TARGET, &[(OWN, Initiated), (TARGET, Initiated)]);
        assert_eq!(stand.call_of("d1"), Some(1));
        let outputs = stand.dialog("d1", OWN, TARGET, &[(OWN, Initiated), (TARGET, Alerting)]);
        assert_eq!(control_of(&outputs, 1).unwrap().unwrap().shown.progress, Progress::Alerting);
        let outputs = stand.dialog("d1", OWN, TARGET, &[(OWN, Active), (TARGET, Active)]);
        assert_eq!(control_of(&outputs, 1).unwrap().unwrap().shown.progress, Progress::Answered);
    }
}

#[test]
fn the_leg_is_known_by_the_own_number_the_targets_or_by_its_wish_to_be_answered() {
    for (caller, auto_answer, is_it) in [
        (OWN, false, true),
        (TARGET, false, true),
        ("", true, true),
        ("+442079460077", true, true),
        ("+442079460077", false, false),
        ("", false, false),
    ] {
        let mut stand = Stand::new();
        stand.expect(7, TARGET, None);
        assert_eq!(stand.incoming(caller, auto_answer).is_some(), is_it, "{caller} {auto_answer}");
    }
}

#[test]
fn a_customer_who_calls_while_a_call_is_made_rings() {
    let mut stand = Stand::new();
    stand.expect(7, TARGET, None);
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Alerting), (CUSTOMER, Initiated)]);
    assert_eq!(stand.incoming(CUSTOMER, true), None);
    stand.rings(1, CUSTOMER);
    assert_eq!(stand.call_of("d1"), Some(1));
    assert!(stand.incoming(OWN, true).is_some());
}

#[test]
fn nothing_answers_by_itself_when_nothing_was_asked_for() {
    let mut stand = Stand::new();
    assert_eq!(stand.incoming(OWN, true), None);
    stand.expect(7, TARGET, None);
    stand.joining.not_expected(7);
    assert_eq!(stand.incoming(OWN, true), None);
    stand.expect(8, TARGET, None);
    stand.now += 30_001;
    stand.look();
    assert_eq!(stand.incoming(OWN, true), None);
}

#[test]
fn of_two_calls_that_were_asked_for_each_gets_its_own_leg() {
    let mut stand = Stand::new();
    stand.expect(7, TARGET, None);
    stand.media_leg(1, OWN);
    stand.expect(8, "6200", None);
    let second = stand.media_leg(2, OWN);
    assert_eq!(second.shown.party.unwrap().number, "6200");
    stand.dialog("d2", OWN, "6200", &[(OWN, Initiated), ("6200", Alerting)]);
    stand.dialog("d1", OWN, TARGET, &[(OWN, Held), (TARGET, Active)]);
    assert_eq!((stand.call_of("d1"), stand.call_of("d2")), (Some(1), Some(2)));
}

#[test]
fn a_leg_that_rings_before_anybody_knows_why_is_answered_when_the_dialog_comes() {
    // Somebody has made the call for the agent at another screen.
    let mut stand = Stand::new();
    assert_eq!(stand.incoming(OWN, true), None);
    stand.rings(1, OWN);
    let outputs = stand.dialog("d1", OWN, TARGET, &[(OWN, Initiating), (TARGET, Initiated)]);
    let answers = outputs.iter().any(|output| matches!(output, Output::Answer { call: CallId(1), control } if control.shown.party.as_ref().is_some_and(|party| party.number == TARGET)));
    assert!(answers, "{outputs:?}");
}

#[test]
fn a_consult_call_says_what_it_is_about() {
    let mut stand = Stand::new();
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Alerting), (CUSTOMER, Initiated)]);
    stand.rings(1, CUSTOMER);
    stand.put(1, Direction::Inbound, CUSTOMER, CallState::Connected);
    stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Active), (CUSTOMER, Active)]);
    stand.expect(7, "6200", Some("d1"));
    let outputs = stand.dialog("d1", CUSTOMER, OWN, &[(OWN, Held), (CUSTOMER, Active)]);
    assert!(control_of(&outputs, 1).unwrap().unwrap().held);
    let control = stand.media_leg(2, OWN);
    assert_eq!(control.shown.consults_for, Some(CallId(1)));
    stand.dialog("d2", OWN, "6200", &[(OWN, Initiated), ("6200", Alerting)]);
    let outputs = stand.dialog("d2", OWN, "6200", &[(OWN, Active), ("6200", Active)]);
    let shown = control_of(&outputs, 2).unwrap().unwrap().shown;
    assert_eq!((shown.consults_for, shown.progress), (Some(CallId(1)), Progress::Answered));
}

#[test]
fn a_call_dialled_by_the_phone_is_shown_as_the_leg_says() {
    let mut stand = Stand::new();
    stand.call(1, Direction::Outbound, TARGET, CallState::Dialing);
    let outputs = stand.dialog("d1", OWN, "902079460018", &[(OWN, Initiated)]);
    assert_eq!(stand.call_of("d1"), Some(1));
    let shown = control_of(&outputs, 1).unwrap().unwrap().shown;
    assert_eq!((shown.direction, shown.party, shown.progress), (None, None, Progress::Answered));
}

#[test]
fn a_leg_whose_dialog_never_comes_is_left_to_sip() {
    let mut stand = Stand::new();
    stand.expect(7, TARGET, None);
    stand.media_leg(1, OWN);
    let outputs = stand.look();
    assert_eq!(control_of(&outputs, 1), None);
    assert_eq!(control_of(&stand.pass(31_000), 1), Some(None));
    assert!(!stand.joining.is_shown(&DialogId("d1".into())));
}
