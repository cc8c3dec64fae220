//! Two user agents call each other over a network that loses, repeats and reorders.

use crate::support::{OFFER, account, address, ok_to_register, settings};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sidetone_sip::message::Message;
use sidetone_sip::{
    AccountId, Cause, Command, Error, Event, FlowId, Input, LegId, Time, Transport, UserAgent,
};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

const REGISTRAR: &str = "192.0.2.100:5060";
const LINE: AccountId = AccountId(1);

/// What becomes of a packet.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Arrives(u16),
    Lost,
    Twice(u16, u16),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => (1..400_u16).prop_map(Fate::Arrives),
        3 => Just(Fate::Lost),
        1 => (1..400_u16, 1..4000_u16).prop_map(|(a, b)| Fate::Twice(a, b)),
    ]
}

/// What a user does, after so many milliseconds.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Call,
    Ring,
    Answer,
    Reject,
    HangUp,
    Offer,
    Refer,
    ReferToLeg,
    Press,
}

fn deed() -> impl Strategy<Value = (u16, usize, Deed)> {
    let deed = prop_oneof![
        3 => Just(Deed::Call), 2 => Just(Deed::Ring), 4 => Just(Deed::Answer), 1 => Just(Deed::Reject),
        2 => Just(Deed::HangUp), 3 => Just(Deed::Offer), 2 => Just(Deed::Refer), 1 => Just(Deed::ReferToLeg),
        1 => Just(Deed::Press),
    ];
    (0..3000_u16, 0..2_usize, deed)
}

struct Side {
    ua: UserAgent,
    address: SocketAddr,
    /// Legs that have not ended.
    legs: BTreeSet<LegId>,
    ringing: Vec<LegId>,
    /// Legs whose transfer is not done.
    referring: BTreeSet<LegId>,
}

struct World {
    now: Time,
    rng: ChaCha20Rng,
    sides: [Side; 2],
    /// Packets under way: when, in which order, to whom, from whom.
    air: BTreeMap<(Time, u64), (usize, SocketAddr, Vec<u8>)>,
    sequence: u64,
    fates: Vec<Fate>,
    next_fate: usize,
    /// Whether nothing gets through any more.
    cut: bool,
    ends: Vec<Cause>,
}

impl World {
    fn new(fates: Vec<Fate>, ring_reliably: bool) -> Self {
        let side = |number: u8| {
            let address = address(&format!("192.0.2.{number}:5060"));
            let mut settings = settings();
            settings.udp = Some(address);
            settings.ring_reliably = ring_reliably;
            // The least that can be: the timer is at work in every call that lasts.
            settings.session_expires = Duration::from_secs(90);
            let ua = UserAgent::new(settings);
            let referring = BTreeSet::new();
            Side { ua, address, legs: BTreeSet::new(), ringing: Vec::new(), referring }
        };
        let rng = ChaCha20Rng::seed_from_u64(11);
        let sides = [side(1), side(2)];
        let mut world = Self {
            now: Time(0),
            rng,
            sides,
            air: BTreeMap::new(),
            sequence: 0,
            fates,
            next_fate: 0,
            cut: false,
            ends: Vec::new(),
        };
        for index in 0..2 {
            let mut line = account(Transport::Udp);
            line.address_of_record = format!("sip:100{}@{}", index + 1, world.sides[index].address.ip());
            line.registrar = Some(format!("sip:{REGISTRAR}"));
            // They call each other directly, which only a registrar may.
            line.further_registrars = vec![format!("sip:{}", world.sides[1 - index].address.ip())];
            line.expires = Duration::from_secs(100_000);
            world.sides[index].ua.add_account(world.now, &mut world.rng, LINE, line).expect("added");
            world.drain(index);
        }
        world
    }

    /// The fates given, over and over: a network that is never the same twice, and never only bad.
    fn fate(&mut self) -> Fate {
        let fate = self.fates[self.next_fate % self.fates.len()];
        self.next_fate += 1;
        if self.next_fate > self.fates.len() && self.next_fate.is_multiple_of(3) {
            Fate::Arrives(20)
        } else {
            fate
        }
    }

    fn put(&mut self, delay: u16, to: usize, from: SocketAddr, bytes: Vec<u8>) {
        self.sequence += 1;
        let at = self.now + Duration::from_millis(delay.into());
        self.air.insert((at, self.sequence), (to, from, bytes));
    }

    fn drain(&mut self, index: usize) {
        while let Some(command) = self.sides[index].ua.next_command() {
            match command {
                Command::Send { remote, bytes, .. } if remote == address(REGISTRAR) => {
                    let Ok(Message::Request(register)) = Message::parse(&bytes) else {
                        panic!("not a REGISTER")
                    };
                    self.put(1, index, remote, ok_to_register(&register, 100_000));
                }
                Command::Send { remote, bytes, .. } => {
                    let to = usize::from(remote == self.sides[1].address);
                    let from = self.sides[index].address;
                    match if self.cut { Fate::Lost } else { self.fate() } {
                        Fate::Arrives(delay) => self.put(delay, to, from, bytes),
                        Fate::Lost => {}
                        Fate::Twice(first, second) => {
                            self.put(first, to, from, bytes.clone());
                            self.put(second, to, from, bytes);
                        }
                    }
                }
                Command::Event(event) => self.note(index, event),
                other => panic!("nothing else was asked for: {other:?}"),
            }
        }
    }

