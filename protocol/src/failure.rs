//! Stable codes and plain sentences for everything that can go wrong.
//!
//! The code is for programs, logs and translations (the client's locale files have a sentence per code); the
//! English sentence is for whoever reads a message that no translation covers. Each sentence says
//! what to do.

use serde::{Deserialize, Serialize};

/// Something went wrong, in words a user can act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub code: FailureCode,
    /// What the far end said, where that helps support: a SIP status and reason phrase, for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Failure {
    /// A failure without detail.
    #[must_use]
    pub fn new(code: FailureCode) -> Self {
        Self { code, detail: None }
    }

    /// The same failure with what the far end said.
    #[must_use]
    pub fn with_detail(code: FailureCode, detail: impl Into<String>) -> Self {
        Self { code, detail: Some(detail.into()) }
    }
}

impl From<FailureCode> for Failure {
    fn from(code: FailureCode) -> Self {
        Self::new(code)
    }
}

/// What can go wrong, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    // The other party or the network did not take the call.
    /// 486, 600: the other party is in another call.
    Busy,
    /// 408, 480, or nobody answered in time.
    NoAnswer,
    /// 603 and 403 from the party: the call was declined.
    Declined,
    /// 404, 484, 604: nobody has that number.
    NotFound,
    /// 410, 301: the number has changed or is gone.
    NumberChanged,
    /// 403: the line may not make that call.
    Forbidden,
    /// 488, 415, 606: no codec or media in common.
    NoCommonCodec,
    /// 503, 500, 502, 504: the telephone system cannot take calls right now.
    ServiceUnavailable,
    /// The telephone system did not answer at all.
    NoResponse,
    /// Any other refusal.
    CallFailed,

    // The user's line.
    /// The line is not registered, so it cannot make calls.
    LineNotRegistered,
    /// 401, 403 to REGISTER: the telephone system refused the line's credentials.
    LineRejected,
    /// The line is in another call.
    LineBusy,

    // Calls that are up.
    /// The other side did not accept hold or resume.
    HoldRefused,
    /// The transfer did not reach its target, or the telephone system does not transfer.
    TransferFailed,
    /// The calls could not be joined.
    ConferenceFailed,
    /// The line or the relay is not configured for that.
    FeatureUnavailable,

    // Media.
    /// The browser's media path to the relay could not be set up.
    MediaUnreachable,
    /// The browser offered no media that the relay can carry.
    MediaRejected,
    /// No audio came from the other side for so long that the call was ended.
    MediaTimeout,
    /// The relay has no media port free.
    MediaExhausted,

    // Microphone, found by the client itself.
    /// No microphone is plugged in.
    MicrophoneMissing,
    /// The user or a policy refused the microphone.
    MicrophoneDenied,
    /// The microphone is taken by another program or broke.
    MicrophoneBusy,

    // Session.
    /// User name or password is wrong.
    SignInRejected,
    /// Too many failed sign-ins; wait.
    SignInThrottled,
    /// Too many people sign in at the same time; try again.
    SignInBusy,
    /// The session is over; sign in again.
    SessionExpired,
    /// The page is of another version than the relay.
    VersionMismatch,
    /// The relay cannot be reached.
    RelayUnreachable,
    /// The relay is shutting down.
    RelayStopping,

    // Requests.
    /// The message could not be understood.
    BadMessage,
    /// What was entered cannot be dialled.
    BadNumber,
    /// The dial plan does not let the user call that number.
    NumberBlocked,
    /// There is no such call, or it is over.
    NoSuchCall,
    /// The call is in a state that does not allow that.
    NotAllowedNow,
    /// The phone is in use in another tab.
    PhoneInOtherTab,
    /// Something inside the relay went wrong.
    Internal,

    // The contact centre.
    /// The contact centre refused the agent's id or password.
    AgentRejected,
    /// Five sign-ins failed in a row: the contact centre blocks the agent for five minutes.
    AgentLockedOut,
    /// 404 User Not Found.
    AgentUnknown,
    /// The extension is wrong, in use, or no agent's device.
    AgentExtensionRefused,
    /// `Mode Not Allowed`: no mobile agent, or not in that mode.
    AgentModeRefused,
    /// The single sign-on of the agent is over and cannot be refreshed.
    AgentSessionExpired,
    /// Reason 255: the contact centre has signed the agent out since it heard nothing for too long.
    AgentForcedOut,
    /// A supervisor, or the agent elsewhere, has signed the agent out.
    AgentSignedOutByOther,
    /// That needs an agent who is signed in to the contact centre.
    AgentNotSignedIn,
    /// `Invalid State`: the contact centre does not change into that state from here.
    AgentStateRefused,
    /// A reason has to be chosen.
    AgentReasonRequired,
    /// A wrap-up reason has to be chosen.
    WrapUpRequired,
    /// The contact centre's version lets agents call only while they are not ready.
    NotReadyToDial,
    /// None of its servers answers.
    ContactCentreUnreachable,
    /// 503, or SystemInfo says so.
    ContactCentreOutOfService,
    /// Any other refusal.
    ContactCentreRefused,
    /// It accepted the request, and nothing came of it in time.
    ContactCentreSilent,
    /// 501: this contact centre cannot do that.
    NotOnThisPlatform,
    /// That needs a supervisor of the team.
    NotSupervisor,
    /// 13145 (UCCE), 88049 (UCCX): the call cannot be listened to.
    MonitorRefused,
    /// A call variable holds 40 bytes, all together 2,000.
    CallDataTooLong,
}

