//! Whatever is asked for, whenever, whatever fails meanwhile: it has one outcome, and nothing goes in circles.

use crate::center::{ID, PASSWORD};
use crate::rig::{Chaos, Health, World};
use proptest::prelude::*;
use sidetone_finesse::model::{AgentId, DialogId};
use sidetone_finesse::session::{Ask, ChosenState, DialogAction, MemberState, Settings, TransportChoice};

#[derive(Debug, Clone)]
enum Step {
    SignIn(bool),
    SignOut,
    State(bool),
    Call,
    Act(u8),
    Team(bool),
    Member,
    Contacts,
    Message,
    Monitor,
    Incoming,
    End,
    Back(&'static str),
    Health(usize, u8),
    Cut(u32),
    Lazy(bool),
    Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => prop::bool::weighted(0.9).prop_map(Step::SignIn),
        1 => Just(Step::SignOut),
        4 => any::<bool>().prop_map(Step::State),
        2 => Just(Step::Call),
        4 => (0..8u8).prop_map(Step::Act),
        1 => any::<bool>().prop_map(Step::Team),
        1 => Just(Step::Member),
        1 => Just(Step::Contacts),
        1 => Just(Step::Message),
        1 => Just(Step::Monitor),
        2 => Just(Step::Incoming),
        2 => Just(Step::End),
        2 => prop::sample::select(vec!["NOT_READY", "READY", "TALKING", "WORK", "LOGOUT"]).prop_map(Step::Back),
        2 => (0..2usize, 0..4u8).prop_map(|(host, health)| Step::Health(host, health)),
        1 => (0..150_000u32).prop_map(Step::Cut),
        1 => any::<bool>().prop_map(Step::Lazy),
        6 => (0..20_000u32).prop_map(Step::Wait),
    ]
}

fn take(world: &mut World, step: Step) {
    let now = world.now;
    let ask = |world: &mut World, ask: Ask| {
        world.ask(ask);
    };
    let first = |world: &World| DialogId(world.center.calls.keys().next().cloned().unwrap_or_default());
    match step {
        Step::SignIn(right) => {
            world.sign_in_with(if right { PASSWORD } else { "wrong" });
        }
        Step::SignOut => ask(world, Ask::SignOut { reason: None }),
        Step::State(ready) => {
            let state = if ready { ChosenState::Ready } else { ChosenState::NotReady };
            ask(world, Ask::SetState { state, reason: None });
        }
        Step::Call => ask(world, Ask::MakeCall { to: "0301234".to_owned(), variables: Vec::new() }),
        Step::Act(which) => {
            let action = match which {
                0 => DialogAction::Answer,
                1 => DialogAction::Hold,
                2 => DialogAction::Retrieve,
                3 => DialogAction::Drop,
                4 => DialogAction::Consult { to: "6102".to_owned() },
                5 => DialogAction::Transfer,
                6 => DialogAction::WrapUp { reasons: vec!["Sale".to_owned()] },
                _ => DialogAction::ScheduleCallback {
                    time: Some("2027-05-04T14:30".to_owned()),
                    number: Some("1".to_owned()),
                },
            };
            let dialog = first(world);
            ask(world, Ask::Dialog { dialog, action });
        }
        Step::Team(open) => {
            let team = "81".to_owned();
            ask(world, if open { Ask::OpenTeam { team } } else { Ask::CloseTeam { team } });
        }
        Step::Member => {
            ask(
                world,
                Ask::SetMemberState { member: AgentId("70200".to_owned()), state: MemberState::NotReady },
            );
        }
        Step::Contacts => ask(world, Ask::LoadContacts),
        Step::Message => {
            ask(world, Ask::SendMessage { teams: vec!["81".to_owned()], text: "x".repeat(300), for_s: 60 });
        }
        Step::Monitor => ask(world, Ask::Monitor { extension: "6102".to_owned() }),
        Step::Incoming => {
            if world.center.calls.len() < 2 {
                world.center.call(now, "ACD_IN", "ALERTING", "0301234");
                if world.center.state == "READY" {
                    world.center.set(now, "RESERVED", "", "");
                }
            }
        }
        Step::End => {
            let id = first(world).0;
            world.center.end(now, &id, "");
        }
        Step::Back(state) => world.center.set(now, state, "", ""),
        Step::Health(host, which) => {
            let health = [Health::Good, Health::Dead, Health::Hung, Health::OutOfService][usize::from(which)];
            world.health(host, health);
        }
        Step::Cut(ms) => world.cut(u64::from(ms)),
        Step::Lazy(lazy) => world.center.lazy = lazy,
        Step::Wait(ms) => world.run(u64::from(ms)),
    }
    world.run(10);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_has_one_outcome(
        steps in prop::collection::vec(step(), 1..80), seed: u64, uccx: bool, transport in 0..3u8, lost in 0..30u64,
    ) {
        let mut settings = Settings::new(vec!["fin1.example".to_owned(), "fin2.example".to_owned()]);
        settings.transport =
            [TransportChoice::Auto, TransportChoice::WebSocket, TransportChoice::Bosh][usize::from(transport)];
        let mut world = World::with(settings);
        world.seed(seed);
        world.center.uccx = uccx;
        world.center.supervisor = true;
        world.center.members.insert("70200".to_owned(), ("READY".to_owned(), world.now));
        world.chaos = Chaos { lost, twice: 20, late_ms: 500 };
        for step in steps {
            take(&mut world, step);
            prop_assert!(world.center.failures < 5, "locked out");
        }
        // All is well again.
        world.center.lazy = false;
        world.chaos = Chaos::default();
        world.cut_until = world.now;
        world.health(0, Health::Good);
        world.health(1, Health::Good);
        world.run(120_000);
        let pending: Vec<u64> = (1..=world.asked()).filter(|tag| !world.done.contains_key(tag)).collect();
        prop_assert_eq!(pending, Vec::<u64>::new(), "without an outcome");
        // And whoever signs in now, and has not failed too often, is signed in.
        world.run(300_000);
        world.center.failures = 0;
        let tag = world.sign_in_with(PASSWORD);
        world.run(60_000);
        prop_assert_eq!(world.done.get(&tag), Some(&Ok(())));
        prop_assert_eq!(&world.session.view().user.as_ref().expect("a user").login_id, ID);
        let before = world.requests.len();
        world.run(600_000);
        prop_assert!(world.requests.len() - before < 320, "{} requests in ten idle minutes", world.requests.len() - before);
    }
}
