//! What is read, and when.
//!
//! Each object has a slot. A notification that is missed, late or out of order leaves a doubt, and a doubt is a read that
//! is due soon. Whatever comes while a read is under way puts the answer itself in doubt.

use super::expect::Expect;
use super::http::{Answered, Why};
use super::nodes::NodeState;
use super::{Presence, Session};
use crate::model::{Dialog, PhoneBook, Queue, ReasonCode, Team, TeamMessage, User, WrapUpReason};
use crate::notification::Source;
use crate::rest::{self, ApiError, Error, ObjectRange, ReasonCategory, Refusal, Request};
use std::collections::BTreeMap;

/// A doubt is resolved so much later, since what it is about is mostly followed by more.
const DOUBT_MS: u64 = 1_000;
/// The longest time between attempts that fail.
const SLOWEST_MS: u64 = 30_000;
/// How often is read while notifications do not come, in a call and otherwise.
const POLL_BUSY_MS: u64 = 5_000;
const POLL_IDLE_MS: u64 = 15_000;

/// Something that can be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Read {
    User,
    Dialogs,
    NotReadyReasons,
    SignOutReasons,
    WrapUpReasons,
    Queues,
    Team(String),
    Messages(String),
    PhoneBooks,
    /// Of the phone book at that place.
    Contacts(usize),
}

#[derive(Debug, Default)]
struct Slot {
    due: Option<u64>,
    under_way: bool,
    /// Something came meanwhile.
    touched: bool,
    failures: u32,
    sent_at: u64,
}

/// The slots.
#[derive(Debug, Default)]
pub(super) struct Reads {
    slots: BTreeMap<Read, Slot>,
    /// The lists are read in their deprecated form, since this version has no other.
    pub(super) by_user: bool,
    pub(super) books: Vec<PhoneBook>,
    pub(super) books_read_at: Option<u64>,
}

impl Reads {
    /// Reads it at that time, or earlier if that is planned.
    pub(super) fn want(&mut self, read: Read, at: u64) {
        let slot = self.slots.entry(read).or_default();
        slot.due = Some(slot.due.map_or(at, |due| due.min(at)));
    }

    /// What is known of it may not be so.
    pub(super) fn doubt(&mut self, read: Read, now: u64) {
        self.want(read, now + DOUBT_MS);
    }

    /// Something was told of it.
    pub(super) fn touch(&mut self, read: &Read) {
        if let Some(slot) = self.slots.get_mut(read) {
            slot.touched = slot.under_way;
        }
    }

    pub(super) fn forget(&mut self, read: &Read) {
        self.slots.remove(read);
    }

    /// Everything that was ever read is read again.
    pub(super) fn everything(&mut self, now: u64) {
        for (read, slot) in &mut self.slots {
            if !matches!(read, Read::PhoneBooks | Read::Contacts(_)) {
                slot.due = Some(now);
                slot.touched = slot.under_way;
            }
        }
        self.want(Read::User, now);
        self.want(Read::Dialogs, now);
    }

    /// Answers to what is under way do not count any more: it is read again.
    pub(super) fn forget_flights(&mut self, now: u64) {
        for slot in self.slots.values_mut().filter(|slot| slot.under_way) {
            slot.under_way = false;
            slot.due = Some(now);
        }
    }

    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.books.clear();
        self.books_read_at = None;
    }

    pub(super) fn is_wanted(&self, read: &Read) -> bool {
        self.slots.get(read).is_some_and(|slot| slot.under_way || slot.due.is_some())
    }

    pub(super) fn under_way(&self, read: &Read) -> bool {
        self.slots.get(read).is_some_and(|slot| slot.under_way)
    }

    /// What is due, the most important first.
    fn next_due(&self, now: u64) -> Option<Read> {
        let due = |slot: &Slot| !slot.under_way && slot.due.is_some_and(|at| now >= at);
        self.slots.iter().find(|(_, slot)| due(slot)).map(|(read, _)| read.clone())
    }
}

