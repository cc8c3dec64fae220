//! The users, as the bridge gets to know them.

use crate::config::{self, Conference, ConferenceFactory, Config, Profile};
use sidetone_bridge::{Conferences, LineSettings, NewUser, UserId};
use sidetone_protocol::{DialString, Features, User, Watched, WatchedState};

/// What the shell has to know of the users.
#[derive(Debug)]
pub(super) struct Users(Vec<Known>);

#[derive(Debug)]
struct Known {
    /// By which what they have set is kept.
    name: String,
    /// The phones that they watch.
    watched: Vec<DialString>,
    /// Where the telephone system makes their conferences, if it does.
    factory: Option<ConferenceFactory>,
}

impl Users {
    pub(super) fn new(config: &Config) -> Self {
        let known = |user: &config::User| Known {
            name: user.name.clone(),
            watched: user.watch.iter().map(|watch| watch.number.clone()).collect(),
            factory: config.conference_of(user).1.cloned(),
        };
        Self(config.users.iter().map(known).collect())
    }

    pub(super) fn name(&self, user: UserId) -> Option<&str> {
        self.of(user).map(|known| known.name.as_str())
    }

    pub(super) fn watched(&self, user: UserId) -> &[DialString] {
        self.of(user).map_or(&[], |known| &known.watched)
    }

    pub(super) fn factory(&self, user: UserId) -> Option<&ConferenceFactory> {
        self.of(user)?.factory.as_ref()
    }

    fn of(&self, user: UserId) -> Option<&Known> {
        self.0.get(usize::try_from(user.0).ok()?)
    }
}

/// A user out of the configuration, with what they had set when the relay last ran.
pub(super) fn new_user(config: &Config, user: &config::User, features: Features) -> NewUser {
    let conferences = match config.conference_of(user).0 {
        Conference::Relay => Conferences::Relay,
        Conference::Pbx => Conferences::TelephoneSystem,
    };
    let Profile {
        call_waiting,
        max_calls,
        auto_answer,
        follow_transfers,
        park_code,
        pickup_code,
        voicemail_number,
        conference: _,
        conference_factory: _,
        media_encryption: _,
        agent: _,
        name: _,
        site: _,
        rules: _,
        time_zone: _,
    } = config.profile_of(user).cloned().unwrap_or_default();
    let extension = user.number().to_owned();
    let display_name = user.display_name.clone().unwrap_or_else(|| user.name.clone());
    let watched = user.watch.iter().map(|watch| Watched {
        number: watch.number.clone(),
        name: watch.name.clone(),
        state: WatchedState::Unknown,
    });
    NewUser {
        profile: User { name: user.name.clone(), display_name, extension },
        features: Features { voicemail_number, ..features },
        watched: watched.collect(),
        line: LineSettings {
            call_waiting,
            max_calls: usize::from(max_calls),
            auto_answer,
            follow_transfers,
            park_code,
            pickup_code,
            conferences,
        },
    }
}
