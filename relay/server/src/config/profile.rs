//! What users have in common who work alike: how their numbers are dialled, and what their phones do.

use super::check::Wrong;
use super::{Conference, ConferenceFactory, Config, MediaEncryption, ProfileAgent, TimeZone};
use serde::Deserialize;
use sidetone_protocol::DialString;
use sidetone_protocol::dial_plan::{DialPlan, PlanError, Rule, Site};
use sidetone_protocol::message::MAX_FRAME_BYTES;
use std::collections::HashSet;

/// The profile of users who name none. It need not be configured: everything is dialled as it is typed then.
pub const DEFAULT_PROFILE: &str = "default";

/// The largest dial plan, in bytes of its JSON: each page gets it when its user signs in, and half of the largest frame
/// is left for everything else. It is enough for some two hundred rules.
const MAX_PLAN_BYTES: usize = MAX_FRAME_BYTES / 2;

/// What users have in common who work alike.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What users name it by.
    pub name: String,
    /// How numbers are written and dialled where these users work.
    #[serde(default)]
    pub site: Site,
    /// What becomes of the numbers they dial, in this order.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// The time zone in which their day begins at midnight. Without it the relay's.
    pub time_zone: Option<TimeZone>,
    /// Whether a call rings while the user is in another one.
    #[serde(default = "on")]
    pub call_waiting: bool,
    /// How many calls a user can have at a time, on hold or not.
    #[serde(default = "most_calls")]
    pub max_calls: u8,
    /// Whether the phone answers by itself where a caller's system asks for it.
    #[serde(default)]
    pub auto_answer: bool,
    /// Whether the other party may transfer the user to somebody else.
    #[serde(default = "on")]
    pub follow_transfers: bool,
    /// Where the telephone system parks a call that is transferred there.
    pub park_code: Option<DialString>,
    /// What is dialled to take a call that rings at another phone, before that phone's number.
    pub pickup_code: Option<DialString>,
    /// Who mixes the calls that the user joins.
    #[serde(default)]
    pub conference: Conference,
    /// What is called to have the telephone system make a conference: a number, or a SIP URI.
    pub conference_factory: Option<ConferenceFactory>,
    /// The number of the voicemail box.
    pub voicemail_number: Option<DialString>,
    /// Whether audio is encrypted where neither a user's line nor its trunk says. Without it it is not.
    pub media_encryption: Option<MediaEncryption>,
    /// How these users work as agents of a contact centre, if they do.
    pub agent: Option<ProfileAgent>,
}

impl Default for Profile {
    /// What holds for users without a profile.
    fn default() -> Self {
        Self {
            name: DEFAULT_PROFILE.to_owned(),
            site: Site::default(),
            rules: Vec::new(),
            time_zone: None,
            call_waiting: true,
            max_calls: most_calls(),
            auto_answer: false,
            follow_transfers: true,
            park_code: None,
            pickup_code: None,
            conference: Conference::Relay,
            conference_factory: None,
            voicemail_number: None,
            media_encryption: None,
            agent: None,
        }
    }
}

fn on() -> bool {
    true
}

fn most_calls() -> u8 {
    8
}

impl Profile {
    /// The profile's dial plan.
    ///
    /// # Errors
    ///
    /// What is wrong with the site or a rule.
    pub fn dial_plan(&self) -> Result<DialPlan, PlanError> {
        DialPlan::new(self.site.clone(), self.rules.clone())
    }
}

pub(super) fn check(config: &Config) -> Result<(), Wrong> {
    let mut names = HashSet::new();
    for (index, profile) in config.profiles.iter().enumerate() {
        let wrong = |key: &str, message: String| Wrong { key: format!("profile[{index}].{key}"), message };
        if profile.name.is_empty() || !names.insert(profile.name.as_str()) {
            return Err(wrong("name", "must not be empty and must not be another profile's".to_owned()));
        }
        if profile.max_calls == 0 {
            return Err(wrong("max_calls", "must be 1 or more".to_owned()));
        }
        let plan = profile.dial_plan().map_err(|error| wrong(&error.key(), error.to_string()))?;
        let bytes = serde_json::to_vec(&plan).map_err(|error| wrong("rule", error.to_string()))?.len();
        if bytes > MAX_PLAN_BYTES {
            let message = format!(
                "site and rules make a plan of {bytes} bytes, and it may have {MAX_PLAN_BYTES}; join rules that do the \
                 same, with lists in `match`"
            );
            return Err(wrong("rule", message));
        }
    }
    names.insert(DEFAULT_PROFILE);
    for (index, user) in config.users.iter().enumerate() {
        if let Some(name) = user.profile.as_deref().filter(|name| !names.contains(name)) {
            let message = format!("'{name}' is no profile; {}", known(&config.profiles));
            return Err(Wrong { key: format!("user[{index}].profile"), message });
        }
    }
    Ok(())
}

