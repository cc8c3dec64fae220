//! A call between somebody and the PBX itself: a dialog and its media.

use std::net::SocketAddr;
use std::time::Duration;

use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TransactionHandle};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Request, StatusCode};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, info};

use super::exchange::Shared;
use super::outbound::{hang_up, sdp_headers};
use super::sdp::{self, Accepted, Codec, Direction, Local, Unacceptable};
use crate::media::dtmf::Digit;
use crate::media::g711::Law;
use crate::media::ports::PortError;
use crate::media::room::Seat;
use crate::media::session::Session;
use crate::media::stage::{Parameters, Role};
use crate::media::talker::Format;

/// The media of a call and what is agreed about it.
pub(super) struct Media {
    pub(super) session: Session,
    local: Local,
    codecs: &'static [Codec],
    /// We made the offer and the answer is still to come.
    awaits_answer: bool,
    /// The other side has put us on hold.
    pub(super) is_held: bool,
}

impl Media {
    pub(super) async fn open(exchange: &Shared, role: Role) -> Result<Self, PortError> {
        let session = exchange.open_media(role).await?;
        let codecs = match role {
            Role::Echo => Codec::ECHOED,
            Role::Play | Role::RepeatDigits | Role::Conference => Codec::SPOKEN,
        };
        Ok(Self::new(exchange, session, codecs))
    }

    /// For a caller in a conference.
    pub(super) async fn open_in(exchange: &Shared, seat: Seat) -> Result<Self, PortError> {
        let session = exchange.open_media_in(seat).await?;
        Ok(Self::new(exchange, session, Codec::SPOKEN))
    }

    /// For a caller who is moved between mixes and programmes, and whose keys somebody wants to know.
    pub(super) async fn open_switched(
        exchange: &Shared,
        keys: UnboundedSender<Digit>,
    ) -> Result<Self, PortError> {
        let session = exchange.open_switched_media(keys).await?;
        Ok(Self::new(exchange, session, Codec::SPOKEN))
    }

    fn new(exchange: &Shared, session: Session, codecs: &'static [Codec]) -> Self {
        let media = SocketAddr::new(exchange.media_address(), session.port());
        let local = Local { media, session: rand::random(), version: 0, direction: Direction::default() };
        Self { session, local, codecs, awaits_answer: false, is_held: false }
    }

    /// Our description of a stream that runs as `direction` says from now on.
    pub(super) fn change(&mut self, direction: Direction) -> String {
        self.local.direction = direction;
        self.local.version += 1;
        self.offer()
    }

    fn agreed(&mut self, accepted: &Accepted) {
        self.is_held = accepted.holds;
        self.session.connect(parameters(accepted));
    }

    /// Our description in reply to `theirs`: an answer, or an offer where they have sent none.
    pub(super) fn describe(&mut self, theirs: &[u8]) -> Result<String, Unacceptable> {
        self.local.version += 1;
        if theirs.is_empty() {
            return Ok(self.offer());
        }
        let (text, accepted) = sdp::answer(theirs, self.codecs, &self.local)?;
        self.agreed(&accepted);
        Ok(text)
    }

    /// Our description where it goes first.
    pub(super) fn offer(&mut self) -> String {
        self.awaits_answer = true;
        sdp::offer(&self.local)
    }

    /// Takes the answer to our offer.
    pub(super) fn answered(&mut self, theirs: &[u8]) -> Result<(), Unacceptable> {
        if std::mem::take(&mut self.awaits_answer) {
            let mut accepted = sdp::accept_answer(theirs, self.local.direction)?;
            // Where we said that we send nothing, it does not show whether they would listen.
            if !matches!(self.local.direction, Direction::SendReceive | Direction::SendOnly) {
                accepted.holds = self.is_held;
            }
            self.agreed(&accepted);
        }
        Ok(())
    }
}

fn parameters(accepted: &Accepted) -> Parameters {
    let law = match accepted.codec {
        Codec::Pcmu => Some(Law::Mu),
        Codec::Pcma => Some(Law::A),
        Codec::G722 | Codec::Opus => None,
    };
    let events = accepted.events;
    let format = law.map(|law| Format { law, audio: accepted.payload_type, events });
    Parameters { remote: accepted.remote, format, events, send: accepted.send }
}

/// A dialog with its media.
pub(super) struct Leg {
    pub(super) dialog: InviteDialog,
    pub(super) states: DialogStateReceiver,
    pub(super) media: Media,
    /// Our Contact, where it says more than our address.
    pub(super) contact: Option<Header>,
}

/// How waiting on a call came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// The time is over, the call goes on.
    Time,
    /// The call is over.
    Ended,
}

/// Nobody leaves a call open for longer; a client that died without a word would.
const LONGEST_CALL: Duration = Duration::from_secs(4 * 3_600);
/// Without a packet for this long, the other side is taken to be gone.
const MEDIA_LOST: Duration = Duration::from_secs(300);
const MEDIA_CHECK: Duration = Duration::from_secs(10);

