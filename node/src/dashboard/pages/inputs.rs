//! Inputs that fit what a field holds. In: a field, with what it holds or what was typed and why that was not taken. Out: what
//! `inputs.html` is made of. What was typed stands there again, also where the browser's own input could not show it.

use regie_protocol::{Country, FieldKind, FieldPath, LANGUAGES, calendar::Date, catalogue::Detail, contract::Currency};

use crate::{
    command::{Misfit, details, values},
    dashboard::words::Words,
};

/// One input with its label, its hint and what is wrong with it.
pub(super) struct Input {
    /// What the form calls it.
    pub(super) name: String,
    pub(super) id: String,
    pub(super) label: String,
    pub(super) text: String,
    pub(super) hint: Option<String>,
    pub(super) error: Option<String>,
    /// As HTML has it; `area` for text of several lines, `choice` where there are choices, `choices` where several may be made.
    pub(super) shape: &'static str,
    /// What browsers fill in by themselves (WCAG 1.3.5); empty for nothing.
    pub(super) fills: &'static str,
    /// Codes with their names.
    pub(super) choices: Vec<(String, String)>,
    pub(super) bounds: Option<(u32, u32)>,
    /// Where it is an amount: in which money.
    pub(super) money: Option<Money>,
}

/// The currency of an amount, chosen beside it.
pub(super) struct Money {
    pub(super) label: String,
    pub(super) chosen: String,
    /// Codes with their names, the euro first.
    pub(super) all: Vec<(String, String)>,
}

impl Money {
    /// What can be chosen; `chosen` is there whatever it is.
    pub(super) fn of(words: Words, chosen: &str) -> Self {
        let mut all: Vec<(String, String)> = Currency::all()
            .map(|currency| (currency.to_string(), format!("{} ({currency})", words.name("currency", currency))))
            .collect();
        all.sort_by_key(|(code, name)| (code != EURO, unaccented(name)));
        if !all.iter().any(|(code, _)| code == chosen) {
            all.insert(0, (chosen.to_owned(), chosen.to_owned()));
        }
        Self { label: words.say("contracts-currency"), chosen: chosen.to_owned(), all }
    }

    /// An amount and the currency behind it; what names none is in euros.
    fn apart(kind: FieldKind, words: Words, text: &str) -> (String, Option<Self>) {
        if kind != FieldKind::Money {
            return (text.to_owned(), None);
        }
        let known = |code: &str| code.parse::<Currency>().is_ok_and(Currency::is_current);
        let (amount, code) = text.rsplit_once(' ').filter(|(_, code)| known(code)).unwrap_or((text, EURO));
        (amount.to_owned(), Some(Self::of(words, code)))
    }
}

/// What an amount is in where nothing is said.
pub(super) const EURO: &str = "EUR";

impl Input {
    /// For this field, under its own name.
    pub(super) fn of(words: Words, field: FieldPath, text: &str, misfit: Option<&Misfit>) -> Self {
        let kind = field.info().kind;
        let bounds = match kind {
            FieldKind::Number { least, most, .. } => Some((least, most)),
            _ => None,
        };
        let (text, money) = Money::apart(kind, words, text);
        let text = text.as_str();
        Self {
            name: field.to_string(),
            id: format!("field-{}", field.info().path.replace('.', "-")),
            label: words.name("field", field),
            text: text.to_owned(),
            hint: words.hint(field),
            error: misfit.map(|misfit| misfit.said(words.0)),
            shape: shape(kind, text),
            fills: fills(field),
            choices: choices(words, field, text),
            bounds,
            money,
        }
    }

    /// For what matters of something that is wanted, under its own name. `filled` says that the text is what the person holds.
    pub(super) fn of_detail(
        words: Words,
        detail: &'static Detail,
        text: &str,
        filled: bool,
        error: Option<String>,
    ) -> Self {
        let unit = details::unit(words.0, detail.unit());
        let name = details::detail_name(words.0, detail.code);
        let named = |code: &&'static str| ((*code).to_owned(), details::choice(words.0, detail.code, code));
        let mut choices: Vec<(String, String)> = detail.kind.choices().iter().map(named).collect();
        // Of a choice any of several may be wanted; none ticked is all the same.
        let several = matches!(detail.kind, FieldKind::Choice(_));
        if !choices.is_empty() && !several {
            choices.insert(0, (String::new(), words.say("wishes-all-the-same")));
        }
        let bounds = match detail.kind {
            FieldKind::Number { least, most, decimals: 0, .. } => Some((least, most)),
            _ => None,
        };
        let hint = hint(words, detail, filled && !text.is_empty());
        let (text, money) = Money::apart(detail.kind, words, text);
        let text = text.as_str();
        Self {
            name: detail.code.to_owned(),
            id: format!("detail-{}", detail.code),
            label: if unit.is_empty() { name } else { format!("{name} ({unit})") },
            text: text.to_owned(),
            hint,
            error,
            shape: match shape(detail.kind, text) {
                _ if several => "choices",
                // People write the marks of their own language in it.
                "number" => "text",
                shape => shape,
            },
            fills: "",
            choices,
            bounds,
            money,
        }
    }

