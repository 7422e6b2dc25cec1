//! Counting with a helper: what each of the two sees, what a sum says, and what neither can be made to do.

use std::collections::BTreeMap;

use regie_protocol::{
    Entropy, Keypair, Nonce, ObjectId, PublicKey, Refusal, Verified, limits,
    message::{SupplierReply, ToSupplier},
    prio3,
    segment::{CountReport, Segment, estimate, randomised},
    supplier::{self, NewSegment, SupplierError},
    tally::{Close, Half, HelperLink, HelperSecret, Leader, Prepare, Prepared, Tally, TallyReport, Task, VerifyKey},
};

use crate::{NOW, World, memory::CompanyMemory, segments};

const LEAST: u32 = 10;

/// Both sides of one count, with a wire between them.
struct Count {
    segment: Verified<Segment>,
    leader: Leader,
    leader_key: PublicKey,
    helper: Keypair,
    task: Option<Task>,
    /// Which numbers the helper took, in which batch.
    seen: BTreeMap<[u8; 16], u32>,
    drawn: u8,
}

fn tally(helper: &Keypair) -> Tally {
    Tally { helper: HelperSecret::of(helper).card(helper, "Bureau Telwerk").expect("signed"), least: LEAST }
}

impl Count {
    fn new() -> Self {
        let (company, helper) = (Keypair::from_secret(&[41; 32]), Keypair::from_secret(&[42; 32]));
        let (supplier, id, epsilon) = (company.public(), Nonce([9; 16]), Some(1_000));
        let new = NewSegment { tally: Some(tally(&helper)), ..segments::segment(epsilon) };
        let segment = segments::published(new, supplier, id);
        assert!(segment.well_formed());
        let leader = Leader::new(segment.tally.as_ref().expect("with a helper"), VerifyKey([5; 32]));
        let segment = Verified::sign(segment, &company).expect("signed");
        Self { segment, leader, leader_key: supplier, helper, task: None, seen: BTreeMap::new(), drawn: 0 }
    }

    fn report(&mut self, answer: bool) -> TallyReport {
        self.drawn += 1;
        let mut entropy = Entropy::new([self.drawn; 32]);
        let (segment, nonce) = (self.segment.id(), entropy.nonce());
        let seal = tally(&self.helper).helper(&self.leader_key).expect("a card").seal;
        let split = prio3::split(answer, &segment, &nonce, &seal, &mut entropy).expect("split");
        let prio3::Split { leader, helper } = split;
        let person = Keypair::from_secret(&[self.drawn; 32]).public();
        TallyReport { person, supplier: self.leader_key, segment, epsilon: 1_000, nonce, leader, helper }
    }

    fn prepare(&mut self, peer: &PublicKey, prepare: &Prepare) -> Result<Prepared, Refusal> {
        let me = self.helper.public();
        let mut task = match self.task.clone() {
            Some(task) => task,
            None => Task::new(peer, &me, prepare, NOW)?,
        };
        let seen = |nonce: &Nonce| self.seen.get(&nonce.0).copied();
        let (prepared, fresh) = task.prepare(peer, &HelperSecret::of(&self.helper), prepare, &seen)?;
        self.seen.extend(fresh.iter().map(|nonce| (nonce.0, prepare.batch)));
        self.task = Some(task);
        Ok(prepared)
    }

    fn send(&mut self, reports: &[TallyReport]) -> Prepared {
        let (peer, asked) = (self.leader_key, self.leader.ask(&self.segment, reports));
        self.prepare(&peer, &asked).expect("taken")
    }

    fn take(&mut self, reports: &[TallyReport]) {
        let prepared = self.send(reports);
        self.leader.answered(&self.segment.id(), reports, &prepared);
    }

    fn close(&mut self, batch: u32) -> Result<regie_protocol::tally::Sum, Refusal> {
        let (peer, segment) = (self.leader_key, self.segment.id());
        self.task.as_mut().expect("a task").close(&peer, &Close { segment, batch })
    }
}

