//! Whole calls in virtual time: a browser's half made of our own parts, a far end made of plain packets.

mod allocation;
mod attacks;
mod audio;
mod conference;
mod digits;
mod encryption;
mod hold;
mod lifecycle;
mod music;
mod reports;
mod telephone;

use super::*;
use crate::{
    BrowserSettings, Certificate, Codec, Direction, MediaError, RtpParameters, RtpSettings, TelephoneEvent,
    WorkerId,
    browser_sdp::tests::CHROMIUM_156,
    dtls::tests::Client,
    rtp::{self, HEADER_LEN, Header},
    srtp::{Inbound, MAX_OVERHEAD, Outbound, Profile},
    stun::tests::check,
    transmit::Port,
};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use std::time::Duration;

/// The far end's address, and one that is nobody's.
const FAR_END: &str = "192.0.2.50:4000";
const STRANGER: &str = "198.51.100.66:6666";

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn leg(number: u64) -> LegId {
    LegId::new(WorkerId(0), number)
}

/// An RTP packet as it is on the wire towards SIP.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Heard {
    header: Header,
    payload: Vec<u8>,
}

/// One engine, the time, and what came out of it.
struct World {
    now: Instant,
    engine: Engine,
    out: Transmits,
    /// What went to the browsers: where, and the bytes.
    to_browsers: Vec<(SocketAddr, Vec<u8>)>,
    /// What went to SIP by the RTP ports.
    to_sip: Vec<(SocketAddr, Heard)>,
    /// What went to SIP by the RTCP ports.
    reports: Vec<(SocketAddr, Vec<u8>)>,
    events: Vec<Event>,
}

impl World {
    fn new() -> Self {
        let now = Instant::now();
        let settings = Settings {
            workers: 1,
            browser: BrowserSettings::default(),
            rtp: RtpSettings::default(),
            certificate: Certificate::generate().unwrap(),
        };
        let candidates = vec![address("192.0.2.1:20000")];
        Self {
            now,
            engine: Engine::new(now, SystemTime::UNIX_EPOCH, [7; 32], settings, candidates),
            out: Transmits::default(),
            to_browsers: Vec::new(),
            to_sip: Vec::new(),
            reports: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Takes out what the engine has to send and to tell.
    fn collect(&mut self) {
        for datagram in self.out.datagrams() {
            match datagram.port {
                Port::Browser => self.to_browsers.push((datagram.to, datagram.bytes().to_vec())),
                Port::Rtp(_) => {
                    let packet = rtp::parse(datagram.bytes()).expect("only RTP leaves by an RTP port");
                    let heard = Heard { header: packet.header, payload: packet.payload.to_vec() };
                    self.to_sip.push((datagram.to, heard));
                }
                Port::Rtcp(_) => self.reports.push((datagram.to, datagram.bytes().to_vec())),
            }
        }
        self.out.clear();
        self.events.extend(std::iter::from_fn(|| self.engine.next_event()));
    }

    /// Lets time pass, calling the engine at each of its deadlines.
    fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(due) = self.engine.next_timeout().filter(|due| *due <= end) {
            self.now = due.max(self.now);
            self.engine.handle_timeout(self.now, &mut self.out);
            self.collect();
        }
        self.now = end;
    }

    fn pass_ms(&mut self, ms: u64) {
        self.pass(Duration::from_millis(ms));
    }

    fn browser_sends(&mut self, from: SocketAddr, datagram: &[u8]) {
        self.engine.handle_browser_datagram(self.now, from, &mut datagram.to_vec(), &mut self.out);
        self.collect();
    }

    fn sip_sends(&mut self, slot: usize, from: SocketAddr, header: Header, payload: &[u8]) {
        let mut head = [0; HEADER_LEN];
        header.write(&mut head);
        self.sip_sends_bytes(slot, from, [&head[..], payload].concat());
    }

    fn sip_sends_bytes(&mut self, slot: usize, from: SocketAddr, mut datagram: Vec<u8>) {
        self.engine.handle_rtp_datagram(self.now, slot, from, &mut datagram, &mut self.out);
        self.collect();
    }

    /// A browser that has done ICE and DTLS.
    fn connected_browser(&mut self, number: u64, from: &str) -> Browser {
        let mut browser = self.opened_browser(number, from);
        self.browser_sends(browser.address, &browser.check(true));
        browser.shake_hands(self);
        assert!(self.events.contains(&Event::BrowserConnected { leg: leg(number) }), "{:?}", self.events);
        self.events.clear();
        self.to_browsers.clear();
        browser
    }

    /// A browser that has its answer and has sent nothing yet.
    fn opened_browser(&mut self, number: u64, from: &str) -> Browser {
        let profiles = [
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
        ];
        let dtls = Client::new(self.now, &profiles);
        let offer: String = CHROMIUM_156
            .lines()
            .map(|line| match line.strip_prefix("a=fingerprint:sha-256 ") {
                Some(_) => format!("a=fingerprint:sha-256 {}\r\n", dtls.fingerprint()),
                None => format!("{line}\r\n"),
            })
            .collect();
        let answer = self.engine.open_browser_leg(self.now, leg(number), &offer).unwrap();
        let value = |name: &str| {
            answer
                .sdp
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap_or_else(|| panic!("no {name}"))
                .to_owned()
        };
        Browser {
            address: address(from),
            ufrag: value("a=ice-ufrag:"),
            password: value("a=ice-pwd:"),
            dtls,
            srtp: None,
            sequence: 65_000,
            timestamp: 1,
        }
    }

    /// An RTP leg to [`FAR_END`] in PCMU with telephone events.
    fn rtp_leg(&mut self, number: u64) -> usize {
        let slot = self.engine.open_rtp_leg(self.now, leg(number)).unwrap();
        self.engine.set_rtp_remote(self.now, leg(number), pcmu());
        slot
    }

    /// A browser (leg 1) in a call with the far end (leg 2, slot 0).
    fn call() -> (Self, Browser, usize) {
        let mut world = Self::new();
        let browser = world.connected_browser(1, "203.0.113.9:50000");
        let slot = world.rtp_leg(2);
        world.engine.connect(leg(1), leg(2));
        (world, browser, slot)
    }
}

fn pcmu() -> RtpParameters {
    RtpParameters {
        remote: address(FAR_END),
        remote_rtcp: None,
        codec: Codec::Pcmu,
        payload_type_send: 0,
        payload_type_receive: 0,
        telephone_event: Some(TelephoneEvent {
            payload_type_send: 101,
            payload_type_receive: 96,
            clock_rate: 8000,
        }),
        direction: Direction::SendRecv,
        ptime_ms: 20,
        srtp: None,
    }
}

fn header(payload_type: u8, sequence: u16, timestamp: u32) -> Header {
    Header { marker: false, payload_type, sequence, timestamp, ssrc: 0xfa }
}

/// A browser's half of a leg.
struct Browser {
    address: SocketAddr,
    ufrag: String,
    password: String,
    dtls: Client,
    srtp: Option<(Outbound, Inbound)>,
    sequence: u16,
    timestamp: u32,
}

impl Browser {
    fn check(&self, nominate: bool) -> Vec<u8> {
        check(&format!("{}:uFra", self.ufrag), &self.password, nominate)
    }

