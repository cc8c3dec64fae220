//! An RTP leg: the far end as SIP knows it.

mod own;
mod remote;

use super::{Format, Media, Route, Stream};
use crate::{
    Event, LegId, RtpParameters,
    clock::NtpClock,
    dtmf::{Detector, Generator},
    latch::Latch,
    rtcp::MAX_COMPOUND,
    rtp::{self, HEADER_LEN, Header},
    silence,
    transmit::{Port, Transmits},
};
use remote::Remote;
use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

pub(crate) struct RtpLeg {
    pub(crate) leg: LegId,
    pub(crate) stream: Stream,
    pub(crate) route: Route,
    /// When the timer wheel will call.
    pub(crate) scheduled: Option<Instant>,
    slot: usize,
    remote: Option<Remote>,
    generator: Generator,
    detector: Detector,
    opened: Instant,
    timeout: Duration,
}

impl RtpLeg {
    pub(crate) fn new(now: Instant, leg: LegId, slot: usize, timeout: Duration, random: [u32; 4]) -> Self {
        Self {
            leg,
            stream: Stream::new(now, random),
            route: Route::Nobody,
            scheduled: None,
            slot,
            remote: None,
            generator: Generator::default(),
            detector: Detector::default(),
            opened: now,
            timeout,
        }
    }

    /// Takes what offer and answer made of the leg; true if somebody else sends from now on.
    pub(crate) fn set_remote(&mut self, now: Instant, parameters: RtpParameters) -> bool {
        match &mut self.remote {
            Some(remote) => {
                let moved = remote.parameters.remote != parameters.remote;
                if moved {
                    remote.started = false;
                    self.stream.reception.restart();
                }
                remote.latch.signal(parameters.remote);
                remote.parameters = parameters;
                remote.heard = now;
                remote.timed_out = false;
                moved
            }
            None => {
                let latch = Latch::new(parameters.remote);
                // At once: a far end that waits to hear where we are hears it.
                let (started, timed_out, fill_at) = (false, false, now);
                self.remote = Some(Remote { parameters, latch, heard: now, started, timed_out, fill_at });
                false
            }
        }
    }

    /// The multicast group that the far end's audio comes by, if it does not come to our own port.
    pub(crate) fn group(&self) -> Option<SocketAddr> {
        self.remote.as_ref().and_then(Remote::group)
    }

