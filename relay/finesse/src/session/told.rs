//! What is told by notifications.

use super::Session;
use crate::model::AgentId;
use crate::notification::{Notification, Payload, Source};
use crate::rest::ApiError;

impl Session {
    /// Something was published. What cannot be read leaves a doubt.
    pub(super) fn told(&mut self, now: u64, node: &str, text: &str) {
        let notification = match Notification::read(node, text) {
            Ok(notification) => notification,
            Err(error) => {
                tracing::debug!(%error, "a notification cannot be read");
                self.reads.everything(now);
                return;
            }
        };
        let Notification { event, node, source, request_id, payload } = notification;
        match payload {
            Payload::User(user) => self.user_told(now, *user),
            Payload::Dialogs(dialogs) => {
                if self.is_own(&node) && self.is_own(&source) {
                    for dialog in dialogs {
                        self.dialog_told(now, event, dialog);
                    }
                }
            }
            Payload::Dialog(dialog) => {
                if self.is_own(&node) {
                    self.dialog_told(now, event, *dialog);
                }
            }
            Payload::TeamMember(member) => {
                if let Source::TeamUsers(team) = &node {
                    self.member_told(now, team, event, *member);
                }
            }
            Payload::Team(team) => {
                for member in team.members {
                    self.member_told(now, &team.id, event, member);
                }
            }
            Payload::Queue(queue) => self.queue_told(now, event, *queue),
            Payload::Queues(queues) => self.queues_told(now, event, &queues),
            Payload::SystemInfo(info) => self.system_info_told(now, *info),
            Payload::TeamMessages(messages) => {
                let team = match (&node, &source) {
                    (Source::TeamMessages(team), _) | (_, Source::TeamMessages(team)) => Some(team.as_str()),
                    (_, _) => None,
                };
                self.messages_told(now, event, team, messages);
            }
            Payload::Errors(errors) => {
                if let Some(error) = errors.into_iter().next() {
                    self.failure_told(now, request_id.as_deref(), &source, error);
                }
                return;
            }
            Payload::Nothing => {}
        }
        if let Some(request) = request_id {
            self.outcome_told(now, &request);
        }
    }

    /// An error, which names its request or at least what it is about.
    fn failure_told(&mut self, now: u64, request: Option<&str>, source: &Source, error: ApiError) {
        let found = match request {
            Some(request) => self.waiting.iter().position(|waiting| waiting.request == request),
            None => self.the_only_one(|waiting| waiting.is_about(source)),
        };
        match found {
            Some(at) => self.refused_later(now, at, error),
            None => tracing::debug!(error = %error, "an error that belongs to no request"),
        }
    }

    /// A node or an object of this agent; one that nobody named counts as such.
    fn is_own(&self, source: &Source) -> bool {
        let own = |id: &AgentId| {
            self.account.wish.as_ref().is_some_and(|wish| wish.id.0.eq_ignore_ascii_case(&id.0))
        };
        match source {
            Source::User(id) | Source::Dialogs(id) | Source::UserQueues(id) => own(id),
            Source::Dialog(_) | Source::SystemInfo | Source::Other(_) => true,
            Source::Team(_)
            | Source::TeamUsers(_)
            | Source::TeamMessages(_)
            | Source::TeamMessage(_)
            | Source::Queue(_) => false,
        }
    }
}
