//! Teams that are open.

use super::clock::Clock;
use super::expect::{Expect, Waiting};
use super::reads::Read;
use super::user::{Age, age};
use super::{Change, Error, Session, Tag};
use crate::model::{Team, TeamMember};
use crate::notification::Event;
use crate::rest::Purpose;

/// More teams than are watched at once.
const MOST_TEAMS: usize = 64;
/// A doubt about one of many members is resolved so much later.
const DOUBT_MS: u64 = 10_000;

impl Session {
    /// Done when it was read for the first time.
    pub(super) fn open_team(&mut self, now: u64, tag: Tag, team: String) -> Result<(), Error> {
        self.check_signed_in()?;
        if self.raw.teams.get(&team).is_some_and(Option::is_some) {
            self.done(Some(tag), Ok(()));
            return Ok(());
        }
        if self.raw.teams.len() >= MOST_TEAMS {
            return Err(Error::NotPossible);
        }
        let request = self.request_id();
        self.waiting.push(Waiting::new(now, Some(tag), request, Expect::Team(team.clone()), Purpose::Team));
        self.raw.teams.insert(team.clone(), None);
        self.reads.want(Read::Team(team), now);
        self.link.nodes_changed();
        Ok(())
    }

    pub(super) fn close_team(&mut self, team: &str) {
        self.reads.forget(&Read::Team(team.to_owned()));
        if self.raw.teams.remove(team).is_some() {
            self.link.nodes_changed();
            self.view.teams.remove(team);
            self.changed(Change::Team(team.to_owned()));
        }
    }

    pub(super) fn team_read(&mut self, now: u64, id: &str, mut team: Team, touched: bool) {
        let Some(known) = self.raw.teams.get(id) else { return };
        if touched && let Some(known) = known {
            // Whoever was told of meanwhile may be newer than the answer.
            for member in &mut team.members {
                let newer = known.members.iter().find(|other| {
                    other.login_id == member.login_id
                        && age(other.state_change_time, member.state_change_time) == Age::Newer
                });
                if let Some(newer) = newer {
                    member.clone_from(newer);
                }
            }
        }
        team.id = id.to_owned();
        self.raw.teams.insert(id.to_owned(), Some(team));
        self.show_team(now, id);
        self.members_expected(now);
        self.finish_all(|waiting| waiting.expect == Expect::Team(id.to_owned()), &Ok(()));
    }

    /// The team as it is shown, in full.
    pub(super) fn show_team(&mut self, now: u64, id: &str) {
        let Some(Some(team)) = self.raw.teams.get(id) else { return };
        let shown = self.clock.team(now, team);
        if self.view.teams.get(id) != Some(&shown) {
            self.view.teams.insert(id.to_owned(), shown);
            self.changed(Change::Team(id.to_owned()));
        }
    }

    pub(super) fn member_told(&mut self, now: u64, id: &str, event: Event, member: TeamMember) {
        let read = Read::Team(id.to_owned());
        self.reads.touch(&read);
        let Some(Some(team)) = self.raw.teams.get_mut(id) else { return };
        let place = team.members.iter().position(|known| known.login_id == member.login_id);
        if event == Event::Delete {
            // Whether somebody has left the team is told by the team.
            self.reads.doubt(read, now);
            return;
        }
        let Some(at) = place else {
            team.members.push(member.clone());
            self.show_member(now, id, &member);
            self.reads.want(read, now + DOUBT_MS);
            return;
        };
        let known = &mut team.members[at];
        match age(member.state_change_time, known.state_change_time) {
            Age::Older => self.reads.want(read, now + DOUBT_MS),
            Age::Same | Age::Unknown if *known == member => {}
            found @ (Age::Newer | Age::Same | Age::Unknown) => {
                let names = (known.first_name.clone(), known.last_name.clone());
                known.clone_from(&member);
                if known.first_name.is_empty() && known.last_name.is_empty() {
                    (known.first_name, known.last_name) = names;
                }
                let member = known.clone();
                if found != Age::Newer {
                    self.reads.want(read, now + DOUBT_MS);
                }
                self.show_member(now, id, &member);
                self.members_expected(now);
            }
        }
    }

    fn show_member(&mut self, now: u64, id: &str, member: &TeamMember) {
        let Some(team) = self.view.teams.get_mut(id) else { return };
        let shown = Clock::member(&self.clock, now, member);
        match team.members.iter_mut().find(|known| known.login_id == shown.login_id) {
            Some(known) => *known = shown,
            None => team.members.push(shown),
        }
        let id = id.to_owned();
        self.changed(Change::Member { team: id, id: member.login_id.clone() });
    }
}
