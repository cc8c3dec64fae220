//! What the shell can do with a call beyond setting it up and ending it.

use super::UserAgent;
use crate::call::State;
use crate::message::{Method, name};
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

    /// Sends a key (`0`–`9`, `*`, `#`, `A`–`D`) by INFO, after those that were sent before. One that is not taken
    /// is told by [`crate::Event::DtmfRefused`].
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`], [`Error::BadDigit`].
    pub fn send_info(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        digit: char,
    ) -> Result<(), Error> {
        let at = &mut At { now, rng };
        self.press(at, leg, digit)?;
        self.settle(at);
        Ok(())
    }

    /// Whether the other side of a leg has said that it takes INFO (RFC 3261 §20.5).
    #[must_use]
    pub fn allows_info(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|leg| leg.allows(&Method::INFO))
    }

    /// The Call-ID of a leg, from its first INVITE to its end (RFC 3261 §8.1.1.4): what names the call in traces of both
    /// sides. None: there is no such leg.
    #[must_use]
    pub fn call_id(&self, leg: LegId) -> Option<&str> {
        match &self.legs.get(&leg)?.state {
            // All forks have it of the INVITE.
            State::Calling(calling) => self.clients.get(calling.invite)?.request.headers.first(name::CALL_ID),
            State::Ringing(ringing) => Some(&ringing.dialog.call_id),
            State::Up(up) => Some(&up.dialog.call_id),
            State::Ending(ending) => Some(&ending.dialog.call_id),
        }
    }

    /// Sends an incoming call on to somebody else, by 302. The target is what [`Self::invite`] takes.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`], [`Error::BadAddress`].
    pub fn redirect(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        target: &str,
    ) -> Result<(), Error> {
        let at = &mut At { now, rng };
        self.redirect_leg(at, leg, target)?;
        self.settle(at);
        Ok(())
    }

    /// Asks the other side to call somebody else: a blind transfer. The target is what [`Self::invite`] takes.
    /// [`crate::Event::ReferProgress`] tells how that fares and [`crate::Event::ReferDone`] what came of it.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`]; [`Error::WrongState`] if the leg is not answered or is being transferred already;
    /// [`Error::BadAddress`].
    pub fn refer(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        target: &str,
    ) -> Result<(), Error> {
        let at = &mut At { now, rng };
        self.refer_blind(at, leg, target)?;
        self.settle(at);
        Ok(())
    }

    /// Asks the other side of a leg to take our place in another: an attended transfer. The other leg is answered,
    /// or one of ours that still rings. Events as for [`Self::refer`].
    ///
    /// # Errors
    /// [`Error::UnknownLeg`]; [`Error::WrongState`] with the leg that is not in such a state.
    pub fn refer_to_leg(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        other: LegId,
    ) -> Result<(), Error> {
        let at = &mut At { now, rng };
        self.refer_attended(at, leg, other)?;
        self.settle(at);
        Ok(())
    }

    /// Agrees to an [`crate::Event::ReferRequested`]; [`Self::invite_referred`] should follow.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`].
    pub fn accept_refer(&mut self, now: Time, rng: &mut dyn CryptoRng, leg: LegId) -> Result<(), Error> {
        let at = &mut At { now, rng };
        self.accept_referral(at, leg)?;
        self.settle(at);
        Ok(())
    }

    /// Refuses an [`crate::Event::ReferRequested`], usually with 603; the call goes on as it was.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`], [`Error::BadStatus`].
    pub fn reject_refer(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        status: u16,
    ) -> Result<(), Error> {
        let at = &mut At { now, rng };
        self.reject_referral(at, leg, status)?;
        self.settle(at);
        Ok(())
    }

    /// Makes the call that the other side of `leg` asked for, and tells it by itself how that call fares until it is
    /// answered or has failed. Gives the new leg, which is like one of [`Self::invite`].
    ///
    /// # Errors
    /// [`Error::UnknownLeg`]; [`Error::WrongState`] if nothing was accepted on the leg; [`Error::BadAddress`],
    /// which the other side is told as well.
    pub fn invite_referred(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        sdp: String,
    ) -> Result<LegId, Error> {
        let at = &mut At { now, rng };
        let call = self.call_referred(at, leg, sdp);
        self.settle(at);
        call
    }
}
