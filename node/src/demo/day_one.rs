//! The first day of somebody none of whose suppliers speaks regie: who has data of hers, what it costs, a move, a request that
//! is not answered, and a supplier that gets a companion. In: a stage with nobody on it. Out: the first thing that does not hold.
//!
//! Exports and organisations are made up. Days are counted back from today, so the month that an organisation has for
//! an answer has passed when the story comes to it.

use std::{collections::BTreeSet, fmt::Write as _};

use regie_protocol::{Agreement, Days, FieldPath, calendar::Date};
use zeroize::Zeroizing;

use super::{
    stage::{Stage, check},
    steps::PERSON,
};
use crate::{
    case::{Happened, Right, State, Way},
    command::{Failure, Text, parse},
    find,
    person::verbs::{self, Candidate, OrganisationDetails, SentBy},
    supplier::verbs::Invite,
};

const ENERGY: &str = "volt";
/// Whom she pays each month: what it is called, and how many cents.
const PAID: [(&str, u32); 12] = [
    ("Volt Energie NV", 12_950),
    ("Waterbedrijf Zuid", 1_890),
    ("Snelnet Internet", 4_750),
    ("Mobiel Vandaag", 1_700),
    ("Zorg en Zeker", 14_325),
    ("Veilig Verzekerd", 3_480),
    ("Woonstad Verhuur", 81_240),
    ("Filmhuis Thuis", 1_199),
    ("Krant van Nu", 2_995),
    ("Sportschool Fit", 2_450),
    ("Muziekstroom", 1_099),
    ("Fietslease Rond", 7_900),
];
/// Where she has logins, besides.
const LOGINS: [&str; 28] = [
    "albertina",
    "boekenkist",
    "bloemenhof",
    "bakfietsen",
    "cadeauwereld",
    "denieuwekeuken",
    "drogisterijplus",
    "elektrohuis",
    "fotoalbum",
    "gereedschapshal",
    "huisartsplein",
    "kaartjesshop",
    "kinderkleding",
    "koffiebrander",
    "meubelmaker",
    "notariskantoor",
    "oudervereniging",
    "parkeerdienst",
    "reisbureau",
    "schoenenwinkel",
    "speelgoedland",
    "stadsbieb",
    "tandartsen",
    "theaterkaarten",
    "treinreizen",
    "tuincentrum",
    "vacaturebank",
    "wijnkelder",
];
const MONTHS: i32 = 14;

pub(super) fn all(stage: &mut Stage) -> Result<(), Failure> {
    stage.once(PERSON, &["init", "--preset", "balanced"])?;
    stage.all_on_this_machine(PERSON)?;
    stage.start(PERSON)?;
    let today = stage.ask(PERSON, &verbs::Contracts {})?.today;
    find_them(stage, today)?;
    contracts(stage)?;
    moves(stage)?;
    access(stage, today)?;
    joins(stage)
}

fn find_them(stage: &mut Stage, today: Date) -> Result<(), Failure> {
    let (logins, statement) = (logins(), statement(today));
    let files =
        [logins.as_str(), statement.as_str()].map(|text| find::read(Zeroizing::new(text.as_bytes().to_vec()), None));
    let files = files.into_iter().collect::<Result<Vec<_>, _>>().map_err(Failure::misread)?;
    check("sixty logins were read", files.iter().map(|file| file.counts().0).sum::<usize>() == 60)?;
    let findings = find::gather(files);
    let found: Vec<Candidate> = stage.ask(PERSON, &verbs::FindSuppliers { findings: findings.clone() })?.candidates;
    let proposed = found.iter().map(|one| one.contracts.len()).sum::<usize>();
    check("nothing is entered by looking", organisations(stage)? == 0)?;
    let all: BTreeSet<usize> = (0..findings.len()).collect();
    let entered = stage.ask(PERSON, &verbs::EnterFindings { findings, contracts: all })?;
    check("forty hold data of hers", entered.entered == 40 && organisations(stage)? == 40)?;
    check("twelve are paid each month", proposed == PAID.len() && entered.contracts == PAID.len())?;
    stage.tell(
        "Anna gives her node two exports: her password manager's and her bank's.",
        "40 organisations that hold data of hers and why, 12 of them paid each month; entered in one step",
        "nothing: none of them speaks regie",
    );
    Ok(())
}

