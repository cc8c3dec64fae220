//! Port pairs for RTP and RTCP out of a configured range.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU16, Ordering};

use thiserror::Error;
use tokio::net::UdpSocket;

/// Hands out free pairs: an even port for RTP, the odd one above it for RTCP (RFC 3550 §11).
#[derive(Debug)]
pub struct PortRange {
    address: IpAddr,
    first: u16,
    pairs: u16,
    next: AtomicU16,
}

/// The range cannot serve.
#[derive(Debug, Error)]
pub enum PortError {
    /// No even port with an odd one after it.
    #[error("the RTP port range {0}-{1} holds no pair of an even port and the odd one after it")]
    NoPair(u16, u16),
    /// Every pair is bound already.
    #[error("all {0} RTP port pairs are in use")]
    Exhausted(u16),
    /// The operating system refuses for another reason than a port in use.
    #[error("cannot open a media socket")]
    Socket(#[source] io::Error),
}

/// The two sockets of one media stream.
#[derive(Debug)]
pub struct Pair {
    /// Where media arrives and leaves.
    pub rtp: UdpSocket,
    /// Held so that nobody else gets the port that the caller sends its reports to.
    pub rtcp: UdpSocket,
}

impl PortRange {
    /// Pairs on `address` within `ports`.
    pub fn new(address: IpAddr, ports: RangeInclusive<u16>) -> Result<Self, PortError> {
        let (low, high) = (*ports.start(), *ports.end());
        let first = low.checked_next_multiple_of(2).ok_or(PortError::NoPair(low, high))?;
        let pairs = (u32::from(high) + 1).saturating_sub(u32::from(first)) / 2;
        match u16::try_from(pairs) {
            Ok(pairs) if pairs > 0 => Ok(Self { address, first, pairs, next: AtomicU16::new(0) }),
            _ => Err(PortError::NoPair(low, high)),
        }
    }

    /// The next free pair; a pair just given back is the last to be used again, since late packets of the call
    /// before would otherwise reach the new one.
    pub async fn open(&self) -> Result<Pair, PortError> {
        for _ in 0..self.pairs {
            let index = self.next.fetch_add(1, Ordering::Relaxed) % self.pairs;
            match self.bind(self.first + 2 * index).await {
                Ok(pair) => return Ok(pair),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(PortError::Socket(error)),
            }
        }
        Err(PortError::Exhausted(self.pairs))
    }

    async fn bind(&self, port: u16) -> io::Result<Pair> {
        let rtp = UdpSocket::bind(SocketAddr::new(self.address, port)).await?;
        let rtcp = UdpSocket::bind(SocketAddr::new(self.address, port + 1)).await?;
        Ok(Pair { rtp, rtcp })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[tokio::test]
    async fn pairs_are_even_and_odd_and_run_out_by_name() {
        let range = PortRange::new(LOOPBACK, 24_911..=24_916).unwrap();
        let one = range.open().await.unwrap();
        let two = range.open().await.unwrap();
        for pair in [&one, &two] {
            let rtp = pair.rtp.local_addr().unwrap().port();
            assert_eq!((rtp % 2, pair.rtcp.local_addr().unwrap().port()), (0, rtp + 1));
        }
        assert!(matches!(range.open().await, Err(PortError::Exhausted(2))));
        drop(one);
        assert!(range.open().await.is_ok());
    }

    #[test]
    fn a_range_without_a_pair_is_refused() {
        for ports in [24_911..=24_912, 24_910..=24_910, u16::MAX..=u16::MAX] {
            assert!(matches!(PortRange::new(LOOPBACK, ports), Err(PortError::NoPair(..))));
        }
    }
}
