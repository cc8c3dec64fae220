//! The handle that the relay's control side holds.

use super::{
    command::{Command, Reply},
    pairs::Pairs,
    ports::Ports,
    run::{BROWSER_RECEIVE_BUFFER, FIRST_RTP, Parts, Worker},
    shared::Shared,
    sys::{self, Epoll, Waker},
};
use crate::{
    BrowserAnswer, Codec, Counters, Event, LegCounters, LegId, MediaError, MixId, RtpParameters, Settings,
    StartError, WorkerId, engine::Engine,
};
use ring::rand::{SecureRandom, SystemRandom};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Instant, SystemTime},
};

/// Commands that may wait for one worker. A call takes about ten; more waiting means that the worker stands.
const QUEUE: usize = 4096;

/// The running media plane. Dropping it stops the threads, as [`shutdown`](Self::shutdown) does.
pub struct MediaPlane {
    workers: Vec<Handle>,
}

struct Handle {
    commands: SyncSender<Command>,
    shared: Arc<Shared>,
    browser_address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl MediaPlane {
    /// Opens the ports towards the browsers and starts the worker threads.
    ///
    /// `on_event` is called on a worker's thread and must not block: put the event on a queue.
    ///
    /// # Errors
    /// When a setting has no meaning, or the operating system refuses a port or a thread.
    pub fn start(settings: Settings, on_event: Arc<dyn Fn(Event) + Send + Sync>) -> Result<Self, StartError> {
        check(&settings)?;
        match sys::allow_open_files() {
            Ok(files) => tracing::debug!(files, "so many files and sockets may be open"),
            Err(error) => {
                tracing::warn!(%error, "the system's usual number of files and sockets may be open")
            }
        }
        let mut plane = Self { workers: Vec::with_capacity(usize::from(settings.workers)) };
        for index in 0..settings.workers {
            // On an error the workers started so far are stopped by `drop`.
            plane.workers.push(start_worker(&settings, index, &on_event)?);
        }
        Ok(plane)
    }

    /// The worker for a call: the same key always gives the same worker.
    #[must_use]
    pub fn worker_for(&self, key: u64) -> WorkerId {
        let workers = u64::try_from(self.workers.len()).unwrap_or(1).max(1);
        WorkerId(u16::try_from(key % workers).unwrap_or(0))
    }

    /// The addresses that the browsers send to, one per worker; useful when the port was left to chance.
    #[must_use]
    pub fn browser_addresses(&self) -> Vec<SocketAddr> {
        self.workers.iter().map(|worker| worker.browser_address).collect()
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
        let _told = self.send(leg.worker, Command::OpenBrowserLeg { leg, offer, reply });
    }

    /// Opens an RTP leg: a port pair towards SIP. The reply is the advertised RTP address; RTCP is the next port.
    pub fn open_rtp_leg(
        &self,
        leg: LegId,
        reply: impl FnOnce(Result<SocketAddr, MediaError>) + Send + 'static,
    ) {
        let reply: Reply<_> = Box::new(reply);
        // The reply has told the caller; there is nothing more to report here.
        let _told = self.send(leg.worker, Command::OpenRtpLeg { leg, reply });
    }

    /// Sets or changes what offer and answer made of an RTP leg. A changed remote address forgets
    /// who sent before; a multicast group is joined, and the one before it left.
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn set_rtp_remote(&self, leg: LegId, parameters: RtpParameters) -> Result<(), MediaError> {
        self.send(leg.worker, Command::SetRtpRemote { leg, parameters })
    }

    /// Lets audio pass between a browser and a far end, each way, from the next packet on. Either may have been
    /// connected elsewhere or in a mix before; whom it leaves stays open, and hears nothing more of it.
    ///
    /// # Errors
    /// When the legs are on different workers, or the worker is overloaded or gone.
    pub fn connect(&self, browser: LegId, rtp: LegId) -> Result<(), MediaError> {
        if browser.worker != rtp.worker {
            return Err(MediaError::DifferentWorkers(browser, rtp));
        }
        self.send(rtp.worker, Command::Connect { browser, rtp })
    }

    /// Lets audio pass between two far ends, each way, as [`connect`](Self::connect) does. Both have to have
    /// agreed on the same codec: where they have not, put them into a mix.
    ///
    /// # Errors
    /// When the legs are on different workers, or the worker is overloaded or gone.
    pub fn bridge(&self, one: LegId, other: LegId) -> Result<(), MediaError> {
        if one.worker != other.worker {
            return Err(MediaError::DifferentWorkers(one, other));
        }
        self.send(one.worker, Command::Bridge { one, other })
    }

    /// Sets a leg aside: audio stops between it and whoever it was connected to; both stay open. To a far end
    /// that may be sent to, silence is sent; reports go on.
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn disconnect(&self, leg: LegId) -> Result<(), MediaError> {
        self.send(leg.worker, Command::Disconnect { leg })
    }

    /// Opens a mix: a conference in which every member hears all the others. It costs nothing while nobody is in it.
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn open_mix(&self, mix: MixId) -> Result<(), MediaError> {
        self.send(mix.worker, Command::OpenMix { mix })
    }

    /// Lets a leg into a mix, out of whatever it was connected to. To a far end the mix speaks in the codec of its
    /// [`RtpParameters`], also when that changes. To a browser it speaks in `codec` if the browser takes that, by
    /// default in the cheapest that carries 16 kHz; what the browser sends is understood in every codec that it
    /// offered. Digits of a far end are told of as ever and not mixed; those of [`send_dtmf`](Self::send_dtmf) take the place
    /// of the mix.
    ///
    /// # Errors
    /// When leg and mix are on different workers, or the worker is overloaded or gone. A mix that was not opened
    /// lets nobody in.
    pub fn mix_join(&self, mix: MixId, leg: LegId, codec: Option<Codec>) -> Result<(), MediaError> {
        if mix.worker != leg.worker {
            return Err(MediaError::LegAndMixApart(leg, mix));
        }
        self.send(leg.worker, Command::MixJoin { mix, leg, codec })
    }

    /// Leaves out, or lets in again, what a member says. It still hears the others.
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn mix_mute(&self, leg: LegId, is_muted: bool) -> Result<(), MediaError> {
        self.send(leg.worker, Command::MixMute { leg, is_muted })
    }

    /// Takes a leg out of its mix; it stays open, as after [`disconnect`](Self::disconnect).
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn mix_leave(&self, leg: LegId) -> Result<(), MediaError> {
        self.send(leg.worker, Command::MixLeave { leg })
    }

    /// Closes a mix. Its members stay open, as after [`disconnect`](Self::disconnect).
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn close_mix(&self, mix: MixId) -> Result<(), MediaError> {
        self.send(mix.worker, Command::CloseMix { mix })
    }

    /// Sends digits to the far end, after any that are still being sent: by RFC 4733 if that was negotiated,
    /// otherwise as tones in G.711. Other audio is held back meanwhile, and `DtmfSent` follows. In another codec
    /// without events there is no way to send them, and while the far end may not be sent to it is not allowed
    /// (RFC 3264 §5.1): then nothing is sent or told.
    ///
    /// # Errors
    /// When a character is no digit, or the worker is overloaded or gone.
    pub fn send_dtmf(&self, rtp: LegId, digits: &str) -> Result<(), MediaError> {
        if let Some(character) = digits.chars().find(|c| !"0123456789*#ABCDabcd".contains(*c)) {
            return Err(MediaError::NotADigit(character));
        }
        self.send(rtp.worker, Command::SendDtmf { rtp, digits: digits.to_owned() })
    }

    /// Reads what a leg has carried; `None` if there is no such leg.
    pub fn inspect_leg(&self, leg: LegId, reply: impl FnOnce(Option<LegCounters>) + Send + 'static) {
        // The reply has told the caller; there is nothing more to report here.
        let _told = self.send(leg.worker, Command::Inspect { leg, reply: Box::new(reply) });
    }

    /// Closes a leg and frees its ports. Closing a leg that is gone is no error.
    ///
    /// # Errors
    /// When the worker is overloaded or gone.
    pub fn close_leg(&self, leg: LegId) -> Result<(), MediaError> {
        self.send(leg.worker, Command::CloseLeg { leg })
    }

    /// Totals over all workers.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let mut counters = Counters::default();
        for worker in &self.workers {
            worker.shared.add_to(&mut counters);
        }
        counters
    }

