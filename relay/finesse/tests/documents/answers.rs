//! Whole answers, as the documents print them.

use sidetone_finesse::model::{
    Action, AgentState, Contact, Deployment, Device, Dialog, DialogId, DialogState, MobileAgent, MobileMode,
    PhoneBook, Queue, ReasonCode, ScheduledCallback, SystemInfo, Team, TeamMessage, TeamName, User,
    WrapUpMode, WrapUpReason,
};
use sidetone_finesse::rest::{self, Unreadable};

/// 2027-05-04T08:15:30.125Z.
const MORNING: u64 = 1_809_418_530_125;

#[test]
fn a_supervisor_on_the_phone() {
    let user: User = rest::read(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <User>
          <dialogs>/finesse/api/User/70123/Dialogs</dialogs>
          <extension>6101</extension>
          <firstName>Kim</firstName> <lastName>O&apos;Neal</lastName>
          <loginId>70123</loginId> <loginName>kim</loginName>
          <mediaType>1</mediaType>
          <pendingState>NOT_READY</pendingState>
          <reasonCodeId>-1</reasonCodeId>
          <ReasonCode><category>NOT_READY</category><uri>/finesse/api/ReasonCode/7</uri><code>21</code>
            <label>Lunch</label><forAll>true</forAll><systemCode>false</systemCode><id>7</id></ReasonCode>
          <roles><role>Agent</role><role>Supervisor</role></roles>
          <services><service>AgentAnswers</service></services>
          <settings><deviceSelection>enabled</deviceSelection>
            <wrapUpOnIncoming>REQUIRED_WITH_WRAP_UP_DATA</wrapUpOnIncoming>
            <wrapUpOnOutgoing>NOT_ALLOWED</wrapUpOnOutgoing></settings>
          <mobileAgent><mode>CALL_BY_CALL</mode><dialNumber>0301234</dialNumber></mobileAgent>
          <skillTargetId>5012</skillTargetId>
          <state>TALKING</state>
          <stateChangeTime>2027-05-04T08:15:30.125Z</stateChangeTime>
          <teamId>80</teamId> <teamName>Leads</teamName>
          <teams><Team><uri>/finesse/api/Team/81</uri><id>81</id><name>Orders</name></Team>
            <Team><uri>/finesse/api/Team/82</uri><name>Returns</name></Team></teams>
          <uri>/finesse/api/User/70123</uri>
        </User>"#,
    )
    .unwrap();
    let lunch =
        ReasonCode { id: "7".to_owned(), code: "21".to_owned(), label: "Lunch".to_owned(), system: false };
    let expected = User {
        login_id: "70123".to_owned(),
        login_name: "kim".to_owned(),
        first_name: "Kim".to_owned(),
        last_name: "O'Neal".to_owned(),
        state: AgentState::Talking,
        state_change_time: Some(MORNING),
        pending_state: Some(AgentState::NotReady),
        reason_code_id: None,
        reason_code: Some(lunch),
        extension: "6101".to_owned(),
        mobile_agent: Some(MobileAgent { mode: MobileMode::CallByCall, dial_number: "0301234".to_owned() }),
        supervisor: true,
        wrap_up_on_incoming: WrapUpMode::RequiredWithWrapUpData,
        wrap_up_on_outgoing: WrapUpMode::NotAllowed,
        device_selection: true,
        team: Some(TeamName { id: "80".to_owned(), name: "Leads".to_owned() }),
        teams: vec![
            TeamName { id: "81".to_owned(), name: "Orders".to_owned() },
            TeamName { id: "82".to_owned(), name: "Returns".to_owned() },
        ],
    };
    assert_eq!(user, expected);
}

#[test]
fn an_agent_who_is_signed_out_has_little_to_say() {
    let user: User = rest::read(
        "<User><uri>/finesse/api/User/70124</uri><loginId>70124</loginId><state>LOGOUT</state><stateChangeTime/>\
         <pendingState></pendingState><reasonCodeId/><ReasonCode/><mobileAgent><mode/><dialNumber/></mobileAgent>\
         <settings/><roles><role>Agent</role></roles><teams/></User>",
    )
    .unwrap();
    let expected = User { login_id: "70124".to_owned(), state: AgentState::Logout, ..User::default() };
    assert_eq!(user, expected);
}

#[test]
fn a_state_of_a_later_version_is_unknown_and_no_failure() {
    let user: User = rest::read("<User><loginId>1</loginId><state>DANCING</state></User>").unwrap();
    assert_eq!(user.state, AgentState::Unknown);
}

