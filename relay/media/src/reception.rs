//! What arrived of an RTP source, and how: loss and jitter by RFC 3550 §A.3 and §A.8, computed by us.

use crate::{
    rewrite::ticks,
    rtcp::ReportBlock,
    rtp::{Header, sequence_distance},
};
use std::time::{Duration, Instant};

/// A jump that no loss explains (RFC 3550 §A.1).
const MAX_JUMP: i32 = 3000;

/// The statistics of one receiving direction, through changes of source.
#[derive(Debug)]
pub(crate) struct Reception {
    epoch: Instant,
    source: Option<Source>,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    /// What was lost of earlier sources.
    lost_before: i64,
}

#[derive(Debug, Clone, Copy)]
struct Source {
    ssrc: u32,
    clock_rate: u32,
    /// The first sequence number, and the highest with its cycles.
    first: i64,
    highest: i64,
    received: i64,
    transit: u32,
    /// The jitter in sixteenths of a clock unit.
    jitter: u32,
    expected_before: i64,
    received_before: i64,
    /// The middle of the last sender report's NTP time, and when it came.
    report: Option<(u32, Instant)>,
}

impl Source {
    fn lost(&self) -> i64 {
        self.highest - self.first + 1 - self.received
    }
}

impl Reception {
    pub(crate) fn new(now: Instant) -> Self {
        Self { epoch: now, source: None, packets: 0, bytes: 0, lost_before: 0 }
    }

    /// Counts a valid packet.
    pub(crate) fn note(&mut self, now: Instant, header: &Header, payload_len: usize, clock_rate: u32) {
        self.packets += 1;
        self.bytes += u64::try_from(payload_len).unwrap_or(0);
        let arrival = ticks(now.saturating_duration_since(self.epoch), clock_rate);
        let transit = arrival.wrapping_sub(header.timestamp);
        if let Some(source) = &mut self.source {
            let step =
                sequence_distance(header.sequence, u16::try_from(source.highest & 0xffff).unwrap_or(0));
            if source.ssrc == header.ssrc && source.clock_rate == clock_rate && step.abs() <= MAX_JUMP {
                source.received += 1;
                source.highest = source.highest.max(source.highest + i64::from(step));
                let change = transit.wrapping_sub(source.transit).cast_signed().unsigned_abs();
                source.transit = transit;
                source.jitter = source.jitter.saturating_add(change).saturating_sub((source.jitter + 8) >> 4);
                return;
            }
            self.lost_before += source.lost();
        }
        self.source = Some(Source {
            ssrc: header.ssrc,
            clock_rate,
            first: i64::from(header.sequence),
            highest: i64::from(header.sequence),
            received: 1,
            transit,
            jitter: 0,
            expected_before: 0,
            received_before: 0,
            report: None,
        });
    }

    /// Whatever comes next is another source.
    pub(crate) fn restart(&mut self) {
        self.lost_before += self.source.take().as_ref().map_or(0, Source::lost);
    }

    /// Takes the sender's report, to which ours refers.
    pub(crate) fn note_report(&mut self, now: Instant, ssrc: u32, ntp_middle: u32) {
        if let Some(source) = self.source.as_mut().filter(|source| source.ssrc == ssrc) {
            source.report = Some((ntp_middle, now));
        }
    }

    /// Our report on the source, covering the time since the one before.
    pub(crate) fn report(&mut self, now: Instant) -> Option<ReportBlock> {
        let source = self.source.as_mut()?;
        let expected = source.highest - source.first + 1;
        let expected_interval = expected - source.expected_before;
        let lost_interval = expected_interval - (source.received - source.received_before);
        source.expected_before = expected;
        source.received_before = source.received;
        let fraction =
            if expected_interval > 0 { (lost_interval.max(0) * 256 / expected_interval).min(255) } else { 0 };
        let since = |at: Instant| ticks(now.saturating_duration_since(at), 65_536);
        Some(ReportBlock {
            ssrc: source.ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            cumulative_lost: i32::try_from(source.lost().clamp(-0x80_0000, 0x7f_ffff)).unwrap_or(0),
            highest_sequence: u32::try_from(source.highest & 0xffff_ffff).unwrap_or(0),
            jitter: source.jitter >> 4,
            last_report: source.report.map_or(0, |(middle, _)| middle),
            delay: source.report.map_or(0, |(_, at)| since(at)),
        })
    }

