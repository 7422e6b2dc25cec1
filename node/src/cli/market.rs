//! `regie want`, `regie supplier offer` and `publish`: what is wanted, offered and asked in the open, from words. In: arguments. Out:
//! verbs for the running node.

use std::collections::BTreeMap;

use clap::{
    Arg, ArgMatches, Args, Command, FromArgMatches,
    builder::{PossibleValuesParser, TypedValueParser},
};
use regie_protocol::{
    Days,
    catalogue::{self, Detail, Kind},
    intent::Per,
    policy::SegmentRule,
};
use serde::Serialize;

use super::render;
use crate::{
    command::{Failure, Text, belongs, details, pairs, parse, predicate, who},
    locale::Language,
    person::verbs::{Cast, SegmentList},
    supplier::verbs::{self, NewOffer, NewSegment, Offer},
};

#[derive(Args)]
pub(super) struct Want {
    /// What kind of thing: energy, internet, car insurance (`regie catalogue` lists them), or a category as energy.contract
    #[arg(required_unless_present = "kind")]
    category: Option<String>,
    /// The same
    #[arg(long, conflicts_with = "category")]
    kind: Option<String>,
    /// In plain words, without anything that tells who you are
    #[arg(long, default_value = "")]
    wish: String,
    #[command(flatten)]
    matters: Matters,
    /// What matters, as name=value: for a category that is not in the catalogue; may be given more than once
    #[arg(long = "detail", value_name = "NAME=VALUE")]
    details: Vec<String>,
    /// What you mean to spend at most: 150 or 149.50
    #[arg(long, value_name = "AMOUNT", conflicts_with = "budget")]
    max: Option<String>,
    /// How often that is paid; as is usual for the kind, where left out
    #[arg(long, requires = "max", value_parser = often())]
    per: Option<Per>,
    /// In which money (ISO 4217)
    #[arg(long, requires = "max", default_value = "EUR")]
    currency: String,
    /// What you mean to spend at most, in one word: 150.00EUR/month
    #[arg(long)]
    budget: Option<String>,
    /// The noticeboard: a supplier of yours that keeps one, by name, or a link; the last one, where left out
    #[arg(long)]
    board: Option<String>,
    /// For how many days
    #[arg(long, default_value_t = 14)]
    days: u32,
    /// Most offers of one supplier
    #[arg(long, default_value_t = 2)]
    each: u8,
    /// Most offers to show: the best; one that you pass over makes room for the next
    #[arg(long, default_value_t = 20)]
    keep: u8,
    /// What makes an offer good, the first weighing most: match, price, fields, retention, known
    #[arg(long, value_delimiter = ',')]
    by: Vec<String>,
}

/// Reads how often a price is paid; the help lists it.
fn often() -> impl TypedValueParser<Value = Per> {
    PossibleValuesParser::new(Per::ALL.map(Per::code)).try_map(|word| Per::of(&word).ok_or("once, month or year"))
}

/// What matters: an option for each detail of the catalogue, by its name.
struct Matters(BTreeMap<String, String>);

