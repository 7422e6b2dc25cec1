//! Values as people type them, in Dutch or English. In: text for a field, the country that the writer lives in. Out: the
//! form in which suppliers get it, or the sentence that says what was expected.

use std::{collections::HashMap, sync::OnceLock};

use regie_protocol::{Called, Coded, Country, FieldPath, Value, Words, catalogue::Detail, contract::Currency};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Failure, exit};
pub(crate) use crate::sentences::choice;
use crate::{calendar, locale::Language, sentences::Reason};

/// Letters by which a month is known.
const MONTH_LETTERS: usize = 3;

/// Why a value does not fit its field; it may have come before there was a type, or from somebody else. Written as its
/// sentence, in English.
#[derive(Clone, Debug)]
pub struct Misfit {
    why: String,
    /// The same in any language. It stays in this process.
    reason: Option<Box<Reason>>,
}

impl Serialize for Misfit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.why)
    }
}

impl<'de> Deserialize<'de> for Misfit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { why: String::deserialize(deserializer)?, reason: None })
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

impl From<Failure> for Misfit {
    fn from(failure: Failure) -> Self {
        Self { why: failure.message, reason: failure.reason }
    }
}

impl JsonSchema for Misfit {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Misfit".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

impl Misfit {
    /// Why something is left out, by its code.
    pub(crate) fn of(why: &impl Coded) -> Self {
        let reason = Reason::new(why);
        Self { why: reason.sentence(Language::English), reason: Some(Box::new(reason)) }
    }

    /// In this language where it can be said in it.
    pub(crate) fn said(&self, language: Language) -> String {
        self.reason.as_ref().map_or_else(|| self.why.clone(), |reason| reason.sentence(language))
    }

