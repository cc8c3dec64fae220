//! A conference: every member hears all the others, and never themself.
//!
//! Everybody's voice is brought to 16 kHz, each 20 ms. The sum of all, less one's own, is what each hears, in the
//! codec of their leg. What a member sends is taken by [`Mix::take`] whenever it comes; the engine's timer asks
//! for each 20 ms.

mod jitter;
mod limit;
mod packets;
mod playout;
mod stretch;

use crate::{
    Codec,
    engine::Slot,
    leg::{Format, Media},
    signal::{FRAME, Frame},
    transcode::{Encoder, MAX_ENCODED},
};
use packets::Packets;
use playout::Playout;
use slab::Slab;
use std::time::{Duration, Instant};

/// How often everybody is heard.
pub(crate) const TICK: Duration = Duration::from_millis(20);
/// What a worker that was held up makes good; what is later than that is not worth hearing.
const CATCH_UP: Duration = Duration::from_millis(100);

pub(crate) struct Mix {
    /// When the next 20 ms are due; nothing while nobody is there.
    pub(crate) due: Option<Instant>,
    members: Slab<Member>,
    total: [i32; FRAME],
}

/// A leg in a mix.
pub(crate) struct Member {
    pub(crate) slot: Slot,
    /// The codec to speak to it in, where it takes several.
    pub(crate) preferred: Option<Codec>,
    is_muted: bool,
    playout: Box<Playout>,
    encoder: Option<Encoder>,
    /// What it said in these 20 ms, and the packet of what it hears.
    frame: Frame,
    packet: [u8; MAX_ENCODED],
    packets: Packets,
}

impl Mix {
    pub(crate) fn new() -> Self {
        Self { due: None, members: Slab::new(), total: [0; FRAME] }
    }

    /// Lets a leg in; returns its seat.
    pub(crate) fn join(&mut self, now: Instant, slot: Slot, preferred: Option<Codec>) -> usize {
        self.due.get_or_insert(now + TICK);
        self.members.insert(Member {
            slot,
            preferred,
            is_muted: false,
            playout: Box::new(Playout::new()),
            encoder: None,
            frame: [0; FRAME],
            packet: [0; MAX_ENCODED],
            packets: Packets::new(),
        })
    }

    /// Empties a seat.
    pub(crate) fn leave(&mut self, seat: usize) {
        self.members.try_remove(seat);
        if self.members.is_empty() {
            self.due = None;
        }
    }

    /// The legs that are in.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> {
        self.members.iter().map(|(_, member)| member.slot)
    }

    /// Whether what a member says is left out of what the others hear.
    pub(crate) fn mute(&mut self, seat: usize, is_muted: bool) {
        if let Some(member) = self.members.get_mut(seat) {
            member.is_muted = is_muted;
        }
    }

    /// Whatever a member sends from now on is from another source.
    pub(crate) fn restart(&mut self, seat: usize) {
        if let Some(member) = self.members.get_mut(seat) {
            member.playout.restart();
        }
    }

    /// Takes a packet of a member. Digits are told of elsewhere, and not mixed.
    pub(crate) fn take(&mut self, now: Instant, seat: usize, media: &Media<'_>) {
        match (media.format, self.members.get_mut(seat)) {
            (Format::Audio(codec), Some(member)) => {
                member.playout.put(now, &media.header, codec, media.payload)
            }
            (Format::Audio(_) | Format::Event(_) | Format::Other, _) => {}
        }
    }

    /// Hears everybody's next 20 ms, and sets when the ones after it are due. Returns the moment that these are of.
    pub(crate) fn listen(&mut self, now: Instant) -> Instant {
        let at = self.due.filter(|due| now.saturating_duration_since(*due) <= CATCH_UP).unwrap_or(now);
        self.total = [0; FRAME];
        for (_, member) in &mut self.members {
            member.playout.pull(at, &mut member.frame);
            if member.is_muted {
                member.frame = [0; FRAME];
            }
            for (sum, sample) in self.total.iter_mut().zip(member.frame) {
                *sum += i32::from(sample);
            }
        }
        self.due = self.due.map(|_| at + TICK);
        at
    }

    /// What everybody said in these 20 ms, and everybody.
    pub(crate) fn speak(&mut self) -> (&[i32; FRAME], impl Iterator<Item = &mut Member>) {
        (&self.total, self.members.iter_mut().map(|(_, member)| member))
    }
}

impl Member {
    /// What the member hears of it all, in that codec. `None` if the codec has nothing to send.
    pub(crate) fn encode(&mut self, total: &[i32; FRAME], codec: Codec) -> Option<&[u8]> {
        if self.encoder.as_ref().is_none_or(|encoder| encoder.codec() != codec) {
            self.encoder = Encoder::new(codec);
        }
        let mut heard = [0; FRAME];
        for ((heard, sum), own) in heard.iter_mut().zip(total).zip(self.frame) {
            *heard = limit::soft(sum - i32::from(own));
        }
        let len = self.encoder.as_mut()?.encode(&heard, &mut self.packet)?;
        self.packet.get(..len)
    }

    /// The same, from that moment on, in packets of that length where the codec can be cut.
    pub(crate) fn encode_packets(
        &mut self,
        total: &[i32; FRAME],
        codec: Codec,
        (at, packet_time): (Instant, Duration),
        mut send: impl FnMut(Instant, &[u8]),
    ) {
        let Some(len) = self.encode(total, codec).map(<[u8]>::len) else { return };
        match (codec, self.packet.get(..len)) {
            (Codec::Opus, Some(payload)) => send(at, payload),
            (Codec::G722 | Codec::Pcmu | Codec::Pcma, Some(octets)) => {
                self.packets.push(at, octets, packet_time, send);
            }
            (_, None) => {}
        }
    }
}
