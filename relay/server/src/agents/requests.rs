//! What an agent asks for, in the words of the session.

use sidetone_finesse::model::{AgentId, DialogId};
use sidetone_finesse::session::{Ask, ChosenState, DialogAction, MemberState};
use sidetone_protocol::agent::{
    self, AgentAction, AgentSignIn, CallbackChange, DialogControl, PreviewAnswer, StateChoice,
};

/// What has to be done for an action.
pub(super) enum Todo {
    /// Sign in.
    SignIn(Box<AgentSignIn>),
    /// Ask the session.
    Ask(Ask),
    /// Ask the session, and look through the phone books then.
    FindContact(String),
    /// Tell somebody who can help.
    CallForHelp,
}

pub(super) fn todo(action: AgentAction) -> Todo {
    let dialog = |dialog: String, action: DialogAction| Ask::Dialog { dialog: DialogId(dialog), action };
    Todo::Ask(match action {
        AgentAction::SignIn(sign_in) => return Todo::SignIn(sign_in),
        AgentAction::FindContact { text } => return Todo::FindContact(text),
        AgentAction::CallForHelp => return Todo::CallForHelp,
        AgentAction::SetState { state, reason } => match state {
            StateChoice::Ready => Ask::SetState { state: ChosenState::Ready, reason },
            StateChoice::NotReady => Ask::SetState { state: ChosenState::NotReady, reason },
            StateChoice::SignOut => Ask::SignOut { reason },
        },
        AgentAction::Control { dialog: id, control } => dialog(id, control_action(control)),
        AgentAction::WrapUp { dialog: id, reasons } => dialog(id, DialogAction::WrapUp { reasons }),
        AgentAction::SetVariables { dialog: id, variables } => {
            dialog(id, DialogAction::SetVariables { variables })
        }
        AgentAction::SingleStepTransfer { dialog: id, to } => {
            dialog(id, DialogAction::SingleStepTransfer { to: to.as_str().to_owned() })
        }
        AgentAction::Consult { dialog: id, target } => {
            dialog(id, DialogAction::Consult { to: target.as_str().to_owned() })
        }
        AgentAction::SendDtmf { dialog: id, digits } => {
            dialog(id, DialogAction::SendDtmf { digits: digits.as_str().to_owned() })
        }
        AgentAction::DropParticipant { dialog: id, number } => {
            dialog(id, DialogAction::DropParticipant { number })
        }
        AgentAction::Preview { dialog: id, answer } => dialog(
            id,
            match answer {
                PreviewAnswer::Accept => DialogAction::Accept,
                PreviewAnswer::Reject => DialogAction::Reject,
                PreviewAnswer::Close => DialogAction::Close,
            },
        ),
        AgentAction::Reclassify { dialog: id, classification } => {
            dialog(id, DialogAction::Reclassify { classification })
        }
        AgentAction::Callback { dialog: id, change } => dialog(
            id,
            match change {
                CallbackChange::Schedule { time, number } => DialogAction::ScheduleCallback { time, number },
                CallbackChange::Cancel => DialogAction::CancelCallback,
            },
        ),
        AgentAction::OpenTeam { team } => Ask::OpenTeam { team },
        AgentAction::CloseTeam { team } => Ask::CloseTeam { team },
        AgentAction::SetMemberState { member, state } => {
            let state = match state {
                agent::MemberState::Ready => MemberState::Ready,
                agent::MemberState::NotReady => MemberState::NotReady,
                agent::MemberState::SignedOut => MemberState::SignedOut,
            };
            Ask::SetMemberState { member: AgentId(member), state }
        }
        AgentAction::Monitor { extension } => Ask::Monitor { extension },
        AgentAction::Barge { dialog } => Ask::Barge { dialog: DialogId(dialog) },
        AgentAction::Intercept { dialog } => Ask::Intercept { dialog: DialogId(dialog) },
        AgentAction::SendMessage { teams, text, for_s } => Ask::SendMessage { teams, text, for_s },
        AgentAction::DeleteMessage { message } => Ask::DeleteMessage { message },
    })
}

fn control_action(control: DialogControl) -> DialogAction {
    match control {
        DialogControl::Answer => DialogAction::Answer,
        DialogControl::Hold => DialogAction::Hold,
        DialogControl::Retrieve => DialogAction::Retrieve,
        DialogControl::Drop => DialogAction::Drop,
        DialogControl::Transfer => DialogAction::Transfer,
        DialogControl::Conference => DialogAction::Conference,
        DialogControl::StartRecording => DialogAction::StartRecording,
    }
}
