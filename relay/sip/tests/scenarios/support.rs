//! A user agent with a clock that only the test moves, and a far end that the test speaks for.

pub(crate) mod notifier;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sidetone_sip::message::{Headers, Message, Request, Response, name};
use sidetone_sip::{
    Account, AccountId, Command, Event, FlowId, Input, Kind, LegId, Secret, Settings, Time, Transport,
    UserAgent,
};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

pub(crate) const LINE: AccountId = AccountId(1);
pub(crate) const OUR_UDP: &str = "192.0.2.1:5060";
pub(crate) const PEER: &str = "192.0.2.9:5060";
pub(crate) const OFFER: &str =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// A file of the fixtures.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/{name}.sip", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn settings() -> Settings {
    let mut settings = Settings::new("sidetone-test");
    settings.udp = Some(address(OUR_UDP));
    settings.tcp = Some(address("192.0.2.1:5060"));
    settings
}

pub(crate) fn account(transport: Transport) -> Account {
    Account {
        address_of_record: "sip:1001@example.test".into(),
        kind: Kind::Line,
        registrar: Some(format!("sip:{PEER}")),
        further_registrars: Vec::new(),
        outbound_proxy: None,
        transport: Some(transport),
        auth_user: None,
        password: Secret::new("secret"),
        expires: Duration::from_secs(3600),
        message_summary: false,
        display_name: Some("One Thousand and One".into()),
    }
}

/// One message that was sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) at: Time,
    pub(crate) flow: FlowId,
    pub(crate) remote: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

impl Sent {
    pub(crate) fn request(&self) -> Request {
        match Message::parse(&self.bytes).expect("a message") {
            Message::Request(request) => request,
            Message::Response(response) => panic!("a request was expected, not {response:?}"),
        }
    }

    pub(crate) fn response(&self) -> Response {
        match Message::parse(&self.bytes).expect("a message") {
            Message::Response(response) => response,
            Message::Request(request) => panic!("a response was expected, not {request:?}"),
        }
    }

    /// The method of a request or the status of a response.
    pub(crate) fn label(&self) -> String {
        match Message::parse(&self.bytes).expect("a message") {
            Message::Request(request) => request.method.to_string(),
            Message::Response(response) => response.status.to_string(),
        }
    }
}

/// One user agent.
pub(crate) struct Phone {
    pub(crate) ua: UserAgent,
    pub(crate) now: Time,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) sent: VecDeque<Sent>,
    pub(crate) events: VecDeque<Event>,
    /// What is neither sent bytes nor an event.
    pub(crate) commands: VecDeque<Command>,
}

