//! `regie want`, `regie supplier offer` and `publish`: what is wanted, offered and asked in the open, from words. In: arguments. Out:
//! verbs for the running node.

use clap::Args;

use regie_protocol::{Days, policy::SegmentRule};

use super::render;
use crate::{
    command::{Failure, Text, belongs, pairs, parse, predicate, who},
    person::verbs::{Cast, SegmentList},
    supplier::verbs::{self, NewOffer, NewSegment, Offer},
};

#[derive(Args)]
pub(super) struct Want {
    /// What kind of thing, from the broad to the narrow: energy.contract
    category: String,
    /// In plain words, without anything that tells who you are
    #[arg(long, default_value = "")]
    wish: String,
    /// What matters, as name=value; may be given more than once
    #[arg(long = "detail", value_name = "NAME=VALUE")]
    details: Vec<String>,
    /// What you mean to spend at most: 150.00EUR/month
    #[arg(long)]
    budget: Option<String>,
    /// The board: its link, or a supplier of yours that is one; the last one, where left out
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

impl Want {
    pub(super) fn verb(self) -> Result<Cast, Failure> {
        Ok(Cast {
            board: self.board,
            category: parse(&self.category)?,
            wish: self.wish,
            details: pairs(&self.details)?.into_iter().collect(),
            budget: self.budget.map(|text| parse(&text).map(Text)).transpose()?,
            days: Days(self.days),
            per_supplier: self.each,
            keep: self.keep,
            by: self.by.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
        })
    }
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
    /// What holds for it, as name=value; may be given more than once
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
