//! Words for what the core gives as codes: errors, refusals, purposes, fields, provenance, who belongs to a segment.
//! In: the core's types. Out: a sentence for people, in their language where a page shows it and in English elsewhere.

use fluent_bundle::{FluentArgs, FluentValue};
use regie_protocol::{Coded, FieldKind, FieldPath, Parameter, Provenance, Purpose, policy::SAID, segment::Predicate};

use crate::locale::Language;

/// Why something was not done, in any language.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    key: String,
    parameters: Vec<(&'static str, Parameter)>,
    /// What was typed and could not be read.
    of: Option<String>,
}

impl Reason {
    pub(crate) fn new(error: &impl Coded) -> Self {
        let key = key(error.kind(), error.code());
        Self { key, parameters: error.parameters(), of: None }
    }

    /// The same, of this text.
    pub(crate) fn of(self, text: &str) -> Self {
        Self { of: Some(text.to_owned()), ..self }
    }

    pub(crate) fn sentence(&self, language: Language) -> String {
        let mut arguments = FluentArgs::new();
        for (name, parameter) in &self.parameters {
            arguments.set(*name, argument(parameter, language));
        }
        let sentence = language.message(&self.key, Some(&arguments)).unwrap_or_else(|| self.key.clone());
        match &self.of {
            Some(text) => format!("'{text}': {sentence}"),
            None => sentence,
        }
    }
}

/// Why not, in English.
pub(crate) fn sentence(error: &impl Coded) -> String {
    Reason::new(error).sentence(Language::English)
}

/// What a purpose is, in English.
pub(crate) fn purpose(purpose: Purpose) -> String {
    said(&format!("purpose-{}", purpose.name()))
}

/// What a field is called, in English.
pub(crate) fn field(field: FieldPath) -> String {
    said(&field_key(field))
}

fn field_key(field: FieldPath) -> String {
    format!("field-{}", field.info().path.replace('.', "-"))
}

/// Where a value comes from, in English.
pub(crate) fn provenance(provenance: &Provenance) -> String {
    match provenance {
        Provenance::Typed => said("provenance-typed"),
        Provenance::Imported(format) => about("provenance-imported", format),
        Provenance::Supplier(key) => about("provenance-supplier", &key.short()),
        Provenance::Attested(attestation) => about("provenance-attested", &attestation.issuer.to_string()),
    }
}

/// The name of a rule, in English: those of the presets, and those made of a word of the person's, are codes, which have
/// words; any other is the person's own.
pub(crate) fn rule(name: &str) -> String {
    match name.strip_prefix(SAID) {
        Some(of) => about("rule-said", of),
        None => Language::English.message(&rule_key(name), None).unwrap_or_else(|| name.to_owned()),
    }
}

/// The key of the words for a rule that is named by a code.
pub(crate) fn rule_key(name: &str) -> String {
    let key: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("rule-{key}")
}

/// Who belongs to a segment.
pub(crate) fn predicate(of: &Predicate, language: Language) -> String {
    let several = |parts: &[Predicate], word: &str| {
        let part = |part: &Predicate| match part {
            Predicate::All(_) | Predicate::Any(_) => format!("({})", predicate(part, language)),
            _ => predicate(part, language),
        };
        parts.iter().map(part).collect::<Vec<_>>().join(&format!(" {} ", language.say(word)))
    };
    let named = |path: &FieldPath| language.say(&field_key(*path));
    let is = |path: &FieldPath, what: &str| format!("{} {} {what}", named(path), language.say("predicate-is"));
    let span = |least: Option<String>, most: Option<String>| span(least, most, language);
    match of {
        Predicate::All(parts) => several(parts, "predicate-and"),
        Predicate::Any(parts) => several(parts, "predicate-or"),
        Predicate::Not(part) => language.about("predicate-not", &predicate(part, language)),
        Predicate::Has(path) => language.about("predicate-has", &named(path)),
        Predicate::Is { field, values } => {
            let values: Vec<String> = values.iter().map(|text| value(*field, text, language)).collect();
            is(field, &values.join(&format!(" {} ", language.say("predicate-or"))))
        }
        Predicate::Begins { field: path, with } => {
            format!("{} {with}", language.about("predicate-begins", &named(path)))
        }
        Predicate::Number { field, least, most } => {
            let unit = match field.info().kind {
                FieldKind::Number { unit, .. } if !unit.is_empty() => format!(" {unit}"),
                _ => String::new(),
            };
            is(field, &(span(least.map(|least| least.to_string()), most.map(|most| most.to_string())) + &unit))
        }
        Predicate::Years { field, least, most } => {
            let years = span(least.map(|least| least.to_string()), most.map(|most| most.to_string()));
            is(field, &language.about("predicate-years-ago", &years))
        }
    }
}

