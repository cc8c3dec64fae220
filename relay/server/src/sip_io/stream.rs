//! One SIP connection over TCP.

use crate::relay::Input;
use sidetone_sip::{FlowId, Input as SipInput};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a peer may take to accept a connection. A dead one must not hold a call back.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// How many messages may wait for a peer that reads slowly.
const QUEUE: usize = 1_024;
const READ_BUFFER: usize = 16 * 1_024;

/// One connection. Dropping it closes it, after what was sent before has left.
pub(super) struct Stream {
    sender: mpsc::Sender<Vec<u8>>,
}

impl Stream {
    pub(super) fn connect(flow: FlowId, remote: SocketAddr, inputs: mpsc::Sender<Input>) -> Self {
        let (sender, outgoing) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            if let Some(socket) = dial(flow, remote, &inputs).await {
                serve(flow, socket, &inputs, outgoing).await;
            }
            closed(flow, &inputs).await;
        });
        Self { sender }
    }

    pub(super) fn accepted(flow: FlowId, socket: TcpStream, inputs: mpsc::Sender<Input>) -> Self {
        let (sender, outgoing) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            serve(flow, socket, &inputs, outgoing).await;
            closed(flow, &inputs).await;
        });
        Self { sender }
    }

    /// Queues bytes; false if the peer does not read them.
    pub(super) fn send(&self, bytes: Vec<u8>) -> bool {
        self.sender.try_send(bytes).is_ok()
    }
}

async fn dial(flow: FlowId, remote: SocketAddr, inputs: &mpsc::Sender<Input>) -> Option<TcpStream> {
    let socket = match timeout(CONNECT_TIMEOUT, TcpStream::connect(remote)).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => {
            tracing::info!(%remote, %error, "a SIP connection could not be opened");
            return None;
        }
        Err(_) => {
            tracing::info!(%remote, "a SIP connection could not be opened in time");
            return None;
        }
    };
    let local = socket.local_addr().ok()?;
    inputs.send(Input::Sip(SipInput::Connected { flow, local })).await.ok()?;
    Some(socket)
}

async fn serve(
    flow: FlowId,
    socket: TcpStream,
    inputs: &mpsc::Sender<Input>,
    mut outgoing: mpsc::Receiver<Vec<u8>>,
) {
    // A request waits for its answer; Nagle would only make it wait longer.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "a SIP connection keeps Nagle's algorithm");
    }
    let (mut reader, mut writer) = socket.into_split();
    let mut buffer = vec![0; READ_BUFFER];
    loop {
        tokio::select! {
            read = reader.read(&mut buffer) => match read {
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    let input = SipInput::Stream { flow, bytes: buffer[..length].to_vec() };
                    if inputs.send(Input::Sip(input)).await.is_err() {
                        return;
                    }
                }
            },
            bytes = outgoing.recv() => {
                let Some(bytes) = bytes else { return };
                if writer.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn closed(flow: FlowId, inputs: &mpsc::Sender<Input>) {
    // If the event loop is gone, so is everybody who could care.
    let _ = inputs.send(Input::Sip(SipInput::Closed { flow })).await;
}
