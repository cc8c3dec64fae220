//! Whatever happens in whatever order: nobody hears whom they should not, every request is answered, and once
//! everybody has gone and every leg has ended, nothing is left.

use crate::random_steps::{Ask, Far, Step, request, step};
use crate::shell_model::Shell;
use crate::stand::{ALICE, OTHER_TAB, Stand, TAB};
use proptest::prelude::*;
use proptest::sample::Index;
use sidetone_bridge::{
    Bridge, BrowserEvent, ClientId, Command, Conferences, Controlled, Ending, FarEvent, FarLegId, LegEnd,
    LineSettings,
};
use sidetone_protocol::{
    Alert, CallId, CallState, ClientMessage, Codec, FailureCode, LineState, MediaGeneration, Party,
    RequestId, Ring,
};

fn tab(other: bool) -> ClientId {
    if other { OTHER_TAB } else { TAB }
}

/// Most often a call that the request is possible for.
fn pick(shell: &Shell, ask: Ask, index: Index) -> CallId {
    let ringing = matches!(ask, Ask::Answer | Ask::Reject);
    let fitting = shell.far.values().filter(|far| !far.ending && far.ringing == ringing).map(|far| far.call);
    let some: Vec<CallId> = shell.calls.last().copied().into_iter().chain(fitting).collect();
    if some.is_empty() { CallId(0) } else { *index.get(&some) }
}

/// One run: a bridge, its shell, and what was asked last by each tab.
struct Run {
    stand: Stand,
    shell: Shell,
    last: [Option<(RequestId, ClientMessage)>; 2],
    world: World,
}

/// What is around the relay.
#[derive(Debug, Clone, Copy)]
struct World {
    conferences: Conferences,
    contact_centre: bool,
}

impl Run {
    /// Alice has a tab with audio, which is where most things happen.
    fn new(world: World) -> Self {
        let line = LineSettings {
            conferences: world.conferences,
            auto_answer: true,
            park_code: Some("*68".parse().unwrap()),
            pickup_code: Some("*8".parse().unwrap()),
            max_calls: 5,
            ..LineSettings::default()
        };
        let mut run =
            Self { stand: Stand::with_line(line), shell: Shell::default(), last: [None, None], world };
        run.take(Step::Recover);
        run
    }

    fn take(&mut self, step: Step) {
        if let Step::Recover = step {
            for step in [
                Step::Attach(false),
                Step::LineReady(true),
                Step::Offer(false, true),
                Step::MediaOpens,
                Step::MediaConnects,
            ] {
                self.take(step);
            }
        }
        let by_contact_centre =
            matches!(step, Step::Control(..) | Step::MediaLeg | Step::AnswersMediaLeg(_) | Step::Explain(..));
        if by_contact_centre && !self.world.contact_centre {
            return;
        }
        self.happen(step);
        self.shell.carry_out(&mut self.stand);
    }

