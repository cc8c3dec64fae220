//! What can go wrong with the store.
//!
//! Each text is complete: what is behind an error is in it, and not told a second time as its source.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// What can go wrong with the store. Each says what to do.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A file or folder of the store cannot be used.
    #[error("data_dir: cannot use {path}: {cause}; the relay needs to read and write there", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The database does not take us in.
    #[error("cannot open the store {store}: {cause}; check `store.url` and that the database can be reached")]
    Connect {
        /// Where it is, without its password.
        store: String,
        /// What was said.
        cause: sqlx::Error,
    },
    /// The tables cannot be made or brought up to date. Nothing was changed.
    #[error("cannot bring the tables of the store {store} up to date: {cause}; {remedy}")]
    Migrate {
        /// Where it is, without its password.
        store: String,
        /// What was said.
        cause: sqlx::migrate::MigrateError,
        /// What to do.
        remedy: &'static str,
    },
    /// The database could not carry out what was asked for.
    #[error("the store does not answer as it should: {0}")]
    Query(sqlx::Error),
    /// Something is in the store that was not written by this version.
    #[error(
        "the store has '{value}' as {what}, which this version does not know; use the version that wrote it"
    )]
    Unknown {
        /// What it stands for.
        what: &'static str,
        /// What it is.
        value: String,
    },
    /// The file has no key in it.
    #[error("{path} has no key in it: it takes 32 bytes in base64, as `openssl rand -base64 32` prints them", path = path.display())]
    NoKey {
        /// Which file.
        path: PathBuf,
    },
    /// Everybody on the machine can read the key.
    #[error("everybody can read the key {path}; run `chmod 600` on it", path = path.display())]
    OpenKey {
        /// Which file.
        path: PathBuf,
    },
    /// The secrets were sealed with another key.
    #[error(
        "the key {path} does not open the secrets in the store: put the file back with which they were sealed, or empty \
         the table `secrets` and enter them anew",
        path = path.display()
    )]
    OtherKey {
        /// Which file.
        path: PathBuf,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes to seal a secret with")]
    Random,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Query(error)
    }
}
