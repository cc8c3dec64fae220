//! What an admin stores of agents, from the command line.

use super::vault::{Token, Vault};
use crate::clock::Clock;
use crate::config::{Auth, Config, Secret};
use crate::store::Store;
use anyhow::{Context, Result, bail};
use sidetone_finesse::rest::Tokens;

/// Something that an admin stores of an agent, or has forgotten.
#[derive(Debug)]
pub enum AgentSecret {
    /// The password.
    Password(Secret),
    /// What single sign-on has answered: a JSON object.
    Token(Secret),
    /// What was stored is forgotten, and that it was refused too.
    Forget,
}

/// Stores something secret of an agent. A relay that runs takes it when the agent signs in next.
///
/// # Errors
///
/// If the user is no agent, or the store cannot be written.
pub fn keep_agent_secret(config: &Config, user: &str, secret: &AgentSecret) -> Result<()> {
    let known = config.users.iter().find(|known| known.name == user);
    let known = known.with_context(|| format!("the configuration has no user '{user}'"))?;
    let agent = config.agent_of(known).with_context(|| {
        format!("'{user}' is no agent; add [user.agent], or [profile.agent] to the profile")
    })?;
    let sso = agent.site.auth == Auth::Sso;
    match secret {
        AgentSecret::Password(_) if sso => {
            bail!("the contact centre '{}' has `auth = \"sso\"`; store a token instead", agent.site.name)
        }
        AgentSecret::Token(_) if !sso => {
            bail!("the contact centre '{}' has `auth = \"basic\"`; store a password instead", agent.site.name)
        }
        AgentSecret::Password(_) | AgentSecret::Token(_) | AgentSecret::Forget => {}
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the threads of the store")?;
    runtime.block_on(async {
        let store = Store::open(config).await?;
        let vault = Vault::new(store.clone());
        match secret {
            AgentSecret::Password(password) => vault.keep_password(user, password).await?,
            AgentSecret::Token(json) => {
                let tokens = Tokens::read(json.reveal()).context(
                    "that is not what single sign-on answers: a JSON object with `token` and `refresh_token`",
                )?;
                let token = Token::new(tokens, user, Clock::start().millis());
                vault.keep_token(user, &token).await?;
            }
            AgentSecret::Forget => vault.forget(user).await?,
        }
        store.close().await;
        Ok(())
    })
}
