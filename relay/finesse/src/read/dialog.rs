//! The Dialog object.

use super::{Listed, Object, enumerated, filled, id, last_segment};
use crate::model::{Dialog, DialogId, Participant, ScheduledCallback};
use crate::rest::Unreadable;
use crate::time;
use crate::xml::Element;

impl Object for Dialog {
    const NAME: &'static str = "Dialog";

    fn from_element(dialog: &Element) -> Result<Self, Unreadable> {
        let id = id(dialog, "id");
        if id.is_empty() {
            return Err(Unreadable::Missing("id"));
        }
        let text = |name| dialog.value(name).to_owned();
        let nothing = Element::default();
        let properties = dialog.child("mediaProperties").unwrap_or(&nothing);
        let property = |name| properties.value(name).to_owned();
        let associated = last_segment(dialog.value("associatedDialogUri"));
        Ok(Self {
            id: DialogId(id),
            secondary_id: filled(dialog, "secondaryId").map(DialogId),
            associated: Some(associated).filter(|id| !id.is_empty()).map(|id| DialogId(id.to_owned())),
            media_type: text("mediaType"),
            from_address: text("fromAddress"),
            to_address: text("toAddress"),
            state: enumerated(dialog.value("state")).unwrap_or_default(),
            call_type: property("callType"),
            dialed_number: property("dialedNumber"),
            dnis: property("DNIS"),
            outbound_classification: property("outboundClassification"),
            queue_number: property("queueNumber"),
            queue_name: property("queueName"),
            wrap_up_reason: property("wrapUpReason"),
            wrap_up_items: properties.child("wrapUpItems").map(wrap_up_items).unwrap_or_default(),
            variables: properties.child("callvariables").map(variables).unwrap_or_default(),
            participants: dialog
                .child("participants")
                .map(|list| list.children("Participant").map(participant).collect())
                .unwrap_or_default(),
            callback: dialog.child("scheduledCallbackInfo").and_then(callback),
        })
    }
}

impl Listed for Dialog {
    const LIST: &'static str = "Dialogs";
}

fn wrap_up_items(list: &Element) -> Vec<String> {
    list.children("wrapUpItem").map(|item| item.text().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// Those that have a value: all ten call variables are always there.
fn variables(list: &Element) -> Vec<(String, String)> {
    list.children("CallVariable")
        .map(|variable| (variable.value("name").to_owned(), variable.value("value").to_owned()))
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .collect()
}

fn participant(element: &Element) -> Participant {
    Participant {
        media_address: element.value("mediaAddress").to_owned(),
        agent: element.value("mediaAddressType").eq_ignore_ascii_case("AGENT_DEVICE"),
        state: enumerated(element.value("state")).unwrap_or_default(),
        state_cause: element.value("stateCause").to_owned(),
        start_time: time::parse(element.value("startTime")),
        state_change_time: time::parse(element.value("stateChangeTime")),
        actions: element
            .child("actions")
            .map(|list| list.children("action").filter_map(|action| enumerated(action.text())).collect())
            .unwrap_or_default(),
    }
}

fn callback(element: &Element) -> Option<ScheduledCallback> {
    (!element.is_empty()).then(|| ScheduledCallback {
        time: element.value("callbackTime").to_owned(),
        number: element.value("callbackNumber").to_owned(),
    })
}
