//! The catalogue: what can be wanted, by code, with the details that matter for each kind.
//!
//! In: a category, names and values as somebody wrote them. Out: the kind that the list has, each detail in its one form, or why it is none,
//! with a code. Persons, suppliers and their patterns mean the same by a code, and words for codes are not made here. A code never changes
//! its meaning: a kind or a detail that is missing gets a code of its own, and who does not know it shows what stands there as it is
//! written (docs/protocol.md, 13.9).

use std::collections::BTreeMap;

use crate::{
    contract::Currency,
    field::{
        self, Called, Country,
        FieldKind::{self, Choice, Date, Money, PartialDate, Text, YesNo},
        FieldPath, Unfit, Words, count,
    },
    intent::{Category, Per},
    limits,
    text::plain_line,
};

/// Something that people want.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its category, as an intent has it.
    pub code: &'static str,
    /// How often it is mostly paid.
    pub paid: Per,
    /// What matters of it, in the order in which it is asked.
    pub details: &'static [Detail],
}

/// Something that matters of a kind, or a term of an offer.
#[derive(Debug, PartialEq, Eq)]
pub struct Detail {
    /// Its name in the details of an intent and the terms of an offer: one name, one meaning, in every kind.
    pub code: &'static str,
    /// What its values look like.
    pub kind: FieldKind,
    /// The field of the person's own that holds it, where there is one.
    pub of: Option<&'static str>,
}

/// The category of what no other kind is for.
pub const OTHER: &str = "other";

/// What offers of every kind may say besides its details.
pub const TERMS: &[Detail] =
    &[d("bound", count("months", 0, 360)), d("notice", count("months", 0, 12)), d("once", Money), d("from", Date)];

