//! Lists to choose from, and phone books.

use super::request::Path;
use super::{Purpose, Request};
use crate::model::{AgentId, PhoneBook};

/// Which reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReasonCategory {
    /// `NOT_READY`.
    NotReady,
    /// `LOGOUT`.
    Logout,
}

impl ReasonCategory {
    /// As Finesse writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotReady => "NOT_READY",
            Self::Logout => "LOGOUT",
        }
    }
}

/// Which objects of a long list, counted from 1. Answered 206 when there are more, 416 when it begins after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectRange {
    /// The first.
    pub first: u32,
    /// The last, at most 6,000.
    pub last: u32,
}

impl ObjectRange {
    /// As many as there can be.
    pub const ALL: Self = Self { first: 1, last: 6_000 };
}

impl Request {
    /// A team's reasons (12.5 and later). Answered by a list of [`crate::model::ReasonCode`].
    #[must_use]
    pub fn team_reason_codes(team: &str, category: ReasonCategory) -> Self {
        let path = Path::api(&["TeamResource", team, "ReasonCodes"]);
        Self::get(path.query("category", category.as_str()), Purpose::Other)
    }

    /// A user's reasons (deprecated from 12.5 on). Answered by a list of [`crate::model::ReasonCode`].
    #[must_use]
    pub fn user_reason_codes(agent: &AgentId, category: ReasonCategory) -> Self {
        let path = Path::api(&["User", &agent.0, "ReasonCodes"]);
        Self::get(path.query("category", category.as_str()), Purpose::Other)
    }

    /// One reason, by its database id. Answered by a [`crate::model::ReasonCode`].
    #[must_use]
    pub fn user_reason_code(agent: &AgentId, reason_id: &str) -> Self {
        Self::get(Path::api(&["User", &agent.0, "ReasonCode", reason_id]), Purpose::Other)
    }

    /// A team's wrap-up reasons (12.5 and later). Answered by a list of [`crate::model::WrapUpReason`].
    #[must_use]
    pub fn team_wrap_up_reasons(team: &str) -> Self {
        Self::get(Path::api(&["TeamResource", team, "WrapUpReasons"]), Purpose::Other)
    }

    /// A user's wrap-up reasons (deprecated from 12.5 on). Answered by a list of [`crate::model::WrapUpReason`].
    #[must_use]
    pub fn user_wrap_up_reasons(agent: &AgentId) -> Self {
        Self::get(Path::api(&["User", &agent.0, "WrapUpReasons"]), Purpose::Other)
    }

    /// A team's phone books with their contacts (12.5 and later). Answered by a list of [`PhoneBook`].
    #[must_use]
    pub fn team_phone_books(team: &str, range: ObjectRange) -> Self {
        Self::get(Path::api(&["TeamResource", team, "PhoneBooks"]), Purpose::Other).with_range(range)
    }

    /// A user's phone books (deprecated from 12.5 on). Answered by a list of [`PhoneBook`], mostly without contacts.
    #[must_use]
    pub fn user_phone_books(agent: &AgentId) -> Self {
        Self::get(Path::api(&["User", &agent.0, "PhoneBooks"]), Purpose::Other)
    }

    /// The contacts of a phone book. Answered by a list of [`crate::model::Contact`].
    #[must_use]
    pub fn contacts(book: &PhoneBook, range: ObjectRange) -> Self {
        let named = book.contacts_uri.as_deref().and_then(Path::of_uri);
        let path = named.unwrap_or_else(|| Path::api(&["PhoneBook", &book.id, "Contacts"]));
        Self::get(path, Purpose::Other).with_range(range)
    }

    fn with_range(mut self, range: ObjectRange) -> Self {
        self.headers.push(("Range", format!("objects={}-{}", range.first, range.last)));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_asked_for_by_team_and_by_user() {
        let agent = AgentId("70123".to_owned());
        let book = PhoneBook { id: "4".to_owned(), ..PhoneBook::default() };
        let elsewhere = PhoneBook {
            contacts_uri: Some("/finesse/api/User/70123/PhoneBook/4/Contacts".to_owned()),
            ..book.clone()
        };
        let range = ObjectRange { first: 11, last: 20 };
        for (request, path, range) in [
            (
                Request::team_reason_codes("81", ReasonCategory::NotReady),
                "/finesse/api/TeamResource/81/ReasonCodes?category=NOT_READY",
                None,
            ),
            (
                Request::user_reason_codes(&agent, ReasonCategory::Logout),
                "/finesse/api/User/70123/ReasonCodes?category=LOGOUT",
                None,
            ),
            (Request::user_reason_code(&agent, "7"), "/finesse/api/User/70123/ReasonCode/7", None),
            (Request::team_wrap_up_reasons("81"), "/finesse/api/TeamResource/81/WrapUpReasons", None),
            (Request::user_wrap_up_reasons(&agent), "/finesse/api/User/70123/WrapUpReasons", None),
            (
                Request::team_phone_books("81", ObjectRange::ALL),
                "/finesse/api/TeamResource/81/PhoneBooks",
                Some("objects=1-6000"),
            ),
            (Request::user_phone_books(&agent), "/finesse/api/User/70123/PhoneBooks", None),
            (Request::contacts(&book, range), "/finesse/api/PhoneBook/4/Contacts", Some("objects=11-20")),
            (
                Request::contacts(&elsewhere, range),
                "/finesse/api/User/70123/PhoneBook/4/Contacts",
                Some("objects=11-20"),
            ),
        ] {
            assert_eq!((request.path.as_str(), request.header("Range")), (path, range));
        }
    }
}
