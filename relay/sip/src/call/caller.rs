//! Who is at the other side.

use crate::Caller;
use crate::message::{Headers, Host, NameAddr, Request, name};

/// Which party of a Remote-Party-ID the other side is: `calling` in what it asks, `called` in what it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Calling,
    Called,
}

/// The caller of an INVITE: what the network vouches for goes before what the caller says
/// (RFC 3325 §9.1; Remote-Party-ID is what CUCM sends on lines).
pub(crate) fn of(invite: &Request) -> Caller {
    let from = || invite.headers.first(name::FROM).and_then(|value| value.parse().ok());
    let from = || from().map(|from| shown(&from));
    vouched(&invite.headers, Side::Calling).or_else(from).unwrap_or_default()
}

/// Who the network says is at the other side, if it says so.
pub(crate) fn vouched(headers: &Headers, side: Side) -> Option<Caller> {
    let asserted = headers.elements(name::P_ASSERTED_IDENTITY).find_map(|v| v.parse::<NameAddr>().ok());
    let remote_party = || {
        let party = match side {
            Side::Calling => "calling",
            Side::Called => "called",
        };
        let mut parties = headers.elements(name::REMOTE_PARTY_ID).filter_map(|v| v.parse::<NameAddr>().ok());
        parties.find(|p| p.params.text("party").is_none_or(|stated| stated.eq_ignore_ascii_case(party)))
    };
    asserted.or_else(remote_party).map(|party| shown(&party))
}

/// Who has sent a call on to us: the topmost Diversion (RFC 5806 §3.2), else the last but one entry of History-Info
/// (RFC 7044 §5), whose last one are we.
pub(crate) fn diverted_by(headers: &Headers) -> Option<Caller> {
    let diversion = headers.elements(name::DIVERSION).find_map(|v| v.parse::<NameAddr>().ok());
    let history = || {
        let mut entries = headers.elements(name::HISTORY_INFO).filter_map(|v| v.parse::<NameAddr>().ok());
        let last = entries.next()?;
        entries.fold((None, last), |(_, before), entry| (Some(before), entry)).0
    };
    diversion.or_else(history).map(|party| shown(&party))
}

pub(crate) fn shown(party: &NameAddr) -> Caller {
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