/// Every kind of version 1, sorted by code.
#[rustfmt::skip]
pub const KINDS: &[Kind] = &[
    k("care.child", Per::Month, &[
        d("children", count("", 1, 10)), d("youngest", count("years", 0, 17)), d("days-week", count("days", 1, 7)),
        d("care", Choice(&["daycare", "after_school", "childminder", "sitter"])), REGION, FROM,
    ]),
    k("education.tutoring", Per::Month, &[
        d("subject", Text), d("level", Choice(&["primary", "secondary", "vocational", "higher"])),
        d("hours-week", halves("hours", 1, 40)), d("taught", Choice(&["at_home", "online", "elsewhere"])), REGION, FROM,
    ]),
    k("energy.contract", Per::Month, &[
        PERSONS, ELECTRICITY, GAS, of("feed-in", count("kWh", 0, 1_000_000), "connection.feedIn"),
        d("tariff", Choice(&["fixed", "variable", "dynamic"])), d("green", YesNo), REGION, FROM,
    ]),
    k("finance.loan", Per::Month, &[
        d("sum", Money), MONTHS, d("spent-on", Choice(&["car", "home", "other_loans", "study", "other"])), FROM,
    ]),
    k("finance.mortgage", Per::Month, &[
        d("sum", Money), d("home-worth", Money), d("years", count("years", 1, 40)), d("fixed-years", count("years", 0, 30)),
        d("repaid", Choice(&["annuity", "linear", "interest_only"])), d("first-home", YesNo), FROM,
    ]),
    k("food.box", Per::Month, &[
        PERSONS, d("meals-week", count("", 1, 21)), d("food", Choice(&["anything", "vegetarian", "vegan", "fish"])), REGION, FROM,
    ]),
    k("home.cleaning", Per::Month, &[
        d("hours-week", halves("hours", 1, 40)), AREA, d("how-often", Choice(&["weekly", "fortnightly", "monthly", "one_time"])),
        REGION, FROM,
    ]),
    k("home.heat-pump", Per::Once, &[
        d("pump", Choice(&["hybrid", "air", "ground"])), AREA, DWELLING, BUILT,
        of("energy-label", Choice(&["a_plus", "a", "b", "c", "d", "e", "f", "g"]), "home.energyLabel"), GAS,
        d("heated-by", Choice(&["radiators", "floor", "both"])), REGION, FROM,
    ]),
    k("home.kitchen", Per::Once, &[
        d("layout", Choice(&["straight", "corner", "u_shape", "island"])), d("length", count("cm", 60, 2_000)),
        d("appliances", YesNo), d("fitted", YesNo), REGION, FROM,
    ]),
    k("home.moving", Per::Once, &[
        d("volume", count("m\u{b3}", 1, 500)), d("distance", count("km", 0, 5_000)), d("floor", count("", 0, 60)),
        d("lift", YesNo), d("packed", YesNo), REGION, d("to-region", Text), FROM,
    ]),
    k("home.solar", Per::Once, &[
        d("panels", count("", 1, 200)), of("roof", Choice(&["tiles", "flat", "thatched", "other"]), "home.roof"),
        d("faces", Choice(&["south", "south_east", "south_west", "east", "west", "north"])), ELECTRICITY,
        d("battery", YesNo), REGION, FROM,
    ]),
    k("insurance.car", Per::Month, &[
        d("cover", Choice(&["liability", "limited", "full"])), d("claim-free", count("years", 0, 80)),
        d("km-year", count("km", 0, 200_000)), FUEL, of("registered", PartialDate, "car.firstRegistered"), REGION, FROM,
    ]),
    k("insurance.health", Per::Month, &[
        PERSONS, d("excess", Money), d("dental", YesNo), d("physiotherapy", count("", 0, 100)), d("free-choice", YesNo), FROM,
    ]),
    k("insurance.home", Per::Month, &[
        d("insured", Choice(&["contents", "building", "both"])), AREA, DWELLING, d("contents-worth", Money), REGION, FROM,
    ]),
    k("insurance.liability", Per::Month, &[HOUSEHOLD, FROM]),
    k("insurance.travel", Per::Month, &[
        PERSONS, d("covered", Choice(&["one_trip", "all_year"])), d("where", Choice(&["europe", "world"])), d("winter-sports", YesNo),
        FROM,
    ]),
    k("other", Per::Once, &[REGION, FROM]),
    k("telecom.internet", Per::Month, &[
        d("speed", count("Mbit/s", 1, 10_000)), d("line", Choice(&["any", "fibre", "cable", "dsl", "mobile"])), d("television", YesNo),
        d("landline", YesNo), REGION, FROM,
    ]),
    k("telecom.mobile", Per::Month, &[
        d("data", count("GB", 0, 1_000)), d("minutes", count("min", 0, 10_000)), d("abroad", YesNo), d("device", YesNo),
        d("keeps-number", YesNo), FROM,
    ]),
    k("travel.holiday", Per::Once, &[
        PERSONS, d("children", count("", 0, 10)), d("nights", count("", 1, 180)),
        d("holiday", Choice(&["sun", "city", "nature", "snow", "active"])),
        d("travels-by", Choice(&["aeroplane", "train", "car", "coach", "ship"])), d("destination", Text), FROM,
    ]),
    k("vehicle.bike-lease", Per::Month, &[
        d("bike", Choice(&["city", "electric", "cargo", "speed_pedelec", "sport"])), MONTHS, d("insured-against-theft", YesNo), REGION, FROM,
    ]),
    k("vehicle.car-lease", Per::Month, &[
        d("car-size", Choice(&["small", "medium", "large", "van"])), FUEL, d("km-year", count("km", 0, 200_000)), MONTHS, FROM,
    ]),
];

const PERSONS: Detail = of("persons", count("", 1, 20), "household.size");
const ELECTRICITY: Detail = of("electricity", count("kWh", 0, 1_000_000), "energy.annualElectricity");
const GAS: Detail = of("gas", count("m\u{b3}", 0, 1_000_000), "energy.annualGas");
const AREA: Detail = of("area", count("m\u{b2}", 5, 5_000), "home.area");
const BUILT: Detail = of("built", PartialDate, "home.built");
const DWELLING: Detail = of(
    "dwelling",
    Choice(&["apartment", "terraced", "corner", "semi_detached", "detached", "room", "houseboat", "other"]),
    "home.kind",
);
const FUEL: Detail = of("fuel", Choice(&["petrol", "diesel", "electric", "hybrid", "gas", "other"]), "car.fuel");
const HOUSEHOLD: Detail = d("household", Choice(&["alone", "couple", "family", "single_parent"]));
const MONTHS: Detail = d("months", count("months", 1, 480));
const REGION: Detail = d("region", Text);
const FROM: Detail = d("from", Date);

