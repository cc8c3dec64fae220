//! Changes of an agent's state that somebody asks for, and those that lost presence makes.

use super::agent::{AgentId, Presence, Reason};
use super::error::ApiError;
use super::state::{AgentState, CtiError, Platform, Wish, follows, supervisor_wish, wish};
use super::{Centre, Output};
use crate::finesse::config::WrapUp;

/// What a `PUT` to a user asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// `state`.
    pub state: Option<String>,
    /// `extension`.
    pub extension: Option<String>,
    /// `reasonCodeId`.
    pub reason: Option<String>,
    /// `mobileAgent`: `mode` and `dialNumber`.
    pub mobile: Option<(String, String)>,
    /// `activeDeviceId`.
    pub device: Option<String>,
}

impl Centre {
    /// Accepts or refuses what `caller` asks to do with `target`. The outcome is published.
    pub fn change(
        &mut self,
        now: u64,
        caller: &str,
        target: &str,
        change: &Change,
        request: &str,
    ) -> Result<(), ApiError> {
        let agent = self.agents.get(target).ok_or_else(|| ApiError::unknown_user(target))?;
        let team = agent.config.team;
        if caller != target {
            let supervises = self.agents.get(caller).is_some_and(|caller| caller.supervises(team));
            return if supervises {
                self.change_member(now, target, change, request)
            } else {
                Err(ApiError::other_user(caller))
            };
        }
        let Some(state) = change.state.as_deref() else { return Err(ApiError::missing("state")) };
        if state == "LOGIN" {
            return self.sign_in(now, target, change, request);
        }
        let optional = [agent.config.wrap_up_incoming, agent.config.wrap_up_outgoing];
        let Some(to) = AgentState::named(state).filter(|to| match to {
            AgentState::Logout | AgentState::NotReady | AgentState::Ready => true,
            AgentState::Work | AgentState::WorkReady => optional.contains(&WrapUp::Optional),
            AgentState::Reserved
            | AgentState::ReservedOutbound
            | AgentState::ReservedOutboundPreview
            | AgentState::Talking
            | AgentState::Hold => false,
        }) else {
            return Err(ApiError::invalid("Invalid state", state));
        };
        let reason = self.reason(to, change.reason.as_deref())?;
        self.wish(now, target, to, reason, request);
        Ok(())
    }

    /// Reads a reason, which is given by its number in the database.
    fn reason(&self, to: AgentState, id: Option<&str>) -> Result<Reason, ApiError> {
        let Some(id) = id.filter(|id| !id.is_empty()) else { return Ok(Reason::None) };
        let known = id.parse().ok().and_then(|id| self.reason_code(id));
        let known = known.filter(|code| !code.system && code.category == category(to));
        known.map(|code| Reason::Id(code.id)).ok_or_else(|| ApiError::invalid("Invalid reason code", id))
    }

    fn sign_in(&mut self, now: u64, id: &str, change: &Change, request: &str) -> Result<(), ApiError> {
        let extension = change.extension.as_deref().unwrap_or_default();
        if extension.is_empty() {
            return Err(ApiError::missing("extension"));
        }
        let e164 = extension.strip_prefix('+');
        let digits = e164.unwrap_or(extension);
        let plausible = !digits.is_empty()
            && digits.len() <= 14
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (e164.is_none() || self.platform() == Platform::Uccx);
        if !plausible {
            return Err(ApiError::invalid("Invalid extension", extension));
        }
        if self.at(extension).is_some_and(|other| other != id) {
            return Err(ApiError::new(400, "In Use", "The extension is in use", extension));
        }
        let platform = self.platform();
        if let Some((mode, number)) = &change.mobile {
            if number.is_empty() {
                return Err(ApiError::missing("dialNumber"));
            }
            let known = matches!(mode.as_str(), "CALL_BY_CALL" | "NAILED_CONNECTION");
            if platform == Platform::Uccx || !known {
                self.refuse_state(now, id, CtiError::MODE, request);
                return Ok(());
            }
        }
        let Some(agent) = self.agents.get_mut(id) else { return Err(ApiError::unknown_user(id)) };
        agent.mobile.clone_from(&change.mobile);
        agent.device.clone_from(&change.device);
        agent.extension = extension.to_owned();
        if agent.state == AgentState::Logout {
            self.set_state(now, id, AgentState::NotReady, Reason::Unknown, request);
        } else {
            // Signing in again keeps the state.
            self.publish_user(now, id, request);
        }
        Ok(())
    }

