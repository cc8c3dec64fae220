//! Signing in to the contact centre: by one key where the relay knows all that is needed, else by a form.

use super::select;
use crate::intent::AgentIntent;
use crate::kit::{Button, Choice, Field, Glyph, Kind, NoticeBar, Part, Select, When, derived, memo};
use crate::port::Port;
use crate::snapshot::Notice;
use crate::text::Text;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use sidetone_protocol::agent::{AgentSignIn, MobileAgent, MobileMode, Platform, Presence};

/// Which fields a form has, and which of them cannot be left empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Asked {
    id: bool,
    password: bool,
    extension: bool,
}

fn asked(presence: &Presence) -> Option<Asked> {
    match presence {
        Presence::Needs { id, password, extension, .. } => {
            Some(Asked { id: *id, password: *password, extension: *extension })
        }
        Presence::SignedOut | Presence::ChooseDevice { .. } | Presence::SigningIn | Presence::SignedIn => {
            None
        }
    }
}

/// Where calls come to.
const HERE: &str = "here";
const CALL_BY_CALL: &str = "call_by_call";
const NAILED: &str = "nailed";

fn mode(chosen: &str) -> Option<MobileMode> {
    match chosen {
        CALL_BY_CALL => Some(MobileMode::CallByCall),
        NAILED => Some(MobileMode::NailedConnection),
        _ => None,
    }
}

/// What is typed; it outlives the form, which goes while the sign-in is under way.
#[derive(Clone, Copy)]
struct Written {
    id: RwSignal<String>,
    password: RwSignal<String>,
    extension: RwSignal<String>,
    mode: RwSignal<String>,
    number: RwSignal<String>,
    /// Whether it was tried with something missing.
    incomplete: RwSignal<bool>,
}

#[component]
pub(super) fn SignIn(port: Port) -> impl IntoView {
    let locale = port.locale;
    let presence = select(port, |agent| agent.presence.clone());
    let form = memo(move || presence.with(asked));
    let devices = memo(move || match presence.get() {
        Presence::ChooseDevice { devices } => devices,
        Presence::SignedOut | Presence::Needs { .. } | Presence::SigningIn | Presence::SignedIn => Vec::new(),
    });
    let signed_out = memo(move || presence.with(|presence| *presence == Presence::SignedOut));
    let other = RwSignal::new(false);
    let written = Written {
        id: RwSignal::default(),
        password: RwSignal::default(),
        extension: RwSignal::default(),
        mode: RwSignal::new(HERE.to_owned()),
        number: RwSignal::default(),
        incomplete: RwSignal::new(false),
    };
    view! {
        <When holds=move || signed_out.get()>
            <div class="agent-sign-in">
                <Button
                    label=locale.text(Text::AgentSignIn)
                    kind=Kind::Primary
                    on_press=move |()| port.send(AgentIntent::SignIn(AgentSignIn::default()).into())
                />
                <Button
                    label=locale.text(Text::AgentSignInOther)
                    expanded=other
                    on_press=move |()| other.update(|open| *open = !*open)
                />
            </div>
        </When>
        <When holds=move || form.get().is_some() || (signed_out.get() && other.get())>
            <Form port=port written=written asked=form />
        </When>
        <When holds=move || !devices.with(Vec::is_empty)>
            <div class="agent-sign-in" role="group" aria-label=locale.text(Text::AgentDevice)>
                <p class="panel-hint">{locale.text(Text::AgentDevice)}</p>
                {move || {
                    devices
                        .get()
                        .into_iter()
                        .map(|(id, name)| {
                            let on_press = move |()| {
                                let device = Some(id.clone());
                                port.send(AgentIntent::SignIn(AgentSignIn { device, ..entered(written) }).into());
                            };
                            view! { <Button label=name glyph=Glyph::Phone on_press=on_press /> }
                        })
                        .collect_view()
                }}
            </div>
        </When>
    }
}

/// What was typed, as it is asked for.
fn entered(written: Written) -> AgentSignIn {
    let filled = |field: RwSignal<String>| {
        Some(field.with_untracked(|text| text.trim().to_owned())).filter(|text| !text.is_empty())
    };
    let mobile = written.mode.with_untracked(|chosen| mode(chosen)).zip(filled(written.number));
    AgentSignIn {
        id: filled(written.id),
        // Blanks may be part of it.
        password: Some(written.password.get_untracked()).filter(|password| !password.is_empty()),
        extension: filled(written.extension),
        device: None,
        mobile: mobile.map(|(mode, number)| MobileAgent { mode, number }),
    }
}