fn contracts(stage: &mut Stage) -> Result<(), Failure> {
    let list = stage.ask(PERSON, &verbs::Contracts {})?;
    let month = list.a_month.first().map(|sum| sum.total.clone()).unwrap_or_default();
    let cents: u32 = PAID.iter().map(|(_, cents)| cents).sum();
    check("they cost what she pays", list.a_month.first().is_some_and(|sum| sum.amount == u64::from(cents)))?;
    check("all twelve stand in the list", list.contracts.len() == PAID.len())?;
    let sees = format!("twelve contracts, {month} euro a month; how each ends she fills in when she knows it");
    stage.tell("What it all costs stands on one page.", &sees, "");
    Ok(())
}

fn moves(stage: &mut Stage) -> Result<(), Failure> {
    let set = |stage: &Stage, values: &[(&str, &str)]| {
        let values = values.iter().map(|(field, value)| Ok((parse(field)?, value.parse().map_err(Failure::misread)?)));
        let values = values.collect::<Result<_, Failure>>()?;
        stage.ask(PERSON, &verbs::Set { values, ..verbs::Set::default() })
    };
    let home =
        [("address.street", "Dorpsstraat 1"), ("address.postalCode", "3511 AA"), ("address.locality", "Utrecht")];
    set(stage, &[&[("name.full", "Anna Bakker"), ("email", "anna@example.org")][..], &home].concat())?;
    let all = verbs::Organisations { query: String::new(), offset: 0, limit: 500 };
    for one in stage.ask(PERSON, &all)?.items {
        let details = OrganisationDetails { email: Some("privacy@example.org".into()), ..Default::default() };
        let organisation = one.id.to_string();
        stage.ask(PERSON, &verbs::EditOrganisation { organisation, name: None, details })?;
    }
    set(stage, &[("address.street", "Nieuwe Gracht 20"), ("address.postalCode", "3512 BB")])?;
    let fields: BTreeSet<FieldPath> = [parse("address.street")?, parse("address.postalCode")?].into();
    let told = verbs::WouldTell { fields: fields.iter().copied().collect() };
    let would = stage.ask(PERSON, &told)?;
    let (to, language) = (Vec::new(), Some("en".to_owned()));
    let written = stage.ask(PERSON, &verbs::Tell { fields, to, language, send: false })?.letters;
    check("a letter for each that needs the address", written.len() == would.letters_count && !written.is_empty())?;
    let first = written.first().map(|letter| letter.id.to_string()).unwrap_or_default();
    stage.ask(PERSON, &verbs::LetterSent { id: first, by: SentBy::Email })?;
    let sees = format!("{} letters, ready for her mail program; the first of them has gone", written.len());
    stage.tell("She moves house, and changes her address once.", &sees, "by letter, until they speak regie");
    Ok(())
}

fn access(stage: &mut Stage, today: Date) -> Result<(), Failure> {
    let to = "Veilig Verzekerd".to_owned();
    let begun = stage
        .ask(PERSON, &verbs::NewCases { right: Right::Access, organisations: vec![to], all: false, preview: false })?;
    let id = begun.cases.first().and_then(|new| new.id).map(|id| id.to_string()).unwrap_or_default();
    let mark = |stage: &Stage, days_ago: i32, what| {
        stage.ask(PERSON, &verbs::MarkCase { id: id.clone(), on: Some(today.plus_days(-days_ago)), what })
    };
    let way = Way::Email;
    mark(stage, 100, Happened::Sent { way })?;
    let late = mark(stage, 90, Happened::Acknowledged { received: None })?;
    let due = late.due.as_ref().map(|due| due.last.to_string()).unwrap_or_default();
    check("the month has passed", late.state == State::Late)?;
    mark(stage, 50, Happened::Reminded { way })?;
    let to = "Autoriteit Persoonsgegevens".to_owned();
    let complained = mark(stage, 20, Happened::Complained { to })?;
    check("the authority has it", complained.state == State::Complained)?;
    let answered = mark(stage, 5, Happened::Answered)?;
    check("a late answer is one", answered.steps.len() == 5)?;
    let sees =
        format!("an answer was due by {due}; a reminder, a complaint, and then a late answer, all with their days");
    stage.tell(
        "She asks her insurer what it has of her (GDPR, article 15).",
        &sees,
        "a letter, a reminder, the authority's",
    );
    Ok(())
}

