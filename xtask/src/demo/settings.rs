//! Ports, users and files of the demo.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::process;

/// Somebody who can sign in, with a line.
pub(crate) struct User {
    pub(crate) name: &'static str,
    pub(crate) display_name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) extension: &'static str,
    /// What the user's part of the configuration says beside the usual.
    more: &'static str,
}

/// Somebody who works in the demo's contact centre, at a telephone of the PBX that it controls.
pub(crate) struct Agent {
    /// The name and password to sign in with are those of the phone.
    pub(crate) name: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    pub(crate) password: &'static str,
    /// The agent's id is the number of the telephone.
    pub(crate) number: &'static str,
    /// Whether of both teams.
    pub(crate) supervisor: bool,
}

impl Agent {
    /// What the contact centre and its PBX take as password.
    fn secret(&self) -> String {
        format!("demo-{}", self.number)
    }
}

pub(crate) const AGENTS: [Agent; 3] = [
    Agent {
        name: "erin",
        first_name: "Erin",
        last_name: "Ekberg",
        password: "demo",
        number: "4001",
        supervisor: false,
    },
    Agent {
        name: "frank",
        first_name: "Frank",
        last_name: "Fuchs",
        password: "demo",
        number: "4002",
        supervisor: false,
    },
    Agent {
        name: "grace",
        first_name: "Grace",
        last_name: "Gould",
        password: "demo",
        number: "4003",
        supervisor: true,
    },
];

/// The calls that Carol joins are mixed by the PBX, those of the others by the relay.
const CONFERENCES_OF_THE_PBX: &str = "conference = \"pbx\"\nconference_factory = \"608\"\n";

pub(crate) const USERS: [User; 3] = [
    User { name: "alice", display_name: "Alice", password: "demo", extension: "1001", more: "" },
    User { name: "bob", display_name: "Bob", password: "demo", extension: "1002", more: "" },
    User {
        name: "carol",
        display_name: "Carol",
        password: "demo",
        extension: "1003",
        more: CONFERENCES_OF_THE_PBX,
    },
];

/// How all of them dial.
const PROFILE: &str = include_str!("profile.toml");

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What the demo runs on.
pub(crate) struct Settings {
    https: u16,
    pbx: SocketAddr,
    /// Finesse: its API and notifications, its controls, and the PBX whose calls it controls.
    finesse: SocketAddr,
    controls: SocketAddr,
    agents_pbx: SocketAddr,
    /// Where browsers on this machine send media to.
    media: Vec<IpAddr>,
}

impl Settings {
    /// The usual ports where they are free, others where not.
    pub(crate) fn for_this_machine() -> anyhow::Result<Self> {
        let mut media = vec![LOOPBACK];
        // Browsers send from the address of a network card, and some then cannot reach 127.0.0.1.
        media.extend(address_of_this_machine());
        let free = |usual| anyhow::Ok(SocketAddr::new(LOOPBACK, free_port(usual)?));
        Ok(Self {
            https: free_port(8445)?,
            pbx: free(5070)?,
            finesse: free(8447)?,
            controls: free(8446)?,
            agents_pbx: free(5072)?,
            media,
        })
    }

    pub(crate) fn address(&self) -> String {
        format!("https://localhost:{}", self.https)
    }

    pub(crate) fn pbx_arguments(&self) -> [String; 3] {
        ["pbx".to_owned(), "--listen".to_owned(), self.pbx.to_string()]
    }

