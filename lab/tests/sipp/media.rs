//! What is heard at the numbers that answer.

use std::time::{Duration, Instant};

use sidetone_lab::media::dtmf::{Collector, Digit, Event};
use sidetone_lab::media::g711::Law;
use sidetone_lab::media::rtp::{Label, Packet};
use sidetone_lab::media::tone::share_of_power;

use super::peer::{Ear, Telephone, free_port, sipp_is_here};
use super::{pbx, steps};

/// The least share that `hz` has in any of `packets`; each alone, since a busy machine may lack one between them.
fn pitch(packets: &[Packet], hz: f64) -> f64 {
    let share = |packet: &Packet| {
        let samples: Vec<_> = packet.payload.iter().map(|&byte| Law::Mu.decode(byte)).collect();
        share_of_power(&samples, hz)
    };
    packets.iter().map(share).fold(1.0, f64::min)
}

/// What is heard of a pure tone in 20 ms at least, and of others at most.
const CLEAR: f64 = 0.9;

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
        let mut before = &first;
        for packet in &packets {
            assert_eq!(packet.sequence, before.sequence.wrapping_add(1));
            let passed = packet.timestamp.wrapping_sub(before.timestamp);
            // More than one frame only where the machine was too busy to send them, and then marked.
            assert!(passed == 160 || passed % 160 == 0 && packet.marker, "{passed} ticks");
            before = packet;
        }
        let played = Duration::from_millis(u64::from(before.timestamp.wrapping_sub(first.timestamp)) / 8);
        // At most five frames may come at once, to catch up.
        assert!(started.elapsed() + Duration::from_millis(100) >= played, "faster than it is played");
        assert!(pitch(&packets, 440.0) > CLEAR);
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
            // A busy machine makes shorter gaps.
            if passed > 300 * 8 {
                assert!(packet.marker, "a new spurt begins without its mark");
                assert_eq!(packet.sequence, before.sequence.wrapping_add(1));
                break passed;
            }
            before = packet;
        };
        // The hold lasts 600 ms of 8 ticks each; the clock went on meanwhile.
        assert!(gap >= 500 * 8, "silent for {gap} ticks");
        assert!(pitch(&ear.hear_many(20).await, 440.0) > CLEAR);
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
        assert!(pitch(&ear.hear_many(20).await, 440.0) > CLEAR);
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
                tone = audio.split_off(audio.len() - 5);
            }
            keys.extend(collector.receive(packet.timestamp, event).map(Digit::to_char));
        }
        assert_eq!(keys, "42");
        let (low, high) = Digit::from_char('4').unwrap().frequencies();
        assert!(pitch(&tone, low) > 0.3 && pitch(&tone, high) > 0.3);
    };
    tokio::join!(call, press);
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
        assert!(pitch(&ear.hear_many(100).await, 620.0) > CLEAR);
        // The answer comes after about 150 packets; its tone must follow.
        let mut late = ear.hear().await;
        for _ in 0..120 {
            late = ear.hear().await;
            if pitch(std::slice::from_ref(&late), 440.0) > CLEAR {
                break;
            }
        }
        assert!(pitch(&[late], 440.0) > CLEAR);
    };
    tokio::join!(call, listen);
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
    assert!(pitch(&ear.hear_many(40).await, 660.0) > CLEAR);
    // The second call begins with a packet of a new source.
    let source = ear.hear().await.ssrc;
    let mut packet = ear.hear().await;
    while packet.ssrc == source {
        packet = ear.hear().await;
    }
    assert!(pitch(&ear.hear_many(40).await, 440.0) > CLEAR);
    // Its end is ours to say: shutting down hangs up.
    pbx.shutdown().await;
    waiting.finish().await;
}
