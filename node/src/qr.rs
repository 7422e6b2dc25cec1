//! Links as QR codes. In: text. Out: a picture for pages and calls, or blocks for a terminal.

use qrcode::{
    EcLevel, QrCode,
    render::{svg, unicode::Dense1x2},
};

use crate::command::Failure;

/// A picture in SVG, at least so many pixels wide.
///
/// # Errors
/// Text that is too long for a code.
pub(crate) fn picture(text: &str, width: u32) -> Result<String, Failure> {
    Ok(code(text)?.render::<svg::Color<'_>>().min_dimensions(width, width).build())
}

/// Lines of blocks, of which a letter shows two.
///
/// # Errors
/// Text that is too long for a code.
pub(crate) fn blocks(text: &str) -> Result<String, Failure> {
    Ok(code(text)?.render::<Dense1x2>().build())
}

/// On a screen nothing is torn or stained, so the least correction makes the largest squares.
fn code(text: &str) -> Result<QrCode, Failure> {
    QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).map_err(Failure::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_a_picture_or_blocks_and_what_is_too_long_is_neither() {
        let link = "https://home.example:7483/add/0123456789";
        let picture = picture(link, 280).expect("short enough");
        assert!(picture.contains("<svg") && picture.ends_with("</svg>"), "{picture}");
        let blocks = blocks(link).expect("short enough");
        let wide: Vec<usize> = blocks.lines().map(|line| line.chars().count()).collect();
        assert!(wide.len() > 10 && wide.iter().all(|width| *width == wide[0]), "{blocks}");
        assert!(blocks.chars().all(|c| "█▀▄ \n".contains(c)), "{blocks}");
        // The largest code holds 2,953 bytes (ISO/IEC 18004, table 7).
        let long = "x".repeat(2_954);
        assert!(super::picture(&long, 280).is_err() && super::blocks(&long).is_err());
    }
}
