//! The text of each kind of letter. In: a letter. Out: subject, paragraphs and who signs, by the messages of
//! `locales/letters.*.ftl`.

use regie_protocol::calendar::Date;

use super::{Change, Grievance, KnownAs, Letter, LetterKind, Paragraph, Rendered, Right, Sender};
use crate::locale::Language;

pub(super) fn render(letter: &Letter) -> Rendered {
    let say = Say(letter.language);
    let sender = &letter.sender;
    let name = sender.name.iter().map(|name| one_line(name));
    let recipient = &letter.recipient;
    Rendered {
        sender: name.clone().chain(sender.address.iter().map(|line| one_line(line))).collect(),
        recipient: [&recipient.name].into_iter().chain(&recipient.address).map(|line| one_line(line)).collect(),
        date: letter.language.date(letter.date),
        subject: say.subject(&letter.kind),
        details: say.details(letter),
        paragraphs: say.paragraphs(letter),
        signed: name.chain(sender.email.iter().map(|email| one_line(email))).collect(),
    }
}

/// Changes as a letter tells them, a line each.
pub(crate) fn in_lines(language: Language, changes: &[Change]) -> String {
    changes.iter().map(|change| Say(language).change(change)).collect::<Vec<_>>().join("\n")
}

/// What comes from outside stays in its line.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Say(Language);

impl Say {
    fn text(&self, key: &str) -> Paragraph {
        Paragraph::Text(self.0.say(key))
    }

