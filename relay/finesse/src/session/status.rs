//! What follows from the facts for the view.

use super::choices::{self, Situation};
use super::nodes::NodeState;
use super::sign_in::Step;
use super::{Change, ChosenState, Error, Missing, Pending, Platform, Presence, Service, Session};
use crate::model::{AgentState, DialogState, User};

/// What was told last.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Shown {
    user: Option<User>,
    platform: Platform,
    service: Service,
    presence: Presence,
    pending: Option<Pending>,
    choices: Vec<ChosenState>,
    can_dial: bool,
    failure: Option<Error>,
}

impl Session {
    pub(super) fn show_status(&mut self, now: u64) {
        self.view.service = self.service(now);
        self.view.pending = self.pending();
        self.view.choices = self.situation().map(choices::choices).unwrap_or_default();
        self.view.can_dial = self.can_dial();
        let shown = Shown {
            user: self.view.user.clone(),
            platform: self.view.platform,
            service: self.view.service,
            presence: self.view.presence.clone(),
            pending: self.view.pending.clone(),
            choices: self.view.choices.clone(),
            can_dial: self.view.can_dial,
            failure: self.view.failure.clone(),
        };
        if shown != self.shown {
            self.shown = shown;
            self.changed(Change::Status);
        }
    }

    fn service(&self, now: u64) -> Service {
        if self.account.wish.is_none() || self.account.refused {
            return Service::Connecting;
        }
        let missing = self.missing();
        match (missing, self.view.service) {
            (None, _) if self.raw.synced() => Service::Up,
            // It works again, and what is shown is being read.
            (None, service) => service,
            (Some(missing), Service::Impaired { since_ms, .. }) => Service::Impaired { missing, since_ms },
            (Some(missing), Service::Up) => Service::Impaired { missing, since_ms: now },
            // Reaching it for the first time is no failure until everybody was asked.
            (Some(Missing::Notifications), Service::Connecting) if !self.link_tried() => Service::Connecting,
            (Some(_), Service::Connecting) if self.nodes.usable() && !self.link_tried() => {
                Service::Connecting
            }
            (Some(Missing::Servers | Missing::OutOfService), Service::Connecting)
                if !self.nodes.all_failed() =>
            {
                Service::Connecting
            }
            (Some(missing), Service::Connecting) => Service::Impaired { missing, since_ms: now },
        }
    }

    /// In the order of the guide: SystemInfo, the connection, the presence of `finesse`.
    fn missing(&self) -> Option<Missing> {
        match self.nodes.state {
            NodeState::Unknown | NodeState::Down => return Some(self.nodes.missing()),
            NodeState::InService | NodeState::Suspect => {}
        }
        if self.nodes.failures >= super::http::FAILURES {
            return Some(Missing::Servers);
        }
        (!self.link_is_up()).then_some(Missing::Notifications)
    }

    fn pending(&self) -> Option<Pending> {
        if let Some(kept) = &self.kept
            && self.step == Step::In
        {
            return Some(Pending { state: kept.state.as_state(), reason: kept.reason.clone(), kept: true });
        }
        let state = self.raw.user.as_ref()?.pending_state?;
        Some(Pending { state, reason: None, kept: false })
    }

    pub(super) fn situation(&self) -> Option<Situation> {
        if self.step != Step::In {
            return None;
        }
        let user = self.raw.user.as_ref()?;
        Some(Situation {
            uccx: self.is_uccx(),
            state: user.state,
            pending: user.pending_state,
            live: self.has_live_dialog(),
        })
    }

    fn can_dial(&self) -> bool {
        let Some(situation) = self.situation() else { return false };
        let state = match situation.state {
            AgentState::NotReady => true,
            AgentState::Ready => self.settings.dial_while_ready,
            // A second call beside one that is on hold.
            AgentState::Talking | AgentState::Hold => true,
            AgentState::Logout
            | AgentState::Reserved
            | AgentState::ReservedOutbound
            | AgentState::ReservedOutboundPreview
            | AgentState::Work
            | AgentState::WorkReady
            | AgentState::Unknown => false,
        };
        let busy = self.raw.dialogs.values().filter_map(|dialog| self.mine(dialog)).any(|mine| {
            matches!(
                mine.state,
                DialogState::Initiating
                    | DialogState::Initiated
                    | DialogState::Alerting
                    | DialogState::Active
            )
        });
        state && !busy && self.nodes.usable()
    }

    /// Why nothing can be asked for.
    pub(super) fn not_reachable(&self) -> Error {
        match self.nodes.missing() {
            Missing::OutOfService => Error::OutOfService,
            Missing::Servers | Missing::Notifications => Error::Unreachable,
        }
    }
}
