//! Host names of registrars and contacts.

use crate::relay::Input;
use sidetone_sip::{Input as SipInput, QueryId};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a name server may take. SIP's own timers go on meanwhile.
const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) async fn resolve(query: QueryId, host: String, port: u16, inputs: mpsc::Sender<Input>) {
    // IPv6 literals stand in brackets in a URI, and without them in a look-up.
    let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let addresses: Vec<SocketAddr> = match timeout(TIMEOUT, lookup_host((name, port))).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => {
            tracing::info!(%error, "a SIP host name could not be looked up");
            Vec::new()
        }
        Err(_) => {
            tracing::info!("a SIP host name was not looked up in time");
            Vec::new()
        }
    };
    let input = if addresses.is_empty() {
        SipInput::Unresolved { query }
    } else {
        SipInput::Resolved { query, addresses }
    };
    // If the event loop is gone, so is everybody who could care.
    let _ = inputs.send(Input::Sip(input)).await;
}
