//! A browser made of `rtc`: ICE, DTLS, SRTP and SCTP by other people's code.

use super::{LOOPBACK, PATIENCE, Relay, tone};
use bytes::BytesMut;
use rtc::{
    media_stream::MediaStreamTrack,
    peer_connection::{
        RTCPeerConnection, RTCPeerConnectionBuilder,
        configuration::{media_engine::MediaEngine, setting_engine::SettingEngineBuilder},
        event::{RTCDataChannelEvent, RTCPeerConnectionEvent},
        message::RTCMessage,
        sdp::RTCSessionDescription,
        state::RTCPeerConnectionState,
        transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate},
    },
    rtp_transceiver::{
        RTCRtpSenderId,
        rtp_sender::{
            RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
            RtpCodecKind,
        },
    },
    sansio::Protocol,
    shared::{TaggedBytesMut, TransportContext, TransportProtocol},
};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use sidetone_media::LegId;
use std::{
    net::UdpSocket,
    sync::mpsc::channel,
    time::{Duration, Instant},
};

const SSRC: u32 = 0xb0;

pub(crate) struct Browser {
    connection: RTCPeerConnection,
    socket: UdpSocket,
    sender: RTCRtpSenderId,
    sequence: u16,
    frames: usize,
    pub connected: bool,
    pub channel_open: bool,
    /// The payload type and payload of everything heard.
    pub heard: Vec<(u8, Vec<u8>)>,
}

fn codec(mime_type: &str, clock_rate: u32, payload_type: u8) -> RTCRtpCodecParameters {
    let rtp_codec = RTCRtpCodec {
        mime_type: mime_type.to_owned(),
        clock_rate,
        channels: 1,
        sdp_fmtp_line: String::new(),
        rtcp_feedback: vec![],
    };
    RTCRtpCodecParameters { rtp_codec, payload_type }
}

impl Browser {
    /// Offers to the relay and takes its answer.
    pub(crate) fn call(relay: &Relay, leg: LegId, profile: SrtpProtectionProfile) -> Self {
        let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let mut engine = MediaEngine::default();
        let pcmu = codec("audio/PCMU", 8000, 0);
        for codec in [pcmu.clone(), codec("audio/telephone-event", 8000, 126)] {
            engine.register_codec(codec, RtpCodecKind::Audio).unwrap();
        }
        let settings = SettingEngineBuilder::new()
            .with_answering_dtls_role(RTCDtlsRole::Client)
            .with_srtp_protection_profiles(vec![profile])
            .build();
        let mut connection = RTCPeerConnectionBuilder::new()
            .with_media_engine(engine)
            .with_setting_engine(settings)
            .build(Instant::now())
            .unwrap();
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
        let sender = connection.add_track(track).unwrap();
        connection.create_data_channel("keepalive", None).unwrap();
        let address = socket.local_addr().unwrap();
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
        let candidate = RTCIceCandidate::from(&candidate.new_candidate_host().unwrap()).to_json().unwrap();
        connection.add_local_candidate(candidate).unwrap();
        let offer = connection.create_offer(None).unwrap();
        connection.set_local_description(Instant::now(), offer.clone()).unwrap();
        let (reply, answer) = channel();
        relay.plane.open_browser_leg(leg, offer.sdp, move |result| reply.send(result).unwrap());
        let answer = answer.recv_timeout(PATIENCE).unwrap().unwrap();
        let answer = RTCSessionDescription::answer(answer.sdp).unwrap();
        connection.set_remote_description(Instant::now(), answer).unwrap();
        Self {
            connection,
            socket,
            sender,
            sequence: 65_530,
            frames: 0,
            connected: false,
            channel_open: false,
            heard: Vec::new(),
        }
    }

    /// Sends and receives what there is.
    pub(crate) fn turn(&mut self) {
        let now = Instant::now();
        if self.connection.poll_timeout().is_some_and(|due| due <= now) {
            self.connection.handle_timeout(now).unwrap();
        }
        while let Some(datagram) = self.connection.poll_write() {
            self.socket.send_to(&datagram.message, datagram.transport.peer_addr).unwrap();
        }
        let mut buffer = [0; 2048];
        while let Ok((len, peer_addr)) = self.socket.recv_from(&mut buffer) {
            let transport = TransportContext {
                local_addr: self.socket.local_addr().unwrap(),
                peer_addr,
                ecn: None,
                transport_protocol: TransportProtocol::UDP,
            };
            let message = BytesMut::from(&buffer[..len]);
            self.connection.handle_read(TaggedBytesMut { now: Instant::now(), transport, message }).unwrap();
        }
        while let Some(event) = self.connection.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => {
                    self.connected = state == RTCPeerConnectionState::Connected;
                }
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(_)) => {
                    self.channel_open = true
                }
                _ => {}
            }
        }
        while let Some(message) = self.connection.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message.message {
                self.heard.push((packet.header.payload_type, packet.payload.to_vec()));
            }
        }
    }

    /// Says 20 ms of a tone.
    pub(crate) fn speak(&mut self, hz: f64) {
        let header = rtc::rtp::Header {
            version: 2,
            payload_type: 0,
            sequence_number: self.sequence,
            timestamp: u32::try_from(self.frames * tone::FRAME).unwrap(),
            ssrc: SSRC,
            ..rtc::rtp::Header::default()
        };
        let payload = tone::frame(hz, self.frames).into();
        self.sequence = self.sequence.wrapping_add(1);
        self.frames += 1;
        let mut sender = self.connection.rtp_sender(self.sender).unwrap();
        sender.write_rtp(Instant::now(), rtc::rtp::Packet { header, payload }).unwrap();
        self.turn();
    }

    /// Goes on until something is so.
    pub(crate) fn turn_until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !done(self) {
            assert!(Instant::now() < deadline, "{what}");
            self.turn();
        }
    }

    /// The audio heard so far.
    pub(crate) fn audio(&self) -> Vec<u8> {
        self.heard
            .iter()
            .filter(|(number, _)| *number == 0)
            .flat_map(|(_, payload)| payload.clone())
            .collect()
    }

    pub(crate) fn close(mut self) {
        self.connection.close().unwrap();
        self.turn();
    }
}
