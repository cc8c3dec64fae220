//! How a session behaves.

use super::ChosenState;
use crate::model::Deployment;

/// How a session behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The hosts, the preferred one first: one, or two of a failover pair. Where there is one, the other is learned from
    /// it.
    pub hosts: Vec<String>,
    /// Of the REST API.
    pub rest_port: u16,
    /// Of the notifications over WebSocket: 8445 from 12.6(1), 7443 before.
    pub websocket_port: u16,
    /// Path of the notifications over WebSocket.
    pub websocket_path: String,
    /// Of the notifications over BOSH.
    pub bosh_port: u16,
    /// Path of the notifications over BOSH.
    pub bosh_path: String,
    /// How notifications come.
    pub transport: TransportChoice,
    /// Which contact centre it is; none leaves it to what SystemInfo says, and UCCE where that says nothing.
    pub platform: Option<Deployment>,
    /// What becomes of an agent whom the contact centre does not see any more.
    pub logout_on_loss: LogoutOnLoss,
    /// The state after signing in, and the reason's database id; none leaves it to the contact centre.
    pub state_after_sign_in: Option<(ChosenState, Option<String>)>,
    /// Sign in again, to not ready, after the contact centre has signed the agent out since it lost sight of the relay.
    pub sign_in_after_loss: bool,
    /// Calls can be started while ready (12.5 and later).
    pub dial_while_ready: bool,
    /// Read the figures of the agent's queues (UCCE).
    pub queues: bool,
    /// Read what is written to the agent's teams (12.0 and later).
    pub messages: bool,
    /// The XMPP resource; must differ among the relays that one agent can be signed in through, and `desktop` is Cisco's.
    pub resource: String,
    /// How often everything is read again though nothing is in doubt, in milliseconds.
    pub reread_ms: u64,
}

impl Settings {
    /// The defaults of a current Finesse.
    #[must_use]
    pub fn new(hosts: Vec<String>) -> Self {
        Self {
            hosts,
            rest_port: 8445,
            websocket_port: 8445,
            websocket_path: "/ws/".to_owned(),
            bosh_port: 7443,
            bosh_path: "/http-bind/".to_owned(),
            transport: TransportChoice::Auto,
            platform: None,
            logout_on_loss: LogoutOnLoss::NotReady,
            state_after_sign_in: None,
            sign_in_after_loss: true,
            dial_while_ready: true,
            queues: true,
            messages: true,
            resource: "sidetone".to_owned(),
            reread_ms: 120_000,
        }
    }
}

/// How notifications come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransportChoice {
    /// Over WebSocket, and over BOSH where that cannot be opened.
    #[default]
    Auto,
    /// Over WebSocket (RFC 7395).
    WebSocket,
    /// Over BOSH (XEP-0124, XEP-0206).
    Bosh,
}

/// What becomes of an agent whom the contact centre does not see any more (the UCCE setting LOAD; UCCX signs out).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogoutOnLoss {
    /// LOAD 0: not ready, in a call afterwards.
    #[default]
    NotReady,
    /// LOAD 1: signed out at once.
    SignedOut,
}
