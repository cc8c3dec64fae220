//! Control of telephones by somebody else than their users, as a contact centre does it (CTI, in the terms of CSTA).
//!
//! The contact centre says what shall happen by [`Command`]s and learns what did by [`Event`]s; a command is never
//! answered directly. [`memory`] is a switch without audio; the lab's PBX is one with real calls.
//!
//! - A telephone is named by its number, and so is whoever calls from outside.
//! - Calls are numbered by whoever begins them: the contact centre below [`CallId::FIRST_OF_SWITCH`], the switch from
//!   there on. A number is used once.
//! - Several parties may be in a call. A call of two ends when one leaves it, a larger one when one is left.
//! - A number opened as a queue is no telephone: its calls wait there, with music if the switch has any, until they
//!   are routed to a telephone, and come back there if they are diverted from it.
//! - A telephone named in [`Command::Simulate`] is played by the switch: it does what commands say, and sounds.
//!   Others are real, and what their users do themselves is reported in the same way as what commands make them do.
//! - Numbers that are neither are the switch's business: it may have somebody there who answers.

pub mod memory;
pub mod split;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// The number of a telephone or of somebody outside.
pub type Address = String;

/// A call, on all its way: through the queue, from telephone to telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallId(pub u64);

impl CallId {
    /// The first number for calls that begin at the switch.
    pub const FIRST_OF_SWITCH: u64 = 1 << 32;
}

/// A switch that can be told what to do.
pub trait CallControl: Send + Sync {
    /// Has it done, as soon as possible. What comes of it is reported by events.
    fn command(&self, command: Command);
}

/// Where a switch reports to.
pub type Events = mpsc::UnboundedSender<Event>;

/// What a switch is told to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Calls to this number wait for [`Command::Route`], reported by [`Event::Offered`].
    OpenQueue {
        /// The number to call.
        number: Address,
    },
    /// This telephone is played by the switch.
    Simulate {
        /// Its number.
        device: Address,
    },
    /// Somebody outside calls; the switch plays them (a tone that depends on `from`).
    CallFromOutside {
        /// The new call.
        call: CallId,
        /// Who calls.
        from: Address,
        /// A queue's number or a telephone.
        to: Address,
    },
    /// A telephone calls. A real one is rung and connected with the destination when it answers, unless the switch
    /// knows a better way. Reported by [`Event::Originated`].
    MakeCall {
        /// The new call.
        call: CallId,
        /// The telephone that calls.
        from: Address,
        /// Whom it calls.
        to: Address,
    },
    /// The telephone that rings answers.
    Answer {
        /// The call that rings.
        call: CallId,
        /// The telephone.
        device: Address,
    },
    /// The telephone holds the call.
    Hold {
        /// The call.
        call: CallId,
        /// The telephone that holds.
        device: Address,
    },
    /// The telephone takes the call back.
    Retrieve {
        /// The call.
        call: CallId,
        /// The telephone that held.
        device: Address,
    },
    /// The telephone holds its call and calls somebody else: [`Event::Held`], then [`Event::Originated`].
    Consult {
        /// The call that it is in.
        held: CallId,
        /// The new call.
        consult: CallId,
        /// The telephone.
        device: Address,
        /// Whom it calls.
        to: Address,
    },
    /// The telephone connects the other parties of its two calls and leaves both: [`Event::Transferred`].
    Transfer {
        /// The telephone.
        device: Address,
        /// The call that goes on, with the parties of both.
        survivor: CallId,
        /// The call that ends.
        ended: CallId,
    },
    /// The telephone makes one call of its two and stays: [`Event::Conferenced`].
    Conference {
        /// The telephone.
        device: Address,
        /// The call that goes on, with the parties of both.
        survivor: CallId,
        /// The call that ends.
        ended: CallId,
    },
    /// The telephone sends the other party to somebody else and leaves: [`Event::Redirected`], then the call rings
    /// there.
    SingleStepTransfer {
        /// The call.
        call: CallId,
        /// The telephone that leaves.
        device: Address,
        /// Where the other party goes.
        to: Address,
    },
    /// A party leaves the call, by its own wish or another's.
    Drop {
        /// The call.
        call: CallId,
        /// Who leaves.
        party: Address,
    },
    /// All parties leave the call.
    End {
        /// The call.
        call: CallId,
    },
    /// The telephone sends keys (0-9 A-D * #).
    SendDigits {
        /// The call.
        call: CallId,
        /// The telephone that sends.
        device: Address,
        /// The keys.
        digits: String,
    },
    /// A call that waits in a queue rings at a telephone, without an end of its own: [`Event::Delivered`].
    Route {
        /// The call that waits.
        call: CallId,
        /// Where it rings.
        device: Address,
    },
    /// A call that rings at a telephone stops to do so, and waits in its queue again: [`Event::Diverted`].
    Divert {
        /// The call that rings.
        call: CallId,
        /// Where it rang.
        device: Address,
    },
    /// A supervisor's telephone hears a call, and is not heard. It takes the call by itself if the switch can have it
    /// so: [`Event::Originated`], [`Event::Answered`].
    Monitor {
        /// The new call, between the supervisor and the agent's telephone.
        call: CallId,
        /// The call to be heard.
        watched: CallId,
        /// The telephone of the supervisor.
        supervisor: Address,
        /// The telephone of the agent.
        agent: Address,
    },
    /// A supervisor who hears a call takes part in it: [`Event::Conferenced`] with the watched call as survivor.
    Barge {
        /// The call of [`Command::Monitor`].
        monitor: CallId,
        /// The call that the supervisor joins.
        watched: CallId,
        /// The telephone of the supervisor.
        supervisor: Address,
    },
}

