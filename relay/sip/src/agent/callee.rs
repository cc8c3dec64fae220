//! Whom a call from outside is for, and whether its sender may call at all.

use super::UserAgent;
use crate::AccountId;
use crate::line::Line;
use crate::message::{NameAddr, Request, Uri, name};
use std::net::IpAddr;

/// Neither says whether there is such an extension.
const NOT_YOU: u16 = 403;
const NOT_FOUND: u16 = 404;

impl UserAgent {
    /// The account that an INVITE is for, or the status that refuses it.
    ///
    /// Our Contact is known to the telephone system only, so who calls it may come from anywhere. By number calls
    /// come from where a line is registered, or from a peer of a trunk; anybody else is refused, whether the
    /// number exists or not.
    pub(super) fn callee(&self, request: &Request, source: IpAddr) -> Result<AccountId, u16> {
        if let Some(account) = self.by_contact(request) {
            return Ok(account);
        }
        let is_served = |line: &Line| match line.trunk().and_then(|trunk| self.trunks.get(&trunk)) {
            Some(trunk) => trunk.trusts(source),
            None => line.is_served_from(source),
        };
        if !self.is_known_address(source) {
            return Err(NOT_YOU);
        }
        let served: Vec<_> = self.lines.iter().filter(|(_, line)| is_served(line)).collect();
        let to = || request.headers.first(name::TO)?.parse::<NameAddr>().ok();
        // To names whom the caller wanted before somebody forwarded the call: a trunk does not go by it.
        let registered: Vec<_> = served.iter().copied().filter(|(_, line)| line.trunk().is_none()).collect();
        by_number(&served, &request.uri).or_else(|| by_number(&registered, &to()?.uri)).ok_or(NOT_FOUND)
    }

    /// The account whose Contact a request is sent to.
    fn by_contact(&self, request: &Request) -> Option<AccountId> {
        let user = request.uri.user()?;
        self.lines.iter().find(|(_, line)| line.token == user).map(|(account, _)| *account)
    }

    /// Whether a request outside of a dialog comes from a telephone system of ours, or knows a Contact of ours.
    pub(super) fn is_known(&self, request: &Request, source: IpAddr) -> bool {
        self.is_known_address(source) || self.by_contact(request).is_some()
    }

    /// Whether an address belongs to a telephone system of ours.
    pub(super) fn is_known_address(&self, source: IpAddr) -> bool {
        self.trunks.values().any(|trunk| trunk.trusts(source))
            || self.lines.values().any(|line| line.is_served_from(source))
    }
}

fn by_number(lines: &[(&AccountId, &Line)], uri: &Uri) -> Option<AccountId> {
    let mut called = lines.iter().filter(|(_, line)| line.is_called(uri));
    let first = called.clone().next();
    // The same number may exist in two domains.
    let in_domain = called.find(|(_, line)| uri.as_sip().is_some_and(|uri| uri.host == *line.domain()));
    in_domain.or(first).map(|(account, _)| **account)
}
