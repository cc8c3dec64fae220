//! What the user wants.

use super::calls::Answer;
use super::wanted::What;
use super::{Effect, Phone, Session, Time};
use sidetone_protocol::{CallId, CallState, ClientMessage, DialString, DtmfDigits, FailureCode, RequestId};
use sidetone_skins::Intent;
use sidetone_skins::snapshot::{CallKey, Notice, Panel};

impl Phone {
    pub(super) fn intent(&mut self, now: Time, intent: Intent) {
        match intent {
            Intent::SignIn { user, password } => self.sign_in(now, user, password.0),
            Intent::SignOut => self.sign_out_by_user(),
            Intent::Dial { number } => self.dial(now, number),
            Intent::Answer(key) => self.answer(now, key),
            Intent::Reject(key) => self.reject(now, key),
            Intent::HangUp(key) => self.hang_up(now, key),
            Intent::SetMuted { call, muted } => self.set_muted(now, call, muted),
            Intent::SendKeys { call, keys } => self.send_keys(now, call, &keys),
            Intent::Dismiss(key) => {
                self.ask_about(now, key, |request, call| ClientMessage::Dismiss { request, call });
            }
            Intent::Redial => self.redial(now),
            Intent::SetHeld { call, held } => self.set_held(now, call, held),
            Intent::Consult { call, number } => self.consult(now, call, number),
            Intent::Transfer { call, to } => self.transfer(now, call, to),
            Intent::Join { call, with } => self.join(now, call, with),
            Intent::Split(key) => self.split(now, key),
            Intent::EndConsult(key) => self.end_consult(now, key),
            Intent::Park(key) => self.park(now, key),
            Intent::PickUp { number } => self.pick_up(now, number),
            Intent::SetDoNotDisturb(on) => self.set_do_not_disturb(now, on),
            Intent::SetForward(forward) => self.set_forward(now, forward),
            Intent::ChooseDevice { role, device } => self.choose_device(role, device.as_deref()),
            Intent::TestMicrophone(on) => self.test_microphone(on),
            Intent::TestSound(role) => self.effects.push_back(Effect::PlayTest(role)),
            Intent::Open(panel) => self.open(panel),
            Intent::ClosePanel => self.panel = None,
            Intent::UsePhoneHere => self.leg.take_over(now, &mut self.effects),
            Intent::AllowMicrophone => {
                self.microphone.try_again();
                self.drop_microphone_notices();
                self.checking_microphone = true;
            }
            Intent::AllowNotifications => self.effects.push_back(Effect::AskForNotifications),
            Intent::TurnOnSound => self.effects.push_back(Effect::UnlockSound),
            Intent::DismissNotice => self.notice = None,
            Intent::Reload => self.effects.push_back(Effect::Reload),
            Intent::Agent(intent) => self.agent_intent(now, intent),
        }
    }

    fn sign_in(&mut self, now: Time, user: String, password: String) {
        let Session::SignedOut { .. } = self.session else { return };
        self.session = Session::SigningIn { user, password };
        self.connection.open(now, false, &mut self.effects);
        // The click that signs in is what lets the page ring later.
        self.effects.push_back(Effect::UnlockSound);
    }

    fn sign_out_by_user(&mut self) {
        if self.is_on() {
            self.connection.send(ClientMessage::SignOut, &mut self.effects);
        }
        self.sign_out(None);
    }

    fn open(&mut self, panel: Panel) {
        if panel == Panel::Settings {
            self.effects.push_back(Effect::ListDevices);
        }
        self.panel = Some(panel);
    }

    pub(super) fn dial(&mut self, now: Time, number: String) {
        self.notice = None;
        let target: DialString = match number.parse() {
            Ok(target) => target,
            Err(_) => {
                self.notice = Some(Notice::new(FailureCode::BadNumber));
                return;
            }
        };
        if let Some(failure) = self.blocked(&target) {
            self.notice = Some(Notice { failure, retry: None });
            return;
        }
        self.last_dialled = Some(number.clone());
        self.suggested = None;
        if !self.is_on() {
            let retry = Intent::Dial { number };
            self.notice = Some(Notice::with_retry(FailureCode::RelayUnreachable, retry));
            return;
        }
        self.want(now, What::Dial { number, target });
    }

    fn answer(&mut self, now: Time, key: CallKey) {
        if !self.rings(key) {
            return;
        }
        if let Some(entry) = self.calls.by_key(key).filter(|entry| entry.answer == Answer::No) {
            entry.answer = Answer::Waiting;
            entry.notice = None;
            self.make_ready(now);
        }
    }

    /// A call is about to need the microphone and the path, in this tab.
    pub(super) fn make_ready(&mut self, now: Time) {
        self.microphone.try_again();
        self.leg.take_over(now, &mut self.effects);
        self.leg.hurry(now);
    }

    /// The microphone is live: sends what waited for it.
    pub(super) fn start_waiting_calls(&mut self, now: Time) {
        if !self.is_on() {
            return;
        }
        self.ask_for_wanted(now);
        let mut answered = Vec::new();
        for entry in self.calls.entries_mut().filter(|entry| entry.answer == Answer::Waiting) {
            entry.answer = Answer::Given;
            answered.push(entry.id);
        }
        for call in answered {
            self.ask(now, |request| ClientMessage::Answer { request, call });
        }
    }

