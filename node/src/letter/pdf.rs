//! A letter as a PDF for the post: accessible (PDF/UA-1) and for keeping (PDF/A-2a). In: a letter that is written. Out: a file;
//! its address stands in the window of an envelope.
//!
//! The window is on the left, 20 mm from the side and 45 mm from the top (DIN 5008, form B; EN 13724's DL and C5 with a window
//! on the left, which Dutch shops sell beside those with one on the right). One font is embedded, as far as the letter uses it; what
//! it has no sign for is shown by a question mark, since a file for keeping may not have holes.

use std::{num::NonZeroU16, sync::OnceLock};

use krilla::{
    Document, SerializeSettings,
    configure::{Accessibility, Archival, ConfigurationBuilder},
    destination::XyzDestination,
    geom::Point,
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, SpanTag, Tag, TagGroup, TagTree},
    text::{Font, TextDirection},
};
use regie_protocol::calendar::Date;
use rustybuzz::{Face, UnicodeBuffer};

use super::{Paragraph, Rendered};
use crate::locale::Language;

/// Liberation Sans (SIL Open Font License 1.1, `node/fonts/LICENSE-OFL`).
const FONT: &[u8] = include_bytes!("../../fonts/LiberationSans-Regular.ttf");
/// Points in a millimetre.
const MM: f32 = 72.0 / 25.4;
/// A4.
const PAGE: (f32, f32) = (210.0 * MM, 297.0 * MM);
/// Where text begins, and how far it goes.
const LEFT: f32 = 25.0 * MM;
const WIDTH: f32 = 165.0 * MM;
/// Where the text of a page begins and ends.
const TOP: f32 = 25.0 * MM;
const BOTTOM: f32 = 272.0 * MM;
/// The window: its first line, how wide its text may be, where what follows it begins.
const WINDOW_TOP: f32 = 52.0 * MM;
const WINDOW_WIDTH: f32 = 75.0 * MM;
const WINDOW_END: f32 = 98.0 * MM;
/// The sender's lines stand above the window.
const SENDER_TOP: f32 = 20.0 * MM;
/// Sizes of letters, and from line to line.
const SIZE: f32 = 10.5;
const LINE: f32 = 14.0;
/// How far the text of a list stands in.
const INDENT: f32 = 12.0;
/// Most pages: no letter has more, whatever names it holds.
const PAGES: usize = 50;

/// The letter could not be made a file that is what it says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the letter can't be made a PDF: {0}; save it as text instead")]
pub(crate) struct BadPdf(String);

/// A line of text at its place.
struct Line {
    text: String,
    x: f32,
    /// The part of the letter that it belongs to.
    part: usize,
}

/// What a part of a letter is.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Text,
    Heading,
    /// An item of the list with this number.
    Item(usize),
}

impl Rendered {
    /// The letter as a file for the post, in this language, written on this day.
    pub(crate) fn pdf(&self, language: Language, date: Date) -> Result<Vec<u8>, BadPdf> {
        let mut page = Setting::new()?;
        page.window(self)?;
        page.flow(std::slice::from_ref(&self.date), Part::Text)?;
        page.gap(1.0);
        page.flow(std::slice::from_ref(&self.subject), Part::Heading)?;
        if !self.details.is_empty() {
            page.flow(&self.details, Part::Text)?;
        }
        page.gap(1.0);
        for (number, paragraph) in self.paragraphs.iter().enumerate() {
            match paragraph {
                Paragraph::Text(text) => page.flow(std::slice::from_ref(text), Part::Text)?,
                Paragraph::List(items) => {
                    for item in items {
                        page.flow(std::slice::from_ref(item), Part::Item(number))?;
                    }
                }
            }
            page.gap(0.5);
        }
        // Room for a signature by hand.
        page.gap(2.0);
        page.flow(&self.signed, Part::Text)?;
        page.write(&self.subject, language, date)
    }
}

