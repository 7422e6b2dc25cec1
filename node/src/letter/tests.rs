//! Every kind of letter, in both languages, to every organisation of the directory: of a few committed records, and of the
//! whole data set where `REGIE_DIRECTORY` names the folder that holds it.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;
use crate::find::{DirectoryEntry, read_directory};

/// The longest of each sort, authorities, other scripts: of the Datenanfragen data set (CC0).
const SAMPLE: &str = include_str!("sample.jsonl");
const LANGUAGES: [Language; 2] = [Language::English, Language::Dutch];

fn directory() -> Vec<DirectoryEntry> {
    let read = |bytes: &[u8]| read_directory(bytes).expect("a list").0;
    let mut all = read(SAMPLE.as_bytes());
    if let Some(folder) = std::env::var_os("REGIE_DIRECTORY") {
        for file in ["companies.jsonl", "authorities.jsonl"] {
            all.extend(read(&fs::read(Path::new(&folder).join(file)).expect("the data set")));
        }
        assert!(all.len() > 900, "{}", all.len());
    }
    all
}

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn changes() -> Vec<Change> {
    let change = |field: &str, old: Option<&str>, new: &str| Change {
        field: field.parse().expect("a field"),
        old: old.map(str::to_owned),
        new: new.to_owned(),
    };
    vec![
        change("address.street", Some("Kade 1"), "Gracht 2-hs"),
        change("address.postalCode", None, "1017 AB"),
        change("email", Some("old@example.org"), "new@example.org"),
    ]
}

fn recipient(of: &DirectoryEntry) -> Recipient {
    let address = of.address.iter().flat_map(|address| address.lines()).map(str::to_owned).collect();
    Recipient { name: of.name.clone(), address }
}

/// One of each kind, and of each case within it, with the article that it has to name.
fn kinds(other: &DirectoryEntry) -> Vec<(LetterKind, Option<u8>)> {
    let (sent, due) = (date("2027-01-31"), date("2027-03-01"));
    let contract = || Agreed { product: "Gas & electricity".into(), number: Some("E-1".into()) };
    let mut all = vec![
        (LetterKind::Access, Some(15)),
        (LetterKind::Rectification { changes: changes() }, Some(16)),
        (LetterKind::Erasure, Some(17)),
        (LetterKind::Portability, Some(20)),
        (LetterKind::Objection, Some(21)),
        (LetterKind::Changed { changes: changes() }, Some(16)),
        (LetterKind::Notice { contract: contract(), ends: due }, None),
        (LetterKind::Withdrawal { contract: contract(), start: sent }, None),
        (LetterKind::Invitation { documentation: "https://regie.example/companion".into() }, None),
    ];
    all.extend(Ground::ALL.map(|ground| (LetterKind::Restriction { ground }, Some(18))));
    for right in Right::ALL.iter().copied() {
        all.push((LetterKind::Reminder { right, sent, due }, Some(12)));
        for (grievance, reminded) in [(Grievance::Late, Some(due)), (Grievance::Refused, None)] {
            let against = recipient(other);
            all.push((LetterKind::Complaint { right, against, sent, due, reminded, grievance }, Some(77)));
        }
    }
    all
}

/// Someone of whom nothing more is told than a name, and someone of whom everything is.
fn senders() -> [Sender; 2] {
    let known_as = [
        (KnownAs::Login, "anna84"),
        (KnownAs::Email, "anna+shop@example.org"),
        (KnownAs::Customer, "K-77"),
        (KnownAs::Mandate, "M-12"),
        (KnownAs::BirthDate, "1984-02-29"),
    ];
    [
        Sender { name: Some("Anna de Vries".into()), ..Sender::default() },
        Sender {
            name: Some("Anna de Vries".into()),
            address: vec!["Gracht 2-hs".into(), "1017 AB Amsterdam".into()],
            email: Some("anna@example.org".into()),
            known_as: known_as.map(|(how, what)| (how, what.to_owned())).into(),
        },
    ]
}

fn letter(kind: LetterKind, language: Language, sender: Sender, to: &DirectoryEntry) -> Letter {
    Letter { kind, language, date: date("2027-03-03"), reference: Some("r-1".into()), sender, recipient: recipient(to) }
}

