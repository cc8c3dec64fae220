//! The phone core, driven by virtual time against a relay and a browser that the tests play.

mod answering;
mod connection;
mod dialling;
mod ending;
mod in_call;
mod microphone;
mod reload;
mod rig;
mod session;
mod several_tabs;
mod sounds;
mod warm_leg;
