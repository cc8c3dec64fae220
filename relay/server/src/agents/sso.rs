//! Renews the tokens of single sign-on while an agent is signed in (Finesse developer guide 12.5, p. 190–196).

use super::answers::Waiting;
use super::vault::Token;
use super::{AgentInput, Agents};
use crate::finesse_io::{Answer, AskError};
use crate::relay::Input;
use rand_chacha::ChaCha12Rng;
use sidetone_bridge::UserId;
use sidetone_finesse::rest::{Request, Tokens};
use sidetone_finesse::session::{Ask, Credentials};
use std::sync::Arc;
use std::time::Duration;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// When to try again after it gave none.
const AGAIN_MS: u64 = 30_000;

impl Agents {
    /// When the token of an agent is to be renewed, if it can be.
    pub(super) fn renewal_due(&self, user: UserId) -> Option<u64> {
        let agent = self.agents.get(&user)?;
        let token = agent.kept.token.as_ref().filter(|token| agent.setup.sso && token.refresh.is_some())?;
        agent.run.as_ref().filter(|run| !run.renewing).and(token.renew_at_ms)
    }

    /// Asks for a new token.
    pub(super) fn renew(&mut self, user: UserId) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        let (Some(token), Some(run)) = (&agent.kept.token, &mut agent.run) else { return };
        let Some(refresh) = &token.refresh else { return };
        let request = Request::sso_refresh(&token.user, &token.access, refresh);
        run.renewing = true;
        let Some(host) = agent.setup.session.hosts.first().cloned() else { return };
        let (site, port, run) = (agent.setup.site, agent.setup.session.rest_port, run.id);
        let ask = super::drive::ask_of(request, &Credentials::None, false, PATIENCE);
        let inputs = self.inputs.clone();
        self.counts.requests += 1;
        self.sites[site].ask(host, port, ask, move |result| async move {
            let input = AgentInput::Renewed(result);
            // If the event loop is gone, so is everybody who could care.
            let _ = inputs.send(Input::Agent { user, run, input }).await;
        });
    }

    /// A new token has come, or has not.
    pub(super) fn renewed(
        &mut self,
        now: u64,
        rng: &mut ChaCha12Rng,
        user: UserId,
        result: Result<Answer, AskError>,
    ) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        if let Some(run) = &mut agent.run {
            run.renewing = false;
        }
        let Some(old) = &mut agent.kept.token else { return };
        let answer = result.ok().filter(|answer| (200..300).contains(&answer.status));
        let Some(tokens) = answer.and_then(|answer| Tokens::read(&answer.body).ok()) else {
            // The old one holds for another quarter of its life; when it has ended, the session asks for another one.
            tracing::warn!(
                "the token of an agent could not be renewed; the next attempt is in half a minute"
            );
            old.renew_at_ms = Some(now + AGAIN_MS);
            return;
        };
        let mut new = Token::new(tokens, &old.user, now);
        new.refresh = new.refresh.or_else(|| old.refresh.take());
        let credentials = Credentials::Bearer { token: new.access.clone() };
        agent.kept.token = Some(new.clone());
        let (vault, name) = (Arc::clone(&self.vault), agent.setup.name.clone());
        tokio::spawn(async move {
            if let Err(error) = vault.keep_token(&name, &new).await {
                tracing::error!(%error, "the new token of an agent is lost at the next restart");
            }
        });
        self.ask(now, rng, user, Ask::RefreshToken { credentials }, Waiting::Nobody);
    }
}
