//! The SIP side of one relay process.

mod call_again;
mod call_control;
mod called;
mod callee;
mod calling;
mod in_call;
mod in_dialog;
mod info_keys;
mod input;
mod keep_alive;
mod keys;
mod next_hop;
mod notified;
mod offering;
mod offers;
mod outcome;
mod party;
mod registering;
mod reliable;
mod replacing;
mod requests;
mod respond;
mod session;
mod strangers;
mod subscribing;
mod transferee;
mod transferring;
mod trunks;
mod udp_flows;
mod watching;

use crate::call::keys::LegKeys;
use crate::call::{Leg, Notice, State};
use crate::line::Line;
use crate::random::At;
use crate::schedule::Alarm;
use crate::subscription::Subscriptions;
use crate::transaction::{Clients, Servers};
use crate::transport::Net;
use crate::trunk::{Attempt, TrunkState};
use crate::udp_flow::UdpFlow;
use crate::{
    Account, AccountId, Cause, Command, CryptoRng, Error, Event, FlowId, Input, LegId, Refusal, Settings,
    Time, Trunk, TrunkId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// The whole SIP side of a process: its accounts, transactions, dialogs and connections.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserAgent {
    net: Net,
    clients: Clients,
    servers: Servers,
    lines: BTreeMap<AccountId, Line>,
    legs: BTreeMap<LegId, Leg>,
    /// Legs by our tag.
    tags: BTreeMap<String, LegId>,
    next_leg: u64,
    trunks: BTreeMap<TrunkId, TrunkState>,
    /// What calls over trunks have yet to try.
    attempts: BTreeMap<LegId, Attempt>,
    #[serde(default)]
    subscriptions: Subscriptions,
    #[serde(default)]
    keys: BTreeMap<LegId, LegKeys>,
    /// The flows to proxies over UDP, by the address of the proxy.
    udp_flows: BTreeMap<SocketAddr, UdpFlow>,
}

/// How much a user agent holds; all but the accounts are zero when nothing goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Accounts, with those that are being removed.
    pub accounts: usize,
    /// Call legs.
    pub legs: usize,
    /// Subscriptions of ours, with those that are being ended.
    pub subscriptions: usize,
    /// Client transactions.
    pub client_transactions: usize,
    /// Server transactions.
    pub server_transactions: usize,
    /// TCP connections.
    pub connections: usize,
}

