//! A call as a capture file that Wireshark and tshark read.
//!
//! The frames are made up around what was kept: Ethernet, IPv4 or IPv6, and UDP for all messages. One message is one frame,
//! whatever carried it, since the acknowledgements of a real connection were never seen.

use super::Record;
use super::ring::Call;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Microsecond stamps, written in little-endian order.
const MAGIC: u32 = 0xa1b2_c3d4;
/// LINKTYPE_ETHERNET.
const ETHERNET: u32 = 1;
/// The longest frame that readers have to expect.
const SNAP_LENGTH: u32 = 262_144;
/// What fits into a UDP datagram over IPv4; longer messages lose their end.
const MOST: usize = 65_507;
const UDP: u8 = 17;
const UDP_HEADER: usize = 8;

/// The whole call.
pub(super) fn write(call: &Call) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [MAGIC, u32::from_le_bytes([2, 0, 4, 0]), 0, 0, SNAP_LENGTH, ETHERNET] {
        file.extend(word.to_le_bytes());
    }
    for record in &call.records {
        let frame = frame(record);
        let seconds = u32::try_from(record.time / 1_000_000).unwrap_or(u32::MAX);
        let micros = u32::try_from(record.time % 1_000_000).unwrap_or_default();
        let length = u32::try_from(frame.len()).unwrap_or(SNAP_LENGTH);
        for word in [seconds, micros, length, length] {
            file.extend(word.to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

fn frame(record: &Record) -> Vec<u8> {
    let (from, to) = record.ends();
    let mut frame = Vec::new();
    // Locally administered addresses: those of the relay and of everybody else.
    let stations = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]];
    let [ours, theirs] = stations;
    let (source, destination) = if from == record.local { (ours, theirs) } else { (theirs, ours) };
    frame.extend(destination);
    frame.extend(source);
    let payload = record.bytes.get(..MOST).unwrap_or(&record.bytes);
    match (from.ip().to_canonical(), to.ip().to_canonical()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            frame.extend(0x0800_u16.to_be_bytes());
            let length = size(20 + UDP_HEADER + payload.len());
            let mut header = [0_u8; 20];
            let [high, low] = length.to_be_bytes();
            header[..4].copy_from_slice(&[0x45, 0, high, low]);
            // Do not fragment; a time to live of 64.
            header[6..10].copy_from_slice(&[0x40, 0, 64, UDP]);
            header[12..16].copy_from_slice(&source.octets());
            header[16..].copy_from_slice(&destination.octets());
            let sum = checksum(&[&header]);
            header[10..12].copy_from_slice(&sum.to_be_bytes());
            frame.extend(header);
            let pseudo = [&source.octets()[..], &destination.octets()[..]].concat();
            frame.extend(datagram(&pseudo, from, to, payload));
        }
        (source, destination) => {
            frame.extend(0x86dd_u16.to_be_bytes());
            frame.extend(0x6000_0000_u32.to_be_bytes());
            frame.extend(size(UDP_HEADER + payload.len()).to_be_bytes());
            frame.extend([UDP, 64]);
            let pseudo = [v6(source).octets(), v6(destination).octets()].concat();
            frame.extend_from_slice(&pseudo);
            frame.extend(datagram(&pseudo, from, to, payload));
        }
    }
    frame
}

fn v6(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    }
}

/// UDP header and payload; `addresses` are those of its pseudo header.
fn datagram(addresses: &[u8], from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let length = size(UDP_HEADER + payload.len());
    let mut header = Vec::with_capacity(UDP_HEADER + payload.len());
    for word in [from.port(), to.port(), length, 0] {
        header.extend(word.to_be_bytes());
    }
    let pseudo = [0, UDP].into_iter().chain(length.to_be_bytes()).collect::<Vec<u8>>();
    let sum = checksum(&[addresses, &pseudo, &header, payload]);
    // Zero would say that there is no checksum.
    let sum = if sum == 0 { u16::MAX } else { sum };
    header.truncate(6);
    header.extend(sum.to_be_bytes());
    header.extend_from_slice(payload);
    header
}

fn size(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// The Internet checksum (RFC 1071) over parts, all but the last of an even length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let mut sum: u32 = words
        .map(|word| match word {
            [high, low] => u32::from(u16::from_be_bytes([*high, *low])),
            [high] => u32::from(*high) << 8,
            _ => 0,
        })
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::{message, one_call};

    fn word(bytes: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
    }

    #[test]
    fn the_file_begins_as_readers_expect() {
        let file = write(&one_call(&[]));
        assert_eq!(file.len(), 24);
        assert_eq!(file[..8], [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]);
        assert_eq!(word(&file, 20), 1);
    }

    #[test]
    fn a_frame_over_ipv4_is_whole() {
        let sip = message("c1", "INVITE");
        let mut call = one_call(std::slice::from_ref(&sip));
        call.records[0].time = 1_700_000_000_000_042;
        let file = write(&call);
        assert_eq!((word(&file, 24), word(&file, 28)), (1_700_000_000, 42));
        let length = usize::try_from(word(&file, 32)).unwrap();
        assert_eq!((length, word(&file, 36)), (14 + 20 + 8 + sip.len(), word(&file, 32)));
        let frame = &file[40..];
        assert_eq!(frame.len(), length);
        assert_eq!(frame[12..16], [0x08, 0x00, 0x45, 0x00]);
        // A header with its checksum in it adds up to nothing.
        assert_eq!(checksum(&[&frame[14..34]]), 0);
        assert_eq!((&frame[26..30], &frame[30..34]), (&[192, 0, 2, 9][..], &[192, 0, 2, 1][..]));
        assert_eq!(
            (&frame[34..36], &frame[36..38]),
            (&5062_u16.to_be_bytes()[..], &5060_u16.to_be_bytes()[..])
        );
        let udp = &frame[34..];
        let pseudo = [&frame[26..34], &[0, 17], &size(udp.len()).to_be_bytes()[..]].concat();
        assert_eq!(checksum(&[&pseudo, udp]), 0);
        assert_eq!(frame[42..], sip);
    }

    #[test]
    fn a_frame_over_ipv6_is_whole() {
        let mut call = one_call(&[message("c1", "INVITE")]);
        call.records[0].local = "[2001:db8::1]:5060".parse().unwrap();
        call.records[0].remote = "[2001:db8::9]:5060".parse().unwrap();
        let frame = write(&call)[40..].to_vec();
        assert_eq!(frame[12..15], [0x86, 0xdd, 0x60]);
        let udp = &frame[54..];
        assert_eq!(usize::from(u16::from_be_bytes([frame[18], frame[19]])), udp.len());
        let pseudo = [&frame[22..54], &[0, 17], &size(udp.len()).to_be_bytes()[..]].concat();
        assert_eq!(checksum(&[&pseudo, udp]), 0);
    }

    #[test]
    fn the_longest_message_still_fits_its_headers() {
        let call = one_call(&[vec![b'x'; 130_000]]);
        let frame = write(&call)[40..].to_vec();
        assert_eq!(frame.len(), 14 + 65_535);
        assert_eq!(frame[16..18], [0xff, 0xff]);
    }
}
