//! What the two servers answer: XMPP, BOSH and REST.

use super::{HTTP_MS, Health, Link, World, host_of};
use crate::center::{EXTENSION, ID, TEAM};
use crate::wire::{attribute, plain, value};
use sidetone_finesse::rest::{Method, Request};
use sidetone_finesse::session::{Credentials, HttpAnswer, HttpError, Input, LinkId};

/// A request that changes something, and that is begun with later.
pub(super) struct Write {
    id: u64,
    host: usize,
    request: Request,
    credentials: Credentials,
}

impl World {
    /// What the XMPP server says to a stanza.
    pub(super) fn speak(&mut self, link: LinkId, text: &str) -> Vec<String> {
        let now = self.now;
        let good = !self.refuse_xmpp && text.contains(&plain(ID, &self.center.password));
        let Some(open) = self.links.get_mut(&link) else { return Vec::new() };
        if open.ready {
            self.heard = now;
        }
        let id = attribute(text, "id");
        if text.starts_with("<open") {
            let features = if open.signed_in {
                "<bind/><session/>"
            } else {
                "<mechanisms><mechanism>PLAIN</mechanism></mechanisms>"
            };
            return vec!["<open/>".to_owned(), format!("<stream:features>{features}</stream:features>")];
        }
        if text.starts_with("<auth") {
            if good {
                open.signed_in = true;
                return vec!["<success/>".to_owned()];
            }
            self.center.failures += 1;
            self.center.all_failures += 1;
            return vec!["<failure><not-authorized/></failure>".to_owned()];
        }
        if text.contains("<bind ") {
            assert!(!text.contains("desktop"), "that resource is Cisco's");
            return vec![format!(
                "<iq type='result' id='{id}'><bind><jid>{ID}@fin.example/{}</jid></bind></iq>",
                value(text, "resource")
            )];
        }
        if text.starts_with("<presence") {
            open.ready = !text.contains("unavailable");
            return Vec::new();
        }
        if text.contains("<subscribe ") || text.contains("<unsubscribe ") {
            assert!(attribute(text, "jid").contains('/'), "a full address");
            let node = attribute(text, "node");
            if text.contains("<subscribe ") {
                open.nodes.insert(node)
            } else {
                open.nodes.remove(&node)
            };
            return vec![format!("<iq type='result' id='{id}' from='pubsub.fin.example'/>")];
        }
        if text.starts_with("<iq") && (text.contains("<ping ") || text.contains("<session ")) {
            return vec![format!("<iq type='result' id='{id}' from='fin.example'/>")];
        }
        Vec::new()
    }

    pub(super) fn http(
        &mut self,
        id: u64,
        host: &str,
        port: u16,
        request: &Request,
        credentials: &Credentials,
        timeout_ms: u64,
    ) {
        let host = host_of(host);
        let server = &self.servers[host];
        let health = server.health;
        let failed = |error| Input::HttpAnswer { id, result: Err(error) };
        let cut = self.cut_until.saturating_sub(self.now);
        if health == Health::Hung || cut > timeout_ms {
            self.later(timeout_ms, failed(HttpError::TimedOut));
            return;
        }
        if health == Health::Dead || (port == 7443 && !server.bosh) {
            self.later(2, failed(HttpError::Unreachable));
            return;
        }
        if port == 7443 {
            self.bosh(id, host, &request.body);
            return;
        }
        let (status, body) = if health == Health::OutOfService && !request.path.ends_with("/SystemInfo") {
            (503, error("Service Unavailable", "SERVER_OUT_OF_SERVICE", ""))
        } else if request.method != Method::Get && self.writes_late_ms > 0 {
            self.counter += 1;
            let write = Write { id, host, request: request.clone(), credentials: credentials.clone() };
            self.writes.insert((self.now + self.writes_late_ms, self.counter), write);
            return;
        } else {
            self.serve(host, request, credentials)
        };
        let answer = HttpAnswer { status, body, date: None };
        let late = if request.method == Method::Get { self.reads_late_ms } else { 0 };
        self.later((HTTP_MS + late).max(cut + 5), Input::HttpAnswer { id, result: Ok(answer) });
    }

    pub(super) fn serve_late(&mut self, write: &Write) {
        let (status, body) = self.serve(write.host, &write.request, &write.credentials);
        let answer = HttpAnswer { status, body, date: None };
        self.later(HTTP_MS, Input::HttpAnswer { id: write.id, result: Ok(answer) });
    }

