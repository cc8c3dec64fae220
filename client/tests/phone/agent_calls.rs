//! A call as phone and contact centre know it, in one card.

use crate::rig::{
    ALICE_CALLS, BOB_CALLS, Rig, ada, answered, dialog, ended_by, held, inbound, outbound, second, status,
};
use sidetone_protocol::agent::{
    Agent, AgentAction, AgentDialog, AgentEvent, AgentMissing, AgentService, AgentStateKind, AgentStatus,
    DialogCommand, DialogControl, ParticipantState, Platform, Preview, PreviewAnswer,
};
use sidetone_protocol::{Call, CallState, Direction, EndReason, FailureCode};
use sidetone_skins::AgentIntent;
use sidetone_skins::snapshot::{Actions, DialogAsked, DialogCard, DialogView};

fn talking() -> Call {
    answered(inbound(CallState::Connected))
}

fn rig_with(dialogs: Vec<AgentDialog>, calls: Vec<Call>) -> Rig {
    Rig::agent_with(Agent { dialogs, ..ada() }, calls)
}

fn only_dialog(rig: &Rig) -> DialogView {
    let mut dialogs = rig.agent_view().dialogs;
    assert_eq!(dialogs.len(), 1);
    dialogs.remove(0)
}

fn in_state(state: ParticipantState, call: Option<sidetone_protocol::CallId>) -> AgentDialog {
    AgentDialog { state, ..dialog("d1", call) }
}

#[test]
fn a_call_that_both_know_is_one_card_with_what_the_contact_centre_says() {
    let rig = rig_with(vec![dialog("d1", Some(ALICE_CALLS))], vec![talking()]);
    let shown = only_dialog(&rig);
    assert_eq!((shown.call, shown.card), (Some(rig.key()), DialogCard::Call));
    assert_eq!(shown.queue.as_deref(), Some("Sales"));
    assert_eq!(shown.others.len(), 1, "the agent knows that she is in it");
    assert!(!rig.view().is_unknown_to_contact_centre(rig.key()));
}

#[test]
fn its_buttons_follow_what_the_contact_centre_allows() {
    let actions = |commands: &[DialogCommand]| {
        let allowed = AgentDialog { actions: commands.to_vec(), ..dialog("d1", Some(ALICE_CALLS)) };
        rig_with(vec![allowed], vec![talking()]).call().actions
    };
    use DialogCommand::{Consult, Drop, Hold, SendDtmf, SingleStepTransfer};
    let mute_only = Actions { mute: true, ..Actions::default() };
    assert_eq!(actions(&[]), mute_only);
    let all = actions(&[Drop, Hold, SendDtmf, Consult, SingleStepTransfer]);
    assert!(all.hang_up && all.hold && all.keypad && all.transfer && all.ask_first && all.hand_over);
    let ask = actions(&[Consult]);
    assert!(ask.transfer && ask.ask_first && !ask.hand_over);
    let hand_over = actions(&[SingleStepTransfer]);
    assert!(hand_over.transfer && !hand_over.ask_first && hand_over.hand_over);
}

#[test]
fn a_contact_centre_out_of_reach_takes_no_button_away() {
    let silent = AgentDialog { actions: vec![], ..dialog("d1", Some(ALICE_CALLS)) };
    let mut rig = rig_with(vec![silent], vec![talking()]);
    assert!(!rig.call().actions.hold);
    for missing in [AgentMissing::Servers, AgentMissing::OutOfService] {
        let service = AgentService::Impaired { missing, since_ms: 1 };
        rig.agent_event(AgentEvent::Status(AgentStatus { service, ..status(AgentStateKind::Talking) }));
        let can = rig.call().actions;
        assert!(can.hold && can.hang_up && can.transfer, "{missing:?}");
    }
}

#[test]
fn a_consultation_ends_by_what_is_offered_at_the_call_on_hold() {
    let consult = Call { consults_for: Some(ALICE_CALLS), ..answered(second(CallState::Connected)) };
    let asked = AgentDialog { kind: "CONSULT".into(), ..dialog("d2", Some(BOB_CALLS)) };
    let on_hold = |actions| AgentDialog { actions, ..in_state(ParticipantState::Held, Some(ALICE_CALLS)) };
    let calls = || vec![held(talking()), consult.clone()];
    let rig = rig_with(vec![on_hold(vec![]), asked.clone()], calls());
    let can = rig.view().calls[1].actions;
    assert!(!can.complete && !can.join);
    use DialogCommand::{Conference, Retrieve, Transfer};
    let rig = rig_with(vec![on_hold(vec![Retrieve, Transfer, Conference]), asked], calls());
    let can = rig.view().calls[1].actions;
    assert!(can.complete && can.join);
    assert!(rig.view().calls[0].actions.resume);
}