#[test]
fn a_campaigns_call_with_all_there_is() {
    let dialogs: Vec<Dialog> = rest::read(
        r"<Dialogs>
          <Dialog>
            <associatedDialogUri>/finesse/api/Dialog/40077000</associatedDialogUri>
            <fromAddress>6101</fromAddress> <id>40077001</id> <secondaryId>40077009</secondaryId>
            <mediaProperties>
              <mediaId>1</mediaId> <dialedNumber>6200</dialedNumber> <callType>OUTBOUND_PREVIEW</callType>
              <DNIS>6201</DNIS> <outboundClassification>VOICE</outboundClassification>
              <queueNumber>9</queueNumber> <queueName>Orders</queueName>
              <wrapUpReason>Order</wrapUpReason>
              <wrapUpItems><wrapUpItem>Order</wrapUpItem><wrapUpItem>Returns</wrapUpItem></wrapUpItems>
              <callvariables>
                <CallVariable><name>callVariable1</name><value>gold</value></CallVariable>
                <CallVariable><name>callVariable2</name><value></value></CallVariable>
                <CallVariable><name>BACampaign</name><value>Spring</value></CallVariable>
                <CallVariable><name>user.list[2]</name><value>a &lt; b</value></CallVariable>
              </callvariables>
            </mediaProperties>
            <mediaType>Voice</mediaType>
            <participants>
              <Participant>
                <actions><action>HOLD</action><action>FLY</action><action>DROP</action></actions>
                <mediaAddress>6101</mediaAddress> <mediaAddressType>AGENT_DEVICE</mediaAddressType>
                <startTime>2027-05-04T08:15:30.125Z</startTime> <state>HELD</state> <stateCause></stateCause>
                <stateChangeTime>2027-05-04T08:15:31.125Z</stateChangeTime>
              </Participant>
              <Participant>
                <actions/> <mediaAddress>0301234</mediaAddress> <mediaAddressType></mediaAddressType>
                <startTime/> <state>FAILED</state> <stateCause>BUSY</stateCause> <stateChangeTime/>
              </Participant>
            </participants>
            <state>ACTIVE</state> <toAddress>0301234</toAddress> <uri>/finesse/api/Dialog/40077001</uri>
            <scheduledCallbackInfo><callbackTime>2027-05-05T14:30</callbackTime>
              <callbackNumber>0305678</callbackNumber></scheduledCallbackInfo>
          </Dialog>
          <Dialog/>
          <Dialog><uri>/finesse/api/Dialog/40077002</uri></Dialog>
        </Dialogs>",
    )
    .unwrap();
    // The one without an id has no use; the one with a URI alone has.
    let [dialog, bare] = &dialogs[..] else { panic!("{dialogs:?}") };
    assert_eq!(bare.id, DialogId("40077002".to_owned()));
    assert_eq!((bare.state, &bare.callback), (DialogState::Unknown, &None));
    assert_eq!(dialog.secondary_id, Some(DialogId("40077009".to_owned())));
    assert_eq!(dialog.associated, Some(DialogId("40077000".to_owned())));
    assert_eq!((dialog.from_address.as_str(), dialog.to_address.as_str()), ("6101", "0301234"));
    assert_eq!((dialog.call_type.as_str(), dialog.dialed_number.as_str()), ("OUTBOUND_PREVIEW", "6200"));
    assert_eq!((dialog.dnis.as_str(), dialog.outbound_classification.as_str()), ("6201", "VOICE"));
    assert_eq!((dialog.queue_number.as_str(), dialog.queue_name.as_str()), ("9", "Orders"));
    assert_eq!(
        (dialog.wrap_up_reason.as_str(), &dialog.wrap_up_items[..]),
        ("Order", &["Order", "Returns"].map(str::to_owned)[..])
    );
    let variables: Vec<_> =
        dialog.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(variables, [("callVariable1", "gold"), ("BACampaign", "Spring"), ("user.list[2]", "a < b")]);
    let expected = ScheduledCallback { time: "2027-05-05T14:30".to_owned(), number: "0305678".to_owned() };
    assert_eq!(dialog.callback, Some(expected));
    let agent = dialog.participant("6101").unwrap();
    assert_eq!((agent.agent, agent.state), (true, DialogState::Held));
    assert_eq!(agent.actions, [Action::Hold, Action::Drop]);
    assert_eq!((agent.start_time, agent.state_change_time), (Some(MORNING), Some(MORNING + 1_000)));
    let customer = dialog.participant("0301234").unwrap();
    assert_eq!((customer.agent, customer.state_cause.as_str()), (false, "BUSY"));
}

