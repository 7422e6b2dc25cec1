//! `regie organisation …` and `regie directory …`: organisations that hold the person's data, and lists to know them by. In:
//! words, files. Out: verbs of the running node, what it answers.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{file::bytes_of, owner::ask, render, render::View};
use crate::{
    command::{Failure, parse},
    control,
    find::{self, RefusedEntry},
    person::verbs::{self, OrganisationDetails, PerhapsSame},
};

/// Refused records that are shown.
const SHOWN: usize = 20;
/// Largest file that is read, in bytes.
pub(super) const FILE_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Subcommand)]
pub(super) enum OrganisationVerb {
    /// Enter an organisation that holds data of yours
    Add {
        /// Its name
        name: String,
        #[command(flatten)]
        details: Details,
    },
    /// Change what is known of one
    Edit {
        /// Its id or the end of it, its name, or its domain
        organisation: String,
        /// Another name
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        details: Details,
    },
    /// Everything about one
    Show {
        /// Its id or the end of it, its name, or its domain
        organisation: String,
    },
    /// Say that a supplier is this organisation, or with --not that it is another one
    Same {
        /// The organisation: its id or the end of it, its name, or its domain
        organisation: String,
        /// The supplier, by name or key
        supplier: String,
        /// They are two
        #[arg(long)]
        not: bool,
    },
    /// Remove one, and destroy what is known of it
    Remove {
        /// Its id or the end of it, its name, or its domain
        organisation: String,
    },
}

#[derive(Args)]
pub(super) struct Details {
    /// Its domains, all of them
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',')]
    domain: Vec<String>,
    /// By which identifiers it collects direct debits (SEPA), all of them
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    creditor: Vec<String>,
    /// Where it takes letters by e-mail
    #[arg(long)]
    email: Option<String>,
    /// Its postal address; \n begins a line
    #[arg(long)]
    address: Option<String>,
    /// The language to write to it in, as nl or en
    #[arg(long)]
    language: Option<String>,
    /// What the directory calls it
    #[arg(long, value_name = "NAME")]
    directory: Option<String>,
    /// Is it to be told by letter when your details change?
    #[arg(long, value_name = "true|false")]
    by_letter: Option<bool>,
    /// The supplier that it is, by name or key
    #[arg(long)]
    supplier: Option<String>,
}

#[derive(Subcommand)]
pub(super) enum DirectoryVerb {
    /// Add a list of companies or authorities (schema of Datenanfragen: a record a line, a JSON array, or one record)
    Add {
        /// The file
        file: PathBuf,
    },
}

impl Details {
    fn read(self) -> Result<OrganisationDetails, Failure> {
        fn all<T: std::str::FromStr + Ord>(texts: &[String]) -> Result<Option<std::collections::BTreeSet<T>>, Failure>
        where
            T::Err: crate::command::Explained,
        {
            let read =
                texts.iter().filter(|text| !text.is_empty()).map(|text| parse(text)).collect::<Result<_, _>>()?;
            Ok(Some(read).filter(|_| !texts.is_empty()))
        }
        Ok(OrganisationDetails {
            domains: all(&self.domain)?,
            creditors: all(&self.creditor)?,
            email: self.email,
            address: self.address.map(|text| text.replace("\\n", "\n")),
            language: self.language,
            slug: self.directory.map(|slug| parse(&slug)).transpose()?,
            by_letter: self.by_letter,
            supplier: self.supplier,
        })
    }
}

pub(super) fn run(home: &Path, verb: OrganisationVerb, json: bool) -> Result<(), Failure> {
    match verb {
        OrganisationVerb::Add { name, details } => {
            ask(home, &verbs::AddOrganisation { name, details: details.read()? }, json, render::ORGANISATION)
        }
        OrganisationVerb::Edit { organisation, name, details } => {
            let edit = verbs::EditOrganisation { organisation, name, details: details.read()? };
            ask(home, &edit, json, render::ORGANISATION)
        }
        OrganisationVerb::Show { organisation } => {
            ask(home, &verbs::Organisation { organisation }, json, render::ORGANISATION)
        }
        OrganisationVerb::Same { organisation, supplier, not } => {
            ask(home, &verbs::SameSupplier { organisation, supplier, same: !not }, json, render::ORGANISATION)
        }
        OrganisationVerb::Remove { organisation } => {
            ask(home, &verbs::RemoveOrganisation { organisation }, json, View::Plain)
        }
    }
}

/// Every organisation, or those that a word is part of.
pub(super) fn list(home: &Path, query: &str, json: bool) -> Result<(), Failure> {
    let mut all = Vec::new();
    loop {
        let page = verbs::Organisations { query: query.to_owned(), offset: all.len(), limit: usize::MAX };
        let page = control::ask(home, &page)?;
        let end = page.items.is_empty();
        all.extend(page.items);
        if end || all.len() >= page.matching {
            if !json {
                page.perhaps_same.iter().for_each(ask_same);
            }
            return render::show_as(&all, json, render::ORGANISATIONS);
        }
    }
}

/// What only the person can say of an organisation and a supplier.
fn ask_same(of: &PerhapsSame) {
    let PerhapsSame { organisation, name, supplier, supplier_name, .. } = of;
    let next = format!("`regie organisation same {organisation} {supplier}`, or the same with `--not`");
    crate::out::say(format_args!("{name} may be your supplier {supplier_name}. Is it? Say {next}."));
}

/// What a list gave.
#[derive(Serialize)]
struct Added {
    added: usize,
    replaced: usize,
    refused: usize,
    /// The first of those.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<RefusedEntry>,
}

pub(super) fn directory(home: &Path, verb: Option<DirectoryVerb>, json: bool) -> Result<(), Failure> {
    let Some(DirectoryVerb::Add { file }) = verb else {
        return ask(home, &verbs::Directory {}, json, View::Plain);
    };
    let (entries, mut reasons) = find::read_directory(&bytes_of(&file, FILE_BYTES)?).map_err(Failure::misread)?;
    let mut sum = Added { added: 0, replaced: 0, refused: reasons.len(), reasons: Vec::new() };
    for part in control::parts(&entries)? {
        let done = control::ask(home, &verbs::AddToDirectory { entries: part.to_vec() })?;
        sum.added += done.added;
        sum.replaced += done.replaced;
    }
    reasons.truncate(SHOWN);
    sum.reasons = reasons;
    render::show_as(&sum, json, View::Plain)
}
