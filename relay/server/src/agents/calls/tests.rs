//! An agent's calls from end to end, without sockets: the real bridge, and a contact centre that does what Finesse's documents say.

mod contact_centre;
mod days_work;
mod random_days;

use super::{AgentCalls, Deed, Place};
use contact_centre::ContactCentre;
use sidetone_bridge::{
    Bridge, BrowserEvent, ClientId, Command, FarEvent, FarLegId, IncomingCall, LegEnd, NewUser, Settings,
    UserId,
};
use sidetone_finesse::model::{AgentState, DialogId, User};
use sidetone_finesse::session::{Ask, Error, Presence, Service, View};
use sidetone_protocol::dial_plan::DialPlan;
use sidetone_protocol::{
    Alert, Call, CallId, CallState, ClientMessage, Codec, FailureCode, LineState, MediaGeneration, Party,
    RelayMessage, RequestId, User as Profile,
};

const ALICE: UserId = UserId(1);
const TAB: ClientId = ClientId(11);
const OWN: &str = "6101";

/// Alice is an agent, is signed in, and has a tab with audio.
struct Stand {
    bridge: Bridge,
    calls: AgentCalls,
    view: View,
    plan: DialPlan,
    centre: ContactCentre,
    now: u64,
    requests: u64,
    /// Which way round Finesse and the telephone system tell of the same.
    sip_first: bool,
    /// Everything the bridge asked its shell for.
    commands: Vec<Command>,
    ended: Vec<FarLegId>,
    /// What Finesse was asked for and has done.
    asked: Vec<Ask>,
    answers: Vec<RelayMessage>,
    shown: Vec<DialogId>,
}

