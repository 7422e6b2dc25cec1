//! A person's node under watch: whatever leaves it is held against what an onlooker knows.
//!
//! In: inputs for the machine. Out: the reply, or a failed assertion where a value leaves without a live grant.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Access, Entropy, FieldPath, Keypair, Lineage, ObjectId, Person, Policy, PublicKey, Purpose, RootSeed, Scope,
    Signed, Timestamp, Verified,
    disclosure::{Answer, Disclosure},
    expand,
    message::{PersonReply, ToPerson, ToSupplier},
    person::{Input, OwnerError, Record, StoredRelationship},
    standing::Identified,
};

use crate::{
    fixtures::{NOW, SEED, grant, observed, person, person_for, processor, profile, supplier},
    memory::Memory,
};

/// What an onlooker knows of a grant or link: to whom, what, how often it was used.
pub struct Known {
    pub holder: PublicKey,
    pub root: ObjectId,
    pub scope: Scope,
    pub uses: u32,
}

pub struct World {
    pub machine: Person,
    pub records: Vec<Record>,
    pub host: Memory,
    pub now: u64,
    pub asked: Vec<(usize, ToPerson)>,
    pub answered: BTreeSet<usize>,
    pub known: BTreeMap<ObjectId, Known>,
    pub ended: BTreeSet<ObjectId>,
    pub sizes: (u64, [u64; 3]),
}

/// A supplier, another one, and that other one as a processor of the first.
pub fn companies() -> [Keypair; 3] {
    [supplier(), processor(), processor()]
}

/// What their relationships go by.
pub fn names() -> [PublicKey; 3] {
    let [shop, carrier, _] = companies().map(|company| company.public());
    [shop, carrier, as_processor().public()]
}

/// The person in each.
pub fn persons() -> [Keypair; 3] {
    [person_for(&supplier()), person_for(&processor()), as_processor()]
}

fn as_processor() -> Keypair {
    RootSeed::from_entropy(SEED).processor(&supplier().public(), &processor().public(), 0)
}

pub fn replay(records: &[Record]) -> Person {
    let mut machine = Person::new(RootSeed::from_entropy(SEED), Policy::preset("balanced").expect("a preset"));
    for record in records {
        machine.restore(record).expect("our own record");
    }
    machine
}

impl World {
    /// Paired with both companies, one of them also in its other role; the supplier holds a grant that may be handed on.
    pub fn new() -> Self {
        let mut records = Vec::new();
        for (number, (company, name)) in companies().into_iter().zip(names()).enumerate() {
            let profile = Verified::sign(profile(company.public(), "De Webwinkel BV"), &company).expect("signed");
            let agreement = regie_protocol::Agreement::SdBase;
            let stored = StoredRelationship {
                profile: profile.signed().clone(),
                generation: 0,
                renewals: 0,
                ahead: 0,
                agreement,
                paused: false,
                since: Timestamp(NOW),
                agreed: None,
                introduced_by: (number == 2).then(|| supplier().public()),
                at_once: false,
                lineage: (number == 2).then(|| Lineage::of(&profile)),
                entered: None,
                removed: None,
            };
            let identified = Identified { vouched: Some(Timestamp(NOW)), ..Identified::new(Timestamp(NOW)) };
            records.push(Record::Relationship { supplier: name, stored });
            records.push(Record::Identified { supplier: name, identified });
        }
        let first = Verified::sign(grant(), &person()).expect("signed");
        records.push(Record::Grant { supplier: supplier().public(), grant: first.signed().clone() });
        let mut host = Memory::new(0);
        for name in ["name.full", "address.street", "income.annual", "birthDate"] {
            host.values.insert(name.parse().expect("a field"), observed(name));
        }
        let mut world = Self {
            machine: replay(&records),
            records: Vec::new(),
            host,
            now: NOW,
            asked: Vec::new(),
            answered: BTreeSet::new(),
            known: BTreeMap::new(),
            ended: BTreeSet::new(),
            sizes: (0, [0; 3]),
        };
        records.into_iter().for_each(|record| world.note(record));
        world
    }

    pub fn time(&self) -> Timestamp {
        Timestamp(self.now)
    }

    pub fn entropy(&mut self) -> Entropy {
        self.host.draw()
    }

    pub fn note(&mut self, record: Record) {
        if let Record::Grant { supplier, grant } = &record {
            let grant = grant.clone().verify().expect("our own grant");
            let (root, scope) = (grant.id(), grant.scope.clone());
            self.known.insert(root, Known { holder: *supplier, root, scope, uses: 0 });
        }
        self.records.push(record);
    }

