//! Where a request on a call goes, request by request.

use super::{Instead, Plan, Route, Situation, When, cannot_dial, to_bridge};
use sidetone_finesse::model::{Action, Dialog, DialogState, Participant};
use sidetone_finesse::session::{Ask, DialogAction};
use sidetone_protocol::dial_plan::NumberKind;
use sidetone_protocol::{
    CallId, ClientMessage, DialString, Failure, FailureCode, MediaHolder, TransferTarget,
};

/// A dialog that belongs to a call, and the agent's part in it.
#[derive(Clone, Copy)]
struct Joined<'a> {
    dialog: &'a Dialog,
    own: &'a Participant,
}

impl Joined<'_> {
    fn offers(self, action: Action) -> bool {
        self.own.actions.contains(&action)
    }

    fn ask(self, action: DialogAction) -> Ask {
        Ask::Dialog { dialog: self.dialog.id.clone(), action }
    }

    fn plan(self, call: CallId, asks: Vec<Ask>) -> Plan {
        Plan { call: Some(call), asks, then: None, instead: None, dialled: None }
    }
}

impl<'a> Situation<'a> {
    fn joined(self, call: CallId) -> Option<Joined<'a>> {
        let dialog = self.view.dialogs.get(self.joining.dialog_of(call)?)?;
        let extension = &self.view.user.as_ref()?.extension;
        Some(Joined { dialog, own: dialog.participant(extension)? })
    }

    /// What has to be held for the user to talk in another call.
    pub(super) fn hold_others(self, but: Option<CallId>) -> Vec<Ask> {
        let others = self.calls.iter().filter(|call| Some(call.id) != but && !call.is_ended());
        let active = others.filter_map(|call| self.joined(call.id));
        let held =
            active.filter(|joined| joined.own.state == DialogState::Active && joined.offers(Action::Hold));
        held.map(|joined| joined.ask(DialogAction::Hold)).collect()
    }

    pub(super) fn set_held(self, call: CallId, held: bool, message: ClientMessage) -> Route {
        let Some(joined) = self.joined(call) else {
            let beside = if held { Vec::new() } else { self.hold_others(Some(call)) };
            return Route::Bridge { message, beside };
        };
        let (action, wanted) =
            if held { (Action::Hold, DialogState::Held) } else { (Action::Retrieve, DialogState::Active) };
        if !held && self.media == MediaHolder::Elsewhere {
            return Route::Refused(FailureCode::PhoneInOtherTab.into());
        }
        let turned_away = self.calls.iter().any(|known| known.id == call && known.hold.by_user);
        if joined.own.state == wanted && (held || !turned_away) {
            return Route::Done(Some(call));
        }
        if !joined.offers(action) {
            // Finesse has it as it is wanted, and the phone is busy with another call; or it is not possible now.
            return Route::Bridge {
                message,
                beside: if held { Vec::new() } else { self.hold_others(Some(call)) },
            };
        }
        let mut asks = if held { Vec::new() } else { self.hold_others(Some(call)) };
        asks.push(joined.ask(if held { DialogAction::Hold } else { DialogAction::Retrieve }));
        let instead = Some(Instead { message, when: When::NotDone });
        Route::Finesse(Plan { instead, ..joined.plan(call, asks) })
    }

    pub(super) fn hang_up(self, call: CallId, message: ClientMessage) -> Route {
        let Some(joined) = self.joined(call).filter(|joined| joined.offers(Action::Drop)) else {
            return to_bridge(message);
        };
        let instead = Some(Instead { message, when: When::Always });
        Route::Finesse(Plan { instead, ..joined.plan(call, vec![joined.ask(DialogAction::Drop)]) })
    }

    pub(super) fn consult(self, call: CallId, target: &DialString, message: ClientMessage) -> Route {
        let Some(joined) = self.joined(call) else {
            return Route::Bridge { message, beside: self.hold_others(None) };
        };
        if self.media != MediaHolder::Here {
            return Route::Refused(FailureCode::PhoneInOtherTab.into());
        }
        let to = match self.target(target) {
            Ok(Some(to)) => to,
            // By the phone, once the call is on hold.
            Ok(None) => return self.by_phone(joined, call, message),
            Err(failure) => return Route::Refused(failure),
        };
        let ask = if joined.offers(Action::ConsultCall) {
            joined.ask(DialogAction::Consult { to })
        } else if joined.own.state == DialogState::Held && self.view.can_dial {
            // Whoever is on hold can be transferred to any other call.
            Ask::MakeCall { to, variables: Vec::new() }
        } else {
            return self.by_phone(joined, call, message);
        };
        let mut asks =
            if joined.own.state == DialogState::Held { self.hold_others(Some(call)) } else { vec![] };
        asks.push(ask);
        Route::Finesse(Plan { call: None, dialled: Some(target.clone()), ..joined.plan(call, asks) })
    }

    fn by_phone(self, joined: Joined<'_>, call: CallId, message: ClientMessage) -> Route {
        let asks = self.hold_others(None);
        if asks.is_empty() {
            return to_bridge(message);
        }
        Route::Finesse(Plan { then: Some(message), ..joined.plan(call, asks) })
    }

    pub(super) fn transfer(self, call: CallId, to: &TransferTarget, message: ClientMessage) -> Route {
        let Some(joined) = self.joined(call) else { return to_bridge(message) };
        let ask = match to {
            TransferTarget::Person(target) => match self.target(target) {
                Ok(Some(to)) if joined.offers(Action::TransferSst) => {
                    Some(joined.ask(DialogAction::SingleStepTransfer { to }))
                }
                Ok(_) => None,
                Err(failure) => return Route::Refused(failure),
            },
            TransferTarget::Call(other) => {
                self.both(joined, *other, Action::Transfer, DialogAction::Transfer)
            }
        };
        match ask {
            Some(ask) => Route::Finesse(joined.plan(call, vec![ask])),
            None => to_bridge(message),
        }
    }

    pub(super) fn join(self, call: CallId, with: CallId, message: ClientMessage) -> Route {
        if self.media == MediaHolder::Elsewhere {
            return Route::Refused(FailureCode::PhoneInOtherTab.into());
        }
        let Some(joined) = self.joined(call) else { return to_bridge(message) };
        match self.both(joined, with, Action::Conference, DialogAction::Conference) {
            Some(ask) => Route::Finesse(joined.plan(call, vec![ask])),
            None => to_bridge(message),
        }
    }

    /// Of two calls, the one on hold offers what is done with both.
    fn both(self, joined: Joined<'a>, other: CallId, action: Action, ask: DialogAction) -> Option<Ask> {
        let other = self.joined(other)?;
        let held = [joined, other].into_iter().find(|one| one.offers(action))?;
        Some(held.ask(ask))
    }

    pub(super) fn send_dtmf(self, call: CallId, digits: String, message: ClientMessage) -> Route {
        let Some(joined) = self.joined(call).filter(|joined| joined.offers(Action::SendDtmf)) else {
            return to_bridge(message);
        };
        let instead = Some(Instead { message, when: When::NotDone });
        Route::Finesse(Plan {
            instead,
            ..joined.plan(call, vec![joined.ask(DialogAction::SendDtmf { digits })])
        })
    }

    pub(super) fn dial(self, target: &DialString, message: ClientMessage) -> Route {
        let mut asks = self.hold_others(None);
        let to = if self.dial_by_finesse { self.target(target) } else { Ok(None) };
        let to = match to {
            Ok(Some(to)) => to,
            Ok(None) => return Route::Bridge { message, beside: asks },
            Err(failure) => return Route::Refused(failure),
        };
        if self.media != MediaHolder::Here {
            return Route::Refused(FailureCode::PhoneInOtherTab.into());
        }
        // A call that is put on hold first is no hindrance.
        if !self.view.can_dial && asks.is_empty() {
            return Route::Refused(self.cannot_dial());
        }
        asks.push(Ask::MakeCall { to, variables: Vec::new() });
        let instead = Some(Instead { message, when: When::NotDone });
        Route::Finesse(Plan { call: None, asks, then: None, instead, dialled: Some(target.clone()) })
    }

    /// Why no call can be made now.
    fn cannot_dial(self) -> Failure {
        cannot_dial(self.view).unwrap_or_else(|| FailureCode::NotAllowedNow.into())
    }

    /// What Finesse is asked to call; none where that is no telephone number, which Finesse knows nothing of, or help is called,
    /// which must depend on as little as possible.
    fn target(self, target: &DialString) -> Result<Option<String>, Failure> {
        let plain = |target: &DialString| Ok(Some(target.as_str().to_owned()));
        match self.plan.preview(target).kind {
            NumberKind::Emergency | NumberKind::Feature | NumberKind::Name => Ok(None),
            NumberKind::Internal | NumberKind::National | NumberKind::International | NumberKind::Other => {
                let outcome = self.plan.dial(target);
                let blocked = |reason: &str| Failure::with_detail(FailureCode::NumberBlocked, reason);
                outcome.target().map_err(blocked).and_then(plain)
            }
        }
    }
}