    fn wish(&mut self, now: u64, id: &str, to: AgentState, reason: Reason, request: &str) {
        let platform = self.platform();
        let other_call = platform == Platform::Uccx && self.in_other_call(id);
        let Some(agent) = self.agents.get(id) else { return };
        let pending = agent.pending.map(|(state, _)| state);
        let lacks_result = agent.state == AgentState::Work || agent.state == AgentState::WorkReady;
        if lacks_result && self.lacks_wrap_up(id) {
            return self.refuse_state(now, id, CtiError::WORKMODE, request);
        }
        let from = agent.state;
        match wish(platform, from, to, pending, other_call) {
            Wish::Refused(error) => self.refuse_state(now, id, error, request),
            Wish::Now => {
                self.leave_wrap_up(now, id);
                if let Some(agent) = self.agents.get_mut(id) {
                    agent.ready_again = false;
                }
                self.set_state(now, id, to, reason, request);
                self.route(now);
            }
            Wish::Pending => {
                self.pend(id, to, reason);
                self.publish_user(now, id, request);
            }
        }
    }

    fn pend(&mut self, id: &str, to: AgentState, reason: Reason) {
        let Some(agent) = self.agents.get_mut(id) else { return };
        if matches!(to, AgentState::Work | AgentState::WorkReady) {
            agent.wants_wrap_up = true;
            let after = if to == AgentState::Work { AgentState::NotReady } else { AgentState::Ready };
            agent.after = (after, Reason::None);
        }
        agent.pending = Some((to, reason));
    }

    fn change_member(
        &mut self,
        now: u64,
        target: &str,
        change: &Change,
        request: &str,
    ) -> Result<(), ApiError> {
        let Some(state) = change.state.as_deref() else { return Err(ApiError::missing("state")) };
        let refused = || ApiError::new(400, "Invalid State", "The state is not allowed", state);
        let to = AgentState::named(state).ok_or_else(refused)?;
        if !matches!(to, AgentState::Ready | AgentState::NotReady | AgentState::Logout) {
            return Err(refused());
        }
        if change.reason.as_deref().is_some_and(|reason| !reason.is_empty()) {
            return Err(ApiError::invalid("A supervisor gives no reason code", "reasonCodeId"));
        }
        let from = self.agents.get(target).map_or(AgentState::Logout, |agent| agent.state);
        let wish = supervisor_wish(from, to).ok_or_else(refused)?;
        let code = match self.platform() {
            Platform::Ucce => 999,
            Platform::Uccx => 33,
        };
        let reason = match to {
            AgentState::Ready => Reason::None,
            _ => self.system_reason(code, category(to)),
        };
        if wish == Wish::Pending {
            self.pend(target, to, reason);
            self.publish_user(now, target, request);
        } else {
            self.leave_wrap_up(now, target);
            self.set_state(now, target, to, reason, request);
            self.route(now);
        }
        Ok(())
    }

    /// Says by an event that a change is not made.
    pub(super) fn refuse_state(&mut self, now: u64, id: &str, error: CtiError, request: &str) {
        let node = format!("/finesse/api/User/{id}");
        self.publish_error(now, id, &node.clone(), &node, error, request);
    }

