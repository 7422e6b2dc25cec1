//! A case goes on: what comes next in it is said over the line or written in a letter, and what comes of either is noted in it.
//! In: the person's word; letters that went; acts that suppliers signed for and answered. Out: acts, letters, steps of cases.
//!
//! Nothing goes out by itself: the person says which case goes on, and sends the letter. What goes over a line is signed for, so
//! that its case needs no further word of the person's: receipt, more time, answer and refusal are the supplier's own.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    FieldPath, Nonce, ObjectId, PublicKey, Timestamp,
    act::{Answered, What},
    calendar::Date,
    person::Acted,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Addressee, Node, Organisation, OrganisationId,
    acts::ShownAct,
    cases::{KeptCase, within_bound},
    contracts::Noticed,
    letters::{Draft, LetterWay, Matter, Numbers, SentBy, ShownLetter, StoredLetter, letter_language},
    tables,
    verbs::LetterWords,
};
use crate::{
    case::{Case, Happened, NextOfCase, Outlook, Right, State, Step, Way},
    clock,
    command::{Failure, exit},
    driver::Turn,
    find::{DirectoryEntry, EntryKind, Slug},
    letter::{self, About, Grievance, Ground, LetterKind, Recipient},
    locale::Language,
    store::Read as _,
};

/// How a case is to go on: what only the person can say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pursuit {
    /// What is wrong there: the fields that a rectification tells.
    pub fields: BTreeSet<FieldPath>,
    /// Why nothing else may be done with the data, for a restriction.
    pub ground: Option<Ground>,
    /// Complain to this authority: what the directory calls it, or its name.
    pub authority: Option<String>,
    /// Write a letter, also where the organisation has a companion.
    pub by_letter: bool,
    /// How a letter is to go; by e-mail where that can be, if this is left out.
    pub way: Option<LetterWay>,
    /// In which language, `en` or `nl`; the organisation's, if this is left out.
    pub language: Option<String>,
}

/// What a case came to.
pub(super) enum Pursued {
    /// It was said over the line, and will be signed for.
    Said(ShownAct),
    /// A letter was written, which the person sends.
    Wrote(StoredLetter),
}

/// What is read once, however many cases go on.
pub(super) struct Papers {
    numbers: Numbers,
    /// Letters that are written and have not gone, by the case they belong to.
    open: BTreeMap<Nonce, Nonce>,
}

/// An authority, as a letter finds it.
struct Authority {
    to: Addressee,
    name: String,
    email: Option<String>,
    address: Vec<String>,
    language: Option<String>,
}

impl Node {
    /// What letters of cases are written by.
    pub(super) fn papers(&self) -> Result<Papers, Failure> {
        let of_case = |letter: &StoredLetter| match letter.matter {
            Some(Matter::Case(case)) if letter.sent().is_none() => Some((case, letter.id)),
            _ => None,
        };
        let open = self.letters()?.iter().filter_map(of_case).collect();
        Ok(Papers { numbers: self.customer_numbers()?, open })
    }

    /// Does what comes next in a case.
    pub(super) fn pursue(
        &mut self,
        text: &str,
        how: &Pursuit,
        papers: &Papers,
        turn: &mut Turn,
    ) -> Result<Pursued, Failure> {
        self.speaks()?;
        let (id, kept) = self.kept_case(text)?;
        let organisation = self.store.get(tables::ORGANISATIONS, &kept.organisation)?.ok_or_else(|| {
            Failure::new("not_found", exit::NOT_FOUND, format!("'{}' is not in your list any more", kept.name))
        })?;
        let outlook = kept.case.outlook(self.today());
        let next = self.next_in(&kept.case, &outlook, how)?;
        let asks = matches!(next, Happened::Sent { .. });
        match organisation.supplier.filter(|_| asks && !how.by_letter) {
            Some(supplier) => {
                let said = self.words_of(kept.case.right(), how)?;
                self.ask_over_the_line(id, kept, supplier, said, turn).map(Pursued::Said)
            }
            None => {
                if let Some(letter) = papers.open.get(&id) {
                    let next = format!("send that one, or remove it (`regie letter remove {letter}`)");
                    return Err(Failure::new("case_written", exit::ERROR, format!("its letter is written; {next}")));
                }
                let (draft, kind) = match &next {
                    Happened::Complained { to } => self.complaint(&kept, &outlook, &organisation, to, how, papers)?,
                    _ => {
                        let kind =
                            if asks { self.request_of(kept.case.right(), how)? } else { reminder(&kept, &outlook)? };
                        let language = language_of(how)?;
                        (self.draft_to(&organisation, how.way, language, &papers.numbers)?, kind)
                    }
                };
                let draft = Draft { matter: Some(Matter::Case(id)), ..draft };
                self.write(draft, kind, turn).map(Pursued::Wrote)
            }
        }
    }