    /// Checks an RTP packet. `None` for one that is not from the far end, or not to be passed on as audio.
    pub(crate) fn receive_rtp<'a>(
        &mut self,
        now: Instant,
        from: SocketAddr,
        packet: &'a [u8],
        events: &mut VecDeque<Event>,
    ) -> Option<Media<'a>> {
        let Some(remote) = &mut self.remote else {
            self.stream.rejected += 1;
            return None;
        };
        let Some(rtp::Packet { header, payload }) = rtp::parse(packet) else {
            self.stream.rejected += 1;
            return None;
        };
        let Some(format) = remote.format(header.payload_type) else {
            self.stream.wrong_codec += 1;
            return None;
        };
        if !remote.latch.accepts(now, from, &header) {
            self.stream.rejected += 1;
            return None;
        }
        remote.heard = now;
        remote.timed_out = false;
        if !remote.started {
            remote.started = true;
            events.push_back(Event::RtpStarted { leg: self.leg });
        }
        self.stream.reception.note(now, &header, payload.len(), format.clock_rate());
        if !remote.parameters.direction.receives() {
            return None;
        }
        if let Format::Event(_) = format
            && let Some(digit) = self.detector.handle(now, &header, payload)
        {
            events.push_back(Event::DtmfReceived { leg: self.leg, digit });
        }
        Some(Media { format, header, payload })
    }

    pub(crate) fn receive_rtcp(&mut self, now: Instant, from: SocketAddr, packet: &[u8], clock: &NtpClock) {
        if rtp::is_rtcp(packet) && self.remote.as_ref().is_some_and(|remote| remote.latch.accepts_rtcp(from))
        {
            self.stream.handle_rtcp(now, packet, clock);
        } else {
            self.stream.rejected += 1;
        }
    }

    /// Sends a packet of another leg to the far end; false if the far end does not take its format.
    pub(crate) fn send(&mut self, now: Instant, media: &Media<'_>, out: &mut Transmits) -> bool {
        let Some(remote) = &self.remote else { return true };
        if !remote.sends() || self.generator.is_active() {
            return true;
        }
        let Some(number) = remote.payload_type(media.format) else {
            self.stream.rewriter.skip(&media.header);
            return false;
        };
        let clock_rate = media.format.clock_rate();
        let Some(mut header) = self.stream.rewriter.forward(now, &media.header, clock_rate) else {
            return true;
        };
        header.payload_type = number;
        self.transmit(&header, media.payload, clock_rate, out);
        if let Some(remote) = &mut self.remote {
            remote.fill_at = now + silence::AFTER;
        }
        true
    }

    /// Queues digits; false if there is no format to send them in.
    pub(crate) fn send_dtmf(
        &mut self,
        now: Instant,
        digits: &str,
        out: &mut Transmits,
        events: &mut VecDeque<Event>,
    ) -> bool {
        let possible = self.remote.as_ref().is_some_and(Remote::takes_digits);
        if possible {
            self.generator.push(digits);
            self.send_due_dtmf(now, out, events);
        }
        possible
    }

    pub(crate) fn handle_timeout(
        &mut self,
        now: Instant,
        random: u32,
        clock: &NtpClock,
        out: &mut Transmits,
        events: &mut VecDeque<Event>,
    ) {
        self.send_due_dtmf(now, out, events);
        self.fill(now, out);
        if self.silence_deadline().is_some_and(|due| due <= now)
            && let Some(remote) = &mut self.remote
        {
            remote.timed_out = true;
            remote.started = false;
            events.push_back(Event::RtpTimeout { leg: self.leg });
        }
        if now >= self.stream.next_report {
            self.report(now, random, clock, false, out);
        }
    }

    pub(crate) fn deadline(&self) -> Instant {
        [self.generator.next_timeout(), self.silence_deadline(), self.fill_deadline()]
            .into_iter()
            .flatten()
            .fold(self.stream.next_report, Instant::min)
    }

    /// Says good-bye (RFC 3550 §6.6).
    pub(crate) fn close(&mut self, now: Instant, clock: &NtpClock, out: &mut Transmits) {
        if self.stream.packets_sent > 0 {
            self.report(now, 0, clock, true, out);
        }
    }

    fn silence_deadline(&self) -> Option<Instant> {
        let remote = self.remote.as_ref()?;
        // Music that a network without multicast does not bring is no sign of a far end that is gone.
        let is_due = remote.parameters.direction.receives() && remote.group().is_none();
        (is_due && !remote.timed_out).then(|| remote.heard + self.timeout)
    }

    fn transmit(&mut self, header: &Header, payload: &[u8], clock_rate: u32, out: &mut Transmits) {
        let Some(remote) = &self.remote else { return };
        let sent = out.push(Port::Rtp(self.slot), remote.latch.remote(), |buffer| {
            let (head, rest) = buffer.split_first_chunk_mut::<HEADER_LEN>()?;
            header.write(head);
            rest.get_mut(..payload.len())?.copy_from_slice(payload);
            Some(HEADER_LEN + payload.len())
        });
        if sent {
            self.stream.note_sent(payload.len(), clock_rate);
        }
    }

    fn report(&mut self, now: Instant, random: u32, clock: &NtpClock, goodbye: bool, out: &mut Transmits) {
        let mut compound = [0; MAX_COMPOUND];
        let len = self.stream.report(now, clock, random, goodbye, &mut compound);
        if let Some(address) = self.remote.as_ref().and_then(Remote::rtcp_address) {
            out.push_bytes(Port::Rtcp(self.slot), address, &compound[..len]);
        }
    }
}
