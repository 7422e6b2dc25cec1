//! The second act: what Anna wants, without a name, and what she says of herself. In: the stage as the first act left
//! it. Out: the first thing that does not hold.

use regie_protocol::{
    Agreement, Collection, Days, ObjectId, Purpose,
    intent::{Category, Criterion, Price},
    segment::{Belongs, Predicate},
};

use super::{
    stage::{Stage, check},
    steps::{ENERGY, PERSON, SHOP, TOWN},
};
use crate::{
    command::{Failure, Reading, Text, parse},
    person::verbs::{self, ShownSegment},
    supplier::verbs::{BoardLink, Follow, NewOffer, NewSegment, Offer, People, Publish, Published, Put, Wanted},
};

const RIVAL: &str = "rival";

pub(super) fn all(stage: &mut Stage) -> Result<(), Failure> {
    let board = boards(stage)?;
    let intent = cast(stage, &board)?;
    offers(stage)?;
    taken(stage, &intent)?;
    record(stage)?;
    segment(stage)
}

fn boards(stage: &mut Stage) -> Result<String, Failure> {
    let listen = ["--listen", "/ip4/127.0.0.1/tcp/0"];
    stage.once(RIVAL, &[&["supplier", "init", "--name", "Groen Gas", "--sector", "energy"], &listen[..]].concat())?;
    stage.start(RIVAL)?;
    let board = stage.ask(TOWN, &BoardLink {})?.link;
    for who in [ENERGY, RIVAL] {
        stage.ask(who, &Follow { board: Text(parse(&board)?), categories: [parse("energy")?].into() })?;
    }
    let told = "the town keeps a board; two energy companies follow it, one of which Anna does not know";
    stage.tell("The second act: a market that asks.", "nothing yet", told);
    Ok(board)
}

fn cast(stage: &mut Stage, board: &str) -> Result<ObjectId, Failure> {
    let (category, budget): (Category, Price) = (parse("energy.contract")?, parse("150.00EUR/month")?);
    let wish = |wish: &str| verbs::Cast {
        board: Some(board.to_owned()),
        category: category.clone(),
        wish: wish.into(),
        details: vec![("persons".into(), "3".into()), ("region".into(), "35xx".into())],
        budget: Some(Text(budget.clone())),
        days: Days(14),
        per_supplier: 2,
        keep: 20,
        by: vec![Criterion::Price],
    };
    let telling = stage.ask(PERSON, &wish("mail me at anna@example.org"));
    check("what tells who casts it is not cast", telling.is_err_and(|failure| failure.code == "tells_who"))?;
    let intent = stage.ask(PERSON, &wish("green, from January"))?.intent;
    for who in [ENERGY, RIVAL] {
        stage.until("both companies find it", |stage| {
            stage.ask(who, &Wanted {}).is_ok_and(|wanted| wanted.len() == 1)
        })?;
    }
    let wanted = serde_json::to_string(&stage.ask(RIVAL, &Wanted {})?).map_err(Failure::internal)?;
    check("nothing in it names her", !["Anna", "example.org", "Dorpsstraat"].iter().any(|word| wanted.contains(word)))?;
    stage.tell(
        "Anna says what she wants, under a key that is used for nothing else.",
        "her node refused a wish with her e-mail address in it; the other one hangs on the board",
        "an energy contract for 3 persons, region 35xx, at most 150 euro a month; from nobody they know",
    );
    Ok(intent)
}

fn offers(stage: &mut Stage) -> Result<(), Failure> {
    let offer = |title: &str, price: &str, needs: &[&str]| -> Result<NewOffer, Failure> {
        Ok(NewOffer {
            title: title.into(),
            price: Some(Text(parse(price)?)),
            terms: [("persons".to_owned(), "3".to_owned())].into(),
            needs: needs.iter().map(|field| parse(field)).collect::<Result<_, _>>()?,
            purpose: Purpose::RequestedServiceProvision,
            access: Reading::Read,
            days: Days(90),
            retention: Days(90),
            holds: Days(14),
        })
    };
    let offers = [
        (ENERGY, offer("Vast, grijs", "139.00EUR/month", &["name.full", "telephone", "birthDate"])?),
        (RIVAL, offer("Vast, groen", "119.00EUR/month", &["name.full", "address.postalCode"])?),
    ];
    for (who, offer) in offers {
        stage.ask(who, &Offer { intent: "-".into(), offer })?;
    }
    let came = |stage: &Stage| stage.ask(PERSON, &verbs::Offers { intent: None });
    stage.until("both offers come", |stage| came(stage).is_ok_and(|offers| offers.len() == 2))?;
    let first = came(stage)?.into_iter().next();
    check("the cheaper one stands first", first.is_some_and(|first| first.offer.supplier == "Groen Gas"))?;
    stage.tell(
        "Two offers come; her node ranks them by what she said matters.",
        "Groen Gas first: 119 euro a month, needs her name and postal code; the other is dearer and wants more",
        "that their offers hang on the board",
    );
    Ok(())
}

