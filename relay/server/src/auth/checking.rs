//! How many passwords are checked at a time: each takes 19 MiB and some 20 ms of a core, by design.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How many checks may wait for their turn; on two cores the last of them waits for about a second.
const WAITING: usize = 64;
/// How long a check may wait for its turn, so that nobody looks at a form that does nothing.
const PATIENCE: Duration = Duration::from_secs(5);

/// The checks that run and those that wait for their turn.
#[derive(Debug)]
pub(crate) struct Checks {
    /// A permit for each check, whether it runs or waits.
    admitted: Arc<Semaphore>,
    /// A permit for each check that runs.
    running: Arc<Semaphore>,
    patience: Duration,
}

/// Why a password was not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unchecked {
    /// Too many others are being checked.
    Busy,
    /// The check itself has failed; it is logged.
    Failed,
}

impl Checks {
    /// As many at a time as there are cores: more would take memory and make none of them faster.
    pub(crate) fn one_per_core() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(cores, WAITING, PATIENCE)
    }

    /// One at a time, for what few people may do.
    pub(crate) fn one_by_one() -> Self {
        Self::new(1, WAITING, PATIENCE)
    }

    fn new(running: usize, waiting: usize, patience: Duration) -> Self {
        let permits = |count| Arc::new(Semaphore::new(count));
        Self { admitted: permits(running + waiting), running: permits(running), patience }
    }

    /// Runs a check off the event loop when its turn has come.
    ///
    /// # Errors
    ///
    /// [`Unchecked`]; then the check has not run, or not to its end.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        check: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unchecked> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Unchecked::Busy)?;
        let turn = timeout(self.patience, Arc::clone(&self.running).acquire_owned()).await;
        let Ok(Ok(running)) = turn else { return Err(Unchecked::Busy) };
        // The permits go with the check: it runs to its end also where nobody waits for it any more.
        let checked = tokio::task::spawn_blocking(move || {
            let result = check();
            drop((running, admitted));
            result
        });
        checked.await.map_err(|error| {
            tracing::error!(%error, "checking a password failed");
            Unchecked::Failed
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// Long enough that no test waits for its end.
    const LONG: Duration = Duration::from_secs(600);

    /// A check that runs until it is told to end, and says when it has begun.
    fn held() -> (impl FnOnce() + Send, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let (begun, has_begun) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let check = move || {
            begun.send(()).unwrap();
            ended.recv().unwrap();
        };
        (check, has_begun, end)
    }

    /// Waits until so many further checks would be admitted.
    async fn room_for(checks: &Checks, further: usize) {
        while checks.admitted.available_permits() != further {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn one_waits_for_its_turn_and_one_too_many_is_told_at_once() {
        let checks = Arc::new(Checks::new(1, 1, LONG));
        let (check, has_begun, end) = held();
        let spawn = |check: Box<dyn FnOnce() + Send>| {
            let checks = Arc::clone(&checks);
            tokio::spawn(async move { checks.run(check).await })
        };
        let first = spawn(Box::new(check));
        room_for(&checks, 1).await;
        let second = spawn(Box::new(|| ()));
        room_for(&checks, 0).await;
        assert_eq!(checks.run(|| ()).await, Err(Unchecked::Busy));
        assert_eq!(has_begun.recv(), Ok(()));
        assert!(!second.is_finished());
        end.send(()).unwrap();
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(()), Ok(())));
        assert_eq!(checks.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_is_bearable() {
        let checks = Arc::new(Checks::new(1, 1, Duration::ZERO));
        let _all = Arc::clone(&checks.running).acquire_owned().await.unwrap();
        assert_eq!(checks.run(|| ()).await, Err(Unchecked::Busy));
        // Whoever has given up does not keep others from waiting.
        assert_eq!(checks.admitted.available_permits(), 2);
    }

    #[tokio::test]
    async fn a_check_that_nobody_waits_for_any_more_still_counts_while_it_runs() {
        let checks = Arc::new(Checks::new(1, 0, LONG));
        let (check, has_begun, end) = held();
        let other = Arc::clone(&checks);
        let asked = tokio::spawn(async move { other.run(check).await });
        room_for(&checks, 0).await;
        tokio::task::yield_now().await;
        asked.abort();
        assert!(asked.await.unwrap_err().is_cancelled());
        assert_eq!(has_begun.recv(), Ok(()));
        assert_eq!(checks.run(|| ()).await, Err(Unchecked::Busy));
        end.send(()).unwrap();
        room_for(&checks, 1).await;
        assert_eq!(checks.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_check_that_panics_gives_its_turn_back() {
        let checks = Checks::new(1, 0, LONG);
        assert_eq!(checks.run(|| panic!("broken")).await, Err::<(), _>(Unchecked::Failed));
        assert_eq!(checks.run(|| 7).await, Ok(7));
    }
}