    /// Whether every worker runs. One that has stopped carries no calls, and the process should go.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.workers.iter().all(|worker| worker.thread.as_ref().is_some_and(|thread| !thread.is_finished()))
    }

    /// Closes every leg and joins the threads.
    pub fn shutdown(self) {
        drop(self);
    }

    fn send(&self, worker: WorkerId, command: Command) -> Result<(), MediaError> {
        let Some(worker) = self.workers.get(usize::from(worker.0)) else {
            return command.refuse(MediaError::NoSuchWorker(worker));
        };
        match worker.commands.try_send(command) {
            Ok(()) => {
                worker.shared.waker.wake();
                Ok(())
            }
            Err(TrySendError::Full(command)) => command.refuse(MediaError::Overloaded),
            Err(TrySendError::Disconnected(command)) => command.refuse(MediaError::Stopped),
        }
    }
}

impl Drop for MediaPlane {
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.shared.stop.store(true, Ordering::Release);
            worker.shared.waker.wake();
        }
        for thread in self.workers.iter_mut().filter_map(|worker| worker.thread.take()) {
            if thread.join().is_err() {
                tracing::error!("a media worker had panicked");
            }
        }
    }
}

fn check(settings: &Settings) -> Result<(), StartError> {
    if settings.workers == 0 {
        return Err(StartError::Settings("the media plane needs at least one worker"));
    }
    if settings.browser.advertised.is_empty() {
        return Err(StartError::Settings("the media plane needs an address that browsers can reach it at"));
    }
    if settings.browser.port != 0 && settings.browser.port.checked_add(settings.workers - 1).is_none() {
        return Err(StartError::Settings("the ports towards the browsers, one per worker, end past 65535"));
    }
    let last = Ports::share(&settings.rtp.ports, settings.workers - 1, settings.workers);
    if last.len() == 0 {
        return Err(StartError::Settings(
            "the range of RTP ports is too small: each worker needs a pair at least",
        ));
    }
    Ok(())
}

