//! 202 says nothing: what came of a request is told by its id, by an error, or seen.

use crate::rig::World;
use sidetone_finesse::model::{AgentState, DialogState};
use sidetone_finesse::rest::Refusal;
use sidetone_finesse::session::{Ask, ChosenState, DialogAction, Error, Presence};

const READY: Ask = Ask::SetState { state: ChosenState::Ready, reason: None };

#[test]
fn accepted_is_not_done() {
    let mut world = World::signed_in();
    world.center.lazy = true;
    let tag = world.ask(READY);
    world.run(10_000);
    assert_eq!(world.done.get(&tag), None, "202 came long ago");
    world.run(10_000);
    assert_eq!(world.done.get(&tag), Some(&Err(Error::Silent)));
    assert_eq!(world.state(), AgentState::NotReady);
}

#[test]
fn what_nobody_tells_is_seen() {
    let mut world = World::signed_in();
    world.center.mute = true;
    assert_eq!(world.outcome(READY), Ok(()));
    assert_eq!(world.state(), AgentState::Ready);
    let call = Ask::MakeCall { to: "0301234".to_owned(), variables: Vec::new() };
    assert_eq!(world.outcome(call), Ok(()));
    assert_eq!(world.session.view().dialogs.len(), 1);
}

#[test]
fn an_error_that_comes_later_names_its_request() {
    let mut world = World::signed_in();
    // Nobody was told of it.
    world.center.state = "LOGOUT".to_owned();
    let tag = world.ask(READY);
    world.run(300);
    let Some(Err(error)) = world.done.get(&tag) else { panic!("it was refused") };
    assert!(error.means(Refusal::AgentNotSignedIn), "{error:?}");
    world.run(5_000);
    assert_eq!(world.session.view().presence, Presence::SignedOut, "and it was looked after");
}

#[test]
fn an_error_without_request_is_that_of_the_only_one_it_can_be_of() {
    let mut world = World::signed_in();
    let dialog = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.run(500);
    world.center.lazy = true;
    let id = sidetone_finesse::model::DialogId(dialog.clone());
    let tag = world.ask(Ask::Dialog { dialog: id, action: DialogAction::Hold });
    world.run(200);
    world.center.fail(&format!("/finesse/api/Dialog/{dialog}"), "Generic Error", "", "", "");
    world.run(200);
    let Some(Err(error)) = world.done.get(&tag) else { panic!("it was refused") };
    assert!(error.means(Refusal::NotAllowedNow), "{error:?}");
}

#[test]
fn a_refusal_at_once_says_what_it_means() {
    let mut world = World::signed_in();
    let call = Ask::MakeCall { to: crate::center::EXTENSION.to_owned(), variables: Vec::new() };
    let Err(error) = world.outcome(call) else { panic!("it was refused") };
    assert!(error.means(Refusal::BadNumber), "{error:?}");
}

#[test]
fn each_action_of_a_call_has_its_outcome() {
    let mut world = World::signed_in();
    let id = world.center.call(world.now, "ACD_IN", "ALERTING", "0301234");
    world.center.set(world.now, "RESERVED", "", "");
    world.run(500);
    let id = sidetone_finesse::model::DialogId(id);
    let act = |world: &mut World, action: DialogAction, expected: Option<DialogState>| {
        let name = format!("{action:?}");
        assert_eq!(world.outcome(Ask::Dialog { dialog: id.clone(), action }), Ok(()), "{name}");
        let view = world.session.view();
        let mine = view.dialogs.get(&id).and_then(|dialog| dialog.participant(crate::center::EXTENSION));
        assert_eq!(mine.map(|mine| mine.state), expected, "{name}");
    };
    act(&mut world, DialogAction::Answer, Some(DialogState::Active));
    act(&mut world, DialogAction::Hold, Some(DialogState::Held));
    act(&mut world, DialogAction::Retrieve, Some(DialogState::Active));
    act(&mut world, DialogAction::SendDtmf { digits: "42#".to_owned() }, Some(DialogState::Active));
    let variables = vec![("callVariable1".to_owned(), "gold & more".to_owned())];
    act(&mut world, DialogAction::SetVariables { variables }, Some(DialogState::Active));
    act(&mut world, DialogAction::WrapUp { reasons: vec!["Sale".to_owned()] }, Some(DialogState::Active));
    act(&mut world, DialogAction::Consult { to: "6102".to_owned() }, Some(DialogState::Held));
    act(&mut world, DialogAction::Transfer, None);
    assert!(world.session.view().dialogs.is_empty());
    let gone = world.outcome(Ask::Dialog { dialog: id.clone(), action: DialogAction::Hold });
    assert_eq!(gone, Err(Error::NoSuchDialog));
}

