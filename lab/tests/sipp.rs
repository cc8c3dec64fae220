//! The PBX as seen by SIPp, a SIP implementation that shares nothing with ours or with the one inside.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test says what does not hold")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says why")]

#[path = "sipp/peer.rs"]
mod peer;
#[path = "sipp/scenario.rs"]
mod scenario;

use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use peer::{Ear, Telephone, free_port, sipp_is_here};
use scenario::Scenario;
use sidetone_lab::media::dtmf::{Collector, Digit, Event};
use sidetone_lab::media::g711::Law;
use sidetone_lab::media::ports::PortRange;
use sidetone_lab::media::rtp::{Label, Packet};
use sidetone_lab::media::tone::share_of_power;
use sidetone_lab::pbx::{Pbx, Settings};

/// A port pair of its own for each PBX, so that a test knows where the only stream of its PBX is.
async fn media_ports() -> RangeInclusive<u16> {
    static RANGE: LazyLock<PortRange> =
        LazyLock::new(|| PortRange::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 26_000..=26_199).unwrap());
    let port = RANGE.open().await.unwrap().rtp.local_addr().unwrap().port();
    port..=port + 1
}

async fn pbx() -> (Pbx, u16) {
    let rtp_ports = media_ports().await;
    let port = *rtp_ports.start();
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    let pbx = Pbx::start(Settings { listen, rtp_ports, ..Settings::default() }).await.unwrap();
    (pbx, port)
}

fn steps() -> Scenario {
    Scenario::default()
}

fn samples(packets: &[Packet]) -> Vec<i16> {
    packets.iter().flat_map(|packet| &packet.payload).map(|&byte| Law::Mu.decode(byte)).collect()
}

#[tokio::test]
async fn a_telephone_registers_with_its_password_over_udp_and_tcp() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    for transport in ["u1", "t1"] {
        let telephone = Telephone { transport, contact: 4_321, ..Telephone::new(pbx.address()) };
        telephone
            .play("none", steps().register().expect_matching(200, "sip:1001@127.0.0.1:4321;.*expires=60"))
            .await;
    }
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_telephone_whose_connection_closed_is_not_rung() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let gone =
        Telephone { user: "1002", password: "demo-1002", transport: "t1", ..Telephone::new(pbx.address()) };
    // The connection is SIPp's, and ends with it.
    gone.play("none", steps().register().expect(200)).await;
    Telephone::new(pbx.address()).play("1002", steps().invite().expect(480).ack_refusal()).await;
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_extension_are_refused() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    for (user, password) in [("1001", "demo-1002"), ("1003", "demo-1003")] {
        let telephone = Telephone { user, password, ..Telephone::new(pbx.address()) };
        telephone.play("none", steps().register().expect(403)).await;
        telephone.play("600", steps().invite().expect(403).ack_refusal()).await;
    }
    pbx.shutdown().await;
}

#[tokio::test]
async fn echo_returns_what_the_caller_says() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, stream) = pbx().await;
    let ear = Ear::open().await;
    let telephone = Telephone { media: ear.port(), ..Telephone::new(pbx.address()) };
    let call = telephone.play("600", steps().invite().expect(200).ack().pause(1_500).bye());
    let talk = async {
        let mut label = Label::new(9, 40);
        let mut back = Vec::new();
        // What is said before the answer reaches nobody; say the first word until it comes back.
        let first = label.packet(true, 0, 8_000, vec![0; 160]);
        while back.is_empty() {
            ear.say(stream, &first).await;
            let heard = tokio::time::timeout(Duration::from_millis(50), ear.hear()).await;
            back.extend(heard.ok());
        }
        for word in 1..=20 {
            ear.say(stream, &label.packet(false, 0, 8_000 + 160 * word, vec![word.to_le_bytes()[0]; 160]))
                .await;
        }
        while back.last().unwrap().payload[0] != 20 {
            back.push(ear.hear().await);
        }
        let words: Vec<_> = back.iter().map(|packet| packet.payload[0]).filter(|&word| word > 0).collect();
        assert_eq!(words, (1..=20).collect::<Vec<_>>());
        assert!(back.iter().all(|packet| packet.ssrc != 9 && packet.payload_type == 0));
        let last = back.last().unwrap();
        assert_eq!(last.timestamp - back[0].timestamp, 20 * 160);
        assert_eq!(last.sequence.wrapping_sub(back[0].sequence), 20);
    };
    tokio::join!(call, talk);
    pbx.shutdown().await;
}

