//! The Reason header (RFC 3326).

use crate::message::{Headers, Params, Response, name, split_list};
use crate::{Cause, Reason};

/// Reads the Reason header; `Q.850` goes before `SIP` where there are both.
pub(crate) fn of(headers: &Headers) -> Option<Reason> {
    let mut reasons: Vec<Reason> = headers.all(name::REASON).flat_map(split_list).filter_map(parse).collect();
    let best = reasons.iter().position(|r| r.protocol.eq_ignore_ascii_case("Q.850")).unwrap_or(0);
    (best < reasons.len()).then(|| reasons.swap_remove(best))
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
