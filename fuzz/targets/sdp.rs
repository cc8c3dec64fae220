//! Any session description: written and read again it is the same, and our answer to it can be read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sidetone_sip::offer_answer::{Codec, Direction, LocalMedia, LocalSrtp, answer, read_answer};
use sidetone_sip::sdp::SessionDescription;
use std::net::{Ipv4Addr, SocketAddr};

fuzz_target!(|text: &str| {
    if let Ok(read) = text.parse::<SessionDescription>() {
        let written = read.to_string();
        let again: SessionDescription = written.parse().expect("what was written can be read");
        assert_eq!(again.media.len(), read.media.len());
    }
    let local = LocalMedia {
        address: SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 20_100)),
        codecs: Codec::ALL.to_vec(),
        telephone_event: true,
        direction: Direction::SendRecv,
        packet_time: None,
        srtp: LocalSrtp::default(),
        session_id: 1,
        version: 1,
    };
    let _ = read_answer(&local, text);
    if let Ok((answered, agreed)) = answer(text, &local) {
        let theirs = read_answer(&local, &answered).expect("our answer can be read");
        assert_eq!(theirs.codec, agreed.codec);
        assert_eq!(theirs.direction, agreed.direction.reversed());
    }
});
