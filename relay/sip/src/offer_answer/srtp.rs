//! Encryption of a stream with keys in its description (RFC 4568).
//!
//! What is agreed on holds until a description says otherwise. A key of ours stays as it is while the other side's
//! does: then both sides go on with their roll-over counters. Whoever comes with another key may be another telephone,
//! which knows nothing of our counter, and so gets another key of ours, whose counter begins at zero (RFC 4568 §7.1.4).

use super::{CryptoLine, CryptoSuite, Mki, SrtpKey};
use crate::CryptoRng;
use serde::{Deserialize, Serialize};

/// Whether media is to be encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// It is not. Who offers nothing else is refused.
    #[default]
    Off,
    /// Where the other side can.
    Optional,
    /// It is, or there is no call.
    Required,
}

/// What we say about encryption in a description.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LocalSrtp {
    /// What we accept.
    pub encryption: Encryption,
    /// Whether our offer is `RTP/SAVP`, which nobody can take without encryption, or `RTP/AVP` with keys.
    pub strict: bool,
    /// A key for each suite that may be agreed on, most wanted first. Without any we offer no encryption.
    pub keys: Vec<SrtpKey>,
    /// What holds in the call so far.
    pub holds: Option<Srtp>,
}

/// What is agreed on for a stream that is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Srtp {
    /// With what we encrypt what we send.
    pub send: SrtpKey,
    /// With what the other side encrypts what it sends; of the same suite.
    pub receive: SrtpKey,
    /// How its packets name the key, if they do.
    pub receive_mki: Option<Mki>,
    /// Whether the stream is `RTP/SAVP`.
    pub strict: bool,
}

impl LocalSrtp {
    /// For the first description of a call, and for an offer that somebody asks for: it may be meant for another
    /// telephone. Keys are made for every suite. `strict` asks for `RTP/SAVP` where encryption is optional.
    #[must_use]
    pub fn fresh(encryption: Encryption, strict: bool, rng: &mut dyn CryptoRng) -> Self {
        let keys = match encryption {
            Encryption::Off => Vec::new(),
            Encryption::Optional | Encryption::Required => {
                CryptoSuite::ALL.into_iter().map(|suite| SrtpKey::random(suite, rng)).collect()
            }
        };
        Self { encryption, strict: strict || encryption == Encryption::Required, keys, holds: None }
    }

    /// For the answer to an offer in a call, in which this holds so far.
    #[must_use]
    pub fn holding(self, holds: Option<Srtp>) -> Self {
        Self { holds, ..self }
    }

    /// For an offer of ours in a call that is to stay encrypted as it is, or to stay plain.
    #[must_use]
    pub fn going_on(encryption: Encryption, holds: Option<Srtp>) -> Self {
        Self {
            encryption,
            strict: holds.as_ref().is_some_and(|holds| holds.strict),
            keys: holds.iter().map(|holds| holds.send.clone()).collect(),
            holds,
        }
    }

    /// What may come back for our offer.
    pub(super) fn awaits(&self) -> Encryption {
        match self.encryption {
            _ if self.keys.is_empty() => Encryption::Off,
            Encryption::Optional if self.strict => Encryption::Required,
            encryption => encryption,
        }
    }

    /// The protocol of our offer (RFC 3551, RFC 3711 §12).
    pub(super) fn protocol(&self) -> &'static str {
        if self.strict && !self.keys.is_empty() { "RTP/SAVP" } else { "RTP/AVP" }
    }

    /// The lines of our offer.
    pub(super) fn lines(&self) -> impl Iterator<Item = CryptoLine> {
        self.keys.iter().map(|key| CryptoLine { tag: key.suite().tag(), key: key.clone(), mki: None })
    }

    /// Whether one of our keys is for that suite.
    pub(super) fn has(&self, suite: CryptoSuite) -> bool {
        self.keys.iter().any(|key| key.suite() == suite)
    }

    /// What we encrypt with if the other side does as in this line.
    pub(super) fn answer_to(&self, line: &CryptoLine) -> Option<SrtpKey> {
        match &self.holds {
            Some(holds) if holds.receive == line.key => Some(holds.send.clone()),
            Some(_) | None => self.key_for(line.key.suite()),
        }
    }

    pub(super) fn key_for(&self, suite: CryptoSuite) -> Option<SrtpKey> {
        self.keys.iter().find(|key| key.suite() == suite).cloned()
    }
}
