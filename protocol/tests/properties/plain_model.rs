//! A plain model of a person's node: may this field leave now?
//!
//! In: the steps of `against_model.rs`. Out: what the node has to answer, what it has to tell by itself, what it must
//! remember. Plain data, no signatures, no bytes; fields and purposes are words. It knows the real names of grants only
//! to put two that both open a field into the order in which the node looks at them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use regie_protocol::{Access, ObjectId, Refusal};

use crate::ancestry;

pub type Field = &'static str;

pub const FIELDS: [Field; 6] = ["name.full", "address.street", "email", "income.annual", "payment.iban", "birthDate"];
pub const PURPOSES: [&str; 5] =
    ["DeliveryOfGoods", "RequestedServiceProvision", "CustomerCare", "PaymentManagement", "DirectMarketing"];
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const LEEWAY: u64 = 5 * 60_000;
/// Uses an hour of a grant that the person or a default gives.
const PER_HOUR: u32 = 60;

/// A grant, or a delegation of one to company 2, which is company 1 as a processor of company 0.
#[derive(Clone, Debug)]
pub struct Grant {
    pub id: ObjectId,
    pub holder: usize,
    pub above: Option<usize>,
    pub fields: BTreeSet<Field>,
    pub purpose: &'static str,
    pub access: Access,
    pub from: u64,
    pub expires: u64,
    pub uses: Option<u32>,
    pub per_hour: u32,
    pub delegations: u8,
    used: u32,
    used_in_hour: u32,
    hour: u64,
    pub ended: bool,
}

/// A request as it was sent; it may come again.
#[derive(Clone, Debug)]
pub struct Request {
    pub company: usize,
    pub at: u64,
    pub fields: BTreeSet<Field>,
    pub purpose: &'static str,
    pub access: Access,
    pub days: u32,
    pub delegations: u8,
    pub shown: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Value(usize),
    Absent,
    Asked,
    Refused(Refusal),
}

pub type Answers = BTreeMap<Field, Said>;

/// A message that waits for a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    Told { request: Option<usize>, answers: Answers, issued: Option<usize> },
    Grant(usize),
    Revocation(usize),
    Mandate(usize),
}

#[derive(Clone, Debug, Default)]
pub struct Company {
    pub paused: bool,
    pub withdrawn: BTreeSet<Field>,
    pub waiting: BTreeMap<usize, BTreeSet<Field>>,
    pub knows: BTreeMap<Field, usize>,
    pub outbox: Vec<Pending>,
    /// Delegations that the node was told of.
    pub learnt: BTreeSet<usize>,
    seen: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub now: u64,
    pub preset: usize,
    pub present: BTreeSet<Field>,
    pub companies: [Option<Company>; 3],
    /// In which the node looks at the companies.
    pub order: [usize; 3],
    pub grants: Vec<Grant>,
    pub requests: Vec<Request>,
    /// The real name of the grant that comes next, where it is known.
    pub next: Option<ObjectId>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Default {
    Allow,
    Ask,
    Refuse,
}

impl Model {
    pub fn new(now: u64, order: [usize; 3]) -> Self {
        let present = FIELDS[..4].iter().copied().collect();
        Self {
            now,
            preset: 1,
            present,
            companies: [None, None, None],
            order,
            grants: Vec::new(),
            requests: Vec::new(),
            next: None,
        }
    }

    fn company(&mut self, company: usize) -> &mut Company {
        self.companies[company].as_mut().expect("paired")
    }

    pub fn learnt(&self, grant: usize) -> bool {
        self.companies[self.grants[grant].holder].as_ref().is_some_and(|company| company.learnt.contains(&grant))
    }

    /// Why a grant opens nothing now; none where it is in force.
    pub fn over(&self, grant: usize, by_the_hour: bool) -> Option<Refusal> {
        let chain: Vec<&Grant> = self.grants[grant].above.into_iter().chain([grant]).map(|n| &self.grants[n]).collect();
        if chain.iter().any(|link| link.ended) {
            return Some(Refusal::Revoked);
        }
        chain.iter().find_map(|link| {
            let most = if link.access == Access::ReadOnce { Some(1) } else { link.uses };
            let in_hour = if self.now >= link.hour + HOUR { 0 } else { link.used_in_hour };
            if self.now >= link.expires {
                Some(Refusal::Expired)
            } else if most.is_some_and(|most| link.used >= most) {
                Some(Refusal::UsedUp)
            } else {
                (by_the_hour && in_hour >= link.per_hour).then_some(Refusal::RateLimited)
            }
        })
    }

