//! Users who are agents of a contact centre.

use super::check::Wrong;
use super::finesse::{self, Auth, Finesse};
use super::{Config, Secret, User};
use serde::Deserialize;
use sidetone_protocol::DialString;

/// How the agents of a profile work.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileAgent {
    /// The `[[finesse]]` where they work. Without it the only one there is.
    pub site: Option<String>,
    /// How they sign in.
    pub sign_in: SignIn,
    /// What makes their calls.
    pub dial_by: DialBy,
    /// Whether a password that was typed is kept, encrypted, once the contact centre has accepted it.
    pub keep_password: bool,
    /// What becomes of the agent when the user signs out of the phone.
    pub on_sign_out: OnSignOut,
    /// The label of the reason with which the agent is signed out then. Without it the first that the contact centre lists.
    pub sign_out_reason: Option<String>,
}

/// How agents sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// By themselves when the phone is opened, with what the relay keeps.
    #[default]
    ZeroTouch,
    /// By a form, which has what the relay keeps filled in.
    HotDesk,
}

/// What makes an agent's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialBy {
    /// Finesse, so that reports have them.
    #[default]
    Finesse,
    /// The phone, as that of everybody else.
    Phone,
}

/// What becomes of the agent when the user signs out of the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnSignOut {
    /// The agent is signed out of the contact centre.
    #[default]
    SignOut,
    /// The agent stays signed in there, until the contact centre gives up on the presence that ends.
    Keep,
}

/// A user's part in the contact centre.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserAgent {
    /// The `[[finesse]]` where the user works. Without it the profile says so.
    pub site: Option<String>,
    /// The agent's id.
    pub id: Option<String>,
    /// The extension that calls come to. Without it the number of the user's line.
    pub extension: Option<String>,
    /// Which of several devices with that extension.
    pub device: Option<String>,
    /// The password, for trials. Elsewhere `sidetone agent-password` puts it into the store, encrypted.
    pub password: Option<Secret>,
    /// Calls come to a phone elsewhere (UCCE).
    pub mobile: Option<Mobile>,
}

/// A phone elsewhere that an agent's calls come to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mobile {
    /// How it is called.
    pub mode: MobileMode,
    /// Its number.
    pub number: DialString,
}

/// How a mobile agent's phone is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MobileMode {
    /// For each call.
    CallByCall,
    /// Once, at sign-in.
    NailedConnection,
}

/// A user as an agent: what the user, the profile and the site say together.
#[derive(Debug, Clone)]
pub struct AgentOf<'a> {
    /// Where the user works.
    pub site: &'a Finesse,
    /// How.
    pub profile: ProfileAgent,
    /// Who the user is there.
    pub user: UserAgent,
}

impl Config {
    /// The user as an agent of a contact centre; none for users who are none.
    #[must_use]
    pub fn agent_of(&self, user: &User) -> Option<AgentOf<'_>> {
        let profile = self.profile_of(user).and_then(|profile| profile.agent.clone());
        if profile.is_none() && user.agent.is_none() {
            return None;
        }
        let (profile, mut agent) = (profile.unwrap_or_default(), user.agent.clone().unwrap_or_default());
        let site = match agent.site.as_ref().or(profile.site.as_ref()) {
            Some(name) => self.finesse.iter().find(|site| site.name == *name)?,
            None => self.finesse.first()?,
        };
        agent.extension.get_or_insert_with(|| user.number().to_owned());
        Some(AgentOf { site, profile, user: agent })
    }
}

pub(super) fn check(config: &Config) -> Result<(), Wrong> {
    for (index, profile) in config.profiles.iter().enumerate() {
        if let Some(agent) = &profile.agent {
            site(config, agent.site.as_deref(), || format!("profile[{index}].agent.site"))?;
        }
    }
    for (index, user) in config.users.iter().enumerate() {
        let Some(agent) = &user.agent else { continue };
        let key = |name: &str| format!("user[{index}].agent.{name}");
        let profile = config.profile_of(user).and_then(|profile| profile.agent.clone()).unwrap_or_default();
        site(config, agent.site.as_deref().or(profile.site.as_deref()), || key("site"))?;
        let wrong = |name: &str, message: &str| Err(Wrong { key: key(name), message: message.to_owned() });
        let texts = [("id", &agent.id), ("extension", &agent.extension), ("device", &agent.device)];
        for (name, text) in texts {
            if text.as_ref().is_some_and(|text| !is_plain(text)) {
                return wrong(name, "must not be empty and must not have blanks, slashes or colons in it");
            }
        }
        if agent.id.is_none() && profile.sign_in == SignIn::ZeroTouch {
            return wrong(
                "id",
                "is missing; without it the user has to sign in by a form: set `sign_in = \"hot_desk\"` in [profile.agent]",
            );
        }
        let sso = config.agent_of(user).is_some_and(|agent| agent.site.auth == Auth::Sso);
        if agent.password.is_some() && sso {
            return wrong("password", "is never used where `auth = \"sso\"`; leave it out");
        }
    }
    Ok(())
}

