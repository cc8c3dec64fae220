//! The session token, kept for a reload of this tab and no longer.

use gloo::storage::{SessionStorage, Storage};
use sidetone_protocol::SessionToken;

const KEY: &str = "sidetone.session";

pub(super) fn load() -> Option<SessionToken> {
    SessionStorage::get(KEY).ok()
}

pub(super) fn store(token: &SessionToken) {
    // A browser that blocks storage loses the session with a reload, and nothing else.
    if let Err(error) = SessionStorage::set(KEY, token) {
        leptos::logging::warn!("the session will not survive a reload: {error}");
    }
}

pub(super) fn forget() {
    SessionStorage::delete(KEY);
}
