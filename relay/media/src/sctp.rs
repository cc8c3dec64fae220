//! The data channel of one browser leg: it opens and stays open, which keeps the browser's tab awake.
//! What is said on it is read and dropped. SCTP is `rtc-sctp`'s; of DCEP (RFC 8832) there is only the one
//! byte that acknowledges a channel.

use bytes::Bytes;
use rtc_sctp::{
    Association, AssociationHandle, DatagramEvent, Endpoint, EndpointConfig, Event, Payload,
    PayloadProtocolIdentifier, ServerConfig, StreamEvent, StreamId, TransportConfig,
};
use rtc_shared::TransportProtocol;
use std::{
    collections::VecDeque,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::Arc,
    time::Instant,
};

/// SCTP over DTLS has no addresses (RFC 8261 §5); the endpoint wants one.
const PEER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));
/// DATA_CHANNEL_OPEN, RFC 8832 §5.1.
const DCEP_OPEN: u8 = 0x03;
/// DATA_CHANNEL_ACK, RFC 8832 §5.2.
const DCEP_ACK: u8 = 0x02;
/// As much as the browser may have under way; a keepalive needs next to nothing.
const RECEIVE_BUFFER: u32 = 32 * 1024;
const MAX_MESSAGE: u32 = 16 * 1024;
const STREAMS: u16 = 16;

/// One leg's SCTP server.
pub(crate) struct Sctp {
    endpoint: Endpoint,
    association: Option<(AssociationHandle, Association)>,
    channel_opened: bool,
    out: VecDeque<Bytes>,
}

impl Sctp {
    pub(crate) fn new() -> Self {
        let transport = TransportConfig::default()
            .with_max_receive_buffer_size(RECEIVE_BUFFER)
            .with_max_message_size(MAX_MESSAGE)
            .with_max_num_inbound_streams(STREAMS)
            .with_max_num_outbound_streams(STREAMS);
        let server = Arc::new(ServerConfig::new(transport));
        let endpoint =
            Endpoint::new(PEER, TransportProtocol::UDP, Arc::new(EndpointConfig::new()), Some(server));
        Self { endpoint, association: None, channel_opened: false, out: VecDeque::new() }
    }

    /// Handles a packet; true if it opened a data channel.
    pub(crate) fn handle(&mut self, now: Instant, packet: Bytes) -> bool {
        match self.endpoint.handle(now, PEER, None, packet) {
            Some((handle, DatagramEvent::NewAssociation(association))) => {
                // A browser that starts over has forgotten the association that was.
                self.association = Some((handle, association));
            }
            Some((handle, DatagramEvent::AssociationEvent(event))) => {
                if let Some((known, association)) = &mut self.association
                    && *known == handle
                {
                    association.handle_event(event);
                }
            }
            Some((_, _)) | None => {}
        }
        self.advance(now)
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if let Some((_, association)) = &mut self.association {
            association.handle_timeout(now);
        }
        self.advance(now);
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.association.as_ref().and_then(|(_, association)| association.poll_timeout())
    }

    /// The next packet for the browser.
    pub(crate) fn poll_transmit(&mut self) -> Option<Bytes> {
        self.out.pop_front()
    }

    fn advance(&mut self, now: Instant) -> bool {
        let Some((handle, association)) = &mut self.association else { return false };
        let (mut opened, mut lost) = (false, false);
        while let Some(event) = association.poll() {
            match event {
                Event::Stream(StreamEvent::Readable { id }) => opened |= read(association, id, now),
                Event::HandshakeFailed { .. } | Event::AssociationLost { .. } => lost = true,
                _ => {}
            }
        }
        while let Some(event) = association.poll_endpoint_event() {
            self.endpoint.handle_event(*handle, event);
        }
        while let Some(transmit) = association.poll_transmit(now) {
            if let Payload::RawEncode(packets) = transmit.message {
                self.out.extend(packets);
            }
        }
        if lost {
            self.association = None;
        }
        let first = opened && !self.channel_opened;
        self.channel_opened |= opened;
        first
    }
}

/// Reads a stream dry; true if a channel was opened on it.
fn read(association: &mut Association, id: StreamId, now: Instant) -> bool {
    let mut opened = false;
    while let Ok(mut stream) = association.stream(id)
        && let Ok(Some(message)) = stream.read_sctp()
    {
        let first =
            message.to_payload(MAX_MESSAGE as usize).ok().and_then(|payload| payload.first().copied());
        if message.ppi == PayloadProtocolIdentifier::Dcep && first == Some(DCEP_OPEN) {
            // A stream that cannot take the byte is closing, and so is the channel.
            opened |= stream.write_with_ppi(now, &[DCEP_ACK], PayloadProtocolIdentifier::Dcep).is_ok();
        }
    }
    opened
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use rtc_sctp::{ClientConfig, ReliabilityType};

    /// A browser's SCTP half.
    pub(crate) struct Client {
        endpoint: Endpoint,
        handle: AssociationHandle,
        association: Association,
        pub(crate) acknowledged: bool,
    }

    impl Client {
        pub(crate) fn new(now: Instant) -> Self {
            let mut endpoint =
                Endpoint::new(PEER, TransportProtocol::UDP, Arc::new(EndpointConfig::new()), None);
            let (handle, association) = endpoint.connect(now, ClientConfig::default(), PEER).unwrap();
            Self { endpoint, handle, association, acknowledged: false }
        }

        pub(crate) fn handle(&mut self, now: Instant, packet: Bytes) {
            if let Some((_, DatagramEvent::AssociationEvent(event))) =
                self.endpoint.handle(now, PEER, None, packet)
            {
                self.association.handle_event(event);
            }
            while let Some(event) = self.association.poll() {
                if matches!(event, Event::Connected) {
                    let mut stream =
                        self.association.open_stream(1, PayloadProtocolIdentifier::Dcep).unwrap();
                    stream.set_reliability_params(false, ReliabilityType::Reliable, 0).unwrap();
                    let open = [&[DCEP_OPEN, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0][..], b"keepalive"].concat();
                    stream.write_with_ppi(now, &open, PayloadProtocolIdentifier::Dcep).unwrap();
                }
                if let Event::Stream(StreamEvent::Readable { id }) = event {
                    let chunks = self.association.stream(id).unwrap().read_sctp().unwrap().unwrap();
                    self.acknowledged |= chunks.ppi == PayloadProtocolIdentifier::Dcep
                        && chunks.to_payload(9).unwrap()[..] == [DCEP_ACK];
                }
            }
        }

        pub(crate) fn poll_transmit(&mut self, now: Instant) -> Vec<Bytes> {
            let _ = self.handle;
            match self.association.poll_transmit(now).map(|transmit| transmit.message) {
                Some(Payload::RawEncode(packets)) => packets,
                _ => Vec::new(),
            }
        }
    }

    #[test]
    fn a_data_channel_is_acknowledged_and_told_once() {
        let now = Instant::now();
        let (mut client, mut server) = (Client::new(now), Sctp::new());
        let mut opened = 0;
        for _ in 0..10 {
            for packet in client.poll_transmit(now) {
                opened += usize::from(server.handle(now, packet));
            }
            while let Some(packet) = server.poll_transmit() {
                client.handle(now, packet);
            }
        }
        assert!(client.acknowledged);
        assert_eq!(opened, 1);
    }

    #[test]
    fn junk_opens_nothing() {
        let mut server = Sctp::new();
        for len in 0..40 {
            assert!(!server.handle(Instant::now(), Bytes::from(vec![0x13; len])));
        }
        assert!(server.poll_transmit().is_none() && server.next_timeout().is_none());
    }
}