/// A letter that is being set: lines on pages, and the parts that they belong to.
struct Setting {
    face: Face<'static>,
    parts: Vec<Part>,
    /// Each page's lines, with the heights of their baselines.
    pages: Vec<Vec<(f32, Line)>>,
    y: f32,
}

impl Setting {
    fn new() -> Result<Self, BadPdf> {
        let face = Face::from_slice(FONT, 0).ok_or_else(|| BadPdf("its font can't be read".into()))?;
        Ok(Self { face, parts: Vec::new(), pages: vec![Vec::new()], y: TOP })
    }

    /// Who writes, above the window, and to whom, in it.
    fn window(&mut self, letter: &Rendered) -> Result<(), BadPdf> {
        self.y = SENDER_TOP;
        self.lines(&letter.sender, Part::Text, WIDTH)?;
        self.y = self.y.max(WINDOW_TOP);
        self.lines(&letter.recipient, Part::Text, WINDOW_WIDTH)?;
        self.y = self.y.max(WINDOW_END);
        Ok(())
    }

    fn flow(&mut self, texts: &[String], part: Part) -> Result<(), BadPdf> {
        self.lines(texts, part, WIDTH)
    }

    fn lines(&mut self, texts: &[String], part: Part, width: f32) -> Result<(), BadPdf> {
        self.parts.push(part);
        let indent = if let Part::Item(_) = part { INDENT } else { 0.0 };
        for text in texts {
            let plain = self.plain(text);
            for (number, text) in self.broken(&plain, width - indent).into_iter().enumerate() {
                if self.y > BOTTOM {
                    if self.pages.len() >= PAGES {
                        return Err(BadPdf("it has too many pages".into()));
                    }
                    self.pages.push(Vec::new());
                    self.y = TOP;
                }
                let (y, part) = (self.y, self.parts.len() - 1);
                let Some(page) = self.pages.last_mut() else { return Ok(()) };
                if number == 0 && indent > 0.0 {
                    page.push((y, Line { text: "\u{2022} ".into(), x: LEFT, part }));
                }
                page.push((y, Line { text, x: LEFT + indent, part }));
                self.y += LINE;
            }
        }
        Ok(())
    }

    fn gap(&mut self, lines: f32) {
        self.y += LINE * lines;
    }

    /// The text with a question mark for what the font has no sign for.
    fn plain(&self, text: &str) -> String {
        let known = |c: char| if self.face.glyph_index(c).is_some_and(|glyph| glyph.0 != 0) { c } else { '?' };
        text.chars().map(known).collect()
    }

    /// The width of a text, in points.
    fn width(&self, text: &str) -> f32 {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        let units: i32 = shaped.glyph_positions().iter().map(|glyph| glyph.x_advance).sum();
        #[allow(clippy::cast_precision_loss, reason = "a line has far fewer units than a float has digits")]
        let units = units as f32;
        #[allow(clippy::cast_precision_loss, reason = "an em has 2048 units")]
        let em = self.face.units_per_em() as f32;
        units * SIZE / em
    }

    /// Greedy: each line takes as many words as fit. A word that is wider than a line is cut.
    fn broken(&self, text: &str, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut current = String::new();
        for word in text.split_whitespace().flat_map(|word| self.pieces(word, width)) {
            let longer = if current.is_empty() { word.clone() } else { format!("{current} {word}") };
            if current.is_empty() || self.width(&longer) <= width {
                current = longer;
            } else {
                // The space between two words stands in the text, for who reads it aloud or copies it.
                lines.push(std::mem::take(&mut current) + " ");
                current = word;
            }
        }
        lines.push(current);
        lines
    }

    /// A word in pieces that fit.
    fn pieces(&self, word: &str, width: f32) -> Vec<String> {
        if self.width(word) <= width {
            return vec![word.to_owned()];
        }
        let mut pieces = vec![String::new()];
        for c in word.chars() {
            if let Some(last) = pieces.last_mut() {
                last.push(c);
            }
            if pieces.last().is_some_and(|last| self.width(last) > width) {
                pieces.last_mut().and_then(String::pop);
                pieces.push(c.to_string());
            }
        }
        pieces
    }

