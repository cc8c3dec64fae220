//! What the contact centre says of a call: its queue, its variables, who is in it, and what it was about.

use super::callback::{CallbackPart, ReclassifyPart};
use super::select;
use super::words;
use super::wrap_up::WrapUpPart;
use crate::intent::AgentIntent;
use crate::kit::{Button, Glyph, Kind, NoticeBar, Part, When, derived, memo};
use crate::port::Port;
use crate::snapshot::{CallKey, DialogCard, DialogView};
use crate::text::Text;
use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use sidetone_protocol::agent::{DialogCommand, DialogControl, DialogParticipant};

/// How many variables are shown before the rest is folded out.
const AT_FIRST: usize = 4;

/// The contact centre's part of the card of a call.
#[component]
pub(in crate::mini) fn CallData(port: Port, key: CallKey) -> impl IntoView {
    let locale = port.locale;
    let id = port.select(move |snapshot| {
        let dialog = snapshot.dialog_of(key).filter(|dialog| dialog.card == DialogCard::Call);
        dialog.map(|dialog| dialog.id.clone())
    });
    let unknown = port.select(move |snapshot| snapshot.is_unknown_to_contact_centre(key));
    view! {
        {move || id.get().map(|id| view! { <DialogParts port=port id=id folded=true /> })}
        <When holds=move || unknown.get()>
            <p class="call-about">{locale.text(Text::DialogUnknown)}</p>
        </When>
    }
}

/// A dialog, always up to date.
pub(super) fn dialog_of(port: Port, id: &str) -> Part<Option<DialogView>> {
    let id = id.to_owned();
    select(port, move |agent| agent.dialog(&id).cloned())
}

/// Whether something can be done with a dialog, for [`When`].
pub(super) fn can(
    dialog: Part<Option<DialogView>>,
    command: DialogCommand,
) -> impl Fn() -> bool + Copy + Send + Sync + 'static {
    move || dialog.with(|dialog| dialog.as_ref().is_some_and(|dialog| dialog.can(command)))
}

/// All that is said of a dialog in whichever card it is shown.
#[component]
pub(super) fn DialogParts(port: Port, id: String, folded: bool) -> impl IntoView {
    let locale = port.locale;
    let dialog = dialog_of(port, &id);
    let queue = memo(move || dialog.with(|dialog| dialog.as_ref().and_then(|it| it.queue.clone())));
    let dialled = memo(move || dialog.with(|dialog| dialog.as_ref().and_then(|it| it.dialled.clone())));
    let notice = derived(move || dialog.with(|dialog| dialog.as_ref().and_then(|it| it.notice.clone())));
    let take_over = memo(move || dialog.with(|dialog| dialog.as_ref().is_some_and(|it| it.can_take_over)));
    let send = {
        let id = StoredValue::new(id.clone());
        move |intent: fn(String) -> AgentIntent| port.send(intent(id.get_value()).into())
    };
    view! {
        {move || queue.get().map(|queue| view! {
            <p class="call-queue">{locale.fill(Text::DialogQueue, "queue", &queue)}</p>
        })}
        {move || dialled.get().map(|number| view! {
            <p class="call-about">{locale.fill(Text::DialogDialled, "number", &number)}</p>
        })}
        <NoticeBar
            port=port
            notice=notice
            on_close=move |()| port.send(AgentIntent::DismissNotice.into())
        />
        <Variables port=port id=id.clone() dialog=dialog />
        <Participants port=port id=id.clone() dialog=dialog />
        <When holds=can(dialog, DialogCommand::Barge)>
            <Button
                label=locale.text(Text::TeamBargeHere)
                glyph=Glyph::Join
                on_press=move |()| send(AgentIntent::Barge)
            />
        </When>
        <When holds=move || take_over.get()>
            <Button
                label=locale.text(Text::TeamInterceptHere)
                glyph=Glyph::Transfer
                on_press=move |()| send(AgentIntent::Intercept)
            />
        </When>
        <When holds=can(dialog, DialogCommand::StartRecording)>
            <Button
                label=locale.text(Text::DialogRecord)
                glyph=Glyph::Record
                on_press=move |()| {
                    send(|dialog| AgentIntent::Control { dialog, control: DialogControl::StartRecording });
                }
            />
        </When>
        <CallbackPart port=port id=id.clone() dialog=dialog />
        <ReclassifyPart port=port id=id.clone() dialog=dialog />
        <WrapUpPart port=port id=id.clone() dialog=dialog folded=folded />
    }
}

