//! Signing in and out.

use crate::rig::{Rig, inbound, outbound, snapshot};
use sidetone_client::phone::{Effect, PageEvent};
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::{Page, Status};

#[test]
fn nothing_is_opened_before_the_user_signs_in() {
    let mut rig = Rig::load(None);
    assert_eq!(rig.view().page, Page::SignIn);
    assert_eq!(rig.effects(), []);
    assert_eq!(rig.phone.next_timeout(), None);
}

#[test]
fn signing_in_greets_then_sends_the_password_then_offers_media() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    assert!(rig.view().sign_in.pending);
    rig.greet();
    assert_eq!(
        rig.said(),
        [
            ClientMessage::Hello { version: PROTOCOL_VERSION },
            ClientMessage::SignIn { user: "alice".into(), password: "secret".into() },
        ]
    );
    rig.signed_in(snapshot(vec![], MediaHolder::Nobody));
    let effects = rig.effects();
    assert!(effects.iter().any(|effect| matches!(effect, Effect::StoreToken(_))), "{effects:?}");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::OpenPeer(_))), "{effects:?}");
    assert!(effects.contains(&Effect::StayAwake(true)), "{effects:?}");
    assert_eq!(rig.view().status, Status::PreparingAudio);
    rig.media_comes_up();
    let view = rig.view();
    assert_eq!((view.page, view.status, view.can_dial), (Page::Phone, Status::Ready, true));
    assert_eq!(view.user.map(|user| user.extension), Some("1001".into()));
}

#[test]
fn a_wrong_password_is_said_on_the_sign_in_page_and_can_be_corrected() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    rig.relay(RelayMessage::Failed { request: None, failure: FailureCode::SignInRejected.into() });
    let view = rig.view();
    assert_eq!(view.page, Page::SignIn);
    assert_eq!(view.sign_in.failure, Some(FailureCode::SignInRejected.into()));
    assert_eq!(rig.socket, None, "the refused socket is closed");
    rig.sign_in();
    assert!(rig.view().sign_in.pending);
    assert_eq!(rig.view().sign_in.failure, None);
}

#[test]
fn a_relay_that_does_not_answer_is_said_on_the_sign_in_page() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.advance(10_000);
    assert_eq!(rig.view().sign_in.failure, Some(FailureCode::RelayUnreachable.into()));
    assert_eq!(rig.phone.next_timeout(), None, "signing in is not repeated by itself");
}

#[test]
fn a_page_of_another_version_asks_to_be_loaded_anew() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.relay(RelayMessage::Welcome { version: PROTOCOL_VERSION + 1, heartbeat_ms: 10_000 });
    assert_eq!(rig.view().page, Page::Outdated);
    assert_eq!(rig.socket, None);
    rig.forget();
    rig.intent(Intent::Reload);
    assert_eq!(rig.effects(), [Effect::Reload]);
}

#[test]
fn a_relay_that_refuses_the_version_leads_to_the_same_page() {
    let mut rig = Rig::load(Some("t"));
    rig.relay(RelayMessage::Failed { request: None, failure: FailureCode::VersionMismatch.into() });
    assert_eq!(rig.view().page, Page::Outdated);
    assert!(!rig.effects().contains(&Effect::ForgetToken), "the page loaded next resumes");
}

#[test]
fn signing_out_leaves_nothing_behind() {
    let mut rig = Rig::talking();
    rig.intent(Intent::SignOut);
    assert_eq!(rig.said(), [ClientMessage::SignOut]);
    let effects = rig.effects();
    for gone in [Effect::ForgetToken, Effect::ReleaseMicrophone, Effect::StayAwake(false)] {
        assert!(effects.contains(&gone), "{gone:?} in {effects:?}");
    }
    assert_eq!((rig.socket, rig.peer), (None, None));
    let view = rig.view();
    assert_eq!((view.page, view.calls.len(), view.user, view.last_dialled), (Page::SignIn, 0, None, None));
    assert_eq!(rig.phone.next_timeout(), None);
}

#[test]
fn a_session_that_the_relay_ends_says_why() {
    let mut rig = Rig::ready();
    rig.relay(RelayMessage::SignedOut { failure: Some(FailureCode::SessionExpired.into()) });
    let view = rig.view();
    assert_eq!((view.page, view.sign_in.failure), (Page::SignIn, Some(FailureCode::SessionExpired.into())));
}

#[test]
fn a_call_while_the_page_is_in_the_background_is_notified_once_and_withdrawn() {
    let mut rig = Rig::ready();
    rig.page(PageEvent::Hidden);
    rig.forget();
    rig.change(inbound(CallState::Ringing));
    rig.change(inbound(CallState::Ringing));
    let key = rig.key();
    let notified: Vec<_> =
        rig.effects().into_iter().filter(|effect| matches!(effect, Effect::Notify(_))).collect();
    assert_eq!(notified, [Effect::Notify(key)]);
    rig.change(inbound(crate::rig::ended_by(EndReason::Party)));
    assert!(rig.effects().contains(&Effect::WithdrawNotification));
}

#[test]
fn a_page_in_front_notifies_of_nothing() {
    let mut rig = Rig::ready();
    rig.change(inbound(CallState::Ringing));
    assert!(!rig.effects().iter().any(|effect| matches!(effect, Effect::Notify(_))));
}

#[test]
fn a_line_that_is_not_ready_takes_no_number() {
    let mut rig = Rig::ready();
    let failure = Failure::with_detail(FailureCode::LineRejected, "403 Forbidden");
    rig.event(Event::LineChanged {
        line: Line { state: LineState::Unavailable { failure: failure.clone() } },
    });
    let view = rig.view();
    assert_eq!((view.status, view.can_dial), (Status::LineUnavailable(failure), false));
    rig.event(Event::LineChanged { line: Line { state: LineState::Registering } });
    assert_eq!(rig.view().status, Status::Registering);
    rig.change(outbound(CallState::Dialing));
    assert!(!rig.view().can_dial);
}
