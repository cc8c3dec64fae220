//! One connection of a client to the relay: numbered frames of JSON on a WebSocket over TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use sidetone_protocol::message::SIGNALLING_PATH;
use sidetone_protocol::{ClientFrame, ClientMessage, PROTOCOL_VERSION, RelayFrame, RelayMessage, Snapshot};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::tls;
use super::user::Account;

/// What is read at once, in bytes: each of thousands of connections keeps so much.
const READ_BUFFER: usize = 8 * 1024;

/// Where the relay is, and how to speak TLS to it.
#[derive(Clone)]
pub struct Relay {
    address: SocketAddr,
    tls: TlsConnector,
}

impl Relay {
    /// The relay at an address, whatever certificate it has.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up on this machine.
    pub fn at(address: SocketAddr) -> anyhow::Result<Self> {
        let config: ClientConfig = tls::any_certificate()?;
        Ok(Self { address, tls: TlsConnector::from(Arc::new(config)) })
    }

    async fn connect(&self) -> anyhow::Result<WebSocketStream<TlsStream<TcpStream>>> {
        let stream = TcpStream::connect(self.address).await?;
        // A frame is a whole message: waiting for more to send would be measured as the relay's time.
        stream.set_nodelay(true)?;
        let stream = self.tls.connect(ServerName::IpAddress(self.address.ip().into()), stream).await?;
        let url = format!("wss://{}{SIGNALLING_PATH}", self.address);
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let (socket, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await?;
        Ok(socket)
    }
}

/// A signed-in connection.
pub(crate) struct Session {
    socket: WebSocketStream<TlsStream<TcpStream>>,
    sent: u64,
    received: u64,
    /// How often the relay wants a sign of life.
    pub(crate) heartbeat: Duration,
}

impl Session {
    /// Connects and signs in.
    pub(crate) async fn sign_in(relay: &Relay, account: &Account) -> anyhow::Result<(Self, Snapshot)> {
        let socket = relay.connect().await.context("connecting to the relay")?;
        let mut session = Self { socket, sent: 0, received: 0, heartbeat: Duration::from_secs(5) };
        session.say(ClientMessage::Hello { version: PROTOCOL_VERSION }).await?;
        match session.hear().await? {
            RelayMessage::Welcome { heartbeat_ms, .. } => {
                session.heartbeat = Duration::from_millis(heartbeat_ms.into());
            }
            other => bail!("the relay answered hello by {other:?}"),
        }
        let (user, password) = (account.name.clone(), account.password.clone());
        session.say(ClientMessage::SignIn { user, password }).await?;
        match session.hear().await? {
            RelayMessage::SignedIn { snapshot, .. } => Ok((session, snapshot)),
            RelayMessage::Failed { failure, .. } => bail!("the sign-in was refused: {failure:?}"),
            other => bail!("the relay answered a sign-in by {other:?}"),
        }
    }

    /// Sends a message.
    pub(crate) async fn say(&mut self, message: ClientMessage) -> anyhow::Result<()> {
        self.sent += 1;
        let frame = serde_json::to_string(&ClientFrame { seq: self.sent, message })?;
        self.socket.send(Message::text(frame)).await.context("sending to the relay")
    }

    /// The next message. Nothing is lost if the wait is given up.
    pub(crate) async fn hear(&mut self) -> anyhow::Result<RelayMessage> {
        loop {
            match self.socket.next().await.context("the relay closed the connection")?? {
                Message::Text(text) => {
                    let frame: RelayFrame = serde_json::from_str(&text).context("not the protocol")?;
                    self.received += 1;
                    ensure!(
                        frame.seq == self.received,
                        "frame {} where {} was due",
                        frame.seq,
                        self.received
                    );
                    return Ok(frame.message);
                }
                Message::Close(_) => bail!("the relay closed the connection"),
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        }
    }
}
