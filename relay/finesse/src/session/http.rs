//! Requests that are under way.

use super::clock::TOLERANCE_OF_DATE_MS;
use super::reads::Read;
use super::{Command, Credentials, Error, HttpAnswer, HttpError, HttpId, LinkId, Session};
use crate::rest::{self, ApiError, Purpose, Refusal, Request};

/// How long a request may take.
pub(super) const ANSWER_MS: u64 = 10_000;
/// How much longer we wait for the caller to say that it took too long.
const GRACE_MS: u64 = 5_000;
/// An answer that came so soon tells the time.
const PROMPT_MS: u64 = 2_000;
/// Reads under way at once.
const MOST_READS: usize = 4;
/// So many requests in a row without an answer, and the server counts as gone even if SystemInfo is answered.
pub(super) const FAILURES: u32 = 3;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    SystemInfo,
    Read(Read),
    /// Something asked for, by its request id.
    Ask(String),
    /// Devices to choose from, before signing in.
    Devices,
    Bosh(HttpLink),
}

/// A request of a connection over BOSH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HttpLink {
    pub(super) link: LinkId,
    pub(super) request: u64,
}

/// A request that is under way.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) why: Why,
    pub(super) host: usize,
    /// The credential it was sent with.
    generation: u64,
    purpose: Purpose,
    sent_at: u64,
    until: u64,
}

/// What became of a request.
pub(super) enum Answered {
    /// 2xx, and the body.
    Good(String),
    /// Anything else.
    Bad(ApiError),
    /// No answer, or 503.
    Down,
}

/// 401 has other meanings too: a state that does not allow it, or no supervisor.
fn is_credential_refused(error: &ApiError, purpose: Purpose) -> bool {
    error.status == Some(401)
        && matches!(
            error.refusal(purpose),
            Refusal::AgentRejected | Refusal::AgentLockedOut | Refusal::AgentSessionExpired
        )
}

impl Session {
    /// Sends a request to a host.
    pub(super) fn send(&mut self, now: u64, host: usize, why: Why, request: Request) -> HttpId {
        let (credentials, timeout_ms) = match why {
            Why::SystemInfo => (Credentials::None, ANSWER_MS / 2),
            Why::Read(_) | Why::Ask(_) | Why::Devices | Why::Bosh(_) => (self.credentials(), ANSWER_MS),
        };
        self.send_as(now, host, self.settings.rest_port, why, request, credentials, timeout_ms)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "they are the fields of the command, and there is one other caller"
    )]
    pub(super) fn send_as(
        &mut self,
        now: u64,
        host: usize,
        port: u16,
        why: Why,
        request: Request,
        credentials: Credentials,
        timeout_ms: u64,
    ) -> HttpId {
        let id = self.id();
        let until = now + timeout_ms + GRACE_MS;
        self.flights.insert(
            id,
            Flight {
                why,
                host,
                generation: self.account.generation,
                purpose: request.purpose,
                sent_at: now,
                until,
            },
        );
        let host = self.nodes.name(host);
        self.commands.push_back(Command::Http { id, host, port, request, credentials, timeout_ms });
        id
    }

    pub(super) fn http_answered(&mut self, now: u64, id: HttpId, result: Result<HttpAnswer, HttpError>) {
        let Some(flight) = self.flights.remove(&id) else { return };
        match &flight.why {
            Why::SystemInfo => self.system_info_answered(now, flight.host, result),
            Why::Bosh(link) => {
                let answer = result.as_ref().ok().map(|answer| (answer.status, answer.body.as_str()));
                self.link_answered(now, *link, answer);
            }
            Why::Read(_) | Why::Ask(_) | Why::Devices => self.api_answered(now, flight, result),
        }
    }

    fn api_answered(&mut self, now: u64, flight: Flight, result: Result<HttpAnswer, HttpError>) {
        let answered = match result {
            Ok(HttpAnswer { status: 503, .. }) => {
                self.node_out_of_service(now, flight.host);
                Answered::Down
            }
            Ok(HttpAnswer { status: 502 | 504, .. }) | Err(_) => {
                self.node_failed(now, flight.host, FAILURES);
                Answered::Down
            }
            Ok(HttpAnswer { status, body, date }) => {
                if let Some(theirs) = date
                    && flight.host == self.nodes.current
                    && now < flight.sent_at + PROMPT_MS
                {
                    // Clocks drift, and SystemInfo is not read while all is well.
                    self.clock_said(now, theirs, TOLERANCE_OF_DATE_MS);
                }
                self.node_answered(flight.host);
                match rest::accepted(status, &body) {
                    Ok(()) => Answered::Good(body),
                    Err(error) => Answered::Bad(error),
                }
            }
        };
        let current = flight.generation == self.account.generation;
        match &answered {
            Answered::Good(_) if current => self.account.proved(now),
            Answered::Bad(error) if is_credential_refused(error, flight.purpose) => {
                if current {
                    self.credential_refused(now, error.refusal(flight.purpose) == Refusal::AgentLockedOut);
                } else {
                    // It counts for Finesse, whatever has been entered since.
                    self.account.failed(now);
                }
                if let Why::Ask(request) = &flight.why {
                    self.ask_failed(now, request, Error::Rejected);
                }
                return;
            }
            Answered::Good(_) | Answered::Bad(_) | Answered::Down => {}
        }
        match flight.why {
            Why::Ask(request) => self.ask_answered(now, &request, answered),
            Why::Read(read) if current => self.read_answered(now, &read, answered),
            Why::Devices if current => self.devices_answered(now, answered),
            Why::Read(_) | Why::Devices | Why::SystemInfo | Why::Bosh(_) => {}
        }
    }

    /// Whether another read can be under way: one alone until the credential is known to be good, so that a password
    /// that was changed costs one failure.
    pub(super) fn may_read(&self, now: u64) -> bool {
        let most = if self.account.is_proved(now) { MOST_READS } else { 1 };
        self.account.usable()
            && self.account.blocked_until(now).is_none()
            && self
                .flights
                .values()
                .filter(|flight| matches!(flight.why, Why::Read(_) | Why::Devices))
                .count()
                < most
    }

    /// Gives up on what the caller owes an answer to.
    pub(super) fn flights_due(&mut self, now: u64) {
        let late: Vec<HttpId> =
            self.flights.iter().filter(|(_, flight)| now >= flight.until).map(|(id, _)| *id).collect();
        for id in late {
            self.http_answered(now, id, Err(HttpError::TimedOut));
        }
    }

    pub(super) fn next_flight(&self) -> Option<u64> {
        self.flights.values().map(|flight| flight.until).min()
    }
}
