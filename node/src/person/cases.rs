//! The person's requests under the GDPR, to whoever is in their list. In: organisations, steps that the person notes. Out:
//! cases as they are kept and as they are shown, each with its deadline and what comes next; which authority a complaint is for.
//!
//! What may happen in a case, and until when an answer is due, is `case`'s; nothing goes to anybody by itself.

use std::ops::ControlFlow;

use regie_protocol::{Nonce, Timestamp, calendar::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Node, Organisation, OrganisationId,
    decisions::ID_END,
    files::{KeptFile, ShownFile},
    tables,
};
use crate::{
    calendar::{Country, Event},
    case::{self, Case, CaseError, Due, Happened, NextOfCase, NextStep, Right, State, Step},
    clock,
    command::{Failure, exit},
    driver::Turn,
    find::{DirectoryEntry, EntryKind, Slug, Transport},
    locale::Language,
    store::Read as _,
};

/// Most cases of one person.
const CASES: usize = 2_000;
/// Most that are begun at once.
pub(super) const AT_ONCE: usize = 500;
/// Most authorities that are shown for one case.
const AUTHORITIES: usize = 50;
/// Longest name of an authority, in bytes.
const AUTHORITY_BYTES: usize = 256;

/// A case as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptCase {
    pub(super) organisation: OrganisationId,
    /// What it was called when the case began: the case stays where the organisation goes.
    pub(super) name: String,
    pub(super) case: Case,
    pub(super) files: Vec<KeptFile>,
    /// When a person or a receipt last changed it.
    pub(super) changed: Timestamp,
}

/// All cases, those that wait for the person first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CaseList {
    /// The day by which all of it is counted, where this machine stands.
    pub today: Date,
    /// How many wait for the person, or come near a day that the person is to know of.
    pub waiting: usize,
    /// How many are not closed.
    pub open: usize,
    /// Each of them.
    pub cases: Vec<ShownCase>,
}

/// A case, and what follows from it today.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownCase {
    /// Its id.
    pub id: Nonce,
    /// To which organisation.
    pub organisation: OrganisationId,
    /// Its name, as it was when the case began.
    pub name: String,
    /// What is asked for.
    pub right: Right,
    /// By which article of the GDPR.
    pub article: u8,
    /// Where it stands.
    pub state: State,
    /// Until when an answer is due or was; none where it was never sent.
    pub due: Option<Due>,
    /// What comes next.
    pub next: NextStep,
    /// Does it wait for the person, or is a day near that they are to know of?
    pub waits: bool,
    /// Whose public holidays are counted; none where they are not known.
    pub country: Option<Country>,
    /// The day on which it was drafted.
    pub begun: Date,
    /// What happened, the oldest first.
    pub steps: Vec<Step>,
    /// What is filed with it.
    pub files: Vec<ShownFile>,
    /// When it was last changed, RFC 3339.
    pub changed: String,
}

/// An authority that a complaint can go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShownAuthority {
    /// What the directory calls it.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// Of which country, two letters.
    pub country: String,
    /// Is that the person's own, where they may always complain (GDPR, article 77 (1))?
    pub own: bool,
    /// Where it takes letters by e-mail.
    pub email: Option<String>,
    /// Where it takes complaints on a page.
    pub webform: Option<String>,
    /// Its postal address, in lines.
    pub address: Option<String>,
    /// The language to write to it in, two letters.
    pub language: Option<String>,
}

/// How an organisation can be written to, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// It has a companion; a letter reaches it too.
    Companion,
    /// By e-mail.
    Email,
    /// By post.
    Post,
    /// By a form on its page.
    Webform,
    /// Nothing is known: the person adds an e-mail or postal address.
    Unknown,
}

/// One organisation of a preview, or a case that was begun.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NewCase {
    /// The case; none in a preview, and where none was begun.
    pub id: Option<Nonce>,
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// How it can be written to.
    pub reach: Reach,
    /// Where to: an e-mail address, a page or the first line of a postal address.
    pub to: Option<String>,
    /// A case that runs for the same right, which is why none is begun.
    pub runs: Option<Nonce>,
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        let exit = if error == CaseError::Future { exit::USAGE } else { exit::REFUSED };
        Self::new(error.code(), exit, error)
    }
}

