//! SRTP towards the far end.

use crate::{
    SrtpKeys,
    srtp::{Inbound, Outbound},
};

/// The contexts of an encrypted leg.
pub(super) struct Protection {
    pub(super) inbound: Inbound,
    pub(super) outbound: Outbound,
}

/// What became of our own key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OwnKey {
    /// It is the same, or there was none and is none.
    Kept,
    /// It is another, or the first.
    New,
}

impl Protection {
    /// Takes the keys that hold from now on. A context whose key stays goes on; without keys there is none.
    pub(super) fn update(current: &mut Option<Box<Self>>, keys: Option<SrtpKeys>) -> OwnKey {
        let Some(SrtpKeys { send, receive, receive_mki }) = keys else {
            *current = None;
            return OwnKey::Kept;
        };
        let before = current.take().map(|before| *before);
        let (inbound, outbound) =
            before.map_or((None, None), |before| (Some(before.inbound), Some(before.outbound)));
        let inbound = match inbound {
            Some(inbound) if inbound.state().master == receive => inbound,
            Some(inbound) => inbound.replacing(receive),
            None => Inbound::new(receive),
        };
        let (outbound, own_key) = match outbound {
            Some(outbound) if outbound.state().master == send => (outbound, OwnKey::Kept),
            Some(_) | None => (Outbound::new(send), OwnKey::New),
        };
        *current = Some(Box::new(Self { inbound: inbound.with_mki(receive_mki), outbound }));
        own_key
    }
}
