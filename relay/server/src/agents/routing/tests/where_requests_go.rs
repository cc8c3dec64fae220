use super::R;
use super::{Stand, answer, asked, bridged, consult, dial, hang_up, on, route_of, set_held};
use sidetone_finesse::model::{Action, AgentState, DialogState};
use sidetone_finesse::session::{Ask, DialogAction, Missing, Presence, Service};
use sidetone_protocol::{CallId, ClientMessage, FailureCode, MediaHolder, TransferTarget};

const ACTIVE: Option<(DialogState, &[Action])> =
    Some((DialogState::Active, &[Action::Hold, Action::Drop, Action::ConsultCall, Action::UpdateCallData]));
const HELD: Option<(DialogState, &[Action])> =
    Some((DialogState::Held, &[Action::Retrieve, Action::Drop, Action::Transfer, Action::Conference]));

fn transfer(to: TransferTarget) -> ClientMessage {
    ClientMessage::Transfer { request: R, call: CallId(1), to }
}

fn make_call(to: &str) -> Ask {
    Ask::MakeCall { to: to.into(), variables: vec![] }
}

#[test]
fn what_a_dialog_offers_finesse_does() {
    let mut stand = Stand::new();
    stand.call(1, "+442079460018", ACTIVE);
    assert_eq!(asked(&stand.ask(set_held(1, true))), [&on("d1", DialogAction::Hold)]);

    let mut stand = Stand::new();
    stand.call(1, "+442079460018", ACTIVE);
    let steps = stand.ask(consult(1, "6200"));
    assert_eq!(asked(&steps), [&on("d1", DialogAction::Consult { to: "6200".into() })]);

    let mut stand = Stand::new();
    stand.call(1, "+442079460018", ACTIVE);
    assert_eq!(asked(&stand.ask(hang_up(1))), [&on("d1", DialogAction::Drop)]);
}

#[test]
fn what_no_dialog_offers_the_phone_does() {
    let message = [
        set_held(1, true),
        hang_up(1),
        consult(1, "6200"),
        transfer(TransferTarget::Person("6200".parse().unwrap())),
        ClientMessage::SendDtmf { request: R, call: CallId(1), digits: "1".parse().unwrap() },
        ClientMessage::Join { request: R, call: CallId(1), with: CallId(2) },
        ClientMessage::Answer { request: R, call: CallId(1) },
        ClientMessage::SetMuted { request: R, call: CallId(1), muted: true },
    ];
    for message in message {
        for known in [false, true] {
            let mut stand = Stand::new();
            stand.call(1, "+442079460018", known.then_some((DialogState::Alerting, &[Action::Answer])));
            let steps = stand.ask(message.clone());
            assert_eq!((bridged(&steps), asked(&steps).len()), (1, 0), "{message:?}");
        }
    }
}

#[test]
fn without_finesse_everything_is_the_phones() {
    for (service, presence) in [
        (Service::Impaired { missing: Missing::Servers, since_ms: 0 }, Presence::SignedIn),
        (Service::Impaired { missing: Missing::OutOfService, since_ms: 0 }, Presence::SignedIn),
        (Service::Up, Presence::SignedOut),
        (Service::Connecting, Presence::SigningIn),
    ] {
        let mut stand = Stand::new();
        stand.call(1, "+442079460018", ACTIVE);
        (stand.view.service, stand.view.presence) = (service, presence);
        for (request, message) in [set_held(1, true), hang_up(1), dial("6200")].into_iter().enumerate() {
            stand.carrying = Default::default();
            assert_eq!(bridged(&stand.ask(message)), 1, "{request}");
        }
    }
}

#[test]
fn while_only_notifications_are_missing_finesse_is_asked_on() {
    let mut stand = Stand::new();
    stand.call(1, "+442079460018", ACTIVE);
    stand.view.service = Service::Impaired { missing: Missing::Notifications, since_ms: 0 };
    assert_eq!(asked(&stand.ask(set_held(1, true))).len(), 1);
}

#[test]
fn whoever_comes_back_to_a_call_leaves_the_other_first() {
    let mut stand = Stand::new();
    stand.call(1, "+442079460018", HELD);
    stand.call(2, "6200", ACTIVE);
    let steps = stand.ask(set_held(1, false));
    assert_eq!(asked(&steps), [&on("d2", DialogAction::Hold)]);
    let steps = stand.done(route_of(&steps), Ok(()));
    assert_eq!(asked(&steps), [&on("d1", DialogAction::Retrieve)]);
    let steps = stand.done(route_of(&steps), Ok(()));
    assert_eq!(answer(&steps), Some(Ok(Some(CallId(1)))));
}

