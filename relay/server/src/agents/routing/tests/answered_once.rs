use super::{Stand, TAB, answer, asked, bridged, consult, dial, hang_up, route_of, set_held};
use crate::agents::joining::Sight;
use crate::agents::routing::Step;
use sidetone_bridge::Ending;
use sidetone_finesse::model::{Action, DialogState};
use sidetone_finesse::session::Error;
use sidetone_protocol::{CallId, CallState, EndReason, FailureCode};

const ACTIVE: Option<(DialogState, &[Action])> =
    Some((DialogState::Active, &[Action::Hold, Action::Drop, Action::ConsultCall]));

fn in_a_call() -> Stand {
    let mut stand = Stand::new();
    stand.call(1, "+442079460018", ACTIVE);
    stand
}

#[test]
fn a_request_is_answered_when_finesse_has_done_it() {
    let mut stand = in_a_call();
    let steps = stand.ask(set_held(1, true));
    assert_eq!(answer(&steps), None);
    assert_eq!(answer(&stand.done(route_of(&steps), Ok(()))), Some(Ok(Some(CallId(1)))));
}

#[test]
fn one_that_is_sent_again_is_carried_out_once() {
    let mut stand = in_a_call();
    let steps = stand.ask(set_held(1, true));
    assert_eq!(stand.ask(set_held(1, true)), []);
    stand.done(route_of(&steps), Ok(()));
    let again = stand.ask(set_held(1, true));
    assert_eq!((asked(&again).len(), answer(&again)), (0, Some(Ok(Some(CallId(1))))));
}

#[test]
fn what_the_bridge_was_asked_for_it_is_asked_for_again() {
    let mut stand = Stand::new();
    stand.call(1, "+442079460018", None);
    assert_eq!(bridged(&stand.ask(set_held(1, true))), 1);
    // Finesse knows the call by now.
    stand.call(1, "+442079460018", ACTIVE);
    assert_eq!(bridged(&stand.ask(set_held(1, true))), 1);
}

#[test]
fn a_refusal_is_told() {
    let mut stand = in_a_call();
    let steps = stand.ask(set_held(1, true));
    let steps = stand.done(route_of(&steps), Err(Error::Silent));
    assert_eq!((answer(&steps), bridged(&steps)), (Some(Err(FailureCode::ContactCentreSilent)), 0));
}

#[test]
fn where_finesse_has_certainly_not_done_it_the_phone_does() {
    let mut stand = in_a_call();
    let steps = stand.ask(set_held(1, true));
    let steps = stand.done(route_of(&steps), Err(Error::OutOfService));
    assert_eq!((answer(&steps), bridged(&steps)), (None, 1));
}

#[test]
fn whoever_hangs_up_waits_three_seconds_and_no_longer() {
    let mut stand = in_a_call();
    let steps = stand.ask(hang_up(1));
    assert_eq!(stand.carrying.next_timeout(), Some(stand.now + 3_000));
    assert_eq!(stand.pass(2_999), []);
    assert_eq!(bridged(&stand.pass(1)), 1);
    // What comes later changes nothing.
    assert_eq!(stand.done(route_of(&steps), Ok(())), []);
}

#[test]
fn whoever_hangs_up_gets_rid_of_the_call_though_finesse_refuses() {
    let mut stand = in_a_call();
    let steps = stand.ask(hang_up(1));
    assert_eq!(bridged(&stand.done(route_of(&steps), Err(Error::Silent))), 1);
}

#[test]
fn a_call_that_has_ended_meanwhile_is_not_hung_up_again() {
    let mut stand = in_a_call();
    stand.ask(hang_up(1));
    stand.calls[0].state = CallState::Ended { reason: EndReason::User };
    let steps = stand.pass(3_000);
    assert_eq!((bridged(&steps), answer(&steps)), (0, Some(Ok(Some(CallId(1))))));
}

#[test]
fn the_end_of_a_call_that_is_dropped_is_the_users_own_unless_it_was_refused() {
    let mut stand = in_a_call();
    stand.ask(hang_up(1));
    let ending = stand.joining.next_output();
    let told = crate::agents::joining::Output::Explain { call: CallId(1), ending: Some(Ending::User) };
    assert_eq!(ending, Some(told));
}

#[test]
fn the_answer_names_the_call_that_was_made() {
    for leg_first in [true, false] {
        let mut stand = in_a_call();
        let steps = stand.ask(consult(1, "6200"));
        assert!(steps.iter().any(|step| matches!(step, Step::Dialled(_))));
        let route = route_of(&steps);
        let mut steps = Vec::new();
        if !leg_first {
            steps.extend(stand.done(route, Ok(())));
            assert_eq!(answer(&steps), None);
        }
        let sight = Sight { dialogs: &stand.view.dialogs, calls: &stand.calls, up: true, plan: &stand.plan };
        let leg = stand.joining.incoming(sight, "6101", true).unwrap();
        stand.joining.answered(stand.now, CallId(2), leg);
        if leg_first {
            steps.extend(stand.done(route, Ok(())));
        } else {
            steps.extend(stand.pass(10));
        }
        assert_eq!(answer(&steps), Some(Ok(Some(CallId(2)))));
    }
}

#[test]
fn a_call_that_is_made_without_its_leg_is_accepted_all_the_same() {
    let mut stand = Stand::new();
    let steps = stand.ask(dial("6200"));
    stand.done(route_of(&steps), Ok(()));
    assert_eq!(answer(&stand.pass(5_000)), Some(Ok(None)));
}

#[test]
fn a_call_that_is_refused_is_awaited_no_longer() {
    let mut stand = Stand::new();
    let steps = stand.ask(dial("6200"));
    assert_eq!(
        answer(&stand.done(route_of(&steps), Err(Error::Silent))),
        Some(Err(FailureCode::ContactCentreSilent))
    );
    let sight = Sight { dialogs: &stand.view.dialogs, calls: &stand.calls, up: true, plan: &stand.plan };
    assert_eq!(stand.joining.incoming(sight, "6101", true), None);
}

#[test]
fn when_the_session_is_gone_every_request_is_answered() {
    let mut stand = in_a_call();
    stand.ask(set_held(1, true));
    stand.carrying.session_ended();
    assert_eq!(bridged(&stand.steps()), 1);

    let mut stand = in_a_call();
    stand.ask(consult(1, "6200"));
    stand.carrying.session_ended();
    assert_eq!(answer(&stand.steps()), Some(Err(FailureCode::AgentNotSignedIn)));
}

#[test]
fn nobody_waits_for_answers_to_a_tab_that_is_gone() {
    let mut stand = in_a_call();
    let steps = stand.ask(set_held(1, true));
    stand.carrying.forget(TAB);
    assert_eq!(stand.done(route_of(&steps), Ok(())), []);
}
