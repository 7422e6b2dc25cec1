//! `regie backup`, `regie move` and `regie restore`. In: a home and a file. Out: an age file for which the home's passphrase
//! is needed; a home that says nothing more; or a new home made from such a file.

use std::{
    io::{BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{confirm::Said, render, tables::tables};
use crate::{
    backup::{self, Sealing, Taking},
    command::{Failure, exit},
    control,
    home::{self, Role},
    person::{self, Back, verbs::MoveAway},
    store::Passphrase,
    verb::Stop,
};

pub(super) fn write(home: &Path, passphrase_file: Option<&Path>, target: &Path, json: bool) -> Result<(), Failure> {
    let config = home::config(home)?;
    if config.store.is_some() {
        let next = "back that up as the database it is (pg_dump): what it holds is sealed, and the passphrase opens it";
        return Err(Failure::usage(format!("this companion keeps everything in PostgreSQL; {next}")));
    }
    let passphrase = home::passphrase(passphrase_file, true)?;
    let file = Whole::beside(target)?;
    // Through the running node where there is one, since it holds the store's lock.
    let bytes = if control::runs(home) {
        file.write(|to| given(home, &passphrase, to))?
    } else {
        let store = home::open(home, tables, &passphrase)?.1;
        file.write(|to| Sealing::begin(home, &passphrase, to)?.of_store(&store))?
    };
    if json {
        return render::show(&json!({ "written": crate::out::path(target), "bytes": bytes }), true);
    }
    crate::out::say(format_args!("Wrote {}. It opens with the passphrase you gave.", target.display()));
    Ok(())
}

/// What the node that runs here gives, sealed.
fn given<W: Write>(home: &Path, passphrase: &Passphrase, to: W) -> Result<W, Failure> {
    // Before the node is asked, which does nothing else until everything is taken: a passphrase takes half a second.
    let sealing = Sealing::begin(home, passphrase, to)?;
    let taking = Taking::begin(home)?;
    std::thread::scope(|scope| {
        let verb = taking.verb();
        let asked = scope.spawn(move || control::ask(home, &verb));
        let sealed = taking.seal(sealing, || asked.is_finished());
        // What the node says of it goes before what is seen of it here; that it takes long is no fault.
        match (asked.join(), sealed) {
            (_, Ok(sealed)) => Ok(sealed),
            (Ok(Err(failure)), Err(_)) => Err(failure),
            (_, Err(failure)) => Err(failure),
        }
    })
}

/// Where a node goes, and how that is said.
#[derive(clap::Args)]
pub(super) struct Moving {
    /// The file to write; it must not exist
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// What you call the other machine; this one says it to whoever starts it
    #[arg(long, default_value = "")]
    to: String,
    /// Go on here after all; every grant ends
    #[arg(long, conflicts_with_all = ["file", "to"])]
    undo: bool,
    /// Do it without asking once more
    #[arg(long)]
    yes: bool,
}

pub(super) fn move_node(
    home: &Path,
    passphrase_file: Option<&Path>,
    moving: Moving,
    json: bool,
) -> Result<(), Failure> {
    if home::config(home)?.role == Role::Supplier {
        let next = "make a backup with `regie backup`, stop it, and restore that on the other machine";
        return Err(Failure::usage(format!("a companion does not move by itself: {next}")));
    }
    let Moving { file, to, undo, yes } = moving;
    match file {
        Some(target) if !undo => move_to(home, passphrase_file, &target, &to, yes, json),
        _ => stay(home, passphrase_file, yes, json),
    }
}

fn move_to(
    home: &Path,
    passphrase_file: Option<&Path>,
    target: &Path,
    to: &str,
    yes: bool,
    json: bool,
) -> Result<(), Failure> {
    let question = "Your node stops here and goes on where you bring this file: with `regie restore` there. Move it?";
    Said { yes, json }.or_ask(question, "your node is where it was; say `--yes` to do it")?;
    let passphrase = home::passphrase(passphrase_file, true)?;
    // Whatever keeps the file from being written is told before the node has left.
    let file = Whole::beside(target)?;
    let (bytes, runs) = match control::ask(home, &MoveAway { to: to.to_owned() }) {
        Ok(_) => (file.write(|to| given(home, &passphrase, to))?, true),
        Err(failure) if failure.code == "no_node" => {
            let mut store = home::open(home, tables, &passphrase)?.1;
            person::leaves(&mut store, to.trim())?;
            (file.write(|to| Sealing::begin(home, &passphrase, to)?.of_store(&store))?, false)
        }
        Err(failure) => return Err(failure),
    };
    if runs {
        // It is silent already: whether it ends now or by itself makes no difference.
        let _ = control::ask(home, &Stop {});
    }
    if json {
        let said = json!({ "moved": crate::out::path(target), "to": to, "bytes": bytes });
        return render::show(&said, true);
    }
    crate::out::say(format_args!(
        "Wrote {}. Your node is in it and nowhere else: bring it to the other machine, and run `regie restore FILE` there. \
         Your suppliers notice nothing. This home can be deleted when the other runs; `regie move --undo` goes on here.",
        target.display()
    ));
    Ok(())
}

/// The node is not gone after all. Whether the other home was used nobody here knows, so it goes on as behind a restore.
fn stay(home: &Path, passphrase_file: Option<&Path>, yes: bool, json: bool) -> Result<(), Failure> {
    let passphrase = home::passphrase(passphrase_file, false)?;
    // Whoever holds the store's lock is the node, which runs and is told to make room.
    let mut store = match home::open(home, tables, &passphrase) {
        Ok((_, store)) => store,
        Err(failure) if failure.code == "in_use" => {
            let next = "stop it with `regie stop`, and say this once more";
            return Err(Failure::new("in_use", exit::ERROR, format!("the node runs here; {next}")));
        }
        Err(failure) => return Err(failure),
    };
    let Back::Moved { live } = person::foreseen(&store)? else {
        return Err(Failure::usage("this node has not moved; start it with `regie`"));
    };
    let question = format!("Go on here? {live} grants end, and a node that runs elsewhere by that file stops.");
    Said { yes, json }.or_ask(&question, "nothing was changed; say `--yes` to do it")?;
    let ended = person::stays(&mut store)?;
    store.close()?;
    if json {
        return render::show(&json!({ "stays": crate::out::path(home), "grants_ended": ended }), true);
    }
    crate::out::say(format_args!(
        "{ended} grants ended; suppliers ask anew and your defaults answer. Next: run `regie --home {}`.",
        home.display()
    ));
    Ok(())
}

/// A file that is written whole or not at all, for its owner alone; one that is there stays.
struct Whole<'a> {
    target: &'a Path,
    file: tempfile::NamedTempFile,
}

impl<'a> Whole<'a> {
    /// Begins one, under a name of its own.
    fn beside(target: &'a Path) -> Result<Self, Failure> {
        if target.exists() {
            return Err(Self::cannot(target, &"a file of that name exists already; choose another"));
        }
        let mut builder = tempfile::Builder::new();
        let file = builder.prefix(".regie-backup-").tempfile_in(directory_of(target));
        file.map(|file| Self { target, file }).map_err(|error| Self::cannot(target, &error))
    }

    /// How many bytes it has comes out.
    fn write(
        self,
        by: impl FnOnce(BufWriter<&std::fs::File>) -> Result<BufWriter<&std::fs::File>, Failure>,
    ) -> Result<u64, Failure> {
        let Self { target, file } = self;
        let whole =
            by(BufWriter::with_capacity(256 * 1024, file.as_file()))?.into_inner().map_err(|error| error.into_error());
        let whole = whole.and_then(|file| file.sync_all().and_then(|()| file.metadata()));
        let bytes = whole.map_err(|error| Self::cannot(target, &error))?.len();
        file.persist_noclobber(target).map_err(|error| Self::cannot(target, &error.error))?;
        // The name must last as well.
        let last = std::fs::File::open(directory_of(target)).and_then(|directory| directory.sync_all());
        last.map(|()| bytes).map_err(|error| Self::cannot(target, &error))
    }

    fn cannot(target: &Path, why: &dyn std::fmt::Display) -> Failure {
        Failure::usage(format!("can't write {}: {why}", target.display()))
    }
}

fn directory_of(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub(super) fn restore(
    home: &Path,
    passphrase_file: Option<&Path>,
    source: &Path,
    yes: bool,
    json: bool,
) -> Result<(), Failure> {
    let file = || {
        let opened = std::fs::File::open(source);
        opened.map(BufReader::new).map_err(|error| Failure::usage(format!("can't read {}: {error}", source.display())))
    };
    file()?;
    let passphrase = home::passphrase(passphrase_file, false)?;
    let may_end = |back| match back {
        Back::Restored { ended } if ended > 0 => {
            let question = format!(
                "{ended} grants end by this, since you may have taken something back after the backup was made; suppliers \
                 ask anew and your defaults answer. Restore it?"
            );
            let not = format!("{ended} grants would end, so nothing was restored; say `--yes` to do it");
            Said { yes, json }.or_ask(&question, &not)
        }
        _ => Ok(()),
    };
    let back = home_of(home, file, &passphrase, None, may_end)?;
    if json {
        let (moved, live, ended) = match back {
            Some(Back::Moved { live }) => (true, live, 0),
            Some(Back::Restored { ended }) => (false, 0, ended),
            None => (false, 0, 0),
        };
        let said =
            json!({ "restored": crate::out::path(home), "moved": moved, "grants_live": live, "grants_ended": ended });
        return render::show(&said, true);
    }
    match back {
        Some(Back::Moved { live }) => crate::out::say(format_args!(
            "Your node moved here, with {live} grants that live on. Delete the file, and the home that it came from."
        )),
        Some(Back::Restored { ended }) => crate::out::say(format_args!(
            "{ended} grants from before the backup ended; suppliers ask anew and your defaults answer."
        )),
        None => {}
    }
    crate::out::say(format_args!("Restored into {}. Next: run `regie --home {}`.", home.display(), home.display()));
    Ok(())
}

/// Makes a home of a backup or of the package of a move, under its passphrase, whole or not at all; how a person's node goes on
/// comes out. `file` is the file's beginning, each time that it is asked for; `only`: one of the other role is refused. `may`: whether it goes on so is asked before anything is there.
pub(super) fn home_of<R: Read>(
    home: &Path,
    file: impl Fn() -> Result<R, Failure>,
    passphrase: &Passphrase,
    only: Option<Role>,
    may: impl FnOnce(Back) -> Result<(), Failure>,
) -> Result<Option<Back>, Failure> {
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
    let role = backup.role;
    backup.pour(&mut store)?;
    let back = match role {
        Role::Person => {
            may(person::foreseen(&store)?)?;
            Some(person::comes_back(&mut store)?)
        }
        Role::Supplier => None,
    };
    store.close()?;
    std::fs::rename(&inside, home).map_err(cannot)?;
    std::fs::File::open(beside).and_then(|beside| beside.sync_all()).map_err(cannot)?;
    Ok(back)
}
