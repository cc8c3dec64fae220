//! Lists to choose from: reasons, results of calls, phone books.

use super::Centre;
use super::agent::Reason;
use super::state::Platform;

/// A reason code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReasonCode {
    /// Its number in the database.
    pub(super) id: u32,
    /// The code.
    pub(super) code: u32,
    /// `NOT_READY` or `LOGOUT`.
    pub(super) category: &'static str,
    /// What it says.
    pub(super) label: String,
    /// Set by the system, never chosen.
    pub(super) system: bool,
}

/// Reasons that only the system gives: code, label.
const SYSTEM: [(u32, &str); 6] = [
    (255, "Connection failure"),
    (999, "Supervisor initiated"),
    (33, "Supervisor initiated change"),
    (50_006, "Made a call"),
    (RONA_UCCE, "Call not answered"),
    (RONA_UCCX, "Ring no answer"),
];

const RONA_UCCE: u32 = 32_767;
const RONA_UCCX: u32 = 32_763;

/// Codes are not the numbers in the database, which is what clients have to send.
const FIRST_NOT_READY: (u32, u32) = (7, 21);
const FIRST_SIGN_OUT: (u32, u32) = (31, 41);
const FIRST_SYSTEM: u32 = 101;

impl Centre {
    /// All reasons of a category.
    pub(super) fn reason_codes(&self, category: &str) -> Vec<ReasonCode> {
        let (category, labels, (id, code)) = match category {
            "LOGOUT" => ("LOGOUT", &self.config.sign_out_reasons, FIRST_SIGN_OUT),
            _ => ("NOT_READY", &self.config.not_ready_reasons, FIRST_NOT_READY),
        };
        (0_u32..)
            .zip(labels)
            .map(|(index, label)| ReasonCode {
                id: id + index,
                code: code + index,
                category,
                label: label.clone(),
                system: false,
            })
            .collect()
    }

    /// A reason by its number in the database.
    pub(super) fn reason_code(&self, id: u32) -> Option<ReasonCode> {
        if let Some(index) = id.checked_sub(FIRST_SYSTEM) {
            let category = if index % 2 == 0 { "NOT_READY" } else { "LOGOUT" };
            let (code, label) = SYSTEM.get(usize::try_from(index / 2).ok()?)?;
            return Some(ReasonCode { id, code: *code, category, label: (*label).to_owned(), system: true });
        }
        let mut all = self.reason_codes("NOT_READY");
        all.extend(self.reason_codes("LOGOUT"));
        all.into_iter().find(|code| code.id == id)
    }

    /// A reason that the system gives.
    pub(super) fn system_reason(&self, code: u32, category: &str) -> Reason {
        let index = (0_u32..).zip(SYSTEM).find(|(_, (known, _))| *known == code).map(|(index, _)| index);
        index.map_or(Reason::Unknown, |index| {
            Reason::Id(FIRST_SYSTEM + 2 * index + u32::from(category == "LOGOUT"))
        })
    }

    /// A reason by its code, whoever gives it.
    pub(super) fn reason_by_code(&self, code: u32, category: &str) -> Option<Reason> {
        if let known @ Reason::Id(_) = self.system_reason(code, category) {
            return Some(known);
        }
        let all = self.reason_codes(category);
        all.into_iter().find(|known| known.code == code).map(|known| Reason::Id(known.id))
    }

    /// The reason of who did not answer.
    pub(super) fn no_answer(&self) -> Reason {
        let code = match self.platform() {
            Platform::Ucce => RONA_UCCE,
            Platform::Uccx => RONA_UCCX,
        };
        self.system_reason(code, "NOT_READY")
    }

    /// The results of calls, with their numbers.
    pub(super) fn wrap_up_reasons(&self) -> impl Iterator<Item = (u32, &str)> {
        (51_u32..).zip(self.config.wrap_up_reasons.iter().map(String::as_str))
    }
}
