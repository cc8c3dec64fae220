//! Who somebody is: passwords, sessions, and how often one may guess.

mod admin;
mod checking;
mod password;
mod session;
mod throttle;

pub(crate) use admin::{Admin, Refused};
pub(crate) use checking::{Checks, Unchecked};
pub(crate) use password::Passwords;
pub use password::hash as hash_password;
pub(crate) use session::{Session, Sessions, fresh_token};
pub(crate) use throttle::Throttle;
