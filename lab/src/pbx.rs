//! A small PBX: registrar, three extensions, and numbers that answer.
//!
//! | Number | What it does |
//! |---|---|
//! | 1001 to 1003 | rings whoever registered there last (passwords `demo-1001` to `demo-1003`) |
//! | 600 | echo: returns the caller's RTP packets (Opus, G.722, PCMU, PCMA) |
//! | 601 | plays a tone, 440 Hz unless configured |
//! | 602 | after a beep: collects keys, plays them back as events and as dual tones |
//! | 603 | answers with a short tone, hangs up, calls the caller 3 s later and plays a tone |
//! | 605 | busy (486) |
//! | 606 | rings and is never answered |
//! | 607 | announcement as early media (183) for 3 s, then answers with a tone |
//! | 608 | makes a conference, in which every caller hears all others (RFC 4579 §5.4) |
//! | others | not found (404); an extension that is not registered is unavailable (480) |
//!
//! Registrations and calls are authenticated by digest (MD5, realm [`REALM`]). Calls between extensions go
//! through the PBX as a back-to-back user agent, their media goes from end to end; either party may transfer the
//! other to an extension, also to one that it talks to in a second call.

mod bridge;
pub mod control;
mod dial_plan;
mod digest;
mod exchange;
mod leg;
mod list;
mod listen;
mod locations;
mod outbound;
mod party;
mod registrar;
mod rooms;
mod router;
mod sdp;
mod service;
mod talks;
mod transfer;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::EndpointBuilder;
use rsipstack::sip::Method;
use rsipstack::transaction::endpoint::EndpointOption;
use rsipstack::transport::TransportLayer;
use thiserror::Error;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use self::control::Control;
pub use self::digest::REALM;
use self::exchange::Exchange;
use self::locations::{Locations, Watch};
use crate::media::ports::{PortError, PortRange};

/// What a PBX is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where SIP is spoken, by UDP and by TCP. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address told to others, where `listen` is unspecified or translated.
    pub advertise: Option<IpAddr>,
    /// Who may register.
    pub extensions: Vec<Extension>,
    /// Where media is received.
    pub rtp_ports: RangeInclusive<u16>,
    /// What 601 plays, in Hz.
    pub tone_hz: f64,
    /// Calls are carried by a switch that a contact centre can tell what to do ([`control`]).
    pub controlled: bool,
    /// Whether the switch has people outside answer by themselves, after 3 s; otherwise they are told to.
    pub outside_answers: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let extension =
            |number: &str| Extension { number: number.to_owned(), password: format!("demo-{number}") };
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 5070)),
            advertise: None,
            extensions: ["1001", "1002", "1003"].map(extension).to_vec(),
            rtp_ports: 24_000..=24_999,
            tone_hz: 440.0,
            controlled: false,
            outside_answers: true,
        }
    }
}

/// A number that a telephone registers.
#[derive(Clone, PartialEq, Eq)]
pub struct Extension {
    /// Its number, and the user name of its digest.
    pub number: String,
    /// The password of its digest.
    pub password: String,
}

impl std::fmt::Debug for Extension {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Extension").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Why a PBX does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The port cannot be had.
    #[error("cannot listen on {address} by {transport}; is another PBX running there?")]
    Listen {
        /// UDP or TCP.
        transport: &'static str,
        /// What was asked for.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The SIP stack refuses.
    #[error("the SIP stack does not start")]
    Stack(#[source] Box<rsipstack::Error>),
    /// The media ports cannot be used.
    #[error(transparent)]
    Ports(#[from] PortError),
}

impl StartError {
    fn stack(error: rsipstack::Error) -> Self {
        Self::Stack(Box::new(error))
    }
}

/// A running PBX; it ends when it is shut down or dropped.
pub struct Pbx {
    exchange: Arc<Exchange>,
    /// Ends the stack; held here so that dropping the PBX does.
    stack: tokio_util::sync::DropGuard,
}

/// How long calls are given to end on shutdown.
const FAREWELL: Duration = Duration::from_secs(2);

impl Pbx {
    /// Binds the ports and starts to serve.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let stack = CancellationToken::new();
        let listeners = listen::bind(settings.listen, settings.advertise, &stack).await?;
        let address = listeners.address;
        let ports = PortRange::new(settings.listen.ip(), settings.rtp_ports.clone())?;

        let locations = Locations::new();
        let transports = TransportLayer::new(stack.clone());
        // A registered telephone may say nothing until its registration needs a refresh.
        transports.set_stream_idle_timeout(Duration::from_secs(24 * 3_600));
        transports.add_transport(listeners.udp.into());
        let endpoint = EndpointBuilder::new()
            .with_user_agent(concat!("sidetone-lab/", env!("CARGO_PKG_VERSION")))
            .with_transport_layer(transports)
            .with_cancel_token(stack.clone())
            .with_transport_inspector(Box::new(Watch(Arc::clone(&locations))))
            .with_allows(ALLOW.to_vec())
            .with_option(EndpointOption {
                callid_suffix: Some("sidetone-lab".to_owned()),
                ..EndpointOption::default()
            })
            .build();
        let incoming = endpoint.incoming_transactions().map_err(StartError::stack)?;
        let exchange =
            Arc::new(Exchange::new(&settings, address, Arc::clone(&endpoint.inner), locations, ports));

        if settings.controlled {
            // Set once, here.
            _ = exchange.control.set(Control::start(&exchange));
        }
        tokio::spawn(listen::accept(listeners.tcp, address, Arc::clone(&endpoint.inner), stack.clone()));
        tokio::spawn(router::run(Arc::clone(&exchange), incoming, stack.clone()));
        tokio::spawn(async move { endpoint.serve().await });
        info!(%address, "PBX started");
        Ok(Self { exchange, stack: stack.drop_guard() })
    }

    /// Where SIP is spoken, as told to others.
    pub fn address(&self) -> SocketAddr {
        self.exchange.address()
    }

    /// Tells what to do with calls, where the PBX was started to be told.
    pub fn control(&self) -> Option<Control> {
        self.exchange.control.get().cloned()
    }

    /// Ends all calls, then stops.
    pub async fn shutdown(self) {
        if !self.exchange.end_calls(FAREWELL).await {
            warn!("some calls did not end in time; their other side was not told");
        }
        drop(self.stack);
        info!("PBX stopped");
    }
}

/// What the PBX understands; said in answers to OPTIONS and to what it does not.
const ALLOW: [Method; 10] = [
    Method::Invite,
    Method::Ack,
    Method::Bye,
    Method::Cancel,
    Method::Options,
    Method::Register,
    Method::Info,
    Method::Update,
    Method::Refer,
    Method::Notify,
];