    /// What a company may show, in the order in which the node looks: its grants, then what was delegated to it.
    fn usable(&self, company: usize) -> Vec<usize> {
        let own = (0..self.grants.len()).filter(|n| self.grants[*n].holder == company);
        let mut usable: Vec<usize> = own.filter(|n| self.grants[*n].above.is_none() || self.learnt(*n)).collect();
        usable.sort_by_key(|n| (self.grants[*n].above.is_some(), self.grants[*n].id));
        usable
    }

    /// A request comes, for the first time or again. What was answered waits in the outbox where `lost`.
    pub fn ask(&mut self, number: usize, lost: bool) -> Result<Answers, Refusal> {
        let request = self.requests[number].clone();
        self.admit(number, &request)?;
        self.shown(&request)?;
        let mut verdicts = self.decide(&request)?;
        let granted = verdicts.iter().filter(|(_, verdict)| **verdict == Err(Default::Allow));
        let mut granted: BTreeSet<Field> = granted.map(|(field, _)| *field).collect();
        let answered = verdicts.iter().filter(|(_, verdict)| matches!(verdict, Ok(Said::Value(_))));
        granted.extend(answered.map(|(field, _)| *field).filter(|field| self.renews(&request, field)));
        let issued = (!granted.is_empty()).then(|| self.issue(&request, granted));
        if issued.is_some() {
            verdicts = self.decide(&request)?;
        }
        let waits: BTreeSet<Field> =
            verdicts.iter().filter(|(_, verdict)| verdict.is_err()).map(|(field, _)| *field).collect();
        if !waits.is_empty() {
            self.company(request.company).waiting.insert(number, waits);
        }
        let answers = verdicts.into_iter().map(|(field, verdict)| (field, verdict.unwrap_or(Said::Asked))).collect();
        self.count(&answers);
        let answers = self.told(request.company, answers);
        if lost {
            let told = Pending::Told { request: Some(number), answers: answers.clone(), issued };
            self.company(request.company).outbox.push(told);
        }
        Ok(answers)
    }

    fn admit(&mut self, number: usize, request: &Request) -> Result<(), Refusal> {
        let now = self.now;
        let company = self.companies[request.company].as_mut().ok_or(Refusal::NotPaired)?;
        if company.paused {
            Err(Refusal::Paused)
        } else if request.at.abs_diff(now) > LEEWAY {
            Err(Refusal::ClockSkew)
        } else if !company.seen.insert(number) {
            Err(Refusal::Replayed)
        } else {
            Ok(())
        }
    }

    /// A chain must be the company's own, and counts where the node brought it.
    fn shown(&self, request: &Request) -> Result<(), Refusal> {
        match (request.shown, request.company) {
            (None, _) => Ok(()),
            (Some(_), 0) => Err(Refusal::WrongAudience),
            (Some(shown), 2) if self.learnt(shown) => Ok(()),
            (Some(_), _) => Err(Refusal::Revoked),
        }
    }

    /// Company 0 tells of what it handed on.
    fn told_of(&mut self, delegation: usize) -> Result<(), Refusal> {
        if self.company(0).paused {
            return Err(Refusal::Paused);
        }
        if let Some(code) = self.over(delegation, true) {
            return Err(code);
        }
        self.forget();
        let processor = self.companies[2].get_or_insert_default();
        processor.learnt.insert(delegation);
        processor.outbox.push(Pending::Mandate(delegation));
        Ok(())
    }

    /// Delegations that can never be in force again and left nothing behind are forgotten when another comes.
    fn forget(&mut self) {
        for n in 0..self.grants.len() {
            let Some(company) = &self.companies[self.grants[n].holder] else { continue };
            let matters =
                company.knows.values().any(|grant| *grant == n) || company.outbox.contains(&Pending::Revocation(n));
            if matches!(self.over(n, true), Some(Refusal::Revoked | Refusal::Expired)) && !matters {
                self.company(self.grants[n].holder).learnt.remove(&n);
            }
        }
    }

