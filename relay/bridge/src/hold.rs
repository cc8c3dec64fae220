//! Whether the leg to the other party is on hold, as both sides have agreed.

use serde::{Deserialize, Serialize};

/// How the leg stands, and what it was asked to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct LegHold {
    agreed: Agreed,
    asked: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
enum Agreed {
    /// Audio may flow both ways.
    #[default]
    Talking,
    /// The other side knows that it is held.
    Held,
    /// The other side has refused; only our end keeps the audio away.
    HeldHere,
}

impl LegHold {
    /// Whether audio can flow.
    pub(crate) fn is_up(self) -> bool {
        self.agreed == Agreed::Talking && self.asked.is_none()
    }

    /// Whether the leg is on hold and nothing is under way.
    pub(crate) fn is_held(self) -> bool {
        self.agreed != Agreed::Talking && self.asked.is_none()
    }

    /// What the other side has to be asked for, so that the leg comes to be as wanted. Nothing while an answer
    /// is awaited: what is wanted by then decides.
    pub(crate) fn ask(&mut self, held: bool) -> Option<bool> {
        if self.asked.is_some() {
            return None;
        }
        let ask = match (held, self.agreed) {
            (true, Agreed::Talking) | (false, Agreed::Held) => Some(held),
            (false, Agreed::HeldHere) => {
                self.agreed = Agreed::Talking;
                None
            }
            (true, Agreed::Held | Agreed::HeldHere) | (false, Agreed::Talking) => None,
        };
        self.asked = ask;
        ask
    }

    /// The other side has agreed.
    pub(crate) fn done(&mut self, held: bool) {
        if self.asked == Some(held) {
            self.asked = None;
            self.agreed = if held { Agreed::Held } else { Agreed::Talking };
        }
    }

    /// The other side has refused: all stays as it was. Says whether that was asked at all.
    pub(crate) fn refused(&mut self, held: bool) -> bool {
        let asked = self.asked == Some(held);
        if asked {
            self.asked = None;
        }
        asked
    }

    /// The other side holds the leg for the user already, without having been asked for it here.
    pub(crate) fn assume_held(&mut self) {
        self.agreed = Agreed::Held;
    }

    /// Keeps the audio away on our end alone.
    pub(crate) fn hold_here(&mut self) {
        self.agreed = Agreed::HeldHere;
    }
}
