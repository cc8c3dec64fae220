//! The headers of events: Event and Subscription-State (RFC 6665 §8.2).

use crate::message::{Headers, Params, name};
use std::time::Duration;

/// Which events a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventHeader {
    /// The package, in lower case.
    pub(crate) package: String,
    /// Tells subscriptions to one package in one dialog apart.
    pub(crate) id: Option<String>,
}

impl EventHeader {
    /// Reads the Event header. None: it is missing.
    pub(crate) fn of(headers: &Headers) -> Option<Self> {
        let value = headers.first(name::EVENT)?;
        let (package, params) = value.split_once(';').unwrap_or((value, ""));
        let package = package.trim().to_ascii_lowercase();
        let id = Params::parse(params).and_then(|params| params.text("id"));
        (!package.is_empty()).then_some(Self { package, id })
    }
}

/// How a subscription stands, as its notifier says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SubscriptionState {
    pub(crate) standing: Standing,
    /// What is left of its time.
    pub(crate) expires: Option<Duration>,
    /// How long to wait before the next attempt.
    pub(crate) retry_after: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Active,
    /// Somebody has yet to allow it.
    Pending,
    Terminated(Ended),
}

/// Why a subscription was ended (RFC 6665 §4.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// To be made again at once, perhaps elsewhere.
    Deactivated,
    /// To be made again later.
    Probation,
    /// Not to be made again: it is not allowed any more.
    Rejected,
    /// It was not refreshed in time.
    Timeout,
    /// Nobody could say whether it is allowed.
    GiveUp,
    /// Not to be made again: what it is about is gone.
    NoResource,
    /// Not to be made again: the state will not change.
    Invariant,
    /// Another reason, or none.
    Other,
}

impl SubscriptionState {
    /// Reads the Subscription-State header. None: it is missing, or its state is unknown.
    pub(crate) fn of(headers: &Headers) -> Option<Self> {
        let value = headers.first(name::SUBSCRIPTION_STATE)?;
        let (state, params) = value.split_once(';').unwrap_or((value, ""));
        let params = Params::parse(params).unwrap_or_default();
        let seconds = |name| Some(Duration::from_secs(params.get(name)?.parse::<u32>().ok()?.into()));
        let standing = match state.trim().to_ascii_lowercase().as_str() {
            "active" => Standing::Active,
            "pending" => Standing::Pending,
            "terminated" => Standing::Terminated(Ended::of(params.get("reason").unwrap_or_default())),
            _ => return None,
        };
        Some(Self { standing, expires: seconds("expires"), retry_after: seconds("retry-after") })
    }
}

impl Ended {
    fn of(reason: &str) -> Self {
        match reason.to_ascii_lowercase().as_str() {
            "deactivated" => Self::Deactivated,
            "probation" => Self::Probation,
            "rejected" => Self::Rejected,
            "timeout" => Self::Timeout,
            "giveup" => Self::GiveUp,
            "noresource" => Self::NoResource,
            "invariant" => Self::Invariant,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(value: &str) -> Option<SubscriptionState> {
        let mut headers = Headers::new();
        headers.push(name::SUBSCRIPTION_STATE, value);
        SubscriptionState::of(&headers)
    }

    #[test]
    fn states_are_read_with_what_follows_them() {
        let active = state("Active ; expires=60").unwrap();
        assert_eq!((active.standing, active.expires), (Standing::Active, Some(Duration::from_secs(60))));
        let ended = state("terminated;reason=probation;retry-after=90").unwrap();
        assert_eq!(ended.standing, Standing::Terminated(Ended::Probation));
        assert_eq!(ended.retry_after, Some(Duration::from_secs(90)));
        assert_eq!(state("terminated").unwrap().standing, Standing::Terminated(Ended::Other));
        assert_eq!(state("waiting"), None);
    }

    #[test]
    fn the_event_has_its_name_and_its_number() {
        let mut headers = Headers::new();
        headers.push("o", "Dialog;id=7");
        let event = EventHeader::of(&headers).unwrap();
        assert_eq!((event.package.as_str(), event.id.as_deref()), ("dialog", Some("7")));
    }
}
