//! What is read by `GET`.

use super::super::dialog::Dialog;
use super::super::error::ApiError;
use super::super::state::Platform;
use super::super::{Centre, Queue};
use super::reason_element;
use crate::finesse::xml::Element;

type Answer = Result<Element, ApiError>;

impl Centre {
    /// `GET /User/{id}`: oneself, or a member of a team that one supervises.
    pub fn read_user(&self, now: u64, caller: &str, id: &str) -> Answer {
        let agent = self.agents.get(id).ok_or_else(|| ApiError::unknown_user(id))?;
        let supervises = self.agents.get(caller).is_some_and(|caller| caller.supervises(agent.config.team));
        if caller != id && !supervises {
            return Err(ApiError::other_user(caller));
        }
        Ok(self.user_element(now, agent, "User"))
    }

    /// `GET /User/{id}/Dialogs`.
    pub fn read_dialogs(&self, now: u64, caller: &str, id: &str) -> Answer {
        self.read_user(now, caller, id)?;
        let shown = self.dialogs.values().filter(|dialog| dialog.visible.contains(id));
        Ok(Element::new("Dialogs").children(shown.map(|dialog| self.dialog_element(now, dialog, "Dialog"))))
    }

    /// `GET /Dialog/{id}`: a call that one is in, or one of a team that one supervises.
    pub fn read_dialog(&self, now: u64, caller: &str, id: &str) -> Answer {
        let call = self.call_of(id).ok_or_else(|| ApiError::no_dialog(id))?;
        let dialog = self.dialogs.get(&call).ok_or_else(|| ApiError::no_dialog(id))?;
        if !self.may_see(caller, dialog) {
            return Err(ApiError::unauthorized(caller));
        }
        Ok(self.dialog_element(now, dialog, "Dialog"))
    }

    fn may_see(&self, caller: &str, dialog: &Dialog) -> bool {
        let Some(agent) = self.agents.get(caller) else { return false };
        let team_of = |id: &str| self.agents.get(id).map(|agent| agent.config.team);
        dialog.visible.iter().any(|id| id == caller || team_of(id).is_some_and(|team| agent.supervises(team)))
    }

    /// `GET /User/{id}/Queues`.
    pub fn read_queues(&self, now: u64, caller: &str, id: &str) -> Answer {
        self.read_user(now, caller, id)?;
        let queues = self.queues_of(id).into_iter().filter_map(|id| self.queues.get(&id));
        Ok(Element::new("Queues").children(queues.map(|queue| self.queue_element(queue, true))))
    }

    /// The queues of an agent; of a supervisor, those of all members of the teams.
    pub fn queues_of(&self, id: &str) -> Vec<u32> {
        let Some(agent) = self.agents.get(id) else { return Vec::new() };
        let mut queues = agent.config.queues.clone();
        for member in self.agents.values().filter(|member| agent.supervises(member.config.team)) {
            queues.extend(&member.config.queues);
        }
        queues.sort_unstable();
        queues.dedup();
        queues
    }

    /// `GET /Queue/{id}`.
    pub fn read_queue(&self, id: &str) -> Answer {
        if self.platform() == Platform::Uccx {
            return Err(ApiError::not_implemented("Queue"));
        }
        let queue = id.parse().ok().and_then(|id: u32| self.queues.get(&id));
        queue.map(|queue| self.queue_element(queue, true)).ok_or_else(|| ApiError::not_found(id))
    }

