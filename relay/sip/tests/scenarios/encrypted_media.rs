//! Encryption with keys in the description (RFC 4568).

use crate::support::{Phone, address, in_dialog, invite};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sidetone_sip::message::name;
use sidetone_sip::offer_answer::{
    Codec, CryptoError, CryptoLine, CryptoSuite, Direction, Encryption, LocalMedia, LocalSrtp, Mki,
    Negotiated, OfferAnswerError, Srtp, SrtpKey, answer, offer, read_answer,
};
use sidetone_sip::{CryptoRng, Event};

/// A key of counter mode, 30 bytes.
const KEY: &str = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
const CM: &str = "AES_CM_128_HMAC_SHA1_80";

fn line(text: &str) -> Result<CryptoLine, CryptoError> {
    text.parse()
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn local(srtp: LocalSrtp) -> LocalMedia {
    LocalMedia {
        address: address("192.0.2.1:20100"),
        codecs: vec![Codec::Pcmu],
        telephone_event: false,
        direction: Direction::SendRecv,
        packet_time: None,
        srtp,
        session_id: 1,
        version: 1,
    }
}

fn fresh(encryption: Encryption) -> LocalSrtp {
    LocalSrtp::fresh(encryption, false, &mut rng(1))
}

/// What another telephone offers: an audio stream of this protocol with these `a=crypto` values.
fn offered(protocol: &str, lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("a=crypto:{line}\r\n")).collect();
    format!(
        "v=0\r\no=x 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 {protocol} 0\r\n{lines}"
    )
}

fn crypto_lines(sdp: &str) -> Vec<CryptoLine> {
    sdp.lines()
        .filter_map(|line| line.strip_prefix("a=crypto:"))
        .map(|line| line.parse().expect("a line"))
        .collect()
}

fn srtp(agreed: Negotiated) -> Srtp {
    agreed.srtp.expect("encrypted")
}

#[test]
fn lines_are_read_as_telephones_write_them() {
    for text in [
        format!("1 {CM} inline:{KEY}"),
        format!("1  aes_cm_128_hmac_sha1_80\tINLINE:{KEY}|2^31"),
        format!("1 {CM} inline:{KEY}|1048576 WSH=128 -EXTRA=1"),
        format!("1 {CM} inline:{KEY};"),
    ] {
        let read = line(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((read.tag, read.key.suite(), read.mki), (1, CryptoSuite::AesCm128HmacSha1_80, None));
        assert_eq!((read.key.key().len(), read.key.salt().len()), (16, 14));
    }
    for mki in ["|2^20|1:4", "|1:4"] {
        let read = line(&format!("999999999 {CM} inline:{KEY}{mki}")).unwrap();
        assert_eq!((read.tag, read.mki), (999_999_999, Some(Mki { value: 1, length: 4 })));
    }
    // 28 bytes in Base64, with its padding and without.
    for padding in ["==", ""] {
        let key = format!("{}AA{padding}", "A".repeat(36));
        assert_eq!(
            line(&format!("2 AEAD_AES_128_GCM inline:{key}")).unwrap().key,
            SrtpKey::new(CryptoSuite::AeadAes128Gcm, &[0; 28]).unwrap()
        );
    }
}

#[test]
fn what_cannot_be_used_in_a_line_says_why() {
    let cases = [
        ("", CryptoError::Malformed),
        ("x AES_CM_128_HMAC_SHA1_80 inline:K", CryptoError::Malformed),
        ("+1 AES_CM_128_HMAC_SHA1_80 inline:K", CryptoError::Malformed),
        ("1234567890 AES_CM_128_HMAC_SHA1_80 inline:K", CryptoError::Malformed),
        ("1 F8_128_HMAC_SHA1_80 inline:K", CryptoError::Suite("F8_128_HMAC_SHA1_80".into())),
        ("1 AES_CM_128_HMAC_SHA1_80 K", CryptoError::Malformed),
        ("1 AES_CM_128_HMAC_SHA1_80 uri:K", CryptoError::NotOneKey),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:K|1:4;inline:K|2:4", CryptoError::NotOneKey),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:KK", CryptoError::Key),
        ("1 AEAD_AES_256_GCM inline:K", CryptoError::Key),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:K|2^49", CryptoError::Lifetime),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:K|0", CryptoError::Lifetime),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:K|2^31|2^31", CryptoError::Malformed),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:K|1:0", CryptoError::Mki),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:K|1:129", CryptoError::Mki),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:K|256:1", CryptoError::Mki),
    ];
    for (text, error) in cases {
        assert_eq!(line(&text.replace('K', KEY)), Err(error), "{text}");
    }
    for parameter in
        ["UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP", "KDR=3", "FEC_ORDER=1", "NEW"]
    {
        let text = format!("1 {CM} inline:{KEY} {parameter}");
        assert_eq!(line(&text), Err(CryptoError::Parameter(parameter.into())));
    }
}