const fn k(code: &'static str, paid: Per, details: &'static [Detail]) -> Kind {
    Kind { code, paid, details }
}

const fn d(code: &'static str, kind: FieldKind) -> Detail {
    Detail { code, kind, of: None }
}

const fn of(code: &'static str, kind: FieldKind, field: &'static str) -> Detail {
    Detail { code, kind, of: Some(field) }
}

const fn halves(unit: &'static str, least: u32, most: u32) -> FieldKind {
    FieldKind::Number { unit, least, most, decimals: 1 }
}

/// Why something is no detail of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadDetail {
    /// The kind has none of that name.
    #[error("no detail of {kind} is called so; there are: {known}")]
    Unknown {
        /// Of which kind.
        kind: &'static str,
        /// The names that there are.
        known: String,
    },
    /// The value is none of its type.
    #[error("{0}")]
    Unfit(#[from] Unfit),
    /// Text of several lines, too long, or of characters that do not show.
    #[error("not one line of at most {} bytes", limits::DETAIL_BYTES)]
    Line,
}

crate::coded::coded! {
    BadDetail, "detail";
    Self::Unknown { kind, known } => "unknown" ("kind": *kind, "known": known);
    Self::Unfit(_) => "unfit";
    Self::Line => "line" ("bytes": limits::DETAIL_BYTES);
}

/// What is wrong, by the name of the detail.
pub type Faults = BTreeMap<String, BadDetail>;

impl Kind {
    /// The kind of this category; none where the list has it not.
    #[must_use]
    pub fn of(category: &Category) -> Option<&'static Self> {
        Self::find(&category.to_string())
    }

    /// The kind of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        KINDS.binary_search_by(|kind| kind.code.cmp(code)).ok().map(|at| &KINDS[at])
    }

    /// Its detail of this name.
    #[must_use]
    pub fn detail(&self, code: &str) -> Option<&'static Detail> {
        self.details.iter().find(|detail| detail.code == code)
    }

    /// What of these details is wanted, each in its one form.
    ///
    /// # Errors
    /// Every detail that the kind has not, or whose value does not fit.
    pub fn details_of(
        &self,
        typed: &BTreeMap<String, String>,
        home: Option<Country>,
        words: &dyn Words,
    ) -> Result<BTreeMap<String, String>, Faults> {
        self.read(&[], typed, |detail, text| detail.read_wanted(text, home, words))
    }

    /// The terms of an offer of this kind, each in its one form: its details, and [`TERMS`].
    ///
    /// # Errors
    /// Every term that is none, or whose value does not fit.
    pub fn terms_of(
        &self,
        typed: &BTreeMap<String, String>,
        words: &dyn Words,
    ) -> Result<BTreeMap<String, String>, Faults> {
        self.read(TERMS, typed, |detail, text| detail.read(text, None, words))
    }

    fn read(
        &self,
        more: &'static [Detail],
        typed: &BTreeMap<String, String>,
        value_of: impl Fn(&Detail, &str) -> Result<String, BadDetail>,
    ) -> Result<BTreeMap<String, String>, Faults> {
        let (mut read, mut faults) = (BTreeMap::new(), Faults::new());
        for (name, text) in typed {
            let detail = self.detail(name).or_else(|| more.iter().find(|detail| detail.code == name));
            let value = detail.ok_or_else(|| self.unknown(more)).and_then(|detail| value_of(detail, text));
            match value {
                Ok(value) => drop(read.insert(name.clone(), value)),
                Err(why) => drop(faults.insert(name.clone(), why)),
            }
        }
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    fn unknown(&self, more: &[Detail]) -> BadDetail {
        let all = self.details.iter().chain(more.iter().filter(|term| self.detail(term.code).is_none()));
        let known = all.map(|detail| detail.code).collect::<Vec<_>>().join(", ");
        BadDetail::Unknown { kind: self.code, known }
    }
}

