//! Who the other party is.

use super::words;
use crate::kit::{Glyph, Icon, derived, memo};
use crate::port::Port;
use crate::snapshot::CallView;
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::Direction;

/// The letters in the circle: the first of the first and of the last word of a name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// The circle, the name and the number.
#[component]
pub(super) fn PartyLine(port: Port, #[prop(into)] call: Signal<Option<CallView>>) -> impl IntoView {
    let locale = port.locale;
    let letters = memo(move || {
        call.with(|call| call.as_ref().and_then(|call| call.name.as_deref()).map(initials))
            .unwrap_or_default()
    });
    let glyph = derived(move || {
        let leads_to_many = call.with(|call| call.as_ref().is_some_and(|call| call.pbx_conference.is_some()));
        if leads_to_many { Glyph::People } else { Glyph::Person }
    });
    let name = memo(move || call.with(|call| call.as_ref().map(|call| words::party(locale, call))));
    let number = memo(move || {
        call.with(|call| {
            call.as_ref()
                .filter(|call| call.name.is_some() && !call.number.is_empty())
                .map(|call| call.number.clone())
        })
    });
    let direction = memo(move || call.with(|call| call.as_ref().map(|call| call.direction)));
    let arrow = derived(move || match direction.get() {
        Some(Direction::Inbound) => Glyph::Inbound,
        Some(Direction::Outbound) | None => Glyph::Outbound,
    });
    let direction_word = move || {
        direction.get().map(|direction| match direction {
            Direction::Inbound => locale.text(Text::CallInbound),
            Direction::Outbound => locale.text(Text::CallOutbound),
        })
    };
    view! {
        <div class="party">
            <span class="party-circle" aria-hidden="true">
                {move || match letters.get() {
                    letters if letters.is_empty() => view! { <Icon glyph=glyph /> }.into_any(),
                    letters => letters.into_any(),
                }}
                <span class="party-arrow"><Icon glyph=arrow /></span>
            </span>
            <span class="party-words">
                <span class="party-name">{move || name.get()}</span>
                // What the arrow says to the eye.
                <span class="unseen">{direction_word}</span>
                {move || number.get().map(|number| view! { <span class="party-number">{number}</span> })}
            </span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn first_and_last_word_give_the_letters() {
        assert_eq!(initials("Ada Lovelace"), "AL");
        assert_eq!(initials("juan de la cruz"), "JC");
        assert_eq!(initials("echo"), "E");
        assert_eq!(initials("(42)"), "");
    }
}
