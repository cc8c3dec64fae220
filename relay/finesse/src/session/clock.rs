//! Finesse's clock beside the relay's, and chance.

use crate::model::{Dialog, Queue, Team, TeamMember, TeamMessage, UnixMillis, User};

/// Less than that is what the network takes.
pub(super) const TOLERANCE_MS: u64 = 1_000;
/// The header `Date` knows whole seconds, and is set when an answer begins.
pub(super) const TOLERANCE_OF_DATE_MS: u64 = 4_000;

/// How far Finesse's clock is from the relay's.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// What has to be added to Finesse's time.
    ahead_ms: i64,
    known: bool,
}

impl Clock {
    /// Finesse says what time it is, as far as that can be relied on. Whether the times that are shown have to be worked out
    /// anew.
    pub(super) fn learn(&mut self, now: u64, theirs: UnixMillis, tolerance_ms: u64) -> bool {
        let Some(ahead_ms) =
            i64::try_from(now).ok().zip(i64::try_from(theirs).ok()).map(|(ours, theirs)| ours - theirs)
        else {
            return false;
        };
        if self.known && self.ahead_ms.abs_diff(ahead_ms) <= tolerance_ms {
            return false;
        }
        // A difference within the tolerance is none.
        self.ahead_ms = if ahead_ms.unsigned_abs() <= tolerance_ms { 0 } else { ahead_ms };
        self.known = true;
        true
    }

    fn ours(&self, now: u64, theirs: UnixMillis) -> u64 {
        theirs.saturating_add_signed(self.ahead_ms).min(now)
    }

    fn each(&self, now: u64, time: &mut Option<UnixMillis>) {
        *time = time.map(|theirs| self.ours(now, theirs));
    }

    pub(super) fn user(&self, now: u64, user: &User) -> User {
        let mut user = user.clone();
        self.each(now, &mut user.state_change_time);
        user
    }

    pub(super) fn dialog(&self, now: u64, dialog: &Dialog) -> Dialog {
        let mut dialog = dialog.clone();
        for participant in &mut dialog.participants {
            self.each(now, &mut participant.start_time);
            self.each(now, &mut participant.state_change_time);
        }
        dialog
    }

    pub(super) fn member(&self, now: u64, member: &TeamMember) -> TeamMember {
        let mut member = member.clone();
        self.each(now, &mut member.state_change_time);
        member
    }

    pub(super) fn team(&self, now: u64, team: &Team) -> Team {
        let members = team.members.iter().map(|member| self.member(now, member)).collect();
        Team { members, ..team.clone() }
    }

    pub(super) fn queue(&self, now: u64, queue: &Queue) -> Queue {
        let mut queue = queue.clone();
        self.each(now, &mut queue.statistics.start_time_of_longest_call_in_queue);
        queue
    }

    pub(super) fn message(&self, now: u64, message: &TeamMessage) -> TeamMessage {
        let mut message = message.clone();
        self.each(now, &mut message.created_at);
        message
    }
}

/// Chance, out of what the caller passes in.
#[derive(Debug, Default)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn mix(&mut self, random: u64) {
        self.0 ^= random;
    }

    /// SplitMix64.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From three quarters to five quarters of it.
    pub(super) fn around(&mut self, ms: u64) -> u64 {
        let spread = ms / 2;
        ms - ms / 4 + if spread == 0 { 0 } else { self.next() % spread }
    }

    /// How long to wait after so many failures: doubled each time up to the most.
    pub(super) fn back_off(&mut self, first_ms: u64, failures: u32, most_ms: u64) -> u64 {
        let doubled = first_ms.saturating_mul(1 << failures.saturating_sub(1).min(16));
        self.around(doubled.min(most_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_seen_through() {
        let mut clock = Clock::default();
        assert!(clock.learn(1_000_000, 1_300_000, TOLERANCE_MS));
        assert_eq!(clock.ours(1_000_500, 1_300_200), 1_000_200);
        assert!(!clock.learn(1_001_000, 1_300_400, TOLERANCE_MS), "what the network takes is no difference");
        assert_eq!(clock.ours(1_000_500, 1_400_000), 1_000_500, "nothing has begun in the future");
    }

    #[test]
    fn waiting_grows_up_to_the_most() {
        let mut dice = Dice::default();
        for failures in 1..40 {
            let ms = dice.back_off(1_000, failures, 20_000);
            assert!((750..=25_000).contains(&ms), "{failures}: {ms}");
        }
    }
}
