//! The back end that both servers of the model stand before: one agent, the calls, a team.

use crate::wire::{escape, time};
use std::collections::BTreeMap;

pub(crate) const ID: &str = "70123";
pub(crate) const PASSWORD: &str = "p4ss-of-tests";
pub(crate) const EXTENSION: &str = "6101";
pub(crate) const TEAM: &str = "81";

/// What is published: node, event, source, data, request id.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    pub(crate) node: String,
    pub(crate) event: &'static str,
    pub(crate) source: String,
    pub(crate) data: String,
    pub(crate) request: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) address: String,
    pub(crate) agent: bool,
    pub(crate) state: &'static str,
    pub(crate) changed: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) state: &'static str,
    pub(crate) variable: String,
    pub(crate) parts: Vec<Part>,
}

#[derive(Debug)]
pub(crate) struct Center {
    pub(crate) uccx: bool,
    /// Signs out at once when the agent is lost (LOAD 1).
    pub(crate) load: bool,
    pub(crate) password: String,
    pub(crate) state: String,
    pub(crate) pending: String,
    pub(crate) reason: String,
    pub(crate) changed: u64,
    pub(crate) extension: String,
    /// Where the state goes after a call.
    pub(crate) after: String,
    pub(crate) calls: BTreeMap<String, Call>,
    pub(crate) next_call: u32,
    pub(crate) members: BTreeMap<String, (String, u64)>,
    pub(crate) supervisor: bool,
    pub(crate) reasons: bool,
    /// Bad passwords in a row, and in all.
    pub(crate) failures: u32,
    pub(crate) all_failures: u32,
    pub(crate) sign_ins: u32,
    /// How far its clock is ahead.
    pub(crate) ahead: i64,
    pub(crate) published: Vec<Published>,
    pub(crate) devices: Vec<&'static str>,
    /// Extensions that are refused by an event.
    pub(crate) refuses: Vec<&'static str>,
    /// Changes are done, and nobody is told.
    pub(crate) mute: bool,
    /// Requests are accepted, and nothing is done.
    pub(crate) lazy: bool,
}

impl Center {
    pub(crate) fn new() -> Self {
        Self {
            uccx: false,
            load: false,
            password: PASSWORD.to_owned(),
            state: "LOGOUT".to_owned(),
            pending: String::new(),
            reason: String::new(),
            changed: 0,
            extension: String::new(),
            after: String::new(),
            calls: BTreeMap::new(),
            next_call: 4_000,
            members: BTreeMap::new(),
            supervisor: false,
            reasons: false,
            failures: 0,
            all_failures: 0,
            sign_ins: 0,
            ahead: 0,
            published: Vec::new(),
            devices: Vec::new(),
            refuses: Vec::new(),
            mute: false,
            lazy: false,
        }
    }