    /// The letters of a case, the newest first.
    pub(super) fn letters_of_case(&self, case: &Nonce) -> Result<Vec<ShownLetter>, Failure> {
        let of_it = |letter: &&StoredLetter| letter.matter == Some(Matter::Case(*case));
        Ok(self.letters()?.iter().filter(of_it).map(|letter| self.shown_letter(letter)).collect())
    }

    /// What was said of a case over the line, the newest first.
    pub(super) fn acts_of_case(&self, case: &Nonce) -> Vec<ShownAct> {
        self.acts(None).into_iter().filter(|act| act.about == Some(*case)).collect()
    }

    /// The supplier that an organisation is, by its name.
    pub(super) fn line_to(&self, organisation: &OrganisationId) -> Result<Option<String>, Failure> {
        let one = self.store.get(tables::ORGANISATIONS, organisation)?;
        Ok(one.and_then(|one| one.supplier).map(|supplier| self.name_of(&supplier)))
    }

    /// What can be done in a case today. The case itself says whether it can.
    fn next_in(&self, case: &Case, outlook: &Outlook, how: &Pursuit) -> Result<Happened, Failure> {
        let today = self.today();
        let what = match (&how.authority, outlook.next.what) {
            (Some(to), _) => Happened::Complained { to: to.clone() },
            (None, NextOfCase::Send) => Happened::Sent { way: Way::Email },
            (None, NextOfCase::Remind) => Happened::Reminded { way: Way::Email },
            (None, NextOfCase::Complain) => {
                return Err(Failure::usage(
                    "name the authority that the complaint goes to; the case lists those known",
                ));
            }
            (None, _) => {
                let next = "the case says what comes next; a complaint needs an authority's name";
                return Err(Failure::new(
                    "case_waits",
                    exit::REFUSED,
                    format!("there is nothing to write now; {next}"),
                ));
            }
        };
        case.clone().take(Step { on: today, what: what.clone() }, today)?;
        Ok(what)
    }

    /// A request as a letter.
    fn request_of(&self, right: Right, how: &Pursuit) -> Result<LetterKind, Failure> {
        let words = match right {
            Right::Rectification => LetterWords::Rectification { fields: how.fields.clone() },
            Right::Restriction => LetterWords::Restriction { ground: ground(how)? },
            Right::Access => LetterWords::Access,
            Right::Erasure => LetterWords::Erasure,
            Right::Portability => LetterWords::Portability,
            Right::Objection => LetterWords::Objection,
            _ => return Err(Failure::usage("this version writes no letter for that right; use a newer one")),
        };
        self.kind_of(&words)
    }

    fn complaint(
        &self,
        kept: &KeptCase,
        outlook: &Outlook,
        organisation: &Organisation,
        to: &str,
        how: &Pursuit,
        papers: &Papers,
    ) -> Result<(Draft, LetterKind), Failure> {
        let authority = self.authority_named(organisation, to)?;
        let (sent, due) = sent_and_due(kept, outlook)?;
        let lines = |address: &Option<String>| address.iter().flat_map(|all| all.lines().map(str::to_owned)).collect();
        let against = Recipient { name: kept.name.clone(), address: lines(&organisation.address) };
        let grievance = match outlook.state {
            State::Answered | State::Refused => Grievance::Refused,
            _ => Grievance::Late,
        };
        let (right, reminded) = (kept.case.right(), kept.case.reminded());
        let kind = LetterKind::Complaint { right, against, sent, due, reminded, grievance };
        let way = how.way.unwrap_or(if authority.email.is_some() { LetterWay::Email } else { LetterWay::Post });
        // Whoever looks into it has to find the person there: by the same names as the request did, and by post.
        let (sender, tells) = self.sender_to(organisation, None, LetterWay::Post, &papers.numbers)?;
        let language = language_of(how)?.unwrap_or_else(|| self.language_to(authority.language.as_deref()));
        let email = authority.email.filter(|_| way == LetterWay::Email);
        let recipient = Recipient { name: authority.name, address: authority.address };
        Ok((Draft { to: authority.to, recipient, email, language, sender, tells, matter: None }, kind))
    }

