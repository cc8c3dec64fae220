//! What was decided, until it is answered: each request is carried out once and answered once, whoever carries it out.

use super::{Instead, Plan, Route, Situation, When, ends, makes, route};
use crate::agents::joining::Joining;
use sidetone_bridge::ClientId;
use sidetone_finesse::session::{Ask, Error};
use sidetone_protocol::{
    Call, CallId, ClientMessage, DialString, Failure, FailureCode, RelayMessage, RequestId,
};
use std::collections::VecDeque;

/// How many requests are remembered. A tab has at most a handful under way, and sends them again only after a broken connection.
const KEPT: usize = 64;
/// How long whoever hangs up waits for Finesse, in milliseconds.
const PATIENCE: u64 = 3_000;
/// How long the answer to a request that makes a call waits for it after Finesse has accepted.
const CALL_COMES: u64 = 5_000;

/// Names something that Finesse was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteId(pub u64);

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Ask the session; [`Carrying::done`] is owed.
    Ask {
        /// Names it.
        route: RouteId,
        /// What.
        ask: Ask,
    },
    /// Hand that to the bridge.
    Bridge {
        /// From whom.
        client: ClientId,
        /// What.
        message: ClientMessage,
    },
    /// Answer a tab.
    Answer {
        /// Which.
        client: ClientId,
        /// How.
        message: Box<RelayMessage>,
    },
    /// Remember whom the user has called ([`sidetone_bridge::Bridge::dialled`]).
    Dialled(DialString),
}

/// The requests of one agent's tabs that are under way, and those that were.
#[derive(Debug, Default)]
pub struct Carrying {
    open: Vec<Open>,
    /// What Finesse is asked for beside something, and for what end.
    beside: Vec<(RouteId, Ask)>,
    bridged: VecDeque<(ClientId, RequestId)>,
    answered: VecDeque<(ClientId, RequestId, RelayMessage)>,
    next: u64,
    steps: VecDeque<Step>,
}

/// A request that Finesse carries out.
#[derive(Debug)]
struct Open {
    client: ClientId,
    request: RequestId,
    plan: Plan,
    /// What is under way; none once all of it was done.
    now: Option<(RouteId, Ask)>,
    /// The one that makes a call.
    made: Option<RouteId>,
    /// When it is not waited for any longer.
    until: Option<u64>,
}

impl Carrying {
    /// A tab asks for something about calls.
    pub fn message(
        &mut self,
        now: u64,
        client: ClientId,
        message: ClientMessage,
        situation: Situation<'_>,
    ) -> Vec<Told> {
        let Some(request) = message.request() else {
            self.steps.push_back(Step::Bridge { client, message });
            return Vec::new();
        };
        if let Some((.., answer)) =
            self.answered.iter().find(|(by, named, _)| (*by, *named) == (client, request))
        {
            let message = Box::new(answer.clone());
            self.steps.push_back(Step::Answer { client, message });
            return Vec::new();
        }
        if self.open.iter().any(|open| (open.client, open.request) == (client, request)) {
            return Vec::new();
        }
        // What the bridge was asked for it is asked for again: it knows what it has answered.
        if self.bridged.contains(&(client, request)) {
            self.steps.push_back(Step::Bridge { client, message });
            return Vec::new();
        }
        match route(message, situation) {
            Route::Bridge { message, beside } => {
                let mut told = Vec::new();
                for ask in beside {
                    let route = self.name();
                    told.push(Told { route, ask: ask.clone(), at: now });
                    self.beside.push((route, ask.clone()));
                    self.steps.push_back(Step::Ask { route, ask });
                }
                self.hand_over(client, request, message);
                told
            }
            Route::Finesse(plan) => self.begin(now, client, request, plan),
            Route::Refused(failure) => {
                self.answer(client, request, Err(failure));
                Vec::new()
            }
            Route::Done(call) => {
                self.answer(client, request, Ok(call));
                Vec::new()
            }
        }
    }

    /// Finesse is asked for something by an agent's request that is about no call of the phone. [`Self::done`] is owed with the name,
    /// beside the answer to whoever has asked.
    pub fn other(&mut self, now: u64, ask: &Ask) -> (RouteId, Told) {
        let route = self.name();
        self.beside.push((route, ask.clone()));
        (route, Told { route, ask: ask.clone(), at: now })
    }

    /// The next thing to be done, oldest first.
    pub fn next_step(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    /// When [`Self::handle_timeout`] has to be called, if ever.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        self.open.iter().filter_map(|open| open.until).min()
    }

    /// What became of something that Finesse was asked for. `failure` is what a user is told of an error.
    pub fn done(
        &mut self,
        now: u64,
        route: RouteId,
        result: &Result<(), Error>,
        failure: impl Fn(&Error) -> Failure,
        joining: &mut Joining,
    ) {
        if let Some(index) = self.beside.iter().position(|(known, _)| *known == route) {
            let (_, ask) = self.beside.remove(index);
            if result.is_err() {
                take_back(joining, route, &ask);
            }
            return;
        }
        let under_way = |open: &Open| open.now.as_ref().is_some_and(|(known, _)| *known == route);
        let Some(index) = self.open.iter().position(under_way) else { return };
        let mut open = self.open.remove(index);
        let ask = open.now.take();
        match result {
            Ok(()) => {
                let told = self.go_on(now, open, joining);
                told.into_iter().for_each(|told| told.tell(joining));
            }
            Err(error) => {
                if let Some((route, ask)) = ask {
                    take_back(joining, route, &ask);
                }
                let instead = open.plan.instead.take().filter(|instead| instead.fits(error));
                match instead {
                    Some(Instead { message, .. }) => self.hand_over(open.client, open.request, message),
                    None => self.answer(open.client, open.request, Err(failure(error))),
                }
            }
        }
    }

