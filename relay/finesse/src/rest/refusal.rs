//! What a refusal means for the user.

use super::{ApiError, Purpose};

/// What a refusal means for the user; for each there is one plain sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Id or password is wrong.
    AgentRejected,
    /// Five sign-ins failed in a row: the agent is blocked for five minutes.
    AgentLockedOut,
    /// There is no such agent.
    AgentUnknown,
    /// The extension is wrong, in use, or no agent's device.
    AgentExtensionRefused,
    /// No mobile agent, or not in that mode.
    AgentModeRefused,
    /// The access token holds no longer.
    AgentSessionExpired,
    /// That needs an agent who is signed in.
    AgentNotSignedIn,
    /// There is no way from this state to that one now.
    AgentStateRefused,
    /// A reason has to be chosen, or another one.
    AgentReasonRequired,
    /// The agent may call only while not ready.
    NotReadyToDial,
    /// The agent's device is not there.
    DeviceOutOfService,
    /// The number cannot be dialled.
    BadNumber,
    /// There is no such call, or it is over.
    NoSuchCall,
    /// The call is in a state that does not allow that.
    NotAllowedNow,
    /// The call cannot be listened to now.
    MonitorRefused,
    /// That needs a supervisor of the team.
    NotSupervisor,
    /// A call variable or a message is too long.
    CallDataTooLong,
    /// UCCE or UCCX, or this version, cannot do that.
    NotOnThisPlatform,
    /// Finesse is out of service.
    ContactCentreOutOfService,
    /// Anything else.
    ContactCentreRefused,
}

impl Refusal {
    /// The same, of a request that carried a bearer token: a token that is refused has expired.
    #[must_use]
    pub fn of_bearer(self) -> Self {
        if self == Self::AgentRejected { Self::AgentSessionExpired } else { self }
    }
}

impl ApiError {
    /// What the refusal of a request with that purpose means. An event that belongs to no request has
    /// [`Purpose::Other`]; of one about a call it is [`Purpose::Dialog`].
    #[must_use]
    pub fn refusal(&self, purpose: Purpose) -> Refusal {
        let kind = plain(&self.error_type);
        let message = self.message.to_ascii_uppercase();
        if let Some(refusal) = self.anywhere(&kind, &message) {
            return refusal;
        }
        if let Some(refusal) = self.control_failure(&message, purpose) {
            return refusal;
        }
        if let Some(refusal) = self.by_type(&kind, purpose) {
            return refusal;
        }
        self.by_status(purpose)
    }

    /// What means the same whatever was asked for.
    fn anywhere(&self, kind: &str, message: &str) -> Option<Refusal> {
        if self.status == Some(503) || kind == "serviceunavailable" || message == "SERVER_OUT_OF_SERVICE" {
            return Some(Refusal::ContactCentreOutOfService);
        }
        if matches!(self.status, Some(501 | 405)) || kind == "notimplemented" {
            return Some(Refusal::NotOnThisPlatform);
        }
        // The documents tell of the lock-out, not of how it is answered.
        if kind.contains("locked") || kind.contains("lockout") || message.contains("LOCKED") {
            return Some(Refusal::AgentLockedOut);
        }
        match kind {
            "invaliddevice" | "devicebusy" => Some(Refusal::AgentExtensionRefused),
            "modenotallowed" => Some(Refusal::AgentModeRefused),
            "invalidsupervisor" => Some(Refusal::NotSupervisor),
            "invaliddestination" => Some(Refusal::BadNumber),
            "usernotfound" => Some(Refusal::AgentUnknown),
            "dialognotfound" => Some(Refusal::NoSuchCall),
            _ => None,
        }
    }

    /// What the CTI server says, by number or by name (guide, p. 86–110; CTI protocol, "ControlFailureCode values").
    fn control_failure(&self, message: &str, purpose: Purpose) -> Option<Refusal> {
        let named = if message.starts_with("CF_") { message } else { "" };
        // A number says something only in an event, or beside a name: elsewhere the data is an id.
        let number = if self.status.is_none() || !named.is_empty() { self.data.trim() } else { "" };
        let state = matches!(purpose, Purpose::State | Purpose::MemberState | Purpose::Other);
        match (number, named) {
            ("13145" | "88049", _) => Some(Refusal::MonitorRefused),
            (_, "CF_INVALID_PASSWORD_SPECIFIED" | "CF_INVALID_AGENT_ID_OR_PASSWORD_SPECIFIED")
            | ("257" | "258", "")
                if purpose == Purpose::SignIn =>
            {
                Some(Refusal::AgentRejected)
            }
            // Out of LOGOUT there is only LOGIN: 257 from UCCE, 1010 from UCCX.
            (_, "CF_INVALID_PASSWORD_SPECIFIED" | "CF_INVALID_PARAMETER") | ("257" | "1010", "") if state => {
                Some(Refusal::AgentNotSignedIn)
            }
            (_, "CF_INVALID_AGENT_ID_SPECIFIED") | ("256", "") => Some(Refusal::AgentUnknown),
            (
                _,
                "CF_SPECIFIED_AGENT_ALREADY_SIGNED_ON"
                | "CF_INVALID_LOGON_DEVICE_SPECIFIED"
                | "CF_INVALID_ANSWERING_DEVICE_SPECIFIED",
            )
            | ("259" | "260" | "261", "") => Some(Refusal::AgentExtensionRefused),
            (_, "CF_INVALID_AGENT_WORKMODE") | ("265", "") => Some(Refusal::AgentStateRefused),
            (_, "CF_INVALID_AGENT_REASON_CODE") | ("266", "") => Some(Refusal::AgentReasonRequired),
            (_, "CF_RESOURCE_BUSY") | ("33", "") => Some(match purpose {
                Purpose::SignIn => Refusal::AgentExtensionRefused,
                Purpose::State | Purpose::MemberState | Purpose::Other => Refusal::AgentStateRefused,
                Purpose::Monitor => Refusal::MonitorRefused,
                Purpose::MakeCall
                | Purpose::Dialog
                | Purpose::CallData
                | Purpose::Devices
                | Purpose::Team
                | Purpose::Token
                | Purpose::User => Refusal::NotAllowedNow,
            }),
            (_, "CF_RESOURCE_OUT_OF_SERVICE") | ("34", "") => Some(Refusal::DeviceOutOfService),
            (_, name) if calls(purpose) && is_about_the_number(name) => Some(Refusal::BadNumber),
            _ => None,
        }
    }

