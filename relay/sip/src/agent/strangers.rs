//! What strangers ask for, and what is more than we can bear. It is answered without a transaction (RFC 3261 §8.2.7):
//! nobody can fill our memory so, or make us repeat responses to somebody whose address they use.

use super::UserAgent;
use crate::message::{Head, Headers, Method, Request, Response, name, reason_phrase};
use crate::random::At;
use crate::transport::Path;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::net::IpAddr;

/// How long somebody is asked to wait at most when there is too much to do, in seconds.
const RETRY_WITHIN: u32 = 10;

impl UserAgent {
    /// The status for a request that gets no transaction. None: it gets one.
    pub(super) fn turns_away(&self, request: &Request, head: &Head, source: IpAddr) -> Option<u16> {
        // An ACK gets no response, and what is under way goes on.
        if request.method == Method::ACK || self.servers.knows(request, head) {
            return None;
        }
        if let Some(tag) = head.to.tag() {
            let known =
                self.tags.contains_key(tag) || self.subscriptions.by_tag(tag, &head.call_id).is_some();
            return (!known).then_some(481);
        }
        if request.method == Method::CANCEL {
            return Some(481);
        }
        if !self.is_known(request, source) {
            // Load balancers ask whether somebody is there.
            return Some(if request.method == Method::OPTIONS { 200 } else { 403 });
        }
        (self.servers.len() >= self.net.settings.most_server_transactions).then_some(503)
    }

    /// Responds without a transaction.
    pub(super) fn respond_statelessly(
        &mut self,
        at: &mut At<'_>,
        path: Path,
        request: &Headers,
        status: u16,
    ) {
        let mut response = Response::to_request(request, status, &reason_phrase(status));
        if status == 503 {
            let seconds = 1 + at.rng.next_u32() % RETRY_WITHIN;
            response.headers.push(name::RETRY_AFTER, seconds.to_string());
        }
        self.send_statelessly(at, path, response);
    }

    /// Sends a response without a transaction. It is the same for each repetition of a request, its tag included.
    pub(super) fn send_statelessly(&mut self, at: &At<'_>, path: Path, mut response: Response) {
        let named = [name::VIA, name::FROM, name::CALL_ID, name::CSEQ];
        let named = named.map(|name| response.headers.first(name).unwrap_or_default()).join("\n");
        let tag = Sha256::digest(named).iter().take(8).fold(String::new(), |mut tag, byte| {
            // Writing to a String cannot fail.
            let _ = write!(tag, "{byte:02x}");
            tag
        });
        self.add_tag(&mut response, &tag);
        self.reply(at, path, response.to_bytes());
    }
}
