//! Pictures of counts: what went out by month, who has which kinds. In: counts that a page has anyway. Out: shapes in whole numbers, for
//! `templates/pictures.html`. The numbers themselves stand beside each picture, for who does not see it.

use std::collections::BTreeMap;

use crate::{
    dashboard::words::Words,
    person::verbs::{Flow, MonthOfYear},
};

/// How high the picture over time is; the screen stretches it.
const HEIGHT: u64 = 100;
/// The room of one month in it, and how much of that its column takes.
const ROOM: u64 = 10;
const COLUMN: u64 = 7;

/// What was counted in each month, as columns of several parts on one another.
pub(super) struct OverTime {
    pub(super) columns: Vec<Column>,
    /// What the highest column stands for.
    pub(super) most: u64,
}

pub(super) struct Column {
    pub(super) of: MonthOfYear,
    pub(super) parts: Vec<Part>,
}

/// A part of a column; its number names its colour.
pub(super) struct Part {
    pub(super) number: usize,
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) height: u64,
}

impl OverTime {
    pub(super) fn of(months: &[MonthOfYear]) -> Self {
        let counts = |of: &MonthOfYear| [of.answered, of.told, of.refused];
        let most =
            months.iter().map(|of| counts(of).into_iter().fold(0, u64::saturating_add)).max().unwrap_or_default();
        let columns =
            months.iter().zip(0..).map(|(of, at)| Column { of: of.clone(), parts: parts(counts(of), at, most) });
        Self { columns: columns.collect(), most }
    }

    pub(super) fn width(&self) -> u64 {
        ROOM * self.columns.len() as u64
    }
}

impl Words {
    /// A month and its year.
    pub(super) fn month(&self, of: &MonthOfYear) -> String {
        format!("{} {}", self.name("calendar", of.month), of.year)
    }
}

/// From the ground up. What is counted is seen: nothing that was is lower than one.
fn parts(counts: [u64; 3], at: u64, most: u64) -> Vec<Part> {
    let (mut top, mut parts) = (HEIGHT, Vec::new());
    for (number, count) in (1..).zip(counts).filter(|(_, count)| *count > 0) {
        let height = (u128::from(count) * u128::from(HEIGHT) / u128::from(most.max(1))).try_into().unwrap_or(HEIGHT);
        let height = height.max(1).min(top);
        top -= height;
        parts.push(Part { number, x: ROOM * at + (ROOM - COLUMN) / 2, y: top, height });
    }
    parts
}

/// The kinds of data that any of them has, those that most have first.
pub(super) fn kinds(flows: &[Flow]) -> Vec<String> {
    let mut having: BTreeMap<&str, usize> = BTreeMap::new();
    for group in flows.iter().flat_map(|flow| flow.groups.keys()) {
        *having.entry(group).or_default() += 1;
    }
    let mut kinds: Vec<_> = having.into_iter().collect();
    kinds.sort_by_key(|(group, having)| (std::cmp::Reverse(*having), *group));
    kinds.into_iter().map(|(group, _)| group.to_owned()).collect()
}

/// How dark a number stands in the table of who has what.
pub(super) fn depth(count: &u64) -> u8 {
    match count {
        0 | 1 => 1,
        2 | 3 => 2,
        _ => 3,
    }
}

/// A part of a whole, in hundredths.
pub(super) fn share(of: &usize, whole: &usize) -> usize {
    of.saturating_mul(100).checked_div(*whole).unwrap_or_default().min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(answered: u64, told: u64, refused: u64) -> MonthOfYear {
        MonthOfYear { year: 2026, month: 3, answered, told, refused }
    }

    #[test]
    fn columns_stay_in_the_picture_and_what_was_counted_is_seen() {
        let picture = OverTime::of(&[month(0, 0, 0), month(1, 0, 999), month(500, 250, 250), month(u64::MAX, 1, 1)]);
        assert_eq!((picture.width(), picture.most), (40, u64::MAX));
        for counts in [[1, 0, 999], [500, 250, 250], [3, 3, 3], [u64::MAX, 1, 1], [1, 1, 998]] {
            let most = counts.into_iter().fold(0, u64::saturating_add);
            let parts = parts(counts, 3, most);
            assert_eq!(parts.len(), counts.iter().filter(|count| **count > 0).count());
            let mut ground = HEIGHT;
            for part in &parts {
                assert_eq!(part.y + part.height, ground, "on one another");
                assert!((30..40).contains(&part.x));
                ground = part.y;
            }
        }
        assert!(picture.columns[0].parts.is_empty());
        let half = parts([50, 0, 0], 0, 100);
        assert_eq!((half[0].height, half[0].y), (50, 50));
        assert_eq!([share(&1, &4), share(&9, &3), share(&1, &0)], [25, 100, 0]);
    }
}
