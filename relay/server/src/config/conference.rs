//! Who mixes the calls that a user joins.

use super::check::Wrong;
use super::{Config, DEFAULT_PROFILE, Profile, User};
use serde::{Deserialize, Deserializer, de};
use sidetone_protocol::DialString;
use sidetone_sip::message::Uri;
use std::str::FromStr;

/// Who mixes the calls that a user joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conference {
    /// The relay.
    #[default]
    Relay,
    /// The telephone system.
    Pbx,
}

/// What is called to have the telephone system make a conference (RFC 4579 §3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConferenceFactory {
    /// A number, which the dial plan applies to.
    Number(DialString),
    /// A SIP URI, which is called as it is.
    Address(String),
}

impl FromStr for ConferenceFactory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("'{text}' cannot be called; write a number, or \"sip:conference@pbx.example.com\"");
        let lower = text.to_ascii_lowercase();
        if lower.starts_with("sip:") || lower.starts_with("sips:") {
            let uri: Uri = text.parse().map_err(|_| wrong())?;
            return Ok(Self::Address(uri.to_string()));
        }
        text.parse().map(Self::Number).map_err(|_| wrong())
    }
}

impl<'de> Deserialize<'de> for ConferenceFactory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Config {
    /// The profile by which a user works, if one is configured.
    #[must_use]
    pub fn profile_of(&self, user: &User) -> Option<&Profile> {
        let named = user.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
        self.profiles.iter().find(|profile| profile.name == named)
    }

    /// The time zone in which a user's day begins at midnight.
    #[must_use]
    pub fn time_zone_of(&self, user: &User) -> &jiff::tz::TimeZone {
        let own = self.profile_of(user).and_then(|profile| profile.time_zone.as_ref());
        own.unwrap_or(&self.time_zone).rules()
    }

    /// Who mixes the calls that a user joins, and what is called for that where it is the telephone system.
    #[must_use]
    pub fn conference_of<'a>(&'a self, user: &'a User) -> (Conference, Option<&'a ConferenceFactory>) {
        let profile = self.profile_of(user);
        let conference = user.conference.or(profile.map(|profile| profile.conference)).unwrap_or_default();
        let factory = user.conference_factory.as_ref();
        (conference, factory.or_else(|| profile?.conference_factory.as_ref()))
    }
}

pub(super) fn check(config: &Config) -> Result<(), Wrong> {
    for (index, user) in config.users.iter().enumerate() {
        if config.conference_of(user) == (Conference::Pbx, None) {
            let message =
                "is missing; `conference = \"pbx\"` needs the number or the SIP URI that makes conferences";
            let key = format!("user[{index}].conference_factory");
            return Err(Wrong { key, message: message.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::reading::{self, assert_refused};

    fn read(profile: &str, user: &str) -> Result<Config, String> {
        let text = format!(
            "[media]\nlisten_ip = \"127.0.0.1\"\n[sip]\nlisten_ip = \"127.0.0.1\"\n\
             [[profile]]\nname = \"default\"\n{profile}\n[[user]]\nname = \"a\"\npassword = \"x\"\n{user}\n\
             sip = {{ address_of_record = \"sip:1@p\", registrar = \"sip:p\" }}"
        );
        reading::read(&text)
    }

    fn of_the_user(profile: &str, user: &str) -> (Conference, Option<ConferenceFactory>) {
        let config = read(profile, user).unwrap();
        let (conference, factory) = config.conference_of(&config.users[0]);
        (conference, factory.cloned())
    }

    const PBX: &str = "conference = \"pbx\"\nconference_factory = \"sip:conference@pbx.example.com\"";

    #[test]
    fn the_relay_mixes_unless_the_profile_or_the_user_says_otherwise() {
        let address = Some(ConferenceFactory::Address("sip:conference@pbx.example.com".into()));
        let number = Some(ConferenceFactory::Number("608".parse().unwrap()));
        assert_eq!(of_the_user("", ""), (Conference::Relay, None));
        assert_eq!(of_the_user(PBX, ""), (Conference::Pbx, address.clone()));
        assert_eq!(of_the_user(PBX, "conference = \"relay\""), (Conference::Relay, address));
        assert_eq!(of_the_user(PBX, "conference_factory = \"608\""), (Conference::Pbx, number.clone()));
        assert_eq!(
            of_the_user("", "conference = \"pbx\"\nconference_factory = \"608\""),
            (Conference::Pbx, number)
        );
    }

    #[test]
    fn what_cannot_be_called_is_refused_at_the_start() {
        for (profile, user, key, hint) in [
            ("conference = \"pbx\"", "", "user[0].conference_factory", "is missing"),
            ("", "conference = \"pbx\"", "user[0].conference_factory", "is missing"),
            ("", "conference = \"cucm\"", "user[0].conference", "`pbx`"),
            ("conference_factory = \"!\"", "", "profile[0].conference_factory", "write a number"),
            ("", "conference_factory = \"sip:\"", "user[0].conference_factory", "sip:conference@"),
        ] {
            assert_refused(read(profile, user), key, hint);
        }
    }
}
