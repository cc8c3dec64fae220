//! The states of an agent, and which may follow which.

/// The contact centre behind the Finesse server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Unified Contact Center Enterprise.
    Ucce,
    /// Unified Contact Center Express.
    Uccx,
}

impl Platform {
    /// As SystemInfo names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ucce => "UCCE",
            Self::Uccx => "UCCX",
        }
    }
}

/// The state of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgentState {
    /// Not signed in.
    Logout,
    /// Signed in, gets no calls from queues.
    NotReady,
    /// Waits for calls.
    Ready,
    /// A call from a queue rings.
    Reserved,
    /// A dialled call of a campaign is about to come.
    ReservedOutbound,
    /// A call of a campaign is shown before it is made.
    ReservedOutboundPreview,
    /// In a call.
    Talking,
    /// All calls are held; UCCE only.
    Hold,
    /// Wrap-up, not ready after it.
    Work,
    /// Wrap-up, ready after it; UCCE only.
    WorkReady,
}

use AgentState::{
    Hold, Logout, NotReady, Ready, Reserved, ReservedOutbound, ReservedOutboundPreview, Talking, Work,
    WorkReady,
};

impl AgentState {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Logout,
        NotReady,
        Ready,
        Reserved,
        ReservedOutbound,
        ReservedOutboundPreview,
        Talking,
        Hold,
        Work,
        WorkReady,
    ];

    /// As Finesse writes it.
    pub fn name(self) -> &'static str {
        match self {
            Logout => "LOGOUT",
            NotReady => "NOT_READY",
            Ready => "READY",
            Reserved => "RESERVED",
            ReservedOutbound => "RESERVED_OUTBOUND",
            ReservedOutboundPreview => "RESERVED_OUTBOUND_PREVIEW",
            Talking => "TALKING",
            Hold => "HOLD",
            Work => "WORK",
            WorkReady => "WORK_READY",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether a call or its wrap-up keeps the agent.
    pub fn is_busy(self) -> bool {
        match self {
            Logout | NotReady | Ready => false,
            Reserved | ReservedOutbound | ReservedOutboundPreview | Talking | Hold | Work | WorkReady => true,
        }
    }
}

/// What is to happen with a wish of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// At once.
    Now,
    /// After the call.
    Pending,
    /// Refused, by an event.
    Refused(CtiError),
}

/// An error that the contact centre reports by an event, `errorType` `Invalid State` unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CtiError {
    /// `errorType`.
    pub kind: &'static str,
    /// `errorData`.
    pub code: u32,
    /// `errorMessage`.
    pub name: &'static str,
}

impl CtiError {
    const fn state(code: u32, name: &'static str) -> Self {
        Self { kind: "Invalid State", code, name }
    }

    /// The agent is in no state for this.
    pub const WORKMODE: Self = Self::state(265, "CF_INVALID_AGENT_WORKMODE");
    /// The telephone is in use.
    pub const BUSY: Self = Self::state(33, "CF_RESOURCE_BUSY");
    /// UCCE: not signed in.
    pub const NOT_SIGNED_IN: Self = Self::state(257, "CF_INVALID_PASSWORD_SPECIFIED");
    /// UCCX: not signed in.
    pub const PARAMETER: Self = Self::state(1010, "CF_INVALID_PARAMETER");
    /// UCCE: a supervisor who listens has to be not ready.
    pub const MONITOR_UCCE: Self = Self::state(13145, "CF_GENERIC_UNSPECIFIED_REJECTION");
    /// UCCX: the same.
    pub const MONITOR_UCCX: Self = Self::state(88049, "CF_GENERIC_UNSPECIFIED_REJECTION");
    /// UCCX: a reserved agent cannot leave a campaign's call.
    pub const RESERVED: Self =
        Self { kind: "Internal Server Error", code: 0, name: "CF_GENERIC_UNSPECIFIED" };
    /// The action is not in the list of those that are possible.
    pub const ACTION: Self = Self { kind: "Generic Error", code: 1, name: "CF_GENERIC_UNSPECIFIED" };
    /// The kind of mobile agent is not allowed.
    pub const MODE: Self = Self { kind: "Mode Not Allowed", code: 1, name: "CF_MODE_NOT_ALLOWED" };
    /// The telephone cannot be used.
    pub const OUT_OF_SERVICE: Self =
        Self { kind: "Call Operation Failure", code: 34, name: "CF_RESOURCE_OUT_OF_SERVICE" };
    /// The call cannot be made or connected.
    pub const CALL: Self = Self { kind: "Call Operation Failure", code: 1, name: "CF_GENERIC_OPERATION" };
}