    pub(super) fn bosh(&mut self, id: u64, host: usize, body: &str) {
        let sid = attribute(body, "sid");
        let link = if sid.is_empty() {
            let link = 1_000_000 + id;
            let sid = format!("sid{link}");
            self.links.insert(link, Link { host, bosh: Some(sid), ..Link::default() });
            link
        } else {
            let Some(link) =
                self.links.iter().find(|(_, link)| link.bosh.as_ref() == Some(&sid)).map(|(id, _)| *id)
            else {
                let answer = HttpAnswer { status: 404, body: String::new(), date: None };
                self.later(HTTP_MS, Input::HttpAnswer { id, result: Ok(answer) });
                return;
            };
            link
        };
        self.answer_held(link);
        if let Some(open) = self.links.get_mut(&link) {
            open.held = Some((id, self.now));
        }
        let mut answers = Vec::new();
        if sid.is_empty() || body.contains("restart='true'") {
            answers.extend(self.speak(link, "<open").into_iter().skip(1));
        }
        let inside = body.split_once('>').map_or("", |(_, rest)| rest);
        for stanza in inside.split_inclusive("</iq>").flat_map(|part| part.split_inclusive("</auth>")) {
            answers.extend(self.speak(link, stanza));
        }
        if let Some(open) = self.links.get_mut(&link) {
            open.outbox.extend(answers);
            let first = sid.is_empty();
            if !open.outbox.is_empty() || first || body.contains("terminate") {
                self.answer_held(link);
            }
        }
        if body.contains("terminate") {
            self.links.remove(&link);
        }
    }

    pub(super) fn answer_held(&mut self, link: LinkId) {
        let Some(open) = self.links.get_mut(&link) else { return };
        let Some((id, _)) = open.held.take() else { return };
        let sid = open.bosh.clone().unwrap_or_default();
        let inside = open.outbox.drain(..).collect::<String>();
        let body = format!(
            "<body xmlns='http://jabber.org/protocol/httpbind' sid='{sid}' wait='30' hold='1' requests='2'>{inside}</body>"
        );
        self.later(
            HTTP_MS,
            Input::HttpAnswer { id, result: Ok(HttpAnswer { status: 200, body, date: None }) },
        );
    }

    pub(super) fn serve(
        &mut self,
        host: usize,
        request: &Request,
        credentials: &Credentials,
    ) -> (u16, String) {
        let path =
            request.path.split('?').next().unwrap_or_default().trim_start_matches("/finesse/api/").to_owned();
        if path == "SystemInfo" {
            return (200, self.system_info(host));
        }
        let good = match credentials {
            Credentials::None => false,
            Credentials::Basic { id, password } => id == ID && *password == self.center.password,
            Credentials::Bearer { token } => *token == self.center.password,
        };
        if !good {
            self.center.failures += 1;
            self.center.all_failures += 1;
            return (401, error("Authorization Failure", "UNAUTHORIZED", ID));
        }
        self.center.failures = 0;
        let own = format!("User/{ID}");
        let body = request.body.as_str();
        let id = request.header("requestId").unwrap_or_default().to_owned();
        match (request.method, path.as_str()) {
            (Method::Get, path) if path == own => (200, self.center.user("User")),
            (Method::Get, path) if path == format!("{own}/Dialogs") => (200, self.center.dialogs()),
            (Method::Get, "TeamResource/81/ReasonCodes") => {
                let category = request.path.rsplit('=').next().unwrap_or_default();
                let code = |id: u32| {
                    format!("<ReasonCode><uri>/finesse/api/ReasonCode/{id}</uri><category>{category}</category><code>2{id}</code><label>L{id}</label></ReasonCode>")
                };
                let codes = if self.center.reasons { code(7) + &code(8) } else { String::new() };
                (200, format!("<ReasonCodes category='{category}'>{codes}</ReasonCodes>"))
            }
            (Method::Get, "TeamResource/81/WrapUpReasons") => (
                200,
                "<WrapUpReasons><WrapUpReason><uri>/finesse/api/WrapUpReason/3</uri><label>Sale</label></WrapUpReason></WrapUpReasons>".to_owned(),
            ),
            (Method::Get, path) if path == format!("{own}/Queues") => (
                200,
                "<Queues><Queue><uri>/finesse/api/Queue/9</uri><name>Tills</name><statistics><callsInQueue>2</callsInQueue></statistics></Queue></Queues>".to_owned(),
            ),
            (Method::Get, "TeamResource/81/PhoneBooks") => (
                200,
                "<PhoneBooks><PhoneBook><uri>/finesse/api/PhoneBook/1</uri><name>All</name><type>GLOBAL</type>\
                 <contacts>/finesse/api/PhoneBook/1/Contacts</contacts></PhoneBook></PhoneBooks>"
                    .to_owned(),
            ),
            (Method::Get, "PhoneBook/1/Contacts") => (
                200,
                "<Contacts><Contact><firstName>Ann</firstName><lastName>B</lastName><phoneNumber>1</phoneNumber></Contact>\
                 <Contact><firstName>Cy</firstName><lastName>D</lastName><phoneNumber>2</phoneNumber></Contact></Contacts>"
                    .to_owned(),
            ),
            (Method::Get, path) if path == format!("Team/{TEAM}") => (200, self.center.team()),
            (Method::Get, "Devices") => {
                let all: String = self.center.devices.iter().map(|id| format!("<Device><deviceId>{id}</deviceId><deviceType>1</deviceType><deviceTypeName>{id}</deviceTypeName></Device>")).collect();
                (200, format!("<Devices>{all}</Devices>"))
            }
            (Method::Put, path) if path == own => {
                let (state, reason) = (value(body, "state"), value(body, "reasonCodeId"));
                self.center.put_state(self.now, &state, &reason, &value(body, "extension"), &id);
                (202, String::new())
            }
            (Method::Put, path) if path.starts_with("User/") => {
                self.center.member_is(self.now, &path["User/".len()..], &value(body, "state"), &id);
                (202, String::new())
            }
            (Method::Post, path) if path == format!("{own}/Dialogs") => self.make_call(body, &id),
            (Method::Put, path) if path.starts_with("Dialog/") => {
                let dialog = path["Dialog/".len()..].to_owned();
                self.act(&dialog, body, &id)
            }
            (Method::Get | Method::Put | Method::Post | Method::Delete, _) => (404, error("Not Found", "", "")),
        }
    }

