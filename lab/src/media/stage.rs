//! What a media service does with what it hears.

use std::net::SocketAddr;
use std::time::Duration;

use super::dtmf::{Collector, Digit, Event};
use super::echo::Echo;
use super::player::Segment;
use super::rtp::{Label, Packet};
use super::talker::{Format, Talker};

/// How a service answers what it hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sends every packet back, whatever its codec.
    Echo,
    /// Plays its programme and listens to nothing.
    Play,
    /// Plays digits back once the caller has stopped pressing keys.
    RepeatDigits,
    /// Passes on what it hears and says what it is given.
    Conference,
}

/// What the session description settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Where the other side wants its media.
    pub remote: SocketAddr,
    /// How we talk; an echo needs none.
    pub format: Option<Format>,
    /// Payload type of telephone-events that we receive.
    pub events: Option<u8>,
    /// The other side listens: it is not on hold.
    pub send: bool,
}

/// After this long without a key the caller is taken to be done.
const PAUSE: Duration = Duration::from_millis(1_500);

/// One media stream of a service. Times count from its start.
#[derive(Debug)]
pub struct Stage {
    role: Role,
    parameters: Option<Parameters>,
    source: Option<SocketAddr>,
    talker: Talker,
    echo: Echo,
    collector: Collector,
    pressed: Vec<Digit>,
    pressed_at: Duration,
    voice: Vec<i16>,
    keys: Vec<Digit>,
    heard_at: Duration,
}

/// What makes our packets hard to guess; drawn at random for each stream (RFC 3550 §5.1).
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// Our source.
    pub ssrc: u32,
    /// Of our first packet.
    pub sequence: u16,
    /// Of our first frame.
    pub timestamp: u32,
}

impl Stage {
    /// A stream that is not connected yet.
    pub fn new(role: Role, seed: Seed) -> Self {
        Self {
            role,
            parameters: None,
            source: None,
            talker: Talker::new(Label::new(seed.ssrc, seed.sequence), seed.timestamp),
            echo: Echo::new(seed.ssrc, seed.sequence),
            collector: Collector::default(),
            pressed: Vec::new(),
            pressed_at: Duration::ZERO,
            voice: Vec::new(),
            keys: Vec::new(),
            heard_at: Duration::ZERO,
        }
    }

    /// Takes what the session description settled, at first and after each re-negotiation.
    pub fn connect(&mut self, parameters: Parameters) {
        if self.parameters.is_none_or(|before| before.remote != parameters.remote) {
            self.source = None;
        }
        self.parameters = Some(parameters);
    }

    /// Where packets go: to where the caller's come from, else to where its description says.
    pub fn destination(&self) -> Option<SocketAddr> {
        self.source.or_else(|| self.parameters.map(|parameters| parameters.remote))
    }

    /// When the caller was last heard.
    pub fn heard_at(&self) -> Duration {
        self.heard_at
    }

    /// Replaces the programme.
    pub fn play(&mut self, segments: impl IntoIterator<Item = Segment>) {
        self.talker.player().replace(segments);
    }

    /// Takes a digit that came by another way than RTP.
    pub fn press(&mut self, now: Duration, digit: Digit) {
        if self.role == Role::RepeatDigits {
            self.pressed.push(digit);
            self.pressed_at = now;
        }
    }

    /// Takes a datagram; answers the packet to send back at once, if any.
    pub fn receive(&mut self, now: Duration, from: SocketAddr, datagram: &[u8]) -> Option<Packet> {
        let parameters = self.parameters?;
        let packet = Packet::parse(datagram).ok()?;
        // The port may be another than described (a translator), but the first one heard stays the only one.
        if from.ip() != parameters.remote.ip() || *self.source.get_or_insert(from) != from {
            return None;
        }
        self.heard_at = now;
        match self.role {
            Role::Echo => parameters.send.then(|| self.echo.send_back(packet)),
            Role::Play => None,
            Role::Conference => {
                if parameters.events == Some(packet.payload_type) {
                    let event = Event::parse(&packet.payload)?;
                    self.keys.extend(self.collector.receive(packet.timestamp, event));
                } else if let Some(format) =
                    parameters.format.filter(|format| format.audio == packet.payload_type)
                {
                    self.voice.extend(packet.payload.iter().map(|&byte| format.law.decode(byte)));
                }
                None
            }
            Role::RepeatDigits => {
                if parameters.events == Some(packet.payload_type) {
                    let event = Event::parse(&packet.payload)?;
                    if let Some(digit) = self.collector.receive(packet.timestamp, event) {
                        self.pressed.push(digit);
                    }
                    self.pressed_at = now;
                }
                None
            }
        }
    }

