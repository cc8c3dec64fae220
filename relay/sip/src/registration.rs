//! Registration (RFC 3261 §10.2).

use crate::message::{Headers, Method, NameAddr, Request, Response, name};
use crate::random::At;
use crate::transaction::ClientId;
use crate::transport::Path;
use crate::{Settings, Time};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A registrar may ask for at most a day between attempts (Retry-After).
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);
/// A registrar that grants less would be asked without a pause.
const SHORTEST_GRANT: Duration = Duration::from_secs(5);

/// After the loss of a connection: at once, but not all lines in the same moment.
const AFTER_LOSS: Duration = Duration::from_secs(1);
/// A flow that lasted so long was a good one (RFC 5626 §4.5).
const STABLE: Duration = Duration::from_secs(120);

/// The registration of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registration {
    call_id: String,
    tag: String,
    pub(crate) cseq: u32,
    /// The lifetime to ask for.
    pub(crate) expires: Duration,
    /// The request under way.
    pub(crate) client: Option<ClientId>,
    /// Registered until then.
    pub(crate) until: Option<Time>,
    /// Failures since the last success.
    pub(crate) failures: u32,
    /// The way of the last success.
    pub(crate) path: Option<Path>,
    /// Since when that way has been used.
    since: Time,
    /// How often in a row a way was lost soon after it was found.
    losses: u32,
    /// Which of the line's registrars is used.
    pub(crate) registrar: usize,
    /// How many registrars have failed since the last success or pause.
    pub(crate) failed_registrars: usize,
    /// The question to the first registrar whether it is there again.
    pub(crate) probe: Option<ClientId>,
    /// The way that the registrar told for requests (RFC 3608).
    pub(crate) service_route: Vec<NameAddr>,
    /// Whether the proxy keeps to RFC 5626 (§6: `Require: outbound`).
    pub(crate) outbound: bool,
    /// Whether it was found not to.
    pub(crate) no_outbound: bool,
    /// How often the proxy wants to hear of the flow at least (RFC 5626 §5.4).
    pub(crate) flow_timer: Option<Duration>,
    /// Whether the line is being removed.
    pub(crate) removing: bool,
}

/// What a success granted.
pub(crate) struct Granted {
    pub(crate) until: Time,
    pub(crate) refresh_at: Time,
}

impl Registration {
    pub(crate) fn new(at: &mut At<'_>, expires: Duration) -> Self {
        Self {
            call_id: at.token(24),
            tag: at.token(12),
            cseq: 0,
            expires: expires.max(SHORTEST_GRANT),
            client: None,
            until: None,
            failures: 0,
            path: None,
            since: Time::default(),
            losses: 0,
            registrar: 0,
            failed_registrars: 0,
            probe: None,
            service_route: Vec::new(),
            outbound: false,
            no_outbound: false,
            flow_timer: None,
            removing: false,
        }
    }

    /// Begins anew with the first registrar, by a way still to be found.
    pub(crate) fn start_over(&mut self) {
        self.registrar = 0;
        self.failed_registrars = 0;
        self.path = None;
    }

    /// Notes the way of a success.
    pub(crate) fn arrive(&mut self, now: Time, path: Option<Path>) {
        if self.path != path {
            self.path = path;
            self.since = now;
        }
        self.failed_registrars = 0;
    }

    /// Notes that the way is lost and says how long to wait before a new one is made (RFC 5626 §4.5): hardly at
    /// all, but longer and longer where each is lost again soon.
    pub(crate) fn lose(&mut self, at: &mut At<'_>, settings: &Settings) -> Duration {
        self.path = None;
        if at.now - self.since >= STABLE {
            self.losses = 0;
        }
        self.losses = self.losses.saturating_add(1);
        if self.losses == 1 {
            return at.part_of(AFTER_LOSS, 10);
        }
        let doubled = settings.register_retry_first.saturating_mul(1 << (self.losses - 1).min(16));
        at.part_of(doubled.min(settings.register_retry_longest), 50)
    }

