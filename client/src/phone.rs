//! The phone core: a state machine without IO, clock or randomness.
//!
//! [`Input`]s go in with the time they happened at, [`Effect`]s and a [`Snapshot`] come out. The shell around
//! it carries the effects out and says what came of them. All that can be derived from the state (sounds, the
//! microphone, the notification) is derived after each input, in `Phone::settle`, and only differences become
//! effects.

mod actions;
mod agents;
mod audible;
mod calls;
mod connection;
mod devices;
mod effect;
mod intents;
mod line;
mod microphone;
mod random;
mod relay;
mod requests;
mod several;
mod time;
mod view;
mod wanted;
mod warm_leg;

pub use devices::{ChosenDevices, OutputChoice};
pub use effect::{
    AcquisitionId, AudioDevice, AudioKind, ConnectionId, Effect, Input, PageEvent, PeerEvent, Permission,
    SocketEvent, Sound, Start,
};
pub use time::Time;

use agents::Agents;
use calls::Calls;
use connection::{Connection, Timeout};
use devices::AudioDevices;
use microphone::{Answered, Microphone, Need};
use requests::Requests;
use sidetone_protocol::{
    CallId, CallState, ClientMessage, DialPlan, DialString, Failure, FailureCode, SessionToken,
    Snapshot as RelaySnapshot,
};
use sidetone_skins::snapshot::{AgentPanel, CallKey, DeviceRole, Notice, Panel, Snapshot};
use std::collections::VecDeque;
use std::sync::Arc;
use time::RelayClock;
use warm_leg::WarmLeg;

/// The phone of one page.
#[derive(Debug)]
pub struct Phone {
    effects: VecDeque<Effect>,
    connection: Connection,
    session: Session,
    clock: RelayClock,
    /// What the relay said last; kept while the connection is broken.
    relay: Option<RelaySnapshot>,
    /// How the relay dials what this user types; none where it dials everything as it is typed.
    dial_plan: Option<Arc<DialPlan>>,
    requests: Requests,
    calls: Calls,
    agents: Agents,
    leg: WarmLeg,
    microphone: Microphone,
    devices: AudioDevices,
    /// The user wants the microphone allowed, without a call.
    checking_microphone: bool,
    /// The user wants to see the microphone's level.
    testing_microphone: bool,
    panel: Option<Panel>,
    /// What the user asked for, until the relay says the same.
    do_not_disturb: Option<bool>,
    notice: Option<Notice>,
    last_dialled: Option<String>,
    suggested: Option<DialString>,
    /// The sound that tells how a call failed, and when it ends.
    farewell: Option<(Sound, Time)>,
    playing: Option<Sound>,
    notified: Option<CallKey>,
    awake: bool,
    page: PageState,
}

/// How far the user is in.
#[derive(Debug)]
enum Session {
    SignedOut {
        failure: Option<Failure>,
    },
    SigningIn {
        user: String,
        password: String,
    },
    /// The relay has to be given the token: after a reload, or on a new connection.
    Resuming {
        token: SessionToken,
    },
    On {
        token: SessionToken,
    },
    /// The page is of another version than the relay.
    Outdated,
}

#[derive(Debug)]
struct PageState {
    secure: bool,
    hidden: bool,
    sound: Option<bool>,
    notifications: Option<Permission>,
}

impl Phone {
    /// The phone of a page that has just been loaded.
    #[must_use]
    pub fn new(start: Start) -> Self {
        let mut phone = Self {
            effects: VecDeque::new(),
            connection: Connection::new(start.seed),
            session: Session::SignedOut { failure: None },
            clock: RelayClock::default(),
            relay: None,
            dial_plan: None,
            requests: Requests::new(start.epoch_ms),
            calls: Calls::default(),
            agents: Agents::default(),
            leg: WarmLeg::default(),
            microphone: Microphone::default(),
            devices: AudioDevices::new(start.devices, start.outputs),
            checking_microphone: false,
            testing_microphone: false,
            panel: None,
            do_not_disturb: None,
            notice: None,
            last_dialled: None,
            suggested: start.suggested,
            farewell: None,
            playing: None,
            notified: None,
            awake: false,
            page: PageState { secure: start.secure, hidden: false, sound: None, notifications: None },
        };
        if let Some(token) = start.token {
            phone.session = Session::Resuming { token };
            phone.connection.open(start.now, false, &mut phone.effects);
        }
        phone
    }