#[test]
fn two_sums_together_say_how_many_and_a_lost_word_counts_once() {
    let mut count = Count::new();
    let reports: Vec<TallyReport> = (0..40).map(|number| count.report(number % 4 == 0)).collect();
    let (first, rest) = reports.split_at(15);
    // The answer to the first frame is lost; the same reports go again.
    assert_eq!(count.send(first).taken.len(), 15);
    count.take(first);
    count.take(rest);
    assert_eq!(count.leader.waiting(), 40);
    let close = count.leader.close(&count.segment.id()).expect("enough");
    let lost = count.close(close.batch).expect("closed");
    assert_eq!(count.close(close.batch).expect("told again"), lost);
    let total = count.leader.closed(&lost).expect("a total");
    assert_eq!((total.reports, total.yes, count.leader.spoiled), (40, 10, 0));
    assert_eq!(count.leader.closed(&lost), None, "once");
    // The next batch is another.
    let more: Vec<TallyReport> = (0..12).map(|_| count.report(true)).collect();
    count.take(&more);
    let close = count.leader.close(&count.segment.id()).expect("enough");
    assert_eq!(close.batch, 1);
    let sum = count.close(1).expect("closed");
    assert_eq!(count.leader.closed(&sum).map(|total| total.yes), Some(12));
    // What is stored is read back as it was.
    let stored = regie_protocol::wire::encode(count.task.as_ref().expect("a task")).expect("bytes");
    let read: Task = regie_protocol::wire::decode(&stored, stored.len()).expect("a task");
    assert_eq!(Some(read), count.task);
}

#[test]
fn fewer_than_promised_are_never_summed_and_an_answer_never_twice() {
    let mut count = Count::new();
    let reports: Vec<TallyReport> = (0..10).map(|number| count.report(number == 0)).collect();
    count.take(&reports[..9]);
    assert_eq!(count.leader.close(&count.segment.id()), None);
    assert_eq!(count.close(0).err(), Some(Refusal::TooFew), "also where the supplier asks all the same");
    // One report nine times more is still one.
    let again = vec![reports[0].clone(); 9];
    count.take(&again);
    assert_eq!(count.close(0).err(), Some(Refusal::TooFew));
    let mut count = Count::new();
    count.take(&reports);
    let sum = count.close(0).expect("ten");
    count.leader.closed(&sum).expect("a total");
    // In the next batch those of the last count nowhere: two sums that differ by one answer would tell it.
    let fresh: Vec<TallyReport> = (0..9).map(|_| count.report(true)).collect();
    let (peer, old) = (count.leader_key, count.leader.ask(&count.segment, &reports));
    assert!(count.prepare(&peer, &old).expect("heard").taken.is_empty());
    count.take(&fresh);
    assert_eq!(count.close(1).err(), Some(Refusal::TooFew));
}

#[test]
fn what_does_not_hold_counts_nowhere() {
    let mut count = Count::new();
    let mut reports: Vec<TallyReport> = (0..14).map(|_| count.report(false)).collect();
    // A person who wants to count for more: some other number in the supplier's half.
    reports[0].leader[0] ^= 2;
    // Halves that belong to another number, another segment, to nobody.
    reports[1].helper = reports[2].helper.clone();
    reports[3].helper.truncate(20);
    reports[4].leader.clear();
    count.take(&reports);
    assert_eq!((count.leader.waiting(), count.leader.spoiled), (10, 4));
    let sum = count.close(0).expect("ten hold");
    assert_eq!(count.leader.closed(&sum).map(|total| (total.reports, total.yes)), Some((10, 0)));
    // A helper that tells another sum, or of other answers, spoils the batch and gives no false count.
    for lie in [1, 2] {
        let mut count = Count::new();
        let reports: Vec<TallyReport> = (0..10).map(|_| count.report(true)).collect();
        count.take(&reports);
        let mut sum = count.close(0).expect("closed");
        if lie == 1 {
            sum.reports = 11;
        } else {
            sum.share[3] ^= 0x55;
        }
        assert_eq!(count.leader.closed(&sum), None);
        assert_eq!(count.leader.spoiled, 10);
    }
}

