//! What a field's values look like. In: what somebody typed, in which country they live, what people call things. Out: a
//! `Value` in the one form that suppliers get, or why it is none, with a code.
//!
//! Reading is for a person's own words, where they come in. What has been stored or comes by wire is any [`Value`]: what
//! does not fit stays readable. A form that was read is read as itself again.

use super::{FieldError, FieldPath, Value, account, amount, contact, day, place};
use crate::coded::coded;
pub use place::Country;

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldKind {
    /// Any text.
    Text,
    /// A day, `1984-03-12`.
    Date,
    /// A day, a month or a year: `1984-03-12`, `1984-03`, `1984`.
    PartialDate,
    /// An e-mail address; the domain in lower case.
    Email,
    /// A telephone number as E.164 has it: `+31612345678`.
    Telephone,
    /// A bank account as ISO 13616 has it, without spaces, its check digits right.
    Iban,
    /// A bank as ISO 9362 has it.
    Bic,
    /// A country, by its two letters of ISO 3166-1.
    Country,
    /// A language, by its tag of BCP 47: `nl`, `nl-BE`.
    Language,
    /// A number: digits, and behind a point at most so many more.
    Number {
        /// What it counts; empty for things.
        unit: &'static str,
        /// The least there is.
        least: u32,
        /// The most there is.
        most: u32,
        /// Digits behind the point, at most 2.
        decimals: u8,
    },
    /// An amount in euros: `30000`, `12.50`; or in another currency of ISO 4217, whose code stands behind it: `30000 USD`.
    Money,
    /// One of these codes.
    Choice(&'static [&'static str]),
    /// Yes or no, as `yes` and `no`.
    YesNo,
    /// A postal code, as the country writes it.
    PostalCode,
    /// A licence plate, in capitals with dashes.
    LicencePlate,
    /// The number by which a state knows a person; a Dutch one passes its test.
    NationalId,
    /// A number of GS1 with its check digit, as of a connection to the grid.
    Ean,
    /// A web page, with `https://`.
    Url,
}

impl FieldKind {
    /// Its name in documents and for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Date => "date",
            Self::PartialDate => "partial_date",
            Self::Email => "email",
            Self::Telephone => "telephone",
            Self::Iban => "iban",
            Self::Bic => "bic",
            Self::Country => "country",
            Self::Language => "language",
            Self::Number { .. } => "number",
            Self::Money => "money",
            Self::Choice(_) => "choice",
            Self::YesNo => "yes_no",
            Self::PostalCode => "postal_code",
            Self::LicencePlate => "licence_plate",
            Self::NationalId => "national_id",
            Self::Ean => "ean",
            Self::Url => "url",
        }
    }

    /// The codes to choose from; none where it is no choice.
    #[must_use]
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Choice(codes) => codes,
            Self::YesNo => &YES_NO,
            _ => &[],
        }
    }
}

const YES_NO: [&str; 2] = ["yes", "no"];

/// What people have words for and this crate has codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Called {
    /// A month: `1` to `12`.
    Month,
    /// A country: `NL`.
    Country,
    /// A language: `nl`.
    Language,
    /// A currency: `USD`.
    Currency,
    /// One of a field's choices.
    Choice(FieldPath),
    /// One of the choices of a detail of this name ([`crate::catalogue`]).
    Answer(&'static str),
}

/// What things are called in languages of people; this crate has none.
pub trait Words {
    /// The code of what is called so; none for a word that is not known or means several things.
    fn code(&self, of: Called, word: &str) -> Option<String>;
}

/// No words besides the codes.
#[derive(Clone, Copy, Debug)]
pub struct Codes;

impl Words for Codes {
    fn code(&self, _: Called, _: &str) -> Option<String> {
        None
    }
}