    /// A queue; what is read has two figures that events leave out.
    pub(in super::super) fn queue_element(&self, queue: &Queue, all: bool) -> Element {
        let figures = self.statistics(queue.config.id);
        let oldest = figures.oldest.map(|since| {
            let text = self.written(since);
            // Without milliseconds, unlike all other times.
            format!("{}Z", text.split('.').next().unwrap_or_default())
        });
        let mut statistics = Element::new("statistics")
            .field("callsInQueue", figures.calls_in_queue)
            .field("startTimeOfLongestCallInQueue", oldest.unwrap_or_default())
            .field("agentsReady", figures.ready)
            .field("agentsNotReady", figures.not_ready);
        if all {
            statistics = statistics
                .field("agentsBusyOther", figures.busy_other)
                .field("agentsLoggedOn", figures.logged_on);
        }
        statistics = statistics
            .field("agentsTalkingInbound", figures.talking_in)
            .field("agentsTalkingOutbound", figures.talking_out)
            .field("agentsTalkingInternal", figures.talking_internal)
            .field("agentsWrapUpNotReady", figures.wrap_up_not_ready)
            .field("agentsWrapUpReady", figures.wrap_up_ready);
        Element::new("Queue")
            .field("uri", format!("/finesse/api/Queue/{}", queue.config.id))
            .field("name", &queue.config.name)
            .child(statistics)
    }

    /// `GET /Team/{id}`, for its supervisors.
    pub fn read_team(&self, now: u64, caller: &str, id: &str) -> Answer {
        let team = self.config.teams.iter().find(|team| team.id.to_string() == id);
        let team = team.ok_or_else(|| ApiError::not_found(id))?;
        if !self.agents.get(caller).is_some_and(|caller| caller.supervises(team.id)) {
            return Err(ApiError::not_supervisor(caller));
        }
        let members = self.agents.values().filter(|agent| agent.config.team == team.id);
        let users = members.map(|agent| self.member_element(now, agent, "User", true));
        Ok(Element::new("Team")
            .field("uri", format!("/finesse/api/Team/{}", team.id))
            .field("id", team.id)
            .field("name", &team.name)
            .child(Element::new("users").children(users)))
    }

    /// Reason codes, by `/User/{id}/ReasonCodes` or `/TeamResource/{id}/ReasonCodes`.
    pub fn read_reason_codes(&self, category: Option<&str>) -> Answer {
        let Some(category) = category else { return Err(ApiError::missing("category")) };
        if !matches!(category, "NOT_READY" | "LOGOUT") {
            return Err(ApiError::invalid("Invalid category", category));
        }
        let codes = self.reason_codes(category).into_iter();
        Ok(Element::new("ReasonCodes")
            .attribute("category", category)
            .children(codes.map(|code| reason_element(&code, "ReasonCode"))))
    }

    /// One reason code.
    pub fn read_reason_code(&self, id: &str) -> Answer {
        let code = id.parse().ok().and_then(|id| self.reason_code(id));
        code.map(|code| reason_element(&code, "ReasonCode")).ok_or_else(|| ApiError::not_found(id))
    }

    /// Results of calls.
    pub fn read_wrap_up_reasons(&self) -> Element {
        let reasons = self.wrap_up_reasons().map(|(id, label)| {
            Element::new("WrapUpReason")
                .field("uri", format!("/finesse/api/WrapUpReason/{id}"))
                .field("label", label)
                .field("forAll", true)
        });
        Element::new("WrapUpReasons").children(reasons)
    }

    /// Phone books: there is one, for all.
    pub fn read_phone_books(&self) -> Element {
        Element::new("PhoneBooks").child(
            Element::new("PhoneBook")
                .field("uri", "/finesse/api/PhoneBook/1")
                .field("name", "Everybody")
                .field("type", "GLOBAL")
                .field("contacts", "/finesse/api/PhoneBook/1/Contacts"),
        )
    }

    /// What is in the phone book.
    pub fn read_contacts(&self, id: &str) -> Answer {
        if id != "1" {
            return Err(ApiError::not_found(id));
        }
        let contacts = (1..).zip(&self.config.contacts).map(|(number, contact)| {
            Element::new("Contact")
                .field("uri", format!("/finesse/api/PhoneBook/1/Contact/{number}"))
                .field("firstName", &contact.first_name)
                .field("lastName", &contact.last_name)
                .field("phoneNumber", &contact.number)
                .field("description", &contact.description)
        });
        Ok(Element::new("Contacts").children(contacts))
    }

    /// `GET /Users`, for administrators: nobody here is one.
    pub fn read_users(&self, caller: &str) -> Answer {
        Err(ApiError::new(403, "Forbidden", "The user is not an administrator", caller))
    }
}
