use super::*;
use proptest::prelude::*;

fn text(message: &str) -> String {
    String::from_utf8(mask(message.as_bytes())).expect("text stays text")
}

#[test]
fn a_digest_keeps_what_helps_and_loses_what_tells() {
    let masked = text(
        "REGISTER sip:pbx SIP/2.0\r\nAuthorization: Digest username=\"1001\", realm=\"ccmsipline\",\r\n \
         nonce=\"abc,def\", uri=\"sip:pbx\", response=\"0123\" , cnonce=xyz, qop=auth, nc=00000001, opaque=\"o\"\r\n\
         CSeq: 1 REGISTER\r\n\r\n",
    );
    assert_eq!(
        masked,
        "REGISTER sip:pbx SIP/2.0\r\nAuthorization: Digest username=\"1001\", realm=\"ccmsipline\",\r\n \
         nonce=\"***\", uri=\"sip:pbx\", response=\"***\" , cnonce=***, qop=auth, nc=00000001, opaque=\"***\"\r\n\
         CSeq: 1 REGISTER\r\n\r\n"
    );
}

#[test]
fn other_schemes_are_hidden_as_a_whole() {
    assert_eq!(
        text("X\r\nproxy-authorization : Basic dTpw\r\n\r\n"),
        "X\r\nproxy-authorization : Basic***\r\n\r\n"
    );
    assert_eq!(text("X\r\nAuthorization: Bearer\r\n a.b.c\r\n\r\n"), "X\r\nAuthorization: Bearer***\r\n\r\n");
}

#[test]
fn passwords_in_addresses_are_hidden_and_ports_are_not() {
    let message = "INVITE sip:a:pw@h:5060 SIP/2.0\r\nFrom: <sips:b:p;w@h>;tag=1\r\nTo: <sip:h:5060;lr>\r\n\
                   Refer-To: <sip:x@h?Referred-By=sip%3Ac%3Apw%40h>\r\n\r\n";
    assert_eq!(
        text(message),
        "INVITE sip:a:***@h:5060 SIP/2.0\r\nFrom: <sips:b:***@h>;tag=1\r\nTo: <sip:h:5060;lr>\r\n\
         Refer-To: <sip:x:***@h?Referred-By=sip%3Ac%3A***%40h>\r\n\r\n"
            .replace("sip:x:***@h?", "sip:x@h?")
    );
}

#[test]
fn media_keys_are_hidden_and_the_body_keeps_its_length() {
    let message = "X\r\n\r\nv=0\r\nk=clear:abc\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:a+b/c==|2^20|1:4\r\n\
                   a=ice-pwd:secret\r\na=key-mgmt:mikey AQAF\r\nm=audio 1 RTP/SAVP 0\r\n";
    let masked = text(message);
    assert_eq!(masked.len(), message.len());
    assert_eq!(
        masked,
        "X\r\n\r\nv=0\r\nk=xxxxxxxxx\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xxxxxxx|2^20|1:4\r\n\
         a=ice-pwd:xxxxxx\r\na=key-mgmt:xxxxxxxxxx\r\nm=audio 1 RTP/SAVP 0\r\n"
    );
}

#[test]
fn pressed_keys_are_hidden() {
    for (message, expected) in [
        (
            "X\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal= 5\r\nDuration=160\r\n",
            "Signal= x\r\nDuration=160",
        ),
        ("X\r\nContent-Type: application/dtmf\r\n\r\n5", "\r\n\r\nx"),
        ("X\r\nContent-Type: audio/telephone-event\r\n\r\n\u{5}abc", "\r\n\r\nxabc"),
        ("X\r\n\r\n<kpml-response code=\"200\" digits=\"5\"/>", "digits=\"x\""),
    ] {
        assert!(text(message).contains(expected), "{}", text(message));
    }
}

