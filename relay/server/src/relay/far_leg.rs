//! The legs to other parties: the bridge's names for them, SIP's and the media plane's, and how far each has come.

use sidetone_bridge::{FarLegId, UserId};
use sidetone_media::LegId as MediaLegId;
use sidetone_sip::LegId as SipLegId;
use sidetone_sip::offer_answer::{Codec, Direction, LocalMedia, Negotiated};
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
    /// What our last offer was made of, while its answer may still come or change.
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
    pub(super) fn new(user: UserId, rtp: MediaLegId, codecs: Vec<Codec>, pending: Pending) -> Self {
        Self {
            user,
            rtp,
            address: None,
            sip: None,
            pending,
            codecs,
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

    /// What we can do on this leg, for the next description; nothing before the port is open.
    pub(super) fn next_local(&self, session_id: u64) -> Option<LocalMedia> {
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
            leg.sip = Some(sip);
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