fn site(config: &Config, name: Option<&str>, key: impl Fn() -> String) -> Result<(), Wrong> {
    let message = match name {
        Some(name) if config.finesse.iter().any(|site| site.name == name) => return Ok(()),
        Some(name) => format!("'{name}' is no site; {}", finesse::known(&config.finesse)),
        None if config.finesse.len() == 1 => return Ok(()),
        None => format!("is missing; {}", finesse::known(&config.finesse)),
    };
    Err(Wrong { key: key(), message })
}

/// What can stand in a path and before the colon of Basic authentication (RFC 7617 §2).
fn is_plain(text: &str) -> bool {
    let forbidden = |letter: char| letter.is_whitespace() || letter.is_control() || "/:?#".contains(letter);
    !text.is_empty() && !text.contains(forbidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::reading::{assert_refused, read};

    const GOOD: &str = r#"
        [media]
        listen_ip = "127.0.0.1"
        [sip]
        listen_ip = "127.0.0.1"
        [[finesse]]
        name = "cc"
        host = "finesse1.test"
        secondary = "finesse2.test"
        port = 8445
        [[profile]]
        name = "agents"
        [profile.agent]
        site = "cc"
        sign_in = "zero_touch"
        [[user]]
        name = "alice"
        profile = "agents"
        password = "secret"
        sip = { address_of_record = "sip:1001@pbx.test", registrar = "sip:pbx.test" }
        [user.agent]
        id = "70123"
        password = "s3cret"
        mobile = { mode = "call_by_call", number = "+4930123456" }
    "#;

    #[test]
    fn an_agent_is_what_the_user_the_profile_and_the_site_say() {
        let config = read(GOOD).unwrap();
        let agent = config.agent_of(&config.users[0]).unwrap();
        assert_eq!(agent.site.host, "finesse1.test");
        assert_eq!(agent.profile.dial_by, DialBy::Finesse);
        assert_eq!(agent.user.extension.as_deref(), Some("1001"));
        assert!(!format!("{config:?}").contains("s3cret"));
    }

    #[test]
    fn users_of_other_profiles_are_no_agents() {
        let plain = GOOD.replace("profile = \"agents\"", "");
        let plain = &plain[..plain.find("[user.agent]").unwrap()];
        let config = read(plain).unwrap();
        assert!(config.agent_of(&config.users[0]).is_none());
    }

    #[test]
    fn a_profile_alone_makes_agents_who_fill_in_a_form() {
        let text = GOOD.replace("zero_touch", "hot_desk");
        let config = read(&text[..text.find("[user.agent]").unwrap()]).unwrap();
        let agent = config.agent_of(&config.users[0]).unwrap();
        assert_eq!((agent.user.id, agent.profile.sign_in), (None, SignIn::HotDesk));
    }

    #[test]
    fn each_wrong_value_names_its_key_and_what_is_allowed() {
        for (changed, to, key, hint) in [
            ("name = \"cc\"", "name = \"\"", "finesse[0].name", "must not be empty"),
            ("\"finesse1.test\"", "\"https://finesse1\"", "finesse[0].host", "\"finesse1.example.com\""),
            ("\"finesse2.test\"", "\"finesse1.test\"", "finesse[0].secondary", "another server"),
            ("port = 8445", "port = 0", "finesse[0].port", "1 to 65535"),
            ("port = 8445", "notifications = \"xmpp\"", "finesse[0].notifications", "`websocket`"),
            (
                "port = 8445",
                "notifications = \"bosh\"\nwebsocket_port = 1",
                "finesse[0].websocket_port",
                "never used",
            ),
            ("port = 8445", "platform = \"pcce\"", "finesse[0].platform", "`uccx`"),
            ("port = 8445", "auth = \"sso\"", "user[0].agent.password", "leave it out"),
            ("port = 8445", "help = \"1\"", "finesse[0].help", "`help_number`"),
            ("site = \"cc\"", "site = \"bonn\"", "profile[0].agent.site", "the sites are \"cc\""),
            ("\"zero_touch\"", "\"form\"", "profile[0].agent.sign_in", "`hot_desk`"),
            ("id = \"70123\"", "", "user[0].agent.id", "hot_desk"),
            ("id = \"70123\"", "id = \"70 123\"", "user[0].agent.id", "blanks"),
            ("call_by_call", "always", "user[0].agent.mobile.mode", "`nailed_connection`"),
        ] {
            assert!(GOOD.contains(changed), "{changed}");
            assert_refused(read(&GOOD.replacen(changed, to, 1)), key, hint);
        }
    }

    #[test]
    fn with_two_sites_one_has_to_be_named() {
        let two = "[[finesse]]\nname = \"b\"\nhost = \"b.test\"\n[[profile]]";
        let message =
            read(&GOOD.replacen("[[profile]]", two, 1).replace("site = \"cc\"", "")).expect_err("taken");
        assert!(
            message.contains("profile[0].agent.site: is missing; the sites are \"cc\", \"b\""),
            "{message}"
        );
    }
}
