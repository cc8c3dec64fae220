//! Calls that take the place of another (RFC 3891).

use super::UserAgent;
use crate::call::{Replaces, State};
use crate::dialog::Dialog;
use crate::message::{Request, name};
use crate::random::At;
use crate::{AccountId, Cause, LegId};

impl UserAgent {
    /// The leg whose place an INVITE with Replaces takes (RFC 3891 §3). The status is a refusal.
    pub(super) fn replaced_by(&self, account: AccountId, request: &Request) -> Result<Option<LegId>, u16> {
        let mut headers = request.headers.all(name::REPLACES);
        let Some(header) = headers.next() else { return Ok(None) };
        let replaces = Replaces::parse(header).filter(|_| headers.next().is_none()).ok_or(400_u16)?;
        let leg = *self.tags.get(&replaces.to_tag).ok_or(481_u16)?;
        let found = self.legs.get(&leg).filter(|leg| leg.account == account).ok_or(481_u16)?;
        let names = |dialog: &Dialog| {
            let remote_tag = if dialog.remote_tag().is_empty() { "0" } else { dialog.remote_tag() };
            dialog.call_id == replaces.call_id && remote_tag == replaces.from_tag
        };
        match &found.state {
            State::Up(up) if names(&up.dialog) && replaces.early_only => Err(486),
            State::Up(up) if names(&up.dialog) => Ok(Some(leg)),
            // One that we have begun.
            State::Calling(calling) if calling.early.iter().any(|early| names(&early.dialog)) => {
                Ok(Some(leg))
            }
            State::Ending(ending) if names(&ending.dialog) => Err(603),
            // An early dialog that somebody else has begun is not to be replaced.
            State::Up(_) | State::Calling(_) | State::Ringing(_) | State::Ending(_) => Err(481),
        }
    }

    /// The call that takes the place of another is answered.
    pub(super) fn end_replaced(&mut self, at: &mut At<'_>, by: LegId) {
        let Some(replaced) = self.legs.get_mut(&by).and_then(|leg| leg.replaces.take()) else { return };
        if let Some(leg) = self.legs.get_mut(&replaced) {
            leg.cause = Some(Cause::Replaced { by });
            self.give_up(at, replaced);
        }
    }
}
