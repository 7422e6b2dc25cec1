//! The story of the demo, step by step, each checked on both sides. In: a stage. Out: the first thing that
//! does not hold.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{Agreement, Days, Refusal};
use serde_json::Value;

use super::stage::{Stage, check};
use crate::{
    command::{Failure, Remember, Text, parse},
    import,
    person::verbs::{self, PairAnswer, Status},
    supplier::verbs::{Ask, Invite, People, SentRequest},
};

const CARD: &str = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna Bakker\r\nN:Bakker;Anna;;;\r\nBDAY:19840512\r\n\
ADR;TYPE=home:;;Dorpsstraat 1;Utrecht;;3511 AA;Netherlands\r\nEMAIL:anna@example.org\r\n\
TEL;VALUE=uri;TYPE=cell:tel:+31-6-12345678\r\nEND:VCARD\r\n";
pub(super) const PERSON: &str = "anna";
pub(super) const ENERGY: &str = "energy";
pub(super) const SHOP: &str = "shop";
pub(super) const TOWN: &str = "town";
const SUPPLIERS: [(&str, &str, &str, &[&str]); 3] = [
    (ENERGY, "Stroom Energie BV", "energy", &["/ip4/127.0.0.1/tcp/0"]),
    (SHOP, "De Webwinkel BV", "retail", &["/ip4/127.0.0.1/udp/0/quic-v1"]),
    (TOWN, "Gemeente Utrecht", "government", &["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"]),
];

pub(super) fn all(stage: &mut Stage) -> Result<(), Failure> {
    begin(stage)?;
    import_card(stage)?;
    pair(stage)?;
    defaults_answer(stage)?;
    person_decides(stage)?;
    refused_in_part(stage)?;
    change_of_address(stage)?;
    revocation(stage)?;
    while_away(stage)?;
    nothing_in_common(stage)?;
    audit(stage)
}

fn begin(stage: &mut Stage) -> Result<(), Failure> {
    for (who, name, sector, listen) in SUPPLIERS {
        let mut arguments = vec!["supplier", "init", "--name", name, "--sector", sector];
        arguments.extend(listen.iter().flat_map(|address| ["--listen", address]));
        stage.once(who, &arguments)?;
        stage.start(who)?;
    }
    stage.once(PERSON, &["init", "--preset", "balanced"])?;
    stage.all_on_this_machine(PERSON)?;
    stage.start(PERSON)?;
    let sees = "her own node, with a sealed store, listening nowhere";
    stage.tell(
        "Four processes run: Anna's node and three companions.",
        sees,
        "companions on TCP, on QUIC, and on both",
    );
    Ok(())
}

fn import_card(stage: &mut Stage) -> Result<(), Failure> {
    let file = stage.home("anna.vcf");
    std::fs::write(&file, CARD).map_err(Failure::internal)?;
    stage.once(PERSON, &["import", &file.to_string_lossy(), "--yes"])?;
    let fields = stage.ask(PERSON, &verbs::Fields {})?;
    let expected = import::read("card.vcf", CARD.as_bytes())?.one(None)?.fields();
    let count = fields.len();
    check("every field of the card is there", count == expected && count >= 10)?;
    stage.tell(
        "Anna imports her contact card (vCard).",
        &format!("{count} fields, each marked 'imported from vcard'"),
        "nothing",
    );
    Ok(())
}

fn pair(stage: &mut Stage) -> Result<(), Failure> {
    for (who, ..) in SUPPLIERS {
        let link = Text(parse(&stage.ask(who, &Invite { public: false, days: Days(1), reference: None })?.link)?);
        let pair = verbs::Pair { link, agreement: Agreement::SdBase, vouched: true };
        stage.ask(PERSON, &pair)?;
        let twice = stage.ask(PERSON, &pair)?;
        check("a second visit finds the same supplier", matches!(twice, PairAnswer::Again(_)))?;
    }
    stage.until("all three are connected", |stage| {
        let status = stage.ask(PERSON, &Status {});
        status.is_ok_and(|status| status.suppliers.iter().filter(|supplier| supplier.connected).count() == 3)
    })?;
    let sees = "three suppliers, agreement SD-BASE with each";
    stage.tell(
        "She pairs with each by its one-use link, and vouches: she got each from the supplier itself.",
        sees,
        "one person each, under a key made for that supplier alone",
    );
    Ok(())
}