    fn filled(&self, key: &str, arguments: &[(&'static str, &str)]) -> Paragraph {
        Paragraph::Text(self.line(key, arguments))
    }

    fn line(&self, key: &str, arguments: &[(&'static str, &str)]) -> String {
        let arguments: Vec<_> = arguments.iter().map(|(name, text)| (*name, one_line(text))).collect();
        self.0.filled(key, &arguments)
    }

    fn list(&self, keys: &[&str]) -> Paragraph {
        Paragraph::List(keys.iter().map(|key| self.0.say(key)).collect())
    }

    /// A right by its name and article.
    fn right(&self, right: Right) -> String {
        let article = right.article().to_string();
        self.line(&format!("letter-right-{}", right.code()), &[("article", &article)])
    }

    fn subject(&self, kind: &LetterKind) -> String {
        let request = |right: Right| self.0.say(&format!("letter-{}-subject", right.code()));
        let of = |key: &str, what: &str| self.line(key, &[("what", what)]);
        match kind {
            LetterKind::Access => request(Right::Access),
            LetterKind::Rectification { .. } => request(Right::Rectification),
            LetterKind::Erasure => request(Right::Erasure),
            LetterKind::Restriction { .. } => request(Right::Restriction),
            LetterKind::Portability => request(Right::Portability),
            LetterKind::Objection => request(Right::Objection),
            LetterKind::Reminder { right, .. } => of("letter-reminder-subject", &self.right(*right)),
            LetterKind::Complaint { against, .. } => of("letter-complaint-subject", &against.name),
            LetterKind::Changed { .. } => self.0.say("letter-changed-subject"),
            LetterKind::Notice { contract, .. } => of("letter-end-subject", &contract.product),
            LetterKind::Withdrawal { contract, .. } => of("letter-withdraw-subject", &contract.product),
            LetterKind::Invitation { .. } => self.0.say("letter-invitation-subject"),
        }
    }

    fn details(&self, letter: &Letter) -> Vec<String> {
        let reference = letter.reference.iter().map(|reference| ("letter-reference", reference));
        let contract = match &letter.kind {
            LetterKind::Notice { contract, .. } | LetterKind::Withdrawal { contract, .. } => contract.number.as_ref(),
            _ => None,
        };
        let contract = contract.into_iter().map(|number| ("letter-number", number));
        contract.chain(reference).map(|(key, text)| self.line(key, &[("what", text)])).collect()
    }

    fn paragraphs(&self, letter: &Letter) -> Vec<Paragraph> {
        let mut all = vec![self.text("letter-salutation")];
        all.extend(self.body(letter));
        all.push(self.text("letter-regards"));
        all
    }

    fn body(&self, letter: &Letter) -> Vec<Paragraph> {
        let sender = &letter.sender;
        match &letter.kind {
            LetterKind::Access => self.access(sender),
            LetterKind::Rectification { changes } => {
                let wrong = [self.text("letter-rectification"), self.changes(changes)];
                self.request(wrong.into(), &["letter-rectification-others"], sender)
            }
            LetterKind::Erasure => {
                let parts = ["letter-erasure-duty", "letter-erasure-others"];
                self.request(vec![self.text("letter-erasure")], &parts, sender)
            }
            LetterKind::Restriction { ground } => {
                let why = self.text(&format!("letter-restriction-{}", ground.code()));
                let parts = ["letter-restriction-means", "letter-restriction-others"];
                self.request(vec![self.text("letter-restriction"), why], &parts, sender)
            }
            LetterKind::Portability => {
                self.request(vec![self.text("letter-portability")], &["letter-portability-form"], sender)
            }
            LetterKind::Objection => {
                self.request(vec![self.text("letter-objection")], &["letter-objection-means"], sender)
            }
            LetterKind::Reminder { .. } => self.reminder(letter),
            LetterKind::Complaint { .. } => self.complaint(letter),
            LetterKind::Changed { changes } => self.changed(changes, sender),
            LetterKind::Notice { ends, .. } => self.ending("letter-end", *ends, sender),
            LetterKind::Withdrawal { start, .. } => self.ending("letter-withdraw", *start, sender),
            LetterKind::Invitation { documentation } => self.invitation(documentation, sender),
        }
    }

    /// What is asked for, how the person is found, and until when it has to be done.
    fn request(&self, asked: Vec<Paragraph>, parts: &[&str], sender: &Sender) -> Vec<Paragraph> {
        let mut all = asked;
        all.extend(parts.iter().map(|key| self.text(key)));
        all.extend(self.known_as("letter-known", sender));
        all.push(self.text("letter-identity"));
        all.push(self.text("letter-term"));
        all
    }

    fn access(&self, sender: &Sender) -> Vec<Paragraph> {
        let told = ["purposes", "categories", "recipients", "kept", "source", "automated", "abroad"];
        let told: Vec<String> = told.iter().map(|what| format!("letter-access-{what}")).collect();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let asked = vec![self.text("letter-access"), self.text("letter-access-with-it"), self.list(&told)];
        let copy: &[&str] = if sender.email.is_some() { &["letter-access-copy"] } else { &[] };
        self.request(asked, copy, sender)
    }

    fn reminder(&self, letter: &Letter) -> Vec<Paragraph> {
        let LetterKind::Reminder { right, sent, due } = &letter.kind else { return Vec::new() };
        let (right, sent, due) = (self.right(*right), self.0.date(*sent), self.0.date(*due));
        let mut all = vec![self.filled("letter-reminder", &[("right", &right), ("sent", &sent), ("due", &due)])];
        all.push(self.text("letter-reminder-default"));
        all.push(self.text("letter-reminder-then"));
        all.extend(self.known_as("letter-known", &letter.sender));
        all
    }

    fn complaint(&self, letter: &Letter) -> Vec<Paragraph> {
        let LetterKind::Complaint { right, against, sent, due, reminded, grievance } = &letter.kind else {
            return Vec::new();
        };
        let against_lines = [&against.name].into_iter().chain(&against.address).map(|line| one_line(line)).collect();
        let (right, sent, due) = (self.right(*right), self.0.date(*sent), self.0.date(*due));
        let mut all = vec![self.text("letter-complaint"), Paragraph::List(against_lines)];
        all.push(self.filled("letter-complaint-request", &[("right", &right), ("sent", &sent)]));
        all.push(match grievance {
            Grievance::Late => self.filled("letter-complaint-late", &[("due", &due)]),
            Grievance::Refused => self.text("letter-complaint-refused"),
        });
        all.extend(reminded.map(|day| self.filled("letter-complaint-reminded", &[("what", &self.0.date(day))])));
        all.push(self.text("letter-complaint-ask"));
        all.push(self.text("letter-complaint-enclosed"));
        all.extend(self.known_as("letter-complaint-known", &letter.sender));
        all
    }

    fn changed(&self, changes: &[Change], sender: &Sender) -> Vec<Paragraph> {
        let mut all = vec![self.text("letter-changed"), self.changes(changes)];
        all.extend(self.known_as("letter-known", sender));
        all.push(self.text("letter-changed-ask"));
        all
    }

    fn ending(&self, key: &str, day: Date, sender: &Sender) -> Vec<Paragraph> {
        let mut all = vec![self.filled(key, &[("what", &self.0.date(day))])];
        all.extend(self.known_as("letter-known", sender));
        all.push(self.text("letter-confirm"));
        all
    }

    fn invitation(&self, documentation: &str, sender: &Sender) -> Vec<Paragraph> {
        let mut all = vec![self.text("letter-invitation"), self.text("letter-invitation-means")];
        all.push(self.list(&[
            "letter-invitation-current",
            "letter-invitation-asked",
            "letter-invitation-proof",
            "letter-invitation-requests",
        ]));
        all.push(self.filled("letter-invitation-where", &[("what", documentation)]));
        all.extend(self.known_as("letter-known", sender));
        all.push(self.text("letter-invitation-ask"));
        all
    }

    fn changes(&self, changes: &[Change]) -> Paragraph {
        Paragraph::List(changes.iter().map(|change| self.change(change)).collect())
    }

    fn change(&self, change: &Change) -> String {
        let field = self.0.say(&format!("field-{}", change.field.info().path.replace('.', "-")));
        match &change.old {
            Some(old) => self.line("letter-change", &[("field", &field), ("old", old), ("new", &change.new)]),
            None => self.line("letter-change-new", &[("field", &field), ("new", &change.new)]),
        }
    }

    /// By what the person is known there; nothing where that is their name alone.
    fn known_as(&self, key: &str, sender: &Sender) -> Vec<Paragraph> {
        if sender.known_as.is_empty() {
            return Vec::new();
        }
        let line =
            |(how, what): &(KnownAs, String)| self.line(&format!("letter-known-{}", how.code()), &[("what", what)]);
        vec![self.text(key), Paragraph::List(sender.known_as.iter().map(line).collect())]
    }
}
