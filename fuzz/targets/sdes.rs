//! Any `a=crypto` line: what is read is written so that it reads the same, and in a description it leads to a key for
//! each side or to an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sidetone_sip::offer_answer::{
    Codec, CryptoLine, Direction, Encryption, LocalMedia, LocalSrtp, answer, read_answer,
};
use std::net::{Ipv4Addr, SocketAddr};

fuzz_target!(|text: &str| {
    if let Ok(read) = text.parse::<CryptoLine>() {
        assert_eq!(read.to_string().parse::<CryptoLine>(), Ok(read));
    }
    let local = LocalMedia {
        address: SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 20_100)),
        codecs: vec![Codec::Pcmu],
        telephone_event: false,
        direction: Direction::SendRecv,
        packet_time: None,
        srtp: LocalSrtp::fresh(Encryption::Required, false, &mut ChaCha8Rng::seed_from_u64(1)),
        session_id: 1,
        version: 1,
    };
    let offer = format!("v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 4000 RTP/SAVP 0\r\na=crypto:{text}\r\n");
    let _ = read_answer(&local, &offer);
    if let Ok((answered, agreed)) = answer(&offer, &local) {
        let ours = agreed.srtp.expect("encrypted");
        let theirs = read_answer(&local, &answered).expect("our answer can be read").srtp.expect("encrypted");
        assert_eq!(theirs.receive, ours.send);
    }
});
