//! What we say to the far end ourselves: digits, and silence.

use super::RtpLeg;
use crate::{
    Codec, Event, RtpParameters, TelephoneEvent,
    dtmf::{self, Beat, Generator},
    leg::Route,
    rewrite::ticks,
    rtp::Header,
    silence,
    transmit::Transmits,
};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

impl RtpLeg {
    /// The codec to speak to the far end in, of our own making, and how long its packets are. `None` while nothing may
    /// be sent, or digits are.
    pub(crate) fn own_packets(&self) -> Option<(Codec, Duration)> {
        let remote = self.remote.as_ref().filter(|remote| remote.sends() && !self.generator.is_active())?;
        let RtpParameters { codec, ptime_ms, .. } = remote.parameters;
        Some((codec, silence::packet_time(codec, ptime_ms)))
    }

    /// Sends audio of our own making, due at that moment, in the codec of [`own_packets`](Self::own_packets).
    pub(crate) fn send_own(&mut self, at: Instant, codec: Codec, payload: &[u8], out: &mut Transmits) {
        let Some(remote) = &mut self.remote else { return };
        remote.fill_at = at + silence::AFTER;
        let header = self.stream.rewriter.append(at, remote.parameters.payload_type_send, codec.clock_rate());
        self.transmit(&header, payload, codec.clock_rate(), out);
    }

    pub(super) fn fill_deadline(&self) -> Option<Instant> {
        let remote = self.remote.as_ref()?;
        // A mix always says something.
        let is_mixed = matches!(self.route, Route::Mix { .. });
        (remote.sends() && !is_mixed && !self.generator.is_active()).then_some(remote.fill_at)
    }

    /// Sends silence if the browser has nothing to say.
    pub(super) fn fill(&mut self, now: Instant, out: &mut Transmits) {
        if self.fill_deadline().is_none_or(|due| now < due) {
            return;
        }
        let Some(remote) = &mut self.remote else { return };
        let RtpParameters { codec, payload_type_send, ptime_ms, .. } = remote.parameters;
        let packet_time = silence::packet_time(codec, ptime_ms);
        // A worker that was held up does not catch up: what is late is not worth hearing. One that is a little late, as
        // each is, counts the time of the packet from when it was due, so that timestamps are as even as the audio.
        let at = if remote.fill_at + packet_time > now { remote.fill_at } else { now };
        remote.fill_at = at + packet_time;
        let mut payload = [0; 1024];
        let Some(len) = silence::write(codec, packet_time, &mut payload) else { return };
        let header = self.stream.rewriter.append(at, payload_type_send, codec.clock_rate());
        self.transmit(&header, &payload[..len], codec.clock_rate(), out);
    }

    pub(super) fn send_due_dtmf(&mut self, now: Instant, out: &mut Transmits, events: &mut VecDeque<Event>) {
        if !self.generator.is_active() {
            return;
        }
        let Some(parameters) =
            self.remote.as_ref().filter(|remote| remote.takes_digits()).map(|r| r.parameters.clone())
        else {
            // A new answer took the format away: what was not sent cannot be.
            self.generator = Generator::default();
            return;
        };
        let codec_clock = parameters.codec.clock_rate();
        loop {
            // Events share the audio's clock (RFC 4733 §2.1). Where a far end negotiated another, their
            // timestamps can only be consistent among themselves.
            let timestamp = match parameters.telephone_event {
                Some(event) if event.clock_rate != codec_clock => {
                    ticks(now.saturating_duration_since(self.opened), event.clock_rate)
                }
                Some(_) | None => self.stream.rewriter.timestamp_at(now, codec_clock),
            };
            let Some(beat) = self.generator.poll(now, timestamp) else { break };
            match parameters.telephone_event {
                Some(event) => self.send_event(&beat, event, codec_clock, out),
                None => self.send_tone(now, &beat, &parameters, out),
            }
        }
        if !self.generator.is_active() {
            events.push_back(Event::DtmfSent { leg: self.leg });
            if let Some(remote) = &mut self.remote {
                remote.fill_at = now + silence::AFTER;
            }
        }
    }

    fn send_event(&mut self, beat: &Beat, event: TelephoneEvent, codec_clock: u32, out: &mut Transmits) {
        let Some(packet) = beat.event_packet(event.clock_rate) else { return };
        let header = Header {
            marker: packet.marker,
            payload_type: event.payload_type_send,
            sequence: self.stream.rewriter.insert(),
            timestamp: packet.timestamp,
            ssrc: self.stream.rewriter.ssrc(),
        };
        self.transmit(&header, &packet.payload, codec_clock, out);
    }

    /// Sends a digit, or the pause after it, as audio.
    fn send_tone(&mut self, now: Instant, beat: &Beat, parameters: &RtpParameters, out: &mut Transmits) {
        let mut payload = [0; 256];
        let len = match beat.tone_elapsed() {
            Some(elapsed) => dtmf::write_tone(parameters.codec, beat.event, elapsed, &mut payload),
            None => silence::write(parameters.codec, dtmf::INTERVAL, &mut payload),
        };
        let Some(len) = len else { return };
        let clock_rate = parameters.codec.clock_rate();
        let header = self.stream.rewriter.append(now, parameters.payload_type_send, clock_rate);
        self.transmit(&header, &payload[..len], clock_rate, out);
    }
}
