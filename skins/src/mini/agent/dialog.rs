//! What the contact centre knows and the phone has no sound for: a card of its own.

use super::call_data::{DialogParts, can, dialog_of};
use super::handing::Handing;
use super::preview::{PreviewAnswers, PreviewFields};
use super::wrap_up::standing;
use super::{is_open, select, toggled};
use crate::intent::AgentIntent;
use crate::kit::{Button, Glyph, Icon, Keypad, Kind, Part, Timer, When, catch_focus, derived, each, memo};
use crate::mini::words;
use crate::port::Port;
use crate::snapshot::{AgentPanel, DialogCard, DialogView};
use crate::text::Text;
use leptos::html::Div;
use leptos::prelude::*;
use sidetone_protocol::agent::{AgentStateKind, DialogCommand, DialogControl, ParticipantState, StateChoice};

/// The cards of all dialogs that have one of their own.
#[component]
pub(in crate::mini) fn DialogCards(port: Port) -> impl IntoView {
    let ids = select(port, |agent| {
        let own = |card| matches!(card, DialogCard::Silent | DialogCard::Preview | DialogCard::WrapUp);
        let dialogs = agent.dialogs.iter().filter(|dialog| own(dialog.card));
        dialogs.map(|dialog| (dialog.id.clone(), Some(dialog.card))).collect::<Vec<_>>()
    });
    // A dialog that becomes another kind of card is shown anew.
    let keys = memo(move || ids.get().into_iter().map(|(id, card)| (id, card.map(kind))).collect::<Vec<_>>());
    each(keys, move |(id, kind)| match kind {
        Some(Kindred::Preview) => view! { <PreviewCard port=port id=id /> }.into_any(),
        Some(Kindred::WrapUp) => view! { <WrapUpCard port=port id=id /> }.into_any(),
        Some(Kindred::Silent) | None => view! { <SilentCard port=port id=id /> }.into_any(),
    })
}

/// The kinds of cards that dialogs have of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kindred {
    Silent,
    Preview,
    WrapUp,
}

fn kind(card: DialogCard) -> Kindred {
    match card {
        DialogCard::Preview => Kindred::Preview,
        DialogCard::WrapUp => Kindred::WrapUp,
        DialogCard::Call | DialogCard::Awaited | DialogCard::Silent => Kindred::Silent,
    }
}

/// The other party: by name where the phone had the call, else by number.
fn party(port: Port, id: &str) -> Part<String> {
    let id = id.to_owned();
    let locale = port.locale;
    port.select(move |snapshot| {
        let Some(dialog) = snapshot.agent.as_ref().and_then(|agent| agent.dialog(&id)) else {
            return String::new();
        };
        if let Some(call) = dialog.call.and_then(|key| snapshot.call(key)) {
            return words::party(locale, call);
        }
        let preview = dialog.preview.as_ref().map(|preview| preview.number.clone());
        let number = preview.unwrap_or_else(|| dialog.number.clone());
        if number.is_empty() { locale.text(Text::CallUnknownParty).to_owned() } else { number }
    })
}

fn elapsed(port: Port, dialog: Part<Option<DialogView>>, wrap_up: bool) -> Signal<Option<i64>> {
    derived(move || {
        let since = dialog
            .with(|dialog| dialog.as_ref().and_then(|it| if wrap_up { it.since } else { it.started }))?;
        Some(port.now.get() - since)
    })
}

#[component]
fn Head(party: Part<String>, glyph: Glyph) -> impl IntoView {
    view! {
        <h2 class="conference-title">
            <Icon glyph=derived(move || glyph) />
            <span>{move || party.get()}</span>
        </h2>
    }
}

