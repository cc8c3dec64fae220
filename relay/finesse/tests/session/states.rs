//! The two state tables: whatever Finesse tells is taken, and whatever the agent chooses takes effect.

use crate::center::EXTENSION;
use crate::rig::World;
use sidetone_finesse::model::AgentState;
use sidetone_finesse::session::{Ask, ChosenState, Error, Presence, Settings};

const ALL: [(&str, AgentState); 9] = [
    ("NOT_READY", AgentState::NotReady),
    ("READY", AgentState::Ready),
    ("RESERVED", AgentState::Reserved),
    ("RESERVED_OUTBOUND", AgentState::ReservedOutbound),
    ("RESERVED_OUTBOUND_PREVIEW", AgentState::ReservedOutboundPreview),
    ("TALKING", AgentState::Talking),
    ("HOLD", AgentState::Hold),
    ("WORK", AgentState::Work),
    ("WORK_READY", AgentState::WorkReady),
];

fn world(uccx: bool) -> World {
    let mut world = World::new();
    world.center.uccx = uccx;
    World::signed_in_to(world)
}

#[test]
fn any_state_can_follow_any() {
    for uccx in [false, true] {
        let mut world = world(uccx);
        for (from, _) in ALL {
            for (to, expected) in ALL {
                world.center.set(world.now, from, "", "");
                world.run(100);
                world.center.set(world.now, to, "", "");
                world.run(100);
                assert_eq!(world.state(), expected, "{from} to {to}");
                assert_eq!(world.session.view().presence, Presence::SignedIn);
            }
        }
    }
}

#[test]
fn a_state_chosen_outside_of_a_call_is_there_at_once() {
    for uccx in [false, true] {
        for from in ["NOT_READY", "READY", "WORK", "WORK_READY"] {
            for (choice, expected) in
                [(ChosenState::Ready, AgentState::Ready), (ChosenState::NotReady, AgentState::NotReady)]
            {
                let mut world = world(uccx);
                world.center.set(world.now, from, "", "");
                world.run(1_000);
                let tag = world.ask(Ask::SetState { state: choice, reason: None });
                world.run(500);
                assert_eq!(world.done.get(&tag), Some(&Ok(())), "{from} to {choice:?} on UCCX {uccx}");
                assert_eq!(world.state(), expected);
            }
        }
    }
}

#[test]
fn a_state_chosen_during_a_call_takes_effect_after_it() {
    for uccx in [false, true] {
        for during in ["RESERVED", "RESERVED_OUTBOUND", "RESERVED_OUTBOUND_PREVIEW", "TALKING", "HOLD"] {
            for (choice, expected) in [
                (ChosenState::Ready, AgentState::Ready),
                (ChosenState::NotReady, AgentState::NotReady),
                (ChosenState::SignOut, AgentState::Logout),
            ] {
                let name = format!("{choice:?} during {during} on UCCX {uccx}");
                let mut world = world(uccx);
                let call = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
                world.center.set(world.now, during, "", "");
                world.run(1_000);
                let ask = match choice {
                    ChosenState::SignOut => Ask::SignOut { reason: None },
                    ChosenState::Ready | ChosenState::NotReady => {
                        Ask::SetState { state: choice, reason: None }
                    }
                };
                assert_eq!(world.outcome(ask), Ok(()), "{name}");
                let pending = world.session.view().pending.clone().map(|pending| pending.state);
                assert_eq!(pending, Some(expected), "{name}: it is shown");
                assert_ne!(world.center.state, "LOGOUT", "{name}");
                world.center.end(world.now, &call, "");
                world.run(4_000);
                assert_eq!(world.state(), expected, "{name}");
                assert_eq!(world.session.view().pending, None, "{name}");
                assert_eq!(world.session.view().failure, None, "{name}");
            }
        }
    }
}

#[test]
fn ready_on_uccx_waits_for_the_end_of_a_call_that_came_through_no_queue() {
    let mut world = world(true);
    let call = world.center.call(world.now, "OTHER_IN", "ACTIVE", "6105");
    world.run(500);
    assert_eq!(world.state(), AgentState::NotReady, "UCCX does not say that the agent talks");
    assert_eq!(world.outcome(Ask::SetState { state: ChosenState::Ready, reason: None }), Ok(()));
    assert!(world.session.view().pending.as_ref().is_some_and(|pending| pending.kept));
    assert_eq!(world.center.state, "NOT_READY");
    world.center.end(world.now, &call, "");
    world.run(2_000);
    assert_eq!(world.state(), AgentState::Ready);
}

#[test]
fn a_second_reason_on_uccx_is_kept_until_the_call_is_over() {
    let mut world = world(true);
    let call = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.center.set(world.now, "TALKING", "", "");
    world.run(500);
    let not_ready =
        |reason: &str| Ask::SetState { state: ChosenState::NotReady, reason: Some(reason.to_owned()) };
    assert_eq!(world.outcome(not_ready("7")), Ok(()));
    assert_eq!(world.outcome(not_ready("8")), Ok(()));
    world.center.end(world.now, &call, "");
    world.run(3_000);
    assert_eq!(world.state(), AgentState::NotReady);
    assert_eq!(world.center.reason, "8");
}

