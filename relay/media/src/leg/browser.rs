//! A browser leg: ICE, DTLS, SRTP and the data channel of one peer connection.

mod send;

use super::{Format, Media, Route, Stream};
use crate::{
    BrowserSettings, Codec, Event, LegId, LostCause, Settings,
    browser_sdp::{Audio, BrowserOffer},
    clock::NtpClock,
    dtls::{Dtls, DtlsError, DtlsEvent},
    ice::{Agent, Outcome, Ufrag},
    rtp,
    sctp::Sctp,
    srtp::{Inbound, MasterKey, Outbound, SrtpError},
    stun,
    transmit::Transmits,
};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// What a new leg is made of.
pub(crate) struct Opening<'a> {
    pub(crate) leg: LegId,
    pub(crate) offer: BrowserOffer,
    pub(crate) ufrag: Ufrag,
    pub(crate) password: &'a str,
    pub(crate) random: [u32; 4],
}

pub(crate) struct BrowserLeg {
    pub(crate) leg: LegId,
    pub(crate) agent: Agent,
    pub(crate) stream: Stream,
    pub(crate) route: Route,
    /// When the timer wheel will call.
    pub(crate) scheduled: Option<Instant>,
    dtls: Dtls,
    sctp: Sctp,
    srtp: Option<Box<Keys>>,
    audio: Audio,
    opened: Instant,
    heard: Instant,
    connect_timeout: Duration,
    silence_timeout: Duration,
}

struct Keys {
    inbound: Inbound,
    outbound: Outbound,
}

impl BrowserLeg {
    pub(crate) fn new(now: Instant, settings: &Settings, opening: Opening<'_>) -> Result<Self, DtlsError> {
        let BrowserSettings { connect_timeout, silence_timeout, .. } = settings.browser;
        let Opening { leg, offer, ufrag, password, random } = opening;
        Ok(Self {
            leg,
            agent: Agent::new(ufrag, password, offer.ice_ufrag),
            stream: Stream::new(now, random),
            route: Route::Nobody,
            scheduled: None,
            dtls: Dtls::new(&settings.certificate, offer.fingerprints)?,
            sctp: Sctp::new(),
            srtp: None,
            audio: offer.audio,
            opened: now,
            heard: now,
            connect_timeout,
            silence_timeout,
        })
    }

    /// Handles a connectivity check.
    pub(crate) fn handle_stun(
        &mut self,
        now: Instant,
        from: SocketAddr,
        message: &stun::Message<'_>,
        events: &mut VecDeque<Event>,
    ) -> Outcome {
        let outcome = self.agent.handle(message, from);
        if outcome.authentic {
            self.heard = now;
        }
        if outcome.moved && self.srtp.is_some() {
            events.push_back(Event::BrowserMoved { leg: self.leg });
        }
        outcome
    }

    /// Handles DTLS from an address that passed a check.
    pub(crate) fn handle_dtls(
        &mut self,
        now: Instant,
        datagram: &[u8],
        out: &mut Transmits,
        events: &mut VecDeque<Event>,
    ) -> Result<(), LostCause> {
        let told = match self.dtls.handle(now, datagram) {
            Ok(told) => told,
            // A record that makes no sense is dropped once there are keys (RFC 6347 §4.1.2.7).
            Err(_) if self.srtp.is_some() => return Ok(()),
            Err(error) => {
                tracing::debug!(leg = %self.leg, %error, "DTLS handshake failed");
                self.flush(now, out)?;
                return Err(LostCause::Handshake);
            }
        };
        for event in told {
            match event {
                DtlsEvent::Connected { browser, ours } => self.connect(now, browser, ours, events),
                DtlsEvent::Data(data) => {
                    self.heard = now;
                    if self.sctp.handle(now, data.freeze()) {
                        events.push_back(Event::DataChannelOpened { leg: self.leg });
                    }
                }
                DtlsEvent::Closed => {
                    self.flush(now, out)?;
                    return Err(LostCause::Closed);
                }
            }
        }
        self.flush(now, out)
    }

