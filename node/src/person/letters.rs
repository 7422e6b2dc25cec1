//! Letters to organisations without a companion: written here, sent by the person's hand or account. In: what a letter is to be
//! about, an organisation, fields. Out: rows, and, once a letter went, an entry of the personal log with what it told.
//!
//! A letter tells as little as finds the person: the name, what they log in with or are known by there, and an address where it
//! goes by post or the organisation says that it needs one. It stays as it was written, whatever changes here later.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{FieldPath, Nonce, Timestamp, calendar::Date, person::Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    Node,
    decisions::ID_END,
    organisations::{Organisation, OrganisationId},
    tables,
};
use crate::{
    clock::{self, text},
    command::{Failure, exit},
    driver::Turn,
    find::{DirectoryEntry, Slug, plain_name},
    letter::{About, Change, KnownAs, Letter, LetterKind, Recipient, Rendered, Sender},
    locale::Language,
    mail::{Message, Trouble, mailto},
    store::Read as _,
};

/// Most letters that are kept.
pub const LETTERS: usize = 5_000;
/// Most bytes of a letter as it is stored.
pub(super) const LETTER_BYTES: usize = 64 * 1024;
/// Names to log in with that one letter gives.
const LOGINS: usize = 2;
/// Customer numbers that one letter gives.
const NUMBERS: usize = 3;
/// Letters and digits of the reference to a case: the end of its id, by which `regie case show` finds it.
const REFERENCE: usize = 10;

/// A letter as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredLetter {
    /// What it is called here, and, in a message, everywhere.
    pub id: Nonce,
    /// Whom it is for.
    pub to: Addressee,
    /// Where it takes letters by e-mail, as it was written.
    pub email: Option<String>,
    /// What it is about.
    pub about: About,
    /// The language that it is written in.
    pub language: String,
    /// The fields whose values it tells.
    pub tells: BTreeSet<FieldPath>,
    /// The fields that it says have changed, or are wrong.
    pub changes: BTreeSet<FieldPath>,
    /// Who writes by e-mail, where that is known.
    pub from: Option<String>,
    /// Its text.
    pub text: Rendered,
    /// When it was written.
    pub written: Timestamp,
    /// How far it is.
    pub state: LetterState,
    /// What it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<Matter>,
}

/// What a letter belongs to: once it went, that stands there too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// A request under the GDPR.
    Case(Nonce),
    /// A contract that it ends, with the last day that it names; none where it withdraws.
    Contract {
        /// Which.
        id: Nonce,
        /// Its last day.
        last: Option<Date>,
    },
}

/// Whom a letter is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// An organisation in the person's list.
    Organisation(OrganisationId),
    /// One that only the directory knows, as an authority.
    Listed(Slug),
    /// Nobody but a name.
    Named(String),
}

/// How far a letter is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LetterState {
    /// It is written, and nothing more.
    Written,
    /// The person's account is to send it.
    Queued {
        /// Since when.
        since: Timestamp,
        /// How often that was tried in vain.
        attempts: u32,
        /// Why it was, the last time.
        trouble: Option<Trouble>,
    },
    /// It is being handed to the server. Where this is found after a start, or nothing follows, nobody knows whether it went.
    Leaving {
        /// Since when.
        since: Timestamp,
        /// How the line broke, where it did.
        trouble: Option<Trouble>,
    },
    /// It went.
    Sent {
        /// When.
        at: Timestamp,
        /// How.
        by: SentBy,
        /// What the server said to it.
        answer: Option<String>,
    },
}

/// How a letter went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum SentBy {
    /// By post.
    Post,
    /// From the person's own mail program.
    Email,
    /// On a page of the organisation.
    Form,
    /// By the person's account, from here.
    Account,
}

/// How a letter is to go, which says what has to stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LetterWay {
    /// By e-mail.
    Email,
    /// By post.
    Post,
}

/// A letter as its person sees it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownLetter {
    /// What it is called here.
    pub id: Nonce,
    /// Whom it is for.
    pub to: Addressee,
    /// By name.
    pub name: String,
    /// Where it takes letters by e-mail.
    pub email: Option<String>,
    /// What it is about.
    pub about: About,
    /// What it is about, in its own words.
    pub subject: String,
    /// The language that it is written in, two letters.
    pub language: String,
    /// The fields whose values it tells.
    pub tells: BTreeSet<FieldPath>,
    /// When it was written, RFC 3339.
    pub written: String,
    /// How far it is: `written`, `queued`, `leaving`, `unsure` (it may have gone) or `sent`.
    pub state: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// How it went.
    pub by: Option<SentBy>,
    /// Why it did not go yet.
    pub trouble: Option<Trouble>,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// What the server said when it took it.
    pub answer: Option<String>,
    /// What it belongs to.
    pub matter: Option<Matter>,
}

