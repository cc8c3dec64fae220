//! The PBX under a contact centre: every call is carried by a switch that can be told what to do with it, in the terms of
//! [`crate::cti`], and that reports what happens to it.
//!
//! The audio of these calls ends at the PBX, so that whoever is in a call can be moved: into a mix, onto music, into
//! another call. A telephone learns no more of it than a new description, and a new name of whom it is with.
//!
//! - A telephone that is to call is called itself first, with the hint to answer at once; then its destination is.
//! - Who holds gets `inactive`, who is held `sendonly` and music of [`tones::HOLD_MUSIC_HZ`].
//! - A consultation is a second call at the telephone.
//! - Callers of a queue hear [`tones::QUEUE_MUSIC_HZ`].

mod call;
mod happen;
pub mod http;
mod join;
mod leg;
mod people;
mod reach;
mod report;
mod switch;
pub mod tones;

use rsipstack::dialog::dialog::DialogStateReceiver;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::StatusCode;
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, info};

use self::leg::{Happening, PartyId};
pub use self::report::{CallReport, Heard, PartyReport};
use self::switch::Switch;
use super::exchange::Shared;
use super::leg::Media;
use super::service::Incoming;
use crate::cti::{CallControl, Command, Events};
use crate::media::dtmf::Digit;

/// Tells the switch of a PBX what to do.
#[derive(Clone)]
pub struct Control {
    messages: mpsc::UnboundedSender<Message>,
}

/// What reaches the switch from outside of its calls.
enum Message {
    Command(Command),
    Subscribe(Events),
    Arrived(Box<Arrival>),
    Timer(Timer),
    Calls(oneshot::Sender<Vec<CallReport>>),
    Heard(String, Vec<f64>, oneshot::Sender<Option<Heard>>),
}

/// What is over, or due.
#[derive(Clone, Copy, Debug)]
enum Timer {
    /// A party has rung for too long.
    Rang(PartyId),
    /// Somebody outside answers.
    Answers(PartyId),
    /// Whoever hears a busy tone has heard it long enough.
    Busy(PartyId),
}

/// A telephone calls.
struct Arrival {
    dialog: InviteDialog,
    states: DialogStateReceiver,
    media: Media,
    keys: mpsc::UnboundedReceiver<Digit>,
    description: Vec<u8>,
    from: String,
    to: String,
}

impl CallControl for Control {
    fn command(&self, command: Command) {
        self.tell(Message::Command(command));
    }
}

impl Control {
    pub(super) fn start(exchange: &Shared) -> Self {
        let (messages, receiver) = mpsc::unbounded_channel();
        let control = Self { messages };
        let switch = Switch::new(Shared::clone(exchange), control.clone());
        tokio::spawn(run(switch, receiver));
        control
    }

    /// Has everything reported there from now on, beside what is subscribed already.
    pub fn subscribe(&self, events: Events) {
        self.tell(Message::Subscribe(events));
    }

    /// The calls there are.
    pub async fn calls(&self) -> Vec<CallReport> {
        let (answer, calls) = oneshot::channel();
        self.tell(Message::Calls(answer));
        calls.await.unwrap_or_default()
    }

    /// What a party who is played has heard within the last two seconds of these tones, in Hz. None: nobody who is played
    /// has that number and is in a call.
    pub async fn heard(&self, number: String, tones: Vec<f64>) -> Option<Heard> {
        let (answer, heard) = oneshot::channel();
        self.tell(Message::Heard(number, tones, answer));
        heard.await.ok().flatten()
    }

    /// Takes the call of a telephone to a number.
    pub(super) async fn arrive(&self, exchange: &Shared, incoming: Incoming, to: String) {
        let Incoming { dialog, states, caller: from, .. } = incoming;
        let (sender, keys) = mpsc::unbounded_channel();
        let media = Media::open_switched(exchange, sender).await;
        let described = media.map_err(|_| StatusCode::ServiceUnavailable).and_then(|mut media| {
            let description = media.describe(&dialog.initial_request().body);
            description
                .map(|description| (media, description.into_bytes()))
                .map_err(|_| StatusCode::NotAcceptableHere)
        });
        match described {
            Ok((media, description)) => {
                let arrival = Arrival { dialog, states, media, keys, description, from, to };
                self.tell(Message::Arrived(Box::new(arrival)));
            }
            Err(status) => {
                info!(status = status.code(), "call refused");
                if let Err(error) = dialog.reject(Some(status), None) {
                    debug!(%error, "the caller is gone");
                }
            }
        }
    }

    fn tell(&self, message: Message) {
        if self.messages.send(message).is_err() {
            debug!("the switch has ended");
        }
    }
}

/// How often is looked which telephones can be reached: registrations end silently.
const GLANCE: std::time::Duration = std::time::Duration::from_millis(200);

async fn run(mut switch: Switch, mut messages: mpsc::UnboundedReceiver<Message>) {
    let (happenings, mut happened) = mpsc::unbounded_channel::<(PartyId, Happening)>();
    switch.happenings = Some(happenings);
    let stopping = switch.exchange.stopping.clone();
    let mut glance = tokio::time::interval(GLANCE);
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                Some(Message::Command(command)) => switch.command(command).await,
                Some(Message::Subscribe(events)) => switch.subscribe(events),
                Some(Message::Arrived(arrival)) => switch.arrived(*arrival).await,
                Some(Message::Timer(timer)) => switch.timer(timer).await,
                Some(Message::Calls(answer)) => _ = answer.send(switch.report()),
                Some(Message::Heard(number, tones, answer)) => _ = answer.send(switch.heard(&number, &tones)),
                None => return,
            },
            Some((party, happening)) = happened.recv() => switch.happened(party, happening).await,
            _ = glance.tick() => switch.look_at_registrations(),
            // The legs end by themselves.
            () = stopping.cancelled() => return,
        }
        switch.settle();
    }
}
