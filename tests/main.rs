//! One test binary: whole processes, hostile peers, the command line, the tree.

#![allow(
    clippy::duplicate_mod,
    reason = "the same tests run on two stores; a test knows its store by its module's path"
)]

mod acts;
mod agreement;
mod attacks;
mod being_in;
mod case_model;
mod cases;
mod cli;
mod clocks;
mod conformance;
mod contracts;
mod copies;
mod credentials;
mod dashboard;
mod database_away;
mod day_one;
mod deciding;
mod docs;
mod docs_wire;
mod doors;
mod end_to_end;
mod faces;
mod failover;
mod fields;
mod find_suppliers;
mod first_run;
mod floods;
mod forms;
mod forward;
mod golden;
mod hostile;
mod hosts;
mod imports;
mod install;
mod kills;
mod letters;
mod looks;
mod many;
mod market;
mod moving;
mod notices;
mod organisations;
mod owner;
mod promises;
mod removal;
mod returns;
mod rotation;
mod set_back;
mod soak;
mod standing;
mod supplier_api;
mod supplier_bus;
mod supplier_compose;
mod supplier_console;
mod supplier_delegation;
mod supplier_events;
mod supplier_keys;
mod supplier_labels;
mod supplier_law;
mod supplier_lists;
mod supplier_page;
mod supplier_python;
mod supplier_secrets;
mod supplier_store;
mod supplier_typescript;
mod supplier_watch;
mod supplier_webhooks;
mod supply;
mod tally;
mod tidy;
mod unlinkable;
mod visits;
mod wishes;
mod witness;
mod words;

// The supplier's tests again, with the companion's store in a real PostgreSQL.
#[path = "supplier_api.rs"]
mod supplier_api_on_postgres;
#[path = "supplier_events.rs"]
mod supplier_events_on_postgres;
#[path = "supplier_labels.rs"]
mod supplier_labels_on_postgres;
#[path = "supplier_lists.rs"]
mod supplier_lists_on_postgres;
#[path = "supplier_webhooks.rs"]
mod supplier_webhooks_on_postgres;
