//! The looks of all pages on one: the steps of type and space, the colours, every part that pages are made of. In: the style sheet
//! itself, so that nothing shown here is another than what pages have. Out: a page, for who changes the looks, and for the tests.

use askama::Template;
use axum::{Extension, extract::State};

use super::{App, Page, Shown, Visitor, pictures::OverTime, show};
use crate::{person::verbs::MonthOfYear, web::style};

/// A value with a name, as the style sheet has it for light screens.
struct Token {
    name: String,
    value: String,
}

#[derive(Template)]
#[template(path = "style.html")]
struct Style {
    page: Page,
    colours: Vec<Token>,
    sizes: Vec<Token>,
    spaces: Vec<Token>,
    /// Numbers for the pictures; they are of nobody.
    over_time: OverTime,
    numbers: [u64; 4],
    few: u64,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let (mut colours, mut sizes, mut spaces) = (Vec::new(), Vec::new(), Vec::new());
    for token in tokens(&style()) {
        if token.name.starts_with("--t-") {
            sizes.push(token);
        } else if token.value.starts_with('#') {
            colours.push(token);
        } else if token.value.ends_with("rem") {
            spaces.push(token);
        }
    }
    let months: Vec<MonthOfYear> = (1..=12).map(month).collect();
    let page = visitor.page(&app, "security", "/style");
    show(&Style { page, colours, sizes, spaces, over_time: OverTime::of(&months), numbers: [1, 2, 3, 4], few: 3 })
}

/// The values of the sheet's first block.
fn tokens(style: &str) -> Vec<Token> {
    let block = style.split_once(":root {").map_or("", |(_, rest)| rest);
    let block = block.split_once("\n}").map_or(block, |(block, _)| block);
    let lines = block.lines().filter_map(|line| line.trim().strip_suffix(';')?.split_once(": "));
    let named = lines.filter(|(name, _)| name.starts_with("--"));
    named.map(|(name, value)| Token { name: name.to_owned(), value: value.to_owned() }).collect()
}

fn month(month: u8) -> MonthOfYear {
    let n = u64::from(month);
    MonthOfYear { year: 2026, month, answered: n * 7 % 23, told: n * 5 % 11, refused: n * 3 % 7 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_the_sheet_is_on_the_page() {
        let found = tokens(&style());
        let named = |name: &str| found.iter().any(|token| token.name == name);
        assert!(named("--ground") && named("--t-h1") && named("--s4") && named("--float"), "{}", found.len());
        assert!(tokens("").is_empty() && tokens(":root { color: red;").is_empty());
    }
}
