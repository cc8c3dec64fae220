//! Offer and answer.

use crate::support::{address, fixture};
use sidetone_sip::message::Message;
use sidetone_sip::offer_answer::{
    Codec, Direction, LocalMedia, LocalSrtp, Negotiated, OfferAnswerError, TelephoneEvent, answer, offer,
    read_answer,
};
use sidetone_sip::sdp::{SdpError, SessionDescription};
use std::time::Duration;

fn local() -> LocalMedia {
    LocalMedia {
        address: address("192.0.2.1:20100"),
        codecs: Codec::ALL.to_vec(),
        telephone_event: true,
        direction: Direction::SendRecv,
        packet_time: Some(Duration::from_millis(20)),
        srtp: LocalSrtp::default(),
        session_id: 77,
        version: 3,
    }
}

fn sdp(media: &str) -> String {
    format!("v=0\r\no=x 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{media}")
}

#[test]
fn an_offer_lists_codecs_in_order_and_events_on_each_clock() {
    let text = offer(&local());
    let expected = "v=0\r\no=- 77 3 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
        m=audio 20100 RTP/AVP 111 9 0 8 101 110\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n\
        a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
        a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=rtpmap:110 telephone-event/48000\r\n\
        a=fmtp:110 0-15\r\na=ptime:20\r\na=sendrecv\r\n";
    assert_eq!(text, expected);
}

#[test]
fn cucm_answers_with_its_lines_in_its_order() {
    let Ok(Message::Request(ack)) = Message::parse(&fixture("cucm/ack-with-answer")) else { panic!() };
    let negotiated =
        read_answer(&local(), &ack.body_of_type("application/sdp").expect("SDP")).expect("agreed");
    assert_eq!(
        negotiated,
        Negotiated {
            remote: address("192.0.2.33:4000"),
            codec: Codec::Pcmu,
            payload_send: 0,
            payload_receive: 0,
            telephone_event: Some(TelephoneEvent { send: 101, receive: 101, clock: 8000 }),
            packet_time: Some(Duration::from_millis(20)),
            // They only send.
            direction: Direction::RecvOnly,
            srtp: None,
        }
    );
}

#[test]
fn an_answer_may_number_what_we_send_its_own_way() {
    let text = sdp(
        "m=audio 4000 RTP/AVP 96 97\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:97 telephone-event/48000\r\n",
    );
    let negotiated = read_answer(&local(), &text).expect("agreed");
    assert_eq!(
        (negotiated.codec, negotiated.payload_send, negotiated.payload_receive),
        (Codec::Opus, 96, 111)
    );
    assert_eq!(negotiated.telephone_event, Some(TelephoneEvent { send: 97, receive: 110, clock: 48_000 }));
}

#[test]
fn our_answer_takes_our_preference_their_numbers_and_refuses_other_media() {
    let offered = sdp(
        "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio 4000 RTP/AVP 8 0 118 119 120\r\na=ptime:30\r\n\
         a=rtpmap:118 opus/48000/2\r\na=rtpmap:119 telephone-event/8000\r\na=rtpmap:120 telephone-event/48000\r\n\
         m=audio 4002 RTP/AVP 0\r\nm=application 9 UDP/BFCP *\r\n",
    );
    let (text, negotiated) = answer(&offered, &local()).expect("agreed");
    assert_eq!(
        (negotiated.codec, negotiated.payload_send, negotiated.payload_receive),
        (Codec::Opus, 118, 118)
    );
    assert_eq!(negotiated.telephone_event, Some(TelephoneEvent { send: 120, receive: 120, clock: 48_000 }));
    assert_eq!(negotiated.packet_time, Some(Duration::from_millis(30)));
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(
        lines,
        [
            "m=video 0 RTP/AVP 96",
            "m=audio 20100 RTP/AVP 118 120",
            "m=audio 0 RTP/AVP 0",
            "m=application 0 UDP/BFCP *"
        ]
    );
    // What was agreed is what the offerer reads in it.
    let theirs = LocalMedia { address: address("192.0.2.9:4000"), ..local() };
    assert_eq!(read_answer(&theirs, &text).expect("agreed").codec, Codec::Opus);
}