fn defaults_answer(stage: &mut Stage) -> Result<(), Failure> {
    ask(
        stage,
        ENERGY,
        &["name.full", "address.street", "address.postalCode", "address.locality"],
        "RequestedServiceProvision",
        "subscribe",
    )?;
    stage.until("the energy supplier has the address", |stage| {
        held(stage, ENERGY).get("address.street").is_some_and(|street| street == "Dorpsstraat 1")
    })?;
    check("nothing waits for Anna", stage.ask(PERSON, &verbs::Requests {})?.is_empty())?;
    let sees = "nothing to do: 'my address for a service I asked for' answered, and issued a grant";
    stage.tell(
        "The energy supplier asks for name and address. Her defaults answer.",
        sees,
        "name and address, signed, with proof from her log",
    );
    Ok(())
}

fn person_decides(stage: &mut Stage) -> Result<(), Failure> {
    ask(stage, TOWN, &["name.full", "birthDate", "address.street"], "LegalCompliance", "subscribe")?;
    stage.until("the request waits for Anna", |stage| {
        stage.ask(PERSON, &verbs::Requests {}).is_ok_and(|list| list.len() == 1)
    })?;
    check("the municipality holds nothing yet", held(stage, TOWN).is_empty())?;
    let ids = stage.ask(PERSON, &verbs::Requests {})?.iter().map(|request| request.id.to_string()).collect();
    stage.ask(PERSON, &verbs::Decide { ids, allow: true, only: None, remember: Remember::Once })?;
    stage.until("the municipality has the date of birth", |stage| {
        held(stage, TOWN).get("birthDate").is_some_and(|date| date == "1984-05-12")
    })?;
    let sees = "one question, with purpose and reason; she says yes";
    stage.tell("The municipality asks what no default covers. Anna decides.", sees, "first 'asked', then the values");
    Ok(())
}

fn refused_in_part(stage: &mut Stage) -> Result<(), Failure> {
    ask(
        stage,
        SHOP,
        &["name.full", "address.street", "email", "payment.iban", "shoe.size"],
        "DeliveryOfGoods",
        "subscribe",
    )?;
    stage.until("the shop has its answer", |stage| held(stage, SHOP).contains_key("address.street"))?;
    let refused = [("payment.iban", Refusal::NotGranted), ("shoe.size", Refusal::UnknownField)];
    check("the shop was refused in part", requests(stage, SHOP).last().is_some_and(|last| refuses(last, &refused)))?;
    check("the shop has no account number", !held(stage, SHOP).contains_key("payment.iban"))?;
    let sees = "nothing to do: 'my bank account only for payments' refused";
    stage.tell(
        "The web shop asks for more than it needs for a delivery.",
        sees,
        "name, address and e-mail; payment.iban: not_granted; shoe.size: unknown_field",
    );
    Ok(())
}

fn change_of_address(stage: &mut Stage) -> Result<(), Failure> {
    let street = "Nieuwe Gracht 20".parse().map_err(Failure::misread)?;
    let values = vec![(parse("address.street")?, street)];
    let changed = stage.ask(PERSON, &verbs::Set { values, ..verbs::Set::default() })?;
    check("all three are entitled to be told", changed.told_count == 3)?;
    for (who, ..) in SUPPLIERS {
        stage.until(&format!("{who} has the new address"), |stage| {
            held(stage, who).get("address.street").is_some_and(|street| street == "Nieuwe Gracht 20")
        })?;
    }
    stage.tell("Anna moves house. She changes her address once.", "'told: all three'", "each has the new street");
    Ok(())
}

fn revocation(stage: &mut Stage) -> Result<(), Failure> {
    let (grants, shop) = (stage.ask(PERSON, &verbs::Grants {})?, SUPPLIERS[1].1);
    let grant = grants.iter().find(|grant| grant.terms.name == shop).map(|grant| grant.terms.grant.to_string());
    stage.ask(PERSON, &verbs::Revoke { grant: grant.unwrap_or_default(), erase: true })?;
    stage.until("the shop has erased", |stage| held(stage, SHOP).is_empty())?;
    stage.until("the erasure receipt is with Anna", |stage| {
        stage.ask(PERSON, &verbs::Audit {}).is_ok_and(|audit| audit.checked.erasure_receipts == 1)
    })?;
    ask(stage, SHOP, &["address.street"], "DeliveryOfGoods", "read")?;
    stage.until("the shop's next request is refused", |stage| {
        requests(stage, SHOP).iter().any(|request| refuses(request, &[("address.street", Refusal::Revoked)]))
    })?;
    check("the shop still holds nothing", held(stage, SHOP).is_empty())?;
    let sees = "the grant at an end, and the shop's signed erasure receipt";
    stage.tell(
        "She revokes the shop's grant and asks it to erase.",
        sees,
        "nothing any more; its next request is refused: revoked",
    );
    Ok(())
}

