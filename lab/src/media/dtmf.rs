//! Telephone-events (RFC 4733): digits as RTP payloads, and back.

/// One of the sixteen DTMF digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digit(u8);

/// In the order of their event codes, RFC 4733 §3.2.
const CHARACTERS: [char; 16] =
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// Rows of the keypad, in Hz (ITU-T Q.23).
const LOW: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
/// Columns of the keypad, in Hz (ITU-T Q.23).
const HIGH: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

impl Digit {
    /// The digit printed as `character` on a keypad.
    pub fn from_char(character: char) -> Option<Self> {
        let character = character.to_ascii_uppercase();
        (0..).zip(CHARACTERS).find(|(_, known)| *known == character).map(|(code, _)| Self(code))
    }

    /// As printed on a keypad.
    pub fn to_char(self) -> char {
        CHARACTERS[usize::from(self.0)]
    }

    /// Low and high frequency, in Hz.
    pub fn frequencies(self) -> (f64, f64) {
        let (row, column) = match self.0 {
            0 => (3, 1),
            digit @ 1..=9 => ((digit - 1) / 3, (digit - 1) % 3),
            10 => (3, 0),
            11 => (3, 2),
            letter => (letter - 12, 3),
        };
        (LOW[usize::from(row)], HIGH[usize::from(column)])
    }
}

/// The payload of a telephone-event packet, RFC 4733 §2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which key.
    pub digit: Digit,
    /// The key was released; sent three times (§2.5.1.4).
    pub end: bool,
    /// How long the key has been down, in timestamp units.
    pub duration: u16,
}

/// Power in −dBm0 written into events: where our audible tones lie.
const VOLUME: u8 = 10;

impl Event {
    /// Reads a payload; `None` for events that are no digits, such as flash and tones.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [code, flags, duration @ ..] = payload.first_chunk::<4>()?;
        let digit = (*code < 16).then_some(Digit(*code))?;
        Some(Self { digit, end: flags & 0x80 != 0, duration: u16::from_be_bytes(*duration) })
    }

    /// The event as a payload.
    pub fn to_bytes(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.digit.0, u8::from(self.end) << 7 | VOLUME, high, low]
    }
}

/// Makes one digit of the many packets that carry it.
#[derive(Debug, Default)]
pub struct Collector {
    last: Option<u32>,
}

impl Collector {
    /// Takes an event packet; answers the digit when it is the first packet seen of its event.
    ///
    /// All packets of an event carry the instant at which it began (§2.2.1), so any of them may be lost.
    pub fn receive(&mut self, timestamp: u32, event: Event) -> Option<Digit> {
        (self.last.replace(timestamp) != Some(timestamp)).then_some(event.digit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(digit: char, end: bool) -> Event {
        Event { digit: Digit::from_char(digit).unwrap(), end, duration: 400 }
    }

    #[test]
    fn a_digit_has_the_code_of_the_rfc() {
        for (digit, code) in [('0', 0), ('9', 9), ('*', 10), ('#', 11), ('A', 12), ('d', 15)] {
            assert_eq!(event(digit, false).to_bytes(), [code, 10, 0x01, 0x90]);
        }
        assert_eq!(event('5', true).to_bytes()[1], 0x8A);
        assert_eq!(Digit::from_char('x'), None);
    }

    #[test]
    fn an_event_is_read_as_it_was_written() {
        for digit in CHARACTERS {
            assert_eq!(Event::parse(&event(digit, true).to_bytes()), Some(event(digit, true)));
        }
    }

    #[test]
    fn other_events_and_short_payloads_are_no_digits() {
        assert_eq!(Event::parse(&[16, 10, 0, 0]), None);
        assert_eq!(Event::parse(&[1, 10, 0]), None);
    }

    #[test]
    fn keys_sound_as_on_a_telephone() {
        for (digit, frequencies) in [
            ('1', (697.0, 1209.0)),
            ('6', (770.0, 1477.0)),
            ('8', (852.0, 1336.0)),
            ('0', (941.0, 1336.0)),
            ('*', (941.0, 1209.0)),
            ('#', (941.0, 1477.0)),
            ('B', (770.0, 1633.0)),
        ] {
            assert_eq!(Digit::from_char(digit).unwrap().frequencies(), frequencies, "{digit}");
        }
    }

    #[test]
    fn an_event_counts_once_however_many_packets_carry_it() {
        let mut collector = Collector::default();
        let heard: String = [(100, '5', false), (100, '5', true), (100, '5', true), (900, '5', true)]
            .into_iter()
            .filter_map(|(timestamp, digit, end)| collector.receive(timestamp, event(digit, end)))
            .map(Digit::to_char)
            .collect();
        assert_eq!(heard, "55");
    }
}
