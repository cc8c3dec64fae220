//! The phone itself.

use super::Brand;
use super::agent::{self, AgentBar, DialogCards};
use super::announcements::Announcements;
use super::arrangement::arrange;
use super::badges::Badges;
use super::call::CallCard;
use super::conference::ConferenceCard;
use super::dialer::Dialer;
use super::health::HealthList;
use super::held::HeldCalls;
use super::settings::{SETTINGS_BUTTON, SettingsPanel};
use super::transfer::TransferPanel;
use super::watched::WatchedList;
use crate::intent::Intent;
use crate::kit::{Button, Glyph, Kind, NoticeBar, StatusLine, When, derived, each, memo};
use crate::port::Port;
use crate::snapshot::Panel;
use crate::text::Text;
use leptos::prelude::*;

#[component]
pub(super) fn PhonePage(port: Port) -> impl IntoView {
    let locale = port.locale;
    let notice = port.select(|snapshot| snapshot.notice.clone());
    let elsewhere = port.select(|snapshot| snapshot.in_other_tab);
    view! {
        <div class="mini-card mini-phone">
            <Header port=port />
            <main class="mini-main">
                <AgentBar port=port />
                <StatusLine port=port />
                <Badges port=port />
                <NoticeBar
                    port=port
                    notice=notice
                    on_close=move |()| port.send(Intent::DismissNotice)
                />
                <When holds=move || elsewhere.get()>
                    <div class="elsewhere">
                        <p>{locale.text(Text::ElsewhereTitle)}</p>
                        <Button
                            label=locale.text(Text::ElsewhereButton)
                            kind=Kind::Primary
                            on_press=move |()| port.send(Intent::UsePhoneHere)
                        />
                    </div>
                </When>
                <Calls port=port />
                <Beside port=port />
                <WatchedList port=port />
            </main>
            <aside class="mini-side">
                <HealthList port=port />
                <KeyList port=port />
            </aside>
            <Announcements port=port />
        </div>
    }
}

#[component]
fn Calls(port: Port) -> impl IntoView {
    let arrangement = port.select(arrange);
    let conferences = memo(move || {
        arrangement.with(|shown| shown.conferences.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    });
    let cards = memo(move || arrangement.with(|shown| shown.cards.clone()));
    let rows = memo(move || arrangement.with(|shown| shown.rows.clone()));
    view! {
        {each(conferences, move |id| view! { <ConferenceCard port=port id=id /> }.into_any())}
        {each(cards, move |key| view! { <CallCard port=port key=key /> }.into_any())}
        <DialogCards port=port />
        <HeldCalls port=port keys=rows />
    }
}

/// What is folded open beside the calls; without a call, the dialler is always there.
#[component]
fn Beside(port: Port) -> impl IntoView {
    let locale = port.locale;
    let in_call = port.select(|snapshot| snapshot.in_call());
    let panel = port.select(|snapshot| snapshot.panel);
    let suggested = port.snapshot.with_untracked(|snapshot| snapshot.suggested.clone());
    // Lives longer than the dialler, which makes room for a call.
    let number = RwSignal::new(suggested.unwrap_or_default());
    let dialling = move || panel.get() == Some(Panel::NewCall) || (!in_call.get() && panel.get().is_none());
    view! {
        {move || match panel.get() {
            Some(Panel::Transfer(key)) => view! { <TransferPanel port=port key=key /> }.into_any(),
            Some(Panel::Settings) => view! { <SettingsPanel port=port /> }.into_any(),
            Some(Panel::Agent(panel)) => agent::panel(port, panel),
            Some(Panel::NewCall) | None => ().into_any(),
        }}
        <When holds=move || in_call.get()>
            <Button
                label=locale.text(Text::NewCall)
                glyph=Glyph::Plus
                expanded=derived(move || panel.get() == Some(Panel::NewCall))
                on_press=move |()| {
                    let open = panel.get_untracked() == Some(Panel::NewCall);
                    port.send(if open { Intent::ClosePanel } else { Intent::Open(Panel::NewCall) });
                }
            />
        </When>
        <When holds=dialling>
            <Dialer port=port number=number />
        </When>
    }
}

#[component]
fn Header(port: Port) -> impl IntoView {
    let locale = port.locale;
    let user = port.select(|snapshot| snapshot.user.clone());
    let settings_open = port.select(|snapshot| snapshot.panel == Some(Panel::Settings));
    view! {
        <header class="mini-bar">
            <Brand port=port />
            {move || {
                user.get().map(|user| view! {
                    <p class="mini-user">
                        <span class="mini-user-name">{user.display_name}</span>
                        <span class="mini-user-number">{user.extension}</span>
                    </p>
                })
            }}
            <Button
                id=SETTINGS_BUTTON
                label=locale.text(Text::SettingsTitle)
                glyph=Glyph::Settings
                kind=Kind::Quiet
                compact=true
                expanded=settings_open
                on_press=move |()| {
                    let open = settings_open.get_untracked();
                    port.send(if open { Intent::ClosePanel } else { Intent::Open(Panel::Settings) });
                }
            />
            <Button
                label=locale.text(Text::SignOut)
                glyph=Glyph::SignOut
                kind=Kind::Quiet
                compact=true
                on_press=move |()| port.send(Intent::SignOut)
            />
        </header>
    }
}

/// What the keyboard does. Everything on it can be done by pointer too.
#[component]
fn KeyList(port: Port) -> impl IntoView {
    let locale = port.locale;
    let rows = [
        ("Enter", Text::KeysEnter),
        ("Esc", Text::KeysEscape),
        ("Alt M", Text::KeysMute),
        ("Alt H", Text::KeysHold),
        ("Alt S", Text::KeysSwap),
        ("Alt T", Text::KeysTransfer),
        ("0–9 * #", Text::KeysDigits),
    ];
    view! {
        <section class="keys" aria-label=locale.text(Text::KeysTitle)>
            <h2 class="side-title">{locale.text(Text::KeysTitle)}</h2>
            <dl class="keys-list">
                {rows
                    .map(|(key, text)| view! {
                        <div class="keys-row">
                            <dt><kbd>{key}</kbd></dt>
                            <dd>{locale.text(text)}</dd>
                        </div>
                    })
                    .into_iter()
                    .collect_view()}
            </dl>
        </section>
    }
}
