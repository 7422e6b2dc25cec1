//! Statements as tables, each bank's its own. In: text. Out: payments. Most tables name their columns, and by those names a bank is
//! known; some name none, and are known by what stands in every cell.
//!
//! The names are those that exports of ING, Rabobank, bunq, ABN AMRO and Knab have, and of N26 and Sparkasse. Those of Revolut in
//! Dutch, KBC and Belfius, and the places of cells of ASN Bank, SNS, RegioBank and Triodos, are from memory: what is wrong
//! among them makes a table one of an unknown bank, with a next step, and never another payment.

use std::ops::RangeInclusive;

use regie_protocol::{calendar::Date, contract::Currency};

use super::{
    FindError, limits,
    rows::Rows,
    statement::{Payment, amount_of, date_of},
};

/// Rows about the account that may stand before the names of the columns.
const BEFORE: usize = 16;
/// Rows by which a table is taken for one of payments.
const LOOKED_AT: usize = 32;

/// What columns are called, in small letters.
const DAYS: &[&str] = &[
    "datum",
    "date",
    "transactiedatum",
    "boekdatum",
    "boekingsdatum",
    "booking date",
    "started date",
    "startdatum",
    "buchungstag",
    "buchungsdatum",
];
const AMOUNTS: &[&str] =
    &["bedrag (eur)", "amount (eur)", "betrag (eur)", "bedrag", "amount", "betrag", "transactiebedrag", "bedrag eur"];
const SIGNS: &[&str] = &["af bij", "debit/credit", "creditdebet", "af/bij", "bij/af"];
const PAYEES: &[&str] = &[
    "naam / omschrijving",
    "name / description",
    "naam tegenpartij",
    "naam tegenpartij bevat",
    "naam tegenrekening",
    "tegenrekeninghouder",
    "counterparty name",
    "partner name",
    "payee",
    "payee name",
    "merchant",
    "beguenstigter/zahlungspflichtiger",
    "empfänger",
    "name",
];
/// What tells who was paid where no column is for that.
const TELLS: &[&str] = &["description", "beschrijving"];
const ACCOUNTS: &[&str] = &[
    "tegenrekening iban/bban",
    "tegenrekeningnummer",
    "tegenrekening",
    "rekeningnummer tegenpartij",
    "rekening tegenpartij",
    "counterparty",
    "counterparty iban",
    "partner iban",
    "account number",
    "kontonummer/iban",
    "kontonummer",
];
const CURRENCIES: &[&str] =
    &["munt", "valutacode", "currency", "valuta", "valutasoort mutatie", "devies", "waehrung", "währung"];
const MANDATES: &[&str] =
    &["machtigingskenmerk", "machtigingsnummer", "mandate id", "mandate reference", "mandatsreferenz"];
const CREDITORS: &[&str] = &["incassant id", "creditor id", "glaeubiger id", "gläubiger-id"];
const WORDS: &[&str] =
    &["mededelingen", "notifications", "omschrijving-1", "omschrijving", "description", "verwendungszweck"];
const STATES: &[&str] = &["state", "status"];
/// Where there is a state, what is done.
const DONE: &[&str] = &["", "completed", "voltooid"];
/// That something was paid, where a column says so.
const PAID: &[&str] = &["af", "debit", "d", "debet"];
const RECEIVED: &[&str] = &["bij", "credit", "c"];

/// The payments of a table.
pub(super) fn read(text: &str) -> Result<Vec<Payment>, FindError> {
    let mut rows = Rows::of(text);
    for _ in 0..BEFORE {
        if !rows.next() {
            break;
        }
        if let Some(columns) = Columns::of(&rows.heads()) {
            return columns.payments(rows);
        }
    }
    match BARE.iter().find_map(|bank| bank.payments(text)) {
        Some(found) => Ok(found),
        None if tells_of_payments(text) => Err(FindError::UnknownBank),
        None => Err(FindError::Unknown),
    }
}

/// Has it rows with a day and an amount?
fn tells_of_payments(text: &str) -> bool {
    let mut rows = Rows::of(text);
    let is_day = |text: &str| text.len() >= 8 && text.contains(['-', '/', '.']) && date_of(text).is_some();
    let is_amount = |text: &str| text.contains([',', '.']) && date_of(text).is_none() && amount_of(text).is_some();
    (0..LOOKED_AT).any(|_| {
        let any = |rows: &Rows<'_>, is: &dyn Fn(&str) -> bool| (0..rows.len()).any(|index| is(rows.cell(index)));
        rows.next() && any(&rows, &is_day) && any(&rows, &is_amount)
    })
}

