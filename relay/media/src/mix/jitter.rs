//! Packets of one member that wait for their turn.

use crate::Codec;

/// Packets kept: at 20 ms each, half a second.
const PACKETS: usize = 24;
/// The largest payload kept: an Opus packet of 20 ms at its limit, or 160 ms of G.711.
pub(super) const MAX_PAYLOAD: usize = 1280;

/// A packet's place in its member's time, in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) at: i64,
    pub(super) len: i64,
}

impl Span {
    pub(super) fn end(self) -> i64 {
        self.at + self.len
    }
}

struct Waiting {
    span: Span,
    codec: Codec,
    len: usize,
    bytes: [u8; MAX_PAYLOAD],
}

/// The packets, in places that are used again.
pub(super) struct Jitter {
    /// The first `used` wait, in the order of their time.
    waiting: Vec<Waiting>,
    used: usize,
}

impl Jitter {
    pub(super) fn new() -> Self {
        let empty =
            || Waiting { span: Span { at: 0, len: 0 }, codec: Codec::Pcmu, len: 0, bytes: [0; MAX_PAYLOAD] };
        Self { waiting: std::iter::repeat_with(empty).take(PACKETS).collect(), used: 0 }
    }

    /// Keeps a packet; one that is there already changes nothing. When there is no more room the oldest goes.
    pub(super) fn put(&mut self, span: Span, codec: Codec, payload: &[u8]) {
        if payload.len() > MAX_PAYLOAD || self.spans().any(|known| known.at == span.at) {
            return;
        }
        if self.used == self.waiting.len() {
            self.drop_first();
        }
        let Some(place) = self.waiting.get_mut(self.used) else { return };
        (place.span, place.codec, place.len) = (span, codec, payload.len());
        place.bytes[..payload.len()].copy_from_slice(payload);
        // Most packets come in order, so that the new one is in its place at once.
        let position = self.spans().take_while(|known| known.at < span.at).count();
        if let Some(behind) = self.waiting.get_mut(position..=self.used) {
            behind.rotate_right(1);
        }
        self.used += 1;
    }

    /// The first packet, if there is one.
    pub(super) fn first(&self) -> Option<(Span, Codec, &[u8])> {
        let first = self.waiting[..self.used].first()?;
        Some((first.span, first.codec, &first.bytes[..first.len]))
    }

    pub(super) fn drop_first(&mut self) {
        if let Some(used) = self.waiting.get_mut(..self.used).filter(|used| !used.is_empty()) {
            used.rotate_left(1);
            self.used -= 1;
        }
    }

    /// Where the last packet ends.
    pub(super) fn end(&self) -> Option<i64> {
        self.spans().map(Span::end).max()
    }

    pub(super) fn clear(&mut self) {
        self.used = 0;
    }

    fn spans(&self) -> impl Iterator<Item = Span> {
        self.waiting.iter().take(self.used).map(|waiting| waiting.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(at: i64) -> Span {
        Span { at, len: 320 }
    }

    #[test]
    fn packets_come_out_in_the_order_of_their_time_and_once() {
        let mut jitter = Jitter::new();
        for at in [640, 0, 320, 640, 960] {
            jitter.put(span(at), Codec::Pcmu, &at.to_be_bytes());
        }
        assert_eq!(jitter.end(), Some(1280));
        for at in [0, 320, 640, 960_i64] {
            assert_eq!(jitter.first(), Some((span(at), Codec::Pcmu, &at.to_be_bytes()[..])));
            jitter.drop_first();
        }
        assert_eq!((jitter.first(), jitter.end()), (None, None));
        jitter.drop_first();
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_the_oldest_goes_first() {
        let mut jitter = Jitter::new();
        jitter.put(span(0), Codec::Pcmu, &[0; MAX_PAYLOAD + 1]);
        assert_eq!(jitter.first(), None);
        for n in 0..30 {
            jitter.put(span(320 * n), Codec::Pcmu, &[]);
        }
        assert_eq!(jitter.first().unwrap().0, span(320 * 6));
        jitter.clear();
        assert_eq!(jitter.first(), None);
    }
}
