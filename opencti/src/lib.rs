//! The CRM host port and its hosts: what is around the phone, and what the two tell each other.
//!
//! Nothing outside this crate names a CRM.

mod standalone;

pub use standalone::Standalone;

/// Whatever the phone is shown in.
pub trait CrmHost {
    /// Labels the phone in its host with what matters most now: the caller's name while it rings, for example.
    fn set_label(&self, label: &str);

    /// The number the host asks to call when the phone starts, as it was written there. The phone offers it, and
    /// its user decides.
    fn dial_request(&self) -> Option<String>;
}