    fn connect(&mut self, now: Instant, browser: MasterKey, ours: MasterKey, events: &mut VecDeque<Event>) {
        tracing::debug!(leg = %self.leg, profile = ?ours.profile(), "browser connected");
        self.srtp = Some(Box::new(Keys { inbound: Inbound::new(browser), outbound: Outbound::new(ours) }));
        self.heard = now;
        events.push_back(Event::BrowserConnected { leg: self.leg });
    }

    /// Decrypts an RTP packet in place. `None` for a packet that is not authentic or not audio.
    pub(crate) fn receive_rtp<'a>(&mut self, now: Instant, packet: &'a mut [u8]) -> Option<Media<'a>> {
        let keys = self.srtp.as_mut()?;
        let len = match keys.inbound.unprotect_rtp(packet) {
            Ok(len) => len,
            Err(_) => {
                self.stream.rejected += 1;
                return None;
            }
        };
        self.heard = now;
        let rtp::Packet { header, payload } = rtp::parse(&packet[..len])?;
        let Some(format) = self.format(header.payload_type) else {
            self.stream.wrong_codec += 1;
            return None;
        };
        self.stream.reception.note(now, &header, payload.len(), format.clock_rate());
        Some(Media { format, header, payload })
    }

    pub(crate) fn receive_rtcp(
        &mut self,
        now: Instant,
        packet: &mut [u8],
        clock: &NtpClock,
    ) -> Result<(), SrtpError> {
        let Some(keys) = &mut self.srtp else { return Ok(()) };
        let len = keys.inbound.unprotect_rtcp(packet).inspect_err(|_| self.stream.rejected += 1)?;
        self.heard = now;
        self.stream.handle_rtcp(now, &packet[..len], clock);
        Ok(())
    }

    pub(crate) fn handle_timeout(
        &mut self,
        now: Instant,
        random: u32,
        clock: &NtpClock,
        out: &mut Transmits,
    ) -> Result<(), LostCause> {
        if now >= self.liveness_deadline() {
            return Err(if self.srtp.is_some() { LostCause::Silence } else { LostCause::NeverConnected });
        }
        self.dtls.handle_timeout(now).map_err(|error| {
            tracing::debug!(leg = %self.leg, %error, "DTLS handshake was not answered");
            LostCause::Handshake
        })?;
        if self.sctp.next_timeout().is_some_and(|due| due <= now) {
            self.sctp.handle_timeout(now);
        }
        if now >= self.stream.next_report {
            self.report(now, random, clock, out);
        }
        self.flush(now, out)
    }

    pub(crate) fn deadline(&self) -> Instant {
        [self.dtls.next_timeout(), self.sctp.next_timeout(), Some(self.stream.next_report)]
            .into_iter()
            .flatten()
            .fold(self.liveness_deadline(), Instant::min)
    }

    /// Says good-bye.
    pub(crate) fn close(&mut self, now: Instant, out: &mut Transmits) {
        self.dtls.close(now);
        // The leg is going; that the browser may be gone first is no news.
        let _gone = self.flush(now, out);
    }

    pub(crate) fn codecs(&self) -> Vec<Codec> {
        self.audio.codecs.iter().map(|(codec, _)| *codec).collect()
    }

    fn liveness_deadline(&self) -> Instant {
        if self.srtp.is_some() {
            self.heard + self.silence_timeout
        } else {
            self.opened + self.connect_timeout
        }
    }

    fn format(&self, payload_type: u8) -> Option<Format> {
        let codecs = self.audio.codecs.iter().map(|(codec, number)| (Format::Audio(*codec), *number));
        let events =
            self.audio.telephone_events.iter().map(|(clock, number)| (Format::Event(*clock), *number));
        codecs.chain(events).find_map(|(format, number)| (number == payload_type).then_some(format))
    }

    fn payload_type(&self, format: Format) -> Option<u8> {
        match format {
            Format::Audio(codec) => {
                self.audio.codecs.iter().find(|(known, _)| *known == codec).map(|(_, n)| *n)
            }
            Format::Event(clock) => {
                self.audio.telephone_events.iter().find(|(known, _)| *known == clock).map(|(_, n)| *n)
            }
            Format::Other => None,
        }
    }
}
