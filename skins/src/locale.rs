//! The words of the user interface, in the user's language.

mod catalogue;

use crate::text::Text;
use catalogue::Catalogue;
use sidetone_protocol::{Failure, FailureCode};

/// A language that the interface speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

impl Language {
    /// The language for a list of BCP 47 tags in the user's order of preference; English if none is spoken.
    pub fn preferred<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::of_tag).unwrap_or(Self::English)
    }

    fn of_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            _ => None,
        }
    }

    /// The BCP 47 tag, for the `lang` attribute of the page.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

/// The words of one language. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Locale {
    language: Language,
    texts: &'static Catalogue,
}

static ENGLISH: Catalogue = Catalogue::read(include_str!("../locales/en.json"));
static GERMAN: Catalogue = Catalogue::read(include_str!("../locales/de.json"));

impl Locale {
    /// The words of that language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let texts = match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
        };
        Self { language, texts }
    }

    /// Which language it is.
    #[must_use]
    pub fn language(self) -> Language {
        self.language
    }

    /// A text.
    #[must_use]
    pub fn text(self, text: Text) -> &'static str {
        self.texts.text(text)
    }

    /// A text with one `{name}` in it replaced.
    #[must_use]
    pub fn fill(self, text: Text, name: &str, value: &str) -> String {
        self.text(text).replace(&format!("{{{name}}}"), value)
    }

    /// What happened and what to do, in one sentence.
    #[must_use]
    pub fn failure_code(self, code: FailureCode) -> &'static str {
        self.texts.failure(code)
    }

    /// What happened and what to do, in one sentence.
    #[must_use]
    pub fn failure(self, failure: &Failure) -> &'static str {
        self.failure_code(failure.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    const LANGUAGES: [Language; 2] = [Language::English, Language::German];

    fn placeholders(text: &str) -> BTreeSet<String> {
        text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_owned).collect()
    }

    #[test]
    fn every_language_has_every_text_and_no_other() {
        let read = |json: &str| serde_json::from_str::<BTreeMap<String, String>>(json).unwrap();
        for (language, json) in LANGUAGES
            .into_iter()
            .zip([include_str!("../locales/en.json"), include_str!("../locales/de.json")])
        {
            let locale = Locale::new(language);
            let texts = Text::ALL.iter().map(|text| (text.key().to_owned(), locale.text(*text)));
            let failures = FailureCode::ALL
                .iter()
                .map(|code| (format!("failure.{}", code.as_str()), locale.failure_code(*code)));
            let shown: BTreeMap<_, _> =
                texts.chain(failures).map(|(key, text)| (key, text.to_owned())).collect();
            assert_eq!(shown, read(json), "{language:?}");
            assert!(shown.values().all(|text| !text.trim().is_empty()), "{language:?} has an empty text");
        }
    }

    #[test]
    fn every_language_fills_in_the_same_names() {
        for text in Text::ALL {
            let english = placeholders(Locale::new(Language::English).text(*text));
            let german = placeholders(Locale::new(Language::German).text(*text));
            assert_eq!(english, german, "{text:?}");
        }
    }

    #[test]
    fn every_text_is_shown_somewhere() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut source = String::new();
        for folder in [root.join("src"), root.join("../client/src")] {
            collect(&folder, &mut source);
        }
        let unused: Vec<_> =
            Text::ALL.iter().filter(|text| !mentions(&source, &format!("Text::{text:?}"))).collect();
        assert!(unused.is_empty(), "no source shows {unused:?}");
    }

    fn mentions(source: &str, name: &str) -> bool {
        source.match_indices(name).any(|(at, _)| {
            source[at + name.len()..].chars().next().is_none_or(|next| !next.is_alphanumeric())
        })
    }

    fn collect(folder: &Path, source: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, source);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                source.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn english_says_what_the_protocol_says() {
        for code in FailureCode::ALL {
            assert_eq!(Locale::new(Language::English).failure_code(code), code.sentence());
        }
    }

    #[test]
    fn the_first_language_that_is_spoken_is_taken() {
        assert_eq!(Language::preferred(["fr-FR", "de-AT", "en"]), Language::German);
        assert_eq!(Language::preferred(["fr"]), Language::English);
    }
}
