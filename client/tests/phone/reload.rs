//! A call outlives the page.

use crate::rig::{Rig, answered, inbound, outbound, snapshot};
use sidetone_client::phone::{Effect, PageEvent, Sound};
use sidetone_protocol::*;
use sidetone_skins::snapshot::{CallPhase, Page, Status};

#[test]
fn a_reloaded_page_resumes_without_asking_for_a_password() {
    let mut rig = Rig::load(Some("earlier"));
    assert_eq!((rig.view().page, rig.view().status), (Page::Phone, Status::Connecting));
    rig.greet();
    assert_eq!(rig.said().last(), Some(&ClientMessage::Resume { token: SessionToken("earlier".into()) }));
}

#[test]
fn audio_comes_back_by_itself_into_a_call_that_is_up() {
    let mut rig = Rig::load(Some("earlier"));
    rig.resume(snapshot(vec![answered(outbound(CallState::Reconnecting))], MediaHolder::Nobody));
    assert_eq!(rig.call().phase, CallPhase::Reconnecting);
    rig.microphone(Ok(()));
    rig.media_comes_up();
    rig.change(answered(outbound(CallState::Connected)));
    assert_eq!(rig.call().phase, CallPhase::Connected);
    let generation = rig.peer.unwrap();
    assert!(rig.effects().contains(&Effect::AttachMicrophone(generation)));
}

#[test]
fn a_call_that_only_rings_leaves_the_microphone_alone() {
    let mut rig = Rig::load(Some("earlier"));
    rig.resume(snapshot(vec![inbound(CallState::Ringing)], MediaHolder::Nobody));
    assert_eq!(rig.asked_for_microphone, None);
    assert!(rig.effects().contains(&Effect::Play(Some(Sound::Ring(Ring::Normal)))));
}

#[test]
fn a_session_that_is_over_leads_back_to_the_sign_in_page() {
    let mut rig = Rig::load(Some("old"));
    rig.greet();
    rig.relay(RelayMessage::Failed { request: None, failure: FailureCode::SessionExpired.into() });
    let view = rig.view();
    assert_eq!((view.page, view.sign_in.failure), (Page::SignIn, Some(FailureCode::SessionExpired.into())));
    assert!(rig.effects().contains(&Effect::ForgetToken));
}

#[test]
fn a_relay_that_is_not_there_yet_is_waited_for() {
    let mut rig = Rig::load(Some("earlier"));
    rig.close_socket();
    assert_eq!((rig.view().page, rig.view().status), (Page::Phone, Status::Connecting));
    rig.advance(400);
    rig.resume(snapshot(vec![], MediaHolder::Nobody));
    assert_eq!(rig.view().page, Page::Phone);
    assert!(rig.view().user.is_some());
}

#[test]
fn a_relay_that_stops_while_resuming_does_not_cost_the_session() {
    let mut rig = Rig::load(Some("earlier"));
    rig.greet();
    rig.relay(RelayMessage::Failed { request: None, failure: FailureCode::RelayStopping.into() });
    assert!(!rig.effects().contains(&Effect::ForgetToken));
    rig.advance(400);
    rig.resume(snapshot(vec![], MediaHolder::Nobody));
    assert!(rig.view().user.is_some());
}

#[test]
fn a_page_that_is_left_gives_up_its_media_and_not_its_call() {
    let mut rig = Rig::talking();
    let generation = rig.peer.unwrap();
    rig.page(PageEvent::Leaving);
    assert_eq!(rig.said(), [ClientMessage::MediaClosed { generation }]);
    let effects = rig.effects();
    assert!(!effects.contains(&Effect::ForgetToken), "{effects:?}");
    assert_eq!((rig.socket, rig.peer), (None, None));
}

#[test]
fn a_page_that_comes_back_from_the_cache_resumes() {
    let mut rig = Rig::ready();
    rig.page(PageEvent::Leaving);
    rig.page(PageEvent::Returned);
    rig.resume(snapshot(vec![], MediaHolder::Nobody));
    rig.media_comes_up();
    assert_eq!(rig.view().status, Status::Ready);
}

#[test]
fn the_timer_of_a_call_is_older_than_the_page() {
    let mut rig = Rig::load(Some("earlier"));
    let call =
        Call { answered_at_ms: Some(crate::rig::RELAY_EPOCH - 90_000), ..outbound(CallState::Connected) };
    rig.resume(snapshot(vec![call], MediaHolder::Nobody));
    assert_eq!(rig.call().answered_at, Some(100 - 90_000));
}
