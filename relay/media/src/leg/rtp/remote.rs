//! What is known of the far end.

use crate::{Codec, RtpParameters, latch::Latch, leg::Format};
use std::{net::SocketAddr, time::Instant};

/// What signalling said, and what came of it.
pub(super) struct Remote {
    pub(super) parameters: RtpParameters,
    pub(super) latch: Latch,
    /// Since when packets are due: the last one, or what signalling said last.
    pub(super) heard: Instant,
    pub(super) started: bool,
    pub(super) timed_out: bool,
    /// When silence takes the place of a browser that does not speak.
    pub(super) fill_at: Instant,
}

impl Remote {
    /// What a payload type means on what the far end sends. Some far ends use the number of our
    /// description where they should use that of their own (RFC 3264 §5.1); no other format is meant by it.
    pub(super) fn format(&self, payload_type: u8) -> Format {
        let RtpParameters { codec, payload_type_send, payload_type_receive, telephone_event, .. } =
            self.parameters;
        if payload_type == payload_type_receive {
            return Format::Audio(codec);
        }
        match telephone_event {
            Some(event) if payload_type == event.payload_type_receive => Format::Event(event.clock_rate),
            _ if payload_type == payload_type_send => Format::Audio(codec),
            Some(event) if payload_type == event.payload_type_send => Format::Event(event.clock_rate),
            Some(_) | None => Format::Other,
        }
    }

    pub(super) fn payload_type(&self, format: Format) -> Option<u8> {
        match format {
            Format::Audio(codec) => {
                (codec == self.parameters.codec).then_some(self.parameters.payload_type_send)
            }
            Format::Event(clock_rate) => self
                .parameters
                .telephone_event
                .filter(|event| event.clock_rate == clock_rate)
                .map(|event| event.payload_type_send),
            Format::Other => None,
        }
    }

    /// Whether we may send. Nobody's phone plays into a multicast group, whatever signalling says.
    pub(super) fn sends(&self) -> bool {
        self.parameters.direction.sends() && !self.parameters.remote.ip().is_multicast()
    }

    /// The multicast group to listen to, if signalling named one.
    pub(super) fn group(&self) -> Option<SocketAddr> {
        let RtpParameters { remote, direction, .. } = self.parameters;
        (remote.is_ipv4() && remote.ip().is_multicast() && direction.receives()).then_some(remote)
    }

    /// Whether digits may be sent, and there is a way to: as events, or as tones in a codec that we can write.
    pub(super) fn takes_digits(&self) -> bool {
        self.sends()
            && (self.parameters.telephone_event.is_some()
                || matches!(self.parameters.codec, Codec::Pcmu | Codec::Pcma))
    }

    /// Where reports go: where signalling said, unless the far end sends from elsewhere. A music server that
    /// plays to a group of thousands of phones gets none, nor does the nobody of RFC 2543's hold: the system would take
    /// it for this machine.
    pub(super) fn rtcp_address(&self) -> Option<SocketAddr> {
        let rtp = self.latch.remote();
        if self.parameters.remote.ip().is_multicast() || rtp.ip().is_unspecified() {
            return None;
        }
        Some(match self.parameters.remote_rtcp {
            Some(address) if rtp == self.parameters.remote => address,
            Some(_) | None => SocketAddr::new(rtp.ip(), rtp.port().wrapping_add(1)),
        })
    }
}
