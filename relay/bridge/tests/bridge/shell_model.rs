//! What a shell keeps on the bridge's behalf. It refuses every command that a real one could not carry out.

use crate::stand::Stand;
use sidetone_bridge::{BrowserLegId, ClientId, Command, FarEvent, FarLegId, LegEnd, MixMember};
use sidetone_protocol::{CallId, CallState, ConferenceId, EndReason, RelayMessage, RequestId, TransferState};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(crate) struct Shell {
    pub(crate) browser: BTreeSet<BrowserLegId>,
    pub(crate) far: BTreeMap<FarLegId, Far>,
    pub(crate) connected: Option<(BrowserLegId, FarLegId)>,
    pub(crate) mixes: BTreeMap<ConferenceId, BTreeSet<MixMember>>,
    pub(crate) lines: i32,
    /// The tabs that the bridge listens to.
    pub(crate) tabs: BTreeSet<ClientId>,
    /// How often each request was sent and answered.
    pub(crate) sent: BTreeMap<(ClientId, RequestId), u32>,
    answered: BTreeMap<(ClientId, RequestId), u32>,
    pub(crate) calls: Vec<CallId>,
    /// The calls that were written down, with why they ended.
    ended: BTreeMap<CallId, EndReason>,
    /// The calls that a contact centre controls, and whether it holds them.
    pub(crate) controlled: BTreeMap<CallId, bool>,
    /// The legs that were to be held since the last look.
    held_now: Vec<FarLegId>,
}

/// A leg to another party.
pub(crate) struct Far {
    pub(crate) call: CallId,
    pub(crate) ending: bool,
    pub(crate) ringing: bool,
    pub(crate) answered: bool,
    pub(crate) hold_asked: Option<bool>,
    /// Whether it talks with us as far as it knows.
    talks: bool,
    pub(crate) transfer_asked: bool,
    /// Whether the telephone system was called for a conference.
    pub(crate) factory: bool,
}

impl Far {
    fn new(call: CallId) -> Self {
        Self {
            call,
            ending: false,
            ringing: false,
            answered: false,
            hold_asked: None,
            talks: true,
            transfer_asked: false,
            factory: false,
        }
    }
}

impl Shell {
    pub(crate) fn new_call(&mut self, leg: FarLegId) {
        let call = CallId(leg.0 - 1);
        self.calls.push(call);
        self.new_leg(leg, call);
    }

    pub(crate) fn new_leg(&mut self, leg: FarLegId, call: CallId) {
        assert!(self.far.insert(leg, Far::new(call)).is_none(), "a leg twice");
    }

    pub(crate) fn carry_out(&mut self, stand: &mut Stand) {
        self.held_now.clear();
        for command in stand.drain() {
            self.carry_out_one(command);
        }
        self.check(stand);
    }

