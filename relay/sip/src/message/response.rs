//! Making responses.

use super::{Headers, Response, name};

impl Response {
    /// A response to the request of these headers (RFC 3261 §8.2.6.2), without a body.
    #[must_use]
    pub fn to_request(request: &Headers, status: u16, reason: &str) -> Self {
        let mut headers = Headers::new();
        for name in [name::VIA, name::FROM, name::TO, name::CALL_ID, name::CSEQ] {
            for value in request.all(name) {
                headers.push(name, value);
            }
        }
        if status == 100 {
            // RFC 3261 §8.2.6.1.
            for value in request.all(name::TIMESTAMP) {
                headers.push(name::TIMESTAMP, value);
            }
        }
        Self { status, reason: reason.to_owned(), headers, body: Vec::new() }
    }

    /// Whether it is neither final nor anything but 1xx.
    #[must_use]
    pub fn is_provisional(&self) -> bool {
        self.status < 200
    }

    /// Whether it is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The usual words for a status (the names of `rsip`, set apart).
#[must_use]
pub fn reason_phrase(status: u16) -> String {
    match rsip::StatusCode::from(status) {
        rsip::StatusCode::OK => "OK".into(),
        rsip::StatusCode::CallTransactionDoesNotExist => "Call/Transaction Does Not Exist".into(),
        rsip::StatusCode::Other(..) => "Unknown".into(),
        known => {
            let name = format!("{known:?}");
            let mut phrase = String::with_capacity(name.len() + 4);
            for character in name.chars() {
                if character.is_ascii_uppercase() && !phrase.is_empty() {
                    phrase.push(' ');
                }
                phrase.push(character);
            }
            phrase
        }
    }
}
