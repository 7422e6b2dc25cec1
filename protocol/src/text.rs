//! What a line of somebody else's text may be made of.
//!
//! In: text that a peer gives. Out: whether it shows what it says. A character that shows nothing, or that changes how
//! the text around it is shown, lets two lines look the same or one line look like another; none is taken.

use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};

/// One line of text within `most` bytes that shows what it says.
#[must_use]
pub fn plain_line(text: &str, most: usize) -> bool {
    text.len() <= most && !text.chars().any(disguises)
}

/// The same for text of several lines, parted by line feeds.
#[must_use]
pub fn plain_lines(text: &str, most: usize) -> bool {
    text.len() <= most && !text.chars().any(|c| c != '\n' && disguises(c))
}

/// Is it a character that can't be seen, or that disguises others?
///
/// Control characters; line and paragraph separators; all that Unicode calls default ignorable (zero-width spaces and
/// joiners, marks and overrides of direction, tags, variation selectors, fillers, the soft hyphen); the marks of
/// interlinear annotation; the empty Braille pattern, which is blank and no space; private use and noncharacters, which
/// mean nothing to anybody else.
#[must_use]
pub fn disguises(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let code = u32::from(c);
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{2800}' | '\u{fff9}'..='\u{fffb}')
        || matches!(code, 0xe000..=0xf8ff | 0xf_0000..=0x10_ffff | 0xfdd0..=0xfdef)
        || code & 0xfffe == 0xfffe
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_seen_is_not_taken_and_what_people_write_is() {
        // Bidi_Control, zero-width, tags, variation selectors, fillers: by code, from Unicode's PropList.txt and
        // DerivedCoreProperties.txt, so that the crate's data are held against something.
        let hidden = [
            0x00ad..=0x00ad,
            0x034f..=0x034f,
            0x061c..=0x061c,
            0x115f..=0x1160,
            0x17b4..=0x17b5,
            0x180b..=0x180f,
            0x200b..=0x200f,
            0x2028..=0x202e,
            0x2060..=0x206f,
            0x3164..=0x3164,
            0xfe00..=0xfe0f,
            0xfeff..=0xfeff,
            0xffa0..=0xffa0,
            0xfff0..=0xfffb,
            0x1_bca0..=0x1_bca3,
            0x1_d173..=0x1_d17a,
            0xe_0000..=0xe_0fff,
        ];
        for code in hidden.into_iter().flatten().chain([0, 9, 10, 13, 0x7f, 0x85, 0x2800, 0xe000, 0xffff, 0x10_fffe]) {
            let c = char::from_u32(code).expect("a character");
            assert!(disguises(c), "U+{code:04X}");
            assert!(!plain_line(&format!("Gemeente{c}Utrecht"), 64), "U+{code:04X}");
        }
        for text in ["Gemeente Utrecht", "Łódź & Zoë's \u{a0}Café – “ja”", "Ωμέγα Привет 株式会社 שלום نور हिन्दी 😀 €"]
        {
            assert!(plain_line(text, 256), "{text}");
        }
        assert!(plain_lines("two\nlines", 9) && !plain_line("two\nlines", 9) && !plain_lines("two\r\nlines", 99));
        assert!(!plain_line("toolong", 6));
    }
}
