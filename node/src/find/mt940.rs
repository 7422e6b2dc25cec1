//! Statements as MT940 (SWIFT), as Dutch banks shape what stands in `:86:`, and German ones. In: text. Out: payments.
//!
//! The format is old and every bank bends it: what can't be read of an entry leaves that entry out, and nothing else.

use regie_protocol::{calendar::Date, contract::Currency};

use super::{
    FindError, limits,
    statement::{Payment, amount_of, date_of},
};

/// The names that stand between slashes in `:86:`; anything else is part of what stands before it.
const CODES: &[&str] = &[
    "ADDR", "BENM", "BIC", "CNTP", "CSID", "EREF", "IBAN", "ID", "IREF", "ISDT", "MARF", "NAME", "ORDP", "PREF",
    "PURP", "REMI", "RTRN", "RTYP", "SVCL", "TRTP", "TRCD", "ULTB", "ULTC", "ULTD",
];
/// Longest text of `:86:`, in bytes: six lines of 65 characters, and what banks add.
const WORDS_BYTES: usize = 4 * 1024;

/// One `:61:`: when, how much, whether it was paid.
struct Booked {
    day: Date,
    amount: u64,
    paid: bool,
}

pub(super) fn read(text: &str) -> Result<Vec<Payment>, FindError> {
    let (mut found, mut currency) = (Vec::new(), Currency::EUR);
    let (mut booked, mut words, mut known): (Option<Booked>, Option<String>, bool) = (None, None, false);
    let mut settle = |booked: &mut Option<Booked>, words: &mut Option<String>, currency| {
        if let (Some(Booked { day, amount, paid: true }), Some(words)) = (booked.take(), words.take()) {
            found.extend(of_words(day, amount, currency, &words));
        }
        found.len() < limits::PAYMENTS
    };
    for one in text.lines() {
        match tag(one) {
            Some((tag, rest)) => {
                if tag != "86" && !settle(&mut booked, &mut words, currency) {
                    break;
                }
                match tag {
                    "60F" | "60M" => currency = rest.get(7..10).and_then(|text| text.parse().ok()).unwrap_or(currency),
                    "61" => (booked, known) = (Booked::of(rest), true),
                    "86" if booked.is_some() => words = Some(rest.to_owned()),
                    _ => {}
                }
            }
            // What goes on, of a text that banks cut after 65 characters; a lone sign ends a message.
            None if one.trim() == "-" || one.starts_with("-}") => {}
            None => {
                if let Some(words) = words.as_mut().filter(|words| words.len() + one.len() <= WORDS_BYTES) {
                    words.push_str(one.trim_end_matches('\r'));
                }
            }
        }
    }
    settle(&mut booked, &mut words, currency);
    if known { Ok(found) } else { Err(FindError::Unknown) }
}

/// The tag that a line begins with, and what follows it.
fn tag(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix(':')?.split_once(':')?;
    let is_tag = (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_tag.then_some((tag, rest))
}

impl Booked {
    /// `2403050305D37,50NTRF…`: the day of value, that of booking, whether paid, the amount.
    fn of(text: &str) -> Option<Self> {
        let day = date_of(&format!("20{}", text.get(..6)?))?;
        let rest = text.get(6..)?.trim_start_matches(|c: char| c.is_ascii_digit());
        // An entry that takes another back is neither.
        let (paid, rest) = match rest.strip_prefix("RC").or_else(|| rest.strip_prefix("RD")) {
            Some(rest) => (false, rest),
            None => (rest.starts_with('D'), rest.strip_prefix(['C', 'D'])?),
        };
        // A letter of the currency may stand before the amount.
        let rest = rest.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(rest.len());
        let amount = amount_of(rest.get(..end)?.trim_end_matches(','))?.0;
        Some(Self { day, amount, paid })
    }
}

/// A payment, by the words that the bank wrote for it: parts between slashes (ING, Rabobank, ABN AMRO), parts behind question marks
/// (German banks), or names with colons (ABN AMRO's older form).
pub(super) fn of_words(day: Date, amount: u64, currency: Currency, words: &str) -> Option<Payment> {
    let parts = if words.starts_with('/') { slashed(words) } else { Vec::new() };
    let part = |code: &str| parts.iter().find(|(own, _)| *own == code).map_or("", |(_, text)| text.trim_matches('/'));
    if !parts.is_empty() {
        // `/CNTP/account/BIC/name/town/`.
        let whole = parts.iter().find(|(own, _)| *own == "CNTP").map_or("", |(_, text)| *text);
        let mut counterparty = whole.split('/');
        let (account, payee) = (counterparty.next().unwrap_or_default(), counterparty.nth(1).unwrap_or_default());
        let account = if account.is_empty() { part("IBAN") } else { account };
        let payee = if payee.is_empty() { part("NAME") } else { payee };
        return Payment::of(day, amount, currency, payee, account, part("CSID").parse().ok(), part("MARF"));
    }
    if let Some(parts) = asked(words) {
        let part = |from: &str| parts.iter().filter(|(own, _)| *own == from).map(|(_, text)| *text).collect::<String>();
        let purpose: String = parts.iter().filter(|(own, _)| own.starts_with('2')).map(|(_, text)| *text).collect();
        let payee = part("32") + &part("33");
        let (creditor, mandate) = (named(&purpose, "CRED+"), named(&purpose, "MREF+"));
        return Payment::of(day, amount, currency, &payee, &part("31"), creditor.parse().ok(), mandate);
    }
    let payee =
        ["Naam:", "NAAM:", "Name:"].iter().find_map(|name| words.find(name).map(|at| &words[at + name.len()..]));
    // ABN AMRO fills its lines with spaces; the next name ends this one.
    let payee = payee.map_or(words, |rest| {
        let ends = ["Machtiging:", "MACHTIGING:", "Omschrijving:", "Kenmerk:", "KENMERK:", "   "];
        let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
        &rest[..end]
    });
    let creditor = named(words, "Incassant:");
    Payment::of(day, amount, currency, payee, named(words, "IBAN:"), creditor.parse().ok(), named(words, "Machtiging:"))
}

/// The parts between slashes, by their codes.
fn slashed(words: &str) -> Vec<(&str, &str)> {
    let mut starts: Vec<(usize, usize, &str)> = Vec::new();
    for (at, _) in words.match_indices('/') {
        let rest = &words[at + 1..];
        let code = rest.split('/').next().unwrap_or_default();
        let closed = rest.len() > code.len();
        let free = starts.last().is_none_or(|(_, end, _)| at + 1 >= *end);
        if closed && free && CODES.contains(&code) && starts.len() < 64 {
            starts.push((at, at + code.len() + 2, code));
        }
    }
    let ends = starts.iter().skip(1).map(|(at, ..)| *at).chain([words.len()]);
    starts.iter().zip(ends).map(|((_, from, code), to)| (*code, words.get(*from..to).unwrap_or_default())).collect()
}

/// `005?00FOLGELASTSCHRIFT?20…?32NAME`: the parts by their two digits.
fn asked(words: &str) -> Option<Vec<(&str, &str)>> {
    let mut parts = words.split('?');
    parts.next().filter(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()))?;
    let found: Vec<_> = parts.take(64).filter_map(|part| Some((part.get(..2)?, part.get(2..)?))).collect();
    Some(found).filter(|parts| !parts.is_empty())
}

