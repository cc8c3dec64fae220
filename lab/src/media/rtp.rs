//! RTP packets (RFC 3550 §5.1), as far as a simulator needs them.

use thiserror::Error;

const VERSION: u8 = 2;
const HEADER: usize = 12;

/// One RTP packet; contributing sources, header extension and padding are read over and never written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// First packet of a talk spurt, or of an event.
    pub marker: bool,
    /// 7 bits; its meaning comes from the session description.
    pub payload_type: u8,
    /// Counts packets, modulo 2¹⁶.
    pub sequence: u16,
    /// Instant of the first sample, in the clock of the payload type.
    pub timestamp: u32,
    /// Who sends.
    pub ssrc: u32,
    /// What is sent.
    pub payload: Vec<u8>,
}

/// Why a datagram is not an RTP packet.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Malformed {
    /// Fewer octets than its own header announces.
    #[error("the packet is shorter than its header says")]
    Short,
    /// Not version 2: something else reached the port.
    #[error("the packet is not RTP version 2")]
    Version,
}

impl Packet {
    /// Reads a datagram.
    pub fn parse(datagram: &[u8]) -> Result<Self, Malformed> {
        let (header, _) = datagram.split_first_chunk::<HEADER>().ok_or(Malformed::Short)?;
        if header[0] >> 6 != VERSION {
            return Err(Malformed::Version);
        }
        let mut start = HEADER + 4 * usize::from(header[0] & 0x0F);
        if header[0] & 0x10 != 0 {
            // RFC 3550 §5.3.1: 16 bits of profile, then the length in 32-bit words.
            let length = datagram.get(start + 2..start + 4).ok_or(Malformed::Short)?;
            start += 4 + 4 * usize::from(u16::from_be_bytes([length[0], length[1]]));
        }
        let padding = if header[0] & 0x20 == 0 { 0 } else { usize::from(*datagram.last().unwrap_or(&0)) };
        let end = datagram.len().checked_sub(padding).ok_or(Malformed::Short)?;
        Ok(Self {
            marker: header[1] & 0x80 != 0,
            payload_type: header[1] & 0x7F,
            sequence: u16::from_be_bytes([header[2], header[3]]),
            timestamp: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
            ssrc: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
            payload: datagram.get(start..end).ok_or(Malformed::Short)?.to_vec(),
        })
    }

    /// The packet as a datagram.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.payload.len());
        bytes.push(VERSION << 6);
        bytes.push(u8::from(self.marker) << 7 | self.payload_type & 0x7F);
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.timestamp.to_be_bytes());
        bytes.extend(self.ssrc.to_be_bytes());
        bytes.extend(&self.payload);
        bytes
    }
}

/// What a sender keeps between its packets.
#[derive(Clone, Debug)]
pub struct Label {
    ssrc: u32,
    sequence: u16,
}

impl Label {
    /// A sender's label; the first packet carries `sequence`.
    pub fn new(ssrc: u32, sequence: u16) -> Self {
        Self { ssrc, sequence }
    }

    /// The next packet of this sender.
    pub fn packet(&mut self, marker: bool, payload_type: u8, timestamp: u32, payload: Vec<u8>) -> Packet {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        Packet { marker, payload_type, sequence, timestamp, ssrc: self.ssrc, payload }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet() -> Packet {
        Packet {
            marker: true,
            payload_type: 101,
            sequence: 0xFFFE,
            timestamp: 0x0102_0304,
            ssrc: 0xCAFE_F00D,
            payload: vec![1, 2, 3],
        }
    }

    #[test]
    fn a_packet_is_read_as_it_was_written() {
        assert_eq!(Packet::parse(&packet().to_bytes()), Ok(packet()));
    }

    #[test]
    fn the_header_has_the_layout_of_the_rfc() {
        let bytes = packet().to_bytes();
        assert_eq!(bytes[..12], [0x80, 0xE5, 0xFF, 0xFE, 1, 2, 3, 4, 0xCA, 0xFE, 0xF0, 0x0D]);
    }

    #[test]
    fn sources_extension_and_padding_are_read_over() {
        let mut bytes = packet().to_bytes();
        bytes[0] = 0x80 | 0x20 | 0x10 | 1;
        let source_and_extension = [9, 9, 9, 9, 0xBE, 0xDE, 0, 1, 7, 7, 7, 7];
        bytes.splice(12..12, source_and_extension);
        bytes.extend([0, 2]);
        assert_eq!(Packet::parse(&bytes).unwrap().payload, [1, 2, 3]);
    }

    #[test]
    fn lengths_beyond_the_datagram_are_refused() {
        let mut bytes = packet().to_bytes();
        assert_eq!(Packet::parse(&bytes[..11]), Err(Malformed::Short));
        bytes[0] = 0x8F;
        assert_eq!(Packet::parse(&bytes), Err(Malformed::Short));
        bytes[0] = 0x90;
        assert_eq!(Packet::parse(&bytes), Err(Malformed::Short));
        bytes[0] = 0xA0;
        *bytes.last_mut().unwrap() = 200;
        assert_eq!(Packet::parse(&bytes), Err(Malformed::Short));
    }

    #[test]
    fn another_protocol_is_refused() {
        let stun = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(Packet::parse(&stun), Err(Malformed::Version));
    }

    #[test]
    fn sequence_numbers_wrap() {
        let mut label = Label::new(1, u16::MAX);
        assert_eq!(label.packet(false, 0, 0, vec![]).sequence, u16::MAX);
        assert_eq!(label.packet(false, 0, 0, vec![]).sequence, 0);
    }
}
