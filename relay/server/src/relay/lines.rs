//! The users' lines on the telephone system.

use super::media_format;
use crate::config::{self, Config};
use sidetone_bridge::UserId;
use sidetone_sip as sip;
use sidetone_sip::offer_answer::Codec;
use std::collections::HashSet;
use std::time::Duration;

/// Every configured line, and which are up.
#[derive(Debug)]
pub(super) struct Lines {
    lines: Vec<Line>,
    up: HashSet<UserId>,
}

#[derive(Debug)]
struct Line {
    account: sip::Account,
    codecs: Vec<Codec>,
}

impl Lines {
    pub(super) fn new(config: &Config) -> Self {
        Self { lines: config.users.iter().map(Line::new).collect(), up: HashSet::new() }
    }

    pub(super) fn account(&self, user: UserId) -> Option<sip::Account> {
        self.line(user).map(|line| line.account.clone())
    }

    /// The codecs that the line may use, best first.
    pub(super) fn codecs(&self, user: UserId) -> &[Codec] {
        self.line(user).map_or(&[], |line| &line.codecs)
    }

    /// Notes that a line has an account in the SIP machine.
    pub(super) fn went_up(&mut self, user: UserId) {
        self.up.insert(user);
    }

    /// Notes that it has none any more.
    pub(super) fn went_down(&mut self, user: UserId) {
        self.up.remove(&user);
    }

    pub(super) fn all_down(&self) -> bool {
        self.up.is_empty()
    }

    fn line(&self, user: UserId) -> Option<&Line> {
        self.lines.get(usize::try_from(user.0).ok()?)
    }
}

impl Line {
    fn new(user: &config::User) -> Self {
        let line = &user.sip;
        let account = sip::Account {
            address_of_record: line.address_of_record.clone(),
            registrar: Some(line.registrar.clone()),
            outbound_proxy: None,
            transport: match line.transport {
                config::Transport::Udp => sip::Transport::Udp,
                config::Transport::Tcp => sip::Transport::Tcp,
            },
            auth_user: line.auth_user.clone(),
            password: sip::Secret::new(line.password.reveal()),
            expires: Duration::from_secs(u64::from(line.expires_s)),
            message_summary: line.message_summary,
            display_name: Some(user.display_name.clone().unwrap_or_else(|| user.name.clone())),
        };
        Self { account, codecs: line.codecs.iter().copied().map(media_format::sip).collect() }
    }
}

/// The account of a user's line. Users and accounts are counted alike.
pub(super) fn account_of(user: UserId) -> sip::AccountId {
    sip::AccountId(user.0)
}

/// The user of an account.
pub(super) fn user_of(account: sip::AccountId) -> UserId {
    UserId(account.0)
}
