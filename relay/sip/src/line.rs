//! A phone line: its configuration, its name towards the network, its credentials.

mod credentials;

use crate::digest::Challenge;
use crate::message::{Host, NameAddr, SipUri, Uri, escape_user};
use crate::random::At;
use crate::registration::Registration;
use crate::transport::{Destination, Net, Path, Reach};
use crate::trunk::Trunk;
use crate::{Account, Error, Kind, Transport, TrunkId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// A line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) config: Account,
    /// How hosts are reached.
    pub(crate) reach: Reach,
    aor: SipUri,
    /// The registrar, then those to go to while it is away.
    registrars: Vec<SipUri>,
    proxy: Option<SipUri>,
    /// The user part of our Contact, which nobody can guess: requests to it are for this line.
    pub(crate) token: String,
    /// The last challenge of each realm, with how often its nonce was used.
    credentials: Vec<(Challenge, u32)>,
    pub(crate) registration: Registration,
}

fn sip_uri(text: &str, transport: Option<Transport>) -> Result<SipUri, Error> {
    match text.parse() {
        // sips: must not go without TLS.
        Ok(Uri::Sip(uri)) if !uri.secure || transport.is_none_or(|named| named == Transport::Tls) => Ok(uri),
        Ok(_) | Err(_) => Err(Error::BadAddress(text.to_owned())),
    }
}

/// A URI as a loose route (RFC 3261 §19.1.1).
fn loose(uri: &SipUri) -> NameAddr {
    let mut uri = SipUri { user: None, ..uri.clone() };
    uri.params.set("lr", None);
    NameAddr::new(Uri::Sip(uri))
}

fn hex_digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'))
}

impl Line {
    pub(crate) fn new(at: &mut At<'_>, config: Account, reach: Reach) -> Result<Self, Error> {
        let sip_uri = |text: &str| sip_uri(text, config.transport);
        let mut aor = sip_uri(&config.address_of_record)?;
        if aor.user.is_none() {
            return Err(Error::BadAddress(config.address_of_record));
        }
        (aor.params, aor.headers) = Default::default();
        let registrar = match &config.registrar {
            Some(registrar) => sip_uri(registrar)?,
            None => SipUri { user: None, ..aor.clone() },
        };
        let mut registrars = vec![registrar];
        for further in &config.further_registrars {
            registrars.push(sip_uri(further)?);
        }
        let proxy = config.outbound_proxy.as_deref().map(sip_uri).transpose()?;
        let registration = Registration::new(at, config.expires);
        let token = at.token(20);
        Ok(Self { config, reach, aor, registrars, proxy, token, credentials: Vec::new(), registration })
    }

    /// Takes over a changed configuration; the name towards the network stays.
    pub(crate) fn reconfigure(&mut self, fresh: Self) {
        let mut registration = self.registration.clone();
        registration.expires = fresh.registration.expires;
        // The registrars may be others now.
        registration.start_over();
        let token = std::mem::take(&mut self.token);
        *self = Self { token, registration, ..fresh };
    }

    /// From and To of our requests outside of dialogs.
    pub(crate) fn identity(&self) -> NameAddr {
        NameAddr {
            display_name: self.config.display_name.clone(),
            ..NameAddr::new(Uri::Sip(self.aor.clone()))
        }
    }

    /// The trunk that the line hangs on.
    pub(crate) fn trunk(&self) -> Option<TrunkId> {
        match self.config.kind {
            Kind::Trunk(trunk) => Some(trunk),
            Kind::Line | Kind::Proxy => None,
        }
    }

    /// Takes over what the trunk of a line says.
    pub(crate) fn join(&mut self, trunk: &Trunk, domain: Host) {
        self.aor = SipUri { host: domain, port: None, ..self.aor.clone() };
        self.config.password = trunk.password.clone();
        self.config.auth_user = trunk.auth_user.clone();
    }

    /// How many registrars there are.
    pub(crate) fn registrar_count(&self) -> usize {
        self.registrars.len()
    }

    fn registrar_uri(&self) -> &SipUri {
        // There is always the first one, which stands in for one that is configured no more.
        self.registrars.get(self.registration.registrar).unwrap_or(&self.registrars[0])
    }