/// A value as people read it: countries, languages and choices by their names, a day as a day.
pub(crate) fn value(field: FieldPath, text: &str, language: Language) -> String {
    let named = |kind: &str| language.message(&format!("{kind}-{text}"), None);
    let kind = field.info().kind;
    let said = match kind {
        FieldKind::Country => named("country"),
        FieldKind::Language => named("tongue"),
        FieldKind::Date => text.parse().ok().map(|date| language.date(date)),
        FieldKind::Money if text.starts_with(|c: char| c.is_ascii_digit()) => Some(money(text, language)),
        _ if kind.choices().contains(&text) => Some(choice(language, field, text)),
        _ => None,
    };
    said.unwrap_or_else(|| text.to_owned())
}

/// An amount in its one form as people of this language write it, with its currency.
pub(crate) fn money(text: &str, language: Language) -> String {
    let (amount, currency) = text.split_once(' ').unwrap_or((text, "EUR"));
    format!("{currency} {}", language.decimal(amount))
}

/// What an answer is called.
pub(crate) fn choice(language: Language, field: FieldPath, code: &str) -> String {
    choice_words(language, field, code).unwrap_or_else(|| code.to_owned())
}

/// The same, where there are words for it.
pub(crate) fn choice_words(language: Language, field: FieldPath, code: &str) -> Option<String> {
    let own = field.info().path.replace('.', "-");
    // A second of its kind is answered in the words of the first.
    let first = own.replace(|c: char| c.is_ascii_digit(), "");
    let said = [format!("choice-{own}-{code}"), format!("choice-{first}-{code}"), format!("choice-{code}")];
    said.iter().find_map(|key| language.message(key, None))
}

fn span(least: Option<String>, most: Option<String>, language: Language) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("{least} {} {most}", language.say("predicate-to")),
        (Some(least), None) => language.about("predicate-least", &least),
        (None, Some(most)) => language.about("predicate-most", &most),
        (None, None) => language.say("predicate-anything"),
    }
}

fn key(kind: &str, code: &str) -> String {
    format!("why-{kind}-{}", code.replace('_', "-"))
}

fn argument(parameter: &Parameter, language: Language) -> FluentValue<'static> {
    match parameter {
        Parameter::Number(number) => FluentValue::from(*number),
        Parameter::Text(text) => FluentValue::from(text.clone()),
        Parameter::Refusal(refusal) => FluentValue::from(Reason::new(refusal).sentence(language)),
        _ => FluentValue::None,
    }
}

fn said(key: &str) -> String {
    Language::English.say(key)
}

fn about(key: &str, what: &str) -> String {
    Language::English.about(key, what)
}

#[cfg(test)]
mod tests {
    use regie_protocol::{
        AttestationError, BadLink, FieldError, IdentityError, Refusal, Unfit, UnknownAgreement, UnknownCollection,
        UnknownPurpose,
        board::BoardError,
        calendar::CalendarError,
        catalogue::BadDetail,
        contract::{BadContract, BadCurrency},
        intent::{BadBoardLink, BadCategory, BadPrice, UnknownCriterion},
        person::{Mismatch, OwnerError},
        standing::{Contradiction, Unread},
        supplier::SupplierError,
        tally::BadHelperLink,
        wire::WireError,
    };

    use super::*;

