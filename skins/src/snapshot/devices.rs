//! What the user speaks into and hears from.

/// What an audio device is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceRole {
    /// What the other party hears.
    Microphone,
    /// What the user hears the other party with.
    Speaker,
    /// What rings.
    Ringer,
}

impl DeviceRole {
    /// Every role, in the order of the settings.
    pub const ALL: [Self; 3] = [Self::Microphone, Self::Speaker, Self::Ringer];
}

/// An audio device, as the browser names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The browser's name for it, which stays the same for this page.
    pub id: String,
    /// Its name for people.
    pub label: String,
}

/// The devices of each role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Devices {
    /// Whether the browser names devices to this page: not before the microphone is allowed.
    pub named: bool,
    /// The microphone.
    pub microphone: Picker,
    /// The speaker.
    pub speaker: Picker,
    /// The ringer.
    pub ringer: Picker,
    /// Whether the microphone that a call was using has gone and another took its place.
    pub replaced: bool,
    /// Whether the microphone is on for its level to be shown.
    pub testing: bool,
}

/// The devices of one role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picker {
    /// Whether this browser lets one choose.
    pub can_choose: bool,
    /// What there is to choose from, beside what the system takes by itself.
    pub options: Vec<Device>,
    /// Which is in use; none where the system chooses.
    pub used: Option<String>,
    /// The name of the chosen device that is not there at the moment; the system's is used until it is back.
    pub lost: Option<String>,
}

impl Devices {
    /// The devices of that role.
    #[must_use]
    pub fn picker(&self, role: DeviceRole) -> &Picker {
        match role {
            DeviceRole::Microphone => &self.microphone,
            DeviceRole::Speaker => &self.speaker,
            DeviceRole::Ringer => &self.ringer,
        }
    }
}
