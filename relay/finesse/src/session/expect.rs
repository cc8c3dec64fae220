//! What was asked for, until its outcome is known.
//!
//! A request that changes something is accepted first (202). What came of it is told by a notification with its id, by an
//! error event, or by what it was to bring about; where none of them comes, the object is read before it counts as failed.

use super::dialogs::is_live;
use super::http::Answered;
use super::kept::Kept;
use super::reads::Read;
use super::sign_in::is_signed_in;
use super::{ChosenState, Error, Session, Tag};
use crate::model::{AgentId, AgentState, DialogId, DialogState};
use crate::notification::Source;
use crate::rest::{ApiError, Purpose, Refusal};

/// How long an outcome may take.
const OUTCOME_MS: u64 = 15_000;
/// So long before that the object is read.
const CHECK_MS: u64 = 6_000;
/// It is also read so long after the request was accepted: the notification may be lost, and a person waits.
const LOOK_MS: u64 = 1_000;
/// What is accepted and has no outcome of its own to be seen counts as done after this.
const QUIET_MS: u64 = 3_000;

/// What a request is to bring about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expect {
    SignedIn {
        again: bool,
    },
    SignedOut,
    State {
        state: ChosenState,
        reason: Option<String>,
    },
    Member {
        id: AgentId,
        state: AgentState,
    },
    /// A dialog that is none of these.
    NewDialog {
        known: Vec<DialogId>,
    },
    /// The own part in a dialog, in one of these states; gone from it counts where `Dropped` is among them.
    Mine {
        dialog: DialogId,
        states: Vec<DialogState>,
    },
    /// Some change of a dialog, which may not be told.
    Changed {
        dialog: DialogId,
    },
    Contacts,
    /// A team that was opened is read.
    Team(String),
    /// Nothing more than to be accepted.
    Accepted,
}

/// Something whose outcome is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) tag: Option<Tag>,
    pub(super) request: String,
    pub(super) expect: Expect,
    purpose: Purpose,
    accepted: bool,
    sent_at: u64,
    /// When it is looked after.
    check_at: Option<u64>,
    until: u64,
}

impl Waiting {
    pub(super) fn new(now: u64, tag: Option<Tag>, request: String, expect: Expect, purpose: Purpose) -> Self {
        let purpose = Session::purpose_of(&expect, purpose);
        Self {
            tag,
            request,
            expect,
            purpose,
            accepted: false,
            sent_at: now,
            check_at: Some(now + OUTCOME_MS - CHECK_MS),
            until: now + OUTCOME_MS,
        }
    }

    /// It concerns this object.
    pub(super) fn is_about(&self, source: &Source) -> bool {
        match (&self.expect, source) {
            (Expect::Mine { dialog, .. } | Expect::Changed { dialog }, Source::Dialog(id)) => dialog == id,
            (Expect::NewDialog { .. } | Expect::Mine { .. } | Expect::Changed { .. }, Source::Dialogs(_)) => {
                true
            }
            (Expect::NewDialog { .. }, Source::User(_)) => true,
            (Expect::SignedIn { .. } | Expect::SignedOut | Expect::State { .. }, Source::User(_)) => true,
            (Expect::Member { id, .. }, Source::User(user)) => id == user,
            (_, _) => false,
        }
    }

    /// To be accepted is all, or all that can be relied on.
    fn is_lenient(&self) -> bool {
        matches!(self.expect, Expect::Changed { .. } | Expect::Accepted)
    }
}

impl Session {
    pub(super) fn ask_answered(&mut self, now: u64, request: &str, answered: Answered) {
        let Some(at) = self.waiting.iter().position(|waiting| waiting.request == request) else { return };
        let is_told = self.link_is_up();
        match answered {
            Answered::Good(_) => {
                let waiting = &mut self.waiting[at];
                waiting.accepted = true;
                if waiting.expect == Expect::Accepted {
                    self.finish(now, at, Ok(()));
                } else if waiting.is_lenient() {
                    waiting.check_at = None;
                    waiting.until = now + QUIET_MS;
                } else if is_told {
                    waiting.check_at = Some(now + LOOK_MS);
                } else {
                    // Nobody will tell.
                    self.doubt_about(now, at);
                }
            }
            Answered::Bad(error) => self.refused_later(now, at, error),
            Answered::Down => {
                let error = self.not_reachable();
                self.doubt_about(now, at);
                self.finish(now, at, Err(error));
            }
        }
    }

