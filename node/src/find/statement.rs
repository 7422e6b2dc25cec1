//! What every kind of statement has in common. In: cells, as banks write them. Out: payments: who was paid, when, by which
//! mandate. An amount stands in a payment for as long as its rhythm is looked for, and goes nowhere from there.

use regie_protocol::{calendar::Date, contract::Currency};

use super::{CreditorId, MANDATE_BYTES, NAME_BYTES, line};

/// A payment that the person made.
#[derive(Clone)]
pub(super) struct Payment {
    pub(super) day: Date,
    pub(super) amount: u64,
    pub(super) currency: Currency,
    pub(super) payee: String,
    /// The account of who was paid.
    pub(super) account: Option<String>,
    pub(super) creditor: Option<CreditorId>,
    pub(super) mandate: Option<String>,
}

impl std::fmt::Debug for Payment {
    /// Without what was paid.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payment").field("payee", &self.payee).field("day", &self.day).finish_non_exhaustive()
    }
}

impl Payment {
    /// A payment to somebody; none where nobody is named.
    pub(super) fn of(
        day: Date,
        amount: u64,
        currency: Currency,
        payee: &str,
        account: &str,
        creditor: Option<CreditorId>,
        mandate: &str,
    ) -> Option<Self> {
        let account: String = account.chars().filter(char::is_ascii_alphanumeric).take(34).collect();
        let account = Some(account.to_ascii_uppercase()).filter(|account| !account.is_empty());
        let payee = line(payee, NAME_BYTES).or_else(|| creditor.as_ref().map(ToString::to_string))?;
        let mandate = line(mandate, MANDATE_BYTES);
        (amount > 0).then_some(Self { day, amount, currency, payee, account, creditor, mandate })
    }
}

/// An amount in the smallest unit, and whether it is below nothing: `1.234,56`, `-12.34`, `+12`.
pub(super) fn amount_of(text: &str) -> Option<(u64, bool)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
    let (negative, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.to_owned()),
        None => (text.ends_with('-'), text.trim_start_matches('+').trim_end_matches('-').to_owned()),
    };
    // The last sign is the decimal one where one or two digits follow it, or two and zeros (CAMT); three are thousands.
    let (whole, part) = match digits.rfind([',', '.']).map(|at| digits.split_at(at)) {
        Some((whole, part)) if part.len() <= 3 || (part.len() > 4 && part.bytes().skip(3).all(|byte| byte == b'0')) => {
            (whole, &part[1..])
        }
        _ => (digits.as_str(), ""),
    };
    let mut groups = whole.split([',', '.']);
    let first = groups.next().unwrap_or_default();
    if groups.any(|group| group.len() != 3) {
        return None;
    }
    let whole: String = whole.chars().filter(|c| !matches!(c, ',' | '.')).collect();
    let cents = format!("{:0<2}", part.get(..2).unwrap_or(part));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if first.is_empty() || whole.len() > 12 || !all_digits(&whole) || !all_digits(part) {
        return None;
    }
    let amount = whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(cents.parse().ok()?)?;
    Some((amount, negative))
}

/// A day as banks write it: `2024-03-05`, with a time behind it or not, `20240305`, `05-03-2024`, `05/03/2024`, `05.03.24`.
pub(super) fn date_of(text: &str) -> Option<Date> {
    let text = text.trim().get(..10.min(text.trim().len()))?;
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let of = |year: &str, month: &str, day: &str| {
        let year = (year.len() == 4).then(|| year.parse::<i32>().ok())??;
        let made = Date::new(year, month.parse().ok()?, day.parse().ok()?)?;
        (1970..3000).contains(&year).then_some(made)
    };
    match parts[..] {
        [year, month, day] if year.len() == 4 => of(year, month, day),
        [day, month, year] if year.len() == 2 && text.contains('.') => of(&format!("20{year}"), month, day),
        [day, month, year] => of(year, month, day),
        [all] if all.len() == 8 && all.is_ascii() => of(&all[..4], &all[4..6], &all[6..]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_days_are_read_as_banks_write_them() {
        for (text, amount) in [
            ("12,34", Some((1234, false))),
            ("-12.34", Some((1234, true))),
            ("+1.234,5", Some((123_450, false))),
            ("1,234.56", Some((123_456, false))),
            ("1.234", Some((123_400, false))),
            ("12", Some((1200, false))),
            ("12.3400", Some((1234, false))),
            ("12.3456", None),
            ("1.000", Some((100_000, false))),
            ("1.23.456", None),
            ("12,34-", Some((1234, true))),
            ("", None),
            ("=1+1", None),
            ("9999999999999999999", None),
            ("\u{e9}", None),
        ] {
            assert_eq!(amount_of(text), amount, "{text}");
        }
        for text in ["2024-03-05", "20240305", "05-03-2024", "5/3/2024", "2024-03-05T10:00:00+01:00", "05.03.24"] {
            assert_eq!(date_of(text).map(|day| day.to_string()).as_deref(), Some("2024-03-05"), "{text}");
        }
        for text in ["05-03-24", "2024-13-05", "0000-01-01", "1", "", "2024030\u{e9}", "99999999"] {
            assert_eq!(date_of(text), None, "{text}");
        }
    }

    #[test]
    fn no_amount_is_shown() {
        let paid = Payment::of(Date::new(2024, 3, 5).expect("a day"), 3750, Currency::EUR, "X", "", None, "");
        assert!(!format!("{paid:?}").contains("3750"));
    }
}