#[test]
fn no_key_is_ever_printed() {
    let keys = fresh(Encryption::Required);
    let offered = offered("RTP/SAVP", &[&format!("1 {CM} inline:{KEY}")]);
    let (_, agreed) = answer(&offered, &local(keys.clone())).unwrap();
    let printed = format!("{keys:?} {agreed:?}");
    let bytes = |key: &SrtpKey| format!("{:?}", key.key()).trim_matches(['[', ']']).to_owned();
    let received = line(&format!("1 {CM} inline:{KEY}")).unwrap().key;
    for key in keys.keys.iter().chain([&received]) {
        assert!(!printed.contains(&bytes(key)), "{printed}");
    }
    assert!(!printed.contains(KEY) && printed.contains("AesCm128HmacSha1_80"));
}

#[test]
fn an_offer_says_what_is_wanted() {
    let plain = offer(&local(LocalSrtp::default()));
    assert!(plain.contains(" RTP/AVP 0\r\n") && !plain.contains("crypto"));
    let optional = offer(&local(fresh(Encryption::Optional)));
    let required = offer(&local(fresh(Encryption::Required)));
    let strict = offer(&local(LocalSrtp::fresh(Encryption::Optional, true, &mut rng(1))));
    for (text, protocol) in [(&optional, "RTP/AVP"), (&required, "RTP/SAVP"), (&strict, "RTP/SAVP")] {
        assert!(text.contains(&format!("m=audio 20100 {protocol} 0\r\n")), "{text}");
        let lines = crypto_lines(text);
        assert_eq!(lines.iter().map(|line| line.tag).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(lines.iter().map(|line| line.key.suite()).collect::<Vec<_>>(), CryptoSuite::ALL);
    }
    let other = offer(&local(LocalSrtp::fresh(Encryption::Required, false, &mut rng(2))));
    assert!(crypto_lines(&other).iter().zip(crypto_lines(&required)).all(|(a, b)| a.key != b.key));
}

#[test]
fn both_sides_agree_on_what_each_encrypts_with() {
    for protocol in ["RTP/SAVP", "RTP/SAVPF", "RTP/AVP"] {
        for encryption in [Encryption::Optional, Encryption::Required] {
            let theirs = LocalSrtp::fresh(encryption, protocol != "RTP/AVP", &mut rng(9));
            let text = offer(&local(theirs.clone())).replace("RTP/SAVP 0", &format!("{protocol} 0"));
            if encryption == Encryption::Required && protocol == "RTP/AVP" {
                continue;
            }
            let (answered, ours) = answer(&text, &local(fresh(encryption))).unwrap();
            assert!(answered.contains(&format!("m=audio 20100 {protocol} 0\r\n")), "{answered}");
            let [line] = &crypto_lines(&answered)[..] else { panic!("{answered}") };
            assert_eq!((line.tag, line.key.suite()), (1, CryptoSuite::AeadAes128Gcm));
            let (ours, theirs) = (srtp(ours), srtp(read_answer(&local(theirs), &answered).unwrap()));
            assert_eq!((&ours.send, &ours.receive), (&theirs.receive, &theirs.send));
            assert_eq!(ours.strict, protocol != "RTP/AVP");
            assert_ne!(ours.send, ours.receive);
        }
    }
}

#[test]
fn the_first_usable_line_is_taken_with_its_tag() {
    let usable = format!("7 {CM} inline:{KEY}|2^31|258:2");
    let lines = [
        &format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}")[..],
        &format!("2 {CM} inline:{KEY} UNENCRYPTED_SRTP"),
        &usable,
        &format!("8 AES_CM_128_HMAC_SHA1_32 inline:{KEY}"),
    ];
    let (answered, agreed) =
        answer(&offered("RTP/SAVP", &lines), &local(fresh(Encryption::Optional))).unwrap();
    assert_eq!(crypto_lines(&answered)[0].tag, 7);
    let agreed = srtp(agreed);
    assert_eq!(agreed.receive_mki, Some(Mki { value: 258, length: 2 }));
    assert_eq!(
        (agreed.send.suite(), agreed.receive.suite()),
        (CryptoSuite::AesCm128HmacSha1_80, CryptoSuite::AesCm128HmacSha1_80)
    );
}