/// Why text is no value of a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "their sentences say it")]
pub enum Unfit {
    #[error("the value is longer than {} bytes", crate::limits::VALUE_BYTES)]
    TooLong,
    #[error("the value is empty or holds control characters")]
    NotText,
    #[error("not a day as YYYY-MM-DD")]
    NotDate,
    #[error("it is not sure which number is the day and which the month")]
    DayOrMonth,
    #[error("the calendar has no such day")]
    NoSuchDay,
    #[error("not a day, a month or a year as YYYY-MM-DD, YYYY-MM or YYYY")]
    NotPartialDate,
    #[error("not an e-mail address")]
    NotEmail,
    #[error("not a telephone number")]
    NotTelephone,
    #[error("a telephone number without its country's code, and the country is not known")]
    NoCountryCode,
    #[error("not an IBAN")]
    NotIban,
    #[error("an IBAN of {country} has {length} characters")]
    IbanLength { country: &'static str, length: usize },
    #[error("the check digits of the IBAN are wrong")]
    IbanCheck,
    #[error("not a BIC")]
    NotBic,
    #[error("not a country of ISO 3166-1")]
    NotCountry,
    #[error("not a language tag")]
    NotLanguage,
    #[error("not a number in digits")]
    NotNumber,
    #[error("it is not sure whether the mark parts thousands or decimals")]
    ThousandsOrDecimals,
    #[error("more than {0} digits behind the point")]
    TooFine(u8),
    #[error("not between {least} and {most}")]
    OutOfRange { least: u32, most: u32 },
    #[error("not an amount in a currency of ISO 4217")]
    NotCurrency,
    #[error("not one of {0}")]
    NotChoice(String),
    #[error("not a postal code")]
    NotPostalCode,
    #[error("not a postal code of {country}, as {example}")]
    PostalCodeOf { country: &'static str, example: &'static str },
    #[error("not a licence plate")]
    NotLicencePlate,
    #[error("not a national identification number")]
    NotNationalId,
    #[error("a Dutch citizen service number does not pass its test")]
    NationalIdCheck,
    #[error("not a number of GS1 of 8, 13 or 18 digits")]
    NotEan,
    #[error("the check digit is wrong")]
    EanCheck,
    #[error("not the address of a web page")]
    NotUrl,
}

coded! {
    Unfit, "value";
    Self::TooLong => "too_long" ("bytes": crate::limits::VALUE_BYTES);
    Self::NotText => "not_text";
    Self::NotDate => "not_date";
    Self::DayOrMonth => "day_or_month";
    Self::NoSuchDay => "no_such_day";
    Self::NotPartialDate => "not_partial_date";
    Self::NotEmail => "not_email";
    Self::NotTelephone => "not_telephone";
    Self::NoCountryCode => "no_country_code";
    Self::NotIban => "not_iban";
    Self::IbanLength { country, length } => "iban_length" ("country": *country, "length": *length);
    Self::IbanCheck => "iban_check";
    Self::NotBic => "not_bic";
    Self::NotCountry => "not_country";
    Self::NotLanguage => "not_language";
    Self::NotNumber => "not_number";
    Self::ThousandsOrDecimals => "thousands_or_decimals";
    Self::TooFine(decimals) => "too_fine" ("decimals": *decimals);
    Self::OutOfRange { least, most } => "out_of_range" ("least": *least, "most": *most);
    Self::NotCurrency => "not_currency";
    Self::NotChoice(choices) => "not_choice" ("choices": choices);
    Self::NotPostalCode => "not_postal_code";
    Self::PostalCodeOf { country, example } => "postal_code_of" ("country": *country, "example": *example);
    Self::NotLicencePlate => "not_licence_plate";
    Self::NotNationalId => "not_national_id";
    Self::NationalIdCheck => "national_id_check";
    Self::NotEan => "not_ean";
    Self::EanCheck => "ean_check";
    Self::NotUrl => "not_url";
}

impl From<FieldError> for Unfit {
    fn from(error: FieldError) -> Self {
        match error {
            FieldError::TooLong => Self::TooLong,
            _ => Self::NotText,
        }
    }
}

impl Value {
    /// What a person typed, as the field's type has it. `home` is the country by whose customs they write; where a
    /// reading is sure in one country only and none is known, it is not taken.
    ///
    /// ```
    /// use regie_protocol::{Codes, Coded, Value};
    ///
    /// let home = "NL".parse().ok();
    /// let iban = Value::read("payment.iban".parse()?, "nl91 abna 0417 1643 00", home, &Codes).expect("fits");
    /// assert_eq!(iban.as_str(), "NL91ABNA0417164300");
    /// let none = Value::read("email".parse()?, "geen email", home, &Codes).expect_err("no address");
    /// assert_eq!(none.code(), "not_email");
    /// # Ok::<(), regie_protocol::FieldError>(())
    /// ```
    ///
    /// # Errors
    /// Why it is no value of the field.
    pub fn read(field: FieldPath, text: &str, home: Option<Country>, words: &dyn Words) -> Result<Self, Unfit> {
        field.info().kind.read(Called::Choice(field), text, home, words)
    }
}

impl FieldKind {
    /// What a person typed, in the form of this type: as [`Value::read`]. `choices` is whose choices they are.
    pub(crate) fn read(
        self,
        choices: Called,
        text: &str,
        home: Option<Country>,
        words: &dyn Words,
    ) -> Result<Value, Unfit> {
        // Any text first: it bounds what the rest looks at.
        let any: Value = text.parse()?;
        let text = any.as_str();
        let read = match self {
            Self::Text => return Ok(any),
            Self::Date => day::date(text, home, words),
            Self::PartialDate => day::partial(text, home, words),
            Self::Email => contact::email(text),
            Self::Telephone => contact::telephone(text, home),
            Self::Url => contact::url(text),
            Self::Iban => account::iban(text),
            Self::Bic => account::bic(text),
            Self::NationalId => account::national_id(text, home),
            Self::Ean => account::ean(text),
            Self::Country => place::country(text, words),
            Self::Language => place::language(text, words),
            Self::PostalCode => place::postal_code(text, home),
            Self::LicencePlate => place::licence_plate(text, home),
            Self::Number { unit, least, most, decimals } => amount::number(text, unit, (least, most), decimals),
            Self::Money => amount::money(text, home, words),
            Self::Choice(_) | Self::YesNo => choice(choices, self.choices(), text, words),
        }?;
        Ok(read.parse()?)
    }
}

fn choice(of: Called, codes: &[&str], text: &str, words: &dyn Words) -> Result<String, Unfit> {
    let code = codes.iter().find(|code| code.eq_ignore_ascii_case(text)).map(|code| (*code).to_owned());
    let called = || words.code(of, text).filter(|code| codes.contains(&code.as_str()));
    code.or_else(called).ok_or_else(|| Unfit::NotChoice(codes.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coded::Coded as _;

    /// Dutch and English words for what the tests write.
    struct Few;

    impl Words for Few {
        fn code(&self, of: Called, word: &str) -> Option<String> {
            let code = match (of, word) {
                (Called::Month, "maart" | "March") => "3",
                (Called::Country, "Nederland") => "NL",
                (Called::Choice(_), "huur") => "rented",
                (Called::Choice(_), "koop") => "no code of the field",
                _ => return None,
            };
            Some(code.to_owned())
        }
    }

    fn read(field: &str, text: &str, home: &str) -> Result<String, &'static str> {
        let field = field.parse().expect("a field");
        let read = Value::read(field, text, home.parse().ok(), &Few);
        read.map(|value| value.as_str().to_owned()).map_err(|unfit| unfit.code())
    }

    #[test]
    fn what_people_write_is_read_where_it_is_sure() {
        for (field, text, home, form) in [
            ("birthDate", "1984-03-12", "", "1984-03-12"),
            ("birthDate", "12 maart 1984", "", "1984-03-12"),
            ("birthDate", "March 12th, 1984", "", "1984-03-12"),
            ("birthDate", "12-3-1984", "NL", "1984-03-12"),
            ("birthDate", "12.3.1984", "", "1984-03-12"),
            ("birthDate", "25-3-1984", "", "1984-03-25"),
            ("birthDate", "3/25/1984", "", "1984-03-25"),
            ("birthDate", "19840312", "", "1984-03-12"),
            ("telephone", "06 12345678", "NL", "+31612345678"),
            ("telephone", "(030) 123 45 67", "NL", "+31301234567"),
            ("telephone", "+31 (0)6 1234 5678", "", "+31612345678"),
            ("telephone", "0032 470 12 34 56", "NL", "+32470123456"),
            ("payment.iban", "nl91 abna 0417 1643 00", "", "NL91ABNA0417164300"),
            ("address.postalCode", "1012ab", "NL", "1012 AB"),
            ("address.postalCode", "1012ab", "", "1012 AB"),
            ("address.postalCode", "9000", "BE", "9000"),
            ("address.country", "Nederland", "", "NL"),
            ("address.country", "be", "", "BE"),
            ("language", "NL-be", "", "nl-BE"),
            ("household.size", " 2 ", "", "2"),
            ("household.homeType", "Rented", "", "rented"),
            ("household.homeType", "huur", "", "rented"),
            ("energy.annualElectricity", "3.500 kWh", "", "3500"),
            ("income.annual", "\u{20ac} 30.000,-", "", "30000"),
            ("income.annual", "30,000.5", "", "30000.50"),
            ("income.annual", "$ 30,000", "US", "30000 USD"),
            ("email", "mailto:Anna@Example.ORG", "", "Anna@example.org"),
            ("url", "Example.org/Anna", "", "https://example.org/Anna"),
            ("vehicle.licensePlate", "g123ab", "NL", "G-123-AB"),
            ("vehicle.licensePlate", "b-ab 1234", "DE", "B-AB-1234"),
            ("nationalId", "1112 22 333", "NL", "111222333"),
            ("bank.bic", "abna nl 2a", "", "ABNANL2A"),
            ("connection.electricityEan", "871687 400000000014", "", "871687400000000014"),
            ("connection.solarPeak", "4,25 kWp", "", "4.25"),
            ("connection.smartMeter", "Yes", "", "yes"),
            ("home.built", "maart 1984", "", "1984-03"),
            ("home.built", "1984", "", "1984"),
            ("home.area", "85 m2", "", "85"),
            ("deliveryAddress.postalCode", "00 001", "PL", "00-001"),
        ] {
            assert_eq!(read(field, text, home), Ok(form.to_owned()), "{field} {text}");
            assert_eq!(read(field, form, home), Ok(form.to_owned()), "{field} {form} is read as itself");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_by_a_code() {
        for (field, text, home, code) in [
            ("birthDate", "12-3-1984", "", "day_or_month"),
            ("birthDate", "3/12/1984", "US", "day_or_month"),
            ("birthDate", "31 maart", "", "not_date"),
            ("birthDate", "30-02-1984", "NL", "no_such_day"),
            ("birthDate", "12-3-84", "NL", "not_date"),
            ("birthDate", "ooit", "NL", "not_date"),
            ("email", "geen email", "", "not_email"),
            ("email", "a@b@example.org", "", "not_email"),
            ("email", "anna@example", "", "not_email"),
            ("telephone", "06 12345678", "", "no_country_code"),
            ("telephone", "06 1234567", "NL", "not_telephone"),
            ("telephone", "bel me", "NL", "not_telephone"),
            ("payment.iban", "NL91ABNA0417164301", "", "iban_check"),
            ("payment.iban", "NL91ABNA041716430", "", "iban_length"),
            ("payment.iban", "417164300", "", "not_iban"),
            ("address.country", "Atlantis", "", "not_country"),
            ("address.postalCode", "101 AB", "NL", "postal_code_of"),
            ("address.postalCode", "weet niet zo goed", "", "not_postal_code"),
            ("language", "geen", "", "not_language"),
            ("household.size", "twee", "", "not_number"),
            ("household.size", "2.5", "", "too_fine"),
            ("household.size", "0", "", "out_of_range"),
            ("household.homeType", "koop", "", "not_choice"),
            ("income.annual", "$ 30000", "", "not_currency"),
            ("nationalId", "111222334", "NL", "national_id_check"),
            ("vehicle.licensePlate", "!", "", "not_licence_plate"),
            ("bank.bic", "ABNA", "", "not_bic"),
            ("connection.electricityEan", "871687400000000015", "", "ean_check"),
            ("connection.electricityEan", "12345", "", "not_ean"),
            ("connection.solarPeak", "4.125", "", "thousands_or_decimals"),
            ("home.built", "lang geleden", "", "not_partial_date"),
            ("url", "niet", "", "not_url"),
            ("url", "javascript:alert(1)", "", "not_url"),
            ("name.full", " ", "", "not_text"),
        ] {
            assert_eq!(read(field, text, home), Err(code), "{field} {text}");
        }
    }
}
