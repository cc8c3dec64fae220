use super::*;

/// What Finesse answers.
fn answer(status: u16, error_type: &str, message: &str, data: &str) -> ApiError {
    ApiError {
        status: Some(status),
        error_type: error_type.to_owned(),
        message: message.to_owned(),
        data: data.to_owned(),
    }
}

/// What Finesse tells later.
fn event(error_type: &str, message: &str, data: &str) -> ApiError {
    ApiError { status: None, ..answer(0, error_type, message, data) }
}

fn check(cases: &[(ApiError, Purpose, Refusal)]) {
    for (error, purpose, expected) in cases {
        assert_eq!(error.refusal(*purpose), *expected, "{} to {purpose:?}", error.detail());
    }
}

const ALL: [Purpose; 12] = [
    Purpose::SignIn,
    Purpose::State,
    Purpose::MemberState,
    Purpose::MakeCall,
    Purpose::Dialog,
    Purpose::CallData,
    Purpose::Monitor,
    Purpose::Devices,
    Purpose::Team,
    Purpose::Token,
    Purpose::User,
    Purpose::Other,
];

#[test]
fn out_of_service_is_that_whatever_was_asked_for() {
    for purpose in ALL {
        check(&[
            (
                answer(503, "Service Unavailable", "SERVER_OUT_OF_SERVICE", ""),
                purpose,
                Refusal::ContactCentreOutOfService,
            ),
            (answer(503, "", "", ""), purpose, Refusal::ContactCentreOutOfService),
            (answer(501, "Not Implemented", "", ""), purpose, Refusal::NotOnThisPlatform),
            (answer(405, "", "", ""), purpose, Refusal::NotOnThisPlatform),
            (answer(502, "", "", ""), purpose, Refusal::ContactCentreRefused),
        ]);
    }
}

#[test]
fn refused_credentials_are_told_from_other_401s() {
    let unauthorized = || answer(401, "Authorization Failure", "UNAUTHORIZED", "70123");
    let other = || answer(401, "Invalid Authorization User Specified", "The user differs", "70123");
    check(&[
        (unauthorized(), Purpose::SignIn, Refusal::AgentRejected),
        (unauthorized(), Purpose::User, Refusal::AgentRejected),
        (answer(401, "", "", ""), Purpose::Dialog, Refusal::AgentRejected),
        (other(), Purpose::SignIn, Refusal::AgentRejected),
        (other(), Purpose::MemberState, Refusal::NotSupervisor),
        (unauthorized(), Purpose::Team, Refusal::NotSupervisor),
        (answer(401, "Invalid Supervisor", "", ""), Purpose::MemberState, Refusal::NotSupervisor),
        (answer(401, "Invalid State", "", ""), Purpose::Dialog, Refusal::NotAllowedNow),
        (answer(401, "Invalid State", "", ""), Purpose::State, Refusal::AgentStateRefused),
        (answer(401, "Account Locked", "", ""), Purpose::SignIn, Refusal::AgentLockedOut),
        (answer(403, "Forbidden", "", ""), Purpose::Monitor, Refusal::NotSupervisor),
        (answer(403, "Forbidden", "", ""), Purpose::Other, Refusal::ContactCentreRefused),
    ]);
    assert_eq!(Refusal::AgentRejected.of_bearer(), Refusal::AgentSessionExpired);
    assert_eq!(Refusal::NotSupervisor.of_bearer(), Refusal::NotSupervisor);
}

#[test]
fn what_is_not_found_depends_on_what_was_looked_for() {
    check(&[
        (answer(404, "User Not Found", "UNKNOWN_USER", "70999"), Purpose::SignIn, Refusal::AgentUnknown),
        (answer(404, "Not Found", "", ""), Purpose::User, Refusal::AgentUnknown),
        (answer(404, "Dialog Not Found", "", ""), Purpose::Other, Refusal::NoSuchCall),
        (
            answer(404, "Not Found", "Invalid dialogId specified for dialog", "1"),
            Purpose::Dialog,
            Refusal::NoSuchCall,
        ),
        (answer(404, "Not Found", "", ""), Purpose::Devices, Refusal::AgentExtensionRefused),
        (answer(404, "Not Found", "", ""), Purpose::Team, Refusal::ContactCentreRefused),
    ]);
}