/// Is this text whole: no empty line in it, nothing that was not filled in, no key in place of its words?
fn whole(line: &str) -> Result<(), String> {
    let wrong = line.trim().is_empty()
        || line != line.trim()
        || line.contains("  ")
        || line.contains(['{', '}', '$'])
        || line.chars().any(char::is_control)
        || ["letter-", "field-", "calendar-"].iter().any(|key| line.contains(key));
    if wrong { Err(format!("{line:?}")) } else { Ok(()) }
}

fn check(written: &Rendered, article: Option<u8>) -> Result<(), String> {
    let texts = written.paragraphs.iter().flat_map(|paragraph| match paragraph {
        Paragraph::Text(text) => std::slice::from_ref(text),
        Paragraph::List(items) => &items[..],
    });
    let heads = [&written.sender, &written.recipient, &written.details, &written.signed].into_iter().flatten();
    texts.chain(heads).chain([&written.date, &written.subject]).try_for_each(|line| whole(line))?;
    let empty = written.paragraphs.iter().any(|one| matches!(one, Paragraph::List(items) if items.is_empty()));
    let (page, message, flowing) = (written.plain(), written.message(), written.flowing());
    // What has no space in it can't be broken.
    let long = |line: &&str| line.chars().count() > page::WIDTH && line.trim_start_matches("- ").trim().contains(' ');
    if let Some(line) = page.lines().chain(message.lines()).find(long) {
        return Err(format!("a long line: {line}"));
    }
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let article = article.map(|article| article.to_string());
    let named = article.is_none_or(|article| words(&flowing).iter().any(|word| word.starts_with(&article)));
    if empty || page.contains("\n\n\n") || !page.ends_with('\n') || words(&message) != words(&flowing) || !named {
        return Err(page);
    }
    Ok(())
}

#[test]
fn every_letter_to_every_organisation_is_whole() {
    let directory = directory();
    let mut written = 0;
    for (place, to) in directory.iter().enumerate() {
        let against = &directory[(place + 1) % directory.len()];
        for (kind, article) in kinds(against) {
            for language in LANGUAGES {
                for sender in senders() {
                    let letter = letter(kind.clone(), language, sender, to);
                    let rendered = letter.render();
                    check(&rendered, article).unwrap_or_else(|why| panic!("{} {kind:?} {language:?}: {why}", to.slug));
                    let page = rendered.plain();
                    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
                    assert!(flat.contains(to.name.split_whitespace().collect::<Vec<_>>().join(" ").as_str()), "{page}");
                    written += 1;
                }
            }
        }
    }
    assert_eq!(written, directory.len() * kinds(&directory[0]).len() * LANGUAGES.len() * 2);
}

#[test]
fn a_request_names_the_article_of_its_right_in_its_subject() {
    let to = &directory()[0];
    let mut rights = BTreeSet::new();
    for (kind, _) in kinds(to) {
        for language in LANGUAGES {
            let subject = letter(kind.clone(), language, senders()[0].clone(), to).render().subject;
            if let Some(right) = Right::ALL.iter().find(|right| right.code() == kind.about().code()) {
                assert!(subject.contains(&right.article().to_string()), "{subject}");
                rights.insert(right);
            }
            if let LetterKind::Reminder { right, .. } = &kind {
                assert!(subject.contains(&right.article().to_string()), "{subject}");
            }
        }
    }
    assert_eq!(rights.len(), Right::ALL.len());
}

#[test]
fn a_letter_says_of_a_person_what_it_was_given_and_no_more() {
    let to = &directory()[0];
    let [name, all] = senders();
    for (kind, _) in kinds(to) {
        let told = matches!(kind, LetterKind::Rectification { .. } | LetterKind::Changed { .. });
        let page = letter(kind.clone(), Language::Dutch, name.clone(), to).render().plain();
        for private in ["anna84", "anna+shop", "K-77", "M-12", "1984", "1017 AB", "Gracht", "anna@"] {
            assert!(told || !page.contains(private), "{private} in {page}");
        }
        // In a message the address of who writes has no place, whatever the letter was given.
        let message = letter(kind.clone(), Language::Dutch, all.clone(), to).render().message();
        assert!(told || !message.contains("Gracht"), "{message}");
    }
}

