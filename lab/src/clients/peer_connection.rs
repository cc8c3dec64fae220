//! A browser's peer connection: ICE, DTLS, SRTP and SCTP by `rtc`, on a UDP socket of loopback.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::sansio::Protocol as _;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

const SSRC: u32 = 0xb0;
/// G.711 µ-law (RFC 3551 table 4).
const PCMU: u8 = 0;
/// Samples in a packet of 20 ms.
const FRAME: u32 = 160;
/// More than any packet of loopback that matters here.
const DATAGRAM: usize = 2_048;
/// How long to wait where the peer connection has no timer of its own.
const IDLE: Duration = Duration::from_secs(1);

/// One peer connection with a microphone.
pub(crate) struct PeerConnection {
    connection: RTCPeerConnection,
    address: SocketAddr,
    incoming: tokio::net::UdpSocket,
    /// The same socket, to send on without waiting.
    outgoing: UdpSocket,
    sender: RTCRtpSenderId,
    sequence: u16,
    timestamp: u32,
    connected: bool,
    heard: Option<Instant>,
}

impl PeerConnection {
    /// A new one, with its offer.
    pub(crate) fn offer() -> anyhow::Result<(Self, String)> {
        let outgoing = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).context("a socket for media")?;
        outgoing.set_nonblocking(true)?;
        let incoming = tokio::net::UdpSocket::from_std(outgoing.try_clone()?)?;
        let address = outgoing.local_addr()?;

        let pcmu = codec("audio/PCMU", PCMU);
        let mut engine = MediaEngine::default();
        for codec in [pcmu.clone(), codec("audio/telephone-event", 126)] {
            engine.register_codec(codec, RtpCodecKind::Audio)?;
        }
        let settings = SettingEngineBuilder::new().with_answering_dtls_role(RTCDtlsRole::Client).build();
        let mut connection = RTCPeerConnectionBuilder::new()
            .with_media_engine(engine)
            .with_setting_engine(settings)
            .build(Instant::now())?;
        let encoding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(SSRC),
                ..RTCRtpCodingParameters::default()
            },
            codec: pcmu.rtp_codec,
            ..RTCRtpEncodingParameters::default()
        };
        let name = || "microphone".to_owned();
        let track = MediaStreamTrack::new(name(), name(), name(), RtpCodecKind::Audio, vec![encoding]);
        let sender = connection.add_track(track)?;
        connection.create_data_channel("keepalive", None)?;
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: address.ip().to_string(),
                port: address.port(),
                component: 1,
                ..CandidateConfig::default()
            },
            ..CandidateHostConfig::default()
        };
        connection.add_local_candidate(RTCIceCandidate::from(&candidate.new_candidate_host()?).to_json()?)?;
        let offer = connection.create_offer(None)?;
        connection.set_local_description(Instant::now(), offer.clone())?;
        let new = Self {
            connection,
            address,
            incoming,
            outgoing,
            sender,
            sequence: 0,
            timestamp: 0,
            connected: false,
            heard: None,
        };
        Ok((new, offer.sdp))
    }

    /// Takes the relay's answer.
    pub(crate) fn answered(&mut self, sdp: String) -> anyhow::Result<()> {
        self.connection.set_remote_description(Instant::now(), RTCSessionDescription::answer(sdp)?)?;
        self.turn()
    }

    /// Whether packets can pass.
    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// When the first packet of audio came since [`Self::forget_heard`].
    pub(crate) fn heard(&self) -> Option<Instant> {
        self.heard
    }

    /// Listens anew.
    pub(crate) fn forget_heard(&mut self) {
        self.heard = None;
    }

    /// Waits for a datagram or a timer, and does what is due. Nothing is lost if the wait is given up.
    pub(crate) async fn happening(&mut self) -> anyhow::Result<()> {
        let due = self.connection.poll_timeout().unwrap_or_else(|| Instant::now() + IDLE);
        let mut buffer = [0; DATAGRAM];
        tokio::select! {
            received = self.incoming.recv_from(&mut buffer) => {
                let (length, from) = received?;
                self.read(buffer.get(..length).unwrap_or_default(), from)?;
            }
            () = tokio::time::sleep_until(due.into()) => {}
        }
        self.turn()
    }

    /// Says 20 ms of nothing in particular.
    pub(crate) fn speak(&mut self) -> anyhow::Result<()> {
        let header = rtc::rtp::Header {
            version: 2,
            payload_type: PCMU,
            sequence_number: self.sequence,
            timestamp: self.timestamp,
            ssrc: SSRC,
            ..rtc::rtp::Header::default()
        };
        let payload = Bytes::from_static(&[0x55; FRAME as usize]);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(FRAME);
        let mut sender = self.connection.rtp_sender(self.sender).context("the microphone is gone")?;
        sender.write_rtp(Instant::now(), rtc::rtp::Packet { header, payload })?;
        self.turn()
    }

    /// Tells the other side that this is the end.
    pub(crate) fn close(mut self) -> anyhow::Result<()> {
        self.connection.close()?;
        self.turn()
    }

    fn read(&mut self, datagram: &[u8], peer_addr: SocketAddr) -> anyhow::Result<()> {
        let now = Instant::now();
        let transport = TransportContext {
            local_addr: self.address,
            peer_addr,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        self.connection.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(datagram) })?;
        while let Some(message) = self.connection.poll_read() {
            if let RTCMessage::RtpPacket(..) = message.message {
                self.heard.get_or_insert(now);
            }
        }
        Ok(())
    }

    fn turn(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        if self.connection.poll_timeout().is_some_and(|due| due <= now) {
            self.connection.handle_timeout(now)?;
        }
        while let Some(datagram) = self.connection.poll_write() {
            // A full buffer or a port that is closed by now is a loss, which UDP has anyway.
            let _ = self.outgoing.send_to(&datagram.message, datagram.transport.peer_addr);
        }
        while let Some(event) = self.connection.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
                self.connected = state == RTCPeerConnectionState::Connected;
            }
        }
        Ok(())
    }
}

fn codec(mime_type: &str, payload_type: u8) -> RTCRtpCodecParameters {
    let rtp_codec = RTCRtpCodec {
        mime_type: mime_type.to_owned(),
        clock_rate: 8_000,
        channels: 1,
        sdp_fmtp_line: String::new(),
        rtcp_feedback: vec![],
    };
    RTCRtpCodecParameters { rtp_codec, payload_type }
}