impl KeptCase {
    /// Does it ask this organisation for this, and is not closed?
    pub(super) fn runs(&self, of: &OrganisationId, right: Right, today: Date) -> bool {
        self.organisation == *of && self.case.right() == right && self.case.outlook(today).state != State::Closed
    }
}

impl Node {
    /// All cases.
    pub(super) fn cases(&self) -> Result<CaseList, Failure> {
        let today = self.today();
        let rows = self.store.group(tables::CASES, &())?;
        let mut cases: Vec<ShownCase> = rows.iter().map(|(id, kept)| shown(*id, kept, today)).collect();
        cases.sort_by_cached_key(|one| {
            let day = one.next.by.or(one.due.map(|due| due.last)).unwrap_or(one.begun);
            (one.state == State::Closed, !one.waits, day, one.name.to_lowercase(), one.id)
        });
        let waiting = cases.iter().filter(|one| one.waits).count();
        let open = cases.iter().filter(|one| one.state != State::Closed).count();
        Ok(CaseList { today, waiting, open, cases })
    }

    /// One case, by its id or the end of it.
    pub(super) fn kept_case(&self, text: &str) -> Result<(Nonce, KeptCase), Failure> {
        let text = text.trim().to_lowercase();
        // By a whole id it is found without a look at all of them: so many are named at once.
        let whole = text.parse::<Nonce>().ok();
        if let Some(found) = whole.map(|id| self.store.get(tables::CASES, &id)).transpose()?.flatten().zip(whole) {
            return Ok((found.1, found.0));
        }
        let fits = |id: &Nonce| text.len() >= ID_END && id.to_string().ends_with(&text);
        let mut found = self.store.keys(tables::CASES, &())?.into_iter().filter(fits);
        let none = || {
            let next = "there is not exactly one case with that id; `regie cases` lists them";
            Failure::new("not_found", exit::NOT_FOUND, next)
        };
        match (found.next(), found.next()) {
            (Some(id), None) => Ok((id, self.store.get(tables::CASES, &id)?.ok_or_else(none)?)),
            _ => Err(none()),
        }
    }

    /// The same as it is shown.
    pub(super) fn shown_case(&self, text: &str) -> Result<ShownCase, Failure> {
        let (id, kept) = self.kept_case(text)?;
        Ok(shown(id, &kept, self.today()))
    }

    /// Stores a case as it has become.
    pub(super) fn put_case(&mut self, id: Nonce, mut kept: KeptCase, turn: &mut Turn) -> ShownCase {
        kept.changed = self.clock.now().wall;
        turn.batch.put(tables::CASES, &id, &kept);
        shown(id, &kept, self.today())
    }

    /// Notes what happened in a case.
    pub(super) fn mark_case(&mut self, text: &str, step: Step, turn: &mut Turn) -> Result<ShownCase, Failure> {
        self.speaks()?;
        if let Happened::Complained { to } = &step.what
            && (to.trim().is_empty() || to.len() > AUTHORITY_BYTES)
        {
            return Err(Failure::usage(format!("name the authority, in at most {AUTHORITY_BYTES} bytes")));
        }
        let (id, mut kept) = self.kept_case(text)?;
        kept.case.take(step, self.today())?;
        Ok(self.put_case(id, kept, turn))
    }

