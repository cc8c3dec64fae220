//! One WebSocket: frames in order, heartbeats, sign-in; everything else goes to the relay's event loop.

mod pace;

use crate::auth::{Checks, Passwords, Throttle, Unchecked};
use crate::clock::Clock;
use crate::relay::{Attach, Connection, ConnectionId, Input};
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use pace::Pace;
use sidetone_bridge::ClientId;
use sidetone_protocol::{
    ClientFrame, ClientMessage, Failure, FailureCode, PROTOCOL_VERSION, RelayFrame, RelayMessage,
};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

/// How long a browser may take to accept a frame before its connection is given up.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may take to sign in or to resume. Pages connect only when they have something to show.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(30);
/// How many messages may wait for one browser. One that reads slower gets a snapshot when it is back.
const QUEUE: usize = 256;

/// What every connection needs.
pub(crate) struct Signalling {
    pub(crate) relay: mpsc::Sender<Input>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) checks: Checks,
    /// Held for the blink of an eye around a sign-in, never across an await.
    pub(crate) throttle: Mutex<Throttle>,
    pub(crate) clock: Clock,
    pub(crate) heartbeat: Duration,
}

/// Serves one connection until either side is done with it.
pub(crate) async fn serve(shared: Arc<Signalling>, socket: WebSocket, from: IpAddr, id: ConnectionId) {
    let (sender, inbox) = mpsc::channel(QUEUE);
    let mut tab = Tab {
        shared,
        socket,
        from,
        connection: Connection { id, sender },
        sent: 0,
        received: 0,
        pace: Pace::default(),
        greeted: false,
        client: None,
    };
    let end = tab.run(inbox).await;
    if let Some(client) = tab.client {
        // The event loop only goes away with the whole process.
        let _ = tab.shared.relay.send(Input::Detach { client, connection: id }).await;
    }
    tracing::debug!(connection = id.0, ?end, "a browser's connection has ended");
}

/// Why a connection ended.
#[derive(Debug)]
enum End {
    /// The browser closed it, or the network did.
    Closed,
    /// The browser went silent.
    Silent,
    /// The browser did not take what was sent.
    Stuck,
    /// The browser said something that cannot be understood, or that is not allowed.
    Refused,
    /// The relay is done with it: signed out, replaced by a newer connection, or stopping.
    Released,
}

struct Tab {
    shared: Arc<Signalling>,
    socket: WebSocket,
    from: IpAddr,
    connection: Connection,
    sent: u64,
    received: u64,
    pace: Pace,
    greeted: bool,
    client: Option<ClientId>,
}

