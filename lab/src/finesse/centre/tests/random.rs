//! Whatever agents, customers and supervisors do, in whatever order: states follow the tables, figures add up, and
//! what is published is what is read.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Wish(usize, &'static str),
    Customer(usize),
    Act(usize, &'static str),
    Call(usize, usize),
    Preview(usize),
    CustomerLeaves(usize),
    Supervise(usize, &'static str),
    Lost(usize),
    Wait(u64),
}

const AGENTS: [&str; 4] = ["1001", "1002", "2001", "2002"];

fn step() -> impl Strategy<Value = Step> {
    let agent = 0..AGENTS.len();
    let wish = prop::sample::select(&["LOGIN", "READY", "READY", "NOT_READY", "LOGOUT"][..]);
    let action = prop::sample::select(
        &[
            "ANSWER",
            "ANSWER",
            "HOLD",
            "RETRIEVE",
            "DROP",
            "CONSULT_CALL",
            "TRANSFER",
            "CONFERENCE",
            "TRANSFER_SST",
            "ACCEPT",
            "REJECT",
        ][..],
    );
    prop_oneof![
        4 => (agent.clone(), wish).prop_map(|(agent, wish)| Step::Wish(agent, wish)),
        3 => (1..=6_usize).prop_map(Step::Customer),
        6 => (agent.clone(), action).prop_map(|(agent, action)| Step::Act(agent, action)),
        1 => (agent.clone(), 0..6_usize).prop_map(|(agent, to)| Step::Call(agent, to)),
        1 => agent.clone().prop_map(Step::Preview),
        1 => (0..8_usize).prop_map(Step::CustomerLeaves),
        1 => (agent.clone(), prop::sample::select(&["READY", "NOT_READY", "LOGOUT"][..]))
            .prop_map(|(agent, state)| Step::Supervise(agent, state)),
        1 => agent.prop_map(Step::Lost),
        3 => (0..25_000_u64).prop_map(Step::Wait),
    ]
}

fn take(world: &mut World, step: &Step) {
    match *step {
        Step::Wish(agent, state) => {
            let id = AGENTS[agent];
            let change =
                Change { state: Some(state.into()), extension: Some(id.into()), ..Change::default() };
            world.centre.change(world.now, id, id, &change, "").unwrap();
        }
        Step::Customer(queue) => {
            world.centre.customer_calls(&format!("03{}", world.now % 97), &format!("500{queue}"));
        }
        Step::Act(agent, action) => {
            let id = AGENTS[agent];
            let dialogs: Vec<u64> = world.dialogs(id).iter().map(|dialog| dialog.id).collect();
            for dialog in dialogs {
                // What is refused at once changes nothing.
                drop(world.act(id, dialog, action, AGENTS[(agent + 1) % AGENTS.len()]));
            }
        }
        Step::Call(agent, to) => {
            let to = AGENTS.get(to).copied().unwrap_or("0305");
            drop(world.make_call(AGENTS[agent], to));
        }
        Step::Preview(agent) => drop(world.centre.preview(world.now, AGENTS[agent], "0306", "Spring")),
        Step::CustomerLeaves(index) => {
            let found = world.centre.dialogs().nth(index).map(|dialog| (dialog.call, dialog.from.clone()));
            if let Some((call, party)) = found {
                world.command(Command::Drop { call, party });
            }
        }
        Step::Supervise(agent, state) => {
            let change = Change { state: Some(state.into()), ..Change::default() };
            drop(world.centre.change(world.now, "1003", AGENTS[agent], &change, ""));
        }
        Step::Lost(agent) => {
            world.centre.presence(world.now, AGENTS[agent], true);
            world.centre.presence(world.now, AGENTS[agent], false);
        }
        Step::Wait(ms) => world.wait(ms),
    }
    world.pump();
}

fn check(world: &World) {
    for queue in world.centre.config().queues.clone() {
        let it = world.centre.statistics(queue.id);
        let sum = it.ready
            + it.not_ready
            + it.busy_other
            + it.talking_in
            + it.talking_out
            + it.talking_internal
            + it.wrap_up_not_ready
            + it.wrap_up_ready;
        assert_eq!(sum, it.logged_on);
        assert_eq!(it.calls_in_queue > 0, it.oldest.is_some());
        let ready = world.centre.agents().any(|agent| {
            agent.state == AgentState::Ready
                && agent.config.queues.contains(&queue.id)
                && world.dialogs(&agent.config.id).is_empty()
        });
        assert!(!ready || it.calls_in_queue == 0, "a call waits though somebody is ready");
    }
    for agent in world.centre.agents() {
        let id = &agent.config.id;
        let reserved = agent.state == AgentState::Reserved;
        assert!(agent.reserved.is_none() || reserved, "{:?}", agent.state);
        let told = world
            .told
            .iter()
            .rev()
            .find(|it| it.node == format!("/finesse/api/User/{id}") && !it.body.contains("apiErrors"));
        if let Some(told) = told {
            let update = Element::parse(&told.body).unwrap();
            let state = update.find("data").unwrap().find("user").unwrap().text_of("state");
            assert_eq!(state.as_deref(), Some(agent.state.name()), "what was told last is what is");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_people_do_breaks_the_contact_centre(
        uccx in any::<bool>(),
        steps in prop::collection::vec(step(), 1..70),
    ) {
        let platform = if uccx { Platform::Uccx } else { Platform::Ucce };
        let mut world = World::new(platform);
        for step in &steps {
            take(&mut world, step);
            check(&world);
        }
        // Everybody hangs up: nothing is left over.
        let calls: Vec<CallId> = world.centre.dialogs().map(|dialog| dialog.call).collect();
        for call in calls {
            world.command(Command::End { call });
        }
        world.wait(120_000);
        let left: Vec<_> = world
            .centre
            .dialogs()
            .filter(|dialog| !dialog.preview && dialog.waiting.is_none())
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
