//! Sending a caller's packets back under our own label.

use super::rtp::Packet;

/// Relabels packets for their way back.
///
/// Payload, payload type, marker and the distances between sequence numbers and timestamps stay, so that the
/// caller hears loss and jitter as they were. The source is ours, since a sender that meets its own SSRC takes
/// it for a loop (RFC 3550 §8.2).
#[derive(Debug)]
pub struct Echo {
    ssrc: u32,
    source: Option<Source>,
    next_sequence: u16,
}

#[derive(Debug)]
struct Source {
    ssrc: u32,
    sequence_offset: u16,
}

impl Echo {
    /// An echo under `ssrc`, whose first packet carries `sequence`.
    pub fn new(ssrc: u32, sequence: u16) -> Self {
        Self { ssrc, source: None, next_sequence: sequence }
    }

    /// The packet as it goes back.
    pub fn send_back(&mut self, mut packet: Packet) -> Packet {
        let next = self.next_sequence;
        let source = match self.source.take() {
            Some(source) if source.ssrc == packet.ssrc => source,
            // A new source starts anywhere; ours goes on without a gap.
            Some(_) | None => {
                Source { ssrc: packet.ssrc, sequence_offset: next.wrapping_sub(packet.sequence) }
            }
        };
        packet.sequence = packet.sequence.wrapping_add(source.sequence_offset);
        packet.ssrc = self.ssrc;
        self.source = Some(source);
        // Behind what is sent is late, not next (RFC 3550 appendix A.1 compares in halves of the space).
        if packet.sequence.wrapping_sub(next) < 0x8000 {
            self.next_sequence = packet.sequence.wrapping_add(1);
        }
        packet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(ssrc: u32, sequence: u16) -> Packet {
        Packet {
            marker: false,
            payload_type: 9,
            sequence,
            timestamp: u32::from(sequence) * 160,
            ssrc,
            payload: vec![1, 2],
        }
    }

    fn sequences(echo: &mut Echo, packets: &[(u32, u16)]) -> Vec<u16> {
        packets.iter().map(|&(ssrc, sequence)| echo.send_back(packet(ssrc, sequence)).sequence).collect()
    }

    #[test]
    fn content_stays_and_the_source_is_ours() {
        let back = Echo::new(77, 500).send_back(packet(1, 40));
        assert_eq!(back, Packet { sequence: 500, ssrc: 77, ..packet(1, 40) });
    }

    #[test]
    fn loss_and_reordering_stay_visible() {
        let mut echo = Echo::new(77, 500);
        assert_eq!(sequences(&mut echo, &[(1, 40), (1, 43), (1, 42), (1, 44)]), [500, 503, 502, 504]);
    }

    #[test]
    fn a_caller_with_a_new_source_is_followed_without_a_gap() {
        let mut echo = Echo::new(77, u16::MAX);
        assert_eq!(sequences(&mut echo, &[(1, 40), (1, 41), (2, 9_000), (2, 9_001)]), [u16::MAX, 0, 1, 2]);
    }
}
