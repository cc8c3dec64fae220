//! The threads and sockets: the only part of the crate that touches the operating system.

mod command;
mod pairs;
mod plane;
mod ports;
mod run;
mod shared;
mod sys;

pub use plane::MediaPlane;
