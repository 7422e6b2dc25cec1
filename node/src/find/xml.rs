//! XML without what makes it dangerous: no document types, so no entities but the five; bounded depth and texts. In: text. Out: what
//! opens, says something and closes, with the way to it.

use quick_xml::{Reader, events::Event};

use super::{FindError, limits};

/// What stands at one place of a document.
pub(super) enum Part<'a> {
    /// An element begins, with its attribute of the asked name.
    Open(Option<String>),
    /// The text of an element that has no others in it, once it closes.
    Text(&'a str),
    /// An element ends.
    Close,
}

/// Shows every part of a document, with the names of the elements that it is in.
pub(super) fn walk(text: &str, attribute: &str, mut visit: impl FnMut(&[String], Part<'_>)) -> Result<(), FindError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let (mut path, mut said): (Vec<String>, String) = (Vec::new(), String::new());
    loop {
        match reader.read_event().map_err(|_| FindError::Damaged)? {
            Event::DocType(_) => return Err(FindError::DocumentType),
            Event::Start(element) => {
                if path.len() >= limits::DEPTH {
                    return Err(FindError::TooDeep);
                }
                path.push(element.local_name().into_inner().to_owned());
                said.clear();
                let value = element.try_get_attribute(attribute).ok().flatten().map(|one| one.value.into_owned());
                visit(&path, Part::Open(value));
            }
            Event::Text(more) => add(&mut said, &more),
            Event::CData(more) => add(&mut said, &more),
            Event::GeneralRef(name) => {
                let of_number = name.resolve_char_ref().ok().flatten();
                let one = of_number.or(match &*name {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                });
                add(&mut said, one.unwrap_or(' ').encode_utf8(&mut [0; 4]));
            }
            Event::End(_) => {
                visit(&path, Part::Text(said.trim()));
                visit(&path, Part::Close);
                path.pop();
                said.clear();
            }
            Event::Eof if path.is_empty() => return Ok(()),
            Event::Eof => return Err(FindError::Damaged),
            _ => {}
        }
    }
}

fn add(said: &mut String, more: &str) {
    if said.len() + more.len() <= limits::TEXT_BYTES {
        said.push_str(more);
    }
}

/// Does the way to an element end so?
pub(super) fn ends(path: &[String], names: &[&str]) -> bool {
    path.len() >= names.len() && path.iter().rev().zip(names.iter().rev()).all(|(own, name)| own == name)
}

/// Is an element within one of this name?
pub(super) fn within(path: &[String], name: &str) -> bool {
    path.iter().any(|own| own == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Result<Vec<String>, FindError> {
        let mut found = Vec::new();
        walk(text, "x", |path, part| {
            if let Part::Text(text) = part {
                found.push(format!("{}={text}", path.join("/")));
            }
        })?;
        Ok(found)
    }

    #[test]
    fn texts_are_read_with_their_places() {
        let text =
            "<?xml version=\"1.0\"?><!-- c --><n:a xmlns:n=\"u\"><b>x &amp; &#233;<![CDATA[ <y> ]]></b><c/></n:a>";
        assert_eq!(texts(text).expect("read"), ["a/b=x & \u{e9} <y>", "a/c=", "a="]);
    }

    #[test]
    fn bombs_are_refused_before_they_go_off() {
        let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><l>&b;</l>";
        assert_eq!(texts(laughs), Err(FindError::DocumentType));
        let outside = "<!DOCTYPE l SYSTEM \"file:///etc/passwd\"><l/>";
        assert_eq!(texts(outside), Err(FindError::DocumentType));
        assert_eq!(texts(&"<a>".repeat(100_000)), Err(FindError::TooDeep));
        assert_eq!(texts("<a>"), Err(FindError::Damaged));
        assert_eq!(texts("<a></b>"), Err(FindError::Damaged));
        let long = format!("<a>{}</a>", "x".repeat(10 * limits::TEXT_BYTES));
        assert!(texts(&long).expect("read")[0].len() < 10, "a text that is too long is left out");
        assert_eq!(texts("<a>&unknown;</a>").expect("read"), ["a="]);
    }
}
