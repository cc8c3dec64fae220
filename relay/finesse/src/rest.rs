//! Finesse's REST API: requests as values, and the reading of what is answered.
//!
//! Every request has a constructor of [`Request`]. Whoever has the sockets sends it with the agent's credentials
//! (HTTP Basic with id and password, or a bearer token) and hands the answer to [`outcome`] or, for a request that
//! changes something, to [`accepted`]. Such a request is answered at once, mostly 202 with an empty body; what came of
//! it is told by a notification that carries the request's [`Request::with_request_id`].
//!
//! "Guide" in the documents below is Cisco's Finesse developer guide, release 12.5, and its page.

mod call_data;
mod calls;
mod error;
mod lists;
mod refusal;
mod request;
mod supervision;
mod token;
mod users;

pub use call_data::{CallData, TooLong, WrapUp};
pub use calls::{CallbackChange, MakeCall, ParticipantAction};
pub use error::{ApiError, Error, Unreadable};
pub use lists::{ObjectRange, ReasonCategory};
pub use refusal::Refusal;
pub use request::{Method, Purpose, Request};
pub use supervision::NewTeamMessage;
pub use token::Tokens;
pub use users::{RequestedState, SignIn};

pub use crate::read::Answer;

/// Reads an object out of a document.
///
/// # Errors
/// [`Unreadable`], when it is no such document.
pub fn read<T: Answer>(document: &str) -> Result<T, Unreadable> {
    T::read(document)
}

/// What a request for an object was answered.
///
/// # Errors
/// [`Error::Api`] for any status but 2xx, [`Error::Unreadable`] when the body is no such object.
pub fn outcome<T: Answer>(status: u16, body: &str) -> Result<T, Error> {
    accepted(status, body)?;
    Ok(T::read(body)?)
}

/// Whether a request that changes something was accepted. 200, 202 and, for team messages, 207 all say so; the guide
/// and the samples differ in which of them it is.
///
/// # Errors
/// The [`ApiError`] of any status but 2xx.
pub fn accepted(status: u16, body: &str) -> Result<(), ApiError> {
    if (200..300).contains(&status) { Ok(()) } else { Err(ApiError::read(status, body)) }
}
