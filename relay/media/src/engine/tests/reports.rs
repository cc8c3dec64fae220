//! RTCP, ended and made on each leg.

use super::*;
use crate::rtcp::{self, MAX_COMPOUND, Report, ReportBlock};

fn reports(compound: &[u8]) -> Vec<Report> {
    let mut reports = Vec::new();
    rtcp::parse(compound, |report| reports.push(report));
    reports
}

#[test]
fn each_side_is_told_what_we_sent_and_what_we_received() {
    let (mut world, mut browser, slot) = World::call();
    for n in 0..300_u16 {
        browser.say(&mut world, 0, &[0; 160]);
        // Every fifth packet of the far end is lost on its way.
        if n % 5 != 4 {
            world.sip_sends(slot, address(FAR_END), header(0, n, u32::from(n) * 160), &[0; 160]);
        }
        world.pass_ms(20);
    }
    let (to, compound) = world.reports.last().expect("a report within six seconds");
    assert_eq!(*to, address("192.0.2.50:4001"));
    let [Report::Sender { ssrc, .. }, Report::Block(block)] = reports(compound)[..] else {
        panic!("{:?}", reports(compound))
    };
    assert_eq!(ssrc, world.to_sip[0].1.header.ssrc);
    assert_eq!(block.ssrc, 0xfa);
    assert!((45..=55).contains(&block.fraction_lost), "a fifth of 256: {}", block.fraction_lost);

    let (_, inbound) = browser.srtp.as_mut().unwrap();
    let compound =
        world.to_browsers.iter().find(|(_, datagram)| rtp::is_rtcp(datagram)).map(|(_, d)| d.clone());
    let mut compound = compound.expect("a report to the browser within six seconds");
    let len = inbound.unprotect_rtcp(&mut compound).unwrap();
    let [Report::Sender { .. }, Report::Block(block)] = reports(&compound[..len])[..] else { panic!() };
    assert_eq!((block.ssrc, block.cumulative_lost), (0xb0, 0));
    assert_eq!(world.engine.counters(leg(2)).unwrap().packets_lost, 59);
}

#[test]
fn reports_go_where_signalling_said() {
    let mut world = World::new();
    world.rtp_leg(2);
    let remote_rtcp = Some(address("192.0.2.50:9999"));
    world.engine.set_rtp_remote(world.now, leg(2), RtpParameters { remote_rtcp, ..pcmu() });
    world.pass(Duration::from_secs(10));
    assert!(!world.reports.is_empty());
    assert!(world.reports.iter().all(|(to, _)| Some(*to) == remote_rtcp));
}

#[test]
fn the_round_trip_is_computed_from_the_far_ends_report() {
    let (mut world, mut browser, slot) = World::call();
    for _ in 0..300 {
        browser.say(&mut world, 0, &[0; 160]);
        world.pass_ms(20);
    }
    assert_eq!(world.engine.counters(leg(2)).unwrap().round_trip_us, None, "unknown is unknown");
    let sent: Vec<_> = world.reports.iter().flat_map(|(_, compound)| reports(compound)).collect();
    let Some(Report::Sender { ssrc, .. }) = sent.last().copied() else { panic!("{sent:?}") };
    // A far end that has held a report of this moment for half a second, seen 80 ms later.
    let last_report = world.engine.clock.middle_at(world.now);
    world.pass_ms(580);
    let block = ReportBlock {
        ssrc,
        fraction_lost: 0,
        cumulative_lost: 0,
        highest_sequence: 0,
        jitter: 0,
        last_report,
        delay: 32_768,
    };
    let mut compound = [0; MAX_COMPOUND];
    let len = rtcp::write(&mut compound, 0xfa, None, Some(block), false);
    world.engine.handle_rtcp_datagram(world.now, slot, address("192.0.2.50:4001"), &mut compound[..len]);
    let us = world.engine.counters(leg(2)).unwrap().round_trip_us.unwrap();
    assert!((79_900..80_100).contains(&us), "{us}");
}

#[test]
fn the_far_end_hears_a_good_bye() {
    let (mut world, mut browser, slot) = World::call();
    browser.say(&mut world, 0, b"x");
    assert_eq!(world.engine.close_leg(world.now, leg(2), &mut world.out), Some(slot));
    world.collect();
    let (_, compound) = world.reports.last().unwrap();
    assert_eq!(compound[compound.len() - 7], 203);
}
