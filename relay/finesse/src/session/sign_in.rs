//! Signing in and out.

use super::expect::{Expect, Waiting};
use super::http::{Answered, Why};
use super::kept::Kept;
use super::nodes::NodeState;
use super::reads::Read;
use super::user::Raw;
use super::{Change, Error, Presence, Session, SignIn, Tag};
use crate::model::{AgentState, Device, DialogId};
use crate::rest::{self, Purpose, Refusal, Request};

/// Errors of signing in come as notifications: so long it waits for them to be there.
const LINK_MS: u64 = 5_000;
/// Whoever was signed out twice within this time is not signed in again.
const AGAIN_MS: u64 = 10 * 60_000;

/// How far signing in is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Step {
    /// Nobody is to be signed in, or something is needed first.
    #[default]
    Idle,
    /// The user is being read, which also proves the credential.
    Checking,
    /// The devices are being read.
    Devices,
    /// Notifications are being connected.
    Link { until: u64 },
    /// The request is under way.
    Sent,
    /// Signed in.
    In,
}

impl Session {
    pub(super) fn ask_sign_in(&mut self, now: u64, tag: Tag, wish: SignIn) {
        if let Some(until_ms) = self.account.blocked_until(now) {
            self.done(Some(tag), Err(Error::LockedOut { until_ms }));
            return;
        }
        if self.nodes.is_empty() {
            self.done(Some(tag), Err(Error::Unreachable));
            return;
        }
        let same_agent = self.account.wish.as_ref().is_none_or(|known| known.id == wish.id);
        if self.step == Step::In {
            let result = if same_agent { Ok(()) } else { Err(Error::NotPossible) };
            self.done(Some(tag), result);
            return;
        }
        let asker = self.account.asker.replace(tag);
        self.done(asker, Err(Error::Superseded));
        self.drop_waiting(&Expect::SignedIn { again: false });
        if !same_agent || !self.link_is_up() {
            self.close_link(now);
        }
        if !same_agent {
            self.forget_agent();
        }
        self.account.renew(now, wish);
        self.reads.forget_flights(now);
        self.raw.in_doubt();
        self.reads.everything(now);
        self.step = Step::Checking;
        self.view.presence = Presence::SigningIn;
        self.view.failure = None;
    }

    /// Another access token, mostly before the old one has expired.
    pub(super) fn ask_refresh(&mut self, now: u64, tag: Tag, credentials: super::Credentials) {
        let Some(mut wish) = self.account.wish.clone() else {
            self.done(Some(tag), Err(Error::NotSignedIn));
            return;
        };
        if self.account.refused {
            wish.credentials = credentials;
            self.ask_sign_in(now, tag, wish);
            return;
        }
        // The connection for notifications has signed in already; a new one uses the new token.
        wish.credentials = credentials;
        self.account.wish = Some(wish);
        self.link.retry_now(now);
        self.done(Some(tag), Ok(()));
    }

    pub(super) fn drive_sign_in(&mut self, now: u64) {
        if !self.account.usable() {
            return;
        }
        match self.step {
            Step::Checking => self.check(now),
            Step::Link { until } if self.nodes.usable() && (self.link_is_up() || now >= until) => {
                self.send_sign_in(now, false);
            }
            Step::In
                if self.nodes.moved && self.nodes.usable() && self.link_is_up() && self.raw.user_synced =>
            {
                self.nodes.moved = false;
                self.send_sign_in(now, true);
            }
            Step::Idle | Step::Devices | Step::Link { .. } | Step::Sent | Step::In => {}
        }
    }

    pub(super) fn next_step(&self) -> Option<u64> {
        match self.step {
            Step::Link { until } if self.account.usable() && self.nodes.usable() => Some(until),
            Step::Idle | Step::Checking | Step::Devices | Step::Link { .. } | Step::Sent | Step::In => None,
        }
    }

