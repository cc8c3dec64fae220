//! Microphone, speaker and ringer.

use crate::rig::{Rig, input, output};
use sidetone_client::phone::{AudioDevice, AudioKind, ChosenDevices, Effect, Input, PageEvent, Permission};
use sidetone_protocol::*;
use sidetone_skins::Intent;
use sidetone_skins::snapshot::{Device, DeviceRole, Panel};

const JABRA: &str = "id of Jabra";

fn jabra() -> Device {
    Device { id: JABRA.into(), label: "Jabra".into() }
}

fn with_headset() -> Vec<AudioDevice> {
    vec![input("built-in"), input("Jabra"), output("speakers"), output("Jabra")]
}

fn without_headset() -> Vec<AudioDevice> {
    vec![input("built-in"), output("speakers")]
}

fn plug(rig: &mut Rig, devices: Vec<AudioDevice>) {
    rig.devices = devices;
    rig.input(Input::DevicesChanged);
}

fn choose(rig: &mut Rig, role: DeviceRole) {
    rig.intent(Intent::ChooseDevice { role, device: Some(JABRA.into()) });
}

/// In a call, speaking into a headset that was chosen.
fn talking_into_headset() -> Rig {
    let mut rig = Rig::ready();
    plug(&mut rig, with_headset());
    choose(&mut rig, DeviceRole::Microphone);
    let mut rig = rig.talk();
    rig.forget();
    rig
}

fn acquired(rig: &mut Rig) -> Option<Option<String>> {
    rig.effects().into_iter().find_map(|effect| match effect {
        Effect::AcquireMicrophone { device, .. } => Some(device),
        _ => None,
    })
}

#[test]
fn a_choice_is_kept_for_later_pages_and_used_for_the_next_call() {
    let mut rig = Rig::ready();
    plug(&mut rig, with_headset());
    rig.forget();
    choose(&mut rig, DeviceRole::Microphone);
    let kept = Effect::StoreDevice { role: DeviceRole::Microphone, device: Some(jabra()) };
    assert_eq!(rig.effects(), [kept], "the microphone itself stays off");
    rig.dial("1002");
    assert_eq!(acquired(&mut rig), Some(Some(JABRA.into())));
}

#[test]
fn another_microphone_is_taken_in_mid_call_without_letting_go_of_the_first() {
    let mut rig = Rig::ready();
    plug(&mut rig, with_headset());
    let mut rig = rig.talk();
    rig.forget();
    choose(&mut rig, DeviceRole::Microphone);
    let effects = rig.effects();
    assert!(!effects.contains(&Effect::ReleaseMicrophone), "{effects:?}");
    rig.microphone(Ok(()));
    let generation = rig.peer.unwrap();
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(true), Effect::AttachMicrophone(generation)]);
}

#[test]
fn a_muted_call_stays_muted_over_the_switch() {
    let mut rig = talking_into_headset();
    let call = rig.key();
    rig.intent(Intent::SetMuted { call, muted: true });
    rig.intent(Intent::ChooseDevice { role: DeviceRole::Microphone, device: None });
    rig.forget();
    rig.microphone(Ok(()));
    let generation = rig.peer.unwrap();
    assert_eq!(rig.effects(), [Effect::EnableMicrophone(false), Effect::AttachMicrophone(generation)]);
}

