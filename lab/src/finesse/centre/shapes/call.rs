//! A dialog as XML.

use super::super::Centre;
use super::super::dialog::{Dialog, Participant};
use super::super::state::Platform;
use crate::finesse::xml::Element;

/// How many call variables there always are.
const CALL_VARIABLES: usize = 10;

pub(super) fn element(centre: &Centre, dialog: &Dialog, root: &str) -> Element {
    let uri = |id: u64| format!("/finesse/api/Dialog/{id}");
    let media = if dialog.preview { "OUTBOUND_PREVIEW" } else { "Voice" };
    let participants =
        dialog.participants.iter().map(|participant| participant_element(centre, dialog, participant));
    Element::new(root)
        .field("associatedDialogUri", dialog.associated.map(uri).unwrap_or_default())
        .field("fromAddress", &dialog.from)
        .field("id", dialog.id)
        .field("secondaryId", dialog.secondary.map(|id| id.to_string()).unwrap_or_default())
        .child(properties(centre, dialog))
        .field("mediaType", media)
        .child(Element::new("participants").children(participants))
        .field("callbackNumber", "")
        .field("state", dialog.state.name())
        .field("toAddress", &dialog.to)
        .field("uri", uri(dialog.id))
        .child(
            Element::new("scheduledCallbackInfo")
                .field("callbackTime", &dialog.callback.0)
                .field("callbackNumber", &dialog.callback.1),
        )
}

fn properties(centre: &Centre, dialog: &Dialog) -> Element {
    let variable =
        |name: &str, value: &str| Element::new("CallVariable").field("name", name).field("value", value);
    let mut variables = Element::new("callvariables");
    for number in 1..=CALL_VARIABLES {
        let name = format!("callVariable{number}");
        let value = dialog.variables.get(&name).map_or("", String::as_str);
        variables = variables.child(variable(&name, value));
    }
    for (name, value) in dialog.variables.iter().filter(|(name, _)| !name.starts_with("callVariable")) {
        variables = variables.child(variable(name, value));
    }
    let queue = dialog.queue.and_then(|id| centre.queues.get(&id)).map(|queue| &queue.config);
    let mut properties = Element::new("mediaProperties")
        .field("mediaId", 1)
        .field("dialedNumber", queue.map_or(&dialog.to, |queue| &queue.number))
        .field("callType", dialog.kind)
        .field("DNIS", queue.map_or(&dialog.to, |queue| &queue.number))
        .field("outboundClassification", &dialog.classification)
        .field("queueNumber", queue.map(|queue| queue.id.to_string()).unwrap_or_default())
        .field("queueName", queue.map_or("", |queue| &queue.name));
    if centre.platform() == Platform::Uccx {
        properties = properties
            .field("callKeyCallId", dialog.id)
            .field("callKeySequenceNum", 1)
            .field("callKeyPrefix", 3);
    }
    let items = dialog.wrap_up_items.iter().map(|item| Element::new("wrapUpItem").text(item));
    let items = Element::new("wrapUpItems").children(items);
    properties = properties.field("wrapUpReason", &dialog.wrap_up);
    if centre.platform() == Platform::Uccx {
        properties = properties.child(items);
    }
    properties.child(variables)
}

fn participant_element(centre: &Centre, dialog: &Dialog, participant: &Participant) -> Element {
    let actions = centre.actions_of(dialog, participant);
    let actions = actions.into_iter().map(|action| Element::new("action").text(action));
    Element::new("Participant")
        .child(Element::new("actions").children(actions))
        .field("mediaAddress", &participant.address)
        .field("mediaAddressType", if participant.agent.is_some() { "AGENT_DEVICE" } else { "" })
        .field("startTime", centre.written(participant.start))
        .field("state", participant.state.name())
        .field("stateCause", participant.cause)
        .field("stateChangeTime", centre.written(participant.changed))
}
