//! Keys that we send by INFO (RFC 6086, in the way of `application/dtmf-relay`).

use super::UserAgent;
use super::keys::MOST_WAITING;
use crate::call::{Keys, dtmf, reason};
use crate::message::{Method, name};
use crate::random::At;
use crate::transaction::{ClientEvent, Outcome};
use crate::{Cause, Error, Event, LegId};

/// How long a key is held down, in milliseconds.
const DURATION: u16 = 160;

impl UserAgent {
    pub(super) fn press(&mut self, at: &mut At<'_>, leg: LegId, digit: char) -> Result<(), Error> {
        let found = self.legs.get_mut(&leg).ok_or(Error::UnknownLeg(leg))?;
        if found.up_mut().is_none_or(|up| up.hang_up) {
            return Err(Error::WrongState(leg));
        }
        let digit = dtmf::key(&digit.to_string()).ok_or(Error::BadDigit(digit))?;
        if found.keys.waiting.len() >= MOST_WAITING {
            self.net.event(Event::DtmfRefused { leg, digit, cause: Cause::Timeout });
            return Ok(());
        }
        found.keys.waiting.push_back(digit);
        self.press_next(at, leg);
        Ok(())
    }

    /// One key after the other: requests may overtake each other.
    fn press_next(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(Keys { sent: None, waiting }) = self.legs.get_mut(&leg).map(|leg| &mut leg.keys) else {
            return;
        };
        let Some(digit) = waiting.pop_front() else { return };
        let client = self.request_in_call(at, leg, Method::INFO, |request| {
            request.headers.push(name::CONTENT_TYPE, dtmf::RELAY);
            request.body = format!("Signal={digit}\r\nDuration={DURATION}\r\n").into_bytes();
        });
        match (client, self.legs.get_mut(&leg)) {
            (Some(client), Some(found)) => found.keys.sent = Some((client, digit)),
            (Some(_), None) => {}
            (None, _) => self.net.event(Event::DtmfRefused { leg, digit, cause: Cause::Transport }),
        }
    }

    pub(super) fn on_key_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent) {
        if matches!(&event.outcome, Outcome::Response(response) if response.is_provisional()) {
            return;
        }
        let keys = self.legs.get_mut(&leg).map(|leg| &mut leg.keys);
        let sent = keys.and_then(|keys| keys.sent.take_if(|(client, _)| *client == event.id));
        let Some((_, digit)) = sent else { return };
        let failure = match &event.outcome {
            Outcome::Response(response) if response.is_success() => None,
            Outcome::Response(response) => Some(reason::of_response(response)),
            Outcome::Timeout => Some(Cause::Timeout),
            Outcome::Unsent => Some(Cause::Transport),
        };
        if let Some(cause) = failure {
            self.net.event(Event::DtmfRefused { leg, digit, cause });
        }
        self.press_next(at, leg);
    }
}
