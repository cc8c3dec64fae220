//! One SIP connection over TCP, with or without TLS.

use super::tls::Tls;
use crate::relay::Input;
use sidetone_sip::{FlowId, Input as SipInput};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a peer may take to accept a connection, and again to shake hands. A dead one must not hold a call back.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// How many messages may wait for a peer that reads slowly.
const QUEUE: usize = 1_024;
const READ_BUFFER: usize = 16 * 1_024;

/// What carries the bytes of a connection.
pub(super) trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

/// One connection. Dropping it closes it, after what was sent before has left.
pub(super) struct Stream {
    sender: mpsc::Sender<Vec<u8>>,
}

/// Where a connection is to lead.
pub(super) struct Target {
    pub(super) remote: SocketAddr,
    /// With TLS: the host that the certificate has to be made for.
    pub(super) tls: Option<(Tls, String)>,
}

impl Stream {
    pub(super) fn connect(flow: FlowId, target: Target, inputs: mpsc::Sender<Input>) -> Self {
        let (sender, outgoing) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            let remote = target.remote;
            match dial(target).await {
                Ok((local, carrier)) => {
                    let connected = Input::Sip(SipInput::Connected { flow, local });
                    if inputs.send(connected).await.is_ok() {
                        serve(flow, carrier, &inputs, outgoing).await;
                    }
                }
                Err(error) => tracing::info!(%remote, %error, "a SIP connection could not be opened"),
            }
            closed(flow, &inputs).await;
        });
        Self { sender }
    }

    pub(super) fn accepted(flow: FlowId, carrier: Box<dyn Carrier>, inputs: mpsc::Sender<Input>) -> Self {
        let (sender, outgoing) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            serve(flow, carrier, &inputs, outgoing).await;
            closed(flow, &inputs).await;
        });
        Self { sender }
    }

    /// Queues bytes; false if the peer does not read them.
    pub(super) fn send(&self, bytes: Vec<u8>) -> bool {
        self.sender.try_send(bytes).is_ok()
    }
}

async fn dial(target: Target) -> io::Result<(SocketAddr, Box<dyn Carrier>)> {
    let socket = timeout(CONNECT_TIMEOUT, TcpStream::connect(target.remote)).await??;
    let local = socket.local_addr()?;
    prepare(&socket);
    let carrier: Box<dyn Carrier> = match target.tls {
        Some((tls, host)) => Box::new(timeout(CONNECT_TIMEOUT, tls.connect(&host, socket)).await??),
        None => Box::new(socket),
    };
    Ok((local, carrier))
}

/// A request waits for its answer; Nagle would only make it wait longer.
pub(super) fn prepare(socket: &TcpStream) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "a SIP connection keeps Nagle's algorithm");
    }
}

async fn serve(
    flow: FlowId,
    carrier: Box<dyn Carrier>,
    inputs: &mpsc::Sender<Input>,
    mut outgoing: mpsc::Receiver<Vec<u8>>,
) {
    let (mut reader, mut writer) = tokio::io::split(carrier);
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
                let Some(bytes) = bytes else {
                    // Says goodbye over TLS; the peer may be gone already.
                    let _ = writer.shutdown().await;
                    return;
                };
                // TLS keeps what is written until it is flushed.
                if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
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
