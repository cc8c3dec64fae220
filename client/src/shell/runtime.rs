//! Feeds the core and carries out what it asks for.

use crate::browser::{Browser, clock};
use crate::phone::{Effect, Input, Phone};
use gloo::timers::callback::{Interval, Timeout};
use leptos::prelude::*;
use sidetone_opencti::CrmHost;
use sidetone_skins::snapshot::CallKey;
use sidetone_skins::text::Text;
use sidetone_skins::{Locale, Snapshot, mini};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// How often the clock of the screen ticks while a call is up or an agent's state is timed: often enough that no second is skipped.
const TICK_MS: u32 = 250;

/// The phone and all that is joined to it.
pub(super) struct Runtime {
    phone: RefCell<Phone>,
    browser: Browser,
    host: Box<dyn CrmHost>,
    locale: Locale,
    snapshot: RwSignal<Snapshot>,
    now: RwSignal<i64>,
    queue: RefCell<VecDeque<Input>>,
    busy: Cell<bool>,
    timeout: RefCell<Option<Timeout>>,
    tick: RefCell<Option<Interval>>,
}

impl Runtime {
    pub(super) fn new(
        phone: Phone,
        browser: Browser,
        host: Box<dyn CrmHost>,
        locale: Locale,
        snapshot: RwSignal<Snapshot>,
        now: RwSignal<i64>,
    ) -> Self {
        Self {
            phone: RefCell::new(phone),
            browser,
            host,
            locale,
            snapshot,
            now,
            queue: RefCell::default(),
            busy: Cell::new(false),
            timeout: RefCell::default(),
            tick: RefCell::default(),
        }
    }

    /// Carries out what the core asked for when it was made. A page that resumes its session was not clicked yet,
    /// so its sounds may be held back.
    pub(super) fn begin(self: &Rc<Self>, resumed: bool) {
        if resumed {
            self.browser.probe_sound();
        }
        self.run();
    }

    /// Takes in what has happened. An effect may report at once; that waits for its turn.
    pub(super) fn post(self: &Rc<Self>, input: Input) {
        self.queue.borrow_mut().push_back(input);
        self.run();
    }

    fn run(self: &Rc<Self>) {
        if self.busy.replace(true) {
            return;
        }
        self.execute();
        while let Some(input) = self.next_input() {
            self.phone.borrow_mut().handle(clock(), input);
            self.execute();
        }
        self.busy.set(false);
        self.plan_timeout();
    }

    fn next_input(&self) -> Option<Input> {
        self.queue.borrow_mut().pop_front()
    }

    fn execute(&self) {
        // The page shows the change before the effects that may take a moment.
        self.publish();
        while let Some(effect) = self.next_effect() {
            match effect {
                Effect::Notify(key) => self.notify(key),
                effect => self.browser.execute(effect),
            }
        }
    }

    fn next_effect(&self) -> Option<Effect> {
        self.phone.borrow_mut().next_effect()
    }

    fn publish(&self) {
        let snapshot = self.phone.borrow().snapshot();
        if self.snapshot.with_untracked(|shown| *shown == snapshot) {
            return;
        }
        self.host.set_label(&mini::title(self.locale, &snapshot));
        let in_call = snapshot.calls.iter().any(|call| call.answered_at.is_some() && !call.is_ended());
        self.tick_while(in_call || snapshot.agent.is_some());
        self.snapshot.set(snapshot);
    }

    fn tick_while(&self, wanted: bool) {
        let mut tick = self.tick.borrow_mut();
        if wanted && tick.is_none() {
            let now = self.now;
            now.set(page_clock());
            *tick = Some(Interval::new(TICK_MS, move || now.set(page_clock())));
        } else if !wanted {
            tick.take();
        }
    }

    fn notify(&self, key: CallKey) {
        let snapshot = self.snapshot.get_untracked();
        if let Some(call) = snapshot.call(key) {
            let title = self.locale.text(Text::PhaseIncoming);
            let party = call.party().unwrap_or(self.locale.text(Text::CallUnknownParty));
            self.browser.notify(title, party);
        }
    }

    fn plan_timeout(self: &Rc<Self>) {
        let due = self.phone.borrow().next_timeout();
        let timeout = due.map(|due| {
            let wait = u32::try_from(due.since(clock())).unwrap_or(u32::MAX);
            // One more: the browser's timers may be early by a fraction of a millisecond.
            let runtime = Rc::downgrade(self);
            Timeout::new(wait.saturating_add(1).min(i32::MAX.unsigned_abs()), move || {
                if let Some(runtime) = runtime.upgrade() {
                    runtime.phone.borrow_mut().handle_timeout(clock());
                    runtime.run();
                }
            })
        });
        *self.timeout.borrow_mut() = timeout;
    }
}

fn page_clock() -> i64 {
    i64::try_from(clock().0).unwrap_or(i64::MAX)
}
