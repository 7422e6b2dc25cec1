//! Drawings of a finished run: `regie-sim plot DIR`. In: `months.csv` or `groups.csv` of a directory. Out: SVGs beside
//! it, each measure month by month.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::io::plot::{Chart, PlotError};

const DAY_MS: f64 = 86_400_000.0;

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// No table.
    #[error("there is no months.csv and no groups.csv in {}; give the --out of a run", .0.display())]
    NoTable(PathBuf),
    /// Not a table of this program.
    #[error("{}: {why}; run the scenario again with this regie-sim", .file.display())]
    Table {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The drawing.
    #[error(transparent)]
    Plot(#[from] PlotError),
}

/// A line: its name, what is summed above and below; without a below it is over the rows of the month.
struct Line(&'static str, &'static str, Option<&'static str>, f64);

/// A drawing of a table: its file's name, title, axis and lines.
struct Drawing(&'static str, &'static str, &'static str, &'static [Line]);

const ACCURACY: Drawing = Drawing(
    "accuracy",
    "Values that suppliers hold and that are right",
    "share",
    &[
        Line("told once", "held_right", Some("held"), 1.0),
        Line("the same values, told by hand", "held_right_by_hand", Some("held"), 1.0),
        Line("all copies that there would be today", "copies_right", Some("copies"), 1.0),
    ],
);

const STALENESS: Drawing = Drawing(
    "staleness",
    "How long held values have been wrong",
    "days, over all that are held",
    &[
        Line("told once", "held_wrong_ms", Some("held"), DAY_MS),
        Line("told by hand", "held_wrong_ms_by_hand", Some("held"), DAY_MS),
    ],
);

const REVOCATION: Drawing = Drawing(
    "revocation",
    "From a revocation to its effect at the supplier",
    "hours",
    &[Line("on average", "revocation_ms", Some("revocations_done"), 3_600_000.0)],
);

const MONTHS: &[Drawing] = &[
    Drawing(
        "decisions",
        "Decisions of a person",
        "a month",
        &[Line("each", "decisions", None, 1.0), Line("those of one kind as one", "decisions_grouped", None, 1.0)],
    ),
    ACCURACY,
    STALENESS,
    Drawing(
        "over_disclosure",
        "More than need be",
        "share",
        &[Line("of the values held, not needed", "held_needless", Some("held"), 1.0)],
    ),
    REVOCATION,
];

const GROUPS: &[Drawing] = &[
    Drawing(
        "waste",
        "Share of contacts that are wanted",
        "share",
        &[
            Line("intents", "contacts_wanted", Some("contacts"), 1.0),
            Line("mail to everybody", "mails_wanted", Some("mails"), 1.0),
        ],
    ),
    Drawing(
        "match",
        "Place in the person's own ranking",
        "1 is the best",
        &[
            Line("intents", "match_thousandths", Some("taken"), 1_000.0),
            Line("mail to everybody", "mail_match_thousandths", Some("mail_taken"), 1_000.0),
        ],
    ),
    Drawing(
        "linkability",
        "Anonymity at colluding suppliers",
        "bits of entropy",
        &[
            Line("by key", "link_millibits_by_key", Some("link_tries"), 1_000.0),
            Line("by values", "link_millibits", Some("link_tries"), 1_000.0),
        ],
    ),
    Drawing(
        "linked",
        "Records that colluders put together",
        "share of tries",
        &[
            Line("rightly", "link_right", Some("link_tries"), 1.0),
            Line("wrongly", "link_wrong", Some("link_tries"), 1.0),
        ],
    ),
    ACCURACY,
    STALENESS,
    REVOCATION,
];

/// Draws all that there is of a run. Gives the files.
///
/// # Errors
/// [`DrawError`].
pub fn draw(directory: &Path) -> Result<Vec<PathBuf>, DrawError> {
    let mut drawn = Vec::new();
    for (table, drawings) in [("months.csv", MONTHS), ("groups.csv", GROUPS)] {
        let file = directory.join(table);
        if file.exists() {
            let months = by_month(&file)?;
            for Drawing(name, title, up, lines) in drawings {
                let (title, up) = ((*title).to_owned(), (*up).to_owned());
                let mut chart = Chart { title, across: "month".into(), up, lines: Vec::new() };
                lines.iter().try_for_each(|line| line.follow(&file, &months, &mut chart))?;
                let to = directory.join(format!("{name}.svg"));
                chart.draw(&to)?;
                drawn.push(to);
            }
        }
    }
    if drawn.is_empty() { Err(DrawError::NoTable(directory.to_owned())) } else { Ok(drawn) }
}

/// The sums of a month, by the names of the columns, and how many rows there are.
#[derive(Default)]
struct Sums {
    rows: f64,
    columns: BTreeMap<String, f64>,
}

fn by_month(file: &Path) -> Result<BTreeMap<u64, Sums>, DrawError> {
    let wrong = |why: String| DrawError::Table { file: file.to_owned(), why };
    let mut reader = csv::Reader::from_path(file).map_err(|error| wrong(error.to_string()))?;
    let names = reader.headers().map_err(|error| wrong(error.to_string()))?.clone();
    let at = names.iter().position(|name| name == "month").ok_or_else(|| wrong("no column month".into()))?;
    let mut months = BTreeMap::<u64, Sums>::new();
    for row in reader.records() {
        let row = row.map_err(|error| wrong(error.to_string()))?;
        let month =
            row.get(at).and_then(|text| text.parse().ok()).ok_or_else(|| wrong("a month is no number".into()))?;
        let sums = months.entry(month).or_default();
        sums.rows += 1.0;
        for (name, text) in names.iter().zip(&row) {
            let number: f64 = text.parse().map_err(|_| wrong(format!("{text} in column {name} is no number")))?;
            *sums.columns.entry(name.to_owned()).or_default() += number;
        }
    }
    Ok(months)
}

impl Line {
    fn follow(&self, file: &Path, months: &BTreeMap<u64, Sums>, chart: &mut Chart) -> Result<(), DrawError> {
        let Self(name, above, below, unit) = self;
        for (month, sums) in months {
            let column = |name: &str| {
                let why = || DrawError::Table { file: file.to_owned(), why: format!("no column {name}") };
                sums.columns.get(name).copied().ok_or_else(why)
            };
            let below = below.map_or(Ok(sums.rows), column)?;
            // Of nothing there is no share: the line has a gap.
            if below > 0.0 {
                chart.point(name, *month as f64, column(above)? / below / unit);
            }
        }
        Ok(())
    }
}