fn start_worker(
    settings: &Settings,
    index: u16,
    on_event: &Arc<dyn Fn(Event) + Send + Sync>,
) -> Result<Handle, StartError> {
    let port = if settings.browser.port == 0 { 0 } else { settings.browser.port + index };
    let address = SocketAddr::new(settings.browser.bind, port);
    let browser = sys::media_socket(address, BROWSER_RECEIVE_BUFFER)
        .map_err(|source| StartError::Bind { address, source })?;
    let browser_address = browser.local_addr()?;
    let candidates: Vec<SocketAddr> =
        settings.browser.advertised.iter().map(|ip| SocketAddr::new(*ip, browser_address.port())).collect();
    let mut seed = [0; 32];
    SystemRandom::new()
        .fill(&mut seed)
        .map_err(|_| io::Error::other("the operating system gave no randomness"))?;
    let (commands, queue) = sync_channel(QUEUE);
    let shared = Arc::new(Shared::new(Waker::new()?));
    let parts = Parts {
        engine: Engine::new(Instant::now(), SystemTime::now(), seed, settings.clone(), candidates),
        epoll: Epoll::new()?,
        browser,
        pairs: Pairs::new(
            settings.rtp.bind,
            Ports::share(&settings.rtp.ports, index, settings.workers),
            FIRST_RTP,
        ),
        rtp_advertised: settings.rtp.advertised,
        commands: queue,
        shared: Arc::clone(&shared),
        on_event: Arc::clone(on_event),
    };
    parts.register()?;
    // The buffers hold pointers into themselves, so the worker is put together on its own thread.
    let thread =
        thread::Builder::new().name(format!("media-{index}")).spawn(move || Worker::new(parts).run())?;
    Ok(Handle { commands, shared, browser_address, thread: Some(thread) })
}