    pub(super) fn hang_up(&mut self, now: Time, key: CallKey) {
        if self.cancel_wanted(key) {
            return;
        }
        let Some((id, answer)) = self.calls.by_key(key).map(|entry| (entry.id, entry.answer)) else { return };
        // An answer that still waits for the microphone has not been given: to the relay the call rings.
        if answer == Answer::Waiting {
            self.reject(now, key);
        } else {
            self.end(now, id, |request, call| ClientMessage::HangUp { request, call });
        }
    }

    fn reject(&mut self, now: Time, key: CallKey) {
        if let Some(entry) = self.calls.by_key(key) {
            entry.answer = Answer::No;
            let id = entry.id;
            self.end(now, id, |request, call| ClientMessage::Reject { request, call });
        }
    }

    /// Asks for the end of a call, once.
    pub(super) fn end(
        &mut self,
        now: Time,
        call: CallId,
        message: impl FnOnce(RequestId, CallId) -> ClientMessage,
    ) {
        if let Some(entry) = self.calls.by_id(call).filter(|entry| !entry.ending) {
            entry.ending = true;
            self.ask(now, |request| message(request, call));
        }
    }

    fn set_muted(&mut self, now: Time, key: CallKey, muted: bool) {
        let Some(id) = self.id_of(key) else { return };
        // There is one microphone: the relay mutes a conference as a whole.
        for fellow in self.fellows(id) {
            if let Some(entry) = self.calls.by_id(fellow) {
                entry.muted = Some(muted);
            }
        }
        self.ask_about(now, key, |request, call| ClientMessage::SetMuted { request, call, muted });
    }

    fn send_keys(&mut self, now: Time, key: CallKey, keys: &str) {
        // Pasted text has blanks and dashes between the digits.
        let keys: String =
            keys.chars().filter(|c| matches!(c, '0'..='9' | '*' | '#' | 'A'..='D' | 'a'..='d')).collect();
        let Ok(digits) = keys.parse::<DtmfDigits>() else { return };
        let Some(entry) = self.calls.by_key(key) else { return };
        entry.keys_sent.push_str(digits.as_str());
        if let [pressed] = digits.as_str().as_bytes() {
            self.effects.push_back(Effect::PlayKey(char::from(*pressed)));
        }
        self.ask_about(now, key, |request, call| ClientMessage::SendDtmf { request, call, digits });
    }

    /// Asks the relay for something about a call. While the connection is broken the request waits for the
    /// next one.
    fn ask_about(
        &mut self,
        now: Time,
        key: CallKey,
        message: impl FnOnce(RequestId, CallId) -> ClientMessage,
    ) {
        if let Some(call) = self.calls.by_key(key).map(|entry| entry.id) {
            self.ask(now, |request| message(request, call));
        }
    }

    pub(super) fn ask(&mut self, now: Time, message: impl FnOnce(RequestId) -> ClientMessage) {
        let (_, message) = self.requests.ask(now, message);
        if self.is_on() {
            self.connection.send(message, &mut self.effects);
        }
    }

    fn rings(&mut self, key: CallKey) -> bool {
        let id = self.calls.by_key(key).map(|entry| entry.id);
        let call = id.zip(self.relay.as_ref()).and_then(|(id, relay)| relay.call(id));
        call.is_some_and(|call| call.state == CallState::Ringing)
    }

    pub(super) fn drop_microphone_notices(&mut self) {
        self.notice.take_if(|notice| is_about_microphone(notice));
        for entry in self.calls.entries_mut() {
            entry.notice.take_if(|notice| is_about_microphone(notice));
        }
    }

    /// Says so where the user looks: at the call that needed it, or else on top.
    pub(super) fn microphone_failed(&mut self, code: FailureCode, checking: bool) {
        let mut told = false;
        let (waited, asked): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.calls.wanted).into_iter().partition(|wanted| wanted.request.is_none());
        self.calls.wanted = asked;
        for wanted in waited {
            self.notice = Some(Notice::with_retry(code, wanted.what.intent()));
            told = true;
        }
        let talking: Vec<CallId> = self
            .relay
            .iter()
            .flat_map(|relay| relay.live_calls())
            .filter(|call| call.state != CallState::Ringing || call.alert.auto_answer_ms.is_some())
            .map(|call| call.id)
            .collect();
        for entry in self.calls.entries_mut() {
            if entry.answer == Answer::Waiting {
                entry.answer = Answer::No;
                entry.notice = Some(Notice::with_retry(code, Intent::Answer(entry.key)));
                told = true;
            } else if talking.contains(&entry.id) {
                entry.notice = Some(Notice::with_retry(code, Intent::AllowMicrophone));
                told = true;
            }
        }
        if checking && !told {
            self.notice = Some(Notice::with_retry(code, Intent::AllowMicrophone));
        }
    }
}

fn is_about_microphone(notice: &Notice) -> bool {
    matches!(
        notice.failure.code,
        FailureCode::MicrophoneMissing | FailureCode::MicrophoneDenied | FailureCode::MicrophoneBusy
    )
}
