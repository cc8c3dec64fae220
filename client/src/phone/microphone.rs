//! The microphone: live only while a call needs it.

use super::effect::{AcquisitionId, Effect, Permission};
use sidetone_protocol::{FailureCode, MediaGeneration};

#[derive(Debug, Default)]
pub(super) struct Microphone {
    state: State,
    last: AcquisitionId,
    /// Over which peer connection the track is sent.
    attached: Option<MediaGeneration>,
    enabled: Option<bool>,
    /// Which device was asked for last.
    device: Option<String>,
    measured: bool,
    permission: Option<Permission>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Off,
    Asking,
    Live,
    /// Live, and another device is being asked for.
    Switching,
    /// Not tried again by itself, since the user would be asked over and over.
    Failed(FailureCode),
}

/// What is needed of the microphone.
pub(super) struct Need<'a> {
    pub(super) wanted: bool,
    /// Whether it is to be heard.
    pub(super) enabled: bool,
    /// Over which peer connection it is sent.
    pub(super) peer: Option<MediaGeneration>,
    /// Which device; none for the system's.
    pub(super) device: Option<&'a str>,
    /// Whether its level is shown.
    pub(super) measured: bool,
}

/// What the browser's answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    /// It is to the last question.
    Last,
    /// Another device could not be had, and the one before stays in use.
    Kept,
    /// Nobody waits for it any more.
    Late,
}

impl Microphone {
    pub(super) fn is_live(&self) -> bool {
        matches!(self.state, State::Live | State::Switching)
    }

    pub(super) fn is_asking(&self) -> bool {
        self.state == State::Asking
    }

    pub(super) fn failure(&self) -> Option<FailureCode> {
        match self.state {
            State::Failed(code) => Some(code),
            State::Off | State::Asking | State::Live | State::Switching => None,
        }
    }

    pub(super) fn permission(&self) -> Option<Permission> {
        self.permission
    }

    /// What the browser thinks of this page and the microphone. A refusal that was taken back may be tried again.
    pub(super) fn permitted(&mut self, permission: Permission) {
        self.permission = Some(permission);
        if permission != Permission::Denied && self.failure() == Some(FailureCode::MicrophoneDenied) {
            self.state = State::Off;
        }
    }

    /// Forgets a failure, so that the next need asks again.
    pub(super) fn try_again(&mut self) {
        if let State::Failed(_) = self.state {
            self.state = State::Off;
        }
    }

    /// The browser has answered.
    pub(super) fn answered(
        &mut self,
        acquisition: AcquisitionId,
        result: Result<(), FailureCode>,
    ) -> Answered {
        if acquisition != self.last {
            return Answered::Late;
        }
        match (self.state, result) {
            (State::Asking, Ok(())) => self.state = State::Live,
            (State::Asking, Err(code)) => self.state = State::Failed(code),
            (State::Switching, Ok(())) => {
                self.state = State::Live;
                self.attached = None;
                self.enabled = None;
                self.measured = false;
            }
            // The one before goes on, and the other is not tried again before there is another choice.
            (State::Switching, Err(_)) => {
                self.state = State::Live;
                return Answered::Kept;
            }
            (State::Off | State::Live | State::Failed(_), _) => return Answered::Late,
        }
        Answered::Last
    }

    /// The track has ended by itself.
    pub(super) fn ended(&mut self, effects: &mut impl Extend<Effect>) {
        match self.state {
            State::Live => {
                effects.extend([Effect::ReleaseMicrophone]);
                self.forget_track();
            }
            // The other device is on its way.
            State::Switching => {
                self.forget_track();
                self.state = State::Asking;
            }
            State::Off | State::Asking | State::Failed(_) => {}
        }
    }

    /// Brings the microphone to what is needed of it.
    pub(super) fn settle(&mut self, need: &Need<'_>, effects: &mut impl Extend<Effect>) {
        match (need.wanted, self.state) {
            (true, State::Off) => self.ask(State::Asking, need, effects),
            (false, State::Asking | State::Live | State::Switching) => {
                effects.extend([Effect::ReleaseMicrophone]);
                self.forget_track();
            }
            (true, State::Live | State::Switching) => {
                if self.state == State::Live && self.device.as_deref() != need.device {
                    self.ask(State::Switching, need, effects);
                }
                self.connect(need, effects);
            }
            (true, State::Asking | State::Failed(_)) | (false, State::Off | State::Failed(_)) => {}
        }
    }

    fn ask(&mut self, state: State, need: &Need<'_>, effects: &mut impl Extend<Effect>) {
        self.last = AcquisitionId(self.last.0.wrapping_add(1));
        self.state = state;
        self.device = need.device.map(str::to_owned);
        effects.extend([Effect::AcquireMicrophone { acquisition: self.last, device: self.device.clone() }]);
    }

    fn connect(&mut self, need: &Need<'_>, effects: &mut impl Extend<Effect>) {
        // Muted before it is attached: a muted call must stay so over a reload, without a word slipping out.
        if self.enabled != Some(need.enabled) {
            self.enabled = Some(need.enabled);
            effects.extend([Effect::EnableMicrophone(need.enabled)]);
        }
        if self.attached != need.peer {
            self.attached = need.peer;
            effects.extend(need.peer.map(Effect::AttachMicrophone));
        }
        if self.measured != need.measured {
            self.measured = need.measured;
            effects.extend([Effect::MeasureMicrophone(need.measured)]);
        }
    }

    fn forget_track(&mut self) {
        self.state = State::Off;
        self.attached = None;
        self.enabled = None;
        self.measured = false;
    }
}
