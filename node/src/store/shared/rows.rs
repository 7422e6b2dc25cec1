//! The statements on the relation of all rows. In: places, sealed bytes. Out: what stands there, and which sealing of each
//! row stood there before a change, in the round trip of the change itself.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{PgConnection, Row as _, postgres::PgRow};

use super::{Spot, index::Prefix};
use crate::store::seal::{VERSION_BYTES, Version};

/// Stands where a table's code does, for the nodes of the index.
pub(super) const NODES: i64 = -1;
/// Places read at a time where all are.
const PLACES: i64 = 5_000;

/// A place with the sealing that stands there.
pub(super) type Standing = (Spot, Version);
/// Rows to be written, sealed; none where one goes.
pub(super) type Changes = BTreeMap<Spot, Option<Vec<u8>>>;

/// Groups and places that are asked for in one statement, each with the number of its question.
#[derive(Default)]
pub(super) struct Questions {
    groups: (Vec<i64>, Vec<i64>, Vec<Vec<u8>>),
    numbers: Vec<i64>,
    places: Vec<Spot>,
}

impl Questions {
    pub(super) fn group(&mut self, which: usize, tab: i64, grp: Vec<u8>) {
        self.groups.0.push(number(which));
        self.groups.1.push(tab);
        self.groups.2.push(grp);
    }

    pub(super) fn place(&mut self, which: usize, spot: &Spot) {
        self.numbers.push(number(which));
        self.places.push(spot.clone());
    }

    /// The rows with the numbers of their questions, in the order of those; of a group numbers in order, then items.
    pub(super) async fn ask(self, open: &mut PgConnection) -> Result<Vec<PgRow>, sqlx::Error> {
        let of_groups = "SELECT asked.which, r.grp, r.kind, r.num, r.item, r.sealed
               FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BYTEA[]) AS asked(which, tab, grp)
               JOIN regie_rows AS r ON r.tab = asked.tab AND r.grp = asked.grp";
        let (which, tab, grp) = self.groups;
        if self.places.is_empty() {
            let sql = format!("{of_groups} ORDER BY which, kind, num, item");
            return sqlx::query(sqlx::AssertSqlSafe(sql)).bind(which).bind(tab).bind(grp).fetch_all(open).await;
        }
        let sql = format!(
            "{of_groups} UNION ALL
             SELECT asked.which, r.grp, r.kind, r.num, r.item, r.sealed
             FROM UNNEST($4::BIGINT[], $5::BIGINT[], $6::BYTEA[], $7::BIGINT[], $8::BIGINT[], $9::BYTEA[])
             AS asked(which, tab, grp, kind, num, item)
             JOIN regie_rows AS r ON r.tab = asked.tab AND r.grp = asked.grp AND r.kind = asked.kind
             AND r.num = asked.num AND r.item = asked.item
             ORDER BY which, kind, num, item"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(which).bind(tab).bind(grp).bind(self.numbers);
        with_places(query, self.places.iter()).fetch_all(open).await
    }
}

/// Which question a row answers.
pub(super) fn which(row: &PgRow) -> Result<usize, sqlx::Error> {
    row.try_get("which").map(|which: i64| usize::try_from(which).unwrap_or(usize::MAX))
}

fn number(which: usize) -> i64 {
    i64::try_from(which).unwrap_or(i64::MAX)
}

/// Where a node of the index stands.
pub(super) fn node_spot(prefix: Prefix) -> Spot {
    (NODES, prefix, 1, 0, Vec::new())
}

/// Deletes rows; what stood there.
pub(super) async fn delete(open: &mut PgConnection, changes: &Changes) -> Result<Vec<Standing>, sqlx::Error> {
    let gone: BTreeSet<&Spot> = changes.iter().filter(|(_, sealed)| sealed.is_none()).map(|(spot, _)| spot).collect();
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "DELETE FROM regie_rows AS old USING
               UNNEST($1::BIGINT[], $2::BYTEA[], $3::BIGINT[], $4::BIGINT[], $5::BYTEA[]) AS gone(tab, grp, kind, num, item)
               WHERE old.tab = gone.tab AND old.grp = gone.grp AND old.kind = gone.kind AND old.num = gone.num
               AND old.item = gone.item
               RETURNING old.tab, old.grp, old.kind, old.num, old.item, substring(old.sealed FROM 2 FOR 24) AS version";
    standing(&columns(sql, gone.iter().copied()).fetch_all(open).await?)
}

/// Deletes a group; what stood there.
pub(super) async fn delete_group(
    open: &mut PgConnection,
    (tab, grp): (i64, Vec<u8>),
) -> Result<Vec<Standing>, sqlx::Error> {
    let sql = "DELETE FROM regie_rows WHERE tab = $1 AND grp = $2
               RETURNING tab, grp, kind, num, item, substring(sealed FROM 2 FOR 24) AS version";
    standing(&sqlx::query(sql).bind(tab).bind(grp).fetch_all(open).await?)
}

