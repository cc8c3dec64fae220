use super::{cipher::Cipher, kdf::Label, *};
use crate::rtp::{HEADER_LEN, Header};
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn master(profile: Profile) -> MasterKey {
    let salt = hex("0EC675AD498AFEEBB6960B3AABE6");
    let key = hex("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE60000");
    MasterKey::new(profile, &key[..profile.key_len()], &salt[..profile.salt_len()]).unwrap()
}

fn rtp_packet(sequence: u16, ssrc: u32, payload: &[u8]) -> (Vec<u8>, usize) {
    let mut header = [0; HEADER_LEN];
    Header { marker: false, payload_type: 0, sequence, timestamp: 7, ssrc }.write(&mut header);
    let mut packet = [&header[..], payload].concat();
    let len = packet.len();
    packet.resize(len + MAX_OVERHEAD, 0);
    (packet, len)
}

fn sealed(outbound: &mut Outbound, sequence: u16, ssrc: u32) -> Vec<u8> {
    let (mut packet, len) = rtp_packet(sequence, ssrc, b"payload");
    let len = outbound.protect_rtp(&mut packet, len).unwrap();
    packet.truncate(len);
    packet
}

const ALL: [Profile; 4] = [
    Profile::AeadAes128Gcm,
    Profile::AeadAes256Gcm,
    Profile::Aes128CmHmacSha1_80,
    Profile::Aes128CmHmacSha1_32,
];

/// RFC 3711 §B.3.
#[test]
fn session_keys_are_those_of_the_rfc() {
    let master = master(Profile::Aes128CmHmacSha1_80);
    assert_eq!(
        kdf::derive::<16>(&master, Label::RtpEncryption).to_vec(),
        hex("C61E7A93744F39EE10734AFE3FF7A087")
    );
    assert_eq!(kdf::derive::<14>(&master, Label::RtpSalt).to_vec(), hex("30CBBC08863D8C85D49DB34A9AE1"));
    assert_eq!(
        kdf::derive::<20>(&master, Label::RtpAuthentication).to_vec(),
        hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4")
    );
}

/// RFC 6188 §7.2, whose derivation RFC 7714 §11 takes for AES-256.
#[test]
fn session_keys_of_256_bits_are_those_of_the_rfc() {
    let key = hex("f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6");
    // The vector has a salt of 112 bits, which no suite with keys of 256 bits has.
    let mut master = MasterKey::new(Profile::AeadAes256Gcm, &key, &[0; 12]).unwrap();
    master.salt = hex("3b04803de51ee7c96423ab5b78d2").try_into().unwrap();
    assert_eq!(
        kdf::derive::<32>(&master, Label::RtpEncryption).to_vec(),
        hex("5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4")
    );
    assert_eq!(kdf::derive::<14>(&master, Label::RtpSalt).to_vec(), hex("fa31791685ca444a9e07c6c64e93"));
}

/// RFC 7714 §16.2.1, with the session key and salt given there.
#[test]
fn an_rtp_packet_is_protected_as_in_the_rfc_with_gcm_of_256_bits() {
    let cipher = Cipher::gcm_of_session_keys(
        &hex("000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f"),
        &hex("517569642070726f2071756f"),
    );
    let mut packet = hex("8040f17b8041f8d35501a0b2");
    packet.extend(b"Gallia est omnis divisa in partes tres");
    let len = packet.len();
    packet.resize(len + MAX_OVERHEAD, 0);
    let len = cipher.seal_rtp(&mut packet, len, 12, 0x5501_a0b2, 0xf17b).unwrap();
    let expected = hex(
        "8040f17b8041f8d35501a0b2 32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b
         7aa3db36dfffd6b0f9bb7878d7a76c13",
    );
    assert_eq!(packet[..len], expected);
}