    fn carry_out_one(&mut self, command: Command) {
        match command {
            Command::OpenBrowserLeg { leg, .. } => assert!(self.browser.insert(leg)),
            Command::CloseBrowserLeg { leg } => {
                assert!(self.browser.remove(&leg), "closed twice");
                self.connected = self.connected.filter(|(browser, _)| *browser != leg);
                self.leave_all(MixMember::Browser(leg));
            }
            Command::Dial { leg, .. } => self.new_call(leg),
            Command::CallFactory { leg, .. } => {
                self.new_call(leg);
                self.standing(leg).factory = true;
            }
            Command::TransferToRoom { leg, room } => {
                assert!(self.standing(room).answered, "sent to a conference that has not answered");
                assert_ne!(leg, room);
                self.transfer(leg);
            }
            Command::FollowTransfer { leg, new } => {
                let call = self.standing(leg).call;
                self.new_leg(new, call);
            }
            Command::Relate { leg, to } => {
                self.standing(leg);
                self.standing(to);
                assert_ne!(leg, to);
            }
            Command::RefuseTransfer { leg } => assert!(self.far.contains_key(&leg)),
            Command::End { leg, .. } => {
                let far = self.far.get_mut(&leg).expect("ended a leg that is gone");
                assert!(!std::mem::replace(&mut far.ending, true), "ended twice");
                self.unwire(leg);
            }
            Command::Connect { browser, far } => {
                assert!(self.browser.contains(&browser), "connected a closed browser");
                self.standing(far);
                assert!(self.connected.is_none_or(|pair| pair == (browser, far)), "heard two at once");
                assert!(self.mix_of(MixMember::Browser(browser)).is_none(), "heard a conference too");
                assert!(self.mix_of(MixMember::Far(far)).is_none());
                self.connected = Some((browser, far));
            }
            Command::Disconnect { leg } => {
                self.standing(leg);
                assert!(self.connected.is_some_and(|(_, far)| far == leg), "was not connected");
                self.connected = None;
            }
            Command::Alert { leg } => self.standing(leg).ringing = true,
            Command::Answer { leg } => self.standing(leg).ringing = false,
            Command::SendDtmf { leg, .. } => {
                self.standing(leg);
            }
            Command::Hold { leg, held } => {
                let far = self.standing(leg);
                assert_eq!(far.hold_asked.replace(held), None, "asked while the answer is awaited");
                self.held_now.extend(held.then_some(leg));
            }
            Command::Transfer { leg, .. } => self.transfer(leg),
            Command::TransferTo { leg, other } => {
                self.standing(other);
                assert_ne!(leg, other);
                self.transfer(leg);
            }
            Command::OpenMix { conference, .. } => {
                assert!(self.mixes.insert(conference, BTreeSet::new()).is_none(), "opened twice");
            }
            Command::JoinMix { conference, leg } => self.join(conference, leg),
            Command::LeaveMix { conference, leg } => {
                assert!(self.mixes.get_mut(&conference).expect("such a mix").remove(&leg), "was not in it");
            }
            Command::CloseMix { conference } => assert!(self.mixes.remove(&conference).is_some()),
            Command::BringUpLine { .. } => self.lines += 1,
            Command::TakeDownLine { .. } => {
                self.lines -= 1;
                self.tabs.clear();
            }
            Command::Forget { client } => {
                self.tabs.remove(&client);
            }
            Command::FeaturesChanged { .. } => {}
            Command::CallEnded { call, .. } => {
                let CallState::Ended { reason } = call.state else { panic!("not over: {call:?}") };
                self.ended.insert(call.id, reason);
            }
            Command::Tell { client, message } => match *message {
                RelayMessage::Accepted { request, .. }
                | RelayMessage::Failed { request: Some(request), .. } => {
                    *self.answered.entry((client, request)).or_default() += 1;
                }
                RelayMessage::Welcome { .. }
                | RelayMessage::SignedIn { .. }
                | RelayMessage::Snapshot { .. }
                | RelayMessage::SignedOut { .. }
                | RelayMessage::Event { .. }
                | RelayMessage::MediaAnswer { .. }
                | RelayMessage::MediaLost { .. }
                | RelayMessage::SendCodec { .. }
                | RelayMessage::Failed { request: None, .. }
                | RelayMessage::Contacts { .. }
                | RelayMessage::Pong { .. } => {}
            },
        }
    }

    /// The leg, which has to be there and not about to end.
    fn standing(&mut self, leg: FarLegId) -> &mut Far {
        let far = self.far.get_mut(&leg).expect("a leg that is gone");
        assert!(!far.ending, "a leg that is being ended");
        far
    }

    fn transfer(&mut self, leg: FarLegId) {
        let far = self.standing(leg);
        assert_eq!(far.hold_asked, None, "transferred before the hold was answered");
        assert!(!std::mem::replace(&mut far.transfer_asked, true), "transferred twice");
        assert!(self.connected.is_none_or(|(_, far)| far != leg), "transferred while the user talks");
    }

    fn join(&mut self, conference: ConferenceId, member: MixMember) {
        assert_eq!(self.mix_of(member), None, "in two conferences");
        match member {
            MixMember::Browser(leg) => {
                assert!(self.browser.contains(&leg));
                assert!(self.connected.is_none_or(|(browser, _)| browser != leg));
            }
            MixMember::Far(leg) => {
                assert!(self.standing(leg).talks, "joined while on hold");
                assert!(self.connected.is_none_or(|(_, far)| far != leg));
            }
        }
        self.mixes.get_mut(&conference).expect("such a mix").insert(member);
    }

    fn mix_of(&self, member: MixMember) -> Option<ConferenceId> {
        self.mixes.iter().find(|(_, members)| members.contains(&member)).map(|(id, _)| *id)
    }

    fn leave_all(&mut self, member: MixMember) {
        for members in self.mixes.values_mut() {
            members.remove(&member);
        }
    }

    fn unwire(&mut self, leg: FarLegId) {
        self.connected = self.connected.filter(|(_, far)| *far != leg);
        self.leave_all(MixMember::Far(leg));
    }

