//! Encoded silence, for a far end whose browser says nothing: while the page reloads, or before the
//! microphone is granted. Without it a far end behind its own NAT never learns where we are, and some hang
//! up on a stream that stops.

use crate::{Codec, rewrite::ticks};
use std::time::Duration;

/// How long the browser may pause before silence takes its place: longer than any jitter.
pub(crate) const AFTER: Duration = Duration::from_millis(200);

/// 20 ms of silence in Opus: one CELT frame, full band (RFC 6716 §3.1, configuration 31), without content.
const OPUS: [u8; 3] = [0xf8, 0xff, 0xfe];

/// Writes one packet of silence; returns its length. `None` if it does not fit.
pub(crate) fn write(codec: Codec, duration: Duration, out: &mut [u8]) -> Option<usize> {
    let octet = match codec {
        Codec::Opus => {
            out.get_mut(..OPUS.len())?.copy_from_slice(&OPUS);
            return Some(OPUS.len());
        }
        // The one octet that, said again and again, ITU-T G.722's decoder settles on zero for.
        Codec::G722 => 0xfd,
        // Zero (ITU-T G.711, tables 1a and 2a).
        Codec::Pcmu => 0xff,
        Codec::Pcma => 0xd5,
    };
    // An octet each 125 µs in all three.
    let len = usize::try_from(ticks(duration, 8000)).ok()?;
    out.get_mut(..len)?.fill(octet);
    Some(len)
}

/// How long a packet of silence lasts, for what signalling said about packets.
pub(crate) fn packet_time(codec: Codec, ptime_ms: u8) -> Duration {
    match codec {
        Codec::Opus => Duration::from_millis(20),
        Codec::G722 | Codec::Pcmu | Codec::Pcma => Duration::from_millis(u64::from(ptime_ms.clamp(10, 100))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_of_silence_is_as_long_as_one_of_audio() {
        let mut out = [0; 1500];
        let mut len = |codec, ptime| write(codec, packet_time(codec, ptime), &mut out).unwrap();
        assert_eq!([len(Codec::Pcmu, 20), len(Codec::Pcma, 30), len(Codec::G722, 20)], [160, 240, 160]);
        assert_eq!([len(Codec::Opus, 60), len(Codec::Pcmu, 0)], [3, 80]);
        assert_eq!(write(Codec::Pcmu, Duration::from_secs(1), &mut out), None);
    }
}
