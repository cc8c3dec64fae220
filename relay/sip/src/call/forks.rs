//! Early dialogs, and what is described in them and after.

use super::{Leg, State};
use crate::dialog::Dialog;
use crate::message::Method;
use crate::sdp::following;
use serde::{Deserialize, Serialize};

/// Our descriptions in a dialog.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Described {
    /// The one that holds.
    pub(crate) holds: Option<String>,
    /// The one that was sent last, whatever came of it: what the version of the next one follows from.
    pub(crate) sent: Option<String>,
}

/// What one fork has said so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Early {
    pub(crate) dialog: Dialog,
    pub(crate) sdp: Option<String>,
    /// Whether the answer came in a reliable response.
    pub(crate) answered: bool,
    /// Whether the other side has heard that we have that answer.
    pub(crate) acknowledged: bool,
    /// Our descriptions in this dialog, where those of the INVITE were followed by others.
    pub(crate) described: Described,
    /// Whether an UPDATE has changed what offer and answer of the INVITE came to.
    pub(crate) updated: bool,
    /// Our own offer that was accepted since.
    pub(crate) changed: Option<String>,
    /// The number of the last reliable response (RFC 3262 §4).
    pub(crate) rseq: Option<u32>,
}

impl Described {
    /// A description as it is to be sent, which this notes.
    pub(crate) fn send(&mut self, sdp: String) -> String {
        let sdp = following(self.sent.as_deref(), sdp);
        self.sent = Some(sdp.clone());
        sdp
    }
}

impl Leg {
    /// How an offer of ours can be made now, and to which tag of the other side: by re-INVITE in an answered call, before
    /// that by UPDATE where the answer to the INVITE is beyond doubt on both sides (RFC 3311 §5.1).
    pub(crate) fn way_to_offer(&self) -> Option<(Method, &str)> {
        match &self.state {
            State::Up(up) if !up.hang_up => Some((Method::INVITE, up.dialog.remote_tag())),
            State::Calling(calling) if !calling.hung_up && self.allows(&Method::UPDATE) => {
                // Of several forks the last one is the one to be heard.
                let settled =
                    calling.early.iter().rev().find(|early| early.answered && early.acknowledged)?;
                Some((Method::UPDATE, settled.dialog.remote_tag()))
            }
            State::Up(_) | State::Calling(_) | State::Ringing(_) | State::Ending(_) => None,
        }
    }

    /// Whether there will be a way to offer something, if there is none yet.
    pub(crate) fn takes_offers(&self) -> bool {
        match &self.state {
            State::Up(up) => !up.hang_up,
            State::Calling(calling) => {
                let answered = calling.early.iter().any(|early| early.answered);
                answered && !calling.hung_up && self.allows(&Method::UPDATE)
            }
            State::Ringing(_) | State::Ending(_) => false,
        }
    }

    fn early_mut(&mut self, remote_tag: &str) -> Option<&mut Early> {
        match &mut self.state {
            State::Calling(calling) => {
                calling.early.iter_mut().find(|early| early.dialog.remote_tag() == remote_tag)
            }
            State::Ringing(_) | State::Up(_) | State::Ending(_) => None,
        }
    }

    /// A description as it is to be sent to a tag of the other side, with the version that is due there.
    pub(crate) fn describe(&mut self, remote_tag: &str, sdp: String) -> String {
        match self.early_mut(remote_tag) {
            Some(early) => early.described.send(sdp),
            None => self.described.send(sdp),
        }
    }

    /// Offer and answer have led to this description of ours; `own` says whether it was the offer.
    pub(crate) fn agree(&mut self, remote_tag: &str, sdp: String, own: bool) {
        match self.early_mut(remote_tag) {
            Some(early) => {
                early.updated = true;
                early.changed = own.then(|| sdp.clone()).or(early.changed.take());
                early.described.holds = Some(sdp);
            }
            None => self.described.holds = Some(sdp),
        }
    }

    /// The other side has taken note of our PRACK.
    pub(crate) fn note_acknowledged(&mut self, remote_tag: &str) {
        if let Some(early) = self.early_mut(remote_tag) {
            early.acknowledged = early.answered;
        }
    }

    /// Leaves the early dialogs for the one of the tag that has answered, or for another INVITE. What we have offered in
    /// the others has yet to be offered to whom we have now.
    pub(crate) fn leave_forks(&mut self, winner: Option<&str>) -> Option<Early> {
        let State::Calling(calling) = &mut self.state else { return None };
        let (mut won, lost): (Vec<Early>, Vec<Early>) =
            calling.early.drain(..).partition(|early| Some(early.dialog.remote_tag()) == winner);
        let lost_offer = self.offering.take_if(|offering| Some(offering.tag.as_str()) != winner);
        let lost_offer = lost_offer.filter(|offering| !offering.refresh).map(|offering| offering.sdp);
        let changed = lost.into_iter().rev().find_map(|early| early.changed);
        let won = won.pop();
        let changed = changed.filter(|_| won.as_ref().is_none_or(|early| early.changed.is_none()));
        self.queued = self.queued.take().or(lost_offer).or(changed);
        won
    }
}
