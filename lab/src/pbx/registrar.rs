//! Who can be reached where (RFC 3261 §10.3).

use std::collections::HashMap;
use std::time::Duration;

use thiserror::Error;

use super::list::values;

/// Used when a client names no expiry.
const DEFAULT_EXPIRY: u32 = 3_600;
/// Longer is cut, so that a client that went away is forgotten within a working day.
const MAX_EXPIRY: u32 = 7_200;

/// All bindings; `Target` says how to reach one.
#[derive(Debug)]
pub(super) struct Registrar<Target> {
    bindings: HashMap<String, Vec<Binding<Target>>>,
}

/// One place where an extension can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding<Target> {
    /// As the client wrote it, so that it finds it again in the answer.
    pub(super) contact: String,
    /// How to reach it.
    pub(super) target: Target,
    expires_at: Duration,
}

/// What a REGISTER asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Update {
    /// Contacts and their expiry in seconds; none for a mere question.
    Contacts(Vec<(String, u32)>),
    /// `Contact: *`: forget everything.
    RemoveAll,
}

/// The request breaks the rules of RFC 3261 §10.3; answered by 400.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum BadRegistration {
    #[error("a Contact without an address")]
    Contact,
    #[error("Contact * goes alone and with Expires: 0")]
    Wildcard,
}

impl Update {
    /// Reads the Contact headers and the Expires header of a REGISTER.
    pub(super) fn parse<'a>(
        contacts: impl Iterator<Item = &'a str>,
        expires: Option<u32>,
    ) -> Result<Self, BadRegistration> {
        let contacts: Vec<_> = contacts.flat_map(values).collect();
        if contacts.contains(&"*") {
            let alone = contacts.len() == 1 && expires == Some(0);
            return if alone { Ok(Self::RemoveAll) } else { Err(BadRegistration::Wildcard) };
        }
        contacts
            .into_iter()
            .map(|contact| {
                let (uri, own) = parse_contact(contact).ok_or(BadRegistration::Contact)?;
                Ok((uri, own.or(expires).unwrap_or(DEFAULT_EXPIRY).min(MAX_EXPIRY)))
            })
            .collect::<Result<_, _>>()
            .map(Self::Contacts)
    }
}

/// The URI of a Contact value and its own expiry.
fn parse_contact(value: &str) -> Option<(String, Option<u32>)> {
    let (uri, parameters) = match value.split_once('<') {
        Some((_, rest)) => rest.split_once('>')?,
        // Without brackets the parameters are the header's, not the URI's (RFC 3261 §20.10).
        None => value.split_once(';').unwrap_or((value, "")),
    };
    let expires = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("expires").then(|| value.trim().parse().ok()).flatten()
    });
    (!uri.is_empty()).then(|| (uri.to_owned(), expires))
}

impl<Target: Clone + PartialEq> Registrar<Target> {
    pub(super) fn new() -> Self {
        Self { bindings: HashMap::new() }
    }

    /// Carries out a REGISTER of what is reached by `target`; answers what is bound afterwards, each with the seconds
    /// it has left.
    pub(super) fn update(
        &mut self,
        extension: &str,
        update: Update,
        target: &Target,
        now: Duration,
    ) -> Vec<(String, u64)> {
        let bindings = self.bindings.entry(extension.to_owned()).or_default();
        bindings.retain(|binding| binding.expires_at > now);
        match update {
            Update::RemoveAll => bindings.clear(),
            Update::Contacts(contacts) => {
                for (contact, expires) in contacts {
                    bindings.retain(|binding| binding.contact != contact);
                    if expires > 0 {
                        let expires_at = now + Duration::from_secs(expires.into());
                        bindings.push(Binding { contact, target: target.clone(), expires_at });
                    }
                }
            }
        }
        let left = |binding: &Binding<Target>| binding.expires_at.saturating_sub(now).as_secs();
        bindings.iter().map(|binding| (binding.contact.clone(), left(binding))).collect()
    }