#[test]
fn what_comes_from_outside_stays_in_its_line() {
    let mut to = directory()[0].clone();
    to.name = "Evil\r\nBcc: everybody@example.org\n\n{ $what } B.V.".into();
    let mut sender = senders()[1].clone();
    sender.name = Some("Anna\u{0}\n\nde Vries".into());
    sender.known_as.push((KnownAs::Login, "a\r\n\r\n.\r\nQUIT".into()));
    let kind = LetterKind::Complaint {
        right: Right::Access,
        against: recipient(&to),
        sent: date("2027-01-31"),
        due: date("2027-03-01"),
        reminded: None,
        grievance: Grievance::Late,
    };
    let rendered = letter(kind, Language::English, sender, &to).render();
    for line in rendered.recipient.iter().chain(&rendered.sender).chain([&rendered.subject]) {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
    }
    let page = rendered.plain();
    assert!(!page.contains('\r') && !page.lines().any(|line| line == "." || line.starts_with("Bcc:")), "{page}");
    assert!(page.contains("Evil Bcc: everybody@example.org { $what } B.V."), "a message is no template: {page}");
}

#[cfg(feature = "pdf")]
fn pages(file: &[u8]) -> usize {
    file.windows(11).filter(|window| window.starts_with(b"/Type/Page") && window[10] != b's').count()
}

/// As the checks of PDF/UA-1 and PDF/A-2a want it, whatever is written and to whom.
#[cfg(feature = "pdf")]
#[test]
fn every_letter_can_be_a_file_for_the_post() {
    let directory = directory();
    let day = date("2027-03-03");
    for (place, to) in directory.iter().enumerate().take(40) {
        let (kind, _) = kinds(&directory[0])[place % kinds(&directory[0]).len()].clone();
        for language in LANGUAGES {
            let written = letter(kind.clone(), language, senders()[1].clone(), to).render();
            let file = written.pdf(language, day).unwrap_or_else(|why| panic!("{} {kind:?}: {why}", to.slug));
            assert!(file.starts_with(b"%PDF-1.7") && file.len() < 200_000, "{}", file.len());
            assert_eq!(file, written.pdf(language, day).expect("again"), "the same letter is the same file");
            assert!((1..=3).contains(&pages(&file)), "{} pages", pages(&file));
        }
    }
    // Signs that no font has, words without an end, more than a page.
    let mut long = letter(LetterKind::Access, Language::Dutch, senders()[1].clone(), &directory[0]).render();
    long.recipient = vec!["\u{1f600} 漢字 \u{202e}עברית".into(), "x".repeat(1_024)];
    long.paragraphs.extend((0..60).map(|_| Paragraph::Text("woord ".repeat(60).trim_end().to_owned())));
    let file = long.pdf(Language::Dutch, day).expect("a file");
    assert!(pages(&file) > 4, "{} pages", pages(&file));
    long.paragraphs.extend((0..4_000).map(|_| Paragraph::Text("woord ".repeat(60).trim_end().to_owned())));
    assert!(long.pdf(Language::Dutch, day).is_err(), "there is a bound");
}

proptest::proptest! {
    #[test]
    fn any_words_make_lines_that_can_be_read(words in proptest::collection::vec("[a-zé€]{1,90}", 1..60)) {
        let text = words.join(" ");
        let rendered = Rendered {
            sender: Vec::new(),
            recipient: vec![text.clone()],
            date: "x".into(),
            subject: "x".into(),
            details: Vec::new(),
            paragraphs: vec![Paragraph::Text(text.clone()), Paragraph::List(vec![text.clone()])],
            signed: Vec::new(),
        };
        for line in rendered.message().lines() {
            let inside = line.trim_start_matches("- ").trim();
            proptest::prop_assert!(line.chars().count() <= page::WIDTH || !inside.contains(' '));
            proptest::prop_assert_eq!(line, line.trim_end());
        }
        let back: Vec<String> = rendered.message().split_whitespace().map(str::to_owned).collect();
        proptest::prop_assert_eq!(back, [words.clone(), vec!["-".into()], words].concat());
    }
}
