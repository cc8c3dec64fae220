//! How calls become one, go to somebody else, or are heard by a supervisor.

use std::time::Duration;

use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::TransactionHandle;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::event_packages::parse_refer_to;
use rsipstack::sip::{Header, Request, StatusCode, Uri};
use tracing::{debug, info};

use super::call::{Call, Party, State, Then};
use super::reach::is_outside;
use super::switch::{Switch, come_back};
use super::tones::voice_of;
use crate::cti::{Address, CallId, Cause, Event};
use crate::media::simulated::Voice;
use crate::pbx::dial_plan::Service;
use crate::pbx::transfer::replaced;

/// News of a transfer is not waited for longer: who asked for it may be gone.
const NEWS: Duration = Duration::from_secs(1);

impl Switch {
    /// Makes one call of the two that `device` has, with it or without it.
    pub(super) fn join(&mut self, device: &Address, survivor: CallId, ended: CallId, stays: bool) {
        let has_both = survivor != ended
            && [survivor, ended].iter().all(|&call| {
                let party = self.party(call, device);
                party.is_some_and(|party| party.state != State::Ringing)
                    && self.calls.get(&call).is_some_and(|call| call.watched.is_none() && !call.failed)
            });
        let Some(other) = has_both.then(|| self.calls.remove(&ended)).flatten() else {
            return self.refuse(survivor, device.clone(), Cause::WrongState);
        };
        let Some(call) = self.calls.get_mut(&survivor) else { return };
        let mut waiting = None;
        for mut party in other.parties {
            if party.address == *device {
                if party.state == State::Waiting {
                    waiting.clone_from(&other.queue);
                }
                // Of its two legs the one of the call that goes on stays, unless the telephone itself has it on hold.
                if let Some(own) = call.party_mut(device).filter(|own| stays && own.holds && !party.holds) {
                    std::mem::swap(own, &mut party);
                }
                party.hang_up(StatusCode::TemporarilyUnavailable);
            } else if call.party(&party.address).is_none() {
                call.parties.push(party);
            } else {
                party.hang_up(StatusCode::TemporarilyUnavailable);
            }
        }
        if stays {
            if let Some(party) = call.party_mut(device) {
                party.state = State::Talking;
                come_back(party);
            }
        } else if let Some(index) = call.parties.iter().position(|party| party.address == *device) {
            call.parties.remove(index).hang_up(StatusCode::TemporarilyUnavailable);
            if call.from == *device {
                call.from = call.parties.first().map(|party| party.address.clone()).unwrap_or_default();
            }
        }
        let by = device.clone();
        let parties = call.addresses();
        let from = call.from.clone();
        let is_alone = call.parties.len() < 2;
        if let Some(queue) = waiting.clone().filter(|_| is_alone) {
            call.queue = Some(queue);
            call.parties.iter_mut().for_each(|party| party.state = State::Waiting);
        }
        self.report_event(if stays {
            Event::Conferenced { survivor, ended, by, parties }
        } else {
            Event::Transferred { survivor, ended, by, parties }
        });
        match waiting {
            Some(to) if is_alone => self.report_event(Event::Offered { call: survivor, from, to }),
            Some(_) | None if is_alone => self.end(survivor),
            Some(_) | None => {}
        }
        self.follow(ended, survivor);
    }

    /// Who heard a call that ended hears the one that goes on, if the agent is in it.
    fn follow(&mut self, ended: CallId, survivor: CallId) {
        for call in self.calls.values_mut() {
            if let Some((watched, _)) = call.watched.as_mut().filter(|(watched, _)| *watched == ended) {
                *watched = survivor;
            }
        }
        self.end_watching(survivor);
    }

    /// Sends the other party of a call to somebody else. Says whether it did.
    pub(super) async fn redirect(&mut self, call: CallId, device: &Address, to: &Address) -> bool {
        let is_in = self.party(call, device).is_some_and(|party| party.state == State::Talking);
        let is_two =
            self.calls.get(&call).is_some_and(|call| call.parties.len() == 2 && call.watched.is_none());
        let cause = if !is_in || !is_two { Some(Cause::WrongState) } else { self.cannot_be_called(to) };
        if let Some(cause) = cause {
            self.refuse(call, device.clone(), cause);
            return false;
        }
        self.take_out(call, device, true);
        if let Some(found) = self.calls.get_mut(&call) {
            found.queue = None;
            if found.from == *device {
                found.from = found.parties.first().map(|party| party.address.clone()).unwrap_or_default();
            }
            // Whoever held comes back to hear where the call goes.
            found.parties.iter_mut().for_each(come_back);
        }
        self.report_event(Event::Redirected { call, by: device.clone(), to: to.clone() });
        self.end_watching(call);
        self.reach(call, to).await;
        true
    }