impl Detail {
    /// The detail or term of this name, of whatever kind: one name has one meaning.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        Self::all().find(|detail| detail.code == code)
    }

    /// All details and terms; one of several kinds comes several times.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        KINDS.iter().flat_map(|kind| kind.details).chain(TERMS)
    }

    /// The field of the person's own that holds it.
    #[must_use]
    pub fn field(&self) -> Option<FieldPath> {
        self.of?.parse().ok()
    }

    /// What it is counted in; empty for things, and for what is no number.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self.kind {
            FieldKind::Number { unit, .. } => unit,
            _ => "",
        }
    }

    /// What somebody wants of it: as [`Self::read`], and of a choice any of several, in the order of the list with commas between.
    ///
    /// # Errors
    /// Why it is no value of it.
    pub fn read_wanted(&self, text: &str, home: Option<Country>, words: &dyn Words) -> Result<String, BadDetail> {
        let FieldKind::Choice(codes) = self.kind else { return self.read(text, home, words) };
        let read = |part: &str| self.read(part, home, words);
        let wanted: Vec<String> = text.split(',').map(read).collect::<Result<_, _>>()?;
        let several = codes.iter().copied().filter(|code| wanted.iter().any(|one| one == code));
        let several = several.collect::<Vec<_>>().join(",");
        if several.len() <= limits::DETAIL_BYTES { Ok(several) } else { Err(BadDetail::Line) }
    }

    /// What was written, in the one form of its type.
    ///
    /// # Errors
    /// Why it is no value of it.
    pub fn read(&self, text: &str, home: Option<Country>, words: &dyn Words) -> Result<String, BadDetail> {
        let value = self.kind.read(Called::Answer(self.code), text.trim(), home, words)?;
        let line = plain_line(value.as_str(), limits::DETAIL_BYTES);
        if line { Ok(value.as_str().to_owned()) } else { Err(BadDetail::Line) }
    }
}

/// An amount of money as people write it, in the smallest unit of the currency that it names, or of `otherwise`.
///
/// # Errors
/// Why it is none.
pub fn amount(text: &str, otherwise: Currency, words: &dyn Words) -> Result<(u64, Currency), Unfit> {
    field::amount::amount(text.trim(), otherwise, None, words)
}

/// Is what is offered what is wanted of the detail of this name? Of a choice any of several may be wanted.
#[must_use]
pub fn meets(name: &str, wanted: &str, offered: &str) -> bool {
    let is_choice = || Detail::find(name).is_some_and(|detail| matches!(detail.kind, FieldKind::Choice(_)));
    wanted == offered || (wanted.contains(',') && is_choice() && wanted.split(',').any(|one| one == offered))
}

