//! Host names of registrars, proxies, peers and contacts (RFC 3263).
//!
//! NAPTR and SRV are asked of the name servers that the system is configured for, addresses of the system itself, so
//! that its `hosts` file and name switch count.

use crate::relay::Input;
use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::{RData, RecordType};
use rand_chacha::ChaCha12Rng;
use rand_core::SeedableRng;
use sidetone_sip::{Input as SipInput, QueryId, Transport, order};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a name server may take for an address. SIP's own timers go on meanwhile.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long name servers may take for NAPTR and SRV, before the host is taken to have none.
const SERVICE_TIMEOUT: Duration = Duration::from_secs(2);
/// How many servers of a host are looked up; nobody waits for more to fail.
const MOST_SERVERS: usize = 8;

/// A question of the SIP machine.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) query: QueryId,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) transport: Transport,
}

/// Who knows the names.
#[derive(Clone)]
pub(super) struct Names {
    /// None: the system names no name server, so that there are addresses only.
    servers: Option<Arc<TokioResolver>>,
    /// Whether our sockets reach IPv4 addresses; else IPv6 ones.
    ipv4: bool,
}

impl Names {
    /// As the system is configured.
    pub(super) fn of_system(ipv4: bool) -> Self {
        let built = TokioResolver::builder_tokio().and_then(|mut builder| {
            builder.options_mut().timeout = SERVICE_TIMEOUT;
            builder.options_mut().attempts = 1;
            builder.build()
        });
        let servers = match built {
            Ok(resolver) => Some(Arc::new(resolver)),
            Err(error) => {
                tracing::info!(%error, "no name server is configured: SIP host names are looked up without SRV");
                None
            }
        };
        Self { servers, ipv4 }
    }

    /// Answers a question of the SIP machine.
    pub(super) async fn answer(self, question: Question, inputs: mpsc::Sender<Input>) {
        let query = question.query;
        let addresses = self.addresses(&question).await;
        let input = if addresses.is_empty() {
            tracing::info!("a SIP host name has no address");
            SipInput::Unresolved { query }
        } else {
            SipInput::Resolved { query, addresses }
        };
        // If the event loop is gone, so is everybody who could care.
        let _ = inputs.send(Input::Sip(input)).await;
    }

    /// The addresses of a host, in the order in which to try them.
    async fn addresses(&self, question: &Question) -> Vec<SocketAddr> {
        let servers = match question.port {
            Some(port) => vec![(question.host.clone(), port)],
            None => match self.services(question).await {
                servers if servers.is_empty() => {
                    vec![(question.host.clone(), question.transport.default_port())]
                }
                servers => servers,
            },
        };
        let mut addresses = Vec::new();
        for server in servers.into_iter().take(MOST_SERVERS) {
            let found = match timeout(TIMEOUT, lookup_host(server)).await {
                Ok(Ok(found)) => found.filter(|address| address.is_ipv4() == self.ipv4).collect(),
                Ok(Err(error)) => {
                    tracing::info!(%error, "a SIP host name could not be looked up");
                    Vec::new()
                }
                Err(_) => {
                    tracing::info!("a SIP host name was not looked up in time");
                    Vec::new()
                }
            };
            addresses.extend(found);
        }
        addresses
    }

    /// The servers that SRV records name, best first (RFC 3263 §4.1 and §4.2).
    async fn services(&self, Question { host, transport, .. }: &Question) -> Vec<(String, u16)> {
        let Some(servers) = self.servers.as_ref().filter(|_| host.contains('.')) else { return Vec::new() };
        let usual = format!("{}.{host}", usual_service(*transport));
        let (pointers, usual) = tokio::join!(ask(servers, host, RecordType::NAPTR), srv(servers, &usual));
        let records = match replacement(&pointers, *transport) {
            Some(named) => srv(servers, &named).await,
            None => usual,
        };
        // Without randomness the order by weight is always the same one, which still is a right one.
        let mut seed = [0; 32];
        if let Err(error) = getrandom::fill(&mut seed) {
            tracing::warn!(%error, "the system gives no random bytes: servers are tried in one order");
        }
        order(records, &mut ChaCha12Rng::from_seed(seed))
    }
}

/// Where SRV records stand if no NAPTR record says otherwise.
fn usual_service(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "_sip._udp",
        Transport::Tcp => "_sip._tcp",
        Transport::Tls => "_sips._tcp",
    }
}

/// The name of a transport in NAPTR records.
fn service(transport: Transport) -> &'static [u8] {
    match transport {
        Transport::Udp => b"SIP+D2U",
        Transport::Tcp => b"SIP+D2T",
        Transport::Tls => b"SIPS+D2T",
    }
}

/// Where the first NAPTR record of a transport says that the SRV records stand.
fn replacement(records: &[RData], transport: Transport) -> Option<String> {
    let fitting = records.iter().filter_map(|record| match record {
        RData::NAPTR(naptr) => Some(naptr),
        _ => None,
    });
    let fitting = fitting.filter(|naptr| {
        naptr.flags.eq_ignore_ascii_case(b"s") && naptr.services.eq_ignore_ascii_case(service(transport))
    });
    fitting
        .min_by_key(|naptr| (naptr.order, naptr.preference))
        .map(|naptr| naptr.replacement.to_ascii().trim_end_matches('.').to_owned())
}

async fn srv(servers: &TokioResolver, name: &str) -> Vec<(u16, u16, (String, u16))> {
    let records = ask(servers, name, RecordType::SRV).await;
    let records = records.into_iter().filter_map(|record| match record {
        // A single dot says that the service does not exist (RFC 2782).
        RData::SRV(srv) if !srv.target.is_root() => {
            let target = srv.target.to_ascii().trim_end_matches('.').to_owned();
            Some((srv.priority, srv.weight, (target, srv.port)))
        }
        _ => None,
    });
    records.collect()
}

async fn ask(servers: &TokioResolver, name: &str, kind: RecordType) -> Vec<RData> {
    // Complete names: the search list is for people.
    match timeout(SERVICE_TIMEOUT, servers.lookup(format!("{name}."), kind)).await {
        Ok(Ok(found)) => found.answers().iter().map(|record| record.data.clone()).collect(),
        Ok(Err(error)) => {
            tracing::debug!(%error, ?kind, "a host has no such records");
            Vec::new()
        }
        Err(_) => {
            tracing::debug!(?kind, "a host's records were not told in time");
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests;
