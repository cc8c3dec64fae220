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
    permission: Option<Permission>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Off,
    Asking,
    Live,
    /// Not tried again by itself, since the user would be asked over and over.
    Failed(FailureCode),
}

impl Microphone {
    pub(super) fn is_live(&self) -> bool {
        self.state == State::Live
    }

    pub(super) fn is_asking(&self) -> bool {
        self.state == State::Asking
    }

    pub(super) fn failure(&self) -> Option<FailureCode> {
        match self.state {
            State::Failed(code) => Some(code),
            State::Off | State::Asking | State::Live => None,
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

    /// The browser has answered. Returns whether it was the answer to the last question.
    pub(super) fn answered(&mut self, acquisition: AcquisitionId, result: Result<(), FailureCode>) -> bool {
        let current = self.is_asking() && acquisition == self.last;
        if current {
            self.state = match result {
                Ok(()) => State::Live,
                Err(code) => State::Failed(code),
            };
        }
        current
    }

    /// The track has ended by itself.
    pub(super) fn ended(&mut self, effects: &mut impl Extend<Effect>) {
        if self.is_live() {
            effects.extend([Effect::ReleaseMicrophone]);
            self.forget_track();
        }
    }

    /// Brings the microphone to what is needed of it.
    pub(super) fn settle(
        &mut self,
        wanted: bool,
        enabled: bool,
        peer: Option<MediaGeneration>,
        effects: &mut impl Extend<Effect>,
    ) {
        match (wanted, self.state) {
            (true, State::Off) => {
                self.last = AcquisitionId(self.last.0.wrapping_add(1));
                self.state = State::Asking;
                effects.extend([Effect::AcquireMicrophone(self.last)]);
            }
            (false, State::Asking | State::Live) => {
                effects.extend([Effect::ReleaseMicrophone]);
                self.forget_track();
            }
            (true, State::Live) => self.connect(enabled, peer, effects),
            (true, State::Asking | State::Failed(_)) | (false, State::Off | State::Failed(_)) => {}
        }
    }

    fn connect(&mut self, enabled: bool, peer: Option<MediaGeneration>, effects: &mut impl Extend<Effect>) {
        // Muted before it is attached: a muted call must stay so over a reload, without a word slipping out.
        if self.enabled != Some(enabled) {
            self.enabled = Some(enabled);
            effects.extend([Effect::EnableMicrophone(enabled)]);
        }
        if self.attached != peer {
            self.attached = peer;
            effects.extend(peer.map(Effect::AttachMicrophone));
        }
    }

    fn forget_track(&mut self) {
        self.state = State::Off;
        self.attached = None;
        self.enabled = None;
    }
}
