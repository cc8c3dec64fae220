//! Dialogs (RFC 3261 §12).

use crate::Transport;
use crate::message::{Headers, Method, NameAddr, Request, Response, Uri, name};
use crate::transport::{Destination, Net, Path, Reach};
use serde::{Deserialize, Serialize};

/// One dialog, early or confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dialog {
    pub(crate) call_id: String,
    /// Our side, with our tag.
    pub(crate) local: NameAddr,
    /// The other side, with its tag unless it is of RFC 2543.
    pub(crate) remote: NameAddr,
    /// The other side's Contact.
    pub(crate) target: Uri,
    /// The route set, in the order of our requests.
    pub(crate) routes: Vec<NameAddr>,
    pub(crate) local_cseq: u32,
    pub(crate) remote_cseq: Option<u32>,
    /// The way the first messages went.
    pub(crate) path: Option<Path>,
}

impl Dialog {
    /// Seen from the caller: by a response to its INVITE (§12.1.2). None: the response lacks what is needed.
    pub(crate) fn of_response(invite: &Request, response: &Response, path: Option<Path>) -> Option<Self> {
        let (request, answer) = (invite.head().ok()?, response.head()?);
        let mut routes = name_addrs(&response.headers, name::RECORD_ROUTE);
        routes.reverse();
        Some(Self {
            call_id: request.call_id,
            local: request.from,
            remote: answer.to,
            target: contact(&response.headers).unwrap_or_else(|| invite.uri.clone()),
            routes,
            local_cseq: request.cseq.number,
            remote_cseq: None,
            path,
        })
    }

    /// Seen from the called party: by an INVITE (§12.1.1). None: it lacks what is needed.
    pub(crate) fn of_request(invite: &Request, local_tag: &str, path: Path) -> Option<Self> {
        let head = invite.head().ok()?;
        let mut local = head.to;
        local.params.set("tag", Some(local_tag.to_owned()));
        Some(Self {
            call_id: head.call_id,
            local,
            remote: head.from,
            target: contact(&invite.headers)?,
            routes: name_addrs(&invite.headers, name::RECORD_ROUTE),
            local_cseq: 0,
            remote_cseq: Some(head.cseq.number),
            path: Some(path),
        })
    }

    pub(crate) fn remote_tag(&self) -> &str {
        self.remote.tag().unwrap_or_default()
    }

    /// A request inside the dialog, without Via (§12.2.1.1). An ACK gets the number of its INVITE by
    /// [`Self::ack`] instead.
    pub(crate) fn request(&mut self, method: Method) -> Request {
        self.local_cseq += 1;
        self.numbered(method, self.local_cseq)
    }

    /// The ACK of a 2xx (§13.2.2.4); it carries the credentials of the INVITE (§22.1).
    pub(crate) fn ack(&self, invite: &Request, number: u32) -> Request {
        let mut ack = self.numbered(Method::ACK, number);
        for name in [name::AUTHORIZATION, name::PROXY_AUTHORIZATION] {
            invite.headers.all(name).for_each(|value| ack.headers.push(name, value));
        }
        ack
    }

    fn numbered(&self, method: Method, number: u32) -> Request {
        let mut headers = Headers::new();
        headers.push(name::MAX_FORWARDS, "70");
        let strict = self.routes.first().filter(|first| !is_loose(first));
        let uri = match strict {
            // A strict router wants itself in the Request-URI and the target as the last route.
            Some(first) => {
                self.routes.iter().skip(1).for_each(|route| headers.push(name::ROUTE, route.to_string()));
                headers.push(name::ROUTE, format!("<{}>", self.target));
                without_method_parameter(first.uri.clone())
            }
            None => {
                self.routes.iter().for_each(|route| headers.push(name::ROUTE, route.to_string()));
                self.target.clone()
            }
        };
        headers.push(name::FROM, self.local.to_string());
        headers.push(name::TO, self.remote.to_string());
        headers.push(name::CALL_ID, self.call_id.as_str());
        headers.push(name::CSEQ, format!("{number} {method}"));
        Request { method, uri, headers, body: Vec::new() }
    }

    /// Where requests go. None: the other side cannot be reached by SIP.
    pub(crate) fn destination(&self, transport: Transport) -> Option<Destination> {
        let next = self.routes.first().map_or(&self.target, |route| &route.uri);
        let mut destination = Destination::of_uri(next, Reach::over(transport))?;
        destination.prefer = self.path.filter(|path| Net::transport_of(*path) == destination.transport);
        Some(destination)
    }

    /// Takes over the Contact of a request or response that refreshes the target (§12.2).
    pub(crate) fn refresh_target(&mut self, headers: &Headers) {
        if let Some(target) = contact(headers) {
            self.target = target;
        }
    }
}

fn is_loose(route: &NameAddr) -> bool {
    route.uri.as_sip().is_some_and(|uri| uri.params.has("lr"))
}

fn without_method_parameter(mut uri: Uri) -> Uri {
    if let Uri::Sip(sip) = &mut uri {
        sip.params.remove("method");
        sip.headers = None;
    }
    uri
}

fn contact(headers: &Headers) -> Option<Uri> {
    let uri = headers.first(name::CONTACT)?.parse::<NameAddr>().ok()?.uri;
    matches!(uri, Uri::Sip(_)).then_some(uri)
}

fn name_addrs(headers: &Headers, name: &str) -> Vec<NameAddr> {
    headers.all(name).filter_map(|value| value.parse().ok()).collect()
}
