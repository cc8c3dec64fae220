//! The shell around a [`Stage`]: its sockets and its clock.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tracing::{debug, trace};

use super::dtmf::Digit;
use super::player::Segment;
use super::ports::Pair;
use super::room::Seat;
use super::rtp::Packet;
use super::schedule::Schedule;
use super::stage::{Parameters, Role, Seed, Stage};

/// A media stream that runs until it is dropped.
#[derive(Debug)]
pub struct Session {
    port: u16,
    started: Instant,
    heard_ms: Arc<AtomicU64>,
    commands: mpsc::UnboundedSender<Command>,
}

/// What a running stream is told.
#[derive(Debug)]
pub(super) enum Command {
    Connect(Parameters),
    Play(Vec<Segment>),
    Press(Digit),
    Sit(Seat),
    Dial(Vec<Digit>),
}

/// Says what is heard by whoever is at the other end of a stream, wherever that stream runs.
#[derive(Clone, Debug)]
pub struct Sound(pub(super) mpsc::UnboundedSender<Command>);

impl Sound {
    /// For tests: nobody hears it.
    #[cfg(test)]
    pub fn to_nobody() -> Self {
        Self(mpsc::unbounded_channel().0)
    }

    /// Places the other end in a mix; its programme ends.
    pub fn join(&self, seat: Seat) {
        self.tell(Command::Sit(seat));
    }

    /// Takes the other end out of its mix and plays it this programme: nothing, for silence.
    pub fn play(&self, segments: impl IntoIterator<Item = Segment>) {
        self.tell(Command::Play(segments.into_iter().collect()));
    }

    /// Lets the other end have these keys, as events and as dual tones, whatever it hears else.
    pub fn dial(&self, digits: Vec<Digit>) {
        self.tell(Command::Dial(digits));
    }

    fn tell(&self, command: Command) {
        if self.0.send(command).is_err() {
            debug!("media stream has ended already");
        }
    }
}

impl Session {
    /// Starts a stream on `pair`; it is silent until it is connected.
    pub fn start(pair: Pair, role: Role) -> io::Result<Self> {
        Self::spawn(pair, role, None, None)
    }

    /// Starts a stream whose caller is in a conference.
    pub fn start_in_conference(pair: Pair, seat: Seat) -> io::Result<Self> {
        Self::spawn(pair, Role::Conference, Some(seat), None)
    }

    /// Starts a stream that is moved between mixes and programmes; tells which keys are pressed.
    pub fn start_switched(pair: Pair, keys: mpsc::UnboundedSender<Digit>) -> io::Result<Self> {
        Self::spawn(pair, Role::Conference, None, Some(keys))
    }

    fn spawn(
        pair: Pair,
        role: Role,
        seat: Option<Seat>,
        keys: Option<mpsc::UnboundedSender<Digit>>,
    ) -> io::Result<Self> {
        let port = pair.rtp.local_addr()?.port();
        let seed = Seed { ssrc: rand::random(), sequence: rand::random(), timestamp: rand::random() };
        let (commands, receiver) = mpsc::unbounded_channel();
        let started = Instant::now();
        let heard_ms = Arc::new(AtomicU64::new(0));
        let stage = Stage::new(role, seed);
        let stream = Stream { pair, stage, seat, keys };
        tokio::spawn(run(stream, started, Arc::clone(&heard_ms), receiver));
        Ok(Self { port, started, heard_ms, commands })
    }

    /// Where the stream receives.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Takes what the session description settled.
    pub fn connect(&self, parameters: Parameters) {
        self.tell(Command::Connect(parameters));
    }

    /// Says what its other end hears.
    pub fn sound(&self) -> Sound {
        Sound(self.commands.clone())
    }

    /// Replaces the programme.
    pub fn play(&self, segments: impl IntoIterator<Item = Segment>) {
        self.tell(Command::Play(segments.into_iter().collect()));
    }

    /// Takes a digit that came by signalling.
    pub fn press(&self, digit: Digit) {
        self.tell(Command::Press(digit));
    }

    /// How long nothing has been heard.
    pub fn silent_for(&self) -> Duration {
        let heard = Duration::from_millis(self.heard_ms.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(heard)
    }

    fn tell(&self, command: Command) {
        // The task ends only when this sender is dropped.
        if self.commands.send(command).is_err() {
            debug!("media stream has ended already");
        }
    }
}

/// Large enough for any packet over Ethernet; longer ones are no telephony.
const DATAGRAM: usize = 1_500;

/// A stream with its sockets.
struct Stream {
    pair: Pair,
    stage: Stage,
    /// Where its caller is, if that is in a conference.
    seat: Option<Seat>,
    /// Who wants to know which keys its caller presses.
    keys: Option<mpsc::UnboundedSender<Digit>>,
}

async fn run(
    stream: Stream,
    started: Instant,
    heard_ms: Arc<AtomicU64>,
    mut commands: mpsc::UnboundedReceiver<Command>,
) {
    let Stream { pair, mut stage, mut seat, keys } = stream;
    let mut schedule = Schedule::default();
    let mut buffer = [0; DATAGRAM];
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(Command::Connect(parameters)) => stage.connect(parameters),
                Some(Command::Play(segments)) => {
                    seat = None;
                    stage.play(segments);
                }
                Some(Command::Sit(place)) => {
                    stage.play([]);
                    seat = Some(place);
                }
                Some(Command::Dial(digits)) => stage.dial(digits),
                Some(Command::Press(digit)) => stage.press(started.elapsed(), digit),
                None => break,
            },
            received = pair.rtp.recv_from(&mut buffer) => match received {
                Ok((length, from)) => {
                    let back = stage.receive(started.elapsed(), from, &buffer[..length]);
                    let heard = u64::try_from(stage.heard_at().as_millis()).unwrap_or(u64::MAX);
                    heard_ms.store(heard, Ordering::Relaxed);
                    let voice = stage.take_voice();
                    if let Some(seat) = &seat {
                        seat.say(&voice);
                    }
                    for key in stage.take_keys() {
                        if keys.as_ref().is_some_and(|keys| keys.send(key).is_err()) {
                            debug!("nobody waits for keys any more");
                        }
                    }
                    if let Some(packet) = back {
                        send(&pair, &stage, &packet).await;
                    }
                }
                // A port that nobody listens on answers by ICMP; the call's signalling decides what it means.
                Err(error) => trace!(%error, "media not received"),
            },
            () = sleep_until(started + schedule.next()) => {
                let due = schedule.take(started.elapsed());
                (0..due.skip).for_each(|_| stage.skip_frame());
                for _ in 0..due.send {
                    // What the others say meanwhile is gone for who hears keys.
                    let heard = seat.as_ref().map(Seat::hear).filter(|_| !stage.is_playing());
                    let packets = match heard {
                        Some(heard) => stage.say(&heard).into_iter().collect(),
                        None => stage.next_packets(started.elapsed()),
                    };
                    for packet in packets {
                        send(&pair, &stage, &packet).await;
                    }
                }
            }
        }
    }
}

async fn send(pair: &Pair, stage: &Stage, packet: &Packet) {
    let Some(destination) = stage.destination() else { return };
    send_to(pair, &packet.to_bytes(), destination).await;
}

async fn send_to(pair: &Pair, bytes: &[u8], destination: SocketAddr) {
    if let Err(error) = pair.rtp.send_to(bytes, destination).await {
        trace!(%error, "media not sent");
    }
}
