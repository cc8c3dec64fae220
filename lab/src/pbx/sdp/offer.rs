//! Our own offers: for a call back, and for an INVITE that leaves the offer to us.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use super::Direction;

/// What our descriptions say of ourselves.
#[derive(Clone, Copy, Debug)]
pub(in crate::pbx) struct Local {
    /// Where we receive.
    pub(in crate::pbx) media: SocketAddr,
    /// Stays for the whole call (RFC 4566 §5.2).
    pub(in crate::pbx) session: u32,
    /// Goes up with each description (RFC 3264 §8).
    pub(in crate::pbx) version: u32,
    /// What we want of the stream, seen from us.
    pub(in crate::pbx) direction: Direction,
}

impl Local {
    pub(super) fn head(&self) -> String {
        let address = self.media.ip();
        let family = match address {
            IpAddr::V4(_) => "IP4",
            IpAddr::V6(_) => "IP6",
        };
        let Self { session, version, .. } = self;
        format!(
            "v=0\r\no=sidetone-lab {session} {version} IN {family} {address}\r\ns=-\r\n\
             c=IN {family} {address}\r\nt=0 0\r\n"
        )
    }
}

/// Payload type that we give telephone-events where the choice is ours.
const EVENTS: u8 = 101;

/// An offer of what a talking service can do.
pub(in crate::pbx) fn offer(local: &Local) -> String {
    let mut text = local.head();
    let port = local.media.port();
    // Writing to a string cannot fail.
    _ = write!(
        text,
        "m=audio {port} RTP/AVP 0 8 {EVENTS}\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:{EVENTS} telephone-event/8000\r\na=fmtp:{EVENTS} 0-15\r\na=ptime:20\r\na={}\r\n",
        local.direction.attribute()
    );
    text
}
