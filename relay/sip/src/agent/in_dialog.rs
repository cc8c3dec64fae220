//! Requests inside of calls.

use super::UserAgent;
use super::keys::tells_a_key;
use super::respond::{ACCEPT, ALLOW};
use crate::call::{State, dtmf, reason, refer};
use crate::message::{Head, Method, Request, name};
use crate::random::At;
use crate::transaction::ServerId;
use crate::{Cause, Event, LegId};

impl UserAgent {
    pub(super) fn on_request_in_dialog(
        &mut self,
        at: &mut At<'_>,
        server: ServerId,
        request: &Request,
        head: &Head,
    ) {
        let leg = head.to.tag().and_then(|tag| self.tags.get(tag)).copied();
        let remote_tag = head.from.tag().unwrap_or_default();
        let dialog = leg
            .and_then(|leg| self.legs.get_mut(&leg))
            .and_then(|leg| leg.dialog_mut(&head.call_id, remote_tag));
        let (Some(leg), Some(dialog)) = (leg, dialog) else {
            return self.respond(at, server, 481);
        };
        // RFC 3261 §12.2.2.
        if dialog.remote_cseq.is_some_and(|last| head.cseq.number <= last) {
            return self.respond(at, server, 500);
        }
        dialog.remote_cseq = Some(head.cseq.number);
        if request.method == Method::INVITE || request.method == Method::UPDATE {
            dialog.refresh_target(&request.headers);
        }
        self.servers.set_leg(server, leg);
        match &request.method {
            &Method::BYE => self.on_bye(at, leg, server, request),
            &Method::INVITE | &Method::UPDATE => self.on_offer(at, leg, server, request),
            &Method::PRACK => self.on_prack(at, leg, server, request),
            &Method::INFO => self.on_info(at, leg, server, request),
            &Method::OPTIONS => self.respond_capabilities(at, server),
            &Method::REFER => self.on_refer(at, leg, server, request),
            &Method::SUBSCRIBE => self.on_subscribe_in_call(at, leg, server, request, head),
            &Method::NOTIFY if tells_a_key(request) => self.on_key_notified(at, leg, server, request),
            &Method::NOTIFY => match refer::event_id(&request.headers) {
                Some(id) => self.on_refer_notify(at, leg, server, request, id),
                None => self.respond(at, server, 200),
            },
            Method::Known(_) | Method::Extension(_) => {
                self.respond_with(at, server, 405, |r| r.headers.push(name::ALLOW, ALLOW));
            }
        }
    }

    fn on_bye(&mut self, at: &mut At<'_>, leg: LegId, server: ServerId, request: &Request) {
        let detail = reason::of(&request.headers);
        self.respond(at, server, 200);
        match self.legs.get(&leg).map(|leg| &leg.state) {
            Some(State::Ringing(ringing)) => {
                let invite = ringing.invite;
                self.respond(at, invite, 487);
                self.finish(at, leg, Cause::Cancelled { detail });
            }
            Some(State::Up(_)) => self.finish(at, leg, Cause::Bye { detail }),
            // Both hang up at once; ours is answered too.
            Some(State::Ending(_)) => {}
            // A called party has no business to end an early dialog so (RFC 3261 §15); its final response follows.
            Some(State::Calling(_)) | None => {}
        }
    }

    fn on_info(&mut self, at: &mut At<'_>, leg: LegId, server: ServerId, request: &Request) {
        match dtmf::of(request) {
            Some(digit) => {
                self.respond(at, server, 200);
                self.net.event(Event::Dtmf { leg, digit });
            }
            // Without a body INFO is a mere sign of life (RFC 6086 §4.2.2).
            None if request.body.is_empty() => self.respond(at, server, 200),
            None => self.respond_with(at, server, 415, |r| r.headers.push(name::ACCEPT, ACCEPT)),
        }
    }
}
