//! A phone line: its configuration, its name towards the network, its credentials.

use crate::digest::{Challenge, Login, Subject};
use crate::message::{Host, NameAddr, Request, SipUri, Uri, escape_user, name};
use crate::random::At;
use crate::registration::Registration;
use crate::transport::{Destination, Net};
use crate::{Account, Error, Transport};
use serde::{Deserialize, Serialize};

/// A line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) config: Account,
    aor: SipUri,
    registrar: SipUri,
    proxy: Option<SipUri>,
    /// The user part of our Contact, which nobody can guess: requests to it are for this line.
    pub(crate) token: String,
    /// The last challenge of each realm, with how often its nonce was used.
    credentials: Vec<(Challenge, u32)>,
    pub(crate) registration: Registration,
}

fn sip_uri(text: &str) -> Result<SipUri, Error> {
    match text.parse() {
        // There is no TLS here, and sips: must not go without it.
        Ok(Uri::Sip(uri)) if !uri.secure => Ok(uri),
        Ok(_) | Err(_) => Err(Error::BadAddress(text.to_owned())),
    }
}

impl Line {
    pub(crate) fn new(at: &mut At<'_>, config: Account) -> Result<Self, Error> {
        let mut aor = sip_uri(&config.address_of_record)?;
        if aor.user.is_none() {
            return Err(Error::BadAddress(config.address_of_record));
        }
        (aor.params, aor.headers) = Default::default();
        let registrar = match &config.registrar {
            Some(registrar) => sip_uri(registrar)?,
            None => SipUri { user: None, ..aor.clone() },
        };
        let proxy = config.outbound_proxy.as_deref().map(sip_uri).transpose()?;
        let registration = Registration::new(at, config.expires);
        let token = at.token(20);
        Ok(Self { config, aor, registrar, proxy, token, credentials: Vec::new(), registration })
    }

    /// Takes over a changed configuration; the name towards the network stays.
    pub(crate) fn reconfigure(&mut self, fresh: Self) {
        let mut registration = self.registration.clone();
        registration.expires = fresh.registration.expires;
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

    /// The registrar as a Request-URI.
    pub(crate) fn registrar(&self) -> Uri {
        Uri::Sip(SipUri { user: None, ..self.registrar.clone() })
    }

    /// Our Contact in messages over a transport.
    pub(crate) fn contact(&self, net: &Net, transport: Transport) -> Option<NameAddr> {
        let local = net.local(transport)?;
        let parameter = match transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
        };
        format!("<sip:{}@{local}{parameter}>", self.token).parse().ok()
    }

    /// What was dialled, as a Request-URI.
    pub(crate) fn target(&self, dialled: &str) -> Result<Uri, Error> {
        let bad = || Error::BadAddress(dialled.to_owned());
        let dialled = dialled.trim();
        let lower = dialled.to_ascii_lowercase();
        if lower.starts_with("sip:") || lower.starts_with("sips:") {
            return sip_uri(dialled).map(Uri::Sip);
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
            return sip_uri(&format!("sip:{dialled}")).map(Uri::Sip);
        }
        if dialled.is_empty() || dialled.contains(|c: char| c.is_control() || "<>\"".contains(c)) {
            return Err(bad());
        }
        Ok(Uri::Sip(self.at_own_domain(dialled)))
    }

    fn at_own_domain(&self, user: &str) -> SipUri {
        SipUri { user: Some(escape_user(user)), ..self.aor.clone() }
    }

    /// Where a request outside of a dialog goes first.
    pub(crate) fn first_hop(&self, uri: &Uri) -> Option<Destination> {
        let at_home = uri.as_sip().is_some_and(|uri| uri.host == self.aor.host && uri.port == self.aor.port);
        let next = match &self.proxy {
            Some(proxy) => &Uri::Sip(proxy.clone()),
            None if at_home => &Uri::Sip(self.registrar.clone()),
            None => uri,
        };
        Destination::of_uri(next, self.config.transport)
    }

    /// Whether a Request-URI or To is this line's.
    pub(crate) fn is_called(&self, uri: &Uri) -> bool {
        let Some(user) = uri.user() else { return false };
        Some(&user) == self.aor.user().as_ref() || Some(&user) == self.config.auth_user.as_ref()
    }

    /// Keeps challenges for this and later requests.
    pub(crate) fn learn(&mut self, challenges: Vec<Challenge>) {
        for challenge in challenges {
            let same = |c: &Challenge| c.realm == challenge.realm && c.proxy == challenge.proxy;
            self.credentials.retain(|(known, _)| !same(known));
            self.credentials.push((challenge, 0));
            // A line talks to its registrar and perhaps a proxy or two; more realms are noise.
            if self.credentials.len() > 8 {
                self.credentials.remove(0);
            }
        }
    }

    /// Puts the answers to known challenges into a request: to those that `asked` picks, since an answer that
    /// reaches somebody who did not ask lets them guess the password at leisure.
    pub(crate) fn authorise(
        &mut self,
        at: &mut At<'_>,
        request: &mut Request,
        asked: impl Fn(&Challenge) -> bool,
    ) {
        request.headers.remove(name::AUTHORIZATION);
        request.headers.remove(name::PROXY_AUTHORIZATION);
        let default_user = self.aor.user().unwrap_or_default();
        let login = Login {
            user: self.config.auth_user.as_ref().unwrap_or(&default_user),
            password: &self.config.password,
        };
        let (method, uri) = (request.method.to_string(), request.uri.to_string());
        for (challenge, count) in self.credentials.iter_mut().filter(|(challenge, _)| asked(challenge)) {
            *count += 1;
            let subject = Subject { method: &method, uri: &uri, body: &request.body };
            let answer = challenge.answer(&login, &subject, *count, &at.token(16));
            request.headers.push(challenge.header(), answer);
        }
    }

    /// Whether a host is the line's own domain; others may not be told by number alone.
    pub(crate) fn domain(&self) -> &Host {
        &self.aor.host
    }
}