    /// A failure of the verb that was to take this text.
    pub(crate) fn failure(self, text: &str) -> Failure {
        let shown: String = text.chars().take(120).collect();
        match self.reason {
            Some(reason) => Failure::of("bad_argument", exit::USAGE, reason.of(&shown)),
            None => Failure::usage(self.why),
        }
    }
}

/// What was typed for a field, in its form.
///
/// # Errors
/// Why it is no value of the field.
pub fn typed(field: FieldPath, text: &str, home: Option<Country>) -> Result<Value, Misfit> {
    Value::read(field, text, home, &Spoken).map_err(|unfit| {
        let reason = Reason::new(&unfit);
        Misfit { why: reason.sentence(Language::English), reason: Some(Box::new(reason)) }
    })
}

/// The country that people mean by this text.
#[must_use]
pub fn country(text: &str) -> Option<Country> {
    text.trim().parse().ok().or_else(|| Spoken.code(Called::Country, text.trim())?.parse().ok())
}

/// What things are called in the languages of the node.
pub(crate) struct Spoken;

impl Words for Spoken {
    fn code(&self, of: Called, word: &str) -> Option<String> {
        static COUNTRIES: OnceLock<Names> = OnceLock::new();
        static LANGUAGES: OnceLock<Names> = OnceLock::new();
        static CURRENCIES: OnceLock<Names> = OnceLock::new();
        let word = word.trim().trim_end_matches('.').to_lowercase();
        match of {
            Called::Month => month(&word),
            Called::Country => {
                let known = calendar::Country::of(&word).map(|country| country.code().to_owned());
                let countries = || names("country-", Country::all().map(Country::code));
                known.or_else(|| COUNTRIES.get_or_init(countries).get(&word).cloned())
            }
            Called::Language => {
                let languages = || names("tongue-", regie_protocol::LANGUAGES.iter().copied());
                LANGUAGES.get_or_init(languages).get(&word).cloned()
            }
            Called::Currency => {
                let currencies = || names("currency-", Currency::all().map(|currency| currency.to_string()));
                let names = CURRENCIES.get_or_init(currencies);
                names.get(&word).or_else(|| names.get(&format!("{word}s"))).cloned()
            }
            Called::Choice(field) => {
                let codes = field.info().kind.choices().iter();
                let called =
                    |code: &&&str| Language::ALL.iter().any(|of| choice(*of, field, code).to_lowercase() == word);
                codes.copied().find(|code| called(&code)).map(str::to_owned)
            }
            Called::Answer(detail) => {
                let codes = Detail::find(detail).map(|detail| detail.kind.choices()).unwrap_or_default().iter();
                let name = |of: &Language, code: &str| super::details::choice(*of, detail, code).to_lowercase();
                let called = |code: &&&str| Language::ALL.iter().any(|of| name(of, code) == word);
                codes.copied().find(|code| called(&code)).map(str::to_owned)
            }
            _ => None,
        }
    }
}

/// Codes by their names, in small letters; a name of two is of none.
type Names = HashMap<String, String>;

fn names<Code: AsRef<str>>(kind: &str, codes: impl Iterator<Item = Code>) -> Names {
    let mut names = Names::new();
    let mut of_two = Vec::new();
    for code in codes {
        let code = code.as_ref();
        for language in Language::ALL {
            let Some(name) = language.message(&format!("{kind}{code}"), None) else { continue };
            let before = names.insert(name.to_lowercase(), code.to_owned());
            if before.is_some_and(|before| before != code) {
                of_two.push(name.to_lowercase());
            }
        }
    }
    of_two.iter().for_each(|name| drop(names.remove(name)));
    names
}

/// A month by its name, or at least three letters of it; `mrt` is one too.
fn month(word: &str) -> Option<String> {
    let is = |number: &u8| {
        Language::ALL.iter().any(|language| {
            let name = language.say(&format!("month-{number}")).to_lowercase();
            let short = language.say(&format!("calendar-{number}")).to_lowercase();
            short == word || (word.chars().count() >= MONTH_LETTERS && name.starts_with(word))
        })
    };
    let mut found = (1..=12).filter(is);
    let first = found.next().filter(|_| found.next().is_none())?;
    Some(first.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentences::choice_words;

    fn read(field: &str, text: &str) -> Option<String> {
        let field = field.parse().expect("a field");
        typed(field, text, country("Nederland")).ok().map(|value| value.as_str().to_owned())
    }

    #[test]
    fn both_languages_are_understood() {
        for (field, text, form) in [
            ("birthDate", "12 maart 1984", "1984-03-12"),
            ("birthDate", "12 mrt. 1984", "1984-03-12"),
            ("birthDate", "March 12, 1984", "1984-03-12"),
            ("birthDate", "1 mei 1990", "1990-05-01"),
            ("address.country", "Nederland", "NL"),
            ("address.country", "the Netherlands", "NL"),
            ("address.country", "duitsland", "DE"),
            ("address.country", "Spain", "ES"),
            ("nationality", "Suriname", "SR"),
            ("language", "Nederlands", "nl"),
            ("language", "Turkish", "tr"),
            ("household.homeType", "Huur", "rented"),
            ("gender", "vrouw", "f"),
            ("telephone", "06 12345678", "+31612345678"),
            ("income.annual", "30.000 Amerikaanse dollar", "30000 USD"),
            ("income.annual", "30.000 Swiss franc", "30000 CHF"),
            ("income.annual", "30.000 Japanese yen", "30000 JPY"),
        ] {
            assert_eq!(read(field, text).as_deref(), Some(form), "{field} {text}");
        }
        for (field, text) in [("birthDate", "12 ma 1984"), ("address.country", "thuis"), ("gender", "ja")] {
            assert_eq!(read(field, text), None, "{field} {text}");
        }
    }

    #[test]
    fn what_does_not_fit_says_what_to_do_in_both_languages() {
        let misfit = typed("email".parse().expect("a field"), "geen email", None).expect_err("no address");
        assert!(misfit.said(Language::Dutch).contains("leeg als u er geen hebt"), "{}", misfit.said(Language::Dutch));
        let failure = misfit.failure("geen email");
        assert!(failure.message.starts_with("'geen email': that is not an e-mail address; write"), "{failure}");
    }

    #[test]
    fn every_choice_country_and_language_has_a_name() {
        for language in Language::ALL {
            let there = |key: String| assert!(language.message(&key, None).is_some(), "{key} {language:?}");
            Country::all().for_each(|country| there(format!("country-{country}")));
            Currency::all().for_each(|currency| there(format!("currency-{currency}")));
            regie_protocol::LANGUAGES.iter().for_each(|code| there(format!("tongue-{code}")));
            for field in FieldPath::all() {
                for code in field.info().kind.choices() {
                    assert!(choice_words(language, field, code).is_some(), "{field} {code} {language:?}");
                }
            }
        }
    }
}
