//! What the shell can do with a call.

use super::UserAgent;
use crate::call::State;
use crate::message::{Headers, Method, name};
use crate::{AccountId, CryptoRng, Error, LegId, Refusal, Time};

impl UserAgent {
    /// Calls somebody: a dial string, a user part, or a full `sip:` or `tel:` URI.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`], [`Error::BadAddress`].
    pub fn invite(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        account: AccountId,
        target: &str,
        sdp: String,
    ) -> Result<LegId, Error> {
        self.run(now, rng, |ua, at| ua.start_call(at, account, target, sdp, Headers::new()))
    }

    /// Says 180 to an incoming call.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`].
    pub fn ring(&mut self, now: Time, rng: &mut dyn CryptoRng, leg: LegId) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.ring_leg(at, leg))
    }

    /// Accepts an incoming call with our answer, or with our offer where it brought none.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`].
    pub fn answer(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        sdp: String,
    ) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.answer_leg(at, leg, sdp))
    }

    /// Refuses an incoming call with a status of 300 to 699.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`], [`Error::BadStatus`].
    pub fn reject(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        refusal: impl Into<Refusal>,
    ) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.reject_leg(at, leg, &refusal.into()))
    }

    /// Ends a leg the way its state asks for: CANCEL, BYE, or 603 to an incoming call.
    /// [`crate::Event::Ended`] follows when the other side has taken note or cannot be reached.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`].
    pub fn hang_up(&mut self, now: Time, rng: &mut dyn CryptoRng, leg: LegId) -> Result<(), Error> {
        if !self.legs.contains_key(&leg) {
            return Err(Error::UnknownLeg(leg));
        }
        self.run(now, rng, |ua, at| ua.give_up(at, leg));
        Ok(())
    }

    /// Answers an [`crate::Event::Offered`].
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`].
    pub fn answer_offer(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        sdp: String,
    ) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.accept_offer(at, leg, sdp))
    }

    /// Refuses an [`crate::Event::Offered`], usually with 488; the call goes on as it was.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`], [`Error::BadStatus`].
    pub fn reject_offer(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        refusal: impl Into<Refusal>,
    ) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.refuse_offer(at, leg, &refusal.into()))
    }

    /// Offers a new description in an answered call, by re-INVITE, or in one that rings elsewhere, by UPDATE, where the
    /// other side takes that and has answered the first offer reliably (RFC 3311 §5.1). [`crate::Event::OfferAnswered`] or
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
        self.run(now, rng, |ua, at| ua.offer(at, leg, sdp))
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
        self.run(now, rng, |ua, at| ua.press(at, leg, digit))
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
        self.run(now, rng, |ua, at| ua.redirect_leg(at, leg, target))
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
        self.run(now, rng, |ua, at| ua.refer_blind(at, leg, target))
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
        self.run(now, rng, |ua, at| ua.refer_attended(at, leg, other))
    }

    /// Asks the other side of a leg to call into the conference at the other side of another, which is answered
    /// (RFC 4579 §5.6). Events as for [`Self::refer`].
    ///
    /// # Errors
    /// [`Error::UnknownLeg`]; [`Error::WrongState`] with the leg that is not in such a state.
    pub fn refer_to_focus(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        focus: LegId,
    ) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.refer_into_conference(at, leg, focus))
    }

    /// Agrees to an [`crate::Event::ReferRequested`]; [`Self::invite_referred`] should follow.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`].
    pub fn accept_refer(&mut self, now: Time, rng: &mut dyn CryptoRng, leg: LegId) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.accept_referral(at, leg))
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
        self.run(now, rng, |ua, at| ua.reject_referral(at, leg, status))
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
        self.run(now, rng, |ua, at| ua.call_referred(at, leg, sdp))
    }
}
