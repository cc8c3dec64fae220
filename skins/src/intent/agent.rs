//! What only a contact-centre agent can want.

use super::Intent;
use sidetone_protocol::agent::{
    AgentSignIn, CallbackChange, DialogControl, MemberState, PreviewAnswer, StateChoice,
};

/// Something that only a contact-centre agent can want. Dialogs go by [`crate::snapshot::DialogView::id`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentIntent {
    /// Sign in to the contact centre, with what was entered or with what the relay keeps.
    SignIn(AgentSignIn),
    /// Be in another state. In a call it applies afterwards.
    SetState {
        /// Which.
        state: StateChoice,
        /// The id of its reason, where it needs one.
        reason: Option<String>,
    },
    /// Do something with a dialog that no call of the phone carries.
    Control {
        /// Which.
        dialog: String,
        /// What.
        control: DialogControl,
    },
    /// Say what a call was about; all of it each time.
    WrapUp {
        /// Which dialog.
        dialog: String,
        /// The labels.
        reasons: Vec<String>,
    },
    /// Change call variables.
    SetVariables {
        /// Of which dialog.
        dialog: String,
        /// Name and new value of each.
        variables: Vec<(String, String)>,
    },
    /// Ask somebody about a dialog that no call of the phone carries.
    Consult {
        /// Which.
        dialog: String,
        /// Whom, as the user wrote it.
        number: String,
    },
    /// Hand a dialog that no call of the phone carries to somebody who has not been asked.
    HandOver {
        /// Which.
        dialog: String,
        /// To whom, as the user wrote it.
        number: String,
    },
    /// Send DTMF digits in a dialog that no call of the phone carries.
    SendKeys {
        /// Which.
        dialog: String,
        /// As pressed.
        keys: String,
    },
    /// Take somebody out of a conference.
    DropParticipant {
        /// Which dialog.
        dialog: String,
        /// Their number.
        number: String,
    },
    /// Answer the preview of a campaign's call.
    Preview {
        /// Which dialog.
        dialog: String,
        /// How.
        answer: PreviewAnswer,
    },
    /// Say what became of a campaign's call.
    Reclassify {
        /// Which dialog.
        dialog: String,
        /// What, in the contact centre's words.
        classification: String,
    },
    /// Fix or cancel when the customer is called back.
    Callback {
        /// Which dialog.
        dialog: String,
        /// How.
        change: CallbackChange,
    },
    /// Look at another of the supervised teams.
    ChooseTeam(String),
    /// Put a member of the team into another state.
    SetMemberState {
        /// Who.
        member: String,
        /// Which.
        state: MemberState,
    },
    /// Listen to a call of the agent with that extension.
    Monitor(String),
    /// Join what is listened to.
    Barge(String),
    /// Take over what was joined.
    Intercept(String),
    /// Ask the supervisors for help.
    CallForHelp,
    /// Take the call for help of that member off the list.
    DismissHelp(String),
    /// Write to teams.
    SendMessage {
        /// Their ids.
        teams: Vec<String>,
        /// At most 255 characters.
        text: String,
        /// How long it is shown, in seconds.
        for_s: u32,
    },
    /// Delete one's own message.
    DeleteMessage(String),
    /// Look for somebody in the phone books, as the user is writing; nothing written ends it.
    FindContact(String),
    /// Take away what is said at the state, in the team, among the messages or at a dialog.
    DismissNotice,
}

impl From<AgentIntent> for Intent {
    fn from(intent: AgentIntent) -> Self {
        Self::Agent(intent)
    }
}
