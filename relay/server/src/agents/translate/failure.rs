//! What a user is told of an error.

use sidetone_finesse::rest::Refusal;
use sidetone_finesse::session::Error;
use sidetone_protocol::{Failure, FailureCode};

/// What a user is told of an error. What Finesse said goes along, for support.
#[must_use]
pub fn failure(error: &Error) -> Failure {
    match error {
        Error::Refused { refusal, error } => {
            let detail = Some(error.detail()).filter(|detail| !detail.is_empty());
            Failure { code: of_refusal(*refusal), detail }
        }
        Error::TooLong(too_long) => Failure::with_detail(FailureCode::CallDataTooLong, too_long.to_string()),
        Error::Silent => FailureCode::ContactCentreSilent.into(),
        Error::Unreachable => FailureCode::ContactCentreUnreachable.into(),
        Error::OutOfService => FailureCode::ContactCentreOutOfService.into(),
        Error::Rejected => FailureCode::AgentRejected.into(),
        Error::LockedOut { until_ms: _ } => FailureCode::AgentLockedOut.into(),
        Error::ForcedOut => FailureCode::AgentForcedOut.into(),
        Error::SignedOutByOther => FailureCode::AgentSignedOutByOther.into(),
        Error::NotSignedIn => FailureCode::AgentNotSignedIn.into(),
        Error::NoSuchDialog => FailureCode::NoSuchCall.into(),
        Error::NotPossible | Error::Superseded | Error::DeviceRequired => FailureCode::NotAllowedNow.into(),
        Error::ReasonRequired => FailureCode::AgentReasonRequired.into(),
    }
}

fn of_refusal(refusal: Refusal) -> FailureCode {
    match refusal {
        Refusal::AgentRejected => FailureCode::AgentRejected,
        Refusal::AgentLockedOut => FailureCode::AgentLockedOut,
        Refusal::AgentUnknown => FailureCode::AgentUnknown,
        Refusal::AgentExtensionRefused => FailureCode::AgentExtensionRefused,
        Refusal::AgentModeRefused => FailureCode::AgentModeRefused,
        Refusal::AgentSessionExpired => FailureCode::AgentSessionExpired,
        Refusal::AgentNotSignedIn => FailureCode::AgentNotSignedIn,
        Refusal::AgentStateRefused => FailureCode::AgentStateRefused,
        Refusal::AgentReasonRequired => FailureCode::AgentReasonRequired,
        Refusal::NotReadyToDial => FailureCode::NotReadyToDial,
        Refusal::DeviceOutOfService => FailureCode::LineNotRegistered,
        Refusal::BadNumber => FailureCode::BadNumber,
        Refusal::NoSuchCall => FailureCode::NoSuchCall,
        Refusal::NotAllowedNow => FailureCode::NotAllowedNow,
        Refusal::MonitorRefused => FailureCode::MonitorRefused,
        Refusal::NotSupervisor => FailureCode::NotSupervisor,
        Refusal::CallDataTooLong => FailureCode::CallDataTooLong,
        Refusal::NotOnThisPlatform => FailureCode::NotOnThisPlatform,
        Refusal::ContactCentreOutOfService => FailureCode::ContactCentreOutOfService,
        Refusal::ContactCentreRefused => FailureCode::ContactCentreRefused,
    }
}
