//! The peer connection that is there before the call.

use crate::rig::{Rig, answered, outbound, snapshot};
use sidetone_client::phone::{Effect, Input, PeerEvent};
use sidetone_protocol::*;
use sidetone_skins::snapshot::{CallPhase, Status};

fn opened(rig: &mut Rig) -> usize {
    rig.effects().iter().filter(|effect| matches!(effect, Effect::OpenPeer(_))).count()
}

#[test]
fn the_offer_goes_out_as_soon_as_it_is_made() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    rig.signed_in(snapshot(vec![], MediaHolder::Nobody));
    rig.said();
    let generation = rig.peer.unwrap();
    rig.peer_event(PeerEvent::Offered { sdp: "offer".into() });
    assert_eq!(rig.said(), [ClientMessage::MediaOffer { generation, sdp: "offer".into(), take_over: false }]);
    rig.relay(RelayMessage::MediaAnswer { generation, sdp: "answer".into() });
    assert!(rig.effects().contains(&Effect::ApplyAnswer { generation, sdp: "answer".into() }));
}

#[test]
fn a_path_that_the_relay_gives_up_is_replaced_at_once() {
    let mut rig = Rig::ready();
    let generation = rig.peer.unwrap();
    rig.relay(RelayMessage::MediaLost { generation, failure: FailureCode::MediaUnreachable.into() });
    rig.advance(0);
    assert_eq!(rig.peer, Some(generation.next()));
    rig.media_comes_up();
    assert_eq!(rig.view().status, Status::Ready);
}

#[test]
fn a_path_that_fails_in_a_call_is_replaced_and_the_microphone_moves() {
    let mut rig = Rig::talking();
    let old = rig.peer.unwrap();
    rig.peer_event(PeerEvent::Failed);
    assert_eq!(rig.call().phase, CallPhase::Reconnecting);
    rig.advance(0);
    rig.media_comes_up();
    assert_eq!(rig.call().phase, CallPhase::Connected);
    let effects = rig.effects();
    assert!(effects.contains(&Effect::ClosePeer(old)), "{effects:?}");
    assert!(effects.contains(&Effect::AttachMicrophone(old.next())), "{effects:?}");
    assert!(!effects.contains(&Effect::ReleaseMicrophone), "{effects:?}");
}

#[test]
fn a_path_that_only_falters_is_kept() {
    let mut rig = Rig::talking();
    rig.peer_event(PeerEvent::Disconnected);
    rig.advance(1_900);
    rig.peer_event(PeerEvent::Connected);
    rig.advance(30_000);
    assert_eq!(opened(&mut rig), 0);
}

#[test]
fn a_path_that_stays_silent_is_replaced() {
    let mut rig = Rig::talking();
    rig.peer_event(PeerEvent::Disconnected);
    rig.advance(2_000);
    assert_eq!(opened(&mut rig), 1);
}

#[test]
fn a_broken_socket_leaves_the_path_alone() {
    let mut rig = Rig::talking();
    rig.close_socket();
    rig.advance(100);
    rig.resume(snapshot(vec![answered(outbound(CallState::Connected))], MediaHolder::Here));
    assert_eq!(opened(&mut rig), 0);
    assert_eq!(rig.call().phase, CallPhase::Connected);
}

#[test]
fn a_relay_that_knows_no_path_any_more_is_offered_a_new_one() {
    let mut rig = Rig::talking();
    rig.close_socket();
    rig.advance(100);
    rig.resume(snapshot(vec![answered(outbound(CallState::Reconnecting))], MediaHolder::Nobody));
    assert_eq!(opened(&mut rig), 1);
}

#[test]
fn an_offer_whose_answer_the_break_swallowed_is_made_again() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    rig.signed_in(snapshot(vec![], MediaHolder::Nobody));
    rig.peer_event(PeerEvent::Offered { sdp: "offer".into() });
    let lost = rig.peer.unwrap();
    rig.close_socket();
    rig.advance(400);
    rig.resume(snapshot(vec![], MediaHolder::Nobody));
    assert_eq!(rig.peer, Some(lost.next()));
}

#[test]
fn a_path_that_cannot_be_set_up_is_said_after_the_second_try() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    rig.signed_in(snapshot(vec![], MediaHolder::Nobody));
    rig.peer_event(PeerEvent::Failed);
    assert_eq!(rig.view().status, Status::PreparingAudio);
    rig.advance(500);
    rig.peer_event(PeerEvent::Failed);
    assert_eq!(rig.view().status, Status::NoAudio(FailureCode::MediaUnreachable.into()));
    rig.advance(1_000);
    rig.media_comes_up();
    assert_eq!(rig.view().status, Status::Ready);
}

#[test]
fn a_browser_that_never_connects_is_tried_again_with_growing_waits() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    rig.signed_in(snapshot(vec![], MediaHolder::Nobody));
    let mut waits = Vec::new();
    for _ in 0..8 {
        let generation = rig.peer.unwrap();
        rig.input(Input::Peer { generation, event: PeerEvent::Failed });
        let before = rig.now;
        while rig.peer.is_none() {
            rig.advance(100);
        }
        waits.push(rig.now.since(before));
    }
    assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
}

#[test]
fn an_offer_that_nobody_answers_is_given_up() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    rig.signed_in(snapshot(vec![], MediaHolder::Nobody));
    rig.peer_event(PeerEvent::Offered { sdp: "offer".into() });
    let first = rig.peer;
    rig.advance(10_600);
    assert_ne!(rig.peer, first);
}

#[test]
fn answers_and_events_of_an_older_generation_change_nothing() {
    let mut rig = Rig::ready();
    let current = rig.peer.unwrap();
    let old = MediaGeneration(current.0 - 1);
    rig.relay(RelayMessage::MediaAnswer { generation: old, sdp: "answer".into() });
    rig.relay(RelayMessage::MediaLost { generation: old, failure: FailureCode::MediaUnreachable.into() });
    rig.input(Input::Peer { generation: old, event: PeerEvent::Failed });
    assert_eq!(rig.effects(), []);
    assert_eq!(rig.view().status, Status::Ready);
}
