use super::*;
use proptest::prelude::*;

/// A connectivity check as a browser writes it.
pub(crate) fn check(username: &str, password: &str, use_candidate: bool) -> Vec<u8> {
    let mut request = Response::new(BINDING_REQUEST, b"transaction!");
    request.attribute(USERNAME, username.as_bytes());
    request.attribute(PRIORITY, &[0x6e, 0, 1, 0xff]);
    // ICE-CONTROLLING, which need not be understood.
    request.attribute(0x802a, &[7; 8]);
    if use_candidate {
        request.attribute(USE_CANDIDATE, &[]);
    }
    request.sign(&Key::new(password));
    request.finish().bytes().to_vec()
}

/// The request of RFC 5769 §2.1.
const RFC_5769_REQUEST: &[u8] = b"\x00\x01\x00\x58\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
\x80\x22\x00\x10STUN test client\x00\x24\x00\x04\x6e\x00\x01\xff\x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36\
\x00\x06\x00\x09\x65\x76\x74\x6a\x3a\x68\x36\x76\x59\x20\x20\x20\
\x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3\xf2\x49\xc1\xb5\x71\xa2\
\x80\x28\x00\x04\xe5\x7a\x3b\xcf";

#[test]
fn the_request_of_rfc_5769_is_understood() {
    let message = parse(RFC_5769_REQUEST).unwrap();
    assert_eq!(message.class, Class::Request);
    assert_eq!(message.username, Some("evtj:h6vY"));
    assert!(message.is_authentic(&Key::new("VOkJxbRl1RmTxUk/WvJxBt")));
    assert!(!message.is_authentic(&Key::new("VOkJxbRl1RmTxUk/WvJxBu")));
    assert!(message.unknown_attributes().is_empty());
}

/// The response of RFC 5769 §2.2, without its SOFTWARE attribute.
#[test]
fn the_mapped_address_is_masked_as_in_rfc_5769() {
    let transaction = *b"\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae";
    let key = Key::new("VOkJxbRl1RmTxUk/WvJxBt");
    let response = Response::success(&transaction, "192.0.2.1:32853".parse().unwrap(), &key);
    assert_eq!(response.bytes()[24..32], *b"\x00\x01\xa1\x47\xe1\x12\xa6\x43");
    let response = Response::success(
        &transaction,
        "[2001:db8:1234:5678:11:2233:4455:6677]:32853".parse().unwrap(),
        &key,
    );
    assert_eq!(
        response.bytes()[24..44],
        *b"\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9"
    );
    let message = parse(response.bytes()).unwrap();
    assert!(message.is_authentic(&key));
}

#[test]
fn a_changed_byte_is_no_message_or_not_authentic() {
    let key = Key::new("VOkJxbRl1RmTxUk/WvJxBt");
    for at in 0..RFC_5769_REQUEST.len() {
        let mut packet = RFC_5769_REQUEST.to_vec();
        packet[at] ^= 0x10;
        assert!(parse(&packet).is_none(), "byte {at}: the fingerprint covers it");
        let end = packet.len() - 8;
        let crc = crc32(&packet[..end]) ^ FINGERPRINT_XOR;
        packet[end + 4..].copy_from_slice(&crc.to_be_bytes());
        let authentic = parse(&packet).is_some_and(|message| message.is_authentic(&key));
        assert!(!authentic || at >= end, "byte {at}");
    }
}

#[test]
fn an_attribute_that_must_be_understood_is_named() {
    let mut request = Response::new(BINDING_REQUEST, b"transaction!");
    request.attribute(0x7fff, &[1, 2, 3]);
    request.sign(&Key::new("p"));
    let request = request.finish();
    let message = parse(request.bytes()).unwrap();
    assert_eq!(message.unknown_attributes(), [0x7fff]);
    let response = Response::unknown(&message.transaction, message.unknown_attributes(), &Key::new("p"));
    assert!(parse(response.bytes()).unwrap().is_authentic(&Key::new("p")));
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_or_refused(tail in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = parse(&tail);
        let mut packet = RFC_5769_REQUEST[..20].to_vec();
        packet.extend(&tail[..tail.len() / 4 * 4]);
        packet[3] = u8::try_from(packet.len() - 20 + 8).unwrap();
        packet.extend([0x80, 0x28, 0, 4]);
        let crc = crc32(&packet[..packet.len() - 4]) ^ FINGERPRINT_XOR;
        packet.extend(crc.to_be_bytes());
        if let Some(message) = parse(&packet) {
            prop_assert!(!message.is_authentic(&Key::new("")));
        }
    }
}
