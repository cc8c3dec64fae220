//! Who calls.

use crate::Caller;
use crate::message::{Host, NameAddr, Request, name};

/// The caller of an INVITE: what the network vouches for goes before what the caller says
/// (RFC 3325 §9.1; Remote-Party-ID is what CUCM sends on lines).
pub(crate) fn of(invite: &Request) -> Caller {
    let asserted =
        invite.headers.elements(name::P_ASSERTED_IDENTITY).find_map(|v| v.parse::<NameAddr>().ok());
    let remote_party = || {
        let mut parties =
            invite.headers.elements(name::REMOTE_PARTY_ID).filter_map(|v| v.parse::<NameAddr>().ok());
        parties.find(|p| p.params.text("party").is_none_or(|party| party.eq_ignore_ascii_case("calling")))
    };
    let from = || invite.headers.first(name::FROM).and_then(|value| value.parse().ok());
    asserted.or_else(remote_party).or_else(from).map(|party| shown(&party)).unwrap_or_default()
}

fn shown(party: &NameAddr) -> Caller {
    let hidden = party.params.text("privacy").is_some_and(|privacy| privacy.eq_ignore_ascii_case("full"));
    let number = party.uri.user().unwrap_or_default();
    // RFC 3323 §4.1.1.3 and RFC 3261 §8.1.1.3.
    let anonymous = number.eq_ignore_ascii_case("anonymous")
        || matches!(party.uri.as_sip().map(|uri| &uri.host), Some(Host::Name(host)) if host.ends_with(".invalid"));
    if hidden || anonymous {
        return Caller::default();
    }
    Caller { number, display_name: party.display_name.clone() }
}
