//! What a person pays again and again. In: payee, amounts and days, as a statement has them. Out: the typical amount, the rhythm,
//! since when; the SEPA names of who collects and by which mandate.

use std::{fmt, str::FromStr};

use regie_protocol::{
    calendar::{Date, Span, Unit},
    contract::{Charge, Currency},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A payment that comes again, or that was collected by a mandate. No single payment can be read from it: an amount is there
/// where several were equal, or rounded where they differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recurring {
    /// Who is paid, as the bank writes it.
    pub payee: String,
    /// What is paid each time, in the smallest unit of the currency; none where it comes in no rhythm.
    pub amount: Option<u64>,
    /// Did the amounts differ each time, so that it is about that?
    #[serde(default)]
    pub about: bool,
    /// In which currency.
    pub currency: Currency,
    /// How often.
    pub rhythm: Rhythm,
    /// The day of the first payment that was seen.
    pub since: Date,
    /// And of the last.
    pub last: Date,
    /// The last day of all that was read with it: what is not paid until then has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Who collects it, in a direct debit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creditor: Option<CreditorId>,
    /// The person's mandate for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<String>,
}

impl Recurring {
    /// What is paid each time, where it comes in a rhythm.
    #[must_use]
    pub fn charge(&self) -> Option<Charge> {
        let every = self.rhythm.span()?;
        Some(Charge { amount: self.amount?, currency: self.currency, every: Some(every) })
    }

    /// The period of its rhythm.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.rhythm.span()
    }

    /// Is it paid no more? The next payment should have come, with half a period for what banks and people delay.
    #[must_use]
    pub fn ended(&self) -> bool {
        let late = |span: Span| self.last.plus(span).plus_days(span.most_days() / 2);
        self.span().zip(self.until).is_some_and(|(span, until)| late(span) < until)
    }
}

/// How often a payment comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Every month, or every four weeks.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every year.
    Yearly,
    /// Now and then, by a mandate.
    Irregular,
}

impl Rhythm {
    /// The period between two payments; none where there is no rhythm.
    #[must_use]
    pub fn span(self) -> Option<Span> {
        match self {
            Self::Monthly => Span::new(1, Unit::Month),
            Self::Quarterly => Span::new(3, Unit::Month),
            Self::Yearly => Span::new(1, Unit::Year),
            Self::Irregular => None,
        }
    }

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Yearly => "yearly",
            Self::Irregular => "irregular",
        }
    }
}

/// Who collects direct debits: the creditor's identifier of SEPA (EPC262-08), `NL98ZZZ999999990000`. Its business code is left
/// out by [`Self::same`], since one creditor may use several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditorId(String);

/// What was typed is no creditor's identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a creditor identifier of SEPA; it looks like NL98ZZZ999999990000, and its check digits are right")]
pub struct BadCreditor;

crate::command::explained!(BadCreditor);

impl CreditorId {
    /// Longest, in characters.
    const MOST: usize = 35;

    /// Whose it is: without check digits and business code.
    pub(super) fn owner(&self) -> String {
        [self.0.get(..2), self.0.get(7..)].into_iter().flatten().collect()
    }

    /// Do both name one creditor, whatever the business codes of the two are?
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.owner() == other.owner()
    }
}

impl fmt::Display for CreditorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CreditorId {
    type Err = BadCreditor;

    /// Two letters, two check digits (ISO 7064, modulo 97 over what follows the business code), three of a business code, and
    /// the national part.
    fn from_str(text: &str) -> Result<Self, BadCreditor> {
        let id: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let bytes = id.as_bytes();
        let shaped = (8..=Self::MOST).contains(&bytes.len())
            && bytes.iter().all(u8::is_ascii_alphanumeric)
            && bytes[..2].iter().all(u8::is_ascii_uppercase)
            && bytes[2..4].iter().all(u8::is_ascii_digit);
        if !shaped {
            return Err(BadCreditor);
        }
        let (country, rest) = bytes.split_at(4);
        let digits = rest.iter().skip(3).chain(country);
        let remainder = digits.fold(0_u32, |sum, byte| match char::from(*byte).to_digit(36) {
            Some(value) if value < 10 => (sum * 10 + value) % 97,
            Some(value) => (sum * 100 + value) % 97,
            None => sum,
        });
        if remainder == 1 { Ok(Self(id)) } else { Err(BadCreditor) }
    }
}

impl Serialize for CreditorId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CreditorId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for CreditorId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CreditorId".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "Who collects direct debits: a creditor identifier of SEPA." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_creditor_is_known_by_its_check_digits_and_whatever_its_business_code() {
        // The examples of the EPC's and the German and Dutch banks' guides.
        let german: CreditorId = "DE98ZZZ09999999999".parse().expect("an identifier");
        assert!(german.same(&"DE98ABC09999999999".parse().expect("another business code")));
        assert_eq!("de98 zzz 0999 9999 999".parse::<CreditorId>().map(|id| id.to_string()), Ok(german.to_string()));
        for wrong in ["", "DE97ZZZ09999999999", "NL00ZZZ", "DE98ZZZ0999999999\u{e9}", "1234567890"] {
            assert!(wrong.parse::<CreditorId>().is_err(), "{wrong}");
        }
    }
}
