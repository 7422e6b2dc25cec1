//! A person's verbs: from arguments to the verb of the running node, and from its answer to the terminal. In: arguments.
//! Out: verbs with words that were read, answers laid out.

use std::{collections::BTreeSet, path::Path};

use regie_protocol::{AskedPath, Days, FieldPath};

use super::{
    Allowing, Always, Decision, ItemVerb, OwnVerb, Verb, acts, cases, contracts, credentials, elsewhere, files, find,
    items, letters, market, notices, organisations, render, render::View, witnesses,
};
use crate::{
    command::{Change, Failure, Remember, exit, pairs, parse},
    control,
    person::verbs,
    verb,
};

/// Asks the node of this home and shows what it answers.
pub(super) fn ask<V: verb::Verb>(home: &Path, verb: &V, json: bool, view: View) -> Result<(), Failure> {
    render::show_as(&control::ask(home, verb)?, json, view)
}

/// Does a verb that one verb of the running node is.
///
/// # Errors
/// The node's, or words that can't be read.
pub(super) fn run(home: &Path, verb: Verb, json: bool) -> Result<(), Failure> {
    let plain = View::Plain;
    match verb {
        Verb::Set { words } => ask(home, &set(&words)?, json, plain),
        Verb::Unset { field } => ask(home, &verbs::Unset { field: parse(&field)? }, json, plain),
        Verb::Fields { .. } => ask(home, &verbs::Fields {}, json, render::FIELDS),
        Verb::Get { field, history: true } => {
            let detail = control::ask(home, &verbs::Field { field: parse(&field)? })?;
            render::show_as(&detail.history, json, render::HISTORY)
        }
        Verb::Get { field, history: false } => get(home, &field, json),
        Verb::PutBack { field, number } => ask(home, &verbs::PutBack { field: parse(&field)?, number }, json, plain),
        Verb::Own { verb: None } => ask(home, &verbs::OwnFields {}, json, render::OWN),
        Verb::Own { verb: Some(verb) } => own(home, verb, json),
        Verb::Search { words } => ask(home, &verbs::Search { query: words.join(" ") }, json, render::SEARCH),
        Verb::Overview => ask(home, &verbs::Overview {}, json, render::OVERVIEW),
        Verb::Requests => ask(home, &verbs::Requests {}, json, render::REQUESTS),
        Verb::Allow(allowing) => allow(home, allowing, json),
        Verb::Refuse(decision) => ask(home, &decide(decision, false, None), json, plain),
        Verb::Processors { forget } => ask(home, &verbs::Processors { forget }, json, render::PROCESSORS),
        Verb::Processor { delegation, word, always } => {
            ask(home, &verbs::DecideProcessor { delegation, allow: word == "allow", always }, json, plain)
        }
        Verb::Grants => ask(home, &verbs::Grants {}, json, render::GRANTS),
        Verb::Grant { supplier, what } => {
            let grant = verbs::Grant {
                supplier,
                fields: what.fields.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
                purposes: vec![parse(&what.purpose)?],
                access: parse(&what.access)?,
                days: Days(what.days),
                retention: Days(what.retention),
            };
            ask(home, &grant, json, plain)
        }
        Verb::Revoke { grant, all: false, keep_data } => {
            ask(home, &verbs::Revoke { grant, erase: !keep_data }, json, plain)
        }
        Verb::Revoke { grant: supplier, all: true, keep_data } => {
            ask(home, &verbs::RevokeAll { supplier, erase: !keep_data }, json, plain)
        }
        Verb::Suggest { take: Some(suggestion), .. } => ask(home, &verbs::TakeSuggestion { suggestion }, json, plain),
        Verb::Suggest { hide: Some(suggestion), .. } => {
            ask(home, &verbs::HideSuggestion { suggestion, hide: true }, json, plain)
        }
        Verb::Suggest { show: Some(suggestion), .. } => {
            ask(home, &verbs::HideSuggestion { suggestion, hide: false }, json, plain)
        }
        Verb::Suggest { .. } => ask(home, &verbs::Suggestions {}, json, render::SUGGESTIONS),
        Verb::CanGet { what, sector, supplier } => {
            ask(home, &verbs::CanGet { what: parse(&what)?, sector, supplier }, json, render::CAN_GET)
        }
        Verb::Policy { preset, dry_run } => policy(home, preset.as_deref(), dry_run, json),
        other => about_suppliers(home, other, json),
    }
}