/// A letter with its text, for whatever it is shown on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WholeLetter {
    /// What there is to know of it.
    #[serde(flatten)]
    pub shown: ShownLetter,
    /// Its text.
    pub text: Rendered,
    /// Who writes: the name and the e-mail address that it comes from, where that is known.
    pub from: Option<(String, String)>,
    /// What a message of it is called everywhere, without the angle brackets.
    pub message_id: String,
    /// When it was written, in milliseconds since 1970.
    pub at: u64,
}

/// Customer numbers of the person, by the plain name of whom they are with.
pub(super) type Numbers = BTreeMap<String, BTreeSet<String>>;

/// What a letter is made of, before it is written.
pub(super) struct Draft {
    pub(super) to: Addressee,
    pub(super) recipient: Recipient,
    pub(super) email: Option<String>,
    pub(super) language: Language,
    pub(super) sender: Sender,
    /// The fields that the sender's own words hold.
    pub(super) tells: BTreeSet<FieldPath>,
    /// What it belongs to.
    pub(super) matter: Option<Matter>,
}

impl WholeLetter {
    /// A draft for the person's mail program.
    ///
    /// # Errors
    /// It is not for e-mail.
    pub(crate) fn eml(&self) -> Result<Vec<u8>, Failure> {
        let text = self.text.message();
        let message = Message {
            id: self.message_id.clone(),
            at: Timestamp(self.at),
            from: self.from.as_ref().map(|(name, from)| (name.as_str(), from.as_str())),
            to: (&self.shown.name, self.address()?),
            subject: &self.text.subject,
            text: &text,
        };
        message.draft().map_err(|_| Failure::usage("an address of that letter is none that mail goes to; look at both"))
    }

    /// The address by which a mail program begins with it.
    ///
    /// # Errors
    /// It is not for e-mail, or too long for one.
    pub(crate) fn mailto(&self) -> Result<String, Failure> {
        mailto(self.address()?, &self.text.subject, &self.text.flowing()).ok_or_else(|| {
            Failure::usage("that letter is too long for such an address; save it as .eml and open that file")
        })
    }

    /// A file for the post.
    ///
    /// # Errors
    /// It can't be made one.
    #[cfg(feature = "pdf")]
    pub(crate) fn pdf(&self) -> Result<Vec<u8>, Failure> {
        let language = Language::from_code(&self.shown.language).unwrap_or(Language::English);
        self.text.pdf(language, clock::day(Timestamp(self.at))).map_err(|error| Failure::usage(error.to_string()))
    }

    fn address(&self) -> Result<&str, Failure> {
        self.shown
            .email
            .as_deref()
            .ok_or_else(|| Failure::usage("that letter was written for the post; write it again with `--way email`"))
    }
}

impl LetterWay {
    /// By which way an organisation takes letters: by e-mail where it takes any; none where no address of it is known.
    pub(super) fn to(one: &Organisation) -> Option<Self> {
        match (&one.email, &one.address) {
            (Some(_), _) => Some(Self::Email),
            (None, Some(_)) => Some(Self::Post),
            (None, None) => None,
        }
    }
}

impl StoredLetter {
    /// Has it gone, as far as is known?
    pub(super) fn sent(&self) -> Option<(Timestamp, SentBy)> {
        match &self.state {
            LetterState::Sent { at, by, .. } => Some((*at, *by)),
            _ => None,
        }
    }

    /// Is it written, or already queued?
    pub(super) fn can_be_queued(&self) -> bool {
        matches!(self.state, LetterState::Written | LetterState::Queued { .. })
    }

    pub(super) fn name(&self) -> &str {
        self.text.recipient.first().map_or("", String::as_str)
    }

    /// What a message of it is called: the same each time, so that whoever gets it twice can know.
    pub(super) fn message_id(&self) -> String {
        let domain =
            self.from.as_deref().and_then(|from| from.split_once('@')).map_or("localhost", |(_, domain)| domain);
        format!("{}@{domain}", self.id)
    }
}