#[test]
fn a_call_that_is_answered_or_resumed_by_the_phone_makes_finesse_hold_the_other() {
    for message in [ClientMessage::Answer { request: R, call: CallId(2) }, set_held(2, false)] {
        let mut stand = Stand::new();
        stand.call(1, "+442079460018", ACTIVE);
        stand.call(2, "6300", None);
        let steps = stand.ask(message);
        assert_eq!(asked(&steps), [&on("d1", DialogAction::Hold)]);
        assert_eq!(bridged(&steps), 1);
    }
}

#[test]
fn a_call_that_is_up_for_finesse_and_not_for_the_phone_is_turned_to() {
    let mut stand = Stand::new();
    stand.call(1, "+442079460018", ACTIVE);
    assert_eq!(answer(&stand.ask(set_held(1, false))), Some(Ok(Some(CallId(1)))));
    stand.carrying = Default::default();
    stand.calls[0].hold.by_user = true;
    assert_eq!(bridged(&stand.ask(set_held(1, false))), 1);
}

#[test]
fn transfer_and_conference_are_asked_of_the_call_on_hold_whichever_is_named() {
    for (one, two) in [(1, 2), (2, 1)] {
        let mut stand = Stand::new();
        stand.call(1, "+442079460018", HELD);
        stand.call(2, "6200", ACTIVE);
        let message =
            ClientMessage::Transfer { request: R, call: CallId(one), to: TransferTarget::Call(CallId(two)) };
        assert_eq!(asked(&stand.ask(message)), [&on("d1", DialogAction::Transfer)]);
        stand.carrying = Default::default();
        let message = ClientMessage::Join { request: R, call: CallId(one), with: CallId(two) };
        assert_eq!(asked(&stand.ask(message)), [&on("d1", DialogAction::Conference)]);
    }
}

#[test]
fn a_blind_transfer_is_finesses_where_it_is_enabled() {
    let to = || TransferTarget::Person("6200".parse().unwrap());
    let mut stand = Stand::new();
    stand.call(1, "+442079460018", ACTIVE);
    assert_eq!(bridged(&stand.ask(transfer(to()))), 1);
    let mut stand = Stand::new();
    stand.call(1, "+442079460018", Some((DialogState::Active, &[Action::TransferSst])));
    let steps = stand.ask(transfer(to()));
    assert_eq!(asked(&steps), [&on("d1", DialogAction::SingleStepTransfer { to: "6200".into() })]);
}

#[test]
fn somebody_on_hold_is_consulted_about_by_a_call_of_its_own() {
    let mut stand = Stand::new();
    stand.call(1, "+442079460018", HELD);
    assert_eq!(asked(&stand.ask(consult(1, "6200"))), [&make_call("6200")]);
}

#[test]
fn dialling_goes_where_the_setting_says_and_holds_what_is_active() {
    let mut stand = Stand::new();
    assert_eq!(asked(&stand.ask(dial("6200"))), [&make_call("6200")]);

    let mut stand = Stand::new();
    stand.dial_by_finesse = false;
    assert_eq!(bridged(&stand.ask(dial("6200"))), 1);

    let mut stand = Stand::new();
    stand.call(1, "+442079460018", ACTIVE);
    stand.view.can_dial = false;
    let steps = stand.ask(dial("6200"));
    assert_eq!(asked(&steps), [&on("d1", DialogAction::Hold)]);
    assert_eq!(asked(&stand.done(route_of(&steps), Ok(()))), [&make_call("6200")]);
}

#[test]
fn help_and_codes_are_dialled_by_the_phone() {
    for number in ["*68", "bob"] {
        let mut stand = Stand::new();
        assert_eq!(bridged(&stand.ask(dial(number))), 1, "{number}");
    }
}

#[test]
fn why_nobody_can_be_called_is_said() {
    let mut stand = Stand::new();
    stand.view.can_dial = false;
    stand.view.user.as_mut().unwrap().state = AgentState::Ready;
    assert_eq!(answer(&stand.ask(dial("6200"))), Some(Err(FailureCode::NotReadyToDial)));
}

#[test]
fn what_opens_a_microphone_is_for_the_tab_that_has_the_phone() {
    for message in [set_held(1, false), consult(1, "6200"), dial("6200")] {
        let mut stand = Stand::new();
        stand.call(1, "+442079460018", HELD);
        stand.media = MediaHolder::Elsewhere;
        assert_eq!(answer(&stand.ask(message)), Some(Err(FailureCode::PhoneInOtherTab)));
    }
}
