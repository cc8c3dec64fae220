//! Host names of registrars, proxies, peers and contacts (RFC 3263).
//!
//! NAPTR and SRV are asked of the name servers that the system is configured for, addresses of the system itself, so
//! that its `hosts` file and name switch count.

use crate::relay::Input;
use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::rdata::NAPTR;
use hickory_resolver::proto::rr::{RData, RecordType};
use rand_chacha::ChaCha12Rng;
use rand_core::SeedableRng;
use sidetone_sip::{Hop, Input as SipInput, QueryId, Transport, order};
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

/// Where a host is, by a transport.
#[derive(Debug)]
pub(super) struct Question {
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

    /// Tells the SIP machine where a host is.
    pub(super) async fn answer(self, query: QueryId, question: Question, inputs: mpsc::Sender<Input>) {
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

    /// Tells the SIP machine by which transport and where a host is reached.
    pub(super) async fn answer_how(
        self,
        query: QueryId,
        host: String,
        transports: Vec<Transport>,
        inputs: mpsc::Sender<Input>,
    ) {
        let hops = self.hops(&host, &transports).await;
        let input = if hops.is_empty() {
            tracing::info!("a SIP host name has no address");
            SipInput::Unresolved { query }
        } else {
            SipInput::Located { query, hops }
        };
        // As above.
        let _ = inputs.send(Input::Sip(input)).await;
    }

    /// The ways to a host by any of these transports, in the order in which to try them (RFC 3263 §4.1).
    async fn hops(&self, host: &str, transports: &[Transport]) -> Vec<Hop> {
        // All are asked at once, since somebody waits for a call.
        let lookups = transports.iter().map(|transport| {
            let (names, host, transport) = (self.clone(), host.to_owned(), *transport);
            tokio::spawn(async move { (transport, names.services(&host, transport).await) })
        });
        let lookups: Vec<_> = lookups.collect();
        let mut servers = self.services_by_naptr(host, transports).await;
        if servers.is_empty() {
            for lookup in lookups {
                let (transport, found) = lookup.await.unwrap_or((Transport::Udp, Vec::new()));
                servers.extend(found.into_iter().map(|server| (transport, server)));
            }
        }
        if servers.is_empty() {
            let usual = transports.iter().take(1);
            servers = usual.map(|usual| (*usual, (host.to_owned(), usual.default_port()))).collect();
        }
        let mut hops = Vec::new();
        for (transport, server) in servers.into_iter().take(MOST_SERVERS) {
            let found = self.look_up(server).await;
            hops.extend(found.into_iter().map(|address| Hop { transport, address }));
        }
        hops
    }

    /// The addresses of a host, in the order in which to try them.
    async fn addresses(&self, question: &Question) -> Vec<SocketAddr> {
        let servers = match question.port {
            Some(port) => vec![(question.host.clone(), port)],
            None => match self.services_of(question).await {
                servers if servers.is_empty() => {
                    vec![(question.host.clone(), question.transport.default_port())]
                }
                servers => servers,
            },
        };
        let mut addresses = Vec::new();
        for server in servers.into_iter().take(MOST_SERVERS) {
            addresses.extend(self.look_up(server).await);
        }
        addresses
    }

    /// The addresses of one server.
    async fn look_up(&self, server: (String, u16)) -> Vec<SocketAddr> {
        match timeout(TIMEOUT, lookup_host(server)).await {
            Ok(Ok(found)) => found.filter(|address| address.is_ipv4() == self.ipv4).collect(),
            Ok(Err(error)) => {
                tracing::info!(%error, "a SIP host name could not be looked up");
                Vec::new()
            }
            Err(_) => {
                tracing::info!("a SIP host name was not looked up in time");
                Vec::new()
            }
        }
    }

    /// The servers of a host for one transport, best first: those that its NAPTR records lead to, else those of the usual
    /// place (RFC 3263 §4.1 and §4.2).
    async fn services_of(&self, Question { host, transport, .. }: &Question) -> Vec<(String, u16)> {
        let one = [*transport];
        let (named, usual) =
            tokio::join!(self.services_by_naptr(host, &one), self.services(host, *transport));
        if named.is_empty() { usual } else { named.into_iter().map(|(_, server)| server).collect() }
    }

    /// The servers that NAPTR records lead to, best first, with their transport.
    async fn services_by_naptr(
        &self,
        host: &str,
        transports: &[Transport],
    ) -> Vec<(Transport, (String, u16))> {
        let Some(servers) = self.servers_of(host) else { return Vec::new() };
        let pointers = ask(servers, host, RecordType::NAPTR).await;
        let mut named = Vec::new();
        for (transport, place) in replacements(&pointers, transports) {
            let found = ordered(srv(servers, &place).await);
            named.extend(found.into_iter().map(|server| (transport, server)));
        }
        named
    }

    /// The servers of a transport at the usual place, best first.
    async fn services(&self, host: &str, transport: Transport) -> Vec<(String, u16)> {
        let Some(servers) = self.servers_of(host) else { return Vec::new() };
        ordered(srv(servers, &format!("{}.{host}", usual_service(transport))).await)
    }

    /// Who knows the records of a host. A name without a dot is of this site only, and has none.
    fn servers_of(&self, host: &str) -> Option<&TokioResolver> {
        self.servers.as_deref().filter(|_| host.contains('.'))
    }
}

/// Servers in the order in which to try them.
fn ordered(records: Vec<(u16, u16, (String, u16))>) -> Vec<(String, u16)> {
    // Without randomness the order by weight is always the same one, which still is a right one.
    let mut seed = [0; 32];
    if let Err(error) = getrandom::fill(&mut seed) {
        tracing::warn!(%error, "the system gives no random bytes: servers are tried in one order");
    }
    order(records, &mut ChaCha12Rng::from_seed(seed))
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

/// Where NAPTR records say that the SRV records of these transports stand, best first.
fn replacements(records: &[RData], transports: &[Transport]) -> Vec<(Transport, String)> {
    let mut fitting: Vec<_> = records
        .iter()
        .filter_map(|record| match record {
            RData::NAPTR(naptr) if naptr.flags.eq_ignore_ascii_case(b"s") => {
                let fits = |own: &&Transport| naptr.services.eq_ignore_ascii_case(service(**own));
                Some((naptr, *transports.iter().find(fits)?))
            }
            _ => None,
        })
        .collect();
    fitting.sort_by_key(|(naptr, _)| (naptr.order, naptr.preference));
    // Once a record fits, those of a higher order are none of ours (RFC 3403 §4.1).
    let first = fitting.first().map(|(naptr, _)| naptr.order);
    let fitting = fitting.into_iter().take_while(|(naptr, _)| Some(naptr.order) == first);
    let place = |naptr: &NAPTR| naptr.replacement.to_ascii().trim_end_matches('.').to_owned();
    fitting.map(|(naptr, transport)| (transport, place(naptr))).collect()
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
