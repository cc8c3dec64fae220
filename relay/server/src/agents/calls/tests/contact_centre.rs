//! A contact centre with one agent: dialogs with the actions of the developer guide, and the legs that its telephone system has to the
//! agent's phone.

use super::OWN;
use sidetone_bridge::FarLegId;
use sidetone_finesse::model::{Action, Dialog, DialogId, DialogState, Participant};
use sidetone_finesse::session::{Ask, DialogAction, Error, View};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(super) struct ContactCentre {
    talks: Vec<Talk>,
    next: u64,
    /// Of a conference the telephone system keeps the leg of the call that consulted.
    pub(super) keeps_second_leg: bool,
    pub(super) now: u64,
    /// It takes requests and does nothing.
    pub(super) silent: bool,
}

/// A conversation.
#[derive(Debug, Clone)]
struct Talk {
    id: DialogId,
    outgoing: bool,
    own: DialogState,
    others: Vec<String>,
    leg: Option<FarLegId>,
    secondary: Option<DialogId>,
    consult: bool,
    began: u64,
}

/// What the telephone system does on the legs to the agent's phone.
#[derive(Debug)]
pub(super) enum OnTheLeg {
    Held(FarLegId, bool),
    Ended(FarLegId),
    CallsOwnPhone(DialogId),
}

impl ContactCentre {
    fn talk(&mut self, outgoing: bool, own: DialogState, other: &str, consult: bool) -> DialogId {
        self.next += 1;
        let id = DialogId(format!("4007{:04}", self.next));
        let others = vec![other.to_owned()];
        let talk = Talk {
            id: id.clone(),
            outgoing,
            own,
            others,
            leg: None,
            secondary: None,
            consult,
            began: self.now,
        };
        self.talks.push(talk);
        id
    }

    pub(super) fn offer(&mut self, customer: &str) -> DialogId {
        self.talk(false, DialogState::Alerting, customer, false)
    }

    pub(super) fn leg_of(&mut self, dialog: &DialogId, leg: FarLegId) {
        if let Some(talk) = self.talks.iter_mut().find(|talk| talk.id == *dialog) {
            talk.leg = Some(leg);
        }
    }

    pub(super) fn dialog_of(&self, leg: FarLegId) -> Option<DialogId> {
        self.talks.iter().find(|talk| talk.leg == Some(leg)).map(|talk| talk.id.clone())
    }

    pub(super) fn answered(&mut self, leg: FarLegId) {
        if let Some(talk) = self.talks.iter_mut().find(|talk| talk.leg == Some(leg)) {
            talk.own = DialogState::Active;
        }
    }

    /// The agent's phone holds or resumes by itself.
    pub(super) fn held_by_phone(&mut self, leg: FarLegId, held: bool) {
        if let Some(talk) = self.talks.iter_mut().find(|talk| talk.leg == Some(leg)) {
            talk.own = if held { DialogState::Held } else { DialogState::Active };
        }
    }

    /// The agent's phone calls somebody by itself.
    pub(super) fn called_by_phone(&mut self, number: &str, leg: FarLegId) {
        let id = self.talk(true, DialogState::Active, number, false);
        self.leg_of(&id, leg);
    }

    /// Each leg, and whether the agent holds it; none while it rings.
    pub(super) fn parts(&self) -> Vec<(FarLegId, Option<bool>)> {
        let part = |talk: &Talk| {
            let held = match talk.own {
                DialogState::Held => Some(true),
                DialogState::Active => Some(false),
                _ => None,
            };
            talk.leg.map(|leg| (leg, held))
        };
        self.talks.iter().filter_map(part).collect()
    }

    /// The agent's phone has hung up.
    pub(super) fn left(&mut self, leg: FarLegId) {
        self.talks.retain(|talk| talk.leg != Some(leg));
    }

    /// Some other party has hung up. Names the leg.
    pub(super) fn somebody_leaves(&mut self, index: proptest::sample::Index) -> Option<FarLegId> {
        if self.talks.is_empty() {
            return None;
        }
        let index = index.index(self.talks.len());
        self.talks.remove(index).leg
    }

    /// The customer has hung up. Names the leg.
    pub(super) fn customer_leaves(&mut self, number: &str) -> Option<FarLegId> {
        let index = self.talks.iter().position(|talk| talk.others.iter().any(|other| other == number))?;
        self.talks.remove(index).leg
    }

    pub(super) fn conversations(&self) -> usize {
        self.talks.len()
    }

    /// What GET says.
    pub(super) fn dialogs(&self) -> BTreeMap<DialogId, Dialog> {
        let dialogs = self.talks.iter().map(|talk| (talk.id.clone(), self.dialog(talk)));
        dialogs.collect()
    }