    /// Takes in what has happened.
    pub fn handle(&mut self, now: Time, input: Input) {
        match input {
            Input::Intent(intent) => self.intent(now, intent),
            Input::Socket { connection, event } => {
                if self.connection.is_current(connection) {
                    self.socket(now, event);
                }
            }
            Input::Peer { generation, event } => {
                let in_call = self.in_call();
                let say = self.leg.peer(now, in_call, generation, event, &mut self.effects);
                if let Some(message) = say.filter(|_| self.is_on()) {
                    self.connection.send(message, &mut self.effects);
                }
            }
            Input::Microphone { acquisition, result } => self.microphone_answered(acquisition, result),
            Input::MicrophoneEnded => self.microphone_gone(),
            Input::Devices(list) => self.devices.listed(list),
            Input::OutputRefused(role) => self.devices.refused(role),
            Input::DevicesChanged => {
                self.effects.push_back(Effect::ListDevices);
                // A refusal stays one, however many headsets are plugged in.
                if self.microphone.failure() != Some(FailureCode::MicrophoneDenied) {
                    self.microphone.try_again();
                }
            }
            Input::Page(event) => self.page_event(now, event),
        }
        self.settle(now);
    }

    /// When [`Self::handle_timeout`] has to be called, unless something happens earlier.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Time> {
        let farewell = self.farewell.map(|(_, until)| until);
        [
            self.connection.next_timeout(),
            self.leg.next_timeout(),
            self.calls.next_timeout(),
            self.agents.next_timeout(),
            farewell,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Time) {
        let in_call = self.in_call();
        if self.connection.handle_timeout(now, in_call, &mut self.effects) == Timeout::Broken {
            self.connection_broken(now);
        }
        self.leg.handle_timeout(now, in_call, &mut self.effects);
        self.calls.handle_timeout(now);
        self.agent_timeout(now);
        self.farewell.take_if(|(_, until)| *until <= now);
        self.settle(now);
    }

