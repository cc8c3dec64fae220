//! A connection to a Finesse server, encrypted.

use rustls_pki_types::ServerName;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long a server may take to accept a connection, and again to shake hands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many connections to one site are being made at a time. When a shift begins or a server is back everybody comes at
/// once, and a handshake costs the server more than anything else.
const AT_A_TIME: usize = 32;

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DialError {
    /// Refused, no route, no such name, or silence.
    Unreachable,
    /// The server is not who it should be, or there is no common encryption.
    Tls,
}

/// Makes connections to the servers of one site.
#[derive(Clone)]
pub(super) struct Dialler {
    tls: TlsConnector,
    turns: Arc<Semaphore>,
}

impl Dialler {
    pub(super) fn new(tls: TlsConnector) -> Self {
        Self { tls, turns: Arc::new(Semaphore::new(AT_A_TIME)) }
    }

    pub(super) async fn dial(&self, host: &str, port: u16) -> Result<TlsStream<TcpStream>, DialError> {
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await.map_err(|_| DialError::Unreachable)?;
        let unreachable = |error: io::Error| {
            tracing::info!(host, port, %error, "a Finesse server cannot be reached");
            DialError::Unreachable
        };
        let silent = |_| unreachable(io::ErrorKind::TimedOut.into());
        let socket = timeout(CONNECT_TIMEOUT, TcpStream::connect((host, port)))
            .await
            .map_err(silent)?
            .map_err(unreachable)?;
        // Requests are small, and somebody waits for each.
        let _ = socket.set_nodelay(true);
        let name = ServerName::try_from(host.to_owned()).map_err(|_| DialError::Unreachable)?;
        match timeout(CONNECT_TIMEOUT, self.tls.connect(name, socket)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                tracing::warn!(host, port, %error, "a Finesse server is not trusted; see `ca` in [[finesse]]");
                Err(DialError::Tls)
            }
            Ok(Err(error)) => Err(unreachable(error)),
            Err(silence) => Err(silent(silence)),
        }
    }
}