    /// Packets missing so far; duplicates can make it negative.
    pub(crate) fn lost(&self) -> i64 {
        self.lost_before + self.source.as_ref().map_or(0, Source::lost)
    }

    pub(crate) fn jitter(&self) -> Duration {
        self.source.map_or(Duration::ZERO, |source| {
            Duration::from_micros(
                u64::from(source.jitter >> 4) * 1_000_000 / u64::from(source.clock_rate.max(1)),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(ssrc: u32, sequence: u16, timestamp: u32) -> Header {
        Header { marker: false, payload_type: 0, sequence, timestamp, ssrc }
    }

    fn receive(
        reception: &mut Reception,
        start: Instant,
        ssrc: u32,
        packets: impl IntoIterator<Item = (u32, u64)>,
    ) {
        for (n, late_ms) in packets {
            let sequence = u16::try_from((65_530 + n) & 0xffff).unwrap();
            let now = start + Duration::from_millis(u64::from(n) * 20 + late_ms);
            reception.note(now, &header(ssrc, sequence, n * 160), 160, 8000);
        }
    }

    #[test]
    fn loss_is_counted_across_the_wrap_and_reported_by_interval() {
        let start = Instant::now();
        let mut reception = Reception::new(start);
        receive(&mut reception, start, 5, (0..20).filter(|n| n % 4 != 1).map(|n| (n, 0)));
        let report = reception.report(start).unwrap();
        assert_eq!((report.ssrc, report.cumulative_lost, report.highest_sequence), (5, 5, 65_530 + 19));
        assert_eq!(report.fraction_lost, 64);
        receive(&mut reception, start, 5, (20..40).map(|n| (n, 0)));
        assert_eq!(reception.report(start).unwrap().fraction_lost, 0);
        assert_eq!((reception.lost(), reception.packets, reception.bytes), (5, 35, 35 * 160));
    }

    #[test]
    fn jitter_is_that_of_the_arrivals() {
        let start = Instant::now();
        let mut steady = Reception::new(start);
        receive(&mut steady, start, 5, (0..200).map(|n| (n, 3)));
        assert_eq!(steady.jitter(), Duration::ZERO);
        let mut unsteady = Reception::new(start);
        receive(&mut unsteady, start, 5, (0..200).map(|n| (n, u64::from(n % 2) * 10)));
        let jitter = unsteady.jitter();
        assert!(jitter > Duration::from_millis(9) && jitter < Duration::from_millis(11), "{jitter:?}");
    }

    #[test]
    fn a_new_source_is_no_loss() {
        let start = Instant::now();
        let mut reception = Reception::new(start);
        receive(&mut reception, start, 5, [(0, 0), (2, 0)]);
        receive(&mut reception, start, 6, [(100, 0), (101, 0)]);
        assert_eq!(reception.lost(), 1);
        assert_eq!(reception.report(start).unwrap().ssrc, 6);
    }

    #[test]
    fn our_report_refers_to_the_senders() {
        let start = Instant::now();
        let mut reception = Reception::new(start);
        receive(&mut reception, start, 5, [(0, 0)]);
        reception.note_report(start, 6, 1);
        assert_eq!(reception.report(start).unwrap().last_report, 0, "a report of somebody else");
        reception.note_report(start, 5, 0xabcd);
        let report = reception.report(start + Duration::from_millis(1500)).unwrap();
        assert_eq!((report.last_report, report.delay), (0xabcd, 65_536 * 3 / 2));
    }
}
