//! What people see: accessible building blocks and the skins made of them.
//!
//! A skin is a function of a [`Snapshot`]; what its user does comes back as an [`Intent`]. Skins know no
//! network, no relay and no CRM, and keep no state but that of their own controls (what is typed, what is
//! folded open).
//!
//! - [`snapshot`]: all that a skin can show,
//! - [`intent`]: all that a user can do,
//! - [`port`]: how a skin is connected to the phone,
//! - [`locale`] and [`text`]: the words, in `locales/`,
//! - [`kit`]: the building blocks,
//! - [`mini`]: the first skin, for a pane of 240 px and for a page of its own.

#![expect(
    unreachable_pub,
    reason = "`#[component]` makes a `pub` function of each component, however private"
)]

pub mod intent;
pub mod kit;
pub mod locale;
pub mod mini;
pub mod port;
pub mod snapshot;
pub mod text;

pub use intent::{AgentIntent, Intent, Password, TransferTo};
pub use locale::{Language, Locale};
pub use port::Port;
pub use snapshot::Snapshot;
