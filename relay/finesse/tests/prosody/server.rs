//! A Prosody of this test.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

static COUNT: AtomicU32 = AtomicU32::new(0);

pub(crate) struct Prosody {
    child: Child,
    folder: PathBuf,
    pub(crate) port: u16,
}

impl Prosody {
    /// None where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sidetone-prosody-{}-{number}", std::process::id()));
        let accounts = folder.join("data/localhost/accounts");
        fs::create_dir_all(&accounts).expect("a folder");
        for user in ["70123", "finesse"] {
            fs::write(accounts.join(format!("{user}.dat")), "return { [\"password\"] = \"p4ss\"; };")
                .expect("an account");
        }
        let config = folder.join("prosody.cfg.lua");
        fs::write(&config, settings(&folder.join("data").display().to_string(), port))
            .expect("a configuration");
        let child = Command::new("prosody")
            .args(["--config", &config.display().to_string(), "-F"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = child else {
            assert!(std::env::var_os("CI").is_none(), "Prosody is not installed");
            eprintln!("skipped: Prosody is not installed");
            let _ = fs::remove_dir_all(&folder);
            return None;
        };
        let mut server = Self { child, folder, port };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(server.child.try_wait().is_ok_and(|status| status.is_none()), "Prosody has ended");
            assert!(Instant::now() < until, "Prosody does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }
}

impl Drop for Prosody {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn settings(data: &str, port: u16) -> String {
    format!(
        r#"
run_as_root = true
data_path = "{data}"
pidfile = "{data}/prosody.pid"
interfaces = {{ "127.0.0.1" }}
local_interfaces = {{ "127.0.0.1" }}
http_interfaces = {{ "127.0.0.1" }}
http_ports = {{ {port} }}
https_ports = {{}}
c2s_ports = {{}}
c2s_direct_tls_ports = {{}}
s2s_ports = {{}}
http_default_host = "localhost"
modules_enabled = {{ "saslauth", "roster", "disco", "ping", "bosh", "websocket" }}
modules_disabled = {{ "s2s", "tls" }}
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_bosh_secure = true
consider_websocket_secure = true
log = {{ error = "*console" }}
VirtualHost "localhost"
Component "pubsub.localhost" "pubsub"
  autocreate_on_publish = true
  autocreate_on_subscribe = true
  admins = {{ "finesse@localhost", "70123@localhost" }}
"#
    )
}