fn known(profiles: &[Profile]) -> String {
    if profiles.is_empty() {
        return "there is no [[profile]]; leave the key out or add one".to_owned();
    }
    let names: Vec<_> = profiles.iter().map(|profile| format!("{:?}", profile.name)).collect();
    format!("the profiles are {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::config::reading::assert_refused;
    use crate::config::{Config, load};
    use std::path::Path;

    const GOOD: &str = include_str!("../../tests/fixtures/berlin.toml");

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        load::parse(Path::new("f"), text, environment).map_err(|error| error.to_string())
    }

    #[test]
    fn a_profile_with_a_dial_plan_is_read() {
        let config = read(GOOD, &[]).unwrap();
        assert_eq!(config.profiles[0].rules.len(), 2);
        assert_eq!(config.users[0].profile.as_deref(), Some("berlin"));
        assert!(config.profiles[0].dial_plan().is_ok());
    }

    #[test]
    fn each_wrong_value_names_its_key_and_what_is_allowed() {
        for (changed, to, key, hint) in [
            ("name = \"berlin\"", "name = \"\"", "profile[0].name", "must not be empty"),
            (
                "name = \"berlin\"",
                "name = \"a\"\n[[profile]]\nname = \"a\"",
                "profile[1].name",
                "another profile's",
            ),
            ("name = \"berlin\"", "name = \"bonn\"", "user[0].profile", "the profiles are \"bonn\""),
            ("country_code = \"49\"", "country_code = \"049\"", "profile[0].site.country_code", "\"49\""),
            (
                "country_code = \"49\"",
                "",
                "profile[0].rule[1].actions",
                "rule \"outside\": needs `country_code`",
            ),
            ("country_code = \"49\"", "country = \"DE\"", "profile[0].site.country", "`country_code`"),
            ("\"1000-1999\"", "\"100-1999\"", "profile[0].site.internal[0]", "\"1000-1999\""),
            ("\"1000-1999\"", "\"0000-0999\"", "profile[0].site.internal[0]", "0112"),
            ("[{ number = \"112\" }]", "[]", "profile[0].site.emergency", "number = \"112\""),
            (
                "[{ number = \"112\" }]",
                "[{ number = \"SOS\" }]",
                "profile[0].site.emergency[0].number",
                "digits",
            ),
            (
                "[{ number = \"112\" }]",
                "[{ number = \"112\", dial_as = \"0+\" }]",
                "profile[0].site.emergency[0].dial_as",
                "'+'",
            ),
            ("[\"+49900\"]", "[\"0900\"]", "profile[0].rule[0].match.destination[0]", "\"+49900\""),
            ("[\"+49900\"]", "\"0900\"", "profile[0].rule[0].match.destination", "\"+49900\""),
            (
                "destination = [\"+49900\"]",
                "target = \"x\"",
                "profile[0].rule[0].match.target",
                "`destination`",
            ),
            (
                "destination = [\"+49900\"]",
                "kind = \"emergency\"",
                "profile[0].rule[0].match",
                "rule \"premium\": no rule can touch",
            ),
            ("\"to_dialable\"", "\"dial\"", "profile[0].rule[1].actions[0]", "`to_dialable`"),
            (
                "\"to_dialable\"",
                "{ strip = 4 }",
                "profile[0].rule[1].actions",
                "rule \"outside\": `strip` takes 4",
            ),
            ("name = \"outside\"", "name = \"premium\"", "profile[0].rule[1].name", "no other rule"),
            (
                "name = \"outside\"",
                "name = \"outside\"\nthen = \"go\"",
                "profile[0].rule[1].then",
                "`continue`",
            ),
        ] {
            assert!(GOOD.contains(changed));
            assert_refused(read(&GOOD.replacen(changed, to, 1), &[]), key, hint);
        }
    }

    #[test]
    fn a_plan_that_is_too_large_for_a_page_is_refused_with_what_to_do() {
        let rule = |index| {
            format!(
                "[[profile.rule]]\nname = \"{index}\"\nmatch = {{ prefix = \"{index}\" }}\n\
                 actions = [{{ block = \"Ask your administrator for calls to these numbers.\" }}]\n"
            )
        };
        let with = |count| {
            let rules: String = (0..count).map(rule).collect();
            read(&GOOD.replacen("[[user]]", &format!("{rules}[[user]]"), 1), &[])
        };
        assert!(with(200).is_ok());
        let message = with(400).expect_err("taken");
        assert!(message.starts_with("f: profile[0].rule: ") && message.contains("join rules"), "{message}");
    }

    #[test]
    fn a_profile_that_does_not_exist_is_named_with_what_to_do() {
        let without = "[media]\nlisten_ip = \"127.0.0.1\"\n[sip]\nlisten_ip = \"127.0.0.1\"\n[[user]]\nname = \"a\"\n\
            profile = \"berlin\"\npassword = \"x\"\nsip = { address_of_record = \"sip:1@p\", registrar = \"sip:p\" }";
        let message = read(without, &[]).expect_err("taken");
        assert!(
            message.contains("user[0].profile: 'berlin' is no profile; there is no [[profile]]"),
            "{message}"
        );
        // The default one always exists.
        assert!(read(&without.replace("berlin", "default"), &[]).is_ok());
    }

    #[test]
    fn the_environment_overrides_a_site_and_a_rule() {
        let config = read(
            GOOD,
            &[
                ("SIDETONE__PROFILE__0__SITE__OUTSIDE_PREFIX", "\"9\""),
                ("SIDETONE__PROFILE__0__RULE__0__NAME", "expensive"),
            ],
        )
        .unwrap();
        assert_eq!(config.profiles[0].site.outside_prefix.as_ref().map(|it| it.as_str()), Some("9"));
        assert_eq!(config.profiles[0].rules[0].name, "expensive");
    }
}
