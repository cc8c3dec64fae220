//! The first skin: one column for a pane of 240 px, two for a page of its own.

mod agent;
mod announcements;
mod arrangement;
mod badges;
mod call;
mod conference;
mod dial_line;
mod dialer;
mod health;
mod held;
mod page;
mod party;
mod settings;
mod sign_in;
mod transfer;
mod watched;
mod words;

use crate::Intent;
use crate::kit::{Button, Glyph, Icon, Kind};
use crate::port::Port;
use crate::snapshot::Page;
use crate::text::Text;
use leptos::prelude::*;
use page::PhonePage;
use sidetone_protocol::FailureCode;
use sign_in::SignInPage;

pub use words::title;

/// The whole skin.
#[component]
pub fn Mini(
    /// The phone.
    port: Port,
) -> impl IntoView {
    let page = port.select(|snapshot| snapshot.page);
    view! {
        <div class="mini">
            {move || match page.get() {
                Page::SignIn => view! { <SignInPage port=port /> }.into_any(),
                Page::Phone => view! { <PhonePage port=port /> }.into_any(),
                Page::Outdated => view! { <OutdatedPage port=port /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn OutdatedPage(port: Port) -> impl IntoView {
    let locale = port.locale;
    view! {
        <main class="mini-card mini-center">
            <Brand port=port />
            <h1 class="mini-title">{locale.text(Text::OutdatedTitle)}</h1>
            <p role="alert">{locale.failure_code(FailureCode::VersionMismatch)}</p>
            <Button
                label=locale.text(Text::OutdatedReload)
                kind=Kind::Primary
                on_press=move |()| port.send(Intent::Reload)
            />
        </main>
    }
}

#[component]
fn Brand(port: Port) -> impl IntoView {
    view! {
        <div class="brand">
            <span class="brand-mark"><Icon glyph=Glyph::Mark /></span>
            <span class="brand-name">{port.locale.text(Text::AppName)}</span>
        </div>
    }
}