    fn note(&mut self, index: usize, event: Event) {
        let side = &mut self.sides[index];
        match event {
            Event::Incoming { leg, .. } => {
                assert!(side.legs.insert(leg), "a leg begins once");
                side.ringing.push(leg);
            }
            Event::Ended { leg, cause } => {
                self.ends.push(cause);
                assert!(side.legs.remove(&leg), "a leg ends once");
                assert!(!side.referring.contains(&leg), "what came of a transfer is told before the end");
                side.ringing.retain(|ringing| *ringing != leg);
            }
            Event::Progress { leg, .. }
            | Event::Answered { leg, .. }
            | Event::Confirmed { leg, .. }
            | Event::OfferAnswered { leg, .. }
            | Event::OfferRefused { leg, .. }
            | Event::ReferProgress { leg, .. }
            | Event::Dtmf { leg, .. }
            | Event::DtmfRefused { leg, .. } => {
                assert!(side.legs.contains(&leg), "nothing is heard of a leg that has ended");
            }
            Event::ReferDone { leg, .. } => {
                assert!(side.referring.remove(&leg), "what came of a transfer is told once");
            }
            Event::Offered { leg, .. } => {
                side.ua.answer_offer(self.now, &mut self.rng, leg, OFFER.into()).expect("answers");
            }
            Event::ReferRequested { leg, .. } => {
                side.ua.accept_refer(self.now, &mut self.rng, leg).expect("accepts");
                let call =
                    side.ua.invite_referred(self.now, &mut self.rng, leg, OFFER.into()).expect("calls");
                side.legs.insert(call);
            }
            Event::Registered { .. } => {}
            other => panic!("not expected here: {other:?}"),
        }
    }

    fn act(&mut self, index: usize, deed: Deed) {
        let (now, rng, other) = (self.now, &mut self.rng, self.sides[1 - index].address);
        let side = &mut self.sides[index];
        let ringing = side.ringing.first().copied();
        match (deed, ringing) {
            (Deed::Call, _) => {
                let target = format!("sip:100{}@{other}", 2 - index);
                let leg = side.ua.invite(now, rng, LINE, &target, OFFER.into()).expect("called");
                side.legs.insert(leg);
            }
            (Deed::Ring, Some(leg)) => side.ua.ring(now, rng, leg).expect("rings"),
            (Deed::Answer, Some(leg)) => {
                side.ringing.remove(0);
                side.ua.answer(now, rng, leg, OFFER.into()).expect("answers");
            }
            (Deed::Reject, Some(leg)) => side.ua.reject(now, rng, leg, 486).expect("rejects"),
            (Deed::HangUp, _) => {
                if let Some(leg) = side.legs.first().copied() {
                    side.ringing.retain(|ringing| *ringing != leg);
                    side.ua.hang_up(now, rng, leg).expect("hangs up");
                }
            }
            (Deed::Ring | Deed::Answer | Deed::Reject, None) => {}
            (Deed::Offer, _) => {
                for leg in side.legs.iter().copied() {
                    let offered = side.ua.reoffer(now, rng, leg, OFFER.into());
                    assert!(matches!(offered, Ok(()) | Err(Error::WrongState(_))), "{offered:?}");
                }
            }
            (Deed::Refer, _) => {
                let own = format!("sip:100{}@{}", index + 1, side.address);
                if let Some(leg) = side.legs.first().copied()
                    && side.ua.refer(now, rng, leg, &own).is_ok()
                {
                    assert!(side.referring.insert(leg), "one transfer at a time");
                }
            }
            (Deed::ReferToLeg, _) => {
                let mut legs = side.legs.iter().copied();
                if let (Some(leg), Some(other)) = (legs.next(), legs.next())
                    && side.ua.refer_to_leg(now, rng, leg, other).is_ok()
                {
                    assert!(side.referring.insert(leg), "one transfer at a time");
                }
            }
            (Deed::Press, _) => {
                if let Some(leg) = side.legs.first().copied() {
                    // Only answered legs take keys.
                    let pressed = side.ua.send_info(now, rng, leg, '5');
                    assert!(matches!(pressed, Ok(()) | Err(Error::WrongState(_))), "{pressed:?}");
                }
            }
        }
        self.drain(index);
    }

