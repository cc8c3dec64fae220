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
            removing: false,
        }
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