    /// What a caller in a conference has said since the last look.
    pub fn take_voice(&mut self) -> Vec<i16> {
        std::mem::take(&mut self.voice)
    }

    /// The keys that a caller in a conference has pressed since the last look.
    pub fn take_keys(&mut self) -> Vec<Digit> {
        std::mem::take(&mut self.keys)
    }

    /// Puts keys before the rest of the programme.
    pub fn dial(&mut self, digits: Vec<Digit>) {
        self.talker.player().interrupt(digits.into_iter().flat_map(Segment::digit));
    }

    /// Whether there is a programme.
    pub fn is_playing(&mut self) -> bool {
        self.talker.player().is_playing()
    }

    /// The packet of the frame that is due, for a caller in a conference who hears these samples.
    pub fn say(&mut self, samples: &[i16]) -> Option<Packet> {
        let parameters = self.parameters.filter(|parameters| parameters.send);
        match parameters.and_then(|parameters| parameters.format) {
            Some(format) => Some(self.talker.say(format, samples)),
            None => {
                self.talker.skip_frame();
                None
            }
        }
    }

    /// The packets of the frame that is due at `now`.
    pub fn next_packets(&mut self, now: Duration) -> Vec<Packet> {
        if !self.pressed.is_empty() && now.saturating_sub(self.pressed_at) >= PAUSE {
            let pressed = std::mem::take(&mut self.pressed);
            self.talker.enqueue(pressed.into_iter().flat_map(Segment::digit));
        }
        let parameters = self.parameters.filter(|parameters| parameters.send && self.role != Role::Echo);
        let Some(format) = parameters.and_then(|parameters| parameters.format) else {
            self.talker.skip_frame();
            return Vec::new();
        };
        self.talker.next_packets(format)
    }

    /// Lets a frame pass that is too late to send.
    pub fn skip_frame(&mut self) {
        self.talker.skip_frame();
    }
}

#[cfg(test)]
mod tests {
    use super::super::g711::Law;
    use super::*;

    const FORMAT: Format = Format { law: Law::Mu, audio: 0, events: Some(101) };

    fn at(address: &str) -> SocketAddr {
        address.parse().unwrap()
    }

    fn parameters() -> Parameters {
        Parameters { remote: at("127.0.0.1:4000"), format: Some(FORMAT), events: Some(101), send: true }
    }

    fn stage(role: Role) -> Stage {
        let mut stage = Stage::new(role, Seed { ssrc: 1, sequence: 10, timestamp: 0 });
        stage.connect(parameters());
        stage
    }

    fn key(digit: char, timestamp: u32) -> Vec<u8> {
        let event = Event { digit: Digit::from_char(digit).unwrap(), end: true, duration: 800 };
        Label::new(9, 1).packet(true, 101, timestamp, event.to_bytes().to_vec()).to_bytes()
    }

    fn audio(payload_type: u8) -> Vec<u8> {
        Label::new(9, 1).packet(false, payload_type, 160, vec![0x55; 160]).to_bytes()
    }

    /// The digits sent as events in the 20 ms frames from `start` on, until `end`.
    fn digits_sent(stage: &mut Stage, start: u64, end: u64) -> String {
        let mut collector = Collector::default();
        (start..end)
            .step_by(20)
            .flat_map(|now| stage.next_packets(Duration::from_millis(now)))
            .filter(|packet| packet.payload_type == 101)
            .filter_map(|packet| collector.receive(packet.timestamp, Event::parse(&packet.payload)?))
            .map(Digit::to_char)
            .collect()
    }

    #[test]
    fn an_echo_returns_any_codec_and_sends_nothing_of_its_own() {
        let mut stage = stage(Role::Echo);
        let back = stage.receive(Duration::ZERO, at("127.0.0.1:4000"), &audio(111)).unwrap();
        assert_eq!((back.payload_type, back.payload, back.ssrc), (111, vec![0x55; 160], 1));
        assert!(stage.next_packets(Duration::ZERO).is_empty());
    }

