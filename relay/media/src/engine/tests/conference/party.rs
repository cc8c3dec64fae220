//! Somebody in a conference: a browser or a far end that says a tone and keeps what it hears.

use super::*;
use crate::{
    signal::{
        FRAME, RATE,
        tests::{share, tone},
    },
    transcode::{Decoder, Encoder, MAX_ENCODED},
};

pub(super) struct Party {
    line: Line,
    codec: Codec,
    encoder: Encoder,
    decoder: Decoder,
    /// A tenth of a second of its tone, over and over.
    tone: Vec<i16>,
    frames: usize,
    pub(super) is_silent: bool,
    pub(super) heard: Vec<i16>,
    /// Of everything heard.
    pub(super) headers: Vec<Header>,
}

enum Line {
    Browser(Box<Browser>),
    FarEnd { slot: usize, address: SocketAddr, sequence: u16, timestamp: u32, ssrc: u32 },
}

impl Party {
    pub(super) fn browser(world: &mut World, number: u64, codec: Codec, hz: f64) -> Self {
        let browser = world.connected_browser(number, &format!("203.0.113.9:{}", 50_000 + number));
        Self::new(Line::Browser(Box::new(browser)), codec, hz)
    }

    pub(super) fn far_end(world: &mut World, number: u64, codec: Codec, hz: f64) -> Self {
        let slot = world.engine.open_rtp_leg(world.now, leg(number)).unwrap();
        let address = address(&format!("192.0.2.50:{}", 4000 + 2 * number));
        let ssrc = u32::try_from(number).unwrap();
        let party = Self::new(Line::FarEnd { slot, address, sequence: 0, timestamp: 0, ssrc }, codec, hz);
        world.engine.set_rtp_remote(world.now, leg(number), party.parameters());
        party
    }

    fn new(line: Line, codec: Codec, hz: f64) -> Self {
        Self {
            line,
            codec,
            encoder: Encoder::new(codec).unwrap(),
            decoder: Decoder::new(codec).unwrap(),
            tone: tone(hz, RATE, 5 * FRAME).into_iter().map(|sample| sample / 2).collect(),
            frames: 0,
            is_silent: false,
            heard: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// The payload type of a codec, on browsers as in the offer of Chromium.
    fn number(&self, codec: Codec) -> u8 {
        match codec {
            Codec::Opus => 111,
            Codec::G722 => 9,
            Codec::Pcmu => 0,
            Codec::Pcma => 8,
        }
    }

    pub(super) fn codec_is(&mut self, codec: Codec) {
        self.codec = codec;
        (self.encoder, self.decoder) = (Encoder::new(codec).unwrap(), Decoder::new(codec).unwrap());
    }

    /// A re-INVITE of the far end.
    pub(super) fn move_to(&mut self, to: &str, codec: Codec) {
        self.codec_is(codec);
        let Line::FarEnd { address, .. } = &mut self.line else { panic!("a browser moves by ICE") };
        *address = super::address(to);
    }

    pub(super) fn parameters(&self) -> RtpParameters {
        let Line::FarEnd { address, .. } = self.line else { panic!("a browser has no RTP parameters") };
        let number = self.number(self.codec);
        RtpParameters {
            remote: address,
            codec: self.codec,
            payload_type_send: number,
            payload_type_receive: number,
            ..pcmu()
        }
    }

    pub(super) fn speak(&mut self, world: &mut World) {
        if self.is_silent {
            return;
        }
        let start = self.frames % 5 * FRAME;
        self.frames += 1;
        let frame = self.tone[start..start + FRAME].try_into().unwrap();
        let mut payload = [0; MAX_ENCODED];
        let len = self.encoder.encode(&frame, &mut payload).unwrap();
        let number = self.number(self.codec);
        let ticks = self.codec.clock_rate() / 50;
        match &mut self.line {
            Line::Browser(browser) => {
                browser.timestamp = browser.timestamp.wrapping_add(ticks - 160);
                browser.say(world, number, &payload[..len]);
            }
            Line::FarEnd { slot, address, sequence, timestamp, ssrc } => {
                *sequence = sequence.wrapping_add(1);
                *timestamp = timestamp.wrapping_add(ticks);
                let header = Header { ssrc: *ssrc, ..header(number, *sequence, *timestamp) };
                world.sip_sends(*slot, *address, header, &payload[..len]);
            }
        }
    }

    /// Sends an event packet in the place of audio.
    pub(super) fn send_event(&mut self, world: &mut World, marker: bool, payload: &[u8]) {
        self.is_silent = true;
        let Line::FarEnd { slot, address, sequence, timestamp, ssrc } = &mut self.line else { return };
        *sequence = sequence.wrapping_add(1);
        let header = Header { marker, ssrc: *ssrc, ..header(96, *sequence, *timestamp) };
        world.sip_sends(*slot, *address, header, payload);
    }

    pub(super) fn listen(&mut self, world: &mut World) {
        let number = self.number(self.codec);
        let heard = match &mut self.line {
            Line::Browser(browser) => browser.hear(world),
            Line::FarEnd { address, .. } => {
                let sent = world.to_sip.iter().filter(|(to, _)| to == address);
                sent.map(|(_, heard)| heard.clone()).collect()
            }
        };
        for Heard { header, payload } in heard {
            self.headers.push(header);
            if header.payload_type == number {
                self.decoder.decode(&payload, &mut self.heard);
            }
        }
    }

    /// Which of the tones are a fair part of what was heard; the others have to be as good as absent.
    pub(super) fn hears(&self, tones: &[f64]) -> Vec<usize> {
        let part = |hz: &f64| share(&self.heard, *hz, RATE);
        for hz in tones {
            assert!(part(hz) < 0.004 || part(hz) > 0.08, "{hz} Hz is neither here nor there: {}", part(hz));
        }
        (0..tones.len()).filter(|tone| part(&tones[*tone]) > 0.08).collect()
    }
}
