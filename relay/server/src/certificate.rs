//! The certificate of the HTTPS port: the configured one, or one the relay makes for itself.

use crate::config::Http;
use anyhow::{Context, Result};
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The TLS configuration of the HTTPS port.
///
/// # Errors
///
/// If the configured files cannot be read or do not fit together, or the data folder cannot be written.
pub(crate) fn tls_config(http: &Http, data_dir: &Path) -> Result<Arc<ServerConfig>> {
    let (certificate, key) = match (&http.certificate, &http.key) {
        (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
        (None, None) | (Some(_), None) | (None, Some(_)) => self_signed(http, data_dir)?,
    };
    let (chain, private) = read_identity(&certificate, &key)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .with_context(|| mismatch(&certificate, &key))?;
    // WebSockets need HTTP/1.1; HTTP/2 would need extended CONNECT on both sides.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Reads a certificate chain and its private key.
///
/// # Errors
///
/// If a file cannot be read; the text names it.
pub(crate) fn read_identity(
    certificate: &Path,
    key: &Path,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| {
        format!("cannot read the certificate {}; it must be a PEM file", certificate.display())
    })?;
    let private = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("cannot read the private key {}; it must be a PEM file", key.display()))?;
    Ok((chain, private))
}

/// Where Debian and Red Hat keep the certificates that the system trusts.
const SYSTEM_ROOTS: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// The certificates that we trust: those of the file, or else the system's. They come twice, as what vouches for others
/// and as they are.
///
/// # Errors
///
/// If the file cannot be read or holds something that cannot be used; the text names it.
pub(crate) fn roots(ca: Option<&Path>) -> Result<(RootCertStore, Vec<CertificateDer<'static>>)> {
    let file = match ca {
        Some(file) => Some(file.to_owned()),
        None => SYSTEM_ROOTS.iter().map(PathBuf::from).find(|file| file.exists()),
    };
    let mut roots = RootCertStore::empty();
    let Some(file) = file else { return Ok((roots, Vec::new())) };
    let certificates = CertificateDer::pem_file_iter(&file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot read the certificates {}; it must be a PEM file", file.display()))?;
    let (_, unusable) = roots.add_parsable_certificates(certificates.iter().cloned());
    if unusable > 0 && ca.is_some() {
        anyhow::bail!("{} holds {unusable} certificates that cannot be used", file.display());
    }
    Ok((roots, certificates))
}

/// What is wrong when a key is not the certificate's.
pub(crate) fn mismatch(certificate: &Path, key: &Path) -> String {
    format!("the certificate {} and the key {} do not fit together", certificate.display(), key.display())
}

/// The self-signed certificate: made at the first start and kept, so that a browser has to be told only once.
fn self_signed(http: &Http, data_dir: &Path) -> Result<(PathBuf, PathBuf)> {
    let certificate = data_dir.join("certificate.pem");
    let key = data_dir.join("key.pem");
    if certificate.exists() && key.exists() {
        return Ok((certificate, key));
    }
    fs::create_dir_all(data_dir).with_context(|| {
        format!(
            "cannot make the data folder {}; set `data_dir` to one that can be written",
            data_dir.display()
        )
    })?;
    let made = rcgen::generate_simple_self_signed(http.names.clone())
        .context("cannot make a certificate; check `http.names`")?;
    fs::write(&certificate, made.cert.pem())
        .with_context(|| format!("cannot write {}", certificate.display()))?;
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&key)
        .and_then(|mut file| file.write_all(made.signing_key.serialize_pem().as_bytes()))
        .with_context(|| format!("cannot write {}", key.display()))?;
    tracing::info!(file = %certificate.display(), "made a self-signed certificate; browsers will ask whether to trust it");
    Ok((certificate, key))
}