#[test]
fn a_stream_is_taken_as_it_is_allowed_to_be() {
    let secure = [&format!("1 {CM} inline:{KEY}")[..]];
    let take = |encryption, protocol: &str, lines: &[&str]| {
        answer(&offered(protocol, lines), &local(fresh(encryption)))
            .map(|(text, agreed)| (crypto_lines(&text).len(), agreed.srtp.is_some()))
    };
    let (encrypted, plain) = (Ok((1, true)), Ok((0, false)));
    use Encryption::{Off, Optional, Required};
    assert_eq!(take(Off, "RTP/AVP", &secure), plain);
    assert_eq!(take(Off, "RTP/SAVP", &secure), Err(OfferAnswerError::Encrypted("RTP/SAVP".into())));
    assert_eq!(take(Optional, "RTP/AVP", &[]), plain);
    assert_eq!(take(Optional, "RTP/AVP", &secure), encrypted);
    assert_eq!(take(Optional, "rtp/savp", &secure), encrypted);
    assert_eq!(take(Optional, "RTP/AVP", &["1 X inline:K"]), plain);
    assert_eq!(take(Optional, "RTP/SAVP", &[]), Err(OfferAnswerError::Crypto(CryptoError::Missing)));
    assert_eq!(take(Required, "RTP/AVP", &[]), Err(OfferAnswerError::NotEncrypted));
    assert_eq!(take(Required, "RTP/AVP", &secure), encrypted);
    assert_eq!(
        take(Required, "RTP/SAVP", &["1 X inline:K"]),
        Err(OfferAnswerError::Crypto(CryptoError::Suite("X".into())))
    );
    let dtls = OfferAnswerError::Protocol("UDP/TLS/RTP/SAVP".into());
    assert_eq!(take(Required, "UDP/TLS/RTP/SAVP", &[]), Err(dtls));
}

#[test]
fn of_a_secure_and_a_plain_stream_the_allowed_one_is_taken() {
    let both =
        format!("{}m=audio 4002 RTP/AVP 0\r\n", offered("RTP/SAVP", &[&format!("1 {CM} inline:{KEY}")]));
    let taken = |encryption| {
        let (text, agreed) = answer(&both, &local(fresh(encryption))).unwrap();
        let ports: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix("m=audio ")).map(|m| &m[..2]).collect();
        (ports.join(","), agreed.remote.port(), agreed.srtp.is_some())
    };
    assert_eq!(taken(Encryption::Off), ("0 ,20".into(), 4002, false));
    for encryption in [Encryption::Optional, Encryption::Required] {
        assert_eq!(taken(encryption), ("20,0 ".into(), 4000, true));
    }
}

