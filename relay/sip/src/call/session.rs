//! Session timers (RFC 4028).

use crate::Time;
use crate::message::{Headers, Params, name};
use crate::transaction::ClientId;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The shortest interval that may be asked for, which is also our `Min-SE` (RFC 4028 §5).
pub(crate) const SHORTEST: Duration = Duration::from_secs(90);

/// A session that ends unless it is refreshed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) interval: Duration,
    /// Whether the refreshing is ours to do.
    pub(crate) we_refresh: bool,
    /// When it ends.
    pub(crate) until: Time,
    /// Our UPDATE under way.
    pub(crate) refreshing: Option<ClientId>,
}

/// Who refreshes, by the roles in the transaction that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refresher {
    Uac,
    Uas,
}

impl Session {
    /// How long before its end a session that was not refreshed is ended by BYE (RFC 4028 §10).
    pub(crate) fn margin(interval: Duration) -> Duration {
        (interval / 3).min(Duration::from_secs(32))
    }
}

/// The Session-Expires of a message.
pub(crate) fn expires(headers: &Headers) -> Option<(Duration, Option<Refresher>)> {
    let value = headers.first(name::SESSION_EXPIRES)?;
    let (seconds, params) = value.split_once(';').unwrap_or((value, ""));
    let interval = Duration::from_secs(seconds.trim().parse::<u32>().ok()?.into());
    let refresher = match Params::parse(params).unwrap_or_default().get("refresher") {
        Some(role) if role.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
        Some(role) if role.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
        Some(_) | None => None,
    };
    Some((interval, refresher))
}

/// The Min-SE of a message.
pub(crate) fn least(headers: &Headers) -> Option<Duration> {
    let value = headers.first(name::MIN_SE)?.split(';').next()?;
    value.trim().parse::<u32>().ok().map(|seconds| Duration::from_secs(seconds.into()))
}

/// Whether the sender has the extension.
pub(crate) fn is_supported(headers: &Headers) -> bool {
    [name::SUPPORTED, name::REQUIRE].into_iter().any(|name| headers.has_option(name, "timer"))
}

/// Whether an INVITE or UPDATE asks for less than can be, so that it is refused with 422 (RFC 4028 §9). Who lacks
/// the extension would not understand that.
pub(crate) fn is_too_short(headers: &Headers) -> bool {
    is_supported(headers) && expires(headers).is_some_and(|(interval, _)| interval < SHORTEST)
}
