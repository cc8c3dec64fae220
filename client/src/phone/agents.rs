//! What this page knows of its user as a contact-centre agent beyond what the relay says: what was asked for and is not
//! confirmed, what was refused, and what was looked at.

mod asking;
mod refusing;
mod seeing;
mod view;

pub(super) use view::view;

use super::time::Time;
use sidetone_protocol::agent::{AgentDialog, MemberState, Presence, StateChoice};
use sidetone_protocol::{CallId, Failure, RequestId};
use sidetone_skins::snapshot::{DialogAsked, Found, HelpWanted, Notice};
use std::collections::{BTreeMap, BTreeSet};

/// How long the screen waits for the contact centre to confirm before it shows again how things are.
const CONFIRMATION_MS: u64 = 10_000;
/// A sign-in is several exchanges with the contact centre.
const SIGN_IN_MS: u64 = 30_000;
/// How much later than the contact centre's word the call itself may come before a dialog is said to have no sound here.
const JOINING_MS: u64 = 2_000;
/// How long the user has to pause in writing before the phone books are asked.
const PAUSE_MS: u64 = 250;

/// What this page knows of its user as an agent.
#[derive(Debug, Default)]
pub(super) struct Agents {
    state: Option<AskedState>,
    signing_in: Option<SigningIn>,
    dialogs: BTreeMap<String, DialogMemory>,
    /// What was asked for members of the team, by their ids.
    members: BTreeMap<String, (MemberState, Time)>,
    notice: Option<Notice>,
    /// The failure told in the status that the user has read.
    read: Option<Failure>,
    team: Team,
    messages: Messages,
    search: Search,
    help: Vec<HelpWanted>,
}

/// A state that was asked for.
#[derive(Debug)]
struct AskedState {
    choice: StateChoice,
    /// The reason's id and label.
    reason: Option<(String, String)>,
    request: RequestId,
    until: Time,
    /// What the status told then, which is not about this.
    failure_before: Option<Failure>,
}

#[derive(Debug)]
struct SigningIn {
    request: RequestId,
    until: Time,
    before: Presence,
}

/// A dialog.
#[derive(Debug, Default)]
struct DialogMemory {
    asked: Option<(DialogAsked, RequestId, Time)>,
    /// The wrap-up as the user has chosen it, until the contact centre says the same.
    wrap_up: Option<(Vec<String>, RequestId, Time)>,
    notice: Option<Notice>,
    /// The call that carries its sound, or did.
    call: Option<CallId>,
    /// Whether that call was among the phone's.
    call_seen: bool,
    /// Whether the user has joined it after listening.
    joined: bool,
    /// Until when its call is waited for.
    call_awaited: Option<Time>,
    /// As it was when it was last looked at.
    seen: Option<AgentDialog>,
}

/// The team that is looked at.
#[derive(Debug, Default)]
struct Team {
    chosen: Option<String>,
    /// What this page has opened, and closes.
    opened: Option<String>,
    /// What the relay would not open; it is not asked for again by itself.
    refused: Option<String>,
    notice: Option<Notice>,
}

#[derive(Debug, Default)]
struct Messages {
    read: BTreeSet<String>,
    sending: Option<RequestId>,
    notice: Option<Notice>,
}

/// Looking for somebody in the phone books.
#[derive(Debug, Default)]
struct Search {
    text: String,
    /// When the phone books are asked, unless the user goes on writing.
    due: Option<Time>,
    request: Option<RequestId>,
    found: Found,
}

impl Agents {
    /// When the next confirmation is no longer waited for, or the phone books have to be asked.
    pub(super) fn next_timeout(&self) -> Option<Time> {
        let state = self.state.as_ref().map(|asked| asked.until);
        let signing_in = self.signing_in.as_ref().map(|asked| asked.until);
        let asked = self.dialogs.values().filter_map(|dialog| dialog.asked).map(|(_, _, until)| until);
        let wrap_ups = self.dialogs.values().filter_map(|dialog| dialog.wrap_up.as_ref());
        let awaited = self.dialogs.values().filter_map(|dialog| dialog.call_awaited);
        let dialogs = asked.chain(wrap_ups.map(|(_, _, until)| *until)).chain(awaited);
        let members = self.members.values().map(|(_, until)| *until);
        [state, signing_in, self.search.due].into_iter().flatten().chain(dialogs).chain(members).min()
    }

    /// Forgets what is no longer waited for.
    fn expire(&mut self, now: Time) {
        self.state.take_if(|asked| asked.until <= now);
        self.signing_in.take_if(|asked| asked.until <= now);
        self.members.retain(|_, (_, until)| *until > now);
        for dialog in self.dialogs.values_mut() {
            dialog.asked.take_if(|(_, _, until)| *until <= now);
            dialog.wrap_up.take_if(|(_, _, until)| *until <= now);
            dialog.call_awaited.take_if(|until| *until <= now);
        }
    }
}