    fn run(&mut self, duration: Duration) {
        let until = self.now + duration;
        loop {
            let timers = self.sides.iter().enumerate().filter_map(|(i, s)| Some((s.ua.next_timeout()?, i)));
            let timer = timers.min().filter(|(at, _)| *at <= until);
            let packet = self.air.first_key_value().map(|((at, _), _)| *at).filter(|at| *at <= until);
            match (timer, packet) {
                (Some((at, index)), packet) if packet.is_none_or(|p| at <= p) => {
                    self.now = self.now.max(at);
                    self.sides[index].ua.handle_timeout(self.now, &mut self.rng);
                    self.drain(index);
                }
                (_, Some(at)) => {
                    self.now = at;
                    let (_, (to, remote, bytes)) = self.air.pop_first().expect("it is there");
                    let local = self.sides[to].address;
                    let input = Input::Datagram { flow: FlowId::UDP, local, remote, bytes };
                    self.sides[to].ua.handle_input(self.now, &mut self.rng, input);
                    self.drain(to);
                }
                (_, None) => break,
            }
        }
        self.now = until;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn every_leg_ends_once_and_nothing_is_left(
        fates in prop::collection::vec(fate(), 1..60),
        deeds in prop::collection::vec(deed(), 1..40),
        ring_reliably in any::<bool>(),
    ) {
        let mut world = World::new(fates, ring_reliably);
        world.run(Duration::from_secs(1));
        for (pause, index, deed) in deeds {
            world.run(Duration::from_millis(pause.into()));
            world.act(index, deed);
        }
        // Long enough for each side to learn what it will ever learn; then both users hang up.
        world.run(Duration::from_secs(70));
        for index in 0..2 {
            while let Some(leg) = world.sides[index].legs.first().copied() {
                let (now, rng) = (world.now, &mut world.rng);
                world.sides[index].ringing.clear();
                world.sides[index].ua.hang_up(now, rng, leg).expect("hangs up");
                world.drain(index);
                world.run(Duration::from_secs(70));
                prop_assert!(!world.sides[index].legs.contains(&leg), "hung up a minute ago: {leg:?}");
            }
        }
        world.run(Duration::from_secs(140));
        for side in &world.sides {
            let counts = side.ua.counts();
            prop_assert_eq!((counts.legs, counts.client_transactions, counts.server_transactions), (0, 0, 0));
            let due = side.ua.next_timeout().expect("the registration is to be refreshed");
            prop_assert!(due > world.now + Duration::from_secs(1000), "an alarm is left");
        }
    }
}

/// A call of side 0 that is answered, over a network that loses nothing.
fn talking(ring_reliably: bool) -> (World, [LegId; 2]) {
    let mut world = World::new(vec![Fate::Arrives(20)], ring_reliably);
    world.run(Duration::from_secs(1));
    for (index, deed) in [(0, Deed::Call), (1, Deed::Ring), (1, Deed::Answer)] {
        world.act(index, deed);
        world.run(Duration::from_secs(1));
    }
    let legs = [0, 1].map(|index| *world.sides[index].legs.first().expect("a call"));
    (world, legs)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn the_sides_of_a_call_come_to_agree_whether_it_goes_on(
        fates in prop::collection::vec(fate(), 1..60),
        deeds in prop::collection::vec((0..90_u64, 0..2_usize, prop_oneof![Just(Deed::Offer), Just(Deed::Press)]), 1..20),
        ring_reliably in any::<bool>(),
    ) {
        let (mut world, legs) = talking(ring_reliably);
        world.fates = fates;
        for (pause, index, deed) in deeds {
            world.run(Duration::from_secs(pause));
            world.act(index, deed);
        }
        world.fates = vec![Fate::Arrives(20)];
        world.run(Duration::from_secs(300));
        let up: Vec<bool> = world.sides.iter().zip(legs).map(|(side, leg)| side.legs.contains(&leg)).collect();
        prop_assert!(up[0] == up[1], "{:?}", up);
        world.act(0, Deed::HangUp);
        world.run(Duration::from_secs(140));
        prop_assert!(world.sides.iter().all(|side| side.ua.counts().legs == 0 && side.legs.is_empty()));
    }
}

#[test]
fn a_call_lasts_for_hours() {
    for ring_reliably in [false, true] {
        let (mut world, legs) = talking(ring_reliably);
        world.run(Duration::from_secs(4 * 3600));
        assert!(world.sides.iter().zip(legs).all(|(side, leg)| side.legs.contains(&leg)));
        world.act(1, Deed::HangUp);
        world.run(Duration::from_secs(140));
        assert!(world.sides.iter().all(|side| side.ua.counts().legs == 0));
    }
}

#[test]
fn both_sides_of_a_call_whose_network_is_gone_end_it() {
    let (mut world, _) = talking(false);
    world.run(Duration::from_secs(3600));
    world.cut = true;
    world.run(Duration::from_secs(90 + 32 + 32));
    for side in &world.sides {
        assert!(side.legs.is_empty());
        assert_eq!(side.ua.counts().legs, 0);
    }
    let ends = world.ends;
    assert!(ends.iter().all(|end| matches!(end, Cause::SessionExpired | Cause::Timeout)), "{ends:?}");
}
