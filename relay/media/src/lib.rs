//! The packet path between a browser and SIP: ICE-lite, DTLS-SRTP and a data channel on the one side,
//! RTP and RTCP on the other.
//!
//! A packet passes from one leg to another with its samples untouched. Only in a mix, the conference of any
//! number of legs, is audio decoded, summed and encoded again.
//!
//! Everything that decides is pure: packets, commands and the time go in; packets, events and the next
//! deadline come out. The threads and sockets are in [`worker`](MediaPlane), one thread per worker, nothing
//! shared: a call lives on one worker, which waits for no lock and for nobody.

pub mod browser_sdp;
mod certificate;
mod clock;
mod codec;
mod dtls;
mod dtmf;
mod engine;
mod event;
mod g711;
mod g722;
mod ice;
mod latch;
mod leg;
mod mix;
mod opus;
mod reception;
mod resample;
mod rewrite;
mod rtcp;
pub mod rtp;
mod sctp;
mod settings;
mod signal;
mod silence;
pub mod srtp;
pub mod stun;
mod transcode;
mod transmit;
mod worker;

pub use certificate::{Certificate, CertificateError, Fingerprint};
pub use codec::Codec;
pub use event::{BrowserAnswer, Counters, Event, LegCounters, LostCause, MediaError, StartError};
pub use settings::{
    BrowserSettings, Direction, LegId, MixId, RtpParameters, RtpSettings, Settings, SrtpKeys, TelephoneEvent,
    WorkerId,
};
pub use worker::MediaPlane;
