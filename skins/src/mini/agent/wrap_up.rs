//! What a call was about.

use super::words;
use crate::intent::AgentIntent;
use crate::kit::{Button, Glyph, Part, When, derived, memo};
use crate::port::Port;
use crate::snapshot::{DialogView, WrapUp};
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::agent::WrapUpRule;

/// The choice of reasons. In a call it is folded away; in wrap-up it is what the card is for.
#[component]
pub(super) fn WrapUpPart(
    port: Port,
    id: String,
    dialog: Part<Option<DialogView>>,
    folded: bool,
) -> impl IntoView {
    let locale = port.locale;
    let wrap_up =
        memo(move || dialog.with(|dialog| dialog.as_ref().map(|it| it.wrap_up.clone())).unwrap_or_default());
    let open = RwSignal::new(!folded);
    let has_any = move || wrap_up.with(|it| it.rule != WrapUpRule::NotAllowed && !it.reasons.is_empty());
    let label = derived(move || {
        let chosen = wrap_up.with(|it| it.chosen.join(", "));
        let title = locale.text(Text::WrapUpTitle);
        if chosen.is_empty() { title.to_owned() } else { format!("{title}: {chosen}") }
    });
    let reasons = memo(move || wrap_up.with(|it| it.reasons.clone()));
    let id = StoredValue::new(id);
    let reason = move |reason: String| {
        let pressed = {
            let reason = reason.clone();
            memo(move || wrap_up.with(|it| it.chosen.contains(&reason)))
        };
        let on_press = {
            let reason = reason.clone();
            move |()| {
                let reasons = wrap_up.with_untracked(|it: &WrapUp| it.toggled(&reason));
                port.send(AgentIntent::WrapUp { dialog: id.get_value(), reasons }.into());
            }
        };
        view! { <Button label=reason pressed=pressed on_press=on_press /> }
    };
    let hint = move || {
        wrap_up.with(|it| match (it.is_missing(), it.several) {
            (true, _) => Some(locale.text(Text::WrapUpRequired)),
            (false, true) => Some(locale.text(Text::WrapUpSeveral)),
            (false, false) => None,
        })
    };
    view! {
        <When holds=has_any>
            <When holds=move || folded>
                <div class="call-small">
                    <Button
                        label=label
                        glyph=Glyph::Note
                        expanded=open
                        on_press=move |()| open.update(|open| *open = !*open)
                    />
                </div>
            </When>
            <When holds=move || open.get()>
                <div class="wrap-up" role="group" aria-label=locale.text(Text::WrapUpTitle)>
                    {move || reasons.get().into_iter().map(reason).collect_view()}
                </div>
                {move || hint().map(|hint| view! { <p class="panel-hint">{hint}</p> })}
            </When>
        </When>
    }
}

/// How a dialog stands, in words.
pub(super) fn standing(port: Port, dialog: Part<Option<DialogView>>) -> Part<&'static str> {
    memo(move || {
        dialog
            .with(|dialog| dialog.as_ref().map_or("", |it| words::standing(port.locale, it.state, it.asked)))
    })
}
