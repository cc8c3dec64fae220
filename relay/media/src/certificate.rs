//! Who we are in DTLS: a self-signed ECDSA P-256 certificate, known to the browser by its fingerprint in
//! the SDP answer (RFC 8122), not by a chain.

use ring::digest;
use rtc_dtls::crypto::Certificate as DtlsCertificate;
use std::fmt::{self, Write as _};
use thiserror::Error;

/// The relay's DTLS certificate and key. Cheap to clone; `Debug` shows the fingerprint only.
#[derive(Clone)]
pub struct Certificate {
    dtls: DtlsCertificate,
    fingerprint: Fingerprint,
}

/// Why there is no certificate.
#[derive(Debug, Error)]
#[error("cannot make a DTLS certificate: {0}")]
pub struct CertificateError(String);

impl Certificate {
    /// Makes a fresh key and certificate. P-256, since every browser has it and signing takes 20 µs.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, CertificateError> {
        let provider = rtc_crypto::default_provider().map_err(|error| CertificateError(error.to_string()))?;
        let dtls = DtlsCertificate::generate_self_signed_with_alg(
            vec!["sidetone".to_owned()],
            &rcgen::PKCS_ECDSA_P256_SHA256,
            provider.crypto(),
        )
        .map_err(|error| CertificateError(error.to_string()))?;
        let der = dtls.certificate.first().ok_or_else(|| CertificateError("empty chain".to_owned()))?;
        let fingerprint = Fingerprint::of(der);
        Ok(Self { dtls, fingerprint })
    }

    /// The SHA-256 fingerprint that the SDP answer carries.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    pub(crate) fn dtls(&self) -> &DtlsCertificate {
        &self.dtls
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Certificate").field(&self.fingerprint).finish()
    }
}

/// The SHA-256 of a certificate in DER (RFC 8122 §5).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate in DER.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, der).as_ref());
        Self(bytes)
    }

    /// Reads the pairs of hexadecimal digits of an `a=fingerprint` line. Lower case is accepted, though
    /// RFC 8122 §5 asks for upper case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let mut pairs = text.trim().split(':');
        for byte in &mut bytes {
            let pair =
                pairs.next().filter(|pair| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit()))?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        pairs.next().is_none().then_some(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_char(':')?;
            }
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_survives_writing_and_reading() {
        let fingerprint = Certificate::generate().unwrap().fingerprint();
        let text = fingerprint.to_string();
        assert_eq!(text.len(), 32 * 3 - 1);
        assert_eq!(Fingerprint::parse(&text), Some(fingerprint));
        assert_eq!(Fingerprint::parse(&text.to_lowercase()), Some(fingerprint));
    }

    #[test]
    fn a_fingerprint_of_another_length_or_alphabet_is_refused() {
        let text = Fingerprint::of(b"x").to_string();
        assert_eq!(Fingerprint::parse(&text[3..]), None);
        assert_eq!(Fingerprint::parse(&format!("{text}:00")), None);
        assert_eq!(Fingerprint::parse(&text.replace(':', "-")), None);
        assert_eq!(Fingerprint::parse(&format!("+1{}", &text[2..])), None);
    }

    #[test]
    fn two_certificates_differ() {
        assert_ne!(
            Certificate::generate().unwrap().fingerprint(),
            Certificate::generate().unwrap().fingerprint()
        );
    }
}