    /// Looks after what has waited for too long, and answers what is there by now.
    pub fn handle_timeout(&mut self, now: u64, calls: &[Call], joining: &mut Joining) {
        let is_over = |id: CallId| calls.iter().all(|call| call.id != id || call.is_ended());
        let mut open = std::mem::take(&mut self.open);
        let late = |open: &mut Open| {
            let there =
                open.now.is_none() && open.made.is_some_and(|made| joining.call_made(made.0).is_some());
            there || open.until.is_some_and(|until| until <= now)
        };
        let due: Vec<Open> = open.extract_if(.., late).collect();
        self.open = open;
        for mut open in due {
            if open.now.is_none() {
                let call = open.made.and_then(|made| joining.call_made(made.0));
                self.answer(open.client, open.request, Ok(call));
                continue;
            }
            match open.plan.instead.take() {
                // It has ended meanwhile, as was asked for.
                Some(_) if open.plan.call.is_some_and(is_over) => {
                    self.answer(open.client, open.request, Ok(open.plan.call));
                }
                Some(Instead { message, .. }) => self.hand_over(open.client, open.request, message),
                None => self.answer(open.client, open.request, Err(FailureCode::ContactCentreSilent.into())),
            }
        }
    }

    /// A tab's session is over: nobody waits for its answers.
    pub fn forget(&mut self, client: ClientId) {
        self.open.retain(|open| open.client != client);
        self.bridged.retain(|(by, _)| *by != client);
        self.answered.retain(|(by, ..)| *by != client);
    }

    /// The session is gone, and with it whatever it was asked for.
    pub fn session_ended(&mut self) {
        self.beside.clear();
        for mut open in std::mem::take(&mut self.open) {
            match open.plan.instead.take() {
                Some(Instead { message, .. }) => self.hand_over(open.client, open.request, message),
                None => self.answer(open.client, open.request, Err(FailureCode::AgentNotSignedIn.into())),
            }
        }
    }

    fn begin(&mut self, now: u64, client: ClientId, request: RequestId, plan: Plan) -> Vec<Told> {
        let until =
            plan.instead.as_ref().filter(|instead| instead.when == When::Always).map(|_| now + PATIENCE);
        let open = Open { client, request, plan, now: None, made: None, until };
        self.advance(now, open)
    }

    /// The step before was done.
    fn go_on(&mut self, now: u64, open: Open, joining: &Joining) -> Vec<Told> {
        if open.plan.asks.is_empty() && open.plan.then.is_none() {
            let made = open.made.map(|made| joining.call_made(made.0));
            return match made {
                // Its answer names the call that was made.
                Some(None) => {
                    self.open.push(Open { until: Some(now + CALL_COMES), ..open });
                    Vec::new()
                }
                Some(call) => {
                    self.answer(open.client, open.request, Ok(call));
                    Vec::new()
                }
                None => {
                    self.answer(open.client, open.request, Ok(open.plan.call));
                    Vec::new()
                }
            };
        }
        self.advance(now, open)
    }

    /// Asks for the next that is to be done.
    fn advance(&mut self, now: u64, mut open: Open) -> Vec<Told> {
        if open.plan.asks.is_empty() {
            if let Some(message) = open.plan.then.take() {
                self.hand_over(open.client, open.request, message);
            }
            return Vec::new();
        }
        let ask = open.plan.asks.remove(0);
        let route = self.name();
        if makes(&ask).is_some() {
            open.made = Some(route);
            self.steps.extend(open.plan.dialled.take().map(Step::Dialled));
        }
        open.now = Some((route, ask.clone()));
        self.open.push(open);
        self.steps.push_back(Step::Ask { route, ask: ask.clone() });
        vec![Told { route, ask, at: now }]
    }

    fn hand_over(&mut self, client: ClientId, request: RequestId, message: ClientMessage) {
        remember(&mut self.bridged, (client, request));
        self.steps.push_back(Step::Bridge { client, message });
    }

    fn answer(&mut self, client: ClientId, request: RequestId, result: Result<Option<CallId>, Failure>) {
        let message = match result {
            Ok(call) => RelayMessage::Accepted { request, call },
            Err(failure) => RelayMessage::Failed { request: Some(request), failure },
        };
        remember(&mut self.answered, (client, request, message.clone()));
        self.steps.push_back(Step::Answer { client, message: Box::new(message) });
    }

    fn name(&mut self) -> RouteId {
        self.next += 1;
        RouteId(self.next)
    }
}

/// What Finesse was asked for, for [`Joining`] to know what will come of it.
#[must_use = "what comes of it is not understood otherwise"]
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    route: RouteId,
    ask: Ask,
    at: u64,
}

impl Told {
    /// Tells it.
    pub fn tell(self, joining: &mut Joining) {
        if let Some((dialog, asked)) = ends(&self.ask) {
            joining.asked(dialog, asked);
        }
        if let Some(expected) = makes(&self.ask) {
            joining.expect(self.at, self.route.0, expected);
        }
    }
}

/// Finesse has refused it: nothing comes of it.
fn take_back(joining: &mut Joining, route: RouteId, ask: &Ask) {
    if let Some((dialog, _)) = ends(ask) {
        joining.refused(dialog);
    }
    if makes(ask).is_some() {
        joining.not_expected(route.0);
    }
}

impl Instead {
    fn fits(&self, error: &Error) -> bool {
        match self.when {
            When::Always => true,
            When::NotDone => matches!(error, Error::OutOfService | Error::NotSignedIn | Error::NoSuchDialog),
        }
    }
}

fn remember<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(item);
}
