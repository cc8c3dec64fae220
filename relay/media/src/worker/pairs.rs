//! The sockets of RTP legs: a pair of ports each, and the multicast group that a leg may listen to.

use super::{
    ports::Ports,
    sys::{self, Epoll},
};
use crate::MediaError;
use std::{
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
};

/// Two seconds of one call.
const RECEIVE_BUFFER: i32 = 64 << 10;

/// Which of a leg's sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Rtp,
    Rtcp,
    Group,
}

/// In the order of their tokens, of which each leg has as many.
const KINDS: [Which; 3] = [Which::Rtp, Which::Rtcp, Which::Group];

struct Pair {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    port: u16,
    group: Option<Group>,
}

/// A group that a leg listens to. The membership ends with the socket.
struct Group {
    socket: UdpSocket,
    address: SocketAddr,
}

/// All of a worker's RTP sockets.
pub(super) struct Pairs {
    bind: IpAddr,
    ports: Ports,
    /// The token of the first socket of the leg in slot zero.
    first_token: u64,
    /// By the leg's slot.
    pairs: Vec<Option<Pair>>,
    groups: usize,
}

/// A pair that no leg has yet. If it is not placed, [`Pairs::give_back`] is owed.
pub(super) struct Unplaced(Pair);

impl Unplaced {
    pub(super) fn port(&self) -> u16 {
        self.0.port
    }
}

impl Pairs {
    pub(super) fn new(bind: IpAddr, ports: Ports, first_token: u64) -> Self {
        Self { bind, ports, first_token, pairs: Vec::new(), groups: 0 }
    }

    pub(super) fn is_v6(&self) -> bool {
        self.bind.is_ipv6()
    }

    /// How many groups are listened to.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// Opens the next free pair. A port that another program has is passed over.
    pub(super) fn open(&mut self) -> Result<Unplaced, MediaError> {
        let mut taken = Vec::new();
        let result = loop {
            let Some(port) = self.ports.take() else { break Err(MediaError::NoPorts) };
            taken.push(port);
            let open = |port| sys::media_socket(SocketAddr::new(self.bind, port), RECEIVE_BUFFER);
            match open(port).and_then(|rtp| Ok((rtp, open(port + 1)?))) {
                Ok((rtp, rtcp)) => {
                    taken.pop();
                    break Ok(Unplaced(Pair { rtp, rtcp, port, group: None }));
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => break Err(MediaError::Socket(error.kind())),
            }
        };
        for port in taken {
            self.ports.free(port);
        }
        result
    }

    /// Closes a pair that no leg took.
    pub(super) fn give_back(&mut self, pair: &Unplaced) {
        self.ports.free(pair.port());
    }

    /// Gives a pair to the leg in that slot, and lets it be read.
    pub(super) fn place(&mut self, slot: usize, pair: Unplaced, epoll: &Epoll) -> io::Result<()> {
        let Unplaced(pair) = pair;
        let added = epoll
            .add(&pair.rtp, self.token(slot, Which::Rtp))
            .and_then(|()| epoll.add(&pair.rtcp, self.token(slot, Which::Rtcp)));
        if self.pairs.len() <= slot {
            self.pairs.resize_with(slot + 1, || None);
        }
        self.pairs[slot] = Some(pair);
        added
    }

    /// Joins the multicast group that a leg is to hear, and leaves the one that it heard before.
    pub(super) fn listen_to(&mut self, slot: usize, wanted: Option<SocketAddr>, epoll: &Epoll) {
        let token = self.token(slot, Which::Group);
        let Some(Some(pair)) = self.pairs.get_mut(slot) else { return };
        if pair.group.as_ref().map(|group| group.address) == wanted {
            return;
        }
        self.groups -= usize::from(pair.group.take().is_some());
        let Some(address) = wanted else { return };
        let socket = sys::group_socket(address, self.bind, RECEIVE_BUFFER)
            .and_then(|socket| epoll.add(&socket, token).map(|()| socket));
        match socket {
            Ok(socket) => {
                pair.group = Some(Group { socket, address });
                self.groups += 1;
            }
            // The call goes on without music.
            Err(error) => tracing::warn!(%error, "cannot listen to the multicast music of a held call"),
        }
    }

    /// Closes the sockets of the leg in that slot.
    pub(super) fn close(&mut self, slot: usize) {
        if let Some(pair) = self.pairs.get_mut(slot).and_then(Option::take) {
            self.ports.free(pair.port);
            self.groups -= usize::from(pair.group.is_some());
        }
    }

    /// The slot and the kind of socket that a token stands for.
    pub(super) fn of_token(&self, token: u64) -> Option<(usize, Which)> {
        let index = usize::try_from(token.checked_sub(self.first_token)?).ok()?;
        Some((index / KINDS.len(), *KINDS.get(index % KINDS.len())?))
    }

    /// A socket of the leg in that slot. `None` once it is closed, or its group left.
    pub(super) fn socket(&self, slot: usize, which: Which) -> Option<&UdpSocket> {
        let pair = self.pairs.get(slot)?.as_ref()?;
        match which {
            Which::Rtp => Some(&pair.rtp),
            Which::Rtcp => Some(&pair.rtcp),
            Which::Group => pair.group.as_ref().map(|group| &group.socket),
        }
    }

    fn token(&self, slot: usize, which: Which) -> u64 {
        let kind = KINDS.iter().position(|kind| *kind == which).unwrap_or(0);
        self.first_token + u64::try_from(slot * KINDS.len() + kind).unwrap_or(0)
    }
}
