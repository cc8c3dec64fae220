use super::*;

const EXTENSION: &str = "6101";

fn agent() -> AgentId {
    AgentId("70123".to_owned())
}

fn dialog() -> DialogId {
    DialogId("40077001".to_owned())
}

fn variable(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_call_is_made_by_posting_a_dialog() {
    let call =
        MakeCall { from_address: EXTENSION.to_owned(), to_address: "6200".to_owned(), ..MakeCall::default() };
    let request = Request::make_call(&agent(), &call).unwrap();
    assert_eq!((request.method, request.path.as_str()), (Method::Post, "/finesse/api/User/70123/Dialogs"));
    assert_eq!(
        request.body,
        "<Dialog><requestedAction>MAKE_CALL</requestedAction><fromAddress>6101</fromAddress>\
         <toAddress>6200</toAddress></Dialog>"
    );
}

#[test]
fn a_call_is_made_with_its_variables() {
    let call = MakeCall {
        from_address: EXTENSION.to_owned(),
        to_address: "6200".to_owned(),
        variables: vec![variable("callVariable1", "gold"), variable("user.crm", "a<b")],
    };
    let body = Request::make_call(&agent(), &call).unwrap().body;
    assert!(
        body.ends_with(
            "<mediaProperties><callvariables>\
             <CallVariable><name>callVariable1</name><value>gold</value></CallVariable>\
             <CallVariable><name>user.crm</name><value>a&lt;b</value></CallVariable>\
             </callvariables></mediaProperties></Dialog>"
        ),
        "{body}"
    );
}

#[test]
fn each_action_names_the_participant() {
    for (action, name) in [
        (ParticipantAction::Answer, "ANSWER"),
        (ParticipantAction::Hold, "HOLD"),
        (ParticipantAction::Retrieve, "RETRIEVE"),
        (ParticipantAction::Drop, "DROP"),
        (ParticipantAction::Transfer, "TRANSFER"),
        (ParticipantAction::Conference, "CONFERENCE"),
        (ParticipantAction::StartRecording, "START_RECORDING"),
        (ParticipantAction::Accept, "ACCEPT"),
        (ParticipantAction::Reject, "REJECT"),
        (ParticipantAction::Close, "CLOSE"),
        (ParticipantAction::ParticipantDrop, "PARTICIPANT_DROP"),
    ] {
        let request = Request::dialog_action(&dialog(), action, EXTENSION);
        assert_eq!((request.method, request.path.as_str()), (Method::Put, "/finesse/api/Dialog/40077001"));
        assert_eq!(
            request.body,
            format!(
                "<Dialog><requestedAction>{name}</requestedAction>\
                 <targetMediaAddress>6101</targetMediaAddress></Dialog>"
            )
        );
    }
}

#[test]
fn consult_and_single_step_transfer_name_who_is_called() {
    let body = |name| {
        format!(
            "<Dialog><requestedAction>{name}</requestedAction><toAddress>6300</toAddress>\
             <targetMediaAddress>6101</targetMediaAddress></Dialog>"
        )
    };
    assert_eq!(Request::consult(&dialog(), EXTENSION, "6300").body, body("CONSULT_CALL"));
    assert_eq!(Request::single_step_transfer(&dialog(), EXTENSION, "6300").body, body("TRANSFER_SST"));
}

#[test]
fn what_an_action_takes_goes_as_parameters() {
    let body = |action, name, value| {
        format!(
            "<Dialog><requestedAction>{action}</requestedAction><targetMediaAddress>6101</targetMediaAddress>\
             <actionParams><ActionParam><name>{name}</name><value>{value}</value></ActionParam></actionParams></Dialog>"
        )
    };
    assert_eq!(Request::send_dtmf(&dialog(), EXTENSION, "42#").body, body("SEND_DTMF", "dtmfString", "42#"));
    assert_eq!(
        Request::reclassify(&dialog(), EXTENSION, "BUSY").body,
        body("RECLASSIFY", "outboundClassification", "BUSY")
    );
    let callback = |change| Request::scheduled_callback(&dialog(), EXTENSION, &change).body;
    assert_eq!(
        callback(CallbackChange::Time("2027-05-04T14:30".to_owned())),
        body("UPDATE_SCHEDULED_CALLBACK", "callbackTime", "2027-05-04T14:30")
    );
    assert_eq!(
        callback(CallbackChange::Number("0123".to_owned())),
        body("UPDATE_SCHEDULED_CALLBACK", "callbackNumber", "0123")
    );
    assert_eq!(
        callback(CallbackChange::Cancel),
        "<Dialog><requestedAction>CANCEL_SCHEDULED_CALLBACK</requestedAction>\
         <targetMediaAddress>6101</targetMediaAddress></Dialog>"
    );
}

#[test]
fn a_supervisor_listens_and_joins() {
    let listen = Request::silent_monitor(&agent(), EXTENSION, "6102");
    assert_eq!((listen.method, listen.path.as_str()), (Method::Post, "/finesse/api/User/70123/Dialogs"));
    assert_eq!(
        listen.body,
        "<Dialog><requestedAction>SILENT_MONITOR</requestedAction><fromAddress>6101</fromAddress>\
         <toAddress>6102</toAddress></Dialog>"
    );
    assert_eq!(
        Request::barge(&agent(), EXTENSION, "6102", &dialog()).body,
        "<Dialog><requestedAction>BARGE_CALL</requestedAction><fromAddress>6101</fromAddress>\
         <toAddress>6102</toAddress><associatedDialogUri>/finesse/api/Dialog/40077001</associatedDialogUri></Dialog>"
    );
}
