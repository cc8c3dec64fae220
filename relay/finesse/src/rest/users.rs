//! SystemInfo, users, signing in and out, states.

use super::request::Path;
use super::{Method, Purpose, Request};
use crate::model::{AgentId, MobileAgent, MobileMode};

/// With what an agent signs in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignIn {
    /// The extension that calls come to.
    pub extension: String,
    /// Which of several devices with that extension (12.6 and later).
    pub active_device_id: Option<String>,
    /// Calls come to a phone elsewhere (UCCE only).
    pub mobile_agent: Option<MobileAgent>,
}

/// A state that can be asked for; all others are the system's to set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestedState {
    /// `READY`.
    Ready,
    /// `NOT_READY`.
    NotReady,
    /// `LOGOUT`.
    Logout,
}

impl RequestedState {
    /// As Finesse writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::NotReady => "NOT_READY",
            Self::Logout => "LOGOUT",
        }
    }
}

impl Request {
    /// `SystemInfo`. Needs no credentials in practice. Answered by a [`crate::model::SystemInfo`].
    #[must_use]
    pub fn system_info() -> Self {
        Self::get(Path::api(&["SystemInfo"]), Purpose::Other)
    }

    /// A user. Answered by a [`crate::model::User`].
    #[must_use]
    pub fn user(agent: &AgentId) -> Self {
        Self::get(Path::api(&["User", &agent.0]), Purpose::User)
    }

    /// All users; for administrators. Answered by a list of [`crate::model::User`].
    #[must_use]
    pub fn users() -> Self {
        Self::get(Path::api(&["Users"]), Purpose::Other)
    }

    /// Signs an agent in; whoever is signed in already keeps the state.
    #[must_use]
    pub fn sign_in(agent: &AgentId, sign_in: &SignIn) -> Self {
        Self::send(Method::Put, Path::api(&["User", &agent.0]), Purpose::SignIn, "User", |user| {
            user.value("state", "LOGIN");
            user.value("extension", &sign_in.extension);
            user.optional("activeDeviceId", sign_in.active_device_id.as_deref());
            if let Some(mobile) = &sign_in.mobile_agent {
                user.element("mobileAgent", |inside| {
                    inside.value(
                        "mode",
                        match mobile.mode {
                            MobileMode::CallByCall => "CALL_BY_CALL",
                            MobileMode::NailedConnection => "NAILED_CONNECTION",
                        },
                    );
                    inside.value("dialNumber", &mobile.dial_number);
                });
            }
        })
    }

    /// Changes the agent's own state. The reason is the database id ([`crate::model::ReasonCode::id`]), not the code.
    #[must_use]
    pub fn change_state(agent: &AgentId, state: RequestedState, reason_id: Option<&str>) -> Self {
        Self::put_state(agent, state, reason_id, Purpose::State)
    }

    /// Signs the agent out.
    #[must_use]
    pub fn sign_out(agent: &AgentId, reason_id: Option<&str>) -> Self {
        Self::change_state(agent, RequestedState::Logout, reason_id)
    }

    /// Changes the state of a member of a supervised team. A supervisor gives no reason: Finesse refuses any.
    #[must_use]
    pub fn change_state_of_member(member: &AgentId, state: RequestedState) -> Self {
        Self::put_state(member, state, None, Purpose::MemberState)
    }

    fn put_state(agent: &AgentId, state: RequestedState, reason_id: Option<&str>, purpose: Purpose) -> Self {
        Self::send(Method::Put, Path::api(&["User", &agent.0]), purpose, "User", |user| {
            user.value("state", state.as_str());
            user.optional("reasonCodeId", reason_id);
        })
    }

    /// The devices that share an extension (12.6 and later, UCCE). Answered by a list of
    /// [`crate::model::Device`]. The documents do not print the URI; this one follows those of its siblings.
    #[must_use]
    pub fn devices(extension: &str) -> Self {
        Self::get(Path::api(&["Devices"]).query("extension", extension), Purpose::Devices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent() -> AgentId {
        AgentId("70123".to_owned())
    }

    #[test]
    fn an_agent_signs_in_at_an_extension() {
        let sign_in = SignIn { extension: "6101".to_owned(), ..SignIn::default() };
        let request = Request::sign_in(&agent(), &sign_in).with_request_id("r-1");
        assert_eq!((request.method, request.path.as_str()), (Method::Put, "/finesse/api/User/70123"));
        assert_eq!(request.body, "<User><state>LOGIN</state><extension>6101</extension></User>");
        assert_eq!(request.header("requestid"), Some("r-1"));
        assert_eq!(request.header("content-type"), Some("application/xml"));
    }

    #[test]
    fn a_device_or_a_phone_elsewhere_is_named() {
        let sign_in = SignIn {
            extension: "6101".to_owned(),
            active_device_id: Some("CSF<1>".to_owned()),
            mobile_agent: Some(MobileAgent {
                mode: MobileMode::NailedConnection,
                dial_number: "00491234".to_owned(),
            }),
        };
        assert_eq!(
            Request::sign_in(&agent(), &sign_in).body,
            "<User><state>LOGIN</state><extension>6101</extension><activeDeviceId>CSF&lt;1&gt;</activeDeviceId>\
             <mobileAgent><mode>NAILED_CONNECTION</mode><dialNumber>00491234</dialNumber></mobileAgent></User>"
        );
    }

    #[test]
    fn a_state_is_asked_for_with_its_reason() {
        let body = |state, reason| Request::change_state(&agent(), state, reason).body;
        assert_eq!(body(RequestedState::Ready, None), "<User><state>READY</state></User>");
        assert_eq!(
            body(RequestedState::NotReady, Some("7")),
            "<User><state>NOT_READY</state><reasonCodeId>7</reasonCodeId></User>"
        );
        assert_eq!(
            Request::sign_out(&agent(), Some("12")).body,
            "<User><state>LOGOUT</state><reasonCodeId>12</reasonCodeId></User>"
        );
    }

    #[test]
    fn a_supervisor_gives_no_reason() {
        let request = Request::change_state_of_member(&AgentId("70124".to_owned()), RequestedState::NotReady);
        assert_eq!(request.body, "<User><state>NOT_READY</state></User>");
        assert_eq!(request.purpose, Purpose::MemberState);
    }

    #[test]
    fn what_is_read_has_no_body() {
        for (request, path) in [
            (Request::system_info(), "/finesse/api/SystemInfo"),
            (Request::user(&agent()), "/finesse/api/User/70123"),
            (Request::users(), "/finesse/api/Users"),
            (Request::devices("+496101"), "/finesse/api/Devices?extension=%2B496101"),
        ] {
            assert_eq!(
                (request.method, request.path.as_str(), request.body.as_str()),
                (Method::Get, path, "")
            );
        }
    }
}
