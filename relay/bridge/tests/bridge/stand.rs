//! A bridge with two users, and what its shell would see.

use sidetone_bridge::{
    Bridge, BrowserEvent, BrowserLegId, ClientId, Command, FarEvent, FarLegId, IncomingCall, LegEnd,
    LineSettings, Millis, NewUser, Refusal, Settings, UserId,
};
use sidetone_protocol::{
    Alert, Call, CallId, ClientMessage, Codec, Event, FailureCode, LineState, MediaGeneration, Party,
    RelayMessage, RequestId, Snapshot, User, Watched, WatchedState,
};

pub(crate) const ALICE: UserId = UserId(1);
pub(crate) const TAB: ClientId = ClientId(11);
pub(crate) const OTHER_TAB: ClientId = ClientId(12);

pub(crate) struct Stand {
    pub(crate) bridge: Bridge,
    pub(crate) now: Millis,
    pub(crate) done: Vec<Command>,
    requests: u64,
}

impl Stand {
    /// Alice exists and nobody is signed in.
    pub(crate) fn new() -> Self {
        Self::with_line(LineSettings::default())
    }

    pub(crate) fn with_line(line: LineSettings) -> Self {
        let mut bridge = Bridge::new(Settings::default());
        let profile = User { name: "alice".into(), display_name: "Alice".into(), extension: "1001".into() };
        let bob =
            Watched { number: "2002".parse().unwrap(), name: "Bob".into(), state: WatchedState::Unknown };
        bridge.add_user(ALICE, NewUser { line, watched: vec![bob], ..NewUser::new(profile) });
        Self { bridge, now: 1_000_000, done: Vec::new(), requests: 0 }
    }

    /// Alice has one tab with audio, and her line is ready.
    pub(crate) fn ready() -> Self {
        Self::ready_with(LineSettings::default())
    }

    pub(crate) fn ready_with(line: LineSettings) -> Self {
        let mut stand = Self::with_line(line);
        stand.attach(TAB);
        stand.bridge.line_changed(ALICE, LineState::Ready);
        stand.offer(TAB, 1, false);
        stand.media_connects();
        stand.drain();
        stand
    }

    pub(crate) fn attach(&mut self, tab: ClientId) -> Snapshot {
        self.bridge.attach(self.now, ALICE, tab).expect("alice is known")
    }

    pub(crate) fn say(&mut self, tab: ClientId, message: ClientMessage) {
        self.bridge.message(self.now, tab, message);
    }

    pub(crate) fn request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// Says something that is answered at once, and names the answer.
    pub(crate) fn ask(
        &mut self,
        message: impl FnOnce(RequestId) -> ClientMessage,
    ) -> Result<Option<CallId>, FailureCode> {
        let request = self.begin(message);
        self.answer_to(request).expect("the request was answered")
    }

    /// Says something that may be answered later.
    pub(crate) fn begin(&mut self, message: impl FnOnce(RequestId) -> ClientMessage) -> RequestId {
        let request = self.request();
        self.say(TAB, message(request));
        request
    }

    /// The one answer to a request, if it has come.
    pub(crate) fn answer_to(&mut self, request: RequestId) -> Option<Result<Option<CallId>, FailureCode>> {
        self.drain();
        let mut answers = self.done.iter().filter_map(|command| match command {
            Command::Tell { client: TAB, message } => match message.as_ref() {
                RelayMessage::Accepted { request: of, call } if *of == request => Some(Ok(*call)),
                RelayMessage::Failed { request: Some(of), failure } if *of == request => {
                    Some(Err(failure.code))
                }
                _ => None,
            },
            _ => None,
        });
        let answer = answers.next();
        assert_eq!(answers.next(), None, "answered twice");
        answer
    }

    pub(crate) fn hold(&mut self, call: CallId, held: bool) -> RequestId {
        self.begin(|request| ClientMessage::SetHeld { request, call, held })
    }

    pub(crate) fn offer(&mut self, tab: ClientId, generation: u32, take_over: bool) {
        let generation = MediaGeneration(generation);
        self.say(tab, ClientMessage::MediaOffer { generation, sdp: "offer".into(), take_over });
    }

    /// The media plane takes the newest offer and its checks succeed.
    pub(crate) fn media_connects(&mut self) -> BrowserLegId {
        let leg = self.opened_leg();
        self.bridge.browser_leg(self.now, leg, BrowserEvent::Opened { answer: "answer".into() });
        self.bridge.browser_leg(self.now, leg, BrowserEvent::Connected);
        leg
    }

