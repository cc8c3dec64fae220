//! Where what is secret of agents is kept: in the store, sealed.

use super::credentials::Refusals;
use crate::config::Secret;
use crate::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use sidetone_finesse::rest::Tokens;
use std::fmt;

/// What is kept of an agent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// The password, if an admin has stored one or the agent's own is kept.
    pub(super) password: Option<Secret>,
    /// What single sign-on has given.
    pub(super) token: Option<Token>,
    /// That credentials were refused.
    pub(super) refusals: Option<Refusals>,
}

/// What single sign-on gives. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) access: String,
    /// What it is renewed with, where one was given.
    pub(super) refresh: Option<String>,
    /// When to renew it, and when it ends, in milliseconds since the Unix epoch, where that is known.
    pub(super) renew_at_ms: Option<u64>,
    /// The name that it was given for.
    pub(super) user: String,
}

impl Token {
    /// Out of what was answered now. It is renewed after three quarters of its life (Finesse developer guide 12.5, p. 196).
    pub(super) fn new(tokens: Tokens, user: &str, now_ms: u64) -> Self {
        let renew = |life_s: u64| now_ms.saturating_add(life_s.saturating_mul(750));
        Self {
            access: tokens.access,
            refresh: tokens.refresh,
            renew_at_ms: tokens.expires_in_s.map(renew),
            user: tokens.user_id.unwrap_or_else(|| user.to_owned()),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("renew_at_ms", &self.renew_at_ms).finish_non_exhaustive()
    }
}

/// Where what is secret of agents is kept.
pub(super) struct Vault(Store);

impl Vault {
    pub(super) fn new(store: Store) -> Self {
        Self(store)
    }

    /// What is kept of a user. What cannot be read counts as not kept: the agent is asked for it then.
    pub(super) async fn recall(&self, user: &str) -> Kept {
        match self.read(user).await {
            Ok(kept) => kept,
            Err(error) => {
                tracing::error!(%error, "what is kept of an agent cannot be read: the agent is asked for it");
                Kept::default()
            }
        }
    }

    async fn read(&self, user: &str) -> Result<Kept, StoreError> {
        let json = |secret: Option<Secret>| secret.map(|secret| secret.reveal().to_owned());
        Ok(Kept {
            password: self.0.secret(&name(user, "password")).await?,
            token: json(self.0.secret(&name(user, "token")).await?)
                .and_then(|text| serde_json::from_str(&text).ok()),
            refusals: json(self.0.secret(&name(user, "refusals")).await?)
                .and_then(|text| serde_json::from_str(&text).ok()),
        })
    }

    /// Keeps a password, and forgets that another one was refused.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(super) async fn keep_password(&self, user: &str, password: &Secret) -> Result<(), StoreError> {
        self.0.set_secret(&name(user, "password"), password).await?;
        self.forget_refusals(user).await
    }

    /// Keeps a token, and forgets that another one was refused.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(super) async fn keep_token(&self, user: &str, token: &Token) -> Result<(), StoreError> {
        let Ok(text) = serde_json::to_string(token) else { return Ok(()) };
        self.0.set_secret(&name(user, "token"), &Secret::from(text)).await?;
        self.forget_refusals(user).await
    }

    pub(super) async fn keep_refusals(&self, user: &str, refusals: &Refusals) -> Result<(), StoreError> {
        let Ok(text) = serde_json::to_string(refusals) else { return Ok(()) };
        self.0.set_secret(&name(user, "refusals"), &Secret::from(text)).await
    }

    pub(super) async fn forget_refusals(&self, user: &str) -> Result<(), StoreError> {
        self.0.delete_secret(&name(user, "refusals")).await.map(drop)
    }

    /// Forgets what was stored of a user.
    ///
    /// # Errors
    ///
    /// If it cannot be deleted.
    pub(super) async fn forget(&self, user: &str) -> Result<(), StoreError> {
        for what in ["password", "token"] {
            self.0.delete_secret(&name(user, what)).await?;
        }
        self.forget_refusals(user).await
    }
}

fn name(user: &str, what: &str) -> String {
    format!("agent-{what}/{user}")
}
