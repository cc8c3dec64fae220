//! Simulators and the demo.
//!
//! [`pbx`] is a small telephone exchange: a registrar with two extensions, and numbers that answer, so that the
//! demo works with nothing else installed. It stands on a SIP stack that is not Sidetone's own, hence every call
//! made with it is also a check of one stack against the other. [`media`] is what the simulators say and hear.
//!
//! [`clients`] are users with browsers, many in one process, and [`probe`] is one of them together with the telephone
//! it calls, so that times between the two are read from one clock. Both are for measurements.

pub mod clients;
pub mod cti;
pub mod finesse;
pub mod media;
pub mod pbx;
pub mod probe;
