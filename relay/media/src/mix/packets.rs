//! What is said each 20 ms, in packets as long as the far end likes them (`a=ptime`): some gateways take no others.

use std::time::{Duration, Instant};

/// The longest packet, 100 ms, and 20 ms more.
const ROOM: usize = 960;

/// Octets of G.711 or G.722 that wait for their packet to be full.
pub(super) struct Packets {
    waiting: [u8; ROOM],
    len: usize,
    /// The moment of the first of them.
    begins: Option<Instant>,
}

impl Packets {
    pub(super) fn new() -> Self {
        Self { waiting: [0; ROOM], len: 0, begins: None }
    }

    /// Adds what is said from that moment on, and sends each packet that is full. Packets of the same length as what is
    /// said go out at once.
    pub(super) fn push(
        &mut self,
        at: Instant,
        octets: &[u8],
        packet_time: Duration,
        mut send: impl FnMut(Instant, &[u8]),
    ) {
        // After a pause it begins anew.
        let mut begins = match self.begins {
            Some(begins) if begins + duration(self.len) == at => begins,
            Some(_) | None => {
                self.len = 0;
                at
            }
        };
        let Some(room) = self.waiting.get_mut(self.len..self.len + octets.len()) else { return };
        room.copy_from_slice(octets);
        self.len += octets.len();
        let packet = usize::try_from(packet_time.as_micros() / 125).unwrap_or(ROOM).clamp(1, ROOM);
        while self.len >= packet {
            send(begins, &self.waiting[..packet]);
            self.waiting.copy_within(packet..self.len, 0);
            self.len -= packet;
            begins += duration(packet);
        }
        self.begins = Some(begins);
    }
}

/// How long so many octets last: each 125 µs.
fn duration(octets: usize) -> Duration {
    Duration::from_micros(125 * u64::try_from(octets).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(20);

    /// The packets of so many times 20 ms: when each begins, in milliseconds, and its octets.
    fn packets(ms: u64, ticks: u8) -> Vec<(u128, Vec<u8>)> {
        let (start, mut packets, mut sent) = (Instant::now(), Packets::new(), Vec::new());
        for n in 0..ticks {
            let at = start + TICK * u32::from(n);
            packets.push(at, &[n; 160], Duration::from_millis(ms), |at, octets| {
                sent.push(((at - start).as_millis(), octets.to_vec()));
            });
        }
        sent
    }

    #[test]
    fn packets_are_as_long_as_asked_for_and_say_everything_once() {
        let said: Vec<u8> = (0..60).flat_map(|n| [n; 160]).collect();
        for ms in [10, 20, 30, 40, 50, 60, 100] {
            let sent = packets(ms, 60);
            assert_eq!(sent.len(), usize::try_from(1200 / ms).unwrap());
            for (n, (at, octets)) in (0..).zip(&sent) {
                assert_eq!((*at, octets.len()), (u128::from(ms) * n, usize::try_from(8 * ms).unwrap()));
            }
            assert_eq!(sent.into_iter().flat_map(|(_, octets)| octets).collect::<Vec<_>>(), said);
        }
    }

    #[test]
    fn after_a_pause_nothing_old_is_said() {
        let (start, mut packets, mut sent) = (Instant::now(), Packets::new(), Vec::new());
        for (ms, octet) in [(0, 1), (100, 2), (120, 3)] {
            packets.push(
                start + Duration::from_millis(ms),
                &[octet; 160],
                Duration::from_millis(30),
                |at, octets| {
                    sent.push((at, octets.to_vec()));
                },
            );
        }
        assert_eq!(sent, [(start + Duration::from_millis(100), [[2; 160].as_slice(), &[3; 80]].concat())]);
    }
}
