//! An ICE-lite agent for one browser leg (RFC 8445 §2.5): it answers checks and lets the browser nominate.

use crate::stun::{Class, Key, Message, Response};
use std::net::SocketAddr;

/// Characters of our user name fragment: 8 of 62 are 47 bits (RFC 8445 §5.3 asks for 24).
pub(crate) const UFRAG_LEN: usize = 8;
/// Characters of our password: 24 of 62 are 142 bits (RFC 8445 §5.3 asks for 128).
pub(crate) const PASSWORD_LEN: usize = 24;
/// Addresses of one browser that passed a check: its interfaces, each by IPv4 and IPv6, and some to spare.
const MAX_VALIDATED: usize = 8;

/// Our name on the wire for one leg; the demultiplexer's key.
pub(crate) type Ufrag = [u8; UFRAG_LEN];

/// What a message asks of the leg.
pub(crate) struct Outcome {
    /// The answer to send to where the message came from.
    pub(crate) response: Option<Response>,
    /// An address that no longer counts, to be taken out of the demultiplexer.
    pub(crate) forgotten: Option<SocketAddr>,
    /// Whether the message was authentic: a sign of life, and its address belongs to the leg.
    pub(crate) authentic: bool,
    /// Whether the browser now sends and wants to receive elsewhere than before.
    pub(crate) moved: bool,
}

impl Outcome {
    fn refused(response: Option<Response>) -> Self {
        Self { response, forgotten: None, authentic: false, moved: false }
    }
}

/// One leg's agent.
pub(crate) struct Agent {
    ufrag: Ufrag,
    key: Key,
    remote_ufrag: String,
    validated: Vec<SocketAddr>,
    nominated: Option<SocketAddr>,
}

impl Agent {
    pub(crate) fn new(ufrag: Ufrag, password: &str, remote_ufrag: String) -> Self {
        Self { ufrag, key: Key::new(password), remote_ufrag, validated: Vec::new(), nominated: None }
    }

    /// Handles a message whose user name named this agent.
    pub(crate) fn handle(&mut self, message: &Message<'_>, from: SocketAddr) -> Outcome {
        let named = message
            .username
            .and_then(|name| name.split_once(':'))
            .is_some_and(|(ours, theirs)| ours.as_bytes() == self.ufrag && theirs == self.remote_ufrag);
        if !named || !message.is_authentic(&self.key) {
            return Outcome::refused(refusal(message, 401));
        }
        if !message.unknown_attributes().is_empty() {
            let unknown = Response::unknown(&message.transaction, message.unknown_attributes(), &self.key);
            return Outcome::refused((message.class == Class::Request).then_some(unknown));
        }
        let mut outcome = Outcome { response: None, forgotten: None, authentic: true, moved: false };
        if message.class == Class::Request {
            outcome.forgotten = self.validate(from);
            // The browser nominates what it uses, again when it changes its mind; the last word counts.
            if message.use_candidate && self.nominated != Some(from) {
                outcome.moved = self.nominated.replace(from).is_some();
            }
            outcome.response = Some(Response::success(&message.transaction, from, &self.key));
        }
        outcome
    }

    /// Where to send: the nominated address, or the first that passed a check until there is one.
    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        self.nominated.or_else(|| self.validated.first().copied())
    }

    /// Whether an address passed a check.
    #[cfg(test)]
    pub(crate) fn is_validated(&self, address: SocketAddr) -> bool {
        self.validated.contains(&address)
    }

    /// Every address that passed a check.
    pub(crate) fn validated(&self) -> &[SocketAddr] {
        &self.validated
    }

    pub(crate) fn ufrag(&self) -> &Ufrag {
        &self.ufrag
    }

    /// Adds an address; returns the one that had to go for it.
    fn validate(&mut self, address: SocketAddr) -> Option<SocketAddr> {
        if self.validated.contains(&address) {
            return None;
        }
        let oldest = self.validated.iter().position(|known| Some(*known) != self.nominated);
        let forgotten = oldest
            .filter(|_| self.validated.len() == MAX_VALIDATED)
            .map(|position| self.validated.remove(position));
        self.validated.push(address);
        forgotten
    }
}