/// Whether the tables have `to` after `from`; what an agent, a supervisor, a call or a timer may cause.
///
/// `RESERVED` to `NOT_READY` is ring no answer. `LOGOUT` follows all, by supervisors and by lost presence.
pub fn follows(platform: Platform, from: AgentState, to: AgentState) -> bool {
    if to == Logout {
        return from != Logout;
    }
    match (platform, from) {
        (Platform::Ucce | Platform::Uccx, Logout) => to == NotReady,
        (Platform::Ucce, NotReady) => matches!(to, NotReady | Ready | Talking),
        // A call from a queue that reached the agent by a colleague's transfer.
        (Platform::Uccx, NotReady) => matches!(to, NotReady | Ready | Talking),
        (_, Ready) => matches!(to, NotReady | Reserved | ReservedOutbound | ReservedOutboundPreview),
        (_, Reserved) => matches!(to, Talking | Ready | NotReady),
        (_, ReservedOutbound) => matches!(to, Ready | NotReady | Talking),
        (_, ReservedOutboundPreview) => matches!(to, Ready | NotReady | Talking),
        (Platform::Ucce, Talking) => matches!(to, Hold | Ready | NotReady | Work | WorkReady),
        (Platform::Uccx, Talking) => matches!(to, Ready | NotReady | Work),
        (Platform::Ucce, Hold) => matches!(to, Talking | Ready | NotReady | Work | WorkReady),
        (Platform::Uccx, Hold | WorkReady) => false,
        (_, Work) => matches!(to, Ready | NotReady),
        (Platform::Ucce, WorkReady) => matches!(to, Ready | NotReady),
    }
}

/// What becomes of an agent's own wish for another state, where one may be pending. `other_call` says that the agent
/// is in a call that is from no queue (a non-ICD call, in UCCX's words).
pub fn wish(
    platform: Platform,
    from: AgentState,
    to: AgentState,
    pending: Option<AgentState>,
    other_call: bool,
) -> Wish {
    let not_signed_in = match platform {
        Platform::Ucce => CtiError::NOT_SIGNED_IN,
        Platform::Uccx => CtiError::PARAMETER,
    };
    match (platform, from, to) {
        (_, Logout, _) => Wish::Refused(not_signed_in),
        (Platform::Uccx, NotReady, Ready) if other_call => Wish::Refused(CtiError::BUSY),
        (_, NotReady, Logout | NotReady | Ready) | (_, Ready, NotReady | Ready) => Wish::Now,
        (Platform::Uccx, Ready, Logout) => Wish::Now,
        (_, Work | WorkReady, Ready | NotReady) => Wish::Now,
        (Platform::Ucce, ReservedOutbound, Ready | NotReady) => Wish::Now,
        (Platform::Uccx, ReservedOutbound, _) => Wish::Refused(CtiError::RESERVED),
        (Platform::Ucce, ReservedOutboundPreview | Reserved | Talking | Hold, Ready | NotReady) => {
            Wish::Pending
        }
        (Platform::Uccx, ReservedOutboundPreview | Reserved, NotReady) => Wish::Pending,
        (Platform::Uccx, Talking, NotReady) if pending != Some(NotReady) => Wish::Pending,
        // Wrap-up that the agent asks for where it is optional.
        (_, Talking | Hold, Work) | (Platform::Ucce, Talking | Hold, WorkReady) => Wish::Pending,
        (Platform::Ucce | Platform::Uccx, _, _) => Wish::Refused(CtiError::WORKMODE),
    }
}

/// Whether a supervisor may set a member's state, and when it comes about.
pub fn supervisor_wish(from: AgentState, to: AgentState) -> Option<Wish> {
    match (from, to) {
        (Logout, _) => None,
        (NotReady | Ready | Work | WorkReady, Logout) => Some(Wish::Now),
        (Reserved | ReservedOutbound | ReservedOutboundPreview | Talking | Hold, Logout | Ready) => {
            Some(Wish::Pending)
        }
        (Ready | Work | WorkReady, NotReady) => Some(Wish::Now),
        (NotReady | Ready | Work | WorkReady, Ready) => Some(Wish::Now),
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_leaves_only_from_not_ready_on_ucce_and_also_from_ready_on_uccx() {
        for from in AgentState::ALL {
            let ucce = wish(Platform::Ucce, from, Logout, None, false) == Wish::Now;
            let uccx = wish(Platform::Uccx, from, Logout, None, false) == Wish::Now;
            assert_eq!((ucce, uccx), (from == NotReady, matches!(from, NotReady | Ready)), "{from:?}");
        }
    }

    #[test]
    fn the_platforms_refuse_in_their_own_ways() {
        let refused = |platform, from, to, pending, other| match wish(platform, from, to, pending, other) {
            Wish::Refused(error) => error.code,
            Wish::Now | Wish::Pending => panic!("{from:?} {to:?}"),
        };
        assert_eq!(refused(Platform::Ucce, Logout, NotReady, None, false), 257);
        assert_eq!(refused(Platform::Uccx, Logout, NotReady, None, false), 1010);
        assert_eq!(refused(Platform::Uccx, Talking, Ready, None, false), 265);
        assert_eq!(refused(Platform::Uccx, NotReady, Ready, None, true), 33);
        assert_eq!(refused(Platform::Uccx, Talking, NotReady, Some(NotReady), false), 265);
        assert_eq!(refused(Platform::Uccx, ReservedOutbound, Ready, None, false), 0);
        for to in [Ready, NotReady] {
            for pending in [None, Some(NotReady)] {
                assert_eq!(wish(Platform::Ucce, Talking, to, pending, false), Wish::Pending);
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for state in AgentState::ALL {
            assert_eq!(AgentState::named(state.name()), Some(state));
        }
        assert_eq!(AgentState::named("LOGIN"), None);
    }
}