#[component]
fn SilentCard(port: Port, id: String) -> impl IntoView {
    let locale = port.locale;
    let node = NodeRef::<Div>::new();
    catch_focus(node);
    let dialog = dialog_of(port, &id);
    let party = party(port, &id);
    let standing = standing(port, dialog);
    let name = move || locale.fill(Text::DialogWith, "party", &party.get());
    let rings = memo(move || {
        dialog.with(|dialog| dialog.as_ref().is_some_and(|it| it.state == ParticipantState::Alerting))
    });
    let honest =
        move || locale.text(if rings.get() { Text::DialogRingsElsewhere } else { Text::DialogSilent });
    view! {
        <div class="call call-silent" role="group" aria-label=name tabindex="-1" node_ref=node>
            <Head party=party glyph=Glyph::Phone />
            <p class="call-state">
                <span class="call-standing">{move || standing.get()}</span>
                <Timer label=locale.text(Text::CallTimer) elapsed=elapsed(port, dialog, false) />
            </p>
            <p class="badge badge-warn">
                <Icon glyph=Glyph::Speaker />
                <span class="badge-words">{honest}</span>
            </p>
            <DialogParts port=port id=id.clone() folded=true />
            <Controls port=port id=id.clone() dialog=dialog />
        </div>
    }
}

/// The buttons that the contact centre offers.
#[component]
fn Controls(port: Port, id: String, dialog: Part<Option<DialogView>>) -> impl IntoView {
    let locale = port.locale;
    let keypad_open = RwSignal::new(false);
    let handing_open = RwSignal::new(false);
    let id = StoredValue::new(id);
    let control = move |control| port.send(AgentIntent::Control { dialog: id.get_value(), control }.into());
    let handing =
        move || can(dialog, DialogCommand::Consult)() || can(dialog, DialogCommand::SingleStepTransfer)();
    let button = move |command: DialogCommand, label: Text, glyph: Glyph, kind: Kind, does: DialogControl| {
        view! {
            <When holds=can(dialog, command)>
                <Button
                    label=locale.text(label)
                    glyph=derived(move || glyph)
                    kind=kind
                    on_press=move |()| control(does)
                />
            </When>
        }
        .into_any()
    };
    use DialogControl as Does;
    view! {
        <div class="call-controls">
            {button(DialogCommand::Answer, Text::CallAnswer, Glyph::Phone, Kind::Positive, Does::Answer)}
            {button(DialogCommand::Transfer, Text::ConsultComplete, Glyph::Transfer, Kind::Primary, Does::Transfer)}
            {button(DialogCommand::Conference, Text::ConsultJoin, Glyph::Join, Kind::Plain, Does::Conference)}
            {button(DialogCommand::Hold, Text::CallHold, Glyph::Pause, Kind::Plain, Does::Hold)}
            {button(DialogCommand::Retrieve, Text::CallResume, Glyph::Play, Kind::Primary, Does::Retrieve)}
            <When holds=can(dialog, DialogCommand::SendDtmf)>
                <Button
                    label=locale.text(Text::CallKeypad)
                    glyph=Glyph::Keypad
                    expanded=keypad_open
                    on_press=move |()| keypad_open.update(|open| *open = !*open)
                />
            </When>
            <When holds=handing>
                <Button
                    label=locale.text(Text::CallTransfer)
                    glyph=Glyph::Transfer
                    expanded=handing_open
                    on_press=move |()| handing_open.update(|open| *open = !*open)
                />
            </When>
            {button(DialogCommand::Drop, Text::CallHangUp, Glyph::HangUp, Kind::Negative, Does::Drop)}
        </div>
        <When holds=move || keypad_open.get() && can(dialog, DialogCommand::SendDtmf)()>
            <Keypad
                label=locale.text(Text::KeypadTones)
                on_key=move |digit: char| {
                    let keys = digit.to_string();
                    port.send(AgentIntent::SendKeys { dialog: id.get_value(), keys }.into());
                }
            />
        </When>
        <When holds=move || handing_open.get() && handing()>
            <Handing port=port id=id.get_value() dialog=dialog open=handing_open />
        </When>
    }
}

