//! `regie credential …`: keys for issuers, credentials, and what they vouch for. In: files. Out: verbs of the
//! running node, what it answers.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{owner::ask, render::View};
use crate::{command::Failure, person::verbs};

/// Largest file that is read, in bytes.
const FILE_BYTES: u64 = 400 * 1024;

#[derive(Subcommand)]
pub(super) enum CredentialVerb {
    /// Make a key and show its public half, for an issuer to bind a credential to
    Key,
    /// Take a credential in: an SD-JWT VC, signed by its issuer and bound to a key made here
    Add {
        /// The file
        file: PathBuf,
        /// A file with the issuer's public key: a JWK, a set of them, or root certificates in PEM
        #[arg(long, value_name = "FILE")]
        issuer_key: PathBuf,
    },
    /// The credentials that you hold
    List,
    /// Throw a credential away; its values stay, as your own word
    Remove {
        /// Its id, or the end of it
        id: String,
    },
}

pub(super) fn run(home: &Path, verb: CredentialVerb, json: bool) -> Result<(), Failure> {
    match verb {
        CredentialVerb::Key => ask(home, &verbs::CredentialKey {}, json, View::Plain),
        CredentialVerb::Add { file, issuer_key } => {
            let add = verbs::AddCredential { text: text_of(&file)?, issuer_key: text_of(&issuer_key)? };
            ask(home, &add, json, View::Plain)
        }
        CredentialVerb::List => ask(home, &verbs::Credentials {}, json, View::Plain),
        CredentialVerb::Remove { id } => ask(home, &verbs::RemoveCredential { id }, json, View::Plain),
    }
}

/// A small text file.
pub(super) fn text_of(file: &Path) -> Result<String, Failure> {
    super::file::text_of(file, FILE_BYTES)
}
