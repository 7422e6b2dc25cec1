//! Runs cases that a companion decides: its state is rebuilt from the case, earlier messages are taken, then the
//! case's own. In: a file and a case. Out: what came of it, and which fields it holds afterwards.

use regie_protocol::{
    Keypair, ObjectId, Supplier, Timestamp,
    message::{self, SupplierReply, ToSupplier},
    supplier::{Invite, Record},
};

use crate::{
    check::{Found, as_step, frame, key, own, sound},
    format::{Case, File, SignedHex, Step, SupplierState, unhex},
    memory::CompanyMemory,
};

pub fn message(file: &File, case: &Case, message: &str) -> Found {
    let state = &file.suppliers[&case.state];
    let mut memory = CompanyMemory { records: initial(state), ..CompanyMemory::default() };
    let mut machine = replay(state, &memory.records);
    for step in &case.before {
        for _ in 0..step.times {
            let found = take(&mut machine, &mut memory, step);
            assert_eq!(found.code, step.expect, "{}: a step before it", case.name);
        }
    }
    if case.restart {
        machine = replay(state, &memory.records);
    }
    let mut found = take(&mut machine, &mut memory, &as_step(case, message));
    if found.code == "ok" {
        found.id = Some(ObjectId::of(&own(case).body.bytes()).to_string());
    }
    let held = machine.customers().find(|(person, _)| **person == key(&case.from));
    found.held = held.map(|(_, customer)| customer.held().keys().map(ToString::to_string).collect());
    found
}

fn initial(state: &SupplierState) -> Vec<Record> {
    let mut records = vec![Record::Profile { profile: sound(&state.profile) }];
    records.extend(state.invites.iter().map(|invite| Record::Invite {
        id: invite.id.parse().expect("a nonce"),
        invite: Invite { uses: invite.uses, expires: Timestamp(invite.expires), made: Timestamp(0), test: false },
    }));
    records.extend(state.customers.iter().map(|customer| Record::Customer {
        person: key(&customer.person),
        agreement: customer.agreement.parse().expect("an agreement"),
        since: Timestamp(0),
        test: false,
    }));
    records
}

fn replay(state: &SupplierState, records: &[Record]) -> Supplier {
    let secret = unhex(&state.secret).try_into().expect("32 bytes");
    let mut machine = Supplier::new(Keypair::from_secret(&secret));
    for record in records {
        machine.restore(record).expect("a sound record");
    }
    machine
}

fn take(machine: &mut Supplier, memory: &mut CompanyMemory, step: &Step) -> Found {
    let signed = SignedHex { body: step.body.clone(), signature: step.signature.clone() };
    let message = match message::read::<ToSupplier>(&frame(&step.message, &signed)) {
        Ok(message) => message,
        Err(code) => return code.into(),
    };
    let reply = memory.keep(machine.message(&key(&step.from), message, Timestamp(step.now)));
    let reply = reply.expect("every message is answered");
    if let Some(code) = reply.refusal() {
        return code.into();
    }
    match reply {
        SupplierReply::Noted | SupplierReply::Paired(_) | SupplierReply::Acknowledged(_) | SupplierReply::Erased(_) => {
            Found { code: "ok".into(), ..Found::default() }
        }
        SupplierReply::Alternative(_) => Found { code: "alternative".into(), ..Found::default() },
        other => panic!("an unexpected reply {other:?}"),
    }
}