    /// Changes the state and tells everybody.
    pub(super) fn set_state(&mut self, now: u64, id: &str, to: AgentState, reason: Reason, request: &str) {
        let platform = self.platform();
        let Some(agent) = self.agents.get_mut(id) else { return };
        let from = agent.state;
        debug_assert!(from == to || follows(platform, from, to), "{platform:?}: {from:?} to {to:?}");
        // A change of reason begins a new time, too; a repeated READY does not.
        if from != to || agent.reason != reason {
            agent.since = now;
        }
        agent.state = to;
        agent.reason = reason;
        agent.wrap_up_until = None;
        if !matches!(to, AgentState::Reserved) {
            agent.reserved = None;
        }
        if !to.is_busy() {
            agent.pending = None;
            agent.wants_wrap_up = false;
            agent.talked = (false, false);
        }
        match to {
            AgentState::NotReady | AgentState::Ready => {
                agent.after = (to, reason);
                if to == AgentState::Ready {
                    agent.ready_again = false;
                }
            }
            AgentState::Work | AgentState::WorkReady => {
                agent.wrap_up_until = Some(now + self.config.wrap_up_ms);
                agent.pending = None;
            }
            AgentState::Logout => agent.presence = Presence::Never,
            AgentState::Reserved
            | AgentState::ReservedOutbound
            | AgentState::ReservedOutboundPreview
            | AgentState::Talking
            | AgentState::Hold => {}
        }
        self.outputs.push_back(Output::Changed { agent: id.to_owned(), from, to });
        self.publish_user(now, id, request);
        if to == AgentState::Logout {
            let Some(agent) = self.agents.get_mut(id) else { return };
            agent.extension.clear();
            agent.mobile = None;
        }
    }

    /// Says that an agent's desktop is connected, or no longer.
    pub fn presence(&mut self, now: u64, id: &str, present: bool) {
        let wait = self.config.presence_ms;
        let Some(agent) = self.agents.get_mut(id) else { return };
        agent.presence = match (present, agent.presence) {
            (true, _) => Presence::Present,
            (false, Presence::Present) => Presence::Gone(now + wait),
            (false, other @ (Presence::Never | Presence::Gone(_))) => other,
        };
    }

    /// Ends the work of those whose desktop did not come back.
    pub(super) fn sign_out_the_lost(&mut self, now: u64) {
        let due = |presence| matches!(presence, Presence::Gone(at) if at <= now);
        let lost: Vec<AgentId> = self
            .agents
            .values()
            .filter(|agent| due(agent.presence))
            .map(|agent| agent.config.id.clone())
            .collect();
        for id in lost {
            self.sign_out_lost(now, &id);
        }
    }

    fn sign_out_lost(&mut self, now: u64, id: &str) {
        let signs_out = self.platform() == Platform::Uccx || self.config.load == 1;
        let Some(agent) = self.agents.get_mut(id) else { return };
        agent.presence = Presence::Never;
        let (state, busy) = (agent.state, agent.state.is_busy());
        if state == AgentState::Logout {
            return;
        }
        let to = if signs_out { AgentState::Logout } else { AgentState::NotReady };
        let reason = self.system_reason(255, category(to));
        // Wrap-up is no call: it does not have to be waited for.
        let in_call = busy && !matches!(state, AgentState::Work | AgentState::WorkReady);
        let at_once = match self.platform() {
            Platform::Ucce => signs_out || !in_call,
            Platform::Uccx => !in_call,
        };
        if at_once {
            self.leave_wrap_up(now, id);
            self.set_state(now, id, to, reason, "");
        } else {
            self.pend(id, to, reason);
            self.publish_user(now, id, "");
        }
        self.route(now);
    }

    /// Sets a state without asking whether it is allowed, as a back-end does that knows better.
    pub fn force_state(&mut self, now: u64, id: &str, to: AgentState, code: Option<u32>) -> bool {
        let platform = self.platform();
        let Some(agent) = self.agents.get(id) else { return false };
        let from = agent.state;
        if from == AgentState::Logout && to != AgentState::Logout {
            let extension = agent.config.extension.clone();
            let change = Change { extension: Some(extension), ..Change::default() };
            if self.sign_in(now, id, &change, "").is_err() {
                return false;
            }
        }
        let reason = match code {
            Some(code) => self.reason_by_code(code, category(to)).unwrap_or(Reason::Unknown),
            None => Reason::None,
        };
        let from = self.agents.get(id).map_or(from, |agent| agent.state);
        if from != to && follows(platform, from, to) {
            self.leave_wrap_up(now, id);
            self.set_state(now, id, to, reason, "");
            self.route(now);
        }
        self.agents.get(id).is_some_and(|agent| agent.state == to)
    }
}

/// The category of the reasons that a state takes.
pub(super) fn category(state: AgentState) -> &'static str {
    if state == AgentState::Logout { "LOGOUT" } else { "NOT_READY" }
}