impl Node {
    /// Every letter, the newest first.
    pub(super) fn letters(&self) -> Result<Vec<StoredLetter>, Failure> {
        let mut all: Vec<StoredLetter> =
            self.store.group(tables::LETTERS, &())?.into_iter().map(|(_, letter)| letter).collect();
        all.sort_by_key(|letter| (std::cmp::Reverse(letter.written), letter.id));
        Ok(all)
    }

    /// A letter by its id, or an end of it that only one has.
    pub(super) fn find_letter(&self, words: &str) -> Result<StoredLetter, Failure> {
        let words = words.trim().to_lowercase();
        let fits = |letter: &StoredLetter| words.len() >= ID_END && letter.id.to_string().ends_with(&words);
        let mut found = self.letters()?.into_iter().filter(fits);
        match (found.next(), found.next()) {
            (Some(letter), None) => Ok(letter),
            _ => {
                let next = "there is not exactly one letter with that id; `regie letters` lists them";
                Err(Failure::new("not_found", exit::NOT_FOUND, next))
            }
        }
    }

    pub(super) fn put_letter(&self, letter: &StoredLetter, turn: &mut Turn) {
        turn.batch.put(tables::LETTERS, &letter.id.0, letter);
    }

    /// A letter as the person sees it.
    pub(super) fn shown_letter(&self, letter: &StoredLetter) -> ShownLetter {
        let underway = self.post.is_leaving(&letter.id);
        let (state, since, by, trouble, attempts, answer) = match letter.state.clone() {
            LetterState::Written => ("written", letter.written, None, None, 0, None),
            LetterState::Queued { since, attempts, trouble } => ("queued", since, None, trouble, attempts, None),
            LetterState::Leaving { since, .. } if underway => ("leaving", since, None, None, 0, None),
            LetterState::Leaving { since, trouble } => ("unsure", since, None, trouble, 0, None),
            LetterState::Sent { at, by, answer } => ("sent", at, Some(by), None, 0, answer),
        };
        ShownLetter {
            id: letter.id,
            to: letter.to.clone(),
            name: letter.name().to_owned(),
            email: letter.email.clone(),
            about: letter.about,
            subject: letter.text.subject.clone(),
            language: letter.language.clone(),
            tells: letter.tells.clone(),
            written: text(letter.written),
            state: state.to_owned(),
            since: text(since),
            by,
            trouble,
            attempts,
            answer,
            matter: letter.matter,
        }
    }

    /// The same with its text.
    pub(super) fn whole_letter(&self, letter: &StoredLetter) -> WholeLetter {
        let name = letter.text.signed.first().cloned().unwrap_or_default();
        WholeLetter {
            shown: self.shown_letter(letter),
            text: letter.text.clone(),
            from: letter.from.clone().map(|from| (name, from)),
            message_id: letter.message_id(),
            at: letter.written.0,
        }
    }

    /// Is there room for so many letters more? Those that one turn writes are not in the store yet, so all are asked for first.
    pub(super) fn has_room_for_letters(&self, more: usize) -> Result<(), Failure> {
        let count = usize::try_from(self.store.count(tables::LETTERS)?).unwrap_or(usize::MAX);
        if count.saturating_add(more) > LETTERS {
            let next = "remove some that have gone first (`regie letter remove`)";
            return Err(Failure::usage(format!("{count} letters are kept, of at most {LETTERS}; {next}")));
        }
        Ok(())
    }

    /// Writes a letter, and keeps it.
    pub(super) fn write(&mut self, draft: Draft, kind: LetterKind, turn: &mut Turn) -> Result<StoredLetter, Failure> {
        self.speaks()?;
        self.has_room_for_letters(1)?;
        let (about, now) = (kind.about(), self.clock.now().wall);
        let mut tells = draft.tells;
        let changes: BTreeSet<FieldPath> = match &kind {
            LetterKind::Rectification { changes } | LetterKind::Changed { changes } => {
                changes.iter().map(|change| change.field).collect()
            }
            _ => BTreeSet::new(),
        };
        tells.extend(&changes);
        let from = draft.sender.email.clone();
        let language = draft.language.code().to_owned();
        let letter = Letter {
            kind,
            language: draft.language,
            date: self.today(),
            reference: draft.matter.and_then(Matter::reference),
            sender: draft.sender,
            recipient: draft.recipient,
        };
        let letter = StoredLetter {
            id: Nonce(clock::random()),
            to: draft.to,
            email: draft.email,
            about,
            language,
            tells,
            changes,
            from,
            text: letter.render(),
            written: now,
            state: LetterState::Written,
            matter: draft.matter,
        };
        let bytes = regie_protocol::wire::encode(&letter).map_err(Failure::internal)?;
        if bytes.len() > LETTER_BYTES {
            return Err(Failure::usage("that letter would be too long; tell fewer fields in it"));
        }
        self.put_letter(&letter, turn);
        Ok(letter)
    }

