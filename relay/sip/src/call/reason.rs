//! The Reason header (RFC 3326).

use crate::message::{Headers, Params, Response, name, split_list};
use crate::{Cause, Reason};

/// Reads the Reason header; `Q.850` goes before `SIP` where there are both.
pub(crate) fn of(headers: &Headers) -> Option<Reason> {
    let mut reasons: Vec<Reason> = headers.all(name::REASON).flat_map(split_list).filter_map(parse).collect();
    let best = reasons.iter().position(|r| r.protocol.eq_ignore_ascii_case("Q.850")).unwrap_or(0);
    (best < reasons.len()).then(|| reasons.swap_remove(best))
}

/// Reads the Reason of a CANCEL; that the call was answered elsewhere goes before everything else.
pub(crate) fn of_cancel(headers: &Headers) -> Option<Reason> {
    let mut reasons = headers.all(name::REASON).flat_map(split_list).filter_map(parse);
    reasons.find(|r| r.protocol.eq_ignore_ascii_case("SIP") && r.cause == Some(200)).or_else(|| of(headers))
}

/// The Reason of our BYE or CANCEL (RFC 3326, with the causes of Q.850).
pub(crate) fn ours(cause: &Cause) -> Option<&'static str> {
    match cause {
        Cause::HungUp | Cause::Replaced { .. } => Some("Q.850;cause=16;text=\"Normal call clearing\""),
        Cause::NotConfirmed | Cause::Timeout | Cause::SessionExpired => {
            Some("Q.850;cause=102;text=\"Recovery on timer expiry\"")
        }
        // Said by the other side, which knows.
        Cause::Status { .. } | Cause::Transport | Cause::Bye { .. } | Cause::Cancelled { .. } => None,
    }
}

fn parse(value: &str) -> Option<Reason> {
    let (protocol, params) = value.split_once(';').unwrap_or((value, ""));
    let protocol = protocol.trim();
    if protocol.is_empty() {
        return None;
    }
    let params = Params::parse(params).unwrap_or_default();
    Some(Reason {
        protocol: protocol.to_owned(),
        cause: params.get("cause").and_then(|cause| cause.parse().ok()),
        text: params.text("text").filter(|text| !text.is_empty()),
    })
}

/// The cause that a final response tells.
pub(crate) fn of_response(response: &Response) -> Cause {
    Cause::Status { code: response.status, reason: response.reason.clone(), detail: of(&response.headers) }
}