    /// Gives the machine an input; every disclosure that leaves is held against what is known.
    pub fn say(&mut self, input: Input<'_>, purpose: Option<Purpose>) -> Result<Option<PersonReply>, OwnerError> {
        let now = self.time();
        let done = self.machine.handle(input, now, &mut self.host);
        for record in std::mem::take(&mut self.host.records) {
            let leaving = match &record {
                Record::Outgoing { supplier, message: ToSupplier::Disclose(signed), .. } => {
                    Some((*supplier, signed.clone()))
                }
                _ => None,
            };
            self.note(record);
            if let Some((supplier, disclosure)) = leaving {
                self.leaves(&supplier, disclosure, purpose);
            }
        }
        self.host.hints.clear();
        done.map(|()| self.host.answer.take())
    }

    /// Every value that leaves is under a grant that lives, covers it, and is held by the one who gets it.
    pub fn leaves(&mut self, to: &PublicKey, disclosure: Signed<Disclosure>, purpose: Option<Purpose>) {
        let disclosure = disclosure.verify().expect("signed by the node");
        assert_eq!(Disclosure::check(&disclosure), Ok(()), "the entry says the same");
        assert!(names().iter().zip(companies()).any(|(name, key)| name == to && disclosure.supplier == key.public()));
        let mut opened = BTreeSet::new();
        for (path, answer) in &disclosure.answers {
            let Answer::Value { grant, .. } = answer else { continue };
            let field = path.known().expect("only fields have values");
            assert!(self.host.values.contains_key(&field));
            assert!(!self.has_ended(grant), "{path} left under a grant that had ended");
            let opening: Vec<ObjectId> = self
                .known
                .iter()
                .filter(|(id, known)| *id == grant && known.holder == *to)
                .filter(|(_, known)| self.permits(known, field, purpose, disclosure.request.is_some()))
                .map(|(id, _)| *id)
                .collect();
            assert!(!opening.is_empty(), "{path} left for {to} without a live grant: {:?}", self.now);
            opened.insert((*grant, opening));
        }
        if disclosure.request.is_some() {
            let links = opened.iter().flat_map(|(grant, _)| [*grant, self.known[grant].root]);
            for id in links.collect::<BTreeSet<ObjectId>>() {
                self.known.get_mut(&id).expect("known").uses += 1;
            }
        }
    }

    /// Did the person end this grant, or the one that this was delegated from?
    fn has_ended(&self, id: &ObjectId) -> bool {
        self.ended.contains(id) || self.known.get(id).is_some_and(|known| self.ended.contains(&known.root))
    }

    fn permits(&self, known: &Known, field: FieldPath, purpose: Option<Purpose>, asked: bool) -> bool {
        let in_time = |scope: &Scope| (scope.bounds.not_before..scope.bounds.expires).contains(&self.time());
        let root = &self.known[&known.root];
        let most = if known.scope.access == Access::ReadOnce { Some(1) } else { known.scope.bounds.uses };
        in_time(&known.scope)
            && in_time(&root.scope)
            && expand(&known.scope.fields).contains(&field)
            && purpose.is_none_or(|purpose| known.scope.purposes.iter().any(|own| purpose.within(*own)))
            && (if asked { most.is_none_or(|most| known.uses < most) } else { known.scope.access == Access::Subscribe })
    }

    /// What has to hold after every step.
    pub fn look(&mut self) {
        let sizes = [0, 1, 2].map(|n| self.relationship_log(n));
        let personal = self.machine.personal_log().size();
        let counted = |log: &dyn Fn(&Record) -> bool| self.records.iter().filter(|record| log(record)).count() as u64;
        let entry = |record: &Record| matches!(record, Record::Entry { log: regie_protocol::audit::Log::Personal, .. });
        assert_eq!(personal, counted(&entry), "the personal log is what was recorded");
        let grew = sizes.iter().zip(self.sizes.1).all(|(now, before)| *now >= before);
        assert!(personal >= self.sizes.0 && grew, "a log shrank");
        self.sizes = (personal, sizes);
        for (_, relationship) in self.machine.relationships() {
            for outgoing in relationship.outgoing() {
                let relies = match &*outgoing.message {
                    ToSupplier::Grant(grant) => vec![grant.id()],
                    ToSupplier::Disclose(signed) => relied_on(signed),
                    _ => Vec::new(),
                };
                assert!(relies.iter().all(|id| !self.has_ended(id)), "an ended grant waits to be delivered");
            }
        }
    }

    fn relationship_log(&self, company: usize) -> u64 {
        self.machine.relationship(&names()[company]).expect("paired").log().size()
    }
}

fn relied_on(signed: &Signed<Disclosure>) -> Vec<ObjectId> {
    let disclosure = signed.clone().verify().expect("our own");
    let values = disclosure.answers.values().filter_map(|answer| match answer {
        Answer::Value { grant, .. } => Some(*grant),
        _ => None,
    });
    values.chain(disclosure.grants.iter().map(Signed::id)).collect()
}
