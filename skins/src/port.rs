//! How a skin is connected to the phone.

use crate::kit::{Part, memo};
use crate::{Intent, Locale, Snapshot};
use leptos::prelude::*;

/// What the shell gives to a skin. Cheap to copy; hand it down as it is.
#[derive(Clone, Copy)]
pub struct Port {
    /// The phone, always up to date.
    pub snapshot: Signal<Snapshot>,
    /// The page's clock in milliseconds, which advances at least each second while a call is up or the user is an
    /// agent.
    pub now: Signal<i64>,
    /// How far the user's clock on the wall is ahead of UTC, in minutes.
    pub ahead_of_utc_min: i32,
    /// How loud the microphone is while that is being shown, from 0 to 100.
    pub level: Signal<u8>,
    /// Takes what the user wants.
    pub intents: UnsyncCallback<Intent>,
    /// The words.
    pub locale: Locale,
}

impl Port {
    /// Says what the user wants.
    pub fn send(&self, intent: Intent) {
        self.intents.run(intent);
    }

    /// A part of the snapshot that tells its readers only of real changes.
    pub fn select<T>(&self, part: impl Fn(&Snapshot) -> T + Send + Sync + 'static) -> Part<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let snapshot = self.snapshot;
        memo(move || snapshot.with(&part))
    }
}
