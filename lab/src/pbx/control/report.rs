//! What can be looked at from outside.

use serde::Serialize;

use super::call::{Call, End, Party, State};
use super::switch::Switch;
use crate::cti::{Address, CallId};

/// A call that there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallReport {
    /// The call.
    pub call: CallId,
    /// Who began it.
    pub from: Address,
    /// The queue that it waits in or came from.
    pub queue: Option<Address>,
    /// The call that it only hears.
    pub watched: Option<CallId>,
    /// Who is in it.
    pub parties: Vec<PartyReport>,
}

/// A party of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartyReport {
    /// Its number.
    pub number: Address,
    /// `calling`, `ringing`, `waiting`, `talking`, `holding` or `failed`.
    pub state: &'static str,
    /// The keys that came to whom is played.
    pub keys: String,
}

/// What somebody who is played hears.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heard {
    /// The tones asked for, in Hz, and in how many stretches of 64 ms each was heard within the last two seconds.
    pub tones: Vec<(f64, usize)>,
}

impl Switch {
    pub(super) fn report(&self) -> Vec<CallReport> {
        self.calls.values().map(report).collect()
    }

    pub(super) fn heard(&self, number: &str, tones: &[f64]) -> Option<Heard> {
        let mut parties = self.calls.values().filter_map(|call| call.party(number));
        parties.find_map(|party| match &party.end {
            End::Played(played) => {
                Some(Heard { tones: tones.iter().map(|&hz| (hz, played.heard(hz))).collect() })
            }
            End::Telephone { .. } => None,
        })
    }
}

fn report(call: &Call) -> CallReport {
    CallReport {
        call: call.id,
        from: call.from.clone(),
        queue: call.queue.clone(),
        watched: call.watched.as_ref().map(|(watched, _)| *watched),
        parties: call.parties.iter().map(party).collect(),
    }
}

fn party(party: &Party) -> PartyReport {
    let state = match party.state {
        State::Calling => "calling",
        State::Ringing => "ringing",
        State::Waiting => "waiting",
        State::Talking if party.is_holding() => "holding",
        State::Talking => "talking",
        State::Failed => "failed",
    };
    let keys = match &party.end {
        End::Played(played) => played.keys(),
        End::Telephone { .. } => String::new(),
    };
    PartyReport { number: party.address.clone(), state, keys }
}
