//! The receiving direction.

use super::{MAX_SOURCES, MasterKey, Mki, ReplayWindow, SrtpError, State, cipher::Cipher, estimate_index};
use crate::rtp;

/// The longest packet that is tried with more than one index.
const LONGEST: usize = 2048;

/// Checks and decrypts what we receive. Nothing is remembered of a packet that is not authentic, so a
/// stranger can neither fill the memory nor move a roll-over counter.
pub struct Inbound {
    cipher: Cipher,
    state: State,
}

impl Inbound {
    /// A fresh context.
    #[must_use]
    pub fn new(master: MasterKey) -> Self {
        Self::restore(State {
            master,
            mki: None,
            rtp: Vec::with_capacity(1),
            rtcp: Vec::with_capacity(1),
            before: Vec::new(),
        })
    }

    /// The context of a new key for a sender that had another one.
    #[must_use]
    pub fn replacing(&self, master: MasterKey) -> Self {
        let mut fresh = Self::new(master);
        fresh.state.before = self
            .state
            .rtp
            .iter()
            .map(|(source, window)| (*source, window.highest()))
            // In its first round a sender counts alike, whether it began anew or not.
            .filter(|(_, highest)| highest >> 16 != 0)
            .collect();
        fresh
    }

    /// The same context, for packets that name their key so.
    #[must_use]
    pub fn with_mki(mut self, mki: Option<Mki>) -> Self {
        self.state.mki = mki;
        self
    }

    /// Goes on with a context of another process.
    #[must_use]
    pub fn restore(state: State) -> Self {
        Self { cipher: Cipher::new(&state.master), state }
    }

    /// What [`restore`](Self::restore) needs.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Checks and decrypts an RTP packet in place; returns its plain length.
    ///
    /// # Errors
    /// For anything but an authentic packet that was not seen before.
    pub fn unprotect_rtp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let header_len = rtp::header_len(packet).ok_or(SrtpError::Malformed)?;
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let ssrc = u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]);
        let position = self.state.rtp.iter().position(|(source, _)| *source == ssrc);
        let known = position.and_then(|at| self.state.rtp.get(at)).map(|(_, window)| *window);
        let index = match known {
            Some(window) => estimate_index(window.highest(), sequence)
                .filter(|index| window.is_fresh(*index))
                .ok_or(SrtpError::Replayed)?,
            None => u64::from(sequence),
        };
        let packet = match self.state.mki {
            Some(mki) => {
                let len = mki.strip_rtp(self.state.master.profile(), packet)?;
                &mut packet[..len]
            }
            None => packet,
        };
        if header_len > packet.len() {
            return Err(SrtpError::Malformed);
        }
        let other = match known {
            Some(_) => None,
            None => self.index_before(ssrc, sequence),
        };
        let (len, index) = match other {
            Some(other) => self.try_both(packet, header_len, ssrc, [index, other])?,
            None => (self.cipher.open_rtp(packet, header_len, ssrc, index)?, index),
        };
        note(&mut self.state.rtp, position, ssrc, index);
        Ok(len)
    }

    /// Checks and decrypts an RTCP compound in place; returns its plain length.
    ///
    /// # Errors
    /// For anything but an authentic compound that was not seen before.
    pub fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        if !rtp::is_rtcp(packet) {
            return Err(SrtpError::Malformed);
        }
        let ssrc = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let packet = match self.state.mki {
            Some(mki) => {
                let len = mki.strip_rtcp(self.state.master.profile(), packet)?;
                &mut packet[..len]
            }
            None => packet,
        };
        let (offset, index) = self.cipher.rtcp_index(packet)?;
        let position = self.state.rtcp.iter().position(|(source, _)| *source == ssrc);
        let known = position.and_then(|at| self.state.rtcp.get(at));
        if known.is_some_and(|(_, window)| !window.is_fresh(u64::from(index))) {
            return Err(SrtpError::Replayed);
        }
        let len = self.cipher.open_rtcp(packet, offset, ssrc, index)?;
        note(&mut self.state.rtcp, position, ssrc, u64::from(index));
        Ok(len)
    }

    /// The index of a source's first packet under this key if it counts on from the key before.
    fn index_before(&self, ssrc: u32, sequence: u16) -> Option<u64> {
        let (_, highest) = self.state.before.iter().find(|(source, _)| *source == ssrc)?;
        estimate_index(*highest, sequence)
    }

    /// Whether a new key begins a new count was left open: RFC 3711 §3.3.1 keeps the counter, RFC 4568 §7.1.4 and most
    /// telephones do not.
    fn try_both(
        &self,
        packet: &mut [u8],
        header_len: usize,
        ssrc: u32,
        [first, second]: [u64; 2],
    ) -> Result<(usize, u64), SrtpError> {
        // A packet that was opened in vain is spoilt.
        let mut copy = [0; LONGEST];
        let copy = copy.get_mut(..packet.len()).ok_or(SrtpError::Malformed)?;
        copy.copy_from_slice(packet);
        if let Ok(len) = self.cipher.open_rtp(packet, header_len, ssrc, first) {
            return Ok((len, first));
        }
        packet.copy_from_slice(copy);
        Ok((self.cipher.open_rtp(packet, header_len, ssrc, second)?, second))
    }
}

/// Notes an authentic packet. Whoever is heard goes to the end; of too many sources the one that has been silent for
/// longest is forgotten, so that a call outlives a sender that changes with every hold.
fn note(sources: &mut Vec<(u32, ReplayWindow)>, position: Option<usize>, ssrc: u32, index: u64) {
    match position {
        Some(at) => {
            sources[at].1.note(index);
            sources[at..].rotate_left(1);
        }
        None => {
            if sources.len() == MAX_SOURCES {
                sources.remove(0);
            }
            sources.push((ssrc, ReplayWindow::new(index)));
        }
    }
}
