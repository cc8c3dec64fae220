//! One user: signed in, with a browser, and answering every call at once.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use sidetone_protocol::{
    Call, CallId, CallState, ClientMessage, EndReason, Event, LineState, MediaGeneration, RelayMessage,
    RequestId, Snapshot,
};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Media;
use super::counts::{Count, Counts};
use super::peer_connection::PeerConnection;
use super::session::{Relay, Session};

/// Who signs in: written as name and password with a space between.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub(crate) name: String,
    pub(crate) password: String,
}

impl std::fmt::Debug for Account {
    /// Hides the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({})", self.name)
    }
}

impl FromStr for Account {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, password) = text.split_once(' ').context("expected a name, a space and a password")?;
        Ok(Self { name: name.to_owned(), password: password.to_owned() })
    }
}

/// A user at work.
pub(super) struct User {
    session: Session,
    media: Media,
    browser: Option<PeerConnection>,
    generation: MediaGeneration,
    requests: u64,
    calls: HashMap<CallId, Stage>,
    line_ready: bool,
    counted_ready: bool,
    counts: Arc<Counts>,
}

/// How far a call has come, as far as it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Rings until the browser has a description to answer with.
    Ringing,
    /// The relay was told to answer.
    Answered,
    /// The caller has confirmed.
    Connected,
}

impl User {
    /// Signs in, and has a browser made where that is to be there before the first call.
    pub(super) async fn sign_in(
        relay: &Relay,
        account: &Account,
        media: Media,
        counts: Arc<Counts>,
    ) -> anyhow::Result<Self> {
        let (session, snapshot) = Session::sign_in(relay, account).await?;
        let mut user = Self {
            session,
            media,
            browser: None,
            generation: MediaGeneration::default(),
            requests: 0,
            calls: HashMap::new(),
            line_ready: false,
            counted_ready: false,
            counts,
        };
        user.counts.add(Count::SignedIn);
        if media == Media::Warm {
            user.open_browser().await?;
        }
        user.begin(snapshot).await?;
        Ok(user)
    }

    async fn begin(&mut self, snapshot: Snapshot) -> anyhow::Result<()> {
        self.line_ready = snapshot.line.state == LineState::Ready;
        for call in snapshot.calls {
            self.call_changed(call).await?;
        }
        self.note_ready();
        Ok(())
    }