#[component]
fn PreviewCard(port: Port, id: String) -> impl IntoView {
    let locale = port.locale;
    let node = NodeRef::<Div>::new();
    catch_focus(node);
    let dialog = dialog_of(port, &id);
    let party = party(port, &id);
    let standing = memo(move || {
        dialog.with(|dialog| {
            let asked = dialog.as_ref().is_some_and(|it| it.asked.is_some());
            locale.text(if asked { Text::DialogAsked } else { Text::PreviewTitle })
        })
    });
    let name = move || locale.fill(Text::PreviewOf, "party", &party.get());
    view! {
        <div class="call call-incoming" role="group" aria-label=name tabindex="-1" node_ref=node>
            <Head party=party glyph=Glyph::Person />
            <p class="call-state">
                <span class="call-standing">{move || standing.get()}</span>
                <Timer label=locale.text(Text::CallTimer) elapsed=elapsed(port, dialog, true) />
            </p>
            <PreviewFields port=port dialog=dialog />
            <DialogParts port=port id=id.clone() folded=true />
            <PreviewAnswers port=port id=id.clone() dialog=dialog />
        </div>
    }
}

#[component]
fn WrapUpCard(port: Port, id: String) -> impl IntoView {
    let locale = port.locale;
    let node = NodeRef::<Div>::new();
    catch_focus(node);
    let dialog = dialog_of(port, &id);
    let party = party(port, &id);
    let name = move || locale.fill(Text::WrapUpOf, "party", &party.get());
    let ended = port.select(move |snapshot| {
        let key = dialog.with(|dialog| dialog.as_ref().and_then(|it| it.call))?;
        snapshot.call(key).filter(|call| call.is_ended()).map(|call| words::standing(locale, call))
    });
    let missing =
        memo(move || dialog.with(|dialog| dialog.as_ref().is_some_and(|it| it.wrap_up.is_missing())));
    // What ends it is a change of state; where wrap-up goes on beside another state, there is nothing to end.
    let ends = |choice| {
        move |agent: &crate::snapshot::AgentView| {
            matches!(agent.state, AgentStateKind::Work | AgentStateKind::WorkReady)
                && agent.choices.iter().any(|offer| offer.choice == choice)
        }
    };
    let can_be_ready = select(port, ends(StateChoice::Ready));
    let can_be_not_ready = select(port, ends(StateChoice::NotReady));
    let needs_reason = select(port, |agent| {
        agent.choices.iter().any(|it| it.choice == StateChoice::NotReady && !it.reasons.is_empty())
    });
    let open = port.select(|snapshot| is_open(snapshot, AgentPanel::State));
    let not_ready = move |()| {
        if needs_reason.get_untracked() {
            // The menu is where the reasons are.
            port.send(toggled(AgentPanel::State, open.get_untracked()));
        } else {
            port.send(AgentIntent::SetState { state: StateChoice::NotReady, reason: None }.into());
        }
    };
    view! {
        <div class="call call-wrap-up" role="group" aria-label=name tabindex="-1" node_ref=node>
            <Head party=party glyph=Glyph::Note />
            <p class="call-state">
                <span class="call-standing">{locale.text(Text::WrapUpTitle)}</span>
                <Timer label=locale.text(Text::WrapUpTimer) elapsed=elapsed(port, dialog, true) />
            </p>
            {move || ended.get().map(|ended| view! { <p class="call-about">{ended}</p> })}
            <DialogParts port=port id=id.clone() folded=false />
            <div class="call-controls">
                <When holds=move || can_be_ready.get()>
                    <Button
                        label=locale.text(Text::WrapUpDoneReady)
                        glyph=Glyph::Check
                        kind=Kind::Primary
                        disabled=missing
                        on_press=move |()| {
                            port.send(AgentIntent::SetState { state: StateChoice::Ready, reason: None }.into());
                        }
                    />
                </When>
                <When holds=move || can_be_not_ready.get()>
                    <Button
                        label=locale.text(Text::WrapUpDoneNotReady)
                        glyph=Glyph::DoNotDisturb
                        disabled=missing
                        on_press=not_ready
                    />
                </When>
            </div>
        </div>
    }
}
