//! Whom the phone books know by what is being written into a field for a number.

use super::select;
use crate::intent::AgentIntent;
use crate::kit::{Glyph, Icon, When, focus, memo};
use crate::port::Port;
use crate::snapshot::{AgentView, Contacts, Found};
use crate::text::Text;
use leptos::html::Input;
use leptos::prelude::*;
use sidetone_protocol::agent::Contact;

/// Less than this matches half of the company.
const AT_LEAST: usize = 2;

/// The contacts below a field. Taking one writes its number into the field and goes there.
#[component]
pub(in crate::mini) fn PhoneBook(
    port: Port,
    number: RwSignal<String>,
    field: NodeRef<Input>,
) -> impl IntoView {
    let locale = port.locale;
    let available = select(port, AgentView::is_signed_in);
    let taken = RwSignal::new(String::new());
    let wanted = memo(move || {
        let text = number.with(|number| number.trim().to_owned());
        let wanted =
            available.get() && text.chars().count() >= AT_LEAST && taken.with(|taken| *taken != text);
        wanted.then_some(text)
    });
    Effect::new(move |before: Option<bool>| {
        let text = wanted.get();
        // What nobody has looked for need not be ended.
        if text.is_some() || before == Some(true) {
            port.send(AgentIntent::FindContact(text.clone().unwrap_or_default()).into());
        }
        text.is_some()
    });
    let contacts = select(port, |agent| agent.contacts.clone());
    let shown = memo(move || {
        let text = wanted.get()?;
        let Contacts { text: looked_for, found } = contacts.get();
        (looked_for == text).then_some(found)
    });
    let people = move || match shown.get() {
        Some(Found::Contacts(people)) => people,
        Some(Found::Nothing | Found::Searching | Found::Failed(_)) | None => Vec::new(),
    };
    let said = move || match shown.get() {
        Some(Found::Searching) => locale.text(Text::ContactsSearching).to_owned(),
        Some(Found::Failed(failure)) => locale.failure(&failure).to_owned(),
        Some(Found::Contacts(people)) if people.is_empty() => locale.text(Text::ContactsNone).to_owned(),
        Some(Found::Contacts(people)) => locale.fill(Text::ContactsFound, "count", &people.len().to_string()),
        Some(Found::Nothing) | None => String::new(),
    };
    let person = move |contact: Contact| {
        let chosen = contact.number.clone();
        let take = move |_| {
            taken.set(chosen.clone());
            number.set(chosen.clone());
            focus(field);
        };
        view! {
            <li>
                <button type="button" class="contact" on:click=take>
                    <Icon glyph=Glyph::Person />
                    <span class="contact-name">{contact.name}</span>
                    <span class="contact-number">{contact.number}</span>
                    <span class="contact-note">{contact.note}</span>
                </button>
            </li>
        }
    };
    view! {
        <When holds=move || available.get()>
            <div class="contacts">
                <p class="contacts-said" aria-live="polite">{said}</p>
                <ul aria-label=locale.text(Text::ContactsTitle)>
                    {move || people().into_iter().map(person).collect_view()}
                </ul>
            </div>
        </When>
    }
}
