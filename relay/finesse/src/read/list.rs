//! Lists to choose from: reasons, phone books, devices.

use super::{Listed, Object, filled, id, items, yes};
use crate::model::{Contact, Device, PhoneBook, ReasonCode, WrapUpReason};
use crate::rest::Unreadable;
use crate::xml::Element;

impl Object for ReasonCode {
    const NAME: &'static str = "ReasonCode";

    fn from_element(reason: &Element) -> Result<Self, Unreadable> {
        Ok(Self {
            id: id(reason, "id"),
            code: reason.value("code").to_owned(),
            label: reason.value("label").to_owned(),
            system: yes(reason.value("systemCode")),
        })
    }
}

impl Listed for ReasonCode {
    const LIST: &'static str = "ReasonCodes";
}

impl Object for WrapUpReason {
    const NAME: &'static str = "WrapUpReason";

    fn from_element(reason: &Element) -> Result<Self, Unreadable> {
        let label = filled(reason, "label").ok_or(Unreadable::Missing("label"))?;
        Ok(Self { id: id(reason, "id"), label })
    }
}

impl Listed for WrapUpReason {
    const LIST: &'static str = "WrapUpReasons";
}

impl Object for PhoneBook {
    const NAME: &'static str = "PhoneBook";

    fn from_element(book: &Element) -> Result<Self, Unreadable> {
        // `contacts` is a URI, `Contacts` a list; names are compared without regard to case.
        let contacts_uri = book.children("contacts").map(Element::text).find(|uri| !uri.is_empty());
        Ok(Self {
            id: id(book, "id"),
            name: book.value("name").to_owned(),
            contacts_uri: contacts_uri.map(str::to_owned),
            contacts: book.children("Contacts").flat_map(items).collect(),
        })
    }
}

impl Listed for PhoneBook {
    const LIST: &'static str = "PhoneBooks";
}

impl Object for Contact {
    const NAME: &'static str = "Contact";

    fn from_element(contact: &Element) -> Result<Self, Unreadable> {
        let text = |name| contact.value(name).to_owned();
        Ok(Self {
            first_name: text("firstName"),
            last_name: text("lastName"),
            phone_number: text("phoneNumber"),
            description: text("description"),
        })
    }
}

impl Listed for Contact {
    const LIST: &'static str = "Contacts";
}

impl Object for Device {
    const NAME: &'static str = "Device";

    fn from_element(device: &Element) -> Result<Self, Unreadable> {
        let id = filled(device, "deviceId").ok_or(Unreadable::Missing("deviceId"))?;
        let text = |name| device.value(name).to_owned();
        Ok(Self { id, device_type: text("deviceType"), type_name: text("deviceTypeName") })
    }
}

impl Listed for Device {
    const LIST: &'static str = "Devices";
}
