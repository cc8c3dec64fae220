//! Colleagues who ask for help.

use super::select;
use crate::intent::{AgentIntent, Intent};
use crate::kit::{Button, Glyph, Icon, Kind};
use crate::port::Port;
use crate::snapshot::HelpWanted;
use crate::text::Text;
use leptos::prelude::*;

#[component]
pub(super) fn HelpWantedList(port: Port) -> impl IntoView {
    let wanted = select(port, |agent| agent.help_wanted.clone());
    view! {
        <div class="badges" role="alert">
            {move || wanted.get().into_iter().map(|help| line(port, help)).collect_view()}
        </div>
    }
}

fn line(port: Port, help: HelpWanted) -> AnyView {
    let locale = port.locale;
    let named = |text| locale.fill(text, "name", &help.name);
    let said = named(Text::HelpWanted);
    let name = said.clone();
    let HelpWanted { member, extension, .. } = help.clone();
    let listen = {
        let extension = extension.clone();
        move |()| port.send(AgentIntent::Monitor(extension.clone()).into())
    };
    let call = move |()| port.send(Intent::Dial { number: extension.clone() });
    let dismiss = move |()| port.send(AgentIntent::DismissHelp(member.clone()).into());
    view! {
        <div class="badge agent-help" role="group" aria-label=name>
            <Icon glyph=Glyph::Help />
            <span class="badge-words">{said}</span>
            <Button label=named(Text::TeamListen) glyph=Glyph::Speaker kind=Kind::Quiet compact=true on_press=listen />
            <Button label=named(Text::TeamCall) glyph=Glyph::Phone kind=Kind::Quiet compact=true on_press=call />
            <Button
                label=locale.text(Text::NoticeDismiss)
                glyph=Glyph::Close
                kind=Kind::Quiet
                compact=true
                on_press=dismiss
            />
        </div>
    }
    .into_any()
}
