//! What the agent has done today.

use super::frame::Frame;
use super::{select, words};
use crate::kit::{clock_text, derived, memo, time_of_day};
use crate::locale::Locale;
use crate::port::Port;
use crate::snapshot::AgentPanel;
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::agent::{AgentStateKind, Day, QueueDay, StateTime};

fn clock(milliseconds: u64) -> String {
    clock_text(i64::try_from(milliseconds).unwrap_or(i64::MAX))
}

/// The time in each state, with the state that goes on as its last part.
fn states(day: &Day, current: Option<(AgentStateKind, Option<String>)>, running_ms: u64) -> Vec<StateTime> {
    let mut states = day.states.clone();
    if let Some((state, reason)) = current {
        match states.iter_mut().find(|known| known.state == state && known.reason == reason) {
            Some(known) => known.ms = known.ms.saturating_add(running_ms),
            None => states.push(StateTime { state, reason, ms: running_ms }),
        }
    }
    states
}

/// The figures of all calls: heading and value.
fn totals(day: &Day) -> [(Text, String); 7] {
    [
        (Text::DayHandled, day.handled.to_string()),
        (Text::DayInbound, day.inbound.to_string()),
        (Text::DayMissed, day.missed.to_string()),
        (Text::DayTransferred, day.transferred.to_string()),
        (Text::DayTalk, clock(day.talk_ms)),
        (Text::DayHold, clock(day.hold_ms)),
        (Text::DayWrapUp, clock(day.wrap_up_ms)),
    ]
}

#[component]
pub(super) fn DayPanel(port: Port) -> impl IntoView {
    let locale = port.locale;
    let day = select(port, |agent| agent.day.clone());
    let current = select(port, |agent| {
        let since = agent.since.filter(|_| agent.is_signed_in())?;
        Some((agent.state, agent.reason.clone(), since))
    });
    let by_state = memo(move || {
        let running = current.get();
        let running_ms = running
            .as_ref()
            .map_or(0, |(_, _, since)| u64::try_from(port.now.get().saturating_sub(*since)).unwrap_or(0));
        // A row changes once a second, not at each tick.
        day.with(|day| states(day, running.map(|(state, reason, _)| (state, reason)), running_ms))
            .into_iter()
            .map(|time| (time.state, time.reason, clock(time.ms)))
            .collect::<Vec<_>>()
    });
    let queues = memo(move || day.with(|day| day.queues.clone()));
    let signed_in = derived(move || day.with(|day| day.signed_in_at_ms));
    view! {
        <Frame port=port panel=AgentPanel::Day title=Text::DayTitle>
            {move || signed_in.get().map(|at| view! {
                <p class="panel-hint">
                    {locale.fill(Text::DaySignedIn, "time", &time_of_day(at, port.ahead_of_utc_min))}
                </p>
            })}
            <table class="figures figures-list" aria-label=locale.text(Text::DayStates)>
                <caption class="side-title">{locale.text(Text::DayStates)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{locale.text(Text::DayState)}</th>
                        <th scope="col">{locale.text(Text::DayReason)}</th>
                        <th scope="col">{locale.text(Text::DayTime)}</th>
                    </tr>
                </thead>
                <tbody>{move || by_state.get().into_iter().map(|row| state_row(locale, row)).collect_view()}</tbody>
            </table>
            <table class="figures figures-list" aria-label=locale.text(Text::DayCalls)>
                <caption class="side-title">{locale.text(Text::DayCalls)}</caption>
                <tbody>
                    {move || {
                        day.with(totals)
                            .into_iter()
                            .map(|(text, value)| view! {
                                <tr>
                                    <th scope="row">{locale.text(text)}</th>
                                    <td>{value}</td>
                                </tr>
                            })
                            .collect_view()
                    }}
                </tbody>
            </table>
            <table class="figures" aria-label=locale.text(Text::DayQueues)>
                <caption class="side-title">{locale.text(Text::DayQueues)}</caption>
                <thead>
                    <tr>
                        {QUEUE_HEADINGS
                            .map(|text| view! { <th scope="col">{locale.text(text)}</th> })
                            .into_iter()
                            .collect_view()}
                    </tr>
                </thead>
                {move || queues.get().into_iter().map(queue_rows).collect_view()}
            </table>
        </Frame>
    }
}

fn state_row(
    locale: Locale,
    (state, reason, time): (AgentStateKind, Option<String>, String),
) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{locale.text(words::state(state))}</th>
            <td class="figures-words">{reason}</td>
            <td>{time}</td>
        </tr>
    }
}

const QUEUE_HEADINGS: [Text; 5] =
    [Text::DayHandled, Text::DayMissed, Text::DayTalk, Text::DayHold, Text::DayWrapUp];

fn queue_rows(queue: QueueDay) -> impl IntoView + use<> {
    let values = [
        queue.handled.to_string(),
        queue.missed.to_string(),
        clock(queue.talk_ms),
        clock(queue.hold_ms),
        clock(queue.wrap_up_ms),
    ];
    view! {
        <tbody>
            <tr>
                <th class="figures-name" scope="rowgroup" colspan="5">{queue.queue}</th>
            </tr>
            <tr>{values.map(|value| view! { <td>{value}</td> }).into_iter().collect_view()}</tr>
        </tbody>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(state: AgentStateKind, reason: Option<&str>, ms: u64) -> StateTime {
        StateTime { state, reason: reason.map(str::to_owned), ms }
    }

    #[test]
    fn the_state_that_goes_on_counts_too() {
        let day =
            Day { states: vec![time(AgentStateKind::NotReady, Some("Lunch"), 60_000)], ..Day::default() };
        let lunch = Some((AgentStateKind::NotReady, Some("Lunch".to_owned())));
        assert_eq!(states(&day, lunch, 5_000), [time(AgentStateKind::NotReady, Some("Lunch"), 65_000)]);
        let ready = Some((AgentStateKind::Ready, None));
        assert_eq!(states(&day, ready, 5_000)[1], time(AgentStateKind::Ready, None, 5_000));
        assert_eq!(states(&day, None, 5_000), day.states);
    }
}
