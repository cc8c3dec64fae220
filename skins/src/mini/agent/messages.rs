//! What was written to the team.

use super::frame::Frame;
use super::select;
use crate::intent::AgentIntent;
use crate::kit::{Button, Choice, Glyph, Kind, NoticeBar, Select, When, derived, memo, time_of_day};
use crate::port::Port;
use crate::snapshot::{AgentPanel, MessageView};
use crate::text::Text;
use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use sidetone_protocol::agent::Team;

/// The most that a message can hold.
const LONGEST: usize = 255;

/// For how long a message can be shown: seconds, and how that reads.
const SPANS: [(&str, Text); 4] = [
    ("1800", Text::MessageHalfHour),
    ("3600", Text::MessageHour),
    ("14400", Text::MessageFourHours),
    ("28800", Text::MessageEightHours),
];

#[component]
pub(super) fn MessagesPanel(port: Port) -> impl IntoView {
    let locale = port.locale;
    let all = select(port, |agent| agent.messages.list.clone());
    let messages = memo(move || {
        let now = port.now.get();
        let mut messages = all.get();
        messages.retain(|message| message.until.is_none_or(|until| until > now));
        messages
    });
    let notice = select(port, |agent| agent.messages.notice.clone());
    let supervises = select(port, |agent| !agent.supervised.teams.is_empty());
    view! {
        <Frame port=port panel=AgentPanel::Messages title=Text::MessagesTitle>
            <NoticeBar
                port=port
                notice=notice
                on_close=move |()| port.send(AgentIntent::DismissNotice.into())
            />
            <When holds=move || messages.with(Vec::is_empty)>
                <p class="panel-hint">{locale.text(Text::MessagesNone)}</p>
            </When>
            <ul class="messages">
                {move || messages.get().into_iter().map(|it| message(port, it)).collect_view()}
            </ul>
            <When holds=move || supervises.get()>
                <Writing port=port />
            </When>
        </Frame>
    }
}

fn message(port: Port, message: MessageView) -> impl IntoView + use<> {
    let locale = port.locale;
    let delete = message.own.then(|| {
        let id = message.id.clone();
        let on_press = move |()| port.send(AgentIntent::DeleteMessage(id.clone()).into());
        view! {
            <Button
                label=locale.fill(Text::MessageDelete, "text", &message.text)
                glyph=Glyph::Close
                kind=Kind::Quiet
                compact=true
                on_press=on_press
            />
        }
    });
    view! {
        <li class="message">
            <p class="message-head">
                <span class="message-from">{message.from}</span>
                " · "
                {time_of_day(message.sent_at_ms, port.ahead_of_utc_min)}
            </p>
            <p class="message-text">{message.text}</p>
            {delete}
        </li>
    }
}

/// A supervisor's message to some or all of the teams.
#[component]
fn Writing(port: Port) -> impl IntoView {
    let locale = port.locale;
    let teams = select(port, |agent| agent.supervised.teams.clone());
    let sending = select(port, |agent| agent.messages.sending);
    let text = RwSignal::new(String::new());
    let span = RwSignal::new("3600".to_owned());
    let left_out = RwSignal::new(Vec::<String>::new());
    let used = memo(move || text.with(|text| text.chars().count()));
    let too_long = move || used.get() > LONGEST;
    let several = move || teams.with(Vec::len) > 1;
    let addressed = move || {
        let teams = teams.get().into_iter().map(|team| team.id);
        left_out.with(|left_out| teams.filter(|id| !left_out.contains(id)).collect::<Vec<_>>())
    };
    let unfit = derived(move || {
        text.with(|text| text.trim().is_empty()) || too_long() || sending.get() || addressed().is_empty()
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !unfit.get_untracked() {
            let teams = untrack(addressed);
            let for_s = span.with_untracked(|span| span.parse().unwrap_or(3_600));
            let written = text.with_untracked(|text| text.trim().to_owned());
            text.set(String::new());
            port.send(AgentIntent::SendMessage { teams, text: written, for_s }.into());
        }
    };
    let spans = derived(move || {
        let choice = |(value, text): (&str, Text)| Choice {
            value: value.to_owned(),
            text: locale.text(text).to_owned(),
        };
        SPANS.map(choice).to_vec()
    });
    let team = move |Team { id, name }: Team| {
        let toggle = {
            let id = id.clone();
            move |_| {
                left_out.update(|left_out| match left_out.iter().position(|known| *known == id) {
                    Some(index) => {
                        left_out.remove(index);
                    }
                    None => left_out.push(id.clone()),
                });
            }
        };
        let checked = move || left_out.with(|left_out| !left_out.contains(&id));
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=checked on:change=toggle />
                <span>{name}</span>
            </label>
        }
    };
    view! {
        <form class="panel-part" aria-label=locale.text(Text::MessageWrite) novalidate on:submit=submit>
            <label class="field">
                <span class="field-label">{locale.text(Text::MessageWrite)}</span>
                <textarea
                    class="field-input"
                    rows="3"
                    aria-describedby="message-length"
                    prop:value=move || text.get()
                    on:input=move |event: Event| text.set(event_target_value(&event))
                ></textarea>
            </label>
            <p class="panel-hint" class:dialer-wrong=too_long id="message-length">
                {move || locale.fill(Text::MessageLength, "count", &used.get().to_string())}
            </p>
            <When holds=several>
                <fieldset class="checks">
                    <legend class="field-label">{locale.text(Text::MessageTeams)}</legend>
                    {move || teams.get().into_iter().map(team).collect_view()}
                </fieldset>
            </When>
            <Select
                id="message-span"
                label=locale.text(Text::MessageFor)
                choices=spans
                value=span
                on_choose=move |chosen: String| span.set(chosen)
            />
            <Button label=locale.text(Text::MessageSend) kind=Kind::Primary disabled=unfit submit=true />
        </form>
    }
}