impl Phone {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            ua: UserAgent::new(settings),
            now: Time(0),
            rng: ChaCha20Rng::seed_from_u64(7),
            sent: VecDeque::new(),
            events: VecDeque::new(),
            commands: VecDeque::new(),
        }
    }

    /// Registered over UDP, with nothing left to read.
    pub(crate) fn registered() -> Self {
        Self::registered_for(settings(), 3600)
    }

    /// Registered for so many seconds.
    pub(crate) fn registered_for(settings: Settings, seconds: u32) -> Self {
        let mut phone = Self::new(settings);
        let mut account = account(Transport::Udp);
        account.expires = Duration::from_secs(seconds.into());
        phone.ua.add_account(phone.now, &mut phone.rng, LINE, account).expect("added");
        phone.drain();
        let register = phone.take_request("REGISTER");
        phone.receive(&ok_to_register(&register, seconds));
        assert!(matches!(phone.take_event(), Event::Registered { account: LINE, .. }));
        // Past the end of the REGISTER transaction, so that only calls are counted from here.
        phone.advance(Duration::from_secs(40));
        phone
    }

    pub(crate) fn drain(&mut self) {
        while let Some(command) = self.ua.next_command() {
            match command {
                Command::Send { flow, remote, bytes } => {
                    self.sent.push_back(Sent { at: self.now, flow, remote, bytes });
                }
                Command::Event(event) => self.events.push_back(event),
                other => self.commands.push_back(other),
            }
        }
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.ua.handle_input(self.now, &mut self.rng, input);
        self.drain();
    }

    /// A datagram of the peer comes.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.receive_from(PEER, bytes);
    }

    pub(crate) fn receive_from(&mut self, remote: &str, bytes: &[u8]) {
        self.input(Input::Datagram {
            flow: FlowId::UDP,
            local: address(OUR_UDP),
            remote: address(remote),
            bytes: bytes.to_vec(),
        });
    }

    /// Lets time pass, doing what is due when it is due.
    pub(crate) fn advance(&mut self, duration: Duration) {
        let until = self.now + duration;
        while let Some(due) = self.ua.next_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.ua.handle_timeout(self.now, &mut self.rng);
            self.drain();
        }
        self.now = until;
    }

    /// Lets time pass until something is sent.
    pub(crate) fn wait_for_sent(&mut self) {
        while self.sent.is_empty() {
            let due = self.ua.next_timeout().expect("something is planned");
            self.advance(due - self.now);
        }
    }

    pub(crate) fn take_sent(&mut self) -> Sent {
        self.sent.pop_front().expect("something was sent")
    }

    pub(crate) fn take_request(&mut self, method: &str) -> Request {
        let request = self.take_sent().request();
        assert_eq!(request.method.to_string(), method);
        request
    }

    pub(crate) fn take_response(&mut self, status: u16) -> Response {
        let response = self.take_sent().response();
        assert_eq!(response.status, status, "{response:?}");
        response
    }

    pub(crate) fn take_event(&mut self) -> Event {
        self.events.pop_front().expect("something happened")
    }

    pub(crate) fn assert_quiet(&self) {
        assert!(self.sent.is_empty(), "sent: {:?}", self.sent.iter().map(Sent::label).collect::<Vec<_>>());
        assert!(self.events.is_empty(), "events: {:?}", self.events);
    }

    /// What was sent, and when after `start`, in milliseconds.
    pub(crate) fn take_timeline(&mut self, start: Time) -> Vec<(String, u64)> {
        self.sent
            .drain(..)
            .map(|sent| (sent.label(), u64::try_from((sent.at - start).as_millis()).expect("short")))
            .collect()
    }

    /// Nothing of any call is left once all transactions have ended.
    pub(crate) fn assert_nothing_left(&mut self) {
        self.advance(Duration::from_secs(40));
        let counts = self.ua.counts();
        assert_eq!((counts.legs, counts.client_transactions, counts.server_transactions), (0, 0, 0));
    }

    pub(crate) fn call(&mut self, target: &str) -> LegId {
        let leg = self.ua.invite(self.now, &mut self.rng, LINE, target, "v=0\r\nours".into()).expect("a leg");
        self.drain();
        leg
    }

    pub(crate) fn ring(&mut self, leg: LegId) {
        self.ua.ring(self.now, &mut self.rng, leg).expect("rings");
        self.drain();
    }

    pub(crate) fn answer(&mut self, leg: LegId) {
        self.ua.answer(self.now, &mut self.rng, leg, "v=0\r\nanswer".into()).expect("answers");
        self.drain();
    }

    pub(crate) fn reject(&mut self, leg: LegId, status: u16) {
        self.ua.reject(self.now, &mut self.rng, leg, status).expect("rejects");
        self.drain();
    }

    pub(crate) fn hang_up(&mut self, leg: LegId) {
        self.ua.hang_up(self.now, &mut self.rng, leg).expect("hangs up");
        self.drain();
    }

    pub(crate) fn answer_offer(&mut self, leg: LegId) {
        self.ua.answer_offer(self.now, &mut self.rng, leg, "v=0\r\nnew answer".into()).expect("answers");
        self.drain();
    }

    pub(crate) fn refer(&mut self, leg: LegId, target: &str) {
        self.ua.refer(self.now, &mut self.rng, leg, target).expect("refers");
        self.drain();
    }

    pub(crate) fn reoffer(&mut self, leg: LegId, sdp: &str) {
        self.ua.reoffer(self.now, &mut self.rng, leg, sdp.into()).expect("offers");
        self.drain();
    }

    /// Calls somebody who answers, then reads all of that away. Gives the leg and its INVITE.
    pub(crate) fn talk_out(&mut self, answer: impl FnOnce(&mut Headers)) -> (LegId, Request) {
        let leg = self.call("1002");
        let invite = self.take_request("INVITE");
        self.receive(&respond_with(&invite, 200, "b", Some(OFFER), answer));
        self.take_request("ACK");
        self.events.retain(|event| !matches!(event, Event::Answered { .. }));
        self.assert_quiet();
        (leg, invite)
    }

    /// The other side of [`Self::talk_out`] asks for something.
    pub(crate) fn receive_in(
        &mut self,
        invite: &Request,
        method: &str,
        number: u32,
        body: Option<(&str, &str)>,
        headers: &str,
    ) {
        self.receive(&from_callee(invite, "b", method, number, body, headers));
    }

    /// Takes an incoming call and confirms it, then reads all of that away.
    pub(crate) fn talk(&mut self, call_id: &str) -> (LegId, String) {
        self.receive(&invite(call_id, Some(OFFER)));
        let Event::Incoming { leg, .. } = self.take_event() else { panic!("no call") };
        self.answer(leg);
        self.take_response(100);
        let ok = self.take_response(200);
        let to = ok.headers.first(name::TO).expect("To").to_owned();
        self.receive(&in_dialog("ACK", 1, call_id, &to, "ack", None));
        assert_eq!(self.take_event(), Event::Confirmed { leg, sdp: None });
        self.assert_quiet();
        (leg, to)
    }
}

