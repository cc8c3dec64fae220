//! What is written down: calls, and what happened to agents.

use sidetone_protocol::agent::{AgentStateKind, Reason};
use sidetone_protocol::{CallId, Direction, EndReason, Party};

/// Something to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A call that is over. Written once more it replaces what was written, but for what it leaves out of the contact
    /// centre's side.
    Call(Box<CallRecord>),
    /// Something happened to an agent. Written once more it changes nothing.
    Agent {
        /// Which: the name under which it is asked for again.
        agent: String,
        /// What.
        event: AgentEvent,
    },
}

/// A call that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// Whose, by the name to sign in with.
    pub user: String,
    /// Unique among the calls of a user, over restarts too.
    pub call: CallId,
    /// Who started it.
    pub direction: Direction,
    /// The other party, as last known.
    pub party: Party,
    /// When it began, in milliseconds since the Unix epoch.
    pub started_at_ms: u64,
    /// When it was answered, if it was.
    pub answered_at_ms: Option<u64>,
    /// When it ended.
    pub ended_at_ms: u64,
    /// Why.
    pub end: EndReason,
    /// For how long the user had it on hold, in milliseconds.
    pub held_ms: u64,
    /// The contact centre's dialog, where the call had one.
    pub dialog: Option<String>,
    /// The queue it came through.
    pub queue: Option<String>,
}

/// Something that happened to an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentEvent {
    /// When, in milliseconds since the Unix epoch. Of a state it is the time that the contact centre says
    /// (`stateChangeTime`), so that what was not seen is counted all the same.
    pub at_ms: u64,
    /// What.
    pub what: Happening,
}

/// What can happen to an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// Signed in to the contact centre, after having been signed out.
    SignedIn,
    /// Signed out of it.
    SignedOut {
        /// Why, where that is known.
        reason: Option<Reason>,
    },
    /// Is in another state. `Unknown` is for whoever shows a state and is not written down.
    State {
        /// Which.
        state: AgentStateKind,
        /// Why, where that is known.
        reason: Option<Reason>,
    },
    /// Something happened to one of the agent's calls.
    Call {
        /// The contact centre's dialog.
        dialog: String,
        /// Who started it, seen from the agent.
        direction: Direction,
        /// The queue it came through.
        queue: Option<String>,
        /// What.
        step: CallStep,
    },
}

/// What can happen to an agent's call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallStep {
    /// It rings at the agent, or at the party whom the agent calls.
    Ringing,
    /// It was answered: the agent talks.
    Answered,
    /// The agent has put it on hold.
    Held,
    /// The agent has taken it off hold.
    Retrieved,
    /// The agent has handed it to somebody else.
    Transferred,
    /// It rang at the agent, who did not answer: it was taken away, or the caller gave up.
    Missed,
    /// Nobody is to be talked to any more. Wrap-up may follow, and is over with the next `Ended`.
    Ended,
    /// It is wrapped up.
    WrapUpBegan,
    /// It was wrapped up.
    WrapUpEnded,
}
