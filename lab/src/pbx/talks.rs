//! The calls between extensions that are up, so that one can take over a party of another (RFC 3891).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rsipstack::dialog::DialogId;
use tokio::sync::{mpsc, oneshot};

use super::party::Party;

/// Asks a call for the party that is opposite to `dialog`; whoever has that dialog is out.
pub(super) struct Takeover {
    pub(super) dialog: DialogId,
    pub(super) party: oneshot::Sender<Party>,
}

/// Where each call that is up takes such questions.
#[derive(Default)]
pub(super) struct Talks {
    open: Mutex<HashMap<DialogId, mpsc::Sender<Takeover>>>,
}

/// A call while it is up.
pub(super) struct Talk<'a> {
    talks: &'a Talks,
    dialogs: [DialogId; 2],
    pub(super) takeovers: mpsc::Receiver<Takeover>,
}

impl Talks {
    /// Enters a call until what is returned is dropped.
    pub(super) fn enter(&self, dialogs: [DialogId; 2]) -> Talk<'_> {
        let (sender, takeovers) = mpsc::channel(1);
        let mut open = self.open();
        for dialog in &dialogs {
            open.insert(dialog.clone(), sender.clone());
        }
        Talk { talks: self, dialogs, takeovers }
    }

    /// Takes the party opposite to a dialog of ours out of its call, where there is such a call.
    pub(super) async fn take_over(&self, dialog: DialogId) -> Option<Party> {
        let call = self.open().get(&dialog).cloned()?;
        let (party, taken) = oneshot::channel();
        call.send(Takeover { dialog, party }).await.ok()?;
        taken.await.ok()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<DialogId, mpsc::Sender<Takeover>>> {
        // Entries are whole after every statement, so a panic elsewhere spoils nothing.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Talk<'_> {
    fn drop(&mut self) {
        let mut open = self.talks.open();
        for dialog in &self.dialogs {
            open.remove(dialog);
        }
    }
}