/// The vector of counter mode above, but for the length of its tag (RFC 4568 §6.2.2).
#[test]
fn a_short_tag_is_the_beginning_of_the_long_one_and_reports_have_the_long_one() {
    let mut packet = hex("800f1234decafbadcafebabe abababababababababababababababab");
    packet.resize(28 + MAX_OVERHEAD, 0);
    let mut outbound = Outbound::new(master(Profile::Aes128CmHmacSha1_32));
    let len = outbound.protect_rtp(&mut packet, 28).unwrap();
    assert_eq!(packet[..len], hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc"));
    let mut report = hex("80c90001 00000009");
    report.resize(8 + MAX_OVERHEAD, 0);
    assert_eq!(outbound.protect_rtcp(&mut report, 8), Ok(8 + 4 + 10));
}

/// The vector that libsrtp and its descendants test with, on the master key of RFC 3711 §B.3.
#[test]
fn an_rtp_packet_is_protected_as_by_others_with_counter_mode() {
    let mut packet = hex("800f1234decafbadcafebabe abababababababababababababababab");
    packet.resize(28 + MAX_OVERHEAD, 0);
    let len = Outbound::new(master(Profile::Aes128CmHmacSha1_80)).protect_rtp(&mut packet, 28).unwrap();
    assert_eq!(
        packet[..len],
        hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb")
    );
}

/// RFC 7714 §16.1.1, with the session key and salt given there.
#[test]
fn an_rtp_packet_is_protected_as_in_the_rfc_with_gcm() {
    let cipher = Cipher::gcm_of_session_keys(
        &hex("000102030405060708090a0b0c0d0e0f"),
        &hex("517569642070726f2071756f"),
    );
    let mut packet = hex("8040f17b8041f8d35501a0b2");
    packet.extend(b"Gallia est omnis divisa in partes tres");
    let len = packet.len();
    packet.resize(len + MAX_OVERHEAD, 0);
    let len = cipher.seal_rtp(&mut packet, len, 12, 0x5501_a0b2, 0xf17b).unwrap();
    let expected = hex(
        "8040f17b8041f8d35501a0b2 f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833
         899d7f27beb16a9152cf765ee4390cce",
    );
    assert_eq!(packet[..len], expected);
    packet.truncate(len);
    let len = cipher.open_rtp(&mut packet, 12, 0x5501_a0b2, 0xf17b).unwrap();
    assert_eq!(&packet[12..len], b"Gallia est omnis divisa in partes tres");
}

/// RFC 7714 §17.1.
#[test]
fn an_rtcp_compound_is_protected_as_in_the_rfc_with_gcm() {
    let cipher = Cipher::gcm_of_session_keys(
        &hex("000102030405060708090a0b0c0d0e0f"),
        &hex("517569642070726f2071756f"),
    );
    let plain = hex("81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
         deadbeef deadbeef deadbeef deadbeef deadbeef");
    let mut packet = plain.clone();
    packet.resize(plain.len() + MAX_OVERHEAD, 0);
    let len = cipher.seal_rtcp(&mut packet, plain.len(), 0x4d61_7273, 0x5d4).unwrap();
    let expected = hex(
        "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46
         86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4",
    );
    assert_eq!(packet[..len], expected);
    packet.truncate(len);
    let (offset, index) = cipher.rtcp_index(&packet).unwrap();
    assert_eq!(index, 0x5d4);
    let len = cipher.open_rtcp(&mut packet, offset, 0x4d61_7273, index).unwrap();
    assert_eq!(packet[..len], plain);
}

#[test]
fn the_exported_keys_are_cut_in_the_order_of_rfc_5764() {
    let material: Vec<u8> = (0..60).collect();
    let (client, server) = MasterKey::split(Profile::Aes128CmHmacSha1_80, &material).unwrap();
    assert_eq!((client.key[0], client.salt[0], server.key[0], server.salt[0]), (0, 32, 16, 46));
    assert!(MasterKey::split(Profile::AeadAes128Gcm, &material).is_none());
    assert!(!format!("{client:?}").contains("32"), "a key is never printed");
}

#[test]
fn the_roll_over_counter_is_followed_through_loss_and_reordering() {
    for profile in ALL {
        let (mut outbound, mut inbound) = (Outbound::new(master(profile)), Inbound::new(master(profile)));
        let mut sent = Vec::new();
        for turn in 0..3_u32 {
            for step in 0..64_u16 {
                // A loss of a thousand packets, then two that will arrive in the wrong order.
                for sequence in [step * 1024, step * 1024 + 1] {
                    sent.push((turn, sealed(&mut outbound, sequence, 9)));
                }
            }
        }
        for pair in sent.chunks_mut(2) {
            pair.reverse();
        }
        for (turn, mut packet) in sent {
            inbound
                .unprotect_rtp(&mut packet)
                .unwrap_or_else(|error| panic!("{profile:?} turn {turn}: {error}"));
        }
        assert_eq!(inbound.state().rtp[0].1.highest() >> 16, 2);
    }
}

#[test]
fn a_replayed_packet_is_refused() {
    for profile in ALL {
        let (mut outbound, mut inbound) = (Outbound::new(master(profile)), Inbound::new(master(profile)));
        let packet = sealed(&mut outbound, 5, 9);
        assert!(inbound.unprotect_rtp(&mut packet.clone()).is_ok());
        assert_eq!(inbound.unprotect_rtp(&mut packet.clone()), Err(SrtpError::Replayed));
    }
}

#[test]
fn a_sequence_number_is_never_sent_twice_under_one_key() {
    let mut outbound = Outbound::new(master(Profile::AeadAes128Gcm));
    sealed(&mut outbound, 5, 9);
    let (mut packet, len) = rtp_packet(5, 9, b"another payload");
    assert_eq!(outbound.protect_rtp(&mut packet, len), Err(SrtpError::Replayed));
}

#[test]
fn a_changed_byte_anywhere_is_noticed_and_leaves_no_trace() {
    for profile in ALL {
        let (mut outbound, mut inbound) = (Outbound::new(master(profile)), Inbound::new(master(profile)));
        let packet = sealed(&mut outbound, 5, 9);
        for at in 1..packet.len() {
            let mut forged = packet.clone();
            forged[at] ^= 1;
            assert!(inbound.unprotect_rtp(&mut forged).is_err(), "{profile:?} byte {at}");
        }
        assert!(inbound.state().rtp.is_empty());
    }
}

#[test]
fn sources_are_bounded_and_only_authentic_ones_count() {
    let key = master(Profile::AeadAes128Gcm);
    let mut inbound = Inbound::new(key.clone());
    for ssrc in 0..1000 {
        let (mut junk, _) = rtp_packet(1, ssrc, &[0; 32]);
        assert_eq!(inbound.unprotect_rtp(&mut junk), Err(SrtpError::Unauthentic));
    }
    assert!(inbound.state().rtp.is_empty());
    let lasting = sealed(&mut Outbound::new(key.clone()), 1, 1_000_000);
    inbound.unprotect_rtp(&mut lasting.clone()).unwrap();
    let mut speaker = Outbound::new(key.clone());
    for ssrc in 0..1000 {
        let mut packet = sealed(&mut Outbound::new(key.clone()), 1, ssrc);
        inbound.unprotect_rtp(&mut packet).unwrap();
        // Whoever speaks on is not forgotten.
        inbound.unprotect_rtp(&mut sealed(&mut speaker, u16::try_from(ssrc).unwrap(), 2_000_000)).unwrap();
    }
    let known: Vec<_> = inbound.state().rtp.iter().map(|(source, _)| *source).collect();
    assert_eq!(known.len(), MAX_SOURCES);
    assert_eq!(known[MAX_SOURCES - 2..], [999, 2_000_000]);
}

#[test]
fn rtcp_survives_and_its_replay_and_forgery_do_not() {
    for profile in ALL {
        let (mut outbound, mut inbound) = (Outbound::new(master(profile)), Inbound::new(master(profile)));
        let plain = hex("80c90001 00000009");
        let mut packet = plain.clone();
        packet.resize(8 + MAX_OVERHEAD, 0);
        for round in 0..3_u64 {
            let mut packet = packet.clone();
            let len = outbound.protect_rtcp(&mut packet, 8).unwrap();
            packet.truncate(len);
            let mut forged = packet.clone();
            forged[len - 1] ^= 1;
            assert!(inbound.unprotect_rtcp(&mut forged).is_err());
            let mut received = packet.clone();
            let len = inbound.unprotect_rtcp(&mut received).unwrap();
            assert_eq!(received[..len], plain);
            assert_eq!(inbound.unprotect_rtcp(&mut packet), Err(SrtpError::Replayed));
            assert_eq!(inbound.state().rtcp[0].1.highest(), round);
        }
    }
}

#[test]
fn a_context_goes_on_in_another_process() {
    for profile in ALL {
        let (mut outbound, mut inbound) = (Outbound::new(master(profile)), Inbound::new(master(profile)));
        for sequence in [0xfffe, 0xffff, 0, 1] {
            inbound.unprotect_rtp(&mut sealed(&mut outbound, sequence, 9)).unwrap();
        }
        let replayed = sealed(&mut outbound, 2, 9);
        inbound.unprotect_rtp(&mut replayed.clone()).unwrap();
        let text = serde_json::to_string(&(outbound.state(), inbound.state())).unwrap();
        let (sender, receiver): (State, State) = serde_json::from_str(&text).unwrap();
        let (mut outbound, mut inbound) = (Outbound::restore(sender), Inbound::restore(receiver));
        assert_eq!(inbound.unprotect_rtp(&mut replayed.clone()), Err(SrtpError::Replayed));
        inbound.unprotect_rtp(&mut sealed(&mut outbound, 3, 9)).unwrap();
        assert_eq!(inbound.state().rtp[0].1.highest(), 0x1_0003);
    }
}

proptest! {
    #[test]
    fn junk_is_refused_and_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        for profile in ALL {
            let mut inbound = Inbound::new(master(profile));
            prop_assert!(inbound.unprotect_rtp(&mut bytes).is_err());
            prop_assert!(inbound.unprotect_rtcp(&mut bytes).is_err());
        }
    }
}