#[test]
fn a_helper_works_for_the_segments_own_company_and_no_other() {
    let mut count = Count::new();
    let reports = vec![count.report(true)];
    let (peer, me) = (count.leader_key, count.helper.public());
    let asked = count.leader.ask(&count.segment, &reports);
    let stranger = Keypair::from_secret(&[66; 32]).public();
    assert_eq!(Task::new(&stranger, &me, &asked, NOW).err(), Some(Refusal::WrongSender));
    assert_eq!(Task::new(&peer, &stranger, &asked, NOW).err(), Some(Refusal::WrongAudience));
    let ended = count.segment.expires;
    assert_eq!(Task::new(&peer, &me, &asked, ended).err(), Some(Refusal::UnknownSegment));
    count.take(&reports);
    for (name, peer, prepare, code) in [
        ("another peer", stranger, asked.clone(), Refusal::WrongSender),
        ("another key", peer, Prepare { key: VerifyKey([6; 32]), ..asked.clone() }, Refusal::WrongBatch),
        ("a batch to come", peer, Prepare { batch: 1, ..asked.clone() }, Refusal::WrongBatch),
        (
            "too much",
            peer,
            Prepare { answers: vec![asked.answers[0].clone(); limits::TALLY_PER_FRAME + 1], ..asked.clone() },
            Refusal::TooLarge,
        ),
    ] {
        let before = count.task.clone();
        assert_eq!(count.prepare(&peer, &prepare).err(), Some(code), "{name}");
        assert_eq!(count.task, before, "{name}");
    }
    let close = Close { segment: count.segment.id(), batch: 0 };
    assert_eq!(count.task.as_mut().expect("a task").close(&stranger, &close).err(), Some(Refusal::WrongSender));
    // A company is not its own helper, and no helper promises less than the least.
    let company = Keypair::from_secret(&[41; 32]);
    let alone = Segment { tally: Some(tally(&company)), ..count.segment.clone().into_value() };
    assert!(!alone.well_formed());
    let few = Tally { least: limits::TALLY_LEAST - 1, ..tally(&count.helper) };
    assert!(!Segment { tally: Some(few), ..count.segment.clone().into_value() }.well_formed());
    let whole = Segment { epsilon: None, ..count.segment.clone().into_value() };
    assert!(!whole.well_formed(), "a count with a helper has an epsilon too");
}

#[test]
fn a_link_reads_back_and_a_changed_one_does_not() {
    let helper = Keypair::from_secret(&[42; 32]);
    let card = tally(&helper).helper;
    let link = HelperLink { card, addresses: vec!["/ip4/127.0.0.1/udp/4001/quic-v1".into()] };
    let text = link.to_string();
    assert_eq!(text.parse::<HelperLink>().expect("a link"), link);
    let mut forged = link.clone();
    let (mut body, signature) = (forged.card.parts().0.to_vec(), *forged.card.parts().1);
    let last = body.len() - 1;
    body[last] ^= 1;
    forged.card = regie_protocol::Signed::from_parts(body, signature);
    assert!(forged.to_string().parse::<HelperLink>().is_err());
    for bad in ["", "regie:helper?v=1&d=", "regie:board?v=1&d=aa", &text[..text.len() - 2]] {
        assert!(bad.parse::<HelperLink>().is_err(), "{bad}");
    }
}