#[test]
fn transfer_asked_of_the_consult_call_is_that_of_the_held_one() {
    let mut world = World::signed_in();
    let id = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.center.set(world.now, "TALKING", "", "");
    world.run(500);
    let dialog = sidetone_finesse::model::DialogId(id.clone());
    assert_eq!(
        world.outcome(Ask::Dialog { dialog, action: DialogAction::Consult { to: "6102".to_owned() } }),
        Ok(())
    );
    let consult =
        world.session.view().dialogs.keys().find(|known| known.0 != id).cloned().expect("a consult call");
    let before = world.requests.len();
    assert_eq!(world.outcome(Ask::Dialog { dialog: consult, action: DialogAction::Transfer }), Ok(()));
    let sent = world.requests[before..]
        .iter()
        .any(|(_, request)| *request == format!("PUT /finesse/api/Dialog/{id}"));
    assert!(sent, "{:?}", &world.requests[before..]);
}

#[test]
fn nothing_can_be_asked_of_nobody() {
    let mut world = World::new();
    assert_eq!(world.outcome(READY), Err(Error::NotSignedIn));
    assert_eq!(world.outcome(Ask::SignOut { reason: None }), Ok(()));
    assert!(world.requests.is_empty());
}

#[test]
fn each_action_says_what_finesse_wants() {
    let mut world = World::signed_in();
    let id = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.center.calls.get_mut(&id).expect("it is there").parts.push(crate::center::Part {
        address: "6102".to_owned(),
        agent: true,
        state: "ACTIVE",
        changed: world.now,
    });
    world.center.tell_call(&id, "");
    world.center.lazy = true;
    world.run(2_000);
    let dialog = sidetone_finesse::model::DialogId(id.clone());
    let own = "<targetMediaAddress>6101</targetMediaAddress>";
    let other = "<targetMediaAddress>6102</targetMediaAddress>";
    let act = |action: DialogAction| Ask::Dialog { dialog: dialog.clone(), action };
    let put = format!("PUT /finesse/api/Dialog/{id}");
    let text = str::to_owned;
    for (ask, parts) in [
        (act(DialogAction::Answer), vec![put.as_str(), ">ANSWER<", own]),
        (act(DialogAction::Conference), vec![&put, ">CONFERENCE<", own]),
        (
            act(DialogAction::SingleStepTransfer { to: text("6103") }),
            vec![&put, ">TRANSFER_SST<", "<toAddress>6103<", own],
        ),
        (
            act(DialogAction::Consult { to: text("6103") }),
            vec![&put, ">CONSULT_CALL<", "<toAddress>6103<", own],
        ),
        (
            act(DialogAction::DropParticipant { number: text("6102") }),
            vec![&put, ">PARTICIPANT_DROP<", other],
        ),
        (act(DialogAction::StartRecording), vec![&put, ">START_RECORDING<", own]),
        (act(DialogAction::Accept), vec![&put, ">ACCEPT<", own]),
        (act(DialogAction::Reject), vec![&put, ">REJECT<", own]),
        (act(DialogAction::Close), vec![&put, ">CLOSE<", own]),
        (
            act(DialogAction::Reclassify { classification: text("BUSY") }),
            vec![&put, ">RECLASSIFY<", ">BUSY<"],
        ),
        (
            act(DialogAction::ScheduleCallback { time: Some(text("2027-05-04T14:30")), number: None }),
            vec![&put, ">UPDATE_SCHEDULED_CALLBACK<", ">callbackTime<", ">2027-05-04T14:30<"],
        ),
        (act(DialogAction::CancelCallback), vec![&put, ">CANCEL_SCHEDULED_CALLBACK<"]),
        (act(DialogAction::WrapUp { reasons: vec![text("Sale")] }), vec![&put, "<wrapUpReason>Sale<"]),
        (
            Ask::Monitor { extension: text("6102") },
            vec!["POST /finesse/api/User/70123/Dialogs", ">SILENT_MONITOR<", "<toAddress>6102<"],
        ),
        (
            Ask::Barge { dialog: dialog.clone() },
            vec![">BARGE_CALL<", "<toAddress>6102<", "<associatedDialogUri>/finesse/api/Dialog/"],
        ),
        (Ask::Intercept { dialog: dialog.clone() }, vec![&put, ">PARTICIPANT_DROP<", other]),
    ] {
        let name = format!("{ask:?}");
        world.ask(ask);
        for part in parts {
            assert!(world.last_body.contains(part), "{name}: {part} in {}", world.last_body);
        }
    }
}

#[test]
fn several_wrap_ups_are_said_on_uccx() {
    let mut world = World::new();
    world.center.uccx = true;
    let mut world = World::signed_in_to(world);
    let id = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.run(500);
    let dialog = sidetone_finesse::model::DialogId(id);
    let reasons = vec!["Sale".to_owned(), "Question".to_owned()];
    assert_eq!(world.outcome(Ask::Dialog { dialog, action: DialogAction::WrapUp { reasons } }), Ok(()));
    let items = "<wrapUpItems><wrapUpItem>Sale</wrapUpItem><wrapUpItem>Question</wrapUpItem></wrapUpItems>";
    assert!(world.last_body.contains(items), "{}", world.last_body);
}