fn joins(stage: &mut Stage) -> Result<(), Failure> {
    let listen = ["--listen", "/ip4/127.0.0.1/tcp/0"];
    let make = ["supplier", "init", "--name", "Volt Energie", "--sector", "energy"];
    stage.once(ENERGY, &[&make[..], &listen].concat())?;
    stage.start(ENERGY)?;
    let link = Text(parse(&stage.ask(ENERGY, &Invite { public: false, days: Days(1), reference: None })?.link)?);
    stage.ask(PERSON, &verbs::Pair { link, agreement: Agreement::SdBase, vouched: true })?;
    let page = stage.ask(PERSON, &verbs::Organisations { query: "volt".into(), offset: 0, limit: 1 })?;
    let asked = page.perhaps_same.first().map(|same| same.supplier.to_string()).unwrap_or_default();
    let same = verbs::SameSupplier { organisation: "Volt Energie NV".into(), supplier: asked, same: true };
    let joined = stage.ask(PERSON, &same)?;
    check("the entry is the relationship now", joined.supplier.is_some())?;
    let contracts = stage.ask(PERSON, &verbs::Contracts {})?.contracts;
    check("its contract stays", contracts.iter().any(|one| one.party.starts_with("Volt") && one.supplier.is_some()))?;
    stage.tell(
        "Her energy supplier gets a companion. She says that it is the one on her list.",
        "its entry and its contract stand under the relationship; what changes goes by itself from now on",
        "a customer, under a key made for it alone",
    );
    Ok(())
}

fn organisations(stage: &Stage) -> Result<usize, Failure> {
    Ok(stage.ask(PERSON, &verbs::Organisations { query: String::new(), offset: 0, limit: 1 })?.total)
}

/// What a browser exports: sixty logins at those places.
fn logins() -> String {
    let mut text = "name,url,username,password\n".to_owned();
    for number in 0..60 {
        let place = LOGINS[number % LOGINS.len()];
        let _ =
            writeln!(text, "{place},https://www.{place}.nl/login/{number},anna{number}@example.org,made-up-{number}");
    }
    text
}

/// What a bank exports: on the first of each month those are paid, and groceries in between.
fn statement(today: Date) -> String {
    let mut text = "\"IBAN/BBAN\",\"Munt\",\"BIC\",\"Volgnr\",\"Datum\",\"Rentedatum\",\"Bedrag\",\"Saldo na trn\",\
                    \"Tegenrekening IBAN/BBAN\",\"Naam tegenpartij\",\"Machtigingskenmerk\",\"Incassant ID\",\"Omschrijving-1\"\n"
        .to_owned();
    let mut paid = |day: Date, cents: u32, payee: &str, mandate: &str, creditor: &str| {
        let (whole, part) = (cents / 100, cents % 100);
        let _ = writeln!(
            text,
            "\"NL00RABO0123456789\",\"EUR\",\"RABONL2U\",\"1\",\"{day}\",\"{day}\",\"-{whole},{part:02}\",\"+1,00\",\"\",\
             \"{payee}\",\"{mandate}\",\"{creditor}\",\"x\""
        );
    };
    for months_ago in (1..=MONTHS).rev() {
        let day = today.plus_days(-30 * months_ago);
        for (payee, cents) in PAID {
            paid(day, cents, payee, "", "");
        }
        let odd = months_ago.unsigned_abs();
        paid(day.plus_days((months_ago * 7) % 23), 900 + odd * odd * 137 % 6_000, "Kruidenier", "", "");
    }
    text
}
