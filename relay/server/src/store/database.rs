//! The database behind the store: where it is, and its tables.

use super::StoreError;
use crate::config::Config;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _, SqlSafeStr as _};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// The file in the data folder.
const FILE: &str = "sidetone.db";
/// One writes, one deletes what is old, and some read.
const CONNECTIONS: u32 = 5;
/// How long to wait for a connection before giving up for now.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The tables, step by step, in both dialects. What was released is never changed: a new step comes after it.
const STEPS: &[(i64, &str, &str, &str)] = &[(
    1,
    "store",
    include_str!("../../migrations/sqlite/0001_store.sql"),
    include_str!("../../migrations/postgres/0001_store.sql"),
)];

/// Names our lock among those of others in the same database. Any number would do.
const LOCK: i64 = 0x5349_4445_544f_4e45;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
}

/// Opens the database and brings its tables up to date.
pub(super) async fn connect(config: &Config) -> Result<AnyPool, StoreError> {
    sqlx::any::install_default_drivers();
    let (dialect, name, options) = match &config.store.url {
        Some(url) => {
            let name = without_password(url.reveal());
            let options = postgres(config, &name, url.reveal())?;
            (Dialect::Postgres, name, options)
        }
        None => sqlite(&config.data_dir)?,
    };
    // By itself and not from the pool, which would only say that it took too long.
    let first = timeout(CONNECT_TIMEOUT, AnyConnection::connect_with(&options)).await;
    let first = first.unwrap_or_else(|_| Err(io::Error::from(ErrorKind::TimedOut).into()));
    let mut first = first.map_err(|cause| StoreError::Connect { store: name.clone(), cause })?;
    prepare(&mut first, dialect).await.map_err(|cause| StoreError::Connect { store: name.clone(), cause })?;
    migrate(&mut first, dialect).await.map_err(|cause| {
        let remedy = remedy(&cause);
        StoreError::Migrate { store: name.clone(), cause, remedy }
    })?;
    first.close().await?;
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(CONNECT_TIMEOUT)
        // The writer says it, once and in words of its own.
        .acquire_slow_threshold(CONNECT_TIMEOUT)
        .after_connect(move |connection, _| Box::pin(prepare(connection, dialect)))
        .connect_lazy_with(options);
    tracing::info!(store = name, "the store is open");
    Ok(pool)
}

fn sqlite(data_dir: &Path) -> Result<(Dialect, String, AnyConnectOptions), StoreError> {
    let wrong = |cause| StoreError::File { path: data_dir.to_owned(), cause };
    fs::create_dir_all(data_dir).map_err(wrong)?;
    let file = fs::canonicalize(data_dir).map_err(wrong)?.join(FILE);
    // Who called whom is nobody else's business. SQLite gives the files beside it the same mode.
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&file)
        .map_err(|cause| StoreError::File { path: file.clone(), cause })?;
    let name = file.display().to_string();
    let options =
        url_of(&file).parse().map_err(|cause| StoreError::Connect { store: name.clone(), cause })?;
    Ok((Dialect::Sqlite, name, options))
}

/// Every byte that could mean something in a URL is escaped.
fn url_of(file: &Path) -> String {
    let mut url = "sqlite://".to_owned();
    for byte in file.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(byte) {
            url.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

fn postgres(config: &Config, name: &str, url: &str) -> Result<AnyConnectOptions, StoreError> {
    let mut options: AnyConnectOptions =
        url.parse().map_err(|cause| StoreError::Connect { store: name.to_owned(), cause })?;
    let read = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path);
        let text = text.map_err(|cause| StoreError::File { path: path.clone(), cause })?;
        Ok::<_, StoreError>(text.trim_end_matches(['\r', '\n']).to_owned())
    };
    let password = match (&config.store.password, &config.store.password_file) {
        (Some(password), _) => Some(password.reveal().to_owned()),
        (None, Some(path)) => Some(read(path)?),
        (None, None) => None,
    };
    let mut query = options.database_url.query_pairs_mut();
    if let Some(password) = password {
        query.append_pair("password", &password);
    }
    query.append_pair("application_name", "sidetone");
    drop(query);
    Ok(options)
}

/// What of the URL may be shown: neither what stands between `//` and `@` nor what comes after `?`.
fn without_password(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return "(no URL)".to_owned() };
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{place}")
}

async fn prepare(connection: &mut AnyConnection, dialect: Dialect) -> Result<(), sqlx::Error> {
    if dialect == Dialect::Sqlite {
        // Whoever reads does not wait for whoever writes.
        connection.execute("PRAGMA journal_mode = WAL").await?;
        connection.execute("PRAGMA busy_timeout = 5000").await?;
    }
    Ok(())
}

async fn migrate(connection: &mut AnyConnection, dialect: Dialect) -> Result<(), MigrateError> {
    let steps = STEPS.iter().map(|(version, description, sqlite, postgres)| {
        let sql = match dialect {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        };
        Migration::new(*version, (*description).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(steps.collect());
    // All steps or none.
    let mut transaction = connection.begin().await?;
    if dialect == Dialect::Postgres {
        // Relays that start at the same time wait for each other, until the steps are there for all to see.
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    }
    migrator.run_direct(None, &mut *transaction, false).await?;
    Ok(transaction.commit().await?)
}

fn remedy(error: &MigrateError) -> &'static str {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            "a newer version of the relay has used this store: start that one, or restore a backup from before"
        }
        MigrateError::VersionMismatch(_) => {
            "its tables were made by a version of the relay that was never released: start with an empty store"
        }
        // Theirs, and open-ended.
        _ => {
            "nothing was changed: see that the user of `store.url` may create tables, and that there is room"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_in_what_is_shown() {
        for (url, shown) in [
            ("postgres://me:p%40ss@db.test:5432/sidetone", "postgres://db.test:5432/sidetone"),
            ("postgres://me:p@ss@db.test/sidetone?password=pass", "postgres://db.test/sidetone"),
            ("postgres:///sidetone?host=/run/postgresql", "postgres:///sidetone"),
            ("pass", "(no URL)"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }

    #[test]
    fn any_path_can_be_a_url() {
        let options: AnyConnectOptions = url_of(Path::new("/a b/50%?#/ü.db")).parse().unwrap();
        assert_eq!(options.database_url.as_str(), "sqlite:///a%20b/50%25%3F%23/%C3%BC.db");
    }
}
