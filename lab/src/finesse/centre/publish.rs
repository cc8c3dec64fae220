//! Notifications: who is told what of a change.

use super::dialog::DialogState;
use super::state::CtiError;
use super::{Audience, Centre, Output, Publication};
use crate::cti::CallId;
use crate::finesse::xml::Element;

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Post,
    Put,
    Delete,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// The document of a notification.
pub(super) fn update(data: Element, method: Method, source: &str, request: &str) -> String {
    Element::new("Update")
        .child(Element::new("data").child(data))
        .field("event", method.name())
        .field("requestId", request)
        .field("source", source)
        .write()
}

impl Centre {
    /// Hands out a notification, unless the contact centre is out of service: then there are none.
    pub(super) fn publish(&mut self, node: String, audience: Audience, body: String) {
        if self.service.in_service() {
            self.outputs.push_back(Output::Publish(Publication { node, audience, body }));
        }
    }

    pub(super) fn publish_user(&mut self, now: u64, id: &str, request: &str) {
        let Some(agent) = self.agents.get(id) else { return };
        let source = format!("/finesse/api/User/{id}");
        let body = update(self.user_element(now, agent, "user"), Method::Put, &source, request);
        let summary = update(self.member_element(now, agent, "user", false), Method::Put, &source, request);
        let team = format!("/finesse/api/Team/{}/Users", agent.config.team);
        self.publish(source, Audience::Agent(id.to_owned()), body);
        self.publish(team, Audience::Subscribers, summary);
    }

    /// Says that something that was accepted failed.
    pub(super) fn publish_error(
        &mut self,
        _now: u64,
        id: &str,
        node: &str,
        source: &str,
        error: CtiError,
        request: &str,
    ) {
        let data = Element::new("apiErrors").child(
            Element::new("apiError")
                .field("errorData", error.code)
                .field("errorMessage", error.name)
                .field("errorType", error.kind),
        );
        let body = update(data, Method::Put, source, request);
        self.publish(node.to_owned(), Audience::Agent(id.to_owned()), body);
    }

    /// Says of a call that an action failed.
    pub(super) fn refuse_action(&mut self, now: u64, id: &str, call: CallId, error: CtiError, request: &str) {
        let node = format!("/finesse/api/User/{id}/Dialogs");
        let source = match self.dialogs.get(&call) {
            Some(dialog) => format!("/finesse/api/Dialog/{}", dialog.id),
            None => node.clone(),
        };
        self.publish_error(now, id, &node, &source, error, request);
    }

    /// Tells all agents in a call how it stands, those first who see it for the first time.
    pub(super) fn publish_dialog(&mut self, now: u64, call: CallId) {
        let Some(dialog) = self.dialogs.get(&call) else { return };
        let agents: Vec<_> = dialog
            .participants
            .iter()
            .filter(|participant| {
                participant.state.is_in()
                    || dialog.visible.contains(participant.agent.as_deref().unwrap_or_default())
            })
            .filter_map(|participant| participant.agent.clone())
            .collect();
        for id in agents {
            let Some(dialog) = self.dialogs.get_mut(&call) else { return };
            let method = if dialog.visible.insert(id.clone()) { Method::Post } else { Method::Put };
            self.publish_dialog_to(now, call, &id, method);
        }
    }

    fn publish_dialog_to(&mut self, now: u64, call: CallId, id: &str, method: Method) {
        let request = self.asked.remove(&(call, id.to_owned())).unwrap_or_default();
        let Some(dialog) = self.dialogs.get(&call) else { return };
        let node = format!("/finesse/api/User/{id}/Dialogs");
        let (data, source) = match method {
            Method::Put => {
                (self.dialog_element(now, dialog, "dialog"), format!("/finesse/api/Dialog/{}", dialog.id))
            }
            Method::Post | Method::Delete => {
                let dialog = self.dialog_element(now, dialog, "Dialog");
                (Element::new("dialogs").child(dialog), node.clone())
            }
        };
        let body = update(data, method, &source, &request);
        self.publish(node, Audience::Agent(id.to_owned()), body);
    }

    /// Takes a call from an agent's desktop, and forgets it when nobody sees it and it is over.
    pub(super) fn hide(&mut self, now: u64, call: CallId, id: &str) {
        let seen = self.dialogs.get(&call).is_some_and(|dialog| dialog.visible.contains(id));
        if seen {
            self.publish_dialog_to(now, call, id, Method::Delete);
        }
        if let Some(dialog) = self.dialogs.get_mut(&call) {
            dialog.visible.remove(id);
        }
        self.asked.remove(&(call, id.to_owned()));
        self.forget_if_over(call);
    }

    pub(super) fn forget_if_over(&mut self, call: CallId) {
        let over = self.dialogs.get(&call).is_some_and(|dialog| {
            dialog.visible.is_empty() && matches!(dialog.state, DialogState::Dropped | DialogState::Accepted)
        });
        if over {
            self.dialogs.remove(&call);
        }
    }

    /// Says again how everybody stands, as after a failover.
    pub(super) fn publish_everything(&mut self, now: u64) {
        let ids: Vec<_> = self.agents.keys().cloned().collect();
        for id in ids {
            self.publish_user(now, &id, "");
        }
        let calls: Vec<_> = self.dialogs.keys().copied().collect();
        for call in calls {
            self.publish_dialog(now, call);
        }
    }
}
