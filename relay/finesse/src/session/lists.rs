//! Reasons and phone books.

use super::expect::Expect;
use super::reads::Read;
use super::{Change, Error, Session};
use crate::model::{Contact, PhoneBook, ReasonCode, WrapUpReason};
use crate::rest::{ApiError, Purpose};

/// Phone books that were read count as current for so long.
const FRESH_MS: u64 = 10 * 60_000;
/// More contacts than a phone book of Finesse can have in all.
const MOST_CONTACTS: usize = 60_000;
/// More phone books than anybody has.
const MOST_BOOKS: usize = 64;

impl Session {
    /// The lists are read as soon as the team is known.
    pub(super) fn lists_wanted(&mut self, now: u64) {
        for read in [Read::NotReadyReasons, Read::SignOutReasons, Read::WrapUpReasons] {
            self.reads.want(read, now);
        }
    }

    pub(super) fn reasons_read(&mut self, read: &Read, mut reasons: Vec<ReasonCode>) {
        // The system's own cannot be chosen.
        reasons.retain(|reason| !reason.system);
        let known = if *read == Read::NotReadyReasons {
            &mut self.view.not_ready_reasons
        } else {
            &mut self.view.sign_out_reasons
        };
        if *known != reasons {
            *known = reasons;
            self.changed(Change::Lists);
        }
    }

    pub(super) fn wrap_up_reasons_read(&mut self, reasons: Vec<WrapUpReason>) {
        if self.view.wrap_up_reasons != reasons {
            self.view.wrap_up_reasons = reasons;
            self.changed(Change::Lists);
        }
    }

    /// Whether the phone books have to be read for whoever asks.
    pub(super) fn contacts_wanted(&mut self, now: u64) -> bool {
        if self.reads.books_read_at.is_some_and(|at| now < at + FRESH_MS) {
            return false;
        }
        if !self.reads.under_way(&Read::PhoneBooks) {
            self.reads.want(Read::PhoneBooks, now);
        }
        true
    }

    pub(super) fn books_read(&mut self, now: u64, mut books: Vec<PhoneBook>) {
        books.truncate(MOST_BOOKS);
        let mut contacts: Vec<Contact> = Vec::new();
        let mut more = Vec::new();
        for (at, book) in books.iter_mut().enumerate() {
            if book.contacts.is_empty() && (book.contacts_uri.is_some() || !book.id.is_empty()) {
                more.push(at);
            }
            contacts.append(&mut book.contacts);
        }
        contacts.truncate(MOST_CONTACTS);
        self.reads.books = books;
        self.view.contacts = contacts;
        for at in &more {
            self.reads.want(Read::Contacts(*at), now);
        }
        if more.is_empty() {
            self.contacts_done(now, None);
        }
    }

    pub(super) fn contacts_read(&mut self, now: u64, at: usize, mut contacts: Vec<Contact>) {
        self.view.contacts.append(&mut contacts);
        self.view.contacts.truncate(MOST_CONTACTS);
        self.reads.forget(&Read::Contacts(at));
        self.contacts_done(now, None);
    }

    /// Everybody who waits for the phone books is told, when all of them are read.
    pub(super) fn contacts_done(&mut self, now: u64, error: Option<&ApiError>) {
        let more = (0..self.reads.books.len()).any(|at| self.reads.is_wanted(&Read::Contacts(at)));
        if more && error.is_none() {
            return;
        }
        if error.is_none() {
            self.reads.books_read_at = Some(now);
        }
        self.changed(Change::Contacts);
        let result = match error {
            None => Ok(()),
            Some(error) => Err(Error::refused(error.clone(), Purpose::Other)),
        };
        self.finish_all(|waiting| waiting.expect == Expect::Contacts, &result);
    }
}
