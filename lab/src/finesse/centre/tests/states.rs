//! The rows of the two tables, as agents bring them about.

use super::*;
use AgentState::{
    Hold, Logout, NotReady, Ready, Reserved, ReservedOutboundPreview, Talking, Work, WorkReady,
};

const CUSTOMER: &str = "0301";

/// The states that an agent went through.
fn path(world: &mut World, id: &str) -> Vec<AgentState> {
    let changes = std::mem::take(&mut world.changes);
    changes.into_iter().filter(|(agent, ..)| agent == id).map(|(_, _, to)| to).collect()
}

fn answer(world: &mut World, call: CallId, device: &str) {
    world.command(Command::Answer { call, device: device.into() });
}

fn hang_up(world: &mut World, call: CallId, party: &str) {
    world.command(Command::Drop { call, party: party.into() });
}

fn supervise(world: &mut World, state: &str) -> Result<(), ApiError> {
    let change = Change { state: Some(state.into()), ..Change::default() };
    let result = world.centre.change(world.now, "1003", "1001", &change, "");
    world.pump();
    result
}

#[test]
fn an_agent_signs_in_goes_ready_gives_reasons_and_signs_out() {
    let mut world = World::new(Platform::Ucce);
    world.ready("1001");
    let reason =
        |id: &str| Change { state: Some("NOT_READY".into()), reason: Some(id.into()), ..Change::default() };
    for id in ["7", "8"] {
        world.centre.change(world.now, "1001", "1001", &reason(id), "").unwrap();
    }
    world.pump();
    let before = world.centre.reason_label("1001");
    world.set("1001", "LOGOUT");
    assert_eq!(before, "Break");
    assert_eq!(path(&mut world, "1001"), [NotReady, Ready, NotReady, NotReady, Logout]);
    // The code is not what is sent, and nobody chooses what only the system gives.
    for id in ["21", "101", "31", "x"] {
        let refused = world.centre.change(world.now, "1001", "1001", &reason(id), "").unwrap_err();
        assert_eq!((refused.status, refused.kind), (400, "Invalid Input"));
    }
}

#[test]
fn ucce_refuses_to_let_a_ready_agent_go_and_uccx_does_not() {
    let mut world = World::new(Platform::Ucce);
    world.ready("1001");
    world.set("1001", "LOGOUT");
    assert_eq!(world.state("1001"), Ready);
    assert_eq!(world.errors("1001"), [("Invalid State".into(), "265".into())]);
    let mut world = World::new(Platform::Uccx);
    world.ready("1001");
    world.set("1001", "LOGOUT");
    assert_eq!(world.state("1001"), Logout);
}

#[test]
fn who_is_not_signed_in_is_told_so_in_the_words_of_the_platform() {
    for (platform, code) in [(Platform::Ucce, "257"), (Platform::Uccx, "1010")] {
        let mut world = World::new(platform);
        world.set("1001", "NOT_READY");
        assert_eq!(world.errors("1001"), [("Invalid State".into(), code.into())]);
    }
}

#[test]
fn a_call_from_a_queue_goes_through_all_states_of_ucce() {
    let mut world = World::new(Platform::Ucce);
    world.ready("1001");
    let call = world.customer("5001");
    answer(&mut world, call, "1001");
    world.command(Command::Hold { call, device: "1001".into() });
    world.command(Command::Retrieve { call, device: "1001".into() });
    hang_up(&mut world, call, CUSTOMER);
    world.wait(30_000);
    assert_eq!(
        path(&mut world, "1001"),
        [NotReady, Ready, Reserved, Talking, Hold, Talking, WorkReady, Ready]
    );
}

#[test]
fn a_wish_during_the_call_comes_true_after_it() {
    for (hold, wish, work, end) in [
        (false, "NOT_READY", Work, NotReady),
        (true, "NOT_READY", Work, NotReady),
        (false, "READY", WorkReady, Ready),
        (true, "READY", WorkReady, Ready),
    ] {
        let mut world = World::new(Platform::Ucce);
        world.ready("1001");
        let call = world.customer("5001");
        answer(&mut world, call, "1001");
        if hold {
            world.command(Command::Hold { call, device: "1001".into() });
        }
        world.set("1001", wish);
        let pending = world.centre.agent("1001").unwrap().pending.unwrap().0;
        assert_eq!(pending.name(), wish);
        path(&mut world, "1001");
        hang_up(&mut world, call, CUSTOMER);
        world.wait(30_000);
        assert_eq!(path(&mut world, "1001"), [work, end], "{hold} {wish}");
    }
}

#[test]
fn wrap_up_is_ended_by_hand_in_either_way() {
    for (wish, state) in [("READY", Ready), ("NOT_READY", NotReady)] {
        for pending in ["READY", "NOT_READY"] {
            let mut world = World::new(Platform::Ucce);
            world.ready("1001");
            let call = world.customer("5001");
            answer(&mut world, call, "1001");
            world.set("1001", pending);
            hang_up(&mut world, call, "1001");
            world.set("1001", wish);
            assert_eq!(world.state("1001"), state);
            assert!(world.dialogs("1001").is_empty());
        }
    }
}

