//! The company's duties: the register of article 30 of the GDPR, from what is really asked and held, and what is due when. In: calls.
//! Out: one record of processing for each purpose; figures of what is open, soon due and overdue.
//!
//! Both are counted over everybody in small turns, so that other work waits only shortly.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State};
use regie_protocol::{FieldPath, ObjectId, PublicKey, calendar::Date, supplier::Customer};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Api,
    call::Bearer,
    dossier::{Controller, controller},
    limits,
    problem::Problem,
};
use crate::{
    clock,
    command::Failure,
    supplier::{Companion, World, approvals::Standing, lists::List},
};

/// Most reasons of a purpose, and most recipients, that are told.
const TOLD: usize = 64;
/// How many days before its last day a right is said to be due soon.
const SOON_DAYS: i32 = 7;

/// The register of processing (GDPR, article 30 (1)), as far as this companion knows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Register {
    /// The company.
    pub controller: Controller,
    /// When it was counted.
    #[schema(format = DateTime)]
    pub at: String,
    /// Over how many persons.
    pub persons: u64,
    /// What is done, a purpose each.
    pub activities: Vec<Activity>,
}

/// What is done for one purpose.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Activity {
    /// The purpose (DPV).
    #[schema(example = "DeliveryOfGoods")]
    pub purpose: String,
    /// On which ground: here always the person's consent, by a grant.
    #[schema(example = "dpv:Consent")]
    pub legal_basis: &'static str,
    /// Persons who were asked for it.
    pub asked: u64,
    /// Persons who allow it now.
    pub allowed: u64,
    /// Why, as persons read it; at most 64 different ones.
    pub reasons: BTreeSet<String>,
    /// The fields, by their paths.
    pub fields: BTreeMap<String, Category>,
    /// The most days that a value may be kept.
    pub longest_retention_days: u32,
    /// The keys of companies to whom something is handed on (did:key); at most 64.
    pub recipients: BTreeSet<String>,
}

/// A field within a purpose.
#[derive(Debug, Serialize, ToSchema)]
pub struct Category {
    /// Its category (DPV).
    #[schema(example = "pd:PostalCode")]
    pub category: &'static str,
    /// Is it of a special category, or otherwise sensitive?
    pub sensitive: bool,
    /// Persons who were asked for it.
    pub asked: u64,
    /// Persons of whom it is held.
    pub held: u64,
}

/// What is due.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Duties {
    /// When it was counted.
    #[schema(format = DateTime)]
    pub at: String,
    /// Rights that wait for an answer.
    pub rights_open: u64,
    /// Of them, those of which the last day is within a week.
    pub rights_due_soon: u64,
    /// Of them, those of which the last day has passed.
    pub rights_overdue: u64,
    /// The first last day of those that are open.
    #[schema(format = Date)]
    pub first_due: Option<String>,
    /// Notices and withdrawals that wait for an answer.
    pub contracts_open: u64,
    /// Answers that the person's node has not taken yet.
    pub answers_on_their_way: u64,
    /// By how many minutes the end of retention is behind the clock; more than a few say that values are overdue.
    pub retention_behind_minutes: u64,
    /// What waits for a second one's word.
    pub approvals_pending: u64,
}

/// The register of article 30, from what is asked and held now. What the companion can't know is for you to add: your data protection
/// officer, transfers to other countries, how you protect other systems.
#[utoipa::path(get, path = "/v1/register", operation_id = "get_register", tag = "duties",
    responses((status = 200, description = "The register, a purpose each.", body = Register)))]
pub(super) async fn register(State(api): State<Api>, bearer: Bearer) -> Result<Json<Register>, Problem> {
    let (mut count, mut after) = (Count::default(), Some(0));
    while let Some(from) = after {
        let page = api.read(bearer, move |companion, caller| {
            let (entries, next) = page_of(companion, List::Relationships, caller.world, from)?;
            for person in entries.iter().filter_map(|(person, _)| *person) {
                companion.load_requests(&person)?;
                count.add(companion.relationship(caller.world, &person)?);
            }
            companion.forget_persons();
            Ok((count, next))
        });
        (count, after) = page.await?;
    }
    let said = api.read(bearer, |companion, _| Ok((controller(companion), clock::text(companion.now()))));
    let (controller, at) = said.await?;
    let Count { persons, activities } = count;
    Ok(Json(Register { controller, at, persons, activities: activities.into_values().collect() }))
}

/// What is due, and what is overdue: rights of persons, retention, second words.
#[utoipa::path(get, path = "/v1/duties", operation_id = "get_duties", tag = "duties",
    responses((status = 200, description = "What is due.", body = Duties)))]