    fn dialog(&self, talk: &Talk) -> Dialog {
        let first = talk.others.first().cloned().unwrap_or_default();
        let (from, to) = if talk.outgoing { (OWN.to_owned(), first) } else { (first, OWN.to_owned()) };
        let own = Participant {
            media_address: OWN.into(),
            agent: true,
            state: talk.own,
            start_time: Some(talk.began),
            actions: self.actions(talk),
            ..Participant::default()
        };
        let other = |number: &String| Participant {
            media_address: number.clone(),
            state: DialogState::Active,
            ..Participant::default()
        };
        Dialog {
            id: talk.id.clone(),
            secondary_id: talk.secondary.clone(),
            associated: None,
            media_type: "Voice".into(),
            from_address: from,
            to_address: to,
            state: if talk.own == DialogState::Alerting {
                DialogState::Alerting
            } else {
                DialogState::Active
            },
            call_type: if talk.consult { "CONSULT" } else { "ACD_IN" }.into(),
            dialed_number: String::new(),
            dnis: String::new(),
            outbound_classification: String::new(),
            queue_number: String::new(),
            queue_name: String::new(),
            wrap_up_reason: String::new(),
            wrap_up_items: vec![],
            variables: vec![],
            participants: std::iter::once(own).chain(talk.others.iter().map(other)).collect(),
            callback: None,
        }
    }

    fn actions(&self, talk: &Talk) -> Vec<Action> {
        match talk.own {
            DialogState::Alerting => vec![Action::Answer],
            DialogState::Active => {
                vec![
                    Action::Hold,
                    Action::Drop,
                    Action::UpdateCallData,
                    Action::ConsultCall,
                    Action::SendDtmf,
                ]
            }
            DialogState::Held => {
                let mut actions = vec![Action::Retrieve, Action::Drop, Action::UpdateCallData];
                if self.talks.iter().any(|talk| talk.own == DialogState::Active) {
                    actions.extend([Action::Transfer, Action::Conference]);
                }
                actions
            }
            _ => vec![],
        }
    }

    pub(super) fn carry_out(&mut self, ask: &Ask, view: &mut View) -> Result<Vec<OnTheLeg>, Error> {
        if self.silent {
            return Err(Error::Silent);
        }
        view.can_dial = true;
        match ask {
            Ask::MakeCall { to, .. } => {
                let id = self.talk(true, DialogState::Initiated, to, false);
                Ok(vec![OnTheLeg::CallsOwnPhone(id)])
            }
            Ask::Dialog { dialog, action } => self.on_dialog(dialog, action),
            _ => panic!("{ask:?}"),
        }
    }

    fn on_dialog(&mut self, dialog: &DialogId, action: &DialogAction) -> Result<Vec<OnTheLeg>, Error> {
        let index = self.talks.iter().position(|talk| talk.id == *dialog).ok_or(Error::NoSuchDialog)?;
        let actions = self.actions(&self.talks[index]);
        let offered = |action| assert!(actions.contains(&action), "{action:?} is not offered: {actions:?}");
        match action {
            DialogAction::Hold => {
                offered(Action::Hold);
                Ok(self.set_held(index, true))
            }
            DialogAction::Retrieve => {
                offered(Action::Retrieve);
                assert!(self.talks.iter().all(|talk| talk.own != DialogState::Active), "two at once");
                Ok(self.set_held(index, false))
            }
            DialogAction::Drop => {
                offered(Action::Drop);
                let talk = self.talks.remove(index);
                Ok(talk.leg.map(OnTheLeg::Ended).into_iter().collect())
            }
            DialogAction::Consult { to } => {
                offered(Action::ConsultCall);
                let mut happens = self.set_held(index, true);
                let id = self.talk(true, DialogState::Initiated, to, true);
                happens.push(OnTheLeg::CallsOwnPhone(id));
                Ok(happens)
            }
            DialogAction::Transfer => {
                offered(Action::Transfer);
                let legs: Vec<_> = self.talks.drain(..).filter_map(|talk| talk.leg).collect();
                Ok(legs.into_iter().map(OnTheLeg::Ended).collect())
            }
            DialogAction::Conference => {
                offered(Action::Conference);
                let active = self.talks.iter().position(|talk| talk.own == DialogState::Active);
                let consult = self.talks.remove(active.expect("a call is active"));
                let keeps_second = self.keeps_second_leg;
                let talk = self.talks.iter_mut().find(|talk| talk.id == *dialog).expect("it is there");
                talk.others.extend(consult.others);
                talk.own = DialogState::Active;
                talk.secondary = Some(consult.id);
                let gone =
                    if keeps_second { std::mem::replace(&mut talk.leg, consult.leg) } else { consult.leg };
                let kept = talk.leg.map(|leg| OnTheLeg::Held(leg, false));
                Ok(gone.map(OnTheLeg::Ended).into_iter().chain(kept).collect())
            }
            _ => panic!("{action:?}"),
        }
    }

    fn set_held(&mut self, index: usize, held: bool) -> Vec<OnTheLeg> {
        let talk = &mut self.talks[index];
        talk.own = if held { DialogState::Held } else { DialogState::Active };
        talk.leg.map(|leg| OnTheLeg::Held(leg, held)).into_iter().collect()
    }
}
