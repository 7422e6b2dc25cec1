//! Statements as tables, and what every kind of statement has in common. In: text. Out: payments: who was paid, when, by which
//! mandate. An amount stands in a payment for as long as its rhythm is looked for, and goes nowhere from there.

use regie_protocol::{calendar::Date, contract::Currency};

use super::{CreditorId, MANDATE_BYTES, NAME_BYTES, limits, line, rows::Rows};

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

/// A day as banks write it: `2024-03-05`, with a time behind it or not, `20240305`, `05-03-2024`, `05/03/2024`.
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
        [day, month, year] => of(year, month, day),
        [all] if all.len() == 8 && all.is_ascii() => of(&all[..4], &all[4..6], &all[6..]),
        _ => None,
    }
}

/// What the columns of a statement are called: in small letters, of ING, Rabobank, bunq, Knab and others, in both languages.
const DAYS: &[&str] =
    &["datum", "date", "transactiedatum", "boekdatum", "boekingsdatum", "booking date", "started date"];
const AMOUNTS: &[&str] = &["bedrag (eur)", "amount (eur)", "bedrag", "amount", "transactiebedrag", "bedrag eur"];
const SIGNS: &[&str] = &["af bij", "debit/credit", "creditdebet", "af/bij", "bij/af"];
const PAYEES: &[&str] = &[
    "naam / omschrijving",
    "name / description",
    "naam tegenpartij",
    "naam tegenrekening",
    "tegenrekeninghouder",
    "counterparty name",
    "payee",
    "name",
];
const ACCOUNTS: &[&str] = &[
    "tegenrekening iban/bban",
    "tegenrekeningnummer",
    "tegenrekening",
    "counterparty",
    "counterparty iban",
    "account number",
];
const CURRENCIES: &[&str] = &["munt", "valutacode", "currency", "valuta", "valutasoort mutatie"];
const MANDATES: &[&str] = &["machtigingskenmerk", "machtigingsnummer", "mandate id", "mandate reference"];
const CREDITORS: &[&str] = &["incassant id", "creditor id"];
const WORDS: &[&str] = &["mededelingen", "notifications", "omschrijving-1", "omschrijving", "description"];

/// Where the columns of a statement are.
struct Columns {
    day: usize,
    amount: usize,
    payee: usize,
    sign: Option<usize>,
    account: Option<usize>,
    currency: Option<usize>,
    mandate: Option<usize>,
    creditor: Option<usize>,
    words: Option<usize>,
}

/// The payments of a table; none where it is no statement.
pub(super) fn read(text: &str) -> Option<Vec<Payment>> {
    let mut rows = Rows::of(text);
    if !rows.next() {
        return None;
    }
    let Some(columns) = Columns::of(&rows.heads()) else { return without_heads(text) };
    let mut found = Vec::new();
    while found.len() < limits::PAYMENTS && rows.next() {
        found.extend(columns.payment(&rows));
    }
    Some(found)
}

impl Columns {
    fn of(heads: &[String]) -> Option<Self> {
        let column = |names: &[&str]| names.iter().find_map(|name| heads.iter().position(|head| head == name));
        Some(Self {
            day: column(DAYS)?,
            amount: column(AMOUNTS)?,
            payee: column(PAYEES)?,
            sign: column(SIGNS),
            account: column(ACCOUNTS),
            currency: column(CURRENCIES),
            mandate: column(MANDATES),
            creditor: column(CREDITORS),
            words: column(WORDS),
        })
    }

    fn payment(&self, rows: &Rows<'_>) -> Option<Payment> {
        let cell = |index: Option<usize>| index.map_or("", |index| rows.cell(index));
        let (amount, negative) = amount_of(rows.cell(self.amount))?;
        let paid = match cell(self.sign).to_lowercase().as_str() {
            "" => negative,
            sign => ["af", "debit", "d", "debet"].contains(&sign),
        };
        // Where there is no column of its own, it stands in the words.
        let words = cell(self.words);
        let creditor = match cell(self.creditor) {
            "" => after(words, &["Incassant ID:", "Creditor ID:", "IncassantID:"]),
            creditor => creditor,
        };
        let mandate = match cell(self.mandate) {
            "" => after(words, &["Machtiging ID:", "Mandate ID:", "Kenmerk machtiging:"]),
            mandate => mandate,
        };
        let currency = cell(self.currency).parse().unwrap_or(Currency::EUR);
        let day = date_of(rows.cell(self.day)).filter(|_| paid)?;
        let (payee, account) = (rows.cell(self.payee), cell(self.account));
        Payment::of(day, amount, currency, payee, account, creditor.parse().ok(), mandate)
    }
}

/// The word behind one of these.
fn after<'a>(words: &'a str, names: &[&str]) -> &'a str {
    let found = names.iter().find_map(|name| words.find(name).map(|at| &words[at + name.len()..]));
    found.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default()
}