    fn decide(&self, request: &Request) -> Result<BTreeMap<Field, Result<Said, Default>>, Refusal> {
        let (mut live, mut spent) = (Vec::new(), Vec::new());
        let own = self.usable(request.company).into_iter().map(|n| (n, false));
        for (n, shown) in own.chain(request.shown.map(|n| (n, true))) {
            match self.over(n, true) {
                None => live.push(n),
                Some(Refusal::RateLimited) => spent.push(n),
                Some(code) if shown => return Err(code),
                Some(_) => {}
            }
        }
        let company = self.companies[request.company].as_ref().expect("admitted");
        let covers = |n: &usize, field: Field| {
            let grant = &self.grants[*n];
            grant.fields.contains(field) && ancestry(request.purpose).iter().any(|broader| broader == grant.purpose)
        };
        let verdict = |field: Field| {
            let opens = |n: &&usize| covers(n, field) && self.grants[**n].delegations >= request.delegations;
            if request.purpose == "DirectMarketing" {
                Ok(Said::Refused(Refusal::OutsideAgreement))
            } else if let Some(n) = live.iter().filter(opens).min_by_key(|n| self.rank(**n)) {
                Ok(Said::Value(*n))
            } else if company.withdrawn.contains(field) {
                Ok(Said::Refused(Refusal::Revoked))
            } else if spent.iter().any(|n| covers(n, field)) {
                Ok(Said::Refused(Refusal::RateLimited))
            } else {
                match self.default(field, request.purpose, request.delegations > 0) {
                    Default::Refuse => Ok(Said::Refused(Refusal::NotGranted)),
                    _ if request.company == 2 => Ok(Said::Refused(self.why_not(|n| covers(n, field)))),
                    other => Err(other),
                }
            }
        };
        Ok(request.fields.iter().map(|field| (*field, verdict(field))).collect())
    }

    /// For a processor no default speaks; what was handed on says why.
    fn why_not(&self, covers: impl Fn(&usize) -> bool) -> Refusal {
        let covering = self.usable(2).into_iter().find(covers);
        covering.and_then(|n| self.over(n, true)).unwrap_or(Refusal::NotGranted)
    }

    /// Which of several grants is used: the one that ends last, and of those a subscription.
    fn rank(&self, grant: usize) -> Reverse<(u64, bool)> {
        Reverse((self.grants[grant].expires, self.grants[grant].access == Access::Subscribe))
    }

    /// A field that is answered, but by no grant that subscribes where that is asked, or only by such as are past their
    /// middle and end before what is asked.
    fn renews(&self, request: &Request, field: Field) -> bool {
        let shown = request.shown.into_iter();
        let covering = self.usable(request.company).into_iter().chain(shown).filter(|n| {
            let grant = &self.grants[*n];
            grant.fields.contains(field) && ancestry(request.purpose).iter().any(|broader| broader == grant.purpose)
        });
        let until = self.now + u64::from(request.days) * DAY;
        let serves = |n: &usize| {
            let grant = &self.grants[*n];
            let subscribes = request.access != Access::Subscribe || grant.access == Access::Subscribe;
            let fresh = self.now < grant.from / 2 + grant.expires / 2 || grant.expires >= until;
            grant.delegations >= request.delegations && subscribes && fresh
        };
        let mut covering = covering.map(|n| (n, self.over(n, true)));
        request.company != 2
            && matches!(request.access, Access::Read | Access::Subscribe)
            && !self.companies[request.company].as_ref().is_some_and(|company| company.withdrawn.contains(field))
            && self.default(field, request.purpose, request.delegations > 0) == Default::Allow
            && covering.all(|(n, over)| match over {
                None => !serves(&n),
                Some(refusal) => refusal != Refusal::RateLimited,
            })
    }

    /// The three presets in words, for the fields and purposes used here.
    fn default(&self, field: Field, purpose: &str, handed_on: bool) -> Default {
        let service = purpose == "DeliveryOfGoods" || purpose == "RequestedServiceProvision";
        match (field, self.preset) {
            ("payment.iban", _) if purpose == "PaymentManagement" => Default::Ask,
            ("payment.iban", _) => Default::Refuse,
            ("name.full" | "address.street", 1 | 2) if handed_on && purpose == "DeliveryOfGoods" => Default::Allow,
            ("name.full" | "address.street" | "email", 1 | 2) if !handed_on && service => Default::Allow,
            ("name.full" | "email", 2) if !handed_on && purpose == "CustomerCare" => Default::Allow,
            _ => Default::Ask,
        }
    }

    /// A grant that answers a request begins with the answer.
    fn issue(&mut self, request: &Request, fields: BTreeSet<Field>) -> usize {
        self.issue_from(self.now, request, fields)
    }

    /// One by the person's word begins with the hour.
    fn issue_by_word(&mut self, request: &Request, fields: BTreeSet<Field>) -> usize {
        self.issue_from(self.now - self.now % HOUR, request, fields)
    }

    fn issue_from(&mut self, from: u64, request: &Request, fields: BTreeSet<Field>) -> usize {
        let unnamed = ObjectId::of(&self.grants.len().to_be_bytes());
        let grant = Grant {
            id: self.next.take().unwrap_or(unnamed),
            holder: request.company,
            above: None,
            fields,
            purpose: request.purpose,
            access: request.access,
            from,
            expires: from + u64::from(request.days) * DAY,
            uses: None,
            per_hour: PER_HOUR,
            delegations: request.delegations,
            used: 0,
            used_in_hour: 0,
            hour: 0,
            ended: false,
        };
        self.grants.push(grant);
        self.grants.len() - 1
    }