    /// Draws every page, and says what belongs together.
    fn write(self, subject: &str, language: Language, date: Date) -> Result<Vec<u8>, BadPdf> {
        let failed = |what: &dyn std::fmt::Debug| BadPdf(format!("{what:?}"));
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_A)
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| failed(&error))?;
        let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        let font = font().ok_or_else(|| BadPdf("its font can't be read".into()))?;
        let mut marks: Vec<Vec<Identifier>> = vec![Vec::new(); self.parts.len()];
        let count = self.pages.len();
        for (number, lines) in self.pages.iter().enumerate() {
            let settings =
                PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| BadPdf("its page has no size".into()))?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for (y, line) in lines {
                let mark = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                draw(&mut surface, &font, line.x, *y, &line.text);
                surface.end_tagged();
                marks[line.part].push(mark);
            }
            if count > 1 {
                surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
                draw(&mut surface, &font, LEFT, 285.0 * MM, &format!("{} / {count}", number + 1));
                surface.end_tagged();
            }
            surface.finish();
            page.finish();
        }
        document.set_tag_tree(self.tree(marks, subject, language));
        document.set_outline(outline(subject));
        document.set_metadata(about(subject, language, date));
        document.finish().map_err(|error| failed(&error))
    }

    /// Paragraphs, the heading, lists with their items, in the order of reading.
    fn tree(&self, marks: Vec<Vec<Identifier>>, subject: &str, language: Language) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some(language.code().to_owned()));
        let mut list: Option<(usize, TagGroup)> = None;
        for (part, marks) in self.parts.iter().zip(marks) {
            if let Some((_, done)) = list.take_if(|(number, _)| *part != Part::Item(*number)) {
                tree.push(done);
            }
            match part {
                Part::Item(number) => {
                    let (_, group) = list.get_or_insert_with(|| (*number, TagGroup::new(Tag::L(ListNumbering::Disc))));
                    group.push(item(marks));
                }
                Part::Text => tree.push(group(Tag::P.into(), marks)),
                Part::Heading => tree.push(group(Tag::Hn(NonZeroU16::MIN, Some(subject.to_owned())).into(), marks)),
            }
        }
        if let Some((_, done)) = list {
            tree.push(done);
        }
        tree
    }
}

fn font() -> Option<Font> {
    static READ: OnceLock<Option<Font>> = OnceLock::new();
    READ.get_or_init(|| Font::new(FONT.into(), 0)).clone()
}

fn draw(surface: &mut Surface<'_>, font: &Font, x: f32, y: f32, text: &str) {
    surface.draw_text(Point::from_xy(x, y), font.clone(), SIZE, text, false, TextDirection::LeftToRight);
}

fn group(tag: krilla::tagging::TagKind, marks: Vec<Identifier>) -> TagGroup {
    let mut group = TagGroup::new(tag);
    marks.into_iter().for_each(|mark| group.push(mark));
    group
}

/// An item of a list: its bullet, then its text.
fn item(marks: Vec<Identifier>) -> TagGroup {
    let mut marks = marks.into_iter();
    let mut item = TagGroup::new(Tag::LI);
    item.push(group(Tag::Lbl.into(), marks.next().into_iter().collect()));
    item.push(group(Tag::LBody.into(), marks.collect()));
    item
}

/// The one heading, to jump to.
fn outline(subject: &str) -> Outline {
    let mut outline = Outline::new();
    let place = XyzDestination::new(0, Point::from_xy(LEFT, WINDOW_END));
    outline.push_child(OutlineNode::new(subject.to_owned(), place));
    outline
}

fn about(subject: &str, language: Language, date: Date) -> Metadata {
    let year = u16::try_from(date.year()).unwrap_or(u16::MAX);
    Metadata::new()
        .title(subject.to_owned())
        .language(language.code().to_owned())
        .creation_date(DateTime::new(year).month(date.month()).day(date.day()))
}
