//! One test binary: whole processes, hostile peers, the command line, the tree.

mod cli;
mod dashboard;
mod docs;
mod end_to_end;
mod hostile;
mod kills;
mod owner;
mod supplier_api;
mod supplier_delegation;
mod supplier_events;
mod supplier_lists;
mod supplier_page;
mod tidy;
