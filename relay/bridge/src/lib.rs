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
//!
//! A user can have many calls. One of them, or one conference, has the user's *focus*: it alone is heard in the
//! browser, and every other call is on hold. What a request or an event changes is the state; what follows from
//! the state (which legs to hold, who hears whom, what the tabs have to know) is worked out in one place after
//! each input, so that no order of happenings can leave it inconsistent.

mod bridge;
mod call;
mod command;
mod control;
mod hold;
mod leg;
mod media;
mod request;
mod room;
mod settings;
mod transfer;
mod user;
mod wiring;

pub use bridge::{Bridge, IncomingCall};
pub use command::{Command, MixMember, Refusal};
pub use control::{Controlled, Ending, Progress, Shown};
pub use leg::{BrowserEvent, BrowserLegId, ClientId, FarEvent, FarLegId, LegEnd, UserId};
pub use settings::{Conferences, LineSettings, NewUser, Settings};

/// The relay's clock in milliseconds since the Unix epoch. It never goes back.
pub type Millis = u64;
