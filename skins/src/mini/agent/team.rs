//! The team as its supervisor sees it.

mod list;
mod member;

use super::frame::Frame;
use super::select;
use crate::intent::AgentIntent;
use crate::kit::{Button, Choice, Field, Kind, NoticeBar, Select, When, derived, each, memo};
use crate::port::Port;
use crate::snapshot::AgentPanel;
use crate::text::Text;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use list::{Order, listed};
use member::MemberRow;

/// So many are shown at first: a team can have hundreds, and whoever looks for one of them searches.
const AT_FIRST: usize = 60;

#[component]
pub(super) fn TeamPanel(port: Port) -> impl IntoView {
    let locale = port.locale;
    let notice = select(port, |agent| agent.supervised.notice.clone());
    let teams = select(port, |agent| agent.supervised.teams.clone());
    let chosen = select(port, |agent| agent.supervised.chosen.clone().unwrap_or_default());
    let known = select(port, |agent| agent.supervised.members.is_some());
    let search = RwSignal::new(String::new());
    let order = RwSignal::new(Order::State.value().to_owned());
    let all = RwSignal::new(false);
    let members = select(port, move |agent| {
        let order = order.with(|value| Order::of(value));
        search.with(|search| listed(agent.supervised.members.as_deref().unwrap_or_default(), search, order))
    });
    let shown = memo(move || {
        let most = if all.get() { usize::MAX } else { AT_FIRST };
        members.with(|members| members.iter().take(most).cloned().collect::<Vec<_>>())
    });
    let several = move || teams.with(Vec::len) > 1;
    let more = move || members.with(Vec::len) > AT_FIRST && !all.get();
    let team_choices = derived(move || {
        teams.get().into_iter().map(|team| Choice { value: team.id, text: team.name }).collect::<Vec<_>>()
    });
    let orders = derived(move || {
        let choice = |order: Order| Choice {
            value: order.value().to_owned(),
            text: locale.text(order.text()).to_owned(),
        };
        Order::ALL.map(choice).to_vec()
    });
    let open = RwSignal::new(None::<String>);
    // Escape clears what is searched for; with nothing written it closes the panel, as anywhere.
    let clear = move |event: KeyboardEvent| {
        if event.key() == "Escape" && search.with_untracked(|search| !search.is_empty()) {
            event.stop_propagation();
            search.set(String::new());
        }
    };
    view! {
        <Frame port=port panel=AgentPanel::Team title=Text::TeamTitle>
            <NoticeBar
                port=port
                notice=notice
                on_close=move |()| port.send(AgentIntent::DismissNotice.into())
            />
            <When holds=several>
                <Select
                    id="team"
                    label=locale.text(Text::TeamWhich)
                    choices=team_choices
                    value=chosen
                    on_choose=move |team: String| port.send(AgentIntent::ChooseTeam(team).into())
                />
            </When>
            <div class="team-tools" on:keydown=clear>
                <Field id="team-search" label=locale.text(Text::TeamSearch) value=search autocomplete="off" />
                <Select
                    id="team-order"
                    label=locale.text(Text::TeamOrder)
                    choices=orders
                    value=order
                    on_choose=move |chosen: String| order.set(chosen)
                />
            </div>
            <p class="panel-hint" aria-live="polite">
                {move || match (known.get(), members.with(Vec::len)) {
                    (false, _) => locale.text(Text::TeamLoading).to_owned(),
                    (true, 0) => locale.text(Text::TeamNobody).to_owned(),
                    (true, count) => locale.fill(Text::TeamCount, "count", &count.to_string()),
                }}
            </p>
            <ul class="team" aria-label=locale.text(Text::TeamMembers)>
                {each(shown, move |id| view! { <MemberRow port=port id=id open=open /> }.into_any())}
            </ul>
            <When holds=more>
                <Button
                    label=locale.text(Text::TeamAll)
                    kind=Kind::Quiet
                    on_press=move |()| all.set(true)
                />
            </When>
        </Frame>
    }
}