pub(super) async fn duties(State(api): State<Api>, bearer: Bearer) -> Result<Json<Duties>, Problem> {
    let (mut due, mut after) = (Due::default(), Some(0));
    while let Some(from) = after {
        let page = api.read(bearer, move |companion, caller| {
            let (entries, next) = page_of(companion, List::Acts, caller.world, from)?;
            let today = clock::day(companion.now());
            for (person, thing) in entries {
                let (Some(person), Ok(id)) = (person, thing.try_into()) else { continue };
                companion.relationship(caller.world, &person)?;
                due.add(companion, &person, &ObjectId::from_digest(id), today)?;
                companion.forget_persons();
            }
            Ok((due, next))
        });
        (due, after) = page.await?;
    }
    let said = api.read(bearer, move |companion, caller| {
        let now = companion.now();
        let approvals = companion.newest_approvals(caller.world)?;
        let pending = approvals.iter().filter(|(_, one)| one.standing(now) == Standing::Pending).count();
        let Due { figures, first } = due;
        Ok(Duties {
            at: clock::text(now),
            first_due: first.map(|day| day.to_string()),
            retention_behind_minutes: companion.retention_behind(now)?,
            approvals_pending: pending as u64,
            ..figures
        })
    });
    Ok(Json(said.await?))
}

type Things = Vec<(Option<PublicKey>, Vec<u8>)>;

/// A page of a list, and after which number to go on.
fn page_of(companion: &Companion, list: List, world: World, after: u64) -> Result<(Things, Option<u64>), Failure> {
    let entries = companion.page(list, world, None, after, limits::PAGE_MOST)?;
    let next = entries.last().filter(|_| entries.len() == limits::PAGE_MOST).map(|entry| entry.number);
    Ok((entries.into_iter().map(|entry| (entry.person, entry.thing)).collect(), next))
}

/// What was counted so far.
#[derive(Default)]
struct Count {
    persons: u64,
    activities: BTreeMap<String, Activity>,
}

impl Count {
    fn add(&mut self, customer: &Customer) {
        self.persons += 1;
        let (mut asked, mut allowed) = (BTreeSet::new(), BTreeSet::new());
        let mut asked_fields: BTreeSet<(String, FieldPath)> = BTreeSet::new();
        for asking in customer.askings() {
            let (request, purpose) = (&asking.request, asking.request.purpose.to_string());
            let activity = self.activity(&purpose);
            if activity.reasons.len() < TOLD {
                activity.reasons.insert(request.reason.clone());
            }
            activity.longest_retention_days = activity.longest_retention_days.max(request.retention.0);
            let known = request.fields.iter().filter_map(regie_protocol::AskedPath::known);
            asked_fields.extend(known.map(|field| (purpose.clone(), field)));
            asked.insert(purpose);
        }
        for grant in customer.grants() {
            allowed.extend(grant.scope.purposes.iter().map(ToString::to_string));
        }
        for handed in customer.delegated().values() {
            for purpose in &handed.scope.purposes {
                let activity = self.activity(&purpose.to_string());
                if activity.recipients.len() < TOLD {
                    activity.recipients.insert(handed.notice.processor.supplier.to_string());
                }
            }
        }
        self.hold(customer);
        for (purpose, field) in asked_fields {
            self.activity(&purpose).field(field).asked += 1;
        }
        asked.iter().for_each(|purpose| self.activity(purpose).asked += 1);
        allowed.iter().for_each(|purpose| self.activity(purpose).allowed += 1);
    }

    /// Counts what is held, for each purpose of the grant that it is held under.
    fn hold(&mut self, customer: &Customer) {
        for (field, held) in customer.held() {
            let Some(scope) = customer.scope_of(&held.grant) else { continue };
            let purposes: Vec<String> = scope.purposes.iter().map(ToString::to_string).collect();
            for purpose in purposes {
                self.activity(&purpose).field(*field).held += 1;
            }
        }
    }

    fn activity(&mut self, purpose: &str) -> &mut Activity {
        self.activities.entry(purpose.to_owned()).or_insert_with(|| Activity {
            purpose: purpose.to_owned(),
            legal_basis: "dpv:Consent",
            ..Activity::default()
        })
    }
}

impl Activity {
    fn field(&mut self, field: FieldPath) -> &mut Category {
        let info = field.info();
        self.fields.entry(field.to_string()).or_insert(Category {
            category: info.category,
            sensitive: info.sensitive,
            asked: 0,
            held: 0,
        })
    }
}

/// What was counted of acts so far.
#[derive(Default)]
struct Due {
    figures: Duties,
    first: Option<Date>,
}

impl Due {
    fn add(
        &mut self,
        companion: &mut Companion,
        person: &PublicKey,
        id: &ObjectId,
        today: Date,
    ) -> Result<(), Failure> {
        let (acted, act) = companion.act(person, id)?;
        let figures = &mut self.figures;
        figures.answers_on_their_way += act.answers.iter().filter(|answer| answer.state == "queued").count() as u64;
        if !acted.awaits_answer() {
            return Ok(());
        }
        let Some(last) = act.answer_by else {
            figures.contracts_open += 1;
            return Ok(());
        };
        figures.rights_open += 1;
        if last < today {
            figures.rights_overdue += 1;
        } else if last <= today.plus_days(SOON_DAYS) {
            figures.rights_due_soon += 1;
        }
        self.first = Some(self.first.map_or(last, |first| first.min(last)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_keeps_its_counts_and_says_its_category() {
        let mut activity = Activity::default();
        let field: FieldPath = "address.postalCode".parse().expect("a field");
        activity.field(field).asked += 2;
        activity.field(field).held += 1;
        let counted = &activity.fields["address.postalCode"];
        assert_eq!((counted.asked, counted.held, counted.category), (2, 1, field.info().category));
    }
}
