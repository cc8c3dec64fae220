//! RTCP as far as a relay ends it on each leg (RFC 3550 §6): reports out, the far end's reports in.

/// The largest compound that we write: a sender report with one block, our name, a good-bye.
pub(crate) const MAX_COMPOUND: usize = 96;

/// RFC 3550 §12.1.
const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;
/// What we call ourselves: the same on every leg, and nothing about the machine (RFC 7022 §4.1).
const NAME: &[u8] = b"sidetone";
const BLOCK_LEN: usize = 24;

/// One report block (RFC 3550 §6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReportBlock {
    /// Whom it is about.
    pub(crate) ssrc: u32,
    /// Lost since the last report, in 256ths.
    pub(crate) fraction_lost: u8,
    /// Lost since the beginning, 24 bits signed.
    pub(crate) cumulative_lost: i32,
    /// The highest sequence number with its cycles.
    pub(crate) highest_sequence: u32,
    /// Interarrival jitter in units of the clock.
    pub(crate) jitter: u32,
    /// The middle of the NTP time of the last sender report; zero if there was none.
    pub(crate) last_report: u32,
    /// How long ago that came, in 65,536ths of a second.
    pub(crate) delay: u32,
}

/// What a sender says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SenderInfo {
    /// The time of the report, NTP.
    pub(crate) ntp: u64,
    /// The same moment in the stream's clock.
    pub(crate) timestamp: u32,
    /// Packets sent.
    pub(crate) packets: u32,
    /// Payload bytes sent.
    pub(crate) bytes: u32,
}

/// What a far end's compound says that concerns a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    /// A sender report: who, and the middle of its NTP time.
    Sender {
        /// Who reports.
        ssrc: u32,
        /// The middle 32 bits of its NTP time.
        ntp_middle: u32,
    },
    /// A block about somebody we may be.
    Block(ReportBlock),
}

/// Goes through a compound. Stops at the first packet that is cut short.
pub(crate) fn parse(mut compound: &[u8], mut handle: impl FnMut(Report)) {
    while let [first, kind, high, low, rest @ ..] = compound
        && first >> 6 == 2
    {
        let len = 4 * usize::from(u16::from_be_bytes([*high, *low]));
        let Some(body) = rest.get(..len) else { return };
        let blocks = match *kind {
            SENDER_REPORT if len >= 24 => {
                handle(Report::Sender { ssrc: u32_at(body, 0), ntp_middle: u32_at(body, 6) });
                &body[24..]
            }
            RECEIVER_REPORT if len >= 4 => &body[4..],
            _ => &[],
        };
        for block in blocks.chunks_exact(BLOCK_LEN).take(usize::from(first & 0x1f)) {
            handle(Report::Block(ReportBlock {
                ssrc: u32_at(block, 0),
                fraction_lost: block[4],
                // 24 bits with their sign.
                cumulative_lost: (u32_at(block, 4) << 8).cast_signed() >> 8,
                highest_sequence: u32_at(block, 8),
                jitter: u32_at(block, 12),
                last_report: u32_at(block, 16),
                delay: u32_at(block, 20),
            }));
        }
        compound = &rest[len..];
    }
}

/// Writes a compound: a sender report if we sent anything, else a receiver report; our name; and a
/// good-bye if the leg ends. Returns its length.
pub(crate) fn write(
    out: &mut [u8; MAX_COMPOUND],
    ssrc: u32,
    sender: Option<SenderInfo>,
    block: Option<ReportBlock>,
    goodbye: bool,
) -> usize {
    let mut writer = Writer { out, len: 0 };
    let count = u8::from(block.is_some());
    let start = writer.begin(if sender.is_some() { SENDER_REPORT } else { RECEIVER_REPORT }, count);
    writer.u32(ssrc);
    if let Some(sender) = sender {
        writer.bytes(&sender.ntp.to_be_bytes());
        writer.u32(sender.timestamp);
        writer.u32(sender.packets);
        writer.u32(sender.bytes);
    }
    if let Some(block) = block {
        writer.u32(block.ssrc);
        writer.u32(u32::from(block.fraction_lost) << 24 | block.cumulative_lost.cast_unsigned() & 0xff_ffff);
        writer.u32(block.highest_sequence);
        writer.u32(block.jitter);
        writer.u32(block.last_report);
        writer.u32(block.delay);
    }
    writer.end(start);
    let start = writer.begin(SOURCE_DESCRIPTION, 1);
    writer.u32(ssrc);
    writer.bytes(&[CNAME, NAME.len().to_le_bytes()[0]]);
    writer.bytes(NAME);
    // The list of items ends with a zero, padded to 32 bits (RFC 3550 §6.5).
    let padding = 4 - writer.len % 4;
    writer.bytes(&[0; 4][..padding]);
    writer.end(start);
    if goodbye {
        let start = writer.begin(GOODBYE, 1);
        writer.u32(ssrc);
        writer.end(start);
    }
    writer.len
}

struct Writer<'a> {
    out: &'a mut [u8; MAX_COMPOUND],
    len: usize,
}

impl Writer<'_> {
    fn begin(&mut self, kind: u8, count: u8) -> usize {
        let start = self.len;
        self.bytes(&[2 << 6 | count, kind, 0, 0]);
        start
    }

    fn end(&mut self, start: usize) {
        let words = ((self.len - start) / 4 - 1).to_le_bytes();
        self.out[start + 2] = words[1];
        self.out[start + 3] = words[0];
    }

    fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.out[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BLOCK: ReportBlock = ReportBlock {
        ssrc: 9,
        fraction_lost: 3,
        cumulative_lost: -5,
        highest_sequence: 70_000,
        jitter: 12,
        last_report: 0x1234_5678,
        delay: 65_536,
    };

    fn parsed(compound: &[u8]) -> Vec<Report> {
        let mut reports = Vec::new();
        parse(compound, |report| reports.push(report));
        reports
    }

    #[test]
    fn a_compound_survives_writing_and_reading() {
        let mut out = [0; MAX_COMPOUND];
        let sender = SenderInfo { ntp: 0x1111_2222_3333_4444, timestamp: 7, packets: 8, bytes: 9 };
        let len = write(&mut out, 77, Some(sender), Some(BLOCK), true);
        assert!(crate::rtp::is_rtcp(&out[..len]) && len.is_multiple_of(4));
        assert_eq!(
            parsed(&out[..len]),
            [Report::Sender { ssrc: 77, ntp_middle: 0x2222_3333 }, Report::Block(BLOCK)]
        );
        assert_eq!(out[len - 8..len], [0x81, 203, 0, 1, 0, 0, 0, 77], "the good-bye comes last");
        assert_eq!(out[len - 28..len - 8], *b"\x81\xca\x00\x04\x00\x00\x00\x4d\x01\x08sidetone\0\0");
    }

    #[test]
    fn who_has_sent_nothing_writes_a_receiver_report() {
        let mut out = [0; MAX_COMPOUND];
        let len = write(&mut out, 77, None, Some(BLOCK), false);
        assert_eq!(out[1], 201);
        assert_eq!(parsed(&out[..len]), [Report::Block(BLOCK)]);
        let len = write(&mut out, 77, None, None, false);
        assert_eq!(parsed(&out[..len]), []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_ignored(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            parse(&bytes, |_| {});
            parse(&[&[0x9f, 200, 0, 12][..], &bytes].concat(), |_| {});
        }
    }
}