    /// The authority that the person names: as the directory calls it, by its name there, else nobody but that name.
    fn authority_named(&self, organisation: &Organisation, words: &str) -> Result<Authority, Failure> {
        let words = words.trim();
        let is_it = |slug: &Slug, name: &str| slug.as_str() == words || name.eq_ignore_ascii_case(words);
        let known = self.authorities(&organisation.id)?.into_iter().find(|one| is_it(&one.slug, &one.name));
        let slug = known.map(|one| one.slug).or_else(|| words.parse().ok());
        let entry = slug.map(|slug| self.directory_entry(&slug)).transpose()?.flatten();
        let entry = entry.filter(|entry| entry.kind == EntryKind::Authority);
        Ok(entry.map_or_else(|| Authority::by_name(words), Authority::listed))
    }

    /// In which language an answer is read, and what is said beside the right itself.
    fn words_of(&self, right: Right, how: &Pursuit) -> Result<(String, String), Failure> {
        let language = language_of(how)?.unwrap_or_else(|| self.language_to(None));
        let words = match right {
            Right::Rectification => match self.request_of(right, how)? {
                LetterKind::Rectification { changes } => letter::in_lines(language, &changes),
                _ => String::new(),
            },
            Right::Restriction => language.say(&format!("letter-restriction-{}", ground(how)?.code())),
            _ => String::new(),
        };
        Ok((language.code().to_owned(), words))
    }

    /// A request goes over the line: an act with the case's id, which stays here.
    pub(super) fn ask_over_the_line(
        &mut self,
        id: Nonce,
        mut kept: KeptCase,
        supplier: PublicKey,
        (language, words): (String, String),
        turn: &mut Turn,
    ) -> Result<ShownAct, Failure> {
        let what = What::Right { right: kept.case.right(), language, words };
        let today = self.today();
        kept.case.take(Step { on: today, what: Happened::Sent { way: Way::Companion } }, today)?;
        let said = self.say_act(supplier, what, Some(id), turn)?;
        self.put_case(id, kept, turn);
        Ok(said)
    }

    /// A right exercised towards a supplier is a case too, with whichever organisation that one is.
    pub(super) fn case_for(
        &mut self,
        supplier: &PublicKey,
        right: Right,
        turn: &mut Turn,
    ) -> Result<(Nonce, KeptCase), Failure> {
        self.speaks()?;
        let known = self.organisations()?.into_iter().find(|one| one.supplier == Some(*supplier));
        let organisation = match known {
            Some(one) => one,
            None => self.enter_supplier(supplier, turn)?,
        };
        match self.running_case(&organisation.id, right)? {
            Some((id, kept)) if kept.case.sent().is_none() => Ok((id, kept)),
            Some((id, _)) => {
                let next = format!("see `regie case show {id}`; close it before you ask again");
                Err(Failure::new("case_sent", exit::REFUSED, format!("a request for that runs already; {next}")))
            }
            None => self.draft_case(&organisation, right),
        }
    }

    /// A case that runs with an organisation for a right.
    fn running_case(&self, of: &OrganisationId, right: Right) -> Result<Option<(Nonce, KeptCase)>, Failure> {
        let today = self.today();
        Ok(self.store.group(tables::CASES, &())?.into_iter().find(|(_, kept)| kept.runs(of, right, today)))
    }

    fn draft_case(&self, one: &Organisation, right: Right) -> Result<(Nonce, KeptCase), Failure> {
        within_bound(self.store.keys(tables::CASES, &())?.len() + 1)?;
        Ok(self.drafted(one, self.entry_of(one)?.as_ref(), right))
    }