#[tokio::test]
async fn the_tone_is_heard_at_its_pitch_and_pace() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let ear = Ear::open().await;
    let telephone = Telephone { media: ear.port(), ..Telephone::new(pbx.address()) };
    let call = telephone.play("601", steps().invite().expect(200).ack().pause(1_500).bye());
    let listen = async {
        let first = ear.hear().await;
        let started = Instant::now();
        let packets = ear.hear_many(50).await;
        assert!(started.elapsed() >= Duration::from_millis(900), "faster than it is played");
        let mut before = &first;
        for packet in &packets {
            assert_eq!(packet.sequence, before.sequence.wrapping_add(1));
            assert_eq!(packet.timestamp, before.timestamp.wrapping_add(160));
            before = packet;
        }
        let share = share_of_power(&samples(&packets), 440.0);
        assert!(share > 0.99, "{share}");
    };
    tokio::join!(call, listen);
    pbx.shutdown().await;
}

#[tokio::test]
async fn hold_silences_the_tone_and_retrieve_brings_it_back() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let ear = Ear::open().await;
    let telephone = Telephone { media: ear.port(), ..Telephone::new(pbx.address()) };
    let held = steps().invite().expect(200).ack().pause(300).reinvite("sendonly");
    let held = held.expect_matching(200, "a=recvonly").ack().pause(600).reinvite("sendrecv");
    let call = telephone.play("601", held.expect_matching(200, "a=sendrecv").ack().pause(500).bye());
    let listen = async {
        let mut before = ear.hear().await;
        let gap = loop {
            let packet = ear.hear().await;
            let passed = packet.timestamp.wrapping_sub(before.timestamp);
            if passed > 160 {
                assert!(packet.marker, "a new spurt begins without its mark");
                assert_eq!(packet.sequence, before.sequence.wrapping_add(1));
                break passed;
            }
            before = packet;
        };
        // The hold lasts 600 ms of 8 ticks each; the clock went on meanwhile.
        assert!(gap >= 500 * 8, "silent for {gap} ticks");
        let share = share_of_power(&samples(&ear.hear_many(20).await), 440.0);
        assert!(share > 0.99, "{share}");
    };
    tokio::join!(call, listen);
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_caller_may_leave_the_offer_to_the_pbx() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let ear = Ear::open().await;
    let telephone = Telephone { media: ear.port(), ..Telephone::new(pbx.address()) };
    let late = steps().invite_without_offer().expect_matching(200, "m=audio [0-9]+ RTP/AVP 0 8 101");
    let call = telephone.play("601", late.ack_with_answer().pause(700).bye());
    let listen = async {
        let share = share_of_power(&samples(&ear.hear_many(20).await), 440.0);
        assert!(share > 0.99, "{share}");
    };
    tokio::join!(call, listen);
    // Between extensions the description has to come from the caller.
    let callee = Telephone { user: "1002", password: "demo-1002", ..telephone.clone() };
    callee.play("none", steps().register().expect(200)).await;
    telephone.play("1002", steps().invite_without_offer().expect(488).ack_refusal()).await;
    pbx.shutdown().await;
}

#[tokio::test]
async fn keys_come_back_as_events_and_as_dual_tones() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, stream) = pbx().await;
    let ear = Ear::open().await;
    let telephone = Telephone { media: ear.port(), ..Telephone::new(pbx.address()) };
    let call = telephone.play("602", steps().invite().expect(200).ack().pause(4_000).bye());
    let press = async {
        ear.hear().await;
        let mut label = Label::new(9, 1);
        for (key, timestamp) in [('4', 1_000), ('4', 1_000), ('2', 3_000)] {
            let event = Event { digit: Digit::from_char(key).unwrap(), end: true, duration: 800 };
            ear.say(stream, &label.packet(false, 101, timestamp, event.to_bytes().to_vec())).await;
        }
        let mut collector = Collector::default();
        let (mut keys, mut tone, mut audio) = (String::new(), Vec::new(), Vec::new());
        while keys.len() < 2 || tone.is_empty() {
            let packet = ear.hear().await;
            if packet.payload_type == 0 {
                audio.push(packet);
                continue;
            }
            let event = Event::parse(&packet.payload).unwrap();
            if event.end && tone.is_empty() {
                tone = samples(&audio[audio.len() - 5..]);
            }
            keys.extend(collector.receive(packet.timestamp, event).map(Digit::to_char));
        }
        assert_eq!(keys, "42");
        let (low, high) = Digit::from_char('4').unwrap().frequencies();
        assert!(share_of_power(&tone, low) > 0.45 && share_of_power(&tone, high) > 0.45);
    };
    tokio::join!(call, press);
    pbx.shutdown().await;
}