impl Session {
    /// Sends the reads that are due.
    pub(super) fn drive_reads(&mut self, now: u64) {
        // In doubt about the server, only the credential is looked at.
        if self.nodes.state != NodeState::InService {
            return;
        }
        while self.may_read(now)
            && let Some(read) = self.reads.next_due(now)
        {
            if !self.account.ever_proved() && read != Read::User {
                return;
            }
            let Some(request) = self.request_of(&read) else {
                self.reads.forget(&read);
                continue;
            };
            let slot = self.reads.slots.entry(read.clone()).or_default();
            slot.due = None;
            slot.under_way = true;
            slot.touched = false;
            slot.sent_at = now;
            let host = self.nodes.current;
            self.send(now, host, Why::Read(read), request);
        }
    }

    pub(super) fn next_read(&self) -> Option<u64> {
        if self.nodes.state != NodeState::InService || !self.account.usable() {
            return None;
        }
        let waits = self.flights.values().any(|flight| matches!(flight.why, Why::Read(_) | Why::Devices));
        let due = self.reads.slots.iter().filter(|(_, slot)| !slot.under_way);
        let due = due.filter(|(read, _)| self.account.ever_proved() || **read == Read::User);
        let due = due.filter_map(|(_, slot)| slot.due).min()?;
        // With one under way the answer is what goes on from here, unless there is room for more.
        (!waits || self.may_read(due.max(self.now))).then_some(due)
    }

    fn request_of(&self, read: &Read) -> Option<Request> {
        let id = &self.account.wish.as_ref()?.id;
        let team = self.raw.user.as_ref().and_then(|user| user.team.as_ref()).map(|team| team.id.as_str());
        let team = team.filter(|id| !id.is_empty() && !self.reads.by_user);
        Some(match (read, team) {
            (Read::User, _) => Request::user(id),
            (Read::Dialogs, _) => Request::dialogs(id),
            (Read::NotReadyReasons, Some(team)) => Request::team_reason_codes(team, ReasonCategory::NotReady),
            (Read::NotReadyReasons, None) => Request::user_reason_codes(id, ReasonCategory::NotReady),
            (Read::SignOutReasons, Some(team)) => Request::team_reason_codes(team, ReasonCategory::Logout),
            (Read::SignOutReasons, None) => Request::user_reason_codes(id, ReasonCategory::Logout),
            (Read::WrapUpReasons, Some(team)) => Request::team_wrap_up_reasons(team),
            (Read::WrapUpReasons, None) => Request::user_wrap_up_reasons(id),
            (Read::Queues, _) => Request::queues(id),
            (Read::Team(team), _) => Request::team(team, None),
            (Read::Messages(team), _) => Request::team_messages(team),
            (Read::PhoneBooks, Some(team)) => Request::team_phone_books(team, ObjectRange::ALL),
            (Read::PhoneBooks, None) => Request::user_phone_books(id),
            (Read::Contacts(at), _) => Request::contacts(self.reads.books.get(*at)?, ObjectRange::ALL),
        })
    }

    pub(super) fn read_answered(&mut self, now: u64, read: &Read, answered: Answered) {
        let Some(slot) = self.reads.slots.get_mut(read) else { return };
        slot.under_way = false;
        let (touched, sent_at) = (slot.touched, slot.sent_at);
        let taken = match answered {
            Answered::Good(body) => self.take(now, read, &body, touched, sent_at),
            Answered::Bad(error) => Err(Error::Api(error)),
            Answered::Down => {
                self.read_failed(now, read);
                return;
            }
        };
        match taken {
            Ok(()) => {
                let again = self.next_reading(now, read);
                let Some(slot) = self.reads.slots.get_mut(read) else { return };
                slot.failures = 0;
                if let Some(at) = again {
                    slot.due = Some(slot.due.map_or(at, |due| due.min(at)));
                }
                if touched {
                    self.reads.doubt(read.clone(), now);
                }
            }
            Err(Error::Api(error)) => self.read_refused(now, read, error, touched),
            Err(Error::Unreadable(_)) => self.read_failed(now, read),
        }
    }