    /// Begins a case with each of these; in a preview, shows what would be.
    pub(super) fn begin_cases(
        &mut self,
        right: Right,
        organisations: &[Organisation],
        preview: bool,
        turn: &mut Turn,
    ) -> Result<Vec<NewCase>, Failure> {
        self.speaks()?;
        if organisations.len() > AT_ONCE {
            let next = "name fewer, or begin them in parts";
            return Err(Failure::usage(format!("at most {AT_ONCE} cases are begun at once; {next}")));
        }
        let rows = self.store.group(tables::CASES, &())?;
        let today = self.today();
        let runs =
            |one: &Organisation| rows.iter().find(|(_, kept)| kept.runs(&one.id, right, today)).map(|(id, _)| *id);
        let mut begun = Vec::new();
        for one in organisations {
            let entry = self.entry_of(one)?;
            let (reach, to) = reach(one, entry.as_ref());
            let mut new =
                NewCase { id: None, organisation: one.id, name: one.name.clone(), reach, to, runs: runs(one) };
            if !preview && new.runs.is_none() {
                let (id, kept) = self.drafted(one, entry.as_ref(), right);
                turn.batch.put(tables::CASES, &id, &kept);
                new.id = Some(id);
            }
            begun.push(new);
        }
        let all = rows.len() + begun.iter().filter(|new| new.id.is_some()).count();
        within_bound(all).inspect_err(|_| turn.undo())?;
        Ok(begun)
    }

    /// A case that nobody was told of yet.
    pub(super) fn drafted(
        &self,
        one: &Organisation,
        entry: Option<&DirectoryEntry>,
        right: Right,
    ) -> (Nonce, KeptCase) {
        let case = Case::draft(right, self.country_of(one, entry), self.today());
        let changed = self.clock.look().wall;
        let kept = KeptCase { organisation: one.id, name: one.name.clone(), case, files: Vec::new(), changed };
        (Nonce(clock::random()), kept)
    }

    /// The authorities that a complaint can go to: the person's own first, then that of the organisation's country (GDPR,
    /// article 77 (1)). Where a country has several, the person chooses; where the directory has none, the person names one.
    pub(super) fn authorities(&self, organisation: &OrganisationId) -> Result<Vec<ShownAuthority>, Failure> {
        let own = self.country_code();
        let theirs = match self.store.get(tables::ORGANISATIONS, organisation)? {
            Some(one) => country_code_of(&one, self.entry_of(&one)?.as_ref()),
            None => None,
        };
        let mut found = Vec::new();
        self.each_entry(|entry| {
            let of = |code: &Option<String>| code.clone().filter(|code| entry.countries.contains(code));
            if entry.kind == EntryKind::Authority
                && let Some(country) = of(&own).or_else(|| of(&theirs))
            {
                found.push(authority(&entry, country.clone(), own.as_ref() == Some(&country)));
            }
            ControlFlow::Continue(())
        })?;
        found.sort_by(|a, b| (!a.own, &a.name).cmp(&(!b.own, &b.name)));
        found.truncate(AUTHORITIES);
        Ok(found)
    }

    /// The entry of the directory that an organisation is known by.
    pub(super) fn entry_of(&self, one: &Organisation) -> Result<Option<DirectoryEntry>, Failure> {
        one.slug.as_ref().map_or(Ok(None), |slug| self.directory_entry(slug))
    }

    /// The country whose public holidays count: the one in which something is to be done (Regulation 1182/71, article 2 (1)), which
    /// is the organisation's; the person's where that can't be told.
    fn country_of(&self, one: &Organisation, entry: Option<&DirectoryEntry>) -> Option<Country> {
        match country_code_of(one, entry) {
            Some(code) => Country::of(&code),
            None => self.country(),
        }
    }

    /// The person's country, two small letters.
    fn country_code(&self) -> Option<String> {
        let field = "address.country".parse().ok()?;
        let text = self.held(field)?.value.as_str().trim().to_lowercase();
        let code = Country::of(&text).map_or(text, |country| country.code().to_lowercase());
        Some(code).filter(|code| code.len() == 2)
    }
}

/// The country of an organisation, two small letters: by the last line of its address, else by the directory where that names one
/// alone.
fn country_code_of(one: &Organisation, entry: Option<&DirectoryEntry>) -> Option<String> {
    let last = one.address.as_deref().and_then(|address| address.lines().last());
    let by_address = last.and_then(Country::of).map(|country| country.code().to_lowercase());
    let by_directory = entry.filter(|entry| entry.countries.len() == 1).and_then(|entry| entry.countries.first());
    by_address.or_else(|| by_directory.filter(|code| code.len() == 2).cloned())
}

