//! The menu: what stands in it by itself, what stands in which group, and what waits where. In: the page that is shown. Out: the row
//! in the head of a page, and on a phone the bar of five below it (`templates/menu.html`).

use super::Page;

/// A part of the menu: its name there, and where it is.
type Part = (&'static str, &'static str);

/// What everybody comes for. On a phone it is the bar, with the button for all the rest as the fifth.
const FIRST: [Part; 4] = [("home", "/"), ("requests", "/requests"), ("suppliers", "/suppliers"), ("data", "/data")];

/// All the rest.
const GROUPS: [(&str, &[Part]); 3] = [
    ("papers", &[("inbox", "/inbox"), ("contracts", "/contracts"), ("cases", "/cases"), ("letters", "/letters")]),
    ("market", &[("wishes", "/wishes"), ("segments", "/segments")]),
    ("settings", &[("defaults", "/defaults"), ("audit", "/audit"), ("security", "/security")]),
];

/// A part as a page shows it.
pub(super) struct Item {
    pub(super) part: &'static str,
    pub(super) path: &'static str,
    /// How much waits there.
    pub(super) waits: usize,
    /// Is this page in it?
    pub(super) here: bool,
}

/// A group as a page shows it; what waits in it must be seen while it is closed.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) items: Vec<Item>,
    /// Its parts by their names, with spaces between: what its count is the sum of.
    pub(super) parts: String,
    pub(super) waits: usize,
    pub(super) here: bool,
}

impl Page {
    pub(super) fn first(&self) -> Vec<Item> {
        FIRST.iter().map(|part| self.item(*part)).collect()
    }

    pub(super) fn groups(&self) -> Vec<Group> {
        GROUPS.iter().map(|(name, parts)| self.group(name, parts.iter().copied())).collect()
    }

    /// All groups as one, for the button that opens them.
    pub(super) fn rest(&self) -> Group {
        self.group("more", GROUPS.iter().flat_map(|(_, parts)| parts.iter().copied()))
    }

    fn group(&self, name: &'static str, parts: impl Iterator<Item = Part>) -> Group {
        let items: Vec<Item> = parts.map(|part| self.item(part)).collect();
        let parts = items.iter().map(|item| item.part).collect::<Vec<_>>().join(" ");
        let waits = items.iter().map(|item| item.waits).sum();
        let here = items.iter().any(|item| item.here);
        Group { name, items, parts, waits, here }
    }

    fn item(&self, (part, path): Part) -> Item {
        Item { part, path, waits: self.waits_at(part), here: part == self.here }
    }
}

/// The lines of a part's picture, on a ground of 24 by 24, as SVG has paths.
pub(super) fn icon(part: &str) -> &'static str {
    match part {
        "home" => "M4 11 12 4l8 7v9h-5v-6H9v6H4z",
        "requests" => "M4 12l5 5L20 6",
        "suppliers" => "M4 20V6l8-3v17m0-11h8v11H3M7 9h2m-2 4h2m-2 4h2m6-4h2m-2 4h2",
        "data" => "M3 5h18v14H3zM9 13a2 2 0 1 0 0-4 2 2 0 0 0 0 4m-3 3c1-2 5-2 6 0m3-6h3m-3 4h3",
        "search" => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5 20 20",
        _ => "M5 7h14M5 12h14M5 17h14",
    }
}
