//! The sound side of the simulators: G.711, tones, RTP, telephone-events.
//!
//! Everything but [`session`], [`simulated`], [`ports`] and the seats of a [`room`] is pure: packets and elapsed time in, packets out.

pub mod dtmf;
pub mod echo;
pub mod g711;
pub mod player;
pub mod ports;
pub mod room;
pub mod rtp;
pub mod schedule;
pub mod session;
pub mod simulated;
pub mod stage;
pub mod talker;
pub mod tone;
