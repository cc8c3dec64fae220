//! The agent's own day: what happens is written down, counted, and shown.

use super::diary::Diary;
use super::{AgentInput, Agents, News};
use crate::relay::Input;
use crate::store::{AgentEvent, DayTally, Record, Store};
use jiff::tz::TimeZone;
use sidetone_bridge::UserId;
use sidetone_finesse::session::{Change, DialogAction, Presence, View};
use sidetone_protocol::agent::Day;

/// The day of the agent who is signed in.
pub(super) struct OwnDay {
    /// By which it is written down: the site, and the agent's id there.
    agent: String,
    diary: Diary,
    /// None while what was written down before is being read.
    tally: Option<DayTally>,
    /// What happened meanwhile.
    early: Vec<AgentEvent>,
    pub(super) day: Day,
}

impl OwnDay {
    fn note(&mut self, store: &Store, events: Vec<AgentEvent>, now: u64) -> bool {
        let any = !events.is_empty();
        for event in events {
            match &mut self.tally {
                Some(tally) => tally.apply(&event),
                None => self.early.push(event.clone()),
            }
            store.record(Record::Agent { agent: self.agent.clone(), event });
        }
        any && self.count(now)
    }

    /// Counts anew, and says whether it is another day than was shown.
    fn count(&mut self, now: u64) -> bool {
        let Some(tally) = &mut self.tally else { return false };
        let day = tally.snapshot(now);
        let changed = day != self.day;
        self.day = day;
        changed
    }
}

impl Agents {
    /// Writes down what a change means.
    pub(super) fn note(&mut self, now: u64, user: UserId, change: &Change) {
        self.watch_day(now, user);
        let Some(agent) = self.agents.get_mut(&user) else { return };
        let Some(run) = &mut agent.run else { return };
        let (view, Some(own)) = (run.session.view(), &mut run.day) else { return };
        let events = match change {
            Change::Status => own.diary.status(view, now),
            Change::Dialog(id) => {
                view.dialogs.get(id).map(|dialog| own.diary.dialog(view, dialog, now)).unwrap_or_default()
            }
            Change::DialogRemoved(_, last) => own.diary.removed(view, last, now),
            Change::Lists
            | Change::Team(_)
            | Change::Member { .. }
            | Change::Queue(_)
            | Change::QueueRemoved(_)
            | Change::Messages
            | Change::Contacts => return,
        };
        if own.note(&self.store, events, now) {
            self.news.push_back(News::Day { user });
        }
    }

    /// Begins to watch the day of the agent who is signed in, with what was written down of it before.
    fn watch_day(&mut self, now: u64, user: UserId) {
        let Some(agent) = self.agents.get_mut(&user) else { return };
        let Some(run) = &mut agent.run else { return };
        let Some(id) = signed_in(run.session.view()) else { return };
        let name = format!("{}/{id}", agent.setup.site_name);
        if run.day.as_ref().is_some_and(|own| own.agent == name) {
            return;
        }
        run.day = Some(OwnDay {
            agent: name.clone(),
            diary: Diary::default(),
            tally: None,
            early: Vec::new(),
            day: Day::default(),
        });
        let (store, inputs, zone, run) =
            (self.store.clone(), self.inputs.clone(), agent.setup.time_zone.clone(), run.id);
        tokio::spawn(async move {
            let tally = read(&store, &name, &zone, now).await;
            let input = AgentInput::Day { agent: name, tally: Box::new(tally) };
            // If the event loop is gone, so is everybody who could care.
            let _ = inputs.send(Input::Agent { user, run, input }).await;
        });
    }

    /// What was written down of a day was read.
    pub(super) fn day_read(&mut self, now: u64, user: UserId, name: &str, mut tally: DayTally) {
        let Some(run) = self.run(user) else { return };
        let Some(own) = run.day.as_mut().filter(|own| own.agent == name) else { return };
        own.early.drain(..).for_each(|event| tally.apply(&event));
        run.day_ends = Some(tally.ends_at_ms());
        own.tally = Some(tally);
        if own.count(now) {
            self.news.push_back(News::Day { user });
        }
    }

    /// It is midnight where the agent works.
    pub(super) fn day_ends(&mut self, now: u64, user: UserId) {
        let Some(run) = self.run(user) else { return };
        let Some(own) = &mut run.day else { return };
        let changed = own.count(now);
        run.day_ends = own.tally.as_ref().map(DayTally::ends_at_ms);
        if changed {
            self.news.push_back(News::Day { user });
        }
    }

    /// Notes that a call is being handed to somebody else, so that its end is understood.
    pub(super) fn note_hand_over(&mut self, user: UserId, ask: &sidetone_finesse::session::Ask) {
        let sidetone_finesse::session::Ask::Dialog { dialog, action } = ask else { return };
        if !matches!(action, DialogAction::Transfer | DialogAction::SingleStepTransfer { .. }) {
            return;
        }
        let Some(run) = self.run(user) else { return };
        if let Some(own) = &mut run.day {
            own.diary.hands_over(run.session.view(), dialog);
        }
    }
}

fn signed_in(view: &View) -> Option<&str> {
    let user = view.user.as_ref().filter(|_| view.presence == Presence::SignedIn)?;
    Some(user.login_id.as_str())
}

async fn read(store: &Store, agent: &str, zone: &TimeZone, now: u64) -> DayTally {
    match store.day(agent, zone, now).await {
        Ok(tally) => tally,
        Err(error) => {
            tracing::error!(%error, "an agent's day begins anew: what was written down of it cannot be read");
            DayTally::new(zone.clone(), now)
        }
    }
}
