//! Our requests inside of calls.

use super::UserAgent;
use crate::LegId;
use crate::call::{Leg, State};
use crate::message::{Method, Request, name};
use crate::random::At;
use crate::transaction::{ClientEvent, ClientId, Owner};

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
        let (account, path) = (*account, up.dialog.path);
        let destination = up.dialog.destination(self.transport_of_line(account, path))?;
        let contact = self.lines.get(&account).and_then(|l| l.contact(&self.net, destination.transport));
        let mut request = self.legs.get_mut(&leg)?.up_mut()?.dialog.request(method);
        if let Some(contact) = contact {
            request.headers.push(name::CONTACT, contact.to_string());
        }
        fill(&mut request);
        Some(self.send_in_dialog(at, request, destination, Owner::Leg(leg, account)))
    }

    pub(super) fn on_leg_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: ClientEvent) {
        let in_dialog = event.client.request.head().is_ok_and(|head| head.to.tag().is_some());
        match &event.client.request.method {
            &Method::INVITE if in_dialog => self.on_offer_outcome(at, leg, &event),
            &Method::INVITE => self.on_invite_outcome(at, leg, event),
            &Method::UPDATE => self.on_refresh_outcome(at, leg, &event),
            &Method::REFER => self.on_refer_outcome(at, leg, &event),
            &Method::NOTIFY => self.on_notify_outcome(at, leg, &event),
            &Method::INFO => self.on_key_outcome(at, leg, &event),
            &Method::BYE => self.on_bye_outcome(at, leg, &event),
            Method::Known(_) | Method::Extension(_) => {}
        }
    }
}
