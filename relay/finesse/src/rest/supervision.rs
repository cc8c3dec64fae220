//! Queues, teams and what is written to them.

use super::request::Path;
use super::{Method, Purpose, Request, TooLong};
use crate::model::AgentId;

/// Characters of a team message ("TeamMessage API parameters").
const LONGEST_MESSAGE: usize = 255;

/// A message to be written to teams.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewTeamMessage {
    /// What, at most 255 characters.
    pub content: String,
    /// How long it is shown, in seconds.
    pub duration_s: u32,
    /// The ids of the teams.
    pub teams: Vec<String>,
}

impl Request {
    /// The queues of a user; of all members of the teams for a supervisor. Answered by a list of [`crate::model::Queue`].
    #[must_use]
    pub fn queues(agent: &AgentId) -> Self {
        Self::get(Path::api(&["User", &agent.0, "Queues"]), Purpose::Other)
    }

    /// A queue (UCCE only). Answered by a [`crate::model::Queue`].
    #[must_use]
    pub fn queue(queue: &str) -> Self {
        Self::get(Path::api(&["Queue", queue]), Purpose::Other)
    }

    /// A team; for its supervisors. Answered by a [`crate::model::Team`]. `include_logged_out` is an option of 12.x that
    /// older versions ignore; what they do without it is not documented.
    #[must_use]
    pub fn team(team: &str, include_logged_out: Option<bool>) -> Self {
        let path = Path::api(&["Team", team]);
        let path = match include_logged_out {
            Some(include) => path.query("includeLoggedOutAgents", if include { "true" } else { "false" }),
            None => path,
        };
        Self::get(path, Purpose::Team)
    }

    /// The messages of a team that are still shown (12.0 and later). Answered by a list of
    /// [`crate::model::TeamMessage`]. The documents that we could read name the operation, not its URI.
    #[must_use]
    pub fn team_messages(team: &str) -> Self {
        Self::get(Path::api(&["Team", team, "TeamMessages"]), Purpose::Team)
    }

    /// The messages that a user has written (12.0 and later). Answered by a list of [`crate::model::TeamMessage`]. Of its
    /// URI holds the same.
    #[must_use]
    pub fn team_messages_by(agent: &AgentId) -> Self {
        Self::get(Path::api(&["TeamMessages"]).query("createdBy", &agent.0), Purpose::Team)
    }

    /// Writes to teams (12.0 and later; guide, p. 202). Answered 200 or 207, by a [`crate::model::TeamMessage`].
    ///
    /// # Errors
    /// [`TooLong`], when the message does not fit.
    pub fn send_team_message(message: &NewTeamMessage) -> Result<Self, TooLong> {
        let characters = message.content.chars().count();
        if characters > LONGEST_MESSAGE {
            return Err(TooLong::Message { characters });
        }
        Ok(Self::send(Method::Post, Path::api(&["TeamMessage"]), Purpose::Team, "TeamMessage", |inside| {
            inside.value("duration", &message.duration_s.to_string());
            inside.value("content", &message.content);
            inside.element("teams", |teams| {
                for team in &message.teams {
                    teams.value("team", team);
                }
            });
        }))
    }

    /// Deletes a message of one's own (12.0 and later; guide, p. 202).
    #[must_use]
    pub fn delete_team_message(message: &str) -> Self {
        Self::delete(Path::api(&["TeamMessage", message]), Purpose::Team)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_teams_and_messages_are_asked_for() {
        let agent = AgentId("70123".to_owned());
        for (request, path) in [
            (Request::queues(&agent), "/finesse/api/User/70123/Queues"),
            (Request::queue("9"), "/finesse/api/Queue/9"),
            (Request::team("81", None), "/finesse/api/Team/81"),
            (Request::team("81", Some(true)), "/finesse/api/Team/81?includeLoggedOutAgents=true"),
            (Request::team_messages("81"), "/finesse/api/Team/81/TeamMessages"),
            (Request::team_messages_by(&agent), "/finesse/api/TeamMessages?createdBy=70123"),
        ] {
            assert_eq!((request.method, request.path.as_str()), (Method::Get, path));
        }
        let delete = Request::delete_team_message("5e2c");
        assert_eq!((delete.method, delete.path.as_str()), (Method::Delete, "/finesse/api/TeamMessage/5e2c"));
    }

    #[test]
    fn a_message_names_its_teams() {
        let mut message = NewTeamMessage {
            content: "Tills & scanners are slow".to_owned(),
            duration_s: 900,
            teams: vec!["81".to_owned(), "82".to_owned()],
        };
        let request = Request::send_team_message(&message).unwrap();
        assert_eq!((request.method, request.path.as_str()), (Method::Post, "/finesse/api/TeamMessage"));
        assert_eq!(
            request.body,
            "<TeamMessage><duration>900</duration><content>Tills &amp; scanners are slow</content>\
             <teams><team>81</team><team>82</team></teams></TeamMessage>"
        );
        message.content = "ü".repeat(256);
        assert_eq!(Request::send_team_message(&message), Err(TooLong::Message { characters: 256 }));
    }
}