#[test]
fn wrap_up_may_be_optional_forbidden_or_in_need_of_a_result() {
    for (setting, asks, expected) in [
        (WrapUp::Optional, false, Ready),
        (WrapUp::Optional, true, WorkReady),
        (WrapUp::NotAllowed, false, Ready),
        (WrapUp::RequiredWithWrapUpData, false, WorkReady),
    ] {
        let mut config = Config { teammates: 0, ..Config::default() };
        config.agents[0].wrap_up_incoming = setting;
        let mut world = World::with(config);
        world.ready("1001");
        let call = world.customer("5001");
        answer(&mut world, call, "1001");
        if asks {
            world.set("1001", "WORK_READY");
        }
        hang_up(&mut world, call, CUSTOMER);
        assert_eq!(world.state("1001"), expected, "{setting:?}");
        if setting == WrapUp::RequiredWithWrapUpData {
            world.set("1001", "READY");
            assert_eq!(world.state("1001"), WorkReady);
            let id = world.dialogs("1001")[0].id.to_string();
            let result = Action {
                requested: "UPDATE_CALL_DATA".into(),
                wrap_up: Some("Solved".into()),
                ..Action::default()
            };
            world.centre.act(world.now, "1001", &id, &result, "").unwrap();
            world.set("1001", "READY");
            assert_eq!(world.state("1001"), Ready);
        }
    }
}

#[test]
fn a_call_that_is_given_up_leaves_the_agent_ready() {
    for platform in [Platform::Ucce, Platform::Uccx] {
        let mut world = World::new(platform);
        world.ready("1001");
        let call = world.customer("5001");
        assert_eq!(world.state("1001"), Reserved);
        hang_up(&mut world, call, CUSTOMER);
        assert_eq!(world.state("1001"), Ready);
        assert_eq!(world.centre.totals.abandoned, 1);
    }
}

#[test]
fn calls_that_an_agent_makes() {
    let mut world = World::new(Platform::Ucce);
    world.ready("1001");
    world.make_call("1001", "0302").unwrap();
    let call = world.dialogs("1001")[0].call;
    answer(&mut world, call, "0302");
    hang_up(&mut world, call, "0302");
    assert_eq!(path(&mut world, "1001"), [NotReady, Ready, NotReady, Talking, NotReady]);
    assert_eq!(world.centre.reason_label("1001"), "Made a call");

    let mut world = World::new(Platform::Uccx);
    world.sign_in("1001");
    world.make_call("1001", "0302").unwrap();
    let call = world.dialogs("1001")[0].call;
    world.set("1001", "READY");
    assert_eq!(world.errors("1001"), [("Invalid State".into(), "33".into())]);
    answer(&mut world, call, "0302");
    hang_up(&mut world, call, "0302");
    assert_eq!(path(&mut world, "1001"), [NotReady]);
}

#[test]
fn uccx_has_neither_hold_nor_wrap_up_ready_and_refuses_wishes_during_a_call() {
    let mut world = World::new(Platform::Uccx);
    world.ready("1001");
    let call = world.customer("5001");
    answer(&mut world, call, "1001");
    world.command(Command::Hold { call, device: "1001".into() });
    world.command(Command::Retrieve { call, device: "1001".into() });
    world.set("1001", "READY");
    assert_eq!(world.errors("1001"), [("Invalid State".into(), "265".into())]);
    world.set("1001", "NOT_READY");
    assert!(world.errors("1001").is_empty());
    world.set("1001", "NOT_READY");
    assert_eq!(world.errors("1001"), [("Invalid State".into(), "265".into())]);
    hang_up(&mut world, call, CUSTOMER);
    world.wait(30_000);
    assert_eq!(path(&mut world, "1001"), [NotReady, Ready, Reserved, Talking, Work, NotReady]);
}

#[test]
fn a_preview_is_accepted_rejected_closed_or_left() {
    for (action, expected) in [("REJECT", Ready), ("CLOSE", Ready), ("ACCEPT", Talking)] {
        let mut world = World::new(Platform::Ucce);
        world.ready("1001");
        assert!(world.centre.preview(world.now, "1001", "0303", "Spring"));
        world.pump();
        assert_eq!(world.state("1001"), ReservedOutboundPreview);
        let dialog = world.dialogs("1001")[0].id;
        world.act("1001", dialog, action, "").unwrap();
        assert_eq!(world.state("1001"), expected);
        assert_eq!(world.dialogs("1001").len(), usize::from(action == "ACCEPT"));
    }
    let mut world = World::new(Platform::Ucce);
    world.ready("1001");
    world.centre.preview(world.now, "1001", "0303", "Spring");
    world.set("1001", "NOT_READY");
    assert_eq!(world.state("1001"), ReservedOutboundPreview);
    let dialog = world.dialogs("1001")[0].id;
    world.act("1001", dialog, "CLOSE", "").unwrap();
    assert_eq!(world.state("1001"), NotReady);
}

