//! What the shell can do with a call beyond setting it up and ending it.

use super::UserAgent;
use crate::random::At;
use crate::{CryptoRng, Error, LegId, Time};

impl UserAgent {
    /// Offers a new description in an answered call, by re-INVITE. [`crate::Event::OfferAnswered`] or
    /// [`crate::Event::OfferRefused`] follows, unless the call ends first. An offer that cannot go out yet, since
    /// another one is under way, waits for its turn; a later one takes the place of one that waits.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`].
    pub fn reoffer(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        sdp: String,
    ) -> Result<(), Error> {
        let at = &mut At { now, rng };
        self.offer(at, leg, sdp)?;
        self.settle(at);
        Ok(())
    }
}
