//! The languages that are spoken here. In: a key and what the message is about. Out: text in Dutch or English, from
//! `locales/*.ftl` (Project Fluent). A key that is missing gives nothing; tests find those.

use std::sync::OnceLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use regie_protocol::calendar::Date;

/// A language people are spoken to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Dutch,
}

type Bundle = FluentBundle<FluentResource>;

/// What stands in each: the pages' own words, the sentences for the core's codes, the text of letters, names of countries,
/// languages and months, and what can be wanted.
pub(crate) const ENGLISH: [&str; 5] = [
    include_str!("../locales/en.ftl"),
    include_str!("../locales/reasons.en.ftl"),
    include_str!("../locales/letters.en.ftl"),
    include_str!("../locales/names.en.ftl"),
    include_str!("../locales/wishes.en.ftl"),
];
/// The same messages in Dutch.
pub(crate) const DUTCH: [&str; 5] = [
    include_str!("../locales/nl.ftl"),
    include_str!("../locales/reasons.nl.ftl"),
    include_str!("../locales/letters.nl.ftl"),
    include_str!("../locales/names.nl.ftl"),
    include_str!("../locales/wishes.nl.ftl"),
];

impl Language {
    /// Every language.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Dutch];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The first language of an `Accept-Language` header that is spoken here.
    pub(crate) fn accepted(header: &str) -> Self {
        let wanted = header.split(',').take(16).filter_map(|part| part.trim().get(..2));
        wanted.into_iter().find_map(Self::from_code).unwrap_or(Self::English)
    }

    /// A message, or its key where there is none.
    pub(crate) fn say(self, key: &str) -> String {
        self.message(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// A message about something, `$what`.
    pub(crate) fn about(self, key: &str, what: &str) -> String {
        self.filled(key, &[("what", what.to_owned())])
    }

    /// A message about a number, `$n`.
    pub(crate) fn counted(self, key: &str, n: u64) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("n", FluentValue::from(n));
        self.message(key, Some(&arguments)).unwrap_or_else(|| key.to_owned())
    }

    /// A message with these arguments, by their names.
    pub(crate) fn filled(self, key: &str, with: &[(&'static str, String)]) -> String {
        let mut arguments = FluentArgs::new();
        for (name, text) in with {
            arguments.set(*name, FluentValue::from(text.clone()));
        }
        self.message(key, Some(&arguments)).unwrap_or_else(|| key.to_owned())
    }

    /// A decimal number, with the mark of this language.
    pub(crate) fn decimal(self, text: &str) -> String {
        if self == Self::Dutch { text.replace('.', ",") } else { text.to_owned() }
    }

    /// A day of the calendar.
    pub(crate) fn date(self, of: Date) -> String {
        format!("{} {} {}", of.day(), self.say(&format!("calendar-{}", of.month())), of.year())
    }

    /// A message with its arguments filled in; none where there is no such message.
    pub(crate) fn message(self, key: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = self.bundle();
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        Some(bundle.format_pattern(pattern, arguments, &mut errors).into_owned())
    }

    fn bundle(self) -> &'static Bundle {
        static IN_ENGLISH: OnceLock<Bundle> = OnceLock::new();
        static IN_DUTCH: OnceLock<Bundle> = OnceLock::new();
        match self {
            Self::English => IN_ENGLISH.get_or_init(|| read("en", &ENGLISH)),
            Self::Dutch => IN_DUTCH.get_or_init(|| read("nl", &DUTCH)),
        }
    }
}

fn read(code: &str, texts: &[&str]) -> Bundle {
    let language = code.parse::<unic_langid::LanguageIdentifier>().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    for text in texts {
        // A fault in the file leaves out the faulty message and no other; the tests find it.
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(texts: &[&str]) -> BTreeSet<String> {
        let lines = texts.iter().flat_map(|text| text.lines());
        let lines = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        lines.filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned())).collect()
    }

    #[test]
    fn both_languages_have_the_same_messages_and_no_faults() {
        assert_eq!(keys(&ENGLISH), keys(&DUTCH));
        for text in ENGLISH.iter().chain(&DUTCH) {
            assert!(FluentResource::try_new((*text).to_owned()).is_ok(), "{:.80}", text);
        }
    }
}
