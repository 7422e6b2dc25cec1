//! Whether every text that a page asks for is there, in each language, with the argument that it needs. In: the files of
//! Project Fluent, and the places that ask. Out: what is wrong, in words. The build script and a test share it.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};

/// How pages ask, and which argument each way gives.
const WAYS: [(&str, Option<&str>); 3] = [("say(", None), ("count(", Some("n")), (".of(", Some("what"))];

/// A place that asks for a text by a key that is written out there.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    place: String,
    key: String,
    gives: Option<&'static str>,
}

/// The keys and their variables.
type Messages = BTreeMap<String, BTreeSet<String>>;

/// Every place in a text that asks.
pub fn calls(place: &str, text: &str) -> Vec<Call> {
    let mut found = Vec::new();
    for (way, gives) in WAYS {
        for (at, _) in text.match_indices(way) {
            // Another word may end in this one.
            let apart = way.starts_with('.') || !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let asked = text[at + way.len()..].trim_start().strip_prefix('"');
            if let Some((key, _)) = asked.filter(|_| apart).and_then(|asked| asked.split_once('"')) {
                let line = text[..at].lines().count().max(1);
                found.push(Call { place: format!("{place}:{line}"), key: key.to_owned(), gives });
            }
        }
    }
    found
}

/// What is wrong: a file that can't be read, a message that a language lacks, a key that is nowhere, an argument that
/// nobody gives.
pub fn faults(languages: &[(&str, String)], calls: &[Call]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut read = Vec::new();
    for (language, text) in languages {
        match messages(text) {
            Ok(messages) => read.push((language, messages)),
            Err(error) => faults.push(format!("locales/{language}.ftl: {error}")),
        }
    }
    let all: BTreeSet<&String> = read.iter().flat_map(|(_, messages)| messages.keys()).collect();
    for (language, messages) in &read {
        let lacking = all.iter().filter(|key| !messages.contains_key(**key));
        faults.extend(lacking.map(|key| format!("locales/{language}.ftl has no `{key}`, which another language has")));
        for Call { place, key, gives } in calls {
            let Some(variables) = messages.get(key) else {
                faults.push(format!("{place} asks for `{key}`, which is not in locales/{language}.ftl"));
                continue;
            };
            for missing in variables.iter().filter(|variable| Some(variable.as_str()) != *gives) {
                faults.push(format!("{place} asks for `{key}` without ${missing}, which locales/{language}.ftl needs"));
            }
        }
    }
    faults
}

fn messages(text: &str) -> Result<Messages, String> {
    let resource = parser::parse(text).map_err(|(_, errors)| {
        errors.first().map_or_else(String::new, |error| {
            let line = text.get(..error.pos.start).map_or(0, |before| before.matches('\n').count());
            format!("line {}: {error}", line + 1)
        })
    })?;
    let mut found = Messages::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let mut variables = BTreeSet::new();
            message.value.iter().for_each(|value| of_pattern(value, &mut variables));
            if found.insert(message.id.name.to_owned(), variables).is_some() {
                return Err(format!("`{}` stands there twice", message.id.name));
            }
        }
    }
    Ok(found)
}

fn of_pattern(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            of_expression(expression, found);
        }
    }
}

fn of_expression(expression: &Expression<&str>, found: &mut BTreeSet<String>) {
    match expression {
        Expression::Select { selector, variants } => {
            of_inline(selector, found);
            variants.iter().for_each(|variant| of_pattern(&variant.value, found));
        }
        Expression::Inline(inline) => of_inline(inline, found),
    }
}

fn of_inline(inline: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => drop(found.insert(id.name.to_owned())),
        InlineExpression::Placeable { expression } => of_expression(expression, found),
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|argument| of_inline(argument, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(english: &str, dutch: &str, page: &str) -> Vec<String> {
        faults(&[("en", english.to_owned()), ("nl", dutch.to_owned())], &calls("page", page))
    }

    #[test]
    fn a_page_whose_words_are_there_is_built() {
        let english =
            "hello = Hello\nmany = { $n ->\n    [one] one thing\n   *[other] { $n } things\n }\nit = It is { $what }\n";
        let page =
            "{{ t.say(\"hello\") }} {{ t.count(\n \"many\", n) }} {{ t.of(\"it\", x) }} iter.count() essay(\"x\")";
        assert_eq!(calls("page", page).len(), 3);
        assert!(of(english, english, page).is_empty());
    }

    #[test]
    fn what_lacks_is_told_by_its_place() {
        let both = "hello = Hello { $what }\n";
        let told = of(both, both, "\n\nt.say(\"hello\")");
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains("page:3") && told[0].contains("$what"), "{told:?}");
        assert!(of(both, both, "t.count(\"hello\", n)")[0].contains("without $what"));
        assert!(of(both, both, "t.say(\"goodbye\")")[0].contains("asks for `goodbye`"));
        assert!(of(both, "", "")[0].contains("nl.ftl has no `hello`"));
        assert!(of(both, "hello = { $what", "")[0].contains("nl.ftl: line 1"));
        assert!(of(both, "a = b\na = c\n", "").iter().any(|fault| fault.contains("twice")));
    }
}