#[test]
fn a_refusal_that_no_table_foretold_is_kept_too() {
    // The session takes it for UCCE, which would take note of READY; this one refuses like UCCX.
    let mut settings = Settings::new(vec!["fin1.example".to_owned()]);
    settings.platform = Some(sidetone_finesse::model::Deployment::Ucce);
    let mut world = World::with(settings);
    world.center.uccx = true;
    let mut world = World::signed_in_to(world);
    let call = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.center.set(world.now, "TALKING", "", "");
    world.center.after = "NOT_READY".to_owned();
    world.run(500);
    assert_eq!(world.outcome(Ask::SetState { state: ChosenState::Ready, reason: None }), Ok(()));
    world.center.end(world.now, &call, "");
    world.run(3_000);
    assert_eq!(world.state(), AgentState::Ready);
}

#[test]
fn what_was_chosen_last_is_what_counts() {
    let mut world = world(true);
    let call = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.center.set(world.now, "TALKING", "", "");
    world.run(500);
    assert_eq!(world.outcome(Ask::SetState { state: ChosenState::NotReady, reason: None }), Ok(()));
    assert_eq!(world.outcome(Ask::SetState { state: ChosenState::Ready, reason: None }), Ok(()));
    world.center.end(world.now, &call, "");
    world.run(3_000);
    assert_eq!(world.state(), AgentState::Ready, "though UCCX has taken note of not ready");
}

#[test]
fn a_state_kept_in_wrap_up_does_not_cut_it_short() {
    let mut world = world(true);
    let call = world.center.call(world.now, "ACD_IN", "ACTIVE", "0301234");
    world.center.set(world.now, "TALKING", "", "");
    world.center.after = "WORK".to_owned();
    world.run(500);
    assert_eq!(world.outcome(Ask::SetState { state: ChosenState::Ready, reason: None }), Ok(()));
    world.center.end(world.now, &call, "");
    world.run(10_000);
    assert_eq!(world.state(), AgentState::Work);
    world.center.set(world.now, "NOT_READY", "", "");
    world.run(2_000);
    assert_eq!(world.state(), AgentState::Ready);
}

#[test]
fn a_reason_is_required_where_there_are_reasons() {
    let mut world = World::new();
    world.center.reasons = true;
    let mut world = World::signed_in_to(world);
    let not_ready = |reason| Ask::SetState { state: ChosenState::NotReady, reason };
    assert_eq!(world.outcome(not_ready(None)), Err(Error::ReasonRequired));
    assert_eq!(world.outcome(not_ready(Some("7".to_owned()))), Ok(()));
    assert_eq!(world.outcome(not_ready(Some("8".to_owned()))), Ok(()), "another reason in the same state");
    assert_eq!(world.center.reason, "8");
}

#[test]
fn what_can_be_chosen_follows_the_tables() {
    use ChosenState::{NotReady, Ready, SignOut};
    for (uccx, state, expected) in [
        (false, "NOT_READY", vec![Ready, NotReady, SignOut]),
        (false, "READY", vec![NotReady]),
        (true, "READY", vec![NotReady, SignOut]),
        (false, "TALKING", vec![Ready, NotReady]),
        (true, "TALKING", vec![Ready, NotReady]),
        (false, "WORK", vec![Ready, NotReady]),
        (true, "NOT_READY", vec![Ready, NotReady, SignOut]),
    ] {
        let mut world = world(uccx);
        world.center.set(world.now, state, "", "");
        world.run(500);
        assert_eq!(world.session.view().choices, expected, "{state} on UCCX {uccx}");
    }
}

#[test]
fn dialling_while_ready_goes_by_the_version() {
    for (setting, expected) in [(true, true), (false, false)] {
        let mut settings = Settings::new(vec!["fin1.example".to_owned()]);
        settings.dial_while_ready = setting;
        let mut world = World::signed_in_to(World::with(settings));
        assert!(world.session.view().can_dial);
        world.center.set(world.now, "READY", "", "");
        world.run(500);
        assert_eq!(world.session.view().can_dial, expected);
        world.center.set(world.now, "WORK", "", "");
        world.run(500);
        assert!(!world.session.view().can_dial);
    }
}

#[test]
fn a_clock_that_is_wrong_is_not_shown() {
    for ahead in [-3_600_000, 3_600_000] {
        let mut world = World::new();
        world.center.ahead = ahead;
        world.center.extension = EXTENSION.to_owned();
        let mut world = World::signed_in_to(world);
        let at = world.now;
        world.center.set(world.now, "READY", "", "");
        world.run(1_000);
        let since =
            world.session.view().user.as_ref().and_then(|user| user.state_change_time).expect("it is known");
        assert!(since.abs_diff(at) < 1_000, "{}", since.abs_diff(at));
    }
}
