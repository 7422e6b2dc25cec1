//! A company's next key, and the day that it takes over. In: words from paper, a yes at the terminal. Out: other words for
//! paper, the key in force. The secret of a next key never reaches the machine that has the key in force before that day,
//! but where it is drawn; and words are shown before anything rests on them, since nobody could bring them back.

use std::{
    io::{BufRead as _, Write as _},
    path::Path,
};

use regie_protocol::{Keypair, NextKey, PublicKey, supplier::SupplierError};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{render, tables::tables};
use crate::{
    clock,
    command::{Failure, exit},
    control, home,
    store::Ledger,
    supplier,
};

/// So many words stand for a key.
const WORDS: usize = 24;
/// Longest line of words that is read, in bytes: above the longest 24 of the list.
const WORDS_BYTES: usize = 1024;

/// Words for paper, and the key that they stand for.
pub(super) struct Sheet {
    pub(super) key: PublicKey,
    pub(super) words: Zeroizing<String>,
    /// Were they made now? Else somebody has them already.
    drawn: bool,
}

impl Sheet {
    pub(super) fn drawn() -> Result<Self, Failure> {
        let next = NextKey::from_entropy(clock::random());
        Ok(Self { key: next.keypair().public(), words: next.phrase().map_err(Failure::internal)?, drawn: true })
    }

    /// The one in a file, or a new one.
    fn of(words_file: Option<&Path>) -> Result<Self, Failure> {
        let Some(file) = words_file else { return Self::drawn() };
        let next = read(file)?;
        Ok(Self { key: next.keypair().public(), words: next.phrase().map_err(Failure::internal)?, drawn: false })
    }

    /// Shows the words to whoever stands before the terminal.
    pub(super) fn show(&self) -> Result<(), Failure> {
        if !self.drawn {
            return Ok(());
        }
        let how = "Write them down and keep them apart from this machine. When the key in force is lost or stolen, they and \
                   nothing else let your company go on with everybody it knows (docs/deploy.md, \"The company's key\").";
        written(&format!("The 24 words of your company's next key:\n  {}\n{how}\n", self.words.as_str()))
    }
}

/// Writes to standard output; what was not written was not seen.
fn written(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| {
        let next = "nothing was changed; try again where it can be read";
        Failure::usage(format!("the words could not be shown ({error}); {next}"))
    })
}

/// Commits a running companion to a next key.
pub(super) fn commit(home: &Path, words_file: Option<&Path>, replace: bool, json: bool) -> Result<(), Failure> {
    let sheet = Sheet::of(words_file)?;
    if home::config(home).is_ok_and(|config| config.role != home::Role::Supplier) {
        return Err(Failure::usage("this home is a person's; a next key is what a company commits to"));
    }
    let status = control::ask(home, &supplier::verbs::Status {})?;
    // What would be refused is refused before words are shown that would stand for nothing.
    if status.next_key.is_some() && !replace {
        return Err(SupplierError::HasNext.into());
    }
    if !json {
        sheet.show()?;
    } else if sheet.drawn {
        let answer = json!({ "key": status.key, "next_key": sheet.key, "next_key_words": sheet.words.as_str() });
        written(&format!("{answer}\n"))?;
    }
    let answer = control::ask(home, &supplier::verbs::CommitNextKey { next: sheet.key, replace })?;
    if json && sheet.drawn {
        return Ok(());
    }
    if json {
        return render::show(&answer, true);
    }
    crate::out::say(
        "Next: put the domain's document there anew (`regie supplier domain`), so that all know what you committed to.",
    );
    Ok(())
}

/// What is typed to replace the key in force.
pub(super) struct Rotate<'a> {
    pub(super) words_file: Option<&'a Path>,
    /// The sheet of the key after, where there is one already.
    pub(super) next_words_file: Option<&'a Path>,
    pub(super) yes: bool,
}

/// Puts the next key in the place of the one in force.
pub(super) fn rotate(home: &Path, passphrase_file: Option<&Path>, how: &Rotate<'_>, json: bool) -> Result<(), Failure> {
    let config = home::config(home)?;
    if config.role != home::Role::Supplier {
        return Err(Failure::usage("this home is a person's; a company's key is changed at its companion"));
    }
    if control::ask(home, &supplier::verbs::Status {}).is_ok() {
        let next = "stop it first (`systemctl stop regie-companion`, or ^C), and start it again afterwards";
        return Err(Failure::usage(format!("the companion of this home is running; {next}")));
    }
    let passphrase = home::passphrase(passphrase_file, false)?;
    let mut store: Box<dyn Ledger> = match config.database(home)? {
        None => Box::new(home::open(home, tables, &passphrase)?.1),
        Some(url) => home::open_shared(&url, home, tables(home::Role::Supplier), &passphrase)?,
    };
    let key = next_key(how.words_file)?;
    // Words that would be refused are refused before others are shown that would stand for nothing.
    let before = supplier::may_rotate(&mut *store, &key.public())?;
    let (sheet, taken) = (Sheet::of(how.next_words_file)?, key.public());
    if !json {
        sheet.show()?;
    }
    if !how.yes && !confirmed()? {
        let next = "nothing was changed; words shown above stand for nothing, throw them away";
        return Err(Failure::new("not_confirmed", exit::REFUSED, next));
    }
    let next = "start the companion again; put the domain's document there anew (`regie supplier domain`); make new pairing \
                links, those of before lead nowhere for who is new; make a new backup; a forwarder has to be told the new key";
    let mut answer = json!({ "key": taken, "before": before, "next": next });
    if json && sheet.drawn {
        answer["next_key_words"] = Value::String(sheet.words.to_string());
    }
    if json {
        written(&format!("{answer}\n"))?;
    }
    supplier::rotate(&mut *store, key, sheet.key)?;
    if json { Ok(()) } else { render::show(&answer, false) }
}

fn confirmed() -> Result<bool, Failure> {
    eprint!("Have you written the words down, and is the companion's key to be replaced now? [y/N] ");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Failure::internal)?;
    Ok(line.trim().eq_ignore_ascii_case("y"))
}

/// The key whose words are in a file, or typed: on one line or several.
fn next_key(words_file: Option<&Path>) -> Result<Keypair, Failure> {
    if let Some(file) = words_file {
        return Ok(read(file)?.keypair());
    }
    eprint!("The 24 words of the next key, from the sheet (or give them in a file: --words-file): ");
    let mut words = Zeroizing::new(String::with_capacity(2 * WORDS_BYTES));
    let mut input = std::io::stdin().lock();
    while words.split_whitespace().count() < WORDS && words.len() < WORDS_BYTES {
        if input.read_line(&mut words).map_err(Failure::internal)? == 0 {
            break;
        }
    }
    Ok(parsed(&words)?.keypair())
}

fn read(file: &Path) -> Result<NextKey, Failure> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| Failure::usage(format!("can't read {}: {error}", file.display())))?;
    parsed(&Zeroizing::new(text))
}

fn parsed(words: &str) -> Result<NextKey, Failure> {
    NextKey::from_phrase(words).map_err(|_| {
        Failure::usage(
            "these are not the 24 words of a sheet: type them in their order, or give a file with --words-file",
        )
    })
}