impl UserAgent {
    /// A user agent without accounts.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            net: Net::new(settings),
            clients: Clients::default(),
            servers: Servers::default(),
            lines: BTreeMap::new(),
            legs: BTreeMap::new(),
            tags: BTreeMap::new(),
            next_leg: 1,
            trunks: BTreeMap::new(),
            attempts: BTreeMap::new(),
            subscriptions: Subscriptions::default(),
            keys: BTreeMap::new(),
            udp_flows: BTreeMap::new(),
        }
    }

    /// The settings it was made with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.net.settings
    }

    /// How much it holds.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            accounts: self.lines.len(),
            legs: self.legs.len(),
            subscriptions: self.subscriptions.len(),
            client_transactions: self.clients.len(),
            server_transactions: self.servers.len(),
            connections: self.net.flow_count(),
        }
    }

    /// Takes in something that happened.
    pub fn handle_input(&mut self, now: Time, rng: &mut dyn CryptoRng, input: Input) {
        self.run(now, rng, |ua, at| ua.on_input(at, input));
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Time, rng: &mut dyn CryptoRng) {
        let at = &mut At { now, rng };
        while let Some(alarm) = self.net.schedule.pop_due(now) {
            self.on_alarm(at, alarm);
            self.settle(at);
        }
    }

    /// When [`Self::handle_timeout`] has to be called next.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Time> {
        self.net.schedule.next()
    }

    /// The next thing the shell has to do.
    pub fn next_command(&mut self) -> Option<Command> {
        self.net.commands.pop_front()
    }

    /// A name for a connection that the shell accepted.
    pub fn allocate_flow(&mut self) -> FlowId {
        self.net.allocate_flow()
    }

    /// To be called once after the state was restored in another process: its connections are taken as
    /// closed, and its questions to the name service are asked again.
    pub fn handle_restored(&mut self, now: Time, rng: &mut dyn CryptoRng) {
        self.run(now, rng, |ua, at| {
            for flow in ua.net.forget_process() {
                ua.on_closed(at, flow);
            }
        });
    }

    /// Adds a line and registers it, or attaches it to its trunk. An account of the same name takes over the new
    /// configuration.
    ///
    /// # Errors
    /// [`Error::BadAddress`], [`Error::NoTransport`], [`Error::UnknownTrunk`].
    pub fn add_account(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        id: AccountId,
        account: Account,
    ) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.install_account(at, id, account))
    }

    /// Adds a trunk and begins to ping its peers. A trunk of the same name takes over the new configuration.
    ///
    /// # Errors
    /// [`Error::BadAddress`] for the domain or a peer, or where there is no peer; [`Error::NoTransport`].
    pub fn set_trunk(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        id: TrunkId,
        trunk: Trunk,
    ) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.install_trunk(at, id, trunk))
    }

    /// Forgets a trunk and no longer takes calls from its peers. Calls that are up go on.
    ///
    /// # Errors
    /// [`Error::UnknownTrunk`]; [`Error::TrunkInUse`] while it has accounts.
    pub fn remove_trunk(&mut self, id: TrunkId) -> Result<(), Error> {
        if !self.trunks.contains_key(&id) {
            return Err(Error::UnknownTrunk(id));
        }
        if self.lines.values().any(|line| line.trunk() == Some(id)) {
            return Err(Error::TrunkInUse(id));
        }
        self.drop_trunk(id);
        Ok(())
    }

    /// Ends the calls of a line, unregisters it and says [`Event::Unregistered`] when that is done or has
    /// failed.
    ///
    /// # Errors
    /// [`Error::UnknownAccount`].
    pub fn remove_account(&mut self, now: Time, rng: &mut dyn CryptoRng, id: AccountId) -> Result<(), Error> {
        self.run(now, rng, |ua, at| ua.dismiss_account(at, id))
    }

    /// Does what the shell asks for, then deals with what became of the messages of it.
    fn run<T>(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        ask: impl FnOnce(&mut Self, &mut At<'_>) -> T,
    ) -> T {
        let at = &mut At { now, rng };
        let done = ask(self, at);
        self.settle(at);
        done
    }

    /// Ends a leg by our will.
    fn give_up(&mut self, at: &mut At<'_>, leg: LegId) {
        match self.legs.get(&leg).map(|l| &l.state) {
            Some(State::Calling(_)) => self.give_up_calling(at, leg),
            Some(State::Ringing(_)) => self.decline(at, leg, &Refusal::from(603)),
            Some(State::Up(_)) => self.hang_up_answered(at, leg),
            // BYE is under way already.
            Some(State::Ending(_)) | None => {}
        }
    }

    /// Forgets a leg and says why it ended.
    fn finish(&mut self, at: &mut At<'_>, leg: LegId, cause: Cause) {
        self.drop_offer(at, leg);
        self.drop_offering(at, leg);
        let cause = self.legs.get_mut(&leg).and_then(|leg| leg.cause.take()).unwrap_or(cause);
        self.drop_refer(leg, &cause);
        self.drop_referral(at, leg);
        self.report_referred(at, leg, Notice::of_cause(&cause));
        let Some(gone) = self.legs.remove(&leg) else { return };
        self.attempts.remove(&leg);
        self.tags.remove(&gone.local_tag);
        for alarm in [
            Alarm::Ring(leg),
            Alarm::InviteExpires(leg),
            Alarm::RepeatAccept(leg),
            Alarm::Unconfirmed(leg),
            Alarm::CancelUnanswered(leg),
            Alarm::OfferAgain(leg),
            Alarm::OfferUnanswered(leg),
            Alarm::SessionRefresh(leg),
            Alarm::SessionExpires(leg),
            Alarm::RepeatRing(leg),
            Alarm::RingUnheard(leg),
            Alarm::ReferUnanswered(leg),
            Alarm::ReferralExpires(leg),
        ] {
            self.net.schedule.cancel(alarm);
        }
        self.forget_keys(leg);
        self.net.event(Event::Ended { leg, cause });
    }
}