    /// What the `ErrorType` means for what was asked for.
    fn by_type(&self, kind: &str, purpose: Purpose) -> Option<Refusal> {
        let about = |what: &str| plain(&self.data).contains(what) || plain(&self.message).contains(what);
        match kind {
            "parametermissing" | "invalidinput" | "badrequest" if about("reasoncode") => {
                // Finesse sends one of its own for a supervisor, and refuses any other.
                (purpose == Purpose::State).then_some(Refusal::AgentReasonRequired)
            }
            "parametermissing" | "invalidinput" | "badrequest"
                if about("mobileagent") || about("dialnumber") =>
            {
                Some(Refusal::AgentModeRefused)
            }
            "invalidinput" => match purpose {
                Purpose::SignIn if about("mode") => Some(Refusal::AgentModeRefused),
                Purpose::SignIn | Purpose::Devices => Some(Refusal::AgentExtensionRefused),
                Purpose::State | Purpose::MemberState => Some(Refusal::AgentStateRefused),
                Purpose::MakeCall if about("mediaproperties") || about("callvariable") => {
                    Some(Refusal::NotOnThisPlatform)
                }
                Purpose::MakeCall | Purpose::Dialog => Some(Refusal::BadNumber),
                Purpose::CallData | Purpose::Team => Some(Refusal::CallDataTooLong),
                Purpose::Monitor => Some(Refusal::MonitorRefused),
                Purpose::Token | Purpose::User | Purpose::Other => None,
            },
            "parametermissing" if about("mode") => Some(Refusal::AgentModeRefused),
            "parametermissing" | "badrequest" if matches!(purpose, Purpose::SignIn | Purpose::Devices) => {
                Some(Refusal::AgentExtensionRefused)
            }
            "invalidstate" => Some(match purpose {
                Purpose::SignIn | Purpose::State | Purpose::MemberState => Refusal::AgentStateRefused,
                Purpose::MakeCall => Refusal::NotReadyToDial,
                Purpose::Monitor => Refusal::MonitorRefused,
                Purpose::Dialog | Purpose::CallData => Refusal::NotAllowedNow,
                Purpose::Devices | Purpose::Team | Purpose::Token | Purpose::User | Purpose::Other => {
                    Refusal::AgentStateRefused
                }
            }),
            // Of events about calls: what was asked for is not among the allowed actions (guide, p. 86).
            "genericerror" | "calloperationfailure" | "callvariableisprotected" => match purpose {
                Purpose::Dialog | Purpose::CallData | Purpose::MakeCall => Some(Refusal::NotAllowedNow),
                Purpose::Monitor => Some(Refusal::MonitorRefused),
                Purpose::SignIn
                | Purpose::State
                | Purpose::MemberState
                | Purpose::Devices
                | Purpose::Team
                | Purpose::Token
                | Purpose::User
                | Purpose::Other => None,
            },
            // UCCX, of an agent who is to leave RESERVED_OUTBOUND.
            "internalservererror" if self.status.is_none() && purpose == Purpose::State => {
                Some(Refusal::AgentStateRefused)
            }
            _ => None,
        }
    }

    fn by_status(&self, purpose: Purpose) -> Refusal {
        let supervisor = matches!(purpose, Purpose::MemberState | Purpose::Monitor | Purpose::Team);
        match self.status {
            Some(401 | 403) if supervisor => Refusal::NotSupervisor,
            Some(401) => Refusal::AgentRejected,
            Some(404) => match purpose {
                Purpose::SignIn | Purpose::State | Purpose::MemberState | Purpose::User => {
                    Refusal::AgentUnknown
                }
                Purpose::Dialog | Purpose::CallData => Refusal::NoSuchCall,
                Purpose::Devices => Refusal::AgentExtensionRefused,
                Purpose::MakeCall | Purpose::Monitor | Purpose::Team | Purpose::Token | Purpose::Other => {
                    Refusal::ContactCentreRefused
                }
            },
            Some(_) | None => Refusal::ContactCentreRefused,
        }
    }
}

fn calls(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::MakeCall | Purpose::Dialog | Purpose::Monitor)
}

fn is_about_the_number(name: &str) -> bool {
    ["CALLED_DEVICE", "CALLED_DN", "DESTINATION", "CALLED_NUMBER"].iter().any(|part| name.contains(part))
}

/// An error type without blanks, punctuation and case, all of which vary.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests;
