//! The queues and their figures.

use super::frame::Frame;
use super::select;
use crate::kit::{Timer, derived, each};
use crate::port::Port;
use crate::snapshot::{AgentPanel, QueueView};
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::agent::QueueFigures;

/// What stands for a figure that is not reported.
const NOT_REPORTED: &str = "–";

/// A column: its heading, and its figure.
type Column = (Text, fn(&QueueFigures) -> Option<u32>);

const COLUMNS: [Column; 4] = [
    (Text::QueueReady, |figures| figures.ready),
    (Text::QueueNotReady, |figures| figures.not_ready),
    (Text::QueueTalking, talking),
    (Text::QueueWrapUp, |figures| figures.wrap_up),
];

/// Everybody who talks, to whomever.
fn talking(figures: &QueueFigures) -> Option<u32> {
    let parts = [figures.talking_in, figures.talking_out, figures.talking_internal];
    let reported = parts.iter().any(Option::is_some);
    reported.then(|| parts.into_iter().flatten().fold(0, u32::saturating_add))
}

fn figure(figure: Option<u32>) -> String {
    figure.map_or_else(|| NOT_REPORTED.to_owned(), |figure| figure.to_string())
}

#[component]
pub(super) fn QueuesPanel(port: Port) -> impl IntoView {
    let locale = port.locale;
    let ids =
        select(port, |agent| agent.queues.iter().map(|queue| queue.figures.id.clone()).collect::<Vec<_>>());
    let headings = [Text::QueueWaiting, Text::QueueLongest].into_iter().chain(COLUMNS.map(|(text, _)| text));
    view! {
        <Frame port=port panel=AgentPanel::Queues title=Text::QueuesTitle>
            <table class="figures" aria-label=locale.text(Text::QueuesTitle)>
                <thead>
                    <tr>
                        {headings.map(|text| view! { <th scope="col">{locale.text(text)}</th> }).collect_view()}
                    </tr>
                </thead>
                {each(ids, move |id| queue(port, id))}
            </table>
        </Frame>
    }
}

/// A queue: its name as a line of its own, since a pane is narrow, and its figures below.
fn queue(port: Port, id: String) -> AnyView {
    let locale = port.locale;
    let queue = select(port, move |agent| agent.queues.iter().find(|queue| queue.figures.id == id).cloned());
    let name = move || queue.with(|queue| queue.as_ref().map(|it| it.figures.name.clone()));
    let read = move |of: fn(&QueueFigures) -> Option<u32>| {
        move || figure(queue.with(|queue| queue.as_ref().and_then(|it| of(&it.figures))))
    };
    let waits = move || queue.with(|queue| queue.as_ref().and_then(waiting_since)).is_some();
    let elapsed = derived(move || {
        let since = queue.with(|queue| queue.as_ref().and_then(waiting_since))?;
        Some(port.now.get() - since)
    });
    view! {
        <tbody>
            <tr>
                <th class="figures-name" scope="rowgroup" colspan="6">{name}</th>
            </tr>
            <tr>
                <td class="figures-main">{read(|figures| figures.waiting)}</td>
                <td>
                    <Timer label=locale.text(Text::QueueLongest) elapsed=elapsed />
                    {move || (!waits()).then_some(NOT_REPORTED)}
                </td>
                {COLUMNS.map(|(_, of)| view! { <td>{read(of)}</td> }).into_iter().collect_view()}
            </tr>
        </tbody>
    }
    .into_any()
}

/// Since when the first caller waits, if anybody does.
fn waiting_since(queue: &QueueView) -> Option<i64> {
    queue.longest_since.filter(|_| queue.figures.waiting != Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talking_counts_whoever_talks_and_is_nothing_where_nothing_is_reported() {
        let some = QueueFigures { talking_in: Some(2), talking_internal: Some(1), ..QueueFigures::default() };
        assert_eq!(figure(talking(&some)), "3");
        assert_eq!(figure(talking(&QueueFigures::default())), "–");
    }

    #[test]
    fn nobody_waits_for_long_in_an_empty_queue() {
        let queue = |waiting| QueueView {
            figures: QueueFigures { waiting, ..QueueFigures::default() },
            longest_since: Some(7),
        };
        assert_eq!(waiting_since(&queue(Some(0))), None);
        assert_eq!(waiting_since(&queue(Some(1))), Some(7));
    }
}
