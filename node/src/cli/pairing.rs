//! Who a supplier is, on the command line: looked at, paired with; and, of a company, what it says of itself. In: links,
//! options, a yes at the terminal. Out: what the person is to see before the pairing, a relationship, a document.

use std::path::Path;

use clap::Args;
use regie_protocol::{Invitation, PublicKey};

use super::render;
use crate::{
    command::{Failure, Text, exit, parse},
    control, home,
    network::Address,
    person::verbs::{Look, LookAnswer, OtherTerms, Pair, PairAnswer, SeenSupplier},
    supplier::verbs::{DomainDocument, NewProfile, PlacedDocument, SetProfile},
};

/// What a company changes of what it says of itself.
#[derive(Args)]
pub(super) struct ProfileChange {
    /// Legal name
    #[arg(long)]
    name: Option<String>,
    /// Sector: energy, retail, government, …
    #[arg(long)]
    sector: Option<String>,
    /// Internet domain; "" for none
    #[arg(long)]
    domain: Option<String>,
    /// Where a person can ask a question
    #[arg(long)]
    contact: Option<String>,
    /// The agreements (IEEE 7012) to accept
    #[arg(long, value_delimiter = ',')]
    agreements: Vec<String>,
    /// Under which address others reach the companion; may be given more than once, "" for those of its machine
    #[arg(long, value_name = "ADDRESS")]
    announce: Vec<String>,
    /// A key that speaks for the company no longer, though nothing leads on from it: lost or stolen, and its next key too;
    /// may be given more than once
    #[arg(long, value_name = "KEY")]
    revoke: Vec<PublicKey>,
}

impl ProfileChange {
    fn profile(self) -> Result<NewProfile, Failure> {
        let Self { name, sector, domain, contact, agreements, announce, revoke } = self;
        let texts = [&name, &sector, &domain, &contact].into_iter().any(Option::is_some);
        if !texts && agreements.is_empty() && announce.is_empty() && revoke.is_empty() {
            let options = "--name, --sector, --domain, --contact, --agreements, --announce or --revoke";
            return Err(Failure::usage(format!("say what to change: {options}")));
        }
        let written = announce.iter().filter(|text| !text.is_empty()).map(|text| parse(text));
        let addresses = written.collect::<Result<Vec<Address>, _>>()?;
        let announce = (!announce.is_empty()).then_some(addresses);
        let agreements = agreements.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
        Ok(NewProfile { name, sector, domain, contact, agreements, announce, revoke })
    }
}

/// Changes what a company says of itself. What is announced also goes into `config.toml`, for the next start.
pub(super) fn change(home: &Path, change: ProfileChange, json: bool) -> Result<(), Failure> {
    let profile = change.profile()?;
    let announce = profile.announce.clone();
    let answer = control::ask(home, &SetProfile { profile })?;
    if let Some(addresses) = announce {
        home::announce(home, &addresses)?;
    }
    render::show(&answer, json)
}

/// How to pair, as typed.
pub(super) struct Pairing {
    pub(super) link: String,
    pub(super) agreement: String,
    pub(super) vouch: bool,
    pub(super) yes: bool,
}

pub(super) fn look(home: &Path, link: &str, json: bool) -> Result<(), Failure> {
    render::show_as(&control::ask(home, &Look { link: Text(parse(link)?) })?, json, render::LOOK)
}

/// Shows who it is first; nothing is paired before the person has said yes.
pub(super) fn pair(home: &Path, pairing: Pairing, json: bool) -> Result<(), Failure> {
    let Pairing { link, agreement, vouch, yes } = pairing;
    let link: Text<Invitation> = Text(parse(&link)?);
    let seen = match control::ask(home, &Look { link: link.clone() })? {
        // A supplier that is known was found again by it, and there is nothing to pair.
        LookAnswer::Again(again) => return render::show(&again, json),
        LookAnswer::Seen(seen) => seen,
    };
    eprintln!("{}", in_words(&seen, vouch));
    if !yes {
        eprint!("Pair with this supplier? [y/N] ");
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map_err(Failure::internal)?;
        if !line.trim().eq_ignore_ascii_case("y") {
            let next = "nothing was paired; if it is not who you think, ask the supplier for a new link";
            return Err(Failure::new("not_confirmed", exit::REFUSED, next));
        }
    }
    let answer = control::ask(home, &Pair { link, agreement: parse(&agreement)?, vouched: vouch })?;
    if let PairAnswer::Alternative(OtherTerms { alternative: other, also_permits: more, .. }) = &answer {
        let more = more.join(", ").replace('_', " ");
        let next = format!("take it up with `regie pair LINK --agreement {other}`, or leave it: nothing was agreed");
        let words = format!("the supplier proposes {other} instead, which also permits {more}; {next}");
        return Err(Failure::new("alternative", exit::REFUSED, words));
    }
    render::show(&answer, json)
}

pub(super) fn document(home: &Path, out: Option<&Path>, json: bool) -> Result<(), Failure> {
    let answer = control::ask(home, &DomainDocument {})?;
    let Some(file) = out else {
        if json {
            return render::show(&answer, true);
        }
        let PlacedDocument { document, place } = answer;
        crate::out::print(document);
        eprintln!("Put this at {place}");
        return Ok(());
    };
    let PlacedDocument { document, place } = answer;
    std::fs::write(file, &document)
        .map_err(|error| Failure::usage(format!("can't write {}: {error}", file.display())))?;
    render::show(&serde_json::json!({ "file": crate::out::path(file), "place": place }), json)
}

/// What the person is to know before the word.
fn in_words(seen: &SeenSupplier, vouch: bool) -> String {
    let standing = &seen.who.standing;
    let mut lines = vec![
        format!("{} ({})", seen.name, seen.sector),
        format!("  domain   {}: {}", or_none(&seen.domain), render::standing(standing)),
        format!("  contact  {}", or_none(&seen.contact)),
        format!("  words    {} (the supplier shows the same beside the link)", seen.words),
    ];
    for wish in &seen.wishes {
        let fields = wish.fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let (purpose, reason, kept) = (&wish.plain_purpose, &wish.reason, wish.retention_days.0);
        lines.push(format!("  will ask for {fields}: {purpose} ({reason}), kept {kept} days"));
    }
    lines.extend(seen.who.looks_like.iter().map(|one| format!("  WARNING: it {}", render::lookalike(one))));
    if seen.mixed_scripts {
        lines.push("  WARNING: its name mixes letters of several scripts, which can make it look like another".into());
    }
    lines.extend(standing.next.iter().map(|next| format!("  {next}")));
    if !vouch && standing.is != "proven" {
        lines.push(
            "  Your defaults will not answer it, you will be asked each time; if you got the link from the supplier \
             itself, say so with --vouch"
                .into(),
        );
    }
    lines.join("\n")
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}
