//! One phone with the test as its user, its browser and its relay.

use sidetone_client::phone::{
    AcquisitionId, AudioDevice, AudioKind, ChosenDevices, ConnectionId, Effect, Input, OutputChoice,
    PageEvent, PeerEvent, Phone, SocketEvent, Start, Time,
};
use sidetone_protocol::agent::{self, AgentAction, AgentEvent};
use sidetone_protocol::*;
use sidetone_skins::snapshot::{AgentView, CallKey, CallView, Device};
use sidetone_skins::{AgentIntent, Intent, Password, Snapshot as View};

pub(crate) const HEARTBEAT_MS: u64 = 10_000;
/// The relay's clock is far from the page's.
pub(crate) const RELAY_EPOCH: u64 = 1_700_000_000_000;
pub(crate) const ALICE_CALLS: CallId = CallId(41);
/// A second call.
pub(crate) const BOB_CALLS: CallId = CallId(42);

pub(crate) struct Rig {
    pub(crate) phone: Phone,
    pub(crate) now: Time,
    /// Everything the phone has asked of the browser since it was last looked at.
    effects: Vec<Effect>,
    /// What the phone has said to the relay since it was last looked at.
    said: Vec<ClientMessage>,
    pub(crate) socket: Option<ConnectionId>,
    pub(crate) peer: Option<MediaGeneration>,
    pub(crate) asked_for_microphone: Option<AcquisitionId>,
    last_request: Option<RequestId>,
    relay_seq: u64,
    /// What the browser lists, where it is asked.
    pub(crate) devices: Vec<AudioDevice>,
    /// Whether the relay answers pings, and nobody looks at them.
    pub(crate) alive: bool,
}

impl Rig {
    /// A page that has just been loaded, with the token of an earlier one or without.
    pub(crate) fn load(token: Option<&str>) -> Self {
        Self::load_with(token, ChosenDevices::default())
    }

    /// The same, in a browser where devices were chosen before.
    pub(crate) fn load_with(token: Option<&str>, devices: ChosenDevices) -> Self {
        let now = Time(100);
        let phone = Phone::new(Start {
            now,
            epoch_ms: 5_000,
            seed: 1,
            token: token.map(|token| SessionToken(token.into())),
            suggested: None,
            devices,
            outputs: OutputChoice { speaker: true, ringer: true },
            secure: true,
        });
        let mut rig = Self {
            phone,
            now,
            effects: Vec::new(),
            said: Vec::new(),
            socket: None,
            peer: None,
            asked_for_microphone: None,
            last_request: None,
            relay_seq: 0,
            devices: vec![input("built-in"), output("speakers")],
            alive: true,
        };
        rig.collect();
        rig
    }

    /// Signed in, the warm leg up, nothing else.
    pub(crate) fn ready() -> Self {
        let mut rig = Self::load(None);
        rig.sign_in();
        rig.greet();
        rig.signed_in(snapshot(vec![], MediaHolder::Nobody));
        rig.media_comes_up();
        rig.forget();
        rig
    }

    /// In an outbound call that has been answered.
    pub(crate) fn talking() -> Self {
        Self::ready().talk()
    }

    /// The same for a contact-centre agent.
    pub(crate) fn agent(agent: agent::Agent) -> Self {
        Self::agent_with(agent, vec![])
    }

    /// The same with calls.
    pub(crate) fn agent_with(agent: agent::Agent, calls: Vec<Call>) -> Self {
        let mut rig = Self::load(None);
        rig.sign_in();
        rig.greet();
        let agent = Some(Box::new(agent));
        rig.signed_in(Snapshot { agent, ..snapshot(calls, MediaHolder::Nobody) });
        rig.media_comes_up();
        rig.forget();
        rig
    }

    /// Talking to Bob, with the first call on hold.
    pub(crate) fn holding() -> Self {
        let mut rig = Self::talking();
        rig.dial("1003");
        rig.accept_last_as(BOB_CALLS);
        rig.change(held(answered(outbound(CallState::Connected))));
        rig.change(answered(second(CallState::Connected)));
        rig.forget();
        rig
    }

