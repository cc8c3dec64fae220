//! Keys of calls by signalling: ours to a peer that subscribes to them inside the call (RFC 4730), the peer's by
//! NOTIFY without a subscription.

use super::UserAgent;
use super::called::extend;
use super::respond::ALLOW_EVENTS;
use crate::call::State;
use crate::call::keys::{Ending, KeySubscription, Report};
use crate::call::notified_key::{NotifiedKey, TELEPHONE_EVENT, TELEPHONE_EVENT_BODY};
use crate::kpml::{KPML, KPML_REQUEST, KPML_RESPONSE, KeyReport, KeyRequest, Persist, is_key};
use crate::message::{Head, Headers, Method, Request, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::subscription::EventHeader;
use crate::transaction::{ClientEvent, ClientId, Outcome, Owner, ServerId};
use crate::{CryptoRng, Error, Event, LegId, Time, Transport};
use std::collections::VecDeque;
use std::time::Duration;

/// How long a subscription lasts that names no time (RFC 4730 §4.4), and the longest that is granted.
const LIFETIME: u32 = 7_200;
/// Keys that wait for the peer to take the ones before. Nobody presses so many while a peer is silent.
pub(super) const MOST_WAITING: usize = 64;

impl UserAgent {
    /// Tells a peer that subscribed to our keys ([`Event::KpmlSubscribed`]) that one was pressed. False: the peer has not
    /// asked for this key, so that it has to go another way.
    ///
    /// # Errors
    /// [`Error::UnknownLeg`], [`Error::BadDigit`].
    pub fn send_kpml_digit(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        leg: LegId,
        digit: char,
    ) -> Result<bool, Error> {
        self.run(now, rng, |ua, at| ua.report_key(at, leg, digit))
    }

    fn report_key(&mut self, at: &mut At<'_>, leg: LegId, digit: char) -> Result<bool, Error> {
        if !self.legs.contains_key(&leg) {
            return Err(Error::UnknownLeg(leg));
        }
        let digit = digit.to_ascii_uppercase();
        if !is_key(digit) {
            return Err(Error::BadDigit(digit));
        }
        let Some(subscription) = self.key_subscription(leg) else { return Ok(false) };
        let listens = subscription.told && !subscription.satisfied;
        let Some(request) = subscription.request.as_ref().filter(|_| listens) else { return Ok(false) };
        let Some(report) = request.report(digit).filter(|_| subscription.waiting.len() < MOST_WAITING) else {
            return Ok(false);
        };
        match request.persist {
            Persist::EachTime => subscription.waiting.push_back(Report { report: Some(report), last: None }),
            Persist::SingleNotify => {
                subscription.satisfied = true;
                subscription.waiting.push_back(Report { report: Some(report), last: None });
            }
            Persist::OneShot => self.end_keys(leg, Some(report), Ending::NoResource),
        }
        self.tell_keys(at, leg);
        Ok(true)
    }

    /// SUBSCRIBE inside of a call (RFC 4730 §4.6): the way in which CUCM asks for keys.
    pub(super) fn on_subscribe_in_call(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        server: ServerId,
        request: &Request,
        head: &Head,
    ) {
        let event = EventHeader::of(&request.headers).filter(|event| event.package == KPML);
        let Some(event) = event else { return self.bad_event(at, server) };
        if !accepts(&request.headers, KPML_RESPONSE) {
            return self.respond(at, server, 406);
        }
        let asked = request.body_of_type(KPML_REQUEST);
        if asked.is_none() && !request.body.is_empty() {
            return self.respond_with(at, server, 415, |r| r.headers.push(name::ACCEPT, KPML_REQUEST));
        }
        let stated = request.headers.first(name::EXPIRES).and_then(|text| text.trim().parse::<u32>().ok());
        let expires = stated.unwrap_or(LIFETIME).min(LIFETIME);
        let (Some(of), false) = (self.legs.get(&leg), self.is_ending(leg)) else {
            return self.respond(at, server, 481);
        };
        let account = of.account;
        let mut headers = self.dialog_headers(leg, server);
        headers.push(name::EXPIRES, expires.to_string());
        headers.push(name::ALLOW_EVENTS, ALLOW_EVENTS);
        self.respond_with(at, server, 200, |response| extend(response, headers));

        let keys = self.keys.entry(leg).or_default();
        let event = event.id.map_or_else(|| KPML.to_owned(), |id| format!("{KPML};id={id}"));
        let subscription = keys.subscription.get_or_insert_with(|| KeySubscription {
            account,
            call_id: head.call_id.clone(),
            remote_tag: head.from.tag().unwrap_or_default().to_owned(),
            event: event.clone(),
            request: None,
            until: at.now,
            satisfied: false,
            told: false,
            waiting: VecDeque::new(),
            client: None,
        });
        // Without a body the request before goes on to hold.
        if let Some(asked) = &asked {
            subscription.request = KeyRequest::parse(asked.as_bytes());
        }
        subscription.event = event;
        subscription.satisfied = false;
        subscription.until = at.now + Duration::from_secs(expires.into());
        if subscription.request.is_none() {
            let report = (asked.is_some() || expires > 0).then_some(KeyReport::BadDocument);
            self.end_keys(leg, report, Ending::Rejected);
        } else if expires == 0 {
            self.end_keys(leg, Some(KeyReport::Expired), Ending::Timeout);
        } else {
            // One that waits says the same.
            if !subscription
                .waiting
                .back()
                .is_some_and(|waits| waits.report.is_none() && waits.last.is_none())
            {
                subscription.waiting.push_back(Report { report: None, last: None });
            }
            self.net.schedule.set(Alarm::KeysExpire(leg), subscription.until);
            if !std::mem::replace(&mut subscription.told, true) {
                self.net.event(Event::KpmlSubscribed { leg });
            }
        }
        self.tell_keys(at, leg);
    }

    /// The peer's subscription has run out.
    pub(super) fn expire_keys(&mut self, at: &mut At<'_>, leg: LegId) {
        self.end_keys(leg, Some(KeyReport::Expired), Ending::Timeout);
        self.tell_keys(at, leg);
    }

    pub(super) fn forget_keys(&mut self, leg: LegId) {
        self.net.schedule.cancel(Alarm::KeysExpire(leg));
        let Some(keys) = self.keys.remove(&leg) else { return };
        if let Some((client, _)) = keys.subscription.and_then(|subscription| subscription.client) {
            self.clients.remove(&mut self.net, client);
        }
    }

    /// Whether an answer to a NOTIFY about keys is still of interest.
    pub(super) fn wants_key_client(&self, leg: LegId) -> bool {
        self.keys.get(&leg).is_some_and(|keys| keys.subscription.is_some())
    }

    /// The NOTIFY goes on in another transaction, after a challenge.
    pub(super) fn replace_key_client(&mut self, leg: LegId, new: ClientId, number: u32) {
        let Some(subscription) = self.key_subscription(leg) else { return };
        if let Some((client, _)) = &mut subscription.client {
            *client = new;
        }
        let (call_id, remote_tag) = (subscription.call_id.clone(), subscription.remote_tag.clone());
        let dialog = self.legs.get_mut(&leg).and_then(|leg| leg.dialog_mut(&call_id, &remote_tag));
        if let Some(dialog) = dialog {
            dialog.local_cseq = dialog.local_cseq.max(number);
        }
    }

    pub(super) fn on_keys_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent) {
        let Some(subscription) = self.key_subscription(leg) else { return };
        let Some((_, last)) = subscription.client.take_if(|(client, _)| *client == event.id) else { return };
        match &event.outcome {
            Outcome::Response(response) if response.is_provisional() => {
                subscription.client = Some((event.id, last));
            }
            Outcome::Response(response)
                if response.is_success() && !(last && subscription.waiting.is_empty()) =>
            {
                self.tell_keys(at, leg);
            }
            // A peer that does not take the news does not want them (RFC 6665 §4.2.2).
            Outcome::Response(_) | Outcome::Timeout | Outcome::Unsent => self.drop_keys(leg),
        }
    }

    /// A key of the peer's, told by NOTIFY without a subscription.
    pub(super) fn on_key_notified(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        server: ServerId,
        request: &Request,
    ) {
        let Some(key) = NotifiedKey::of(request) else {
            return self
                .respond_with(at, server, 415, |r| r.headers.push(name::ACCEPT, TELEPHONE_EVENT_BODY));
        };
        self.respond(at, server, 200);
        if let Some(digit) = key.pressed(self.keys.entry(leg).or_default().heard.replace(key)) {
            self.net.event(Event::Dtmf { leg, digit });
        }
    }

    /// How we can be told and asked for keys, for messages that make a call. CUCM subscribes to keys only where it reads
    /// `kpml`; Cisco's gateways send NOTIFY only where both sides say in Call-Info that they can, the called one in its
    /// response.
    pub(super) fn key_headers(&self, transport: Transport, by_notify: bool) -> Headers {
        let mut headers = Headers::new();
        headers.push(name::ALLOW_EVENTS, ALLOW_EVENTS);
        if let Some(local) = self.net.local(transport).filter(|_| by_notify) {
            let how = "NOTIFY;Event=telephone-event;Duration=500";
            headers.push(name::CALL_INFO, format!("<sip:{local}>;method=\"{how}\""));
        }
        headers
    }

    fn key_subscription(&mut self, leg: LegId) -> Option<&mut KeySubscription> {
        self.keys.get_mut(&leg)?.subscription.as_mut()
    }

    fn is_ending(&self, leg: LegId) -> bool {
        match self.legs.get(&leg).map(|leg| &leg.state) {
            Some(State::Ending(_)) => true,
            Some(State::Calling(_) | State::Ringing(_) | State::Up(_)) | None => false,
        }
    }

    /// Plans the last NOTIFY.
    fn end_keys(&mut self, leg: LegId, report: Option<KeyReport>, reason: Ending) {
        let Some(subscription) = self.key_subscription(leg) else { return };
        if subscription.is_over() {
            return;
        }
        subscription.waiting.push_back(Report { report, last: Some(reason) });
        let told = std::mem::take(&mut subscription.told);
        self.net.schedule.cancel(Alarm::KeysExpire(leg));
        if told {
            self.net.event(Event::KpmlEnded { leg });
        }
    }

    /// Forgets a subscription whose peer does not listen, or has heard the last.
    fn drop_keys(&mut self, leg: LegId) {
        let Some(gone) = self.keys.get_mut(&leg).and_then(|keys| keys.subscription.take()) else { return };
        self.net.schedule.cancel(Alarm::KeysExpire(leg));
        if let Some((client, _)) = gone.client {
            self.clients.remove(&mut self.net, client);
        }
        if gone.told {
            self.net.event(Event::KpmlEnded { leg });
        }
    }

    /// Sends the next NOTIFY once the one before has been taken, so that no key overtakes another.
    fn tell_keys(&mut self, at: &mut At<'_>, leg: LegId) {
        if self.is_ending(leg) {
            return self.drop_keys(leg);
        }
        let Some(subscription) = self.key_subscription(leg) else { return };
        if subscription.client.is_some() {
            return;
        }
        let Some(next) = subscription.waiting.pop_front() else { return };
        let (account, event) = (subscription.account, subscription.event.clone());
        let remote_tag = subscription.remote_tag.clone();
        let left = (subscription.until - at.now).as_secs();
        let owner = Owner::Keys(leg, account);
        let sent = self.request_in_dialog(at, leg, &remote_tag, owner, Method::NOTIFY, |request| {
            request.headers.push(name::EVENT, event);
            request.headers.push(
                name::SUBSCRIPTION_STATE,
                match next.last {
                    Some(reason) => format!("terminated;reason={}", reason.word()),
                    None => format!("active;expires={left}"),
                },
            );
            if let Some(report) = &next.report {
                request.headers.push(name::CONTENT_TYPE, KPML_RESPONSE);
                request.body = report.document().into_bytes();
            }
        });
        match (sent, self.key_subscription(leg)) {
            (Some(client), Some(subscription)) => subscription.client = Some((client, next.last.is_some())),
            (Some(_), None) => {}
            // The fork that subscribed has lost, or cannot be reached.
            (None, _) => self.drop_keys(leg),
        }
    }
}

/// Whether a NOTIFY tells of a key without a subscription.
pub(super) fn tells_a_key(request: &Request) -> bool {
    EventHeader::of(&request.headers).is_some_and(|event| event.package == TELEPHONE_EVENT)
}

/// Whether the caller can tell keys by NOTIFY.
pub(super) fn tells_keys_by_notify(invite: &Request) -> bool {
    let told = |value: &str| {
        let value = value.to_ascii_lowercase();
        value.contains("method=\"notify") && value.contains("event=telephone-event")
    };
    invite.headers.all(name::CALL_INFO).any(told)
}

/// Whether a body of this type may be sent; without Accept the package's own may (RFC 6665 §3.1.3).
fn accepts(headers: &Headers, media_type: &str) -> bool {
    let mut accepted = headers.elements(name::ACCEPT).peekable();
    accepted.peek().is_none()
        || accepted.any(|range| {
            let range = range.split(';').next().unwrap_or_default().trim();
            range == "*/*"
                || range.eq_ignore_ascii_case("application/*")
                || range.eq_ignore_ascii_case(media_type)
        })
}