fn while_away(stage: &mut Stage) -> Result<(), Failure> {
    stage.stop(PERSON)?;
    let before = requests(stage, ENERGY).len();
    ask(stage, ENERGY, &["name.full"], "RequestedServiceProvision", "read")?;
    let asked = requests(stage, ENERGY);
    let open = asked.iter().filter(|request| !request.answered).count();
    check("the request waits at the companion", asked.len() == before + 1 && open == 1)?;
    stage.start(PERSON)?;
    stage.until("the request is answered", |stage| requests(stage, ENERGY).iter().all(|request| request.answered))?;
    stage.tell(
        "Her node is off for a while; a request waits at the companion.",
        "it was answered when she came back",
        "first silence, then the answer",
    );
    Ok(())
}

/// Two suppliers lay side by side all they know of the person's identity.
fn nothing_in_common(stage: &mut Stage) -> Result<(), Failure> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (who, ..) in SUPPLIERS {
        let people = serde_json::to_value(stage.ask(who, &People {})?).map_err(Failure::internal)?;
        let mut ids = BTreeSet::new();
        identifiers(&people, &mut ids);
        check("a companion sees identifiers at all", ids.len() >= 3)?;
        for id in ids {
            let other = seen.insert(id, who);
            check("no identifier is known to two companions", other.is_none())?;
        }
    }
    let sees = format!("{} identifiers, no two suppliers share one", seen.len());
    stage.tell(
        "The three compare every key, grant, proof and transport id.",
        &sees,
        "three unrelated persons (equal values and her IP address stay comparable)",
    );
    Ok(())
}

fn audit(stage: &mut Stage) -> Result<(), Failure> {
    let audit = stage.ask(PERSON, &verbs::Audit {})?.checked;
    check("the audit log verifies", audit.verified)?;
    let witnessed: u64 = SUPPLIERS
        .iter()
        .filter_map(|(who, ..)| stage.ask(who, &People {}).ok())
        .flat_map(|people| people.into_iter().take(1))
        .map(|person| person.witnessed.size)
        .sum();
    check("the suppliers witnessed her log", witnessed > 0)?;
    let sees = format!("{} entries, every hash and signature holds", audit.entries);
    stage.tell("The audit log is verified.", &sees, "each holds a signed size and root of its own part");
    Ok(())
}

fn ask(stage: &Stage, who: &str, fields: &[&str], purpose: &str, access: &str) -> Result<(), Failure> {
    let ask = Ask {
        person: "-".into(),
        fields: fields.iter().map(|field| parse(field)).collect::<Result<_, _>>()?,
        purpose: parse(purpose)?,
        reason: "for the demo".into(),
        access: parse(access)?,
        days: Days(365),
        retention: Days(90),
        delegations: 0,
        reference: None,
    };
    stage.ask(who, &ask).map(drop)
}

/// The values that a company holds of its first person, by field.
fn held(stage: &Stage, who: &str) -> BTreeMap<String, String> {
    let person = stage.ask(who, &People {}).unwrap_or_default().into_iter().next();
    let held = person.map(|person| person.held).unwrap_or_default();
    let text = |value: Option<regie_protocol::Value>| value.map(|value| value.as_str().to_owned()).unwrap_or_default();
    held.into_iter().map(|held| (held.field.to_string(), text(held.value))).collect()
}

/// The requests of a company to its first person.
fn requests(stage: &Stage, who: &str) -> Vec<SentRequest> {
    let person = stage.ask(who, &People {}).unwrap_or_default().into_iter().next();
    person.map(|person| person.requests).unwrap_or_default()
}

/// Were just these fields refused?
fn refuses(request: &SentRequest, wanted: &[(&str, Refusal)]) -> bool {
    let refused = request.refused.iter().map(|(field, code)| (field.to_string(), *code));
    refused.eq(wanted.iter().map(|(field, code)| ((*field).to_owned(), *code)))
}

/// Keys, ids, nonces and hashes: every string of a companion's view that is long and has no space.
fn identifiers(value: &Value, found: &mut BTreeSet<String>) {
    const NOT_IDENTIFIERS: [&str; 4] = ["value", "purpose", "keep_until", "field"];
    match value {
        Value::String(text) if text.len() >= 24 => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| identifiers(item, found)),
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !NOT_IDENTIFIERS.contains(&name.as_str())) {
                let lists_fields = matches!(name.as_str(), "given" | "waiting" | "refused");
                if !lists_fields {
                    identifiers(value, found);
                }
            }
        }
        _ => {}
    }
}