    /// Every link above an answer counts the use once.
    fn count(&mut self, answers: &Answers) {
        let mut links = BTreeSet::new();
        for said in answers.values() {
            if let Said::Value(n) = said {
                links.extend(self.grants[*n].above.into_iter().chain([*n]));
            }
        }
        for n in links {
            let (now, grant) = (self.now, &mut self.grants[n]);
            if now >= grant.hour + HOUR {
                (grant.hour, grant.used_in_hour) = (now, 0);
            }
            grant.used += 1;
            grant.used_in_hour += 1;
        }
    }

    /// What may leave leaves where the person holds it, and the node remembers who has it.
    fn told(&mut self, company: usize, answers: Answers) -> Answers {
        let present = self.present.clone();
        let left = |(field, said)| match said {
            Said::Value(_) if !present.contains(field) => (field, Said::Absent),
            said => (field, said),
        };
        let answers: Answers = answers.into_iter().map(left).collect();
        for (field, said) in &answers {
            if let Said::Value(n) = said {
                self.company(company).knows.insert(field, *n);
            }
        }
        answers
    }

    /// Yes to these of the fields that wait, and no to the others.
    pub fn allow(&mut self, company: usize, number: usize, only: &BTreeSet<Field>) {
        let all = self.company(company).waiting.remove(&number).expect("waits");
        let (fields, others): (BTreeSet<Field>, Vec<Field>) =
            (all.intersection(only).copied().collect(), all.difference(only).copied().collect());
        let request = self.requests[number].clone();
        let grant = self.issue_by_word(&request, fields.clone());
        self.company(company).withdrawn.retain(|field| !fields.contains(field));
        let mut answers: Answers = fields.into_iter().map(|field| (field, Said::Value(grant))).collect();
        answers.extend(others.into_iter().map(|field| (field, Said::Refused(Refusal::Declined))));
        self.count(&answers);
        let answers = self.told(company, answers);
        self.company(company).outbox.push(Pending::Told { request: Some(number), answers, issued: Some(grant) });
    }

    pub fn refuse(&mut self, company: usize, number: usize) {
        let fields = self.company(company).waiting.remove(&number).expect("waits");
        let answers = fields.into_iter().map(|field| (field, Said::Refused(Refusal::Declined))).collect();
        self.company(company).outbox.push(Pending::Told { request: Some(number), answers, issued: None });
    }

    /// The person grants by themselves. False where that can't be.
    pub fn grant(&mut self, request: &Request) -> bool {
        if self.companies[request.company].is_none() || request.purpose == "DirectMarketing" {
            return false;
        }
        // What a person gives unasked is not for handing on.
        let plain = Request { delegations: 0, ..request.clone() };
        let grant = self.issue_by_word(&plain, request.fields.clone());
        self.company(request.company).withdrawn.retain(|field| !request.fields.contains(field));
        let pending = if request.access == Access::Subscribe {
            let answers = self.subscribed(request.company, &request.fields);
            let answers = self.told(request.company, answers);
            Pending::Told { request: None, answers, issued: Some(grant) }
        } else {
            Pending::Grant(grant)
        };
        self.company(request.company).outbox.push(pending);
        true
    }

    /// What of these fields a company is told of by itself; the hourly bound is about its requests only.
    fn subscribed(&self, company: usize, fields: &BTreeSet<Field>) -> Answers {
        let usable = self.usable(company);
        let telling = |field: &Field| {
            let tells = |n: &&usize| {
                let grant = &self.grants[**n];
                grant.access == Access::Subscribe && grant.fields.contains(field) && self.over(**n, false).is_none()
            };
            let last = usable.iter().filter(tells).min_by_key(|n| self.rank(**n));
            last.map(|n| (*field, Said::Value(*n)))
        };
        fields.iter().filter_map(telling).collect()
    }

    pub fn change(&mut self, fields: &BTreeSet<Field>, present: bool) {
        for field in fields {
            if present {
                self.present.insert(field)
            } else {
                self.present.remove(field)
            };
        }
        for company in self.order {
            if self.companies[company].is_none() {
                continue;
            }
            let answers = self.subscribed(company, fields);
            if answers.is_empty() {
                continue;
            }
            let answers = self.told(company, answers);
            // An older change that is told anew does not wait any longer.
            self.company(company).outbox.retain(|pending| match pending {
                Pending::Told { request: None, issued: None, answers: old } => {
                    !old.keys().all(|field| answers.contains_key(field))
                }
                _ => true,
            });
            self.company(company).outbox.push(Pending::Told { request: None, answers, issued: None });
        }
    }

