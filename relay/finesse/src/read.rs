//! Finesse's objects, read out of documents.
//!
//! Children may come in any order, elements may be missing or empty, names may be of any case, values may be newer than
//! this program. What is missing reads as empty; only what names an object has to be there.

mod dialog;
mod list;
mod system;
mod team;
mod user;

use crate::rest::Unreadable;
use crate::xml::Element;

/// What an answer can be read as.
pub trait Answer: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`Unreadable`], when it is no such document.
    fn read(document: &str) -> Result<Self, Unreadable>;
}

/// An object with an element of its own.
pub(crate) trait Object: Sized {
    /// The name of its element.
    const NAME: &'static str;

    /// Reads it out of its element, whatever the name of that.
    fn from_element(element: &Element) -> Result<Self, Unreadable>;
}

/// An object that comes in lists.
pub(crate) trait Listed: Object {
    /// The name of the list's element.
    const LIST: &'static str;
}

impl<T: Object> Answer for T {
    fn read(document: &str) -> Result<Self, Unreadable> {
        let root = Element::parse(document)?;
        if root.is(T::NAME) { T::from_element(&root) } else { Err(Unreadable::OtherRoot(T::NAME)) }
    }
}

impl<T: Listed> Answer for Vec<T> {
    fn read(document: &str) -> Result<Self, Unreadable> {
        let root = Element::parse(document)?;
        if root.is(T::LIST) { Ok(items(&root)) } else { Err(Unreadable::OtherRoot(T::LIST)) }
    }
}

/// The objects in a list's element. One that cannot be read does not take the others with it.
pub(crate) fn items<T: Object>(list: &Element) -> Vec<T> {
    list.children(T::NAME).filter_map(|item| T::from_element(item).ok()).collect()
}

/// The last segment of a URI: `7` of `/finesse/api/ReasonCode/7`.
pub(crate) fn last_segment(uri: &str) -> &str {
    uri.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The text of a child, or the end of the URI where that is empty.
pub(crate) fn id(element: &Element, name: &str) -> String {
    let named = element.value(name);
    if named.is_empty() { last_segment(element.value("uri")).to_owned() } else { named.to_owned() }
}

/// The text of a child, None where it is empty.
fn filled(element: &Element, name: &str) -> Option<String> {
    Some(element.value(name)).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A value of one of Finesse's enumerations, read by the names that serde knows.
fn enumerated<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    let text = text.trim().to_ascii_uppercase().replace([' ', '-'], "_");
    let value = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(&text);
    T::deserialize(value).ok()
}

fn yes(text: &str) -> bool {
    ["true", "yes", "1", "enabled"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
}