/// Where the columns of a statement are.
struct Columns {
    day: usize,
    amount: usize,
    payees: Vec<usize>,
    sign: Option<usize>,
    account: Option<usize>,
    currency: Option<usize>,
    mandate: Option<usize>,
    creditor: Option<usize>,
    words: Option<usize>,
    state: Option<usize>,
}

impl Columns {
    fn of(heads: &[String]) -> Option<Self> {
        let place = |name: &&str| heads.iter().position(|head| head == name);
        let column = |names: &[&str]| names.iter().find_map(place);
        let payees: Vec<usize> = PAYEES.iter().filter_map(place).collect();
        let payees = if payees.is_empty() { column(TELLS).into_iter().collect() } else { payees };
        Some(Self {
            day: column(DAYS)?,
            amount: column(AMOUNTS)?,
            payees: Some(payees).filter(|payees| !payees.is_empty())?,
            sign: column(SIGNS),
            account: column(ACCOUNTS),
            currency: column(CURRENCIES),
            mandate: column(MANDATES),
            creditor: column(CREDITORS),
            words: column(WORDS),
            state: column(STATES),
        })
    }

    /// The payments below. Where rows are there and none can be read, the bank writes days or amounts in a way of its own.
    fn payments(&self, mut rows: Rows<'_>) -> Result<Vec<Payment>, FindError> {
        let (mut found, mut all, mut readable) = (Vec::new(), 0, 0);
        while found.len() < limits::PAYMENTS && rows.next() {
            if rows.len() <= 1 {
                continue;
            }
            all += 1;
            let Some((day, (amount, negative))) = date_of(rows.cell(self.day)).zip(amount_of(rows.cell(self.amount)))
            else {
                continue;
            };
            readable += 1;
            if self.is_paid(&rows, negative) {
                found.extend(self.payment(&rows, day, amount));
            }
        }
        if all > 0 && readable == 0 { Err(FindError::UnknownBank) } else { Ok(found) }
    }

    fn is_paid(&self, rows: &Rows<'_>, negative: bool) -> bool {
        let done = self.state.is_none_or(|index| DONE.contains(&rows.cell(index).to_lowercase().as_str()));
        let paid = match self.sign.map(|index| rows.cell(index).to_lowercase()) {
            Some(sign) if !sign.is_empty() => PAID.contains(&sign.as_str()),
            _ => negative,
        };
        done && paid
    }

    fn payment(&self, rows: &Rows<'_>, day: Date, amount: u64) -> Option<Payment> {
        let cell = |index: Option<usize>| index.map_or("", |index| rows.cell(index));
        // Where there is no column of its own, it stands in the words.
        let words = cell(self.words);
        let creditor = match cell(self.creditor) {
            "" => after(words, CREDITOR_WORDS),
            creditor => creditor,
        };
        let mandate = match cell(self.mandate) {
            "" => after(words, MANDATE_WORDS),
            mandate => mandate,
        };
        let currency = cell(self.currency).parse().unwrap_or(Currency::EUR);
        let payee = self.payees.iter().map(|index| rows.cell(*index)).find(|payee| !payee.is_empty()).unwrap_or("");
        Payment::of(day, amount, currency, payee, cell(self.account), creditor.parse().ok(), mandate)
    }
}

/// What stands in the words of a payment before the creditor's identifier, and before the mandate.
const CREDITOR_WORDS: &[&str] = &["Incassant ID:", "Incassant-ID:", "Creditor ID:", "IncassantID:"];
const MANDATE_WORDS: &[&str] = &["Machtiging ID:", "Mandate ID:", "Kenmerk machtiging:", "Kenmerk Machtiging:"];

/// The word behind one of these.
fn after<'a>(words: &'a str, names: &[&str]) -> &'a str {
    let found = names.iter().find_map(|name| words.find(name).map(|at| &words[at + name.len()..]));
    // De Volksbank puts its words between quotes.
    found.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default().trim_matches('\'')
}

/// A bank's table without names of columns: which cell holds what.
struct Bare {
    cells: RangeInclusive<usize>,
    day: usize,
    /// Other cells that hold days.
    also_days: &'static [usize],
    amount: usize,
    /// The cell that says which way the money went, where the amount has no sign.
    sign: Option<usize>,
    currency: Option<usize>,
    /// Who was paid and the account; none where both stand in the words, as in MT940.
    party: Option<(usize, usize)>,
    words: usize,
}