fn about_suppliers(home: &Path, verb: Verb, json: bool) -> Result<(), Failure> {
    let plain = View::Plain;
    match verb {
        Verb::Vouch { supplier, withdraw } => ask(home, &verbs::Vouch { supplier, vouched: !withdraw }, json, plain),
        Verb::Pause { supplier } => ask(home, &verbs::Pause { supplier, paused: true }, json, plain),
        Verb::Resume { supplier } => ask(home, &verbs::Pause { supplier, paused: false }, json, plain),
        Verb::AtOnce { supplier, off } => ask(home, &verbs::AtOnce { supplier, at_once: !off }, json, plain),
        Verb::TellNow => ask(home, &verbs::TellNow {}, json, plain),
        Verb::RenewKey { supplier } => ask(home, &verbs::RenewKey { supplier }, json, plain),
        Verb::Agreement { supplier } => ask(home, &verbs::Agreement { supplier }, json, plain),
        Verb::Who { query: supplier, show: true, .. } => {
            ask(home, &verbs::Supplier { supplier }, json, render::SUPPLIER)
        }
        Verb::Who { query, field, show: false } => {
            let field = field.map(|text| parse(&text)).transpose()?;
            ask(home, &verbs::Suppliers { query, field, limit: usize::MAX, ..Default::default() }, json, render::WHO)
        }
        Verb::FindSuppliers(asked) => find::run(home, asked, json),
        Verb::Organisations { query } => organisations::list(home, &query, json),
        Verb::Organisation { verb } => organisations::run(home, verb, json),
        Verb::Directory { verb } => organisations::directory(home, verb, json),
        Verb::Audit { verify } => audit(home, verify, json),
        // Documents for other programs: always JSON.
        Verb::Receipts { supplier } => ask(home, &verbs::ConsentReceipts { supplier }, true, plain),
        Verb::Proof { supplier, index } => ask(home, &verbs::Proof { supplier, index }, true, plain),
        Verb::Export => ask(home, &verbs::Export {}, true, plain),
        other => about_items(home, other, json),
    }
}

fn about_items(home: &Path, verb: Verb, json: bool) -> Result<(), Failure> {
    let plain = View::Plain;
    match verb {
        Verb::Open { supplier, collection, days, per_hour, items } => {
            let (collection, days) = (parse(&collection)?, Days(days));
            ask(home, &verbs::Open { supplier, collection, days, per_hour, items }, json, plain)
        }
        Verb::Inbox => inbox(home, json),
        Verb::Item { verb: ItemVerb::Show { id, out } } => items::show(home, id, out.as_deref(), json),
        Verb::Item { verb: ItemVerb::Accept { id } } => ask(home, &verbs::DecideItem { id, accept: true }, json, plain),
        Verb::Item { verb: ItemVerb::Decline { id } } => {
            ask(home, &verbs::DecideItem { id, accept: false }, json, plain)
        }
        Verb::Item { verb: ItemVerb::Delete { id } } => ask(home, &verbs::DeleteItem { id }, json, plain),
        Verb::Corrections { from, of, answer } => {
            let rule = answer.map(|answer| items::rule(&from, &of, &answer)).transpose()?;
            ask(home, &verbs::Corrections { rule }, json, plain)
        }
        Verb::Credential { verb } => credentials::run(home, verb, json),
        Verb::Witnesses { verb } => witnesses::run(home, verb, json),
        Verb::Right(exercise) => acts::exercise(home, exercise, json),
        Verb::Acts { supplier } => acts::list(home, supplier, json),
        Verb::Cases { open, ics } => cases::list(home, open, ics, json),
        Verb::Case { verb } => cases::run(home, verb, json),
        Verb::Letters(asked) => letters::list(home, asked, json),
        Verb::Letter { verb } => letters::run(home, verb, json),
        Verb::Tell(words) => letters::tell(home, words, json),
        Verb::Notices { verb } => notices::run(home, verb, json),
        Verb::Elsewhere { verb } => elsewhere::set(home, verb, json),
        Verb::Devices { verb } => elsewhere::devices(home, verb, json),
        Verb::MailAccount { verb } => letters::mail_account(home, verb, json),
        Verb::Contracts { ics } => contracts::list(home, ics, json),
        Verb::Contract { verb } => contracts::run(home, verb, json),
        other => about_wishes(home, other, json),
    }
}

fn about_wishes(home: &Path, verb: Verb, json: bool) -> Result<(), Failure> {
    let plain = View::Plain;
    match verb {
        Verb::Want(want) => ask(home, &want.verb()?, json, plain),
        Verb::Noticeboards => ask(home, &verbs::Noticeboards {}, json, render::NOTICEBOARDS),
        Verb::Intents => ask(home, &verbs::Intents {}, json, render::INTENTS),
        Verb::Offers { intent } => ask(home, &verbs::Offers { intent }, json, render::OFFERS),
        Verb::Take { offer, agreement } => {
            ask(home, &verbs::TakeUp { offer, agreement: parse(&agreement)? }, json, plain)
        }
        Verb::Pass { offer } => ask(home, &verbs::PassOver { offer }, json, plain),
        Verb::Withdraw { intent } => ask(home, &verbs::Withdraw { intent }, json, plain),
        Verb::Segments => market::show_segments(&control::ask(home, &verbs::Segments {})?, json),
        Verb::Belong { segment, word } => {
            ask(home, &verbs::Belong { segment, word: crate::command::belongs(&word)? }, json, plain)
        }
        Verb::SegmentDefaults { from, word } => {
            let rule = word.map(|word| market::segment_rule(&from, &word)).transpose()?;
            ask(home, &verbs::SegmentRules { rule }, json, plain)
        }
        _ => Err(Failure::internal("this verb has its own code")),
    }
}

