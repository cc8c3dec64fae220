//! TLS for SIP connections: whom we trust, and how we show who we are.

use crate::certificate;
use crate::config::Sip;
use anyhow::{Context, Result};
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::ServerName;
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

/// Both ends of TLS.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    /// None: there is no certificate to show to those who connect.
    acceptor: Option<TlsAcceptor>,
}

impl Tls {
    /// By the configuration.
    ///
    /// # Errors
    ///
    /// If a configured file cannot be read or does not fit another one; the text names it.
    pub(super) fn new(config: &Sip) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = Arc::new(certificate::roots(config.ca.as_deref())?.0);
        let identity = match (&config.certificate, &config.key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) | (Some(_), None) | (None, Some(_)) => None,
        };
        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(Arc::clone(&roots));
        let Some((certificate, key)) = identity else {
            let connector = TlsConnector::from(Arc::new(client.with_no_client_auth()));
            return Ok(Self { connector, acceptor: None });
        };
        let (chain, private) = certificate::read_identity(certificate, key)?;
        let mismatch = || certificate::mismatch(certificate, key);
        let client =
            client.with_client_auth_cert(chain.clone(), private.clone_key()).with_context(mismatch)?;
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let server = if config.require_client_certificate {
            server.with_client_cert_verifier(client_verifier(roots, provider)?)
        } else {
            server.with_no_client_auth()
        };
        let server = server.with_single_cert(chain, private).with_context(mismatch)?;
        Ok(Self {
            connector: TlsConnector::from(Arc::new(client)),
            acceptor: Some(TlsAcceptor::from(Arc::new(server))),
        })
    }

    /// Whether others can connect to us.
    pub(super) fn can_accept(&self) -> bool {
        self.acceptor.is_some()
    }

    /// Shakes hands with a server, which has to have a certificate for the host (RFC 5922 §7).
    pub(super) async fn connect(
        &self,
        host: &str,
        socket: TcpStream,
    ) -> io::Result<client::TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        self.connector.connect(name, socket).await
    }

    /// Shakes hands with a client.
    pub(super) async fn accept(&self, socket: TcpStream) -> io::Result<server::TlsStream<TcpStream>> {
        let Some(acceptor) = &self.acceptor else {
            return Err(io::Error::other("there is no certificate to show"));
        };
        acceptor.accept(socket).await
    }
}

fn client_verifier(
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>> {
    WebPkiClientVerifier::builder_with_provider(roots, provider)
        .build()
        .context("`sip.require_client_certificate` needs certificates to trust; set `sip.ca`")
}
