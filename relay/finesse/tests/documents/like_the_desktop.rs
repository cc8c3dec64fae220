//! What is sent is what Cisco's own client library sends, but for the order of elements, which is free.

use quick_xml::events::Event;
use quick_xml::reader::Reader;
use sidetone_finesse::model::{AgentId, DialogId, MobileAgent, MobileMode};
use sidetone_finesse::rest::{
    CallData, CallbackChange, MakeCall, ParticipantAction, Request, RequestedState, SignIn, WrapUp,
};

/// See `tests/fixtures/README.md`.
const RECORDED: &str = include_str!("../fixtures/finesse-js-10.5.1-requests.jsonl");

/// The same, in the same order.
fn ours() -> Vec<Request> {
    let agent = AgentId("70123".to_owned());
    let dialog = DialogId("40077001".to_owned());
    let sign_in = SignIn { extension: "6101".to_owned(), ..SignIn::default() };
    let mobile_agent = Some(MobileAgent { mode: MobileMode::CallByCall, dial_number: "0301234".to_owned() });
    let call =
        MakeCall { from_address: "6101".to_owned(), to_address: "6200".to_owned(), variables: Vec::new() };
    let mut requests = vec![
        Request::sign_in(&agent, &sign_in),
        Request::sign_in(&agent, &SignIn { mobile_agent, ..sign_in }),
        Request::sign_out(&agent, Some("12")),
        Request::change_state(&agent, RequestedState::Ready, None),
        Request::change_state(&agent, RequestedState::NotReady, Some("7")),
        Request::make_call(&agent, &call).unwrap(),
        Request::silent_monitor(&agent, "6101", "6102"),
        Request::barge(&agent, "6101", "6102", &dialog),
    ];
    requests.extend(
        [
            ParticipantAction::Answer,
            ParticipantAction::Hold,
            ParticipantAction::Retrieve,
            ParticipantAction::Drop,
            ParticipantAction::Transfer,
            ParticipantAction::Conference,
            ParticipantAction::StartRecording,
            ParticipantAction::Accept,
            ParticipantAction::Reject,
            ParticipantAction::Close,
        ]
        .map(|action| Request::dialog_action(&dialog, action, "6101")),
    );
    let wrap_up = CallData { wrap_up: Some(WrapUp::Reason("Order".to_owned())), variables: Vec::new() };
    let callback = |change| Request::scheduled_callback(&dialog, "6101", &change);
    requests.extend([
        Request::dialog_action(&dialog, ParticipantAction::ParticipantDrop, "6102"),
        Request::consult(&dialog, "6101", "6300"),
        Request::single_step_transfer(&dialog, "6101", "6300"),
        Request::send_dtmf(&dialog, "6101", "42#"),
        Request::update_call_data(&dialog, &wrap_up).unwrap(),
        callback(CallbackChange::Time("2027-05-04T14:30".to_owned())),
        callback(CallbackChange::Number("0123".to_owned())),
        callback(CallbackChange::Cancel),
        Request::reclassify(&dialog, "6101", "BUSY"),
    ]);
    requests
}

#[test]
fn every_request_is_that_of_ciscos_library() {
    let recorded: Vec<serde_json::Value> =
        RECORDED.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ours = ours();
    assert_eq!(recorded.len(), ours.len());
    for (recorded, ours) in recorded.iter().zip(ours) {
        let text = |name: &str| recorded[name].as_str().unwrap();
        assert_eq!((ours.method.as_str(), ours.path.as_str()), (text("method"), text("path")));
        assert_eq!(ours.header("Content-Type"), Some(text("content_type")));
        assert_eq!(sorted(&ours.body), sorted(text("body")));
    }
}

/// A document with its elements in the order of the alphabet.
fn sorted(document: &str) -> String {
    let mut reader = Reader::from_str(document);
    let mut open = vec![(String::new(), Vec::new())];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => open.push((start.local_name().as_ref().to_owned(), Vec::new())),
            Event::End(_) => {
                let (name, mut inside) = open.pop().unwrap();
                inside.sort();
                open.last_mut().unwrap().1.push(format!("<{name}>{}</{name}>", inside.concat()));
            }
            Event::Text(text) => open.last_mut().unwrap().1.push(text.to_string()),
            Event::Eof => return open.pop().unwrap().1.concat(),
            other => panic!("not expected here: {other:?}"),
        }
    }
}
