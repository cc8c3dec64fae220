//! A configuration as tests read it, and what they expect of an error.

use super::{Config, load};
use std::path::Path;

/// What is read from that text, in a file called `f` and with nothing in the environment.
pub(super) fn read(text: &str) -> Result<Config, String> {
    load::parse(Path::new("f"), text, std::iter::empty()).map_err(|error| error.to_string())
}

/// It is refused, in words that begin with the key and say what is allowed. Gives the words.
#[track_caller]
pub(super) fn assert_refused(read: Result<Config, String>, key: &str, hint: &str) -> String {
    let message = read.expect_err(key);
    assert!(message.starts_with(&format!("f: {key}: ")), "{message}");
    assert!(message.contains(hint), "{message}");
    message
}
