//! Where a home's secrets come from: the passphrase of its store, and the password of a database. In: files, the environment, a command
//! of the owner's, the terminal. Out: secrets that are wiped when they are let go. None of them stands in `config.toml`.

use std::{
    io::{IsTerminal as _, Read as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use url::Url;
use zeroize::Zeroizing;

use super::Config;
use crate::{
    command::{Failure, exit},
    store::Passphrase,
};

/// Prints the passphrase: what asks a key management service for it.
const COMMAND: &str = "REGIE_PASSPHRASE_COMMAND";
/// Longest secret that a file or a command gives, in bytes.
const SECRET_BYTES: u64 = 4096;
/// The file beside `config.toml` that a database's password is written to, for its owner alone.
const PASSWORD_FILE: &str = "store-password";

/// The passphrase: from a file, from `REGIE_PASSPHRASE`, from what `REGIE_PASSPHRASE_COMMAND` prints, or asked for at the terminal.
///
/// # Errors
/// Where there is no terminal to ask at, two typed passphrases differ, or the command fails.
pub fn passphrase(file: Option<&Path>, new: bool) -> Result<Passphrase, Failure> {
    passphrase_text(file, new).map(|mut text| Passphrase::new(std::mem::take(&mut *text)))
}

/// The same as text, for who keeps it where the person wants it.
///
/// # Errors
/// As [`passphrase`].
pub fn passphrase_text(file: Option<&Path>, new: bool) -> Result<Zeroizing<String>, Failure> {
    if let Some(file) = file {
        return of_file(file);
    }
    if let Ok(text) = std::env::var("REGIE_PASSPHRASE") {
        return Ok(Zeroizing::new(text));
    }
    if let Some(command) = std::env::var_os(COMMAND) {
        return printed(&command);
    }
    typed("Passphrase: ", new)
}

/// A passphrase that takes the place of another: from a file, or asked for twice at the terminal.
///
/// # Errors
/// As [`passphrase`].
pub fn new_passphrase(file: Option<&Path>) -> Result<Passphrase, Failure> {
    let mut text = match file {
        Some(file) => of_file(file)?,
        None => typed("New passphrase: ", true)?,
    };
    Ok(Passphrase::new(std::mem::take(&mut *text)))
}

fn of_file(file: &Path) -> Result<Zeroizing<String>, Failure> {
    read(file).map_err(|error| Failure::usage(format!("can't read the passphrase from {}: {error}", file.display())))
}

fn typed(prompt: &str, twice: bool) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        let next = format!("give --passphrase-file FILE, or set REGIE_PASSPHRASE or {COMMAND}");
        let words = format!("a passphrase is needed and there is no terminal; {next}");
        return Err(Failure::new("locked", exit::LOCKED, words));
    }
    let ask = |prompt| rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(Failure::internal);
    let first = ask(prompt)?;
    if twice && ask("Once more: ")? != first {
        return Err(Failure::usage("the two passphrases differ; nothing was changed, try again"));
    }
    Ok(first)
}

/// What a command prints, without the end of its line. It says by itself, on standard error, why it fails.
fn printed(command: &std::ffi::OsStr) -> Result<Zeroizing<String>, Failure> {
    let failed = |why: String| {
        let next = "run it by hand to see why";
        Failure::new("locked", exit::LOCKED, format!("the command of {COMMAND} gave no passphrase ({why}); {next}"))
    };
    let begun = Command::new("sh").arg("-c").arg(command).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut running = begun.map_err(|error| failed(error.to_string()))?;
    let text = running.stdout.take().map(secret_in).transpose();
    let ended = running.wait().map_err(|error| failed(error.to_string()))?;
    let text = text.map_err(|error| failed(error.to_string()))?.unwrap_or_default();
    match (ended.success(), text.is_empty()) {
        (true, false) => Ok(text),
        (true, true) => Err(failed("it printed nothing".to_owned())),
        (false, _) => Err(failed(ended.to_string())),
    }
}

fn read(file: &Path) -> std::io::Result<Zeroizing<String>> {
    std::fs::File::open(file).and_then(secret_in)
}

/// A secret that stands alone in a file or a stream, without the end of its line.
fn secret_in(source: impl std::io::Read) -> std::io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    source.take(SECRET_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > SECRET_BYTES {
        return Err(std::io::Error::other(format!("it is longer than {SECRET_BYTES} bytes")));
    }
    // Some editors begin a file with a mark of its encoding, which nobody typed.
    let typed = text.strip_prefix('\u{feff}').unwrap_or(&text).trim_end_matches(['\r', '\n']);
    Ok(Zeroizing::new(typed.to_owned()))
}

