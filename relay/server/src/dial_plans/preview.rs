//! What would be dialled, and by which rule: for people as text, for programs as JSON.

use super::DialPlans;
use serde::Serialize;
use sidetone_protocol::DialString;
use sidetone_protocol::dial::DialError;
use sidetone_protocol::dial_plan::{Decision, NumberKind, Outcome, Presented};
use std::fmt;
use thiserror::Error;

/// What would become of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Who would dial it.
    pub user: String,
    /// By which profile.
    pub profile: String,
    /// The number, without separators.
    pub number: DialString,
    /// What it is.
    pub kind: NumberKind,
    /// Its international form, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e164: Option<String>,
    /// What would be done, and by which rules.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What would be made of a caller's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallerPreview {
    /// Who would be called.
    pub user: String,
    /// By which profile.
    pub profile: String,
    /// What the telephone system says.
    pub presented: String,
    /// What is made of it.
    #[serde(flatten)]
    pub caller: Presented,
    /// What would be dialled to call back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back: Option<Outcome>,
}

/// Why nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PreviewError {
    /// There is no such user.
    #[error("there is no user '{name}' in the configuration")]
    NoSuchUser {
        /// The name.
        name: String,
    },
    /// The text is no number.
    #[error("'{number}' cannot be dialled: {source}")]
    BadNumber {
        /// The text.
        number: String,
        /// Why not.
        source: DialError,
    },
}

impl DialPlans {
    /// What would be dialled if this user dialled this number, and by which rules. Nothing is dialled.
    ///
    /// # Errors
    ///
    /// If there is no such user, or the text is no number.
    pub fn plan_preview(&self, user: &str, number: &str) -> Result<Preview, PreviewError> {
        let user = self.named(user)?;
        let number: DialString =
            number.parse().map_err(|source| PreviewError::BadNumber { number: number.to_owned(), source })?;
        let read = user.plan.read(&number);
        Ok(Preview {
            user: user.name.clone(),
            profile: user.profile.clone(),
            kind: read.kind,
            e164: read.e164.map(String::from),
            outcome: user.plan.dial(&number),
            number,
        })
    }

    /// What this user would see of a caller whom the telephone system presents so.
    ///
    /// # Errors
    ///
    /// If there is no such user.
    pub fn caller_preview(&self, user: &str, presented: &str) -> Result<CallerPreview, PreviewError> {
        let user = self.named(user)?;
        let caller = user.plan.present(presented);
        Ok(CallerPreview {
            user: user.name.clone(),
            profile: user.profile.clone(),
            presented: presented.to_owned(),
            back: caller.dial_back.as_ref().map(|number| user.plan.dial(number)),
            caller,
        })
    }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "user      {}, profile \"{}\"", self.user, self.profile)?;
        write!(f, "number    {}: {}", self.number, in_words(self.kind))?;
        match &self.e164 {
            Some(e164) => writeln!(f, ", {e164}")?,
            None => writeln!(f)?,
        }
        outcome(f, &self.outcome)
    }
}

impl fmt::Display for CallerPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Presented { e164, dial_back, display } = &self.caller;
        writeln!(f, "user      {}, profile \"{}\"", self.user, self.profile)?;
        writeln!(f, "caller    {}", self.presented)?;
        match e164 {
            Some(e164) => writeln!(f, "looked up {e164}")?,
            None => writeln!(f, "looked up not: no number that is known everywhere")?,
        }
        writeln!(f, "shown     {display}")?;
        match dial_back {
            Some(number) => writeln!(f, "call back {number}")?,
            None => return write!(f, "call back impossible: no number"),
        }
        match &self.back {
            Some(back) => outcome(f, back),
            None => Ok(()),
        }
    }
}

fn outcome(f: &mut fmt::Formatter<'_>, outcome: &Outcome) -> fmt::Result {
    for step in &outcome.steps {
        writeln!(f, "rule      \"{}\": {} -> {}", step.rule, step.before, step.after)?;
    }
    match &outcome.decision {
        Decision::Dialled if outcome.steps.is_empty() => {
            write!(f, "dialled   {}, since no rule matches", outcome.dialled)
        }
        Decision::Dialled => write!(f, "dialled   {}", outcome.dialled),
        Decision::Blocked { rule, reason } => write!(f, "blocked   by rule \"{rule}\": {reason}"),
        Decision::Emergency => {
            write!(f, "dialled   {}, an emergency number: no rule applies", outcome.dialled)
        }
    }
}