#[test]
fn who_waits_at_the_phone_but_not_at_the_contact_centre_can_be_resumed() {
    let rig = rig_with(vec![dialog("d1", Some(ALICE_CALLS))], vec![held(talking())]);
    assert!(rig.call().actions.resume);
}

#[test]
fn a_dialog_that_begins_waits_for_its_call_and_does_not_show_twice() {
    let mut rig = Rig::agent(ada());
    rig.dial("1002");
    rig.microphone(Ok(()));
    let begins = AgentDialog {
        direction: Direction::Outbound,
        number: "1002".into(),
        ..in_state(ParticipantState::Initiating, None)
    };
    rig.agent_event(AgentEvent::Dialog(begins.clone()));
    assert_eq!(only_dialog(&rig).card, DialogCard::Awaited);
    rig.accept_last();
    rig.agent_event(AgentEvent::Dialog(AgentDialog { call: Some(ALICE_CALLS), ..begins }));
    assert_eq!(only_dialog(&rig).card, DialogCard::Awaited, "its call is on its way");
    rig.change(outbound(CallState::Dialing));
    let shown = only_dialog(&rig);
    assert_eq!((shown.card, shown.call), (DialogCard::Call, Some(rig.key())));
}

#[test]
fn a_call_that_rings_nowhere_near_is_said_to_once_its_sound_could_have_come() {
    let mut rig = Rig::agent(ada());
    rig.agent_event(AgentEvent::Dialog(in_state(ParticipantState::Alerting, None)));
    assert_eq!(only_dialog(&rig).card, DialogCard::Awaited, "the call may be on its way");
    rig.advance(2_000);
    assert_eq!(only_dialog(&rig).card, DialogCard::Silent);
}

#[test]
fn a_dialog_without_sound_is_a_card_of_its_own_with_buttons_of_its_own() {
    let mut rig = rig_with(vec![dialog("d1", None)], vec![]);
    let shown = only_dialog(&rig);
    assert_eq!((shown.card, shown.call), (DialogCard::Silent, None));
    rig.agent_intent(AgentIntent::Control { dialog: "d1".into(), control: DialogControl::Hold });
    rig.agent_intent(AgentIntent::Control { dialog: "d1".into(), control: DialogControl::Hold });
    let asked = AgentAction::Control { dialog: "d1".into(), control: DialogControl::Hold };
    assert_eq!(rig.asked_of_contact_centre(), [asked], "once");
    assert_eq!(only_dialog(&rig).asked, Some(DialogAsked::Control(DialogControl::Hold)));
    rig.agent_event(AgentEvent::Dialog(in_state(ParticipantState::Held, None)));
    let shown = only_dialog(&rig);
    assert_eq!((shown.asked, shown.state), (None, ParticipantState::Held));
}

#[test]
fn what_is_refused_of_a_dialog_is_told_at_the_dialog() {
    let mut rig = rig_with(vec![dialog("d1", None)], vec![]);
    rig.agent_intent(AgentIntent::HandOver { dialog: "d1".into(), number: "1005".into() });
    rig.refuse_last(FailureCode::ContactCentreRefused);
    let shown = only_dialog(&rig);
    assert_eq!(shown.asked, None);
    assert_eq!(shown.notice.unwrap().failure.code, FailureCode::ContactCentreRefused);
    rig.agent_intent(AgentIntent::Consult { dialog: "d1".into(), number: "1+2".into() });
    assert_eq!(only_dialog(&rig).notice.unwrap().failure.code, FailureCode::BadNumber);
}

#[test]
fn a_call_that_only_the_phone_knows_is_marked_once_it_is_up() {
    let mut rig = rig_with(vec![], vec![inbound(CallState::Ringing)]);
    assert!(!rig.view().is_unknown_to_contact_centre(rig.key()));
    rig.change(talking());
    assert!(rig.view().is_unknown_to_contact_centre(rig.key()));
    let service = AgentService::Impaired { missing: AgentMissing::Notifications, since_ms: 1 };
    rig.agent_event(AgentEvent::Status(AgentStatus { service, ..status(AgentStateKind::Ready) }));
    assert!(!rig.view().is_unknown_to_contact_centre(rig.key()), "then nobody can tell");
}

