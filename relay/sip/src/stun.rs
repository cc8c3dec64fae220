//! STUN Binding (RFC 5389), as far as keeping a flow alive needs it.

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

const MAGIC_COOKIE: [u8; 4] = 0x2112_A442_u32.to_be_bytes();
const HEADER: usize = 20;
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const BINDING_SUCCESS: [u8; 2] = [0x01, 0x01];
const BINDING_ERROR: [u8; 2] = [0x01, 0x11];
const MAPPED_ADDRESS: [u8; 2] = [0x00, 0x01];
const XOR_MAPPED_ADDRESS: [u8; 2] = [0x00, 0x20];

/// The name of a request, which its answer repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TransactionId(pub(crate) [u8; 12]);

/// An answer to a Binding request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) id: TransactionId,
    /// Our address as the other side sees it. None: it does not say.
    pub(crate) mapped: Option<SocketAddr>,
}

/// Whether a datagram on the SIP socket is STUN: that begins with two zero bits and has the magic cookie (RFC 5389
/// §6), where SIP has text.
pub(crate) fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER
        && datagram.first().is_some_and(|first| first >> 6 == 0)
        && datagram.get(4..8) == Some(&MAGIC_COOKIE)
}

/// A Binding request; it needs no attributes.
pub(crate) fn binding_request(id: TransactionId) -> Vec<u8> {
    [BINDING_REQUEST.as_slice(), &[0, 0], &MAGIC_COOKIE, &id.0].concat()
}

impl Answer {
    /// Reads an answer. None: it is something else. A refusal is an answer too: who refuses is there.
    pub(crate) fn parse(datagram: &[u8]) -> Option<Self> {
        let (kind, rest) = datagram.split_first_chunk::<2>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (cookie, rest) = rest.split_first_chunk::<4>()?;
        let (id, attributes) = rest.split_first_chunk::<12>()?;
        let whole = usize::from(u16::from_be_bytes(*length)) == attributes.len();
        if !whole || *cookie != MAGIC_COOKIE || ![BINDING_SUCCESS, BINDING_ERROR].contains(kind) {
            return None;
        }
        Some(Self { id: TransactionId(*id), mapped: mapped(attributes, id) })
    }
}

/// The mapped address, the one that no address translator can have changed before others (RFC 5389 §15.2).
fn mapped(mut attributes: &[u8], id: &[u8; 12]) -> Option<SocketAddr> {
    let mut plain = None;
    while let Some((kind, rest)) = attributes.split_first_chunk::<2>() {
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let value = rest.get(..length)?;
        match *kind {
            XOR_MAPPED_ADDRESS => return address(value, Some(id)),
            MAPPED_ADDRESS => plain = address(value, None),
            _ => {}
        }
        // Attributes end on a boundary of 32 bits (RFC 5389 §15).
        attributes = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    plain
}

/// An address, with `id` one that is hidden by the cookie and that (RFC 5389 §15.1 and §15.2).
fn address(value: &[u8], id: Option<&[u8; 12]>) -> Option<SocketAddr> {
    let key: Vec<u8> = match id {
        Some(id) => [MAGIC_COOKIE.as_slice(), id].concat(),
        None => vec![0; 16],
    };
    let (&[_, family, port_high, port_low], bytes) = value.split_first_chunk::<4>()?;
    let port = u16::from_be_bytes([port_high ^ key[0], port_low ^ key[1]]);
    let plain: Vec<u8> = bytes.iter().zip(&key).map(|(byte, key)| byte ^ key).collect();
    let ip = match family {
        1 => IpAddr::from(<[u8; 4]>::try_from(plain).ok()?),
        2 => IpAddr::from(<[u8; 16]>::try_from(plain).ok()?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: String = text.split_whitespace().collect();
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    const ID: [u8; 12] = [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];

    /// The addresses of the sample responses of RFC 5769 §2.2 and §2.3.
    #[test]
    fn the_addresses_of_the_rfc_are_read() {
        let v4 = hex("0101 000c 2112a442 b7e7a701 bc34d686 fa87dfae 0020 0008 0001 a147 e112a643");
        let expected = Answer { id: TransactionId(ID), mapped: Some("192.0.2.1:32853".parse().unwrap()) };
        assert_eq!(Answer::parse(&v4), Some(expected));
        let v6 = hex("0101 0018 2112a442 b7e7a701 bc34d686 fa87dfae
             0020 0014 0002 a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9");
        let mapped = Answer::parse(&v6).unwrap().mapped;
        assert_eq!(mapped, Some("[2001:db8:1234:5678:11:2233:4455:6677]:32853".parse().unwrap()));
    }

    /// What Kamailio 5.6.3 says on its SIP port, with its module `stun`.
    #[test]
    fn a_real_proxy_is_understood() {
        let answer = hex("0101 0038 2112a442 b7e7a701 bc34d686 fa87dfae 0020 0008 0001 bad2 5e12a443
             8022 0027 5365727665723a206b616d61696c696f2028352e362e3320287838365f36342f6c696e7578292900");
        let expected = Answer { id: TransactionId(ID), mapped: Some("127.0.0.1:39872".parse().unwrap()) };
        assert_eq!(Answer::parse(&answer), Some(expected));
    }

    #[test]
    fn other_attributes_are_passed_over_and_a_plain_address_will_do() {
        let head = "2112a442 b7e7a701 bc34d686 fa87dfae";
        let plain = hex(&format!("0101 0014 {head} 8022 0003 61626300 0001 0008 0001 13c4 c0000201"));
        assert_eq!(Answer::parse(&plain).unwrap().mapped, Some("192.0.2.1:5060".parse().unwrap()));
        let refused = hex(&format!("0111 0008 {head} 0009 0004 00000400"));
        assert_eq!(Answer::parse(&refused), Some(Answer { id: TransactionId(ID), mapped: None }));
    }

    #[test]
    fn a_request_is_stun_and_no_answer_and_sip_is_neither() {
        let request = binding_request(TransactionId(ID));
        assert_eq!(request.len(), HEADER);
        assert!(is_stun(&request));
        assert_eq!(Answer::parse(&request), None);
        assert!(!is_stun(b"OPTIONS sip:a SIP/2.0\r\n\r\n"));
        assert!(!is_stun(b"\r\n\r\n"));
    }

    proptest! {
        #[test]
        fn no_datagram_is_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = (is_stun(&bytes), Answer::parse(&bytes));
        }

        #[test]
        fn no_attribute_is_too_odd(attributes in prop::collection::vec(any::<u8>(), 0..60)) {
            let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
            let parts = [BINDING_SUCCESS.as_slice(), &length, &MAGIC_COOKIE, &ID, &attributes];
            prop_assert!(Answer::parse(&parts.concat()).is_some());
        }
    }
}