#[test]
fn a_microphone_that_cannot_be_had_leaves_the_one_in_use() {
    let mut rig = Rig::ready();
    plug(&mut rig, with_headset());
    let mut rig = rig.talk();
    choose(&mut rig, DeviceRole::Microphone);
    rig.forget();
    rig.microphone(Err(FailureCode::MicrophoneBusy));
    assert_eq!(rig.view().notice.unwrap().failure.code, FailureCode::MicrophoneBusy);
    rig.advance(60_000);
    let effects = rig.effects();
    assert!(!effects.contains(&Effect::ReleaseMicrophone), "{effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::AcquireMicrophone { .. })), "{effects:?}");
}

#[test]
fn a_headset_unplugged_in_a_call_is_replaced_and_named() {
    let mut rig = talking_into_headset();
    plug(&mut rig, without_headset());
    assert_eq!(acquired(&mut rig), Some(None), "what the system takes");
    rig.input(Input::MicrophoneEnded);
    rig.microphone(Ok(()));
    let generation = rig.peer.unwrap();
    assert!(rig.effects().contains(&Effect::AttachMicrophone(generation)));
    let devices = rig.view().devices;
    assert_eq!((devices.microphone.lost, devices.replaced), (Some("Jabra".into()), false));
}

#[test]
fn the_same_in_the_other_order() {
    let mut rig = talking_into_headset();
    rig.devices = without_headset();
    rig.input(Input::MicrophoneEnded);
    rig.input(Input::DevicesChanged);
    rig.microphone(Ok(()));
    if rig.asked_for_microphone.is_some() {
        rig.microphone(Ok(()));
    }
    let generation = rig.peer.unwrap();
    assert_eq!(rig.effects().last(), Some(&Effect::AttachMicrophone(generation)));
    assert_eq!(rig.view().devices.microphone.lost, Some("Jabra".into()));
}

#[test]
fn a_headset_that_is_back_is_used_again() {
    let mut rig = talking_into_headset();
    plug(&mut rig, without_headset());
    rig.microphone(Ok(()));
    rig.forget();
    plug(&mut rig, with_headset());
    assert_eq!(acquired(&mut rig), Some(Some(JABRA.into())));
    assert_eq!(rig.view().devices.microphone.lost, None);
}

#[test]
fn a_microphone_that_nobody_chose_and_that_goes_is_told_until_the_call_is_over() {
    let mut rig = Rig::talking();
    rig.input(Input::MicrophoneEnded);
    assert!(!rig.view().devices.replaced, "not before another is there");
    rig.microphone(Ok(()));
    assert!(rig.view().devices.replaced);
    let key = rig.key();
    rig.intent(Intent::HangUp(key));
    assert!(!rig.view().devices.replaced);
}

#[test]
fn a_browser_that_has_forgotten_its_names_knows_the_label() {
    let old = Device { id: "another id".into(), label: "Jabra".into() };
    let chosen = ChosenDevices { microphone: Some(old), ..ChosenDevices::default() };
    let mut rig = Rig::load_with(None, chosen);
    rig.devices = with_headset();
    rig.sign_in();
    rig.greet();
    rig.signed_in(crate::rig::snapshot(vec![], MediaHolder::Nobody));
    assert_eq!(rig.view().devices.microphone.used, Some(JABRA.into()));
}

#[test]
fn what_the_browser_does_not_name_is_not_called_lost() {
    let chosen = ChosenDevices { speaker: Some(jabra()), ..ChosenDevices::default() };
    let mut rig = Rig::load_with(None, chosen);
    let unnamed = Device { id: String::new(), label: String::new() };
    rig.devices = vec![AudioDevice { kind: AudioKind::Output, device: unnamed }];
    rig.sign_in();
    rig.greet();
    rig.signed_in(crate::rig::snapshot(vec![], MediaHolder::Nobody));
    let devices = rig.view().devices;
    assert_eq!(
        (devices.named, devices.speaker.lost.clone(), devices.speaker.options.len()),
        (false, None, 0)
    );
}

#[test]
fn with_the_permission_come_the_names() {
    let mut rig = Rig::ready();
    rig.devices = with_headset();
    rig.page(PageEvent::MicrophonePermission(Permission::Granted));
    assert_eq!(rig.view().devices.microphone.options.len(), 2);
}

#[test]
fn speaker_and_ringer_are_directed_apart_and_follow_what_is_plugged_in() {
    let mut rig = Rig::ready();
    plug(&mut rig, with_headset());
    choose(&mut rig, DeviceRole::Speaker);
    let to = |role, device: Option<&str>| Effect::UseOutput { role, device: device.map(String::from) };
    let effects = rig.effects();
    assert!(effects.contains(&to(DeviceRole::Speaker, Some(JABRA))), "{effects:?}");
    assert!(!effects.contains(&to(DeviceRole::Ringer, Some(JABRA))), "{effects:?}");
    plug(&mut rig, without_headset());
    assert_eq!(rig.effects(), [to(DeviceRole::Speaker, None)]);
    assert_eq!(rig.view().devices.speaker.lost, Some("Jabra".into()));
    plug(&mut rig, with_headset());
    assert_eq!(rig.effects(), [to(DeviceRole::Speaker, Some(JABRA))]);
}

#[test]
fn an_output_that_the_browser_refuses_is_no_longer_offered() {
    let mut rig = Rig::ready();
    plug(&mut rig, with_headset());
    choose(&mut rig, DeviceRole::Ringer);
    rig.input(Input::OutputRefused(DeviceRole::Ringer));
    assert!(!rig.view().devices.ringer.can_choose);
    assert!(rig.view().devices.speaker.can_choose);
}

#[test]
fn the_system_s_own_names_are_not_offered_as_devices() {
    let mut rig = Rig::ready();
    let alias = |id: &str| AudioDevice {
        kind: AudioKind::Input,
        device: Device { id: id.into(), label: format!("{id} - Jabra") },
    };
    plug(&mut rig, vec![alias("default"), alias("communications"), input("Jabra")]);
    let labels: Vec<_> =
        rig.view().devices.microphone.options.into_iter().map(|device| device.label).collect();
    assert_eq!(labels, ["Jabra"]);
}

#[test]
fn the_microphone_is_tested_in_the_settings_and_nowhere_else() {
    let mut rig = Rig::ready();
    rig.intent(Intent::TestMicrophone(true));
    assert_eq!(rig.asked_for_microphone, None);
    rig.intent(Intent::Open(Panel::Settings));
    rig.intent(Intent::TestMicrophone(true));
    rig.microphone(Ok(()));
    assert!(rig.view().devices.testing);
    assert!(rig.effects().contains(&Effect::MeasureMicrophone(true)));
    rig.intent(Intent::ClosePanel);
    assert!(!rig.view().devices.testing);
    assert!(rig.effects().contains(&Effect::ReleaseMicrophone));
}

#[test]
fn the_level_is_measured_in_a_call_too_and_goes_on_over_a_switch() {
    let mut rig = talking_into_headset();
    rig.intent(Intent::Open(Panel::Settings));
    rig.intent(Intent::TestMicrophone(true));
    assert_eq!(rig.effects(), [Effect::MeasureMicrophone(true)]);
    rig.intent(Intent::ChooseDevice { role: DeviceRole::Microphone, device: None });
    rig.microphone(Ok(()));
    assert_eq!(rig.effects().last(), Some(&Effect::MeasureMicrophone(true)));
    rig.intent(Intent::TestMicrophone(false));
    assert_eq!(rig.effects(), [Effect::MeasureMicrophone(false)], "the call keeps the microphone");
}

#[test]
fn a_test_that_finds_no_microphone_says_so() {
    let mut rig = Rig::ready();
    rig.intent(Intent::Open(Panel::Settings));
    rig.intent(Intent::TestMicrophone(true));
    rig.microphone(Err(FailureCode::MicrophoneMissing));
    let view = rig.view();
    assert_eq!(view.notice.unwrap().failure.code, FailureCode::MicrophoneMissing);
    assert!(!view.devices.testing);
}

#[test]
fn a_test_sound_is_played_where_the_role_plays() {
    let mut rig = Rig::ready();
    rig.intent(Intent::TestSound(DeviceRole::Ringer));
    assert_eq!(rig.effects(), [Effect::PlayTest(DeviceRole::Ringer)]);
}