const BARE: &[Bare] = &[
    // ABN AMRO: account, currency, day, balance before and after, day of value, amount, words.
    Bare { cells: 8..=8, day: 2, also_days: &[5], amount: 6, sign: None, currency: Some(1), party: None, words: 7 },
    // ASN Bank, SNS, RegioBank: day, own account, account, name, address in three, currency, balance, currency, amount, two days,
    // two codes, number, reference, words, statement.
    Bare {
        cells: 18..=20,
        day: 0,
        also_days: &[11, 12],
        amount: 10,
        sign: None,
        currency: Some(9),
        party: Some((3, 2)),
        words: 17,
    },
    // Triodos: day, own account, amount, debit or credit, name, account, code, words, balance.
    Bare {
        cells: 8..=9,
        day: 0,
        also_days: &[],
        amount: 2,
        sign: Some(3),
        currency: None,
        party: Some((4, 5)),
        words: 7,
    },
];

impl Bare {
    /// The payments of a table whose first row is one of this bank; a later one that is none is left out.
    fn payments(&self, text: &str) -> Option<Vec<Payment>> {
        let mut rows = Rows::of(text);
        let (mut found, mut known) = (Vec::new(), false);
        while found.len() < limits::PAYMENTS && rows.next() {
            // An empty row, and one beyond the bounds.
            if rows.len() <= 1 && rows.cell(0).is_empty() {
                continue;
            }
            match self.payment(&rows) {
                Some(payment) => {
                    found.extend(payment);
                    known = true;
                }
                None if known => {}
                None => return None,
            }
        }
        known.then_some(found)
    }