#[test]
fn a_supervisor_sets_states_without_reasons_and_waits_for_calls_to_end() {
    let mut world = World::new(Platform::Ucce);
    world.sign_in("1003");
    assert_eq!(supervise(&mut world, "READY").unwrap_err().kind, "Invalid State");
    world.ready("1001");
    supervise(&mut world, "NOT_READY").unwrap();
    assert_eq!(world.centre.reason_label("1001"), "Supervisor initiated");
    supervise(&mut world, "READY").unwrap();
    let call = world.customer("5001");
    answer(&mut world, call, "1001");
    assert_eq!(supervise(&mut world, "NOT_READY").unwrap_err().kind, "Invalid State");
    supervise(&mut world, "LOGOUT").unwrap();
    assert_eq!(world.state("1001"), Talking);
    hang_up(&mut world, call, CUSTOMER);
    assert_eq!(world.state("1001"), Logout);
    let with_reason = Change { state: Some("LOGOUT".into()), reason: Some("7".into()), ..Change::default() };
    let refused = world.centre.change(world.now, "1003", "1001", &with_reason, "").unwrap_err();
    assert_eq!(refused.kind, "Invalid Input");
    let refused = world.centre.change(world.now, "1002", "1001", &with_reason, "").unwrap_err();
    assert_eq!((refused.status, refused.kind), (401, "Invalid Authorization User Specified"));
}

#[test]
fn who_is_lost_is_waited_for_then_treated_as_the_setting_says() {
    for (platform, load, talking, expected) in [
        (Platform::Ucce, 0, false, NotReady),
        (Platform::Ucce, 0, true, Talking),
        (Platform::Ucce, 1, false, Logout),
        (Platform::Ucce, 1, true, Logout),
        (Platform::Uccx, 0, false, Logout),
        (Platform::Uccx, 0, true, Talking),
    ] {
        let mut world = World::with(Config { platform, load, teammates: 0, ..Config::default() });
        world.ready("1001");
        world.centre.presence(world.now, "1001", true);
        let call = talking.then(|| world.customer("5001"));
        if let Some(call) = call {
            answer(&mut world, call, "1001");
        }
        let before = world.state("1001");
        world.centre.presence(world.now, "1001", false);
        world.wait(59_999);
        assert_eq!(world.state("1001"), before);
        world.wait(1);
        assert_eq!(world.state("1001"), expected, "{platform:?} {load} {talking}");
        if expected == NotReady {
            assert_eq!(world.centre.reason_label("1001"), "Connection failure");
        }
        if let Some(call) = call.filter(|_| expected == Talking) {
            hang_up(&mut world, call, CUSTOMER);
            world.wait(30_000);
            let end = if platform == Platform::Ucce { NotReady } else { Logout };
            assert_eq!(world.state("1001"), end);
        }
    }
    let mut world = World::new(Platform::Ucce);
    world.ready("1001");
    world.centre.presence(world.now, "1001", true);
    world.centre.presence(world.now, "1001", false);
    world.wait(30_000);
    world.centre.presence(world.now, "1001", true);
    world.wait(120_000);
    assert_eq!(world.state("1001"), Ready);
}

#[test]
fn signing_in_again_keeps_the_state_and_bad_telephones_are_refused() {
    let mut world = World::new(Platform::Ucce);
    world.ready("1001");
    world.sign_in("1001");
    assert_eq!(world.state("1001"), Ready);
    let login = |extension: Option<&str>| Change {
        state: Some("LOGIN".into()),
        extension: extension.map(Into::into),
        ..Change::default()
    };
    let kinds: Vec<_> = [None, Some("+4930123"), Some("12a"), Some("1001")]
        .map(|extension| world.centre.change(START, "1002", "1002", &login(extension), "").unwrap_err().kind)
        .into();
    assert_eq!(kinds, ["Parameter Missing", "Invalid Input", "Invalid Input", "In Use"]);
    let mut express = World::new(Platform::Uccx);
    assert!(express.centre.change(START, "1002", "1002", &login(Some("+4930123")), "").is_ok());
}

#[test]
fn five_wrong_passwords_block_an_account_for_five_minutes() {
    let mut world = World::new(Platform::Ucce);
    for _ in 0..5 {
        assert!(world.centre.authenticate(START, "1001", "wrong").is_err());
    }
    assert!(world.centre.authenticate(START + 299_999, "1001", "demo-1001").is_err());
    assert_eq!(world.centre.authenticate(START + 300_000, "alice", "demo-1001").unwrap(), "1001");
}
