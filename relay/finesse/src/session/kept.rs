//! A state that was chosen when Finesse would not take it: it is kept, and asked for as soon as it can be.

use super::expect::Expect;
use super::sign_in::Step;
use super::user::talks;
use super::{ChosenState, Session};
use crate::model::AgentState;
use crate::rest::{Request, RequestedState};

/// A state that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) state: ChosenState,
    pub(super) reason: Option<String>,
}

impl Kept {
    pub(super) fn new(state: ChosenState, reason: Option<String>) -> Self {
        Self { state, reason }
    }

    pub(super) fn is_sign_out(&self) -> bool {
        self.state == ChosenState::SignOut
    }
}

impl ChosenState {
    pub(super) fn as_state(self) -> AgentState {
        match self {
            Self::Ready => AgentState::Ready,
            Self::NotReady => AgentState::NotReady,
            Self::SignOut => AgentState::Logout,
        }
    }

    pub(super) fn as_request(self) -> RequestedState {
        match self {
            Self::Ready => RequestedState::Ready,
            Self::NotReady => RequestedState::NotReady,
            Self::SignOut => RequestedState::Logout,
        }
    }
}

impl Session {
    /// A call is up, or is coming. On UCCX the state does not tell of one that came through no queue.
    pub(super) fn in_call(&self) -> bool {
        self.raw.user.as_ref().is_some_and(|user| talks(user.state)) || self.has_live_dialog()
    }

    /// Asks for what is kept, once it can be.
    pub(super) fn drive_kept(&mut self, now: u64) {
        let Some(kept) = self.kept.clone() else { return };
        if self.step != Step::In
            || !self.nodes.usable()
            || !self.raw.synced()
            || self.in_call()
            || self.asks_state()
        {
            return;
        }
        let Some(state) = self.raw.user.as_ref().map(|user| user.state) else { return };
        match state {
            // Wrap-up ends by itself or by hand, and whoever signs out has to be not ready first.
            AgentState::Work | AgentState::WorkReady if !kept.is_sign_out() => return,
            AgentState::Work | AgentState::WorkReady => {
                self.send_state(now, None, ChosenState::NotReady, None);
                return;
            }
            AgentState::Ready if kept.is_sign_out() && !self.is_uccx() => {
                self.send_state(now, None, ChosenState::NotReady, None);
                return;
            }
            AgentState::Ready | AgentState::NotReady => {}
            AgentState::Logout
            | AgentState::Reserved
            | AgentState::ReservedOutbound
            | AgentState::ReservedOutboundPreview
            | AgentState::Talking
            | AgentState::Hold
            | AgentState::Unknown => return,
        }
        self.kept = None;
        let reason = self.raw.user.as_ref().and_then(|user| user.reason_code_id.clone());
        let there = state == kept.state.as_state() && (kept.reason.is_none() || kept.reason == reason);
        if !there {
            self.send_state(now, None, kept.state, kept.reason);
        }
    }

    /// A change of state is under way.
    fn asks_state(&self) -> bool {
        self.waiting.iter().any(|waiting| matches!(waiting.expect, Expect::State { .. } | Expect::SignedOut))
    }

    pub(super) fn send_state(
        &mut self,
        now: u64,
        tag: Option<super::Tag>,
        state: ChosenState,
        reason: Option<String>,
    ) {
        let Some(wish) = &self.account.wish else { return };
        let request = Request::change_state(&wish.id, state.as_request(), reason.as_deref());
        let expect = match state {
            ChosenState::SignOut => Expect::SignedOut,
            ChosenState::Ready | ChosenState::NotReady => Expect::State { state, reason },
        };
        self.ask_for(now, tag, request, expect);
    }
}
