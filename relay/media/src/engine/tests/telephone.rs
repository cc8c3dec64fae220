//! The far end's half of an encrypted leg.

use super::*;
use crate::{
    SrtpKeys,
    srtp::{MasterKey, Mki},
};

/// A key that only a test could guess.
pub(super) fn master(profile: Profile, seed: u8) -> MasterKey {
    let bytes = [seed; 32];
    MasterKey::new(profile, &bytes[..profile.key_len()], &bytes[..profile.salt_len()]).unwrap()
}

pub(super) struct Telephone {
    slot: usize,
    pub(super) address: SocketAddr,
    pub(super) ssrc: u32,
    /// How it names its key.
    pub(super) mki: Option<Mki>,
    signalled: SocketAddr,
    profile: Profile,
    /// The relay's key, and its own.
    keys: (MasterKey, MasterKey),
    inbound: Inbound,
    outbound: Outbound,
    sequence: u16,
    timestamp: u32,
}

impl Telephone {
    /// A telephone whose keys are of that seed, as are those that the relay is given for it.
    pub(super) fn new(slot: usize, at: &str, profile: Profile, seed: u8) -> Self {
        let keys = (master(profile, 2 * seed), master(profile, 2 * seed + 1));
        Self {
            slot,
            address: address(at),
            ssrc: 0xfa,
            mki: None,
            signalled: address(at),
            profile,
            inbound: Inbound::new(keys.0.clone()),
            outbound: Outbound::new(keys.1.clone()),
            keys,
            sequence: 100,
            timestamp: 0,
        }
    }

    pub(super) fn parameters(&self) -> RtpParameters {
        let keys =
            SrtpKeys { send: self.keys.0.clone(), receive: self.keys.1.clone(), receive_mki: self.mki };
        RtpParameters { remote: self.signalled, srtp: Some(keys), ..pcmu() }
    }

    /// Offer and answer.
    pub(super) fn agree(&self, world: &mut World) {
        world.engine.set_rtp_remote(world.now, leg(2), self.parameters());
    }

    /// Goes on with another key, and with its roll-over counter or a fresh one.
    pub(super) fn take_key(&mut self, key: MasterKey, keeps_counter: bool) {
        self.outbound = if keeps_counter {
            Outbound::restore(crate::srtp::State { master: key.clone(), ..self.outbound.state().clone() })
        } else {
            Outbound::new(key.clone())
        };
        self.keys.1 = key;
    }

    pub(super) fn speak(&mut self, payload_type: u8, payload: &[u8]) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(160);
        let header = Header { ssrc: self.ssrc, ..header(payload_type, self.sequence, self.timestamp) };
        let mut head = [0; HEADER_LEN];
        header.write(&mut head);
        let mut packet = [&head[..], payload].concat();
        let len = packet.len();
        packet.resize(len + MAX_OVERHEAD, 0);
        let len = self.outbound.protect_rtp(&mut packet, len).unwrap();
        packet.truncate(len);
        self.name_key(&mut packet, self.profile.rtp_overhead());
        packet
    }

    /// Packets that never arrive.
    pub(super) fn lose(&mut self, packets: u16) {
        self.sequence = self.sequence.wrapping_add(packets);
    }

    pub(super) fn say(&mut self, world: &mut World, payload: &[u8]) {
        let packet = self.speak(0, payload);
        world.sip_sends_bytes(self.slot, self.address, packet);
    }

    pub(super) fn report(&mut self) -> Vec<u8> {
        let mut compound = [&[0x80, 201, 0, 1, 0, 0, 0, 9][..], &[0; MAX_OVERHEAD]].concat();
        let len = self.outbound.protect_rtcp(&mut compound, 8).unwrap();
        compound.truncate(len);
        self.name_key(&mut compound, 10);
        compound
    }

    /// Puts the key's name where RFC 3711 §3.1 and RFC 7714 §8.2 have it.
    fn name_key(&self, packet: &mut Vec<u8>, tag: usize) {
        let Some(Mki { value, length }) = self.mki else { return };
        let name: Vec<u8> = (0..u32::from(length))
            .rev()
            .map(|place| (value.checked_shr(8 * place).unwrap_or(0) & 0xff) as u8)
            .collect();
        let behind = match self.profile {
            Profile::AeadAes128Gcm | Profile::AeadAes256Gcm => 0,
            Profile::Aes128CmHmacSha1_80 | Profile::Aes128CmHmacSha1_32 => tag,
        };
        let at = packet.len() - behind;
        packet.splice(at..at, name);
    }

    /// What came for it, decrypted; everything else the relay sent is forgotten.
    pub(super) fn hear(&mut self, world: &mut World) -> Vec<Heard> {
        let mut heard = Vec::new();
        for (to, Heard { header, payload }) in std::mem::take(&mut world.to_sip) {
            assert_eq!(to, self.address);
            let mut head = [0; HEADER_LEN];
            header.write(&mut head);
            let mut packet = [&head[..], &payload].concat();
            let len = self.inbound.unprotect_rtp(&mut packet).expect("what the relay sends is authentic");
            heard.push(Heard { header, payload: packet[HEADER_LEN..len].to_vec() });
        }
        heard
    }

    pub(super) fn reads_report(&mut self, compound: &[u8]) -> bool {
        self.inbound.unprotect_rtcp(&mut compound.to_vec()).is_ok()
    }

    /// How often the relay's count began anew.
    pub(super) fn roll_overs(&self) -> u64 {
        self.inbound.state().rtp[0].1.highest() >> 16
    }
}
