//! Calls from a browser to a telephone, timed: both are here, so that one clock sees the start and the end of what the
//! relay does between them.

mod telephone;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::Serialize;
use sidetone_protocol::{
    CallId, ClientMessage, DialString, Event, LineState, MediaGeneration, RelayMessage, RequestId,
};
use tokio::time::{MissedTickBehavior, interval, sleep_until, timeout};

use crate::clients::{Account, PeerConnection, Relay, Session};
use telephone::{Happening, Telephone};

/// How long the telephone rings, so that nothing of the call's beginning is still under way when it answers.
const RINGS: Duration = Duration::from_millis(30);
/// Both sides send a packet this often while it is measured when the first one arrives: at the usual 20 ms, most of
/// what is measured would be the wait for the next packet.
const PACE: Duration = Duration::from_millis(2);
/// What takes this long has failed.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was measured, call by call, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Times {
    /// From the client's `Dial` on its WebSocket to the INVITE at the telephone.
    pub dial_to_invite_ms: Vec<f64>,
    /// From the telephone's 200 to audio at both ends, each having heard the other.
    pub answer_to_media_ms: Vec<f64>,
}

/// Makes `calls` calls from a user of the relay to a telephone that listens on `listen`.
///
/// # Errors
///
/// If the user cannot sign in, or a call does not go as it should.
pub async fn run(
    relay: &Relay,
    account: &Account,
    listen: SocketAddr,
    target: &DialString,
    calls: u32,
) -> anyhow::Result<Times> {
    let telephone = Telephone::listen(listen).await?;
    let mut caller = Caller::ready(relay, account).await?;
    let mut probe = Probe { telephone, target: target.clone(), times: Times::default() };
    for number in 1..=calls {
        timeout(PATIENCE, probe.call(&mut caller, RequestId(u64::from(number) * 2)))
            .await
            .with_context(|| format!("call {number} got stuck"))?
            .with_context(|| format!("call {number}"))?;
    }
    caller.session.say(ClientMessage::SignOut).await?;
    Ok(probe.times)
}

/// A signed-in user with a browser that is connected.
struct Caller {
    session: Session,
    browser: PeerConnection,
}

impl Caller {
    async fn ready(relay: &Relay, account: &Account) -> anyhow::Result<Self> {
        let (mut session, snapshot) = Session::sign_in(relay, account).await?;
        let mut line = snapshot.line.state;
        let (browser, sdp) = PeerConnection::offer()?;
        let generation = MediaGeneration::default();
        session.say(ClientMessage::MediaOffer { generation, sdp, take_over: false }).await?;
        let mut caller = Self { session, browser };
        let connected = async {
            while line != LineState::Ready || !caller.browser.is_connected() {
                tokio::select! {
                    message = caller.session.hear() => match message? {
                        RelayMessage::MediaAnswer { sdp, .. } => caller.browser.answered(sdp)?,
                        RelayMessage::MediaLost { failure, .. } => bail!("no media: {failure:?}"),
                        RelayMessage::Event { event: Event::LineChanged { line: now } } => line = now.state,
                        _ => {}
                    },
                    result = caller.browser.happening() => result?,
                }
            }
            Ok(())
        };
        timeout(PATIENCE, connected).await.context("the line or the browser does not get ready")??;
        Ok(caller)
    }
}

struct Probe {
    telephone: Telephone,
    target: DialString,
    times: Times,
}

impl Probe {
    /// One call, from dialling to the end of it.
    async fn call(&mut self, caller: &mut Caller, request: RequestId) -> anyhow::Result<()> {
        let Caller { session, browser } = caller;
        browser.forget_heard();
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let dialled = Instant::now();
        session.say(ClientMessage::Dial { request, target: self.target.clone() }).await?;
        let mut call: Option<CallId> = None;
        let mut answers_at: Option<Instant> = None;
        let mut answered: Option<Instant> = None;
        let mut telephone_heard: Option<Instant> = None;
        let mut hung_up = false;
        loop {
            tokio::select! {
                message = session.hear() => match message? {
                    RelayMessage::Accepted { request: of, call: made } if of == request => call = made,
                    RelayMessage::Failed { failure, .. } => bail!("a request was refused: {failure:?}"),
                    _ => {}
                },
                result = browser.happening() => result?,
                happening = self.telephone.happening() => match happening? {
                    Happening::Invited(at) => {
                        self.times.dial_to_invite_ms.push(milliseconds(at - dialled));
                        answers_at = Some(Instant::now() + RINGS);
                    }
                    Happening::Heard(at) => {
                        telephone_heard = telephone_heard.or(Some(at).filter(|_| answered.is_some()));
                    }
                    Happening::HungUp => return Ok(()),
                    Happening::Nothing => {}
                },
                () = at(answers_at) => {
                    answers_at = None;
                    answered = Some(Instant::now());
                    self.telephone.answer().await?;
                }
                _ = pace.tick(), if !hung_up => {
                    browser.speak()?;
                    if answered.is_some() {
                        self.telephone.speak().await?;
                    }
                }
            }
            let both = telephone_heard.zip(browser.heard());
            if let (Some(answered), Some((there, here)), Some(call), false) = (answered, both, call, hung_up)
            {
                self.times.answer_to_media_ms.push(milliseconds(there.max(here) - answered));
                hung_up = true;
                session.say(ClientMessage::HangUp { request: RequestId(request.0 + 1), call }).await?;
            }
        }
    }
}

/// Waits until then, or for ever.
async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when.into()).await,
        None => std::future::pending().await,
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
