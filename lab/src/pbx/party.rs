//! One of the two in a call between extensions.

use rsipstack::dialog::dialog::DialogStateReceiver;
use rsipstack::dialog::invite_dialog::InviteDialog;

use super::exchange::Shared;
use super::outbound::hang_up;

/// A telephone in a call, and the dialog with it.
pub(super) struct Party {
    pub(super) dialog: InviteDialog,
    pub(super) states: DialogStateReceiver,
    /// Its extension.
    pub(super) number: String,
    /// The description that it began with, when nobody held anybody.
    pub(super) description: Vec<u8>,
}

impl Party {
    /// Ends its part of the call.
    pub(super) async fn leave(self, exchange: &Shared) {
        hang_up(&self.dialog).await;
        self.forget(exchange);
    }

    /// Forgets it after its own end of the call.
    pub(super) fn forget(self, exchange: &Shared) {
        exchange.dialogs.remove_dialog(&self.dialog.id());
    }
}