    /// A letter went, and what it belongs to is told. A request that no case has begins one: the person waits for its answer too.
    pub(super) fn note_letter(
        &mut self,
        letter: &mut StoredLetter,
        by: SentBy,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let today = self.today();
        if let Some(Matter::Contract { id, last }) = letter.matter {
            return self.notice_went(&id, Noticed { letter: letter.id, on: today, last }, turn);
        }
        let Some((id, mut kept)) = self.case_of(letter)? else { return Ok(()) };
        letter.matter = Some(Matter::Case(id));
        let way = Way::from(by);
        let what = match letter.about {
            About::Reminder => Happened::Reminded { way },
            About::Complaint => Happened::Complained { to: letter.name().to_owned() },
            _ => Happened::Sent { way },
        };
        // Where the person noted it by hand before, or closed the case, it stays as they said.
        if kept.case.take(Step { on: today, what }, today).is_ok() {
            self.put_case(id, kept, turn);
        }
        Ok(())
    }

    fn case_of(&self, letter: &StoredLetter) -> Result<Option<(Nonce, KeptCase)>, Failure> {
        if let Some(Matter::Case(id)) = letter.matter {
            return Ok(self.store.get(tables::CASES, &id)?.map(|kept| (id, kept)));
        }
        let (Addressee::Organisation(to), Some(right)) = (&letter.to, letter.about.right()) else { return Ok(None) };
        let Some(one) = self.store.get(tables::ORGANISATIONS, to)? else { return Ok(None) };
        match self.running_case(to, right)? {
            Some(running) => Ok(Some(running)),
            None => self.draft_case(&one, right).map(Some),
        }
    }

    /// What became of an act that is about a case is noted in that case, from all that is known of it: so it does not matter
    /// how often, or in how many steps, that comes.
    pub(super) fn note_act(&mut self, supplier: &PublicKey, act: &ObjectId, turn: &mut Turn) {
        let today = self.today();
        let acted = self.machine.relationship(supplier).and_then(|known| known.acts().get(act));
        let Some((acted, case)) = acted.and_then(|acted| Some((acted, acted.stored().about?))) else { return };
        let happened = Happening::of(acted);
        let kept = match self.store.get(tables::CASES, &case) {
            Ok(Some(kept)) => kept,
            // It is about a contract, or the person removed the case.
            Ok(None) => return,
            Err(error) => return tracing::error!(%error, "a case can't be read, so what became of it is not noted"),
        };
        if let Some(case_now) = happened.noted(&kept.case, today) {
            self.put_case(case, KeptCase { case: case_now, ..kept }, turn);
        }
    }
}

/// What a supplier did with an act that is a case's.
struct Happening {
    /// It was not taken: what is left is a letter.
    not_taken: bool,
    received: Option<Date>,
    answers: Vec<(Timestamp, Answered)>,
}

impl Happening {
    fn of(acted: &Acted) -> Self {
        let answers = acted.answers().values().map(|answer| (answer.at, answer.answer)).collect();
        let received = acted.received().map(clock::day);
        Self { not_taken: acted.stored().refused.is_some(), received, answers }
    }

    /// The case with what it does not have yet; none where it has all.
    fn noted(&self, case: &Case, today: Date) -> Option<Case> {
        let mut now = case.clone();
        if self.not_taken {
            // As if it had never been sent: whoever waits for an answer to it would wait in vain.
            let only = matches!(case.steps(), [Step { what: Happened::Sent { way: Way::Companion }, .. }]);
            return (only && now.undo().is_ok()).then_some(now);
        }
        // On the days that are signed, as far as they can be: a node that was off learns of all at once, and what was said in time
        // is not late for that.
        let on_day = |case: &Case, day: Date| day.min(today).max(case.steps().last().map_or(today, |step| step.on));
        if let Some(day) = self.received {
            let (on, named) = (on_day(&now, day), Happened::Acknowledged { received: Some(day) });
            // A clock that is not right names a day that can't be; then the day on which it was sent is all that is known.
            let _ = now
                .take(Step { on, what: named }, today)
                .or_else(|_| now.take(Step { on, what: Happened::Acknowledged { received: None } }, today));
        }
        for (at, answer) in &self.answers {
            let on = on_day(&now, clock::day(*at));
            let steps: &[Happened] = match answer {
                Answered::Extended { .. } => &[Happened::Extended],
                Answered::Refused { .. } => &[Happened::Refused],
                // It was done, and that is signed: nothing is left to wait for.
                Answered::Done { .. } => &[Happened::Answered, Happened::Closed],
                _ => &[],
            };
            for what in steps.iter().filter(|what| !case.steps().iter().any(|step| step.what == **what)) {
                let _ = now.take(Step { on, what: what.clone() }, today);
            }
        }
        (now != *case).then_some(now)
    }
}