fn authority(entry: &DirectoryEntry, country: String, own: bool) -> ShownAuthority {
    ShownAuthority {
        slug: entry.slug.clone(),
        name: entry.name.clone(),
        country,
        own,
        email: entry.email.clone(),
        webform: entry.webform.clone(),
        address: entry.address.clone(),
        language: entry.language.clone(),
    }
}

/// The days of cases, for a calendar, in this language: until when an answer is due and when the person is reminded of it. They are
/// the same as long as the cases are. A period that stands still has no last day yet.
pub(crate) fn events(list: &CaseList, language: Language) -> Vec<Event> {
    list.cases.iter().flat_map(|shown| of_one(shown, language)).collect()
}

fn of_one(shown: &ShownCase, language: Language) -> Vec<Event> {
    let runs = matches!(shown.state, State::Sent | State::Acknowledged | State::Late);
    let due = shown.due.filter(|_| runs).map(|due| due.last);
    let next = |what: NextOfCase| shown.next.by.filter(|_| shown.next.what == what);
    let what = format!("{}, {}", language.say(&format!("right-{}", shown.right.code())), shown.name);
    let dates = [
        ("answer-soon", due.map(|last| last.plus_days(-case::AHEAD)), due),
        ("answer", due, None),
        ("reminder", next(NextOfCase::AnswerReminder), None),
        ("authority", next(NextOfCase::Authority), None),
    ];
    let event = |(kind, on, until): (&str, Option<Date>, Option<Date>)| {
        Some(Event {
            id: format!("{}-{kind}@regie", shown.id),
            on: on?,
            title: language.about(&format!("feed-case-{kind}"), &what),
            about: until.map(|last| language.about("feed-case-until", &language.date(last))).unwrap_or_default(),
            changed: clock::read(&shown.changed).unwrap_or(Timestamp(0)),
        })
    };
    dates.into_iter().filter_map(event).collect()
}

/// How an organisation is written to: as the directory suggests, where there is such an address, else by what there is.
fn reach(one: &Organisation, entry: Option<&DirectoryEntry>) -> (Reach, Option<String>) {
    if one.supplier.is_some() {
        return (Reach::Companion, None);
    }
    let email = one.email.clone().map(|to| (Reach::Email, Some(to)));
    let post = one.address.as_ref().map(|address| (Reach::Post, address.lines().next().map(str::to_owned)));
    let webform = entry.and_then(|entry| entry.webform.clone()).map(|to| (Reach::Webform, Some(to)));
    let suggested = match entry.and_then(|entry| entry.transport) {
        Some(Transport::Letter) => post.clone(),
        Some(Transport::Webform) => webform.clone(),
        Some(Transport::Email | Transport::Fax) | None => None,
    };
    suggested.or(email).or(post).or(webform).unwrap_or((Reach::Unknown, None))
}

/// So many cases can be kept.
pub(super) fn within_bound(cases: usize) -> Result<(), Failure> {
    if cases > CASES {
        return Err(Failure::usage(format!("there are at most {CASES} cases; remove some that are closed first")));
    }
    Ok(())
}

fn shown(id: Nonce, kept: &KeptCase, today: Date) -> ShownCase {
    let outlook = kept.case.outlook(today);
    ShownCase {
        id,
        organisation: kept.organisation,
        name: kept.name.clone(),
        right: kept.case.right(),
        article: kept.case.right().article(),
        state: outlook.state,
        due: outlook.due,
        next: outlook.next,
        waits: outlook.waits,
        country: kept.case.country(),
        begun: kept.case.begun(),
        steps: kept.case.steps().to_vec(),
        files: kept.files.iter().map(ShownFile::from).collect(),
        changed: clock::text(kept.changed),
    }
}