impl Leg {
    /// Serves the call until it ends.
    pub(super) async fn stay(&mut self, exchange: &Shared) {
        if self.wait(exchange, LONGEST_CALL).await == Waited::Time {
            hang_up(&self.dialog).await;
        }
        info!("ended");
    }

    /// Serves the call for `time`, or until it ends.
    pub(super) async fn wait(&mut self, exchange: &Shared, time: Duration) -> Waited {
        let end = Instant::now() + time;
        loop {
            tokio::select! {
                state = self.states.recv() => match state {
                    None | Some(DialogState::Terminated(..)) => return Waited::Ended,
                    Some(state) => self.serve(state).await,
                },
                () = sleep_until(end) => return Waited::Time,
                () = exchange.stopping.cancelled() => {
                    hang_up(&self.dialog).await;
                    return Waited::Ended;
                }
                () = sleep(MEDIA_CHECK) => if self.media.session.silent_for() > MEDIA_LOST {
                    info!("no media for a long time");
                    hang_up(&self.dialog).await;
                    return Waited::Ended;
                }
            }
        }
    }

    async fn serve(&mut self, state: DialogState) {
        let result = match state {
            DialogState::Confirmed(..) => return self.confirmed().await,
            DialogState::Updated(_, request, handle) => self.update(&request, handle).await,
            DialogState::Info(_, request, handle) => self.info(&request, handle).await,
            DialogState::Options(_, _, handle) => handle.reply(StatusCode::OK).await,
            DialogState::Refer(_, _, handle)
            | DialogState::Notify(_, _, handle)
            | DialogState::Message(_, _, handle)
            | DialogState::Publish(_, _, handle) => handle.reply(StatusCode::NotImplemented).await,
            DialogState::Calling(_)
            | DialogState::Trying(_)
            | DialogState::Early(..)
            | DialogState::WaitAck(..)
            | DialogState::Terminated(..) => return,
        };
        if result.is_err() {
            debug!("the call ended before a request was answered");
        }
    }

    /// The ACK is here, and with it the answer if the offer was ours.
    async fn confirmed(&mut self) {
        let Some(ack) = self.dialog.last_remote_ack() else { return };
        if let Err(error) = self.media.answered(&ack.body) {
            info!(%error, "the answer in the ACK cannot be taken");
            hang_up(&self.dialog).await;
        }
    }

    /// A re-INVITE or an UPDATE: hold, retrieve, a new address, or a mere sign of life.
    async fn update(&mut self, request: &Request, handle: TransactionHandle) -> Replied {
        let is_refresh = request.method == rsipstack::sip::Method::Update && request.body.is_empty();
        if is_refresh {
            // An UPDATE without a description asks for none (RFC 3311 §5.2).
            let headers = self.contact.clone().into_iter().collect();
            return handle.respond(StatusCode::OK, Some(headers), None).await;
        }
        match self.media.describe(&request.body) {
            Ok(text) => {
                let headers = sdp_headers().into_iter().flatten().chain(self.contact.clone()).collect();
                handle.respond(StatusCode::OK, Some(headers), Some(text.into_bytes())).await
            }
            Err(error) => {
                debug!(%error, "a changed description was refused");
                handle.reply(StatusCode::NotAcceptableHere).await
            }
        }
    }

    /// Keys by signalling, from telephones without telephone-events.
    async fn info(&mut self, request: &Request, handle: TransactionHandle) -> Replied {
        if let Some(digit) = digit_in(&request.body) {
            self.media.session.press(digit);
        }
        handle.reply(StatusCode::OK).await
    }
}

pub(super) type Replied =
    Result<(), tokio::sync::mpsc::error::SendError<rsipstack::dialog::dialog::TransactionCommand>>;

/// The key in an `application/dtmf-relay` ("Signal=5") or `application/dtmf` ("5") body.
pub(super) fn digit_in(body: &[u8]) -> Option<Digit> {
    let text = std::str::from_utf8(body).ok()?;
    let signal = text.lines().find_map(|line| line.trim().strip_prefix("Signal=")).unwrap_or(text).trim();
    let mut characters = signal.chars();
    characters.next().filter(|_| characters.next().is_none()).and_then(Digit::from_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_by_signalling_are_read_in_both_ways_of_writing() {
        let key = |body: &str| digit_in(body.as_bytes()).map(Digit::to_char);
        assert_eq!(key("Signal=5\r\nDuration=160\r\n"), Some('5'));
        assert_eq!(key("Signal= *\r\n"), Some('*'));
        assert_eq!(key("#"), Some('#'));
        assert_eq!(key("Signal=12\r\n"), None);
        assert_eq!(key(""), None);
    }
}
