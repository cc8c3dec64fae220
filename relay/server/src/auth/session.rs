//! Sessions and their tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sidetone_bridge::{ClientId, UserId};
use sidetone_protocol::SessionToken;
use std::collections::HashMap;

/// Who a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) user: UserId,
    pub(crate) client: ClientId,
}

/// All sessions of the relay.
#[derive(Debug)]
pub(crate) struct Sessions {
    lifetime: u64,
    by_client: HashMap<ClientId, Entry>,
    next_client: u64,
}

#[derive(Debug)]
struct Entry {
    user: UserId,
    current: SessionToken,
    /// The token before the current one. It stays good until the current one is used: the answer that carried the new one may
    /// have been lost with the connection.
    previous: Option<SessionToken>,
    used_at: u64,
}

impl Sessions {
    /// No sessions; each ends after `lifetime` milliseconds without use.
    pub(crate) fn new(lifetime: u64) -> Self {
        Self { lifetime, by_client: HashMap::new(), next_client: 1 }
    }

    /// Starts a session with a fresh token.
    pub(crate) fn start(&mut self, now: u64, user: UserId, token: SessionToken) -> Session {
        self.by_client.retain(|_, entry| entry.used_at + self.lifetime > now);
        let client = ClientId(self.next_client);
        self.next_client += 1;
        self.by_client.insert(client, Entry { user, current: token, previous: None, used_at: now });
        Session { user, client }
    }

    /// Goes on with a session and gives it a fresh token.
    pub(crate) fn resume(&mut self, now: u64, token: &SessionToken, fresh: SessionToken) -> Option<Session> {
        let (client, entry) = self
            .by_client
            .iter_mut()
            .find(|(_, entry)| entry.current == *token || entry.previous.as_ref() == Some(token))?;
        if entry.used_at + self.lifetime <= now {
            return None;
        }
        entry.previous = Some(token.clone());
        entry.current = fresh;
        entry.used_at = now;
        Some(Session { user: entry.user, client: *client })
    }

    /// Notes that a session is in use.
    pub(crate) fn touch(&mut self, now: u64, client: ClientId) {
        if let Some(entry) = self.by_client.get_mut(&client) {
            entry.used_at = now;
        }
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, client: ClientId) {
        self.by_client.remove(&client);
    }
}

/// A token of 256 random bits.
pub(crate) fn fresh_token() -> Result<SessionToken, getrandom::Error> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(SessionToken(URL_SAFE_NO_PAD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> SessionToken {
        SessionToken(text.to_owned())
    }

    #[test]
    fn a_lost_answer_does_not_lose_the_session() {
        let mut sessions = Sessions::new(1_000);
        let session = sessions.start(0, UserId(1), token("a"));
        assert_eq!(sessions.resume(1, &token("a"), token("b")), Some(session));
        // The page never got "b" and comes with "a" again.
        assert_eq!(sessions.resume(2, &token("a"), token("c")), Some(session));
        assert_eq!(sessions.resume(3, &token("c"), token("d")), Some(session));
        assert_eq!(sessions.resume(4, &token("a"), token("e")), None);
    }

    #[test]
    fn an_unused_session_ends() {
        let mut sessions = Sessions::new(1_000);
        sessions.start(0, UserId(1), token("a"));
        assert_eq!(sessions.resume(1_000, &token("a"), token("b")), None);
    }

    #[test]
    fn an_ended_session_cannot_be_resumed() {
        let mut sessions = Sessions::new(1_000);
        let session = sessions.start(0, UserId(1), token("a"));
        sessions.end(session.client);
        assert_eq!(sessions.resume(1, &token("a"), token("b")), None);
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (one, two) = (fresh_token().unwrap(), fresh_token().unwrap());
        assert_eq!(one.0.len(), 43);
        assert_ne!(one, two);
    }
}
