//! Where requests go, and that each is answered once.

mod answered_once;
mod where_requests_go;

use super::{Carrying, RouteId, Situation, Step, Told};
use crate::agents::joining::{Joining, Sight};
use sidetone_bridge::ClientId;
use sidetone_finesse::model::{Action, AgentState, Dialog, DialogId, DialogState, Participant, User};
use sidetone_finesse::session::{Ask, DialogAction, Error, Presence, Service, View};
use sidetone_protocol::dial_plan::DialPlan;
use sidetone_protocol::{
    Call, CallId, CallState, ClientMessage, Direction, FailureCode, Hold, MediaHolder, Party, RelayMessage,
    RequestId,
};

const OWN: &str = "6101";
const TAB: ClientId = ClientId(11);

/// An agent with calls that Finesse controls.
struct Stand {
    view: View,
    joining: Joining,
    carrying: Carrying,
    calls: Vec<Call>,
    media: MediaHolder,
    dial_by_finesse: bool,
    plan: DialPlan,
    now: u64,
}

impl Stand {
    fn new() -> Self {
        let user = User { extension: OWN.into(), state: AgentState::NotReady, ..User::default() };
        let view = View {
            user: Some(user),
            service: Service::Up,
            presence: Presence::SignedIn,
            can_dial: true,
            ..View::default()
        };
        Self {
            view,
            joining: Joining::new(OWN),
            carrying: Carrying::default(),
            calls: Vec::new(),
            media: MediaHolder::Here,
            dial_by_finesse: true,
            plan: DialPlan::default(),
            now: 1_000_000,
        }
    }

    /// A call of the phone, and if Finesse knows it, with what it offers.
    fn call(&mut self, id: u64, number: &str, part: Option<(DialogState, &[Action])>) {
        self.calls.retain(|call| call.id != CallId(id));
        self.calls.push(call(id, number, self.now));
        if let Some((state, actions)) = part {
            let dialog = dialog(&format!("d{id}"), number, state, actions, self.now);
            self.view.dialogs.insert(dialog.id.clone(), dialog);
        }
        self.look();
    }

    fn look(&mut self) {
        let up = super::is_up(&self.view);
        let sight = Sight { dialogs: &self.view.dialogs, calls: &self.calls, up, plan: &self.plan };
        self.joining.update(self.now, sight);
        while self.joining.next_output().is_some() {}
    }

    fn situation(&self) -> Situation<'_> {
        Situation {
            view: &self.view,
            joining: &self.joining,
            calls: &self.calls,
            media: self.media,
            dial_by_finesse: self.dial_by_finesse,
            plan: &self.plan,
        }
    }

    /// A tab asks, and that is what is to be done.
    fn ask(&mut self, message: ClientMessage) -> Vec<Step> {
        let mut carrying = std::mem::take(&mut self.carrying);
        let told: Vec<Told> = carrying.message(self.now, TAB, message, self.situation());
        self.carrying = carrying;
        told.into_iter().for_each(|told| told.tell(&mut self.joining));
        self.steps()
    }

    fn done(&mut self, route: RouteId, result: Result<(), Error>) -> Vec<Step> {
        let failure = |error: &Error| match error {
            Error::Silent => FailureCode::ContactCentreSilent.into(),
            _ => FailureCode::ContactCentreRefused.into(),
        };
        self.carrying.done(self.now, route, &result, failure, &mut self.joining);
        self.steps()
    }

    fn pass(&mut self, millis: u64) -> Vec<Step> {
        self.now += millis;
        self.carrying.handle_timeout(self.now, &self.calls, &mut self.joining);
        self.steps()
    }

    fn steps(&mut self) -> Vec<Step> {
        std::iter::from_fn(|| self.carrying.next_step()).collect()
    }
}

fn call(id: u64, number: &str, now: u64) -> Call {
    Call {
        id: CallId(id),
        direction: Direction::Inbound,
        party: Party { number: number.into(), name: None },
        state: CallState::Connected,
        muted: false,
        hold: Hold::default(),
        alert: Default::default(),
        consults_for: None,
        conference: None,
        pbx_conference: None,
        transfer: None,
        codec: None,
        started_at_ms: now,
        answered_at_ms: None,
    }
}

fn dialog(id: &str, number: &str, state: DialogState, actions: &[Action], started: u64) -> Dialog {
    let own = Participant {
        media_address: OWN.into(),
        state,
        start_time: Some(started),
        actions: actions.to_vec(),
        ..Participant::default()
    };
    let other =
        Participant { media_address: number.into(), state: DialogState::Active, ..Participant::default() };
    Dialog {
        id: DialogId(id.into()),
        secondary_id: None,
        associated: None,
        media_type: "Voice".into(),
        from_address: number.into(),
        to_address: OWN.into(),
        state: DialogState::Active,
        call_type: String::new(),
        dialed_number: String::new(),
        dnis: String::new(),
        outbound_classification: String::new(),
        queue_number: String::new(),
        queue_name: String::new(),
        wrap_up_reason: String::new(),
        wrap_up_items: vec![],
        variables: vec![],
        participants: vec![own, other],
        callback: None,
    }
}

fn on(dialog: &str, action: DialogAction) -> Ask {
    Ask::Dialog { dialog: DialogId(dialog.into()), action }
}

/// What Finesse was asked for.
fn asked(steps: &[Step]) -> Vec<&Ask> {
    steps.iter().filter_map(|step| if let Step::Ask { ask, .. } = step { Some(ask) } else { None }).collect()
}

fn route_of(steps: &[Step]) -> RouteId {
    let found =
        steps.iter().find_map(|step| if let Step::Ask { route, .. } = step { Some(*route) } else { None });
    found.expect("Finesse was asked")
}

fn bridged(steps: &[Step]) -> usize {
    steps.iter().filter(|step| matches!(step, Step::Bridge { .. })).count()
}

/// The one answer among them, if there is one.
fn answer(steps: &[Step]) -> Option<Result<Option<CallId>, FailureCode>> {
    let mut answers = steps.iter().filter_map(|step| match step {
        Step::Answer { message, .. } => match message.as_ref() {
            RelayMessage::Accepted { call, .. } => Some(Ok(*call)),
            RelayMessage::Failed { failure, .. } => Some(Err(failure.code)),
            other => panic!("{other:?}"),
        },
        Step::Ask { .. } | Step::Bridge { .. } | Step::Dialled(_) => None,
    });
    let first = answers.next();
    assert_eq!(answers.next(), None, "answered twice");
    first
}

const R: RequestId = RequestId(1);

fn set_held(call: u64, held: bool) -> ClientMessage {
    ClientMessage::SetHeld { request: R, call: CallId(call), held }
}

fn hang_up(call: u64) -> ClientMessage {
    ClientMessage::HangUp { request: R, call: CallId(call) }
}

fn dial(number: &str) -> ClientMessage {
    ClientMessage::Dial { request: R, target: number.parse().unwrap() }
}

fn consult(call: u64, number: &str) -> ClientMessage {
    ClientMessage::Consult { request: R, call: CallId(call), target: number.parse().unwrap() }
}
