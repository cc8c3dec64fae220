//! The state tables of both platforms: what can be chosen, and what becomes of a choice (guide, "Change agent state").

use super::ChosenState;
use crate::model::AgentState;

/// What becomes of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    /// It is asked for. In a call Finesse takes note of it.
    Send,
    /// Finesse would refuse it now.
    Keep,
}

/// What the tables need to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation {
    pub(super) uccx: bool,
    pub(super) state: AgentState,
    /// What Finesse has taken note of.
    pub(super) pending: Option<AgentState>,
    /// A call is up, whatever the state says.
    pub(super) live: bool,
}

/// The states that can be chosen, in the order in which to show them.
pub(super) fn choices(of: Situation) -> Vec<ChosenState> {
    use ChosenState::{NotReady, Ready, SignOut};
    match of.state {
        AgentState::Logout => Vec::new(),
        AgentState::NotReady if of.live => vec![Ready, NotReady],
        AgentState::NotReady => vec![Ready, NotReady, SignOut],
        AgentState::Ready if of.uccx => vec![NotReady, SignOut],
        AgentState::Ready => vec![NotReady],
        AgentState::Reserved
        | AgentState::ReservedOutbound
        | AgentState::ReservedOutboundPreview
        | AgentState::Talking
        | AgentState::Hold
        | AgentState::Work
        | AgentState::WorkReady
        | AgentState::Unknown => vec![Ready, NotReady],
    }
}

/// What becomes of a choice.
pub(super) fn plan(of: Situation, chosen: ChosenState) -> Plan {
    match chosen {
        ChosenState::SignOut => plan_sign_out(of),
        ChosenState::Ready if of.uccx => plan_ready_uccx(of),
        ChosenState::NotReady if of.uccx => plan_not_ready_uccx(of),
        ChosenState::Ready | ChosenState::NotReady => Plan::Send,
    }
}

fn plan_sign_out(of: Situation) -> Plan {
    match of.state {
        AgentState::NotReady if !of.live => Plan::Send,
        AgentState::Ready if of.uccx && !of.live => Plan::Send,
        AgentState::Logout
        | AgentState::NotReady
        | AgentState::Ready
        | AgentState::Reserved
        | AgentState::ReservedOutbound
        | AgentState::ReservedOutboundPreview
        | AgentState::Talking
        | AgentState::Hold
        | AgentState::Work
        | AgentState::WorkReady
        | AgentState::Unknown => Plan::Keep,
    }
}

/// 265 on a call of a queue, 33 on any other.
fn plan_ready_uccx(of: Situation) -> Plan {
    match of.state {
        AgentState::Reserved
        | AgentState::ReservedOutbound
        | AgentState::ReservedOutboundPreview
        | AgentState::Talking
        | AgentState::Hold => Plan::Keep,
        AgentState::NotReady | AgentState::Ready if of.live => Plan::Keep,
        AgentState::Logout
        | AgentState::NotReady
        | AgentState::Ready
        | AgentState::Work
        | AgentState::WorkReady
        | AgentState::Unknown => Plan::Send,
    }
}

/// 265 for a second one with another reason; and nobody leaves `RESERVED_OUTBOUND` by hand.
fn plan_not_ready_uccx(of: Situation) -> Plan {
    match of.state {
        AgentState::ReservedOutbound => Plan::Keep,
        AgentState::Talking | AgentState::Hold if of.pending == Some(AgentState::NotReady) => Plan::Keep,
        AgentState::Logout
        | AgentState::NotReady
        | AgentState::Ready
        | AgentState::Reserved
        | AgentState::ReservedOutboundPreview
        | AgentState::Talking
        | AgentState::Hold
        | AgentState::Work
        | AgentState::WorkReady
        | AgentState::Unknown => Plan::Send,
    }
}