    /// The same phone in an outbound call that has been answered.
    pub(crate) fn talk(self) -> Self {
        let mut rig = self;
        rig.dial("1002");
        rig.microphone(Ok(()));
        rig.accept_last();
        rig.change(outbound(CallState::Dialing));
        rig.change(answered(outbound(CallState::Connected)));
        rig.forget();
        rig
    }

    /// What the contact centre shows.
    pub(crate) fn agent_view(&self) -> AgentView {
        *self.view().agent.expect("the user is an agent")
    }

    /// Only what was asked of the contact centre since the last look.
    pub(crate) fn asked_of_contact_centre(&mut self) -> Vec<AgentAction> {
        let actions = self.said().into_iter().filter_map(|message| match message {
            ClientMessage::Agent { action, .. } => Some(action),
            _ => None,
        });
        actions.collect()
    }

    pub(crate) fn agent_event(&mut self, event: AgentEvent) {
        self.event(Event::Agent(Box::new(event)));
    }

    pub(crate) fn agent_intent(&mut self, intent: AgentIntent) {
        self.intent(Intent::Agent(intent));
    }

    pub(crate) fn view(&self) -> View {
        self.phone.snapshot()
    }

    /// The call that the relay names so.
    pub(crate) fn call_of(&self, party: &str) -> CallView {
        let calls = self.view().calls;
        calls.iter().find(|call| call.number == party).unwrap_or_else(|| panic!("{calls:?}")).clone()
    }

    /// The only call there is.
    pub(crate) fn call(&self) -> CallView {
        let mut calls = self.view().calls;
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }

    pub(crate) fn key(&self) -> CallKey {
        self.call().key
    }

    /// What the phone has said since the last look.
    pub(crate) fn said(&mut self) -> Vec<ClientMessage> {
        std::mem::take(&mut self.said)
    }

    /// What else the phone has asked for since the last look.
    pub(crate) fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub(crate) fn forget(&mut self) {
        self.said.clear();
        self.effects.clear();
    }

    // The user.

    pub(crate) fn intent(&mut self, intent: Intent) {
        self.input(Input::Intent(intent));
    }

    pub(crate) fn sign_in(&mut self) {
        self.intent(Intent::SignIn { user: "alice".into(), password: Password("secret".into()) });
    }

    pub(crate) fn dial(&mut self, number: &str) {
        self.intent(Intent::Dial { number: number.into() });
    }

    // The browser.

    pub(crate) fn input(&mut self, input: Input) {
        self.phone.handle(self.now, input);
        self.collect();
    }

    pub(crate) fn page(&mut self, event: PageEvent) {
        self.input(Input::Page(event));
    }

    pub(crate) fn peer_event(&mut self, event: PeerEvent) {
        let generation = self.peer.expect("there is a peer connection");
        self.input(Input::Peer { generation, event });
    }

    pub(crate) fn microphone(&mut self, result: Result<(), FailureCode>) {
        let acquisition = self.asked_for_microphone.take().expect("the microphone was asked for");
        self.input(Input::Microphone { acquisition, result });
    }

    fn socket(&mut self, event: SocketEvent) {
        let connection = self.socket.expect("there is a socket");
        self.input(Input::Socket { connection, event });
    }

    pub(crate) fn close_socket(&mut self) {
        self.socket(SocketEvent::Closed);
    }