#[test]
fn wrap_up_takes_the_place_of_the_call_that_is_over() {
    let mut rig = rig_with(vec![dialog("d1", Some(ALICE_CALLS))], vec![talking()]);
    rig.change(Call { state: ended_by(EndReason::Party), ..talking() });
    rig.agent_event(AgentEvent::Dialog(in_state(ParticipantState::WrapUp, None)));
    let shown = only_dialog(&rig);
    assert_eq!((shown.card, shown.call), (DialogCard::WrapUp, Some(rig.key())));
    assert!(rig.view().is_wrapped_up(rig.key()));
    assert!(shown.wrap_up.is_missing());
    rig.agent_event(AgentEvent::DialogRemoved { dialog: "d1".into() });
    assert!(!rig.view().is_wrapped_up(rig.key()), "the call is shown with how it ended");
}

#[test]
fn a_wrap_up_reason_shows_at_once_and_falls_back_when_refused() {
    let mut rig = rig_with(vec![in_state(ParticipantState::WrapUp, None)], vec![]);
    let wrap_up = |reasons: &[&str]| AgentIntent::WrapUp {
        dialog: "d1".into(),
        reasons: reasons.iter().map(|it| (*it).to_owned()).collect(),
    };
    rig.agent_intent(wrap_up(&["Sale"]));
    assert_eq!(only_dialog(&rig).wrap_up.chosen, ["Sale"]);
    assert!(!only_dialog(&rig).wrap_up.is_missing());
    rig.advance(10_000);
    assert!(only_dialog(&rig).wrap_up.is_missing(), "nobody has confirmed it");
    rig.agent_intent(wrap_up(&["Sale"]));
    rig.agent_event(AgentEvent::Dialog(AgentDialog {
        wrap_up: vec!["Sale".into()],
        ..in_state(ParticipantState::WrapUp, None)
    }));
    rig.agent_intent(wrap_up(&["Complaint"]));
    rig.refuse_last(FailureCode::CallDataTooLong);
    let shown = only_dialog(&rig);
    assert_eq!(shown.wrap_up.chosen, ["Sale"]);
    assert_eq!(shown.notice.unwrap().failure.code, FailureCode::CallDataTooLong);
}

#[test]
fn only_uccx_takes_several_wrap_up_reasons() {
    let toggled = |platform| {
        let status = AgentStatus { platform, ..status(AgentStateKind::Work) };
        let wraps = AgentDialog { wrap_up: vec!["Sale".into()], ..in_state(ParticipantState::WrapUp, None) };
        let rig = Rig::agent(Agent { status, dialogs: vec![wraps], ..ada() });
        only_dialog(&rig).wrap_up.toggled("Complaint")
    };
    assert_eq!(toggled(Platform::Ucce), ["Complaint"]);
    assert_eq!(toggled(Platform::Uccx), ["Sale", "Complaint"]);
}

#[test]
fn a_preview_is_a_card_of_its_own_until_its_call_is_there() {
    let preview = Preview {
        campaign: "Spring".into(),
        number: "555 0100".into(),
        fields: vec![("Account".into(), "77".into())],
    };
    let shown_before = AgentDialog {
        kind: "OUTBOUND_PREVIEW".into(),
        preview: Some(preview),
        actions: vec![DialogCommand::Accept, DialogCommand::Reject, DialogCommand::Close],
        ..in_state(ParticipantState::Alerting, None)
    };
    let mut rig = rig_with(vec![shown_before.clone()], vec![]);
    assert_eq!(only_dialog(&rig).card, DialogCard::Preview);
    rig.agent_intent(AgentIntent::Preview { dialog: "d1".into(), answer: PreviewAnswer::Accept });
    assert_eq!(only_dialog(&rig).asked, Some(DialogAsked::Preview(PreviewAnswer::Accept)));
    rig.change(outbound(CallState::Dialing));
    rig.agent_event(AgentEvent::Dialog(AgentDialog { call: Some(ALICE_CALLS), ..shown_before }));
    assert_eq!(only_dialog(&rig).card, DialogCard::Call);
}
