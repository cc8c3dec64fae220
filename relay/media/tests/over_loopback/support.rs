//! Both ends of a call over loopback: a browser made of `rtc`, which is not ours, and a far end made of a
//! plain socket.

pub(crate) mod browser;
pub(crate) mod far_end;
pub(crate) mod tone;

use sidetone_media::{
    BrowserSettings, Certificate, Codec, Direction, Event, LegId, MediaPlane, RtpParameters, RtpSettings,
    Settings, TelephoneEvent,
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

/// Loopback answers at once; this long means never.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A media plane on loopback, and what it tells.
pub(crate) struct Relay {
    pub plane: MediaPlane,
    events: Receiver<Event>,
}

impl Relay {
    pub(crate) fn start() -> Self {
        let (sender, events) = channel();
        let settings = Settings {
            workers: 2,
            browser: BrowserSettings {
                bind: LOOPBACK,
                port: 0,
                advertised: vec![LOOPBACK],
                ..BrowserSettings::default()
            },
            rtp: RtpSettings {
                bind: LOOPBACK,
                advertised: LOOPBACK,
                ports: 42_000..=43_999,
                ..RtpSettings::default()
            },
            certificate: Certificate::generate().unwrap(),
        };
        // A test that has seen enough drops its receiver.
        let plane = MediaPlane::start(settings, Arc::new(move |event| drop(sender.send(event)))).unwrap();
        Self { plane, events }
    }

    pub(crate) fn leg(&self, call: u64, number: u64) -> LegId {
        LegId::new(self.plane.worker_for(call), number)
    }

    pub(crate) fn open_rtp(&self, leg: LegId) -> SocketAddr {
        let (sender, reply) = channel();
        self.plane.open_rtp_leg(leg, move |result| sender.send(result).unwrap());
        reply.recv_timeout(PATIENCE).unwrap().unwrap()
    }

    /// The next event, while `meanwhile` keeps the other parties going.
    pub(crate) fn event(&self, mut meanwhile: impl FnMut()) -> Event {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            meanwhile();
            if let Ok(event) = self.events.try_recv() {
                return event;
            }
        }
        panic!("no event within {PATIENCE:?}");
    }

    /// Waits until the counters are as they should be.
    pub(crate) fn settle(&self, done: impl Fn(&sidetone_media::Counters) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !done(&self.plane.counters()) {
            assert!(Instant::now() < deadline, "{:?}", self.plane.counters());
            std::thread::yield_now();
        }
    }
}

/// G.711 µ-law with telephone events, to that far end.
pub(crate) fn pcmu(remote: SocketAddr) -> RtpParameters {
    RtpParameters {
        remote,
        remote_rtcp: None,
        codec: Codec::Pcmu,
        payload_type_send: 0,
        payload_type_receive: 0,
        telephone_event: Some(TelephoneEvent {
            payload_type_send: 101,
            payload_type_receive: 101,
            clock_rate: 8000,
        }),
        direction: Direction::SendRecv,
        ptime_ms: 20,
        srtp: None,
    }
}
