//! What can be wrong with a server, at wish.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// The faults of a server.
#[derive(Debug)]
pub struct Faults {
    /// The requests of the API.
    pub api: Api,
    /// How long every answer takes more, in ms.
    pub slow_ms: u64,
    /// Credentials are refused, right or wrong.
    pub refuse_sign_in: bool,
    /// How many of the next notifications are lost.
    pub lose: u32,
    /// Every notification comes twice.
    pub duplicate: bool,
    /// Every second notification overtakes the one before it.
    pub reorder: bool,
    /// How late notifications are, in ms.
    pub delay_ms: u64,
    /// The notification service says nothing, though it is connected.
    pub mute: bool,
    /// The network in front of the server.
    pub network: watch::Sender<Network>,
    /// New connections of XMPP are refused.
    pub refuse_xmpp: bool,
}

/// How the API answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// As it should.
    #[default]
    Normal,
    /// 503 for everything.
    Unavailable,
    /// Not at all.
    Hang,
    /// With XML that is cut off.
    Malformed,
    /// 500 for everything.
    Error,
}

/// How the network in front of a server is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// Open.
    #[default]
    Open,
    /// Nothing passes and nobody is told.
    Cut,
    /// The server is gone: connections end and none is accepted.
    Gone,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            api: Api::Normal,
            slow_ms: 0,
            refuse_sign_in: false,
            lose: 0,
            duplicate: false,
            reorder: false,
            delay_ms: 0,
            mute: false,
            network: watch::Sender::new(Network::Open),
            refuse_xmpp: false,
        }
    }
}

/// What is to be changed; what is not named stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The server, 0 for the primary; both if not named.
    pub node: Option<usize>,
    /// See [`Faults::api`].
    pub api: Option<Api>,
    /// See [`Faults::slow_ms`].
    pub slow_ms: Option<u64>,
    /// See [`Faults::refuse_sign_in`].
    pub refuse_sign_in: Option<bool>,
    /// See [`Faults::lose`].
    pub lose: Option<u32>,
    /// See [`Faults::duplicate`].
    pub duplicate: Option<bool>,
    /// See [`Faults::reorder`].
    pub reorder: Option<bool>,
    /// See [`Faults::delay_ms`].
    pub delay_ms: Option<u64>,
    /// See [`Faults::mute`].
    pub mute: Option<bool>,
    /// See [`Faults::network`].
    pub network: Option<Network>,
    /// See [`Faults::refuse_xmpp`].
    pub refuse_xmpp: Option<bool>,
    /// All connections of XMPP are ended now.
    #[serde(default)]
    pub drop_xmpp: bool,
    /// Whether the user `finesse` is there, which clients watch.
    pub finesse_present: Option<bool>,
    /// All faults are mended first.
    #[serde(default)]
    pub mend: bool,
}

impl Faults {
    /// Changes what is wanted.
    pub fn set(&mut self, wanted: &Wanted) {
        if wanted.mend {
            let network = std::mem::replace(&mut self.network, watch::Sender::new(Network::Open));
            network.send_replace(Network::Open);
            *self = Self { network, ..Self::default() };
        }
        self.api = wanted.api.unwrap_or(self.api);
        self.slow_ms = wanted.slow_ms.unwrap_or(self.slow_ms);
        self.refuse_sign_in = wanted.refuse_sign_in.unwrap_or(self.refuse_sign_in);
        self.lose = wanted.lose.unwrap_or(self.lose);
        self.duplicate = wanted.duplicate.unwrap_or(self.duplicate);
        self.reorder = wanted.reorder.unwrap_or(self.reorder);
        self.delay_ms = wanted.delay_ms.unwrap_or(self.delay_ms);
        self.mute = wanted.mute.unwrap_or(self.mute);
        self.refuse_xmpp = wanted.refuse_xmpp.unwrap_or(self.refuse_xmpp);
        if let Some(network) = wanted.network {
            self.network.send_replace(network);
        }
    }

    /// Whether notifications are given out.
    pub fn publishes(&self) -> bool {
        !self.mute && *self.network.borrow() != Network::Gone
    }

    /// How late notifications are.
    pub fn delay(&self) -> Option<Duration> {
        (self.delay_ms > 0).then(|| Duration::from_millis(self.delay_ms))
    }
}
