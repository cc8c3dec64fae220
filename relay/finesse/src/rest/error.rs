//! What Finesse says when it refuses, and what cannot be read.

use crate::xml::{BadXml, Element};
use thiserror::Error;

/// Characters that are kept of each part of an error.
const LONGEST: usize = 256;

/// Why a request for an object brought none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// Finesse refused.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Finesse answered something else than the object.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// A document is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// It is no well-formed XML (of tokens: JSON).
    #[error("the document is malformed")]
    Malformed,
    /// It is larger or deeper than any that we expect, or declares a document type.
    #[error("the document is not acceptable")]
    NotAcceptable,
    /// It is a document of another kind.
    #[error("the document is not of the kind {0}")]
    OtherRoot(&'static str),
    /// Something is missing without which the rest has no use.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// An event that is neither POST, PUT nor DELETE.
    #[error("the event is unknown")]
    UnknownEvent,
}

impl From<BadXml> for Unreadable {
    fn from(bad: BadXml) -> Self {
        match bad {
            BadXml::Malformed => Self::Malformed,
            BadXml::DocumentType | BadXml::TooLarge => Self::NotAcceptable,
        }
    }
}

/// An `ApiError`, of an answer or of an event. What it means for the user says [`ApiError::refusal`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Error)]
#[error("Finesse refused: {}", self.detail())]
pub struct ApiError {
    /// The HTTP status; none for an error that came as an event.
    pub status: Option<u16>,
    /// `ErrorType`.
    pub error_type: String,
    /// `ErrorMessage`: where an event brings what the CTI server says, the name of a control failure
    /// (`CF_RESOURCE_BUSY`).
    pub message: String,
    /// `ErrorData`: what it is about, or the number of a control failure.
    pub data: String,
}

impl ApiError {
    /// Reads the body of an answer of that status. Where it is no `ApiErrors`, the status is all there is.
    #[must_use]
    pub fn read(status: u16, body: &str) -> Self {
        let read =
            Element::parse(body).ok().and_then(|root| Self::all(&root, Some(status)).into_iter().next());
        read.unwrap_or(Self { status: Some(status), ..Self::default() })
    }

    /// The errors in an `ApiErrors`, in an `ApiError` alone; none in anything else.
    pub(crate) fn all(root: &Element, status: Option<u16>) -> Vec<Self> {
        let one = |error: &Element| Self {
            status,
            error_type: short(error.value("ErrorType")),
            message: short(error.value("ErrorMessage")),
            data: short(error.value("ErrorData")),
        };
        if root.is("ApiError") {
            vec![one(root)]
        } else if root.is("ApiErrors") {
            root.children("ApiError").map(one).collect()
        } else {
            Vec::new()
        }
    }

    /// What Finesse said, in one line for support: `401 Invalid State: CF_INVALID_AGENT_WORKMODE (265)`.
    #[must_use]
    pub fn detail(&self) -> String {
        let mut detail = self.status.map(|status| status.to_string()).unwrap_or_default();
        let mut add = |before: &str, text: &str, after: &str| {
            if !text.is_empty() {
                let before = if detail.is_empty() { before.trim_start_matches([':', ' ']) } else { before };
                detail.push_str(before);
                detail.push_str(text);
                detail.push_str(after);
            }
        };
        add(" ", &self.error_type, "");
        add(": ", &self.message, "");
        add(" (", &self.data, ")");
        detail
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_error_is_read_whatever_its_order_and_case() {
        let expected = ApiError {
            status: Some(404),
            error_type: "User Not Found".to_owned(),
            message: "UNKNOWN_USER".to_owned(),
            data: "70999".to_owned(),
        };
        for body in [
            "<ApiErrors><ApiError><ErrorType>User Not Found</ErrorType><ErrorMessage>UNKNOWN_USER</ErrorMessage>\
             <ErrorData>70999</ErrorData></ApiError></ApiErrors>",
            "<apiErrors><apiError><errorData>70999</errorData><errorMessage>UNKNOWN_USER</errorMessage>\
             <errorType>User Not Found</errorType></apiError></apiErrors>",
            "<ApiError><ErrorMessage>UNKNOWN_USER</ErrorMessage><ErrorType>User Not Found</ErrorType>\
             <ErrorData>70999</ErrorData></ApiError>",
        ] {
            assert_eq!(ApiError::read(404, body), expected);
        }
        assert_eq!(expected.detail(), "404 User Not Found: UNKNOWN_USER (70999)");
    }

    #[test]
    fn without_a_body_the_status_is_all_there_is() {
        for body in ["", "<html><h1>Bad gateway</h1></html>", "no xml", "<ApiErrors/>"] {
            let error = ApiError::read(502, body);
            assert_eq!(error, ApiError { status: Some(502), ..ApiError::default() });
            assert_eq!(error.detail(), "502");
        }
    }

    #[test]
    fn the_detail_of_an_event_has_no_status() {
        let error = ApiError {
            error_type: "Invalid State".to_owned(),
            data: "265".to_owned(),
            ..ApiError::default()
        };
        assert_eq!(error.detail(), "Invalid State (265)");
        let error = ApiError { message: "CF_RESOURCE_BUSY".to_owned(), ..ApiError::default() };
        assert_eq!(error.detail(), "CF_RESOURCE_BUSY");
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic_or_grow(status: u16, body in "\\PC*") {
            prop_assert!(ApiError::read(status, &body).detail().chars().count() < 4 * LONGEST);
        }
    }
}
