//! Pure SIP: messages, transactions, dialogs, registration, offer and answer.
//!
//! Nothing here opens a socket, reads a clock or draws a random number. The shell that owns them
//! drives one [`UserAgent`] like this:
//!
//! 1. Bind the UDP socket (it is [`FlowId::UDP`]) and the TCP and TLS listeners named in [`Settings`],
//!    then call [`UserAgent::set_trunk`] for each trunk and [`UserAgent::add_account`] for each phone line.
//! 2. Hand everything that happens to [`UserAgent::handle_input`]: datagrams, bytes of
//!    connections, connections made, accepted (named by [`UserAgent::allocate_flow`]) and closed,
//!    and answers of the name service.
//! 3. After **every** call of any method, drain [`UserAgent::next_command`] and do what each
//!    [`Command`] says, in order; then sleep until [`UserAgent::next_timeout`] or the next input.
//! 4. When that time has come, call [`UserAgent::handle_timeout`].
//!
//! What happened to lines and calls arrives as [`Command::Event`]. A call is one [`LegId`] from
//! `invite` or [`Event::Incoming`] to its [`Event::Ended`], which comes exactly once. The whole
//! state is plain data: serialise the [`UserAgent`], and another process carries the calls on after
//! [`UserAgent::handle_restored`].

mod account;
mod agent;
mod call;
mod cause;
mod dialog;
mod digest;
mod error;
mod event;
mod id;
mod io;
mod kpml;
mod line;
pub mod message;
mod network;
pub mod offer_answer;
mod order;
mod random;
mod refusal;
mod registration;
mod schedule;
pub mod sdp;
mod settings;
mod stun;
mod subscription;
mod time;
mod transaction;
mod transport;
mod trunk;
mod udp_flow;
mod watch;
mod xml;

pub use account::{Account, Kind, Secret, Transport};
pub use agent::{Counts, UserAgent};
pub use call::{Alert, Replaces};
pub use cause::{Cause, Reason};
pub use error::Error;
pub use event::{Caller, Event};
pub use id::{AccountId, FlowId, LegId, QueryId, TrunkId};
pub use io::{Command, Hop, Input, is_keep_alive};
pub use network::{BadNetwork, Network};
pub use order::order;
pub use rand_core::CryptoRng;
pub use refusal::{Refusal, Warning};
pub use settings::{Settings, Timers};
pub use subscription::MessageSummary;
pub use time::Time;
pub use trunk::{Peer, Trunk};
pub use watch::{CallDirection, CallPhase, UnknownReason, WatchState, WatchedCall, WatchedDialog};
