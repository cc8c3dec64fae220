//! Our requests inside of calls.

use super::UserAgent;
use crate::LegId;
use crate::call::{Leg, State};
use crate::message::{Method, Request, name};
use crate::random::At;
use crate::transaction::{ClientEvent, ClientId, Outcome, Owner};

impl UserAgent {
    /// Sends a request in the dialog of an answered leg, with our Contact and what `fill` adds. None: the leg
    /// is not answered, or nobody can be reached there.
    pub(super) fn request_in_call(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        method: Method,
        fill: impl FnOnce(&mut Request),
    ) -> Option<ClientId> {
        let Leg { account, state: State::Up(up), .. } = self.legs.get(&leg)? else { return None };
        let (owner, remote_tag) = (Owner::Leg(leg, *account), up.dialog.remote_tag().to_owned());
        self.request_in_dialog(at, leg, &remote_tag, owner, method, fill)
    }

    /// Sends a request in the dialog of a leg, early or not, with this tag of the other side, with our Contact and what
    /// `fill` adds. None: there is no such dialog, or nobody can be reached there.
    pub(super) fn request_in_dialog(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        remote_tag: &str,
        owner: Owner,
        method: Method,
        fill: impl FnOnce(&mut Request),
    ) -> Option<ClientId> {
        let call_id = self.call_id(leg)?.to_owned();
        let found = self.legs.get_mut(&leg)?;
        let account = found.account;
        let path = found.dialog_mut(&call_id, remote_tag)?.path;
        let transport = self.transport_of_line(account, path);
        let dialog = self.legs.get_mut(&leg)?.dialog_mut(&call_id, remote_tag)?;
        let destination = dialog.destination(transport)?;
        let mut request = dialog.request(method);
        let contact = self.lines.get(&account).and_then(|l| l.contact(&self.net, destination.transport));
        if let Some(contact) = contact {
            request.headers.push(name::CONTACT, contact.to_string());
        }
        fill(&mut request);
        Some(self.send_in_dialog(at, request, destination, owner))
    }

    /// What comes of a PRACK. Whoever refuses it repeats the response, or gives up.
    fn on_prack_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent) {
        let Outcome::Response(response) = &event.outcome else { return };
        let (Some(found), Some(head)) = (self.legs.get_mut(&leg), response.head()) else { return };
        if response.is_success() {
            found.note_acknowledged(head.to.tag().unwrap_or_default());
            self.offer_next(at, leg);
        }
    }

    pub(super) fn on_leg_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: ClientEvent) {
        let in_dialog = event.client.request.head().is_ok_and(|head| head.to.tag().is_some());
        match &event.client.request.method {
            &Method::INVITE if in_dialog => self.on_offer_outcome(at, leg, &event),
            &Method::INVITE => self.on_invite_outcome(at, leg, event),
            &Method::UPDATE if self.is_offer(leg, event.id) => self.on_offer_outcome(at, leg, &event),
            &Method::UPDATE => self.on_refresh_outcome(at, leg, &event),
            &Method::PRACK => self.on_prack_outcome(at, leg, &event),
            &Method::REFER => self.on_refer_outcome(at, leg, &event),
            &Method::NOTIFY => self.on_notify_outcome(at, leg, &event),
            &Method::INFO => self.on_key_outcome(at, leg, &event),
            &Method::BYE => self.on_bye_outcome(at, leg, &event),
            Method::Known(_) | Method::Extension(_) => {}
        }
    }

    /// Whether a transaction carries an offer of ours.
    fn is_offer(&self, leg: LegId, id: ClientId) -> bool {
        let offering = self.legs.get(&leg).and_then(|leg| leg.offering.as_ref());
        offering.is_some_and(|offering| offering.client() == Some(id))
    }
}