    pub(crate) fn end_far(&mut self, stand: &mut Stand, leg: FarLegId, end: LegEnd) {
        self.far.remove(&leg);
        self.unwire(leg);
        stand.far(leg, FarEvent::Ended { end });
    }

    /// The other side answers what it was asked for, if it was asked.
    pub(crate) fn answer_hold(&mut self, stand: &mut Stand, leg: FarLegId, agrees: bool) {
        let Some(far) = self.far.get_mut(&leg) else { return };
        let Some(held) = far.hold_asked.take() else { return };
        if agrees {
            far.talks = !held;
            stand.far(leg, FarEvent::HoldDone { held });
        } else {
            let failure = sidetone_protocol::FailureCode::HoldRefused.into();
            stand.far(leg, FarEvent::HoldRefused { held, failure });
        }
    }

    /// The other side says how the transfer went, if it was asked for one.
    pub(crate) fn answer_transfer(&mut self, stand: &mut Stand, leg: FarLegId, done: bool) {
        let Some(far) = self.far.get_mut(&leg).filter(|far| far.transfer_asked) else { return };
        far.transfer_asked = false;
        let failure = sidetone_protocol::FailureCode::TransferFailed.into();
        stand.far(leg, if done { FarEvent::TransferDone } else { FarEvent::TransferFailed { failure } });
    }

    /// What holds after every step.
    fn check(&self, stand: &Stand) {
        let mut look = stand.bridge.clone();
        let calls = look.attach(stand.now, crate::stand::ALICE, crate::stand::TAB).expect("alice").calls;
        let held = |leg: &FarLegId| {
            let id = self.far[leg].call;
            calls.iter().any(|call| call.id == id && call.hold.by_user)
        };
        if let Some((_, far)) = &self.connected {
            assert!(!held(far), "hears a call on hold: {calls:?}");
        }
        for members in self.mixes.values() {
            let user_in = members.iter().any(|member| matches!(member, MixMember::Browser(_)));
            for member in members {
                if let MixMember::Far(leg) = member {
                    assert!(!(user_in && held(leg)), "talks in a conference on hold: {calls:?}");
                }
            }
        }
        for call in calls.iter().filter(|call| call.state == CallState::Connected && !call.hold.by_user) {
            let music = call.conference.is_some() && call.hold.by_party;
            assert!(music || self.is_heard(call.id), "the user talks in a call that is not heard: {calls:?}");
        }
        for call in &calls {
            if let CallState::Ended { reason } = &call.state {
                assert_eq!(self.ended.get(&call.id), Some(reason), "not written down: {call:?}");
            }
            // What the relay has begun by SIP, it carries to its end.
            let begun = call.conference.is_some()
                || call.pbx_conference.is_some()
                || call
                    .transfer
                    .as_ref()
                    .is_some_and(|plan| !matches!(plan.state, TransferState::Failed { .. }));
            let Some(held) = self.controlled.get(&call.id).filter(|_| !begun && call.is_connected()) else {
                continue;
            };
            assert!(call.hold.by_user || !held, "shown as up while the contact centre holds it: {calls:?}");
            let asked =
                self.held_now.iter().any(|leg| self.far.get(leg).is_some_and(|far| far.call == call.id));
            assert!(!asked, "held by SIP though the contact centre controls it: {calls:?}");
        }
        for (request, answers) in &self.answered {
            assert!(*answers <= self.sent[request], "answered more often than asked");
        }
    }

    /// Whether a leg of that call and the user's browser hear each other.
    fn is_heard(&self, call: CallId) -> bool {
        let is_of_call = |leg: &FarLegId| self.far.get(leg).is_some_and(|far| far.call == call);
        self.connected.is_some_and(|(_, leg)| is_of_call(&leg))
            || self.mixes.values().any(|members| {
                let user = members.iter().any(|member| matches!(member, MixMember::Browser(_)));
                user && members.iter().any(|member| matches!(member, MixMember::Far(leg) if is_of_call(leg)))
            })
    }

    /// What holds when everybody has gone.
    pub(crate) fn check_nothing_is_left(&self) {
        assert!(self.browser.is_empty());
        assert!(self.far.is_empty());
        assert!(self.mixes.is_empty(), "{:?}", self.mixes);
        assert_eq!(self.connected, None);
        assert_eq!(self.lines, 0);
        for (request, sent) in &self.sent {
            let answers = self.answered.get(request).copied().unwrap_or_default();
            assert!(answers >= 1, "{request:?} was never answered");
            assert!(*sent > 1 || answers == 1);
        }
    }
}
