//! Why calls end, as Finesse knows it: the telephone system says goodbye to the phone in the same way for all.

use super::facts::{Facts, Stage};
use super::{Joining, Output};
use serde::{Deserialize, Serialize};
use sidetone_bridge::Ending;
use sidetone_finesse::model::DialogId;
use sidetone_protocol::{CallId, Failure, FailureCode};
use std::collections::BTreeMap;

/// What Finesse was asked for that ends a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// `DROP`.
    Drop,
    /// `TRANSFER`: ends this and the call that consults for it.
    Transfer,
    /// `TRANSFER_SST`.
    SingleStepTransfer,
    /// `CONFERENCE`: ends one of this and the call that consults for it.
    Conference,
}

/// What the bridge was told of a call's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    /// The dialog for which it was.
    dialog: DialogId,
    ending: Ending,
}

impl Joining {
    /// Finesse was asked for something that ends calls.
    pub fn asked(&mut self, dialog: &DialogId, what: Asked) {
        let own = self.call_of(dialog);
        match what {
            Asked::Drop => self.explain(dialog, own, &Ending::User),
            Asked::SingleStepTransfer => self.explain(dialog, own, &Ending::Transferred),
            Asked::Transfer | Asked::Conference => {
                let ending = if what == Asked::Transfer { Ending::Transferred } else { Ending::Joined };
                self.explain(dialog, own.into_iter().chain(self.partner(dialog)), &ending);
            }
        }
    }

    /// It was refused: whatever ends now ends for another reason.
    pub fn refused(&mut self, dialog: &DialogId) {
        let told: Vec<CallId> =
            self.endings.iter().filter(|(_, told)| told.dialog == *dialog).map(|(call, _)| *call).collect();
        for call in told {
            self.take_back(call);
        }
    }

    /// The call that consults for that dialog's, or that it consults for.
    fn partner(&self, dialog: &DialogId) -> Option<CallId> {
        let consults_for = |call: CallId| self.calls.get(&call).and_then(|known| known.consults_for.as_ref());
        let own = self.call_of(dialog)?;
        let others = || self.pairs.iter().filter(|pair| pair.dialog != *dialog);
        let related = others()
            .find(|pair| consults_for(pair.call) == Some(dialog) || consults_for(own) == Some(&pair.dialog));
        let mut any = others();
        // Who has two calls and transfers one means the other.
        let only = any.next().filter(|_| any.next().is_none());
        related.or(only).map(|pair| pair.call)
    }

    fn explain(&mut self, dialog: &DialogId, calls: impl IntoIterator<Item = CallId>, ending: &Ending) {
        for call in calls {
            let told = Told { dialog: dialog.clone(), ending: ending.clone() };
            if self.endings.get(&call).is_none_or(|known| known.ending != *ending) {
                self.outputs.push_back(Output::Explain { call, ending: Some(ending.clone()) });
            }
            self.endings.insert(call, told);
        }
    }

    fn take_back(&mut self, call: CallId) {
        if self.endings.remove(&call).is_some() {
            self.outputs.push_back(Output::Explain { call, ending: None });
        }
    }

    /// A call has ended. Of two that were to become one, the other goes on.
    pub(super) fn ended(&mut self, call: CallId) {
        let Some(Told { dialog, ending: Ending::Joined }) = self.endings.remove(&call) else { return };
        self.refused(&dialog);
    }

    /// What the dialogs themselves say of ends that nobody here has asked for.
    pub(super) fn explain_ends(&mut self, facts: &BTreeMap<&DialogId, Facts>) {
        for (id, facts) in facts {
            let Some(call) = self.call_of(id) else { continue };
            if facts.stage == Stage::Failed {
                let code = match facts.cause.as_str() {
                    "BUSY" => FailureCode::Busy,
                    "BAD_DESTINATION" => FailureCode::NotFound,
                    _ => FailureCode::CallFailed,
                };
                self.explain(id, [call], &Ending::Failed(Failure::new(code)));
                continue;
            }
            if self.endings.contains_key(&call) {
                continue;
            }
            if let Some(other) = facts.secondary.as_ref().and_then(|other| self.call_of(other))
                && matches!(facts.stage, Stage::Up { .. })
            {
                self.explain(id, [call, other], &Ending::Joined);
            }
            // The two others talk on: the agent has handed one to the other, at another of their screens. Who leaves a conference
            // was in it with several.
            let before = self.dialogs.get(*id).map_or(0, |known| known.others);
            if facts.stage == Stage::Over && facts.there > 1 {
                let ending = if before > 1 { Ending::User } else { Ending::Transferred };
                self.explain(id, [call], &ending);
            }
        }
    }
}
