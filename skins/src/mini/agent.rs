//! The contact centre: the agent's state, what is said of it, and what can be folded open.

mod call_data;
mod callback;
mod contacts;
mod day;
mod dialog;
mod frame;
mod handing;
mod help;
mod messages;
mod preview;
mod queues;
mod service;
mod sign_in;
mod state;
mod team;
mod words;
mod wrap_up;

pub(super) use call_data::CallData;
pub(super) use contacts::PhoneBook;
pub(super) use dialog::DialogCards;

use crate::intent::{AgentIntent, Intent};
use crate::kit::{Button, Glyph, LiveRegion, NoticeBar, Part, Urgency, When, derived};
use crate::port::Port;
use crate::snapshot::{AgentPanel, AgentView, Panel, Snapshot};
use crate::text::Text;
use day::DayPanel;
use help::HelpWantedList;
use leptos::prelude::*;
use messages::MessagesPanel;
use queues::QueuesPanel;
use service::ServiceBanner;
use sign_in::SignIn;
use state::{StateBar, StateMenu};
use team::TeamPanel;

/// A part of the agent; its default for users who are none.
fn select<T>(port: Port, part: impl Fn(&AgentView) -> T + Send + Sync + 'static) -> Part<T>
where
    T: PartialEq + Default + Send + Sync + 'static,
{
    port.select(move |snapshot| snapshot.agent.as_ref().map(|agent| part(agent)).unwrap_or_default())
}

/// What stands above the calls.
#[component]
pub(super) fn AgentBar(port: Port) -> impl IntoView {
    let is_agent = port.select(|snapshot| snapshot.agent.is_some());
    view! {
        <When holds=move || is_agent.get()>
            <Bar port=port />
        </When>
    }
}

#[component]
fn Bar(port: Port) -> impl IntoView {
    let locale = port.locale;
    let notice = select(port, |agent| agent.notice.clone());
    let unread = select(port, |agent| agent.messages.unread);
    let news = derived(move || match unread.get() {
        0 => String::new(),
        count => locale.fill(Text::MessagesNew, "count", &count.to_string()),
    });
    view! {
        <section class="agent" aria-label=locale.text(Text::AgentTitle)>
            <StateBar port=port />
            <ServiceBanner port=port />
            <NoticeBar
                port=port
                notice=notice
                on_close=move |()| port.send(AgentIntent::DismissNotice.into())
            />
            <StateMenu port=port />
            <SignIn port=port />
            <HelpWantedList port=port />
            <Tools port=port />
            <LiveRegion urgency=Urgency::Polite text=news />
        </section>
    }
}

/// What folds open, and the call for help.
#[component]
fn Tools(port: Port) -> impl IntoView {
    let locale = port.locale;
    let signed_in = select(port, AgentView::is_signed_in);
    let supervises = select(port, |agent| !agent.supervised.teams.is_empty());
    let queues = select(port, |agent| !agent.queues.is_empty());
    let help = select(port, |agent| agent.is_signed_in() && agent.can_call_for_help);
    let unread = select(port, |agent| agent.messages.unread);
    let text = move |text: Text| derived(move || locale.text(text).to_owned());
    let messages = derived(move || match unread.get() {
        0 => locale.text(Text::MessagesTitle).to_owned(),
        count => format!("{} ({count})", locale.text(Text::MessagesTitle)),
    });
    view! {
        <div class="agent-tools" role="group" aria-label=locale.text(Text::AgentTools)>
            <When holds=move || supervises.get()>
                <Tool port=port panel=AgentPanel::Team label=text(Text::TeamTitle) glyph=Glyph::People />
            </When>
            <When holds=move || queues.get()>
                <Tool port=port panel=AgentPanel::Queues label=text(Text::QueuesTitle) glyph=Glyph::List />
            </When>
            <When holds=move || signed_in.get()>
                <Tool port=port panel=AgentPanel::Messages label=messages glyph=Glyph::Message />
            </When>
            <Tool port=port panel=AgentPanel::Day label=text(Text::DayTitle) glyph=Glyph::Chart />
            <When holds=move || help.get()>
                <Button
                    label=locale.text(Text::HelpCall)
                    glyph=Glyph::Help
                    on_press=move |()| port.send(AgentIntent::CallForHelp.into())
                />
            </When>
        </div>
    }
}

/// The id of the button that opens a panel, which gets the focus back.
fn opener_id(panel: AgentPanel) -> &'static str {
    match panel {
        AgentPanel::State => "agent-state",
        AgentPanel::Team => "agent-team",
        AgentPanel::Queues => "agent-queues",
        AgentPanel::Messages => "agent-messages",
        AgentPanel::Day => "agent-day",
    }
}

/// A button that folds a panel open and away.
#[component]
fn Tool(port: Port, panel: AgentPanel, label: Signal<String>, glyph: Glyph) -> impl IntoView {
    let open = port.select(move |snapshot| is_open(snapshot, panel));
    view! {
        <Button
            id=opener_id(panel)
            label=label
            glyph=derived(move || glyph)
            expanded=open
            on_press=move |()| port.send(toggled(panel, open.get_untracked()))
        />
    }
}

fn is_open(snapshot: &Snapshot, panel: AgentPanel) -> bool {
    snapshot.panel == Some(Panel::Agent(panel))
}

fn toggled(panel: AgentPanel, open: bool) -> Intent {
    if open { Intent::ClosePanel } else { Intent::Open(Panel::Agent(panel)) }
}

/// A panel that is folded open beside the calls; the menu of states has its place at the state.
pub(super) fn panel(port: Port, panel: AgentPanel) -> AnyView {
    match panel {
        AgentPanel::State => ().into_any(),
        AgentPanel::Team => view! { <TeamPanel port=port /> }.into_any(),
        AgentPanel::Queues => view! { <QueuesPanel port=port /> }.into_any(),
        AgentPanel::Messages => view! { <MessagesPanel port=port /> }.into_any(),
        AgentPanel::Day => view! { <DayPanel port=port /> }.into_any(),
    }
}