    pub(crate) fn opened_leg(&mut self) -> BrowserLegId {
        self.drain();
        self.done
            .iter()
            .rev()
            .find_map(|command| match command {
                Command::OpenBrowserLeg { leg, .. } => Some(*leg),
                _ => None,
            })
            .expect("an offer went to the media plane")
    }

    pub(crate) fn dial(&mut self, number: &str) -> FarLegId {
        let request = self.request();
        self.say(TAB, ClientMessage::Dial { request, target: number.parse().unwrap() });
        self.drain();
        self.done
            .iter()
            .rev()
            .find_map(|command| match command {
                Command::Dial { leg, .. } => Some(*leg),
                _ => None,
            })
            .expect("the call went out")
    }

    pub(crate) fn incoming(&mut self) -> Result<FarLegId, Refusal> {
        self.incoming_with(Alert::default())
    }

    pub(crate) fn incoming_with(&mut self, alert: Alert) -> Result<FarLegId, Refusal> {
        let caller = Party { number: "2002".into(), name: Some("Bob".into()) };
        self.bridge.incoming(self.now, IncomingCall { user: ALICE, caller, alert })
    }

    /// A call comes in, and Alice answers it.
    pub(crate) fn answered_call(&mut self) -> FarLegId {
        let leg = self.incoming().expect("it rings");
        let call = self.call_on(leg);
        self.ask(|request| ClientMessage::Answer { request, call }).expect("it can be answered");
        self.far(leg, FarEvent::Confirmed { codec: Codec::Opus });
        leg
    }

    /// The call that was made with this leg.
    pub(crate) fn call_on(&self, leg: FarLegId) -> CallId {
        // Call and leg ids are counted together: a call's leg has the number after it.
        CallId(leg.0 - 1)
    }

    pub(crate) fn call(&mut self, id: CallId) -> Call {
        let calls = self.calls(TAB);
        calls.iter().find(|call| call.id == id).cloned().unwrap_or_else(|| panic!("no {id} in {calls:?}"))
    }

    /// The other side agrees to hold or to resume.
    pub(crate) fn agrees(&mut self, leg: FarLegId, held: bool) {
        let asked = Command::Hold { leg, held };
        self.drain();
        assert!(self.done.contains(&asked), "never asked for {asked:?}");
        self.far(leg, FarEvent::HoldDone { held });
        self.drain();
    }

    pub(crate) fn connected_call(&mut self) -> FarLegId {
        let leg = self.dial("2002");
        self.far(leg, FarEvent::Answered { codec: Codec::Pcmu });
        self.drain();
        leg
    }

    pub(crate) fn far(&mut self, leg: FarLegId, event: FarEvent) {
        self.bridge.far_leg(self.now, leg, event);
    }

    pub(crate) fn far_hangs_up(&mut self, leg: FarLegId) {
        self.far(leg, FarEvent::Ended { end: LegEnd::Party });
    }

    /// Lets time pass, with every timer firing when it is due.
    pub(crate) fn pass(&mut self, millis: Millis) {
        let end = self.now + millis;
        while let Some(at) = self.bridge.next_timeout().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.bridge.handle_timeout(self.now);
        }
        self.now = end;
    }

    /// The calls as a tab sees them now.
    pub(crate) fn calls(&mut self, tab: ClientId) -> Vec<Call> {
        self.attach(tab).calls
    }

    pub(crate) fn the_call(&mut self) -> Call {
        let mut calls = self.calls(TAB);
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }

    pub(crate) fn call_id(&mut self) -> CallId {
        self.the_call().id
    }

    /// What was asked of the shell since the last look; all of it stays in `done`.
    pub(crate) fn drain(&mut self) -> Vec<Command> {
        let new: Vec<Command> = std::iter::from_fn(|| self.bridge.next_command()).collect();
        self.done.extend(new.iter().cloned());
        new
    }

    /// What a tab was told since the last look.
    pub(crate) fn told(&mut self, tab: ClientId) -> Vec<RelayMessage> {
        self.drain()
            .into_iter()
            .filter_map(|command| match command {
                Command::Tell { client, message } if client == tab => Some(*message),
                _ => None,
            })
            .collect()
    }
}

pub(crate) fn states(told: &[RelayMessage]) -> Vec<&sidetone_protocol::CallState> {
    told.iter()
        .filter_map(|message| match message {
            RelayMessage::Event { event: Event::CallChanged { call } } => Some(&call.state),
            _ => None,
        })
        .collect()
}
