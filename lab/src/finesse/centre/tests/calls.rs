//! What agents see of calls, in which order, and what they can do.

use super::*;

fn answer(world: &mut World, call: CallId, device: &str) {
    world.command(Command::Answer { call, device: device.into() });
}

fn triples(told: &[(String, String, String)]) -> Vec<(&str, &str, &str)> {
    told.iter().map(|(event, dialog, own)| (event.as_str(), dialog.as_str(), own.as_str())).collect()
}

/// An agent who talks with a customer.
fn talking(platform: Platform) -> (World, CallId, u64) {
    let mut world = World::new(platform);
    world.ready("1001");
    let call = world.customer("5001");
    answer(&mut world, call, "1001");
    let id = world.dialogs("1001")[0].id;
    world.told.clear();
    (world, call, id)
}

#[test]
fn a_call_in_is_told_step_by_step() {
    let mut world = World::new(Platform::Ucce);
    world.ready("1001");
    world.told.clear();
    let call = world.customer("5001");
    answer(&mut world, call, "1001");
    world.command(Command::Hold { call, device: "1001".into() });
    world.command(Command::Retrieve { call, device: "1001".into() });
    world.command(Command::Drop { call, party: "0301".into() });
    world.set("1001", "READY");
    assert_eq!(
        triples(&world.told_of_calls("1001")),
        [
            ("POST", "ALERTING", "ALERTING"),
            ("PUT", "ACTIVE", "ACTIVE"),
            ("PUT", "ACTIVE", "HELD"),
            ("PUT", "ACTIVE", "ACTIVE"),
            ("PUT", "ACTIVE", "ACTIVE"),
            ("PUT", "ACTIVE", "DROPPED"),
            ("PUT", "DROPPED", "WRAP_UP"),
            ("DELETE", "DROPPED", "DROPPED"),
        ]
    );
    assert_eq!(world.centre.dialogs().count(), 0);
}

#[test]
fn a_call_out_is_told_step_by_step_and_the_request_is_named_once() {
    let mut world = World::new(Platform::Ucce);
    world.sign_in("1001");
    world.told.clear();
    world.make_call("1001", "0302").unwrap();
    let named = world.told.iter().filter(|told| told.body.contains("<requestId>r2</requestId>")).count();
    let call = world.dialogs("1001")[0].call;
    answer(&mut world, call, "0302");
    assert_eq!(
        triples(&world.told_of_calls("1001")),
        [
            ("POST", "INITIATING", "INITIATING"),
            ("PUT", "INITIATED", "INITIATED"),
            ("PUT", "ALERTING", "INITIATED"),
            ("PUT", "ACTIVE", "ACTIVE"),
        ]
    );
    assert_eq!(named, 1);
}

#[test]
fn a_call_that_fails_says_why_and_is_dropped_by_hand_or_after_a_while() {
    for by_hand in [true, false] {
        let mut world = World::new(Platform::Ucce);
        world.sign_in("1001");
        world.make_call("1001", "nowhere").unwrap();
        let dialog = world.dialogs("1001")[0].clone();
        assert_eq!(dialog.state.name(), "FAILED");
        assert_eq!(dialog.participants[0].cause, "BAD_DESTINATION");
        if by_hand {
            world.act("1001", dialog.id, "DROP", "").unwrap();
        } else {
            world.wait(15_000);
        }
        assert!(world.dialogs("1001").is_empty());
        assert_eq!(world.state("1001"), AgentState::NotReady);
    }
}

#[test]
fn a_consultation_holds_first_and_its_transfer_keeps_the_original() {
    let (mut world, _, original) = talking(Platform::Ucce);
    world.sign_in("1002");
    world.told.clear();
    world.act("1001", original, "CONSULT_CALL", "1002").unwrap();
    let told = world.told_of_calls("1001");
    assert_eq!(triples(&told)[..2], [("PUT", "ACTIVE", "HELD"), ("POST", "INITIATING", "INITIATING")]);
    let consult = world.dialogs("1002")[0].clone();
    assert_eq!((consult.kind, consult.associated), ("CONSULT", Some(original)));
    answer(&mut world, consult.call, "1002");
    assert_eq!((world.state("1001"), world.state("1002")), (AgentState::Talking, AgentState::Talking));
    world.act("1001", original, "TRANSFER", "").unwrap();
    let left = world.dialogs("1002");
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].secondary, left[0].kind), (original, Some(consult.id), "TRANSFER"));
    assert_eq!((left[0].from.as_str(), left[0].to.as_str()), ("0301", "1002"));
    assert_eq!(world.state("1001"), AgentState::WorkReady);
    let told = world.told_of_calls("1002");
    let events: Vec<_> = triples(&told).into_iter().map(|(event, ..)| event).collect();
    assert!(events.contains(&"DELETE") && events.contains(&"POST"));
}

#[test]
fn three_talk_and_one_after_the_other_leaves() {
    let (mut world, call, original) = talking(Platform::Ucce);
    world.sign_in("1002");
    world.act("1001", original, "CONSULT_CALL", "1002").unwrap();
    let consult = world.dialogs("1002")[0].call;
    answer(&mut world, consult, "1002");
    world.act("1001", original, "CONFERENCE", "").unwrap();
    assert_eq!(world.dialogs("1001").len(), 1);
    assert_eq!(world.dialogs("1002")[0].kind, "CONFERENCE");
    world.command(Command::Drop { call, party: "1001".into() });
    assert_eq!(world.state("1001"), AgentState::WorkReady);
    assert_eq!(world.state("1002"), AgentState::Talking);
    world.command(Command::Drop { call, party: "1002".into() });
    assert!(world.dialogs("1002").is_empty() || world.state("1002") == AgentState::Work);
    assert_eq!(world.switch.calls(), 0);
}

