//! A page with a form on it, as somebody had filled it in. In: a page of our own templates, where its form was sent to, what
//! was typed, what went wrong. Out: the same page, with what was typed in the form that it came from, and the error there.
//!
//! It reads nothing but what our templates write: each `<` and `>` in a text is escaped there, so a tag ends at the first `>`.

/// Kinds of inputs whose values are never put back: what the page itself put there, a secret, a file, a button.
const LEFT: [&str; 7] = ["hidden", "password", "file", "submit", "button", "reset", "image"];

/// Puts an error into a page, and what was typed into the form that it came from. Is that form not there, the error stands
/// above everything else.
pub(super) fn refilled(page: &str, to: &str, typed: &[(String, String)], error: &str) -> String {
    let tags = Tag::all(page);
    let Some(form) = form_of(&tags, to, typed) else { return above(page, &tags, error) };
    let mut filled = String::with_capacity(page.len() + error.len());
    let mut written = 0;
    let mut filling = Filling { left: typed.to_vec(), select: None };
    let opened = around(&tags, form.0);
    for (at, tag) in tags.iter().enumerate() {
        if tag.begin < written {
            continue;
        }
        filled.push_str(&page[written..tag.begin]);
        written = tag.end;
        if opened.contains(&at) {
            filled.push_str(&tag.with("open", None));
        } else if at == form.0 {
            filled.push_str(tag.text);
            filled.push_str(error);
        } else if at > form.0 && at < form.1 {
            match filling.tag(tag) {
                Filled::As(text) => filled.push_str(&text),
                Filled::Content(text) => {
                    filled.push_str(tag.text);
                    filled.push_str(&escaped(&text));
                    written = tags.get(at + 1).map_or(tag.end, |end| end.begin);
                }
            }
        } else {
            filled.push_str(tag.text);
        }
    }
    filled.push_str(&page[written..]);
    filled
}

/// A tag of a page.
#[derive(Debug)]
struct Tag<'a> {
    text: &'a str,
    /// Where it begins and ends.
    begin: usize,
    end: usize,
    /// `form`, `/form`.
    name: &'a str,
}

impl<'a> Tag<'a> {
    fn all(page: &'a str) -> Vec<Self> {
        let mut tags = Vec::new();
        let mut from = 0;
        while let Some(begin) = page[from..].find('<').map(|at| from + at) {
            let Some(end) = page[begin..].find('>').map(|at| begin + at + 1) else { break };
            let text = &page[begin..end];
            let name = text[1..].split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
            tags.push(Self { text, begin, end, name });
            from = end;
        }
        tags
    }

    /// The value of an attribute; empty, where it stands there without one.
    fn attribute(&self, name: &str) -> Option<String> {
        self.attributes().find(|(own, _)| *own == name).map(|(_, value)| plain(value))
    }

    fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let inner = self.text.trim_start_matches('<').trim_end_matches('>');
        let mut rest = inner.get(self.name.len()..).unwrap_or_default();
        std::iter::from_fn(move || {
            rest = rest.trim_start();
            let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() {
                return None;
            }
            let Some(quoted) = after.strip_prefix("=\"") else {
                rest = after;
                return Some((name, ""));
            };
            let end = quoted.find('"').unwrap_or(quoted.len());
            rest = quoted.get(end + 1..).unwrap_or_default();
            Some((name, &quoted[..end]))
        })
    }

    /// The same tag with an attribute set.
    fn with(&self, name: &str, value: Option<&str>) -> String {
        let without = self.without(name);
        let mut tag = without.trim_end_matches('>').to_owned();
        tag.push_str(&value.map_or_else(|| format!(" {name}"), |value| format!(" {name}=\"{}\"", escaped(value))));
        tag.push('>');
        tag
    }

    fn without(&self, name: &str) -> String {
        let mut tag = format!("<{}", self.name);
        for (own, value) in self.attributes().filter(|(own, _)| *own != name) {
            // As it stood there: escaped already.
            let quoted = self.text.contains(&format!(" {own}=\""));
            tag.push_str(&if quoted { format!(" {own}=\"{value}\"") } else { format!(" {own}") });
        }
        tag.push('>');
        tag
    }

    /// What is sent of it, where it is a part of a form that has a name.
    fn sends(&self) -> Option<String> {
        matches!(self.name, "input" | "textarea" | "select" | "button").then(|| self.attribute("name"))?
    }

    fn kind(&self) -> String {
        self.attribute("type").unwrap_or_else(|| "text".to_owned())
    }
}

/// What stands in a tag's place.
enum Filled {
    As(String),
    /// The tag, and this up to the next one.
    Content(String),
}

/// What is yet to be put back.
struct Filling {
    left: Vec<(String, String)>,
    /// The name of the list that the tags are in.
    select: Option<String>,
}

impl Filling {
    fn tag(&mut self, tag: &Tag<'_>) -> Filled {
        let name = tag.attribute("name").unwrap_or_default();
        match tag.name {
            "select" => self.select = Some(name),
            "/select" => self.select = None,
            "option" => {
                let of = self.select.clone().unwrap_or_default();
                let Some(value) = tag.attribute("value") else { return Filled::As(tag.text.to_owned()) };
                return Filled::As(self.set(tag, "selected", &of, &value));
            }
            "textarea" => {
                if let Some(text) = self.next(&name) {
                    return Filled::Content(text);
                }
            }
            "input" => match tag.kind().as_str() {
                "checkbox" | "radio" => {
                    let value = tag.attribute("value").unwrap_or_else(|| "on".to_owned());
                    return Filled::As(self.set(tag, "checked", &name, &value));
                }
                kind if LEFT.contains(&kind) => {}
                _ => {
                    if let Some(text) = self.next(&name) {
                        return Filled::As(tag.with("value", Some(&text)));
                    }
                }
            },
            _ => {}
        }
        Filled::As(tag.text.to_owned())
    }