    /// Why a number cannot even ring.
    fn cannot_be_called(&self, to: &str) -> Option<Cause> {
        if self.exchange.is_extension(to) {
            let is_there = self.played.contains(to) || self.exchange.locations.locate(to).is_some();
            return (!is_there).then_some(Cause::DeviceNotAvailable);
        }
        let is_known = self.queues.contains(to)
            || self.played.contains(to)
            || Service::at(to).is_some()
            || is_outside(to);
        (!is_known).then_some(Cause::BadDestination)
    }

    /// Has a supervisor hear a call without being heard.
    pub(super) async fn monitor(
        &mut self,
        call: CallId,
        watched: CallId,
        supervisor: Address,
        agent: Address,
    ) {
        let can_be_heard = self.calls.get(&watched).is_some_and(|call| call.watched.is_none())
            && self.party(watched, &agent).is_some_and(|party| party.state == State::Talking);
        if !can_be_heard {
            return self.refuse(call, supervisor, Cause::WrongState);
        }
        let is_played = self.played.contains(&supervisor);
        let party = if is_played {
            Some(self.somebody(&supervisor, State::Talking, Voice::Tone(voice_of(&supervisor))))
        } else {
            self.telephone(&supervisor, State::Calling, &agent, true).await
        };
        let Some(mut party) = party else {
            return self.refuse(call, supervisor, Cause::DeviceNotAvailable);
        };
        party.then = (!is_played).then_some(Then::Listen);
        let mut made = Call::new(call, &supervisor);
        made.watched = Some((watched, agent.clone()));
        made.parties.push(party);
        self.calls.insert(call, made);
        self.report_event(Event::Originated { call, from: supervisor, to: agent.clone() });
        if is_played {
            self.report_event(Event::Answered { call, by: agent });
        }
    }

    /// Has a supervisor who hears a call take part in it.
    pub(super) fn barge(&mut self, monitor: CallId, watched: CallId, supervisor: Address) {
        let hears = self.calls.get(&monitor).is_some_and(|call| {
            let of = call.watched.as_ref().map(|(watched, _)| *watched);
            of == Some(watched) && call.party(&supervisor).is_some_and(|party| party.state == State::Talking)
        });
        let known = self.party(watched, &supervisor).is_some();
        let Some(ended) = (hears && !known).then(|| self.calls.remove(&monitor)).flatten() else {
            return self.refuse(monitor, supervisor, Cause::WrongState);
        };
        let Some(call) = self.calls.get_mut(&watched) else { return };
        call.parties.extend(ended.parties);
        let parties = call.addresses();
        self.report_event(Event::Conferenced { survivor: watched, ended: monitor, by: supervisor, parties });
    }

    /// A telephone asks by SIP that the other party be connected with somebody else (RFC 3515, RFC 5589).
    pub(super) async fn refer(
        &mut self,
        call: CallId,
        by: Address,
        request: &Request,
        dialog: InviteDialog,
        handle: TransactionHandle,
    ) {
        let refer_to = request.headers.iter().find_map(|header| match header {
            Header::ReferTo(target) => Some(parse_refer_to(target.value())),
            _ => None,
        });
        let Some(target) = refer_to else { return reply(&handle, StatusCode::BadRequest).await };
        let other = replaced(&target).map(|dialog| self.call_with(&dialog));
        let number = Uri::try_from(target.uri.as_str()).ok().and_then(|uri| uri.user().map(str::to_owned));
        let can = match (&other, &number) {
            (Some(other), _) => other.is_some_and(|other| {
                other != call && self.party(other, &by).is_some_and(|party| party.state != State::Ringing)
            }),
            (None, Some(number)) => self.cannot_be_called(number).is_none(),
            (None, None) => false,
        };
        reply(&handle, StatusCode::Accepted).await;
        // Told before it is hung up, since nothing can be said afterwards.
        let news = if can { StatusCode::OK } else { StatusCode::NotFound };
        let told = dialog.notify_refer(news, "terminated;reason=noresource");
        if tokio::time::timeout(NEWS, told).await.is_err() {
            debug!("who asked for a transfer was not told how it goes");
        }
        match (other.flatten(), number) {
            (Some(ended), _) if can => self.join(&by, call, ended, false),
            (None, Some(number)) if can => _ = self.redirect(call, &by, &number).await,
            (Some(_) | None, Some(_) | None) => {
                info!("not transferred: nobody has that number, or no such call")
            }
        }
    }

    fn call_with(&self, dialog: &DialogId) -> Option<CallId> {
        let has = |party: &Party| party.dialog.as_ref() == Some(dialog);
        self.calls.values().find(|call| call.parties.iter().any(has)).map(|call| call.id)
    }
}

async fn reply(handle: &TransactionHandle, status: StatusCode) {
    if handle.reply(status).await.is_err() {
        debug!("the call ended before a transfer was answered");
    }
}