    /// What a row tells: a payment, or that nothing was paid. None where it is no row of this bank.
    fn payment(&self, rows: &Rows<'_>) -> Option<impl Iterator<Item = Payment> + use<>> {
        let day = date_of(rows.cell(self.day))?;
        let days = self.also_days.iter().all(|index| date_of(rows.cell(*index)).is_some());
        let currency = self.currency.map_or(Some(Currency::EUR), |index| rows.cell(index).parse().ok())?;
        let (amount, negative) = amount_of(rows.cell(self.amount))?;
        let sign = self.sign.map(|index| rows.cell(index).to_lowercase());
        let paid = match sign.as_deref() {
            None => negative,
            Some(sign) if PAID.contains(&sign) => true,
            Some(sign) if RECEIVED.contains(&sign) => false,
            Some(_) => return None,
        };
        if !days || !self.cells.contains(&rows.len()) {
            return None;
        }
        let words = rows.cell(self.words);
        let payment = match self.party {
            None => super::mt940::of_words(day, amount, currency, words),
            Some((payee, account)) => {
                let (creditor, mandate) = (after(words, CREDITOR_WORDS), after(words, MANDATE_WORDS));
                let (payee, account) = (rows.cell(payee), rows.cell(account));
                Payment::of(day, amount, currency, payee, account, creditor.parse().ok(), mandate)
            }
        };
        Some(payment.filter(|_| paid).into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// A payment of the health insurer, and one that was received, as each bank writes them.
    fn of_more_banks() -> Vec<(&'static str, String)> {
        let n26 = "\"Date\",\"Payee\",\"Account number\",\"Transaction type\",\"Payment reference\",\"Amount (EUR)\",\"Amount (Foreign Currency)\",\"Type Foreign Currency\",\"Exchange Rate\"\n\
            \"2024-03-05\",\"Zorg & Zeker\",\"NL91ABNA0417164300\",\"Direct Debit\",\"x\",\"-37.50\",\"\",\"\",\"\"\n\
            \"2024-03-06\",\"Werk\",\"NL2\",\"Income\",\"x\",\"2500.0\",\"\",\"\",\"\"\n";
        let n26_now = "\"Booking Date\",\"Value Date\",\"Partner Name\",\"Partner Iban\",\"Type\",\"Payment Reference\",\"Account Name\",\"Amount (EUR)\",\"Original Amount\",\"Original Currency\",\"Exchange Rate\"\n\
            \"2024-03-05\",\"2024-03-05\",\"Zorg & Zeker\",\"NL91ABNA0417164300\",\"Debit Transfer\",\"x\",\"Main\",\"-37.50\",\"\",\"\",\"\"\n";
        let revolut = "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n\
            CARD_PAYMENT,Current,2024-03-05 08:00:00,2024-03-06 09:00:00,Zorg & Zeker,-37.50,0.00,EUR,COMPLETED,1.00\n\
            CARD_PAYMENT,Current,2024-03-05 08:00:00,,Hotel,-99.00,0.00,EUR,REVERTED,1.00\n\
            TOPUP,Current,2024-03-06 08:00:00,2024-03-06 08:00:01,Werk,2500.00,0.00,EUR,COMPLETED,1.00\n";
        let sparkasse = "\"Auftragskonto\";\"Buchungstag\";\"Valutadatum\";\"Buchungstext\";\"Verwendungszweck\";\"Glaeubiger ID\";\"Mandatsreferenz\";\"Kundenreferenz (End-to-End)\";\"Sammlerreferenz\";\"Lastschrift Ursprungsbetrag\";\"Auslagenersatz Ruecklastschrift\";\"Beguenstigter/Zahlungspflichtiger\";\"Kontonummer/IBAN\";\"BIC (SWIFT-Code)\";\"Betrag\";\"Waehrung\";\"Info\"\n\
            \"DE1\";\"05.03.24\";\"05.03.24\";\"FOLGELASTSCHRIFT\";\"x\";\"DE98ZZZ09999999999\";\"M-1\";\"\";\"\";\"\";\"\";\"Zorg & Zeker\";\"NL91ABNA0417164300\";\"X\";\"-37,50\";\"EUR\";\"\"\n";
        let knab = "KNAB EXPORT;;;;;;;;;;;;;\nRekeningnummer;Transactiedatum;Valutacode;CreditDebet;Bedrag;Tegenrekeningnummer;Tegenrekeninghouder;Valutadatum;Betaalwijze;Omschrijving;Type betaling;Machtigingsnummer;Incassant ID;Adres\n\
            NL1;05-03-2024;EUR;D;37,50;NL91ABNA0417164300;Zorg & Zeker;05-03-2024;Incasso;x;x;M-1;DE98ZZZ09999999999;\n";
        let asn = "05-03-2024,NL1,NL91ABNA0417164300,Zorg & Zeker,,,,EUR,1.00,EUR,-37.50,05-03-2024,05-03-2024,8810,INC,1,,'premie Incassant ID: DE98ZZZ09999999999 Kenmerk Machtiging: M-1',3\n\
            06-03-2024,NL1,NL2,Werk,,,,EUR,1.00,EUR,2500.00,06-03-2024,06-03-2024,8810,OVB,2,,'loon',3\n";
        let triodos = "\"05-03-2024\",\"NL1\",\"37,50\",\"Debet\",\"Zorg & Zeker\",\"NL91ABNA0417164300\",\"IC\",\"premie\",\"1,00\"\n\
            \"06-03-2024\",\"NL1\",\"2.500,00\",\"Credit\",\"Werk\",\"NL2\",\"OV\",\"loon\",\"1,00\"\n";
        let all = [
            ("n26", n26),
            ("n26 now", n26_now),
            ("revolut", revolut),
            ("sparkasse", sparkasse),
            ("knab", knab),
            ("asn", asn),
            ("triodos", triodos),
        ];
        all.map(|(bank, text)| (bank, text.to_owned())).into()
    }

    #[test]
    fn the_tables_of_more_banks_are_known_by_their_heads_or_their_cells() {
        for (bank, text) in of_more_banks() {
            let found = read(&text).expect(bank);
            let [paid] = &found[..] else { panic!("{bank}: {found:?}") };
            assert_eq!((paid.payee.as_str(), paid.amount), ("Zorg & Zeker", 3750), "{bank}");
            assert_eq!(paid.day.to_string(), "2024-03-05", "{bank}");
            if ["asn", "knab", "sparkasse"].contains(&bank) {
                assert_eq!((paid.mandate.as_deref(), paid.creditor.is_some()), (Some("M-1"), true), "{bank}");
            }
        }
    }

    #[test]
    fn a_row_beyond_the_bounds_hides_no_other() {
        let row = "123456789\tEUR\t20240305\t1,00\t2,00\t20240305\t-37,50\t/TRTP/x/NAME/Zorg/IBAN/NL1/EREF/1\n";
        let long = row.replace("/EREF/1", &"x".repeat(100_000));
        for text in [format!("{row}{long}{row}"), format!("{long}{row}{row}")] {
            assert_eq!(read(&text).expect("a statement").len(), 2);
        }
    }

    #[test]
    fn what_is_no_statement_is_refused_and_one_of_an_unknown_bank_says_so() {
        for text in ["url,username,password\n", "", "a\tb\n1\t2\n", "name,born\nAnna,2001-02-03\n"] {
            assert_eq!(read(text).map(|_| ()), Err(FindError::Unknown), "{text}");
        }
        for text in
            ["Jour;Montant;Qui\n05-03-2024;-37,50;Zorg\n", "Datum;Bedrag;Naam tegenpartij\nthe fifth;-37,50;Zorg\n"]
        {
            assert_eq!(read(text).map(|_| ()), Err(FindError::UnknownBank), "{text}");
        }
        assert_eq!(read("Datum;Bedrag;Naam tegenpartij\n").map(|found| found.len()), Ok(0), "a month of nothing");
    }
}
