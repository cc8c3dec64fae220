//! Signing in: features, SASL PLAIN, features again, bind, session, presence.

use super::super::stanza::{Iq, IqPayload};
use super::super::write;
use super::{End, Event, PING_EVERY_MS, Phase, Say, Stream, What};

impl Stream {
    pub(super) fn features(&mut self, now: u64, mechanisms: &[String], session: bool) {
        match self.phase {
            Phase::Opened => {
                // A server that names no mechanism at all may still take PLAIN.
                if !mechanisms.is_empty() && !mechanisms.iter().any(|name| name.eq_ignore_ascii_case("PLAIN"))
                {
                    self.end(End::Refused("no-mechanism".to_owned()));
                    return;
                }
                self.phase = Phase::Authenticating;
                self.says.push_back(Say::Stanza(write::auth(&self.login)));
            }
            Phase::Reopened => {
                self.offers_session = session;
                self.phase = Phase::Binding;
                let id = self.ask(now, What::Bind);
                self.says.push_back(Say::Stanza(write::bind(&id, self.login.resource())));
            }
            Phase::Waiting
            | Phase::Authenticating
            | Phase::Binding
            | Phase::Session
            | Phase::Ready
            | Phase::Over => {}
        }
    }

    pub(super) fn authenticated(&mut self) {
        if self.phase == Phase::Authenticating {
            self.phase = Phase::Reopened;
            self.says.push_back(Say::Open);
        }
    }

    /// RFC 6120 §6.5.
    pub(super) fn not_authenticated(&mut self, condition: String) {
        if self.phase != Phase::Authenticating {
            return;
        }
        self.says.push_back(Say::Close);
        self.end(match condition.as_str() {
            "temporary-auth-failure" | "aborted" | "encryption-required" | "invalid-mechanism" => {
                End::Refused(condition)
            }
            _ => End::Rejected,
        });
    }

    pub(super) fn bound(&mut self, now: u64, iq: Iq) {
        if self.phase != Phase::Binding {
            return;
        }
        match iq.payload {
            IqPayload::Bind { jid } if !jid.is_empty() => self.jid = jid,
            IqPayload::Error { condition } => {
                self.says.push_back(Say::Close);
                self.end(if condition == "conflict" { End::Conflict } else { End::Refused(condition) });
                return;
            }
            // A server that does not repeat the address has taken what it was asked for.
            IqPayload::Bind { .. } | IqPayload::Ping | IqPayload::Other => {
                self.jid = format!("{}/{}", self.login.bare_jid(), self.login.resource());
            }
        }
        if self.offers_session {
            self.phase = Phase::Session;
            let id = self.ask(now, What::Session);
            self.says.push_back(Say::Stanza(write::session(&id)));
        } else {
            self.ready(now);
        }
    }

    pub(super) fn ready(&mut self, now: u64) {
        if !matches!(self.phase, Phase::Binding | Phase::Session) {
            return;
        }
        self.phase = Phase::Ready;
        self.until = None;
        self.next_ping = Some(now + PING_EVERY_MS);
        self.says.push_back(Say::Stanza(write::presence()));
        self.tell(Event::Ready);
    }
}
