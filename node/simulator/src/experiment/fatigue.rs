//! How many decisions does a person with 200 suppliers take a month? In: presets, the share of suppliers that ask again
//! each month, whether answers become defaults. Out: decisions a month, and how they fall over time.

use regie_tables::{Cell, Kind};

use crate::{
    experiment::trial::{Found, Trial},
    io::{
        frame::{Frame, ratio},
        plot::Chart,
    },
    measure::{month::Month, summary::Summary},
    runs::{plan::RunError, run},
    scenario::{Policies, Scenario},
};

const SCENARIO: &str = include_str!("../../scenarios/fatigue.toml");
const PRESETS: [&str; 3] = ["careful", "balanced", "open"];
/// Shares of suppliers that ask for the same again each month; the others ask once in the run.
const AGAIN: [f64; 3] = [0.1, 0.5, 0.9];
/// Shares of answers that become the default for their kind.
const REMEMBERS: [f64; 2] = [0.0, 0.5];
/// Days between two requests of a supplier that asks again.
const MONTHLY: u32 = 30;

pub(super) fn find(trial: &Trial<'_>) -> Result<Found, RunError> {
    let base = Scenario::parse(SCENARIO, &[])?;
    let (mut table, mut months) = (table(), months());
    let words = "requests a month";
    let mut chart = Chart { title: "Decisions at 200 suppliers".into(), across: words.into(), ..Chart::default() };
    "decisions a month, those of one kind as one".clone_into(&mut chart.up);
    let mut fall =
        Chart { title: "Half of the answers kept as defaults".into(), across: "month".into(), ..chart.clone() };
    for preset in PRESETS {
        for remembers in REMEMBERS {
            for again in AGAIN {
                let lived = trial.live(
                    &format!("{preset}, {again} of the suppliers ask again, {remembers} of the answers are kept"),
                    &cell(&base, preset, again, remembers),
                )?;
                let (rows, summary) = (run::months(&lived), Summary::of(&lived));
                table.push(row(preset, again, remembers, &rows, &summary))?;
                let line = if remembers > 0.0 { format!("{preset}, half kept") } else { preset.to_owned() };
                chart.point(&line, summary.requests_a_month, summary.decisions_grouped_a_month);
                for month in 0..summary.months {
                    let grouped = each(&rows, month, |row| row.decisions_grouped);
                    let all = each(&rows, month, |row| row.decisions);
                    months.push(vec![
                        preset.into(),
                        again.into(),
                        remembers.into(),
                        month.into(),
                        all.into(),
                        grouped.into(),
                    ])?;
                    if remembers > 0.0 && again == AGAIN[1] {
                        fall.point(preset, month as f64, grouped);
                    }
                }
            }
        }
    }
    let charts = vec![("fatigue", chart), ("fatigue_months", fall)];
    Ok(Found { frames: vec![table, months], charts, scenario: base })
}

/// The scenario with one preset for all, and a share of each sector's suppliers that ask again.
fn cell(base: &Scenario, preset: &str, again: f64, remembers: f64) -> Scenario {
    let mut scenario = base.clone();
    let of = |name: &str| f64::from(u8::from(name == preset));
    scenario.policies = Policies { careful: of("careful"), balanced: of("balanced"), open: of("open") };
    scenario.person.remembers = remembers;
    let mut often = scenario.sector.clone();
    for sector in &mut often {
        sector.share *= again;
        sector.asks.iter_mut().for_each(|asks| asks.every_days = MONTHLY);
    }
    for sector in &mut scenario.sector {
        sector.share *= 1.0 - again;
        sector.asks.iter_mut().for_each(|asks| asks.every_days = base.days);
    }
    scenario.sector.extend(often);
    scenario
}

fn table() -> Frame {
    Frame::new(
        "fatigue",
        &[
            ("policy", Kind::Text),
            ("ask_again", Kind::Real),
            ("answers_kept", Kind::Real),
            ("requests_a_month", Kind::Real),
            ("repeats", Kind::Real),
            ("without_a_word", Kind::Real),
            ("given_at_once", Kind::Real),
            ("decisions_a_month", Kind::Real),
            ("decisions_grouped_a_month", Kind::Real),
            ("grouped_in_the_last_month", Kind::Real),
        ],
    )
}

fn row(preset: &str, again: f64, remembers: f64, rows: &[Month], summary: &Summary) -> Vec<Cell> {
    let sum = |of: fn(&Month) -> u64| rows.iter().map(of).sum::<u64>();
    vec![
        preset.into(),
        again.into(),
        remembers.into(),
        summary.requests_a_month.into(),
        ratio(sum(|row| row.repeats), sum(|row| row.requests)).into(),
        summary.without_a_word.into(),
        ratio(sum(|row| row.answered), sum(|row| row.answered + row.asked + row.refused)).into(),
        summary.decisions_a_month.into(),
        summary.decisions_grouped_a_month.into(),
        each(rows, summary.months.saturating_sub(1), |row| row.decisions_grouped).into(),
    ]
}

fn months() -> Frame {
    Frame::new(
        "fatigue_months",
        &[
            ("policy", Kind::Text),
            ("ask_again", Kind::Real),
            ("answers_kept", Kind::Real),
            ("month", Kind::Whole),
            ("decisions", Kind::Real),
            ("decisions_grouped", Kind::Real),
        ],
    )
}

/// Per person, in one month.
fn each(rows: &[Month], month: u64, of: fn(&Month) -> u64) -> f64 {
    let (mut sum, mut persons) = (0, 0);
    for row in rows.iter().filter(|row| row.month == month) {
        sum += of(row);
        persons += 1;
    }
    ratio(sum, persons)
}
