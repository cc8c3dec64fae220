//! What the handle refuses, and that it leaves nothing behind.

use crate::support::{LOOPBACK, PATIENCE, Relay, far_end::FarEnd, pcmu};
use sidetone_media::{
    BrowserSettings, Certificate, LegId, MediaError, MediaPlane, RtpSettings, Settings, StartError, WorkerId,
};
use std::{
    net::UdpSocket,
    sync::{Arc, mpsc::channel},
};

fn settings() -> Settings {
    Settings {
        workers: 1,
        browser: BrowserSettings {
            bind: LOOPBACK,
            port: 0,
            advertised: vec![LOOPBACK],
            ..BrowserSettings::default()
        },
        rtp: RtpSettings {
            bind: LOOPBACK,
            advertised: LOOPBACK,
            ports: 31_000..=31_003,
            ..RtpSettings::default()
        },
        certificate: Certificate::generate().unwrap(),
    }
}

fn start(settings: Settings) -> Result<MediaPlane, StartError> {
    MediaPlane::start(settings, Arc::new(|_| {}))
}

#[test]
fn a_port_in_use_is_named() {
    let taken = UdpSocket::bind((LOOPBACK, 0)).unwrap();
    let mut settings = settings();
    settings.browser.port = taken.local_addr().unwrap().port();
    let error = start(settings).err().unwrap();
    assert!(matches!(error, StartError::Bind { address, .. } if address == taken.local_addr().unwrap()));
    assert!(error.to_string().contains(&taken.local_addr().unwrap().to_string()), "{error}");
}

#[test]
fn settings_without_meaning_are_refused() {
    let good = settings();
    let mut no_workers = good.clone();
    no_workers.workers = 0;
    let mut nowhere = good.clone();
    nowhere.browser.advertised.clear();
    let mut past_the_end = good.clone();
    (past_the_end.workers, past_the_end.browser.port) = (2, 65_535);
    let mut too_few_ports = good;
    too_few_ports.rtp.ports = 44_001..=44_002;
    for settings in [no_workers, nowhere, past_the_end, too_few_ports] {
        assert!(matches!(start(settings), Err(StartError::Settings(_))));
    }
}

// Ports that have to be free lie below those that the kernel gives to outgoing connections (32768 and up).

#[test]
fn ports_run_out_and_come_back() {
    let plane =
        start(Settings { rtp: RtpSettings { ports: 31_100..=31_103, ..settings().rtp }, ..settings() })
            .unwrap();
    let open = |number| {
        let (sender, reply) = channel();
        plane.open_rtp_leg(LegId::new(WorkerId(0), number), move |result| sender.send(result).unwrap());
        reply.recv_timeout(PATIENCE).unwrap()
    };
    let (first, second) = (open(1).unwrap(), open(2).unwrap());
    assert_ne!(first, second);
    assert_eq!(open(3), Err(MediaError::NoPorts));
    assert_eq!(open(1), Err(MediaError::NoPorts));
    plane.close_leg(LegId::new(WorkerId(0), 1)).unwrap();
    assert_eq!(open(4), Ok(first));
    assert_eq!(open(4), Err(MediaError::NoPorts));
    plane.close_leg(LegId::new(WorkerId(0), 2)).unwrap();
    assert_eq!(open(4), Err(MediaError::LegExists(LegId::new(WorkerId(0), 4))));
    assert_eq!(open(5), Ok(second), "the refused leg gave its ports back");
}

#[test]
fn a_port_that_another_program_has_is_passed_over() {
    let _other = UdpSocket::bind((LOOPBACK, 31_201)).unwrap();
    let plane =
        start(Settings { rtp: RtpSettings { ports: 31_200..=31_203, ..settings().rtp }, ..settings() })
            .unwrap();
    let (sender, reply) = channel();
    plane.open_rtp_leg(LegId::new(WorkerId(0), 1), move |result| sender.send(result).unwrap());
    assert_eq!(reply.recv_timeout(PATIENCE).unwrap().unwrap().port(), 31_202);
}

#[test]
fn a_worker_that_does_not_exist_is_named() {
    let plane = start(settings()).unwrap();
    let nowhere = LegId::new(WorkerId(9), 1);
    assert_eq!(plane.close_leg(nowhere), Err(MediaError::NoSuchWorker(nowhere.worker)));
    let (sender, reply) = channel();
    plane.open_rtp_leg(nowhere, move |result| sender.send(result).unwrap());
    assert_eq!(reply.recv_timeout(PATIENCE).unwrap(), Err(MediaError::NoSuchWorker(nowhere.worker)));
    let here = LegId::new(WorkerId(0), 1);
    assert_eq!(plane.connect(here, nowhere), Err(MediaError::DifferentWorkers(here, nowhere)));
    assert_eq!(plane.send_dtmf(here, "12x"), Err(MediaError::NotADigit('x')));
}

#[test]
fn a_plane_is_healthy_until_a_worker_is_gone() {
    let plane = start(settings()).unwrap();
    assert!(plane.is_healthy());
    let (sender, gone) = channel::<()>();
    let leg = LegId::new(WorkerId(0), 1);
    plane.open_rtp_leg(leg, move |_| {
        drop(sender);
        panic!("what a worker dies of; this message belongs to the test");
    });
    assert!(gone.recv_timeout(PATIENCE).is_err());
    let deadline = std::time::Instant::now() + PATIENCE;
    while plane.is_healthy() {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
    assert_eq!(plane.close_leg(leg), Err(MediaError::Stopped));
}

#[test]
fn an_offer_that_cannot_be_used_leaves_no_leg() {
    let plane = start(settings()).unwrap();
    let (sender, reply) = channel();
    let leg = LegId::new(WorkerId(0), 1);
    plane.open_browser_leg(leg, "v=0\r\n".to_owned(), move |result| sender.send(result).unwrap());
    assert!(matches!(reply.recv_timeout(PATIENCE).unwrap(), Err(MediaError::Offer(_))));
    let (sender, reply) = channel();
    plane.inspect_leg(leg, move |counters| sender.send(counters).unwrap());
    assert_eq!(reply.recv_timeout(PATIENCE).unwrap(), None);
    assert_eq!(plane.counters().browser_legs, 0);
}

#[test]
fn a_thousand_legs_leave_sockets_and_descriptors_where_they_were() {
    let relay = Relay::start();
    let far_end = FarEnd::new();
    let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let round = |number| {
        let leg = relay.leg(number, number);
        relay.open_rtp(leg);
        relay.plane.set_rtp_remote(leg, pcmu(far_end.address())).unwrap();
        relay.plane.send_dtmf(leg, "1").unwrap();
        relay.plane.close_leg(leg).unwrap();
    };
    round(0);
    relay.settle(|counters| counters.rtp_legs == 0);
    let before = (relay.plane.counters().sockets, descriptors());
    (1..=1000).for_each(round);
    relay.settle(|counters| counters.rtp_legs == 0 && counters.sockets == before.0);
    // The other tests of this file may hold a few descriptors of their own at either moment.
    assert!(descriptors() < before.1 + 100, "{} became {}", before.1, descriptors());
}
