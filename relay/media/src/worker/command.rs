//! What the control side asks of a worker.

use crate::{BrowserAnswer, Codec, LegCounters, LegId, MediaError, MixId, RtpParameters};
use std::net::SocketAddr;

/// A callback that takes the result of a command, once, on the worker's thread.
pub(crate) type Reply<T> = Box<dyn FnOnce(T) + Send>;

pub(crate) enum Command {
    OpenBrowserLeg { leg: LegId, offer: String, reply: Reply<Result<BrowserAnswer, MediaError>> },
    OpenRtpLeg { leg: LegId, reply: Reply<Result<SocketAddr, MediaError>> },
    SetRtpRemote { leg: LegId, parameters: RtpParameters },
    Connect { browser: LegId, rtp: LegId },
    Bridge { one: LegId, other: LegId },
    Disconnect { leg: LegId },
    OpenMix { mix: MixId },
    MixJoin { mix: MixId, leg: LegId, codec: Option<Codec> },
    MixMute { leg: LegId, is_muted: bool },
    MixLeave { leg: LegId },
    CloseMix { mix: MixId },
    SendDtmf { rtp: LegId, digits: String },
    Inspect { leg: LegId, reply: Reply<Option<LegCounters>> },
    CloseLeg { leg: LegId },
}

impl Command {
    /// Tells whoever waits that the command will not be carried out.
    pub(crate) fn refuse(self, error: MediaError) -> Result<(), MediaError> {
        match self {
            Self::OpenBrowserLeg { reply, .. } => reply(Err(error)),
            Self::OpenRtpLeg { reply, .. } => reply(Err(error)),
            Self::Inspect { reply, .. } => reply(None),
            Self::SetRtpRemote { .. }
            | Self::Connect { .. }
            | Self::Bridge { .. }
            | Self::Disconnect { .. }
            | Self::OpenMix { .. }
            | Self::MixJoin { .. }
            | Self::MixMute { .. }
            | Self::MixLeave { .. }
            | Self::CloseMix { .. }
            | Self::SendDtmf { .. }
            | Self::CloseLeg { .. } => return Err(error),
        }
        Ok(())
    }
}