    /// A choice, as it was made; a list of which nothing was sent stays as it is.
    fn set(&self, tag: &Tag<'_>, attribute: &str, name: &str, value: &str) -> String {
        let of_name = || self.left.iter().filter(|(own, _)| own == name);
        if attribute == "selected" && of_name().next().is_none() {
            return tag.text.to_owned();
        }
        if of_name().any(|(_, own)| own == value) { tag.with(attribute, None) } else { tag.without(attribute) }
    }

    /// The next value that was typed under this name.
    fn next(&mut self, name: &str) -> Option<String> {
        let at = self.left.iter().position(|(own, _)| own == name)?;
        Some(self.left.remove(at).1)
    }
}

/// The form that was sent: from which tag to which. Of several to one place it is the one that has all of its names, with
/// what the page itself had put there.
fn form_of(tags: &[Tag<'_>], to: &str, typed: &[(String, String)]) -> Option<(usize, usize)> {
    let is_it = |tag: &Tag<'_>| {
        let posts = tag.attribute("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        tag.name == "form"
            && posts
            && tag.attribute("action").is_some_and(|action| action.split('?').next() == Some(to))
    };
    let begins = tags.iter().enumerate().filter(|(_, tag)| is_it(tag)).map(|(at, _)| at);
    let forms = begins.filter_map(|begin| {
        let length = tags[begin..].iter().position(|tag| tag.name == "/form")?;
        Some((begin, begin + length))
    });
    let fits = |(begin, end): &(usize, usize)| {
        let own = &tags[*begin..*end];
        let has = |(name, value): &(String, String)| {
            own.iter().any(|tag| {
                let put_there = tag.name == "button" || tag.kind() == "hidden";
                let same = !put_there || name == "form" || tag.attribute("value").is_some_and(|own| own == *value);
                tag.sends().is_some_and(|own| own == *name) && same
            })
        };
        typed.iter().filter(|pair| has(pair)).count()
    };
    // Of equals the first.
    let all: Vec<(usize, usize)> = forms.collect();
    all.into_iter().rev().max_by_key(fits)
}

/// The closed parts that a form stands in.
fn around(tags: &[Tag<'_>], form: usize) -> Vec<usize> {
    let mut open = Vec::new();
    for (at, tag) in tags.iter().enumerate().take(form) {
        match tag.name {
            "details" => open.push(at),
            "/details" => drop(open.pop()),
            _ => {}
        }
    }
    open
}

fn above(page: &str, tags: &[Tag<'_>], error: &str) -> String {
    let Some(main) = tags.iter().find(|tag| tag.name == "main") else { return page.to_owned() };
    format!("{}{error}{}", &page[..main.end], &page[main.end..])
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

/// What an attribute of our templates says.
fn plain(text: &str) -> String {
    let text = text.replace("&#34;", "\"").replace("&quot;", "\"").replace("&#39;", "'").replace("&#x27;", "'");
    let text = text.replace("&#60;", "<").replace("&lt;", "<").replace("&#62;", ">").replace("&gt;", ">");
    text.replace("&#38;", "&").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(
        "<main id=\"main\"><details class=\"sure\"><summary>x</summary>",
        "<form method=\"post\" action=\"/a\"><input type=\"hidden\" name=\"id\" value=\"1\"><input name=\"t\" value=\"one\"></form></details>",
        "<details><summary>y</summary><form class=\"card\" method=\"post\" action=\"/a\"><input type=\"hidden\" name=\"form\" value=\"fresh\">",
        "<input type=\"hidden\" name=\"id\" value=\"2\"><input id=\"t\" name=\"t\" value=\"old &#34;x\" required><input type=\"password\" name=\"p\" value=\"\">",
        "<textarea name=\"area\">before</textarea><input type=\"checkbox\" name=\"c\" value=\"yes\" checked><input type=\"checkbox\" name=\"c\" value=\"no\">",
        "<select name=\"s\"><option value=\"a\" selected>A</option><option value=\"b\">B</option></select><button name=\"do\" value=\"save\">S</button></form></details></main>",
    );

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_was_typed_stands_in_the_form_that_it_came_from() {
        let typed = [
            ("form", "stale"),
            ("id", "2"),
            ("t", "<b>\"new\"</b>"),
            ("p", "secret"),
            ("area", "</textarea><script>"),
            ("c", "no"),
            ("s", "b"),
            ("do", "save"),
        ];
        let page = refilled(PAGE, "/a", &pairs(&typed), "<p>wrong</p>");
        for part in [
            "<details open><summary>y",
            "action=\"/a\"><p>wrong</p><input type=\"hidden\" name=\"form\" value=\"fresh\">",
            "name=\"t\" required value=\"&lt;b&gt;&quot;new&quot;&lt;/b&gt;\">",
            "<textarea name=\"area\">&lt;/textarea&gt;&lt;script&gt;</textarea>",
            "name=\"c\" value=\"yes\"><input type=\"checkbox\" name=\"c\" value=\"no\" checked>",
            "<option value=\"a\">A</option><option value=\"b\" selected>B</option>",
            "value=\"one\"></form></details>",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert!(!page.contains("secret") && !page.contains("stale") && !page.contains("<script>"), "{page}");
        assert_eq!(page.matches("wrong").count(), 1);
    }

    #[test]
    fn where_the_form_is_gone_the_error_stands_above_all() {
        let page = refilled(PAGE, "/b", &pairs(&[("t", "x")]), "<p>wrong</p>");
        assert!(page.starts_with("<main id=\"main\"><p>wrong</p><details"), "{page}");
        assert_eq!(refilled("no page", "/b", &[], "<p>wrong</p>"), "no page");
    }
}