    fn codes<E: Coded>(example: &E) -> impl Iterator<Item = String> {
        let kind = example.kind();
        E::CODES.iter().map(move |code| key(kind, code))
    }

    #[test]
    fn every_code_of_the_core_has_its_sentence() {
        let keys = codes(&UnknownAgreement)
            .chain(codes(&AttestationError::Issuer))
            .chain(codes(&BoardError::TooManyAdmitted))
            .chain(codes(&FieldError::TooLong))
            .chain(codes(&Unfit::TooLong))
            .chain(codes(&IdentityError::BadKey))
            .chain(codes(&BadBoardLink))
            .chain(codes(&BadCategory))
            .chain(codes(&BadDetail::Line))
            .chain(codes(&BadPrice))
            .chain(codes(&BadContract::Form))
            .chain(codes(&BadCurrency))
            .chain(codes(&CalendarError::Date))
            .chain(codes(&UnknownCriterion))
            .chain(codes(&UnknownCollection))
            .chain(codes(&OwnerError::NoGrant))
            .chain(codes(&BadLink))
            .chain(codes(&UnknownPurpose))
            .chain(codes(&Refusal::Expired))
            .chain(codes(&Unread::Slow))
            .chain(codes(&Contradiction::Revoked))
            .chain(codes(&SupplierError::BadOffer))
            .chain(codes(&BadHelperLink))
            .chain(codes(&WireError::Malformed));
        let keys: Vec<String> = keys.collect();
        assert!(keys.len() > 100, "{}", keys.len());
        for key in keys {
            for language in [Language::English, Language::Dutch] {
                assert!(language.message(&key, None).is_some(), "{key} {language:?}");
            }
        }
    }

    #[test]
    fn parameters_stand_in_their_places() {
        let misspelt = "adress.street".parse::<FieldPath>().expect_err("a misspelt field");
        let says =
            "'adress.street' is not a known field (did you mean address.street?); `regie fields --all` lists them";
        assert_eq!(sentence(&misspelt), says);
        let refused = OwnerError::Refused(Refusal::Unavailable);
        assert_eq!(sentence(&refused), "the node could not do that: The node can't answer now. Try again later.");
        assert_eq!(
            Reason::new(&refused).sentence(Language::Dutch),
            "de node kon dat niet doen: De node kan nu niet antwoorden. Probeer het later opnieuw."
        );
        for error in [OwnerError::BadIntent, OwnerError::BadPolicy, OwnerError::BadPairing(Mismatch::OtherKey)] {
            assert!(!sentence(&error).contains(['{', '$']), "{}", sentence(&error));
        }
        for error in [SupplierError::BadSegment, SupplierError::BadOffer, SupplierError::BadRequest] {
            assert!(!sentence(&error).contains(['{', '$']), "{}", sentence(&error));
        }
    }

    #[test]
    fn a_predicate_reads_as_a_sentence() {
        let path = |text: &str| text.parse::<FieldPath>().expect("a field");
        let of = Predicate::All(vec![
            Predicate::Years { field: path("birthDate"), least: Some(18), most: None },
            Predicate::Any(vec![
                Predicate::Begins { field: path("address.postalCode"), with: "35".into() },
                Predicate::Is { field: path("household.homeType"), values: ["rented".into(), "owned".into()].into() },
            ]),
            Predicate::Not(Box::new(Predicate::Has(path("telephone")))),
        ]);
        assert_eq!(
            predicate(&of, Language::English),
            "date of birth is at least 18 years ago and (postal code begins with 35 or kind of home is my own or rented) \
             and not (telephone number is known)"
        );
        let of = Predicate::All(vec![
            Predicate::Begins { field: path("address.postalCode"), with: "10".into() },
            Predicate::Any(vec![
                Predicate::Number { field: path("household.size"), least: Some(1), most: Some(2) },
                Predicate::Not(Box::new(Predicate::Years { field: path("birthDate"), least: Some(65), most: None })),
            ]),
        ]);
        assert_eq!(
            predicate(&of, Language::English),
            "postal code begins with 10 and (persons in the household is 1 to 2 or not (date of birth is at least 65 \
             years ago))"
        );
    }
}
