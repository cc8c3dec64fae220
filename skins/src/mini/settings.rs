//! Do not disturb, forwarding and audio devices.

mod devices;
mod forwarding;

use crate::intent::Intent;
use crate::kit::{Button, Glyph, Kind, give_focus_back};
use crate::port::Port;
use crate::text::Text;
use devices::DeviceSettings;
use forwarding::Forwarding;
use leptos::html::Section;
use leptos::prelude::*;

/// The button that opens the panel, which gets the focus back.
pub(super) const SETTINGS_BUTTON: &str = "settings";

#[component]
pub(super) fn SettingsPanel(port: Port) -> impl IntoView {
    let locale = port.locale;
    let node = NodeRef::<Section>::new();
    Effect::new(move |_| {
        if let Some(panel) = node.get() {
            // Fails only on a panel that is gone again.
            drop(panel.focus());
        }
    });
    give_focus_back(SETTINGS_BUTTON.to_owned());
    view! {
        <section class="panel" aria-label=locale.text(Text::SettingsTitle) tabindex="-1" node_ref=node>
            <div class="panel-head">
                <h2 class="panel-title">{locale.text(Text::SettingsTitle)}</h2>
                <Button
                    label=locale.text(Text::PanelClose)
                    glyph=Glyph::Close
                    kind=Kind::Quiet
                    compact=true
                    shortcut="Escape"
                    on_press=move |()| port.send(Intent::ClosePanel)
                />
            </div>
            <DoNotDisturb port=port />
            <Forwarding port=port />
            <DeviceSettings port=port />
        </section>
    }
}

#[component]
fn DoNotDisturb(port: Port) -> impl IntoView {
    let locale = port.locale;
    let on = port.select(|snapshot| snapshot.features.do_not_disturb);
    view! {
        <div class="panel-part">
            <Button
                label=locale.text(Text::DndToggle)
                glyph=Glyph::DoNotDisturb
                pressed=on
                on_press=move |()| port.send(Intent::SetDoNotDisturb(!on.get_untracked()))
            />
            <p class="panel-hint">{locale.text(Text::DndHint)}</p>
        </div>
    }
}
