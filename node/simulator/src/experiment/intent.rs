//! Intents against direct mail to everybody, for the same needs and the same wares. In: how many suppliers there are,
//! how much of a choice no intent says, how many offers are kept, who answers, who baits. Out: contacts, the share of
//! them that was wanted, where what was taken stands in the person's own ranking, messages.

use regie_tables::{Cell, Kind};

use crate::{
    experiment::trial::{Found, Trial},
    io::{
        frame::{Frame, ratio},
        plot::Chart,
    },
    measure::{
        lived::Lived,
        month::Month,
        summary::{Summary, Together},
    },
    runs::plan::RunError,
    scenario::{
        Scenario, ScenarioError,
        group::{Attack, Attacker, GroupRules, IntentRules},
    },
    world::agenda::MONTH_DAYS,
};

const SCENARIO: &str = include_str!("../../scenarios/intent.toml");
/// Suppliers of a group, over three categories.
const SUPPLIERS: [u32; 4] = [6, 15, 30, 60];
/// Suppliers where something else is varied.
const MIDDLE: u32 = 30;
/// Keys of a company that baits.
const SYBILS: u32 = 5;

type Change = fn(&mut GroupRules, &mut IntentRules);

/// What is varied, by name.
const OTHERS: [(&str, Change); 9] = [
    ("all said", |_, intents| intents.unsaid = 0.0),
    ("most unsaid", |_, intents| intents.unsaid = 0.7),
    ("keep 2", |_, intents| intents.keep = 2),
    ("keep 10", |_, intents| intents.keep = 10),
    ("few answer", |_, intents| intents.answers = 0.3),
    ("all mail read", |_, intents| intents.mail.reads = 1.0),
    ("baits", |group, _| group.attacker = baits()),
    ("baits, keep 20", |group, intents| {
        group.attacker = baits();
        intents.keep = 20;
    }),
    ("baits, a board that admits", |group, intents| {
        group.attacker = baits();
        intents.admits = true;
    }),
];

pub(super) fn find(trial: &Trial<'_>) -> Result<Found, RunError> {
    let base = Scenario::parse(SCENARIO, &[])?;
    let mut table = table();
    let across = "suppliers who sell something (three categories)";
    let mut contacts = Chart { title: "Contacts a need".into(), across: across.into(), ..Chart::default() };
    let mut wanted = Chart { title: "Share of contacts that are wanted".into(), ..contacts.clone() };
    let mut quality = Chart { title: "Place in the person's own ranking (1 is the best)".into(), ..contacts.clone() };
    for suppliers in SUPPLIERS {
        let lived = live(trial, &base, "", suppliers, |_, _| ())?;
        let summary = together(&lived)?;
        table.push(row("as it stands", suppliers, &base, &lived)?)?;
        let across = f64::from(suppliers);
        contacts.point("intents", across, summary.contacts);
        contacts.point("mail", across, summary.contacts_by_mail);
        wanted.point("intents", across, summary.wanted);
        wanted.point("mail", across, summary.wanted_by_mail);
        quality.point("intents", across, summary.match_quality);
        quality.point("mail", across, summary.match_quality_by_mail);
    }
    for (name, change) in OTHERS {
        let lived = live(trial, &base, name, MIDDLE, change)?;
        table.push(row(name, MIDDLE, &base, &lived)?)?;
    }
    let charts = vec![("intent_contacts", contacts), ("intent_wanted", wanted), ("intent_match", quality)];
    Ok(Found { frames: vec![table], charts, scenario: base })
}

fn live(
    trial: &Trial<'_>,
    base: &Scenario,
    name: &str,
    suppliers: u32,
    change: Change,
) -> Result<Vec<Lived>, RunError> {
    let mut scenario = base.clone();
    let group = scenario.group.as_mut().ok_or_else(no_groups)?;
    let mut intents = group.intents.clone().ok_or_else(no_groups)?;
    group.suppliers = suppliers;
    change(group, &mut intents);
    group.intents = Some(intents);
    trial.live(&format!("{suppliers} suppliers {name}"), &scenario)
}

/// The measures over all groups, of which there is one at least.
fn together(lived: &[Lived]) -> Result<Together, RunError> {
    Ok(Summary::of(lived).together.ok_or_else(no_groups)?)
}

fn no_groups() -> ScenarioError {
    ScenarioError::Range("the scenario of this experiment has group.intents".into())
}

fn baits() -> Vec<Attacker> {
    let (every_days, messages, seen_through) = (1, 1, 0.9);
    vec![Attacker { kind: Attack::Sybil, suppliers: SYBILS, every_days, messages, seen_through }]
}

fn table() -> Frame {
    let names = [
        "contacts_a_need",
        "wanted",
        "met",
        "match",
        "contacts_a_need_mail",
        "wanted_mail",
        "met_mail",
        "match_mail",
        "contacts_a_month",
        "contacts_a_month_mail",
        "messages_a_need",
        "messages_a_need_mail",
        "baits_taken",
    ];
    let first = [("variant", Kind::Text), ("suppliers", Kind::Whole), ("needs", Kind::Whole)];
    Frame::new("intent", &[&first[..], &names.map(|name| (name, Kind::Real))].concat())
}

fn row(name: &str, suppliers: u32, base: &Scenario, lived: &[Lived]) -> Result<Vec<Cell>, RunError> {
    let summary = together(lived)?;
    let mut all = Month::default();
    lived.iter().for_each(|one| all.add(&one.total()));
    // A person's months; the last group may have fewer persons.
    let persons = lived.iter().map(|one| one.persons).sum::<u64>();
    let months = persons as f64 * f64::from(base.days) / MONTH_DAYS as f64;
    let reals = [
        summary.contacts,
        summary.wanted,
        summary.met,
        summary.match_quality,
        summary.contacts_by_mail,
        summary.wanted_by_mail,
        summary.met_by_mail,
        summary.match_quality_by_mail,
        all.contacts as f64 / months,
        all.mails as f64 / months,
        ratio(all.messages, all.needs),
        // A mail that is answered takes an order and its confirmation more.
        ratio(all.mails + 2 * all.mail_taken, all.needs),
        summary.baits_taken,
    ];
    let first: [Cell; 3] = [name.into(), u64::from(suppliers).into(), summary.needs.into()];
    Ok(first.into_iter().chain(reals.map(Cell::from)).collect())
}
