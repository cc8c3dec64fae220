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

/// So many sessions one user can have; past that the one goes that was used least lately.
const MOST_OF_A_USER: usize = 16;

/// All sessions of the relay.
#[derive(Debug)]
pub(crate) struct Sessions {
    lifetime: u64,
    by_client: HashMap<ClientId, Entry>,
    /// Those of one user, in no order.
    by_user: HashMap<UserId, Vec<ClientId>>,
    by_token: HashMap<SessionToken, ClientId>,
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
        Self {
            lifetime,
            by_client: HashMap::new(),
            by_user: HashMap::new(),
            by_token: HashMap::new(),
            next_client: 1,
        }
    }

    /// Starts a session with a fresh token. Names the user's sessions that have ended with it: those that were not used
    /// for too long, and where there were too many the one that was used least lately. Those `in_use` are used now.
    pub(crate) fn start(
        &mut self,
        now: u64,
        user: UserId,
        token: SessionToken,
        in_use: impl Fn(ClientId) -> bool,
    ) -> (Session, Vec<ClientId>) {
        let ended = self.outdated(now, user, in_use);
        ended.iter().for_each(|client| self.end(*client));
        let client = ClientId(self.next_client);
        self.next_client += 1;
        self.by_token.insert(token.clone(), client);
        self.by_user.entry(user).or_default().push(client);
        self.by_client.insert(client, Entry { user, current: token, previous: None, used_at: now });
        (Session { user, client }, ended)
    }

    /// The sessions of a user that have to make room for a new one.
    fn outdated(&self, now: u64, user: UserId, in_use: impl Fn(ClientId) -> bool) -> Vec<ClientId> {
        let used_at = |client: ClientId| {
            let noted = self.by_client.get(&client)?.used_at;
            Some(if in_use(client) { now } else { noted })
        };
        let clients = self.by_user.get(&user).into_iter().flatten();
        let mut used: Vec<(u64, ClientId)> =
            clients.filter_map(|client| Some((used_at(*client)?, *client))).collect();
        used.sort_unstable();
        let too_many = (used.len() + 1).saturating_sub(MOST_OF_A_USER);
        let (first, rest) = used.split_at(too_many.min(used.len()));
        let over = rest.iter().take_while(|(used_at, _)| used_at + self.lifetime <= now);
        first.iter().chain(over).map(|(_, client)| *client).collect()
    }

    /// Goes on with a session and gives it a fresh token.
    pub(crate) fn resume(&mut self, now: u64, token: &SessionToken, fresh: SessionToken) -> Option<Session> {
        let client = *self.by_token.get(token)?;
        let entry = self.by_client.get_mut(&client)?;
        if entry.used_at + self.lifetime <= now {
            return None;
        }
        let replaced = std::mem::replace(&mut entry.current, fresh.clone());
        let before = entry.previous.replace(token.clone());
        entry.used_at = now;
        let session = Session { user: entry.user, client };
        for gone in [Some(replaced), before].into_iter().flatten().filter(|gone| gone != token) {
            self.by_token.remove(&gone);
        }
        self.by_token.insert(fresh, client);
        Some(session)
    }

    /// Whose session it is.
    pub(crate) fn user_of(&self, client: ClientId) -> Option<UserId> {
        self.by_client.get(&client).map(|entry| entry.user)
    }

    /// The sessions of a user, in no order.
    pub(crate) fn clients_of(&self, user: UserId) -> &[ClientId] {
        self.by_user.get(&user).map_or(&[], Vec::as_slice)
    }

    /// Notes that a session is in use.
    pub(crate) fn touch(&mut self, now: u64, client: ClientId) {
        if let Some(entry) = self.by_client.get_mut(&client) {
            entry.used_at = now;
        }
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, client: ClientId) {
        let Some(Entry { user, current, previous, .. }) = self.by_client.remove(&client) else { return };
        for token in [Some(current), previous].into_iter().flatten() {
            self.by_token.remove(&token);
        }
        if let Some(clients) = self.by_user.get_mut(&user) {
            clients.retain(|known| *known != client);
            if clients.is_empty() {
                self.by_user.remove(&user);
            }
        }
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

    fn start(sessions: &mut Sessions, now: u64, user: u32, text: &str) -> (Session, Vec<ClientId>) {
        sessions.start(now, UserId(user), token(text), |_| false)
    }

    #[test]
    fn a_lost_answer_does_not_lose_the_session() {
        let mut sessions = Sessions::new(1_000);
        let (session, _) = start(&mut sessions, 0, 1, "a");
        assert_eq!(sessions.resume(1, &token("a"), token("b")), Some(session));
        // The page never got "b" and comes with "a" again.
        assert_eq!(sessions.resume(2, &token("a"), token("c")), Some(session));
        assert_eq!(sessions.resume(3, &token("c"), token("d")), Some(session));
        assert_eq!(sessions.resume(4, &token("a"), token("e")), None);
    }

    #[test]
    fn an_unused_session_ends() {
        let mut sessions = Sessions::new(1_000);
        start(&mut sessions, 0, 1, "a");
        assert_eq!(sessions.resume(1_000, &token("a"), token("b")), None);
    }

    #[test]
    fn an_ended_session_cannot_be_resumed() {
        let mut sessions = Sessions::new(1_000);
        let (session, _) = start(&mut sessions, 0, 1, "a");
        sessions.end(session.client);
        assert_eq!(sessions.resume(1, &token("a"), token("b")), None);
    }

    /// How many clients, users and tokens are remembered.
    fn sizes(sessions: &Sessions) -> (usize, usize, usize) {
        (sessions.by_client.len(), sessions.by_user.len(), sessions.by_token.len())
    }

    #[test]
    fn nothing_is_left_of_sessions_that_have_ended() {
        let mut sessions = Sessions::new(1_000);
        let (session, _) = start(&mut sessions, 0, 1, "t0");
        for now in 0..50 {
            let resumed = sessions.resume(now, &token(&format!("t{now}")), token(&format!("t{}", now + 1)));
            assert_eq!(resumed, Some(session));
            // The last one, which may have been lost, and the one before.
            assert_eq!(sizes(&sessions), (1, 1, 2));
        }
        sessions.end(session.client);
        assert_eq!(sizes(&sessions), (0, 0, 0));
    }

    #[test]
    fn a_user_who_signs_in_again_and_again_keeps_the_sessions_in_use() {
        let mut sessions = Sessions::new(1_000_000);
        let (first, _) = start(&mut sessions, 0, 1, "first");
        let (second, _) = start(&mut sessions, 1, 1, "second");
        start(&mut sessions, 1, 2, "other");
        for now in 2..200 {
            let in_use = |client| client == first.client;
            let (_, ended) = sessions.start(now, UserId(1), token(&now.to_string()), in_use);
            assert_eq!(ended.first() == Some(&second.client), now == 16);
            assert!(ended.len() <= 1 && !ended.contains(&first.client));
        }
        assert_eq!(sizes(&sessions), (17, 2, 17));
        sessions.touch(199, first.client);
        assert_eq!(sessions.resume(200, &token("first"), token("a")), Some(first));
        assert_eq!(sessions.resume(200, &token("second"), token("b")), None);
    }

    #[test]
    fn sessions_that_were_not_used_for_too_long_make_room() {
        let mut sessions = Sessions::new(1_000);
        let (old, _) = start(&mut sessions, 0, 1, "a");
        let (young, _) = start(&mut sessions, 500, 1, "b");
        assert_eq!(start(&mut sessions, 1_000, 1, "c").1, [old.client]);
        assert_eq!(start(&mut sessions, 1_600, 1, "d").1, [young.client]);
        assert_eq!(sizes(&sessions), (2, 1, 2));
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (one, two) = (fresh_token().unwrap(), fresh_token().unwrap());
        assert_eq!(one.0.len(), 43);
        assert_ne!(one, two);
    }
}