#[test]
fn an_answer_must_be_what_was_offered() {
    let read = |srtp: LocalSrtp, protocol: &str, lines: &[&str]| {
        read_answer(&local(srtp), &offered(protocol, lines)).map(|agreed| agreed.srtp.is_some())
    };
    let secure = [&format!("3 {CM} inline:{KEY}")[..]];
    let strict = || LocalSrtp::fresh(Encryption::Optional, true, &mut rng(1));
    assert_eq!(read(fresh(Encryption::Optional), "RTP/AVP", &[]), Ok(false), "a plain telephone");
    assert_eq!(read(fresh(Encryption::Optional), "RTP/AVP", &secure), Ok(true));
    assert_eq!(read(fresh(Encryption::Optional), "RTP/SAVP", &secure), Ok(true), "some put it right");
    assert_eq!(read(strict(), "RTP/AVP", &[]), Err(OfferAnswerError::NotEncrypted));
    assert_eq!(read(fresh(Encryption::Required), "RTP/AVP", &[]), Err(OfferAnswerError::NotEncrypted));
    assert_eq!(
        read(fresh(Encryption::Required), "RTP/SAVP", &[]),
        Err(OfferAnswerError::Crypto(CryptoError::Missing))
    );
    let off = OfferAnswerError::Encrypted("RTP/SAVP".into());
    assert_eq!(read(LocalSrtp::default(), "RTP/SAVP", &secure), Err(off));
    // Of a suite that was not offered.
    let holds = Srtp {
        send: SrtpKey::random(CryptoSuite::AeadAes128Gcm, &mut rng(4)),
        receive: SrtpKey::random(CryptoSuite::AeadAes128Gcm, &mut rng(5)),
        receive_mki: None,
        strict: true,
    };
    assert_eq!(
        read(LocalSrtp::going_on(Encryption::Optional, Some(holds)), "RTP/SAVP", &secure),
        Err(OfferAnswerError::Crypto(CryptoError::Suite(CM.into())))
    );
}

#[test]
fn our_key_stays_while_theirs_does_and_changes_with_it() {
    let again = |text: &str, holds: &Srtp, seed| {
        let srtp = LocalSrtp::fresh(Encryption::Optional, false, &mut rng(seed)).holding(Some(holds.clone()));
        self::srtp(answer(text, &local(srtp)).unwrap().1)
    };
    let first = offered("RTP/SAVP", &[&format!("1 {CM} inline:{KEY}")]);
    let holds = srtp(answer(&first, &local(fresh(Encryption::Optional))).unwrap().1);
    // A refresh, a hold, another tag for the same key: nothing changes.
    let held = offered("RTP/SAVP", &[&format!("2 {CM} inline:{KEY}|2^31")]) + "a=sendonly\r\n";
    for text in [&first, &held] {
        assert_eq!(again(text, &holds, 2), holds);
    }
    let other = KEY.replace('d', "e");
    let changed = again(&offered("RTP/SAVP", &[&format!("1 {CM} inline:{other}")]), &holds, 3);
    assert!(changed.receive != holds.receive && changed.send != holds.send);
    let suite = "AES_CM_128_HMAC_SHA1_32";
    let changed = again(&offered("RTP/SAVP", &[&format!("1 {suite} inline:{KEY}")]), &holds, 4);
    assert_eq!((changed.send.suite().name(), changed.receive.suite().name()), (suite, suite));
}

#[test]
fn our_hold_offers_the_line_that_holds_and_nothing_else() {
    let first = offered("RTP/SAVP", &[&format!("1 {CM} inline:{KEY}")]);
    let holds = srtp(answer(&first, &local(fresh(Encryption::Optional))).unwrap().1);
    let text = offer(&local(LocalSrtp::going_on(Encryption::Optional, Some(holds.clone()))));
    assert!(text.contains("RTP/SAVP"));
    let lines = crypto_lines(&text);
    assert_eq!(lines.iter().map(|line| &line.key).collect::<Vec<_>>(), [&holds.send]);
    let plain = offer(&local(LocalSrtp::going_on(Encryption::Optional, None)));
    assert!(plain.contains("RTP/AVP") && crypto_lines(&plain).is_empty());
}

