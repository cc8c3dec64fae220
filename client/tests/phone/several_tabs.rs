//! One phone in several tabs: any may control it, one has the microphone.

use crate::rig::{Rig, answered, inbound, outbound, snapshot};
use sidetone_client::phone::{Effect, PeerEvent};
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::Status;

fn second_tab(calls: Vec<Call>) -> Rig {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    rig.signed_in(snapshot(calls, MediaHolder::Elsewhere));
    rig
}

fn offer_of(rig: &mut Rig) -> ClientMessage {
    rig.peer_event(PeerEvent::Offered { sdp: "offer".into() });
    rig.said().into_iter().find(|message| matches!(message, ClientMessage::MediaOffer { .. })).unwrap()
}

#[test]
fn a_second_tab_offers_nothing_by_itself_and_takes_no_microphone() {
    let rig = second_tab(vec![answered(outbound(CallState::Connected))]);
    assert_eq!((rig.peer, rig.asked_for_microphone), (None, None));
    assert_eq!(rig.view().status, Status::InOtherTab);
    assert!(rig.view().in_other_tab);
    assert!(rig.call().actions.hang_up, "any tab may control");
}

#[test]
fn a_second_tab_does_not_ring() {
    let mut rig = second_tab(vec![inbound(CallState::Ringing)]);
    assert!(!rig.effects().iter().any(|effect| matches!(effect, Effect::Play(Some(_)))));
}

#[test]
fn using_the_phone_here_takes_it_over_with_its_call() {
    let mut rig = second_tab(vec![answered(outbound(CallState::Connected))]);
    rig.intent(Intent::UsePhoneHere);
    let offer = offer_of(&mut rig);
    assert!(matches!(offer, ClientMessage::MediaOffer { take_over: true, .. }), "{offer:?}");
    let generation = rig.peer.unwrap();
    rig.relay(RelayMessage::MediaAnswer { generation, sdp: "answer".into() });
    rig.event(Event::MediaHolderChanged { media: MediaHolder::Here });
    rig.peer_event(PeerEvent::Connected);
    rig.microphone(Ok(()));
    assert_eq!(rig.view().status, Status::Ready);
    assert!(rig.effects().contains(&Effect::AttachMicrophone(generation)));
}

#[test]
fn answering_in_a_second_tab_brings_the_phone_there() {
    let mut rig = second_tab(vec![inbound(CallState::Ringing)]);
    let key = rig.key();
    rig.intent(Intent::Answer(key));
    let offer = offer_of(&mut rig);
    assert!(matches!(offer, ClientMessage::MediaOffer { take_over: true, .. }), "{offer:?}");
    rig.microphone(Ok(()));
    assert!(matches!(rig.said()[..], [ClientMessage::Answer { .. }]));
}

#[test]
fn a_tab_that_loses_the_phone_stops_sending_and_does_not_fight_for_it() {
    let mut rig = Rig::talking();
    let generation = rig.peer.unwrap();
    rig.relay(RelayMessage::MediaLost { generation, failure: FailureCode::PhoneInOtherTab.into() });
    rig.event(Event::MediaHolderChanged { media: MediaHolder::Elsewhere });
    let effects = rig.effects();
    assert!(effects.contains(&Effect::ClosePeer(generation)), "{effects:?}");
    assert!(effects.contains(&Effect::ReleaseMicrophone), "{effects:?}");
    rig.advance(5_000);
    assert_eq!(rig.peer, None);
    assert!(rig.view().in_other_tab);
}

#[test]
fn the_tab_that_is_left_takes_the_phone_when_the_other_is_closed() {
    let mut rig = second_tab(vec![]);
    rig.event(Event::MediaHolderChanged { media: MediaHolder::Nobody });
    rig.advance(4_999);
    assert_eq!(rig.peer, None, "the other tab may only be reloading");
    rig.advance(1);
    let offer = offer_of(&mut rig);
    assert!(matches!(offer, ClientMessage::MediaOffer { take_over: false, .. }), "{offer:?}");
}

#[test]
fn a_tab_that_only_reloads_keeps_the_phone() {
    let mut rig = second_tab(vec![]);
    rig.event(Event::MediaHolderChanged { media: MediaHolder::Nobody });
    rig.advance(1_000);
    rig.event(Event::MediaHolderChanged { media: MediaHolder::Elsewhere });
    rig.advance(10_000);
    assert_eq!(rig.peer, None);
}

#[test]
fn an_offer_refused_for_another_tab_waits_for_the_user() {
    let mut rig = Rig::load(None);
    rig.sign_in();
    rig.greet();
    rig.signed_in(snapshot(vec![], MediaHolder::Nobody));
    rig.peer_event(PeerEvent::Offered { sdp: "offer".into() });
    rig.relay(RelayMessage::Failed { request: None, failure: FailureCode::PhoneInOtherTab.into() });
    assert_eq!((rig.peer, rig.view().in_other_tab), (None, true));
    assert_eq!(rig.view().notice, None, "the page offers to use the phone here instead");
}
