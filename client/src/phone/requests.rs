//! Requests that the relay has not answered yet.

use super::time::Time;
use sidetone_protocol::agent::AgentAction;
use sidetone_protocol::{ClientMessage, RequestId};
use std::collections::BTreeMap;

/// What belongs to its moment and was asked for longer ago than this is not done behind the user's back when the
/// connection is back.
const FRESH_MS: u64 = 5_000;

#[derive(Debug)]
pub(super) struct Requests {
    next: u64,
    pending: BTreeMap<RequestId, Pending>,
}

#[derive(Debug)]
struct Pending {
    message: ClientMessage,
    asked_at: Time,
}

impl Requests {
    /// Ids count on from the wall clock at load, so that they stay unique over reloads of one session.
    pub(super) fn new(epoch_ms: u64) -> Self {
        Self { next: epoch_ms, pending: BTreeMap::new() }
    }

    /// Makes a request and remembers it.
    pub(super) fn ask(
        &mut self,
        now: Time,
        message: impl FnOnce(RequestId) -> ClientMessage,
    ) -> (RequestId, ClientMessage) {
        let request = RequestId(self.next);
        self.next += 1;
        let message = message(request);
        self.pending.insert(request, Pending { message: message.clone(), asked_at: now });
        (request, message)
    }

    /// The relay has answered. Returns what was asked.
    pub(super) fn answered(&mut self, request: RequestId) -> Option<ClientMessage> {
        self.pending.remove(&request).map(|pending| pending.message)
    }

    /// What has to be said again on a new connection (the relay carries an id out only once), and what is too
    /// old to be said again.
    pub(super) fn repeat(&mut self, now: Time) -> (Vec<ClientMessage>, Vec<ClientMessage>) {
        self.pending.retain(|_, pending| !follows_a_panel(&pending.message));
        let stale: Vec<RequestId> = self
            .pending
            .iter()
            .filter(|(_, pending)| {
                belongs_to_its_moment(&pending.message) && now.since(pending.asked_at) > FRESH_MS
            })
            .map(|(request, _)| *request)
            .collect();
        let given_up = stale.into_iter().filter_map(|request| self.answered(request)).collect();
        (self.pending.values().map(|pending| pending.message.clone()).collect(), given_up)
    }

    pub(super) fn clear(&mut self) {
        self.pending.clear();
    }
}

/// Calls, and what hands one to somebody else: nobody wants that to happen minutes later.
fn belongs_to_its_moment(message: &ClientMessage) -> bool {
    matches!(
        message,
        ClientMessage::Dial { .. }
            | ClientMessage::Answer { .. }
            | ClientMessage::Consult { .. }
            | ClientMessage::Transfer { .. }
            | ClientMessage::Join { .. }
            | ClientMessage::Park { .. }
            | ClientMessage::PickUp { .. }
    ) || matches!(message, ClientMessage::Agent { action, .. } if !keeps(action))
}

/// What an agent has said of a call stays what they want; a state, a call or a word to colleagues belongs to
/// its moment.
fn keeps(action: &AgentAction) -> bool {
    match action {
        AgentAction::WrapUp { .. }
        | AgentAction::SetVariables { .. }
        | AgentAction::Reclassify { .. }
        | AgentAction::Callback { .. }
        | AgentAction::DeleteMessage { .. } => true,
        AgentAction::SignIn(_)
        | AgentAction::SetState { .. }
        | AgentAction::Control { .. }
        | AgentAction::SingleStepTransfer { .. }
        | AgentAction::Consult { .. }
        | AgentAction::SendDtmf { .. }
        | AgentAction::DropParticipant { .. }
        | AgentAction::Preview { .. }
        | AgentAction::SetMemberState { .. }
        | AgentAction::Monitor { .. }
        | AgentAction::Barge { .. }
        | AgentAction::Intercept { .. }
        | AgentAction::CallForHelp
        | AgentAction::SendMessage { .. }
        | AgentAction::OpenTeam { .. }
        | AgentAction::CloseTeam { .. }
        | AgentAction::FindContact { .. } => false,
    }
}

/// What the open panel needs is asked for anew, by what is open then.
fn follows_a_panel(message: &ClientMessage) -> bool {
    matches!(
        message,
        ClientMessage::Agent { action: AgentAction::OpenTeam { .. } | AgentAction::CloseTeam { .. }, .. }
    )
}