/// The address of a database as it may stand in `config.toml`, and the password that was written in it.
///
/// # Errors
/// Text that is no address.
pub(super) fn apart(address: &str) -> Result<(String, Option<Zeroizing<String>>), Failure> {
    let mut url = parsed(address)?;
    let mut password = url.password().map(|text| Zeroizing::new(decoded(text)));
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .into_owned()
        .filter(|(name, value)| {
            let is_password = name == "password";
            if is_password {
                password = Some(Zeroizing::new(value.clone()));
            }
            !is_password
        })
        .collect();
    if password.is_none() {
        return Ok((address.to_owned(), None));
    }
    // An address without a host has no place for a password, and so had none.
    let _ = url.set_password(None);
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    Ok((url.to_string(), password))
}

impl Config {
    /// The address of the shared store, if there is one, with its password: from `store_password_file`, or as the database's own
    /// clients find it (`PGPASSWORD`, `PGPASSFILE`).
    ///
    /// # Errors
    /// A file that can't be read.
    pub fn database(&self, home: &Path) -> Result<Option<Zeroizing<String>>, Failure> {
        let Some(address) = &self.store else { return Ok(None) };
        if apart(address)?.1.is_some() {
            tracing::warn!(
                "config.toml has the database's password in `store`: put it into a file of its own, and name that as \
                 `store_password_file`"
            );
        }
        let Some(file) = &self.store_password_file else { return Ok(Some(Zeroizing::new(address.clone()))) };
        let file = home.join(file);
        let password = read(&file).map_err(|error| {
            Failure::usage(format!("can't read the database's password from {}: {error}", file.display()))
        })?;
        let mut url = parsed(address)?;
        // As part of the question it can stand in every address, and holds for all hosts that one names.
        url.query_pairs_mut().append_pair("password", &password);
        Ok(Some(Zeroizing::new(url.to_string())))
    }
}

/// Writes a database's password beside the configuration that is to name it.
pub(super) fn keep_password(home: &Path, password: &str) -> std::io::Result<PathBuf> {
    let mut options = std::fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), 0o600);
    let mut file = options.open(home.join(PASSWORD_FILE))?;
    std::io::Write::write_all(&mut file, password.as_bytes())?;
    Ok(PathBuf::from(PASSWORD_FILE))
}

fn parsed(address: &str) -> Result<Url, Failure> {
    // The address is not repeated: it may hold a password.
    Url::parse(address).map_err(|error| {
        let next = "write it as postgres://user@host/database";
        Failure::usage(format!("this is no address of a database ({error}); {next}"))
    })
}

fn decoded(text: &str) -> String {
    // What means something in a form means itself here.
    let plain = text.replace('+', "%2B").replace('=', "%3D").replace('&', "%26");
    form_urlencoded::parse(plain.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_without_its_password() {
        let of = |text: &str| {
            let (address, password) = apart(text).expect("an address");
            (address, password.map(|text| text.to_string()))
        };
        let plain = "postgres://regie@db.internal/regie?sslmode=require";
        assert_eq!(of(plain), (plain.to_owned(), None));
        let with = "postgres://regie:s%3Dcr%26t+%2F@db.internal/regie?sslmode=require";
        assert_eq!(of(with), (plain.to_owned(), Some("s=cr&t+/".to_owned())));
        let asked = "postgres://regie@db.internal/regie?password=s%20x&sslmode=require";
        assert_eq!(of(asked), (plain.to_owned(), Some("s x".to_owned())));
        assert!(apart("db.internal").is_err());
    }

    #[test]
    fn a_password_comes_from_its_file_and_from_nowhere_else() {
        let home = tempfile::tempdir().expect("a directory");
        let store = Some("postgres://regie@db/regie?sslmode=require".to_owned());
        let mut config = Config { store, ..Config::person() };
        let url = |config: &Config| config.database(home.path()).map(|url| url.map(|url| url.to_string()));
        assert_eq!(url(&config).expect("an address").as_deref(), config.store.as_deref());
        let named = keep_password(home.path(), "s=cr&t+/ x\n").expect("written");
        config.store_password_file = Some(named);
        let whole = url(&config).expect("an address").expect("one");
        assert_eq!(whole, "postgres://regie@db/regie?sslmode=require&password=s%3Dcr%26t%2B%2F+x");
        std::fs::remove_file(home.path().join(PASSWORD_FILE)).expect("removed");
        assert!(url(&config).is_err());
    }

    #[test]
    fn a_command_gives_one_line_or_says_why_not() {
        let of = |command: &str| printed(command.as_ref()).map(|text| text.to_string()).map_err(|failure| failure.code);
        assert_eq!(of("printf 'correct horse\\n'").as_deref(), Ok("correct horse"));
        for broken in ["exit 3", "true", "head -c 5000 /dev/zero | tr '\\0' x", "no-such-command-here"] {
            assert_eq!(of(broken).map_err(|code| code.to_string()), Err("locked".to_owned()), "{broken}");
        }
    }
}
