//! The tones of a call.

use crate::kit::{Part, memo};
use crate::port::Port;
use crate::snapshot::CallView;
use crate::text::Text;
use leptos::prelude::*;

/// The tones that went over the line.
#[component]
pub(super) fn Keys(port: Port, call: Part<Option<CallView>>) -> impl IntoView {
    let locale = port.locale;
    let line = move |text: Text, name: fn(&CallView) -> &str| {
        let keys = memo(move || {
            call.with(|call| call.as_ref().map(|call| name(call).to_owned())).unwrap_or_default()
        });
        move || {
            let keys = keys.get();
            (!keys.is_empty()).then(|| view! { <p class="call-keys">{locale.fill(text, "keys", &keys)}</p> })
        }
    };
    view! {
        {line(Text::CallKeysSent, |call| &call.keys_sent)}
        {line(Text::CallKeysReceived, |call| &call.keys_received)}
    }
}
