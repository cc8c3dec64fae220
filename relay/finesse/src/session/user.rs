//! The agent's own state.

use super::Session;
use super::reads::Read;
use crate::model::{AgentState, Dialog, DialogId, Team, UnixMillis, User};
use std::collections::{BTreeMap, VecDeque};

/// What Finesse has said, in its own time, by which older and newer are told apart.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) user: Option<User>,
    pub(super) dialogs: BTreeMap<DialogId, Dialog>,
    /// Dialogs that are over: what is told of them comes late.
    pub(super) over: VecDeque<DialogId>,
    /// The teams that are open, each once it was read.
    pub(super) teams: BTreeMap<String, Option<Team>>,
    /// User and dialogs were read since the last interruption.
    pub(super) user_synced: bool,
    pub(super) dialogs_synced: bool,
}

impl Raw {
    pub(super) fn synced(&self) -> bool {
        self.user_synced && self.dialogs_synced
    }

    pub(super) fn in_doubt(&mut self) {
        self.user_synced = false;
        self.dialogs_synced = false;
    }
}

/// How what is told stands to what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Older,
    Same,
    Newer,
    Unknown,
}

pub(super) fn age(told: Option<UnixMillis>, known: Option<UnixMillis>) -> Age {
    match (told, known) {
        (Some(told), Some(known)) if told < known => Age::Older,
        (Some(told), Some(known)) if told == known => Age::Same,
        (Some(_), Some(_)) => Age::Newer,
        (Some(_) | None, _) => Age::Unknown,
    }
}

impl Session {
    /// The user was read. An answer holds over everything that was told before it was asked for. Where something was told
    /// meanwhile it is read again anyway, and this answer counts only if it is as new: somebody who was never signed in has
    /// no time of that.
    pub(super) fn user_read(&mut self, now: u64, user: User, touched: bool, sent_at: u64) {
        let overtaken = self.raw.user.as_ref().is_some_and(|known| {
            match age(user.state_change_time, known.state_change_time) {
                Age::Older | Age::Unknown => touched,
                Age::Same | Age::Newer => false,
            }
        });
        if !overtaken {
            self.take_user(now, user);
            self.user_expected(now, Some(sent_at));
        }
        self.raw.user_synced = true;
    }

    /// The user was told of.
    pub(super) fn user_told(&mut self, now: u64, mut user: User) {
        let wished = self.account.wish.as_ref().map(|wish| wish.id.0.as_str());
        if wished.is_none_or(|id| !id.eq_ignore_ascii_case(&user.login_id)) {
            return;
        }
        self.reads.touch(&Read::User);
        let Some(known) = &self.raw.user else {
            self.reads.want(Read::User, now);
            return;
        };
        complete(&mut user, known);
        match age(user.state_change_time, known.state_change_time) {
            Age::Older => {
                self.reads.doubt(Read::User, now);
                return;
            }
            Age::Same | Age::Unknown if *known == user => {}
            // What is pending changes without the state's time: of two that differ either may be the later.
            Age::Same | Age::Unknown => self.reads.doubt(Read::User, now),
            Age::Newer => {}
        }
        self.take_user(now, user);
        self.user_expected(now, None);
    }

    fn take_user(&mut self, now: u64, user: User) {
        let was = self.raw.user.as_ref().map(|known| known.state);
        let first = self.raw.user.is_none();
        let team = user.team.clone();
        let team_changed = self.raw.user.as_ref().is_none_or(|known| known.team != team);
        self.view.user = Some(self.clock.user(now, &user));
        let state = user.state;
        self.raw.user = Some(user);
        if team_changed {
            self.link.nodes_changed();
            self.lists_wanted(now);
            if self.has_queues() {
                self.reads.want(Read::Queues, now);
            }
            for team in self.message_teams() {
                self.reads.want(Read::Messages(team), now);
            }
        }
        if !first && was != Some(state) && talks(state) != was.is_some_and(talks) {
            // A call has begun or is over: its notification may have been lost.
            self.reads.doubt(Read::Dialogs, now);
        }
        self.state_is(now, was, state);
    }

    /// Finesse has said what time it is there.
    pub(super) fn clock_said(&mut self, now: u64, theirs: UnixMillis, tolerance_ms: u64) {
        if !self.clock.learn(now, theirs, tolerance_ms) {
            return;
        }
        if let Some(user) = &self.raw.user {
            self.view.user = Some(self.clock.user(now, user));
        }
        let dialogs: Vec<DialogId> = self.raw.dialogs.keys().cloned().collect();
        for id in dialogs {
            self.show_dialog(now, &id);
        }
        let teams: Vec<String> = self.raw.teams.keys().cloned().collect();
        for id in teams {
            self.show_team(now, &id);
        }
    }

    /// The extension that is signed in, or that is to be.
    pub(super) fn extension(&self) -> String {
        let user = self.raw.user.as_ref().map(|user| user.extension.as_str()).filter(|it| !it.is_empty());
        let wish = self.account.wish.as_ref().map(|wish| wish.extension.as_str());
        user.or(wish).unwrap_or_default().to_owned()
    }
}

/// The state of somebody who has a call.
pub(super) fn talks(state: AgentState) -> bool {
    match state {
        AgentState::Reserved
        | AgentState::ReservedOutbound
        | AgentState::ReservedOutboundPreview
        | AgentState::Talking
        | AgentState::Hold => true,
        AgentState::Logout
        | AgentState::NotReady
        | AgentState::Ready
        | AgentState::Work
        | AgentState::WorkReady
        | AgentState::Unknown => false,
    }
}

/// An event may have less in it than the object; what a user is does not change with the state.
fn complete(user: &mut User, known: &User) {
    if user.first_name.is_empty() && user.last_name.is_empty() {
        user.first_name.clone_from(&known.first_name);
        user.last_name.clone_from(&known.last_name);
    }
    if user.login_name.is_empty() {
        user.login_name.clone_from(&known.login_name);
    }
    if user.team.is_none() {
        user.team.clone_from(&known.team);
    }
    if user.teams.is_empty() {
        user.teams.clone_from(&known.teams);
        user.supervisor |= known.supervisor;
    }
}
