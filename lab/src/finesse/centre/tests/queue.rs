//! Queues: who gets which call, and whether the figures are right.

use super::*;

fn answer(world: &mut World, call: CallId, device: &str) {
    world.command(Command::Answer { call, device: device.into() });
}

#[test]
fn the_oldest_call_goes_to_whoever_has_waited_longest() {
    let mut world = World::new(Platform::Ucce);
    world.ready("1002");
    world.wait(10);
    world.ready("1001");
    let first = world.customer("5001");
    world.wait(10);
    let second = world.customer("5001");
    world.wait(10);
    let third = world.customer("5002");
    assert_eq!(world.switch.parties(first), ["0301", "1002"]);
    assert_eq!(world.switch.parties(second), ["0301", "1001"]);
    assert_eq!(world.switch.parties(third), ["0301"]);
    answer(&mut world, first, "1002");
    world.command(Command::Drop { call: first, party: "0301".into() });
    world.set("1002", "READY");
    assert_eq!(world.switch.parties(third), ["0301", "1002"]);
}

#[test]
fn a_call_that_nobody_answers_goes_to_another_and_whoever_missed_it_is_not_ready() {
    for (platform, reason) in [(Platform::Ucce, "Call not answered"), (Platform::Uccx, "Ring no answer")] {
        let mut world = World::new(platform);
        world.ready("1001");
        world.wait(10);
        world.ready("1002");
        let call = world.customer("5001");
        world.told_of_calls("1001");
        world.wait(20_000);
        assert_eq!(world.state("1001"), AgentState::NotReady);
        assert_eq!(world.centre.reason_label("1001"), reason);
        assert_eq!(world.switch.parties(call), ["0301", "1002"]);
        let told = world.told_of_calls("1001");
        assert_eq!(told.last().map(|(event, ..)| event.as_str()), Some("DELETE"));
        assert!(world.dialogs("1001").is_empty());
        assert_eq!(world.centre.totals.missed, 1);
    }
}

#[test]
fn figures_are_told_every_ten_seconds_if_they_changed_and_only_by_ucce() {
    for platform in [Platform::Ucce, Platform::Uccx] {
        let mut world = World::new(platform);
        world.wait(10_000);
        let of_queue = |world: &mut World| {
            let told = std::mem::take(&mut world.told);
            told.into_iter().filter(|it| it.node == "/finesse/api/Queue/1").collect::<Vec<_>>()
        };
        let ucce = usize::from(platform == Platform::Ucce);
        assert_eq!(of_queue(&mut world).len(), ucce);
        world.wait(10_000);
        assert_eq!(of_queue(&mut world).len(), 0);
        world.ready("1001");
        assert_eq!(of_queue(&mut world).len(), 0);
        world.wait(10_000);
        let told = of_queue(&mut world);
        assert_eq!(told.len(), ucce);
        if let Some(told) = told.first() {
            let update = Element::parse(&told.body).unwrap();
            let queue = update.find("data").unwrap().find("Queue").unwrap();
            let figures = queue.find("statistics").unwrap();
            assert_eq!(figures.text_of("agentsReady").as_deref(), Some("1"));
            assert!(figures.find("agentsLoggedOn").is_none() && figures.find("agentsBusyOther").is_none());
        }
    }
}

#[test]
fn figures_follow_a_call() {
    let mut world = World::new(Platform::Ucce);
    let call = world.customer("5001");
    world.wait(1_000);
    let waiting = world.centre.statistics(1);
    assert_eq!((waiting.calls_in_queue, waiting.oldest), (1, Some(START)));
    world.ready("1001");
    let ringing = world.centre.statistics(1);
    assert_eq!((ringing.calls_in_queue, ringing.busy_other, ringing.logged_on), (0, 1, 1));
    answer(&mut world, call, "1001");
    assert_eq!((world.centre.statistics(1).talking_in, world.centre.statistics(2).busy_other), (1, 1));
    world.command(Command::Drop { call, party: "0301".into() });
    assert_eq!(world.centre.statistics(1).wrap_up_ready, 1);
}
