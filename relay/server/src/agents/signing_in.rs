//! How an agent gets signed in: with what is kept, or with what is entered, and never twice with what was refused.

use super::answers::Waiting;
use super::credentials::{Refusals, Verdict, fingerprint, judge};
use super::requests::{Todo, todo};
use super::translate::{self, About};
use super::vault::{Kept, Vault};
use super::{AgentUser, Agents, News, Run, contacts, failed, routing};
use crate::config::Secret;
use crate::relay::Input;
use crate::store::StoreError;
use rand_chacha::ChaCha12Rng;
use sidetone_bridge::{Bridge, ClientId, UserId};
use sidetone_finesse::model::{self, AgentId};
use sidetone_finesse::session::{self, Ask, Change, Credentials, Error, SignIn};
use sidetone_protocol::agent::{AgentAction, AgentSignIn, MobileMode, Presence};
use sidetone_protocol::dial_plan::DialPlan;
use sidetone_protocol::{Failure, FailureCode, RelayMessage, RequestId};
use std::sync::Arc;

/// How far a sign-in has come.
#[derive(Debug)]
pub(super) enum SigningIn {
    /// What is kept is being read.
    Recalling,
    /// Somebody has to say something first, or has to want it.
    Form(Presence),
    /// It is being tried.
    Trying(Attempt),
    /// The session says how it is.
    Tried,
}

/// What is being tried.
#[derive(Debug)]
pub(super) struct Attempt {
    fingerprint: String,
    /// What was entered, to be kept if it is right.
    entered: Option<Secret>,
}

/// What is to be written down of a sign-in.
#[derive(Debug, Default)]
struct Keeps {
    password: Option<Secret>,
    refusals: Option<Refusals>,
    no_refusals: bool,
}

impl Keeps {
    async fn write(self, vault: &Vault, user: &str) -> Result<(), StoreError> {
        if let Some(password) = &self.password {
            vault.keep_password(user, password).await?;
        }
        if let Some(refusals) = &self.refusals {
            vault.keep_refusals(user, refusals).await?;
        }
        if self.no_refusals {
            vault.forget_refusals(user).await?;
        }
        Ok(())
    }
}

impl Run {
    /// Whether nothing goes on since something has to be entered.
    pub(super) fn needs_something(&self) -> bool {
        match &self.signing_in {
            SigningIn::Form(presence) => matches!(presence, Presence::Needs { .. }),
            SigningIn::Tried => matches!(self.session.view().presence, session::Presence::Needs { .. }),
            SigningIn::Recalling | SigningIn::Trying(_) => false,
        }
    }
}

impl AgentUser {
    /// What the session does not know of its user.
    pub(super) fn about(&self) -> About<'_> {
        let presence = self.run.as_ref().and_then(|run| match &run.signing_in {
            SigningIn::Recalling if self.setup.zero_touch => Some(Presence::SigningIn),
            SigningIn::Recalling => Some(Presence::SignedOut),
            SigningIn::Form(presence) => Some(presence.clone()),
            SigningIn::Trying(_) | SigningIn::Tried => None,
        });
        About {
            presence,
            id: self.setup.id.as_deref().unwrap_or_default(),
            extension: self.setup.extension.as_deref().unwrap_or_default(),
            has_help_number: self.setup.help_number.is_some(),
            joining: self
                .run
                .as_ref()
                .filter(|run| run.session.view().user.as_ref().is_none_or(|user| user.mobile_agent.is_none()))
                .map(|run| run.calls.joining()),
        }
    }
}

impl Agents {
    /// Reads what is kept of an agent.
    pub(super) fn recall(&mut self, user: UserId, run: u64) {
        let Some(agent) = self.agents.get(&user) else { return };
        let (vault, inputs, name) = (Arc::clone(&self.vault), self.inputs.clone(), agent.setup.name.clone());
        tokio::spawn(async move {
            let input = super::AgentInput::Recalled(Box::new(vault.recall(&name).await));
            // If the event loop is gone, so is everybody who could care.
            let _ = inputs.send(Input::Agent { user, run, input }).await;
        });
    }

