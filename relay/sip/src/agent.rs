//! The SIP side of one relay process.

use crate::{Account, AccountId, Command, CryptoRng, Error, FlowId, Input, LegId, Settings, Time};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The whole SIP side of a process: its accounts, transactions, dialogs and connections.
#[derive(Debug, Serialize, Deserialize)]
pub struct UserAgent {
    settings: Settings,
    commands: VecDeque<Command>,
    next_flow: u64,
}

impl UserAgent {
    /// A user agent without accounts.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, commands: VecDeque::new(), next_flow: 1 }
    }

    /// The settings it was made with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes in something that happened.
    pub fn handle_input(&mut self, _now: Time, _rng: &mut dyn CryptoRng, _input: Input) {}

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, _now: Time, _rng: &mut dyn CryptoRng) {}

    /// When [`Self::handle_timeout`] has to be called next.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Time> {
        None
    }

    /// The next thing the shell has to do.
    pub fn next_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// A name for a connection that the shell accepted.
    pub fn allocate_flow(&mut self) -> FlowId {
        self.next_flow += 1;
        FlowId(self.next_flow - 1)
    }

    /// Adds a line and registers it. An account of the same name is replaced.
    ///
    /// # Errors
    /// [`Error::BadAddress`], [`Error::NoTransport`].
    pub fn add_account(
        &mut self,
        _now: Time,
        _rng: &mut dyn CryptoRng,
        _id: AccountId,
        account: Account,
    ) -> Result<(), Error> {
        Err(Error::BadAddress(account.address_of_record))
    }

    /// Ends the calls of a line, unregisters it and says [`crate::Event::Unregistered`].
    ///
    /// # Errors
    /// [`Error::UnknownAccount`].
    pub fn remove_account(
        &mut self,
        _now: Time,
        _rng: &mut dyn CryptoRng,
        id: AccountId,
    ) -> Result<(), Error> {
        Err(Error::UnknownAccount(id))
    }

    /// Calls somebody: a dial string, a user part, or a full `sip:` or `tel:` URI.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`], [`Error::BadAddress`].
    pub fn invite(
        &mut self,
        _now: Time,
        _rng: &mut dyn CryptoRng,
        account: AccountId,
        _target: &str,
        _sdp: String,
    ) -> Result<LegId, Error> {
        Err(Error::UnknownAccount(account))
    }

    /// Says 180 to an incoming call.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`].
    pub fn ring(&mut self, _now: Time, _rng: &mut dyn CryptoRng, leg: LegId) -> Result<(), Error> {
        Err(Error::UnknownLeg(leg))
    }

    /// Accepts an incoming call with our answer, or with our offer where it brought none.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`].
    pub fn answer(
        &mut self,
        _now: Time,
        _rng: &mut dyn CryptoRng,
        leg: LegId,
        _sdp: String,
    ) -> Result<(), Error> {
        Err(Error::UnknownLeg(leg))
    }

    /// Refuses an incoming call with a status of 300 to 699.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`], [`Error::BadStatus`].
    pub fn reject(
        &mut self,
        _now: Time,
        _rng: &mut dyn CryptoRng,
        leg: LegId,
        _status: u16,
    ) -> Result<(), Error> {
        Err(Error::UnknownLeg(leg))
    }

    /// Ends a leg the way its state asks for: CANCEL, BYE, or 603 to an incoming call.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`].
    pub fn hang_up(&mut self, _now: Time, _rng: &mut dyn CryptoRng, leg: LegId) -> Result<(), Error> {
        Err(Error::UnknownLeg(leg))
    }

    /// Answers an [`crate::Event::Offered`].
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`].
    pub fn answer_offer(
        &mut self,
        _now: Time,
        _rng: &mut dyn CryptoRng,
        leg: LegId,
        _sdp: String,
    ) -> Result<(), Error> {
        Err(Error::UnknownLeg(leg))
    }

    /// Refuses an [`crate::Event::Offered`], usually with 488; the call goes on as it was.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::WrongState`], [`Error::BadStatus`].
    pub fn reject_offer(
        &mut self,
        _now: Time,
        _rng: &mut dyn CryptoRng,
        leg: LegId,
        _status: u16,
    ) -> Result<(), Error> {
        Err(Error::UnknownLeg(leg))
    }
}
