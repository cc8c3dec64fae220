//! Any body of those that SIP carries besides session descriptions: the mailbox, the calls of a watched phone, what a peer
//! wants to hear of our keys, how a referred call fares, and keys. A user agent takes it in where it belongs, and lives on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sidetone_sip::message::{Message, Request, Response, name};
use sidetone_sip::{Account, AccountId, Command, FlowId, Input, LegId, Secret, Settings, Time, UserAgent};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

const LINE: AccountId = AccountId(1);
const ACTIVE: &str = "Subscription-State: active;expires=600\r\n";

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, body)) = bytes.split_first() else { return };
    let mut side = Side::new();
    match kind % 5 {
        0 => {
            let subscribe = side.registered();
            side.ask(
                &subscribe,
                "NOTIFY",
                &event("message-summary", "application/simple-message-summary"),
                body,
            );
        }
        1 => {
            side.registered();
            side.ua.watch(side.now, &mut side.rng, LINE, "1002").expect("the target is good");
            let subscribe = side.sent("SUBSCRIBE");
            side.answer(&subscribe, 200);
            // Documents that say only what has changed build upon each other.
            for part in body.split(|byte| *byte == 0) {
                side.ask(&subscribe, "NOTIFY", &event("dialog", "application/dialog-info+xml"), part);
            }
        }
        2 => {
            let (leg, invite) = side.talk();
            let headers = "Event: kpml\r\nContent-Type: application/kpml-request+xml\r\n";
            side.ask(&invite, "SUBSCRIBE", headers, body);
            for key in "0123456789*#ABCD".chars() {
                side.ua.send_kpml_digit(side.now, &mut side.rng, leg, key).expect("the key is good");
                side.answer_all();
            }
        }
        3 => {
            let (leg, invite) = side.talk();
            side.ua.refer(side.now, &mut side.rng, leg, "1003").expect("the target is good");
            side.answer_all();
            side.ask(&invite, "NOTIFY", &event("refer", "message/sipfrag;version=2.0"), body);
        }
        _ => {
            let (_, invite) = side.talk();
            for kind in ["application/dtmf-relay", "application/dtmf"] {
                side.ask(&invite, "INFO", &format!("Content-Type: {kind}\r\n"), body);
            }
            side.ask(&invite, "NOTIFY", &event("telephone-event", "audio/telephone-event"), body);
        }
    }
    side.pass_time();
});

fn event(package: &str, media_type: &str) -> String {
    format!("Event: {package}\r\n{ACTIVE}Content-Type: {media_type}\r\n")
}

/// A user agent and the one at the other side.
struct Side {
    ua: UserAgent,
    rng: ChaCha8Rng,
    now: Time,
    number: u32,
}

impl Side {
    fn new() -> Self {
        let mut settings = Settings::new("fuzz");
        settings.udp = Some(ours());
        let mut side =
            Self { ua: UserAgent::new(settings), rng: ChaCha8Rng::seed_from_u64(1), now: Time(0), number: 0 };
        let account = Account {
            expires: Duration::from_secs(600),
            message_summary: true,
            ..Account::line("sip:user@example.com", "sip:192.0.2.9", Secret::new("secret"))
        };
        side.ua.add_account(side.now, &mut side.rng, LINE, account).expect("the account is good");
        side
    }

    /// Gives the SUBSCRIBE to the mailbox.
    fn registered(&mut self) -> Request {
        let register = self.sent("REGISTER");
        self.answer(&register, 200);
        let subscribe = self.sent("SUBSCRIBE");
        self.answer(&subscribe, 200);
        subscribe
    }

    /// Gives a call that is answered, and its INVITE.
    fn talk(&mut self) -> (LegId, Request) {
        self.sent("REGISTER");
        let sdp = "v=0\r\n".to_owned();
        let leg = self.ua.invite(self.now, &mut self.rng, LINE, "1002", sdp).expect("the target is good");
        let invite = self.sent("INVITE");
        self.answer(&invite, 200);
        (leg, invite)
    }

    fn requests(&mut self) -> Vec<Request> {
        let commands = std::iter::from_fn(|| self.ua.next_command());
        let sent = commands.filter_map(|command| match command {
            Command::Send { bytes, .. } => Some(bytes),
            _ => None,
        });
        sent.filter_map(|bytes| match Message::parse(&bytes) {
            Ok(Message::Request(request)) => Some(request),
            Ok(Message::Response(_)) | Err(_) => None,
        })
        .collect()
    }

    fn sent(&mut self, method: &str) -> Request {
        let found = self.requests().into_iter().find(|request| request.method.to_string() == method);
        found.expect("it was sent")
    }

    fn receive(&mut self, bytes: Vec<u8>) {
        let input = Input::Datagram { flow: FlowId::UDP, local: ours(), remote: theirs(), bytes };
        self.ua.handle_input(self.now, &mut self.rng, input);
    }

    fn answer(&mut self, request: &Request, status: u16) {
        let mut response = Response::to_request(&request.headers, status, "Because");
        let to = request.headers.first(name::TO).expect("it has one").to_owned();
        if !to.contains(";tag=") {
            response.headers.replace_first(name::TO, format!("{to};tag=theirs"));
        }
        response.headers.push(name::CONTACT, "<sip:them@192.0.2.9>");
        self.receive(response.to_bytes());
    }

    fn answer_all(&mut self) {
        for request in self.requests() {
            self.answer(&request, 200);
        }
    }

    /// The other side asks for something in the dialog that a request of ours has made.
    fn ask(&mut self, ours: &Request, method: &str, headers: &str, body: &[u8]) {
        self.number += 1;
        let number = self.number;
        let header = |name| ours.headers.first(name).expect("it has one");
        let (from, to, call_id) = (header(name::TO), header(name::FROM), header(name::CALL_ID));
        let head = format!(
            "{method} sip:user@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK{number}\r\n\
             From: {from};tag=theirs\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:them@192.0.2.9>\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.receive([head.as_bytes(), body].concat());
        self.answer_all();
    }

    fn pass_time(&mut self) {
        for _ in 0..40 {
            self.answer_all();
            let Some(due) = self.ua.next_timeout() else { break };
            self.now = due;
            self.ua.handle_timeout(due, &mut self.rng);
        }
    }
}

fn ours() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 5060))
}

fn theirs() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::new(192, 0, 2, 9), 5060))
}
