//! Where what the relay keeps is kept, and for how long.

use super::Secret;
use super::check::Wrong;
use jiff::tz::TimeZone as Rules;
use serde::{Deserialize, Deserializer, de};
use std::path::PathBuf;
use std::str::FromStr;

/// A century: whoever wants more says 0.
const LONGEST_DAYS: u32 = 36_500;

/// Where what the relay keeps is kept, and for how long.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// A PostgreSQL database. Without it a file in the data folder.
    pub url: Option<Secret>,
    /// The password for it, where it is not in the URL.
    pub password: Option<Secret>,
    /// A file with that password.
    pub password_file: Option<PathBuf>,
    /// A file with the key that secrets are sealed with. Without it one in the data folder.
    pub key_file: Option<PathBuf>,
    /// How long calls and what happened to agents are kept, in days. 0 keeps them for ever.
    pub keep_days: u32,
}

impl Default for Store {
    fn default() -> Self {
        Self { url: None, password: None, password_file: None, key_file: None, keep_days: 365 }
    }
}

impl Store {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let wrong = |key: &str, message: String| Err(Wrong { key: format!("store.{key}"), message });
        if let Some(url) = &self.url {
            let allowed = "is no PostgreSQL database; write \"postgres://USER@HOST/DATABASE\", or leave it out for a \
                file in the data folder";
            let scheme = ["postgres://", "postgresql://"].iter().any(|it| url.reveal().starts_with(it));
            // What is wrong with it can have the password in it.
            if !scheme || sqlx::postgres::PgConnectOptions::from_str(url.reveal()).is_err() {
                return wrong("url", allowed.to_owned());
            }
        }
        for (key, given) in
            [("password", self.password.is_some()), ("password_file", self.password_file.is_some())]
        {
            if given && self.url.is_none() {
                return wrong(key, "is for a database; `store.url` is missing".to_owned());
            }
        }
        if self.password.is_some() && self.password_file.is_some() {
            return wrong("password_file", "goes without `store.password`; keep one of them".to_owned());
        }
        if self.keep_days > LONGEST_DAYS {
            return wrong("keep_days", format!("must be from 1 to {LONGEST_DAYS}, or 0 for ever"));
        }
        Ok(())
    }
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(Rules);

impl TimeZone {
    /// Its rules.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.0
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self(Rules::UTC)
    }
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Rules::get(&name).map(Self).map_err(|_| {
            de::Error::custom(format!(
                "'{name}' is no time zone; write a name of the IANA database, such as \"Europe/Berlin\" or \"UTC\""
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::config::reading::{self, assert_refused};

    const BASE: &str = "[media]\nlisten_ip = \"127.0.0.1\"\n[sip]\nlisten_ip = \"127.0.0.1\"\n";

    fn read(top: &str, text: &str) -> Result<Config, String> {
        reading::read(&format!("{top}\n{BASE}{text}"))
    }

    #[test]
    fn without_a_section_it_is_a_file_that_forgets_after_a_year() {
        let config = read("", "").unwrap();
        assert!(config.store.url.is_none());
        assert_eq!(config.store.keep_days, 365);
        assert_eq!(config.time_zone.rules().iana_name(), Some("UTC"));
    }

    #[test]
    fn a_database_and_a_time_zone_are_read() {
        let text = "[store]\nurl = \"postgres://me@db.test/x\"\npassword = \"s3cret\"\nkeep_days = 0\n\
            [[profile]]\nname = \"default\"\ntime_zone = \"America/New_York\"\n\
            [[user]]\nname = \"a\"\npassword = \"x\"\nsip = { address_of_record = \"sip:1@p\", registrar = \"sip:p\" }";
        let config = read("time_zone = \"Europe/Berlin\"", text).unwrap();
        assert!(!format!("{config:?}").contains("s3cret") && !format!("{config:?}").contains("db.test"));
        assert_eq!(config.time_zone.rules().iana_name(), Some("Europe/Berlin"));
        assert_eq!(config.time_zone_of(&config.users[0]).iana_name(), Some("America/New_York"));
        let without = text.replace("time_zone = \"America/New_York\"\n", "");
        let config = read("time_zone = \"Europe/Berlin\"", &without).unwrap();
        assert_eq!(config.time_zone_of(&config.users[0]).iana_name(), Some("Europe/Berlin"));
    }

    #[test]
    fn each_wrong_value_names_its_key_and_what_is_allowed() {
        let password = "password = \"s3cret\"\n";
        for (top, text, key, hint) in [
            (
                "",
                "url = \"mysql://s3cret@db.test/x\"".to_owned(),
                "store.url",
                "postgres://USER@HOST/DATABASE",
            ),
            ("", "url = \"postgres://s3cret@db.test:port/x\"".to_owned(), "store.url", "leave it out"),
            ("", password.to_owned(), "store.password", "`store.url` is missing"),
            ("", "password_file = \"f\"".to_owned(), "store.password_file", "`store.url` is missing"),
            (
                "",
                format!("url = \"postgres://db.test/x\"\npassword_file = \"f\"\n{password}"),
                "store.password_file",
                "keep one",
            ),
            ("", "keep_days = 40000".to_owned(), "store.keep_days", "0 for ever"),
            ("time_zone = \"Berlin\"", String::new(), "time_zone", "\"Europe/Berlin\""),
        ] {
            let message = assert_refused(read(top, &format!("[store]\n{text}")), key, hint);
            assert!(!message.contains("s3cret"), "{message}");
        }
    }
}