#[test]
fn what_is_no_secret_stays_as_it_is() {
    let message = "INVITE sip:1002@h SIP/2.0\r\n\r\nVia: x\r\n\nContact: <sip:t@192.0.2.1:5060;transport=tcp>\r\n\r\nv=0\r\n";
    assert_eq!(text(message), message);
}

/// The places in which a secret may stand; `@` is where.
const PLACES: [&str; 18] = [
    "Authorization: Digest username=\"u\", nonce=\"@\", response=\"r\"\r\n",
    "Authorization: Digest response=\"@\",username=\"u\"\r\n",
    "AUTHORIZATION:Digest username=u,response=@\r\n",
    "Authorization: Digest username=\"u\",\r\n\tcnonce=\"@\"\r\n",
    "Proxy-Authorization: Digest realm=\"a\\\"b, c\", opaque=\"@\"\r\n",
    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"@\", Digest realm=\"s\", nonce=\"@\"\r\n",
    "WWW-Authenticate: Digest nonce = \"@\" , realm=\"r\"\r\n",
    "Authentication-Info: nextnonce=\"@\", rspauth=\"@\"\r\n",
    "Authorization: Basic @\r\n",
    "Authorization: Digest response=\"@\r\n",
    "Authorization: Digest something=@\r\n",
    "From: \"N\" <sip:u:@@h>;tag=1\r\n",
    "Contact: sips:u:@@h:5061;x=y\r\n",
    "X-Other: response='@'\r\n",
    "Refer-To: <sip:h?X=sip%3au%3a@%40h>\r\n",
    "Call-Info: <https://u:@@h/path>\r\n",
    "Warning: 399 h \"nonce=@\"\r\n",
    "To: <sip:h;password=@;lr>\r\n",
];
const BODIES: [&str; 6] = [
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:@|2^20\r\n",
    "a=crypto:1 AEAD_AES_128_GCM inline:a;inline:@\r\n",
    "k=clear:@\r\n",
    "a=ice-pwd:@\r\n",
    "INVITE sip:u:@@h SIP/2.0\r\nAuthorization: Digest response=\"@\"\r\n",
    "<remote><identity>sip:u:@@h</identity></remote>\r\n",
];

/// Text that is found nowhere else in the messages.
pub(crate) fn secret() -> impl Strategy<Value = String> {
    "Q[A-Z]{3}[A-Za-z0-9]{6,20}Q"
}

/// A message with a secret in it.
pub(crate) fn message(secret: &str, places: &[usize], bodies: &[usize], line_end: &str) -> Vec<u8> {
    let fill = |text: &&str| {
        text.replace("@@", &format!("{secret}\u{0}")).replace('@', secret).replace('\u{0}', "@")
    };
    let head: String = places.iter().filter_map(|place| PLACES.get(place % PLACES.len())).map(fill).collect();
    let body: String = bodies.iter().filter_map(|body| BODIES.get(body % BODIES.len())).map(fill).collect();
    let whole = format!(
        "INVITE sip:u:{secret}@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n\
         To: <sip:b@h>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n{head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    whole.replace("\r\n", line_end).into_bytes()
}

proptest! {
    #[test]
    fn no_secret_is_left(
        secret in secret(),
        places in prop::collection::vec(0..64_usize, 0..6),
        bodies in prop::collection::vec(0..64_usize, 0..4),
        line_end in prop::sample::select(vec!["\r\n", "\n"]),
    ) {
        let message = message(&secret, &places, &bodies, line_end);
        prop_assert!(find_all(&message, secret.as_bytes()).next().is_some());
        let masked = mask(&message);
        prop_assert!(
            find_all(&masked, secret.as_bytes()).next().is_none(),
            "{}",
            String::from_utf8_lossy(&masked)
        );
    }

    #[test]
    fn any_bytes_can_be_masked(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        mask(&bytes);
    }

    #[test]
    fn odd_credentials_can_be_masked(value in "[\"\\\\,= a-z\r\n:@]{0,60}") {
        mask(format!("X\r\nAuthorization: Digest {value}\r\n\r\nresponse={value}").as_bytes());
    }
}
