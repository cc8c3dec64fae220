//! Responses.

use super::UserAgent;
use crate::message::{Response, name, reason_phrase};
use crate::random::At;
use crate::transaction::ServerId;

/// What we understand (RFC 3261 §20.5); more is added with each capability.
pub(super) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, SUBSCRIBE";
/// The extensions that we have (RFC 3261 §20.37).
pub(super) const SUPPORTED: &str = "100rel, replaces, timer";
/// The bodies that we take.
pub(super) const ACCEPT: &str =
    "application/sdp, multipart/mixed, application/dtmf-relay, application/dtmf, message/sipfrag";
/// The events that we tell of, and so can be subscribed to (RFC 6665 §8.2.2).
pub(super) const ALLOW_EVENTS: &str = "kpml";
/// The bodies of events that we take: of our own subscriptions, and of those to our keys.
pub(super) const EVENT_BODIES: &str = "application/simple-message-summary, application/dialog-info+xml, \
     application/kpml-request+xml, audio/telephone-event";
/// The type of session descriptions.
pub(super) const SDP: &str = "application/sdp";

impl UserAgent {
    /// Responds with nothing but a status.
    pub(super) fn respond(&mut self, at: &mut At<'_>, server: ServerId, status: u16) {
        self.respond_with(at, server, status, |_| {});
    }

    /// Responds with what `fill` adds.
    pub(super) fn respond_with(
        &mut self,
        at: &mut At<'_>,
        server: ServerId,
        status: u16,
        fill: impl FnOnce(&mut Response),
    ) {
        let Some(transaction) = self.servers.get(server) else { return };
        let mut response = Response::to_request(&transaction.request.headers, status, &reason_phrase(status));
        if status > 100 {
            let leg_tag =
                transaction.leg.and_then(|leg| self.legs.get(&leg)).map(|leg| leg.local_tag.clone());
            let tag = leg_tag.unwrap_or_else(|| at.token(12));
            self.add_tag(&mut response, &tag);
            response.headers.push(name::SERVER, self.net.settings.user_agent.as_str());
        }
        fill(&mut response);
        self.servers.respond(&mut self.net, at.now, server, &response);
    }

    /// Gives To a tag if it has none (RFC 3261 §8.2.6.2). With and without angle brackets, a parameter at the
    /// end of the header is the header's.
    pub(super) fn add_tag(&self, response: &mut Response, tag: &str) {
        let Some(to) = response.headers.first(name::TO) else { return };
        let has_tag = to.parse::<crate::message::NameAddr>().is_ok_and(|to| to.tag().is_some());
        if !has_tag {
            let to = format!("{to};tag={tag}");
            response.headers.replace_first(name::TO, to);
        }
    }
}