/// The word behind this.
fn named<'a>(words: &'a str, name: &str) -> &'a str {
    let rest = words.find(name).map_or("", |at| &words[at + name.len()..]).trim_start();
    // The next of SEPA's names ends it, in the German form without a space between.
    let rest = ["SVWZ+", "MREF+", "CRED+", "EREF+", "KREF+"].iter().fold(rest, |rest, end| match rest.find(end) {
        Some(at) => &rest[..at],
        None => rest,
    });
    rest.split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDITOR: &str = "DE98ZZZ09999999999";

    fn statement(words: &str) -> String {
        format!(
            ":20:P240305\r\n:25:NL00BANK0123456789EUR\r\n:28C:00001\r\n:60F:C240304EUR1000,00\r\n\
             :61:2403050305D37,50NDDTEREF//24065\r\n/TRCD/01016/\r\n:86:{words}\r\n\
             :61:240306C2500,00NTRFNONREF//1\r\n:86:/CNTP/NL2/X/Werk///REMI/USTD//loon/\r\n\
             :61:240307RD10,00NTRFNONREF//1\r\n:86:/CNTP/NL2/X/Terug///\r\n:62F:C240305EUR962,50\r\n-\r\n"
        )
    }

    #[test]
    fn the_shapes_of_several_banks_are_read() {
        for words in [
            // ING.
            format!(
                "/EREF/1//MARF/M-1//CSID/{CREDITOR}//CNTP/NL91ABNA0417164300/ABNANL2A/Zorg & Zeker/\r\nDelft//REMI/USTD//premie/"
            ),
            // Rabobank, cut within a word.
            "/MARF/M-1/EREF//BENM//NAME/Zorg &\r\n Zeker/REMI/premie/CSID/DE98ZZZ0999\r\n9999999/IBAN/NL91ABNA0417164300"
                .to_owned(),
            // ABN AMRO, new and old.
            format!(
                "/TRTP/SEPA Incasso algemeen doorlopend/CSID/{CREDITOR}/NAME/Zorg & Zeker/MARF/M-1/REMI/a/b/IBAN/NL91ABNA0417164300/BIC/ABNANL2A"
            ),
            format!(
                "SEPA Incasso algemeen doorlopend Incassant: {CREDITOR}  Naam: Zorg & Zeker            Machtiging: M-1 Omschrijving: premie IBAN: NL91ABNA0417164300"
            ),
            // A German bank.
            format!(
                "005?00FOLGELASTSCHRIFT?20EREF+1MREF+M-1?21CRED+{CREDITOR}SVWZ+x?30ABNANL2A?31NL91ABNA0417164300?32Zorg &?33 Zeker"
            ),
        ] {
            let found = read(&statement(&words)).expect("a statement");
            let [paid] = &found[..] else { panic!("{words}: {found:?}") };
            assert_eq!((paid.payee.as_str(), paid.amount), ("Zorg & Zeker", 3750), "{words}");
            assert_eq!(paid.creditor.as_ref().map(ToString::to_string).as_deref(), Some(CREDITOR), "{words}");
            assert_eq!(paid.mandate.as_deref(), Some("M-1"), "{words}");
            assert_eq!(paid.account.as_deref(), Some("NL91ABNA0417164300"), "{words}");
            assert_eq!(paid.day.to_string(), "2024-03-05");
        }
    }

    #[test]
    fn what_is_no_statement_is_none_and_a_bad_entry_is_left_out() {
        assert_eq!(read("").map(|_| ()), Err(FindError::Unknown));
        assert_eq!(read(":20:x\n:86:y").map(|_| ()), Err(FindError::Unknown));
        let torn = format!(":61:99\n:86:/NAME/X/\n:61:2413\u{e9}5D1\n{}", statement("/NAME/Zorg/IBAN/NL1"));
        assert_eq!(read(&torn).expect("a statement").len(), 1);
    }
}