impl Tab {
    async fn run(&mut self, mut inbox: mpsc::Receiver<Box<RelayMessage>>) -> End {
        let patience = self.shared.heartbeat * 3;
        let must_be_in = Instant::now() + SIGN_IN_TIMEOUT;
        let mut deadline = Instant::now() + patience;
        loop {
            let end = if self.client.is_none() { deadline.min(must_be_in) } else { deadline };
            let result = tokio::select! {
                frame = self.socket.recv() => {
                    deadline = Instant::now() + patience;
                    match frame {
                        Some(Ok(Message::Text(text))) => self.frame(&text).await,
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                        Some(Ok(Message::Binary(_))) => self.refuse(FailureCode::BadMessage, "a binary frame").await,
                        Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Closed),
                    }
                }
                message = inbox.recv() => match message {
                    Some(message) => {
                        let last = matches!(*message, RelayMessage::SignedOut { .. });
                        let sent = self.send(*message).await;
                        if last { sent.and(Err(End::Released)) } else { sent }
                    }
                    None => Err(End::Released),
                },
                () = tokio::time::sleep_until(end) => Err(End::Silent),
            };
            if let Err(end) = result {
                self.close().await;
                return end;
            }
        }
    }

    async fn frame(&mut self, text: &Utf8Bytes) -> Result<(), End> {
        if !self.pace.allows(self.shared.clock.millis()) {
            return self.refuse(FailureCode::BadMessage, "too many messages").await;
        }
        let frame: ClientFrame = match serde_json::from_str(text.as_str()) {
            Ok(frame) => frame,
            // The parser's own text may quote what the browser sent, which may be a password.
            Err(error) => {
                let place = format!("not understood at line {} column {}", error.line(), error.column());
                return self.refuse(FailureCode::BadMessage, &place).await;
            }
        };
        if frame.seq != self.received + 1 {
            let place = format!("frame {} after frame {}", frame.seq, self.received);
            return self.refuse(FailureCode::BadMessage, &place).await;
        }
        self.received = frame.seq;
        tracing::trace!(connection = self.connection.id.0, message = ?frame.message, "received");
        self.message(frame.message).await
    }

    async fn message(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            ClientMessage::Hello { version } => self.hello(version).await,
            _ if !self.greeted => self.refuse(FailureCode::BadMessage, "no hello").await,
            ClientMessage::Ping { nonce } => {
                let now_ms = self.shared.clock.millis();
                self.send(RelayMessage::Pong { nonce, now_ms }).await
            }
            ClientMessage::SignIn { user, password } => self.sign_in(user, password).await,
            ClientMessage::Resume { token } => self.attach(Attach::Resume(token)).await,
            other => match self.client {
                Some(client) => self.forward(client, other).await,
                None => self.fail(FailureCode::SessionExpired.into()).await,
            },
        }
    }

    async fn hello(&mut self, version: u16) -> Result<(), End> {
        if version != PROTOCOL_VERSION {
            return self.refuse(FailureCode::VersionMismatch, &format!("version {version}")).await;
        }
        self.greeted = true;
        let heartbeat_ms = u32::try_from(self.shared.heartbeat.as_millis()).unwrap_or(u32::MAX);
        self.send(RelayMessage::Welcome { version: PROTOCOL_VERSION, heartbeat_ms }).await
    }

    async fn sign_in(&mut self, name: String, password: String) -> Result<(), End> {
        if self.client.is_some() {
            return self.fail(FailureCode::NotAllowedNow.into()).await;
        }
        let now = self.shared.clock.millis();
        let Some(attempt) = self.throttle(|throttle| throttle.attempt(now, &name, self.from)) else {
            return self.fail(FailureCode::SignInThrottled.into()).await;
        };
        let passwords = Arc::clone(&self.shared.passwords);
        match self.shared.checks.run(move || passwords.check(&name, &password)).await {
            Ok(Some(user)) => {
                self.throttle(|throttle| throttle.succeeded(attempt));
                self.attach(Attach::New(user)).await
            }
            Ok(None) => {
                tracing::info!(from = %self.from, "a sign-in was rejected");
                self.fail(FailureCode::SignInRejected.into()).await
            }
            Err(unchecked) => {
                self.throttle(|throttle| throttle.withdraw(attempt));
                let code = match unchecked {
                    Unchecked::Busy => FailureCode::SignInBusy,
                    Unchecked::Failed => FailureCode::Internal,
                };
                self.fail(code.into()).await
            }
        }
    }

    fn throttle<T>(&self, act: impl FnOnce(&mut Throttle) -> T) -> T {
        // A panic while it was held can at worst have lost a count.
        act(&mut self.shared.throttle.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn attach(&mut self, attach: Attach) -> Result<(), End> {
        if self.client.is_some() {
            return self.fail(FailureCode::NotAllowedNow.into()).await;
        }
        let (reply, answer) = oneshot::channel();
        let input = Input::Attach { attach, connection: self.connection.clone(), reply };
        if self.shared.relay.send(input).await.is_err() {
            return self.refuse(FailureCode::RelayStopping, "stopping").await;
        }
        match answer.await {
            Ok(Ok((client, message))) => {
                self.client = Some(client);
                self.send(message).await
            }
            Ok(Err(failure)) => self.fail(failure).await,
            Err(_) => self.refuse(FailureCode::RelayStopping, "stopping").await,
        }
    }

    async fn forward(&mut self, client: ClientId, message: ClientMessage) -> Result<(), End> {
        let input = Input::Message { client, message };
        self.shared.relay.send(input).await.map_err(|_| End::Released)
    }

    /// Says what is wrong and goes on.
    async fn fail(&mut self, failure: Failure) -> Result<(), End> {
        self.send(RelayMessage::Failed { request: None, failure }).await
    }

    /// Says what is wrong and ends the connection.
    async fn refuse(&mut self, code: FailureCode, why: &str) -> Result<(), End> {
        tracing::info!(connection = self.connection.id.0, from = %self.from, code = code.as_str(), why, "refused a browser's connection");
        self.fail(Failure::with_detail(code, why)).await?;
        Err(End::Refused)
    }

    async fn send(&mut self, message: RelayMessage) -> Result<(), End> {
        self.sent += 1;
        let frame = RelayFrame { seq: self.sent, message };
        let text = match serde_json::to_string(&frame) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, "a message could not be written as JSON");
                return Err(End::Released);
            }
        };
        match timeout(SEND_TIMEOUT, self.socket.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Closed),
            Err(_) => Err(End::Stuck),
        }
    }

    async fn close(&mut self) {
        // Nobody may be there to read it any more, and that is fine.
        let _ = timeout(SEND_TIMEOUT, self.socket.send(Message::Close(None))).await;
    }
}
