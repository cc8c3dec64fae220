//! How an incoming call wants to be announced.

use crate::message::{Headers, Params, name, unquote};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How an incoming call wants to be announced; a wish that the phone need not follow.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Alert {
    /// Answer it by itself after so long: `answer-after` of Call-Info, `info=alert-autoanswer` of Alert-Info, or
    /// Answer-Mode (RFC 5373).
    pub auto_answer: Option<Duration>,
    /// The ringing tone: the `info` of Alert-Info, else its URI, such as `urn:alert:source:internal` (RFC 7462).
    pub ring: Option<String>,
}

impl Alert {
    pub(crate) fn of(headers: &Headers) -> Self {
        let infos: Vec<Info> = headers.elements(name::ALERT_INFO).map(Info::parse).collect();
        let call_info = headers.elements(name::CALL_INFO).find_map(|value| Info::parse(value).delay());
        let alert_info = || {
            let automatic = infos.iter().find(|info| info.is_automatic());
            automatic.map(|info| info.delay().unwrap_or_default())
        };
        let answer_mode = || {
            let modes = [name::ANSWER_MODE, name::PRIV_ANSWER_MODE];
            let mut stated = modes.into_iter().filter_map(|mode| headers.first(mode)?.split(';').next());
            stated.any(|mode| mode.trim().eq_ignore_ascii_case("auto")).then_some(Duration::ZERO)
        };
        Self {
            auto_answer: call_info.or_else(alert_info).or_else(answer_mode),
            ring: infos.iter().find(|info| !info.is_automatic()).and_then(Info::ring),
        }
    }
}

/// An element of Alert-Info or Call-Info. Many senders leave out the brackets, or the URI altogether.
struct Info {
    uri: String,
    params: Params,
}

impl Info {
    fn parse(value: &str) -> Self {
        let value = value.trim();
        let bracketed = value.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let (uri, params) = match bracketed {
            Some((uri, rest)) => (uri, rest.trim_start().trim_start_matches(';')),
            None if value.starts_with("info=") => ("", value),
            None => value.split_once(';').unwrap_or((value, "")),
        };
        Self { uri: unquote(uri.trim()), params: Params::parse(params).unwrap_or_default() }
    }

    fn delay(&self) -> Option<Duration> {
        let seconds = self.params.get("answer-after").or_else(|| self.params.get("delay"))?;
        seconds.trim().parse::<u16>().ok().map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// `alert-autoanswer`, `Auto Answer` and the like.
    fn is_automatic(&self) -> bool {
        let info = self.params.text("info").unwrap_or_else(|| self.uri.clone());
        let plain: String = info.chars().filter(char::is_ascii_alphabetic).collect();
        plain.to_ascii_lowercase().contains("autoanswer")
    }

    fn ring(&self) -> Option<String> {
        let info = self.params.text("info").filter(|info| !info.is_empty());
        info.or_else(|| Some(self.uri.clone()).filter(|uri| !uri.is_empty()))
    }
}
