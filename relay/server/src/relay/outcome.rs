//! What SIP says, in words for the user.

use sidetone_bridge::{LegEnd, Refusal};
use sidetone_protocol::{Failure, FailureCode};
use sidetone_sip::Cause;

/// Why a leg is gone, as the user is told.
pub(super) fn leg_end(cause: &Cause) -> LegEnd {
    if cause.is_answered_elsewhere() {
        return LegEnd::Elsewhere;
    }
    match cause {
        Cause::Bye { .. } | Cause::Cancelled { .. } | Cause::HungUp | Cause::Replaced { .. } => LegEnd::Party,
        Cause::Status { code, reason, .. } => {
            LegEnd::Failed(Failure::with_detail(call_failure(*code), format!("{code} {reason}")))
        }
        Cause::Timeout | Cause::Transport | Cause::SessionExpired => {
            LegEnd::Failed(FailureCode::NoResponse.into())
        }
        Cause::NotConfirmed => LegEnd::Failed(FailureCode::CallFailed.into()),
    }
}

/// What a final response to an INVITE means to its caller (RFC 3261 §21).
fn call_failure(status: u16) -> FailureCode {
    match status {
        486 | 600 => FailureCode::Busy,
        408 | 480 | 487 => FailureCode::NoAnswer,
        603 | 607 | 608 => FailureCode::Declined,
        404 | 414 | 416 | 484 | 485 | 604 => FailureCode::NotFound,
        301 | 410 => FailureCode::NumberChanged,
        401..=403 | 405 | 407 | 433 => FailureCode::Forbidden,
        415 | 488 | 606 => FailureCode::NoCommonCodec,
        500..=599 => FailureCode::ServiceUnavailable,
        _ => FailureCode::CallFailed,
    }
}

/// Why a line cannot be used, as its user is told.
pub(super) fn line_failure(cause: &Cause) -> Failure {
    let Some((code, reason)) = cause.status() else { return FailureCode::NoResponse.into() };
    let failure = match code {
        // The credentials or the address of the line are not known there.
        401 | 403 | 404 | 407 => FailureCode::LineRejected,
        _ => FailureCode::ServiceUnavailable,
    };
    Failure::with_detail(failure, format!("{code} {reason}"))
}

/// The status that tells a caller why the call is not taken.
pub(super) fn refusal_status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::Busy => 486,
        // The status where the forwarding itself is not possible.
        Refusal::Unavailable | Refusal::Forward(_) => 480,
        Refusal::Failed(failure) if failure.code == FailureCode::NoCommonCodec => 488,
        Refusal::Failed(_) => 503,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: u16) -> FailureCode {
        let cause = Cause::Status { code, reason: "As Said".into(), detail: None };
        match leg_end(&cause) {
            LegEnd::Failed(failure) => {
                assert_eq!(failure.detail, Some(format!("{code} As Said")));
                failure.code
            }
            LegEnd::Party | LegEnd::Elsewhere => panic!("{code} is no hang-up"),
        }
    }

    #[test]
    fn each_final_response_has_its_words() {
        for (status, code) in [
            (486, FailureCode::Busy),
            (480, FailureCode::NoAnswer),
            (603, FailureCode::Declined),
            (404, FailureCode::NotFound),
            (410, FailureCode::NumberChanged),
            (403, FailureCode::Forbidden),
            (488, FailureCode::NoCommonCodec),
            (503, FailureCode::ServiceUnavailable),
            (599, FailureCode::ServiceUnavailable),
            (499, FailureCode::CallFailed),
        ] {
            assert_eq!(told(status), code, "{status}");
        }
    }

    #[test]
    fn a_rejected_line_is_told_apart_from_a_silent_one() {
        let rejected = Cause::Status { code: 403, reason: "Forbidden".into(), detail: None };
        assert_eq!(line_failure(&rejected).code, FailureCode::LineRejected);
        assert_eq!(line_failure(&Cause::Timeout).code, FailureCode::NoResponse);
    }
}