    /// The registrar that is used now, as a Request-URI.
    pub(crate) fn registrar(&self) -> Uri {
        Uri::Sip(SipUri { user: None, ..self.registrar_uri().clone() })
    }

    /// The first registrar, as a Request-URI and as a destination.
    pub(crate) fn first_registrar(&self) -> Option<(Uri, Destination)> {
        let uri = Uri::Sip(SipUri { user: None, ..self.registrars.first()?.clone() });
        let destination = Destination::of_uri(&uri, self.reach)?;
        Some((uri, destination))
    }

    /// Where a REGISTER goes: the way of the last one while that holds, so that a refresh meets the same server.
    pub(crate) fn registrar_hop(&self) -> Option<Destination> {
        if let Some(path) = self.registered_path() {
            return Some(Destination::along(path, Some(self.registered_name())));
        }
        let next = Uri::Sip(self.proxy.as_ref().unwrap_or(self.registrar_uri()).clone());
        let mut destination = Destination::of_uri(&next, self.reach)?;
        destination.skip = self.registration.failures;
        Some(destination)
    }

    /// The way of the last REGISTER that was granted, while it can be used.
    fn registered_path(&self) -> Option<Path> {
        let registered = self.registration.until.is_some();
        let usable = |path: &Path| self.reach.by_name || path.transport == self.reach.transport;
        self.registration.path.filter(usable).filter(|_| registered)
    }

    /// The name that the way of the last REGISTER was found by.
    fn registered_name(&self) -> String {
        match &self.proxy.as_ref().unwrap_or(self.registrar_uri()).host {
            Host::Ip(address) => address.to_string(),
            Host::Name(name) => name.clone(),
        }
    }

    /// Whether requests to the line may come from an address: from where it is registered, or is to be.
    pub(crate) fn is_served_from(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        self.config.kind.registers()
            && (self.registration.path.is_some_and(|path| path.remote.ip().to_canonical() == source)
                || self.registrars.iter().chain(&self.proxy).any(|uri| uri.host == Host::Ip(source)))
    }

    /// The preloaded route of a REGISTER, best put before all other headers: the proxy, unless it is the
    /// registrar itself.
    pub(crate) fn register_route(&self) -> Option<NameAddr> {
        let proxy = self.proxy.as_ref().filter(|_| self.config.kind == Kind::Proxy)?;
        let registrar = self.registrar_uri();
        ((&proxy.host, proxy.port) != (&registrar.host, registrar.port)).then(|| loose(proxy))
    }

    /// The preloaded route of other requests outside of dialogs: the proxy, then what the registrar told by
    /// Service-Route (RFC 3608 §5).
    pub(crate) fn routes(&self) -> Vec<NameAddr> {
        if self.config.kind != Kind::Proxy {
            return Vec::new();
        }
        let service = &self.registration.service_route;
        let first = service.first().and_then(|route| route.uri.as_sip());
        let told = |proxy: &&SipUri| first.is_some_and(|r| (&r.host, r.port) == (&proxy.host, proxy.port));
        let proxy = self.proxy.iter().filter(|proxy| !told(proxy)).map(loose);
        proxy.chain(service.iter().cloned()).collect()
    }

    /// Our Contact in messages over a transport.
    pub(crate) fn contact(&self, net: &Net, transport: Transport) -> Option<NameAddr> {
        let local = net.local(transport)?;
        let scheme = if self.aor.secure { "sips" } else { "sip" };
        // A sips URI means TLS by itself, and `transport=tls` is not for it (RFC 5630 §3.1.4).
        let parameter = if self.aor.secure { "" } else { transport.parameter() };
        // RFC 5626 §4.3: requests to this Contact are to come over the registered flow.
        let flow = if self.config.kind == Kind::Proxy && self.registration.outbound { ";ob" } else { "" };
        format!("<{scheme}:{}@{local}{parameter}{flow}>", self.token).parse().ok()
    }

