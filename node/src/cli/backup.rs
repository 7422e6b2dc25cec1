//! `regie backup` and `regie restore`. In: a home and a file. Out: an age file for which the home's passphrase
//! is needed, or a new home made from one.

use std::{io::Write as _, path::Path};

use serde_json::json;

use super::{file::bytes_of, render, tables::tables};
use crate::{
    backup::{self, Backup, TakeRows},
    command::Failure,
    control,
    home::{self, Role},
    person,
    store::Passphrase,
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
    let (role, grants) = home_of(home, &file, &passphrase, None)?;
    if json {
        return render::show(&json!({ "restored": crate::out::path(home), "grants_ended": grants }), true);
    }
    if role == Role::Person {
        crate::out::say(format_args!(
            "{grants} grants from before the backup ended; suppliers ask anew and your defaults answer."
        ));
    }
    crate::out::say(format_args!("Restored into {}. Next: run `regie --home {}`.", home.display(), home.display()));
    Ok(())
}

/// Makes a home of a backup, under the backup's passphrase, whole or not at all; whose it is and how many grants ended comes
/// out. `only`: a backup of the other role is refused.
pub(super) fn home_of(
    home: &Path,
    file: &[u8],
    passphrase: &Passphrase,
    only: Option<Role>,
) -> Result<(Role, usize), Failure> {
    let backup = backup::open(file, passphrase)?;
    if only.is_some_and(|only| only != backup.role) {
        let next = "restore it with `regie restore FILE`";
        return Err(Failure::usage(format!("this backup is of another kind of node than the one you begin; {next}")));
    }
    let config =
        toml::from_str(&backup.config).map_err(|_| Failure::usage("the backup's configuration can't be read"))?;
    if home::is_made(home) {
        return Err(Failure::usage(format!("there is a node in {} already; choose another home", home.display())));
    }
    let beside = home.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = |error: std::io::Error| Failure::internal(format!("can't make a node in {}: {error}", home.display()));
    std::fs::create_dir_all(beside).map_err(cannot)?;
    // Beside it and then in its place: a backup that turns out to be damaged leaves no half of a home.
    let place = tempfile::Builder::new().prefix(".regie-restore-").tempdir_in(beside).map_err(cannot)?;
    let inside = place.path().join("home");
    let mut store = home::create(&inside, tables(backup.role), &config, passphrase)?;
    backup::pour(&backup, &mut store)?;
    let grants = match backup.role {
        Role::Person => person::after_restore(&mut store)?,
        Role::Supplier => 0,
    };
    store.close()?;
    std::fs::rename(&inside, home).map_err(cannot)?;
    std::fs::File::open(beside).and_then(|beside| beside.sync_all()).map_err(cannot)?;
    Ok((backup.role, grants))
}