    /// Lets time pass, with all that falls due in it.
    pub(crate) fn advance(&mut self, milliseconds: u64) {
        let end = self.now + milliseconds;
        while let Some(due) = self.phone.next_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.phone.handle_timeout(self.now);
            self.collect();
        }
        self.now = end;
    }

    // The relay.

    pub(crate) fn frame(&mut self, seq: u64, message: RelayMessage) {
        self.relay_seq = seq;
        self.socket(SocketEvent::Received(Box::new(RelayFrame { seq, message })));
    }

    pub(crate) fn relay(&mut self, message: RelayMessage) {
        self.frame(self.relay_seq + 1, message);
    }

    pub(crate) fn greet(&mut self) {
        self.relay_seq = 0;
        self.socket(SocketEvent::Opened);
        let heartbeat_ms = u32::try_from(HEARTBEAT_MS).unwrap();
        self.relay(RelayMessage::Welcome { version: PROTOCOL_VERSION, heartbeat_ms });
    }

    pub(crate) fn signed_in(&mut self, snapshot: Snapshot) {
        self.signed_in_with(snapshot, None);
    }

    /// The same, for a user whose numbers are dialled by this plan.
    pub(crate) fn signed_in_with(&mut self, snapshot: Snapshot, dial_plan: Option<DialPlan>) {
        let token = SessionToken(format!("token-{}", self.now.0));
        let dial_plan = dial_plan.map(Box::new);
        self.relay(RelayMessage::SignedIn { token, grace_ms: 60_000, snapshot, dial_plan });
    }

    /// The new socket is greeted and the session goes on.
    pub(crate) fn resume(&mut self, snapshot: Snapshot) {
        self.greet();
        self.signed_in(snapshot);
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.relay(RelayMessage::Event { event });
    }

    pub(crate) fn change(&mut self, call: Call) {
        self.event(Event::CallChanged { call });
    }

    pub(crate) fn media_comes_up(&mut self) {
        self.peer_event(PeerEvent::Offered { sdp: "offer".into() });
        let generation = self.peer.expect("there is a peer connection");
        self.relay(RelayMessage::MediaAnswer { generation, sdp: "answer".into() });
        self.event(Event::MediaHolderChanged { media: MediaHolder::Here });
        self.peer_event(PeerEvent::Connected);
    }

    /// The request that was made last.
    pub(crate) fn last_request(&self) -> RequestId {
        self.last_request.expect("a request was made")
    }

    pub(crate) fn accept_last(&mut self) {
        self.accept_last_as(ALICE_CALLS);
    }

    pub(crate) fn accept_last_as(&mut self, call: CallId) {
        let request = self.last_request();
        self.relay(RelayMessage::Accepted { request, call: Some(call) });
    }

    pub(crate) fn refuse_last(&mut self, code: FailureCode) {
        let request = Some(self.last_request());
        self.relay(RelayMessage::Failed { request, failure: code.into() });
    }

    fn collect(&mut self) {
        let mut pings = Vec::new();
        let mut listings = 0;
        while let Some(effect) = self.phone.next_effect() {
            match effect {
                Effect::Send { connection, frame } => {
                    assert_eq!(Some(connection), self.socket, "said on a socket that is closed");
                    match frame.message {
                        ClientMessage::Ping { nonce } if self.alive => pings.push(nonce),
                        message => {
                            self.last_request = message.request().or(self.last_request);
                            self.said.push(message);
                        }
                    }
                }
                Effect::ListDevices => listings += 1,
                effect => {
                    match &effect {
                        Effect::OpenSocket(id) => self.socket = Some(*id),
                        Effect::CloseSocket(_) => self.socket = None,
                        Effect::OpenPeer(generation) => self.peer = Some(*generation),
                        Effect::ClosePeer(_) => self.peer = None,
                        Effect::AcquireMicrophone { acquisition, .. } => {
                            self.asked_for_microphone = Some(*acquisition);
                        }
                        Effect::ReleaseMicrophone => self.asked_for_microphone = None,
                        _ => {}
                    }
                    self.effects.push(effect);
                }
            }
        }
        for _ in 0..listings {
            self.input(Input::Devices(self.devices.clone()));
        }
        for nonce in pings {
            let now_ms = RELAY_EPOCH + self.now.0 - 100;
            self.relay(RelayMessage::Pong { nonce, now_ms });
        }
    }
}

pub(crate) fn snapshot(calls: Vec<Call>, media: MediaHolder) -> Snapshot {
    Snapshot {
        user: User { name: "alice".into(), display_name: "Alice".into(), extension: "1001".into() },
        line: Line { state: LineState::Ready },
        calls,
        features: Features::default(),
        watched: vec![],
        last_dialled: None,
        agent: None,
        media,
        now_ms: RELAY_EPOCH,
    }
}

fn call(direction: Direction, party: &str, state: CallState) -> Call {
    Call {
        id: ALICE_CALLS,
        direction,
        party: Party { number: party.into(), name: None },
        state,
        muted: false,
        hold: Hold::default(),
        alert: Alert::default(),
        consults_for: None,
        conference: None,
        pbx_conference: None,
        transfer: None,
        codec: None,
        started_at_ms: RELAY_EPOCH,
        answered_at_ms: None,
    }
}