#[test]
fn what_is_agreed_is_data_that_outlives_the_process() {
    let first = offered("RTP/SAVP", &[&format!("1 {CM} inline:{KEY}|1:4")]);
    let (_, agreed) = answer(&first, &local(fresh(Encryption::Required))).unwrap();
    let text = serde_json::to_string(&agreed).unwrap();
    assert_eq!(serde_json::from_str::<Negotiated>(&text).unwrap(), agreed);
}

#[test]
fn a_call_that_is_refused_for_its_encryption_is_told_why() {
    let mut phone = Phone::registered();
    let text = offered("RTP/SAVP", &[&format!("1 {CM} inline:{KEY}")]);
    phone.receive(&invite("in-1", Some(&text)));
    let Event::Incoming { leg, .. } = phone.take_event() else { panic!("a call") };
    phone.take_response(100);
    let error = answer(&text, &local(LocalSrtp::default())).unwrap_err();
    phone.ua.reject(phone.now, &mut phone.rng, leg, error.refusal()).unwrap();
    phone.drain();
    let warning = "302 sidetone \"the audio stream is encrypted ('RTP/SAVP'), which is switched off\"";
    assert_eq!(phone.take_response(488).headers.first(name::WARNING), Some(warning));
}

#[test]
fn a_change_that_is_refused_for_its_encryption_is_told_why_and_quotes_nothing_dangerous() {
    let mut phone = Phone::registered();
    let (leg, to) = phone.talk("in-1");
    phone.receive(&in_dialog("INVITE", 2, "in-1", &to, "re", Some("v=0\r\n")));
    phone.take_response(100);
    assert!(matches!(phone.take_event(), Event::Offered { .. }));
    let error = OfferAnswerError::Crypto(CryptoError::Parameter("\"x\\\u{1}y".into()));
    phone.ua.reject_offer(phone.now, &mut phone.rng, leg, error.refusal()).unwrap();
    phone.drain();
    let response = phone.take_response(488);
    let warning = response.headers.first(name::WARNING).expect("a warning");
    assert!(warning.starts_with("302 sidetone \"") && warning.contains("'xy'"), "{warning}");
}

fn any_line() -> impl Strategy<Value = CryptoLine> {
    let mki = proptest::option::of((any::<u64>(), 1..=128_u8)).prop_map(|mki| {
        mki.map(|(value, length)| Mki {
            value: if length < 8 { value % (1 << (8 * u32::from(length))) } else { value },
            length,
        })
    });
    (0..1_000_000_000_u32, 0..4_usize, any::<u64>(), mki).prop_map(|(tag, suite, seed, mki)| {
        let mut rng: Box<dyn CryptoRng> = Box::new(rng(seed));
        CryptoLine { tag, key: SrtpKey::random(CryptoSuite::ALL[suite], &mut *rng), mki }
    })
}

proptest! {
    #[test]
    fn every_line_reads_as_it_was_written(line in any_line()) {
        prop_assert_eq!(line.to_string().parse::<CryptoLine>(), Ok(line));
    }

    #[test]
    fn damaged_lines_are_read_or_refused(line in any_line(), at in any::<prop::sample::Index>(), with in "\\PC{0,3}") {
        let text = line.to_string();
        let at = at.index(text.len());
        let damaged = format!("{}{with}{}", &text[..at], &text[at + 1..]);
        if let Err(error) = damaged.parse::<CryptoLine>() {
            prop_assert!(!error.to_string().contains(&text[text.len() / 2..]), "an error tells nothing of the key");
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        let _ = text.parse::<CryptoLine>();
        let _ = format!("1 AES_CM_128_HMAC_SHA1_80 {text}").parse::<CryptoLine>();
    }
}
