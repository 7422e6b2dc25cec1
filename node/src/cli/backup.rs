//! `regie backup` and `regie restore`. In: a home and a file. Out: an age file for which the home's passphrase
//! is needed, or a new home made from one.

use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use serde_json::json;

use super::{render, tables::tables};
use crate::{
    backup::{self, Backup, TakeRows},
    command::Failure,
    control, home, person,
    store::Passphrase,
};

pub(super) fn write(home: &Path, passphrase_file: Option<&Path>, target: &Path, json: bool) -> Result<(), Failure> {
    let config = home::config(home)?;
    if config.store.is_some() {
        let next = "back that up as the database it is (pg_dump): what it holds is sealed, and the passphrase opens it";
        return Err(Failure::usage(format!("this companion keeps everything in PostgreSQL; {next}")));
    }
    let text = home::passphrase_text(passphrase_file, true)?;
    let passphrase = Passphrase::new(text.to_string());
    // Through the running node where there is one, since it holds the store's lock.
    let rows = match control::ask(home, &TakeRows {}) {
        Ok(taken) => taken.rows,
        Err(failure) if failure.code == "no_node" => backup::rows(&home::open(home, tables, &passphrase)?.1)?,
        Err(failure) => return Err(failure),
    };
    let toml = std::fs::read_to_string(home.join("config.toml")).map_err(Failure::internal)?;
    let sealed = backup::seal(&Backup { version: backup::VERSION, role: config.role, config: toml, rows }, &text)?;
    let cannot = |error: std::io::Error| Failure::usage(format!("can't write {}: {error}", target.display()));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(target).map_err(cannot)?;
    file.write_all(&sealed).and_then(|()| file.sync_all()).map_err(cannot)?;
    if json {
        return render::show(&json!({ "written": target, "bytes": sealed.len() }), true);
    }
    println!("Wrote {}. It opens with the passphrase you gave.", target.display());
    Ok(())
}

pub(super) fn restore(home: &Path, passphrase_file: Option<&Path>, source: &Path, json: bool) -> Result<(), Failure> {
    let file =
        std::fs::read(source).map_err(|error| Failure::usage(format!("can't read {}: {error}", source.display())))?;
    let text = home::passphrase_text(passphrase_file, false)?;
    let passphrase = Passphrase::new(text.to_string());
    let backup = backup::open(&file, &text)?;
    let config =
        toml::from_str(&backup.config).map_err(|_| Failure::usage("the backup's configuration can't be read"))?;
    let mut store = home::create(home, tables(backup.role), &config, &passphrase)?;
    backup::pour(&backup, &mut store)?;
    let grants = match backup.role {
        home::Role::Person => person::after_restore(&mut store)?,
        home::Role::Supplier => 0,
    };
    if json {
        return render::show(&json!({ "restored": home, "grants_ended": grants }), true);
    }
    if backup.role == home::Role::Person {
        println!("{grants} grants from before the backup ended; suppliers ask anew and your defaults answer.");
    }
    println!("Restored into {}. Next: run `regie --home {}`.", home.display(), home.display());
    Ok(())
}
