use super::*;
use crate::model::{Action, AgentId, AgentState, DialogId, DialogState};
use proptest::prelude::*;

const DIALOGS: &str = "/finesse/api/User/70123/Dialogs";
const TEAM: &str = "/finesse/api/Team/81/Users";

fn update(event: &str, source: &str, request_id: &str, data: &str) -> [String; 4] {
    [
        format!("<data>{data}</data>"),
        format!("<event>{event}</event>"),
        format!("<requestId>{request_id}</requestId>"),
        format!("<source>{source}</source>"),
    ]
}

fn document(children: &[String]) -> String {
    format!("<Update>{}</Update>", children.concat())
}

fn read(node: &str, children: [String; 4]) -> Notification {
    Notification::read(node, &document(&children)).unwrap()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const RINGING: &str = "<dialogs><Dialog><id>40077001</id><mediaType>Voice</mediaType>\
    <fromAddress>0301234</fromAddress><toAddress>6101</toAddress>\
    <mediaProperties><callType>OTHER_IN</callType><callvariables>\
    <CallVariable><name>callVariable1</name><value>A &amp; B</value></CallVariable>\
    <CallVariable><name>callVariable2</name><value/></CallVariable></callvariables></mediaProperties>\
    <participants><Participant><actions><action>ANSWER</action></actions><mediaAddress>6101</mediaAddress>\
    <mediaAddressType>AGENT_DEVICE</mediaAddressType><state>ALERTING</state></Participant>\
    <Participant><actions><action>UPDATE_CALL_DATA</action><action>DROP</action></actions>\
    <mediaAddress>0301234</mediaAddress><mediaAddressType/><state>INITIATED</state></Participant></participants>\
    <state>ALERTING</state></Dialog></dialogs>";

#[test]
fn a_ringing_call_is_added_to_the_agents_dialogs() {
    let notification = read(DIALOGS, update("POST", DIALOGS, "", RINGING));
    assert_eq!((notification.event, &notification.request_id), (Event::Post, &None));
    assert_eq!(notification.source, Source::Dialogs(AgentId("70123".to_owned())));
    let Payload::Dialogs(dialogs) = notification.payload else { panic!("{:?}", notification.payload) };
    let [dialog] = &dialogs[..] else { panic!("{dialogs:?}") };
    assert_eq!(dialog.id, DialogId("40077001".to_owned()));
    assert_eq!(dialog.state, DialogState::Alerting);
    assert_eq!(dialog.variables, [("callVariable1".to_owned(), "A & B".to_owned())]);
    let agent = dialog.participant("6101").unwrap();
    assert_eq!((agent.agent, &agent.actions[..]), (true, &[Action::Answer][..]));
    assert!(!dialog.participant("0301234").unwrap().agent);
}

#[test]
fn the_order_of_the_children_does_not_matter() {
    let children = update("POST", DIALOGS, "r-1", RINGING);
    let expected = read(DIALOGS, children.clone());
    let mut order = [0, 1, 2, 3];
    // All 24 orders, by exchanging neighbours.
    for step in 0..24 {
        let children = order.map(|at: usize| children[at].clone());
        assert_eq!(read(DIALOGS, children), expected);
        order.swap(step % 3, step % 3 + 1);
    }
}

#[test]
fn a_document_that_is_encoded_twice_reads_the_same() {
    let children = update("PUT", DIALOGS, "", RINGING);
    let once = document(&children);
    let expected = Notification::read(DIALOGS, &once).unwrap();
    assert_eq!(Notification::read(DIALOGS, &escape(&once)).unwrap(), expected);
    let data_apart = update("PUT", DIALOGS, "", &escape(RINGING));
    assert_eq!(Notification::read(DIALOGS, &document(&data_apart)).unwrap(), expected);
}

#[test]
fn events_and_roots_are_of_any_case() {
    for (event, expected) in [
        ("PUT", Event::Put),
        ("put", Event::Put),
        ("{put}", Event::Put),
        ("{POST}", Event::Post),
        ("Delete", Event::Delete),
    ] {
        for root in ["user", "User", "USER"] {
            let data = format!("<{root}><loginId>70123</loginId><state>READY</state></{root}>");
            let notification = read("", update(event, "/finesse/api/User/70123", "r-2", &data));
            assert_eq!((notification.event, notification.request_id.as_deref()), (expected, Some("r-2")));
            let Payload::User(user) = notification.payload else { panic!("{:?}", notification.payload) };
            assert_eq!((user.login_id.as_str(), user.state), ("70123", AgentState::Ready));
        }
    }
    let text = document(&update("ERROR", "", "", ""));
    assert_eq!(Notification::read("", &text), Err(Unreadable::UnknownEvent));
}

#[test]
fn a_user_on_a_teams_node_is_a_member() {
    let data = "<user><uri>/finesse/api/User/70124</uri><loginId>70124</loginId><firstName>Ada</firstName>\
        <lastName>Quist</lastName><state>NOT_READY</state><stateChangeTime>2027-05-04T08:15:30.125Z</stateChangeTime>\
        <ReasonCode><code>21</code><label>Lunch</label><id>7</id></ReasonCode></user>";
    let notification = read(TEAM, update("{put}", "/finesse/api/User/70124", "", data));
    assert_eq!(notification.node, Source::TeamUsers("81".to_owned()));
    let Payload::TeamMember(member) = notification.payload else { panic!("{:?}", notification.payload) };
    assert_eq!((member.login_id.as_str(), member.state), ("70124", AgentState::NotReady));
    assert_eq!(member.reason_code.unwrap().id, "7");
    let data = "<team><id>81</id><users><User><loginId>70124</loginId></User></users></team>";
    let notification = read(TEAM, update("put", "/finesse/api/Team/81", "", data));
    let Payload::Team(team) = notification.payload else { panic!("{:?}", notification.payload) };
    assert_eq!(team.members.len(), 1);
}

#[test]
fn a_failure_comes_as_an_event() {
    let data = "<apiErrors><apiError><errorData>34</errorData>\
        <errorMessage>CF_RESOURCE_OUT_OF_SERVICE</errorMessage><errorType>Call Operation Failure</errorType>\
        </apiError></apiErrors>";
    let notification = read(DIALOGS, update("PUT", "/finesse/api/Dialog/40077001", "r-3", data));
    assert_eq!(notification.source, Source::Dialog(DialogId("40077001".to_owned())));
    let Payload::Errors(errors) = notification.payload else { panic!("{:?}", notification.payload) };
    assert_eq!(errors[0].error_type, "Call Operation Failure");
    assert_eq!((errors[0].status, errors[0].data.as_str()), (None, "34"));
}

#[test]
fn queues_messages_and_the_system_are_told() {
    fn payload(node: &str, event: &str, data: &str) -> Payload {
        read(node, update(event, node, "", data)).payload
    }
    let queue = "<Queue><uri>/finesse/api/Queue/9</uri><name>Orders</name>\
        <statistics><callsInQueue>3</callsInQueue><agentsReady>-1</agentsReady></statistics></Queue>";
    let Payload::Queue(read) = payload("/finesse/api/Queue/9", "PUT", queue) else { panic!() };
    assert_eq!((read.statistics.calls_in_queue, read.statistics.agents_ready), (Some(3), None));
    let queues = format!("<Queues>{queue}</Queues>");
    let Payload::Queues(read) = payload("/finesse/api/User/70123/Queues", "DELETE", &queues) else {
        panic!()
    };
    assert_eq!(read[0].id, "9");
    for root in ["systemInfo", "SystemInfo"] {
        let data = format!("<{root}><status>OUT_OF_SERVICE</status></{root}>");
        let Payload::SystemInfo(info) = payload("/finesse/api/SystemInfo", "PUT", &data) else { panic!() };
        assert!(!info.in_service);
    }
    let message = "<teamMessage><id>5e2c</id><content>Hello</content></teamMessage>";
    let node = "/finesse/api/Team/81/TeamMessages";
    let Payload::TeamMessages(read) = payload(node, "POST", message) else { panic!() };
    assert_eq!(read[0].content, "Hello");
}

#[test]
fn nothing_and_the_unknown_are_no_failure() {
    for data in ["", " ", "<media><id>5</id></media>"] {
        let notification = read("", update("DELETE", "/finesse/api/User/70123", "", data));
        assert_eq!(notification.payload, Payload::Nothing);
    }
    let bare = "<Update><event>DELETE</event></Update>";
    assert_eq!(Notification::read("", bare).unwrap().payload, Payload::Nothing);
    for text in ["", "text", "<html/>", "&lt;Update", "<Update>"] {
        assert!(Notification::read("", text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(node in "\\PC*", text in "\\PC*") {
        let _ = Notification::read(&node, &text);
    }

    #[test]
    fn no_data_makes_it_panic(
        node in "/finesse/api/(Team|User|Queue)/1/(Users|Dialogs)?",
        root in "(user|dialogs|Dialog|team|queue|queues|systemInfo|apiErrors|teamMessages)",
        inside in "(<(id|uri|state|User|Dialog|name)>[a-z0-9/:&;-]{0,5}</(id|uri|state|User|Dialog|name)>){0,4}",
    ) {
        let data = format!("<{root}>{inside}</{root}>");
        let _ = Notification::read(&node, &document(&update("PUT", &node, "", &data)));
    }
}
