//! One WebSocket to the notification service of a Finesse server (RFC 7395).

use super::dial::Dialler;
use axum::http::HeaderValue;
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use futures_util::{SinkExt as _, StreamExt as _};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

/// How long the server may take to switch protocols, and to take a frame.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many frames may wait for the server. Its session sends few and waits for answers.
const QUEUE: usize = 32;
/// The largest frame: a dialog with all its variables has 20 KB.
const MOST_BYTES: usize = 1_024 * 1_024;

/// What a WebSocket tells.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LinkEvent {
    /// It is open.
    Opened,
    /// A frame came.
    Received(String),
    /// It could not be opened, or has ended.
    Closed,
}

/// A WebSocket. Dropping it closes it, after what was sent before has left.
#[derive(Debug)]
pub(crate) struct Link(mpsc::Sender<String>);

/// Where a WebSocket is to lead.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
}

impl Link {
    /// Opens one. What it tells goes to `tell`, which says whether anybody still listens.
    pub(super) fn open<T, F>(dialler: Dialler, target: Target, tell: T) -> Self
    where
        T: Fn(LinkEvent) -> F + Send + Sync + 'static,
        F: Future<Output = bool> + Send,
    {
        let (sender, outgoing) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            // The parts of opening one are large, and gone afterwards.
            match Box::pin(open(dialler, target)).await {
                Ok(socket) => {
                    if tell(LinkEvent::Opened).await {
                        serve(socket, outgoing, &tell).await;
                    }
                }
                Err(Some(error)) => {
                    tracing::info!(%error, "a WebSocket to the notification service could not be opened");
                }
                Err(None) => {}
            }
            tell(LinkEvent::Closed).await;
        });
        Self(sender)
    }

    /// Queues a frame; false if the server does not read.
    pub(crate) fn send(&self, text: String) -> bool {
        self.0.try_send(text).is_ok()
    }
}

type Socket = WebSocketStream<TlsStream<TcpStream>>;

async fn open(dialler: Dialler, target: Target) -> Result<Socket, Option<Box<Error>>> {
    let Target { host, port, path } = target;
    let stream = dialler.dial(&host, port).await.map_err(|_| None)?;
    let mut request = format!("wss://{host}:{port}{path}").into_client_request().map_err(Box::new)?;
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("xmpp"));
    // There is one for each agent, and what comes is small: the usual 128 KB for reading would be most of an agent's cost.
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1_024)
        .write_buffer_size(0)
        .max_write_buffer_size(MOST_BYTES)
        .max_message_size(Some(MOST_BYTES))
        .max_frame_size(Some(MOST_BYTES));
    let opening = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
    let (socket, _) = timeout(PATIENCE, opening).await.map_err(|_| None)?.map_err(Box::new)?;
    Ok(socket)
}

async fn serve<T, F>(mut socket: Socket, mut outgoing: mpsc::Receiver<String>, tell: &T)
where
    T: Fn(LinkEvent) -> F,
    F: Future<Output = bool>,
{
    loop {
        tokio::select! {
            text = outgoing.recv() => {
                let Some(text) = text else {
                    // The server may be gone, which is what is wanted.
                    let _ = timeout(PATIENCE, socket.close(None)).await;
                    return;
                };
                match timeout(PATIENCE, socket.send(Message::Text(text.into()))).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) | Err(_) => return,
                }
            }
            frame = socket.next() => match frame {
                Some(Ok(Message::Text(text))) => {
                    if !tell(LinkEvent::Received(text.to_string())).await {
                        return;
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        }
    }
}
