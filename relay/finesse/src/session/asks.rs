//! What is asked for, as requests.

use super::choices::{self, Plan};
use super::expect::{Expect, Waiting};
use super::http::Why;
use super::kept::Kept;
use super::sign_in::Step;
use super::{Ask, ChosenState, DialogAction, Error, MemberState, Session, Tag};
use crate::model::{Action, AgentId, AgentState, Dialog, DialogId, DialogState};
use crate::rest::{
    self, CallData, CallbackChange, MakeCall, NewTeamMessage, ParticipantAction, Purpose, Request,
    RequestedState,
};

/// More than anybody asks for at once.
const MOST_WAITING: usize = 64;

impl Session {
    pub(super) fn asked(&mut self, now: u64, tag: Tag, ask: Ask) {
        let result = match ask {
            Ask::SignIn(sign_in) => return self.ask_sign_in(now, tag, *sign_in),
            Ask::RefreshToken { credentials } => return self.ask_refresh(now, tag, credentials),
            Ask::SignOut { reason } => self.ask_sign_out(now, tag, reason),
            Ask::SetState { state, reason } => self.ask_state(now, tag, state, reason),
            Ask::OpenTeam { team } => self.open_team(now, tag, team),
            Ask::CloseTeam { team } => {
                self.close_team(&team);
                self.done(Some(tag), Ok(()));
                Ok(())
            }
            Ask::MakeCall { to, variables } => self.ask_call(now, tag, to, variables),
            Ask::Dialog { dialog, action } => self.ask_dialog(now, tag, &dialog, action),
            Ask::SetMemberState { member, state } => self.ask_member(now, tag, member, state),
            Ask::Monitor { extension } => self.ask_monitor(now, tag, &extension),
            Ask::Barge { dialog } => self.ask_barge(now, tag, &dialog),
            Ask::Intercept { dialog } => self.ask_intercept(now, tag, &dialog),
            Ask::SendMessage { teams, text, for_s } => {
                let message = NewTeamMessage { content: text, duration_s: for_s, teams };
                self.check_signed_in().and_then(|()| {
                    let request = Request::send_team_message(&message)?;
                    self.ask_for(now, Some(tag), request, Expect::Accepted);
                    Ok(())
                })
            }
            Ask::DeleteMessage { message } => self.check_signed_in().map(|()| {
                self.ask_for(now, Some(tag), Request::delete_team_message(&message), Expect::Accepted);
            }),
            Ask::LoadContacts => self.check_signed_in().map(|()| {
                if self.contacts_wanted(now) {
                    let request = self.request_id();
                    self.waiting.push(Waiting::new(
                        now,
                        Some(tag),
                        request,
                        Expect::Contacts,
                        Purpose::Other,
                    ));
                } else {
                    self.done(Some(tag), Ok(()));
                }
            }),
        };
        if let Err(error) = result {
            self.done(Some(tag), Err(error));
        }
    }

    /// Sends a request that changes something, and waits for what comes of it.
    pub(super) fn ask_for(&mut self, now: u64, tag: Option<Tag>, request: Request, expect: Expect) {
        if self.waiting.len() >= MOST_WAITING {
            self.done(tag, Err(Error::Silent));
            return;
        }
        let id = self.request_id();
        self.waiting.push(Waiting::new(now, tag, id.clone(), expect, request.purpose));
        let host = self.nodes.current;
        self.send(now, host, Why::Ask(id.clone()), request.with_request_id(id));
    }

