//! `regie backup` and `regie restore`. In: a home and a file. Out: an age file for which the home's passphrase
//! is needed, or a new home made from one.

use std::{io::Write as _, path::Path};

use serde_json::json;

use super::{file::bytes_of, render, tables::tables};
use crate::{
    backup::{self, Backup, TakeRows},
    command::Failure,
    control, home, person,
};

pub(super) fn write(home: &Path, passphrase_file: Option<&Path>, target: &Path, json: bool) -> Result<(), Failure> {
    let config = home::config(home)?;
    if config.store.is_some() {
        let next = "back that up as the database it is (pg_dump): what it holds is sealed, and the passphrase opens it";
        return Err(Failure::usage(format!("this companion keeps everything in PostgreSQL; {next}")));
    }
    let passphrase = home::passphrase(passphrase_file, true)?;
    // Through the running node where there is one, since it holds the store's lock.
    let rows = match control::ask(home, &TakeRows {}) {
        Ok(taken) => taken.rows,
        Err(failure) if failure.code == "no_node" => backup::rows(&home::open(home, tables, &passphrase)?.1)?,
        Err(failure) => return Err(failure),
    };
    let toml = std::fs::read_to_string(home.join("config.toml")).map_err(Failure::internal)?;
    let sealed =
        backup::seal(&Backup { version: backup::VERSION, role: config.role, config: toml, rows }, &passphrase)?;
    let cannot = |error: std::io::Error| Failure::usage(format!("can't write {}: {error}", target.display()));
    whole(target, &sealed).map_err(cannot)?;
    if json {
        return render::show(&json!({ "written": crate::out::path(target), "bytes": sealed.len() }), true);
    }
    crate::out::say(format_args!("Wrote {}. It opens with the passphrase you gave.", target.display()));
    Ok(())
}

/// Writes a file whole or not at all, for its owner alone; one that is there stays.
fn whole(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".regie-backup-").tempfile_in(beside)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(target).map_err(|error| error.error)?;
    // The name must last as well.
    std::fs::File::open(beside)?.sync_all()
}

pub(super) fn restore(home: &Path, passphrase_file: Option<&Path>, source: &Path, json: bool) -> Result<(), Failure> {
    let file = bytes_of(source, backup::FILE_BYTES)?;
    let passphrase = home::passphrase(passphrase_file, false)?;
    let backup = backup::open(&file, &passphrase)?;
    let config =
        toml::from_str(&backup.config).map_err(|_| Failure::usage("the backup's configuration can't be read"))?;
    let mut store = home::create(home, tables(backup.role), &config, &passphrase)?;
    backup::pour(&backup, &mut store)?;
    let grants = match backup.role {
        home::Role::Person => person::after_restore(&mut store)?,
        home::Role::Supplier => 0,
    };
    if json {
        return render::show(&json!({ "restored": crate::out::path(home), "grants_ended": grants }), true);
    }
    if backup.role == home::Role::Person {
        crate::out::say(format_args!(
            "{grants} grants from before the backup ended; suppliers ask anew and your defaults answer."
        ));
    }
    crate::out::say(format_args!("Restored into {}. Next: run `regie --home {}`.", home.display(), home.display()));
    Ok(())
}