    fn take(&mut self, now: u64, read: &Read, body: &str, touched: bool, sent_at: u64) -> Result<(), Error> {
        match read {
            Read::User => {
                let user: User = rest::read(body)?;
                self.user_read(now, user, touched, sent_at);
            }
            Read::Dialogs => {
                let dialogs: Vec<Dialog> = rest::read(body)?;
                self.dialogs_read(now, dialogs, touched, sent_at);
            }
            Read::NotReadyReasons | Read::SignOutReasons => {
                let reasons: Vec<ReasonCode> = rest::read(body)?;
                self.reasons_read(read, reasons);
            }
            Read::WrapUpReasons => {
                let reasons: Vec<WrapUpReason> = rest::read(body)?;
                self.wrap_up_reasons_read(reasons);
            }
            Read::Queues => {
                let queues: Vec<Queue> = rest::read(body)?;
                self.queues_read(now, queues);
            }
            Read::Team(id) => {
                let team: Team = rest::read(body)?;
                self.team_read(now, id, team, touched);
            }
            Read::Messages(team) => {
                let messages: Vec<TeamMessage> = rest::read(body)?;
                self.messages_read(now, team, messages);
            }
            Read::PhoneBooks => {
                let books: Vec<PhoneBook> = rest::read(body)?;
                self.books_read(now, books);
            }
            Read::Contacts(at) => {
                let contacts = rest::read(body)?;
                self.contacts_read(now, *at, contacts);
            }
        }
        Ok(())
    }

    /// When it is read again though nothing is in doubt.
    fn next_reading(&mut self, now: u64, read: &Read) -> Option<u64> {
        let every = match read {
            Read::User | Read::Dialogs if !self.link_is_up() => {
                if self.view.dialogs.is_empty() {
                    POLL_IDLE_MS
                } else {
                    POLL_BUSY_MS
                }
            }
            Read::User | Read::Dialogs | Read::Team(_) => self.settings.reread_ms,
            Read::Messages(team) if !self.is_subscribed(&Source::TeamMessages(team.clone())) => {
                self.settings.reread_ms
            }
            // Figures are told every ten seconds, and what is in the list changes seldom.
            Read::Messages(_) | Read::Queues => self.settings.reread_ms.saturating_mul(5),
            Read::NotReadyReasons
            | Read::SignOutReasons
            | Read::WrapUpReasons
            | Read::PhoneBooks
            | Read::Contacts(_) => return None,
        };
        Some(now + self.dice.around(every))
    }

    fn read_failed(&mut self, now: u64, read: &Read) {
        let Some(slot) = self.reads.slots.get_mut(read) else { return };
        slot.failures = slot.failures.saturating_add(1);
        let at = now + self.dice.back_off(1_000, slot.failures, SLOWEST_MS);
        slot.due = Some(at);
    }

    fn read_refused(&mut self, now: u64, read: &Read, error: ApiError, touched: bool) {
        match read {
            Read::User
                if error.refusal(rest::Purpose::User) == Refusal::AgentUnknown
                    || error.status == Some(404) =>
            {
                let error = super::Error::refused(error, rest::Purpose::User);
                self.account.refused = true;
                self.close_link(now);
                self.stop_sign_in(
                    Presence::Needs { id: true, credentials: true, extension: false, error: error.clone() },
                    error,
                );
            }
            Read::User => self.read_failed(now, read),
            Read::Dialogs if error.status == Some(404) => {
                self.dialogs_read(now, Vec::new(), touched, now);
                self.reads.want(Read::Dialogs, now + self.settings.reread_ms);
            }
            Read::Dialogs if error.status.is_some_and(|status| status < 500) => {
                // It will not be told better: what notifications say is what there is.
                self.synced_dialogs();
                self.reads.want(Read::Dialogs, now + self.settings.reread_ms);
            }
            Read::Dialogs => self.read_failed(now, read),
            Read::NotReadyReasons | Read::SignOutReasons | Read::WrapUpReasons | Read::PhoneBooks
                if !self.reads.by_user && error.status != Some(500) =>
            {
                self.reads.by_user = true;
                self.lists_wanted(now);
                if *read == Read::PhoneBooks {
                    self.reads.want(Read::PhoneBooks, now);
                }
            }
            Read::Contacts(_) | Read::PhoneBooks => self.contacts_done(now, Some(&error)),
            Read::Team(id) => {
                // Not of this supervisor, or of none.
                self.close_team(id);
                let result = Err(super::Error::refused(error, rest::Purpose::Team));
                self.finish_all(|waiting| waiting.expect == Expect::Team(id.clone()), &result);
            }
            // Not for this agent, or not in this version; asked again with everything else.
            Read::Messages(_)
            | Read::Queues
            | Read::NotReadyReasons
            | Read::SignOutReasons
            | Read::WrapUpReasons => {}
        }
    }
}
