//! A simulated Cisco Finesse server with the contact centre behind it.
//!
//! [`centre`] is the contact centre, which knows no network and no clock. In front of it stand one or two servers:
//! [`rest`] is their API, [`xmpp`] their notification service with [`hub`] behind it, and [`faults`] what can be
//! wrong with them. [`day`] plays teammates and customers; [`control`] is for whoever drives a test.
//!
//! It is deliberately written apart from the relay's client: what both understand in the same wrong way would never
//! show.

pub mod centre;
pub mod certificate;
pub mod config;
pub mod control;
pub mod day;
pub mod faults;
pub mod hub;
mod net;
pub mod rest;
pub mod world;
pub mod xml;
pub mod xmpp;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use self::centre::{Centre, NodeInfo};
use self::certificate::Certificate;
use self::config::Config;
use self::day::{Day, Script};
use self::faults::Faults;
use self::hub::Hub;
use self::rest::Front;
use self::world::{Node, Shared, World, telephones, unix_ms};
use self::xmpp::tcp;
use crate::cti::{CallControl, Event};

/// Where a server is reached. Port 0 takes a free one.
#[derive(Clone, Debug)]
pub struct NodeSettings {
    /// Its name, which is its domain of XMPP and in its certificate.
    pub host: String,
    /// The API, and the notification service over WebSocket and BOSH (8445 in the field).
    pub https: SocketAddr,
    /// The notification service on a port of its own (7443 in the field).
    pub secure: Option<SocketAddr>,
    /// XMPP without TLS (5222 in the field).
    pub xmpp: Option<SocketAddr>,
}

/// A real switch, what it reports, and its telephones.
pub struct RealSwitch {
    /// Takes commands.
    pub control: Arc<dyn CallControl>,
    /// Reports.
    pub events: UnboundedReceiver<Event>,
    /// The numbers of its telephones; none where it has all calls, also of telephones that are played.
    pub devices: Option<Vec<String>>,
}

/// What a simulator is started with.
pub struct Settings {
    /// The contact centre.
    pub config: Config,
    /// One server or two, the primary first.
    pub nodes: Vec<NodeSettings>,
    /// Where it is driven from; none without.
    pub control: Option<SocketAddr>,
    /// What kind of day it is.
    pub script: Script,
    /// What the day is made from.
    pub seed: u64,
    /// The certificate of all servers; made if not given.
    pub certificate: Option<Certificate>,
    /// Telephones that ring; without, all are in memory.
    pub switch: Option<RealSwitch>,
}

/// Where a server listens.
#[derive(Clone, Debug)]
pub struct Address {
    /// Its name.
    pub host: String,
    /// The API.
    pub https: SocketAddr,
    /// The notification service on a port of its own.
    pub secure: Option<SocketAddr>,
    /// XMPP without TLS.
    pub xmpp: Option<SocketAddr>,
}

/// A running simulator; it ends when it is dropped.
pub struct Simulator {
    /// Where the servers listen, the primary first.
    pub nodes: Vec<Address>,
    /// Where it is driven from.
    pub control: Option<SocketAddr>,
    /// The certificate of the servers, in PEM.
    pub certificate: String,
    /// Everything that runs.
    pub shared: Shared,
    /// Ends with this.
    _tasks: JoinSet<()>,
}

impl Simulator {
    /// Binds the ports and starts to serve.
    pub async fn start(settings: Settings) -> anyhow::Result<Self> {
        let certificate = match settings.certificate {
            Some(certificate) => certificate,
            None => {
                let names = settings.nodes.iter().map(|node| node.host.clone());
                Certificate::make(names.chain(["localhost".into(), "127.0.0.1".into()]).collect())?
            }
        };
        let tls = certificate.server()?;
        let mut bound = Vec::new();
        for node in &settings.nodes {
            let bind = async |address| {
                net::bind(address).await.with_context(|| format!("cannot listen on {address}"))
            };
            let https = bind(node.https).await?;
            let secure = match node.secure {
                Some(address) => Some(bind(address).await?),
                None => None,
            };
            let xmpp = match node.xmpp {
                Some(address) => Some(bind(address).await?),
                None => None,
            };
            bound.push((node.host.clone(), https, secure, xmpp));
        }
        let infos = bound.iter().map(|(host, https, secure, xmpp)| NodeInfo {
            host: host.clone(),
            https_port: https.1.port(),
            xmpp_port: xmpp.as_ref().map_or(0, |(_, address)| address.port()),
            xmpp_secure_port: secure.as_ref().map_or(https.1.port(), |(_, address)| address.port()),
        });
        let now = unix_ms();
        let centre = Centre::new(settings.config, infos.collect(), now);
        let day = Day::new(settings.script, settings.seed, now, &centre);
        let (real, events) = match settings.switch {
            Some(switch) => (Some((switch.control, switch.devices)), Some(switch.events)),
            None => (None, None),
        };
        let nodes = bound.iter().map(|(host, ..)| Node {
            host: host.clone(),
            hub: Hub::new(host),
            faults: Faults::default(),
        });
        let shared =
            Shared::new(World { centre, switch: telephones(real), nodes: nodes.collect(), day: Some(day) });

        let mut tasks = JoinSet::new();
        tasks.spawn(shared.clone().run());
        if let Some(events) = events {
            tasks.spawn(shared.clone().listen(events));
        }
        let mut addresses = Vec::new();
        for (node, (host, https, secure, xmpp)) in bound.into_iter().enumerate() {
            let network = || shared.read(|world, _| world.nodes[node].faults.network.subscribe());
            let front = Front { shared: shared.clone(), node, bosh: xmpp::bosh::Sessions::default() };
            let router = rest::router(front);
            addresses.push(Address {
                host,
                https: https.1,
                secure: secure.as_ref().map(|(_, address)| *address),
                xmpp: xmpp.as_ref().map(|(_, address)| *address),
            });
            for (listener, _) in [Some(https), secure].into_iter().flatten() {
                let (tls, router) = (Arc::clone(&tls), router.clone());
                tasks.spawn(net::accept(listener, network(), move |stream| {
                    net::serve_https(stream, Arc::clone(&tls), router.clone())
                }));
            }
            if let Some((listener, _)) = xmpp {
                let shared = shared.clone();
                tasks.spawn(net::accept(listener, network(), move |stream| {
                    tcp::serve(shared.clone(), node, stream)
                }));
            }
        }
        let control = match settings.control {
            Some(address) => {
                let (listener, address) =
                    net::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
                let router = control::router(shared.clone());
                let open = tokio::sync::watch::Sender::new(faults::Network::Open);
                let network = open.subscribe();
                tasks.spawn(async move {
                    net::accept(listener, network, move |stream| net::serve_http(stream, router.clone()))
                        .await;
                    drop(open);
                });
                Some(address)
            }
            None => None,
        };
        Ok(Self { nodes: addresses, control, certificate: certificate.certificate, shared, _tasks: tasks })
    }
}

#[cfg(test)]
mod tests;
