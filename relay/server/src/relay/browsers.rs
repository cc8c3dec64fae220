//! The browser legs: the bridge's names for them, the media plane's, and what each browser can decode.

use sidetone_bridge::{BrowserLegId, UserId};
use sidetone_media::{Codec, LegId};
use std::collections::HashMap;

/// One browser leg.
#[derive(Debug)]
pub(super) struct BrowserLeg {
    pub(super) user: UserId,
    pub(super) media: LegId,
    /// Known once the media plane has answered the offer.
    pub(super) codecs: Option<Vec<Codec>>,
}

/// All browser legs.
#[derive(Debug, Default)]
pub(super) struct BrowserLegs {
    legs: HashMap<BrowserLegId, BrowserLeg>,
    by_media: HashMap<LegId, BrowserLegId>,
}

impl BrowserLegs {
    pub(super) fn insert(&mut self, id: BrowserLegId, user: UserId, media: LegId) {
        self.by_media.insert(media, id);
        self.legs.insert(id, BrowserLeg { user, media, codecs: None });
    }

    pub(super) fn remove(&mut self, id: BrowserLegId) -> Option<BrowserLeg> {
        let leg = self.legs.remove(&id)?;
        self.by_media.remove(&leg.media);
        Some(leg)
    }

    pub(super) fn get(&self, id: BrowserLegId) -> Option<&BrowserLeg> {
        self.legs.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: BrowserLegId) -> Option<&mut BrowserLeg> {
        self.legs.get_mut(&id)
    }

    pub(super) fn by_media(&self, media: LegId) -> Option<BrowserLegId> {
        self.by_media.get(&media).copied()
    }

    /// What the user's browser can send and receive, if one is there.
    pub(super) fn codecs_of(&self, user: UserId) -> Option<&[Codec]> {
        self.legs.values().find(|leg| leg.user == user).and_then(|leg| leg.codecs.as_deref())
    }
}