    fn check(&mut self, now: u64) {
        if !self.raw.user_synced || self.nodes.state != NodeState::InService {
            return;
        }
        let (Some(user), Some(wish)) = (&self.raw.user, &self.account.wish) else { return };
        let same_extension =
            wish.extension.is_empty() || user.extension.is_empty() || user.extension == wish.extension;
        if is_signed_in(user.state) && same_extension {
            self.signed_in(now, false);
            return;
        }
        if user.device_selection && wish.device.is_none() && wish.mobile.is_none() {
            let request = Request::devices(&wish.extension);
            self.step = Step::Devices;
            let host = self.nodes.current;
            self.send(now, host, Why::Devices, request);
            return;
        }
        self.step = Step::Link { until: now + LINK_MS };
        if self.link_is_up() {
            self.send_sign_in(now, false);
        }
    }

    pub(super) fn devices_answered(&mut self, now: u64, answered: Answered) {
        if self.step != Step::Devices {
            return;
        }
        let devices: Vec<Device> = match answered {
            Answered::Good(body) => rest::read(&body).unwrap_or_default(),
            // A version without this resource has no devices to choose from.
            Answered::Bad(_) => Vec::new(),
            Answered::Down => {
                self.step = Step::Checking;
                return;
            }
        };
        match devices.len() {
            0 => self.step = Step::Link { until: now + LINK_MS },
            1 => {
                if let Some(wish) = &mut self.account.wish {
                    wish.device = devices.into_iter().next().map(|device| device.id);
                }
                self.step = Step::Link { until: now + LINK_MS };
            }
            _ => {
                self.stop_sign_in(Presence::ChooseDevice { devices }, Error::DeviceRequired);
            }
        }
    }

    fn send_sign_in(&mut self, now: u64, again: bool) {
        let Some(wish) = &self.account.wish else { return };
        let request = Request::sign_in(
            &wish.id,
            &rest::SignIn {
                extension: if again { self.extension() } else { wish.extension.clone() },
                active_device_id: wish.device.clone(),
                mobile_agent: wish.mobile.clone(),
            },
        );
        if !again {
            self.step = Step::Sent;
        }
        self.ask_for(now, None, request, Expect::SignedIn { again });
    }

    /// What became of signing in.
    pub(super) fn sign_in_finished(&mut self, now: u64, again: bool, result: Result<(), Error>) {
        match result {
            // Signing in again only says where the agent is now; whoever is signed in stays so without it.
            _ if again => {}
            Ok(()) if self.step == Step::Sent => self.signed_in(now, true),
            Ok(()) => {}
            Err(Error::Unreachable | Error::OutOfService) if self.step == Step::Sent => {
                // Whether it was done says the user, on the server that is in service then.
                self.raw.user_synced = false;
                self.reads.want(Read::User, now);
                self.step = Step::Checking;
            }
            Err(error) => {
                let id = error.means(Refusal::AgentUnknown);
                let credentials = id || error.means(Refusal::AgentRejected);
                let presence =
                    Presence::Needs { id, credentials, extension: !credentials, error: error.clone() };
                self.stop_sign_in(presence, error);
            }
        }
    }

    fn signed_in(&mut self, now: u64, fresh: bool) {
        self.step = Step::In;
        self.view.presence = Presence::SignedIn;
        self.nodes.moved = false;
        let forced = self.view.failure == Some(Error::ForcedOut);
        if fresh
            && !forced
            && let Some((state, reason)) = self.settings.state_after_sign_in.clone()
        {
            self.kept = Some(Kept::new(state, reason));
        }
        let asker = self.account.asker.take();
        self.done(asker, Ok(()));
        self.reads.doubt(Read::User, now);
    }

    /// Signing in, or being signed in, ends here.
    pub(super) fn stop_sign_in(&mut self, presence: Presence, error: Error) {
        self.step = Step::Idle;
        self.view.presence = presence;
        self.kept = None;
        self.drop_waiting(&Expect::SignedIn { again: false });
        let asker = self.account.asker.take();
        self.done(asker, Err(error));
    }

