//! Messages of supervisors to their teams.

use super::agent::AgentId;
use super::error::ApiError;
use super::publish::{Method, update};
use super::{Audience, Centre};
use crate::finesse::xml::Element;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamMessage {
    id: String,
    by: AgentId,
    created: u64,
    duration_s: u64,
    content: String,
    teams: Vec<u32>,
}

impl TeamMessage {
    /// When it disappears, in ms.
    pub(super) fn expires(&self) -> u64 {
        self.created + self.duration_s * 1_000
    }
}

/// How long a message may be.
const LONGEST: usize = 255;

impl Centre {
    /// `POST /TeamMessage`, for supervisors of all the teams named.
    pub fn send_message(
        &mut self,
        now: u64,
        caller: &str,
        body: &Element,
        request: &str,
    ) -> Result<(), ApiError> {
        let content = body.text_of("content").unwrap_or_default();
        if content.is_empty() {
            return Err(ApiError::missing("content"));
        }
        if content.chars().count() > LONGEST {
            return Err(ApiError::new(400, "Maximum Exceeded", "The content is too long", "content"));
        }
        let duration = body.text_of("duration").ok_or_else(|| ApiError::missing("duration"))?;
        let duration_s = duration.parse().map_err(|_| ApiError::invalid("Invalid duration", &duration))?;
        let teams: Vec<u32> = body
            .find("teams")
            .into_iter()
            .flat_map(Element::elements)
            .filter_map(|team| team.own_text().parse().ok())
            .collect();
        if teams.is_empty() {
            return Err(ApiError::missing("teams"));
        }
        let supervisor = self.agents.get(caller);
        if !supervisor.is_some_and(|caller| teams.iter().all(|team| caller.supervises(*team))) {
            return Err(ApiError::not_supervisor(caller));
        }
        let id = format!("5f0c1f8e-0000-4000-8000-{:012x}", self.next_message);
        self.next_message += 1;
        let message = TeamMessage { id, by: caller.to_owned(), created: now, duration_s, content, teams };
        self.publish_message(&message, Method::Post, request);
        self.messages.push(message);
        Ok(())
    }

    /// `DELETE /TeamMessage/{id}`, for whoever sent it.
    pub fn delete_message(&mut self, caller: &str, id: &str, request: &str) -> Result<(), ApiError> {
        let index = self.messages.iter().position(|message| message.id == id);
        let index = index.ok_or_else(|| ApiError::not_found(id))?;
        if self.messages[index].by != caller {
            return Err(ApiError::unauthorized(caller));
        }
        let message = self.messages.remove(index);
        self.publish_message(&message, Method::Delete, request);
        Ok(())
    }

    /// One message.
    pub fn read_message(&self, id: &str) -> Result<Element, ApiError> {
        let message = self.messages.iter().find(|message| message.id == id);
        message
            .map(|message| self.message_element(message, "TeamMessage"))
            .ok_or_else(|| ApiError::not_found(id))
    }

    /// The messages of a team, or all that the caller sent.
    pub fn read_messages(&self, caller: &str, team: Option<&str>) -> Element {
        let wanted = self.messages.iter().filter(|message| match team {
            Some(team) => message.teams.iter().any(|id| id.to_string() == team),
            None => message.by == caller,
        });
        Element::new("TeamMessages")
            .children(wanted.map(|message| self.message_element(message, "TeamMessage")))
    }

    fn message_element(&self, message: &TeamMessage, root: &str) -> Element {
        let (first, last) = self
            .agents
            .get(&message.by)
            .map(|agent| (agent.config.first_name.as_str(), agent.config.last_name.as_str()))
            .unwrap_or_default();
        let created = message.created.saturating_add_signed(self.skew_ms) / 1_000;
        Element::new(root)
            .field("uri", format!("/finesse/api/TeamMessage/{}", message.id))
            .field("id", &message.id)
            .child(
                Element::new("createdBy")
                    .field("id", &message.by)
                    .field("firstName", first)
                    .field("lastName", last),
            )
            .field("createdAt", created)
            .field("duration", message.duration_s)
            .field("content", &message.content)
            .child(
                Element::new("teams")
                    .children(message.teams.iter().map(|team| Element::new("team").text(team.to_string()))),
            )
    }

    fn publish_message(&mut self, message: &TeamMessage, method: Method, request: &str) {
        for team in &message.teams {
            let node = format!("/finesse/api/Team/{team}/TeamMessages");
            let source = format!("/finesse/api/TeamMessage/{}", message.id);
            let body = update(self.message_element(message, "TeamMessage"), method, &source, request);
            self.publish(node, Audience::Subscribers, body);
        }
    }

    pub(super) fn expire_messages(&mut self, now: u64) {
        let (gone, kept) =
            std::mem::take(&mut self.messages).into_iter().partition(|message| message.expires() <= now);
        self.messages = kept;
        let gone: Vec<TeamMessage> = gone;
        for message in gone {
            self.publish_message(&message, Method::Delete, "");
        }
    }
}
