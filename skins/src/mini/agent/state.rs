//! The agent's state, and the menu that changes it.

use super::frame::Frame;
use super::{is_open, opener_id, select, toggled, words};
use crate::intent::AgentIntent;
use crate::kit::{Button, Glyph, Icon, Timer, When, derived, memo};
use crate::port::Port;
use crate::snapshot::{AgentPanel, AgentView, StateOffer};
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::agent::{AgentMissing, AgentService, AgentStateKind, Presence, Reason, StateChoice};

/// The state that is shown: until one is signed in, that one is not.
fn shown(agent: &AgentView) -> AgentStateKind {
    match agent.presence {
        Presence::SignedIn => agent.state,
        Presence::SignedOut
        | Presence::Needs { .. }
        | Presence::ChooseDevice { .. }
        | Presence::SigningIn => AgentStateKind::Logout,
    }
}

/// Whether the contact centre neither tells nor takes a state now.
fn is_out_of_reach(agent: &AgentView) -> bool {
    matches!(
        agent.service,
        AgentService::Connecting
            | AgentService::Impaired { missing: AgentMissing::Servers | AgentMissing::OutOfService, .. }
    )
}

/// Whether the contact centre would take a change of state now.
fn can_change(agent: &AgentView) -> bool {
    agent.is_signed_in() && !agent.choices.is_empty() && !is_out_of_reach(agent)
}

#[component]
pub(super) fn StateBar(port: Port) -> impl IntoView {
    let locale = port.locale;
    let state = select(port, shown);
    let reason = select(port, |agent| agent.reason.clone().filter(|_| agent.is_signed_in()));
    let words = move || words::state_and_reason(locale, state.get(), reason.get().as_deref());
    let next = select(port, move |agent| {
        let asked = agent.asked.as_ref().map(|next| words::next(locale, Text::AgentAsked, next));
        let pending = || agent.pending.as_ref().map(|next| words::next(locale, Text::AgentPending, next));
        let signing_in =
            || (agent.presence == Presence::SigningIn).then(|| locale.text(Text::AgentSigningIn).to_owned());
        asked.or_else(signing_in).or_else(pending)
    });
    let since = select(port, |agent| agent.since.filter(|_| agent.is_signed_in()));
    let elapsed = derived(move || since.get().map(|since| port.now.get() - since));
    let changeable = select(port, can_change);
    let out_of_reach = select(port, is_out_of_reach);
    let open = port.select(|snapshot| is_open(snapshot, AgentPanel::State));
    let class = move || {
        // What was last heard of is no longer shown as what is.
        let state = if out_of_reach.get() { AgentStateKind::Unknown } else { state.get() };
        format!("agent-bar {}", words::sign(state).1)
    };
    view! {
        <div class=class>
            <span class="agent-sign"><Icon glyph=derived(move || words::sign(state.get()).0) /></span>
            <div class="agent-words">
                <div role="status" aria-label=locale.text(Text::AgentState)>
                    <p class="agent-state">{words}</p>
                    {move || next.get().map(|next| view! { <p class="agent-next">{next}</p> })}
                </div>
                <p class="agent-since">
                    <Timer label=locale.text(Text::AgentTimer) elapsed=elapsed />
                </p>
            </div>
            <When holds=move || changeable.get()>
                <Button
                    id=opener_id(AgentPanel::State)
                    label=locale.text(Text::AgentChange)
                    glyph=Glyph::Down
                    expanded=open
                    on_press=move |()| port.send(toggled(AgentPanel::State, open.get_untracked()))
                />
            </When>
        </div>
    }
}

/// The states that can be chosen, with their reasons.
#[component]
pub(super) fn StateMenu(port: Port) -> impl IntoView {
    let open = port.select(|snapshot| is_open(snapshot, AgentPanel::State));
    let changeable = select(port, can_change);
    let choices = select(port, |agent| agent.choices.clone());
    view! {
        <When holds=move || open.get() && changeable.get()>
            <Frame port=port panel=AgentPanel::State title=Text::AgentChange>
                {move || choices.get().into_iter().map(|offered| offer(port, offered)).collect_view()}
            </Frame>
        </When>
    }
}

fn label(choice: StateChoice) -> Text {
    match choice {
        StateChoice::Ready => Text::AgentStateReady,
        StateChoice::NotReady => Text::AgentStateNotReady,
        StateChoice::SignOut => Text::AgentSignOut,
    }
}

fn glyph(choice: StateChoice) -> Glyph {
    match choice {
        StateChoice::Ready => Glyph::Check,
        StateChoice::NotReady => Glyph::DoNotDisturb,
        StateChoice::SignOut => Glyph::SignOut,
    }
}

/// One state: a button, or a button for each of its reasons.
fn offer(port: Port, offered: StateOffer) -> AnyView {
    let locale = port.locale;
    let StateOffer { choice, reasons } = offered;
    if reasons.is_empty() {
        let on_press = move |()| port.send(AgentIntent::SetState { state: choice, reason: None }.into());
        return view! {
            <div class="agent-choices">
                <Button label=locale.text(label(choice)) glyph=derived(move || glyph(choice)) on_press=on_press />
            </div>
        }
        .into_any();
    }
    let reason = move |Reason { id, label }: Reason| {
        let current = {
            let label = label.clone();
            select(port, move |agent| {
                agent.state == AgentStateKind::NotReady && agent.reason.as_ref() == Some(&label)
            })
        };
        let current = memo(move || choice == StateChoice::NotReady && current.get());
        let on_press = move |()| {
            port.send(AgentIntent::SetState { state: choice, reason: Some(id.clone()) }.into());
        };
        view! { <Button label=label pressed=current on_press=on_press /> }
    };
    view! {
        <div class="agent-choices" role="group" aria-label=locale.text(label(choice))>
            <h3 class="agent-choice-title">
                <Icon glyph=derived(move || glyph(choice)) />
                {locale.text(label(choice))}
            </h3>
            {reasons.into_iter().map(reason).collect_view()}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(service: AgentService, presence: Presence) -> AgentView {
        let choices = vec![StateOffer { choice: StateChoice::Ready, reasons: vec![] }];
        AgentView { service, presence, choices, state: AgentStateKind::Ready, ..AgentView::default() }
    }

    #[test]
    fn a_state_is_changed_only_where_the_contact_centre_can_hear_it() {
        let can = |service| can_change(&agent(service, Presence::SignedIn));
        let missing = |missing| can(AgentService::Impaired { missing, since_ms: 1 });
        assert!(can(AgentService::Up) && missing(AgentMissing::Notifications));
        assert!(!missing(AgentMissing::Servers) && !missing(AgentMissing::OutOfService));
        assert!(!can_change(&agent(AgentService::Up, Presence::SignedOut)));
    }

    #[test]
    fn who_is_not_signed_in_is_shown_as_signed_out() {
        assert_eq!(shown(&agent(AgentService::Up, Presence::SigningIn)), AgentStateKind::Logout);
        assert_eq!(shown(&agent(AgentService::Up, Presence::SignedIn)), AgentStateKind::Ready);
    }
}