    /// What a letter to this organisation is made of.
    pub(super) fn draft_to(
        &self,
        one: &Organisation,
        way: Option<LetterWay>,
        language: Option<Language>,
        numbers: &Numbers,
    ) -> Result<Draft, Failure> {
        let listed = one.slug.as_ref().map(|slug| self.directory_entry(slug)).transpose()?.flatten();
        let way = self.way_to(one, way)?;
        let (sender, tells) = self.sender_to(one, listed.as_ref(), way, numbers)?;
        let address = one.address.iter().filter(|_| way == LetterWay::Post).flat_map(|address| address.lines());
        Ok(Draft {
            to: Addressee::Organisation(one.id),
            recipient: Recipient { name: one.name.clone(), address: address.map(str::to_owned).collect() },
            email: one.email.clone().filter(|_| way == LetterWay::Email),
            language: language.unwrap_or_else(|| self.language_to(one.language.as_deref())),
            sender,
            tells,
            matter: None,
        })
    }

    /// By which way a letter to an organisation goes: as asked for, else by e-mail where it takes any.
    fn way_to(&self, one: &Organisation, way: Option<LetterWay>) -> Result<LetterWay, Failure> {
        let edit = format!("`regie organisation edit {}", one.id);
        match way {
            Some(LetterWay::Email) if one.email.is_none() => {
                Err(Failure::usage(format!("'{}' has no e-mail address; give it with {edit} --email …`", one.name)))
            }
            Some(LetterWay::Post) if one.address.is_none() => {
                Err(Failure::usage(format!("'{}' has no postal address; give it with {edit} --address …`", one.name)))
            }
            Some(way) => Ok(way),
            None => Ok(LetterWay::to(one).unwrap_or(LetterWay::Email)),
        }
    }

    /// Who writes to it: the name, what finds the person there, and no more.
    pub(super) fn sender_to(
        &self,
        one: &Organisation,
        listed: Option<&DirectoryEntry>,
        way: LetterWay,
        numbers: &Numbers,
    ) -> Result<(Sender, BTreeSet<FieldPath>), Failure> {
        let needs = |what: &str| listed.is_some_and(|entry| entry.required.contains(what));
        let whole = self.sender();
        let name = whole.name.ok_or_else(|| {
            Failure::usage("a letter has to say who writes it; set your name first: `regie set name.full …`")
        })?;
        let mut tells = fields(&["name.full"]);
        let address = match way == LetterWay::Post || needs("address") {
            true => whole.address,
            false => Vec::new(),
        };
        if !address.is_empty() {
            tells.extend(self.held_of(&["address.street", "address.postalCode", "address.locality"]));
        }
        let own = self.held_text("email");
        let from = self.mail_address()?.or_else(|| own.clone());
        let email = from.filter(|_| way == LetterWay::Email || needs("email"));
        if email.is_some() && email == own {
            tells.extend(fields(&["email"]));
        }
        let mut known_as = known_at(one, numbers);
        if let Some(birth) = self.held_text("birthDate").filter(|_| needs("birthdate")) {
            known_as.push((KnownAs::BirthDate, birth));
            tells.extend(fields(&["birthDate"]));
        }
        if known_as.iter().any(|(_, what)| own.as_ref() == Some(what)) {
            tells.extend(fields(&["email"]));
        }
        Ok((Sender { name: Some(name), address, email, known_as }, tells))
    }

    /// The person's customer numbers, by whom they are with: read once, however many letters are written.
    pub(super) fn customer_numbers(&self) -> Result<Numbers, Failure> {
        let mut numbers = Numbers::new();
        for contract in self.contracts()?.contracts.into_iter().filter(|contract| contract.supplier.is_none()) {
            if let Some(number) = contract.customer {
                numbers.entry(plain_name(&contract.party)).or_default().insert(number);
            }
        }
        Ok(numbers)
    }

    /// The language to write to an organisation in: its own where that is spoken here, English where it is another, else the
    /// person's.
    pub(super) fn language_to(&self, of: Option<&str>) -> Language {
        match of {
            Some(code) => Language::from_code(code).unwrap_or(Language::English),
            None => {
                let own = self.held_text("language").and_then(|text| Language::from_code(text.get(..2)?));
                let home = self.country().is_some_and(|country| country == crate::calendar::Country::Netherlands);
                own.unwrap_or(if home { Language::Dutch } else { Language::English })
            }
        }
    }

