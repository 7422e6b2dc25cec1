//! The dashboard's languages. In: a key and perhaps an argument. Out: text in Dutch or English, from
//! `locales/*.ftl` (Project Fluent). Keys that are written out in a page are checked when this is built (`build/locales.rs`);
//! those that are put together are checked by a test, and one that is missing shows as itself.

use std::{collections::BTreeMap, fmt::Display};

use fluent_bundle::FluentArgs;
use regie_protocol::{AskedPath, FieldPath, Value, audit::Event, policy::SAID, segment::Predicate};

pub(crate) use crate::locale::Language;
use crate::{clock, command::Failure, sentences};

/// Text in one language.
#[derive(Clone, Copy)]
pub(crate) struct Words(pub(crate) Language);

impl Words {
    pub(crate) fn say(&self, key: &str) -> String {
        self.0.say(key)
    }

    /// A message about a number, `$n`.
    pub(crate) fn count<N: Copy + TryInto<u64>>(&self, key: &str, n: &N) -> String {
        self.0.counted(key, (*n).try_into().unwrap_or(u64::MAX))
    }

    /// A message about something, `$what`.
    pub(crate) fn of(&self, key: &str, what: &str) -> String {
        self.0.about(key, what)
    }

    /// The name of something from the vocabularies: `field`, `group`, `purpose`, `agreement`, `answer`, `state`,
    /// `access`, `kind`, `refusal`, `sector`. What a supplier made up shows as it is.
    pub(crate) fn name(&self, kind: &str, of: impl Display) -> String {
        let of = of.to_string();
        let key = format!("{kind}-{}", of.replace(['.', '_'], "-"));
        self.message(&key, None).unwrap_or(of)
    }

    /// What a field's form says beside its name: of the field itself, or of what it holds.
    pub(crate) fn hint(&self, field: FieldPath) -> Option<String> {
        let own = format!("hint-of-{}", field.info().path.replace('.', "-"));
        let of_kind = || self.message(&format!("hint-{}", field.info().kind.name().replace('_', "-")), None);
        self.message(&own, None).or_else(of_kind)
    }

    /// The names of several, one after the other.
    pub(crate) fn names<T: Display>(&self, kind: &str, of: impl IntoIterator<Item = T>) -> String {
        of.into_iter().map(|one| self.name(kind, one)).collect::<Vec<_>>().join(", ")
    }

    /// A rule's name: those of the presets are translated, the others are the person's own.
    pub(crate) fn rule(&self, name: &str) -> String {
        if name.starts_with(SAID) {
            return self.say("rule-you-said");
        }
        self.message(&sentences::rule_key(name), None).unwrap_or_else(|| name.to_owned())
    }

    /// A value as people read it: countries, languages and choices by their names, a day as a day.
    pub(crate) fn value(&self, field: &FieldPath, value: &Value) -> String {
        sentences::value(*field, value.as_str(), self.0)
    }

    /// Who belongs to a pattern.
    pub(crate) fn predicate(&self, of: &Predicate) -> String {
        sentences::predicate(of, self.0)
    }

    /// A moment, to the minute, by this machine's clock and zone.
    pub(crate) fn time(&self, at: &str) -> String {
        clock::local(at).map_or_else(|| at.to_owned(), |local| format!("{}, {}", self.day(at), local.time))
    }

    /// A day, by this machine's zone.
    pub(crate) fn day(&self, at: &str) -> String {
        clock::local(at).map_or_else(
            || at.to_owned(),
            |local| format!("{} {} {}", local.day, self.name("calendar", local.month), local.year),
        )
    }

    /// A failure in a sentence, and what the node said of it where that tells more: in English, where the reason is not
    /// one of the core's.
    pub(crate) fn failure(&self, failure: &Failure) -> (String, Option<String>) {
        let code = failure.code.replace('_', "-");
        let said = || failure.said(self.0);
        if let Some(refused) = self.message(&format!("refusal-{code}"), None) {
            // Both times are in what the node said.
            return (refused, (failure.code == "clock_skew").then(said));
        }
        let whole = matches!(failure.code.as_str(), "not_found" | "already_done" | "no_node" | "comes_later");
        match self.message(&format!("failure-{code}"), None) {
            Some(words) => (words, (!whole).then(said)),
            None => (said(), None),
        }
    }