    fn happen(&mut self, step: Step) {
        let Self { stand, shell, .. } = self;
        let browser = shell.browser.last().copied();
        match step {
            Step::Attach(other) => {
                stand.attach(tab(other));
                shell.tabs.insert(tab(other));
            }
            Step::Detach(other) => stand.bridge.detach(stand.now, tab(other)),
            Step::SignOut(other) => stand.say(tab(other), ClientMessage::SignOut),
            Step::Offer(other, take_over) => stand.offer(tab(other), 1, take_over),
            Step::CloseMedia(other) => {
                stand.say(tab(other), ClientMessage::MediaClosed { generation: MediaGeneration(1) });
            }
            Step::Ask(other_tab, ask, call, other) => {
                let (call, other) = (pick(shell, ask, call), pick(shell, ask, other));
                let id = stand.request();
                self.ask(other_tab, id, request(ask, id, call, other));
            }
            Step::AskAgain(other_tab) => {
                if let Some((id, message)) = self.last[usize::from(other_tab)].clone() {
                    self.ask(other_tab, id, message);
                }
            }
            Step::Incoming(auto_answer_ms) => {
                if let Ok(leg) = stand.incoming_with(Alert { ring: Ring::Internal, auto_answer_ms }) {
                    shell.new_call(leg);
                }
            }
            Step::Replaced(index) => {
                let Some(old) = any_leg(shell, index) else { return };
                let caller = Party { number: "2009".into(), name: None };
                if let Some(new) = stand.bridge.replaced(stand.now, old, caller) {
                    let call = shell.far[&old].call;
                    shell.new_leg(new, call);
                }
            }
            Step::Control(held, index) => {
                let call = any_call(shell, index);
                let control = held.map(|held| Controlled { held, ..Controlled::default() });
                stand.bridge.set_controlled(stand.now, ALICE, call, control);
                match held {
                    Some(held) => shell.controlled.insert(call, held),
                    None => shell.controlled.remove(&call),
                };
            }
            Step::MediaLeg => {
                let caller = Party { number: "1001".into(), name: None };
                if let Ok(leg) = stand.bridge.media_leg(stand.now, ALICE, caller, Controlled::default()) {
                    shell.new_call(leg);
                    shell.controlled.insert(CallId(leg.0 - 1), false);
                }
            }
            Step::AnswersMediaLeg(index) => {
                let call = any_call(shell, index);
                if stand
                    .bridge
                    .phone_calls(ALICE)
                    .any(|known| known.id == call && known.state == CallState::Ringing)
                {
                    shell.controlled.insert(call, false);
                }
                stand.bridge.answer_media_leg(stand.now, ALICE, call, Controlled::default());
            }
            Step::Explain(user, index) => {
                let ending = if user { Ending::User } else { Ending::Joined };
                stand.bridge.explain_end(stand.now, ALICE, any_call(shell, index), Some(ending));
            }
            Step::MediaOpens => {
                if let Some(leg) = browser {
                    stand.bridge.browser_leg(
                        stand.now,
                        leg,
                        BrowserEvent::Opened { answer: "answer".into() },
                    );
                }
            }
            Step::MediaConnects => {
                if let Some(leg) = browser {
                    stand.bridge.browser_leg(stand.now, leg, BrowserEvent::Connected);
                }
            }
            Step::MediaLost => {
                if let Some(leg) = browser {
                    stand.bridge.browser_leg(stand.now, leg, BrowserEvent::Lost);
                }
            }
            Step::Far(event, index) => {
                if let Some(leg) = concerned_leg(shell, event, index) {
                    far_happens(stand, shell, event, leg);
                }
            }
            Step::LineReady(ready) => {
                let line = if ready { LineState::Ready } else { LineState::Registering };
                stand.bridge.line_changed(ALICE, line);
            }
            // Taken step by step.
            Step::Recover => {}
            Step::Pass(millis) => stand.pass(millis),
        }
    }

    fn ask(&mut self, other_tab: bool, id: RequestId, message: ClientMessage) {
        let client = tab(other_tab);
        if self.shell.tabs.contains(&client) {
            *self.shell.sent.entry((client, id)).or_default() += 1;
            self.last[usize::from(other_tab)] = Some((id, message.clone()));
        }
        self.stand.say(client, message);
    }

    /// Everybody goes, and every leg ends as it was asked to.
    fn finish(&mut self) {
        self.take(Step::Detach(false));
        self.take(Step::Detach(true));
        self.take(Step::Pass(400_000));
        for (leg, far) in std::mem::take(&mut self.shell.far) {
            assert!(far.ending, "leg {leg:?} was never ended");
            self.stand.far(leg, FarEvent::Ended { end: LegEnd::Party });
        }
        self.shell.carry_out(&mut self.stand);
    }
}

fn any_call(shell: &Shell, index: Index) -> CallId {
    let calls: Vec<CallId> = shell.far.values().map(|far| far.call).collect();
    if calls.is_empty() { CallId(0) } else { *index.get(&calls) }
}

fn any_leg(shell: &Shell, index: Index) -> Option<FarLegId> {
    let legs: Vec<FarLegId> = shell.far.keys().copied().collect();
    (!legs.is_empty()).then(|| *index.get(&legs))
}

/// A leg that the event is possible on, if there is one, since few are.
fn concerned_leg(shell: &Shell, event: Far, index: Index) -> Option<FarLegId> {
    let concerned: Vec<FarLegId> = shell
        .far
        .iter()
        .filter(|(_, far)| match event {
            Far::Hold(_) => far.hold_asked.is_some(),
            Far::Transfer(_) => far.transfer_asked,
            Far::Ends => far.ending,
            Far::AnswersAsFocus => !far.ending && !far.answered && far.factory,
            Far::Answers | Far::Confirms => !far.ending && !far.ringing && !far.answered,
            Far::Alerts(_)
            | Far::Focus(_)
            | Far::HangsUp(_)
            | Far::HoldUnasked(_)
            | Far::PartyHolds(_)
            | Far::TransferRings
            | Far::TransferUnasked
            | Far::AsksForTransfer => !far.ending,
        })
        .map(|(leg, _)| *leg)
        .collect();
    if !concerned.is_empty() {
        return Some(*index.get(&concerned));
    }
    if matches!(event, Far::Ends) { None } else { any_leg(shell, index) }
}