impl FailureCode {
    /// Every code, for the tests that look for a missing translation.
    pub const ALL: [Self; 59] = [
        Self::Busy,
        Self::NoAnswer,
        Self::Declined,
        Self::NotFound,
        Self::NumberChanged,
        Self::Forbidden,
        Self::NoCommonCodec,
        Self::ServiceUnavailable,
        Self::NoResponse,
        Self::CallFailed,
        Self::LineNotRegistered,
        Self::LineRejected,
        Self::LineBusy,
        Self::HoldRefused,
        Self::TransferFailed,
        Self::ConferenceFailed,
        Self::FeatureUnavailable,
        Self::MediaUnreachable,
        Self::MediaRejected,
        Self::MediaTimeout,
        Self::MediaExhausted,
        Self::MicrophoneMissing,
        Self::MicrophoneDenied,
        Self::MicrophoneBusy,
        Self::SignInRejected,
        Self::SignInThrottled,
        Self::SignInBusy,
        Self::SessionExpired,
        Self::VersionMismatch,
        Self::RelayUnreachable,
        Self::RelayStopping,
        Self::BadMessage,
        Self::BadNumber,
        Self::NumberBlocked,
        Self::NoSuchCall,
        Self::NotAllowedNow,
        Self::PhoneInOtherTab,
        Self::Internal,
        Self::AgentRejected,
        Self::AgentLockedOut,
        Self::AgentUnknown,
        Self::AgentExtensionRefused,
        Self::AgentModeRefused,
        Self::AgentSessionExpired,
        Self::AgentForcedOut,
        Self::AgentSignedOutByOther,
        Self::AgentNotSignedIn,
        Self::AgentStateRefused,
        Self::AgentReasonRequired,
        Self::WrapUpRequired,
        Self::NotReadyToDial,
        Self::ContactCentreUnreachable,
        Self::ContactCentreOutOfService,
        Self::ContactCentreRefused,
        Self::ContactCentreSilent,
        Self::NotOnThisPlatform,
        Self::NotSupervisor,
        Self::MonitorRefused,
        Self::CallDataTooLong,
    ];