    /// The Contact to register over a transport.
    pub(crate) fn binding(&self, net: &Net, transport: Transport) -> Option<NameAddr> {
        let mut contact = self.contact(net, transport)?;
        if let Uri::Sip(uri) = &mut contact.uri {
            uri.params.remove("ob");
        }
        if self.config.kind == Kind::Proxy && !self.registration.no_outbound {
            // RFC 5626 §4.2: the same flow of the same device, also after a restart.
            contact.params.set("reg-id", Some("1".into()));
            contact.params.set("+sip.instance", Some(format!("\"<{}>\"", self.instance())));
        }
        Some(contact)
    }

    /// The name of this device for good (RFC 5626 §4.1): a UUID of version 8 (RFC 9562 §5.8) out of the address of
    /// record, so that no process has to remember it.
    fn instance(&self) -> String {
        let digest = Sha256::digest(format!("sidetone {}", self.aor));
        let mut hex: Vec<char> = digest.iter().take(16).flat_map(|b| hex_digits(*b)).collect();
        for (place, digit) in [(12, '8'), (16, 'a')] {
            if let Some(character) = hex.get_mut(place) {
                *character = digit;
            }
        }
        let part = |from: usize, to: usize| hex.iter().take(to).skip(from).collect::<String>();
        format!("urn:uuid:{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }

    /// What was dialled, as a Request-URI.
    pub(crate) fn target(&self, dialled: &str) -> Result<Uri, Error> {
        let bad = || Error::BadAddress(dialled.to_owned());
        let dialled = dialled.trim();
        let lower = dialled.to_ascii_lowercase();
        if lower.starts_with("sip:") || lower.starts_with("sips:") {
            return sip_uri(dialled, self.config.transport).map(Uri::Sip);
        }
        if lower.starts_with("tel:") {
            let number = dialled.parse::<Uri>().ok().and_then(|uri| uri.user()).ok_or_else(bad)?;
            let mut uri = self.at_own_domain(&number);
            uri.params.set("user", Some("phone".into()));
            return Ok(Uri::Sip(uri));
        }
        if let Some((user, _)) = dialled.split_once('@') {
            if user.contains(':') {
                // Another scheme, or a password that has no place here.
                return Err(bad());
            }
            return sip_uri(&format!("sip:{dialled}"), self.config.transport).map(Uri::Sip);
        }
        if dialled.is_empty() || dialled.contains(|c: char| c.is_control() || "<>\"".contains(c)) {
            return Err(bad());
        }
        Ok(Uri::Sip(self.at_own_domain(dialled)))
    }

    fn at_own_domain(&self, user: &str) -> SipUri {
        SipUri { user: Some(escape_user(user)), ..self.aor.clone() }
    }

    /// Whether a request to a URI goes to the line's own telephone system.
    pub(crate) fn is_home(&self, uri: &Uri) -> bool {
        let at_registrar = |uri: &SipUri| self.registrars.iter().any(|registrar| registrar.host == uri.host);
        let named = uri.as_sip().is_some_and(|uri| uri.host == self.aor.host || at_registrar(uri));
        // Behind a proxy nothing goes anywhere else.
        named || self.proxy.is_some()
    }

    /// Where a request outside of a dialog goes first.
    pub(crate) fn first_hop(&self, uri: &Uri) -> Option<Destination> {
        let at_home = uri.as_sip().is_some_and(|uri| uri.host == self.aor.host && uri.port == self.aor.port);
        if self.proxy.is_none() && !at_home {
            return Destination::of_uri(uri, self.reach);
        }
        // Where it is registered, over the same connection: CUCM knows the line by it.
        if let Some(path) = self.registered_path() {
            return Some(Destination::along(path, Some(self.registered_name())));
        }
        let next = self.proxy.as_ref().unwrap_or(self.registrar_uri());
        Destination::of_uri(&Uri::Sip(next.clone()), self.reach)
    }

    /// Whether a Request-URI or To is this line's.
    pub(crate) fn is_called(&self, uri: &Uri) -> bool {
        let Some(user) = uri.user() else { return false };
        if self.trunk().is_some() {
            return Some(user) == self.aor.user();
        }
        Some(&user) == self.aor.user().as_ref() || Some(&user) == self.config.auth_user.as_ref()
    }

    /// Whether a host is the line's own domain; others may not be told by number alone.
    pub(crate) fn domain(&self) -> &Host {
        &self.aor.host
    }
}