    pub(crate) fn clock(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.ahead)
    }

    pub(crate) fn user(&self, root: &str) -> String {
        let reason = if self.reason.is_empty() {
            "<reasonCodeId/>".to_owned()
        } else {
            format!(
                "<reasonCodeId>{0}</reasonCodeId><ReasonCode><category/><uri>/finesse/api/ReasonCode/{0}</uri><code>{1}</code><label>L{0}</label><id>{0}</id></ReasonCode>",
                self.reason,
                if self.reason == "255" { "255".to_owned() } else { format!("2{}", self.reason) }
            )
        };
        let role = if self.supervisor { "<role>Supervisor</role>" } else { "" };
        let teams = if self.supervisor {
            format!(
                "<teams><Team><uri>/finesse/api/Team/{TEAM}</uri><id>{TEAM}</id><name>Blue</name></Team></teams>"
            )
        } else {
            String::new()
        };
        let selection = if self.devices.is_empty() {
            ""
        } else {
            "<settings><deviceSelection>enabled</deviceSelection></settings>"
        };
        format!(
            "<{root}><uri>/finesse/api/User/{ID}</uri><roles><role>Agent</role>{role}</roles><loginId>{ID}</loginId>\
             <loginName>kim</loginName><firstName>Kim</firstName><lastName>Ode</lastName><state>{}</state>\
             <stateChangeTime>{}</stateChangeTime><pendingState>{}</pendingState>{reason}<extension>{}</extension>{selection}\
             <teamId>{TEAM}</teamId><teamName>Blue</teamName>{teams}</{root}>",
            self.state,
            // Of somebody who was never signed in it is not known.
            if self.changed == 0 { String::new() } else { time(self.changed) },
            self.pending,
            self.extension
        )
    }

    /// The state changes, and everybody is told.
    pub(crate) fn set(&mut self, now: u64, state: &str, reason: &str, request: &str) {
        self.state = state.to_owned();
        self.reason = reason.to_owned();
        self.pending = String::new();
        self.changed = self.clock(now);
        self.tell_user(request);
    }

    pub(crate) fn tell_user(&mut self, request: &str) {
        let node = format!("/finesse/api/User/{ID}");
        self.publish(&node, "PUT", &node, self.user("user"), request);
    }

    pub(crate) fn publish(
        &mut self,
        node: &str,
        event: &'static str,
        source: &str,
        data: String,
        request: &str,
    ) {
        self.published.push(Published {
            node: node.to_owned(),
            event,
            source: source.to_owned(),
            data,
            request: request.to_owned(),
        });
    }

    /// An error as an event.
    pub(crate) fn fail(&mut self, source: &str, kind: &str, data: &str, message: &str, request: &str) {
        let node = format!("/finesse/api/User/{ID}");
        let error = format!(
            "<apiErrors><apiError><errorData>{data}</errorData><errorMessage>{message}</errorMessage><errorType>{kind}</errorType></apiError></apiErrors>"
        );
        self.publish(&node, "PUT", source, error, request);
    }

    pub(crate) fn talks(&self) -> bool {
        matches!(
            self.state.as_str(),
            "TALKING" | "HOLD" | "RESERVED" | "RESERVED_OUTBOUND" | "RESERVED_OUTBOUND_PREVIEW"
        )
    }

    fn live(&self) -> bool {
        self.calls.values().any(|call| {
            call.parts
                .iter()
                .any(|part| part.address == EXTENSION && !matches!(part.state, "DROPPED" | "WRAP_UP"))
        })
    }

    /// PUT /User/{id}, by the rules of both platforms.
    pub(crate) fn put_state(&mut self, now: u64, state: &str, reason: &str, extension: &str, request: &str) {
        if self.lazy {
            return;
        }
        let source = format!("/finesse/api/User/{ID}");
        let invalid = |center: &mut Self, data: &str, message: &str| {
            center.fail(&source, "Invalid State", data, message, request);
        };
        match (state, self.state.clone().as_str()) {
            ("LOGIN", _) if self.refuses.contains(&extension) => {
                self.fail(&source, "Invalid Device", "260", "CF_INVALID_LOGON_DEVICE_SPECIFIED", request);
            }
            ("LOGIN", "LOGOUT") => {
                self.sign_ins += 1;
                self.extension = extension.to_owned();
                self.set(now, "NOT_READY", "", request);
            }
            ("LOGIN", _) => {
                self.sign_ins += 1;
                self.tell_user(request);
            }
            (_, "LOGOUT") if self.uccx => invalid(self, "1010", "CF_INVALID_PARAMETER"),
            (_, "LOGOUT") => invalid(self, "257", "CF_INVALID_PASSWORD_SPECIFIED"),
            ("LOGOUT", "NOT_READY") if !self.live() => self.set(now, "LOGOUT", reason, request),
            ("LOGOUT", "READY") if self.uccx => self.set(now, "LOGOUT", reason, request),
            ("LOGOUT", _) => invalid(self, "265", "CF_INVALID_AGENT_WORKMODE"),
            (_, "RESERVED_OUTBOUND") if self.uccx => {
                self.fail(&source, "Internal Server Error", "", "", request)
            }
            ("READY", _) if self.uccx && self.talks() => invalid(self, "265", "CF_INVALID_AGENT_WORKMODE"),
            ("READY", "NOT_READY") if self.uccx && self.live() => invalid(self, "33", "CF_RESOURCE_BUSY"),
            ("NOT_READY", _) if self.uccx && self.talks() && self.pending == "NOT_READY" => {
                invalid(self, "265", "CF_INVALID_AGENT_WORKMODE");
            }
            (_, _) if self.talks() => {
                self.pending = state.to_owned();
                self.after = state.to_owned();
                self.tell_user(request);
            }
            (_, _) => self.set(now, state, reason, request),
        }
    }

    /// The agent is lost: reason 255.
    pub(crate) fn lost(&mut self, now: u64) {
        if self.state == "LOGOUT" {
            return;
        }
        if self.uccx || self.load {
            self.set(now, "LOGOUT", "255", "");
        } else if !self.talks() {
            self.set(now, "NOT_READY", "255", "");
        }
    }

    pub(crate) fn dialog(&self, call: &Call, root: &str) -> String {
        let parts: String = call.parts.iter().map(|part| self.part(call, part)).collect();
        format!(
            "<{root}><associatedDialogUri/><id>{0}</id><secondaryId/><mediaType>Voice</mediaType><fromAddress>{1}</fromAddress>\
             <toAddress>{2}</toAddress><mediaProperties><callType>{3}</callType><callvariables><CallVariable>\
             <name>callVariable1</name><value>{4}</value></CallVariable></callvariables></mediaProperties>\
             <participants>{parts}</participants><state>{5}</state><uri>/finesse/api/Dialog/{0}</uri></{root}>",
            call.id,
            call.from,
            call.to,
            call.kind,
            escape(&call.variable),
            call.state
        )
    }

    fn part(&self, call: &Call, part: &Part) -> String {
        let joins = self.calls.len() > 1 && call.parts.len() < 3;
        let actions: &[&str] = match part.state {
            "INITIATING" | "INITIATED" => &["DROP", "UPDATE_CALL_DATA"],
            "ALERTING" => &["ANSWER"],
            "ACTIVE" => &["HOLD", "DROP", "UPDATE_CALL_DATA", "CONSULT_CALL", "TRANSFER_SST", "SEND_DTMF"],
            "HELD" if joins => &["RETRIEVE", "DROP", "UPDATE_CALL_DATA", "TRANSFER", "CONFERENCE"],
            "HELD" => &["RETRIEVE", "DROP", "UPDATE_CALL_DATA"],
            "FAILED" => &["DROP"],
            "WRAP_UP" => &["UPDATE_CALL_DATA"],
            _ => &[],
        };
        let actions: String = actions.iter().map(|action| format!("<action>{action}</action>")).collect();
        format!(
            "<Participant><actions>{actions}</actions><mediaAddress>{}</mediaAddress><mediaAddressType>{}</mediaAddressType>\
             <startTime>{3}</startTime><state>{2}</state><stateCause/><stateChangeTime>{3}</stateChangeTime></Participant>",
            part.address,
            if part.agent { "AGENT_DEVICE" } else { "" },
            part.state,
            time(part.changed)
        )
    }

    pub(crate) fn dialogs(&self) -> String {
        let all: String = self.calls.values().map(|call| self.dialog(call, "Dialog")).collect();
        format!("<Dialogs>{all}</Dialogs>")
    }

    /// A call with the agent in that state and the other party in that one.
    pub(crate) fn call(&mut self, now: u64, kind: &'static str, mine: &'static str, other: &str) -> String {
        self.next_call += 1;
        let id = format!("40{}", self.next_call);
        let outgoing = matches!(mine, "INITIATING" | "INITIATED");
        let part = |address: &str, agent, state| Part {
            address: address.to_owned(),
            agent,
            state,
            changed: self.clock(now),
        };
        let (from, to) = if outgoing { (EXTENSION, other) } else { (other, EXTENSION) };
        let call = Call {
            id: id.clone(),
            kind,
            from: from.to_owned(),
            to: to.to_owned(),
            state: if mine == "ACTIVE" { "ACTIVE" } else { "ALERTING" },
            variable: String::new(),
            parts: vec![part(EXTENSION, true, mine), part(other, false, "INITIATED")],
        };
        self.calls.insert(id.clone(), call);
        self.tell_list("POST", &id, "");
        id
    }

    fn tell_list(&mut self, event: &'static str, id: &str, request: &str) {
        let node = format!("/finesse/api/User/{ID}/Dialogs");
        let data = format!("<dialogs>{}</dialogs>", self.dialog(&self.calls[id], "Dialog"));
        self.publish(&node, event, &node, data, request);
    }

    pub(crate) fn tell_call(&mut self, id: &str, request: &str) {
        let node = format!("/finesse/api/User/{ID}/Dialogs");
        let data = self.dialog(&self.calls[id], "dialog");
        self.publish(&node, "PUT", &format!("/finesse/api/Dialog/{id}"), data, request);
    }

    /// The agent's own part changes.
    pub(crate) fn part_is(&mut self, now: u64, id: &str, state: &'static str, request: &str) {
        let changed = self.clock(now);
        let Some(call) = self.calls.get_mut(id) else { return };
        for part in &mut call.parts {
            if part.address == EXTENSION {
                (part.state, part.changed) = (state, changed);
            } else if matches!(state, "ACTIVE") && part.state == "INITIATED" {
                (part.state, part.changed) = ("ACTIVE", changed);
            }
        }
        call.state = if matches!(state, "DROPPED") { "DROPPED" } else { "ACTIVE" };
        self.tell_call(id, request);
    }

    pub(crate) fn is_held(&self, id: &str) -> bool {
        self.calls[id].parts.iter().any(|part| part.address == EXTENSION && part.state == "HELD")
    }

    /// The call is over; there is no wrap-up.
    pub(crate) fn end(&mut self, now: u64, id: &str, request: &str) {
        if !self.calls.contains_key(id) {
            return;
        }
        self.part_is(now, id, "DROPPED", request);
        self.tell_list("DELETE", id, "");
        self.calls.remove(id);
        if self.talks() && !self.live() {
            let after = if self.after.is_empty() { "READY".to_owned() } else { self.after.clone() };
            self.after.clear();
            self.set(now, &after, "", "");
        }
    }

    pub(crate) fn team(&self) -> String {
        let members: String =
            self.members.iter().map(|(id, (state, changed))| member(id, state, *changed, "User")).collect();
        format!(
            "<Team><uri>/finesse/api/Team/{TEAM}</uri><id>{TEAM}</id><name>Blue</name><users>{members}</users></Team>"
        )
    }

    pub(crate) fn member_is(&mut self, now: u64, id: &str, state: &str, request: &str) {
        let changed = self.clock(now);
        self.members.insert(id.to_owned(), (state.to_owned(), changed));
        let data = member(id, state, changed, "user");
        self.publish(
            &format!("/finesse/api/Team/{TEAM}/Users"),
            "PUT",
            &format!("/finesse/api/User/{id}"),
            data,
            request,
        );
    }
}

fn member(id: &str, state: &str, changed: u64, root: &str) -> String {
    format!(
        "<{root}><uri>/finesse/api/User/{id}</uri><loginId>{id}</loginId><firstName>F{id}</firstName><lastName>L</lastName>\
         <extension>6{id}</extension><pendingState/><state>{state}</state><stateChangeTime>{}</stateChangeTime></{root}>",
        time(changed)
    )
}
