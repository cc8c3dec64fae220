//! Call legs.

pub(crate) mod caller;
pub(crate) mod dtmf;
pub(crate) mod keys;
pub(crate) mod notified_key;
pub(crate) mod reason;

use crate::dialog::Dialog;
use crate::transaction::{ClientId, ServerId};
use crate::{AccountId, Cause};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A call leg.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Leg {
    pub(crate) account: AccountId,
    /// Our tag, by which requests find the leg.
    pub(crate) local_tag: String,
    pub(crate) state: State,
}

/// Where a leg stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum State {
    /// We have invited.
    Calling(Calling),
    /// We are invited.
    Ringing(Ringing),
    /// Answered.
    Up(Up),
    /// BYE was sent.
    Ending(Ending),
}

/// An outbound leg before its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Calling {
    pub(crate) invite: ClientId,
    /// The early dialogs of all forks.
    pub(crate) early: Vec<Early>,
    /// Whether the user has given up.
    pub(crate) hung_up: bool,
    /// Whether CANCEL was sent.
    pub(crate) cancelled: bool,
}

/// What one fork has said so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Early {
    pub(crate) dialog: Dialog,
    pub(crate) sdp: Option<String>,
}

/// An inbound leg before our answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ringing {
    pub(crate) invite: ServerId,
    pub(crate) dialog: Dialog,
    pub(crate) had_offer: bool,
}

/// An answered leg.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Up {
    pub(crate) dialog: Dialog,
    /// Our 2xx that waits for its ACK.
    pub(crate) unconfirmed: Option<Unconfirmed>,
    /// The other side's offer that waits for our answer.
    pub(crate) offered: Option<Offered>,
    /// Whether to hang up as soon as the ACK has come: before it a called party must not send BYE
    /// (RFC 3261 §15).
    pub(crate) hang_up: bool,
}

/// A 2xx without its ACK.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Unconfirmed {
    pub(crate) invite: ServerId,
    pub(crate) number: u32,
    /// Whether the 2xx carried our offer, so that the ACK carries the answer.
    pub(crate) wants_answer: bool,
    pub(crate) interval: Duration,
}

/// An offer without its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Offered {
    pub(crate) server: ServerId,
    /// Whether it came without SDP, so that our answer is the offer.
    pub(crate) wants_offer: bool,
}

/// A leg whose BYE is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) dialog: Dialog,
    pub(crate) bye: ClientId,
    pub(crate) cause: Cause,
}

impl Leg {
    /// The dialog with the other side of this tag.
    pub(crate) fn dialog_mut(&mut self, call_id: &str, remote_tag: &str) -> Option<&mut Dialog> {
        let dialog = match &mut self.state {
            State::Calling(calling) => {
                &mut calling.early.iter_mut().find(|e| e.dialog.remote_tag() == remote_tag)?.dialog
            }
            State::Ringing(ringing) => &mut ringing.dialog,
            State::Up(up) => &mut up.dialog,
            State::Ending(ending) => &mut ending.dialog,
        };
        (dialog.call_id == call_id && dialog.remote_tag() == remote_tag).then_some(dialog)
    }
}