fn in_words(kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::Emergency => "an emergency number",
        NumberKind::Internal => "an internal number",
        NumberKind::National => "a number of the site's country",
        NumberKind::International => "a number of another country",
        NumberKind::Feature => "a code of the telephone system, dialled as it is",
        NumberKind::Name => "a user name, dialled as it is",
        NumberKind::Other => "neither internal nor a whole number of any country",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::{self, Config};
    use std::path::Path;

    /// Alice in Berlin, and Bob without a profile. There the telephone system wants its outside prefix before 112.
    pub(in crate::dial_plans) fn config() -> Config {
        let text = include_str!("../../tests/fixtures/berlin.toml").replace(
            "emergency = [{ number = \"112\" }]",
            "emergency = [{ number = \"112\", dial_as = \"0112\" }]\ndisplay = [\"030 X.\"]",
        );
        config::parse(Path::new("f"), &text, std::iter::empty()).unwrap()
    }

    fn plans() -> DialPlans {
        DialPlans::new(&config()).unwrap()
    }

    fn text(user: &str, number: &str) -> String {
        plans().plan_preview(user, number).unwrap().to_string()
    }

    #[test]
    fn a_preview_tells_step_by_step() {
        assert_eq!(
            text("alice", "030 23125 123"),
            "user      alice, profile \"berlin\"\n\
             number    03023125123: a number of the site's country, +493023125123\n\
             rule      \"outside\": 03023125123 -> 003023125123\n\
             dialled   003023125123"
        );
        assert_eq!(
            text("bob", "030 23125 123"),
            "user      bob, profile \"default\"\n\
             number    03023125123: neither internal nor a whole number of any country\n\
             dialled   03023125123, since no rule matches"
        );
    }

    #[test]
    fn a_preview_tells_who_blocks_and_why() {
        let text = text("alice", "+49 900 1 234567");
        assert!(
            text.ends_with("\nblocked   by rule \"premium\": Premium numbers cannot be called from here."),
            "{text}"
        );
    }

    #[test]
    fn a_preview_tells_that_an_emergency_number_is_above_the_rules() {
        let text = text("alice", "112");
        assert!(
            text.ends_with(
                "number    112: an emergency number\n\
                 rule      \"emergency\": 112 -> 0112\n\
                 dialled   0112, an emergency number: no rule applies"
            ),
            "{text}"
        );
    }

    #[test]
    fn a_preview_of_a_caller_tells_how_they_are_shown_and_called_back() {
        let preview = plans().caller_preview("alice", "004930 23125123").unwrap();
        assert_eq!(
            preview.to_string(),
            "user      alice, profile \"berlin\"\n\
             caller    004930 23125123\n\
             looked up +493023125123\n\
             shown     030 23125123\n\
             call back +493023125123\n\
             rule      \"outside\": +493023125123 -> 003023125123\n\
             dialled   003023125123"
        );
        let withheld = plans().caller_preview("alice", "").unwrap();
        assert!(withheld.to_string().ends_with("call back impossible: no number"), "{withheld}");
        let internal = plans().caller_preview("alice", "1002").unwrap().to_string();
        assert!(internal.contains("looked up not") && internal.contains("call back 1002"), "{internal}");
    }

    #[test]
    fn a_preview_in_json_is_one_flat_object() {
        let json = serde_json::to_value(plans().plan_preview("alice", "0900 1 234567").unwrap()).unwrap();
        assert_eq!(json["kind"], "national");
        assert_eq!(json["e164"], "+499001234567");
        assert_eq!(json["decision"], "blocked");
        assert_eq!(json["rule"], "premium");
        let json = serde_json::to_value(plans().caller_preview("alice", "03023125123").unwrap()).unwrap();
        assert_eq!(json["display"], "030 23125123");
        assert_eq!(json["back"]["dialled"], "003023125123");
    }

    #[test]
    fn what_cannot_be_previewed_is_said() {
        let error = |user, number| plans().plan_preview(user, number).expect_err("was previewed").to_string();
        assert_eq!(error("carol", "1001"), "there is no user 'carol' in the configuration");
        assert_eq!(error("alice", "12x"), "'12x' cannot be dialled: 'x' cannot be part of a number");
    }
}