#[test]
fn a_team_writes_its_reasons_in_lower_case() {
    let team: Team = rest::read(
        "<Team><uri>/finesse/api/Team/81</uri><id>81</id><name>Orders</name><users>\
         <User><uri>/finesse/api/User/70124/</uri><loginId>70124</loginId><firstName>Ada</firstName>\
         <lastName>Quist</lastName><extension>6102</extension><pendingState/><state>NOT_READY</state>\
         <stateChangeTime>2027-05-04T08:15:30.125Z</stateChangeTime>\
         <reasonCode><category>NOT_READY</category><code>21</code><label>Lunch</label><id>7</id></reasonCode></User>\
         <User><uri>/finesse/api/User/70125/</uri><state>READY</state></User></users></Team>",
    )
    .unwrap();
    let [first, second] = &team.members[..] else { panic!("{team:?}") };
    assert_eq!((team.id.as_str(), team.name.as_str()), ("81", "Orders"));
    assert_eq!((first.login_id.as_str(), first.extension.as_str()), ("70124", "6102"));
    assert_eq!(first.reason_code.as_ref().map(|reason| reason.label.as_str()), Some("Lunch"));
    assert_eq!((second.login_id.as_str(), second.state), ("70125", AgentState::Ready));
}

#[test]
fn figures_that_are_not_reported_are_none() {
    let queues: Vec<Queue> = rest::read(
        "<Queues><Queue><uri>/finesse/api/Queue/9</uri><name>Orders</name><statistics><callsInQueue>3</callsInQueue>\
         <startTimeOfLongestCallInQueue>2027-05-04T08:15:30Z</startTimeOfLongestCallInQueue>\
         <agentsReady>0</agentsReady><agentsNotReady>-1</agentsNotReady><agentsTalkingInbound/></statistics></Queue>\
         <Queue><uri>/finesse/api/Queue/10</uri><name>Returns</name></Queue></Queues>",
    )
    .unwrap();
    let statistics = queues[0].statistics;
    assert_eq!((statistics.calls_in_queue, statistics.agents_ready), (Some(3), Some(0)));
    assert_eq!((statistics.agents_not_ready, statistics.agents_talking_inbound), (None, None));
    assert_eq!(statistics.start_time_of_longest_call_in_queue, Some(MORNING - 125));
    assert_eq!((queues[1].id.as_str(), queues[1].statistics.calls_in_queue), ("10", None));
}

#[test]
fn system_info_of_a_new_version() {
    let info: SystemInfo = rest::read(
        "<SystemInfo><currentTimestamp>2027-05-04T08:15:30.125Z</currentTimestamp><deploymentType>UCCX</deploymentType>\
         <primaryNode><host>fin1.example</host><httpsPort>8445</httpsPort><xmppPort>5222</xmppPort>\
         <xmppSecurePort>5223</xmppSecurePort></primaryNode><secondaryNode><host>fin2.example</host></secondaryNode>\
         <status>IN_SERVICE</status><statusReason/><systemAuthMode>SSO</systemAuthMode>\
         <timezoneOffset>-120</timezoneOffset><xmppDomain>fin1.example</xmppDomain>\
         <xmppPubSubDomain>pubsub.fin1.example</xmppPubSubDomain></SystemInfo>",
    )
    .unwrap();
    assert!(info.in_service);
    assert_eq!((info.deployment, info.single_sign_on), (Some(Deployment::Uccx), Some(true)));
    assert_eq!((info.primary.https_port, info.primary.xmpp_secure_port), (Some(8_445), Some(5_223)));
    assert_eq!(info.alternate_host(), Some("fin2.example"));
    assert_eq!(
        (info.xmpp_domain.as_str(), info.pubsub_domain.as_str()),
        ("fin1.example", "pubsub.fin1.example")
    );
    assert_eq!((info.timestamp, info.timezone_offset), (Some(MORNING), Some(-120)));
}

#[test]
fn system_info_of_an_old_version() {
    let info: SystemInfo = rest::read(
        "<SystemInfo><primaryNode><host>fin1.example</host></primaryNode><secondaryNode><host/></secondaryNode></SystemInfo>",
    )
    .unwrap();
    assert!(info.in_service);
    assert_eq!((info.secondary, info.deployment, info.single_sign_on), (None, None, Some(false)));
}

#[test]
fn the_way_of_signing_on_is_spelled_in_many_ways() {
    for (text, expected) in [
        ("SSO", Some(true)),
        ("sso", Some(true)),
        ("NON_SSO", Some(false)),
        ("non-SSO", Some(false)),
        ("NON SSO", Some(false)),
        ("HYBRID", None),
        ("Hybrid", None),
    ] {
        let text = format!("<SystemInfo><systemAuthMode>{text}</systemAuthMode></SystemInfo>");
        assert_eq!(rest::read::<SystemInfo>(&text).unwrap().single_sign_on, expected, "{text}");
    }
}

