//! What all calls of a PBX share.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::{Auth, Header, Param, Request, Scheme, Transport, Uri};
use rsipstack::transaction::endpoint::EndpointInnerRef;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Settings;
use super::control::Control;
use super::digest::{Authenticator, Verdict};
use super::locations::Locations;
use super::rooms::Rooms;
use super::talks::Talks;
use crate::media::dtmf::Digit;
use crate::media::ports::{PortError, PortRange};
use crate::media::room::Seat;
use crate::media::session::Session;
use crate::media::stage::Role;

/// The exchange as its calls hold it.
pub(super) type Shared = Arc<Exchange>;

pub(super) struct Exchange {
    address: SocketAddr,
    pub(super) dialogs: Arc<DialogLayer>,
    pub(super) tone_hz: f64,
    authenticator: Authenticator,
    extensions: HashSet<String>,
    pub(super) locations: Arc<Locations>,
    pub(super) rooms: Arc<Rooms>,
    ports: PortRange,
    started: Instant,
    next_call: AtomicU64,
    pub(super) outside_answers: bool,
    /// Where calls are carried by the contact centre's switch, if there is one.
    pub(super) control: OnceLock<Control>,
    /// The calls between extensions that are up.
    pub(super) talks: Talks,
    /// Every call is a task in here.
    pub(super) calls: TaskTracker,
    /// Tells calls to end.
    pub(super) stopping: CancellationToken,
}

impl Exchange {
    pub(super) fn new(
        settings: &Settings,
        address: SocketAddr,
        endpoint: EndpointInnerRef,
        locations: Arc<Locations>,
        ports: PortRange,
    ) -> Self {
        let accounts = settings.extensions.iter();
        let passwords =
            accounts.map(|extension| (extension.number.clone(), extension.password.clone())).collect();
        Self {
            address,
            dialogs: Arc::new(DialogLayer::new(endpoint)),
            tone_hz: settings.tone_hz,
            authenticator: Authenticator::new(passwords, rand::random()),
            extensions: settings.extensions.iter().map(|extension| extension.number.clone()).collect(),
            locations,
            rooms: Arc::default(),
            ports,
            started: Instant::now(),
            next_call: AtomicU64::new(1),
            outside_answers: settings.outside_answers,
            control: OnceLock::new(),
            talks: Talks::default(),
            calls: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A name for a call in logs.
    pub(super) fn next_call(&self) -> u64 {
        self.next_call.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn extensions(&self) -> impl Iterator<Item = &String> {
        self.extensions.iter()
    }

    pub(super) fn is_extension(&self, number: &str) -> bool {
        self.extensions.contains(number)
    }

    /// Judges the credentials that `request` carries for us as its registrar or as its proxy.
    pub(super) fn judge(&self, request: &Request) -> Verdict {
        let credentials = request.headers.iter().filter_map(|header| match header {
            Header::Authorization(value) => Some(value.value()),
            Header::ProxyAuthorization(value) => Some(value.value()),
            _ => None,
        });
        self.authenticator.judge(self.started.elapsed(), &request.method.to_string(), credentials)
    }

    pub(super) fn challenge(&self, stale: bool) -> String {
        self.authenticator.challenge(self.started.elapsed(), stale)
    }

    /// The URI of `user` at this PBX.
    pub(super) fn uri(&self, user: &str, transport: Transport) -> Uri {
        Uri {
            scheme: Some(Scheme::Sip),
            auth: Some(Auth { user: user.to_owned(), password: None }),
            host_with_port: self.address.into(),
            params: match transport {
                // The default needs no parameter (RFC 3261 §19.1.1).
                Transport::Udp => Vec::new(),
                other => vec![Param::Transport(other)],
            },
            headers: Vec::new(),
        }
    }

    /// A media stream of a caller in a conference, silent until it is connected.
    pub(super) async fn open_media_in(&self, seat: Seat) -> Result<Session, PortError> {
        let pair = self.ports.open().await?;
        Session::start_in_conference(pair, seat).map_err(PortError::Socket)
    }

    /// A media stream of a caller who is moved between mixes and programmes.
    pub(super) async fn open_switched_media(
        &self,
        keys: UnboundedSender<Digit>,
    ) -> Result<Session, PortError> {
        let pair = self.ports.open().await?;
        Session::start_switched(pair, keys).map_err(PortError::Socket)
    }

    /// A media stream, silent until it is connected.
    pub(super) async fn open_media(&self, role: Role) -> Result<Session, PortError> {
        let pair = self.ports.open().await?;
        Session::start(pair, role).map_err(PortError::Socket)
    }

    /// Where media is received, as told to others.
    pub(super) fn media_address(&self) -> IpAddr {
        self.address.ip()
    }

    /// Tells all calls to end; answers whether they did within `limit`.
    pub(super) async fn end_calls(&self, limit: Duration) -> bool {
        self.stopping.cancel();
        self.calls.close();
        tokio::time::timeout(limit, self.calls.wait()).await.is_ok()
    }
}
