//! The sending direction.

use super::{MAX_SOURCES, MasterKey, ReplayWindow, SrtpError, State, cipher::Cipher, estimate_index};
use crate::rtp;

/// SRTCP indices are 31 bits, and SRTP's 48; past that the key is used up (RFC 3711 §9.2).
const MAX_RTCP_INDEX: u64 = (1 << 31) - 1;
const MAX_RTP_INDEX: u64 = (1 << 48) - 1;

/// Protects what we send.
pub struct Outbound {
    cipher: Cipher,
    state: State,
}

impl Outbound {
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

    /// Protects the RTP packet in the first `len` bytes of the buffer; returns its new length.
    ///
    /// A sequence number that was used before is refused: the same nonce with another payload would give
    /// away GCM's authentication key (RFC 7714 §8.4), and the payload may come from anybody.
    ///
    /// # Errors
    /// For a malformed packet, a repeated sequence number, or a buffer without room.
    pub fn protect_rtp(&mut self, buffer: &mut [u8], len: usize) -> Result<usize, SrtpError> {
        let packet = buffer.get(..len).ok_or(SrtpError::Malformed)?;
        let header_len = rtp::header_len(packet).ok_or(SrtpError::Malformed)?;
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let ssrc = u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]);
        let known = self.state.rtp.iter_mut().find(|(source, _)| *source == ssrc);
        let Some((_, window)) = known else {
            if self.state.rtp.len() == MAX_SOURCES {
                return Err(SrtpError::TooManySources);
            }
            let index = u64::from(sequence);
            let len = self.cipher.seal_rtp(buffer, len, header_len, ssrc, index)?;
            self.state.rtp.push((ssrc, ReplayWindow::new(index)));
            return Ok(len);
        };
        let index = estimate_index(window.highest(), sequence).ok_or(SrtpError::Replayed)?;
        if index > MAX_RTP_INDEX {
            return Err(SrtpError::Exhausted);
        }
        if !window.is_fresh(index) {
            return Err(SrtpError::Replayed);
        }
        // Noted first: whatever becomes of the packet, this nonce is spent.
        window.note(index);
        self.cipher.seal_rtp(buffer, len, header_len, ssrc, index)
    }

    /// Protects the RTCP compound in the first `len` bytes of the buffer; returns its new length.
    ///
    /// # Errors
    /// For a malformed compound, an exhausted key, or a buffer without room.
    pub fn protect_rtcp(&mut self, buffer: &mut [u8], len: usize) -> Result<usize, SrtpError> {
        let packet = buffer.get(..len).filter(|packet| rtp::is_rtcp(packet)).ok_or(SrtpError::Malformed)?;
        let ssrc = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let full = self.state.rtcp.len() == MAX_SOURCES;
        let index = match self.state.rtcp.iter_mut().find(|(source, _)| *source == ssrc) {
            Some((_, window)) => {
                let index = window.highest() + 1;
                window.note(index);
                index
            }
            None if full => return Err(SrtpError::TooManySources),
            None => {
                self.state.rtcp.push((ssrc, ReplayWindow::new(0)));
                0
            }
        };
        if index > MAX_RTCP_INDEX {
            return Err(SrtpError::Exhausted);
        }
        let index = u32::try_from(index).map_err(|_| SrtpError::Exhausted)?;
        self.cipher.seal_rtcp(buffer, len, ssrc, index)
    }
}