    pub(super) fn ask_failed(&mut self, now: u64, request: &str, error: Error) {
        if let Some(at) = self.waiting.iter().position(|waiting| waiting.request == request) {
            self.finish(now, at, Err(error));
        }
    }

    /// A notification carries the id of a request.
    pub(super) fn outcome_told(&mut self, now: u64, request: &str) {
        if let Some(at) = self.waiting.iter().position(|waiting| waiting.request == request) {
            self.finish(now, at, Ok(()));
        }
    }

    /// A request was refused, at once or by an event.
    pub(super) fn refused_later(&mut self, now: u64, at: usize, error: ApiError) {
        let error = Error::refused(error, self.waiting[at].purpose);
        self.doubt_about(now, at);
        if let Expect::State { state, reason } = &self.waiting[at].expect
            && error.means(Refusal::AgentStateRefused)
            && self.in_call()
        {
            // UCCX takes no such change during a call (265, 33): it is asked for again when the call is over.
            self.kept = Some(Kept::new(*state, reason.clone()));
            self.finish(now, at, Ok(()));
            return;
        }
        self.finish(now, at, Err(error));
    }

    /// The user is as told or as read; what was read before it was asked for says nothing.
    pub(super) fn user_expected(&mut self, now: u64, read_at: Option<u64>) {
        if self.waiting.is_empty() {
            return;
        }
        let Some(user) = self.raw.user.clone() else { return };
        self.finish_those(now, read_at, |waiting| match &waiting.expect {
            Expect::SignedIn { .. } => is_signed_in(user.state),
            Expect::SignedOut => user.state == AgentState::Logout,
            Expect::State { state, reason } => {
                let wanted = state.as_state();
                let reason_fits = reason.is_none() || user.reason_code_id == *reason || user.state != wanted;
                (user.state == wanted && reason_fits) || user.pending_state == Some(wanted)
            }
            Expect::Member { .. }
            | Expect::NewDialog { .. }
            | Expect::Mine { .. }
            | Expect::Changed { .. }
            | Expect::Contacts
            | Expect::Team(_)
            | Expect::Accepted => false,
        });
    }

    pub(super) fn members_expected(&mut self, now: u64) {
        if !self.waiting.iter().any(|waiting| matches!(waiting.expect, Expect::Member { .. })) {
            return;
        }
        let members: Vec<(String, AgentState, Option<AgentState>)> = self
            .raw
            .teams
            .values()
            .flatten()
            .flat_map(|team| &team.members)
            .map(|member| (member.login_id.clone(), member.state, member.pending_state))
            .collect();
        self.finish_those(now, None, |waiting| {
            let Expect::Member { id, state } = &waiting.expect else { return false };
            members
                .iter()
                .any(|(member, is, pending)| *member == id.0 && (is == state || *pending == Some(*state)))
        });
    }

    pub(super) fn dialogs_expected(&mut self, now: u64, read_at: Option<u64>) {
        if self.waiting.is_empty() {
            return;
        }
        let mine: Vec<(DialogId, Option<DialogState>)> = self
            .raw
            .dialogs
            .values()
            .map(|dialog| (dialog.id.clone(), self.mine(dialog).map(|mine| mine.state)))
            .collect();
        self.finish_those(now, read_at, |waiting| match &waiting.expect {
            Expect::NewDialog { known } => mine.iter().any(|(id, state)| {
                !known.contains(id) && state.is_some_and(|it| is_live(it) || it == DialogState::Failed)
            }),
            Expect::Mine { dialog, states } => match mine.iter().find(|(id, _)| id == dialog) {
                Some((_, Some(state))) => states.contains(state),
                Some((_, None)) | None => states.contains(&DialogState::Dropped),
            },
            Expect::SignedIn { .. }
            | Expect::SignedOut
            | Expect::State { .. }
            | Expect::Member { .. }
            | Expect::Changed { .. }
            | Expect::Contacts
            | Expect::Team(_)
            | Expect::Accepted => false,
        });
    }

    fn finish_those(&mut self, now: u64, read_at: Option<u64>, fits: impl Fn(&Waiting) -> bool) {
        let good = |waiting: &Waiting| read_at.is_none_or(|at| at >= waiting.sent_at) && fits(waiting);
        while let Some(at) = self.waiting.iter().position(good) {
            self.finish(now, at, Ok(()));
        }
    }

