//! Currencies of ISO 4217: their codes, and how finely their amounts are counted. In: three letters, amounts as people write
//! them. Out: amounts in the smallest unit, and back.

use std::{fmt, str::FromStr};

use crate::{coded::coded, wire::as_text};

/// A currency by the three letters of ISO 4217. Whether there is such a one is [`Currency::is_current`]'s to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Those that are somebody's money today: without funds, metals and codes for tests.
#[rustfmt::skip]
const CURRENT: [[u8; 3]; 154] = [
    *b"AED", *b"AFN", *b"ALL", *b"AMD", *b"AOA", *b"ARS", *b"AUD", *b"AWG", *b"AZN", *b"BAM", *b"BBD", *b"BDT", *b"BHD", *b"BIF",
    *b"BMD", *b"BND", *b"BOB", *b"BRL", *b"BSD", *b"BTN", *b"BWP", *b"BYN", *b"BZD", *b"CAD", *b"CDF", *b"CHF", *b"CLP", *b"CNY",
    *b"COP", *b"CRC", *b"CUP", *b"CVE", *b"CZK", *b"DJF", *b"DKK", *b"DOP", *b"DZD", *b"EGP", *b"ERN", *b"ETB", *b"EUR", *b"FJD",
    *b"FKP", *b"GBP", *b"GEL", *b"GHS", *b"GIP", *b"GMD", *b"GNF", *b"GTQ", *b"GYD", *b"HKD", *b"HNL", *b"HTG", *b"HUF", *b"IDR",
    *b"ILS", *b"INR", *b"IQD", *b"IRR", *b"ISK", *b"JMD", *b"JOD", *b"JPY", *b"KES", *b"KGS", *b"KHR", *b"KMF", *b"KPW", *b"KRW",
    *b"KWD", *b"KYD", *b"KZT", *b"LAK", *b"LBP", *b"LKR", *b"LRD", *b"LSL", *b"LYD", *b"MAD", *b"MDL", *b"MGA", *b"MKD", *b"MMK",
    *b"MNT", *b"MOP", *b"MRU", *b"MUR", *b"MVR", *b"MWK", *b"MXN", *b"MYR", *b"MZN", *b"NAD", *b"NGN", *b"NIO", *b"NOK", *b"NPR",
    *b"NZD", *b"OMR", *b"PAB", *b"PEN", *b"PGK", *b"PHP", *b"PKR", *b"PLN", *b"PYG", *b"QAR", *b"RON", *b"RSD", *b"RUB", *b"RWF",
    *b"SAR", *b"SBD", *b"SCR", *b"SDG", *b"SEK", *b"SGD", *b"SHP", *b"SLE", *b"SOS", *b"SRD", *b"SSP", *b"STN", *b"SVC", *b"SYP",
    *b"SZL", *b"THB", *b"TJS", *b"TMT", *b"TND", *b"TOP", *b"TRY", *b"TTD", *b"TWD", *b"TZS", *b"UAH", *b"UGX", *b"USD", *b"UYU",
    *b"UZS", *b"VES", *b"VND", *b"VUV", *b"WST", *b"XAF", *b"XCD", *b"XCG", *b"XOF", *b"XPF", *b"YER", *b"ZAR", *b"ZMW", *b"ZWG",
];

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");

    /// Those that are somebody's money today.
    pub fn all() -> impl Iterator<Item = Self> {
        CURRENT.into_iter().map(Self)
    }

    /// Is it somebody's money today?
    #[must_use]
    pub fn is_current(self) -> bool {
        CURRENT.binary_search(&self.0).is_ok()
    }

    /// How many digits of an amount stand behind its point, by ISO 4217.
    #[must_use]
    pub fn digits(self) -> u8 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// An amount in its smallest unit, with its decimal point.
    #[must_use]
    pub fn decimal(self, amount: u64) -> String {
        let digits = usize::from(self.digits());
        let text = format!("{amount:0>width$}", width = digits + 1);
        match text.split_at_checked(text.len() - digits) {
            Some((whole, part)) if !part.is_empty() => format!("{whole}.{part}"),
            _ => text,
        }
    }

    /// The amount that people write like this, with a point or a comma: in its smallest unit. None for what is no amount.
    #[must_use]
    pub fn amount(self, text: &str) -> Option<u64> {
        let (whole, part) = text.trim().split_once(['.', ',']).unwrap_or((text.trim(), ""));
        let digits = usize::from(self.digits());
        let fits = (1..=12).contains(&whole.len()) && (part.is_empty() || part.len() == digits);
        let all = whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit());
        let text = format!("{whole}{part:0<digits$}");
        (fits && all).then(|| text.parse().ok()).flatten()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).map_err(|_| fmt::Error)?)
    }
}

/// Text that is no currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not three capital letters as ISO 4217 has them")]
pub struct BadCurrency;

coded! {
    BadCurrency, "currency";
    Self => "bad";
}

impl FromStr for Currency {
    type Err = BadCurrency;
    fn from_str(text: &str) -> Result<Self, BadCurrency> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| BadCurrency)?;
        if letters.iter().all(u8::is_ascii_uppercase) { Ok(Self(letters)) } else { Err(BadCurrency) }
    }
}

as_text!(Currency);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_three_capitals() {
        for bad in ["eur", "EU", "EURO", "E R", ""] {
            assert_eq!(bad.parse::<Currency>(), Err(BadCurrency), "{bad}");
        }
        let yen: Currency = "JPY".parse().expect("a currency");
        let amounts = [("12.95", Some(1_295)), ("12,95", Some(1_295)), ("12", Some(1_200)), (" 0.05 ", Some(5))];
        for (text, amount) in amounts {
            assert_eq!(Currency::EUR.amount(text), amount, "{text}");
        }
        for bad in ["", "-1", "1.5", "1.234", "1.000,00", "12.95.", "1e3", ".50", "9999999999999"] {
            assert_eq!(Currency::EUR.amount(bad), None, "{bad}");
        }
        assert_eq!((yen.amount("500"), yen.amount("5.00")), (Some(500), None));
        assert_eq!(
            [Currency::EUR.decimal(5), Currency::EUR.decimal(120_000), yen.decimal(500)],
            ["0.05", "1200.00", "500"]
        );
        let digits = |text: &str| text.parse::<Currency>().expect("a currency").digits();
        assert_eq!([digits("EUR"), digits("JPY"), digits("KWD")], [2, 0, 3]);
    }

    #[test]
    fn what_is_current_is_sorted_and_counted_as_iso_4217_has_it() {
        assert!(CURRENT.is_sorted());
        let of = |digits: u8| Currency::all().filter(|one| one.digits() == digits).count();
        assert_eq!((of(0), of(3), of(4)), (16, 7, 0));
        let is = |text: &str| text.parse::<Currency>().is_ok_and(Currency::is_current);
        assert!(is("EUR") && is("ZWG") && !is("XAU") && !is("NLG") && !is("XXX"));
        let dinar: Currency = "BHD".parse().expect("a currency");
        assert_eq!((dinar.amount("1.250"), dinar.decimal(1_250)), (Some(1_250), "1.250".to_owned()));
    }
}
