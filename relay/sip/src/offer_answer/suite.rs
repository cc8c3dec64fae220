//! Crypto suites and their keys (RFC 4568 §6.2, RFC 7714 §14.2).

use crate::CryptoRng;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Some peers leave the padding out, which RFC 4568 §6.1 asks for.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How media is encrypted and authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CryptoSuite {
    /// AES-128 in Galois/counter mode, RFC 7714.
    AeadAes128Gcm,
    /// AES-256 in Galois/counter mode, RFC 7714.
    AeadAes256Gcm,
    /// AES-128 in counter mode with a tag of 80 bits, RFC 3711.
    AesCm128HmacSha1_80,
    /// The same with a tag of 32 bits on RTP.
    AesCm128HmacSha1_32,
}

impl CryptoSuite {
    /// All of them, in the order in which we offer them: the cheap ones first, and last the one with the short tag,
    /// which old telephones have as their only one.
    pub const ALL: [Self; 4] =
        [Self::AeadAes128Gcm, Self::AeadAes256Gcm, Self::AesCm128HmacSha1_80, Self::AesCm128HmacSha1_32];

    /// The name in `a=crypto`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// The suite of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))
    }

    /// The tag of the line in which we offer it: always the same, so that a line that says the same is the same.
    pub(super) fn tag(self) -> u32 {
        match self {
            Self::AeadAes128Gcm => 1,
            Self::AeadAes256Gcm => 2,
            Self::AesCm128HmacSha1_80 => 3,
            Self::AesCm128HmacSha1_32 => 4,
        }
    }

    fn key_len(self) -> usize {
        match self {
            Self::AeadAes256Gcm => 32,
            Self::AeadAes128Gcm | Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 16,
        }
    }

    fn salt_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 14,
        }
    }
}

/// The master key and salt of one direction. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SrtpKey {
    suite: CryptoSuite,
    /// The key and behind it the salt, as they stand in `inline:`.
    bytes: Vec<u8>,
}

impl SrtpKey {
    /// A key with its salt behind it; `None` if their length is not that of the suite.
    #[must_use]
    pub fn new(suite: CryptoSuite, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == suite.key_len() + suite.salt_len()).then(|| Self { suite, bytes: bytes.to_vec() })
    }

    /// A key that nobody can guess.
    #[must_use]
    pub fn random(suite: CryptoSuite, rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = vec![0; suite.key_len() + suite.salt_len()];
        rng.fill_bytes(&mut bytes);
        Self { suite, bytes }
    }

    /// What it is for.
    #[must_use]
    pub fn suite(&self) -> CryptoSuite {
        self.suite
    }

    /// The master key.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.bytes.get(..self.suite.key_len()).unwrap_or_default()
    }

    /// The master salt.
    #[must_use]
    pub fn salt(&self) -> &[u8] {
        self.bytes.get(self.suite.key_len()..).unwrap_or_default()
    }

    pub(super) fn from_base64(suite: CryptoSuite, text: &str) -> Option<Self> {
        Self::new(suite, &BASE64.decode(text).ok()?)
    }

    pub(super) fn to_base64(&self) -> String {
        BASE64.encode(&self.bytes)
    }
}

impl fmt::Debug for SrtpKey {
    /// Shows the suite only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SrtpKey").field("suite", &self.suite).finish_non_exhaustive()
    }
}
