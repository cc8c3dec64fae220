//! An RTP leg: the far end as SIP knows it.

mod own;
mod protection;
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
use protection::{OwnKey, Protection};
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
    protection: Option<Box<Protection>>,
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
            protection: None,
            generator: Generator::default(),
            detector: Detector::default(),
            opened: now,
            timeout,
        }
    }

    /// Takes what offer and answer made of the leg; true if somebody else sends from now on. `ssrc` is who we are if we
    /// have to become another source.
    pub(crate) fn set_remote(&mut self, now: Instant, mut parameters: RtpParameters, ssrc: u32) -> bool {
        let own_key = Protection::update(&mut self.protection, parameters.srtp.take());
        if own_key == OwnKey::New && self.stream.packets_sent > 0 {
            self.stream.rewriter.become_another(ssrc);
        }
        match &mut self.remote {
            Some(remote) => {
                if parameters.direction.sends() && !remote.parameters.direction.sends() {
                    // What was not sent meanwhile is not to look as if it had been lost.
                    self.stream.rewriter.restart();
                }
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
        packet: &'a mut [u8],
        events: &mut VecDeque<Event>,
    ) -> Option<Media<'a>> {
        let Some(remote) = self.remote.as_mut().filter(|remote| remote.latch.may_accept(from)) else {
            self.stream.rejected += 1;
            return None;
        };
        // Before anything else: a packet that is not authentic decides about nothing, least of all where we send.
        let plain = match &mut self.protection {
            Some(protection) => protection.inbound.unprotect_rtp(packet).ok(),
            None => Some(packet.len()),
        };
        let packet: &'a [u8] = packet;
        let Some(rtp::Packet { header, payload }) = plain.and_then(|len| rtp::parse(packet.get(..len)?))
        else {
            self.stream.rejected += 1;
            return None;
        };
        let format = remote.format(header.payload_type);
        let accepted = match format {
            // Comfort noise, or what else nobody has agreed on, decides about no address.
            Format::Other => remote.latch.remote() == from,
            Format::Audio(_) | Format::Event(_) => remote.latch.accepts(now, from, &header),
        };
        if !accepted {
            self.stream.rejected += 1;
            return None;
        }
        remote.heard = now;
        remote.timed_out = false;
        if !remote.started && format != Format::Other {
            remote.started = true;
            events.push_back(Event::RtpStarted { leg: self.leg });
        }
        let clock_rate = match format {
            // In the stream of the audio, whatever it is.
            Format::Other => remote.parameters.codec.clock_rate(),
            Format::Audio(_) | Format::Event(_) => format.clock_rate(),
        };
        self.stream.reception.note(now, &header, payload.len(), clock_rate);
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

    pub(crate) fn receive_rtcp(
        &mut self,
        now: Instant,
        from: SocketAddr,
        packet: &mut [u8],
        clock: &NtpClock,
    ) {
        let remote = self.remote.as_mut().filter(|remote| remote.latch.accepts_rtcp(from));
        let plain = match &mut self.protection {
            _ if remote.is_none() || !rtp::is_rtcp(packet) => None,
            Some(protection) => protection.inbound.unprotect_rtcp(packet).ok(),
            None => Some(packet.len()),
        };
        let (Some(remote), Some(compound)) = (remote, plain.and_then(|len| packet.get(..len))) else {
            self.stream.rejected += 1;
            return;
        };
        // Whoever suppresses silence sends nothing else while nobody speaks.
        remote.heard = now;
        self.stream.handle_rtcp(now, compound, clock);
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
        let protection = self.protection.as_mut();
        let sent = out.push(Port::Rtp(self.slot), remote.latch.remote(), |buffer| {
            let (head, rest) = buffer.split_first_chunk_mut::<HEADER_LEN>()?;
            header.write(head);
            rest.get_mut(..payload.len())?.copy_from_slice(payload);
            let len = HEADER_LEN + payload.len();
            match protection {
                // A sequence number seen before is a duplicate of the network's: the far end has it.
                Some(protection) => protection.outbound.protect_rtp(buffer, len).ok(),
                None => Some(len),
            }
        });
        if sent {
            self.stream.note_sent(payload.len(), clock_rate);
        }
    }

    fn report(&mut self, now: Instant, random: u32, clock: &NtpClock, goodbye: bool, out: &mut Transmits) {
        let mut compound = [0; MAX_COMPOUND];
        let len = self.stream.report(now, clock, random, goodbye, &mut compound);
        let Some(address) = self.remote.as_ref().and_then(Remote::rtcp_address) else { return };
        let protection = self.protection.as_mut();
        out.push(Port::Rtcp(self.slot), address, |buffer| {
            buffer.get_mut(..len)?.copy_from_slice(&compound[..len]);
            match protection {
                Some(protection) => protection.outbound.protect_rtcp(buffer, len).ok(),
                None => Some(len),
            }
        });
    }
}
