//! What is wanted by the codes of the catalogue: `catalogue.json`. In: nothing. Out: the file: every kind with its details and their types, as the
//! code has them, and cases of what is written for a kind, with expectations written by hand.

use std::collections::BTreeMap;

use regie_protocol::{FieldKind, catalogue, intent::Per};
use serde::{Deserialize, Serialize};

/// `catalogue.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub about: String,
    pub kinds: Vec<Kind>,
    /// What offers of every kind may say besides.
    pub terms: Vec<Detail>,
    pub cases: Vec<Case>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    pub code: String,
    pub paid: Per,
    pub details: Vec<Detail>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    pub code: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// What is written for a kind, as details of an intent or, with `offer`, as terms of an offer.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    pub category: String,
    pub offer: bool,
    pub typed: BTreeMap<String, String>,
    /// The one form of each, where all fit.
    pub read: Option<BTreeMap<String, String>>,
    /// The names of those that do not, each with a code.
    pub faults: BTreeMap<String, String>,
}

pub fn file() -> File {
    let kind = |kind: &catalogue::Kind| Kind {
        code: kind.code.to_owned(),
        paid: kind.paid,
        details: kind.details.iter().map(detail).collect(),
    };
    File {
        about: "What can be wanted, by code, and what matters of each (clause 13.9).".to_owned(),
        kinds: catalogue::KINDS.iter().map(kind).collect(),
        terms: catalogue::TERMS.iter().map(detail).collect(),
        cases: cases(),
    }
}

fn detail(detail: &catalogue::Detail) -> Detail {
    let (least, most, decimals) = match detail.kind {
        FieldKind::Number { least, most, decimals, .. } => (Some(least), Some(most), Some(decimals)),
        _ => (None, None, None),
    };
    Detail {
        code: detail.code.to_owned(),
        kind: detail.kind.name().to_owned(),
        unit: detail.unit().to_owned(),
        least,
        most,
        decimals,
        choices: detail.kind.choices().iter().map(|code| (*code).to_owned()).collect(),
    }
}

fn cases() -> Vec<Case> {
    let fits = |name, category, offer, typed: &[(&str, &str)], read: &[(&str, &str)]| {
        case(name, category, offer, typed, Some(read), &[])
    };
    vec![
        fits(
            "in their one form",
            "energy.contract",
            false,
            &[("persons", "3"), ("tariff", "fixed"), ("from", "2027-03-01")],
            &[("persons", "3"), ("tariff", "fixed"), ("from", "2027-03-01")],
        ),
        fits(
            "with a unit and a mark for thousands",
            "energy.contract",
            false,
            &[("electricity", "3.500 kWh")],
            &[("electricity", "3500")],
        ),
        fits("a half", "home.cleaning", false, &[("hours-week", "2,5")], &[("hours-week", "2.5")]),
        fits("nothing matters", "insurance.liability", false, &[], &[]),
        fits(
            "terms of an offer",
            "telecom.mobile",
            true,
            &[("data", "20"), ("bound", "12")],
            &[("bound", "12"), ("data", "20")],
        ),
        case("terms are no details", "telecom.mobile", false, &[("bound", "12")], None, &[("bound", "unknown")]),
        case(
            "each that does not fit is named",
            "energy.contract",
            false,
            &[("persons", "0"), ("colour", "red"), ("tariff", "cheap"), ("gas", "1200")],
            None,
            &[("colour", "unknown"), ("persons", "unfit"), ("tariff", "unfit")],
        ),
        case("no day", "other", false, &[("from", "2027-02-30")], None, &[("from", "unfit")]),
        case("several lines", "other", false, &[("region", "one\ntwo")], None, &[("region", "line")]),
        // No kind of the list: taken as it is written.
        fits("a kind that is not known", "travel.trains", false, &[("to", "Praha")], &[("to", "Praha")]),
    ]
}

fn case(
    name: &str,
    category: &str,
    offer: bool,
    typed: &[(&str, &str)],
    read: Option<&[(&str, &str)]>,
    faults: &[(&str, &str)],
) -> Case {
    let pairs = |of: &[(&str, &str)]| of.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    Case {
        name: name.to_owned(),
        category: category.to_owned(),
        offer,
        typed: pairs(typed),
        read: read.map(pairs),
        faults: pairs(faults),
    }
}
