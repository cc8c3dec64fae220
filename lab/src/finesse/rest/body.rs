//! What requests say.

use std::collections::BTreeMap;

use crate::finesse::centre::error::ApiError;
use crate::finesse::centre::{Action, Change, Create};
use crate::finesse::xml::Element;

/// A body with the root that is expected; names are case sensitive.
pub(super) fn read(body: &[u8], root: &str) -> Result<Element, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| ApiError::bad_request())?;
    let element = Element::parse(text.trim()).map_err(|_| ApiError::bad_request())?;
    if element.local() == root { Ok(element) } else { Err(ApiError::bad_request()) }
}

/// A change of a user.
pub(super) fn change(user: &Element) -> Change {
    let mobile = user.find("mobileAgent").map(|mobile| {
        (mobile.text_of("mode").unwrap_or_default(), mobile.text_of("dialNumber").unwrap_or_default())
    });
    Change {
        state: user.text_of("state"),
        extension: user.text_of("extension"),
        reason: user.text_of("reasonCodeId"),
        mobile,
        device: user.text_of("activeDeviceId"),
    }
}

/// A new dialog.
pub(super) fn create(dialog: &Element) -> Create {
    let associated = dialog.text_of("associatedDialogUri");
    Create {
        requested: dialog.text_of("requestedAction").unwrap_or_default(),
        from: dialog.text_of("fromAddress"),
        to: dialog.text_of("toAddress"),
        associated: associated.map(|uri| uri.rsplit('/').next().unwrap_or_default().to_owned()),
        variables: dialog.find("mediaProperties").map(variables),
    }
}

/// An action on a dialog.
pub(super) fn action(dialog: &Element) -> Action {
    let properties = dialog.find("mediaProperties");
    let parameters = dialog.find("actionParams").into_iter().flat_map(Element::elements);
    let items = properties.and_then(|properties| properties.find("wrapUpItems"));
    Action {
        requested: dialog.text_of("requestedAction").unwrap_or_default(),
        target: dialog.text_of("targetMediaAddress"),
        to: dialog.text_of("toAddress"),
        parameters: parameters.filter_map(named).collect(),
        wrap_up: properties.and_then(|properties| properties.text_of("wrapUpReason")),
        wrap_up_items: items.into_iter().flat_map(Element::elements).map(Element::own_text).collect(),
        variables: properties.map(variables).unwrap_or_default(),
    }
}

fn variables(properties: &Element) -> BTreeMap<String, String> {
    let list = properties.find("callvariables").into_iter().flat_map(Element::elements);
    list.filter_map(named).collect()
}

fn named(element: &Element) -> Option<(String, String)> {
    Some((element.text_of("name")?, element.text_of("value").unwrap_or_default()))
}