#[test]
fn a_person_answers_in_halves_and_the_company_takes_no_whole_one() {
    let mut world = World::new("balanced");
    let helper = Keypair::from_secret(&[42; 32]);
    let with = |epsilon| NewSegment { tally: Some(tally(&helper)), ..segments::segment(epsilon) };
    let mut entropy = world.entropy();
    assert_eq!(world.supplier.publish(with(None), NOW, &mut entropy).err(), Some(SupplierError::BadSegment));
    let id = world.publish(with(Some(1_000)));
    world.count_me(&id).expect("counted");
    let records = world.heard();
    let [supplier::Record::Tallied { person, report }] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(*person, world.person_key());
    let report = report.clone().verify().expect("signed");
    assert_eq!((report.segment, report.epsilon), (id, 1_000));
    let key = world.supplier_key();
    assert_eq!(world.person.budget_left(Some(&key), NOW), 1_000, "the budget is spent as for a whole answer");
    assert!(world.count_me(&id).is_err(), "and never a second");
    // What is read back from the records says the same.
    let rebuilt = world.rebuilt(world.host.records.len());
    assert_eq!(rebuilt.budget_left(Some(&key), NOW), 1_000);
    let seed = regie_protocol::RootSeed::from_entropy([1; 32]);
    let (mine, person) = (seed.pairwise(&key, 0), world.person_key());
    let whole = CountReport { person, supplier: key, segment: id, answer: true, epsilon: 1_000 };
    let whole = Verified::sign(whole, &mine).expect("signed").signed().clone();
    let large = TallyReport { leader: vec![0; limits::SHARE_BYTES + 1], ..report.clone().into_value() };
    let large = Verified::sign(large, &mine).expect("signed").signed().clone();
    for (name, message) in [("whole", ToSupplier::Count(whole)), ("large", ToSupplier::Tally(large))] {
        let said = CompanyMemory::of(world.supplier.message(&person, message, NOW));
        let answer = Some(SupplierReply::Refused(Refusal::Malformed));
        assert_eq!(said, CompanyMemory { answer, ..CompanyMemory::default() }, "{name}");
    }
}

/// What one aggregator sees of one answer from beginning to end, in bytes.
fn views(segment: &ObjectId, answer: bool, number: u64) -> [Vec<u8>; 3] {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    let mut entropy = Entropy::new(seed);
    let (nonce, secret, key) = (entropy.nonce(), [3; 32], VerifyKey([4; 32]));
    let seal = prio3::sealing_key(&secret);
    let split = prio3::split(answer, segment, &nonce, &seal, &mut entropy).expect("split");
    let opened = prio3::open(&secret, &split.helper, segment, &nonce).expect("opened").to_vec();
    let of = |half, share: &[u8]| prio3::verifier(half, &key, segment, &nonce, share).expect("begun");
    let (mine, theirs) = (of(Half::Leader, &split.leader), of(Half::Helper, &opened));
    let add =
        |half, share: &[u8]| prio3::add(half, &key, segment, &nonce, share, [&mine, &theirs], &[]).expect("holds");
    let sums = (add(Half::Leader, &split.leader), add(Half::Helper, &opened));
    let both = prio3::total([&sums.0, &sums.1], 1).expect("a sum").to_be_bytes().to_vec();
    let leader = [&split.leader[..], &split.helper, &mine, &theirs, &sums.0].concat();
    let helper = [&opened[..], &mine, &theirs, &sums.1].concat();
    [leader, helper, both]
}

/// The largest difference between the two groups over all bits, in standard deviations of a fair one.
fn told_apart(yes: &[Vec<u8>], no: &[Vec<u8>]) -> f64 {
    let bits = yes[0].len() * 8;
    let ones = |group: &[Vec<u8>], bit: usize| {
        group.iter().filter(|view| view[bit / 8] >> (bit % 8) & 1 == 1).count() as f64 / group.len() as f64
    };
    let deviation = (0.5 / yes.len() as f64).sqrt();
    (0..bits).map(|bit| (ones(yes, bit) - ones(no, bit)).abs() / deviation).fold(0.0, f64::max)
}

