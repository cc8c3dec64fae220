//! The parts a call needs, each with its state.

use sidetone_protocol::FailureCode;

/// The parts a call needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// The connection to the relay.
    pub relay: Check,
    /// The line on the telephone system.
    pub line: Check,
    /// The media path to the relay.
    pub audio: Check,
    /// The microphone.
    pub microphone: Check,
    /// Whether the browser lets the page make a sound.
    pub sound: Check,
    /// Whether the browser shows notifications of calls.
    pub notifications: Check,
    /// Whether the page was loaded in a way that lets browsers give it a microphone: HTTPS, or from this
    /// very computer.
    pub secure: bool,
}

/// The state of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// Not known, or the browser has no such thing: not shown.
    #[default]
    Unknown,
    /// It works.
    Good,
    /// It is being set up.
    Busy,
    /// The browser has to be asked first.
    Ask,
    /// It does not work.
    Bad(FailureCode),
    /// The browser refuses it, and calls work without.
    Off,
}
