//! `regie import`: what a file of contacts would change, what is left out and who would be told, shown; and kept with one yes.
//! In: a file, which contact and which of its values. Out: a verb that previews and one that keeps what was previewed.

use std::path::{Path, PathBuf};

use clap::Args;
use regie_protocol::{Selector, Value};
use serde::Serialize;

use super::{confirm::Said, file::bytes_of, render};
use crate::{
    command::Failure,
    control,
    import::{self, Card},
    out,
    person::verbs::{Changed, Chosen, ImportPreview, KeepImport, PreviewImport},
};

#[derive(Args)]
pub(super) struct ImportFile {
    /// The .vcf, .json or .csv file
    file: PathBuf,
    /// Which contact of the file is you, from 1 on
    #[arg(long, value_name = "NUMBER")]
    card: Option<usize>,
    /// Which of its addresses counts, from 1 on
    #[arg(long, value_name = "NUMBER")]
    address: Option<usize>,
    /// Which of its e-mail addresses counts, from 1 on
    #[arg(long, value_name = "NUMBER")]
    email: Option<usize>,
    /// Which of its telephone numbers counts, from 1 on
    #[arg(long, value_name = "NUMBER")]
    telephone: Option<usize>,
    /// Show what would change and who would be told, and keep nothing
    #[arg(long)]
    dry_run: bool,
    /// You know what the file holds: keep it without asking
    #[arg(long)]
    yes: bool,
    /// Keep it only if it is what this preview showed, by its digest
    #[arg(long, value_name = "DIGEST")]
    preview: Option<String>,
}

/// What was looked at and what became of it.
#[derive(Serialize)]
struct Imported {
    #[serde(flatten)]
    preview: ImportPreview,
    /// None where nothing was kept.
    kept: Option<Changed>,
}

pub(super) fn run(home: &Path, asked: &ImportFile, json: bool) -> Result<(), Failure> {
    let card = asked.card()?;
    let chosen = asked.chosen();
    let preview = control::ask(home, &PreviewImport { card: card.clone(), chosen: chosen.clone(), language: None })?;
    if asked.dry_run || (preview.changes.is_empty() && preview.own.is_empty()) {
        return done(Imported { preview, kept: None }, json);
    }
    if !asked.yes && !json {
        shown(&preview)?;
    }
    let not = "nothing was kept; look at it with `--dry-run`, and say `--yes`";
    Said { yes: asked.yes, json }.or_ask("Keep this?", not)?;
    let digest = asked.preview.clone().unwrap_or_else(|| preview.preview.clone());
    let kept =
        control::ask(home, &KeepImport { card, chosen, take: None, take_own: None, language: None, preview: digest })?;
    done(Imported { preview, kept: Some(kept) }, json)
}

impl ImportFile {
    fn card(&self) -> Result<Card, Failure> {
        let bytes = bytes_of(&self.file, import::FILE_BYTES)?;
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let read = import::read(&name, &bytes)?;
        if read.more {
            eprintln!("The file holds more than {} contacts; the others were not read.", import::CARDS);
        }
        Ok(read.one(self.card)?.clone())
    }

    fn chosen(&self) -> Chosen {
        let all = [("group:address", self.address), ("email", self.email), ("telephone", self.telephone)];
        let of = |(of, number): (&str, Option<usize>)| Some((of.parse::<Selector>().ok()?, number?));
        all.into_iter().filter_map(of).collect()
    }
}

fn done(imported: Imported, json: bool) -> Result<(), Failure> {
    match &imported.kept {
        _ if json => render::show(&imported, true),
        Some(kept) => render::show(kept, false),
        None => shown(&imported.preview),
    }
}

/// A line of the table of changes.
#[derive(Serialize)]
struct Change<'a> {
    field: String,
    now: &'a str,
    new: &'a str,
}

fn text(value: Option<&Value>) -> &str {
    value.map_or("", Value::as_str)
}

fn shown(preview: &ImportPreview) -> Result<(), Failure> {
    out::say(format_args!("{} ({})", preview.name, preview.format.code()));
    let fields = preview.changes.iter().flat_map(|change| &change.fields);
    let lines: Vec<Change<'_>> = fields
        .map(|one| Change { field: one.field.to_string(), now: text(one.now.as_ref()), new: text(one.new.as_ref()) })
        .collect();
    if lines.is_empty() {
        out::say("nothing of it is new");
    } else {
        render::show_as(&lines, false, render::IMPORT)?;
    }
    if preview.same > 0 {
        out::say(format_args!("the same as you have: {}", preview.same));
    }
    for choice in &preview.choices {
        let name = choice.of.to_string();
        let name = name.trim_start_matches("group:");
        for one in &choice.all {
            let counts = match &one.goes_to {
                _ if one.number == choice.chosen => "counts".to_owned(),
                Some(goes) => format!("goes to {}", goes.to_string().trim_start_matches("group:")),
                None => "does not count".to_owned(),
            };
            out::say(format_args!("{name} {}: {} ({counts}; choose with --{name} NUMBER)", one.number, one.value));
        }
    }
    for one in &preview.own {
        out::say(format_args!("kept among your own fields as {}: {}", one.name, one.text.as_str()));
    }
    for one in &preview.left_out {
        let value = one.value.as_ref().map(|value| format!(" ({value})")).unwrap_or_default();
        out::say(format_args!("left out: {}{value}: {}", one.what, one.why));
    }
    let more = preview.left_out_count - preview.left_out.len();
    if more > 0 {
        out::say(format_args!("left out: {more} more"));
    }
    if preview.told.count + preview.told.letters_count + preview.told.not_told_count == 0 {
        out::say("nobody would be told");
        return Ok(());
    }
    render::show_as(&preview.told, false, render::WOULD_TELL)
}
