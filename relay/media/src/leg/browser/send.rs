//! What goes out to the browser.

use super::BrowserLeg;
use crate::{
    Codec, LostCause,
    clock::NtpClock,
    leg::{Format, Media},
    rtcp::MAX_COMPOUND,
    rtp::{HEADER_LEN, Header},
    transmit::{Port, Transmits},
};
use std::{net::SocketAddr, time::Instant};

impl BrowserLeg {
    /// Sends a packet of the other leg to the browser; false if the browser does not take its format.
    pub(crate) fn send(&mut self, now: Instant, media: &Media<'_>, out: &mut Transmits) -> bool {
        let (Some(remote), Some(number)) = (self.agent.remote(), self.payload_type(media.format)) else {
            self.stream.rewriter.skip(&media.header);
            return false;
        };
        if self.srtp.is_none() {
            return true;
        }
        let clock_rate = media.format.clock_rate();
        let Some(mut header) = self.stream.rewriter.forward(now, &media.header, clock_rate) else {
            return true;
        };
        header.payload_type = number;
        self.transmit(remote, &header, media.payload, clock_rate, out);
        true
    }

    /// The codec to speak to the browser in, of our own making: the one preferred, if the browser takes it. `None`
    /// while it is not connected.
    pub(crate) fn own_codec(&self, preferred: Option<Codec>) -> Option<Codec> {
        if self.srtp.is_none() || self.agent.remote().is_none() {
            return None;
        }
        // G.722 carries all that is mixed and costs a tenth of Opus.
        [preferred, Some(Codec::G722), Some(Codec::Opus), Some(Codec::Pcmu), Some(Codec::Pcma)]
            .into_iter()
            .flatten()
            .find(|codec| self.payload_type(Format::Audio(*codec)).is_some())
    }

    /// Sends audio of our own making, due at that moment, in a codec of [`own_codec`](Self::own_codec).
    pub(crate) fn send_own(&mut self, at: Instant, codec: Codec, payload: &[u8], out: &mut Transmits) {
        let (Some(remote), Some(number)) = (self.agent.remote(), self.payload_type(Format::Audio(codec)))
        else {
            return;
        };
        let header = self.stream.rewriter.append(at, number, codec.clock_rate());
        self.transmit(remote, &header, payload, codec.clock_rate(), out);
    }

    fn transmit(
        &mut self,
        remote: SocketAddr,
        header: &Header,
        payload: &[u8],
        clock_rate: u32,
        out: &mut Transmits,
    ) {
        let Some(keys) = &mut self.srtp else { return };
        let sent = out.push(Port::Browser, remote, |buffer| {
            let (head, rest) = buffer.split_first_chunk_mut::<HEADER_LEN>()?;
            header.write(head);
            rest.get_mut(..payload.len())?.copy_from_slice(payload);
            // A sequence number seen before is a duplicate of the network's: the browser has it.
            keys.outbound.protect_rtp(buffer, HEADER_LEN + payload.len()).ok()
        });
        if sent {
            self.stream.note_sent(payload.len(), clock_rate);
        }
    }

    pub(super) fn report(&mut self, now: Instant, random: u32, clock: &NtpClock, out: &mut Transmits) {
        let mut compound = [0; MAX_COMPOUND];
        let len = self.stream.report(now, clock, random, false, &mut compound);
        let (Some(keys), Some(remote)) = (&mut self.srtp, self.agent.remote()) else { return };
        out.push(Port::Browser, remote, |buffer| {
            buffer[..len].copy_from_slice(&compound[..len]);
            keys.outbound.protect_rtcp(buffer, len).ok()
        });
    }

    /// Sends what SCTP and DTLS have to say.
    pub(super) fn flush(&mut self, now: Instant, out: &mut Transmits) -> Result<(), LostCause> {
        while let Some(packet) = self.sctp.poll_transmit() {
            self.dtls.write(now, &packet).map_err(|_| LostCause::Closed)?;
        }
        while let Some(datagram) = self.dtls.poll_transmit() {
            if let Some(remote) = self.agent.remote() {
                out.push_bytes(Port::Browser, remote, &datagram);
            }
        }
        Ok(())
    }
}
