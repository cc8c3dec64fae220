//! The receiving direction.

use super::{MAX_SOURCES, MasterKey, ReplayWindow, SrtpError, State, cipher::Cipher, estimate_index};
use crate::rtp;

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
        Self::restore(State { master, rtp: Vec::with_capacity(1), rtcp: Vec::with_capacity(1) })
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
        let index = match position {
            Some(at) => {
                let window = &self.state.rtp[at].1;
                let index = estimate_index(window.highest(), sequence).ok_or(SrtpError::Replayed)?;
                if !window.is_fresh(index) {
                    return Err(SrtpError::Replayed);
                }
                index
            }
            None if self.state.rtp.len() == MAX_SOURCES => return Err(SrtpError::TooManySources),
            None => u64::from(sequence),
        };
        let len = self.cipher.open_rtp(packet, header_len, ssrc, index)?;
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
        let (offset, index) = self.cipher.rtcp_index(packet)?;
        let position = self.state.rtcp.iter().position(|(source, _)| *source == ssrc);
        match position {
            Some(at) if !self.state.rtcp[at].1.is_fresh(u64::from(index)) => return Err(SrtpError::Replayed),
            None if self.state.rtcp.len() == MAX_SOURCES => return Err(SrtpError::TooManySources),
            Some(_) | None => {}
        }
        let len = self.cipher.open_rtcp(packet, offset, ssrc, index)?;
        note(&mut self.state.rtcp, position, ssrc, u64::from(index));
        Ok(len)
    }
}

fn note(sources: &mut Vec<(u32, ReplayWindow)>, position: Option<usize>, ssrc: u32, index: u64) {
    match position {
        Some(at) => sources[at].1.note(index),
        None => sources.push((ssrc, ReplayWindow::new(index))),
    }
}