    /// The next thing to be done by the browser, in order.
    pub fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The phone as its user sees it.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        view::snapshot(self)
    }

    /// Why the user may not call that number. The relay would say the same, but only after the microphone is on.
    fn blocked(&self, number: &DialString) -> Option<Failure> {
        let reason = self.dial_plan.as_ref()?.preview(number).blocked?;
        Some(Failure::with_detail(FailureCode::NumberBlocked, reason))
    }

    fn is_on(&self) -> bool {
        matches!(self.session, Session::On { .. })
    }

    /// Whether a call is up or under way, as far as this page knows.
    fn in_call(&self) -> bool {
        !self.calls.wanted.is_empty()
            || self.relay.as_ref().is_some_and(|relay| relay.live_calls().next().is_some())
    }

    fn page_event(&mut self, now: Time, event: PageEvent) {
        match event {
            PageEvent::Online | PageEvent::Returned => self.look_after_connection(now),
            PageEvent::Shown => {
                self.page.hidden = false;
                self.look_after_connection(now);
            }
            PageEvent::Hidden => self.page.hidden = true,
            PageEvent::Leaving => self.leave(),
            PageEvent::SoundBlocked => self.page.sound = Some(false),
            PageEvent::SoundAllowed => self.page.sound = Some(true),
            PageEvent::MicrophonePermission(permission) => {
                self.microphone.permitted(permission);
                // With the permission come the names of the devices.
                if permission == Permission::Granted {
                    self.effects.push_back(Effect::ListDevices);
                }
            }
            PageEvent::NotificationPermission(permission) => self.page.notifications = Some(permission),
        }
    }

    fn look_after_connection(&mut self, now: Time) {
        let wanted = matches!(self.session, Session::On { .. } | Session::Resuming { .. });
        if wanted && !self.connection.hurry(now) {
            if self.connection.is_idle() {
                self.connection.open(now, self.in_call(), &mut self.effects);
            } else {
                self.connection.probe(now, &mut self.effects);
            }
        }
    }

    /// The relay learns at once that the microphone is gone, and keeps the call for the page that comes next.
    fn leave(&mut self) {
        if let Some(generation) = self.leg.close(&mut self.effects)
            && self.is_on()
        {
            self.connection.send(ClientMessage::MediaClosed { generation }, &mut self.effects);
        }
        self.connection.close(&mut self.effects);
        self.must_resume();
    }

    fn must_resume(&mut self) {
        if let Session::On { token } = &self.session {
            self.session = Session::Resuming { token: token.clone() };
        }
    }

    fn connection_broken(&mut self, now: Time) {
        self.must_resume();
        match self.session {
            Session::Resuming { .. } => {
                let in_call = self.in_call();
                self.leg.disconnected(&mut self.effects);
                self.connection.retry(now, in_call, &mut self.effects);
            }
            Session::SigningIn { .. } => self.sign_out(Some(FailureCode::RelayUnreachable.into())),
            Session::SignedOut { .. } | Session::On { .. } | Session::Outdated => {
                self.connection.close(&mut self.effects);
            }
        }
    }

    /// Back to the sign-in page.
    fn sign_out(&mut self, failure: Option<Failure>) {
        self.leg.close(&mut self.effects);
        self.connection.close(&mut self.effects);
        self.session = Session::SignedOut { failure };
        self.relay = None;
        self.dial_plan = None;
        self.clock.reset();
        self.requests.clear();
        self.calls.clear();
        self.agents = Agents::default();
        self.checking_microphone = false;
        self.testing_microphone = false;
        self.panel = None;
        self.do_not_disturb = None;
        self.notice = None;
        self.last_dialled = None;
        self.farewell = None;
        self.effects.push_back(Effect::ForgetToken);
    }

    fn microphone_answered(&mut self, acquisition: AcquisitionId, result: Result<(), FailureCode>) {
        match (self.microphone.answered(acquisition, result), result) {
            (Answered::Late, _) | (Answered::Kept, Ok(())) => return,
            (Answered::Kept, Err(code)) => {
                self.notice = Some(Notice::new(code));
                return;
            }
            (Answered::Last, _) => {}
        }
        self.devices.microphone_answered(result.is_ok());
        let checking = std::mem::take(&mut self.checking_microphone);
        match result {
            Ok(()) => {
                self.drop_microphone_notices();
                if !self.devices.is_named() {
                    self.effects.push_back(Effect::ListDevices);
                }
            }
            Err(code) => {
                let testing = std::mem::take(&mut self.testing_microphone);
                self.microphone_failed(code, checking || testing);
            }
        }
    }

    /// Brings all that is derived from the state up to date.
    fn settle(&mut self, now: Time) {
        self.settle_panel();
        self.see_joined_calls();
        self.settle_agent(now);
        let wanted = self.needs_microphone();
        if !wanted {
            self.devices.microphone_off();
        }
        let need = Need {
            wanted,
            enabled: self.is_heard(),
            peer: self.leg.generation(),
            device: self.devices.used(DeviceRole::Microphone),
            measured: self.testing_microphone,
        };
        self.microphone.settle(&need, &mut self.effects);
        self.devices.settle(&mut self.effects);
        if self.microphone.is_live() {
            self.start_waiting_calls(now);
        }
        let sound = self.sound();
        if self.playing != sound {
            self.playing = sound;
            self.effects.push_back(Effect::Play(sound));
        }
        self.settle_notification();
        let awake = matches!(self.session, Session::On { .. } | Session::Resuming { .. });
        if self.awake != awake {
            self.awake = awake;
            self.effects.push_back(Effect::StayAwake(awake));
        }
    }

    /// A panel goes with what it is about, and the test of the microphone with its panel.
    fn settle_panel(&mut self) {
        let stays = match self.panel {
            None => true,
            Some(Panel::Settings) => true,
            Some(Panel::NewCall) => self.in_call(),
            Some(Panel::Transfer(key)) => view::can_transfer(self, key),
            Some(Panel::Agent(panel)) => self.has_agent_panel(panel),
        };
        if !stays {
            self.panel = None;
        }
        self.testing_microphone &= self.panel == Some(Panel::Settings);
    }

    fn has_agent_panel(&self, panel: AgentPanel) -> bool {
        let agent = self.relay.as_ref().and_then(|relay| relay.agent.as_ref());
        agent.is_some_and(|agent| match panel {
            AgentPanel::State => !agent.status.choices.is_empty(),
            AgentPanel::Team => !agent.status.supervises.is_empty(),
            AgentPanel::Queues | AgentPanel::Messages | AgentPanel::Day => true,
        })
    }

    /// Whether the user has asked for the end of that call.
    fn ends(&self, id: CallId) -> bool {
        self.calls.entry(id).is_some_and(|entry| entry.ending)
    }

    /// A page in front shows the call itself.
    fn settle_notification(&mut self) {
        let incoming = self
            .relay
            .iter()
            .flat_map(|relay| &relay.calls)
            .find(|call| call.state == CallState::Ringing && !self.ends(call.id))
            .and_then(|call| self.calls.entry(call.id))
            .map(|entry| entry.key);
        if self.notified.is_some() && self.notified != incoming {
            self.notified = None;
            self.effects.push_back(Effect::WithdrawNotification);
        }
        if self.page.hidden && self.notified.is_none() && incoming.is_some() {
            self.notified = incoming;
            self.effects.extend(incoming.map(Effect::Notify));
        }
    }
}