    /// False where there is nothing to end.
    pub fn revoke(&mut self, grant: usize) -> bool {
        if self.grants[grant].ended || (self.grants[grant].above.is_some() && !self.learnt(grant)) {
            return false;
        }
        self.end(grant);
        if self.grants[grant].above.is_none() {
            let (holder, fields) = (self.grants[grant].holder, self.grants[grant].fields.clone());
            self.company(holder).withdrawn.extend(fields);
        }
        true
    }

    pub fn revoke_all(&mut self, company: usize, erase: bool) {
        let Some(known) = &self.companies[company] else { return };
        let held: BTreeSet<usize> = known.knows.values().copied().collect();
        let usable = self.usable(company).into_iter();
        let ending: Vec<usize> = usable.filter(|n| !self.grants[*n].ended || (erase && held.contains(n))).collect();
        let open = ending.iter().filter(|n| !self.grants[**n].ended && self.grants[**n].above.is_none());
        let fields: Vec<Field> = open.flat_map(|n| self.grants[*n].fields.clone()).collect();
        ending.into_iter().for_each(|n| self.end(n));
        self.company(company).withdrawn.extend(fields);
    }

    /// After a restore every grant is at an end; defaults may give anew.
    pub fn restored(&mut self) {
        for company in self.order {
            for n in self.usable(company) {
                if self.grants[n].above.is_none() && !self.grants[n].ended {
                    self.end(n);
                }
            }
        }
    }

    /// What relies on it and was not delivered stays; what was delegated below it ends with it.
    fn end(&mut self, grant: usize) {
        self.grants[grant].ended = true;
        let holder = self.grants[grant].holder;
        self.company(holder).outbox.retain(|pending| !relies(pending, grant));
        self.company(holder).outbox.push(Pending::Revocation(grant));
        let mut below: Vec<usize> = (0..self.grants.len())
            .filter(|n| self.grants[*n].above == Some(grant) && self.learnt(*n) && !self.grants[*n].ended)
            .collect();
        below.sort_by_key(|n| self.grants[*n].id);
        below.into_iter().for_each(|n| self.end(n));
    }

    /// Company 0 hands part of a grant to its processor, with what the node says to that. None where that can't be.
    pub fn delegate(
        &mut self,
        above: usize,
        fields: &BTreeSet<Field>,
        uses: u32,
        per_hour: u32,
    ) -> Option<(usize, Result<(), Refusal>)> {
        let root = &self.grants[above];
        let fields: BTreeSet<Field> = root.fields.intersection(fields).copied().collect();
        if root.holder != 0 || root.above.is_some() || root.delegations == 0 || fields.is_empty() {
            return None;
        }
        let id = ObjectId::of(&self.grants.len().to_be_bytes());
        let (uses, delegations) = (Some(uses), root.delegations - 1);
        let fresh = Grant { used: 0, used_in_hour: 0, hour: 0, ended: false, ..root.clone() };
        self.grants.push(Grant { id, holder: 2, above: Some(above), fields, uses, per_hour, delegations, ..fresh });
        let delegation = self.grants.len() - 1;
        Some((delegation, self.told_of(delegation)))
    }

    /// A company says that it erased what it had under a grant.
    pub fn erased(&mut self, company: usize, grant: usize) -> Result<(), Refusal> {
        let usable = self.usable(company);
        let known = self.companies[company].as_mut().ok_or(Refusal::NotPaired)?;
        if !usable.contains(&grant) {
            return Err(Refusal::WrongAudience);
        }
        known.knows.retain(|_, under| *under != grant);
        Ok(())
    }

    /// A company connects and takes what waits for it, but for what has expired meanwhile.
    pub fn deliver(&mut self, company: usize) -> Vec<Pending> {
        let over: Vec<usize> =
            self.usable(company).into_iter().filter(|n| self.now >= self.grants[*n].expires).collect();
        let Some(known) = &mut self.companies[company] else { return Vec::new() };
        let waits = std::mem::take(&mut known.outbox);
        waits.into_iter().filter(|pending| !over.iter().any(|n| relies(pending, *n))).collect()
    }
}

fn relies(pending: &Pending, grant: usize) -> bool {
    match pending {
        Pending::Told { answers, issued, .. } => {
            *issued == Some(grant) || answers.values().any(|said| *said == Said::Value(grant))
        }
        Pending::Grant(n) | Pending::Mandate(n) => *n == grant,
        Pending::Revocation(_) => false,
    }
}
