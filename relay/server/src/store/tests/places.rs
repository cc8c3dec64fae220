//! Where the stores of tests lie: folders that go away, and databases of a server of our own.

use super::postgres::Server;
use crate::config::Config;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that is there as long as the test.
pub(in crate::store) struct Folder(PathBuf);

impl Folder {
    pub(in crate::store) fn new(test: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sidetone-{test}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the temporary folder is of no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Where a store lies. It is empty at first.
pub(super) struct Place {
    folder: Folder,
    /// The lines of `[store]`.
    pub(super) settings: String,
    pub(super) server: Option<Arc<Server>>,
}

impl Place {
    pub(super) fn sqlite() -> Self {
        Self { folder: Folder::new("store"), settings: String::new(), server: None }
    }

    /// Nothing where there is no PostgreSQL, which was said then.
    pub(super) async fn postgres() -> Option<Self> {
        Some(Self::on(Server::shared()?).await)
    }

    pub(super) async fn on(server: Arc<Server>) -> Self {
        let url = server.new_database().await;
        let settings = format!("url = {url:?}\npassword = {:?}\n", Server::PASSWORD);
        Self { folder: Folder::new("store"), settings, server: Some(server) }
    }

    pub(super) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(super) fn config(&self) -> Config {
        let text = format!(
            "data_dir = {:?}\n[media]\nlisten_ip = \"127.0.0.1\"\n[sip]\nlisten_ip = \"127.0.0.1\"\n[store]\n{}",
            self.data_dir(),
            self.settings
        );
        crate::config::parse(Path::new("f"), &text, std::iter::empty()).unwrap()
    }
}