/// Puts rows; what stood there. The rows of before are read in the same statement, and so as they were before it.
pub(super) async fn insert(open: &mut PgConnection, changes: &Changes) -> Result<Vec<Standing>, sqlx::Error> {
    let puts: Vec<(&Spot, &Vec<u8>)> =
        changes.iter().filter_map(|(spot, sealed)| Some((spot, sealed.as_ref()?))).collect();
    if puts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "WITH new AS (
                   SELECT * FROM
                   UNNEST($1::BIGINT[], $2::BYTEA[], $3::BIGINT[], $4::BIGINT[], $5::BYTEA[], $6::BYTEA[])
                   AS new(tab, grp, kind, num, item, sealed)
               ), put AS (
                   INSERT INTO regie_rows (tab, grp, kind, num, item, sealed)
                   SELECT tab, grp, kind, num, item, sealed FROM new
                   ON CONFLICT (tab, grp, kind, num, item) DO UPDATE SET sealed = EXCLUDED.sealed
               )
               SELECT old.tab, old.grp, old.kind, old.num, old.item, substring(old.sealed FROM 2 FOR 24) AS version
               FROM new JOIN regie_rows AS old
               ON old.tab = new.tab AND old.grp = new.grp AND old.kind = new.kind AND old.num = new.num
               AND old.item = new.item";
    let sealed: Vec<Vec<u8>> = puts.iter().map(|(_, sealed)| (*sealed).clone()).collect();
    let told = columns(sql, puts.iter().map(|(spot, _)| *spot)).bind(sealed).fetch_all(open).await?;
    standing(&told)
}

/// The places after this one in the order of the database, and which sealing stands at each.
pub(super) async fn places_after(open: &mut PgConnection, after: &Spot) -> Result<Vec<Standing>, sqlx::Error> {
    let sql = "SELECT tab, grp, kind, num, item, substring(sealed FROM 2 FOR 24) AS version FROM regie_rows
               WHERE (tab, grp, kind, num, item) > ($1, $2, $3, $4, $5)
               ORDER BY tab, grp, kind, num, item LIMIT $6";
    let query = sqlx::query(sql).bind(after.0).bind(&after.1).bind(after.2).bind(after.3).bind(&after.4);
    standing(&query.bind(PLACES).fetch_all(open).await?)
}

/// Before every place of a table.
pub(super) fn first_place() -> Spot {
    (0, Vec::new(), -1, 0, Vec::new())
}

/// Nodes of the index that are there.
pub(super) async fn nodes(
    open: &mut PgConnection,
    prefixes: &BTreeSet<Prefix>,
) -> Result<Vec<(Prefix, Vec<u8>)>, sqlx::Error> {
    let sql = "SELECT grp, sealed FROM regie_rows WHERE tab = $1 AND grp = ANY($2::BYTEA[]) AND kind = 1 AND num = 0";
    let prefixes: Vec<Prefix> = prefixes.iter().cloned().collect();
    let rows = sqlx::query(sql).bind(NODES).bind(prefixes).fetch_all(open).await?;
    rows.iter().map(|row| Ok((row.try_get("grp")?, row.try_get("sealed")?))).collect()
}

/// Takes the whole index off.
pub(super) async fn delete_nodes(open: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM regie_rows WHERE tab = $1").bind(NODES).execute(open).await.map(drop)
}

pub(super) async fn last_number(open: &mut PgConnection, tab: i64, grp: &[u8]) -> Result<Option<i64>, sqlx::Error> {
    let sql = "SELECT num FROM regie_rows WHERE tab = $1 AND grp = $2 AND kind = 0 ORDER BY num DESC LIMIT 1";
    sqlx::query_scalar(sql).bind(tab).bind(grp).fetch_optional(open).await
}

type Query = sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>;

/// The last number of each of these groups, in their order; 0 where a group has none.
pub(super) async fn last_numbers(open: &mut PgConnection, groups: &[(i64, Vec<u8>)]) -> Result<Vec<i64>, sqlx::Error> {
    let sql = "SELECT which, COALESCE((
                   SELECT r.num FROM regie_rows AS r WHERE r.tab = asked.tab AND r.grp = asked.grp AND r.kind = 0
                   ORDER BY r.num DESC LIMIT 1
               ), 0) AS num
               FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BYTEA[]) AS asked(which, tab, grp)";
    let which: Vec<i64> = (0..groups.len()).map(number).collect();
    let (tab, grp): (Vec<i64>, Vec<Vec<u8>>) = groups.iter().cloned().unzip();
    let rows = sqlx::query(sql).bind(which).bind(tab).bind(grp).fetch_all(open).await?;
    let mut last = vec![0; groups.len()];
    for row in &rows {
        if let Some(number) = last.get_mut(self::which(row)?) {
            *number = row.try_get("num")?;
        }
    }
    Ok(last)
}

/// A statement with the places of rows as five arrays.
fn columns<'s>(sql: &'static str, spots: impl Iterator<Item = &'s Spot>) -> Query {
    with_places(sqlx::query(sql), spots)
}

/// The places of rows as five arrays more.
fn with_places<'s>(query: Query, spots: impl Iterator<Item = &'s Spot>) -> Query {
    let (mut tab, mut grp, mut kind, mut num, mut item) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for spot in spots {
        tab.push(spot.0);
        grp.push(spot.1.clone());
        kind.push(spot.2);
        num.push(spot.3);
        item.push(spot.4.clone());
    }
    query.bind(tab).bind(grp).bind(kind).bind(num).bind(item)
}

fn standing(rows: &[PgRow]) -> Result<Vec<Standing>, sqlx::Error> {
    let read = |row: &PgRow| {
        let bytes: Vec<u8> = row.try_get("version")?;
        // Bytes that are too short were never sealed: a sealing that never was.
        let mut version = [0; VERSION_BYTES];
        version.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        let spot =
            (row.try_get("tab")?, row.try_get("grp")?, row.try_get("kind")?, row.try_get("num")?, row.try_get("item")?);
        Ok((spot, version))
    };
    rows.iter().map(read).collect()
}
