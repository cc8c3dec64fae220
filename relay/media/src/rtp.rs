//! RTP headers (RFC 3550 §5.1) and the arithmetic of numbers that wrap.

/// The length of a header without CSRCs and extension.
pub const HEADER_LEN: usize = 12;

/// The fields of an RTP header that a relay needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The marker bit: the start of a talk spurt for audio (RFC 3551 §4.1).
    pub marker: bool,
    /// The payload type, 0 to 127.
    pub payload_type: u8,
    /// The sequence number.
    pub sequence: u16,
    /// The timestamp in units of the payload's clock.
    pub timestamp: u32,
    /// The synchronisation source.
    pub ssrc: u32,
}

impl Header {
    /// Writes a header without CSRCs and extension.
    pub fn write(&self, out: &mut [u8; HEADER_LEN]) {
        out[0] = 2 << 6;
        out[1] = u8::from(self.marker) << 7 | (self.payload_type & 0x7f);
        out[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        out[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
    }
}

/// A parsed packet: the header and where the payload lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The header.
    pub header: Header,
    /// The payload without padding.
    pub payload: &'a [u8],
}

/// Reads an RTP packet, with the validity checks of RFC 3550 §A.1 that need no state.
#[must_use]
pub fn parse(packet: &[u8]) -> Option<Packet<'_>> {
    let header_len = header_len(packet)?;
    let padding = if packet[0] & 0x20 != 0 { usize::from(*packet.last()?) } else { 0 };
    if packet[0] & 0x20 != 0 && padding == 0 {
        return None;
    }
    let end = packet.len().checked_sub(padding)?;
    let payload = packet.get(header_len..end)?;
    let header = Header {
        marker: packet[1] & 0x80 != 0,
        payload_type: packet[1] & 0x7f,
        sequence: u16::from_be_bytes([packet[2], packet[3]]),
        timestamp: u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]),
        ssrc: u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]),
    };
    Some(Packet { header, payload })
}

/// The length of the header with its CSRCs and extension: what SRTP leaves in the clear (RFC 3711 §3.1).
/// `None` if this is no RTP packet of version 2 or it is cut short.
#[must_use]
pub fn header_len(packet: &[u8]) -> Option<usize> {
    if packet.len() < HEADER_LEN || packet[0] >> 6 != 2 {
        return None;
    }
    let mut len = HEADER_LEN + 4 * usize::from(packet[0] & 0x0f);
    if packet[0] & 0x10 != 0 {
        let extension = packet.get(len..len + 4)?;
        len += 4 + 4 * usize::from(u16::from_be_bytes([extension[2], extension[3]]));
    }
    (len <= packet.len()).then_some(len)
}

/// Whether a packet on a port shared by RTP and RTCP is RTCP (RFC 5761 §4).
#[must_use]
pub fn is_rtcp(packet: &[u8]) -> bool {
    packet.len() >= 8 && packet[0] >> 6 == 2 && (192..=223).contains(&packet[1])
}

/// How far `a` is ahead of `b`, counting across the wrap; negative if it is behind.
#[must_use]
pub fn sequence_distance(a: u16, b: u16) -> i32 {
    i32::from(a.wrapping_sub(b).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(payload: &[u8]) -> Vec<u8> {
        let header = Header {
            marker: true,
            payload_type: 111,
            sequence: 0xfffe,
            timestamp: 0x8000_0001,
            ssrc: 0xdead_beef,
        };
        let mut out = [0; HEADER_LEN];
        header.write(&mut out);
        [&out[..], payload].concat()
    }

    #[test]
    fn a_header_survives_writing_and_reading() {
        let bytes = packet(b"hello");
        let parsed = parse(&bytes).unwrap();
        assert_eq!(parsed.payload, b"hello");
        assert_eq!(parsed.header.payload_type, 111);
        assert!(parsed.header.marker);
        assert_eq!(
            (parsed.header.sequence, parsed.header.timestamp, parsed.header.ssrc),
            (0xfffe, 0x8000_0001, 0xdead_beef)
        );
    }

    #[test]
    fn csrcs_extension_and_padding_are_not_payload() {
        let mut bytes = packet(&[]);
        bytes[0] |= 0x20 | 0x10 | 2;
        bytes.extend([0; 8]);
        bytes.extend([0xbe, 0xde, 0, 1, 1, 2, 3, 4]);
        bytes.extend([9, 9, 9, 0, 0, 3]);
        assert_eq!(parse(&bytes).unwrap().payload, [9, 9, 9]);
    }

    #[test]
    fn padding_longer_than_the_packet_is_refused() {
        let mut bytes = packet(&[200]);
        bytes[0] |= 0x20;
        assert_eq!(parse(&bytes), None);
        bytes[12] = 0;
        assert_eq!(parse(&bytes), None);
    }

    #[test]
    fn an_extension_that_runs_past_the_end_is_refused() {
        let mut bytes = packet(&[0xbe, 0xde, 0xff, 0xff]);
        bytes[0] |= 0x10;
        assert_eq!(parse(&bytes), None);
    }

    #[test]
    fn distance_counts_across_the_wrap() {
        assert_eq!(sequence_distance(2, 0xfffe), 4);
        assert_eq!(sequence_distance(0xfffe, 2), -4);
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(parsed) = parse(&bytes) {
                prop_assert!(parsed.payload.len() + HEADER_LEN <= bytes.len());
            }
            let _ = is_rtcp(&bytes);
        }
    }
}