#[test]
fn one_aggregator_alone_learns_nothing() {
    const EACH: u64 = 1_000;
    let segment = ObjectId::from_digest([8; 32]);
    let group = |answer: bool, from: u64| -> Vec<[Vec<u8>; 3]> {
        (from..from + EACH).map(|number| views(&segment, answer, number)).collect()
    };
    let (yes, no) = (group(true, 0), group(false, EACH));
    let of = |group: &[[Vec<u8>; 3]], view: usize| group.iter().map(|views| views[view].clone()).collect::<Vec<_>>();
    for (view, who) in [(0, "the supplier"), (1, "the helper")] {
        let found = told_apart(&of(&yes, view), &of(&no, view));
        // Over some 2,000 bits, chance passes 6.5 deviations once in ten million runs.
        assert!(found < 6.5, "{who} tells answers apart: {found} deviations");
    }
    // The same test sees at once what both together know, so it could tell.
    assert!(told_apart(&of(&yes, 2), &of(&no, 2)) > 40.0);
}

#[test]
fn both_together_learn_no_more_than_epsilon() {
    // The answer is randomised before it is cut: the sum estimates, and a company that made up all others of a batch
    // learns a randomised answer.
    let mut count = Count::new();
    let mut drawn = Entropy::new([77; 32]);
    let truths: Vec<bool> = (0..200).map(|number| number < 60).collect();
    for part in truths.chunks(limits::TALLY_PER_FRAME) {
        let answers: Vec<bool> = part.iter().map(|truth| randomised(*truth, 1_000, &mut drawn)).collect();
        let reports: Vec<TallyReport> = answers.iter().map(|answer| count.report(*answer)).collect();
        count.take(&reports);
    }
    let sum = count.close(0).expect("enough");
    let total = count.leader.closed(&sum).expect("a total");
    let found = estimate(u64::from(total.reports), u64::from(total.yes), 1_000);
    assert!((found.members - 60.0).abs() <= found.error, "{found:?}");
}

/// Keys are free: who has most gives up the one that ends first.
#[test]
fn a_full_helper_takes_from_the_company_with_most() {
    let mut count = Count::new();
    let reports = [count.report(true)];
    count.send(&reports);
    let one = count.task.clone().expect("a task");
    let task = |company: usize, number: usize, days: u32| {
        let mut task = one.clone();
        task.leader = Keypair::from_secret(&[u8::try_from(100 + company).expect("a byte"); 32]).public();
        task.segment = ObjectId::of(&[company.to_be_bytes(), number.to_be_bytes()].concat());
        task.expires = NOW.plus_days(regie_protocol::Days(days));
        task
    };
    let most = limits::TASKS_PER_SUPPLIER;
    let crowd: Vec<Task> = (0..most).map(|number| task(0, number, 300 - number as u32)).collect();
    assert_eq!(task(0, most, 9).room_among(&crowd), Err(Refusal::NotAHelper), "no more of one company");
    assert_eq!(task(1, 0, 9).room_among(&crowd), Ok(None));
    // Full: as many as it may of one, and ten of each other.
    let mut all = crowd.clone();
    all.extend((0..limits::TALLY_TASKS - most).map(|number| task(1 + number / 10, number, 50)));
    let first = crowd.iter().min_by_key(|task| task.expires).expect("one").segment;
    assert_eq!(task(150, 0, 9).room_among(&all), Ok(Some(first)));
    // Where nobody has more than the newcomer would have, there is no room.
    let even: Vec<Task> = (0..limits::TALLY_TASKS).map(|number| task(number / 10, number, 50)).collect();
    assert_eq!(even.iter().filter(|other| other.leader == task(0, 0, 0).leader).count(), 10);
    let mut tenth = even[9].clone();
    tenth.segment = ObjectId::of(b"one more");
    assert_eq!(tenth.room_among(&even), Err(Refusal::NotAHelper));
}
