//! Notifications: what is published of users, calls, teams, queues and of Finesse itself.
//!
//! The text of `<notification>` is a document of its own. Its children come in any order, the object's root in any case,
//! the event as `PUT`, `put` or `{put}`; some clients and captures show it decoded once more, or once less.

mod source;

pub use source::Source;

use crate::model::{Dialog, Queue, SystemInfo, Team, TeamMember, TeamMessage, User};
use crate::read::{Listed, Object, items};
use crate::rest::{ApiError, Unreadable};
use crate::xml::Element;

/// Something was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// What has become of the object.
    pub event: Event,
    /// The node that it was published on.
    pub node: Source,
    /// The object that it is about.
    pub source: Source,
    /// The `requestId` of the request that it is the outcome of; None where it is unsolicited.
    pub request_id: Option<String>,
    /// The object.
    pub payload: Payload,
}

/// What has become of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// It is new.
    Post,
    /// It has changed.
    Put,
    /// It is gone.
    Delete,
}

/// An object as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// The agent.
    User(Box<User>),
    /// Calls that are new or over.
    Dialogs(Vec<Dialog>),
    /// A call that has changed.
    Dialog(Box<Dialog>),
    /// A member of a team, on a node of [`Source::TeamUsers`].
    TeamMember(Box<TeamMember>),
    /// A team with all its members.
    Team(Box<Team>),
    /// A queue's figures.
    Queue(Box<Queue>),
    /// Queues that concern the agent from now on, or no longer.
    Queues(Vec<Queue>),
    /// Finesse itself.
    SystemInfo(Box<SystemInfo>),
    /// Messages to teams that are new or gone.
    TeamMessages(Vec<TeamMessage>),
    /// What was asked for failed.
    Errors(Vec<ApiError>),
    /// Nothing, or an object that this program does not know.
    Nothing,
}

impl Notification {
    /// Reads the text of `<notification>`, as it was published on that node (empty where it is not known).
    ///
    /// # Errors
    /// [`Unreadable`], when it is no notification.
    pub fn read(node: &str, text: &str) -> Result<Self, Unreadable> {
        let text = text.trim();
        if !text.starts_with("&lt;") {
            return Self::from_update(node, &Element::parse(text)?);
        }
        // Encoded twice: as the text of an element it is decoded once more.
        let decoded = Element::parse(&format!("<text>{text}</text>"))?;
        Self::from_update(node, &Element::parse(decoded.text())?)
    }

    fn from_update(node: &str, update: &Element) -> Result<Self, Unreadable> {
        if !update.is(UPDATE) {
            return match update.child(UPDATE) {
                Some(inner) => Self::from_update(node, inner),
                None => Err(Unreadable::OtherRoot(UPDATE)),
            };
        }
        let node = Source::parse(node);
        let payload = match update.child("data") {
            Some(data) => payload(data, &node)?,
            None => Payload::Nothing,
        };
        Ok(Self {
            event: event(update.value("event"))?,
            source: Source::parse(update.value("source")),
            request_id: Some(update.value("requestId")).filter(|id| !id.is_empty()).map(str::to_owned),
            node,
            payload,
        })
    }
}

const UPDATE: &str = "Update";

fn event(text: &str) -> Result<Event, Unreadable> {
    match text.trim_matches(['{', '}', ' ']).to_ascii_uppercase().as_str() {
        "POST" => Ok(Event::Post),
        "PUT" => Ok(Event::Put),
        "DELETE" => Ok(Event::Delete),
        _ => Err(Unreadable::UnknownEvent),
    }
}

fn payload(data: &Element, node: &Source) -> Result<Payload, Unreadable> {
    let Some(object) = data.all().first() else {
        let text = data.text();
        // Encoded apart from what is around it.
        return if text.starts_with('<') {
            known(&Element::parse(text)?, node)
        } else {
            Ok(Payload::Nothing)
        };
    };
    known(object, node)
}

fn known(object: &Element, node: &Source) -> Result<Payload, Unreadable> {
    let of_team = matches!(node, Source::TeamUsers(_));
    if of_team && object.is(TeamMember::NAME) {
        return Ok(Payload::TeamMember(Box::new(TeamMember::from_element(object)?)));
    }
    Ok(if object.is(User::NAME) {
        Payload::User(Box::new(User::from_element(object)?))
    } else if object.is(Dialog::LIST) {
        Payload::Dialogs(items(object))
    } else if object.is(Dialog::NAME) {
        Payload::Dialog(Box::new(Dialog::from_element(object)?))
    } else if object.is(Team::NAME) {
        Payload::Team(Box::new(Team::from_element(object)?))
    } else if object.is(Queue::NAME) {
        Payload::Queue(Box::new(Queue::from_element(object)?))
    } else if object.is(Queue::LIST) {
        Payload::Queues(items(object))
    } else if object.is(SystemInfo::NAME) {
        Payload::SystemInfo(Box::new(SystemInfo::from_element(object)?))
    } else if object.is(TeamMessage::NAME) {
        Payload::TeamMessages(vec![TeamMessage::from_element(object)?])
    } else if object.is(TeamMessage::LIST) {
        Payload::TeamMessages(items(object))
    } else {
        match ApiError::all(object, None) {
            errors if errors.is_empty() => Payload::Nothing,
            errors => Payload::Errors(errors),
        }
    })
}

#[cfg(test)]
mod tests;
