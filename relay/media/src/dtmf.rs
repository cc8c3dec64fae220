//! Digits: sent as named telephone events (RFC 4733) or, to a far end that takes none, as tones; heard as
//! events.

mod detect;
mod generate;
mod tone;

pub(crate) use detect::Detector;
pub(crate) use generate::{Beat, Generator, INTERVAL};
pub(crate) use tone::write as write_tone;

/// The digits in the order of their event codes (RFC 4733 §3.2).
const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// The event code of a digit.
pub(crate) fn event_code(digit: char) -> Option<u8> {
    let position = DIGITS.iter().position(|known| known.eq_ignore_ascii_case(&digit))?;
    u8::try_from(position).ok()
}

/// The payload of an event packet (RFC 4733 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Payload {
    /// The event code; codes up to 15 are digits.
    pub(crate) event: u8,
    /// Whether the event is over.
    pub(crate) end: bool,
    /// How long it has lasted so far, in units of the clock.
    pub(crate) duration: u16,
}

impl Payload {
    /// Reads the payload of an event packet.
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let [event, flags, high, low, ..] = *payload else { return None };
        Some(Self { event, end: flags & 0x80 != 0, duration: u16::from_be_bytes([high, low]) })
    }

    /// Writes it at −10 dBm0, within what RFC 4733 §2.3.4 has receivers accept.
    pub(crate) fn write(self) -> [u8; 4] {
        let duration = self.duration.to_be_bytes();
        [self.event, u8::from(self.end) << 7 | 10, duration[0], duration[1]]
    }

    /// The digit, if the event is one.
    pub(crate) fn digit(self) -> Option<char> {
        DIGITS.get(usize::from(self.event)).copied()
    }
}