impl FromArgMatches for Matters {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |code: &'static str| Some((code.to_owned(), matches.get_one::<String>(code)?.clone()));
        Ok(Self(names().into_keys().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Matters {
    fn augment_args(command: Command) -> Command {
        let option = |(code, detail): (&'static str, &'static Detail)| {
            let says = details::detail_name(Language::English, code);
            let unit = Some(detail.unit()).filter(|unit| !unit.is_empty());
            let says = unit.map_or(says.clone(), |unit| format!("{says} ({unit})"));
            let codes = detail.kind.choices();
            let says = if codes.is_empty() { says } else { format!("{says}: {}", codes.join(", ")) };
            Arg::new(code).long(code).value_name("VALUE").help(says).help_heading("What matters, of some kind or other")
        };
        command.args(names().into_iter().map(option))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// Every detail of some kind, once.
fn names() -> BTreeMap<&'static str, &'static Detail> {
    catalogue::KINDS.iter().flat_map(|kind| kind.details).map(|detail| (detail.code, detail)).collect()
}

impl Want {
    pub(super) fn verb(self) -> Result<Cast, Failure> {
        let category = details::kind(self.category.or(self.kind).as_deref().unwrap_or_default())?;
        let usual = Kind::of(&category).map_or(Per::Once, |kind| kind.paid);
        let per = self.per.unwrap_or(usual);
        let budget = match (self.max, self.budget) {
            (Some(max), _) => Some(details::price(&max, per, &self.currency)?),
            (None, budget) => budget.map(|text| parse(&text)).transpose()?,
        };
        let mut matters = pairs(&self.details)?;
        for (name, value) in self.matters.0 {
            if matters.insert(name.clone(), value).is_some() {
                return Err(Failure::usage(format!("'{name}' is given twice")));
            }
        }
        Ok(Cast {
            board: self.board,
            category,
            wish: self.wish,
            details: matters.into_iter().collect(),
            budget: budget.map(Text),
            days: Days(self.days),
            per_supplier: self.each,
            keep: self.keep,
            by: self.by.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
        })
    }
}

/// A kind of the catalogue.
#[derive(Serialize)]
struct KindRow {
    kind: &'static str,
    name: String,
    details: Vec<&'static str>,
}

/// Something that matters of a kind, or a term of an offer for it.
#[derive(Serialize)]
struct DetailRow {
    detail: &'static str,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    unit: &'static str,
    choices: &'static [&'static str],
    of_offers: bool,
}

/// What can be wanted, or what matters of one kind of it.
pub(super) fn catalogue(kind: Option<&str>, json: bool) -> Result<(), Failure> {
    let Some(text) = kind else {
        let rows = catalogue::KINDS.iter().map(|kind| KindRow {
            kind: kind.code,
            name: details::kind_name(Language::English, kind.code),
            details: kind.details.iter().map(|detail| detail.code).collect(),
        });
        return render::show_as(&rows.collect::<Vec<_>>(), json, render::KINDS);
    };
    let category = details::kind(text)?;
    let kind = Kind::of(&category).ok_or_else(|| {
        let next = "`regie catalogue` lists the kinds; a category that is none of them takes any detail";
        Failure::usage(format!("the catalogue does not have '{category}'; {next}"))
    })?;
    let row = |detail: &'static Detail, of_offers| DetailRow {
        detail: detail.code,
        name: details::detail_name(Language::English, detail.code),
        kind: detail.kind.name(),
        unit: detail.unit(),
        choices: detail.kind.choices(),
        of_offers,
    };
    let terms = catalogue::TERMS.iter().filter(|term| kind.detail(term.code).is_none());
    let rows: Vec<DetailRow> =
        kind.details.iter().map(|detail| row(detail, false)).chain(terms.map(|term| row(term, true))).collect();
    render::show_as(&rows, json, render::KIND)
}

#[derive(Args)]
pub(super) struct MakeOffer {
    /// The intent's id or the end of it, or - where there is only one
    intent: String,
    /// What is offered, in one line
    #[arg(long)]
    title: String,
    /// What it costs: 129.50EUR/month
    #[arg(long)]
    price: Option<String>,
    /// What holds for it, as name=value (`regie catalogue KIND` lists the names); may be given more than once
    #[arg(long = "term", value_name = "NAME=VALUE")]
    terms: Vec<String>,
    /// Fields that are needed to deliver, or group:NAME
    #[arg(long, value_delimiter = ',')]
    needs: Vec<String>,
    /// Why they are needed (DPV)
    #[arg(long, default_value = "RequestedServiceProvision")]
    purpose: String,
    /// once, read, or subscribe (every change is told)
    #[arg(long, default_value = "read")]
    access: String,
    /// How many days the grant lives
    #[arg(long, default_value_t = 90)]
    days: u32,
    /// How many days a value may be kept; an agreement about an intent lets 90
    #[arg(long, default_value_t = 90)]
    retention: u32,
    /// How many days the offer holds
    #[arg(long, default_value_t = 14)]
    holds: u32,
}

impl MakeOffer {
    pub(super) fn verb(self) -> Result<Offer, Failure> {
        let offer = NewOffer {
            title: self.title,
            price: self.price.as_deref().map(parse).transpose()?.map(Text),
            terms: pairs(&self.terms)?,
            needs: self.needs.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
            purpose: parse(&self.purpose)?,
            access: parse(&self.access)?,
            days: Days(self.days),
            retention: Days(self.retention),
            holds: Days(self.holds),
        };
        Ok(Offer { intent: self.intent, offer })
    }
}

#[derive(Args)]
pub(super) struct Publish {
    /// Its name, in one line
    name: String,
    /// What belonging to it brings, in plain words
    #[arg(long)]
    words: String,
    /// What it is about: a kind of the catalogue
    #[arg(long, value_name = "KIND")]
    about: Option<String>,
    /// Who belongs, in JSON: {"number": {"field": "household.size", "least": 1, "most": 2}}
    #[arg(long, value_name = "JSON")]
    who: String,
    /// What the answer is used for (DPV)
    #[arg(long, default_value = "RequestedServiceProvision")]
    purpose: String,
    /// How many days a membership is kept
    #[arg(long, default_value_t = 90)]
    retention: u32,
    /// People may only be counted, not say that they belong
    #[arg(long, requires = "epsilon")]
    count_only: bool,
    /// People may be counted, with this epsilon in thousandths: 1000 is 1.0
    #[arg(long)]
    epsilon: Option<u32>,
    /// Counted with the helper of this link (`regie supplier helper` on its side), so that nobody sees an answer
    #[arg(long, value_name = "LINK", requires = "epsilon")]
    helper: Option<String>,
    /// With a helper: fewer answers than this are never summed, 10 or more
    #[arg(long, requires = "helper")]
    least: Option<u32>,
    /// How many days it is published
    #[arg(long, default_value_t = 30)]
    days: u32,
}

impl Publish {
    pub(super) fn verb(self) -> Result<verbs::Publish, Failure> {
        let who = serde_json::from_str(&self.who).map_err(|error| {
            Failure::usage(format!("--who is not JSON: {error}; docs/protocol.md, 12.2 has the forms"))
        })?;
        let segment = NewSegment {
            name: self.name,
            words: self.words,
            about: self.about.as_deref().map(details::kind).transpose()?,
            who: predicate(who)?,
            purpose: parse(&self.purpose)?,
            retention: Days(self.retention),
            membership: !self.count_only,
            epsilon: self.epsilon,
            helper: self.helper.as_deref().map(parse).transpose()?.map(Text),
            least: self.least,
            days: Days(self.days),
        };
        Ok(verbs::Publish { segment })
    }
}

/// A default about segments, from words.
pub(super) fn segment_rule(from: &str, word: &str) -> Result<SegmentRule, Failure> {
    Ok(SegmentRule { name: format!("segments of {from}"), who: who(from)?, answer: belongs(word)? })
}

/// The segments as a table, and what is left of the privacy budget.
pub(super) fn show_segments(found: &SegmentList, json: bool) -> Result<(), Failure> {
    if json {
        return render::show(found, true);
    }
    render::show_as(&found.segments, false, render::SEGMENTS)?;
    eprintln!("Left of your privacy budget: epsilon {:?}.", found.budget_left);
    Ok(())
}
