//! The other side of our subscriptions.

use super::{PEER, Phone, Sent, respond_with};
use sidetone_sip::message::{Request, name};
use sidetone_sip::{Event, UnknownReason, UserAgent, WatchState};
use std::time::Duration;

/// A notifier, as one subscription sees it.
#[derive(Debug, Clone)]
pub(crate) struct Notifier {
    pub(crate) call_id: String,
    /// The CSeq of the last NOTIFY.
    pub(crate) number: u32,
    subscriber: String,
    contact: String,
    resource: String,
    event: String,
    media_type: String,
    tag: String,
}

impl Notifier {
    /// The one that this SUBSCRIBE reaches.
    pub(crate) fn of(subscribe: &Request) -> Self {
        let header = |name| subscribe.headers.first(name).expect(name).to_owned();
        Self {
            call_id: header(name::CALL_ID),
            number: 0,
            subscriber: header(name::FROM),
            contact: header(name::CONTACT).trim_matches(['<', '>']).to_owned(),
            resource: header(name::TO),
            event: header(name::EVENT),
            media_type: header(name::ACCEPT),
            tag: "notifier".into(),
        }
    }

    pub(crate) fn tagged(self, tag: &str) -> Self {
        Self { tag: tag.into(), ..self }
    }

    /// 200 to SUBSCRIBE.
    pub(crate) fn accept(&self, subscribe: &Request, expires: u32) -> Vec<u8> {
        respond_with(subscribe, 200, &self.tag, None, |headers| {
            headers.set(name::CONTACT, format!("<sip:notifier@{PEER}>"));
            headers.push(name::EXPIRES, expires.to_string());
        })
    }

    pub(crate) fn notify(&mut self, state: &str, body: &str) -> Vec<u8> {
        self.number += 1;
        let content =
            if body.is_empty() { String::new() } else { format!("Content-Type: {}\r\n", self.media_type) };
        format!(
            "NOTIFY {} SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch=z9hG4bK{}{}{};rport\r\nMax-Forwards: 70\r\n\
             From: {};tag={}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {} NOTIFY\r\nContact: <sip:notifier@{PEER}>\r\n\
             Event: {}\r\nSubscription-State: {state}\r\n{content}Content-Length: {}\r\n\r\n{body}",
            self.contact,
            self.tag,
            self.number,
            state.len(),
            self.resource,
            self.tag,
            self.subscriber,
            self.call_id,
            self.number,
            self.event,
            body.len()
        )
        .into_bytes()
    }
}

/// A 401.
pub(crate) fn challenge(request: &Request) -> Vec<u8> {
    respond_with(request, 401, "c", None, |headers| {
        headers.push(name::WWW_AUTHENTICATE, "Digest realm=\"ccmsipline\", nonce=\"n1\", algorithm=MD5");
    })
}

pub(crate) fn dialog_info(version: u32, state: &str, dialogs: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\r\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" \
         state=\"{state}\" entity=\"sip:1002@example.test\">{dialogs}</dialog-info>"
    )
}

pub(crate) fn dialog(id: &str, state: &str) -> String {
    format!("<dialog id=\"{id}\" direction=\"recipient\"><state>{state}</state></dialog>")
}

/// A watch whose SUBSCRIBE has just been sent.
pub(crate) fn watching() -> (Phone, Request) {
    let mut phone = Phone::registered();
    phone.watch("1002");
    assert_eq!(phone.take_state(), WatchState::Unknown(UnknownReason::Starting));
    let subscribe = phone.take_request("SUBSCRIBE");
    (phone, subscribe)
}

/// Watching a phone that does nothing.
pub(crate) fn watched() -> (Phone, Notifier) {
    let (mut phone, subscribe) = watching();
    let mut notifier = Notifier::of(&subscribe);
    phone.receive(&notifier.accept(&subscribe, 600));
    phone.receive(&notifier.notify("active;expires=600", &dialog_info(0, "full", "")));
    phone.take_response(200);
    assert_eq!(phone.take_state(), WatchState::Idle);
    phone.assert_quiet();
    (phone, notifier)
}

impl Phone {
    pub(crate) fn watch(&mut self, target: &str) {
        self.ua.watch(self.now, &mut self.rng, super::LINE, target).expect("watches");
        self.drain();
    }

    pub(crate) fn unwatch(&mut self, target: &str) {
        self.ua.unwatch(self.now, &mut self.rng, super::LINE, target).expect("knows the line");
        self.drain();
    }

    pub(crate) fn take_state(&mut self) -> WatchState {
        match self.take_event() {
            Event::DialogState { state, .. } => state,
            other => panic!("a state was expected, not {other:?}"),
        }
    }

    /// Lets time pass until something is sent.
    pub(crate) fn next_sent(&mut self, within: Duration) -> Sent {
        let deadline = self.now + within;
        while self.sent.is_empty() {
            let due = self.ua.next_timeout().filter(|due| *due <= deadline).expect("something is due");
            self.now = self.now.max(due);
            self.ua.handle_timeout(self.now, &mut self.rng);
            self.drain();
        }
        self.take_sent()
    }

    /// The same phone in another process.
    pub(crate) fn restored(mut self) -> Self {
        let text = serde_json::to_string(&self.ua).expect("written");
        self.ua = serde_json::from_str::<UserAgent>(&text).expect("read");
        self.ua.handle_restored(self.now, &mut self.rng);
        self.drain();
        self
    }
}
