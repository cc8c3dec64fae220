//! What the sounds of the phone are made of.

use crate::phone::Sound;
use sidetone_protocol::Ring;

/// A note: when it starts and how long it lasts, in seconds, and its frequencies in Hz.
pub(super) struct Note(pub(super) f64, pub(super) f64, pub(super) &'static [f32]);

/// Notes that repeat.
pub(super) struct Pattern {
    pub(super) notes: &'static [Note],
    pub(super) period_ms: u32,
    pub(super) volume: f32,
    /// Whether notes die away like a struck bell's.
    pub(super) bell: bool,
}

/// 425 Hz, the usual tone of ITU-T E.180.
const TONE: &[f32] = &[425.0];

/// Heard once, when a call was answered for the user.
pub(super) const ANSWERED: Pattern = Pattern {
    notes: &[Note(0.0, 0.12, &[880.0]), Note(0.14, 0.18, &[1174.7])],
    period_ms: 0,
    volume: 0.12,
    bell: false,
};

/// Heard once, when a speaker is tried.
pub(super) const TEST: Pattern = Pattern {
    notes: &[Note(0.0, 0.4, &[523.3]), Note(0.4, 0.4, &[659.3]), Note(0.8, 0.6, &[784.0])],
    period_ms: 0,
    volume: 0.2,
    bell: true,
};

/// The rings differ in rhythm as well as in melody, for ears that hear only one of them.
pub(super) fn ring(ring: Ring) -> Pattern {
    let (notes, period_ms): (&'static [Note], u32) = match ring {
        Ring::Normal => (
            &[
                Note(0.0, 0.5, &[659.3, 1318.5]),
                Note(0.16, 0.5, &[784.0, 1568.0]),
                Note(0.32, 0.7, &[987.8, 1975.5]),
                Note(0.8, 0.5, &[659.3, 1318.5]),
                Note(0.96, 0.5, &[784.0, 1568.0]),
                Note(1.12, 0.9, &[987.8, 1975.5]),
            ],
            3_000,
        ),
        // One short fall.
        Ring::Internal => (&[Note(0.0, 0.5, &[784.0, 1568.0]), Note(0.2, 0.8, &[587.3, 1174.7])], 3_000),
        // Two long strokes.
        Ring::External => (&[Note(0.0, 0.9, &[659.3, 1318.5]), Note(0.9, 0.9, &[659.3, 1318.5])], 3_600),
        // Quick strokes with little rest.
        Ring::Priority => (
            &[
                Note(0.0, 0.3, &[987.8, 1975.5]),
                Note(0.18, 0.3, &[987.8, 1975.5]),
                Note(0.36, 0.3, &[987.8, 1975.5]),
                Note(0.54, 0.5, &[1318.5, 2637.0]),
            ],
            1_400,
        ),
    };
    Pattern { notes, period_ms, volume: 0.22, bell: true }
}

/// The ring is ours; call progress tones are as in ITU-T E.180.
pub(super) fn pattern(sound: Sound) -> Pattern {
    match sound {
        Sound::Ring(kind) => ring(kind),
        Sound::CallWaiting => Pattern {
            notes: &[Note(0.0, 0.2, TONE), Note(0.4, 0.2, TONE)],
            period_ms: 6_000,
            volume: 0.05,
            bell: false,
        },
        Sound::Ringback => {
            Pattern { notes: &[Note(0.0, 1.0, TONE)], period_ms: 5_000, volume: 0.08, bell: false }
        }
        Sound::Busy => Pattern {
            notes: &[Note(0.0, 0.5, TONE), Note(1.0, 0.5, TONE), Note(2.0, 0.5, TONE)],
            period_ms: 3_000,
            volume: 0.08,
            bell: false,
        },
        Sound::Congestion => Pattern {
            notes: &[
                Note(0.0, 0.25, TONE),
                Note(0.5, 0.25, TONE),
                Note(1.0, 0.25, TONE),
                Note(1.5, 0.25, TONE),
                Note(2.0, 0.25, TONE),
            ],
            period_ms: 2_500,
            volume: 0.08,
            bell: false,
        },
    }
}

/// The two frequencies of a key, ITU-T Q.23.
pub(super) fn key_frequencies(key: char) -> Option<[f32; 2]> {
    const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
    const COLUMNS: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
    let place = "123A456B789C*0#D".find(key)?;
    Some([*ROWS.get(place / 4)?, *COLUMNS.get(place % 4)?])
}