#[test]
fn lists_to_choose_from() {
    let reasons: Vec<ReasonCode> = rest::read(
        "<ReasonCodes category=\"NOT_READY\"><ReasonCode><uri>/finesse/api/ReasonCode/7</uri><code>21</code>\
         <label>Lunch</label><forAll>true</forAll></ReasonCode><ReasonCode><uri>finesse/api/ReasonCode/8</uri>\
         <code>50002</code><label>Lost</label><systemCode>true</systemCode></ReasonCode></ReasonCodes>",
    )
    .unwrap();
    let ids: Vec<_> = reasons.iter().map(|reason| (reason.id.as_str(), reason.system)).collect();
    assert_eq!(ids, [("7", false), ("8", true)]);
    let reasons: Vec<WrapUpReason> = rest::read(
        "<WrapUpReasons><WrapUpReason><uri>/finesse/api/WrapUpReason/3</uri><label>Order</label></WrapUpReason>\
         <WrapUpReason><label/></WrapUpReason></WrapUpReasons>",
    )
    .unwrap();
    assert_eq!(reasons, [WrapUpReason { id: "3".to_owned(), label: "Order".to_owned() }]);
    let devices: Vec<Device> = rest::read(
        "<Devices><Device><deviceId>CSFKIM</deviceId><deviceType>503</deviceType>\
         <deviceTypeName>Softphone</deviceTypeName></Device></Devices>",
    )
    .unwrap();
    assert_eq!((devices[0].id.as_str(), devices[0].type_name.as_str()), ("CSFKIM", "Softphone"));
}

#[test]
fn phone_books_come_with_their_contacts_or_with_where_they_are() {
    let contact = "<Contact><firstName>Ada</firstName><lastName>Quist</lastName><phoneNumber>0301234</phoneNumber>\
        <description>Lead</description><uri>/finesse/api/PhoneBook/4/Contact/1</uri></Contact>";
    let ada = Contact {
        first_name: "Ada".to_owned(),
        last_name: "Quist".to_owned(),
        phone_number: "0301234".to_owned(),
        description: "Lead".to_owned(),
    };
    let books: Vec<PhoneBook> = rest::read(&format!(
        "<PhoneBooks><PhoneBook><uri>/finesse/api/PhoneBook/4</uri><name>House</name><type>GLOBAL</type>\
         <contacts>/finesse/api/PhoneBook/4/Contacts</contacts></PhoneBook>\
         <PhoneBook><name>Team</name><type>TEAM</type><Contacts>{contact}</Contacts></PhoneBook></PhoneBooks>"
    ))
    .unwrap();
    assert_eq!((books[0].id.as_str(), books[0].name.as_str()), ("4", "House"));
    assert_eq!(books[0].contacts_uri.as_deref(), Some("/finesse/api/PhoneBook/4/Contacts"));
    assert_eq!((&books[1].contacts_uri, &books[1].contacts[..]), (&None, &[ada.clone()][..]));
    let contacts: Vec<Contact> = rest::read(&format!("<Contacts>{contact}</Contacts>")).unwrap();
    assert_eq!(contacts, [ada]);
}

#[test]
fn a_team_message_says_when_in_seconds() {
    let messages: Vec<TeamMessage> = rest::read(
        "<TeamMessages><TeamMessage><uri>/finesse/api/TeamMessage/5e2c</uri><id>5e2c</id>\
         <createdBy><id>70123</id><firstName>Kim</firstName><lastName>O'Neal</lastName></createdBy>\
         <createdAt>1809418530</createdAt><duration>900</duration><content>Tills &amp; scanners</content>\
         <teams><team>81</team><team>82</team></teams></TeamMessage>\
         <TeamMessage><uri>/finesse/api/TeamMessage/5e2d</uri><createdBy>70123</createdBy></TeamMessage></TeamMessages>",
    )
    .unwrap();
    let expected = TeamMessage {
        id: "5e2c".to_owned(),
        created_by: "70123".to_owned(),
        created_by_name: "Kim O'Neal".to_owned(),
        created_at: Some(1_809_418_530_000),
        duration_s: 900,
        content: "Tills & scanners".to_owned(),
        teams: vec!["81".to_owned(), "82".to_owned()],
    };
    assert_eq!(messages[0], expected);
    assert_eq!((messages[1].id.as_str(), messages[1].created_by_name.as_str()), ("5e2d", "70123"));
}

#[test]
fn something_else_is_not_taken_for_the_object() {
    assert_eq!(rest::read::<User>("<html><body/></html>"), Err(Unreadable::OtherRoot("User")));
    assert_eq!(rest::read::<Vec<Dialog>>("<Dialog/>"), Err(Unreadable::OtherRoot("Dialogs")));
    assert_eq!(rest::read::<Dialog>("<Dialog/>"), Err(Unreadable::Missing("id")));
    assert_eq!(rest::read::<User>(""), Err(Unreadable::Malformed));
    assert_eq!(rest::read::<User>("<!DOCTYPE User><User/>"), Err(Unreadable::NotAcceptable));
}
