//! What the relay keeps: calls that are over, what happened to agents, and secrets.
//!
//! It lies in an SQLite file in the data folder, or in PostgreSQL where `store.url` says so. `docs/store.md` is for
//! operators. Whoever records never waits: a task of its own writes in batches, and keeps what cannot be written yet.

mod database;
mod day;
mod error;
mod read;
mod record;
mod seal;
#[cfg(test)]
mod tests;
mod write;
mod writer;

pub use day::DayTally;
pub use error::StoreError;
pub use record::{AgentEvent, CallRecord, CallStep, Happening, Record};
pub use writer::Counts;

use crate::clock::Clock;
use crate::config::{Config, Secret};
use seal::Sealer;
use sidetone_protocol::CallId;
use sqlx::{AnyPool, Row as _};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use writer::{Pace, Writer};

/// How often what is old is deleted. Each time it is an hour's worth, which is little.
const PURGE_EVERY: Duration = Duration::from_secs(3_600);
const DAY_MS: u64 = 86_400_000;

/// What the relay keeps. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    writer: Writer,
    sealer: std::sync::Arc<Sealer>,
}

impl Store {
    /// Opens the store and brings its tables up to date; makes them, and the key for secrets, at the first start. Has
    /// to be called from within the runtime, which then writes and deletes what is older than `store.keep_days`.
    ///
    /// # Errors
    ///
    /// If the database cannot be reached or used, or the key for secrets is not that of the store.
    pub async fn open(config: &Config) -> Result<Self, StoreError> {
        let store = Self::connect(config, Pace::default()).await?;
        if config.store.keep_days > 0 {
            tokio::spawn(store.clone().purge_regularly(u64::from(config.store.keep_days) * DAY_MS));
        }
        Ok(store)
    }

    async fn connect(config: &Config, pace: Pace) -> Result<Self, StoreError> {
        let pool = database::connect(config).await?;
        let any: Option<(String, Vec<u8>)> =
            sqlx::query_as("SELECT name, sealed FROM secrets ORDER BY name LIMIT 1")
                .fetch_optional(&pool)
                .await?;
        let key = config.store.key_file.clone().unwrap_or_else(|| config.data_dir.join("store.key"));
        let sealer = Sealer::open(&key, any.is_none())?;
        if let Some((name, sealed)) = any {
            sealer.unseal(&name, &sealed)?;
        }
        Ok(Self { writer: Writer::start(pool.clone(), pace), pool, sealer: sealer.into() })
    }

    /// Takes something to be written down. It never waits; where the database cannot be reached it is written once
    /// that can be, in the order in which it came.
    pub fn record(&self, record: Record) {
        self.writer.record(record);
    }

    /// How the writing goes.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.writer.counts()
    }

    /// Waits until everything that was recorded before is written, or cannot be for now.
    pub async fn flush(&self) {
        self.writer.flush().await;
    }

    /// Writes what is left, and lets go of the database. What is recorded afterwards is lost.
    pub async fn close(&self) {
        self.writer.close().await;
        self.pool.close().await;
    }

    /// What happened to an agent from a moment on and before another one, in the order of its times.
    ///
    /// # Errors
    ///
    /// If the database cannot be asked.
    pub async fn agent_events(
        &self,
        agent: &str,
        from_ms: u64,
        to_ms: u64,
    ) -> Result<Vec<AgentEvent>, StoreError> {
        self.flush().await;
        read::agent_events(&self.pool, agent, from_ms, to_ms).await
    }

    /// The day's totals of an agent, out of what is written down. From then on each event that is recorded is also
    /// applied to it.
    ///
    /// # Errors
    ///
    /// If the database cannot be asked.
    pub async fn day(
        &self,
        agent: &str,
        zone: &jiff::tz::TimeZone,
        now_ms: u64,
    ) -> Result<DayTally, StoreError> {
        let mut day = DayTally::new(zone.clone(), now_ms);
        let from_ms = day.reads_from_ms();
        // What the contact centre's clock says can be ahead of ours.
        let events = self.agent_events(agent, from_ms, now_ms.saturating_add(DAY_MS)).await?;
        let before = read::last_state(&self.pool, agent, from_ms).await?;
        before.iter().chain(&events).for_each(|event| day.apply(event));
        Ok(day)
    }

    /// The user's calls that began from a moment on and before another one, newest first, `limit` at most. With
    /// `before` those that come after that one in this order: the next page.
    ///
    /// # Errors
    ///
    /// If the database cannot be asked.
    pub async fn calls(
        &self,
        user: &str,
        from_ms: u64,
        to_ms: u64,
        limit: u32,
        before: Option<CallId>,
    ) -> Result<Vec<CallRecord>, StoreError> {
        self.flush().await;
        read::calls(&self.pool, user, (from_ms, to_ms), limit, before).await
    }

    /// A secret that was set, such as an agent's password.
    ///
    /// # Errors
    ///
    /// If the database cannot be asked, or the secret was sealed with another key.
    pub async fn secret(&self, name: &str) -> Result<Option<Secret>, StoreError> {
        let row = sqlx::query("SELECT sealed FROM secrets WHERE name = $1").bind(name.to_owned());
        let Some(row) = row.fetch_optional(&self.pool).await? else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get(0)?;
        Ok(Some(Secret::from(self.sealer.unseal(name, &sealed)?)))
    }

    /// Keeps a secret, in the place of one with the same name. It is written when this returns.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub async fn set_secret(&self, name: &str, secret: &Secret) -> Result<(), StoreError> {
        let sealed = self.sealer.seal(name, secret.reveal())?;
        let set = "INSERT INTO secrets (name, sealed) VALUES ($1, $2) \
            ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed";
        sqlx::query(set).bind(name.to_owned()).bind(sealed).execute(&self.pool).await?;
        Ok(())
    }

    /// Forgets a secret, and says whether there was one.
    ///
    /// # Errors
    ///
    /// If the database cannot be asked.
    pub async fn delete_secret(&self, name: &str) -> Result<bool, StoreError> {
        let gone = sqlx::query("DELETE FROM secrets WHERE name = $1").bind(name.to_owned());
        Ok(gone.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Deletes calls and events from before a moment, and says how many.
    async fn purge(&self, before_ms: u64) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for table in ["DELETE FROM calls WHERE started_ms < $1", "DELETE FROM agent_events WHERE at_ms < $1"]
        {
            let gone = sqlx::query(table).bind(write::number(before_ms)).execute(&self.pool).await?;
            deleted += gone.rows_affected();
        }
        Ok(deleted)
    }

    async fn purge_regularly(self, keep_ms: u64) {
        let clock = Clock::start();
        let mut hours = interval(PURGE_EVERY);
        hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.pool.is_closed() {
            hours.tick().await;
            match self.purge(clock.millis().saturating_sub(keep_ms)).await {
                Ok(0) => {}
                Ok(deleted) => tracing::info!(deleted, "deleted old calls and events from the store"),
                Err(error) => {
                    tracing::warn!(%error, "old calls and events stay in the store; the next try is in an hour");
                }
            }
        }
    }
}