#[tokio::test]
async fn busy_and_unknown_and_absent_are_told_apart() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let telephone = Telephone::new(pbx.address());
    for (number, status) in [("605", 486), ("604", 404), ("1002", 480)] {
        telephone.play(number, steps().invite().expect(status).ack_refusal()).await;
    }
    pbx.shutdown().await;
}

#[tokio::test]
async fn the_announcement_is_heard_before_the_answer() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let ear = Ear::open().await;
    let telephone = Telephone { media: ear.port(), ..Telephone::new(pbx.address()) };
    let announced = steps().invite().expect_matching(183, "m=audio [0-9]+ RTP/AVP 0 101").expect(200).ack();
    let call = telephone.play("607", announced.pause(800).bye());
    let listen = async {
        let early = samples(&ear.hear_many(100).await);
        assert!(share_of_power(&early, 620.0) > 0.99);
        // The answer comes after about 150 packets; its tone must follow.
        let mut share = 0.0;
        for _ in 0..15 {
            share = share_of_power(&samples(&ear.hear_many(10).await), 440.0);
            if share > 0.99 {
                break;
            }
        }
        assert!(share > 0.99, "{share}");
    };
    tokio::join!(call, listen);
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_caller_can_give_up_while_it_rings() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let given_up = steps().invite().expect(180).pause(200).cancel().expect(200).expect(487).ack_refusal();
    Telephone::new(pbx.address()).play("606", given_up).await;
    pbx.shutdown().await;
}

#[tokio::test]
async fn the_call_back_reaches_the_caller_s_telephone() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let ear = Ear::open().await;
    let telephone =
        Telephone { media: ear.port(), contact: free_port().await, ..Telephone::new(pbx.address()) };
    telephone.play("none", steps().register().expect(200)).await;
    let called = steps()
        .expect_request("INVITE")
        .reply("180 Ringing")
        .reply_with_description("200 OK")
        .expect_request("ACK")
        .expect_request("BYE")
        .reply("200 OK");
    let waiting = telephone.await_call(&called);
    telephone.play("603", steps().invite().expect(200).ack().expect_request("BYE").reply("200 OK")).await;
    let first = samples(&ear.hear_many(40).await);
    assert!(share_of_power(&first, 660.0) > 0.99);
    // The second call begins with a packet of a new source.
    let source = ear.hear().await.ssrc;
    let mut packet = ear.hear().await;
    while packet.ssrc == source {
        packet = ear.hear().await;
    }
    let second = samples(&ear.hear_many(40).await);
    assert!(share_of_power(&second, 440.0) > 0.99);
    // Its end is ours to say: shutting down hangs up.
    pbx.shutdown().await;
    waiting.finish().await;
}

#[tokio::test]
async fn extensions_call_each_other_and_either_may_hang_up() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let callee = Telephone {
        user: "1002",
        password: "demo-1002",
        media: 5_678,
        contact: free_port().await,
        ..Telephone::new(pbx.address())
    };
    callee.play("none", steps().register().expect(200)).await;
    let caller = Telephone { media: 4_567, ..Telephone::new(pbx.address()) };
    let dialled = || steps().invite().expect(180).expect_matching(200, "m=audio 5678 RTP/AVP 0 101").ack();
    let answered = || {
        steps()
            .expect_request("INVITE")
            .reply("180 Ringing")
            .reply_with_description("200 OK")
            .expect_request("ACK")
    };

    let waiting = callee.await_call(&answered().expect_request("BYE").reply("200 OK"));
    caller.play("1002", dialled().pause(200).bye()).await;
    waiting.finish().await;

    let waiting = callee.await_call(&answered().pause(200).bye_of_callee());
    caller.play("1002", dialled().expect_request("BYE").reply("200 OK")).await;
    waiting.finish().await;
    pbx.shutdown().await;
}

#[tokio::test]
async fn a_callee_may_refuse_and_a_caller_may_give_up() {
    if !sipp_is_here() {
        return;
    }
    let (pbx, _) = pbx().await;
    let callee = Telephone {
        user: "1002",
        password: "demo-1002",
        contact: free_port().await,
        ..Telephone::new(pbx.address())
    };
    callee.play("none", steps().register().expect(200)).await;
    let caller = Telephone::new(pbx.address());

    let waiting =
        callee.await_call(&steps().expect_request("INVITE").reply("603 Decline").expect_request("ACK"));
    caller.play("1002", steps().invite().expect(603).ack_refusal()).await;
    waiting.finish().await;

    let given_up = steps().invite().expect(180).pause(200).cancel().expect(200).expect(487).ack_refusal();
    let waiting = callee.await_call(&steps().expect_request("INVITE").reply("180 Ringing").cancelled());
    caller.play("1002", given_up).await;
    waiting.finish().await;
    pbx.shutdown().await;
}