    #[test]
    fn digits_come_back_after_the_pause_and_not_before() {
        let mut stage = stage(Role::RepeatDigits);
        let from = at("127.0.0.1:4000");
        stage.receive(Duration::ZERO, from, &key('4', 100));
        stage.receive(Duration::from_millis(1_400), from, &key('2', 12_000));
        stage.receive(Duration::from_millis(1_420), from, &key('2', 12_000));
        assert_eq!(digits_sent(&mut stage, 1_440, 2_920), "");
        assert_eq!(digits_sent(&mut stage, 2_920, 4_000), "42");
        assert_eq!(digits_sent(&mut stage, 4_000, 8_000), "");
    }

    #[test]
    fn digits_by_another_way_than_rtp_come_back_too() {
        let mut stage = stage(Role::RepeatDigits);
        stage.press(Duration::ZERO, Digit::from_char('7').unwrap());
        assert_eq!(digits_sent(&mut stage, 0, 3_000), "7");
    }

    #[test]
    fn the_first_port_heard_at_the_described_address_stays_the_only_one() {
        let mut stage = stage(Role::Echo);
        assert!(stage.receive(Duration::ZERO, at("127.0.0.2:4000"), &audio(0)).is_none());
        assert_eq!(stage.destination(), Some(at("127.0.0.1:4000")));
        assert!(stage.receive(Duration::ZERO, at("127.0.0.1:5000"), &audio(0)).is_some());
        assert_eq!(stage.destination(), Some(at("127.0.0.1:5000")));
        assert!(stage.receive(Duration::ZERO, at("127.0.0.1:4000"), &audio(0)).is_none());
    }

    #[test]
    fn a_new_description_moves_the_media() {
        let mut stage = stage(Role::Echo);
        stage.receive(Duration::ZERO, at("127.0.0.1:4000"), &audio(0));
        stage.connect(Parameters { remote: at("127.0.0.1:6000"), ..parameters() });
        assert_eq!(stage.destination(), Some(at("127.0.0.1:6000")));
        assert!(stage.receive(Duration::ZERO, at("127.0.0.1:6000"), &audio(0)).is_some());
    }

    #[test]
    fn nothing_is_sent_to_a_caller_on_hold() {
        let mut playing = stage(Role::Play);
        playing.play([Segment::endless_tone(440.0)]);
        assert_eq!(playing.next_packets(Duration::ZERO).len(), 1);
        let mut echo = stage(Role::Echo);
        for stage in [&mut playing, &mut echo] {
            stage.connect(Parameters { send: false, ..parameters() });
            assert!(stage.next_packets(Duration::ZERO).is_empty());
            assert!(stage.receive(Duration::ZERO, at("127.0.0.1:4000"), &audio(0)).is_none());
        }
    }

    #[test]
    fn what_is_no_rtp_is_not_heard() {
        let mut stage = stage(Role::Echo);
        assert!(stage.receive(Duration::from_secs(1), at("127.0.0.1:4000"), b"hello").is_none());
        assert_eq!(stage.heard_at(), Duration::ZERO);
        stage.receive(Duration::from_secs(2), at("127.0.0.1:4000"), &audio(0));
        assert_eq!(stage.heard_at(), Duration::from_secs(2));
    }

    #[test]
    fn a_caller_in_a_conference_is_heard_by_others_and_hears_them() {
        let mut stage = stage(Role::Conference);
        assert_eq!(stage.receive(Duration::ZERO, at("127.0.0.1:4000"), &audio(0)), None);
        stage.receive(Duration::ZERO, at("127.0.0.1:4000"), &audio(111));
        assert_eq!(stage.take_voice(), [Law::Mu.decode(0x55); 160]);
        assert!(stage.take_voice().is_empty());
        let said = stage.say(&[Law::Mu.decode(0x2A); 160]).unwrap();
        assert_eq!((said.payload_type, said.payload), (0, vec![0x2A; 160]));
        stage.connect(Parameters { send: false, ..parameters() });
        assert_eq!(stage.say(&[0; 160]), None);
    }
}