fn taken(stage: &mut Stage, intent: &ObjectId) -> Result<(), Failure> {
    let first = stage.ask(PERSON, &verbs::Offers { intent: None })?.into_iter().next();
    let offer = first.map(|ranked| ranked.offer.offer.to_string()).unwrap_or_default();
    stage.ask(PERSON, &verbs::TakeUp { offer, agreement: Agreement::PdcIntent })?;
    let holds = |stage: &Stage| -> Vec<String> {
        let person = stage.ask(RIVAL, &People {}).unwrap_or_default().into_iter().next();
        person.map(|person| person.held).unwrap_or_default().iter().map(|held| held.field.to_string()).collect()
    };
    stage.until("its supplier has what it needs", |stage| holds(stage).len() == 2)?;
    check("and no more", holds(stage) == ["address.postalCode", "name.full"])?;
    stage.until("the board took the intent down", |stage| {
        stage.ask(TOWN, &BoardLink {}).is_ok_and(|board| board.intents == 0)
    })?;
    let intents = stage.ask(PERSON, &verbs::Intents {})?;
    let closed = intents.iter().any(|shown| shown.intent == *intent && shown.state == "taken_up");
    check("the intent is closed", closed)?;
    stage.tell(
        "Anna takes the green one up.",
        "paired under PDC-INTENT with a key of its own, a grant for two fields, the intent gone from the board",
        "Groen Gas: her name and postal code, and which offer it was; the other company: that it is over",
    );
    Ok(())
}

fn record(stage: &mut Stage) -> Result<(), Failure> {
    let put = Put {
        person: "-".into(),
        collection: Collection::Contracts,
        title: "Your contract".into(),
        media_type: "text/plain".into(),
        body: data_encoding::BASE64.encode(b"119 euro a month, from January"),
        upload: None,
    };
    check("nothing comes in unasked", stage.ask(RIVAL, &put).is_err())?;
    let supplier = "Groen Gas".to_owned();
    let collection = Collection::Contracts;
    stage.ask(PERSON, &verbs::Open { supplier, collection, days: Days(365), per_hour: 10, items: 10 })?;
    stage.until("the company may send it", |stage| stage.ask(RIVAL, &put).is_ok())?;
    stage.until("it is there", |stage| stage.ask(PERSON, &verbs::Inbox {}).is_ok_and(|items| items.len() == 1))?;
    stage.tell(
        "She opens a collection for contracts; the contract comes back.",
        "'Your contract' in her inbox; before she opened it, nothing could come in",
        "that it was taken",
    );
    Ok(())
}

fn segment(stage: &mut Stage) -> Result<(), Failure> {
    let segment = NewSegment {
        name: "Born in the eighties".into(),
        words: "Music of your youth in the shop on Saturday".into(),
        about: None,
        who: Predicate::Years { field: parse("birthDate")?, least: Some(36), most: Some(46) },
        purpose: Purpose::RequestedServiceProvision,
        retention: Days(90),
        membership: true,
        epsilon: Some(1_000),
        helper: None,
        least: None,
        days: Days(30),
    };
    stage.ask(SHOP, &Publish { segment })?;
    let fits = |stage: &Stage| -> Option<ShownSegment> {
        let all = stage.ask(PERSON, &verbs::Segments {}).ok()?;
        all.segments.into_iter().find(|segment| segment.fits)
    };
    stage.until("her node finds that it fits", |stage| fits(stage).is_some())?;
    let segment = fits(stage).map(|found| found.segment.to_string()).unwrap_or_default();
    let says = |word| verbs::Belong { segment: segment.clone(), word };
    stage.ask(PERSON, &says(Belongs::Count))?;
    check("nobody is counted twice", stage.ask(PERSON, &says(Belongs::Count)).is_err())?;
    stage.ask(PERSON, &says(Belongs::Yes))?;
    stage.until("the shop hears both", |stage| {
        let published = stage.ask(SHOP, &Published {}).unwrap_or_default();
        published.first().is_some_and(|segment| segment.members == 1 && segment.reports == Some(1))
    })?;
    let left = stage.ask(PERSON, &verbs::Segments {})?.budget_left;
    check("the budget is spent", (left - 7.0).abs() < 0.001)?;
    stage.ask(PERSON, &verbs::Audit {})?;
    stage.tell(
        "The shop publishes who it looks for; Anna says herself that she belongs.",
        "why it fits, evaluated on her own node; a random answer was counted, epsilon 7.0 of 8 is left; then she said yes",
        "one member, one answer that tells nothing alone; not her date of birth",
    );
    Ok(())
}
