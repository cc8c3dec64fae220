//! Single sign-on: access tokens and their refresh.

use super::request::{Path, escape_into};
use super::{Method, Purpose, Request, Unreadable};
use serde_json::Value;
use std::fmt;

const TOKEN: &str = "/desktop/sso/token";

/// What single sign-on gives. `Debug` hides the tokens.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Tokens {
    /// The access token, which is sent as bearer.
    pub access: String,
    /// What it is refreshed with, where one was given.
    pub refresh: Option<String>,
    /// How long the access token holds, in seconds, where it is said. It is to be refreshed after three quarters of
    /// that (guide, p. 196).
    pub expires_in_s: Option<u64>,
    /// Whose it is, where it is said: on UCCE the login name or the login id.
    pub user_id: Option<String>,
}

impl Tokens {
    /// Reads the JSON object that is answered.
    ///
    /// # Errors
    /// [`Unreadable`], when there is no access token in it.
    pub fn read(body: &str) -> Result<Self, Unreadable> {
        let object = serde_json::from_str::<Value>(body).map_err(|_| Unreadable::Malformed)?;
        // The names differ between the guide's request, its answer, and the standard of OAuth.
        let text = |names: &[&str]| {
            let value = names.iter().find_map(|name| object.get(name))?;
            value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|number| number.to_string()))
        };
        let filled = |names: &[&str]| text(names).filter(|text| !text.is_empty());
        Ok(Self {
            access: filled(&["token", "access_token"]).ok_or(Unreadable::Missing("token"))?,
            refresh: filled(&["refresh_token", "refresh-token"]),
            expires_in_s: text(&["expires_in", "expires-in"]).and_then(|seconds| seconds.parse().ok()),
            user_id: filled(&["user_id", "user-id", "userId"]),
        })
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires_in_s", &self.expires_in_s).finish_non_exhaustive()
    }
}

impl Request {
    /// Where a browser begins to get an access token, with a refresh token and the user's name: it is sent on to the
    /// identity provider and comes back to an answer for [`Tokens::read`].
    #[must_use]
    pub fn sso_token(user_name: &str) -> Self {
        let path = Path::fixed(TOKEN).query("return_user", "yes").query("return_refresh_token", "true");
        Self::get(path.query("cc_username", user_name), Purpose::Token)
    }

    /// Makes a new access token of an old one. Answered by JSON for [`Tokens::read`].
    #[must_use]
    pub fn sso_refresh(user_name: &str, access: &str, refresh: &str) -> Self {
        let path = Path::fixed(TOKEN).query("return_refresh_token", "true").query("cc_username", user_name);
        let mut body = "token=".to_owned();
        escape_into(&mut body, access);
        body.push_str("&refresh-token=");
        escape_into(&mut body, refresh);
        let headers = vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())];
        Self { method: Method::Post, headers, body, ..Self::get(path, Purpose::Token) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_asked_for_and_refreshed() {
        let get = Request::sso_token("kim@corp.example");
        assert_eq!(
            get.path,
            "/desktop/sso/token?return_user=yes&return_refresh_token=true&cc_username=kim%40corp.example"
        );
        let refresh = Request::sso_refresh("kim", "a+b", "c/d");
        assert_eq!(refresh.method, Method::Post);
        assert_eq!(refresh.path, "/desktop/sso/token?return_refresh_token=true&cc_username=kim");
        assert_eq!(refresh.body, "token=a%2Bb&refresh-token=c%2Fd");
        assert_eq!(refresh.header("Content-Type"), Some("application/x-www-form-urlencoded"));
    }

    #[test]
    fn tokens_are_read_by_any_of_their_names() {
        let first = Tokens::read(r#"{"token":"A","refresh_token":"R","expires_in":3600,"user_id":"kim"}"#);
        let first = first.unwrap();
        assert_eq!((first.access.as_str(), first.refresh.as_deref()), ("A", Some("R")));
        assert_eq!((first.expires_in_s, first.user_id.as_deref()), (Some(3_600), Some("kim")));
        let second = Tokens::read(r#"{"access_token":"B","refresh-token":"","expires_in":"900"}"#).unwrap();
        assert_eq!((second.access.as_str(), second.refresh, second.expires_in_s), ("B", None, Some(900)));
        assert_eq!(Tokens::read("{}"), Err(Unreadable::Missing("token")));
        assert_eq!(Tokens::read("<html>"), Err(Unreadable::Malformed));
    }

    #[test]
    fn no_token_is_shown_by_debug() {
        let tokens =
            Tokens { access: "secret".to_owned(), refresh: Some("secret".to_owned()), ..Tokens::default() };
        let request = Request::sso_refresh("kim", "secret", "secret");
        assert!(!format!("{tokens:?} {request:?}").contains("secret"));
    }
}
