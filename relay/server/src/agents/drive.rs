//! Hands each session what happens to it, and carries out what it asks for.

use super::answers::Waiting;
use super::routing::RouteId;
use super::vault::Kept;
use super::{AgentUser, Agents, News, Run};
use crate::finesse_io::{self, Answer, AskError, DialError, LinkEvent, Target};
use crate::relay::Input;
use crate::store::DayTally;
use axum::http::{HeaderName, HeaderValue, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_chacha::ChaCha12Rng;
use sidetone_bridge::UserId;
use sidetone_finesse::rest;
use sidetone_finesse::session::{
    self, Ask, Command, Credentials, HttpAnswer, HttpError, HttpId, LinkId, Session, Tag,
};
use std::time::{Duration, UNIX_EPOCH};

/// Something that happened to an agent outside.
#[derive(Debug)]
pub(crate) enum AgentInput {
    /// What is kept was read.
    Recalled(Box<Kept>),
    /// What was written down of the day was read.
    Day { agent: String, tally: Box<DayTally> },
    /// A token was renewed, or not.
    Renewed(Result<Answer, AskError>),
    /// A request was answered, or not.
    Answered { id: HttpId, result: Result<Answer, AskError> },
    /// Something happened on a link.
    Link { link: LinkId, event: LinkEvent },
}

impl Agents {
    /// Something happened to an agent.
    pub(crate) fn input(
        &mut self,
        now: u64,
        rng: &mut ChaCha12Rng,
        user: UserId,
        run: u64,
        input: AgentInput,
    ) {
        let Some(known) = self.run(user).filter(|known| known.id == run) else { return };
        let input = match input {
            AgentInput::Recalled(kept) => return self.recalled(now, rng, user, *kept),
            AgentInput::Renewed(result) => {
                self.renewed(now, rng, user, result);
                return self.reschedule(user);
            }
            AgentInput::Day { agent, tally } => {
                self.day_read(now, user, &agent, *tally);
                return self.reschedule(user);
            }
            AgentInput::Answered { id, result } => {
                self.counts.unanswered += u64::from(result.is_err());
                session::Input::HttpAnswer { id, result: result.map(answer).map_err(error) }
            }
            AgentInput::Link { link, event: LinkEvent::Opened } => session::Input::XmppOpened { link },
            AgentInput::Link { link, event: LinkEvent::Received(text) } => {
                self.counts.frames += 1;
                session::Input::XmppReceived { link, text }
            }
            AgentInput::Link { link, event: LinkEvent::Closed } => {
                let before = known.links.len();
                known.links.retain(|(known, _)| *known != link);
                let lost = known.links.len() < before;
                self.counts.links_lost += u64::from(lost);
                session::Input::XmppClosed { link }
            }
        };
        self.step(now, user, |session| session.handle(now, rng, input));
        self.after(now, rng, user);
    }

    /// When [`Self::handle_timeouts`] has to be called, if ever.
    pub(crate) fn next_timeout(&mut self) -> Option<u64> {
        self.due.next()
    }

    /// Wakes up the sessions whose time has come.
    pub(crate) fn handle_timeouts(&mut self, now: u64, rng: &mut ChaCha12Rng) {
        while let Some(user) = self.due.take(now) {
            let Some(run) = self.run(user) else { continue };
            if run.leave_by.is_some_and(|at| at <= now) {
                self.end(user);
                continue;
            }
            if self.renewal_due(user).is_some_and(|at| at <= now) {
                self.renew(user);
            }
            let Some(run) = self.run(user) else { continue };
            if run.calls.next_timeout().is_some_and(|at| at <= now) {
                self.news.push_back(News::LookAtCalls { user });
            }
            let Some(run) = self.run(user) else { continue };
            if run.day_ends.is_some_and(|at| at <= now) {
                self.day_ends(now, user);
            }
            self.step(now, user, |session| session.handle_timeout(now, rng));
            self.after(now, rng, user);
        }
    }

    /// Asks the session of an agent. False: there is none.
    pub(super) fn ask(
        &mut self,
        now: u64,
        rng: &mut ChaCha12Rng,
        user: UserId,
        ask: Ask,
        waiting: Waiting,
    ) -> bool {
        let tag = self.next_tag;
        self.note_hand_over(user, &ask);
        let Some(run) = self.run(user) else { return false };
        run.waiting.insert(tag, waiting);
        self.next_tag += 1;
        self.step(now, user, |session| session.handle(now, rng, session::Input::Ask { tag, ask }));
        self.after(now, rng, user);
        true
    }

    /// Asks the session of an agent for something about calls.
    pub(crate) fn ask_for_calls(
        &mut self,
        now: u64,
        rng: &mut ChaCha12Rng,
        user: UserId,
        route: RouteId,
        ask: Ask,
    ) {
        if !self.ask(now, rng, user, ask, Waiting::Calls(route)) {
            self.news.push_back(News::Carried { user, route, result: Err(session::Error::NotSignedIn) });
        }
    }

    /// Ends the session of an agent. Its links are closed, and with them the presence.
    pub(super) fn end(&mut self, user: UserId) {
        self.due.set(user, None);
        if let Some(agent) = self.agents.get_mut(&user) {
            agent.run = None;
        }
    }

    pub(super) fn run(&mut self, user: UserId) -> Option<&mut Run> {
        self.agents.get_mut(&user)?.run.as_mut()
    }

    fn step(&mut self, now: u64, user: UserId, act: impl FnOnce(&mut Session)) {
        let Some(run) = self.run(user) else { return };
        act(&mut run.session);
        while let Some(command) = self.run(user).and_then(|run| run.session.next_command()) {
            self.carry_out(now, user, command);
        }
        self.reschedule(user);
    }

    /// When the agent is due has changed.
    pub(crate) fn reschedule(&mut self, user: UserId) {
        let renewal = self.renewal_due(user);
        let due = self.run(user).and_then(|run| {
            let own = [run.session.next_timeout(), run.leave_by, run.day_ends, renewal];
            own.into_iter().chain([run.calls.next_timeout()]).flatten().min()
        });
        self.due.set(user, due);
    }

    /// What a step of the session means to the relay itself.
    fn after(&mut self, now: u64, rng: &mut ChaCha12Rng, user: UserId) {
        self.look_at_sign_in(now, user);
        self.go_on_leaving(now, rng, user);
    }

    fn carry_out(&mut self, now: u64, user: UserId, command: Command) {
        match command {
            Command::Http { id, host, port, request, credentials, timeout_ms } => {
                let waits = self.run(user).is_some() && self.is_long_poll(user, &request);
                let timeout = Duration::from_millis(timeout_ms);
                let ask = ask_of(request, &credentials, waits, timeout);
                self.send(user, id, host, port, ask);
            }
            Command::OpenXmpp { link, host, port, path } => {
                self.open(user, link, Target { host, port, path });
            }
            Command::SendXmpp { link, text } => {
                let Some(run) = self.run(user) else { return };
                let known = run.links.iter().find(|(known, _)| *known == link);
                // Whoever does not read is told to be gone by its own task: dropping ends it.
                if known.is_some_and(|(_, socket)| !socket.send(text)) {
                    run.links.retain(|(known, _)| *known != link);
                }
            }
            Command::CloseXmpp { link } => {
                if let Some(run) = self.run(user) {
                    run.links.retain(|(known, _)| *known != link);
                }
            }
            Command::Done { tag, result } => self.done(user, tag, result),
            Command::Changed(change) => {
                self.note(now, user, &change);
                self.news.push_back(News::Changed { user, change });
            }
        }
    }

    fn is_long_poll(&self, user: UserId, request: &rest::Request) -> bool {
        self.agents.get(&user).is_some_and(|agent| request.path == agent.setup.session.bosh_path)
    }

    fn send(&mut self, user: UserId, id: HttpId, host: String, port: u16, ask: finesse_io::Ask) {
        self.counts.requests += 1;
        let Some((run, site)) = self.place(user) else { return };
        let inputs = self.inputs.clone();
        self.sites[site].ask(host, port, ask, move |result| async move {
            // If the event loop is gone, so is everybody who could care.
            let input = AgentInput::Answered { id, result };
            let _ = inputs.send(Input::Agent { user, run, input }).await;
        });
    }

    fn open(&mut self, user: UserId, link: LinkId, target: Target) {
        let Some((run, site)) = self.place(user) else { return };
        let inputs = self.inputs.clone();
        let socket = self.sites[site].open(target, move |event| {
            let inputs = inputs.clone();
            let input = AgentInput::Link { link, event };
            async move { inputs.send(Input::Agent { user, run, input }).await.is_ok() }
        });
        if let Some(run) = self.run(user) {
            run.links.push((link, socket));
        }
    }

    /// The session's number, and that of its site.
    fn place(&self, user: UserId) -> Option<(u64, usize)> {
        let agent: &AgentUser = self.agents.get(&user)?;
        Some((agent.run.as_ref()?.id, agent.setup.site))
    }

    fn done(&mut self, user: UserId, tag: Tag, result: Result<(), session::Error>) {
        let Some(waiting) = self.run(user).and_then(|run| run.waiting.remove(&tag)) else { return };
        match waiting {
            Waiting::Request { route, .. } => {
                if let Some(route) = route {
                    self.news.push_back(News::Carried { user, route, result: result.clone() });
                }
                self.answer_request(user, waiting, result);
            }
            Waiting::Contacts { .. } => self.answer_request(user, waiting, result),
            Waiting::Calls(route) => self.news.push_back(News::Carried { user, route, result }),
            Waiting::Leaving => {
                if let Some(run) = self.run(user).filter(|_| result.is_err()) {
                    run.leave_by = Some(0);
                }
            }
            Waiting::Nobody => {}
        }
    }
}

pub(super) fn ask_of(
    request: rest::Request,
    credentials: &Credentials,
    waits: bool,
    timeout: Duration,
) -> finesse_io::Ask {
    let method = match request.method {
        rest::Method::Get => Method::GET,
        rest::Method::Put => Method::PUT,
        rest::Method::Post => Method::POST,
        rest::Method::Delete => Method::DELETE,
    };
    let named = |(name, value): (&'static str, String)| {
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
    };
    let mut headers: Vec<_> = request.headers.into_iter().filter_map(named).collect();
    let authorization = match credentials {
        Credentials::None => None,
        Credentials::Basic { id, password } => {
            Some(format!("Basic {}", STANDARD.encode(format!("{id}:{password}"))))
        }
        Credentials::Bearer { token } => Some(format!("Bearer {token}")),
    };
    if let Some(Ok(mut value)) = authorization.map(HeaderValue::try_from) {
        value.set_sensitive(true);
        headers.push((header::AUTHORIZATION, value));
    }
    finesse_io::Ask { method, path: request.path, headers, body: request.body, waits, timeout }
}

fn answer(answer: Answer) -> HttpAnswer {
    let date = answer.headers.get(header::DATE).and_then(|value| value.to_str().ok());
    let date = date.and_then(|text| httpdate::parse_http_date(text).ok());
    let date = date.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let date = date.and_then(|since| u64::try_from(since.as_millis()).ok());
    HttpAnswer { status: answer.status, body: answer.body, date }
}

fn error(error: AskError) -> HttpError {
    match error {
        AskError::Dial(DialError::Unreachable) => HttpError::Unreachable,
        AskError::Dial(DialError::Tls) => HttpError::Tls,
        AskError::TimedOut => HttpError::TimedOut,
        AskError::Broken => HttpError::Broken,
    }
}
