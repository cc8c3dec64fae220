//! One codec, four names: the protocol's, SIP's, the media plane's and the configuration's. And one key, two names.
//!
//! The crates do not know each other, so the names are translated here and nowhere else.

use crate::config;
use sidetone_media as media;
use sidetone_protocol as protocol;
use sidetone_sip::offer_answer as sip;

pub(super) fn protocol(codec: sip::Codec) -> protocol::Codec {
    match codec {
        sip::Codec::Opus => protocol::Codec::Opus,
        sip::Codec::G722 => protocol::Codec::G722,
        sip::Codec::Pcmu => protocol::Codec::Pcmu,
        sip::Codec::Pcma => protocol::Codec::Pcma,
    }
}

pub(super) fn media(codec: sip::Codec) -> media::Codec {
    match codec {
        sip::Codec::Opus => media::Codec::Opus,
        sip::Codec::G722 => media::Codec::G722,
        sip::Codec::Pcmu => media::Codec::Pcmu,
        sip::Codec::Pcma => media::Codec::Pcma,
    }
}

pub(super) fn sip(codec: config::Codec) -> sip::Codec {
    match codec {
        config::Codec::Opus => sip::Codec::Opus,
        config::Codec::G722 => sip::Codec::G722,
        config::Codec::Pcmu => sip::Codec::Pcmu,
        config::Codec::Pcma => sip::Codec::Pcma,
    }
}

pub(super) fn encryption(encryption: config::MediaEncryption) -> sip::Encryption {
    match encryption {
        config::MediaEncryption::Off => sip::Encryption::Off,
        config::MediaEncryption::Optional => sip::Encryption::Optional,
        config::MediaEncryption::Required => sip::Encryption::Required,
    }
}

/// The keys of a leg. `None` for a key that is not as long as its suite asks for, which none is that was read or made.
pub(super) fn srtp(srtp: &sip::Srtp) -> Option<media::SrtpKeys> {
    let mki = srtp.receive_mki.map(|mki| media::srtp::Mki { value: mki.value, length: mki.length });
    Some(media::SrtpKeys { send: key(&srtp.send)?, receive: key(&srtp.receive)?, receive_mki: mki })
}

fn key(key: &sip::SrtpKey) -> Option<media::srtp::MasterKey> {
    let profile = match key.suite() {
        sip::CryptoSuite::AeadAes128Gcm => media::srtp::Profile::AeadAes128Gcm,
        sip::CryptoSuite::AeadAes256Gcm => media::srtp::Profile::AeadAes256Gcm,
        sip::CryptoSuite::AesCm128HmacSha1_80 => media::srtp::Profile::Aes128CmHmacSha1_80,
        sip::CryptoSuite::AesCm128HmacSha1_32 => media::srtp::Profile::Aes128CmHmacSha1_32,
    };
    media::srtp::MasterKey::new(profile, key.key(), key.salt())
}

pub(super) fn telephone_event(event: sip::TelephoneEvent) -> media::TelephoneEvent {
    media::TelephoneEvent {
        payload_type_send: event.send,
        payload_type_receive: event.receive,
        clock_rate: event.clock,
    }
}

pub(super) fn direction(direction: sip::Direction) -> media::Direction {
    match direction {
        sip::Direction::SendRecv => media::Direction::SendRecv,
        sip::Direction::SendOnly => media::Direction::SendOnly,
        sip::Direction::RecvOnly => media::Direction::RecvOnly,
        sip::Direction::Inactive => media::Direction::Inactive,
    }
}
