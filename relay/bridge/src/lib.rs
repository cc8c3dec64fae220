//! Pure call logic: who is in a call, on which legs, and what happens next.
//!
//! [`Bridge`] joins what a user's tabs ask for with what happens on the legs. It knows neither SIP
//! syntax nor sockets: the shell translates. Time is passed in, ids are counted, and the whole state is plain
//! serialisable data, so that a call can outlive the tab it was made in.
//!
//! The shell drives it like this:
//!
//! 1. hand every happening to one of the input methods ([`Bridge::attach`], [`Bridge::message`],
//!    [`Bridge::far_leg`], …) with the time,
//! 2. carry out every [`Command`] from [`Bridge::next_command`] until there is none,
//! 3. call [`Bridge::handle_timeout`] no later than [`Bridge::next_timeout`].

mod bridge;
mod call;
mod command;
mod leg;
mod media;
mod request;
mod settings;
mod user;

pub use bridge::{Bridge, IncomingCall};
pub use command::{Command, Refusal};
pub use leg::{BrowserEvent, BrowserLegId, ClientId, FarEvent, FarLegId, LegEnd, UserId};
pub use settings::Settings;

/// The relay's clock in milliseconds since the Unix epoch. It never goes back.
pub type Millis = u64;
