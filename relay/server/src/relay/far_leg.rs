//! The legs to other parties: the bridge's names for them, SIP's and the media plane's, and how far each has come.

use sidetone_bridge::{FarLegId, UserId};
use sidetone_media::LegId as MediaLegId;
use sidetone_sip::offer_answer::{Codec, Direction, Encryption, LocalMedia, LocalSrtp, Negotiated, Srtp};
use sidetone_sip::{CryptoRng, LegId as SipLegId};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

/// What every phone sends (RFC 3551 §4.2).
const PACKET_TIME: Duration = Duration::from_millis(20);

/// One leg to another party.
#[derive(Debug)]
pub(super) struct FarLeg {
    pub(super) user: UserId,
    pub(super) rtp: MediaLegId,
    /// Our RTP address, once the port is open.
    pub(super) address: Option<SocketAddr>,
    /// The SIP leg, once there is one.
    pub(super) sip: Option<SipLegId>,
    /// What has to wait for the RTP port.
    pub(super) pending: Pending,
    /// What may be spoken on this leg: what both the line and the browser have, best first.
    pub(super) codecs: Vec<Codec>,
    /// Whether its audio is encrypted.
    pub(super) encryption: Encryption,
    /// Whether our next offer is for nobody who does not encrypt, though we could do without.
    pub(super) insists: bool,
    /// Whom we have called, while we may have to call again.
    pub(super) dialled: Option<String>,
    /// What our last description was made of, to read the answer to it, or to a refresh of it.
    pub(super) our_offer: Option<LocalMedia>,
    /// What offer and answer came to.
    pub(super) negotiated: Option<Negotiated>,
    /// Whether the other party's answer, or its confirmation of ours, has come.
    pub(super) up: bool,
    /// Whether we hold the other party.
    pub(super) held: bool,
    /// The hold or resumption whose answer is awaited.
    pub(super) hold_wanted: Option<bool>,
    /// Whether the other party holds us.
    pub(super) party_holds: bool,
    /// Whether the other party has asked for keys by SIP, so that they must not go with the media as well.
    pub(super) keys_by_signalling: bool,
    /// The Call-IDs of other dialogs of the same conversation, as long as this leg has none itself.
    pub(super) related: Vec<String>,
}

/// What has to wait for the RTP port of a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pending {
    /// Nothing.
    Nothing,
    /// Calling somebody: a number or a URI.
    Invite(String),
    /// Calling whom the other party of that leg has asked us to call.
    Referred(FarLegId),
    /// Answering a caller, with the offer the call brought, if any. `wanted` says that the user has answered.
    Answer { offer: Option<String>, wanted: bool },
}

impl FarLeg {
    pub(super) fn new(
        user: UserId,
        rtp: MediaLegId,
        codecs: Vec<Codec>,
        encryption: Encryption,
        pending: Pending,
    ) -> Self {
        Self {
            user,
            rtp,
            address: None,
            sip: None,
            pending,
            codecs,
            encryption,
            insists: false,
            dialled: None,
            our_offer: None,
            negotiated: None,
            up: false,
            held: false,
            hold_wanted: None,
            party_holds: false,
            keys_by_signalling: false,
            related: Vec::new(),
        }
    }

    /// What to offer to somebody new: at the beginning, or when somebody asks for an offer, which they do to connect
    /// another telephone. Nothing before the port is open, as in the two others.
    pub(super) fn next_offer(&self, session_id: u64, rng: &mut dyn CryptoRng) -> Option<LocalMedia> {
        let strict = self.insists || self.srtp().is_some_and(|srtp| srtp.strict);
        let srtp = LocalSrtp::fresh(self.encryption, strict, rng);
        self.next_local(session_id, srtp)
    }

    /// What to answer an offer from.
    pub(super) fn next_answer(&self, session_id: u64, rng: &mut dyn CryptoRng) -> Option<LocalMedia> {
        let srtp = LocalSrtp::fresh(self.encryption, false, rng).holding(self.srtp().cloned());
        self.next_local(session_id, srtp)
    }

    /// What to offer to whom we talk with, for a hold or its end.
    pub(super) fn next_change(&self, session_id: u64) -> Option<LocalMedia> {
        let srtp = LocalSrtp::going_on(self.encryption, self.srtp().cloned());
        self.next_local(session_id, srtp)
    }

    /// Keeps what an answer of ours was made of: a refresh of the session offers just that.
    pub(super) fn answered_from(&mut self, local: LocalMedia, agreed: &Negotiated) {
        let srtp = LocalSrtp::going_on(self.encryption, agreed.srtp.clone());
        self.our_offer = Some(LocalMedia { codecs: vec![agreed.codec], srtp, ..local });
    }

    fn srtp(&self) -> Option<&Srtp> {
        self.negotiated.as_ref()?.srtp.as_ref()
    }

    /// What we can do on this leg, for the next description.
    fn next_local(&self, session_id: u64, srtp: LocalSrtp) -> Option<LocalMedia> {
        let address = self.address?;
        let mut codecs = self.codecs.clone();
        // What is spoken already stays the first choice.
        if let Some(spoken) = self.negotiated.as_ref().map(|agreed| agreed.codec) {
            codecs.sort_by_key(|codec| *codec != spoken);
        }
        Some(LocalMedia {
            address,
            codecs,
            telephone_event: true,
            direction: if self.held { Direction::SendOnly } else { Direction::SendRecv },
            packet_time: Some(PACKET_TIME),
            srtp,
            session_id,
            // The SIP machine raises it with each change.
            version: 1,
        })
    }
}

/// All legs to other parties.
#[derive(Debug, Default)]
pub(super) struct FarLegs {
    legs: HashMap<FarLegId, FarLeg>,
    by_sip: HashMap<SipLegId, FarLegId>,
    by_rtp: HashMap<MediaLegId, FarLegId>,
}

impl FarLegs {
    pub(super) fn insert(&mut self, id: FarLegId, leg: FarLeg) {
        self.by_rtp.insert(leg.rtp, id);
        if let Some(sip) = leg.sip {
            self.by_sip.insert(sip, id);
        }
        self.legs.insert(id, leg);
    }

    pub(super) fn name_sip(&mut self, id: FarLegId, sip: SipLegId) {
        if let Some(leg) = self.legs.get_mut(&id) {
            if let Some(before) = leg.sip.replace(sip) {
                self.by_sip.remove(&before);
            }
            self.by_sip.insert(sip, id);
        }
    }

    pub(super) fn remove(&mut self, id: FarLegId) -> Option<FarLeg> {
        let leg = self.legs.remove(&id)?;
        self.by_rtp.remove(&leg.rtp);
        if let Some(sip) = leg.sip {
            self.by_sip.remove(&sip);
        }
        Some(leg)
    }

    pub(super) fn get(&self, id: FarLegId) -> Option<&FarLeg> {
        self.legs.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: FarLegId) -> Option<&mut FarLeg> {
        self.legs.get_mut(&id)
    }

    pub(super) fn by_sip(&self, sip: SipLegId) -> Option<FarLegId> {
        self.by_sip.get(&sip).copied()
    }

    pub(super) fn by_rtp(&self, rtp: MediaLegId) -> Option<FarLegId> {
        self.by_rtp.get(&rtp).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }
}