impl Authority {
    fn by_name(name: &str) -> Self {
        let to = Addressee::Named(name.to_owned());
        Self { to, name: name.to_owned(), email: None, address: Vec::new(), language: None }
    }

    fn listed(entry: DirectoryEntry) -> Self {
        let address = entry.address.iter().flat_map(|all| all.lines().map(str::to_owned)).collect();
        let (email, language) = (entry.email, entry.language);
        Self { to: Addressee::Listed(entry.slug), name: entry.name, email, address, language }
    }
}

impl From<SentBy> for Way {
    fn from(by: SentBy) -> Self {
        match by {
            SentBy::Post => Self::Post,
            SentBy::Email | SentBy::Account => Self::Email,
            SentBy::Form => Self::Webform,
        }
    }
}

fn reminder(kept: &KeptCase, outlook: &Outlook) -> Result<LetterKind, Failure> {
    let (sent, due) = sent_and_due(kept, outlook)?;
    Ok(LetterKind::Reminder { right: kept.case.right(), sent, due })
}

fn sent_and_due(kept: &KeptCase, outlook: &Outlook) -> Result<(Date, Date), Failure> {
    let both = kept.case.sent().zip(outlook.due.map(|due| due.last));
    both.ok_or_else(|| Failure::from(crate::case::CaseError::NotSent))
}

fn ground(how: &Pursuit) -> Result<Ground, Failure> {
    how.ground.ok_or_else(|| {
        Failure::usage("say why nothing else may be done with the data: contested, unlawful, claims or objected")
    })
}

fn language_of(how: &Pursuit) -> Result<Option<Language>, Failure> {
    letter_language(how.language.as_deref())
}

#[cfg(test)]
mod tests {
    use regie_protocol::act::Why;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn at(text: &str) -> Timestamp {
        clock::read(&format!("{text}T12:00:00Z")).expect("a time")
    }

    fn asked() -> Case {
        let mut case = Case::draft(Right::Access, None, day("2027-01-04"));
        let sent = Step { on: day("2027-01-04"), what: Happened::Sent { way: Way::Companion } };
        case.take(sent, day("2027-01-04")).expect("it can be sent");
        case
    }

    fn words(case: &Case) -> Vec<&Happened> {
        case.steps().iter().map(|step| &step.what).collect()
    }

    #[test]
    fn a_case_follows_its_act_however_often_that_is_looked_at() {
        let (case, today) = (asked(), day("2027-03-01"));
        let received = Some(day("2027-01-05"));
        let extended = (at("2027-01-20"), Answered::Extended { why: Why::Complex });
        let first = Happening { not_taken: false, received, answers: vec![extended] };
        let noted = first.noted(&case, today).expect("there is something to note");
        assert_eq!(noted.outlook(today).due.expect("it was sent").months, 3);
        assert!(first.noted(&noted, today).is_none(), "the same word again says nothing new");
        let done = (at("2027-02-20"), Answered::Done { item: None });
        let second = Happening { not_taken: false, received, answers: vec![extended, done] };
        let closed = second.noted(&noted, today).expect("there is something to note");
        assert_eq!(closed.outlook(today).state, State::Closed);
        assert_eq!(
            second.noted(&case, today).map(|case| words(&case).len()),
            Some(words(&closed).len()),
            "both at once"
        );
        assert!(second.noted(&closed, today).is_none());
    }

    #[test]
    fn an_act_that_was_not_taken_leaves_the_case_as_it_was_before() {
        let not_taken = Happening { not_taken: true, received: None, answers: Vec::new() };
        let drafted = not_taken.noted(&asked(), day("2027-01-05")).expect("it changes");
        assert!(drafted.steps().is_empty());
        assert!(not_taken.noted(&drafted, day("2027-01-06")).is_none());
    }

    #[test]
    fn a_receipt_from_a_day_before_the_request_counts_from_the_day_it_came() {
        let early = Happening { not_taken: false, received: Some(day("2026-12-01")), answers: Vec::new() };
        let noted = early.noted(&asked(), day("2027-01-05")).expect("it was received");
        assert_eq!(words(&noted)[1], &Happened::Acknowledged { received: None });
    }
}