fn far_happens(stand: &mut Stand, shell: &mut Shell, event: Far, leg: FarLegId) {
    let failure = || FailureCode::Busy.into();
    if let Far::Answers | Far::AnswersAsFocus | Far::Confirms = event
        && let Some(far) = shell.far.get_mut(&leg)
    {
        far.answered = true;
    }
    match event {
        Far::Alerts(early) => {
            stand.far(leg, FarEvent::Alerting { early_media: early.then_some(Codec::Pcmu) })
        }
        Far::Answers => stand.far(leg, FarEvent::Answered { codec: Codec::Pcmu }),
        Far::AnswersAsFocus => {
            stand.far(leg, FarEvent::FocusChanged { is_focus: true });
            stand.far(leg, FarEvent::Answered { codec: Codec::Pcmu });
        }
        Far::Focus(is_focus) => stand.far(leg, FarEvent::FocusChanged { is_focus }),
        Far::Confirms => stand.far(leg, FarEvent::Confirmed { codec: Codec::Pcma }),
        Far::HangsUp(true) => shell.end_far(stand, leg, LegEnd::Failed(failure())),
        Far::HangsUp(false) | Far::Ends => shell.end_far(stand, leg, LegEnd::Party),
        Far::Hold(agrees) => shell.answer_hold(stand, leg, agrees),
        Far::HoldUnasked(held) => {
            if shell.far[&leg].hold_asked.is_none() {
                stand.far(leg, FarEvent::HoldDone { held });
            }
        }
        Far::PartyHolds(held) => stand.far(leg, FarEvent::PartyHold { held }),
        Far::TransferRings => stand.far(leg, FarEvent::TransferProgress { ringing: true }),
        Far::Transfer(done) => shell.answer_transfer(stand, leg, done),
        Far::TransferUnasked => {
            if !shell.far[&leg].transfer_asked {
                stand.far(leg, FarEvent::TransferFailed { failure: failure() });
            }
        }
        Far::AsksForTransfer => {
            let target = Party { number: "2010".into(), name: None };
            stand.far(leg, FarEvent::TransferRequested { target });
        }
    }
}

/// All that the bridge asked for over the steps. With `saved`, its state is written down and read again after each.
fn commands_of(world: World, steps: &[Step], saved: bool) -> Vec<Command> {
    let mut run = Run::new(world);
    for step in steps {
        run.take(step.clone());
        if saved {
            let text = serde_json::to_string(&run.stand.bridge).unwrap();
            run.stand.bridge = serde_json::from_str::<Bridge>(&text).unwrap();
        }
    }
    run.finish();
    run.stand.done
}

fn world() -> impl Strategy<Value = World> {
    let conferences = prop_oneof![Just(Conferences::Relay), Just(Conferences::TelephoneSystem)];
    (conferences, any::<bool>())
        .prop_map(|(conferences, contact_centre)| World { conferences, contact_centre })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn no_leg_is_left_behind(world in world(), steps in prop::collection::vec(step(), 1..120)) {
        let mut run = Run::new(world);
        for step in steps {
            run.take(step);
        }
        run.finish();
        run.shell.check_nothing_is_left();
        prop_assert_eq!(run.stand.bridge.legs(), (0, 0));
        prop_assert_eq!(run.stand.bridge.live_calls(), 0);
        prop_assert_eq!(run.stand.bridge.next_timeout(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_state_saved_and_read_at_any_moment_goes_on_alike(
        world in world(),
        steps in prop::collection::vec(step(), 1..80),
    ) {
        prop_assert_eq!(commands_of(world, &steps, false), commands_of(world, &steps, true));
    }
}

#[test]
fn random_steps_reach_what_they_are_to_try() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let many = prop::collection::vec(step(), 100);
    let mut commands = Vec::new();
    for conferences in [Conferences::Relay, Conferences::TelephoneSystem].into_iter().cycle().take(1_000) {
        let steps = many.new_tree(&mut runner).unwrap().current();
        commands.extend(commands_of(World { conferences, contact_centre: false }, &steps, false));
    }
    let times = |which: fn(&Command) -> bool| commands.iter().filter(|command| which(command)).count();
    let reached = [
        times(|command| matches!(command, Command::Hold { held: true, .. })),
        times(|command| matches!(command, Command::Hold { held: false, .. })),
        times(|command| matches!(command, Command::Transfer { .. })),
        times(|command| matches!(command, Command::TransferTo { .. })),
        times(|command| matches!(command, Command::FollowTransfer { .. })),
        times(|command| matches!(command, Command::CallFactory { .. })),
        times(|command| matches!(command, Command::TransferToRoom { .. })),
        times(|command| matches!(command, Command::JoinMix { .. })),
        times(|command| matches!(command, Command::LeaveMix { .. })),
    ];
    assert!(reached.iter().all(|times| *times >= 20), "{reached:?}");
}
