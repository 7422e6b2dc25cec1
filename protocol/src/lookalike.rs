//! Names that a reader could take for one another.
//!
//! In: two names or domains. Out: whether they look alike, and the forms by which many are compared at once. Two look
//! alike where they are the same but for case, spaces, punctuation, accents and characters that can't be seen, or where
//! the confusable characters of Unicode Technical Standard 39 make them so (`vattenfaII`, `Gеmeente` with a Cyrillic е,
//! `rnodern`).

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_security::{MixedScript as _, skeleton};

use crate::text::disguises;

/// The forms of a name; two that share one look alike. None for a name without a letter or digit.
///
/// Neither form alone suffices: the skeleton of `I` is that of `l`, so `ING` and `ing` differ in it, and `vattenfaII`
/// differs from `vattenfall` in anything else.
#[must_use]
pub fn forms(name: &str) -> Vec<String> {
    let seen: String = name.nfkd().filter(|c| !is_combining_mark(*c) && !disguises(*c)).collect();
    let lower = bare(&seen.to_lowercase());
    // Before the case is folded, while a capital I still looks like a small l, and after it, for the letters that
    // folding makes.
    let skeleton = bare(&look(&look(&seen).to_lowercase()));
    let mut forms = Vec::new();
    for (kind, form) in [("case ", lower), ("look ", skeleton)] {
        if !form.is_empty() {
            forms.push(kind.to_owned() + &form);
        }
    }
    forms
}

/// Could a reader take one for the other? A name looks like itself.
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    let others = forms(other);
    forms(one).iter().any(|form| others.contains(form))
}

/// Are its letters of several scripts that are not written together, as Latin and Cyrillic are not?
#[must_use]
pub fn mixes_scripts(name: &str) -> bool {
    !name.is_single_script()
}

/// What Unicode's table of confusable characters makes of a text.
fn look(text: &str) -> String {
    skeleton(text).collect()
}

/// Letters and digits alone.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_reader_confuses_are_found_and_others_are_not() {
        let alike_pairs = [
            ("Gemeente Utrecht", "Gemeente Utrecht"),
            ("Gemeente Utrecht", "gemeente  utrecht"),
            ("Gemeente Utrecht", "Gemeente\u{200b} Utrecht"),
            ("Gemeente Utrecht", "Gemeente-Utrecht."),
            ("Gemeente Utrecht", "G\u{435}m\u{435}\u{435}nte Utrecht"),
            ("Gemeente Utrecht", "\u{ff27}\u{ff25}meente Utrecht"),
            ("ING", "ing"),
            ("ING", "\u{406}NG"),
            ("Vattenfall", "VattenfaII"),
            ("Vattenfall", "vattenfa11"),
            ("Ziggo", "Zigg\u{1ecd}"),
            ("Ziggo", "Zigg0"),
            ("modern.nl", "rnodern.nl"),
            ("utrecht.nl", "Utrecht NL"),
        ];
        for (one, other) in alike_pairs {
            assert!(alike(one, other) && alike(other, one), "{one} and {other}: {:?} {:?}", forms(one), forms(other));
        }
        for (one, other) in [
            ("Gemeente Utrecht", "Gemeente Amersfoort"),
            ("ING", "ABN"),
            ("Vattenfall", "Vattenval"),
            ("", "  "),
            ("…", "!!"),
            ("utrecht.nl", "utrecht.org"),
        ] {
            assert!(!alike(one, other), "{one} and {other}");
        }
        assert!(mixes_scripts("G\u{435}meente") && !mixes_scripts("Gemeente Utrecht 1") && !mixes_scripts("株式会社"));
    }
}
