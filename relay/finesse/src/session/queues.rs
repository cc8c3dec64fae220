//! Queues and messages.

use super::reads::Read;
use super::{Change, Session};
use crate::model::{Queue, TeamMessage};
use crate::notification::Event;
use std::collections::BTreeMap;

/// More queues than an agent has, and than are worth a subscription each.
const MOST_QUEUES: usize = 128;
/// Teams whose messages are read.
const MOST_TEAMS: usize = 16;
/// Messages that are kept.
const MOST_MESSAGES: usize = 256;

impl Session {
    /// UCCX tells of no queues.
    pub(super) fn has_queues(&self) -> bool {
        self.settings.queues && !self.is_uccx()
    }

    pub(super) fn queues_read(&mut self, now: u64, queues: Vec<Queue>) {
        let new: BTreeMap<String, Queue> =
            queues.into_iter().take(MOST_QUEUES).map(|queue| (queue.id.clone(), queue)).collect();
        let gone: Vec<String> =
            self.view.queues.keys().filter(|id| !new.contains_key(*id)).cloned().collect();
        for id in gone {
            self.queue_gone(&id);
        }
        for queue in new.into_values() {
            self.put_queue(now, &queue);
        }
    }

    /// Figures are told as they are; the next ones come ten seconds later.
    pub(super) fn queue_told(&mut self, now: u64, event: Event, mut queue: Queue) {
        let Some(known) = self.view.queues.get(&queue.id) else { return };
        if event == Event::Delete {
            let id = queue.id;
            self.queue_gone(&id);
            return;
        }
        if queue.name.is_empty() {
            queue.name.clone_from(&known.name);
        }
        // Notifications leave these two out.
        let (old, new) = (known.statistics, &mut queue.statistics);
        new.agents_busy_other = new.agents_busy_other.or(old.agents_busy_other);
        new.agents_logged_on = new.agents_logged_on.or(old.agents_logged_on);
        self.reads.touch(&Read::Queues);
        self.put_queue(now, &queue);
    }

    /// Queues concern the agent from now on, or no longer.
    pub(super) fn queues_told(&mut self, now: u64, event: Event, queues: &[Queue]) {
        match event {
            Event::Delete => {
                for queue in queues {
                    self.queue_gone(&queue.id);
                }
            }
            Event::Post | Event::Put => {}
        }
        self.reads.touch(&Read::Queues);
        self.reads.doubt(Read::Queues, now);
    }

    fn put_queue(&mut self, now: u64, queue: &Queue) {
        let shown = self.clock.queue(now, queue);
        if self.view.queues.get(&queue.id) != Some(&shown) {
            if !self.view.queues.contains_key(&queue.id) {
                self.link.nodes_changed();
            }
            self.view.queues.insert(queue.id.clone(), shown);
            self.changed(Change::Queue(queue.id.clone()));
        }
    }

    fn queue_gone(&mut self, id: &str) {
        if self.view.queues.remove(id).is_some() {
            self.link.nodes_changed();
            self.changed(Change::QueueRemoved(id.to_owned()));
        }
    }

    pub(super) fn messages_read(&mut self, now: u64, team: &str, messages: Vec<TeamMessage>) {
        let mut all: Vec<TeamMessage> = self
            .view
            .messages
            .iter()
            .filter(|known| !known.teams.iter().any(|of| of == team))
            .cloned()
            .collect();
        for message in messages {
            let mut message = self.clock.message(now, &message);
            if message.teams.is_empty() {
                message.teams.push(team.to_owned());
            }
            if !all.iter().any(|known| known.id == message.id) {
                all.push(message);
            }
        }
        self.put_messages(all);
    }

    pub(super) fn messages_told(
        &mut self,
        now: u64,
        event: Event,
        team: Option<&str>,
        messages: Vec<TeamMessage>,
    ) {
        let mut all = self.view.messages.clone();
        for mut message in messages {
            all.retain(|known| known.id != message.id);
            if event == Event::Delete {
                continue;
            }
            if message.teams.is_empty() {
                message.teams.extend(team.map(str::to_owned));
            }
            all.push(self.clock.message(now, &message));
        }
        self.put_messages(all);
    }

    fn put_messages(&mut self, mut all: Vec<TeamMessage>) {
        all.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        all.truncate(MOST_MESSAGES);
        if self.view.messages != all {
            self.view.messages = all;
            self.changed(Change::Messages);
        }
    }

    /// The teams whose messages concern the agent: the own one, and those that a supervisor writes to.
    pub(super) fn message_teams(&self) -> Vec<String> {
        if !self.settings.messages {
            return Vec::new();
        }
        let user = self.raw.user.as_ref();
        let own = user.and_then(|user| user.team.as_ref()).into_iter();
        let all = own.chain(user.iter().flat_map(|user| &user.teams));
        let mut teams: Vec<String> = all.map(|team| team.id.clone()).filter(|id| !id.is_empty()).collect();
        teams.sort_unstable();
        teams.dedup();
        teams.truncate(MOST_TEAMS);
        teams
    }
}
