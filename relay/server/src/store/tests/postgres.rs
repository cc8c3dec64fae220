//! A PostgreSQL server of our own, as Debian installs it: in a temporary folder, on a Unix socket, and gone with the last
//! test that uses it.

use super::Folder;
use sqlx::{AssertSqlSafe, Connection as _};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

pub(super) struct Server {
    folder: Folder,
    programs: PathBuf,
    /// Who it runs as, where that is not us: it refuses to run as root.
    user: Option<(u32, u32)>,
    databases: AtomicU32,
}

impl Server {
    pub(super) const PASSWORD: &str = "50% of: everything/@?";

    /// The server that tests share. Nothing where PostgreSQL is not installed, but for CI, which has to have it.
    pub(super) fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        // A test that failed while it started the server is no reason for the others to fail.
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Self::start()?;
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// A server of one's own, which can be stopped.
    pub(super) fn start() -> Option<Arc<Self>> {
        let Some(programs) = programs() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "PostgreSQL is not installed; `cargo xtask setup` does it"
            );
            // Past the runner, which keeps to itself what a test prints that passes.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: PostgreSQL is not installed; `cargo xtask setup` does it"
            );
            return None;
        };
        let server = Self {
            folder: Folder::new("postgres"),
            programs,
            user: other_user(),
            databases: AtomicU32::new(0),
        };
        let folder = server.folder.path();
        fs::write(folder.join("password"), Self::PASSWORD).unwrap();
        if let Some((user, group)) = server.user {
            chown(folder, Some(user), Some(group)).unwrap();
            chown(folder.join("password"), Some(user), Some(group)).unwrap();
        }
        let password = format!("--pwfile={}", folder.join("password").display());
        server.run(
            "initdb",
            &[
                "--username=sidetone",
                "--auth=scram-sha-256",
                &password,
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ],
        );
        server.go_on();
        Some(Arc::new(server))
    }

    /// Starts it again.
    pub(super) fn go_on(&self) {
        let folder = self.folder.path().display();
        let options = format!("-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=100");
        self.run("pg_ctl", &["start", "--wait", "--silent", "-l", &format!("{folder}/log"), "-o", &options]);
    }

    /// Stops it as if it had crashed.
    pub(super) fn stop(&self) {
        self.run("pg_ctl", &["stop", "--wait", "--silent", "--mode=immediate"]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.arg("--pgdata").arg(self.folder.path().join("data")).args(arguments);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        assert!(command.status().unwrap().success(), "{program} failed");
    }

    /// The URL of a new database, without the password.
    pub(super) async fn new_database(&self) -> String {
        sqlx::any::install_default_drivers();
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut options: sqlx::any::AnyConnectOptions = self.url("postgres").parse().unwrap();
        options.database_url.query_pairs_mut().append_pair("password", Self::PASSWORD);
        let mut connection = sqlx::AnyConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=sidetone", self.folder.path().display())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.folder.path().join("data/postmaster.pid").exists() {
            self.stop();
        }
    }
}

/// The folder of the newest version that is installed.
fn programs() -> Option<PathBuf> {
    let has = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |folder: &PathBuf| folder.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = debian.map(|entry| entry.path().join("bin")).filter(has).max_by_key(version);
    newest.or_else(|| std::env::split_paths(&std::env::var_os("PATH")?).find(has))
}

/// The user that Debian's package makes, or any that is not root.
fn other_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    // A folder of this process belongs to its user.
    if fs::metadata(Path::new("/proc/self")).unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = users.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    Some(ids.unwrap_or((65_534, 65_534)))
}
