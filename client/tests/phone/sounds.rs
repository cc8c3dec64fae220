//! What the user hears.

use crate::rig::{Rig, answered, ended_by, failed, inbound, outbound, snapshot};
use sidetone_client::phone::{Effect, PageEvent, Sound};
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::Check;

fn sounds(rig: &mut Rig) -> Vec<Option<Sound>> {
    rig.effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Play(sound) => Some(sound),
            _ => None,
        })
        .collect()
}

fn dialled() -> Rig {
    let mut rig = Rig::ready();
    rig.dial("1002");
    rig.microphone(Ok(()));
    rig.accept_last();
    rig.change(outbound(CallState::Dialing));
    rig.forget();
    rig
}

#[test]
fn ringback_is_played_until_the_network_plays_its_own() {
    let mut rig = dialled();
    rig.change(outbound(CallState::Alerting { early_media: false }));
    rig.change(outbound(CallState::Alerting { early_media: true }));
    assert_eq!(sounds(&mut rig), [Some(Sound::Ringback), None]);
}

#[test]
fn the_answer_ends_the_ringback() {
    let mut rig = dialled();
    rig.change(outbound(CallState::Alerting { early_media: false }));
    rig.change(answered(outbound(CallState::Connected)));
    assert_eq!(sounds(&mut rig), [Some(Sound::Ringback), None]);
}

#[test]
fn busy_is_heard_for_three_seconds() {
    let mut rig = dialled();
    rig.change(outbound(failed(FailureCode::Busy)));
    rig.advance(2_999);
    assert_eq!(sounds(&mut rig), [Some(Sound::Busy)]);
    rig.advance(1);
    assert_eq!(sounds(&mut rig), [None]);
}

#[test]
fn other_failures_are_heard_too_and_a_normal_end_is_not() {
    let mut rig = dialled();
    rig.change(outbound(failed(FailureCode::NotFound)));
    assert_eq!(sounds(&mut rig), [Some(Sound::Congestion)]);
    let mut rig = Rig::talking();
    rig.change(answered(outbound(ended_by(EndReason::Party))));
    assert_eq!(sounds(&mut rig), []);
}

#[test]
fn a_failure_of_before_the_page_was_loaded_is_not_heard() {
    let mut rig = Rig::load(Some("t"));
    rig.resume(snapshot(vec![outbound(failed(FailureCode::Busy))], MediaHolder::Nobody));
    assert_eq!(sounds(&mut rig), []);
}

#[test]
fn a_second_call_knocks_softly() {
    let mut rig = Rig::talking();
    rig.change(Call { id: CallId(77), ..inbound(CallState::Ringing) });
    assert_eq!(sounds(&mut rig), [Some(Sound::CallWaiting)]);
}

#[test]
fn a_new_call_silences_the_busy_tone() {
    let mut rig = dialled();
    rig.change(outbound(failed(FailureCode::Busy)));
    rig.change(Call { id: CallId(77), ..inbound(CallState::Ringing) });
    rig.change(Call { id: CallId(77), ..inbound(ended_by(EndReason::Party)) });
    assert_eq!(sounds(&mut rig), [Some(Sound::Busy), Some(Sound::Ring(Ring::Normal)), None]);
}

#[test]
fn sound_held_back_by_the_browser_is_offered() {
    let mut rig = Rig::ready();
    rig.page(PageEvent::SoundBlocked);
    assert_eq!(rig.view().health.sound, Check::Ask);
    rig.forget();
    rig.intent(Intent::TurnOnSound);
    assert_eq!(rig.effects(), [Effect::UnlockSound]);
    rig.page(PageEvent::SoundAllowed);
    assert_eq!(rig.view().health.sound, Check::Good);
}
