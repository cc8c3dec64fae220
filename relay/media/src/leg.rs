//! The two kinds of leg.

mod browser;
mod rtp;

pub(crate) use browser::{BrowserLeg, Opening};
pub(crate) use rtp::RtpLeg;

use crate::{
    Codec,
    clock::NtpClock,
    engine::Slot,
    reception::Reception,
    rewrite::{FIRST_SEQUENCES, Rewriter},
    rtcp,
    rtp::Header,
};
use std::time::{Duration, Instant};

/// What a packet carries, apart from the number that each side has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Audio(Codec),
    /// `telephone-event` of that clock.
    Event(u32),
    /// What nobody has agreed on, such as comfort noise (RFC 3389). Nobody takes it, but it has a sequence number.
    Other,
}

impl Format {
    pub(crate) fn clock_rate(self) -> u32 {
        match self {
            Self::Audio(codec) => codec.clock_rate(),
            Self::Event(clock_rate) => clock_rate,
            // That of comfort noise.
            Self::Other => 8000,
        }
    }
}

/// An authentic packet of one leg on its way to another, or into a mix.
#[derive(Clone, Copy)]
pub(crate) struct Media<'a> {
    pub(crate) format: Format,
    pub(crate) header: Header,
    pub(crate) payload: &'a [u8],
}

/// Where a leg's audio goes, and where what it sends comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Route {
    /// To nobody: the leg waits, or is set aside.
    #[default]
    Nobody,
    /// To the browser leg of that slot, packet by packet, its samples untouched.
    Browser(usize),
    /// To the RTP leg of that slot, packet by packet, its samples untouched.
    Rtp(usize),
    /// Into the mix of that slot, where the leg has a seat.
    Mix { mix: usize, seat: usize },
}

impl Route {
    /// The way to a leg.
    pub(crate) fn to(slot: Slot) -> Self {
        match slot {
            Slot::Browser(index) => Self::Browser(index),
            Slot::Rtp(index) => Self::Rtp(index),
        }
    }
}

/// The middle of the interval between reports; it varies by half either way (RFC 3550 §6.2).
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// One outgoing stream and the reports about it and about what comes back.
pub(crate) struct Stream {
    pub(crate) rewriter: Rewriter,
    pub(crate) reception: Reception,
    pub(crate) packets_sent: u64,
    pub(crate) bytes_sent: u64,
    pub(crate) rejected: u64,
    pub(crate) wrong_codec: u64,
    round_trip_us: Option<u32>,
    clock_rate: u32,
    reported_packets: u64,
    pub(crate) next_report: Instant,
}

impl Stream {
    /// `random` decides about the first numbers and about the time of the first report.
    pub(crate) fn new(now: Instant, random: [u32; 4]) -> Self {
        let [ssrc, sequence, timestamp, delay] = random;
        let sequence = u16::try_from(sequence & 0xffff).unwrap_or(0) & FIRST_SEQUENCES;
        Self {
            rewriter: Rewriter::new(ssrc, sequence, timestamp),
            reception: Reception::new(now),
            packets_sent: 0,
            bytes_sent: 0,
            rejected: 0,
            wrong_codec: 0,
            round_trip_us: None,
            clock_rate: 8000,
            reported_packets: 0,
            next_report: now + report_interval(delay) / 2,
        }
    }

    pub(crate) fn note_sent(&mut self, payload_len: usize, clock_rate: u32) {
        self.packets_sent += 1;
        self.bytes_sent += u64::try_from(payload_len).unwrap_or(0);
        self.clock_rate = clock_rate;
    }

    /// Takes the far end's reports.
    pub(crate) fn handle_rtcp(&mut self, now: Instant, compound: &[u8], clock: &NtpClock) {
        rtcp::parse(compound, |report| match report {
            rtcp::Report::Sender { ssrc, ntp_middle } => self.reception.note_report(now, ssrc, ntp_middle),
            rtcp::Report::Block(block) if block.ssrc == self.rewriter.ssrc() => {
                if let Some(us) = clock.round_trip_us(now, block.last_report, block.delay) {
                    self.round_trip_us = Some(us);
                }
            }
            rtcp::Report::Block(_) => {}
        });
    }

    /// Writes our report, and sets when the next is due.
    pub(crate) fn report(
        &mut self,
        now: Instant,
        clock: &NtpClock,
        random: u32,
        goodbye: bool,
        out: &mut [u8; rtcp::MAX_COMPOUND],
    ) -> usize {
        self.next_report = now + report_interval(random);
        // Who sent nothing since the last report is no sender (RFC 3550 §6.4).
        let sent = self.packets_sent != self.reported_packets;
        self.reported_packets = self.packets_sent;
        let sender = sent.then(|| rtcp::SenderInfo {
            ntp: clock.at(now),
            timestamp: self.rewriter.timestamp_at(now, self.clock_rate),
            packets: low_bits(self.packets_sent),
            bytes: low_bits(self.bytes_sent),
        });
        rtcp::write(out, self.rewriter.ssrc(), sender, self.reception.report(now), goodbye)
    }

    pub(crate) fn counters(&self) -> crate::LegCounters {
        crate::LegCounters {
            packets_received: self.reception.packets,
            bytes_received: self.reception.bytes,
            packets_sent: self.packets_sent,
            bytes_sent: self.bytes_sent,
            packets_lost: self.reception.lost(),
            jitter_us: u32::try_from(self.reception.jitter().as_micros()).unwrap_or(u32::MAX),
            rejected: self.rejected,
            wrong_codec: self.wrong_codec,
            round_trip_us: self.round_trip_us,
        }
    }
}

fn report_interval(random: u32) -> Duration {
    REPORT_INTERVAL / 2 + REPORT_INTERVAL * (random >> 16) / 0x1_0000
}

/// The counters of a sender report wrap at 32 bits (RFC 3550 §6.4.1).
fn low_bits(count: u64) -> u32 {
    u32::try_from(count & 0xffff_ffff).unwrap_or(0)
}
