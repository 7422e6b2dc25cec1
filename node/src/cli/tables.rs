//! Which tables a home's store has. In: a role. Out: its schema; the store and `home` know no role's tables, and each role
//! only its own.

use crate::{home::Role, person, store::Schema, supplier};

/// The tables of a role.
pub(super) fn tables(role: Role) -> &'static Schema {
    match role {
        Role::Person => &person::SCHEMA,
        Role::Supplier => &supplier::SCHEMA,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::TableId;

    #[test]
    fn names_and_codes_of_each_roles_tables_are_unique_and_each_version_has_its_migration() {
        for schema in [Role::Person, Role::Supplier].map(tables) {
            let codes: BTreeSet<u8> = schema.ids().map(TableId::code).collect();
            let names: BTreeSet<&str> = schema.ids().map(TableId::name).collect();
            assert_eq!((codes.len(), names.len()), (schema.tables.len(), schema.tables.len()), "{}", schema.role);
            assert!(schema.ids().all(|table| schema.table(table.name()) == Some(table)));
            let facts: BTreeSet<&str> = schema.facts.iter().map(|fact| fact.key).collect();
            assert_eq!(facts.len(), schema.facts.len());
            assert_eq!(schema.version as usize, schema.migrations.len() + 1);
        }
    }
}