#[test]
fn static_numbers_need_no_map() {
    let only = |codec| LocalMedia { codecs: vec![codec], ..local() };
    let offered = sdp("m=audio 4000 RTP/AVP 0 8 9\r\n");
    for codec in [Codec::Pcmu, Codec::Pcma, Codec::G722] {
        let (_, negotiated) = answer(&offered, &only(codec)).expect("agreed");
        assert_eq!((negotiated.codec, negotiated.payload_send), (codec, codec.payload_type()));
        assert_eq!(negotiated.telephone_event, None);
    }
    assert_eq!(answer(&offered, &only(Codec::Opus)).unwrap_err(), OfferAnswerError::NoCodec);
}

#[test]
fn hold_in_all_its_ways() {
    let held = |lines: &str, connection: &str| {
        let text = sdp(&format!("m=audio 4000 RTP/AVP 0\r\n{lines}"))
            .replace("c=IN IP4 192.0.2.9", &format!("c=IN IP4 {connection}"));
        let (text, negotiated) = answer(&text, &local()).expect("agreed");
        let stated = ["sendrecv", "sendonly", "recvonly", "inactive"]
            .into_iter()
            .find(|direction| text.contains(&format!("a={direction}\r\n")));
        (negotiated.direction, stated.expect("a direction"))
    };
    assert_eq!(held("a=sendonly\r\n", "192.0.2.9"), (Direction::RecvOnly, "recvonly"));
    assert_eq!(held("a=recvonly\r\n", "192.0.2.9"), (Direction::SendOnly, "sendonly"));
    assert_eq!(held("a=inactive\r\n", "192.0.2.9"), (Direction::Inactive, "inactive"));
    // RFC 2543: nobody may send to 0.0.0.0.
    assert_eq!(held("", "0.0.0.0"), (Direction::RecvOnly, "recvonly"));
    assert_eq!(held("a=inactive\r\n", "0.0.0.0"), (Direction::Inactive, "inactive"));
}

#[test]
fn what_cannot_be_used_says_why() {
    let reason = |text: &str| answer(text, &local()).unwrap_err();
    assert_eq!(reason(""), OfferAnswerError::Sdp(SdpError::NoVersion));
    assert_eq!(reason(&sdp("")), OfferAnswerError::NoAudio);
    assert_eq!(reason(&sdp("m=audio 0 RTP/AVP 0\r\n")), OfferAnswerError::NoAudio);
    assert_eq!(reason(&sdp("m=audio 4 RTP/SAVP 0\r\n")), OfferAnswerError::Encrypted("RTP/SAVP".into()));
    let with_dtls = "UDP/TLS/RTP/SAVPF";
    assert_eq!(
        reason(&sdp(&format!("m=audio 4 {with_dtls} 0\r\n"))),
        OfferAnswerError::Protocol(with_dtls.into())
    );
    assert_eq!(reason(&sdp("m=audio 4 RTP/AVP 18\r\n")), OfferAnswerError::NoCodec);
    assert_eq!(reason("v=0\r\nm=audio 4 RTP/AVP 0\r\n"), OfferAnswerError::NoAddress);
    assert_eq!(reason(&sdp("m=audio x RTP/AVP 0\r\n")), OfferAnswerError::Sdp(SdpError::BadLine(6)));
    assert_eq!(reason(&"v=0\r\n".repeat(20_000)), OfferAnswerError::Sdp(SdpError::TooLong));
}

#[test]
fn descriptions_are_read_as_phones_write_them() {
    let text = "v=0\no=Some Phone 18446744073709551616 1 IN IP6 2001:db8::9\n\nb=TIAS:64000\nm=audio 4000/2 rtp/avp 0 101\n\
        i=words\nc=IN IP6 2001:db8::9\na=rtpmap:101  telephone-event/8000/1\na=X\nz=?\n";
    let read: SessionDescription = text.parse().expect("read");
    assert_eq!(read.origin.session_id, "18446744073709551616");
    assert_eq!(read.media[0].port, 4000);
    assert!(read.media[0].has("x"));
    let (answer, negotiated) =
        answer(text, &LocalMedia { address: address("[2001:db8::1]:20100"), ..local() }).expect("agreed");
    assert_eq!(negotiated.remote, address("[2001:db8::9]:4000"));
    assert_eq!(negotiated.telephone_event.map(|event| event.send), Some(101));
    assert!(answer.contains("c=IN IP6 2001:db8::1\r\n"));
    let written = read.to_string();
    assert_eq!(written.parse::<SessionDescription>().expect("read again").to_string(), written);
}
