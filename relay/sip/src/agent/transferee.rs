//! Being asked to call somebody else (RFC 3515 §2.4).

use super::UserAgent;
use crate::call::{Notice, Referral, Replaces, caller, refer};
use crate::message::{Headers, Method, NameAddr, Request, Uri, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Outcome, ServerId};
use crate::{Error, Event, LegId};
use std::time::Duration;

/// How long the shell may think about a REFER: its sender gives up after 64·T1.
const TO_DECIDE: Duration = Duration::from_secs(25);
/// How long the subscription to a referred call lasts.
const SUBSCRIPTION: Duration = Duration::from_secs(180);

impl UserAgent {
    pub(super) fn on_refer(&mut self, at: &mut At<'_>, leg: LegId, server: ServerId, request: &Request) {
        let Some(NameAddr { display_name: name, uri: target, params: _ }) = refer::target(&request.headers)
        else {
            return self.respond(at, server, 400);
        };
        let method = target.as_sip().and_then(|uri| uri.params.get("method"));
        if method.is_some_and(|method| method != "INVITE") {
            // RFC 3515 leaves it to us what we do for others; we only call.
            return self.respond(at, server, 403);
        }
        if !matches!(target, Uri::Sip(_) | Uri::Tel { .. }) {
            return self.respond(at, server, 416);
        }
        let number = self.servers.get(server).map(|server| server.head.cseq.number);
        let Some(found) = self.legs.get_mut(&leg) else { return };
        if found.up_mut().is_none_or(|up| up.hang_up) {
            return self.respond(at, server, 403);
        }
        if found.referral.is_some() {
            return self.respond(at, server, 491);
        }
        found.referrals += 1;
        let replaces = Replaces::of_uri(&target);
        let referred_by = request.headers.first(name::REFERRED_BY).map(str::to_owned);
        let by = referred_by.as_ref().and_then(|by| by.parse::<NameAddr>().ok()).map(|by| caller::shown(&by));
        let target = refer::dialable(target);
        found.referral = Some(Referral {
            request: Some(server),
            id: number.filter(|_| found.referrals > 1),
            target: target.clone(),
            replaces: replaces.clone(),
            referred_by,
            call: None,
            next: None,
            notifying: None,
            last: false,
        });
        self.net.schedule.set(Alarm::ReferralExpires(leg), at.now + TO_DECIDE);
        let target = target.to_string();
        self.net.event(Event::ReferRequested { leg, target, name, replaces, referred_by: by });
    }

    pub(super) fn accept_referral(&mut self, at: &mut At<'_>, leg: LegId) -> Result<(), Error> {
        let server = self.asked(leg)?;
        let headers = self.dialog_headers(leg, server);
        self.respond_with(at, server, 202, |response| super::called::extend(response, headers));
        self.net.schedule.set(Alarm::ReferralExpires(leg), at.now + SUBSCRIPTION);
        self.notify_referrer(at, leg, Notice::new(100, "Trying"));
        Ok(())
    }

    pub(super) fn reject_referral(&mut self, at: &mut At<'_>, leg: LegId, status: u16) -> Result<(), Error> {
        if !(300..700).contains(&status) {
            return Err(Error::BadStatus(status));
        }
        let server = self.asked(leg)?;
        self.respond(at, server, status);
        self.forget_referral(leg);
        Ok(())
    }

    /// The REFER that waits for an answer, which it is going to get.
    fn asked(&mut self, leg: LegId) -> Result<ServerId, Error> {
        let found = self.legs.get_mut(&leg).ok_or(Error::UnknownLeg(leg))?;
        found.referral.as_mut().and_then(|referral| referral.request.take()).ok_or(Error::WrongState(leg))
    }