    /// Fields whose values changed, as a letter tells them.
    pub(super) fn changes_of(&self, fields: &BTreeSet<FieldPath>) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        for field in fields {
            let Some(held) = self.held(*field) else {
                let next = format!("{field} holds no value, so there is nothing to tell; set it first");
                return Err(Failure::usage(next));
            };
            let new = held.value.as_str().to_owned();
            let old = self.history(*field)?.into_iter().map(|earlier| earlier.value.as_str().to_owned());
            changes.push(Change { field: *field, old: old.into_iter().find(|old| *old != new), new });
        }
        Ok(changes)
    }

    /// A letter went: that stands in the letter, in what it belongs to, and in the personal log with what it told.
    pub(super) fn letter_went(
        &mut self,
        mut letter: StoredLetter,
        by: SentBy,
        answer: Option<String>,
        turn: &mut Turn,
    ) -> Result<StoredLetter, Failure> {
        let to = letter.to.log_name();
        self.give(Input::LetterSent(&to, letter.about.code(), &letter.tells), turn)?;
        letter.state = LetterState::Sent { at: self.clock.now().wall, by, answer };
        if let Err(failure) = self.note_letter(&mut letter, by, turn) {
            // It has gone all the same; the person can note it by hand.
            tracing::warn!(code = failure.code, "a letter that went can't be noted where it belongs");
        }
        self.put_letter(&letter, turn);
        self.post.forget(&letter.id);
        Ok(letter)
    }

    fn held_text(&self, path: &str) -> Option<String> {
        let field = path.parse::<FieldPath>().ok()?;
        self.held(field).map(|observed| observed.value.as_str().to_owned())
    }

    pub(super) fn held_of(&self, paths: &[&str]) -> BTreeSet<FieldPath> {
        fields(paths).into_iter().filter(|field| self.held(*field).is_some()).collect()
    }
}

impl Matter {
    /// What an answer is asked to name, so that the person finds back what it is about: chance, and no more.
    fn reference(self) -> Option<String> {
        match self {
            Self::Case(id) => {
                let text = id.to_string();
                text.get(text.len().saturating_sub(REFERENCE)..).map(str::to_uppercase)
            }
            Self::Contract { .. } => None,
        }
    }
}

impl Addressee {
    /// What it is called in the log: what is not in the person's list, by a hash.
    fn log_name(&self) -> Nonce {
        let hashed = |kind: &str, text: &str| {
            let hash: [u8; 32] = Sha256::digest(format!("regie addressee 1\0{kind}\0{text}")).into();
            let mut name = [0; 16];
            name.copy_from_slice(&hash[..16]);
            Nonce(name)
        };
        match self {
            Self::Organisation(id) => id.0,
            Self::Listed(slug) => hashed("listed", slug.as_str()),
            Self::Named(name) => hashed("named", name),
        }
    }
}

/// By what an organisation knows the person: names to log in with, customer numbers, else a mandate.
fn known_at(one: &Organisation, numbers: &Numbers) -> Vec<(KnownAs, String)> {
    let login = |login: &String| {
        let how = if login.contains('@') { KnownAs::Email } else { KnownAs::Login };
        (how, login.clone())
    };
    let mut known: Vec<_> = one.logins.iter().take(LOGINS).map(login).collect();
    let numbers = numbers.get(&plain_name(&one.name)).into_iter().flatten();
    known.extend(numbers.take(NUMBERS).map(|number| (KnownAs::Customer, number.clone())));
    if known.is_empty() {
        let mandates: BTreeSet<&String> = one.pays.iter().filter_map(|pays| pays.mandate.as_ref()).collect();
        known.extend(mandates.into_iter().take(1).map(|mandate| (KnownAs::Mandate, mandate.clone())));
    }
    known
}

/// A language that letters are written in, where one is named.
pub(super) fn letter_language(code: Option<&str>) -> Result<Option<Language>, Failure> {
    let read = |code| {
        Language::from_code(code)
            .ok_or_else(|| Failure::usage("letters are written in `en` and `nl`; choose one of them"))
    };
    code.map(read).transpose()
}

/// Fields by their paths; what the vocabulary does not know is none.
pub(super) fn fields(paths: &[&str]) -> BTreeSet<FieldPath> {
    paths.iter().filter_map(|path| path.parse().ok()).collect()
}
