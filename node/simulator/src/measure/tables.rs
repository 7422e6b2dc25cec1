//! What a run writes: a row a person and month (`months`), or a row a group and month (`groups`) with what attackers got
//! (`attackers`) and how well counts were estimated (`counts`). In: lives and groups, in order. Out: rows.

use regie_protocol::segment;
use regie_tables::{Cell, Kind, Schema};

use crate::{
    io::{
        frame::Frame,
        writer::{self, TableError},
    },
    measure::{
        lived::{Count, Harm, Lived},
        month::Month,
    },
    scenario::group::Attack,
};

/// The table of persons who live alone.
#[must_use]
pub fn months() -> Schema {
    writer::schema("months", ["person", "month"].iter().chain(Month::EACH).map(|name| (*name, Kind::Whole)))
}

/// A row of [`months`].
#[must_use]
pub fn cells(month: &Month) -> Vec<Cell> {
    [u64::from(month.number), month.month].into_iter().chain(month.each()).map(Cell::from).collect()
}

/// The tables of groups.
pub struct Groups {
    groups: Frame,
    attackers: Frame,
    counts: Frame,
}

impl Default for Groups {
    /// Without a row.
    fn default() -> Self {
        let whole = |name: &&'static str| (*name, Kind::Whole);
        let names = ["group", "month"];
        let groups: Vec<_> = names.iter().chain(Month::TOGETHER).chain(Month::EACH).map(whole).collect();
        let columns = ["group", "attack", "sent", "refused", "answered", "asked", "values"];
        let attackers = columns.map(|name| (name, if name == "attack" { Kind::Text } else { Kind::Whole }));
        let counts = [
            ("group", Kind::Whole),
            ("pattern", Kind::Text),
            ("epsilon", Kind::Real),
            ("reports", Kind::Whole),
            ("members", Kind::Whole),
            ("estimate", Kind::Real),
            ("error", Kind::Real),
        ];
        Self {
            groups: Frame::new("groups", &groups),
            attackers: Frame::new("attackers", &attackers),
            counts: Frame::new("counts", &counts),
        }
    }
}

impl Groups {
    /// Adds a group.
    ///
    /// # Errors
    /// [`TableError::Row`], which is a mistake of this program.
    pub fn push(&mut self, one: &Lived) -> Result<(), TableError> {
        let group = u64::from(one.number);
        for month in &one.months {
            let figures = month.together().into_iter().chain(month.each());
            self.groups.push([group, month.month].into_iter().chain(figures).map(Cell::from).collect())?;
        }
        one.harm.iter().try_for_each(|(attack, harm)| self.attackers.push(attackers(group, *attack, *harm)))?;
        one.counts.iter().try_for_each(|(pattern, count)| self.counts.push(counts(group, pattern, *count)))
    }

    /// The tables: `groups`, `attackers`, `counts`.
    #[must_use]
    pub fn frames(self) -> [Frame; 3] {
        [self.groups, self.attackers, self.counts]
    }
}

fn attackers(group: u64, attack: Attack, harm: Harm) -> Vec<Cell> {
    let Harm { sent, refused, answered, asked, values } = harm;
    let figures = [sent, refused, answered, asked, values].map(Cell::from);
    [group.into(), attack.name().into()].into_iter().chain(figures).collect()
}

fn counts(group: u64, pattern: &str, count: Count) -> Vec<Cell> {
    let estimate = segment::estimate(count.reports, count.yes, count.epsilon);
    vec![
        group.into(),
        pattern.into(),
        (f64::from(count.epsilon) / 1_000.0).into(),
        count.reports.into(),
        count.members.into(),
        estimate.members.into(),
        estimate.error.into(),
    ]
}