    pub(super) fn make_call(&mut self, body: &str, request: &str) -> (u16, String) {
        let to = value(body, "toAddress");
        if to == EXTENSION {
            return (400, error("Invalid Destination", "", ""));
        }
        if self.center.lazy {
            return (202, String::new());
        }
        let id = self.center.call(self.now, "OUT", "INITIATING", &to);
        self.center.part_is(self.now, &id, "INITIATED", request);
        if !self.center.uccx {
            self.center.after = "NOT_READY".to_owned();
            self.center.set(self.now, "TALKING", "", "");
        }
        (202, String::new())
    }

    pub(super) fn act(&mut self, dialog: &str, body: &str, request: &str) -> (u16, String) {
        if !self.center.calls.contains_key(dialog) {
            return (404, error("Dialog Not Found", "Invalid dialogId specified for dialog", dialog));
        }
        if self.center.lazy {
            return (202, String::new());
        }
        let now = self.now;
        match value(body, "requestedAction").as_str() {
            "ANSWER" => {
                self.center.part_is(now, dialog, "ACTIVE", request);
                self.center.set(now, "TALKING", "", "");
            }
            "SEND_DTMF" if self.center.is_held(dialog) => return (401, error("Invalid State", "", "")),
            "HOLD" => self.center.part_is(now, dialog, "HELD", request),
            "RETRIEVE" => self.center.part_is(now, dialog, "ACTIVE", request),
            "DROP" => self.center.end(now, dialog, request),
            "CONSULT_CALL" => {
                self.center.part_is(now, dialog, "HELD", "");
                let to = value(body, "toAddress");
                let consult = self.center.call(now, "CONSULT", "INITIATING", &to);
                self.center.part_is(now, &consult, "ACTIVE", request);
                self.center.tell_call(dialog, "");
            }
            "TRANSFER" => {
                let all: Vec<String> = self.center.calls.keys().cloned().collect();
                for id in all {
                    self.center.end(now, &id, if id == dialog { request } else { "" });
                }
            }
            "UPDATE_CALL_DATA" => {
                if let Some(call) = self.center.calls.get_mut(dialog) {
                    call.variable = value(body, "value");
                }
                self.center.tell_call(dialog, request);
            }
            _ => {}
        }
        (202, String::new())
    }
}

fn error(kind: &str, message: &str, data: &str) -> String {
    format!(
        "<ApiErrors><ApiError><ErrorType>{kind}</ErrorType><ErrorMessage>{message}</ErrorMessage><ErrorData>{data}</ErrorData></ApiError></ApiErrors>"
    )
}
