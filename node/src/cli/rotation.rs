//! A company's next key, and the day that it takes over. In: words from paper, a yes at the terminal. Out: other words for
//! paper, the key in force. The secret of a next key never reaches the machine that has the key in force before that day.

use std::path::Path;

use regie_protocol::{
    identity::{Keypair, PublicKey},
    rotation::NextKey,
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::render;
use crate::{
    clock,
    command::{Command, Failure, exit},
    control, home,
    store::Ledger,
    supplier,
};

/// Words for paper, and the key that they stand for.
pub(super) struct Sheet {
    pub(super) key: PublicKey,
    pub(super) words: Zeroizing<String>,
}

impl Sheet {
    pub(super) fn drawn() -> Result<Self, Failure> {
        let next = NextKey::from_entropy(clock::random());
        Ok(Self { key: next.keypair().public(), words: next.phrase().map_err(Failure::internal)? })
    }

    /// Shows the words to whoever stands before the terminal.
    pub(super) fn show(&self) {
        println!("The 24 words of your company's next key:\n  {}", self.words.as_str());
        println!(
            "Write them down and keep them apart from this machine. When the key in force is lost or stolen, they and \
             nothing else let your company go on with everybody it knows (docs/deploy.md, \"The company's key\")."
        );
    }
}

/// Commits a running companion to a next key.
pub(super) fn commit(home: &Path, replace: bool, json: bool) -> Result<(), Failure> {
    let sheet = Sheet::drawn()?;
    let mut answer = control::ask(home, &Command::CommitNextKey { next: sheet.key, replace })?;
    if json {
        answer["next_key_words"] = Value::String(sheet.words.to_string());
        return render::show(&answer, true);
    }
    sheet.show();
    println!(
        "Next: put the domain's document there anew (`regie supplier domain`), so that all know what you committed to."
    );
    Ok(())
}

/// Puts the next key in the place of the one in force.
pub(super) fn rotate(
    home: &Path,
    passphrase_file: Option<&Path>,
    words_file: Option<&Path>,
    yes: bool,
    json: bool,
) -> Result<(), Failure> {
    let key = next_key(words_file)?;
    let (config, passphrase) = (home::config(home)?, home::passphrase(passphrase_file, false)?);
    if config.role != home::Role::Supplier {
        return Err(Failure::usage("this home is a person's; a company's key is changed at its companion"));
    }
    let mut store: Box<dyn Ledger> = match &config.store {
        None => Box::new(home::open(home, &passphrase)?.1),
        Some(url) => home::open_shared(url, &passphrase)?,
    };
    let sheet = Sheet::drawn()?;
    if !json {
        // Before anything changes: words that nobody saw would be lost with this process.
        sheet.show();
    }
    if !yes && !confirmed()? {
        let next = "nothing was changed; the words above stand for nothing, throw them away";
        return Err(Failure::new("not_confirmed", exit::REFUSED, next));
    }
    let taken = key.public();
    let before = supplier::rotate(&mut *store, key, sheet.key)?;
    let next = "start the companion again; put the domain's document there anew (`regie supplier domain`); a forwarder \
                has to be told the new key";
    let mut answer = json!({ "key": taken, "before": before, "next": next });
    if json {
        answer["next_key_words"] = Value::String(sheet.words.to_string());
    }
    render::show(&answer, json)
}

fn confirmed() -> Result<bool, Failure> {
    eprint!("Have you written the words down, and is the companion's key to be replaced now? [y/N] ");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Failure::internal)?;
    Ok(line.trim().eq_ignore_ascii_case("y"))
}

/// The key whose words are in a file, or typed.
fn next_key(words_file: Option<&Path>) -> Result<Keypair, Failure> {
    let mut words = Zeroizing::new(String::new());
    match words_file {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::usage(format!("can't read {}: {error}", file.display())))?;
            words.push_str(&text);
            drop(Zeroizing::new(text));
        }
        None => {
            eprint!("The 24 words of the next key, from the sheet: ");
            std::io::stdin().read_line(&mut words).map_err(Failure::internal)?;
        }
    }
    Ok(NextKey::from_phrase(&words).map_err(Failure::usage)?.keypair())
}