pub(crate) fn ok_to_register(register: &Request, expires: u32) -> Vec<u8> {
    let mut response = Response::to_request(&register.headers, 200, "OK");
    let contact =
        register.headers.first(name::CONTACT).expect("Contact").split(";expires").next().expect("it");
    response.headers.push(name::CONTACT, format!("{contact};expires={expires}"));
    response.to_bytes()
}

/// A response of the peer to a request of ours.
pub(crate) fn respond(request: &Request, status: u16, tag: &str, sdp: Option<&str>) -> Vec<u8> {
    respond_with(request, status, tag, sdp, |_| {})
}

pub(crate) fn respond_with(
    request: &Request,
    status: u16,
    tag: &str,
    sdp: Option<&str>,
    fill: impl FnOnce(&mut Headers),
) -> Vec<u8> {
    let mut response = Response::to_request(&request.headers, status, "Because");
    let to = request.headers.first(name::TO).expect("To").to_owned();
    if !tag.is_empty() && !to.contains(";tag=") {
        response.headers.replace_first(name::TO, format!("{to};tag={tag}"));
    }
    response.headers.push(name::CONTACT, format!("<sip:peer-{tag}@{PEER}>"));
    if let Some(sdp) = sdp {
        response.headers.push(name::CONTENT_TYPE, "application/sdp");
        response.body = sdp.as_bytes().to_vec();
    }
    fill(&mut response.headers);
    response.to_bytes()
}

/// An INVITE of the peer.
pub(crate) fn invite(call_id: &str, sdp: Option<&str>) -> Vec<u8> {
    invite_with(call_id, sdp, "")
}

pub(crate) fn invite_with(call_id: &str, sdp: Option<&str>, headers: &str) -> Vec<u8> {
    let body = sdp.unwrap_or_default();
    let content = if sdp.is_some() { "Content-Type: application/sdp\r\n" } else { "" };
    format!(
        "INVITE sip:1001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bK{call_id};rport\r\n\
         Max-Forwards: 70\r\nFrom: \"Nine\" <sip:1009@example.test>;tag=far\r\nTo: <sip:1001@example.test>\r\n\
         Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\nContact: <sip:1009@{PEER}>\r\n{headers}{content}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A request of the peer inside a dialog that its INVITE made.
pub(crate) fn in_dialog(
    method: &str,
    number: u32,
    call_id: &str,
    to: &str,
    branch: &str,
    sdp: Option<&str>,
) -> Vec<u8> {
    in_dialog_with(method, number, call_id, to, branch, sdp.map(|sdp| ("application/sdp", sdp)), "")
}

pub(crate) fn in_dialog_with(
    method: &str,
    number: u32,
    call_id: &str,
    to: &str,
    branch: &str,
    body: Option<(&str, &str)>,
    headers: &str,
) -> Vec<u8> {
    let (content, body) = match body {
        Some((media_type, body)) => (format!("Content-Type: {media_type}\r\n"), body),
        None => (String::new(), ""),
    };
    format!(
        "{method} sip:1001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bK{branch};rport\r\n\
         Max-Forwards: 70\r\nFrom: \"Nine\" <sip:1009@example.test>;tag=far\r\nTo: {to}\r\nCall-ID: {call_id}\r\n\
         CSeq: {number} {method}\r\nContact: <sip:1009@{PEER}>\r\n{headers}{content}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A request of the called party `tag` inside the dialog that our INVITE made.
pub(crate) fn from_callee(
    invite: &Request,
    tag: &str,
    method: &str,
    number: u32,
    body: Option<(&str, &str)>,
    headers: &str,
) -> Vec<u8> {
    let (content, body) = match body {
        Some((media_type, body)) => (format!("Content-Type: {media_type}\r\n"), body),
        None => (String::new(), ""),
    };
    let header = |name| invite.headers.first(name).expect("it is there");
    let (from, to, call_id) = (header(name::FROM), header(name::TO), header(name::CALL_ID));
    format!(
        "{method} sip:1001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bK{tag}{method}{number};rport\r\n\
         Max-Forwards: 70\r\nFrom: {to};tag={tag}\r\nTo: {from}\r\nCall-ID: {call_id}\r\n\
         CSeq: {number} {method}\r\nContact: <sip:peer-{tag}@{PEER}>\r\n{headers}{content}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The CANCEL of [`invite`].
pub(crate) fn cancel(call_id: &str, headers: &str) -> Vec<u8> {
    format!(
        "CANCEL sip:1001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bK{call_id};rport\r\n\
         Max-Forwards: 70\r\nFrom: \"Nine\" <sip:1009@example.test>;tag=far\r\nTo: <sip:1001@example.test>\r\n\
         Call-ID: {call_id}\r\nCSeq: 1 CANCEL\r\n{headers}Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}
