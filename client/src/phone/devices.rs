//! Which microphone, speaker and ringer are used: the chosen one while it is there, else what the system takes.

use super::Phone;
use super::effect::{AudioDevice, AudioKind, Effect};
use sidetone_skins::snapshot::{Device, DeviceRole, Devices, Picker};

/// Names that Chromium gives to the system's own choice, which is a choice of its own here.
const ALIASES: [&str; 3] = ["", "default", "communications"];

/// What each role is played or spoken on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChosenDevices {
    /// What the user speaks into.
    pub microphone: Option<Device>,
    /// What the user hears calls with.
    pub speaker: Option<Device>,
    /// What rings.
    pub ringer: Option<Device>,
}

/// Whether the browser lets the page choose where sound comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutputChoice {
    /// For what the other party says, and the tones of a call.
    pub speaker: bool,
    /// For the ring.
    pub ringer: bool,
}

#[derive(Debug, Default)]
pub(super) struct AudioDevices {
    can_choose: OutputChoice,
    chosen: ChosenDevices,
    list: Vec<AudioDevice>,
    speaker: Option<String>,
    ringer: Option<String>,
    /// The microphone of a call has gone, and none has taken its place yet.
    gone: bool,
    /// Another has.
    replaced: bool,
}

impl AudioDevices {
    pub(super) fn new(chosen: ChosenDevices, can_choose: OutputChoice) -> Self {
        Self { chosen, can_choose, ..Self::default() }
    }

    pub(super) fn listed(&mut self, list: Vec<AudioDevice>) {
        self.list = list;
    }

    /// Whether the browser names devices to this page.
    pub(super) fn is_named(&self) -> bool {
        self.list.iter().any(|device| !device.device.label.is_empty())
    }

    /// Chooses, by the browser's name; none for what the system takes. Returns what to keep for later pages.
    pub(super) fn choose(&mut self, role: DeviceRole, id: Option<&str>) -> Option<Device> {
        let device = id.and_then(|id| self.options(role).find(|device| device.id == id)).cloned();
        *self.chosen_mut(role) = device.clone();
        self.replaced = false;
        device
    }

    /// A microphone is live again, or none could be had. What was chosen and is lost, the picker says by itself.
    pub(super) fn microphone_answered(&mut self, live: bool) {
        self.replaced |= std::mem::take(&mut self.gone) && live && self.chosen.microphone.is_none();
    }

    /// No call needs the microphone any more.
    pub(super) fn microphone_off(&mut self) {
        self.gone = false;
        self.replaced = false;
    }

    /// The browser does not let the page choose that one after all.
    pub(super) fn refused(&mut self, role: DeviceRole) {
        match role {
            DeviceRole::Microphone => {}
            DeviceRole::Speaker => self.can_choose.speaker = false,
            DeviceRole::Ringer => self.can_choose.ringer = false,
        }
    }

    /// The device to use, by the browser's name; none for what the system takes.
    pub(super) fn used(&self, role: DeviceRole) -> Option<&str> {
        let chosen = self.chosen(role)?;
        if !self.is_named() {
            // Nothing is known of what there is; the browser takes another where this one is missing.
            return Some(&chosen.id);
        }
        // A browser that has forgotten its names still knows the label.
        let there = |same: fn(&Device, &Device) -> bool| self.options(role).find(|there| same(there, chosen));
        there(|a, b| a.id == b.id).or_else(|| there(|a, b| a.label == b.label)).map(|there| there.id.as_str())
    }

    /// Has the outputs follow what is there.
    pub(super) fn settle(&mut self, effects: &mut impl Extend<Effect>) {
        for role in [DeviceRole::Speaker, DeviceRole::Ringer] {
            let used = self.used(role).filter(|_| self.can_choose(role)).map(str::to_owned);
            let current = if role == DeviceRole::Speaker { &mut self.speaker } else { &mut self.ringer };
            if *current != used {
                current.clone_from(&used);
                effects.extend([Effect::UseOutput { role, device: used }]);
            }
        }
    }

    pub(super) fn view(&self, testing: bool) -> Devices {
        Devices {
            named: self.is_named(),
            microphone: self.picker(DeviceRole::Microphone),
            speaker: self.picker(DeviceRole::Speaker),
            ringer: self.picker(DeviceRole::Ringer),
            replaced: self.replaced,
            testing,
        }
    }

    fn picker(&self, role: DeviceRole) -> Picker {
        let used = self.used(role);
        let lost = self.chosen(role).filter(|_| used.is_none()).map(|chosen| chosen.label.clone());
        Picker {
            can_choose: self.can_choose(role),
            options: self.options(role).cloned().collect(),
            used: used.filter(|_| self.is_named()).map(str::to_owned),
            lost,
        }
    }

    fn can_choose(&self, role: DeviceRole) -> bool {
        match role {
            DeviceRole::Microphone => true,
            DeviceRole::Speaker => self.can_choose.speaker,
            DeviceRole::Ringer => self.can_choose.ringer,
        }
    }

    fn options(&self, role: DeviceRole) -> impl Iterator<Item = &Device> {
        let kind = match role {
            DeviceRole::Microphone => AudioKind::Input,
            DeviceRole::Speaker | DeviceRole::Ringer => AudioKind::Output,
        };
        let real = |device: &&Device| !ALIASES.contains(&device.id.as_str());
        self.list.iter().filter(move |device| device.kind == kind).map(|device| &device.device).filter(real)
    }

    fn chosen(&self, role: DeviceRole) -> Option<&Device> {
        match role {
            DeviceRole::Microphone => self.chosen.microphone.as_ref(),
            DeviceRole::Speaker => self.chosen.speaker.as_ref(),
            DeviceRole::Ringer => self.chosen.ringer.as_ref(),
        }
    }

    fn chosen_mut(&mut self, role: DeviceRole) -> &mut Option<Device> {
        match role {
            DeviceRole::Microphone => &mut self.chosen.microphone,
            DeviceRole::Speaker => &mut self.chosen.speaker,
            DeviceRole::Ringer => &mut self.chosen.ringer,
        }
    }
}

impl Phone {
    pub(super) fn choose_device(&mut self, role: DeviceRole, id: Option<&str>) {
        let device = self.devices.choose(role, id);
        self.effects.push_back(Effect::StoreDevice { role, device });
    }

    pub(super) fn test_microphone(&mut self, on: bool) {
        self.testing_microphone = on;
        if on {
            self.microphone.try_again();
            self.drop_microphone_notices();
        }
    }

    /// The microphone that was in use has gone by itself.
    pub(super) fn microphone_gone(&mut self) {
        self.devices.gone = self.microphone.is_live() && self.in_call();
        self.microphone.ended(&mut self.effects);
    }
}
