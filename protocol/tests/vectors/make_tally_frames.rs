//! Frames of a count with a helper, with halves that hold: each can be opened and checked. In: fixed keys and numbers. Out:
//! frames of the person's report, and of the two companies.

use regie_protocol::{
    Entropy, Nonce, Refusal, Signed, Timestamp,
    message::{HelperReply, ToHelper, ToSupplier},
    prio3,
    segment::{Predicate, Segment},
    tally::{Close, HelperSecret, Leader, Tally, TallyReport, Task, VerifyKey},
};

use crate::{
    fixtures::{NOW, person, processor, supplier},
    frames::{Frame, message, reply},
    make_frames::sign,
    make_market::{self, helper_card},
};

/// The one that is counted with a helper.
pub fn segment() -> Signed<Segment> {
    let tally = Some(Tally { helper: helper_card(&processor()), least: 10 });
    let field = |path: &str| path.parse().expect("a field");
    let predicate = Predicate::Any(vec![
        Predicate::Years { field: field("birthDate"), least: Some(18), most: None },
        Predicate::Years { field: field("birthDate"), least: None, most: Some(65) },
        Predicate::Number { field: field("energy.annualGas"), least: Some(900), most: None },
        Predicate::Number { field: field("energy.annualGas"), least: None, most: Some(2_000) },
        Predicate::Is { field: field("household.homeType"), values: ["flat".into(), "house".into()].into() },
        Predicate::Has(field("energy.meterReading")),
    ]);
    sign(Segment { id: Nonce([0x79; 16]), predicate, tally, ..make_market::segment() }, &supplier())
}

/// The report number `n`: every other one says yes.
fn report(n: u8) -> TallyReport {
    let (segment, nonce) = (segment().id(), Nonce([0x80 + n; 16]));
    let seal = helper_card(&processor()).verify().expect("holds").seal;
    let split = prio3::split(n.is_multiple_of(2), &segment, &nonce, &seal, &mut Entropy::new([n; 32])).expect("splits");
    TallyReport {
        person: person().public(),
        supplier: supplier().public(),
        segment,
        epsilon: 1_000,
        nonce,
        leader: split.leader,
        helper: split.helper,
    }
}

/// The person's report.
pub fn tally() -> Frame {
    message(&ToSupplier::Tally(sign(report(0), &person())))
}

/// What the supplier and the helper say to each other about ten reports, of which the frame has two.
pub fn frames() -> Vec<Frame> {
    let (leader, me) = (supplier().public(), processor().public());
    let published = segment().verify().expect("holds");
    let tally = published.tally.clone().expect("a helper");
    let key = VerifyKey([0x7a; 32]);
    let reports: Vec<TallyReport> = (0..10).map(report).collect();
    let asking = Leader::new(&tally, key);
    let shown = asking.ask(&published, &reports[..2]);
    let secret = HelperSecret::of(&processor());
    let mut task = Task::new(&leader, &me, &shown, Timestamp(NOW)).expect("a task");
    let (prepared, _) = task.prepare(&leader, &secret, &shown, &|_| None).expect("they hold");
    assert_eq!(prepared.taken.len(), 2);
    let rest = asking.ask(&published, &reports[2..]);
    assert_eq!(task.prepare(&leader, &secret, &rest, &|_| None).expect("they hold").0.taken.len(), 8);
    let close = Close { segment: published.id(), batch: 0 };
    let sum = task.close(&leader, &close).expect("ten are enough");
    vec![
        message(&ToHelper::Prepare(shown)),
        message(&ToHelper::Close(close)),
        reply::<ToHelper>(&HelperReply::Prepared(prepared)),
        reply::<ToHelper>(&HelperReply::Sum(sum)),
        reply::<ToHelper>(&HelperReply::Refused(Refusal::TooFew)),
    ]
}
