//! What Finesse answers at once when it does not accept a request.

use crate::finesse::xml::Element;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// `ErrorType`.
    pub kind: &'static str,
    /// `ErrorMessage`.
    pub message: String,
    /// `ErrorData`.
    pub data: String,
}

impl ApiError {
    /// With everything said.
    pub fn new(status: u16, kind: &'static str, message: impl Into<String>, data: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), data: data.into() }
    }

    /// A parameter is not there.
    pub fn missing(parameter: &str) -> Self {
        let mut name = parameter.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self::new(400, "Parameter Missing", format!("{name} Parameter missing"), parameter)
    }

    /// A parameter makes no sense.
    pub fn invalid(message: &str, data: &str) -> Self {
        Self::new(400, "Invalid Input", message, data)
    }

    /// The body is not understood.
    pub fn bad_request() -> Self {
        Self::new(400, "Bad Request", "The request is malformed or incomplete", "")
    }

    /// Wrong or missing credentials.
    pub fn unauthorized(user: &str) -> Self {
        Self::new(401, "Authorization Failure", "UNAUTHORIZED", user)
    }

    /// Credentials of somebody else.
    pub fn other_user(user: &str) -> Self {
        let message = "The user specified in the authentication credentials and the uri don't match";
        Self::new(401, "Invalid Authorization User Specified", message, user)
    }

    /// Not a supervisor of that team.
    pub fn not_supervisor(user: &str) -> Self {
        Self::new(401, "Invalid Supervisor", "The user is not a supervisor of the team", user)
    }

    /// There is no such user.
    pub fn unknown_user(user: &str) -> Self {
        Self::new(404, "User Not Found", "UNKNOWN_USER", user)
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, "Not Found", "The resource does not exist", what)
    }

    /// There is no such dialog.
    pub fn no_dialog(id: &str) -> Self {
        Self::new(404, "Dialog Not Found", "Invalid dialogId specified for dialog", id)
    }

    /// The platform cannot do it.
    pub fn not_implemented(what: &str) -> Self {
        Self::new(501, "Not Implemented", "The action is not implemented on this deployment", what)
    }

    /// Out of service.
    pub fn out_of_service() -> Self {
        Self::new(503, "Service Unavailable", "SERVER_OUT_OF_SERVICE", "")
    }

    /// As the body of the answer.
    pub fn body(&self) -> Element {
        let error = Element::new("ApiError")
            .field("ErrorType", self.kind)
            .field("ErrorMessage", &self.message)
            .field("ErrorData", &self.data);
        Element::new("ApiErrors").child(error)
    }
}
