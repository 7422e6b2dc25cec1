//! What a notice says. In: what waits, the settings. Out: a line and a few more, without a value of any field; without a name
//! unless the person wants names.

use std::collections::BTreeMap;

use super::{Settings, Thing, WaitsFor};
use crate::find::line;

/// Most names on one line.
const NAMES: usize = 5;
/// Longest name, in bytes.
const NAME_BYTES: usize = 80;

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// In one line.
    pub(crate) title: String,
    /// In a few.
    pub(crate) text: String,
}

impl Notice {
    /// Of these things.
    pub(crate) fn of(things: &[&Thing], settings: &Settings) -> Self {
        let language = settings.spoken();
        let mut kinds: BTreeMap<WaitsFor, Vec<&Thing>> = BTreeMap::new();
        for thing in things {
            kinds.entry(thing.what).or_default().push(thing);
        }
        let title = language.counted("notice-waits", things.len() as u64);
        let said = |(what, of): (&WaitsFor, &Vec<&Thing>)| {
            let count = language.counted(&format!("waits-{}", what.code()), of.len() as u64);
            if settings.names { format!("{count} ({})", names(of)) } else { count }
        };
        let mut lines: Vec<String> = kinds.iter().map(said).collect();
        lines.push(language.say("notice-open"));
        Self { title, text: lines.join("\n") }
    }

    /// One that only shows that the way works.
    pub(crate) fn trial(settings: &Settings) -> Self {
        let language = settings.spoken();
        Self { title: language.say("notice-trial-title"), text: language.say("notice-trial") }
    }
}

/// Whom they are of, each name once and on one line.
fn names(things: &[&Thing]) -> String {
    let mut found: Vec<String> = Vec::new();
    for name in things.iter().filter_map(|thing| line(&thing.of, NAME_BYTES)) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    let more = found.len() > NAMES;
    found.truncate(NAMES);
    if more {
        found.push("…".to_owned());
    }
    found.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Language;

    fn thing(what: WaitsFor, of: &str) -> Thing {
        Thing { what, key: 1, of: of.to_owned() }
    }

    #[test]
    fn a_notice_counts_and_names_nobody_unless_it_may() {
        let all = [
            thing(WaitsFor::Requests, "Volt BV"),
            thing(WaitsFor::Requests, "Volt BV"),
            thing(WaitsFor::Documents, "Shop\r\nX-Evil: 1"),
        ];
        let things: Vec<&Thing> = all.iter().collect();
        let quiet = Notice::of(&things, &Settings::default());
        assert!(quiet.title.contains('3') && quiet.text.contains("2 requests"), "{quiet:?}");
        assert!(!quiet.text.contains("Volt") && !quiet.text.contains("Shop"), "{quiet:?}");
        let named = Notice::of(&things, &Settings { names: true, language: "nl".into(), ..Settings::default() });
        assert!(named.text.contains("(Volt BV)") && named.text.contains("2 verzoeken"), "{named:?}");
        assert_eq!(named.text.lines().count(), 3, "a name breaks no line: {named:?}");
        assert!(!named.title.contains("Volt"), "a lock screen shows the first line");
    }

    #[test]
    fn every_kind_has_its_words() {
        for language in Language::ALL {
            for what in WaitsFor::ALL {
                let said = Notice::of(
                    &[&thing(what, "x")],
                    &Settings { language: language.code().into(), ..Settings::default() },
                );
                assert!(!said.text.contains("waits-") && !said.title.contains("notice-"), "{said:?}");
            }
        }
    }
}
