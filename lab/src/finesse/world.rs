//! Everything that runs, under one lock: the contact centre, the telephones, and the servers in front.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

use super::centre::{Audience, Centre, Output, Publication};
use super::day::Day;
use super::faults::Faults;
use super::hub::Hub;
use crate::cti::memory::MemorySwitch;
use crate::cti::split::Split;
use crate::cti::{CallControl, Event};

/// Milliseconds of the Unix epoch.
pub fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Everything that runs.
pub struct World {
    /// The contact centre.
    pub centre: Centre,
    /// The telephones.
    pub switch: Split,
    /// The Finesse servers, the primary first.
    pub nodes: Vec<Node>,
    /// Who plays teammates and customers, if anybody.
    pub day: Option<Day>,
}

/// A Finesse server.
pub struct Node {
    /// Its name, which is its domain of XMPP.
    pub host: String,
    /// Its connections of XMPP and their subscriptions.
    pub hub: Hub,
    /// What is wrong with it.
    pub faults: Faults,
}

impl World {
    /// Does all that follows from what happened.
    fn pump(&mut self, now: u64) {
        loop {
            if let Some(output) = self.centre.next_output() {
                match output {
                    Output::Command(command) => self.switch.command(command),
                    Output::Publish(publication) => self.publish(now, &publication),
                    Output::Changed { agent, from, to } => {
                        if let Some(day) = &mut self.day {
                            day.changed(now, &agent, from, to);
                        }
                    }
                }
            } else if let Some(event) = self.switch.next_event() {
                if let Some(day) = &mut self.day {
                    day.heard(now, &event);
                }
                self.centre.cti(now, event);
            } else if !self.play(now) {
                break;
            }
        }
    }

    /// Lets teammates and customers do what they are about to do now.
    fn play(&mut self, now: u64) -> bool {
        let Some(day) = &mut self.day else { return false };
        let acts = day.due(now, &self.centre);
        let any = !acts.is_empty();
        for act in acts {
            act.perform(now, &mut self.centre, &mut self.switch);
        }
        any
    }

    fn publish(&mut self, now: u64, publication: &Publication) {
        for (index, node) in self.nodes.iter_mut().enumerate() {
            if !node.faults.publishes() {
                continue;
            }
            // What a server says of itself has its own domain in it.
            if publication.audience == Audience::Everybody && index > 0 {
                let own = self.centre.system_info_update(now, index);
                node.hub.publish(&Publication { body: own, ..publication.clone() }, &mut node.faults);
            } else {
                node.hub.publish(publication, &mut node.faults);
            }
        }
    }

    fn next_timeout(&self) -> u64 {
        let day = self.day.as_ref().map_or(u64::MAX, Day::next_timeout);
        self.centre.next_timeout().min(day)
    }

    /// Tells the contact centre whether an agent is connected with any node.
    pub fn note_presence(&mut self, now: u64, user: &str) {
        let present = self.nodes.iter().any(|node| node.hub.is_present(user));
        self.centre.presence(now, user, present);
    }
}

/// The world, for all tasks.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    world: Mutex<World>,
    wake: Notify,
}

/// How much later than an answer its outcome is published at least.
const OUTCOME: Duration = Duration::from_millis(20);

impl Shared {
    /// Puts the parts together.
    pub fn new(world: World) -> Self {
        Self(Arc::new(Inner { world: Mutex::new(world), wake: Notify::new() }))
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere is not made better by one here.
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something and all that follows from it.
    pub fn with<R>(&self, act: impl FnOnce(&mut World, u64) -> R) -> R {
        let result = self.act(act);
        self.0.wake.notify_one();
        result
    }

    fn act<R>(&self, act: impl FnOnce(&mut World, u64) -> R) -> R {
        let now = unix_ms();
        let mut world = self.lock();
        let result = act(&mut world, now);
        world.pump(now);
        result
    }

    /// Reads something.
    pub fn read<R>(&self, read: impl FnOnce(&World, u64) -> R) -> R {
        read(&self.lock(), unix_ms())
    }

    /// Does something whose outcome is told a little later, since the answer comes first.
    pub fn with_outcome_later<R>(&self, act: impl FnOnce(&mut World, u64) -> R) -> R {
        let result = act(&mut self.lock(), unix_ms());
        let this = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(OUTCOME).await;
            this.with(|_, _| ());
        });
        result
    }

    /// Lets time pass, until the task is ended.
    pub async fn run(self) {
        loop {
            // Without a notification: it would wake this task itself, again and again.
            let next = self.act(|world, now| {
                if world.centre.next_timeout() <= now {
                    world.centre.timeout(now);
                }
                for index in 0..world.nodes.len() {
                    let silence = world.centre.config().silence_ms;
                    for user in world.nodes[index].hub.drop_silent(now, silence) {
                        world.note_presence(now, &user);
                    }
                }
                world.next_timeout()
            });
            let wait = Duration::from_millis(next.saturating_sub(unix_ms()).clamp(5, 1_000));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.0.wake.notified() => {}
            }
        }
    }

    /// Passes on what a real switch reports, until it has gone.
    pub async fn listen(self, mut events: tokio::sync::mpsc::UnboundedReceiver<Event>) {
        while let Some(event) = events.recv().await {
            self.with(|world, _| world.switch.reported(event));
        }
    }
}

/// A real switch, and the numbers of its telephones where they are not all.
pub type Real = (Arc<dyn CallControl>, Option<Vec<String>>);

/// The telephones: in memory, and at a real switch where there is one; or all there, where it is not said which.
pub fn telephones(real: Option<Real>) -> Split {
    match real {
        Some((real, None)) => Split::all_real(real),
        Some((real, Some(devices))) => Split::new(MemorySwitch::default(), Some((real, devices))),
        None => Split::new(MemorySwitch::default(), None),
    }
}