    /// An event of the log, in a sentence.
    pub(crate) fn event(&self, event: &Event) -> String {
        match event {
            Event::Answered { .. } => self.answered(event),
            Event::Paired { agreement } => self.of("event-paired", &self.name("agreement", agreement)),
            Event::Granted { rule, .. } => self.of("event-granted", &self.rule(rule)),
            Event::AskedBy { rules, .. } => self.asked_by(rules),
            Event::Rejected { code } => self.of("event-rejected", &self.name("refusal", code.code())),
            Event::Acted { kind, .. } => self.of("event-acted", &self.name("act-kind", kind)),
            Event::ActRefused { code, .. } => self.of("event-act-refused", &self.name("refusal", code.code())),
            Event::Received { collection, .. } => self.of("event-received", &self.name("collection", collection)),
            Event::RejectedMore { count } => self.of("event-rejected-more", &count.to_string()),
            Event::Revoked { erase: true, .. } => self.say("event-revoked-erase"),
            Event::FieldChanged { field, present: false } => self.of("event-field-removed", &self.name("field", field)),
            Event::FieldChanged { field, .. } => self.of("event-field-changed", &self.name("field", field)),
            Event::LetterSent { fields, .. } if !fields.is_empty() => {
                self.of("event-letter-told", &self.names("field", fields))
            }
            Event::Paused { paused: false } => self.say("event-resumed"),
            Event::Vouched { vouched: false } => self.say("event-vouched-no"),
            other => self.say(&format!("event-{}", other.kind().replace('_', "-"))),
        }
    }

    /// Fields that wait, and the rules by which they do.
    fn asked_by(&self, rules: &BTreeMap<AskedPath, String>) -> String {
        let waits = rules.iter().map(|(field, rule)| format!("{} ({})", self.name("field", field), self.rule(rule)));
        self.of("event-asked-by", &waits.collect::<Vec<_>>().join(", "))
    }

    fn answered(&self, event: &Event) -> String {
        let Event::Answered { request, released, absent, asked, refused } = event else { return String::new() };
        let given = if request.is_none() { "event-told" } else { "event-released" };
        let parts = [
            (given, self.names("field", released.keys())),
            ("event-absent", self.names("field", absent)),
            ("event-asked", self.names("field", asked.keys())),
            ("event-refused", self.names("field", refused.keys())),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(_, names)| !names.is_empty()).map(|(key, names)| self.of(key, names)).collect();
        if parts.is_empty() { self.say("event-nothing") } else { parts.join(" ") }
    }

    fn message(&self, key: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        self.0.message(key, arguments)
    }
}

#[cfg(test)]
mod tests {
    use regie_protocol::{
        Agreement, Policy, Purpose, Refusal, VOCABULARY, policy,
        standing::{Contradiction, Unread},
    };

    use super::*;

    /// Codes a page can meet that are not a peer's refusal.
    const FAILURES: [&str; 13] = [
        "changed_profile",
        "look_first",
        "not_found",
        "bad_argument",
        "already_done",
        "bad_pairing",
        "refused",
        "no_node",
        "unreachable",
        "damaged",
        "store",
        "internal",
        "locked",
    ];

    #[test]
    fn times_are_of_this_machine_and_failures_speak_the_language() {
        let dutch = Words(Language::Dutch);
        assert_eq!(dutch.day("2026-05-09T12:00:00Z"), "9 mei 2026");
        assert!(dutch.time("2026-05-09T12:00:00.25Z").starts_with("9 mei 2026, "));
        assert_eq!(dutch.time("far away"), "far away");
        let (words, detail) = dutch.failure(&Failure::usage("a word of the node"));
        assert_ne!(words, "a word of the node");
        assert_eq!(detail.as_deref(), Some("a word of the node"));
        assert_eq!(dutch.failure(&Failure::new("expired", 5, "x")).1, None);
        let refused: Failure = regie_protocol::person::OwnerError::TooManyIntents.into();
        assert!(dutch.failure(&refused).1.is_some_and(|detail| detail.contains("trek er eerst een in")));
        assert_eq!(dutch.failure(&Failure::new("new_code", 1, "as it is")), ("as it is".to_owned(), None));
    }

    #[test]
    fn every_name_of_the_vocabularies_is_translated() {
        for language in [Language::English, Language::Dutch] {
            let words = Words(language);
            let there = |kind: &str, of: &str| {
                let key = format!("{kind}-{}", of.replace(['.', '_'], "-"));
                assert!(words.message(&key, None).is_some(), "{key} {language:?}");
            };
            for info in VOCABULARY {
                there("field", info.path);
                there("group", info.group);
            }
            Purpose::ALL.iter().for_each(|purpose| there("purpose", purpose.name()));
            Agreement::ALL.iter().for_each(|agreement| there("agreement", agreement.code()));
            Refusal::ALL.iter().for_each(|refusal| there("refusal", refusal.code()));
            Unread::ALL.iter().for_each(|unread| there("unread", unread.code()));
            Contradiction::ALL.iter().for_each(|by| there("contradiction", by.code()));
            ["none", "claimed", "proven", "contradicted"].iter().for_each(|standing| there("standing", standing));
            assert_ne!(words.rule(policy::NOT_KNOWN), policy::NOT_KNOWN);
            (1..=12).for_each(|month: u8| there("calendar", &month.to_string()));
            for code in FAILURES {
                there("failure", code);
            }
        }
        for rule in Policy::preset("open").expect("a preset").rules {
            assert_ne!(Words(Language::Dutch).rule(&rule.name), rule.name, "{}", rule.name);
        }
    }
}
