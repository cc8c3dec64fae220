//! The DTLS 1.2 server of one browser leg (RFC 5764), on `rtc-dtls`.
//!
//! The browser is known by the fingerprint in its offer, so whoever cannot show that certificate never
//! gets a key. The caller feeds nothing from an address that ICE has not checked.

use crate::{
    Certificate, Fingerprint,
    srtp::{MasterKey, Profile},
};
use bytes::BytesMut;
use rtc_dtls::{
    config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig},
    endpoint::{Endpoint, EndpointEvent},
    extension::extension_use_srtp::SrtpProtectionProfile,
};
use rtc_shared::{TransportProtocol, error::Error as RtcError};
use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use thiserror::Error;

/// The endpoint tells its peers apart by address. Ours has one peer, whose address may change under it.
const PEER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));
/// How long to wait for an answer to a flight. RFC 6347 §4.2.4.1 says a second, and allows less where the
/// round trip is known to be short: nobody phones over a link of half a second.
const FLIGHT_INTERVAL: Duration = Duration::from_millis(500);
/// RFC 5764 §4.2.
const EXPORTER_LABEL: &str = "EXTRACTOR-dtls_srtp";
/// A ClientHello with a post-quantum key share takes two datagrams; retransmissions may double them.
const MAX_OPENING: usize = 8;

/// Why there is no DTLS connection any more.
#[derive(Debug, Error)]
pub(crate) enum DtlsError {
    #[error("the DTLS handshake failed: {0}")]
    Handshake(#[from] RtcError),
    #[error("the browser offered no protection profile for its media")]
    NoProfile,
    #[error("the browser showed no certificate, or not the one of its offer")]
    WrongCertificate,
}

/// What a datagram brought.
pub(crate) enum DtlsEvent {
    /// The handshake is done; the keys of what the browser sends and of what we send.
    Connected { browser: MasterKey, ours: MasterKey },
    /// Application data: SCTP.
    Data(BytesMut),
    /// The browser said good-bye.
    Closed,
}

/// One leg's DTLS server.
pub(crate) struct Dtls {
    endpoint: Endpoint,
    /// The datagrams of the first ClientHello, until it is answered, and what to answer them with if the
    /// preferred profile finds no match. `rtc-dtls` goes by the browser's preference, so preferring
    /// GCM means to offer nothing else at first.
    opening: Option<(Vec<BytesMut>, Arc<HandshakeConfig>)>,
    certificate_seen: Arc<AtomicBool>,
    connected: bool,
}

impl Dtls {
    pub(crate) fn new(certificate: &Certificate, browser: Vec<Fingerprint>) -> Result<Self, DtlsError> {
        let certificate_seen = Arc::new(AtomicBool::new(false));
        let config = |profile| config(certificate, browser.clone(), Arc::clone(&certificate_seen), profile);
        let preferred = config(SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm)?;
        let fallback = config(SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80)?;
        let opening = Some((Vec::new(), fallback));
        Ok(Self { endpoint: endpoint(preferred), opening, certificate_seen, connected: false })
    }

    /// Handles a datagram from the browser.
    pub(crate) fn handle(&mut self, now: Instant, datagram: &[u8]) -> Result<Vec<DtlsEvent>, DtlsError> {
        if self.connected && has_plain_alert(datagram) {
            return Ok(Vec::new());
        }
        let datagram = BytesMut::from(datagram);
        if let Some((opening, _)) = &mut self.opening
            && opening.len() < MAX_OPENING
        {
            opening.push(datagram.clone());
        }
        let mut events = match self.endpoint.read(now, PEER, None, datagram) {
            Err(RtcError::ErrServerNoMatchingSrtpProfile) => self.open_again(now)?,
            result => result?,
        };
        let mut told = Vec::with_capacity(events.len());
        for event in events.drain(..) {
            match event {
                EndpointEvent::HandshakeComplete => {
                    told.push(self.keys()?);
                    self.connected = true;
                }
                EndpointEvent::ApplicationData(data) => told.push(DtlsEvent::Data(data)),
                EndpointEvent::PeerClosed => told.push(DtlsEvent::Closed),
                _ => {}
            }
        }
        Ok(told)
    }

    /// Sends application data. Before the handshake is done there is nobody to send to.
    pub(crate) fn write(&mut self, now: Instant, data: &[u8]) -> Result<(), DtlsError> {
        Ok(self.endpoint.write(now, PEER, data)?)
    }

