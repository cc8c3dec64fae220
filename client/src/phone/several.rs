//! Hold, consultation, transfer and conference.

use super::wanted::What;
use super::{Phone, Time};
use sidetone_protocol::{CallId, ClientMessage, DialString, FailureCode, RequestId, TransferTarget};
use sidetone_skins::TransferTo;
use sidetone_skins::snapshot::{Asked, CallKey, Notice, Panel};

/// How long the screen waits for the relay to confirm before it shows again how the call is.
const CONFIRMATION_MS: u64 = 8_000;

impl Phone {
    pub(super) fn set_held(&mut self, now: Time, key: CallKey, held: bool) {
        let asked = if held { Asked::Hold } else { Asked::Resume };
        self.ask_once(now, key, asked, |request, call| ClientMessage::SetHeld { request, call, held });
        // The relay holds a conference as a whole.
        let until = self.calls.by_key(key).and_then(|entry| entry.asked);
        for fellow in self.id_of(key).map(|id| self.fellows(id)).unwrap_or_default() {
            if let Some(entry) = self.calls.by_id(fellow) {
                entry.asked = until;
            }
        }
    }

    /// The calls that share a conference with that one, and itself.
    pub(super) fn fellows(&self, id: CallId) -> Vec<CallId> {
        let relay = self.relay.as_ref();
        let Some(conference) = relay.and_then(|relay| relay.call(id)?.conference) else { return vec![id] };
        let live = relay.into_iter().flat_map(|relay| relay.live_calls());
        live.filter(|call| call.conference == Some(conference)).map(|call| call.id).collect()
    }

    pub(super) fn consult(&mut self, now: Time, key: CallKey, number: String) {
        let Some(target) = self.target(key, &number) else { return };
        if let Some(about) = self.id_of(key) {
            self.want(now, What::Consult { about, about_key: key, number, target });
        }
    }

    pub(super) fn transfer(&mut self, now: Time, key: CallKey, to: TransferTo) {
        let target = match to {
            TransferTo::Person(number) => self.target(key, &number).map(TransferTarget::Person),
            TransferTo::Call(other) => self.id_of(other).map(TransferTarget::Call),
        };
        let Some(to) = target else { return };
        self.close_panel_of(key);
        self.ask_once(now, key, Asked::Transfer, |request, call| ClientMessage::Transfer {
            request,
            call,
            to,
        });
    }

    pub(super) fn join(&mut self, now: Time, key: CallKey, with: CallKey) {
        let Some(with) = self.id_of(with) else { return };
        self.close_panel_of(key);
        self.ask_once(now, key, Asked::Join, |request, call| ClientMessage::Join { request, call, with });
    }

    pub(super) fn split(&mut self, now: Time, key: CallKey) {
        self.ask_once(now, key, Asked::Split, |request, call| ClientMessage::Split { request, call });
    }

    pub(super) fn park(&mut self, now: Time, key: CallKey) {
        self.ask_once(now, key, Asked::Park, |request, call| ClientMessage::Park { request, call });
    }

    /// Hangs up on who was asked and goes back to whom it was about.
    pub(super) fn end_consult(&mut self, now: Time, key: CallKey) {
        let about = self
            .id_of(key)
            .and_then(|id| self.relay.as_ref()?.call(id)?.consults_for)
            .or_else(|| self.wanted_about(key));
        self.hang_up(now, key);
        if let Some(about) = about.and_then(|about| self.calls.entry(about)).map(|entry| entry.key) {
            self.set_held(now, about, false);
        }
    }

    fn wanted_about(&self, key: CallKey) -> Option<CallId> {
        match self.calls.wanted.iter().find(|wanted| wanted.key == key)?.what {
            What::Consult { about, .. } => Some(about),
            What::Dial { .. } | What::PickUp { .. } => None,
        }
    }

    /// What can be dialled of what was written, or a word at the call why not.
    fn target(&mut self, key: CallKey, number: &str) -> Option<DialString> {
        let target = number.parse().map_err(|_| FailureCode::BadNumber.into());
        let target = target.and_then(|target| self.blocked(&target).map_or(Ok(target), Err));
        match target {
            Ok(target) => Some(target),
            Err(failure) => {
                if let Some(entry) = self.calls.by_key(key) {
                    entry.notice = Some(Notice { failure, retry: None });
                }
                None
            }
        }
    }

    /// Asks for a change of a call, and not again while it is under way.
    fn ask_once(
        &mut self,
        now: Time,
        key: CallKey,
        asked: Asked,
        message: impl FnOnce(RequestId, CallId) -> ClientMessage,
    ) {
        let Some(entry) = self.calls.by_key(key) else { return };
        if entry.asked.is_some_and(|(under_way, _)| under_way == asked) {
            return;
        }
        entry.asked = Some((asked, now + CONFIRMATION_MS));
        entry.notice = None;
        let call = entry.id;
        self.ask(now, |request| message(request, call));
    }

    fn close_panel_of(&mut self, key: CallKey) {
        self.panel.take_if(|panel| *panel == Panel::Transfer(key));
    }

    pub(super) fn id_of(&self, key: CallKey) -> Option<CallId> {
        self.calls.entries().find(|entry| entry.key == key).map(|entry| entry.id)
    }
}
