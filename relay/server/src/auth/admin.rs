//! The admin of the configuration, by HTTP Basic authentication (RFC 7617).

use super::password::verify;
use super::{Checks, Throttle, Unchecked};
use crate::clock::Clock;
use crate::config;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The longest header that is looked at.
const LONGEST: usize = 1_024;

/// Who may look into the relay.
#[derive(Debug)]
pub(crate) struct Admin {
    name: String,
    hash: Arc<str>,
    /// Apart from those of users, so that an admin can look at what goes on while very many sign in.
    checks: Checks,
    clock: Clock,
    /// Held for the blink of an eye, never across an await.
    throttle: Mutex<Throttle>,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No name and password, or not the right ones.
    Wrong,
    /// Too many wrong ones from this address.
    Throttled,
    /// Too many are checked at the same time.
    Busy,
    /// The check itself failed.
    Failed,
}

impl Admin {
    pub(crate) fn new(config: &config::Admin, clock: Clock) -> Self {
        Self {
            name: config.name.clone(),
            hash: config.password_hash.as_str().into(),
            checks: Checks::one_by_one(),
            clock,
            throttle: Mutex::new(Throttle::default()),
        }
    }

    /// Checks the credentials of a request.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    pub(crate) async fn authorise(&self, headers: &HeaderMap, from: IpAddr) -> Result<(), Refused> {
        let (name, password) = credentials(headers).ok_or(Refused::Wrong)?;
        let now = self.clock.millis();
        // Counted by address alone: there is but one name that could be guessed for.
        let Some(attempt) = self.throttle(|throttle| throttle.attempt(now, "", from)) else {
            return Err(Refused::Throttled);
        };
        let hash = Arc::clone(&self.hash);
        // The password is checked for a wrong name too, so that the time of an answer does not tell the right one.
        match self.checks.run(move || verify(&hash, &password)).await {
            Ok(true) if name == self.name => {
                self.throttle(|throttle| throttle.succeeded(attempt));
                Ok(())
            }
            Ok(_) => {
                tracing::info!(%from, "a sign-in as admin was rejected");
                Err(Refused::Wrong)
            }
            Err(unchecked) => {
                self.throttle(|throttle| throttle.withdraw(attempt));
                Err(match unchecked {
                    Unchecked::Busy => Refused::Busy,
                    Unchecked::Failed => Refused::Failed,
                })
            }
        }
    }

    fn throttle<T>(&self, act: impl FnOnce(&mut Throttle) -> T) -> T {
        // A panic while it was held can at worst have lost a count.
        act(&mut self.throttle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Name and password of a request.
fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok().filter(|value| value.len() <= LONGEST)?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn admin() -> Admin {
        let config = config::Admin {
            name: "root".into(),
            password_hash: crate::hash_password("correct: horse").unwrap(),
        };
        Admin::new(&config, Clock::start())
    }

    fn basic(pair: &str) -> HeaderMap {
        let value = format!("Basic {}", STANDARD.encode(pair));
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::try_from(value).unwrap())])
    }

    #[tokio::test]
    async fn only_the_right_pair_is_let_in() {
        let admin = admin();
        assert_eq!(admin.authorise(&basic("root:correct: horse"), HERE).await, Ok(()));
        assert_eq!(admin.authorise(&basic("root:correct"), HERE).await, Err(Refused::Wrong));
        assert_eq!(admin.authorise(&basic("toor:correct: horse"), HERE).await, Err(Refused::Wrong));
        assert_eq!(admin.authorise(&HeaderMap::new(), HERE).await, Err(Refused::Wrong));
    }

    #[tokio::test]
    async fn guessing_is_slowed_down_by_address_whatever_the_name() {
        let admin = admin();
        for name in 0..5 {
            let guess = basic(&format!("{name}:x"));
            assert_eq!(admin.authorise(&guess, HERE).await, Err(Refused::Wrong));
        }
        let right = basic("root:correct: horse");
        assert_eq!(admin.authorise(&right, HERE).await, Err(Refused::Throttled));
        assert_eq!(admin.authorise(&right, IpAddr::from([10, 0, 0, 2])).await, Ok(()));
    }

    #[test]
    fn other_schemes_and_garbage_are_nobody() {
        for value in ["Bearer abc", "Basic", "Basic !!!", "Basic cm9vdA=="] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))]);
            assert_eq!(credentials(&headers), None, "{value}");
        }
    }
}