/// For how many months an offer binds, as its terms say; none where they do not.
#[must_use]
pub fn bound(terms: &BTreeMap<String, String>) -> Option<u16> {
    terms.get("bound")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::field::Codes;

    fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn kinds_are_sorted_categories_and_one_name_has_one_meaning() {
        assert!(KINDS.is_sorted_by(|one, next| one.code < next.code));
        let mut meanings: BTreeMap<&str, FieldKind> = BTreeMap::new();
        for kind in KINDS {
            let category: Category = kind.code.parse().expect("a category");
            assert_eq!(Kind::of(&category), Some(kind));
            let names: BTreeSet<&str> = kind.details.iter().map(|detail| detail.code).collect();
            assert_eq!(names.len(), kind.details.len(), "{}", kind.code);
            assert!(kind.details.len() + TERMS.len() <= limits::DETAILS, "{}", kind.code);
        }
        for detail in Detail::all() {
            let word = detail.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            assert!(word && detail.code.len() <= limits::DETAIL_NAME_BYTES, "{}", detail.code);
            assert_eq!(detail.of.is_some(), detail.field().is_some(), "{}", detail.code);
            let same = |one: FieldKind, other: FieldKind| match (one, other) {
                // How many there may be is a kind's own.
                (FieldKind::Number { unit, .. }, FieldKind::Number { unit: of, .. }) => unit == of,
                (one, other) => one == other,
            };
            let meaning = meanings.entry(detail.code).or_insert(detail.kind);
            assert!(same(*meaning, detail.kind), "{} means two things", detail.code);
        }
    }

    #[test]
    fn details_come_in_their_one_form_or_every_one_that_does_not_fit_is_named() {
        let energy = Kind::find("energy.contract").expect("a kind");
        let typed = pairs(&[("persons", " 3"), ("electricity", "3.500 kWh"), ("tariff", "FIXED"), ("region", "35xx")]);
        let wanted = pairs(&[("persons", "3"), ("electricity", "3500"), ("tariff", "fixed"), ("region", "35xx")]);
        assert_eq!(energy.details_of(&typed, None, &Codes), Ok(wanted.clone()));
        assert_eq!(energy.details_of(&wanted, None, &Codes), Ok(wanted), "a form is read as itself");
        let long = "x".repeat(limits::DETAIL_BYTES + 1);
        let bad = pairs(&[("persons", "many"), ("colour", "red"), ("bound", "12"), ("region", &long), ("gas", "5")]);
        let faults = energy.details_of(&bad, None, &Codes).expect_err("none fits but the gas");
        assert_eq!(faults.keys().collect::<Vec<_>>(), ["bound", "colour", "persons", "region"]);
        assert_eq!(faults["persons"], BadDetail::Unfit(Unfit::NotNumber));
        assert_eq!(faults["region"], BadDetail::Line);
        assert!(matches!(&faults["colour"], BadDetail::Unknown { known, .. } if known.contains("persons")));
    }

    #[test]
    fn any_of_several_choices_is_wanted_and_one_is_offered() {
        let energy = Kind::find("energy.contract").expect("a kind");
        let choice = energy.details.iter().find(|detail| matches!(detail.kind, Choice(codes) if codes.len() > 1));
        let choice = choice.expect("a choice");
        let [first, second, ..] = choice.kind.choices() else { panic!("two") };
        let typed = pairs(&[(choice.code, &format!("{second}, {first},{second}"))]);
        let wanted = energy.details_of(&typed, None, &Codes).expect("several");
        assert_eq!(wanted[choice.code], format!("{first},{second}"), "in the order of the list, each once");
        assert_eq!(energy.details_of(&wanted, None, &Codes), Ok(wanted.clone()), "a form is read as itself");
        assert!(meets(choice.code, &wanted[choice.code], second) && !meets(choice.code, first, second));
        assert!(!meets("region", "a,b", "a"), "a text is one");
        assert!(energy.terms_of(&wanted, &Codes).is_err(), "what is offered is one thing");
        assert!(energy.details_of(&pairs(&[(choice.code, &format!("{first},"))]), None, &Codes).is_err());
    }

    #[test]
    fn an_offer_has_terms_besides() {
        let energy = Kind::find("energy.contract").expect("a kind");
        let terms = energy.terms_of(&pairs(&[("bound", "12 months"), ("persons", "3")]), &Codes).expect("terms");
        assert_eq!(bound(&terms), Some(12));
        assert!(energy.terms_of(&pairs(&[("bound", "-1")]), &Codes).is_err());
        assert_eq!(bound(&BTreeMap::new()), None);
    }

    #[test]
    fn what_the_list_does_not_have_is_no_kind() {
        for unknown in ["travel.trains", "energy", "energy.contract.more"] {
            assert_eq!(Kind::of(&unknown.parse().expect("a category")), None, "{unknown}");
        }
        assert!(Kind::find(OTHER).is_some());
    }
}
