//! A campaign's call, before it is made.

use super::call_data::can;
use crate::intent::AgentIntent;
use crate::kit::{Button, Glyph, Kind, Part, When, memo};
use crate::port::Port;
use crate::snapshot::DialogView;
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::agent::{DialogCommand, PreviewAnswer};

/// What the campaign says of the customer.
#[component]
pub(super) fn PreviewFields(port: Port, dialog: Part<Option<DialogView>>) -> impl IntoView {
    let locale = port.locale;
    let preview = memo(move || dialog.with(|dialog| dialog.as_ref().and_then(|it| it.preview.clone())));
    move || {
        preview.get().map(|preview| {
            let row = |(name, value): (String, String)| {
                view! { <div class="call-variable"><dt>{name}</dt><dd>{value}</dd></div> }
            };
            view! {
                <p class="call-queue">{locale.fill(Text::PreviewCampaign, "campaign", &preview.campaign)}</p>
                <dl class="call-variables">{preview.fields.into_iter().map(row).collect_view()}</dl>
            }
        })
    }
}

/// Its three answers.
#[component]
pub(super) fn PreviewAnswers(port: Port, id: String, dialog: Part<Option<DialogView>>) -> impl IntoView {
    let locale = port.locale;
    let id = StoredValue::new(id);
    let answer = move |answer| port.send(AgentIntent::Preview { dialog: id.get_value(), answer }.into());
    view! {
        <div class="call-controls">
            <When holds=can(dialog, DialogCommand::Accept)>
                <Button
                    label=locale.text(Text::PreviewAccept)
                    glyph=Glyph::Phone
                    kind=Kind::Positive
                    on_press=move |()| answer(PreviewAnswer::Accept)
                />
            </When>
            <When holds=can(dialog, DialogCommand::Reject)>
                <Button
                    label=locale.text(Text::PreviewReject)
                    glyph=Glyph::Back
                    on_press=move |()| answer(PreviewAnswer::Reject)
                />
            </When>
            <When holds=can(dialog, DialogCommand::Close)>
                <Button
                    label=locale.text(Text::PreviewClose)
                    glyph=Glyph::Close
                    on_press=move |()| answer(PreviewAnswer::Close)
                />
            </When>
        </div>
    }
}