    /// The state as Finesse tells it.
    pub(super) fn state_is(&mut self, now: u64, was: Option<AgentState>, state: AgentState) {
        if self.step != Step::In || state != AgentState::Logout || was == Some(AgentState::Logout) {
            return;
        }
        if self.leaves() {
            self.signed_out(now, None);
            return;
        }
        let code =
            self.raw.user.as_ref().and_then(|user| user.reason_code.as_ref()).map(|it| it.code.as_str());
        let forced = match code {
            Some("255") => true,
            // It is found after an interruption, and nobody says why.
            None | Some("" | "-1") => !self.raw.user_synced,
            Some(_) => false,
        };
        let error = if forced { Error::ForcedOut } else { Error::SignedOutByOther };
        let twice = self.account.forced_at.is_some_and(|at| now < at + AGAIN_MS);
        if forced && self.settings.sign_in_after_loss && !twice {
            self.account.forced_at = Some(now);
            self.view.failure = Some(error);
            self.view.presence = Presence::SigningIn;
            self.kept = None;
            self.step = Step::Checking;
        } else {
            self.signed_out(now, Some(error));
        }
    }

    /// Signing out was asked for.
    fn leaves(&self) -> bool {
        self.kept.as_ref().is_some_and(Kept::is_sign_out)
            || self.waiting.iter().any(|waiting| waiting.expect == Expect::SignedOut)
    }

    /// Nobody is to be signed in any more.
    pub(super) fn signed_out(&mut self, now: u64, error: Option<Error>) {
        let left: Vec<Waiting> = self.waiting.drain(..).collect();
        for waiting in left {
            let result = if waiting.expect == Expect::SignedOut { Ok(()) } else { Err(Error::NotSignedIn) };
            self.done(waiting.tag, result);
        }
        self.close_link(now);
        self.account.wish = None;
        self.account.generation += 1;
        let asker = self.account.asker.take();
        self.done(asker, Err(error.clone().unwrap_or(Error::NotSignedIn)));
        self.step = Step::Idle;
        self.kept = None;
        self.view.presence = Presence::SignedOut;
        self.view.failure = error;
        let user = self.view.user.take();
        self.forget_agent();
        self.view.user = user;
    }

    /// What is known of the agent is not true of another, or not any more.
    fn forget_agent(&mut self) {
        self.reads.clear();
        let dialogs: Vec<DialogId> = self.view.dialogs.keys().cloned().collect();
        for id in dialogs {
            self.dialog_gone(&id);
        }
        let teams: Vec<String> = self.raw.teams.keys().cloned().collect();
        for team in teams {
            self.close_team(&team);
        }
        for queue in std::mem::take(&mut self.view.queues).into_keys() {
            self.changed(Change::QueueRemoved(queue));
        }
        if !self.view.messages.is_empty() {
            self.view.messages.clear();
            self.changed(Change::Messages);
        }
        self.view.user = None;
        self.view.contacts.clear();
        self.raw = Raw::default();
    }

    /// An agent is signed in, and can be spoken for.
    pub(super) fn check_signed_in(&self) -> Result<(), Error> {
        if self.step != Step::In {
            return Err(Error::NotSignedIn);
        }
        if !self.nodes.usable() {
            return Err(self.not_reachable());
        }
        Ok(())
    }

    /// A purpose for errors that belong to signing in.
    pub(super) fn purpose_of(expect: &Expect, purpose: Purpose) -> Purpose {
        match expect {
            Expect::SignedIn { .. } => Purpose::SignIn,
            Expect::SignedOut
            | Expect::State { .. }
            | Expect::Member { .. }
            | Expect::NewDialog { .. }
            | Expect::Mine { .. }
            | Expect::Changed { .. }
            | Expect::Contacts
            | Expect::Team(_)
            | Expect::Accepted => purpose,
        }
    }
}

pub(super) fn is_signed_in(state: AgentState) -> bool {
    !matches!(state, AgentState::Logout | AgentState::Unknown)
}
