//! When two names mean one organisation. In: names as registers, banks and people write them. Out: what they have in common,
//! without marks, capitals, legal forms and the words around a name.

use regie_protocol::text::disguises;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// What stands at the end of a name for what kind of body it is.
const FORMS: &[&str] = &[
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bv",
    "bvba",
    "co",
    "cooperatie",
    "cooperatief",
    "corp",
    "corporation",
    "cv",
    "dac",
    "eg",
    "ev",
    "foundation",
    "gmbh",
    "holding",
    "inc",
    "incorporated",
    "kg",
    "kgaa",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "nv",
    "oy",
    "plc",
    "pte",
    "sa",
    "sarl",
    "sas",
    "sca",
    "se",
    "sicav",
    "sl",
    "spa",
    "srl",
    "sro",
    "stichting",
    "ua",
    "vof",
    "vzw",
];
/// What stands around a name and is none.
const AROUND: &[&str] = &["by", "de", "het", "the", "via", "www"];
/// Which country's branch it is.
const BRANCHES: &[&str] = &["benelux", "eu", "europe", "international", "nederland", "netherlands", "nl"];

/// A name by which organisations are compared; empty where nothing but such words is in it.
#[must_use]
pub fn plain(name: &str) -> String {
    // `B.V.` and `N.V.` are one word each.
    let folded: String = name
        .nfkd()
        .filter(|c| c.is_whitespace() || !disguises(*c))
        .filter(|c| !is_combining_mark(*c) && !matches!(c, '.' | '\'' | '\u{2019}'))
        .collect();
    let folded = folded.to_lowercase();
    let all: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let without = |lists: &[&[&str]]| -> Vec<&str> {
        all.iter().copied().filter(|word| !lists.iter().any(|list| list.contains(word))).collect()
    };
    let kept = without(&[FORMS, AROUND, BRANCHES]);
    // A name made of such words alone, as "The Foundation", is compared by all of them.
    if kept.is_empty() { all.join(" ") } else { kept.join(" ") }
}

/// Does a name of a bank statement begin with this whole name? Banks cut names, and put towns and numbers behind them.
pub(super) fn begins(statement: &str, name: &str) -> bool {
    const SHORTEST: usize = 4;
    let joined = |text: &str| text.replace(' ', "");
    let apart = statement.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    joined(name).chars().count() >= SHORTEST && (apart || joined(statement) == joined(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_whatever_form_stands_behind_it() {
        for (one, other) in [
            ("Vattenfall Klantenservice N.V.", "VATTENFALL KLANTENSERVICE NV"),
            ("Coöperatie Univé U.A.", "unive"),
            ("Ziggo Services B.V.", "Ziggo Services"),
            ("Netflix International B.V.", "Netflix"),
            ("H&M", "H & M"),
            ("Müller GmbH & Co. KG", "muller"),
            ("De Volkskrant", "volkskrant"),
        ] {
            assert_eq!(plain(one), plain(other), "{one}");
        }
        assert_ne!(plain("Stichting Pensioenfonds Zorg"), plain("Stichting Pensioenfonds Bouw"));
        assert_eq!(plain("The Foundation"), "the foundation");
        assert_eq!(plain("!?"), "");
    }

    #[test]
    fn a_bank_may_put_something_behind_a_name_and_not_within_it() {
        assert!(begins("spotify p1234abcd stockholm", "spotify"));
        assert!(begins("albert heijn 1076 utrecht", "albert heijn"));
        assert!(begins("basicfit", "basic fit"));
        assert!(!begins("spotifyer", "spotify"));
        assert!(!begins("ing hypotheken", "ing"), "three letters say too little");
    }
}