    /// What is kept of an agent was read.
    pub(super) fn recalled(&mut self, now: u64, rng: &mut ChaCha12Rng, user: UserId, kept: Kept) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        agent.kept = kept;
        if agent.setup.zero_touch {
            self.sign_in(now, rng, user, AgentSignIn::default(), None);
        } else {
            let presence = match agent.missing(&AgentSignIn::default(), None) {
                Some(form) => form,
                None => Presence::SignedOut,
            };
            self.show(user, SigningIn::Form(presence));
        }
    }

    fn show(&mut self, user: UserId, signing_in: SigningIn) {
        if let Some(run) = self.run(user) {
            run.signing_in = signing_in;
            self.news.push_back(News::Changed { user, change: Change::Status });
        }
    }

    pub(super) fn sign_in(
        &mut self,
        now: u64,
        rng: &mut ChaCha12Rng,
        user: UserId,
        entered: AgentSignIn,
        asker: Option<(ClientId, RequestId)>,
    ) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        let Some((id, secret)) = agent.credentials(&entered) else {
            let form = agent.missing(&entered, None).unwrap_or(Presence::SignedOut);
            self.show(user, SigningIn::Form(form));
            return self.say(user, asker, Ok(()));
        };
        let tried = fingerprint(&id, secret.reveal());
        let code = match judge(agent.kept.refusals.as_ref(), &tried, entered.password.is_some(), now) {
            Verdict::Try => None,
            Verdict::Refused => Some(FailureCode::AgentRejected),
            Verdict::Blocked => Some(FailureCode::AgentLockedOut),
        };
        if let Some(code) = code {
            let form = agent.form(true, Some(code.into()));
            self.show(user, SigningIn::Form(form));
            return self.say(user, asker, Err(code));
        }
        let credentials = match agent.setup.sso {
            true => Credentials::Bearer { token: secret.reveal().to_owned() },
            false => Credentials::Basic { id: id.clone(), password: secret.reveal().to_owned() },
        };
        let mobile = entered.mobile.map(|mobile| model::MobileAgent {
            mode: match mobile.mode {
                MobileMode::CallByCall => model::MobileMode::CallByCall,
                MobileMode::NailedConnection => model::MobileMode::NailedConnection,
            },
            dial_number: mobile.number,
        });
        let sign_in = SignIn {
            id: AgentId(id),
            credentials,
            extension: entered.extension.or_else(|| agent.setup.extension.clone()).unwrap_or_default(),
            device: entered.device.or_else(|| agent.setup.device.clone()),
            mobile: mobile.or_else(|| agent.setup.mobile.clone()),
        };
        let entered = entered.password.map(Secret::from);
        if let Some(run) = &mut agent.run {
            run.signing_in = SigningIn::Trying(Attempt { fingerprint: tried, entered });
        }
        let waiting = match asker {
            Some((client, request)) => Waiting::Request { client, request, route: None },
            None => Waiting::Nobody,
        };
        self.ask(now, rng, user, Ask::SignIn(Box::new(sign_in)), waiting);
    }

    /// What has become of what was tried.
    pub(super) fn look_at_sign_in(&mut self, now: u64, user: UserId) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        let Some(run) = &mut agent.run else { return };
        let SigningIn::Trying(attempt) = &mut run.signing_in else { return };
        let mut keeps = Keeps::default();
        match &run.session.view().presence {
            session::Presence::SignedOut | session::Presence::SigningIn => return,
            session::Presence::ChooseDevice { .. } | session::Presence::SignedIn => {
                keeps.no_refusals = agent.kept.refusals.take().is_some();
                if let Some(entered) = attempt.entered.take().filter(|_| agent.setup.keeps_password) {
                    keeps.password = Some(entered.clone());
                    agent.kept.password = Some(entered);
                }
            }
            session::Presence::Needs { credentials: true, .. } => {
                let fingerprint = std::mem::take(&mut attempt.fingerprint);
                let refusals = Refusals::after(agent.kept.refusals.as_ref(), fingerprint, now);
                keeps.refusals = Some(refusals.clone());
                agent.kept.refusals = Some(refusals);
            }
            // The credentials were right, or it was not got so far.
            session::Presence::Needs { credentials: false, .. } => {}
        }
        run.signing_in = SigningIn::Tried;
        let (vault, name) = (Arc::clone(&self.vault), agent.setup.name.clone());
        tokio::spawn(async move {
            if let Err(error) = keeps.write(&vault, &name).await {
                tracing::error!(%error, "what is known of an agent's credentials is lost at the next restart");
            }
        });
    }

    pub(super) fn carry_out_action(
        &mut self,
        now: u64,
        rng: &mut ChaCha12Rng,
        (bridge, plan): (&mut Bridge, &DialPlan),
        (user, client): (UserId, ClientId),
        request: RequestId,
        action: AgentAction,
    ) {
        let ask = match todo(action) {
            Todo::SignIn(entered) => return self.sign_in(now, rng, user, *entered, Some((client, request))),
            Todo::CallForHelp => {
                match self.agents.get(&user).and_then(|agent| agent.setup.help_number.clone()) {
                    Some(number) => Ask::MakeCall { to: number.as_str().to_owned(), variables: Vec::new() },
                    None => return self.news.push_back(News::HelpWanted { user, client, request }),
                }
            }
            Todo::FindContact(text) => {
                self.ask(now, rng, user, Ask::LoadContacts, Waiting::Contacts { client, request, text });
                return;
            }
            Todo::Ask(ask) => ask,
        };
        let concerns_calls = routing::ends(&ask).is_some() || routing::makes(&ask).is_some();
        let calls = self.calls(now, user, plan).filter(|_| concerns_calls);
        let route = calls.map(|(calls, place)| calls.asked(bridge, place, &ask));
        if !self.ask(now, rng, user, ask, Waiting::Request { client, request, route }) {
            self.say(user, Some((client, request)), Err(FailureCode::AgentNotSignedIn));
        }
    }

    /// Answers a request whose outcome is known.
    pub(super) fn answer_request(&mut self, user: UserId, waiting: Waiting, result: Result<(), Error>) {
        let (client, request, message) = match (waiting, result) {
            (Waiting::Leaving | Waiting::Nobody | Waiting::Calls(_), _) => return,
            (Waiting::Request { client, request, .. }, Ok(())) => {
                (client, request, RelayMessage::Accepted { request, call: None })
            }
            (Waiting::Contacts { client, request, text }, Ok(())) => {
                let books = self.run(user).map(|run: &mut Run| run.session.view().contacts.as_slice());
                let contacts = contacts::find(books.unwrap_or_default(), &text);
                (client, request, RelayMessage::Contacts { request, contacts })
            }
            (
                Waiting::Request { client, request, .. } | Waiting::Contacts { client, request, .. },
                Err(error),
            ) => {
                let failure = translate::failure(&error);
                (client, request, RelayMessage::Failed { request: Some(request), failure })
            }
        };
        self.answer(user, client, request, message);
    }

    pub(super) fn say(
        &mut self,
        user: UserId,
        asker: Option<(ClientId, RequestId)>,
        result: Result<(), FailureCode>,
    ) {
        let Some((client, request)) = asker else { return };
        let message = match result {
            Ok(()) => RelayMessage::Accepted { request, call: None },
            Err(code) => *failed(request, code),
        };
        self.answer(user, client, request, message);
    }

    /// Answers a request, and remembers the answer.
    pub(crate) fn answer(
        &mut self,
        user: UserId,
        client: ClientId,
        request: RequestId,
        message: RelayMessage,
    ) {
        if let Some(agent) = self.agents.get_mut(&user) {
            agent.answers.keep(client, request, message.clone());
        }
        self.news.push_back(News::Answered { client, message: Box::new(message) });
    }
}

