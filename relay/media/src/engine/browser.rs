//! What arrives on the port towards the browsers.

use super::{Engine, Slot};
use crate::{
    ice, rtp,
    stun::{self, Class},
    transmit::{Port, Transmits},
};
use std::{net::SocketAddr, time::Instant};

impl Engine {
    /// Handles a datagram. STUN finds its leg by the user name; the rest by an address that passed a
    /// check, so nothing else is even looked at.
    pub(crate) fn handle_browser_datagram(
        &mut self,
        now: Instant,
        from: SocketAddr,
        datagram: &mut [u8],
        out: &mut Transmits,
    ) {
        // RFC 7983 §7.
        match datagram.first() {
            Some(0..=3) => self.handle_stun(now, from, datagram, out),
            Some(20..=63) => self.handle_dtls(now, from, datagram, out),
            Some(128..=191) if rtp::is_rtcp(datagram) => {
                let clock = self.clock;
                match self.browser_at(from) {
                    Some(index) => {
                        self.dropped +=
                            u64::from(self.browsers[index].receive_rtcp(now, datagram, &clock).is_err())
                    }
                    None => self.dropped += 1,
                }
            }
            Some(128..=191) => self.handle_srtp(now, from, datagram, out),
            Some(_) | None => self.dropped += 1,
        }
    }

    fn browser_at(&self, from: SocketAddr) -> Option<usize> {
        self.by_address.get(&from).copied()
    }

    fn handle_stun(&mut self, now: Instant, from: SocketAddr, datagram: &[u8], out: &mut Transmits) {
        let Some(message) = stun::parse(datagram).filter(|message| message.class != Class::Other) else {
            self.dropped += 1;
            return;
        };
        let index = ice::local_ufrag(&message).and_then(|ufrag| self.by_ufrag.get(&ufrag).copied());
        let Some(index) = index else {
            self.dropped += 1;
            respond(ice::refusal(&message, 401), from, datagram.len(), out);
            return;
        };
        let outcome = self.browsers[index].handle_stun(now, from, &message, &mut self.events);
        if let Some(forgotten) = outcome.forgotten {
            self.by_address.remove(&forgotten);
        }
        if outcome.authentic {
            self.by_address.insert(from, index);
            respond(outcome.response, from, usize::MAX, out);
        } else {
            self.dropped += 1;
            respond(outcome.response, from, datagram.len(), out);
        }
    }

    fn handle_dtls(&mut self, now: Instant, from: SocketAddr, datagram: &[u8], out: &mut Transmits) {
        let Some(index) = self.browser_at(from) else {
            self.dropped += 1;
            return;
        };
        match self.browsers[index].handle_dtls(now, datagram, out, &mut self.events) {
            Ok(()) => self.schedule(Slot::Browser(index)),
            Err(cause) => self.lose(index, cause),
        }
    }

    fn handle_srtp(&mut self, now: Instant, from: SocketAddr, datagram: &mut [u8], out: &mut Transmits) {
        let Some(leg) = self.by_address.get(&from).and_then(|index| self.browsers.get_mut(*index)) else {
            self.dropped += 1;
            return;
        };
        let Some(media) = leg.receive_rtp(now, datagram) else {
            self.dropped += 1;
            return;
        };
        let route = leg.route;
        if !self.pass_on(now, route, &media, out)
            && let Some(leg) = self.browser_at(from).and_then(|index| self.browsers.get_mut(index))
        {
            leg.stream.wrong_codec += 1;
        }
    }
}

/// Sends a response, unless it is larger than what it answers: a stranger's forged question must not make
/// us shout at somebody else.
fn respond(response: Option<stun::Response>, to: SocketAddr, at_most: usize, out: &mut Transmits) {
    if let Some(response) = response.filter(|response| response.bytes().len() <= at_most) {
        out.push_bytes(Port::Browser, to, response.bytes());
    }
}