    /// Drops what was reached by `target`, which is gone.
    pub(super) fn forget(&mut self, target: &Target) {
        for bindings in self.bindings.values_mut() {
            bindings.retain(|binding| binding.target != *target);
        }
    }

    /// Where to ring `extension`: where it registered last, since what registered before may be gone.
    pub(super) fn locate(&self, extension: &str, now: Duration) -> Option<&Binding<Target>> {
        self.bindings.get(extension)?.iter().rfind(|binding| binding.expires_at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: Duration = Duration::ZERO;

    fn update(contacts: &[&str], expires: Option<u32>) -> Update {
        Update::parse(contacts.iter().copied(), expires).unwrap()
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_contact_s_own_expiry_goes_first_then_the_header_then_ours() {
        let Update::Contacts(contacts) = update(
            &[r#""A, B" <sip:a@h;transport=tcp>;expires=60;q=0.5, <sip:b@h>"#, "sip:c@h;expires=9999999"],
            Some(120),
        ) else {
            panic!("contacts");
        };
        let expected = [("sip:a@h;transport=tcp", 60), ("sip:b@h", 120), ("sip:c@h", 7_200)];
        assert_eq!(contacts, expected.map(|(uri, expires)| (uri.to_owned(), expires)));
        assert_eq!(update(&["<sip:a@h>"], None), Update::Contacts(vec![("sip:a@h".to_owned(), 3_600)]));
    }

    #[test]
    fn the_wildcard_goes_alone_and_with_expires_zero() {
        assert_eq!(update(&["*"], Some(0)), Update::RemoveAll);
        for (contacts, expires) in [(vec!["*"], None), (vec!["*", "<sip:a@h>"], Some(0))] {
            assert_eq!(Update::parse(contacts.into_iter(), expires), Err(BadRegistration::Wildcard));
        }
        assert_eq!(Update::parse(["<sip:a"].into_iter(), None), Err(BadRegistration::Contact));
    }

    #[test]
    fn a_binding_is_found_until_it_expires_or_is_removed() {
        let mut registrar = Registrar::new();
        let bound = registrar.update("1001", update(&["<sip:a@h>;expires=60"], None), &1, ZERO);
        assert_eq!(bound, [("sip:a@h".to_owned(), 60)]);
        assert_eq!(registrar.locate("1001", seconds(59)).map(|binding| binding.target), Some(1));
        assert!(registrar.locate("1001", seconds(60)).is_none());
        registrar.update("1001", update(&["<sip:a@h>;expires=60"], None), &1, seconds(30));
        assert!(registrar.locate("1001", seconds(89)).is_some());
        assert!(registrar.update("1001", update(&["<sip:a@h>"], Some(0)), &1, seconds(40)).is_empty());
        assert!(registrar.locate("1001", seconds(40)).is_none());
    }

    #[test]
    fn a_way_that_is_gone_leaves_the_others() {
        let mut registrar = Registrar::new();
        registrar.update("1001", update(&["<sip:a@h>"], None), &1, ZERO);
        registrar.update("1001", update(&["<sip:b@h>"], None), &2, ZERO);
        registrar.forget(&2);
        assert_eq!(registrar.locate("1001", ZERO).map(|binding| binding.target), Some(1));
        registrar.forget(&1);
        assert!(registrar.locate("1001", ZERO).is_none());
    }

    #[test]
    fn the_last_to_register_is_rung_and_a_question_changes_nothing() {
        let mut registrar = Registrar::new();
        registrar.update("1001", update(&["<sip:a@h>"], None), &1, ZERO);
        registrar.update("1001", update(&["<sip:b@h>"], None), &2, ZERO);
        assert_eq!(registrar.locate("1001", ZERO).map(|binding| binding.target), Some(2));
        registrar.update("1001", update(&["<sip:a@h>"], None), &3, seconds(1));
        assert_eq!(registrar.locate("1001", seconds(1)).map(|binding| binding.target), Some(3));
        assert_eq!(registrar.update("1001", update(&[], None), &4, seconds(2)).len(), 2);
        assert!(registrar.update("1001", Update::RemoveAll, &4, seconds(2)).is_empty());
    }
}