    /// Everybody who waits for the same is told the same.
    pub(super) fn finish_all(&mut self, fits: impl Fn(&Waiting) -> bool, result: &Result<(), Error>) {
        while let Some(at) = self.waiting.iter().position(&fits) {
            let waiting = self.waiting.remove(at);
            self.done(waiting.tag, result.clone());
        }
    }

    /// The one that fits, where no other does.
    pub(super) fn the_only_one(&self, fits: impl Fn(&Waiting) -> bool) -> Option<usize> {
        let mut found =
            self.waiting.iter().enumerate().filter(|(_, waiting)| fits(waiting)).map(|(at, _)| at);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    pub(super) fn drop_waiting(&mut self, expect: &Expect) {
        self.waiting.retain(|waiting| waiting.expect != *expect);
    }

    fn finish(&mut self, now: u64, at: usize, result: Result<(), Error>) {
        let waiting = self.waiting.remove(at);
        match &waiting.expect {
            Expect::SignedIn { again } => {
                self.sign_in_finished(now, *again, result);
                return;
            }
            Expect::SignedOut if result.is_ok() => {
                self.done(waiting.tag, Ok(()));
                self.signed_out(now, None);
                return;
            }
            Expect::State { .. } | Expect::SignedOut if waiting.tag.is_none() => {
                // Nobody asks for it now; it was kept, or set by a setting.
                if let Err(error) = &result {
                    self.view.failure = Some(error.clone());
                }
            }
            Expect::Accepted if waiting.purpose == Purpose::Team => {
                for team in self.message_teams() {
                    self.reads.doubt(Read::Messages(team), now);
                }
            }
            Expect::SignedOut
            | Expect::State { .. }
            | Expect::Member { .. }
            | Expect::NewDialog { .. }
            | Expect::Mine { .. }
            | Expect::Changed { .. }
            | Expect::Contacts
            | Expect::Team(_)
            | Expect::Accepted => {}
        }
        self.done(waiting.tag, result);
    }

    /// What it is about is read.
    fn doubt_about(&mut self, now: u64, at: usize) {
        match &self.waiting[at].expect {
            Expect::SignedIn { .. } | Expect::SignedOut | Expect::State { .. } => {
                self.reads.doubt(Read::User, now)
            }
            Expect::NewDialog { .. } | Expect::Mine { .. } | Expect::Changed { .. } => {
                self.reads.doubt(Read::Dialogs, now);
            }
            Expect::Member { .. } => {
                for team in self.raw.teams.keys() {
                    self.reads.doubt(Read::Team(team.clone()), now);
                }
            }
            Expect::Contacts | Expect::Team(_) | Expect::Accepted => {}
        }
    }

    /// Looks after what is late.
    pub(super) fn waiting_due(&mut self, now: u64) {
        for at in 0..self.waiting.len() {
            if self.waiting[at].check_at.is_some_and(|due| now >= due) {
                let last = self.waiting[at].until.saturating_sub(CHECK_MS);
                self.waiting[at].check_at = Some(last).filter(|last| now < *last);
                self.doubt_about(now, at);
            }
        }
        while let Some(at) = self.waiting.iter().position(|waiting| now >= waiting.until) {
            let waiting = &self.waiting[at];
            let kept = match &waiting.expect {
                Expect::State { state, reason } if waiting.accepted && self.in_call() => {
                    Some(Kept::new(*state, reason.clone()))
                }
                Expect::State { .. }
                | Expect::SignedIn { .. }
                | Expect::SignedOut
                | Expect::Member { .. }
                | Expect::NewDialog { .. }
                | Expect::Mine { .. }
                | Expect::Changed { .. }
                | Expect::Contacts
                | Expect::Team(_)
                | Expect::Accepted => None,
            };
            let done = kept.is_some() || (waiting.accepted && waiting.is_lenient());
            if kept.is_some() {
                self.kept = kept;
            }
            let error = if waiting.accepted { Error::Silent } else { Error::Unreachable };
            self.finish(now, at, if done { Ok(()) } else { Err(error) });
        }
    }

    pub(super) fn next_waiting(&self) -> Option<u64> {
        self.waiting.iter().flat_map(|waiting| waiting.check_at.into_iter().chain([waiting.until])).min()
    }
}