/// A call that Alice made.
pub(crate) fn outbound(state: CallState) -> Call {
    call(Direction::Outbound, "1002", state)
}

/// A call that Alice gets.
pub(crate) fn inbound(state: CallState) -> Call {
    call(Direction::Inbound, "1003", state)
}

/// A second call that Alice made.
pub(crate) fn second(state: CallState) -> Call {
    Call { id: BOB_CALLS, ..call(Direction::Outbound, "1003", state) }
}

/// The same call, put on hold by Alice.
pub(crate) fn held(call: Call) -> Call {
    Call { hold: Hold { by_user: true, by_party: false }, ..call }
}

fn device(kind: AudioKind, name: &str) -> AudioDevice {
    AudioDevice { kind, device: Device { id: format!("id of {name}"), label: name.into() } }
}

pub(crate) fn input(name: &str) -> AudioDevice {
    device(AudioKind::Input, name)
}

pub(crate) fn output(name: &str) -> AudioDevice {
    device(AudioKind::Output, name)
}

/// The same call, answered the moment the snapshot was taken.
pub(crate) fn answered(call: Call) -> Call {
    Call { answered_at_ms: Some(RELAY_EPOCH), ..call }
}

pub(crate) fn ended_by(reason: EndReason) -> CallState {
    CallState::Ended { reason }
}

pub(crate) fn failed(code: FailureCode) -> CallState {
    ended_by(EndReason::Failed { failure: code.into() })
}

/// An agent who is ready, in a team of her own; her reasons are lunch and training.
pub(crate) fn ada() -> agent::Agent {
    let reason = |id: &str, label: &str| agent::Reason { id: id.into(), label: label.into() };
    agent::Agent {
        status: status(agent::AgentStateKind::Ready),
        not_ready_reasons: vec![reason("11", "Lunch"), reason("12", "Training")],
        sign_out_reasons: vec![],
        wrap_up_reasons: vec!["Sale".into(), "Complaint".into()],
        dialogs: vec![],
        teams: vec![],
        queues: vec![],
        messages: vec![],
        day: agent::Day::default(),
    }
}

/// Her status in that state.
pub(crate) fn status(state: agent::AgentStateKind) -> agent::AgentStatus {
    use agent::StateChoice::{NotReady, Ready, SignOut};
    agent::AgentStatus {
        id: "70001".into(),
        name: "Ada".into(),
        extension: "1001".into(),
        platform: agent::Platform::Ucce,
        service: agent::AgentService::Up,
        presence: agent::Presence::SignedIn,
        state,
        reason: None,
        since_ms: RELAY_EPOCH,
        pending: None,
        choices: vec![Ready, NotReady, SignOut],
        can_dial: true,
        cannot_dial: None,
        team: Some(agent::Team { id: "81".into(), name: "Billing".into() }),
        supervises: vec![],
        can_call_for_help: true,
        failure: None,
    }
}

/// A call as the contact centre knows it: it came through a queue and is up.
pub(crate) fn dialog(id: &str, call: Option<CallId>) -> agent::AgentDialog {
    use agent::DialogCommand::{Consult, Drop, Hold, SendDtmf, UpdateCallData};
    let part = |number: &str, agent| agent::DialogParticipant {
        number: number.into(),
        agent,
        state: agent::ParticipantState::Active,
    };
    agent::AgentDialog {
        id: id.into(),
        call,
        direction: Direction::Inbound,
        kind: "ACD_IN".into(),
        number: "1003".into(),
        queue: Some("Sales".into()),
        dialled: Some("6200".into()),
        state: agent::ParticipantState::Active,
        actions: vec![Hold, Drop, UpdateCallData, Consult, SendDtmf],
        participants: vec![part("1003", false), part("1001", true)],
        variables: vec![("callVariable1".into(), "gold".into())],
        wrap_up: vec![],
        wrap_up_rule: agent::WrapUpRule::Required,
        preview: None,
        callback: None,
        started_at_ms: RELAY_EPOCH,
        state_since_ms: RELAY_EPOCH,
    }
}
