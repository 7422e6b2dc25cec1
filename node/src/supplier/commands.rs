//! The company's commands. In: a `Command`. Out: JSON, or a `Failure`.

use regie_protocol::{
    identity::{PublicKey, four_words},
    supplier::{Ask, Effect},
    time::Days,
};
use serde_json::{Value, json};

use super::{Companion, records};
use crate::{
    clock,
    command::{self, Command, Failure, parse},
    driver::Turn,
};

impl Companion {
    pub(super) fn command(&mut self, command: Command, turn: &mut Turn) -> Result<Value, Failure> {
        match command {
            Command::Status => Ok(self.status()),
            Command::People => Ok(self.people()),
            Command::Invite { public, days } => self.invite(public, days, turn),
            Command::Ask { person, fields, purpose, reason, access, days, retention } => {
                let ask = Ask {
                    person: self.find_person(&person)?,
                    fields: fields.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
                    purpose: parse(&purpose)?,
                    reason,
                    access: command::access(&access)?,
                    duration: Days(days),
                    retention: Days(retention),
                };
                let now = self.clock.now();
                let (id, effects) = self.machine.ask(ask, now, &mut clock::entropy())?;
                self.run(effects, None, turn);
                Ok(json!({ "request": id }))
            }
            Command::Backup => Ok(json!({ "rows": crate::backup::rows(&self.store)? })),
            _ => Err(Failure::usage("this home is a supplier's; that command is for a person's node (`regie init`)")),
        }
    }

    fn status(&self) -> Value {
        let addresses: Vec<String> = self.endpoint.addresses().iter().map(ToString::to_string).collect();
        json!({
            "role": "supplier",
            "key": self.machine.key().public(),
            "name": self.machine.profile().map(|profile| profile.name.clone()),
            "listening": addresses,
            "people": self.machine.customers().count(),
            "connected": self.connected.len(),
        })
    }

    fn people(&self) -> Value {
        let people = self.machine.customers().map(|(person, customer)| {
            let held = customer.held().iter().map(|(field, held)| {
                let value = records::held(&self.store, person, &field.to_string());
                json!({
                    "field": field,
                    "value": value.as_ref().map(|observed| observed.value.clone()),
                    "provenance": value.map(|observed| observed.provenance.to_string()),
                    "grant": held.grant,
                    "keep_until": clock::text(held.until),
                })
            });
            let requests = customer.askings().map(|asking| {
                json!({
                    "request": asking.request.id,
                    "purpose": asking.request.purpose,
                    "answered": asking.answered,
                    "given": asking.given,
                    "waiting": asking.waiting,
                    "refused": asking.refused,
                    "rejected": asking.rejected,
                })
            });
            json!({
                "person": person,
                "connected": self.connected.contains(person),
                "agreement": customer.agreement(),
                "grants": customer.grants().map(|grant| json!({ "grant": grant.id(), "nonce": grant.nonce })).collect::<Vec<_>>(),
                "held": held.collect::<Vec<_>>(),
                "requests": requests.collect::<Vec<_>>(),
                "witnessed": { "size": customer.head().size(), "root": customer.head().root(), "gaps": customer.gaps() },
            })
        });
        Value::Array(people.collect())
    }

    fn invite(&mut self, public: bool, days: u32, turn: &mut Turn) -> Result<Value, Failure> {
        if days == 0 || days > 366 {
            return Err(Failure::usage("an invitation lives 1 to 366 days"));
        }
        let expires = self.clock.now().plus_days(Days(days));
        let (invitation, effects) = self.machine.invite((!public).then_some(1), expires, &mut clock::entropy());
        debug_assert!(effects.iter().all(|effect| matches!(effect, Effect::Persist(_))));
        self.run(effects, None, turn);
        let words = four_words(&invitation.supplier, &invitation.id);
        Ok(json!({ "link": invitation.to_string(), "words": words.join(" "), "expires": clock::text(expires) }))
    }

    /// A person by key, or the only one there is by `-`.
    fn find_person(&self, text: &str) -> Result<PublicKey, Failure> {
        let mut people = self.machine.customers().map(|(person, _)| *person);
        match (text, people.next(), people.next()) {
            ("-", Some(only), None) => Ok(only),
            ("-", ..) => {
                Err(Failure::usage("there is not exactly one person; give the key that `regie supplier people` shows"))
            }
            _ => parse(text),
        }
    }
}
