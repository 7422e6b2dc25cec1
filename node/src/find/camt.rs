//! Statements as CAMT.053 (ISO 20022), versions .02 to .08 and what is read the same. In: text. Out: payments.

use regie_protocol::{calendar::Date, contract::Currency};

use super::{
    CreditorId, FindError, limits,
    statement::{Payment, amount_of, date_of},
    xml::{Part, ends, walk, within},
};

/// What one transaction of an entry says.
#[derive(Clone, Default)]
struct Detail {
    amount: Option<u64>,
    name: String,
    account: String,
    mandate: String,
    creditor: Option<CreditorId>,
}

/// An entry of the account.
#[derive(Default)]
struct Entry {
    day: Option<Date>,
    amount: Option<u64>,
    currency: Option<Currency>,
    debit: bool,
    reversed: bool,
    details: Vec<Detail>,
    detail: Detail,
}

pub(super) fn read(text: &str) -> Result<Vec<Payment>, FindError> {
    let (mut found, mut entry, mut statement) = (Vec::new(), Entry::default(), false);
    walk(text, "Ccy", |path, part| {
        statement |= within(path, "BkToCstmrStmt");
        if !within(path, "Ntry") {
            return;
        }
        match part {
            Part::Open(_) if ends(path, &["Ntry"]) => entry = Entry::default(),
            Part::Open(Some(currency)) if ends(path, &["Ntry", "Amt"]) => entry.currency = currency.parse().ok(),
            Part::Open(_) if ends(path, &["TxDtls"]) => entry.detail = Detail::default(),
            Part::Text(text) => entry.hear(path, text),
            Part::Close if ends(path, &["TxDtls"]) && entry.details.len() < limits::PAYMENTS => {
                let detail = std::mem::take(&mut entry.detail);
                entry.details.push(detail);
            }
            Part::Close if ends(path, &["Ntry"]) && found.len() < limits::PAYMENTS => {
                found.extend(std::mem::take(&mut entry).payments());
            }
            _ => {}
        }
    })?;
    if statement { Ok(found) } else { Err(FindError::Unknown) }
}

impl Entry {
    fn hear(&mut self, path: &[String], text: &str) {
        let is = |names: &[&str]| ends(path, names);
        let detail = within(path, "TxDtls");
        match () {
            () if is(&["Ntry", "Amt"]) => self.amount = amount_of(text).map(|(amount, _)| amount),
            () if is(&["Ntry", "CdtDbtInd"]) => self.debit = text == "DBIT",
            () if is(&["Ntry", "RvslInd"]) => self.reversed = text == "true" || text == "1",
            () if is(&["BookgDt", "Dt"]) || is(&["BookgDt", "DtTm"]) => self.day = date_of(text),
            () if !detail => {}
            () if is(&["TxDtls", "Amt"]) || is(&["TxAmt", "Amt"]) => {
                self.detail.amount = amount_of(text).map(|(amount, _)| amount);
            }
            // `Pty` stands between the two since version .04.
            () if is(&["Cdtr", "Nm"]) || is(&["Cdtr", "Pty", "Nm"]) => text.clone_into(&mut self.detail.name),
            () if is(&["CdtrAcct", "Id", "IBAN"]) => text.clone_into(&mut self.detail.account),
            () if is(&["MndtId"]) => text.clone_into(&mut self.detail.mandate),
            () if is(&["Othr", "Id"]) && within(path, "RltdPties") && self.detail.creditor.is_none() => {
                self.detail.creditor = text.parse().ok();
            }
            () => {}
        }
    }

    fn payments(self) -> Vec<Payment> {
        let Self { day: Some(day), amount: Some(whole), currency, debit: true, reversed: false, details, .. } = self
        else {
            return Vec::new();
        };
        let one = details.len() == 1;
        let made = details.into_iter().filter_map(|detail| {
            // Of several in one entry each has to say its own amount.
            let amount = detail.amount.or_else(|| one.then_some(whole))?;
            let currency = currency.unwrap_or(Currency::EUR);
            Payment::of(day, amount, currency, &detail.name, &detail.account, detail.creditor, &detail.mandate)
        });
        made.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A debit entry, with what stands around a party's name in the version.
    fn statement(version: &str, party: (&str, &str)) -> String {
        let (open, close) = party;
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id><Acct><Id><IBAN>NL00BANK0123456789</IBAN></Id></Acct><Bal><Amt Ccy="EUR">900.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">37.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2024-03-05</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>x</EndToEndId><MndtId>M-1</MndtId></Refs><RltdPties><Cdtr>{open}<Nm>Zorg &amp; Zeker</Nm><Id><PrvtId><Othr><Id>DE98ZZZ09999999999</Id></Othr></PrvtId></Id>{close}</Cdtr><CdtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></CdtrAcct></RltdPties></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">2500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><DtTm>2024-03-06T10:00:00</DtTm></BookgDt><NtryDtls><TxDtls><RltdPties><Cdtr><Nm>Anna</Nm></Cdtr></RltdPties></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><BookgDt><Dt>2024-03-07</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Cdtr><Nm>Back</Nm></Cdtr></RltdPties></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"#
        )
    }

    #[test]
    fn both_shapes_of_a_party_are_read_and_only_what_was_paid() {
        for (version, party) in [("02", ("", "")), ("08", ("<Pty>", "</Pty>"))] {
            let found = read(&statement(version, party)).expect("a statement");
            let [paid] = &found[..] else { panic!("{version}: {found:?}") };
            assert_eq!((paid.payee.as_str(), paid.amount), ("Zorg & Zeker", 3750), "{version}");
            assert_eq!(paid.creditor.as_ref().map(ToString::to_string).as_deref(), Some("DE98ZZZ09999999999"));
            assert_eq!((paid.mandate.as_deref(), paid.day.to_string().as_str()), (Some("M-1"), "2024-03-05"));
        }
    }

    #[test]
    fn another_document_is_none_and_one_with_a_document_type_is_refused() {
        assert_eq!(read("<a/>").map(|_| ()), Err(FindError::Unknown));
        let hostile = statement("02", ("", "")).replacen("?>", "?><!DOCTYPE d [<!ENTITY x SYSTEM 'file:///x'>]>", 1);
        assert_eq!(read(&hostile).map(|_| ()), Err(FindError::DocumentType));
    }
}
