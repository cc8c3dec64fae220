//! Who hears whom: what the shell was told, and how it gets from one state to the next.

use crate::{BrowserLegId, Command, FarLegId, MixMember, UserId};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{Codec, ConferenceId};
use std::collections::{BTreeMap, BTreeSet};

/// Who hears whom, of one user.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Wiring {
    /// The call that the user talks in, where that is no conference.
    pub(crate) pair: Option<Pair>,
    pub(crate) mixes: BTreeMap<ConferenceId, BTreeSet<MixMember>>,
}

/// A browser's leg and another party's that hear each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) browser: BrowserLegId,
    pub(crate) far: FarLegId,
    /// What the browser has to send, where it is known. A new one repeats the connection.
    pub(crate) codec: Option<Codec>,
}

impl Wiring {
    /// What the shell has to do to get from this to `wanted`: first what ends, then what begins, so that nobody
    /// is heard by two at once.
    pub(crate) fn changes_to(&self, wanted: &Self, user: UserId) -> Vec<Command> {
        let mut commands = Vec::new();
        if let Some(old) = self.pair
            && wanted.pair.is_none_or(|new| (new.browser, new.far) != (old.browser, old.far))
        {
            commands.push(Command::Disconnect { leg: old.far });
        }
        for (conference, members) in &self.mixes {
            match wanted.mixes.get(conference) {
                None => commands.push(Command::CloseMix { conference: *conference }),
                Some(stay) => commands.extend(
                    members
                        .difference(stay)
                        .map(|member| Command::LeaveMix { conference: *conference, leg: *member }),
                ),
            }
        }
        let nobody = BTreeSet::new();
        for (conference, members) in &wanted.mixes {
            let known = self.mixes.get(conference);
            if known.is_none() {
                commands.push(Command::OpenMix { conference: *conference, user });
            }
            commands.extend(
                members
                    .difference(known.unwrap_or(&nobody))
                    .map(|member| Command::JoinMix { conference: *conference, leg: *member }),
            );
        }
        if let Some(new) = wanted.pair
            && self.pair != wanted.pair
        {
            commands.push(Command::Connect { browser: new.browser, far: new.far });
        }
        commands
    }

    /// The leg is being ended, and with it whatever it was part of.
    pub(crate) fn forget_far(&mut self, leg: FarLegId) {
        self.pair = self.pair.filter(|pair| pair.far != leg);
        self.forget_member(MixMember::Far(leg));
    }

    /// The leg is being closed, and with it whatever it was part of.
    pub(crate) fn forget_browser(&mut self, leg: BrowserLegId) {
        self.pair = self.pair.filter(|pair| pair.browser != leg);
        self.forget_member(MixMember::Browser(leg));
    }

    fn forget_member(&mut self, member: MixMember) {
        for members in self.mixes.values_mut() {
            members.remove(&member);
        }
    }
}
