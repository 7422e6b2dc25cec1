//! How right stays what suppliers hold, told once, beside copies of the same values that people tell of a move by hand?
//! In: the share of suppliers that are told by hand; whether values are subscribed to or read when asked for. Out: right
//! values and the age of wrong ones, month by month.

use regie_tables::{Cell, Kind};

use crate::{
    experiment::trial::{Found, Trial},
    io::{
        frame::{Frame, ratio},
        plot::Chart,
    },
    measure::month::Month,
    runs::{plan::RunError, run},
    scenario::{How, Scenario},
};

const SCENARIO: &str = include_str!("../../scenarios/tell-once.toml");
/// Shares of suppliers that a person tells of a move by hand.
const TELLS: [f64; 4] = [0.1, 0.3, 0.6, 0.9];
/// The share for the months of the drawing, and where values are only read.
const TELLS_MIDDLE: f64 = 0.3;
/// Values are subscribed to, and asked for again while the grant still holds.
const SUBSCRIBE: &str = "subscribe";
/// The same, but asked for again only when the grant has ended.
const SUBSCRIBE_AFTER: &str = "subscribe, ask after the end";
/// Values are read when they are asked for.
const READ: &str = "read";
/// Days after the end of a grant.
const LATER_DAYS: u32 = 4;
const DAY_MS: f64 = 86_400_000.0;

pub(super) fn find(trial: &Trial<'_>) -> Result<Found, RunError> {
    let base = Scenario::parse(SCENARIO, &[])?;
    let columns = [
        ("access", Kind::Text),
        ("told_by_hand", Kind::Real),
        ("values_held", Kind::Real),
        ("right", Kind::Real),
        ("right_by_hand", Kind::Real),
        ("wrong_days", Kind::Real),
        ("wrong_days_by_hand", Kind::Real),
    ];
    let mut table = Frame::new("tell_once", &[&columns[..], &[("messages_a_month", Kind::Real)]].concat());
    let mut months = Frame::new("tell_once_months", &[&[("month", Kind::Whole)], &columns[..]].concat());
    let title = "Values that suppliers hold and that are wrong";
    let mut chart = Chart { title: title.into(), across: "month".into(), up: "share wrong".into(), lines: Vec::new() };
    let mut cells: Vec<(&str, f64)> = TELLS.into_iter().map(|tells| (SUBSCRIBE, tells)).collect();
    cells.extend([(SUBSCRIBE_AFTER, TELLS_MIDDLE), (READ, TELLS_MIDDLE)]);
    for (access, tells) in cells {
        let lived = trial.live(&format!("{access}, {tells} told by hand"), &cell(&base, access, tells))?;
        let rows = run::months(&lived);
        let messages = ratio(rows.iter().map(|row| row.messages).sum(), rows.len() as u64);
        table.push([figures(access, tells, &rows), vec![messages.into()]].concat())?;
        let last = rows.iter().map(|row| row.month).max().unwrap_or(0);
        for month in 0..=last {
            let of: Vec<Month> = rows.iter().filter(|row| row.month == month).cloned().collect();
            months.push([vec![month.into()], figures(access, tells, &of)].concat())?;
            let all = total(&of);
            let wrong = |right: u64| ratio(all.held - right, all.held);
            if tells == TELLS_MIDDLE {
                chart.point(access, month as f64, wrong(all.held_right));
            }
            if access == SUBSCRIBE {
                let line = format!("copies, {:.0}% told by hand", tells * 100.0);
                chart.point(&line, month as f64, wrong(all.held_right_by_hand));
            }
        }
    }
    Ok(Found { frames: vec![table, months], charts: vec![("tell_once", chart)], scenario: base })
}

fn cell(base: &Scenario, access: &str, tells: f64) -> Scenario {
    let mut scenario = base.clone();
    scenario.baseline.tells = tells;
    for asks in scenario.sector.iter_mut().flat_map(|sector| &mut sector.asks) {
        asks.access = if access == READ { How::Read } else { How::Subscribe };
        if access == SUBSCRIBE_AFTER && asks.every_days < asks.days {
            asks.every_days = asks.days + LATER_DAYS;
        }
    }
    scenario
}

fn figures(access: &str, tells: f64, rows: &[Month]) -> Vec<Cell> {
    let all = total(rows);
    // Days that a wrong value has been wrong, on average over those that are.
    let days = |ms: u64, right: u64| ratio(ms, all.held - right) / DAY_MS;
    vec![
        access.into(),
        tells.into(),
        ratio(all.held, rows.len() as u64).into(),
        ratio(all.held_right, all.held).into(),
        ratio(all.held_right_by_hand, all.held).into(),
        days(all.held_wrong_ms, all.held_right).into(),
        days(all.held_wrong_ms_by_hand, all.held_right_by_hand).into(),
    ]
}

fn total(rows: &[Month]) -> Month {
    let mut all = Month::default();
    rows.iter().for_each(|row| all.add(row));
    all
}