    /// Takes calls until told to stop.
    pub(super) async fn work(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut heartbeat = interval(self.session.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = self.session.hear() => self.message(message?).await?,
                result = happening(&mut self.browser) => {
                    result?;
                    self.note_ready();
                }
                _ = heartbeat.tick() => self.session.say(ClientMessage::Ping { nonce: 0 }).await?,
                () = stop.cancelled() => return self.session.say(ClientMessage::SignOut).await,
            }
        }
    }

    async fn message(&mut self, message: RelayMessage) -> anyhow::Result<()> {
        match message {
            RelayMessage::MediaAnswer { generation, sdp } if generation == self.generation => {
                if let Some(browser) = &mut self.browser {
                    browser.answered(sdp)?;
                }
                let ringing: Vec<CallId> = self.ringing().collect();
                for call in ringing {
                    self.answer(call).await?;
                }
            }
            // Of one that was given up the relay may notice the end on the media path first.
            RelayMessage::MediaLost { generation, failure }
                if generation == self.generation && self.browser.is_some() =>
            {
                bail!("the browser's media was lost: {failure:?}");
            }
            RelayMessage::Event { event: Event::CallChanged { call } } => self.call_changed(call).await?,
            RelayMessage::Event { event: Event::LineChanged { line } } => {
                self.line_ready = line.state == LineState::Ready;
                self.note_ready();
            }
            RelayMessage::Failed { .. } => self.counts.add(Count::RequestsFailed),
            RelayMessage::SignedOut { failure } => bail!("signed out: {failure:?}"),
            RelayMessage::MediaAnswer { .. }
            | RelayMessage::MediaLost { .. }
            | RelayMessage::Event { .. }
            | RelayMessage::Welcome { .. }
            | RelayMessage::SignedIn { .. }
            | RelayMessage::Snapshot { .. }
            | RelayMessage::SendCodec { .. }
            | RelayMessage::Accepted { .. }
            | RelayMessage::Contacts { .. }
            | RelayMessage::Pong { .. } => {}
        }
        Ok(())
    }

    async fn call_changed(&mut self, call: Call) -> anyhow::Result<()> {
        let stage = self.calls.get(&call.id).copied();
        match call.state {
            CallState::Ringing if stage.is_none() => {
                self.counts.add(Count::Rang);
                self.calls.insert(call.id, Stage::Ringing);
                match (&self.browser, self.media) {
                    (Some(_), Media::Warm) => self.answer(call.id).await?,
                    (Some(_), Media::OnCall) => {}
                    (None, _) => self.open_browser().await?,
                }
            }
            // A browser that gets its peer connection with the call may need longer for it than the caller to confirm.
            CallState::Connected | CallState::Reconnecting if stage == Some(Stage::Answered) => {
                self.counts.add(Count::Connected);
                self.calls.insert(call.id, Stage::Connected);
            }
            CallState::Ended { reason } => self.ended(call.id, &reason).await?,
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Ringing
            | CallState::Answering
            | CallState::Connected
            | CallState::Reconnecting => {}
        }
        Ok(())
    }

    async fn ended(&mut self, call: CallId, reason: &EndReason) -> anyhow::Result<()> {
        let Some(stage) = self.calls.remove(&call) else { return Ok(()) };
        let well = stage == Stage::Connected && *reason == EndReason::Party;
        if !well {
            tracing::info!(?stage, ?reason, "a call did not go as it should");
        }
        self.counts.add(if well { Count::HungUpByCaller } else { Count::EndedOtherwise });
        if self.calls.is_empty() && self.media == Media::OnCall {
            self.close_browser().await?;
        }
        Ok(())
    }

    async fn answer(&mut self, call: CallId) -> anyhow::Result<()> {
        self.calls.insert(call, Stage::Answered);
        self.requests += 1;
        self.session.say(ClientMessage::Answer { request: RequestId(self.requests), call }).await
    }

    fn ringing(&self) -> impl Iterator<Item = CallId> {
        self.calls.iter().filter(|(_, stage)| **stage == Stage::Ringing).map(|(call, _)| *call)
    }

    async fn open_browser(&mut self) -> anyhow::Result<()> {
        let (browser, sdp) = PeerConnection::offer()?;
        self.browser = Some(browser);
        self.generation = self.generation.next();
        let generation = self.generation;
        self.session.say(ClientMessage::MediaOffer { generation, sdp, take_over: false }).await
    }

    async fn close_browser(&mut self) -> anyhow::Result<()> {
        if let Some(browser) = self.browser.take() {
            browser.close()?;
        }
        self.session.say(ClientMessage::MediaClosed { generation: self.generation }).await
    }

    /// Counts the user once both the line and, where it is kept warm, the browser are ready for calls.
    fn note_ready(&mut self) {
        let media = match self.media {
            Media::Warm => self.browser.as_ref().is_some_and(PeerConnection::is_connected),
            Media::OnCall => true,
        };
        if self.line_ready && media && !self.counted_ready {
            self.counted_ready = true;
            self.counts.add(Count::Ready);
        }
    }
}

/// What happens to a browser; nothing ever where there is none.
async fn happening(browser: &mut Option<PeerConnection>) -> anyhow::Result<()> {
    match browser {
        Some(browser) => browser.happening().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_a_name_and_a_password_that_is_not_shown() {
        let account: Account = "user-1001 pass word".parse().unwrap();
        assert_eq!((account.name.as_str(), account.password.as_str()), ("user-1001", "pass word"));
        assert!(!format!("{account:?}").contains("pass word"));
        assert!("user-1001".parse::<Account>().is_err());
    }
}