/// ABN AMRO's table has no names of columns: account, currency, day, balance before and after, day of value, amount, words.
fn without_heads(text: &str) -> Option<Vec<Payment>> {
    const CELLS: usize = 8;
    let mut rows = Rows::of(text);
    let (mut found, mut all) = (Vec::new(), 0);
    while found.len() < limits::PAYMENTS && rows.next() {
        if rows.len() == 1 && rows.cell(0).is_empty() {
            continue;
        }
        let (currency, day) = (rows.cell(1).parse(), date_of(rows.cell(2)));
        let (Ok(currency), Some(day), Some((amount, negative))) = (currency, day, amount_of(rows.cell(6))) else {
            return None;
        };
        if rows.len() != CELLS {
            return None;
        }
        all += 1;
        if negative {
            found.extend(super::mt940::of_words(day, amount, currency, rows.cell(7)));
        }
    }
    (all > 0).then_some(found)
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
        for text in ["2024-03-05", "20240305", "05-03-2024", "5/3/2024", "2024-03-05T10:00:00+01:00"] {
            assert_eq!(date_of(text).map(|day| day.to_string()).as_deref(), Some("2024-03-05"), "{text}");
        }
        for text in ["2024-13-05", "0000-01-01", "1", "", "2024030\u{e9}", "99999999"] {
            assert_eq!(date_of(text), None, "{text}");
        }
    }

    #[test]
    fn the_tables_of_the_large_banks_are_known_by_their_heads() {
        let creditor = "DE98ZZZ09999999999";
        let ing = format!(
            "\"Datum\";\"Naam / Omschrijving\";\"Rekening\";\"Tegenrekening\";\"Code\";\"Af Bij\";\"Bedrag (EUR)\";\"Mutatiesoort\";\"Mededelingen\";\"Saldo na mutatie\";\"Tag\"\n\
             \"20240305\";\"Zorg & Zeker\";\"NL1\";\"NL91ABNA0417164300\";\"IC\";\"Af\";\"37,50\";\"Incasso\";\"Naam: Zorg & Zeker Machtiging ID: M-1 Incassant ID: {creditor} Doorlopende incasso\";\"1,00\";\"\"\n\
             \"20240306\";\"Werk\";\"NL1\";\"NL2\";\"OV\";\"Bij\";\"2500,00\";\"Overschrijving\";\"\";\"\";\"\"\n"
        );
        let comma = ing.replace("\";\"", "\",\"");
        let rabo = format!(
            "\"IBAN/BBAN\",\"Munt\",\"BIC\",\"Volgnr\",\"Datum\",\"Rentedatum\",\"Bedrag\",\"Saldo na trn\",\"Tegenrekening IBAN/BBAN\",\"Naam tegenpartij\",\"Machtigingskenmerk\",\"Incassant ID\",\"Omschrijving-1\"\n\
             \"NL1\",\"EUR\",\"RABO\",\"1\",\"2024-03-05\",\"2024-03-05\",\"-37,50\",\"+1,00\",\"NL91ABNA0417164300\",\"Zorg & Zeker\",\"M-1\",\"{creditor}\",\"\"\n\
             \"NL1\",\"EUR\",\"RABO\",\"2\",\"2024-03-06\",\"2024-03-06\",\"+2500,00\",\"+1,00\",\"NL2\",\"Werk\",\"\",\"\",\"\"\n"
        );
        let knab = format!(
            "Rekeningnummer;Transactiedatum;Valutacode;CreditDebet;Bedrag;Tegenrekeningnummer;Tegenrekeninghouder;Valutadatum;Betaalwijze;Omschrijving;Type betaling;Machtigingsnummer;Incassant ID;Adres\n\
             NL1;05-03-2024;EUR;D;37,50;NL91ABNA0417164300;Zorg & Zeker;05-03-2024;Incasso;x;x;M-1;{creditor};\n"
        );
        for text in [ing, comma, rabo, knab] {
            let found = read(&text).expect("a statement");
            let [paid] = &found[..] else { panic!("{text}: {found:?}") };
            assert_eq!((paid.payee.as_str(), paid.amount), ("Zorg & Zeker", 3750), "{text}");
            assert_eq!(
                (paid.mandate.as_deref(), paid.creditor.as_ref().map(ToString::to_string).as_deref()),
                (Some("M-1"), Some(creditor))
            );
            assert_eq!(paid.account.as_deref(), Some("NL91ABNA0417164300"));
        }
        let bunq = "\"Date\";\"Interest Date\";\"Amount\";\"Account\";\"Counterparty\";\"Name\";\"Description\"\n\"2024-03-05\";\"2024-03-05\";\"-37.50\";\"NL1\";\"NL91ABNA0417164300\";\"Zorg & Zeker\";\"x\"\n";
        assert_eq!(read(bunq).expect("a statement").len(), 1);
        let abn = format!(
            "123456789\tEUR\t20240305\t1,00\t2,00\t20240305\t-37,50\t/TRTP/SEPA Incasso algemeen doorlopend/CSID/{creditor}/NAME/Zorg & Zeker/MARF/M-1/REMI/x/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/EREF/1\n"
        );
        let found = read(&abn).expect("a statement");
        assert_eq!((found[0].payee.as_str(), found[0].mandate.as_deref()), ("Zorg & Zeker", Some("M-1")));
    }

    #[test]
    fn what_is_no_statement_is_none_and_no_amount_is_shown() {
        assert!(read("url,username,password\n").is_none() && read("").is_none() && read("a\tb\n1\t2\n").is_none());
        let paid = Payment::of(Date::new(2024, 3, 5).expect("a day"), 3750, Currency::EUR, "X", "", None, "");
        assert!(!format!("{paid:?}").contains("3750"));
    }
}