/// What a switch reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A call reached the number of a queue and waits there.
    Offered {
        /// The call.
        call: CallId,
        /// Who calls.
        from: Address,
        /// The queue's number.
        to: Address,
    },
    /// A telephone began a call.
    Originated {
        /// The call.
        call: CallId,
        /// The telephone.
        from: Address,
        /// Whom it calls.
        to: Address,
    },
    /// A call rings at a telephone, or at somebody outside.
    Delivered {
        /// The call.
        call: CallId,
        /// Who calls.
        from: Address,
        /// Where it rings.
        to: Address,
    },
    /// A call that rang at a telephone waits in its queue again.
    Diverted {
        /// The call.
        call: CallId,
        /// Where it rang.
        from: Address,
    },
    /// Somebody answered, and is connected.
    Answered {
        /// The call.
        call: CallId,
        /// Who.
        by: Address,
    },
    /// A party holds the call.
    Held {
        /// The call.
        call: CallId,
        /// Who holds.
        by: Address,
    },
    /// A party takes the call back.
    Retrieved {
        /// The call.
        call: CallId,
        /// Who held.
        by: Address,
    },
    /// Two calls became one, without the party that connected them.
    Transferred {
        /// The call that goes on.
        survivor: CallId,
        /// The call that is no more.
        ended: CallId,
        /// Who connected the others and left.
        by: Address,
        /// Who is in the call that goes on.
        parties: Vec<Address>,
    },
    /// Two calls became one.
    Conferenced {
        /// The call that goes on.
        survivor: CallId,
        /// The call that is no more.
        ended: CallId,
        /// Who connected them.
        by: Address,
        /// Who is in the call that goes on.
        parties: Vec<Address>,
    },
    /// A party sent the other one to somebody else and left; the call rings there next, or fails.
    Redirected {
        /// The call.
        call: CallId,
        /// Who left.
        by: Address,
        /// Where it goes.
        to: Address,
    },
    /// A party left a call. If that ends it, [`Event::Ended`] follows.
    PartyDropped {
        /// The call.
        call: CallId,
        /// Who left.
        party: Address,
    },
    /// A call is over.
    Ended {
        /// The call.
        call: CallId,
    },
    /// A call did not reach its destination. It is over for the switch, though the caller may still hear a tone.
    Failed {
        /// The call.
        call: CallId,
        /// Why.
        cause: Cause,
    },
    /// A command was not done, and changed nothing.
    Refused {
        /// The call that it was about.
        call: CallId,
        /// The telephone that it was about, empty if none.
        device: Address,
        /// Why.
        cause: Cause,
    },
    /// A party pressed keys.
    Digits {
        /// The call.
        call: CallId,
        /// Who.
        from: Address,
        /// The keys.
        digits: String,
    },
    /// A real telephone can be called, or no longer: it registered or its registration ended.
    InService {
        /// The telephone.
        device: Address,
        /// Whether it can be called.
        up: bool,
    },
}

/// Why a call or a command failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The called party talks.
    Busy,
    /// There is no such number.
    BadDestination,
    /// Nobody answered in the time that the switch gives.
    NoAnswer,
    /// The called party declined.
    Declined,
    /// The telephone cannot be reached, or has no free line.
    DeviceNotAvailable,
    /// The call is not in a state for this, or does not exist.
    WrongState,
    /// The switch cannot do this at all.
    NotSupported,
}
