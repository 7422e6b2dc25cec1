//! A page of ours, as the way to it. In: text from a form or an address. Out: a path and a query at our own host; nothing
//! that leads a browser elsewhere is one.

use std::{fmt, str::FromStr};

use axum::http::uri::PathAndQuery;

use super::limits;

/// A path with its query, at whichever of our hosts a browser is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place(String);

/// It leads elsewhere, or nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoPlace;

impl Place {
    /// The first page.
    pub(super) fn home() -> Self {
        Self("/".to_owned())
    }

    /// As it was typed or sent; the first page where it is no place of ours.
    pub(super) fn or_home(text: &str) -> Self {
        text.parse().unwrap_or_else(|NoPlace| Self::home())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Without its query.
    pub(super) fn path(&self) -> &str {
        self.0.split('?').next().unwrap_or_default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        // Two slashes begin a host, and browsers read a backslash as a slash.
        let ours = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        let plain = text.len() <= limits::PLACE_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic());
        let read = ours && plain && text.parse::<PathAndQuery>().is_ok_and(|read| read.as_str() == text);
        if read { Ok(Self(text.to_owned())) } else { Err(NoPlace) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_ours_or_none() {
        for text in ["/", "/data/email", "/suppliers?q=a%20b&page=2", "/a//b", "/x?to=http://evil.example"] {
            assert_eq!(text.parse().as_ref().map(Place::text), Ok(text));
        }
        let long = format!("/{}", "a".repeat(limits::PLACE_BYTES));
        for text in [
            "",
            "data",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "http://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\r\nSet-Cookie: x",
            " /",
            "/#x",
            "/é",
            &long,
        ] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text:?}");
        }
        assert_eq!(Place::or_home("//evil.example"), Place::home());
        assert_eq!("/data?x=1".parse().as_ref().map(Place::path), Ok("/data"));
    }
}