#[test]
fn bad_requests_are_told_by_what_they_are_about() {
    check(&[
        (
            answer(400, "Parameter Missing", "Extension missing", "extension"),
            Purpose::SignIn,
            Refusal::AgentExtensionRefused,
        ),
        (answer(400, "Bad Request", "", ""), Purpose::SignIn, Refusal::AgentExtensionRefused),
        (answer(400, "Bad Request", "", ""), Purpose::Devices, Refusal::AgentExtensionRefused),
        (answer(400, "Invalid Input", "", "mode"), Purpose::SignIn, Refusal::AgentModeRefused),
        (answer(400, "Parameter Missing", "", "dialNumber"), Purpose::SignIn, Refusal::AgentModeRefused),
        (answer(400, "Parameter Missing", "", "reasonCodeId"), Purpose::State, Refusal::AgentReasonRequired),
        (
            answer(400, "Parameter Missing", "State Parameter missing", "state"),
            Purpose::State,
            Refusal::ContactCentreRefused,
        ),
        (
            answer(400, "Invalid Input", "", "reasonCodeId"),
            Purpose::MemberState,
            Refusal::ContactCentreRefused,
        ),
        (answer(400, "Invalid State", "", ""), Purpose::State, Refusal::AgentStateRefused),
        (answer(400, "Invalid Destination", "", "6101"), Purpose::MakeCall, Refusal::BadNumber),
        (answer(400, "Invalid Input", "", "mediaProperties"), Purpose::MakeCall, Refusal::NotOnThisPlatform),
        (answer(400, "Invalid Input", "", "toAddress"), Purpose::MakeCall, Refusal::BadNumber),
        (answer(400, "Invalid Input", "", "dtmfString"), Purpose::Dialog, Refusal::BadNumber),
        (answer(400, "Invalid Input", "", ""), Purpose::CallData, Refusal::CallDataTooLong),
        (answer(400, "Invalid Input", "", "content"), Purpose::Team, Refusal::CallDataTooLong),
        (answer(400, "Generic Error", "", ""), Purpose::Dialog, Refusal::NotAllowedNow),
        (answer(400, "Generic Error", "", ""), Purpose::SignIn, Refusal::ContactCentreRefused),
        (answer(400, "Finesse API Error", "", ""), Purpose::Other, Refusal::ContactCentreRefused),
        (answer(400, "Maximum Exceeded", "", ""), Purpose::Other, Refusal::ContactCentreRefused),
        (answer(400, "In Use", "", ""), Purpose::Other, Refusal::ContactCentreRefused),
        (answer(416, "", "", ""), Purpose::Other, Refusal::ContactCentreRefused),
        (answer(500, "Internal Server Error", "", ""), Purpose::State, Refusal::ContactCentreRefused),
    ]);
}

#[test]
fn a_sign_in_can_fail_later() {
    check(&[
        (event("Invalid Device", "", ""), Purpose::SignIn, Refusal::AgentExtensionRefused),
        (event("Device Busy", "", ""), Purpose::SignIn, Refusal::AgentExtensionRefused),
        (event("Mode Not Allowed", "", ""), Purpose::SignIn, Refusal::AgentModeRefused),
        (
            event("", "CF_INVALID_AGENT_ID_OR_PASSWORD_SPECIFIED", "258"),
            Purpose::SignIn,
            Refusal::AgentRejected,
        ),
        (event("", "CF_INVALID_PASSWORD_SPECIFIED", "257"), Purpose::SignIn, Refusal::AgentRejected),
        (event("", "CF_INVALID_AGENT_ID_SPECIFIED", "256"), Purpose::SignIn, Refusal::AgentUnknown),
        (
            event("", "CF_SPECIFIED_AGENT_ALREADY_SIGNED_ON", "259"),
            Purpose::SignIn,
            Refusal::AgentExtensionRefused,
        ),
        (
            event("", "CF_INVALID_LOGON_DEVICE_SPECIFIED", "260"),
            Purpose::SignIn,
            Refusal::AgentExtensionRefused,
        ),
        (event("", "", "33"), Purpose::SignIn, Refusal::AgentExtensionRefused),
    ]);
}

