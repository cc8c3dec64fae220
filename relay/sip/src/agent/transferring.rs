//! Asking the other side to call somebody else: REFER (RFC 3515), blind and attended (RFC 5589).

use super::UserAgent;
use super::respond::SUPPORTED;
use crate::call::{Notice, Refer, Replaces, State, caller, reason, refer};
use crate::message::{Method, NameAddr, Request, Uri, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Outcome, ServerId};
use crate::{Cause, Error, Event, LegId};
use std::time::Duration;

/// How long nothing may be heard of a call that was asked for: longer than a phone rings.
const PATIENCE: Duration = Duration::from_secs(180);

impl UserAgent {
    pub(super) fn refer_blind(&mut self, at: &mut At<'_>, leg: LegId, target: &str) -> Result<(), Error> {
        let account = self.legs.get(&leg).ok_or(Error::UnknownLeg(leg))?.account;
        let line = self.lines.get(&account).ok_or(Error::UnknownAccount(account))?;
        let target = line.target(target)?;
        self.send_refer(at, leg, NameAddr::new(target))
    }

    pub(super) fn refer_attended(&mut self, at: &mut At<'_>, leg: LegId, other: LegId) -> Result<(), Error> {
        let dialog = match &self.legs.get(&other).ok_or(Error::UnknownLeg(other))?.state {
            State::Up(up) => &up.dialog,
            // It still rings. The last fork to be heard of is the one that will most likely answer.
            State::Calling(calling) if !calling.hung_up => {
                &calling.early.last().ok_or(Error::WrongState(other))?.dialog
            }
            State::Calling(_) | State::Ringing(_) | State::Ending(_) => {
                return Err(Error::WrongState(other));
            }
        };
        // The target is where the other side's phone is, which is seldom a number that anybody knows.
        let party = caller::shown(&dialog.remote);
        let name = party.display_name.or(Some(party.number)).filter(|name| !name.is_empty());
        let Uri::Sip(mut target) = refer::dialable(dialog.target.clone()) else {
            return Err(Error::WrongState(other));
        };
        target.headers = Some(Replaces::of_dialog(dialog).escaped());
        self.send_refer(at, leg, NameAddr { display_name: name, ..NameAddr::new(Uri::Sip(target)) })
    }

    pub(super) fn refer_into_conference(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        focus: LegId,
    ) -> Result<(), Error> {
        let State::Up(up) = &self.legs.get(&focus).ok_or(Error::UnknownLeg(focus))?.state else {
            return Err(Error::WrongState(focus));
        };
        // The Contact of a focus is the address of its conference (RFC 4579 §3.1).
        let target = refer::dialable(up.dialog.target.clone());
        self.send_refer(at, leg, NameAddr::new(target))
    }

    fn send_refer(&mut self, at: &mut At<'_>, leg: LegId, target: NameAddr) -> Result<(), Error> {
        let found = self.legs.get_mut(&leg).ok_or(Error::UnknownLeg(leg))?;
        if found.refer.is_some() || found.up_mut().is_none_or(|up| up.hang_up) {
            return Err(Error::WrongState(leg));
        }
        let line = self.lines.get(&found.account).ok_or(Error::UnknownAccount(found.account))?;
        let referred_by = format!("<{}>", line.identity().uri);
        let client = self.request_in_call(at, leg, Method::REFER, |request| {
            request.headers.push(name::REFER_TO, target.to_string());
            request.headers.push(name::REFERRED_BY, referred_by);
            request.headers.push(name::SUPPORTED, SUPPORTED);
            request.headers.push(name::ACCEPT, refer::SIPFRAG);
        });
        let Some(client) = client else {
            self.net.event(Event::ReferDone { leg, outcome: Err(Cause::Transport) });
            return Ok(());
        };
        if let Some(found) = self.legs.get_mut(&leg) {
            let number = found.up_mut().map_or(0, |up| up.dialog.local_cseq);
            found.refer = Some(Refer { client, number, accepted: false });
        }
        self.net.schedule.set(Alarm::ReferUnanswered(leg), at.now + PATIENCE);
        Ok(())
    }

    pub(super) fn on_refer_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent) {
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let Some(refer) = found.refer.as_mut().filter(|refer| refer.client == event.id) else { return };
        match &event.outcome {
            Outcome::Response(response) if response.is_provisional() => {}
            Outcome::Response(response) if response.is_success() => {
                refer.accepted = true;
                self.net.schedule.set(Alarm::ReferUnanswered(leg), at.now + PATIENCE);
            }
            Outcome::Response(response) => self.end_refer(leg, Err(reason::of_response(response))),
            Outcome::Timeout => self.end_refer(leg, Err(Cause::Timeout)),
            Outcome::Unsent => self.end_refer(leg, Err(Cause::Transport)),
        }
    }

    /// A NOTIFY inside of a call. It may come before the 202 to the REFER (RFC 3515 §2.4.4).
    pub(super) fn on_refer_notify(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        server: ServerId,
        request: &Request,
        id: Option<u32>,
    ) {
        let refer = self.legs.get_mut(&leg).and_then(|leg| leg.refer.as_mut());
        let Some(refer) = refer.filter(|refer| id.is_none_or(|id| id == refer.number)) else {
            // The rest of a REFER that is done.
            return self.respond(at, server, 200);
        };
        let (notice, last) = (Notice::of_notify(request), refer::is_last(&request.headers));
        refer.accepted |= notice.as_ref().is_some_and(|notice| notice.status < 300);
        self.net.schedule.set(Alarm::ReferUnanswered(leg), at.now + PATIENCE);
        self.respond(at, server, 200);
        match notice {
            Some(Notice { status, reason }) => {
                self.net.event(Event::ReferProgress { leg, status, reason: reason.clone() });
                match status {
                    200..300 => self.end_refer(leg, Ok(())),
                    300.. => self.end_refer(leg, Err(Cause::Status { code: status, reason, detail: None })),
                    // It will never be known.
                    _ if last => self.end_refer(leg, Err(Cause::Timeout)),
                    _ => {}
                }
            }
            None if last => self.end_refer(leg, Err(Cause::Timeout)),
            None => {}
        }
    }

    /// Says what came of our REFER, if there is one that is not done.
    pub(super) fn end_refer(&mut self, leg: LegId, outcome: Result<(), Cause>) {
        if self.legs.get_mut(&leg).and_then(|leg| leg.refer.take()).is_some() {
            self.net.schedule.cancel(Alarm::ReferUnanswered(leg));
            self.net.event(Event::ReferDone { leg, outcome });
        }
    }

    /// The leg ends with our REFER not done.
    pub(super) fn drop_refer(&mut self, leg: LegId, cause: &Cause) {
        let Some(refer) = self.legs.get(&leg).and_then(|leg| leg.refer.as_ref()) else { return };
        let outcome = match cause {
            // CUCM hangs up as soon as it has joined the others; that may overtake its last NOTIFY.
            Cause::Bye { .. } if refer.accepted => Ok(()),
            Cause::Bye { .. }
            | Cause::Status { .. }
            | Cause::Timeout
            | Cause::Transport
            | Cause::Cancelled { .. }
            | Cause::HungUp
            | Cause::NotConfirmed
            | Cause::Replaced { .. }
            | Cause::SessionExpired => Err(cause.clone()),
        };
        self.end_refer(leg, outcome);
    }
}
