//! The contact centre with a switch in memory.

mod calls;
mod queue;
mod random;
mod states;

use super::state::{AgentState, Platform, follows};
use super::*;
use crate::cti::Command;
use crate::cti::memory::MemorySwitch;
use crate::finesse::config::WrapUp;
use crate::finesse::xml::Element;

/// 4 May 2027.
pub(super) const START: u64 = 1_809_417_600_000;

/// A contact centre, its switch, and what was told to whom.
pub(super) struct World {
    pub(super) centre: Centre,
    pub(super) switch: MemorySwitch,
    pub(super) now: u64,
    pub(super) told: Vec<Publication>,
    pub(super) changes: Vec<(AgentId, AgentState, AgentState)>,
}

impl World {
    pub(super) fn new(platform: Platform) -> Self {
        Self::with(Config { platform, teammates: 4, ..Config::default() })
    }

    pub(super) fn with(config: Config) -> Self {
        let node = NodeInfo {
            host: "fin1.example".into(),
            https_port: 8445,
            xmpp_port: 5222,
            xmpp_secure_port: 7443,
        };
        let mut world = Self {
            centre: Centre::new(config, vec![node], START),
            switch: MemorySwitch::default(),
            now: START,
            told: Vec::new(),
            changes: Vec::new(),
        };
        for agent in ["1001", "1002", "1003"] {
            world.switch.command(Command::Simulate { device: agent.into() });
        }
        world.pump();
        world
    }

    pub(super) fn pump(&mut self) {
        loop {
            if let Some(output) = self.centre.next_output() {
                match output {
                    Output::Command(command) => self.switch.command(command),
                    Output::Publish(publication) => self.told.push(publication),
                    Output::Changed { agent, from, to } => {
                        let platform = self.centre.platform();
                        assert!(from == to || follows(platform, from, to), "{from:?} to {to:?}");
                        self.changes.push((agent, from, to));
                    }
                }
            } else if let Some(event) = self.switch.next_event() {
                self.centre.cti(self.now, event);
            } else {
                break;
            }
        }
    }

    pub(super) fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        while self.centre.next_timeout() <= end {
            self.now = self.centre.next_timeout().max(self.now);
            self.centre.timeout(self.now);
            self.pump();
        }
        self.now = end;
    }

    pub(super) fn sign_in(&mut self, id: &str) {
        let change = Change { state: Some("LOGIN".into()), extension: Some(id.into()), ..Change::default() };
        self.centre.change(self.now, id, id, &change, "").unwrap();
        self.pump();
    }

    pub(super) fn set(&mut self, id: &str, state: &str) {
        let change = Change { state: Some(state.into()), ..Change::default() };
        self.centre.change(self.now, id, id, &change, "r1").unwrap();
        self.pump();
    }

    pub(super) fn ready(&mut self, id: &str) {
        self.sign_in(id);
        self.set(id, "READY");
    }

    pub(super) fn state(&self, id: &str) -> AgentState {
        self.centre.agent(id).unwrap().state
    }

    pub(super) fn customer(&mut self, queue: &str) -> CallId {
        let call = self.centre.customer_calls("0301", queue);
        self.pump();
        call
    }

    pub(super) fn command(&mut self, command: Command) {
        self.switch.command(command);
        self.pump();
    }

    pub(super) fn make_call(&mut self, id: &str, to: &str) -> Result<(), ApiError> {
        let create = Create {
            requested: "MAKE_CALL".into(),
            from: Some(id.into()),
            to: Some(to.into()),
            ..Create::default()
        };
        let result = self.centre.create(self.now, id, id, &create, "r2");
        self.pump();
        result
    }

    pub(super) fn act(&mut self, id: &str, dialog: u64, action: &str, to: &str) -> Result<(), ApiError> {
        let action = Action {
            requested: action.into(),
            target: Some(id.into()),
            to: Some(to.into()),
            ..Action::default()
        };
        let result = self.centre.act(self.now, id, &dialog.to_string(), &action, "r3");
        self.pump();
        result
    }

    /// The dialogs that an agent sees.
    pub(super) fn dialogs(&self, id: &str) -> Vec<&Dialog> {
        self.centre.dialogs().filter(|dialog| dialog.visible.contains(id)).collect()
    }

    /// Takes what was told to an agent of calls: event and states of dialog and own participant.
    pub(super) fn told_of_calls(&mut self, id: &str) -> Vec<(String, String, String)> {
        let node = format!("/finesse/api/User/{id}/Dialogs");
        let told = std::mem::take(&mut self.told);
        let extension = id;
        told.iter()
            .filter(|publication| publication.node == node)
            .filter_map(|publication| {
                let update = Element::parse(&publication.body).unwrap();
                let data = update.find("data")?.elements().next()?;
                let dialog = data.find("Dialog").unwrap_or(data);
                let own = dialog.find("participants").map(|participants| {
                    let mut own = participants.elements();
                    own.find(|it| it.text_of("mediaAddress").as_deref() == Some(extension))
                });
                let own = own.flatten().and_then(|own| own.text_of("state")).unwrap_or_default();
                Some((update.text_of("event")?, dialog.text_of("state").unwrap_or_default(), own))
            })
            .collect()
    }

    /// The codes of errors that an agent was told of, and forgets them.
    pub(super) fn errors(&mut self, id: &str) -> Vec<(String, String)> {
        let prefix = format!("/finesse/api/User/{id}");
        let told = std::mem::take(&mut self.told);
        told.iter()
            .filter(|publication| publication.node.starts_with(&prefix))
            .filter_map(|publication| {
                let update = Element::parse(&publication.body).unwrap();
                let error = update.find("data")?.find("apiErrors")?.find("apiError")?;
                Some((error.text_of("errorType")?, error.text_of("errorData")?))
            })
            .collect()
    }
}
