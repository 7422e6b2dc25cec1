//! What matters of something that is wanted, and the terms of what is offered, as people and programs write them. In: names and
//! texts, a category. Out: the one form of each, as the catalogue of the core has it; or every place that does not fit.
//!
//! What the catalogue does not have is taken as it is written: a newer program may know it.

use std::collections::BTreeMap;

use regie_protocol::{
    Country,
    catalogue::{self, BadDetail, Detail, Faults, Kind},
    intent::{Category, Per, Price},
};

use super::{Failure, Fault, parse, values::Spoken};
use crate::{locale::Language, sentences};

/// What matters of something that is wanted, in its one form. `home` is the country by whose customs it was written.
///
/// # Errors
/// Every detail that does not fit.
pub(crate) fn wanted(
    category: &Category,
    details: BTreeMap<String, String>,
    home: Option<Country>,
) -> Result<BTreeMap<String, String>, Failure> {
    let Some(kind) = Kind::of(category) else { return Ok(details) };
    kind.details_of(&details, home, &Spoken).map_err(|wrong| failure("/details", &wrong))
}

/// The terms of an offer for something of this category, in their one form.
///
/// # Errors
/// Every term that does not fit.
pub(crate) fn offered(
    category: &Category,
    terms: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Failure> {
    let Some(kind) = Kind::of(category) else { return Ok(terms) };
    kind.terms_of(&terms, &Spoken).map_err(|wrong| failure("/terms", &wrong))
}

fn failure(under: &str, wrong: &Faults) -> Failure {
    let fault = |(name, why): (&String, &BadDetail)| {
        let at = format!("{under}/{}", name.replace('~', "~0").replace('/', "~1"));
        match why {
            BadDetail::Unfit(unfit) => Fault::new(at, unfit),
            why => Fault::new(at, why),
        }
    };
    Failure::at(wrong.iter().map(fault).collect())
}

/// A kind, as people name it: by its category, by the end of that where only one ends so, or by its name in a language of this node.
///
/// # Errors
/// A usage failure that names the next step. A category that the catalogue does not have is one.
pub(crate) fn kind(text: &str) -> Result<Category, Failure> {
    let wanted = text.trim().to_lowercase();
    if let Some(kind) = Kind::find(&wanted) {
        return parse(kind.code);
    }
    let named = |kind: &&Kind| {
        let names = Language::ALL.iter().map(|language| kind_name(*language, kind.code).to_lowercase());
        kind.code.split('.').any(|part| part == wanted) || names.into_iter().any(|name| name == wanted)
    };
    let mut found = catalogue::KINDS.iter().filter(named);
    match (found.next(), found.next()) {
        (Some(kind), None) => parse(kind.code),
        (Some(one), Some(other)) => {
            let next = format!("say which: {}, {}, …; `regie catalogue` lists them", one.code, other.code);
            Err(Failure::usage(format!("'{text}' is of several kinds; {next}")))
        }
        (None, _) if text.contains('.') => parse(text),
        (None, _) => {
            let next = "`regie catalogue` lists them; `other` is for everything else";
            Err(Failure::usage(format!("'{text}' is no kind of thing that can be wanted here; {next}")))
        }
    }
}

/// An amount and how often it is paid, as two words: `150` or `149,50`, and `month`. It is in `currency` where it names no other.
///
/// # Errors
/// A usage failure at `/budget`.
pub(crate) fn price(amount: &str, per: Per, currency: &str) -> Result<Price, Failure> {
    let read = catalogue::amount(amount, parse(currency)?, &Spoken);
    let (amount, currency) = read.map_err(|unfit| Failure::at(vec![Fault::new("/budget".to_owned(), &unfit)]))?;
    Ok(Price { amount, currency: currency.to_string(), per })
}

/// What a category is called; what this version does not know is something else.
pub(crate) fn category_name(language: Language, category: &Category) -> String {
    kind_name(language, Kind::of(category).map_or(catalogue::OTHER, |kind| kind.code))
}

/// What a kind is called; its code where there is no word for it.
pub(crate) fn kind_name(language: Language, code: &str) -> String {
    named(language, "wish-kind", code).unwrap_or_else(|| code.to_owned())
}

/// What a detail or term is called.
pub(crate) fn detail_name(language: Language, code: &str) -> String {
    named(language, "wish-detail", code).unwrap_or_else(|| code.to_owned())
}

/// A value as people read it, with its unit.
pub(crate) fn detail_value(language: Language, code: &str, value: &str) -> String {
    use regie_protocol::FieldKind;
    let Some(detail) = Detail::find(code) else { return value.to_owned() };
    match detail.kind {
        FieldKind::Choice(_) | FieldKind::YesNo => {
            let any: Vec<String> = value.split(',').map(|one| choice(language, code, one)).collect();
            any.join(&format!(" {} ", language.say("predicate-or")))
        }
        FieldKind::Date => value.parse().map_or_else(|_| value.to_owned(), |date| language.date(date)),
        FieldKind::Money => sentences::money(value, language),
        FieldKind::Number { .. } => {
            let unit = unit(language, detail.unit());
            let number = language.decimal(value);
            if unit.is_empty() { number } else { format!("{number} {unit}") }
        }
        _ => value.to_owned(),
    }
}

/// What a unit is called.
pub(crate) fn unit(language: Language, unit: &str) -> String {
    named(language, "wish-unit", unit).unwrap_or_else(|| unit.to_owned())
}

/// What a choice of a detail is called.
pub(crate) fn choice(language: Language, detail: &str, code: &str) -> String {
    let own = named(language, &format!("wish-choice-{detail}"), code);
    own.or_else(|| named(language, "choice", code)).unwrap_or_else(|| code.to_owned())
}

fn named(language: Language, under: &str, code: &str) -> Option<String> {
    let key = format!("{under}-{}", code.replace(['.', '_', '/'], "-").to_lowercase());
    language.message(&key, None)
}

#[cfg(test)]
mod tests {
    use regie_protocol::FieldKind;

    use super::*;

    #[test]
    fn every_kind_detail_choice_and_unit_has_words_in_both_languages() {
        for language in Language::ALL {
            let there = |under: &str, code: &str| {
                assert!(named(language, under, code).is_some(), "{under}-{code} {language:?}");
            };
            for kind in catalogue::KINDS {
                there("wish-kind", kind.code);
            }
            for detail in Detail::all() {
                there("wish-detail", detail.code);
                for code in detail.kind.choices() {
                    let own = named(language, &format!("wish-choice-{}", detail.code), code);
                    assert!(own.or_else(|| named(language, "choice", code)).is_some(), "{} {code}", detail.code);
                }
                let unit = detail.unit();
                let worded = unit.chars().all(|c| c.is_ascii_lowercase()) && !["km", "cm", "min"].contains(&unit);
                if matches!(detail.kind, FieldKind::Number { .. }) && !unit.is_empty() && worded {
                    there("wish-unit", unit);
                }
            }
        }
    }

    #[test]
    fn a_category_that_is_not_known_is_called_something_else() {
        for language in Language::ALL {
            let name = |text: &str| category_name(language, &text.parse().expect("a category"));
            assert_eq!(name("energy.contract"), kind_name(language, "energy.contract"));
            assert_eq!(name("travel.trains"), kind_name(language, catalogue::OTHER));
        }
    }

    #[test]
    fn a_kind_is_found_as_people_name_it() {
        let found = |text: &str| kind(text).map(|category| category.to_string()).map_err(|failure| failure.message);
        for (text, code) in [
            ("energy", "energy.contract"),
            ("Energie", "energy.contract"),
            ("energy.contract", "energy.contract"),
            ("mobile", "telecom.mobile"),
            ("heat-pump", "home.heat-pump"),
            ("other", "other"),
            ("travel.trains", "travel.trains"),
        ] {
            assert_eq!(found(text), Ok(code.to_owned()), "{text}");
        }
        assert!(found("insurance").is_err_and(|words| words.contains("say which")));
        assert!(found("gadgets").is_err_and(|words| words.contains("`regie catalogue`")));
    }

    #[test]
    fn amounts_are_read_as_either_language_writes_them_and_every_fault_has_its_place() {
        for (text, cents) in [("150", 15_000), ("149,50", 14_950), ("149.5", 14_950), ("1.250", 125_000)] {
            assert_eq!(price(text, Per::Month, "EUR").map(|price| price.amount).ok(), Some(cents), "{text}");
        }
        let of = |text: &str, currency: &str| price(text, Per::Month, currency).map(|price| price.to_string()).ok();
        assert_eq!(of("5.000", "JPY").as_deref(), Some("5000 JPY/month"));
        assert_eq!(of("150 Amerikaanse dollar", "EUR").as_deref(), Some("150.00 USD/month"), "what it names counts");
        assert_eq!(of("12.5", "JPY"), None);
        assert!(price("much", Per::Month, "EUR").is_err_and(|failure| failure.faults[0].at == "/budget"));
        let typed = [("persons", "veel"), ("a/b", "1")].map(|(name, text)| (name.to_owned(), text.to_owned()));
        let energy = "energy.contract".parse().expect("a category");
        let failure = wanted(&energy, typed.into(), None).expect_err("neither fits");
        let places: Vec<(&str, &str)> =
            failure.faults.iter().map(|fault| (fault.at.as_str(), fault.code.as_str())).collect();
        assert_eq!(places, [("/details/a~1b", "detail.unknown"), ("/details/persons", "value.not_number")]);
        assert!(failure.faults.iter().all(|fault| fault.said(Language::Dutch) != fault.said(Language::English)));
    }

    #[test]
    fn values_read_as_people_write_them() {
        let said = |code, value| detail_value(Language::Dutch, code, value);
        assert_eq!(said("electricity", "3500"), "3500 kWh");
        assert_eq!(said("hours-week", "2.5"), "2,5 uur");
        assert_eq!(said("from", "2027-03-01"), "1 mrt 2027");
        assert_eq!(said("not-of-this-version", "as it is"), "as it is");
    }
}