    /// Cisco's own client makes a UUID of each.
    pub(super) fn request_id(&mut self) -> String {
        let (high, low) = (self.dice.next(), self.dice.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48 & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }

    fn ask_sign_out(&mut self, now: u64, tag: Tag, reason: Option<String>) -> Result<(), Error> {
        if self.step != Step::In {
            // Nobody is signed in; whoever was about to be is not any more.
            self.signed_out(now, None);
            self.done(Some(tag), Ok(()));
            return Ok(());
        }
        self.ask_state(now, tag, ChosenState::SignOut, reason)
    }

    fn ask_state(
        &mut self,
        now: u64,
        tag: Tag,
        state: ChosenState,
        reason: Option<String>,
    ) -> Result<(), Error> {
        self.check_signed_in()?;
        let Some(situation) = self.situation() else { return Err(Error::NotSignedIn) };
        let reasons = match state {
            ChosenState::Ready => None,
            ChosenState::NotReady => Some(&self.view.not_ready_reasons),
            ChosenState::SignOut => Some(&self.view.sign_out_reasons),
        };
        if reasons.is_some_and(|reasons| !reasons.is_empty()) && reason.is_none() {
            return Err(Error::ReasonRequired);
        }
        self.view.failure = None;
        match choices::plan(situation, state) {
            Plan::Send => {
                self.kept = None;
                self.send_state(now, Some(tag), state, reason);
            }
            Plan::Keep => {
                self.kept = Some(Kept::new(state, reason));
                self.done(Some(tag), Ok(()));
            }
        }
        Ok(())
    }

    fn ask_call(
        &mut self,
        now: u64,
        tag: Tag,
        to_address: String,
        variables: Vec<(String, String)>,
    ) -> Result<(), Error> {
        self.check_signed_in()?;
        let Some(wish) = &self.account.wish else { return Err(Error::NotSignedIn) };
        // UCCX refuses a call with variables; the call is what was asked for.
        let variables = if self.is_uccx() { Vec::new() } else { variables };
        let call = MakeCall { from_address: self.extension(), to_address, variables };
        let request = Request::make_call(&wish.id, &call)?;
        let expect = self.a_new_dialog();
        self.ask_for(now, Some(tag), request, expect);
        Ok(())
    }

    fn a_new_dialog(&self) -> Expect {
        Expect::NewDialog { known: self.raw.dialogs.keys().cloned().collect() }
    }

    fn dialog(&self, id: &DialogId) -> Result<&Dialog, Error> {
        self.raw.dialogs.get(id).ok_or(Error::NoSuchDialog)
    }

    fn ask_dialog(&mut self, now: u64, tag: Tag, id: &DialogId, action: DialogAction) -> Result<(), Error> {
        use DialogState::{Accepted, Active, Alerting, Dropped, Failed, Held, Initiated, Initiating, WrapUp};
        self.check_signed_in()?;
        self.dialog(id)?;
        let extension = self.extension();
        let mine = |dialog: &DialogId, states: &[DialogState]| Expect::Mine {
            dialog: dialog.clone(),
            states: states.to_vec(),
        };
        let changed = || Expect::Changed { dialog: id.clone() };
        let simple = |dialog: &DialogId, action| Request::dialog_action(dialog, action, &extension);
        let over: &[DialogState] = &[Dropped, WrapUp, Failed];
        let (request, expect) = match action {
            DialogAction::Answer => {
                (simple(id, ParticipantAction::Answer), mine(id, &[Active, Held, Dropped, WrapUp]))
            }
            DialogAction::Hold => (simple(id, ParticipantAction::Hold), mine(id, &[Held, Dropped, WrapUp])),
            DialogAction::Retrieve => {
                (simple(id, ParticipantAction::Retrieve), mine(id, &[Active, Dropped, WrapUp]))
            }
            DialogAction::Drop => (simple(id, ParticipantAction::Drop), mine(id, over)),
            DialogAction::Consult { to } => (Request::consult(id, &extension, &to), self.a_new_dialog()),
            DialogAction::Transfer => {
                let held = self.held_for(id, Action::Transfer);
                (simple(&held, ParticipantAction::Transfer), mine(&held, over))
            }
            DialogAction::Conference => {
                let held = self.held_for(id, Action::Conference);
                (simple(&held, ParticipantAction::Conference), mine(&held, &[Active, Dropped, WrapUp]))
            }
            DialogAction::SingleStepTransfer { to } => {
                (Request::single_step_transfer(id, &extension, &to), mine(id, over))
            }
            DialogAction::SendDtmf { digits } => {
                (Request::send_dtmf(id, &extension, &digits), Expect::Accepted)
            }
            DialogAction::WrapUp { reasons } => {
                let wrap_up = if self.is_uccx() && reasons.len() != 1 {
                    rest::WrapUp::Items(reasons)
                } else {
                    rest::WrapUp::Reason(reasons.into_iter().next().unwrap_or_default())
                };
                let data = CallData { wrap_up: Some(wrap_up), variables: Vec::new() };
                (Request::update_call_data(id, &data)?, changed())
            }
            DialogAction::SetVariables { variables } => {
                (Request::update_call_data(id, &CallData { wrap_up: None, variables })?, changed())
            }
            DialogAction::DropParticipant { number } => {
                (Request::dialog_action(id, ParticipantAction::ParticipantDrop, &number), changed())
            }
            DialogAction::StartRecording => (simple(id, ParticipantAction::StartRecording), changed()),
            DialogAction::Accept => (
                simple(id, ParticipantAction::Accept),
                mine(id, &[Accepted, Initiating, Initiated, Alerting, Active, Dropped, Failed, WrapUp]),
            ),
            DialogAction::Reject => (simple(id, ParticipantAction::Reject), mine(id, over)),
            DialogAction::Close => (simple(id, ParticipantAction::Close), mine(id, over)),
            DialogAction::Reclassify { classification } => {
                (Request::reclassify(id, &extension, &classification), changed())
            }
            DialogAction::ScheduleCallback { time, number } => {
                // Finesse takes one of both at a time.
                if let (Some(_), Some(number)) = (&time, &number) {
                    let change = CallbackChange::Number(number.clone());
                    let request = Request::scheduled_callback(id, &extension, &change);
                    self.ask_for(now, None, request, changed());
                }
                let change = match (time, number) {
                    (Some(time), _) => CallbackChange::Time(time),
                    (None, Some(number)) => CallbackChange::Number(number),
                    (None, None) => return Err(Error::NotPossible),
                };
                (Request::scheduled_callback(id, &extension, &change), changed())
            }
            DialogAction::CancelCallback => {
                (Request::scheduled_callback(id, &extension, &CallbackChange::Cancel), changed())
            }
        };
        self.ask_for(now, Some(tag), request, expect);
        Ok(())
    }

    /// The call that is held and offers this, where the consult call was meant: Finesse wants the held one.
    fn held_for(&self, id: &DialogId, action: Action) -> DialogId {
        let offers = |dialog: &Dialog| self.mine(dialog).is_some_and(|mine| mine.actions.contains(&action));
        if self.raw.dialogs.get(id).is_some_and(offers) {
            return id.clone();
        }
        let other = self.raw.dialogs.values().find(|dialog| offers(dialog));
        other.map_or_else(|| id.clone(), |dialog| dialog.id.clone())
    }

    fn ask_member(&mut self, now: u64, tag: Tag, member: AgentId, state: MemberState) -> Result<(), Error> {
        self.check_signed_in()?;
        let (requested, expected) = match state {
            MemberState::Ready => (RequestedState::Ready, AgentState::Ready),
            MemberState::NotReady => (RequestedState::NotReady, AgentState::NotReady),
            MemberState::SignedOut => (RequestedState::Logout, AgentState::Logout),
        };
        let request = Request::change_state_of_member(&member, requested);
        self.ask_for(now, Some(tag), request, Expect::Member { id: member, state: expected });
        Ok(())
    }

    fn ask_monitor(&mut self, now: u64, tag: Tag, extension: &str) -> Result<(), Error> {
        self.check_signed_in()?;
        let Some(wish) = &self.account.wish else { return Err(Error::NotSignedIn) };
        let request = Request::silent_monitor(&wish.id, &self.extension(), extension);
        let expect = self.a_new_dialog();
        self.ask_for(now, Some(tag), request, expect);
        Ok(())
    }

    /// The agent who is listened to, or whose call was joined.
    fn other_agent(&self, dialog: &Dialog) -> Result<String, Error> {
        let own = self.extension();
        let agent = dialog.participants.iter().find(|other| other.agent && other.media_address != own);
        let number = agent.map_or(dialog.to_address.as_str(), |agent| agent.media_address.as_str());
        if number.is_empty() || number == own { Err(Error::NotPossible) } else { Ok(number.to_owned()) }
    }

    fn ask_barge(&mut self, now: u64, tag: Tag, id: &DialogId) -> Result<(), Error> {
        self.check_signed_in()?;
        let member = self.other_agent(self.dialog(id)?)?;
        let Some(wish) = &self.account.wish else { return Err(Error::NotSignedIn) };
        let request = Request::barge(&wish.id, &self.extension(), &member, id);
        let expect = self.a_new_dialog();
        self.ask_for(now, Some(tag), request, expect);
        Ok(())
    }

    fn ask_intercept(&mut self, now: u64, tag: Tag, id: &DialogId) -> Result<(), Error> {
        self.check_signed_in()?;
        let member = self.other_agent(self.dialog(id)?)?;
        let request = Request::dialog_action(id, ParticipantAction::ParticipantDrop, &member);
        self.ask_for(now, Some(tag), request, Expect::Changed { dialog: id.clone() });
        Ok(())
    }
}
