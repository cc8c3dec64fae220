//! Joining, in virtual time.

mod calls_by_finesse;
mod ends;
mod incoming;
mod random;
mod stand;
