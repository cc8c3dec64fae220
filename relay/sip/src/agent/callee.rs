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
        let user = request.uri.user();
        if let Some((account, _)) = self.lines.iter().find(|(_, line)| Some(&line.token) == user.as_ref()) {
            return Ok(*account);
        }
        let is_served = |line: &Line| match line.trunk().and_then(|trunk| self.trunks.get(&trunk)) {
            Some(trunk) => trunk.trusts(source),
            None => line.is_served_from(source),
        };
        let is_known = self.trunks.values().any(|trunk| trunk.trusts(source))
            || self.lines.values().any(|line| line.is_served_from(source));
        if !is_known {
            return Err(NOT_YOU);
        }
        let served: Vec<_> = self.lines.iter().filter(|(_, line)| is_served(line)).collect();
        let to = || request.headers.first(name::TO)?.parse::<NameAddr>().ok();
        // To names whom the caller wanted before somebody forwarded the call: a trunk does not go by it.
        let registered: Vec<_> = served.iter().copied().filter(|(_, line)| line.trunk().is_none()).collect();
        by_number(&served, &request.uri).or_else(|| by_number(&registered, &to()?.uri)).ok_or(NOT_FOUND)
    }
}

fn by_number(lines: &[(&AccountId, &Line)], uri: &Uri) -> Option<AccountId> {
    let mut called = lines.iter().filter(|(_, line)| line.is_called(uri));
    let first = called.clone().next();
    // The same number may exist in two domains.
    let in_domain = called.find(|(_, line)| uri.as_sip().is_some_and(|uri| uri.host == *line.domain()));
    in_domain.or(first).map(|(account, _)| **account)
}
