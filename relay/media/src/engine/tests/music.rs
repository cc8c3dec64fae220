//! Music on hold from a multicast group.

use super::*;

const GROUP: &str = "239.1.1.1:24576";
const SERVER: &str = "192.0.2.99:30000";

fn music(direction: Direction) -> RtpParameters {
    RtpParameters { remote: address(GROUP), direction, ..pcmu() }
}

fn play(world: &mut World, slot: usize, from: &str, n: u16, payload: &[u8]) {
    let mut head = [0; HEADER_LEN];
    Header { ssrc: 0x3d, ..header(0, n, u32::from(n) * 160) }.write(&mut head);
    let mut datagram = [&head[..], payload].concat();
    world.engine.handle_group_datagram(world.now, slot, address(from), &mut datagram, &mut world.out);
    world.collect();
}

#[test]
fn a_group_is_asked_for_while_it_is_to_be_heard() {
    let (mut world, _, slot) = World::call();
    for (parameters, group) in [
        (music(Direction::RecvOnly), Some(address(GROUP))),
        (music(Direction::SendRecv), Some(address(GROUP))),
        (music(Direction::Inactive), None),
        (music(Direction::SendOnly), None),
        (pcmu(), None),
    ] {
        assert_eq!(world.engine.set_rtp_remote(world.now, leg(2), parameters), Some((slot, group)));
    }
    assert_eq!(world.engine.set_rtp_remote(world.now, leg(1), pcmu()), None);
}

#[test]
fn a_group_that_is_not_heard_does_not_count_as_a_far_end_that_is_gone() {
    let mut world = World::new();
    world.rtp_leg(2);
    world.engine.set_rtp_remote(world.now, leg(2), music(Direction::RecvOnly));
    world.pass(Duration::from_secs(600));
    assert!(world.events.is_empty(), "{:?}", world.events);
    world.engine.set_rtp_remote(world.now, leg(2), pcmu());
    world.pass(Duration::from_secs(31));
    assert_eq!(world.events, [Event::RtpTimeout { leg: leg(2) }]);
}

#[test]
fn the_music_of_the_group_is_heard_and_nothing_is_sent_to_it() {
    let (mut world, mut browser, slot) = World::call();
    world.sip_sends(slot, address(FAR_END), header(0, 1, 0), b"talk");
    world.engine.set_rtp_remote(world.now, leg(2), music(Direction::SendRecv));
    world.to_sip.clear();
    world.reports.clear();
    browser.hear(&mut world);
    for n in 0..500 {
        play(&mut world, slot, SERVER, n, b"music");
        play(&mut world, slot, STRANGER, n + 7, b"noise");
        // Nor is the far end's port listened to meanwhile.
        world.sip_sends(slot, address(FAR_END), header(0, n + 2, 0), b"noise");
        browser.say(&mut world, 0, b"unheard");
        world.pass_ms(20);
    }
    let heard = browser.hear(&mut world);
    assert!(heard.len() >= 498, "two packets in sequence make a source: {}", heard.len());
    assert!(heard.iter().all(|heard| heard.payload == b"music"));
    assert!(world.to_sip.is_empty() && world.reports.is_empty());
    world.engine.set_rtp_remote(world.now, leg(2), pcmu());
    play(&mut world, slot, SERVER, 500, b"late music");
    world.sip_sends(slot, address(FAR_END), header(0, 600, 0), b"talk again");
    assert_eq!(browser.hear(&mut world)[0].payload, b"talk again");
}