#[test]
fn every_difference_of_the_platforms_is_told() {
    let state = "Invalid State";
    check(&[
        (event(state, "CF_INVALID_AGENT_WORKMODE", "265"), Purpose::State, Refusal::AgentStateRefused),
        (event(state, "CF_RESOURCE_BUSY", "33"), Purpose::State, Refusal::AgentStateRefused),
        (event(state, "CF_INVALID_PASSWORD_SPECIFIED", "257"), Purpose::State, Refusal::AgentNotSignedIn),
        (event(state, "CF_INVALID_PARAMETER", "1010"), Purpose::State, Refusal::AgentNotSignedIn),
        (event(state, "", "257"), Purpose::State, Refusal::AgentNotSignedIn),
        (event(state, "", "1010"), Purpose::MemberState, Refusal::AgentNotSignedIn),
        (event("Internal Server Error", "", ""), Purpose::State, Refusal::AgentStateRefused),
        (event("", "CF_INVALID_AGENT_REASON_CODE", "266"), Purpose::State, Refusal::AgentReasonRequired),
        (event(state, "", ""), Purpose::State, Refusal::AgentStateRefused),
        (event(state, "", ""), Purpose::MakeCall, Refusal::NotReadyToDial),
        (event(state, "", ""), Purpose::Other, Refusal::AgentStateRefused),
    ]);
}

#[test]
fn a_call_can_refuse_later() {
    check(&[
        (
            event("Generic Error", "<ConferenceCallCommand>: no", "20999"),
            Purpose::Dialog,
            Refusal::NotAllowedNow,
        ),
        (event("Invalid State", "CF_INVALID_OBJECT_STATE", "22"), Purpose::Dialog, Refusal::NotAllowedNow),
        (
            event("Call Operation Failure", "CF_RESOURCE_OUT_OF_SERVICE", "34"),
            Purpose::Dialog,
            Refusal::DeviceOutOfService,
        ),
        (
            event("Call Operation Failure", "CF_INVALID_CALLED_DEVICE", "8"),
            Purpose::MakeCall,
            Refusal::BadNumber,
        ),
        (event("Call Operation Failure", "CF_RESOURCE_BUSY", "33"), Purpose::Dialog, Refusal::NotAllowedNow),
        (event("Invalid Input", "", ""), Purpose::CallData, Refusal::CallDataTooLong),
        (event("Call Variable is protected", "", ""), Purpose::CallData, Refusal::NotAllowedNow),
    ]);
}

#[test]
fn listening_can_be_refused_by_either_platform() {
    for purpose in [Purpose::Monitor, Purpose::Other, Purpose::Dialog] {
        check(&[
            (event("Invalid State", "", "13145"), purpose, Refusal::MonitorRefused),
            (event("Invalid State", "", "88049"), purpose, Refusal::MonitorRefused),
        ]);
    }
    check(&[
        (event("Invalid State", "", ""), Purpose::Monitor, Refusal::MonitorRefused),
        (event("Generic Error", "", ""), Purpose::Monitor, Refusal::MonitorRefused),
    ]);
}

#[test]
fn an_id_is_not_taken_for_a_control_failure() {
    let error = answer(401, "Authorization Failure", "UNAUTHORIZED", "265");
    assert_eq!(error.refusal(Purpose::SignIn), Refusal::AgentRejected);
    let error = answer(400, "Parameter Missing", "State Parameter missing", "33");
    assert_eq!(error.refusal(Purpose::State), Refusal::ContactCentreRefused);
}