impl AgentUser {
    /// Id, and password or token; none where one is missing.
    fn credentials(&self, entered: &AgentSignIn) -> Option<(String, Secret)> {
        let id = entered.id.clone().or_else(|| self.setup.id.clone())?;
        if self.setup.sso {
            let token = self.kept.token.as_ref()?;
            return self.missing(entered, None).is_none().then(|| (id, Secret::from(token.access.clone())));
        }
        let entered_secret = entered.password.clone().map(Secret::from);
        let secret =
            entered_secret.or_else(|| self.kept.password.clone()).or_else(|| self.setup.password.clone())?;
        self.missing(entered, None).is_none().then_some((id, secret))
    }

    /// The form that asks for what is missing, if anything is.
    fn missing(&self, entered: &AgentSignIn, failure: Option<Failure>) -> Option<Presence> {
        let secret =
            entered.password.is_some() || self.kept.password.is_some() || self.setup.password.is_some();
        let needs = Presence::Needs {
            id: entered.id.is_none() && self.setup.id.is_none(),
            password: !secret,
            extension: entered.extension.is_none()
                && self.setup.extension.is_none()
                && entered.mobile.is_none(),
            failure,
        };
        match needs {
            Presence::Needs { id: false, password: false, extension: false, .. } => None,
            _ => Some(needs),
        }
    }

    fn form(&self, password: bool, failure: Option<Failure>) -> Presence {
        Presence::Needs {
            id: self.setup.id.is_none(),
            password,
            extension: self.setup.extension.is_none(),
            failure,
        }
    }
}