/// Refuses a request (RFC 8489 §9.1.3): 400 if it has no credentials, else the code given.
pub(crate) fn refusal(message: &Message<'_>, code: u16) -> Option<Response> {
    if message.class != Class::Request {
        return None;
    }
    let code = if message.username.is_none() || !message.has_integrity() { 400 } else { code };
    Some(Response::error(&message.transaction, code))
}

/// The user name fragment that a message is for.
pub(crate) fn local_ufrag(message: &Message<'_>) -> Option<Ufrag> {
    let (ours, _) = message.username?.split_once(':')?;
    ours.as_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stun::{self, tests::check};

    const PASSWORD: &str = "ourpasswordourpassword24";

    fn agent() -> Agent {
        Agent::new(*b"ourufrag", PASSWORD, "them".to_owned())
    }

    fn address(n: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], 1000 + n))
    }

    fn handle(agent: &mut Agent, packet: &[u8], from: SocketAddr) -> Outcome {
        agent.handle(&stun::parse(packet).unwrap(), from)
    }

    fn error_code(outcome: &Outcome) -> Option<u16> {
        let bytes = outcome.response.as_ref()?.bytes();
        (bytes[..2] == [1, 0x11]).then(|| u16::from(bytes[26]) * 100 + u16::from(bytes[27]))
    }

    #[test]
    fn a_good_check_is_answered_and_its_address_belongs_to_the_leg() {
        let mut agent = agent();
        let outcome = handle(&mut agent, &check("ourufrag:them", PASSWORD, false), address(1));
        assert!(outcome.authentic && !outcome.moved);
        assert_eq!(outcome.response.unwrap().bytes()[..2], [1, 1]);
        assert!(agent.is_validated(address(1)));
        assert_eq!(agent.remote(), Some(address(1)));
    }

    #[test]
    fn the_last_nomination_decides_where_to_send() {
        let mut agent = agent();
        let nominating = check("ourufrag:them", PASSWORD, true);
        assert!(!handle(&mut agent, &check("ourufrag:them", PASSWORD, false), address(1)).moved);
        assert!(!handle(&mut agent, &nominating, address(2)).moved, "the first nomination moves nothing");
        assert_eq!(agent.remote(), Some(address(2)));
        assert!(handle(&mut agent, &nominating, address(3)).moved);
        assert!(!handle(&mut agent, &nominating, address(3)).moved);
        assert_eq!(agent.remote(), Some(address(3)));
    }

    #[test]
    fn a_wrong_password_or_name_is_401_and_none_is_400() {
        let mut agent = agent();
        for (packet, code) in [
            (check("ourufrag:them", "wrong", true), 401),
            (check("ourufrag:others", PASSWORD, true), 401),
            (check("ourufrag", PASSWORD, true), 401),
        ] {
            let outcome = handle(&mut agent, &packet, address(1));
            assert_eq!((error_code(&outcome), outcome.authentic), (Some(code), false));
            assert!(outcome.response.unwrap().bytes().len() <= packet.len(), "an answer never amplifies");
        }
        assert_eq!(agent.remote(), None);
    }

    #[test]
    fn addresses_are_bounded_and_the_nominated_one_stays() {
        let mut agent = agent();
        handle(&mut agent, &check("ourufrag:them", PASSWORD, true), address(0));
        let plain = check("ourufrag:them", PASSWORD, false);
        let forgotten: Vec<_> =
            (1..20).filter_map(|n| handle(&mut agent, &plain, address(n)).forgotten).collect();
        assert_eq!(agent.validated().len(), MAX_VALIDATED);
        assert!(agent.is_validated(address(0)));
        assert_eq!(forgotten[0], address(1));
    }
}
