//! Listening, with a network in front that can be cut.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::faults::Network;

/// How much of a connection is on its way at most.
const BUFFER: usize = 64 * 1024;

/// Accepts connections until the task is ended; each is served behind the network.
pub(super) async fn accept<F, S>(listener: TcpListener, network: watch::Receiver<Network>, serve: F)
where
    F: Fn(DuplexStream) -> S + Send + Sync + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, most likely: others may be given back.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        if *network.borrow() == Network::Gone {
            continue;
        }
        let (outer, inner) = tokio::io::duplex(BUFFER);
        tokio::spawn(pass(stream, outer, network.clone()));
        tokio::spawn(serve(inner));
    }
}

/// Passes bytes on while the network is open, holds them while it is cut, ends all when the server is gone.
async fn pass(stream: TcpStream, inner: DuplexStream, mut network: watch::Receiver<Network>) {
    let _ = stream.set_nodelay(true);
    let gone = {
        let mut network = network.clone();
        async move { network.wait_for(|state| *state == Network::Gone).await.map(|_| ()) }
    };
    let _ = network.borrow_and_update();
    let (from_client, to_client) = stream.into_split();
    let (from_server, to_server) = tokio::io::split(inner);
    let both = async {
        tokio::join!(
            copy(from_client, to_server, network.clone()),
            copy(from_server, to_client, network.clone())
        );
    };
    tokio::select! {
        () = both => {}
        _ = gone => {}
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut network: watch::Receiver<Network>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await;
        if network.wait_for(|state| *state != Network::Cut).await.is_err() {
            return;
        }
        let Ok(read @ 1..) = read else { break };
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

/// Serves HTTP, and what it is upgraded to, behind TLS.
pub(super) async fn serve_https(stream: DuplexStream, tls: Arc<rustls::ServerConfig>, router: axum::Router) {
    let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await else { return };
    serve_http(stream, router).await;
}

/// Serves HTTP, and what it is upgraded to.
pub(super) async fn serve_http(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: axum::Router,
) {
    let service = hyper_util::service::TowerToHyperService::new(router);
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(hyper_util::rt::TokioIo::new(stream), service)
        .with_upgrades();
    // A client that goes away in the middle is no news.
    let _ = connection.await;
}

/// Binds a port, and says which it is.
pub(super) async fn bind(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
