//! What all panels of the contact centre have in common.

use super::opener_id;
use crate::intent::Intent;
use crate::kit::{Button, Glyph, Kind, give_focus_back};
use crate::port::Port;
use crate::snapshot::AgentPanel;
use crate::text::Text;
use leptos::html::Section;
use leptos::prelude::*;

/// A panel with its title and the key that closes it. It takes the focus when it opens and gives it back.
#[component]
pub(super) fn Frame(port: Port, panel: AgentPanel, title: Text, children: Children) -> impl IntoView {
    let locale = port.locale;
    let node = NodeRef::<Section>::new();
    Effect::new(move |_| {
        if let Some(panel) = node.get() {
            // Fails only on a panel that is gone again.
            drop(panel.focus());
        }
    });
    give_focus_back(opener_id(panel).to_owned());
    view! {
        <section class="panel" aria-label=locale.text(title) tabindex="-1" node_ref=node>
            <div class="panel-head">
                <h2 class="panel-title">{locale.text(title)}</h2>
                <Button
                    label=locale.text(Text::PanelClose)
                    glyph=Glyph::Close
                    kind=Kind::Quiet
                    compact=true
                    shortcut="Escape"
                    on_press=move |()| port.send(Intent::ClosePanel)
                />
            </div>
            {children()}
        </section>
    }
}