#[component]
fn Variables(port: Port, id: String, dialog: Part<Option<DialogView>>) -> impl IntoView {
    let locale = port.locale;
    let variables = memo(move || {
        dialog.with(|dialog| dialog.as_ref().map(|it| it.variables.clone())).unwrap_or_default()
    });
    let all = RwSignal::new(false);
    let editing = RwSignal::new(false);
    let more = move || variables.with(Vec::len) > AT_FIRST;
    let rows = move || {
        let shown = if all.get() { usize::MAX } else { AT_FIRST };
        let row = |(name, value): (String, String)| {
            view! { <div class="call-variable"><dt>{name}</dt><dd>{value}</dd></div> }
        };
        variables.get().into_iter().take(shown).map(row).collect_view()
    };
    view! {
        <When holds=move || !variables.with(Vec::is_empty) && !editing.get()>
            <dl class="call-variables" aria-label=locale.text(Text::VariablesTitle)>{rows}</dl>
            <div class="call-small">
                <When holds=more>
                    <Button
                        label=derived(move || {
                            let text = if all.get() { Text::VariablesLess } else { Text::VariablesMore };
                            locale.text(text).to_owned()
                        })
                        kind=Kind::Quiet
                        expanded=all
                        on_press=move |()| all.update(|all| *all = !*all)
                    />
                </When>
                <When holds=can(dialog, DialogCommand::UpdateCallData)>
                    <Button
                        label=locale.text(Text::VariablesEdit)
                        glyph=Glyph::Note
                        kind=Kind::Quiet
                        on_press=move |()| editing.set(true)
                    />
                </When>
            </div>
        </When>
        <When holds=move || editing.get()>
            {variable_form(port, id.clone(), variables.get_untracked(), editing)}
        </When>
    }
}

/// The variables as fields; only what was changed is sent.
fn variable_form(
    port: Port,
    dialog: String,
    variables: Vec<(String, String)>,
    editing: RwSignal<bool>,
) -> AnyView {
    let locale = port.locale;
    let written = RwSignal::new(variables.clone());
    let field = move |(index, (name, value)): (usize, (String, String))| {
        let change = move |event: Event| {
            written.update(|written| {
                if let Some((_, value)) = written.get_mut(index) {
                    *value = event_target_value(&event);
                }
            });
        };
        view! {
            <label class="field">
                <span class="field-label">{name}</span>
                <input class="field-input" type="text" autocomplete="off" prop:value=value on:input=change />
            </label>
        }
    };
    let submit = {
        let before = variables.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let variables: Vec<(String, String)> =
                written.get_untracked().into_iter().filter(|variable| !before.contains(variable)).collect();
            editing.set(false);
            if !variables.is_empty() {
                port.send(AgentIntent::SetVariables { dialog: dialog.clone(), variables }.into());
            }
        }
    };
    view! {
        <form class="call-form" aria-label=locale.text(Text::VariablesTitle) on:submit=submit>
            {variables.into_iter().enumerate().map(field).collect_view()}
            <div class="transfer-buttons">
                <Button label=locale.text(Text::Cancel) on_press=move |()| editing.set(false) />
                <Button label=locale.text(Text::Save) kind=Kind::Primary submit=true />
            </div>
        </form>
    }
    .into_any()
}

/// Who else is in it, where that is more than one.
#[component]
fn Participants(port: Port, id: String, dialog: Part<Option<DialogView>>) -> impl IntoView {
    let locale = port.locale;
    let others =
        memo(move || dialog.with(|dialog| dialog.as_ref().map(|it| it.others.clone())).unwrap_or_default());
    let can_drop = memo(can(dialog, DialogCommand::DropParticipant));
    let row = move |other: DialogParticipant| {
        let drop = can_drop.get().then(|| {
            let number = other.number.clone();
            let dialog = id.clone();
            let on_press = move |()| {
                let (dialog, number) = (dialog.clone(), number.clone());
                port.send(AgentIntent::DropParticipant { dialog, number }.into());
            };
            view! {
                <Button
                    label=locale.fill(Text::ParticipantDrop, "party", &other.number)
                    glyph=Glyph::HangUp
                    kind=Kind::Quiet
                    compact=true
                    on_press=on_press
                />
            }
        });
        view! {
            <li class="conference-member">
                <p class="held-words">
                    <span class="held-party">{other.number.clone()}</span>
                    <span class="held-state">{locale.text(words::participant(other.state))}</span>
                </p>
                {drop}
            </li>
        }
    };
    let several = move || others.with(Vec::len) > 1;
    let rows = move || others.get().into_iter().map(row.clone()).collect_view();
    view! {
        <When holds=several>
            <ul class="conference-list" aria-label=locale.text(Text::ParticipantsTitle)>{rows.clone()}</ul>
        </When>
    }
}
