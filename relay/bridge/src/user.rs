//! A user's tabs, line and calls.

use crate::call::BridgedCall;
use crate::media::{MediaLease, MediaState};
use crate::request::{AnsweredRequests, WaitingRequest};
use crate::settings::{LineSettings, NewUser, Settings};
use crate::wiring::{Pair, Wiring};
use crate::{BrowserLegId, ClientId, Millis, MixMember, UserId};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{
    CallId, ConferenceId, DialString, Features, Line, LineState, MediaHolder, Snapshot, User, Watched,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything about one user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UserState {
    pub(crate) id: UserId,
    pub(crate) profile: User,
    pub(crate) settings: LineSettings,
    pub(crate) features: Features,
    pub(crate) watched: Vec<Watched>,
    pub(crate) last_dialled: Option<DialString>,
    pub(crate) line: LineState,
    pub(crate) line_up: bool,
    pub(crate) tabs: BTreeMap<ClientId, Tab>,
    pub(crate) calls: Vec<BridgedCall>,
    /// What the user talks in. Every other call that is up is on hold.
    pub(crate) focus: Option<Focus>,
    pub(crate) media: Option<MediaLease>,
    /// Who hears whom, as the shell was told.
    pub(crate) wiring: Wiring,
    pub(crate) waiting: Vec<WaitingRequest>,
    /// Since when no tab is connected; `None` while one is, or before the first.
    pub(crate) away_since: Option<Millis>,
    /// Since when a live call has no audio path to a browser.
    pub(crate) silent_since: Option<Millis>,
}

/// What a user talks in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Focus {
    Call(CallId),
    Conference(ConferenceId),
}

/// One tab of a user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tab {
    pub(crate) connected: bool,
    pub(crate) answered: AnsweredRequests,
}

impl UserState {
    pub(crate) fn new(id: UserId, user: NewUser) -> Self {
        let NewUser { profile, mut features, watched, line } = user;
        features.park = line.park_code.is_some();
        features.pick_up = line.pickup_code.is_some();
        Self {
            id,
            profile,
            settings: line,
            features,
            watched,
            last_dialled: None,
            line: LineState::Registering,
            line_up: false,
            tabs: BTreeMap::new(),
            calls: Vec::new(),
            focus: None,
            media: None,
            wiring: Wiring::default(),
            waiting: Vec::new(),
            away_since: None,
            silent_since: None,
        }
    }

    /// The tabs that can be told something now.
    pub(crate) fn connected_tabs(&self) -> impl Iterator<Item = ClientId> {
        self.tabs.iter().filter(|(_, tab)| tab.connected).map(|(client, _)| *client)
    }

    /// Whether a call to this user would be heard: a tab is there, or was a moment ago.
    pub(crate) fn reachable(&self, now: Millis, reload: Millis) -> bool {
        let reloading = self.away_since.is_some_and(|since| now < since + reload);
        self.connected_tabs().next().is_some() || (self.line_up && reloading)
    }

    pub(crate) fn live_calls(&self) -> impl Iterator<Item = &BridgedCall> {
        self.calls.iter().filter(|call| call.is_live())
    }

    pub(crate) fn call(&self, id: CallId) -> Option<&BridgedCall> {
        self.calls.iter().find(|call| call.view.id == id)
    }

    pub(crate) fn call_mut(&mut self, id: CallId) -> Option<&mut BridgedCall> {
        self.calls.iter_mut().find(|call| call.view.id == id)
    }

    /// The calls of a conference.
    pub(crate) fn members(&self, conference: ConferenceId) -> impl Iterator<Item = &BridgedCall> {
        self.live_calls().filter(move |call| call.view.conference == Some(conference))
    }

    /// Every conference of the user.
    pub(crate) fn conferences(&self) -> BTreeSet<ConferenceId> {
        self.live_calls().filter_map(|call| call.view.conference).collect()
    }

    /// Turns the user to a call, or to the conference that it is part of.
    pub(crate) fn turn_to(&mut self, id: CallId) {
        let conference = self.call(id).and_then(|call| call.view.conference);
        self.focus = Some(conference.map_or(Focus::Call(id), Focus::Conference));
    }

    /// Whether the user talks in this call or in its conference.
    pub(crate) fn is_in_focus(&self, call: &BridgedCall) -> bool {
        match self.focus {
            Some(Focus::Call(id)) => id == call.view.id,
            Some(Focus::Conference(id)) => call.view.conference == Some(id),
            None => false,
        }
    }

    /// Whether the leg of this call has to be on hold. Those of a conference go on talking without the user.
    /// Of one that is controlled elsewhere only a hold of our own, from before that, is taken back.
    pub(crate) fn wants_leg_held(&self, call: &BridgedCall) -> bool {
        call.control().is_none() && call.view.conference.is_none() && !self.is_in_focus(call)
    }

    /// How long a call rings here, in milliseconds.
    pub(crate) fn patience(&self, settings: &Settings) -> Millis {
        let forward = &self.features.forward;
        match forward.no_answer_s {
            seconds if seconds > 0 && forward.no_answer.is_some() => {
                settings.ring.min(u64::from(seconds) * 1_000)
            }
            _ => settings.ring,
        }
    }

    pub(crate) fn holder_for(&self, client: ClientId) -> MediaHolder {
        match &self.media {
            None => MediaHolder::Nobody,
            Some(lease) if lease.client == client => MediaHolder::Here,
            Some(_) => MediaHolder::Elsewhere,
        }
    }

    pub(crate) fn has_browser(&self) -> bool {
        self.media.as_ref().is_some_and(|lease| lease.state == MediaState::Connected)
    }

    /// Who is to hear whom.
    pub(crate) fn wanted_wiring(&self) -> Wiring {
        let browser = self.usable_browser();
        let mixes = self.conferences().into_iter().map(|id| (id, self.wanted_mix(id, browser)));
        Wiring { pair: self.wanted_pair(browser), mixes: mixes.collect() }
    }

    fn wanted_pair(&self, browser: Option<BrowserLegId>) -> Option<Pair> {
        let Some(Focus::Call(id)) = self.focus else { return None };
        let call = self.call(id).filter(|call| call.has_audio())?;
        Some(Pair { browser: browser?, far: call.far, codec: call.view.codec })
    }

    fn wanted_mix(&self, id: ConferenceId, browser: Option<BrowserLegId>) -> BTreeSet<MixMember> {
        // The hold music of one is nothing that the others want to hear.
        let talking = self.members(id).filter(|call| call.has_audio() && !call.view.hold.by_party);
        let parties = talking.map(|call| MixMember::Far(call.far));
        let user = browser.filter(|_| self.focus == Some(Focus::Conference(id)));
        parties.chain(user.map(MixMember::Browser)).collect()
    }

    /// The browser's leg, once the media plane has it.
    fn usable_browser(&self) -> Option<BrowserLegId> {
        self.media.as_ref().filter(|lease| lease.state != MediaState::Opening).map(|lease| lease.leg)
    }

    pub(crate) fn snapshot_for(&self, client: ClientId, now: Millis) -> Snapshot {
        Snapshot {
            agent: None,
            user: self.profile.clone(),
            line: Line { state: self.line.clone() },
            calls: self.calls.iter().map(BridgedCall::shown).collect(),
            features: self.features.clone(),
            watched: self.watched.clone(),
            last_dialled: self.last_dialled.clone(),
            media: self.holder_for(client),
            now_ms: now,
        }
    }
}