    /// Says good-bye.
    pub(crate) fn close(&mut self, now: Instant) {
        self.endpoint.stop(now, PEER);
    }

    /// The next datagram for the browser.
    pub(crate) fn poll_transmit(&mut self) -> Option<BytesMut> {
        let transmit = self.endpoint.poll_transmit()?;
        // Once the ClientHello is answered, its profile is settled.
        self.opening = None;
        Some(transmit.message)
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.endpoint.poll_timeout(&PEER)
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsError> {
        if self.next_timeout().is_some_and(|due| due <= now) {
            self.endpoint.handle_timeout(PEER, now)?;
        }
        Ok(())
    }

    /// Takes the ClientHello once more, with the profile that every browser has.
    fn open_again(&mut self, now: Instant) -> Result<Vec<EndpointEvent>, DtlsError> {
        let (opening, fallback) = self.opening.take().ok_or(DtlsError::NoProfile)?;
        self.endpoint = endpoint(fallback);
        let mut events = Vec::new();
        for datagram in opening {
            events.extend(self.endpoint.read(now, PEER, None, datagram)?);
        }
        Ok(events)
    }

    fn keys(&self) -> Result<DtlsEvent, DtlsError> {
        if !self.certificate_seen.load(Ordering::Relaxed) {
            return Err(DtlsError::WrongCertificate);
        }
        let state = self.endpoint.get_connection_state(PEER).ok_or(DtlsError::NoProfile)?;
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => Profile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => Profile::Aes128CmHmacSha1_80,
            _ => return Err(DtlsError::NoProfile),
        };
        let material = state.export_keying_material(EXPORTER_LABEL, &[], profile.keying_material_len())?;
        let (browser, ours) = MasterKey::split(profile, material.as_ref()).ok_or(DtlsError::NoProfile)?;
        Ok(DtlsEvent::Connected { browser, ours })
    }
}

/// Whether a datagram has an alert without encryption. Once there are keys, such an alert is not the
/// browser's: anybody who can forge its address could end the call with one (RFC 6347 §4.1.2.7).
fn has_plain_alert(mut datagram: &[u8]) -> bool {
    const ALERT: u8 = 21;
    while let [kind, _, _, epoch_high, epoch_low, ..] = *datagram
        && let Some(&[len_high, len_low]) = datagram.get(11..13)
    {
        if kind == ALERT && [epoch_high, epoch_low] == [0, 0] {
            return true;
        }
        let len = 13 + usize::from(u16::from_be_bytes([len_high, len_low]));
        datagram = datagram.get(len..).unwrap_or(&[]);
    }
    false
}

fn endpoint(config: Arc<HandshakeConfig>) -> Endpoint {
    Endpoint::new(PEER, TransportProtocol::UDP, Some(config))
}

fn config(
    certificate: &Certificate,
    browser: Vec<Fingerprint>,
    seen: Arc<AtomicBool>,
    profile: SrtpProtectionProfile,
) -> Result<Arc<HandshakeConfig>, DtlsError> {
    let provider = rtc_crypto::default_provider().map_err(|error| RtcError::Crypto(error.to_string()))?;
    let config = ConfigBuilder::default()
        .with_crypto_provider(provider)
        .with_certificates(vec![certificate.dtls().clone()])
        .with_srtp_protection_profiles(vec![profile])
        .with_extended_master_secret(ExtendedMasterSecretType::Require)
        .with_flight_interval(FLIGHT_INTERVAL)
        // No chain of authorities stands behind a browser's certificate; its fingerprint does (RFC 8122 §6).
        .with_client_auth(ClientAuthType::RequireAnyClientCert)
        .with_insecure_skip_verify(true)
        .with_verify_peer_certificate(Some(Arc::new(move |certificates: &[Vec<u8>], _: &[_]| {
            let known = certificates.first().is_some_and(|der| browser.contains(&Fingerprint::of(der)));
            seen.store(known, Ordering::Relaxed);
            if known {
                Ok(())
            } else {
                Err(RtcError::Other("the certificate is not that of the offer".to_owned()))
            }
        })))
        .build(false, None)?;
    Ok(Arc::new(config))
}

#[cfg(test)]
pub(crate) mod tests;
