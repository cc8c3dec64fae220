//! Requests of others.

use super::UserAgent;
use super::respond::{ACCEPT, ALLOW, ALLOW_EVENTS, EVENT_BODIES, SUPPORTED};
use crate::message::{Head, Method, Request, Uri, name};
use crate::random::At;
use crate::transaction::{Disposition, ServerId, response_path};
use crate::transport::Path;

impl UserAgent {
    pub(super) fn on_request(&mut self, at: &mut At<'_>, source: Path, mut request: Request, mut head: Head) {
        head.via.note_source(source.remote);
        request.headers.replace_first(name::VIA, head.via.to_string());
        let path = response_path(&head.via, source);
        if let Some(status) = self.turns_away(&request, &head, source.remote.ip()) {
            return self.respond_statelessly(at, path, &request.headers, status);
        }
        let disposition = self.servers.on_request(&mut self.net, at.now, path, request.clone(), head.clone());
        match disposition {
            Disposition::Absorbed => {}
            Disposition::Ack => self.on_ack(at, &request, &head),
            Disposition::Cancel(cancel, invite) => self.on_cancel(at, cancel, invite),
            Disposition::Merged(server) => self.respond(at, server, 482),
            Disposition::New(server) => self.on_new_request(at, server, &request, &head, source),
        }
    }

    fn on_new_request(
        &mut self,
        at: &mut At<'_>,
        server: ServerId,
        request: &Request,
        head: &Head,
        path: Path,
    ) {
        // RFC 3261 §8.2, in its order: method, Request-URI, extensions, content.
        if let Method::Extension(_) = request.method {
            return self.respond_with(at, server, 501, |r| r.headers.push(name::ALLOW, ALLOW));
        }
        if !matches!(request.uri, Uri::Sip(_) | Uri::Tel { .. }) {
            return self.respond(at, server, 416);
        }
        let known = |option: &&str| SUPPORTED.split(", ").any(|known| known.eq_ignore_ascii_case(option));
        let unsupported: Vec<&str> = request.headers.elements(name::REQUIRE).filter(|o| !known(o)).collect();
        if !unsupported.is_empty() {
            let unsupported = unsupported.join(", ");
            return self.respond_with(at, server, 420, |r| r.headers.push(name::UNSUPPORTED, unsupported));
        }
        let encoding = request.headers.first(name::CONTENT_ENCODING).unwrap_or_default();
        if !request.body.is_empty() && !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
            return self.respond_with(at, server, 415, |r| r.headers.push("Accept-Encoding", "identity"));
        }
        if let Some(tag) = head.to.tag()
            && request.method == Method::NOTIFY
            && let Some(subscription) = self.subscriptions.by_tag(tag, &head.call_id)
        {
            return self.on_notify(at, subscription, server, request, head, path);
        }
        if head.to.tag().is_some() {
            return self.on_request_in_dialog(at, server, request, head);
        }
        match &request.method {
            &Method::INVITE => self.on_invite(at, server, request, path),
            // RFC 3261 §11.2, whatever Max-Forwards says: CUCM pings with 0.
            &Method::OPTIONS => self.respond_capabilities(at, server),
            &Method::NOTIFY => self.on_unsolicited_notify(at, server, request, path),
            &Method::SUBSCRIBE => self.bad_event(at, server),
            &Method::BYE | &Method::INFO | &Method::UPDATE | &Method::PRACK => self.respond(at, server, 481),
            // Whoever is not in a call with us has nothing to ask us for (RFC 3515 §6).
            &Method::REFER => self.respond(at, server, 403),
            Method::Known(_) | Method::Extension(_) => {
                self.respond_with(at, server, 405, |r| r.headers.push(name::ALLOW, ALLOW));
            }
        }
    }

    pub(super) fn respond_capabilities(&mut self, at: &mut At<'_>, server: ServerId) {
        self.respond_with(at, server, 200, |response| {
            response.headers.push(name::ALLOW, ALLOW);
            response.headers.push(name::ACCEPT, ACCEPT);
            response.headers.push(name::ACCEPT, EVENT_BODIES);
            response.headers.push(name::ALLOW_EVENTS, ALLOW_EVENTS);
            response.headers.push(name::SUPPORTED, SUPPORTED);
        });
    }
}