    /// One plain English sentence that says what happened and what to do.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Busy => "The number is busy; try again later.",
            Self::NoAnswer => "Nobody answered; try again later.",
            Self::Declined => "The call was declined.",
            Self::NotFound => "Nobody has that number; check it and dial again.",
            Self::NumberChanged => "The number has changed or is no longer in use; look up the new one.",
            Self::Forbidden => "Your line may not call that number; ask your administrator.",
            Self::NoCommonCodec => "The two phones have no audio format in common; tell your administrator.",
            Self::ServiceUnavailable => {
                "The telephone system cannot take calls right now; try again in a minute."
            }
            Self::NoResponse => "The telephone system does not answer; try again in a minute.",
            Self::CallFailed => "The call could not be made; try again.",
            Self::LineNotRegistered => {
                "Your line is not connected to the telephone system yet; wait a moment and try again."
            }
            Self::LineRejected => {
                "The telephone system refused your line's password; tell your administrator."
            }
            Self::LineBusy => "You are in a call; end it first.",
            Self::HoldRefused => "The call could not be held or resumed; try again.",
            Self::TransferFailed => {
                "The transfer did not work; the call is on hold, so resume it and try again."
            }
            Self::ConferenceFailed => "The conference could not be made; your calls are still there.",
            Self::FeatureUnavailable => "Your line cannot do that; ask your administrator.",
            Self::NumberBlocked => "Your company blocks calls to that number; ask your administrator.",
            Self::MediaUnreachable => {
                "Audio cannot reach the relay; check that your network lets UDP through."
            }
            Self::MediaRejected => {
                "Your browser offered no audio that the relay can carry; update the browser."
            }
            Self::MediaTimeout => "No audio came for too long, so the call was ended; dial again.",
            Self::MediaExhausted => "The relay has no free line for audio; try again in a minute.",
            Self::MicrophoneMissing => "No microphone was found; plug one in and try again.",
            Self::MicrophoneDenied => {
                "The microphone is blocked; allow it for this page in the browser's address bar."
            }
            Self::MicrophoneBusy => "The microphone is used by another program; close that and try again.",
            Self::SignInRejected => "User name or password is wrong; try again.",
            Self::SignInThrottled => "Too many attempts; wait a minute, then try again.",
            Self::SignInBusy => "Too many people are signing in right now; try again in a moment.",
            Self::SessionExpired => "Your session is over; sign in again.",
            Self::VersionMismatch => "This page is out of date; reload it.",
            Self::RelayUnreachable => "The relay cannot be reached; calls resume when the network is back.",
            Self::RelayStopping => "The relay is restarting; the phone comes back by itself.",
            Self::BadMessage => "The relay did not understand this page; reload it.",
            Self::BadNumber => "That cannot be dialled; check the number.",
            Self::NoSuchCall => "That call is already over.",
            Self::NotAllowedNow => "That is not possible in this moment of the call.",
            Self::PhoneInOtherTab => "The phone is in use in another tab; take it over here to use it.",
            Self::Internal => {
                "Something went wrong in the relay; try again, and tell your administrator if it stays."
            }
            Self::AgentRejected => "The contact centre refused your agent id or password; enter them again.",
            Self::AgentLockedOut => {
                "The contact centre has blocked your sign-in; wait five minutes, then try again."
            }
            Self::AgentUnknown => {
                "The contact centre does not know that agent id; check it, or ask your administrator."
            }
            Self::AgentExtensionRefused => {
                "The contact centre does not accept that extension; check it, or ask who else uses it."
            }
            Self::AgentModeRefused => {
                "You may not work from another phone that way; choose another mode, or ask your administrator."
            }
            Self::AgentSessionExpired => "Your sign-on to the contact centre has expired; sign in again.",
            Self::AgentForcedOut => {
                "The contact centre signed you out because it had lost touch with you; sign in again."
            }
            Self::AgentSignedOutByOther => {
                "You were signed out of the contact centre by somebody else; sign in again if you want to go on."
            }
            Self::AgentNotSignedIn => "You are not signed in to the contact centre; sign in there first.",
            Self::AgentStateRefused => {
                "The contact centre did not change your state; try again when the call is over."
            }
            Self::AgentReasonRequired => "Choose a reason first.",
            Self::WrapUpRequired => "Say first what the call was about.",
            Self::NotReadyToDial => "Go not ready before you call.",
            Self::ContactCentreUnreachable => {
                "The contact centre cannot be reached; your call goes on, and the rest comes back by itself."
            }
            Self::ContactCentreOutOfService => {
                "The contact centre is out of service; your call goes on, and the rest comes back by itself."
            }
            Self::ContactCentreRefused => {
                "The contact centre refused that; try again, and tell your administrator if it stays."
            }
            Self::ContactCentreSilent => {
                "The contact centre did not confirm that; look at what it shows before you try again."
            }
            Self::NotOnThisPlatform => "Your contact centre cannot do that.",
            Self::NotSupervisor => "Only a supervisor of that team may do that.",
            Self::MonitorRefused => {
                "That call cannot be listened to now; go not ready, and try again while the agent talks."
            }
            Self::CallDataTooLong => "That is too long for the contact centre; shorten it.",
        }
    }

    /// The code as it stands in JSON, logs and locale files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Declined => "declined",
            Self::NotFound => "not_found",
            Self::NumberChanged => "number_changed",
            Self::Forbidden => "forbidden",
            Self::NoCommonCodec => "no_common_codec",
            Self::ServiceUnavailable => "service_unavailable",
            Self::NoResponse => "no_response",
            Self::CallFailed => "call_failed",
            Self::LineNotRegistered => "line_not_registered",
            Self::LineRejected => "line_rejected",
            Self::LineBusy => "line_busy",
            Self::HoldRefused => "hold_refused",
            Self::TransferFailed => "transfer_failed",
            Self::ConferenceFailed => "conference_failed",
            Self::FeatureUnavailable => "feature_unavailable",
            Self::NumberBlocked => "number_blocked",
            Self::MediaUnreachable => "media_unreachable",
            Self::MediaRejected => "media_rejected",
            Self::MediaTimeout => "media_timeout",
            Self::MediaExhausted => "media_exhausted",
            Self::MicrophoneMissing => "microphone_missing",
            Self::MicrophoneDenied => "microphone_denied",
            Self::MicrophoneBusy => "microphone_busy",
            Self::SignInRejected => "sign_in_rejected",
            Self::SignInThrottled => "sign_in_throttled",
            Self::SignInBusy => "sign_in_busy",
            Self::SessionExpired => "session_expired",
            Self::VersionMismatch => "version_mismatch",
            Self::RelayUnreachable => "relay_unreachable",
            Self::RelayStopping => "relay_stopping",
            Self::BadMessage => "bad_message",
            Self::BadNumber => "bad_number",
            Self::NoSuchCall => "no_such_call",
            Self::NotAllowedNow => "not_allowed_now",
            Self::PhoneInOtherTab => "phone_in_other_tab",
            Self::Internal => "internal",
            Self::AgentRejected => "agent_rejected",
            Self::AgentLockedOut => "agent_locked_out",
            Self::AgentUnknown => "agent_unknown",
            Self::AgentExtensionRefused => "agent_extension_refused",
            Self::AgentModeRefused => "agent_mode_refused",
            Self::AgentSessionExpired => "agent_session_expired",
            Self::AgentForcedOut => "agent_forced_out",
            Self::AgentSignedOutByOther => "agent_signed_out_by_other",
            Self::AgentNotSignedIn => "agent_not_signed_in",
            Self::AgentStateRefused => "agent_state_refused",
            Self::AgentReasonRequired => "agent_reason_required",
            Self::WrapUpRequired => "wrap_up_required",
            Self::NotReadyToDial => "not_ready_to_dial",
            Self::ContactCentreUnreachable => "contact_centre_unreachable",
            Self::ContactCentreOutOfService => "contact_centre_out_of_service",
            Self::ContactCentreRefused => "contact_centre_refused",
            Self::ContactCentreSilent => "contact_centre_silent",
            Self::NotOnThisPlatform => "not_on_this_platform",
            Self::NotSupervisor => "not_supervisor",
            Self::MonitorRefused => "monitor_refused",
            Self::CallDataTooLong => "call_data_too_long",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_code_in_json_is_the_code_in_logs() {
        for code in FailureCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn every_code_is_listed_once() {
        let codes: HashSet<_> = FailureCode::ALL.iter().collect();
        assert_eq!(codes.len(), FailureCode::ALL.len());
    }
}