    /// The only one of its form, with room for several lines where any text fits.
    pub(super) fn alone(self, field: FieldPath, label: String) -> Self {
        let shape = if field.info().kind == FieldKind::Text { "area" } else { self.shape };
        Self { name: "value".into(), id: "value".into(), label, shape, ..self }
    }

    /// Is this one of those that were chosen?
    pub(super) fn has(&self, code: &str) -> bool {
        self.text.split(',').any(|one| one.trim() == code)
    }

    /// By what it is described, for screen readers.
    pub(super) fn described(&self) -> String {
        let parts = [(self.hint.is_some(), "hint"), (self.error.is_some(), "error")];
        let parts = parts.into_iter().filter(|(there, _)| *there).map(|(_, part)| format!("{}-{part}", self.id));
        parts.collect::<Vec<_>>().join(" ")
    }
}

fn hint(words: Words, detail: &Detail, filled: bool) -> Option<String> {
    match detail.kind {
        _ if filled => Some(words.say("wishes-filled-in")),
        FieldKind::Money => Some(words.say("wishes-hint-money")),
        FieldKind::PartialDate => Some(words.say("wishes-hint-year")),
        FieldKind::Text if detail.code.ends_with("region") => Some(words.say("wishes-hint-region")),
        _ => None,
    }
}

/// The browser's own input where it can show the text, else one for any text.
fn shape(kind: FieldKind, text: &str) -> &'static str {
    let shows = |fits: bool, shape| if text.is_empty() || fits { shape } else { "text" };
    match kind {
        FieldKind::Text if text.contains('\n') => "area",
        FieldKind::Date => shows(text.parse::<Date>().is_ok(), "date"),
        FieldKind::Number { .. } => shows(text.bytes().all(|byte| byte.is_ascii_digit()), "number"),
        FieldKind::Email => "email",
        FieldKind::Telephone => "tel",
        FieldKind::Choice(_) | FieldKind::YesNo | FieldKind::Country | FieldKind::Language => "choice",
        _ => "text",
    }
}

/// What can be chosen, by name, after nothing; and what is there already, whatever it is.
fn choices(words: Words, field: FieldPath, text: &str) -> Vec<(String, String)> {
    let named = |kind: &str, code: &str| (code.to_owned(), words.name(kind, code));
    let mut choices: Vec<(String, String)> = match field.info().kind {
        FieldKind::Country => Country::all().map(|country| named("country", country.code())).collect(),
        FieldKind::Language => LANGUAGES.iter().map(|code| named("tongue", code)).collect(),
        kind => kind.choices().iter().map(|code| ((*code).to_owned(), values::choice(words.0, field, code))).collect(),
    };
    if choices.is_empty() {
        return choices;
    }
    if matches!(field.info().kind, FieldKind::Country | FieldKind::Language) {
        choices.sort_by_key(|(_, name)| unaccented(name));
    }
    if !text.is_empty() && !choices.iter().any(|(code, _)| code == text) {
        choices.insert(0, (text.to_owned(), text.to_owned()));
    }
    choices.insert(0, (String::new(), words.say("choice-none")));
    choices
}

/// A name as lists are sorted by: letters with marks stand among those without.
fn unaccented(name: &str) -> String {
    let plain = |c| match c {
        'Å' | 'å' | 'Á' | 'á' => 'a',
        'É' | 'é' | 'ë' => 'e',
        'Ö' | 'ö' => 'o',
        c => c,
    };
    name.chars().map(plain).collect::<String>().to_lowercase()
}

fn fills(field: FieldPath) -> &'static str {
    match field.info().path {
        "name.full" => "name",
        "name.given" => "given-name",
        "name.family" => "family-name",
        "address.street" => "street-address",
        "address.postalCode" => "postal-code",
        "address.locality" => "address-level2",
        "address.region" => "address-level1",
        "address.country" => "country",
        "email" => "email",
        "telephone" => "tel",
        "birthDate" => "bday",
        "language" => "language",
        "url" => "url",
        _ => "",
    }
}