#[component]
fn Form(port: Port, written: Written, asked: Part<Option<Asked>>) -> impl IntoView {
    let locale = port.locale;
    let notice = select(port, |agent| match &agent.presence {
        Presence::Needs { failure, .. } => failure.clone().map(|failure| Notice { failure, retry: None }),
        Presence::SignedOut | Presence::ChooseDevice { .. } | Presence::SigningIn | Presence::SignedIn => {
            None
        }
    });
    let can_be_mobile = select(port, |agent| agent.platform == Platform::Ucce);
    let mobile = memo(move || written.mode.with(|chosen| mode(chosen).is_some()));
    // Where nothing is asked for, anything can be entered.
    let has = move |field: fn(&Asked) -> bool| move || asked.with(|asked| asked.as_ref().is_none_or(field));
    let missing = move |field: fn(&Asked) -> bool, value: RwSignal<String>| {
        derived(move || {
            let needed = asked.with(|asked| asked.as_ref().is_some_and(field));
            let empty = written.incomplete.get() && needed && value.with(|value| value.trim().is_empty());
            empty.then(|| locale.text(Text::AgentSignInEmpty).to_owned())
        })
    };
    let number_missing = derived(move || {
        let empty = written.incomplete.get() && written.number.with(|number| number.trim().is_empty());
        empty.then(|| locale.text(Text::AgentSignInEmpty).to_owned())
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let with = entered(written);
        let needs = asked.get_untracked().unwrap_or_default();
        let incomplete = (needs.id && with.id.is_none())
            || (needs.password && with.password.is_none())
            || (needs.extension && with.extension.is_none())
            || (mobile.get_untracked() && with.mobile.is_none());
        written.incomplete.set(incomplete);
        if !incomplete {
            written.password.set(String::new());
            port.send(AgentIntent::SignIn(with).into());
        }
    };
    let modes = derived(move || {
        let choice =
            |value: &str, text| Choice { value: value.to_owned(), text: locale.text(text).to_owned() };
        vec![
            choice(HERE, Text::AgentModeHere),
            choice(CALL_BY_CALL, Text::AgentModeCallByCall),
            choice(NAILED, Text::AgentModeNailed),
        ]
    });
    view! {
        <form class="panel" aria-label=locale.text(Text::AgentSignIn) novalidate on:submit=submit>
            <h2 class="panel-title">{locale.text(Text::AgentSignIn)}</h2>
            <NoticeBar port=port notice=notice />
            <When holds=has(|asked| asked.id)>
                <Field
                    id="agent-id"
                    label=locale.text(Text::AgentId)
                    value=written.id
                    autocomplete="username"
                    error=missing(|asked| asked.id, written.id)
                />
            </When>
            <When holds=has(|asked| asked.password)>
                <Field
                    id="agent-password"
                    label=locale.text(Text::AgentPassword)
                    value=written.password
                    kind="password"
                    autocomplete="current-password"
                    error=missing(|asked| asked.password, written.password)
                />
            </When>
            <When holds=has(|asked| asked.extension)>
                <Field
                    id="agent-extension"
                    label=locale.text(Text::AgentExtension)
                    value=written.extension
                    autocomplete="off"
                    inputmode="tel"
                    error=missing(|asked| asked.extension, written.extension)
                />
            </When>
            <When holds=move || can_be_mobile.get()>
                <Select
                    id="agent-mode"
                    label=locale.text(Text::AgentMode)
                    choices=modes
                    value=written.mode
                    on_choose=move |chosen: String| written.mode.set(chosen)
                />
            </When>
            <When holds=move || can_be_mobile.get() && mobile.get()>
                <Field
                    id="agent-number"
                    label=locale.text(Text::AgentNumber)
                    value=written.number
                    autocomplete="tel"
                    inputmode="tel"
                    error=number_missing
                />
            </When>
            <Button label=locale.text(Text::SignInButton) kind=Kind::Primary submit=true />
        </form>
    }
}
