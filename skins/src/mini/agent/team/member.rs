//! A member of the team, and what its supervisor can do.

use super::super::{select, words};
use crate::intent::{AgentIntent, Intent};
use crate::kit::{Button, Glyph, Icon, Part, Timer, When, derived, memo};
use crate::port::Port;
use crate::snapshot::MemberView;
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::agent::{AgentStateKind, MemberState};

/// One line; pressing it folds open what can be done.
#[component]
pub(super) fn MemberRow(port: Port, id: String, open: RwSignal<Option<String>>) -> impl IntoView {
    let locale = port.locale;
    let id = StoredValue::new(id);
    let member = select(port, move |agent| {
        let members = agent.supervised.members.as_ref()?;
        id.with_value(|id| members.iter().find(|member| member.id == *id)).cloned()
    });
    let state = memo(move || member.with(|it| it.as_ref().map_or(AgentStateKind::Unknown, |it| it.state)));
    let name = memo(move || member.with(|it| it.as_ref().map(|it| it.name.clone())).unwrap_or_default());
    let standing =
        memo(move || member.with(|it| it.as_ref().map(|it| standing(port, it))).unwrap_or_default());
    let since = memo(move || {
        member.with(|it| it.as_ref().and_then(|it| it.since.filter(|_| it.state != AgentStateKind::Logout)))
    });
    let elapsed = derived(move || since.get().map(|since| port.now.get() - since));
    let is_open = memo(move || open.with(|open| id.with_value(|id| open.as_ref() == Some(id))));
    view! {
        <li class="member">
            <button
                type="button"
                class=move || format!("member-line {}", words::sign(state.get()).1)
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| {
                    let fold = is_open.get_untracked();
                    open.set((!fold).then(|| id.get_value()));
                }
            >
                <span class="agent-sign"><Icon glyph=derived(move || words::sign(state.get()).0) /></span>
                <span class="member-words">
                    <span class="member-name">{move || name.get()}</span>
                    <span class="member-state">{move || standing.get()}</span>
                </span>
                <Timer label=locale.text(Text::AgentTimer) elapsed=elapsed />
            </button>
            <When holds=move || is_open.get()>
                <Deeds port=port member=member />
            </When>
        </li>
    }
}

/// What is asked for comes before how it is.
fn standing(port: Port, member: &MemberView) -> String {
    let locale = port.locale;
    if let Some(asked) = member.asked {
        return locale.text(words::member_asked(asked)).to_owned();
    }
    let now = words::state_and_reason(locale, member.state, member.reason.as_deref());
    match member.pending {
        Some(pending) => format!("{now} → {}", locale.text(words::state(pending))),
        None => now,
    }
}

#[component]
fn Deeds(port: Port, member: Part<Option<MemberView>>) -> impl IntoView {
    let locale = port.locale;
    let can_dial = port.select(|snapshot| snapshot.can_dial);
    let is = move |test: fn(&MemberView) -> bool| move || member.with(|it| it.as_ref().is_some_and(test));
    let signed_in = |it: &MemberView| !matches!(it.state, AgentStateKind::Logout | AgentStateKind::Unknown);
    let put = move |state: MemberState| {
        if let Some(member) = member.with_untracked(|it| it.as_ref().map(|it| it.id.clone())) {
            port.send(AgentIntent::SetMemberState { member, state }.into());
        }
    };
    let with = move |part: fn(&MemberView) -> Option<String>, intent: fn(String) -> Intent| {
        if let Some(value) = member.with_untracked(|it| it.as_ref().and_then(part)) {
            port.send(intent(value));
        }
    };
    let name = move || member.with(|it| it.as_ref().map(|it| it.name.clone())).unwrap_or_default();
    let named = move |text: Text| derived(move || locale.fill(text, "name", &name()));
    let label = move || locale.fill(Text::TeamDeeds, "name", &name());
    view! {
        <div class="member-deeds" role="group" aria-label=label>
            <When holds=move || is(signed_in)() && is(|it| it.state != AgentStateKind::Ready)()>
                <Button
                    label=locale.text(Text::TeamReady)
                    glyph=Glyph::Check
                    on_press=move |()| put(MemberState::Ready)
                />
            </When>
            <When holds=move || is(signed_in)() && is(|it| it.state != AgentStateKind::NotReady)()>
                <Button
                    label=locale.text(Text::TeamNotReady)
                    glyph=Glyph::DoNotDisturb
                    on_press=move |()| put(MemberState::NotReady)
                />
            </When>
            <When holds=is(signed_in)>
                <Button
                    label=locale.text(Text::TeamSignOut)
                    glyph=Glyph::SignOut
                    on_press=move |()| put(MemberState::SignedOut)
                />
            </When>
            <When holds=is(|it| it.can_monitor)>
                <Button
                    label=named(Text::TeamListen)
                    glyph=Glyph::Speaker
                    on_press=move |()| with(|it| it.extension.clone(), |it| AgentIntent::Monitor(it).into())
                />
            </When>
            <When holds=is(|it| it.barge.is_some())>
                <Button
                    label=named(Text::TeamBarge)
                    glyph=Glyph::Join
                    on_press=move |()| with(|it| it.barge.clone(), |it| AgentIntent::Barge(it).into())
                />
            </When>
            <When holds=is(|it| it.intercept.is_some())>
                <Button
                    label=named(Text::TeamIntercept)
                    glyph=Glyph::Transfer
                    on_press=move |()| with(|it| it.intercept.clone(), |it| AgentIntent::Intercept(it).into())
                />
            </When>
            <When holds=move || can_dial.get() && is(|it| it.extension.is_some() && !it.is_user)()>
                <Button
                    label=named(Text::TeamCall)
                    glyph=Glyph::Phone
                    on_press=move |()| with(|it| it.extension.clone(), |number| Intent::Dial { number })
                />
            </When>
        </div>
    }
}