#[test]
fn a_call_is_sent_on_in_one_step() {
    let (mut world, call, id) = talking(Platform::Ucce);
    world.sign_in("1002");
    world.act("1001", id, "TRANSFER_SST", "1002").unwrap();
    assert_eq!(world.switch.parties(call), ["0301", "1002"]);
    answer(&mut world, call, "1002");
    assert_eq!((world.state("1001"), world.state("1002")), (AgentState::WorkReady, AgentState::Talking));
}

#[test]
fn actions_that_are_not_offered_fail_by_an_event_and_senseless_ones_at_once() {
    let (mut world, _, id) = talking(Platform::Ucce);
    world.act("1001", id, "RETRIEVE", "").unwrap();
    assert_eq!(world.errors("1001"), [("Generic Error".into(), "1".into())]);
    let refused = |world: &mut World, who: &str, id, action: &str, to: &str| {
        let error = world.act(who, id, action, to).unwrap_err();
        (error.status, error.kind)
    };
    assert_eq!(refused(&mut world, "1001", 1, "HOLD", ""), (404, "Dialog Not Found"));
    assert_eq!(refused(&mut world, "1001", id, "FLY", ""), (400, "Invalid Input"));
    assert_eq!(refused(&mut world, "1001", id, "CONSULT_CALL", ""), (400, "Parameter Missing"));
    assert_eq!(refused(&mut world, "1001", id, "CONSULT_CALL", "1001"), (400, "Invalid Destination"));
    assert_eq!(refused(&mut world, "1001", id, "START_RECORDING", ""), (501, "Not Implemented"));
    assert_eq!(refused(&mut world, "1002", id, "HOLD", ""), (401, "Invalid Authorization User Specified"));
    world.act("1001", id, "HOLD", "").unwrap();
    assert_eq!(refused(&mut world, "1001", id, "SEND_DTMF", ""), (401, "Invalid State"));
}

#[test]
fn a_supervisor_listens_joins_and_takes_over() {
    for (platform, code, state) in
        [(Platform::Ucce, "13145", AgentState::Talking), (Platform::Uccx, "88049", AgentState::NotReady)]
    {
        let (mut world, call, _) = talking(platform);
        world.ready("1003");
        let ask = |world: &mut World, requested: &str, associated: Option<u64>| {
            let create = Create {
                requested: requested.into(),
                from: Some("1003".into()),
                to: Some("1001".into()),
                associated: associated.map(|id| id.to_string()),
                ..Create::default()
            };
            world.centre.create(world.now, "1003", "1003", &create, "").unwrap();
            world.pump();
        };
        ask(&mut world, "SILENT_MONITOR", None);
        assert_eq!(world.errors("1003"), [("Invalid State".into(), code.into())]);
        world.set("1003", "NOT_READY");
        ask(&mut world, "SILENT_MONITOR", None);
        let monitor = world.dialogs("1003")[0].id;
        assert_eq!(world.dialogs("1003")[0].kind, "SUPERVISOR_MONITOR");
        assert_eq!((world.dialogs("1001").len(), world.state("1003")), (1, state));
        ask(&mut world, "BARGE_CALL", Some(monitor));
        assert_eq!(world.switch.parties(call), ["0301", "1001", "1003"]);
        let action =
            Action { requested: "PARTICIPANT_DROP".into(), target: Some("1001".into()), ..Action::default() };
        let id = world.dialogs("1003")[0].id.to_string();
        world.centre.act(world.now, "1003", &id, &action, "").unwrap();
        world.pump();
        assert_eq!(world.switch.parties(call), ["0301", "1003"]);
    }
}

#[test]
fn out_of_service_there_are_no_events_and_afterwards_everything_is_told_again() {
    let (mut world, call, _) = talking(Platform::Ucce);
    world.centre.go_out_of_service(world.now, "CTI_SERVER_LOST");
    world.pump();
    assert!(world.told.last().unwrap().body.contains("OUT_OF_SERVICE"));
    world.told.clear();
    world.command(Command::Hold { call, device: "1001".into() });
    assert!(world.told.is_empty());
    world.centre.come_into_service(world.now, true);
    world.pump();
    assert!(world.told[0].body.contains("IN_SERVICE"));
    assert_eq!(triples(&world.told_of_calls("1001")), [("PUT", "ACTIVE", "HELD")]);
}

#[test]
fn messages_reach_the_team_until_they_expire() {
    let mut world = World::new(Platform::Ucce);
    let message = Element::new("TeamMessage")
        .field("duration", 60)
        .field("content", "Fire drill at 3 & no lift")
        .child(Element::new("teams").field("team", 1));
    assert_eq!(
        world.centre.send_message(START, "1001", &message, "").unwrap_err().kind,
        "Invalid Supervisor"
    );
    world.centre.send_message(START, "1003", &message, "").unwrap();
    world.pump();
    let events = |world: &World| world.told.iter().filter(|it| it.node.ends_with("/TeamMessages")).count();
    assert_eq!((events(&world), world.centre.read_messages("1001", Some("1")).elements().count()), (1, 1));
    world.wait(60_000);
    assert_eq!((events(&world), world.centre.read_messages("1001", Some("1")).elements().count()), (2, 0));
}
