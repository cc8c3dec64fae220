//! The phone itself.

use super::call::CallCard;
use super::dialer::Dialer;
use super::health::HealthList;
use super::{Brand, words};
use crate::intent::Intent;
use crate::kit::{Button, Glyph, Kind, LiveRegion, NoticeBar, StatusLine, Urgency};
use crate::port::Port;
use crate::snapshot::CallPhase;
use crate::text::Text;
use leptos::prelude::*;

#[component]
pub(super) fn PhonePage(port: Port) -> impl IntoView {
    let locale = port.locale;
    let keys = port.select(|snapshot| snapshot.calls.iter().map(|call| call.key).collect::<Vec<_>>());
    let in_call = port.select(|snapshot| snapshot.in_call());
    let notice = port.select(|snapshot| snapshot.notice.clone());
    let elsewhere = port.select(|snapshot| snapshot.in_other_tab);
    let suggested = port.snapshot.with_untracked(|snapshot| snapshot.suggested.clone());
    // Lives longer than the dialler, which makes room for a call.
    let number = RwSignal::new(suggested.unwrap_or_default());
    view! {
        <div class="mini-card mini-phone">
            <Header port=port />
            <main class="mini-main">
                <StatusLine port=port />
                <NoticeBar
                    port=port
                    notice=notice
                    on_close=move |()| port.send(Intent::DismissNotice)
                />
                <Show when=move || elsewhere.get()>
                    <div class="elsewhere">
                        <p>{locale.text(Text::ElsewhereTitle)}</p>
                        <Button
                            label=locale.text(Text::ElsewhereButton)
                            kind=Kind::Primary
                            on_press=move |()| port.send(Intent::UsePhoneHere)
                        />
                    </div>
                </Show>
                <For each=move || keys.get() key=|key| *key let:key>
                    <CallCard port=port key=key />
                </For>
                <Show when=move || !in_call.get()>
                    <Dialer port=port number=number />
                </Show>
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
fn Header(port: Port) -> impl IntoView {
    let locale = port.locale;
    let user = port.select(|snapshot| snapshot.user.clone());
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

/// What screen readers are told: a call that rings at once, all else when there is time.
#[component]
fn Announcements(port: Port) -> impl IntoView {
    let locale = port.locale;
    let ringing = port.select(move |snapshot| {
        let call = snapshot.calls.iter().find(|call| call.phase == CallPhase::Incoming);
        call.map(|call| locale.fill(Text::CallAnnounceIncoming, "party", &words::party(locale, call)))
            .unwrap_or_default()
    });
    let progress = port.select(move |snapshot| {
        let call = snapshot.calls.last().filter(|call| call.phase != CallPhase::Incoming);
        call.map(|call| format!("{}: {}", words::party(locale, call), words::phase(locale, &call.phase)))
            .unwrap_or_default()
    });
    view! {
        <LiveRegion urgency=Urgency::Assertive text=ringing />
        <LiveRegion urgency=Urgency::Polite text=progress />
    }
}