    pub(super) fn call_referred(&mut self, at: &mut At<'_>, leg: LegId, sdp: String) -> Result<LegId, Error> {
        let found = self.legs.get(&leg).ok_or(Error::UnknownLeg(leg))?;
        let waits = |r: &&Referral| r.request.is_none() && r.call.is_none() && !r.last;
        let referral = found.referral.as_ref().filter(waits).ok_or(Error::WrongState(leg))?;
        let (account, target) = (found.account, referral.target.to_string());
        let mut headers = Headers::new();
        if let Some(replaces) = &referral.replaces {
            headers.push(name::REPLACES, replaces.to_string());
            headers.push(name::REQUIRE, "replaces");
        }
        if let Some(by) = &referral.referred_by {
            headers.push(name::REFERRED_BY, by.as_str());
        }
        match self.start_call(at, account, &target, sdp, headers) {
            Ok(call) => {
                if let Some(referral) = self.legs.get_mut(&leg).and_then(|leg| leg.referral.as_mut()) {
                    referral.call = Some(call);
                }
                if let Some(call) = self.legs.get_mut(&call) {
                    call.referred_on = Some(leg);
                }
                self.net.schedule.cancel(Alarm::ReferralExpires(leg));
                Ok(call)
            }
            Err(error) => {
                self.notify_referrer(at, leg, Notice::new(503, "Service Unavailable"));
                Err(error)
            }
        }
    }

    /// A call that we were asked for has got somewhere.
    pub(super) fn report_referred(&mut self, at: &mut At<'_>, call: LegId, notice: Notice) {
        let Some(leg) = self.legs.get(&call).and_then(|call| call.referred_on) else { return };
        if notice.status >= 200
            && let Some(call) = self.legs.get_mut(&call)
        {
            // Nobody is told what becomes of it later.
            call.referred_on = None;
        }
        self.notify_referrer(at, leg, notice);
    }

    /// Tells who referred, one thing after the other: later ones might overtake.
    fn notify_referrer(&mut self, at: &mut At<'_>, leg: LegId, notice: Notice) {
        let Some(referral) = self.legs.get_mut(&leg).and_then(|leg| leg.referral.as_mut()) else { return };
        if referral.notifying.is_some() {
            referral.next = Some(notice);
            return;
        }
        let last = notice.status >= 200;
        let event = referral.id.map_or_else(|| "refer".to_owned(), |id| format!("refer;id={id}"));
        let state = if last {
            "terminated;reason=noresource".to_owned()
        } else {
            format!("active;expires={}", SUBSCRIPTION.as_secs())
        };
        let client = self.request_in_call(at, leg, Method::NOTIFY, |request| {
            request.headers.push(name::EVENT, event);
            request.headers.push(name::SUBSCRIPTION_STATE, state);
            request.headers.push(name::CONTENT_TYPE, format!("{};version=2.0", refer::SIPFRAG));
            request.body = format!("SIP/2.0 {} {}\r\n", notice.status, notice.reason).into_bytes();
        });
        let Some(referral) = self.legs.get_mut(&leg).and_then(|leg| leg.referral.as_mut()) else { return };
        (referral.notifying, referral.last) = (client, last);
        if client.is_none() {
            self.forget_referral(leg);
        }
    }

    pub(super) fn on_notify_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent) {
        let Some(referral) = self.legs.get_mut(&leg).and_then(|leg| leg.referral.as_mut()) else { return };
        if referral.notifying != Some(event.id) {
            return;
        }
        let understood = match &event.outcome {
            Outcome::Response(response) if response.is_provisional() => return,
            Outcome::Response(response) => response.is_success(),
            Outcome::Timeout | Outcome::Unsent => false,
        };
        referral.notifying = None;
        let next = referral.next.take();
        if referral.last || !understood {
            // Who refuses a notice wants no more of them (RFC 6665 §4.2.2).
            return self.forget_referral(leg);
        }
        if let Some(next) = next {
            self.notify_referrer(at, leg, next);
        }
    }

    /// Nobody has decided, or nobody has called.
    pub(super) fn expire_referral(&mut self, at: &mut At<'_>, leg: LegId) {
        match self.asked(leg) {
            Ok(server) => {
                self.respond(at, server, 480);
                self.forget_referral(leg);
            }
            Err(_) => self.notify_referrer(at, leg, Notice::new(408, "Request Timeout")),
        }
    }

    fn forget_referral(&mut self, leg: LegId) {
        self.net.schedule.cancel(Alarm::ReferralExpires(leg));
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let call = found.referral.take().and_then(|referral| referral.call);
        if let Some(call) = call.and_then(|call| self.legs.get_mut(&call)) {
            call.referred_on = None;
        }
    }

    /// The leg ends: its REFER gets an answer, and nobody is told of the call any more.
    pub(super) fn drop_referral(&mut self, at: &mut At<'_>, leg: LegId) {
        if let Ok(server) = self.asked(leg) {
            self.respond(at, server, 481);
        }
        self.forget_referral(leg);
    }
}