impl Stand {
    fn new(sip_first: bool) -> Self {
        let mut bridge = Bridge::new(Settings::default());
        let profile = Profile { name: "alice".into(), display_name: "Alice".into(), extension: OWN.into() };
        bridge.add_user(ALICE, NewUser::new(profile));
        let now = 1_000_000;
        bridge.attach(now, ALICE, TAB).expect("alice is known");
        bridge.line_changed(ALICE, LineState::Ready);
        let offer = ClientMessage::MediaOffer {
            generation: MediaGeneration(1),
            sdp: "offer".into(),
            take_over: false,
        };
        bridge.message(now, TAB, offer);
        let opened = std::iter::from_fn(|| bridge.next_command()).find_map(|command| match command {
            Command::OpenBrowserLeg { leg, .. } => Some(leg),
            _ => None,
        });
        let browser = opened.expect("the offer went to the media plane");
        bridge.browser_leg(now, browser, BrowserEvent::Opened { answer: "answer".into() });
        bridge.browser_leg(now, browser, BrowserEvent::Connected);
        let user = User { extension: OWN.into(), state: AgentState::NotReady, ..User::default() };
        let view = View {
            user: Some(user),
            service: Service::Up,
            presence: Presence::SignedIn,
            can_dial: true,
            ..View::default()
        };
        Self {
            bridge,
            calls: AgentCalls::new(OWN),
            view,
            plan: DialPlan::default(),
            centre: ContactCentre::default(),
            now,
            requests: 0,
            sip_first,
            commands: Vec::new(),
            ended: Vec::new(),
            asked: Vec::new(),
            answers: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// Hands something to the machine under test with what it needs.
    fn with<T>(&mut self, act: impl FnOnce(&mut AgentCalls, &mut Bridge, Place<'_>) -> T) -> T {
        let Self { bridge, calls, view, plan, now, centre, .. } = self;
        centre.now = *now;
        let place = Place { now: *now, user: ALICE, view, plan, dial_by_finesse: true };
        act(calls, bridge, place)
    }

    /// As the event loop does: everything is carried out until nothing is left.
    fn settle(&mut self) {
        for _ in 0..200 {
            while let Some(command) = self.bridge.next_command() {
                self.shell(command);
            }
            if self.bridge.next_settled().is_some() {
                self.with(AgentCalls::look);
            } else if let Some(deed) = self.calls.next_deed() {
                match deed {
                    Deed::Ask { route, ask } => {
                        let result = self.finesse(&ask);
                        self.with(|calls, bridge, place| calls.done(bridge, place, route, &result));
                    }
                    Deed::Answer { client: _, message } => self.answers.push(*message),
                    Deed::Show(dialog) => self.shown.push(dialog),
                }
            } else {
                return self.check();
            }
        }
        panic!("it never settles");
    }

    fn shell(&mut self, command: Command) {
        match &command {
            Command::Answer { leg } => {
                let leg = *leg;
                self.bridge.far_leg(self.now, leg, FarEvent::Confirmed { codec: Codec::Pcmu });
                self.centre.answered(leg);
                self.told_by_finesse();
            }
            Command::End { leg, .. } => {
                self.centre.left(*leg);
                self.leg_ends(*leg);
                self.told_by_finesse();
            }
            Command::Hold { leg, held } => {
                self.bridge.far_leg(self.now, *leg, FarEvent::HoldDone { held: *held });
                self.centre.held_by_phone(*leg, *held);
                if !held {
                    self.bridge.far_leg(self.now, *leg, FarEvent::PartyHold { held: false });
                }
                self.told_by_finesse();
            }
            Command::Dial { leg, target, .. } => {
                self.centre.called_by_phone(target.as_str(), *leg);
                self.bridge.far_leg(self.now, *leg, FarEvent::Answered { codec: Codec::Pcmu });
                self.told_by_finesse();
            }
            Command::TransferTo { leg, .. } => self.bridge.far_leg(self.now, *leg, FarEvent::TransferDone),
            Command::Tell { message, .. } => match message.as_ref() {
                RelayMessage::Accepted { .. } | RelayMessage::Failed { .. } => {
                    self.answers.push(*message.clone())
                }
                _ => {}
            },
            _ => {}
        }
        self.commands.push(command);
    }

    fn leg_ends(&mut self, leg: FarLegId) {
        self.ended.push(leg);
        self.bridge.far_leg(self.now, leg, FarEvent::Ended { end: LegEnd::Party });
    }

    /// Finesse has it done: the telephone system does what it is told, and both tell of it.
    fn finesse(&mut self, ask: &Ask) -> Result<(), Error> {
        let happened = self.centre.carry_out(ask, &mut self.view)?;
        self.asked.push(ask.clone());
        if self.sip_first {
            self.happens(happened);
            self.told_by_finesse();
        } else {
            self.told_by_finesse();
            self.happens(happened);
        }
        Ok(())
    }

    /// What the telephone system does on the legs to the agent's phone.
    fn happens(&mut self, happened: Vec<contact_centre::OnTheLeg>) {
        for happening in happened {
            match happening {
                contact_centre::OnTheLeg::Held(leg, held) => {
                    self.bridge.far_leg(self.now, leg, FarEvent::PartyHold { held });
                }
                contact_centre::OnTheLeg::Ended(leg) => {
                    self.leg_ends(leg);
                }
                contact_centre::OnTheLeg::CallsOwnPhone(dialog) => {
                    let leg = self.with(|calls, bridge, place| calls.incoming(bridge, place, OWN, true));
                    let leg = leg.expect("it is awaited").expect("alice is there");
                    self.centre.leg_of(&dialog, leg);
                }
            }
            while let Some(command) = self.bridge.next_command() {
                self.shell(command);
            }
            self.with(AgentCalls::look);
        }
    }

    /// The notifications come, unless there is an outage.
    fn told_by_finesse(&mut self) {
        if self.view.service != Service::Up {
            return;
        }
        let dialogs = self.centre.dialogs();
        let gone: Vec<_> =
            self.view.dialogs.keys().filter(|id| !dialogs.contains_key(*id)).cloned().collect();
        for id in gone {
            let last = self.view.dialogs.remove(&id).expect("it was there");
            self.with(|calls, bridge, place| calls.removed(bridge, place, &last));
        }
        for (id, dialog) in dialogs {
            self.view.dialogs.insert(id, dialog);
            self.with(AgentCalls::look);
        }
        self.with(AgentCalls::look);
    }

    /// A customer is offered to the agent.
    fn customer_calls(&mut self, number: &str) -> CallId {
        let dialog = self.centre.offer(number);
        if !self.sip_first {
            self.told_by_finesse();
            self.settle();
        }
        let rings = self.with(|calls, bridge, place| calls.incoming(bridge, place, number, false));
        assert_eq!(rings, None, "it answers by itself");
        let caller = Party { number: number.into(), name: None };
        let call = IncomingCall { user: ALICE, caller, alert: Alert::default() };
        let leg = self.bridge.incoming(self.now, call).expect("it rings");
        self.centre.leg_of(&dialog, leg);
        self.settle();
        self.told_by_finesse();
        self.settle();
        self.bridge.call_of(leg).expect("it is a call")
    }

    fn request(
        &mut self,
        message: impl FnOnce(RequestId) -> ClientMessage,
    ) -> Result<Option<CallId>, FailureCode> {
        self.requests += 1;
        let request = RequestId(self.requests);
        let message = message(request);
        self.with(|calls, bridge, place| calls.message(bridge, place, TAB, message));
        self.settle();
        self.pass(1_000);
        let mut answers = self.answers.iter().filter_map(|answer| match answer {
            RelayMessage::Accepted { request: of, call } if *of == request => Some(Ok(*call)),
            RelayMessage::Failed { request: Some(of), failure } if *of == request => Some(Err(failure.code)),
            _ => None,
        });
        let answer = answers.next().expect("it is answered");
        assert_eq!(answers.next(), None, "answered twice");
        answer
    }

    fn answer(&mut self, call: CallId) {
        assert_eq!(self.request(|request| ClientMessage::Answer { request, call }), Ok(Some(call)));
    }

    fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        loop {
            let bridge = self.bridge.next_timeout();
            let Some(at) = bridge.into_iter().chain(self.calls.next_timeout()).min().filter(|at| *at <= end)
            else {
                break;
            };
            self.now = at.max(self.now);
            self.bridge.handle_timeout(self.now);
            self.with(AgentCalls::look);
            self.settle();
        }
        self.now = end;
        self.centre.now = end;
    }

    /// The cards that the tab sees.
    fn cards(&mut self) -> Vec<Call> {
        self.bridge.attach(self.now, ALICE, TAB).expect("alice").calls
    }

    fn live(&mut self) -> Vec<Call> {
        self.cards().into_iter().filter(|call| !call.is_ended()).collect()
    }

    fn card(&mut self, call: CallId) -> Call {
        let cards = self.cards();
        cards.iter().find(|card| card.id == call).cloned().unwrap_or_else(|| panic!("no {call} in {cards:?}"))
    }

    /// What holds whenever nothing is under way: one card for each conversation.
    fn check(&mut self) {
        let cards = self.live();
        assert!(cards.len() <= self.centre.conversations(), "{cards:?}");
    }

    fn outage(&mut self, over: bool) {
        if over {
            // The session reads everything before it says that all works.
            self.view.dialogs = self.centre.dialogs();
        }
        self.view.service = if over {
            Service::Up
        } else {
            Service::Impaired {
                missing: sidetone_finesse::session::Missing::OutOfService,
                since_ms: self.now,
            }
        };
        self.with(AgentCalls::look);
        self.settle();
    }

    fn sent_by_sip(&self) -> usize {
        let is = |command: &&Command| {
            matches!(
                command,
                Command::Hold { .. }
                    | Command::Transfer { .. }
                    | Command::TransferTo { .. }
                    | Command::OpenMix { .. }
            )
        };
        self.commands.iter().filter(is).count()
    }

    fn heard(&self) -> Option<FarLegId> {
        let heard = self.commands.iter().fold(None, |heard, command| match command {
            Command::Connect { far, .. } => Some(*far),
            Command::Disconnect { leg } | Command::End { leg, .. } if heard == Some(*leg) => None,
            _ => heard,
        });
        heard.filter(|leg| !self.ended.contains(leg))
    }
}

fn reason(call: &Call) -> &sidetone_protocol::EndReason {
    match &call.state {
        CallState::Ended { reason } => reason,
        other => panic!("{other:?}"),
    }
}