fn own(home: &Path, verb: OwnVerb, json: bool) -> Result<(), Failure> {
    let plain = View::Plain;
    match verb {
        OwnVerb::Set { name, text } => {
            let text = text.parse().map_err(Failure::misread)?;
            ask(home, &verbs::SetOwnField { name, text }, json, plain)
        }
        OwnVerb::Remove { name } => ask(home, &verbs::RemoveOwnField { name }, json, plain),
        OwnVerb::Attach { name: to, files } => {
            let attach = |path: &std::path::PathBuf| {
                files::send(home, path, |verbs::NewPart { file, name, part, last }| verbs::Attach {
                    to: to.clone(),
                    file,
                    name,
                    part,
                    last,
                })
            };
            let attached = files.iter().map(attach).collect::<Result<Vec<_>, _>>()?;
            render::show_as(&attached, json, render::CASE_FILES)
        }
        OwnVerb::File { name, file, out } => files::get(home, &out, json, |part| {
            let (to, file) = (name.clone(), file.clone());
            verbs::Attachment { to, file, part }
        }),
        OwnVerb::Detach { name: from, file } => ask(home, &verbs::Detach { from, file }, json, plain),
    }
}

/// What is shown is new no longer.
fn inbox(home: &Path, json: bool) -> Result<(), Failure> {
    let items = control::ask(home, &verbs::Inbox {})?;
    render::show_as(&items, json, render::INBOX)?;
    let ids = items.iter().filter(|item| item.new).map(|item| item.id).collect();
    control::ask(home, &verbs::SawInbox { ids }).map(drop)
}

/// A yes; with `--without` to what the first of these requests asks besides.
fn allow(home: &Path, allowing: Allowing, json: bool) -> Result<(), Failure> {
    let Allowing { decision, only, without } = allowing;
    let fields = |texts: &[String]| texts.iter().map(|text| parse(text)).collect::<Result<BTreeSet<FieldPath>, _>>();
    let (only, without) = (fields(&only)?, fields(&without)?);
    let only = if without.is_empty() {
        Some(only).filter(|only| !only.is_empty())
    } else {
        let waiting = control::ask(home, &verbs::Requests {})?;
        let named =
            |one: &&verbs::WaitingRequest| decision.ids.iter().any(|id| one.id.to_string().ends_with(id.as_str()));
        let asked = waiting.iter().find(named).map(|one| one.fields.keys().filter_map(AskedPath::known));
        let asked: BTreeSet<FieldPath> = asked.into_iter().flatten().collect();
        if let Some(strange) = without.difference(&asked).next() {
            let next = "`regie requests` shows what is asked";
            return Err(Failure::usage(format!("{strange} is not asked for there; {next}")));
        }
        Some(asked.difference(&without).copied().collect())
    };
    ask(home, &decide(decision, true, only), json, View::Plain)
}

fn decide(decision: Decision, allow: bool, only: Option<BTreeSet<FieldPath>>) -> verbs::Decide {
    let remember = match decision.always {
        None => Remember::Once,
        Some(Always::Supplier) => Remember::Supplier,
        Some(Always::Kind) => Remember::Kind,
    };
    verbs::Decide { ids: decision.ids, allow, only, remember }
}

fn policy(home: &Path, preset: Option<&str>, dry_run: bool, json: bool) -> Result<(), Failure> {
    match preset.map(parse).transpose()? {
        Some(name) if dry_run => ask(home, &verbs::DryRun { change: Change::Preset { name } }, json, View::Plain),
        preset => ask(home, &verbs::Policy { preset }, json, View::Plain),
    }
}

/// `FIELD VALUE`, or `FIELD=VALUE` as often as there are fields; nothing behind the sign empties one.
fn set(words: &[String]) -> Result<verbs::Set, Failure> {
    let mut set = verbs::Set::default();
    if let [field, value] = words
        && !field.contains('=')
    {
        set.values.push((parse(field)?, value.parse().map_err(Failure::misread)?));
        return Ok(set);
    }
    for (field, value) in pairs(words)? {
        let field = parse(&field)?;
        match value.as_str() {
            "" => set.empty.push(field),
            value => set.values.push((field, value.parse().map_err(Failure::misread)?)),
        }
    }
    Ok(set)
}

fn get(home: &Path, field: &str, json: bool) -> Result<(), Failure> {
    let field: FieldPath = parse(field)?;
    let held = control::ask(home, &verbs::Fields {})?.into_iter().find(|held| held.field == field);
    let held = held.ok_or_else(|| {
        let next = format!("set it with `regie set {field} VALUE`");
        Failure::new("not_found", exit::NOT_FOUND, format!("{field} holds no value; {next}"))
    })?;
    if json { render::show(&held, true) } else { render::show(&held.value, false) }
}

fn audit(home: &Path, verify: bool, json: bool) -> Result<(), Failure> {
    let report = control::ask(home, &verbs::Audit {})?;
    match (verify, json) {
        (true, _) => render::show(&report.checked, json),
        (false, true) => render::show(&report, true),
        (false, false) => render::show_as(&report.newest, false, render::EVENTS),
    }
}
