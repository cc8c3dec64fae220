//! The messages that belong to a request of ours.

use super::Client;
use crate::message::{Headers, Host, Method, NameAddr, Request, Response, Uri, Via, name};
use crate::transport::Net;
use crate::{Time, Transport};

impl Client {
    /// The CANCEL of an INVITE, with the branch of both (RFC 3261 §9.1).
    pub(super) fn cancellation(&self, reason: Option<&str>) -> Option<(Request, String)> {
        let mut headers = Headers::new();
        let copied = [name::VIA, name::ROUTE, name::MAX_FORWARDS, name::FROM, name::TO, name::CALL_ID];
        for name in copied {
            let values = self.request.headers.all(name);
            // Only our own Via: nobody else had his hand on the request.
            values.for_each(|value| headers.push(name, value));
        }
        let head = self.request.head().ok()?;
        headers.push(name::CSEQ, format!("{} CANCEL", head.cseq.number));
        if let Some(reason) = reason {
            headers.push(name::REASON, reason);
        }
        let request =
            Request { method: Method::CANCEL, uri: self.request.uri.clone(), headers, body: Vec::new() };
        Some((request, head.via.branch().unwrap_or_default().to_owned()))
    }

    /// Writes Via and our Contact for a transport.
    pub(super) fn write_for(&mut self, net: &Net, transport: Transport) {
        let headers = &mut self.request.headers;
        let branch =
            headers.first(name::VIA).and_then(|via| via.parse::<Via>().ok()?.branch().map(str::to_owned));
        headers.replace_first(name::VIA, via(net, transport, &branch.unwrap_or_default()));
        let contact = headers.first(name::CONTACT).and_then(|contact| contact.parse::<NameAddr>().ok());
        let (Some(mut contact), Some(local)) = (contact, net.local(transport)) else { return };
        if let Uri::Sip(uri) = &mut contact.uri {
            (uri.host, uri.port) = (Host::Ip(local.ip()), Some(local.port()));
            transport.name_in(&mut uri.params);
        }
        headers.replace_first(name::CONTACT, contact.to_string());
    }

    /// The ACK to a final response other than 2xx belongs to the transaction (RFC 3261 §17.1.1.3).
    pub(super) fn acknowledge_failure(&mut self, net: &mut Net, now: Time, response: &Response) {
        let mut headers = Headers::new();
        for name in [name::VIA, name::ROUTE, name::MAX_FORWARDS, name::FROM] {
            self.request.headers.all(name).for_each(|value| headers.push(name, value));
        }
        if let Some(to) = response.headers.first(name::TO) {
            headers.push(name::TO, to);
        }
        if let Some(call_id) = self.request.headers.first(name::CALL_ID) {
            headers.push(name::CALL_ID, call_id);
        }
        let Some(number) = self.request.headers.first(name::CSEQ).and_then(|c| c.split_whitespace().next())
        else {
            return;
        };
        headers.push(name::CSEQ, format!("{number} ACK"));
        let ack = Request { method: Method::ACK, uri: self.request.uri.clone(), headers, body: Vec::new() };
        let bytes = ack.to_bytes();
        if let Some(path) = self.path {
            // If the connection is gone the far end repeats its response and gets the ACK then.
            let _ = net.send_along(now, path, bytes.clone());
        }
        self.ack = Some(bytes);
    }
}

pub(super) fn via(net: &Net, transport: Transport, branch: &str) -> String {
    let name = transport.via();
    // Without such a transport the request will not be sent; the Via only has to be one.
    let sent_by = net.local(transport).map_or_else(|| "invalid".to_owned(), |local| local.to_string());
    // RFC 3581 §3: ask for the reply to come back along the same way.
    format!("SIP/2.0/{name} {sent_by};branch={branch};rport")
}
