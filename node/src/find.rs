//! Organisations that hold a person's data, as the person's own files tell of them.
//!
//! In: bytes of files that other programs wrote, a list of organisations. Out: whom the person has to do with, and how that is
//! known; never a password, and of payments no single amount. Nothing here has a clock, a store or a network: bytes go
//! in, findings come out. `domain` and `name` say when two texts mean one organisation, `payment` what comes again in a statement,
//! `directory` reads lists of organisations.

mod directory;
mod domain;
mod fault;
mod name;
mod payment;

pub(crate) use directory::is_language;
pub use directory::{DirectoryEntry, ENTRIES, EntryKind, RefusedEntry, Slug, Transport, read as read_directory};
pub use domain::{BadDomain, Domain};
pub use fault::FindError;
pub use name::plain as plain_name;
pub use payment::{BadCreditor, CreditorId, Recurring, Rhythm};

/// Longest name of an organisation, in bytes.
pub const NAME_BYTES: usize = 256;
/// Longest postal address, in bytes.
pub const ADDRESS_BYTES: usize = 1024;
/// Longest e-mail address, web address or telephone number, in bytes.
pub const CONTACT_BYTES: usize = 1024;
/// Longest user name that is kept as a hint, in bytes.
pub const LOGIN_BYTES: usize = 254;
/// Longest mandate of a direct debit, in bytes (SEPA has 35 characters).
pub const MANDATE_BYTES: usize = 140;

/// Text of one line as it may be kept: without control characters, white space joined, cut at a whole character where it is
/// longer than `bytes`. None where nothing remains.
#[must_use]
pub fn line(text: &str, bytes: usize) -> Option<String> {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let joined = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = joined.floor_char_boundary(bytes);
    Some(joined[..cut].trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// Text of several lines, likewise.
#[must_use]
pub fn lines(text: &str, bytes: usize) -> Option<String> {
    let kept: Vec<String> = text.lines().filter_map(|one| line(one, bytes)).collect();
    let joined = kept.join("\n");
    Some(joined[..joined.floor_char_boundary(bytes)].trim_end().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_at_a_whole_character_and_holds_no_control() {
        assert_eq!(line(" a\tb\u{0}  c ", 64).as_deref(), Some("a b c"));
        assert_eq!(line("ééé", 3).as_deref(), Some("é"));
        assert_eq!(line("\r\n", 64), None);
        assert_eq!(lines("Kade 1\r\n\r\n1011 AA  Amsterdam\n", 64).as_deref(), Some("Kade 1\n1011 AA Amsterdam"));
        assert_eq!(lines("Kade 1\n1011", 7).as_deref(), Some("Kade 1"));
    }
}
