//! Users of the relay with browsers, many in one process: each signs in over its own WebSocket and answers every call
//! at once, with real ICE, DTLS and SRTP by code that is not ours.

mod counts;
mod peer_connection;
mod session;
pub(crate) mod tls;
mod user;

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use counts::Count;
pub use counts::{Counts, Reading};
pub(crate) use peer_connection::PeerConnection;
pub use session::Relay;
pub(crate) use session::Session;
pub use user::Account;
use user::User;

/// So many sign in at a time: a password is slow to check by design, and takes 19 MiB meanwhile.
const AT_A_TIME: usize = 16;
/// How often the counters are looked at while all get ready.
const LOOK: Duration = Duration::from_millis(50);

/// When a client has its browser make a peer connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// After sign-in, kept over calls, as Sidetone's own client does it.
    Warm,
    /// When a call rings, given up after it: for more users than one machine can keep warm.
    OnCall,
}

/// Running clients.
#[derive(Debug)]
pub struct Clients {
    tasks: JoinSet<()>,
    counts: Arc<Counts>,
    stop: CancellationToken,
}

impl Clients {
    /// Signs all accounts in and waits until all of them can be called.
    ///
    /// # Errors
    ///
    /// If one of them cannot sign in, or is not ready `patience` after the start.
    pub async fn start(
        relay: &Relay,
        accounts: Vec<Account>,
        media: Media,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        let deadline = Instant::now() + patience;
        let wanted = accounts.len() as u64;
        let mut clients =
            Self { tasks: JoinSet::new(), counts: Arc::default(), stop: CancellationToken::new() };
        let gate = Arc::new(Semaphore::new(AT_A_TIME));
        for account in accounts {
            let (relay, counts) = (relay.clone(), Arc::clone(&clients.counts));
            let (gate, stop) = (Arc::clone(&gate), clients.stop.clone());
            clients.tasks.spawn(async move {
                let result = live(&relay, &account, media, &gate, &counts, stop).await;
                if let Err(error) = result {
                    tracing::warn!(user = account.name, "a client ended: {error:#}");
                    counts.add(Count::ClientsLost);
                }
            });
        }
        loop {
            let reading = clients.counts.read();
            if reading.ready == wanted {
                return Ok(clients);
            }
            if reading.clients_lost > 0 || Instant::now() > deadline {
                bail!("not all of {wanted} clients got ready: {reading:?}");
            }
            sleep(LOOK).await;
        }
    }

    /// What they have seen so far.
    #[must_use]
    pub fn counts(&self) -> Reading {
        self.counts.read()
    }

    /// Signs all out, and says what they have seen.
    pub async fn stop(mut self) -> Reading {
        let reading = self.counts.read();
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        reading
    }
}

async fn live(
    relay: &Relay,
    account: &Account,
    media: Media,
    gate: &Semaphore,
    counts: &Arc<Counts>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let permit = gate.acquire().await?;
    let user = User::sign_in(relay, account, media, Arc::clone(counts)).await?;
    drop(permit);
    user.work(stop).await
}