    /// A contact centre on a busy day. It writes its certificate into a file when it is ready.
    pub(crate) fn finesse_arguments(&self, centre: &Path, certificate: &Path) -> Vec<String> {
        let options = [
            ("--listen", self.finesse.to_string()),
            ("--control", self.controls.to_string()),
            ("--pbx", self.agents_pbx.to_string()),
            ("--config", centre.display().to_string()),
            ("--write-certificate", certificate.display().to_string()),
        ];
        let mut arguments = vec!["run".to_owned(), "busy-monday".to_owned()];
        arguments.extend(options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]));
        arguments
    }

    /// Where the contact centre is driven from.
    pub(crate) fn controls(&self) -> SocketAddr {
        self.controls
    }

    /// Who works in the contact centre beside its simulated teammates.
    pub(crate) fn centre_config() -> String {
        let mut text = String::from("# Written anew by each `cargo xtask demo`.\n");
        for agent in AGENTS {
            let Agent { first_name, last_name, number, .. } = agent;
            let (supervises, queues) = if agent.supervisor { ("[1, 2]", "[]") } else { ("[]", "[1, 2, 3]") };
            text.push_str(&format!(
                "
[[agents]]
id = \"{number}\"
first_name = \"{first_name}\"
last_name = \"{last_name}\"
password = \"{}\"
extension = \"{number}\"
team = 1
supervises = {supervises}
queues = {queues}
wrap_up_incoming = \"OPTIONAL\"
",
                agent.secret()
            ));
        }
        text
    }

    /// Whether the relay takes calls.
    pub(crate) fn relay_is_ready(&self) -> bool {
        // Node speaks TLS, and set-up made sure that it is here. Nobody vouches for the certificate of a demo.
        const PROBE: &str = "require('https').get(process.argv[1], { rejectUnauthorized: false, timeout: 2000 }, \
            (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1)) \
            .on('timeout', () => process.exit(1))";
        process::succeeds(
            Command::new("node").args(["-e", PROBE]).arg(format!("https://{LOOPBACK}:{}/readyz", self.https)),
        )
    }

    /// The relay's configuration file.
    pub(crate) fn relay_config(&self, data: &Path, certificate: &Path) -> String {
        let addresses: Vec<String> = self.media.iter().map(ToString::to_string).collect();
        let mut text = format!(
            "\
# Written anew by each `cargo xtask demo`. docs/configuration.md explains the keys.
data_dir = {data:?}

[http]
# The passwords below are known to everybody, so the page is for this machine only.
listen = \"{LOOPBACK}:{https}\"

[media]
listen_ip = \"0.0.0.0\"
advertised_ips = {addresses:?}

[sip]
listen_ip = \"{LOOPBACK}\"
udp_port = 0
tcp_port = 0
",
            data = data.display().to_string(),
            https = self.https,
        );
        text.push_str(PROFILE);
        for User { name, display_name, password, extension, more } in USERS {
            text.push_str(&format!(
                "
[[user]]
name = \"{name}\"
display_name = \"{display_name}\"
password = \"{password}\"
extension = \"{extension}\"
{more}
[user.sip]
address_of_record = \"sip:{extension}@{host}\"
registrar = \"sip:{pbx}\"
auth_user = \"{extension}\"
password = \"demo-{extension}\"
",
                host = self.pbx.ip(),
                pbx = self.pbx,
            ));
        }
        text.push_str(&self.agents(certificate));
        text
    }

    /// The part of the configuration that is about the contact centre.
    fn agents(&self, certificate: &Path) -> String {
        let mut text = format!(
            "
[[finesse]]
name = \"demo\"
host = \"localhost\"
port = {port}
websocket_port = {port}
ca = {certificate:?}

[[profile]]
name = \"agents\"

[profile.agent]
site = \"demo\"
",
            port = self.finesse.port(),
            certificate = certificate.display().to_string(),
        );
        for agent in AGENTS {
            let Agent { name, first_name, last_name, password, number, .. } = agent;
            text.push_str(&format!(
                "
[[user]]
name = \"{name}\"
display_name = \"{first_name} {last_name}\"
password = \"{password}\"
extension = \"{number}\"
profile = \"agents\"
agent = {{ id = \"{number}\", password = \"{secret}\" }}

[user.sip]
address_of_record = \"sip:{number}@{host}\"
registrar = \"sip:{pbx}\"
auth_user = \"{number}\"
password = \"{secret}\"
codecs = [\"pcmu\", \"pcma\"]
",
                secret = agent.secret(),
                host = self.agents_pbx.ip(),
                pbx = self.agents_pbx,
            ));
        }
        text
    }
}

/// This port if nobody has it, else one that nobody has.
fn free_port(usual: u16) -> anyhow::Result<u16> {
    let is_free =
        |port| TcpListener::bind((LOOPBACK, port)).is_ok() && UdpSocket::bind((LOOPBACK, port)).is_ok();
    if is_free(usual) {
        return Ok(usual);
    }
    let listener = TcpListener::bind((LOOPBACK, 0)).context("there is no free port")?;
    Ok(listener.local_addr().context("a bound socket has an address")?.port())
}

/// The address with which this machine would go out, if it is on a network at all. No packet is sent.
fn address_of_this_machine() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // RFC 5737: an address that is nobody's.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_not_offered() {
        let taken = TcpListener::bind((LOOPBACK, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(port).unwrap(), port);
    }

    #[test]
    fn every_user_has_a_line_at_the_pbx() {
        let at = |port| SocketAddr::new(LOOPBACK, port);
        let settings = Settings {
            https: 8445,
            pbx: at(5070),
            finesse: at(8447),
            controls: at(8446),
            agents_pbx: at(5072),
            media: vec![LOOPBACK, LOOPBACK],
        };
        let config = settings.relay_config(Path::new("/var/cache/\"odd\""), Path::new("finesse.pem"));
        for user in USERS {
            assert!(config.contains(&format!("\"sip:{}@127.0.0.1\"", user.extension)));
        }
        assert_eq!(config.matches("registrar = \"sip:127.0.0.1:5070\"").count(), USERS.len());
        assert_eq!(config.matches("registrar = \"sip:127.0.0.1:5072\"").count(), AGENTS.len());
        assert!(config.contains(r#"data_dir = "/var/cache/\"odd\"""#));
        assert!(config.contains(r#"advertised_ips = ["127.0.0.1", "127.0.0.1"]"#));
    }
}