    fn shake_hands(&mut self, world: &mut World) {
        for _ in 0..10 {
            while let Some(datagram) = self.dtls.poll_transmit() {
                world.browser_sends(self.address, &datagram);
            }
            for (_, datagram) in std::mem::take(&mut world.to_browsers) {
                if (20..64).contains(&datagram[0]) {
                    self.dtls.handle(world.now, &datagram);
                }
            }
        }
        if self.dtls.connected && self.srtp.is_none() {
            let (ours, relays) = self.dtls.keys(Profile::AeadAes128Gcm);
            self.srtp = Some((Outbound::new(ours), Inbound::new(relays)));
        }
    }

    /// The next packet of its microphone, protected.
    fn speak(&mut self, payload_type: u8, payload: &[u8]) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(160);
        let header = Header {
            marker: false,
            payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: 0xb0,
        };
        let mut head = [0; HEADER_LEN];
        header.write(&mut head);
        let mut packet = [&head[..], payload].concat();
        let len = packet.len();
        packet.resize(len + MAX_OVERHEAD, 0);
        let (outbound, _) = self.srtp.as_mut().expect("connected");
        let len = outbound.protect_rtp(&mut packet, len).unwrap();
        packet.truncate(len);
        packet
    }

    fn say(&mut self, world: &mut World, payload_type: u8, payload: &[u8]) {
        let packet = self.speak(payload_type, payload);
        world.browser_sends(self.address, &packet);
    }

    /// Everything the relay sent to this browser's address, decrypted: RTP only.
    fn hear(&mut self, world: &mut World) -> Vec<Heard> {
        let (_, inbound) = self.srtp.as_mut().expect("connected");
        let mut heard = Vec::new();
        world.to_browsers.retain(|(to, datagram)| {
            if *to != self.address || datagram[0] < 128 || rtp::is_rtcp(datagram) {
                return true;
            }
            let mut packet = datagram.clone();
            let len = inbound.unprotect_rtp(&mut packet).expect("what the relay sends is authentic");
            let packet = rtp::parse(&packet[..len]).unwrap();
            heard.push(Heard { header: packet.header, payload: packet.payload.to_vec() });
            false
        });
        heard
    }
}
