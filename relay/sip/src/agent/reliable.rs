//! Reliable provisional responses (RFC 3262), received and sent.

use super::UserAgent;
use crate::call::{Reliable, State};
use crate::message::{Headers, Method, Request, Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{Owner, ServerId};
use crate::{Cause, LegId};

/// The number of a reliable response.
pub(super) fn rseq(response: &Response) -> Option<u32> {
    let reliable = response.headers.has_option(name::REQUIRE, "100rel");
    response.headers.first(name::RSEQ).filter(|_| reliable)?.trim().parse().ok()
}

impl UserAgent {
    /// Acknowledges a reliable response; the early dialog is known already.
    pub(super) fn prack(&mut self, at: &mut At<'_>, leg: LegId, response: &Response, rseq: u32) {
        let Some(head) = response.head() else { return };
        let Some(account) = self.legs.get(&leg).map(|leg| leg.account) else { return };
        let remote_tag = head.to.tag().unwrap_or_default();
        let known = self.legs.get_mut(&leg).and_then(|leg| leg.dialog_mut(&head.call_id, remote_tag));
        let Some(mut dialog) = known.map(|dialog| dialog.clone()) else { return };
        let transport = self.transport_of_line(account, dialog.path);
        let Some(destination) = dialog.destination(transport) else { return };
        let mut request = dialog.request(Method::PRACK);
        request.headers.push(name::RACK, format!("{rseq} {}", head.cseq));
        let known = self.legs.get_mut(&leg).and_then(|leg| leg.dialog_mut(&head.call_id, remote_tag));
        if let Some(known) = known {
            known.local_cseq = dialog.local_cseq;
        }
        self.send_in_dialog(at, request, destination, Owner::Leg(leg, account));
    }

    /// Makes a response that rings reliable where the caller wants that. False: it must not be sent now.
    pub(super) fn number_reliably(&mut self, at: &At<'_>, leg: LegId, headers: &mut Headers) -> bool {
        let Some(found) = self.legs.get_mut(&leg) else { return false };
        let State::Ringing(ringing) = &found.state else { return false };
        let Some(reliable) = &mut found.reliable else { return true };
        if !ringing.had_offer || reliable.waiting {
            // Reliably it would have to carry our offer (RFC 3262 §5), which comes with our answer only; and one
            // has to be acknowledged before the next (§3).
            return false;
        }
        let interval = self.net.settings.timers.t1;
        *reliable = Reliable { rseq: reliable.rseq + 1, waiting: true, interval, ..*reliable };
        headers.push(name::REQUIRE, "100rel");
        headers.push(name::RSEQ, reliable.rseq.to_string());
        self.net.schedule.set(Alarm::RepeatRing(leg), at.now + interval);
        let patience = self.net.settings.timers.transaction();
        self.net.schedule.set(Alarm::RingUnheard(leg), at.now + patience);
        true
    }

    pub(super) fn on_prack(&mut self, at: &mut At<'_>, leg: LegId, server: ServerId, request: &Request) {
        let numbers = request.headers.first(name::RACK).map(|rack| {
            let mut words = rack.split_whitespace();
            [words.next(), words.next(), words.next()]
        });
        let is_awaited = self.legs.get(&leg).and_then(|leg| leg.reliable).is_some_and(|reliable| {
            let number = |word: Option<&str>| word.and_then(|word| word.parse::<u32>().ok());
            let told = numbers.map(|[rseq, invite, method]| (number(rseq), number(invite), method));
            reliable.waiting && told == Some((Some(reliable.rseq), Some(reliable.invite), Some("INVITE")))
        });
        if !is_awaited {
            return self.respond(at, server, 481);
        }
        if let Some(reliable) = self.legs.get_mut(&leg).and_then(|leg| leg.reliable.as_mut()) {
            reliable.waiting = false;
        }
        self.stop_repeating_ring(leg);
        self.respond(at, server, 200);
    }

    pub(super) fn stop_repeating_ring(&mut self, leg: LegId) {
        for alarm in [Alarm::RepeatRing(leg), Alarm::RingUnheard(leg)] {
            self.net.schedule.cancel(alarm);
        }
    }

    pub(super) fn repeat_ring(&mut self, at: &mut At<'_>, leg: LegId) {
        let Ok(invite) = self.ringing(leg).map(|ringing| ringing.invite) else { return };
        let Some(reliable) = self.legs.get_mut(&leg).and_then(|leg| leg.reliable.as_mut()) else { return };
        reliable.interval *= 2;
        let next = at.now + reliable.interval;
        self.servers.repeat_last(&mut self.net, at.now, invite);
        self.net.schedule.set(Alarm::RepeatRing(leg), next);
    }

    /// Nobody acknowledges: whoever calls cannot be reached.
    pub(super) fn give_up_on_prack(&mut self, at: &mut At<'_>, leg: LegId) {
        let Ok(invite) = self.ringing(leg).map(|ringing| ringing.invite) else { return };
        self.respond(at, invite, 504);
        self.finish(at, leg, Cause::NotConfirmed);
    }
}