    /// The next REGISTER, without Via and credentials.
    pub(crate) fn request(
        &mut self,
        identity: &NameAddr,
        registrar: crate::message::Uri,
        contact: &NameAddr,
    ) -> Request {
        self.cseq += 1;
        let mut from = identity.clone();
        from.params.set("tag", Some(self.tag.clone()));
        let expires = if self.removing { 0 } else { self.expires.as_secs() };
        let mut headers = Headers::new();
        headers.push(name::MAX_FORWARDS, "70");
        headers.push(name::FROM, from.to_string());
        headers.push(name::TO, identity.to_string());
        headers.push(name::CALL_ID, self.call_id.as_str());
        headers.push(name::CSEQ, format!("{} REGISTER", self.cseq));
        headers.push(name::CONTACT, format!("{contact};expires={expires}"));
        headers.push(name::EXPIRES, expires.to_string());
        Request { method: Method::REGISTER, uri: registrar, headers, body: Vec::new() }
    }

    /// Takes in a 2xx. Other bindings in it are of no concern, and a registrar that leaves ours out has
    /// registered us all the same.
    pub(crate) fn succeed(&mut self, at: &mut At<'_>, response: &Response, token: &str) -> Granted {
        let own = response
            .headers
            .all(name::CONTACT)
            .filter_map(|value| value.parse::<NameAddr>().ok())
            .find(|contact| contact.uri.user().as_deref() == Some(token));
        let seconds = own
            .and_then(|contact| contact.params.text("expires"))
            .or_else(|| response.headers.first(name::EXPIRES).map(str::to_owned))
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(self.expires.as_secs());
        // A grant for years would be a time that no clock holds.
        let lifetime = Duration::from_secs(seconds).clamp(SHORTEST_GRANT, Duration::from_secs(1 << 24));
        let until = at.now + lifetime;
        self.failures = 0;
        self.until = Some(until);
        let mut required = response.headers.elements(name::REQUIRE);
        self.outbound = required.any(|option| option.eq_ignore_ascii_case("outbound"));
        let routes = response.headers.elements(name::SERVICE_ROUTE);
        self.service_route = routes.filter_map(|route| route.parse().ok()).collect();
        let timer = response.headers.first(name::FLOW_TIMER).and_then(|text| text.trim().parse().ok());
        self.flow_timer = timer.filter(|seconds| *seconds > 0).map(Duration::from_secs);
        // Early enough for a whole transaction to time out and be repeated; spread, so that lines that
        // registered together do not refresh together.
        let margin = (lifetime / 10 + Duration::from_secs(35)).min(lifetime / 2);
        let earlier = lifetime / 10 - at.part_of(lifetime / 10, 0);
        Granted { until, refresh_at: at.now + (lifetime - margin - earlier) }
    }

    /// Takes in a failure and says when to try again: twice as long after each, with half of it left to chance
    /// (RFC 5626 §4.5).
    pub(crate) fn fail(&mut self, at: &mut At<'_>, settings: &Settings, response: Option<&Response>) -> Time {
        self.failures = self.failures.saturating_add(1);
        let doubled = settings.register_retry_first.saturating_mul(1 << (self.failures - 1).min(16));
        let refused = response.is_some_and(|r| matches!(r.status, 401 | 403 | 404 | 407));
        // Asking again soon does not make a password right, and locks accounts.
        let pause = if refused { settings.register_retry_longest } else { doubled };
        let pause = at.part_of(pause.min(settings.register_retry_longest), 50);
        at.now + pause.max(response.and_then(retry_after).unwrap_or_default())
    }
}

/// `Retry-After: 18000;duration=3600 (words)`.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers.first(name::RETRY_AFTER)?;
    let digits: String = value.trim().chars().take_while(char::is_ascii_digit).collect();
    Some(Duration::from_secs(digits.parse().ok()?).min(LONGEST_RETRY_AFTER))
}
