//! Connections that others open to us.

use super::stream::{CONNECT_TIMEOUT, Carrier, prepare};
use super::tls::Tls;
use crate::relay::Input;
use sidetone_sip::Transport;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

/// How long to wait before the next connection when the system refused one.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(100);
/// How many clients may shake hands at once: it costs a signature each, and they need not be who they say.
const MOST_HANDSHAKES: usize = 64;

/// A connection that was opened to us.
pub(crate) struct Accepted {
    pub(super) carrier: Box<dyn Carrier>,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    pub(crate) transport: Transport,
}

pub(super) async fn tcp(listener: TcpListener, inputs: mpsc::Sender<Input>) {
    loop {
        let (socket, remote) = next(&listener).await;
        // A socket without an address was reset before we got to it.
        let Ok(local) = socket.local_addr() else { continue };
        let accepted = Accepted { carrier: Box::new(socket), local, remote, transport: Transport::Tcp };
        if inputs.send(Input::SipAccepted(accepted)).await.is_err() {
            return;
        }
    }
}

pub(super) async fn tls(listener: TcpListener, tls: Tls, inputs: mpsc::Sender<Input>) {
    let handshakes = Arc::new(Semaphore::new(MOST_HANDSHAKES));
    loop {
        let (socket, remote) = next(&listener).await;
        if inputs.is_closed() {
            return;
        }
        let Ok(permit) = Arc::clone(&handshakes).try_acquire_owned() else {
            tracing::warn!(%remote, "too many clients shake hands at once: a SIP connection is closed");
            continue;
        };
        let (tls, inputs) = (tls.clone(), inputs.clone());
        tokio::spawn(async move {
            let Ok(local) = socket.local_addr() else { return };
            let shaken = timeout(CONNECT_TIMEOUT, tls.accept(socket)).await;
            drop(permit);
            match shaken {
                Ok(Ok(stream)) => {
                    let carrier = Box::new(stream);
                    let accepted = Accepted { carrier, local, remote, transport: Transport::Tls };
                    // If the event loop is gone, so is everybody who could care.
                    let _ = inputs.send(Input::SipAccepted(accepted)).await;
                }
                Ok(Err(error)) => tracing::info!(%remote, %error, "a client does not speak TLS as we do"),
                Err(_) => tracing::info!(%remote, "a client did not finish its TLS handshake in time"),
            }
        });
    }
}

async fn next(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((socket, remote)) => {
                prepare(&socket);
                return (socket, remote);
            }
            Err(error) => {
                // Most likely too many open files: give others time to close some.
                tracing::warn!(%error, "a SIP connection could not be accepted");
                tokio::time::sleep(PAUSE_AFTER_REFUSAL).await;
            }
        }
    }
}
