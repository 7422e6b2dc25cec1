//! Two machines whose clocks differ: what is refused for its time is kept and sent again, and what a company can't take
//! back waits until its time has come for sure.

use regie_protocol::{
    Access, DAY_MS, Days, Nonce, Now, Purpose, Refusal, Timestamp, limits,
    message::{PersonReply, Skewed, ToPerson, ToSupplier},
    person,
    supplier::{Invite, Parcel, Record},
};

use crate::{
    NOW, World,
    memory::{CompanyMemory, done},
};

const MINUTE_MS: u64 = 60_000;

impl World {
    /// What the companion sends now.
    fn sends(&mut self, now: Timestamp) -> Vec<(Parcel, ToPerson)> {
        let person = self.person_key();
        self.supplier.to_send(&person, now).expect("signed")
    }

    fn refused_for_its_time(&mut self, parcel: &Parcel, theirs: Timestamp, now: Timestamp) -> CompanyMemory {
        let person = self.person_key();
        let (_, effects) = self.supplier.replied(&person, parcel, PersonReply::Skewed(Skewed { at: theirs }), now);
        CompanyMemory::of(effects)
    }
}

#[test]
fn what_is_refused_for_its_time_is_not_final_and_goes_out_again_after_a_pause_that_grows() {
    let mut world = World::new("balanced");
    let person = world.person_key();
    let (_, parcel) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    let (first, longest) = limits::SKEWED_PAUSE_MS;
    let (mut now, mut pause) = (NOW, first);
    for _ in 0..8 {
        let theirs = now.plus_ms(7 * MINUTE_MS);
        let said = world.refused_for_its_time(&parcel, theirs, now);
        assert_eq!(said, CompanyMemory { heard: vec![(person, theirs)], ..CompanyMemory::default() });
        assert!(world.sends(now.plus_ms(pause - 1)).is_empty(), "after {pause} ms");
        now = now.plus_ms(pause);
        assert_eq!(world.supplier.due(now).copied().collect::<Vec<_>>(), [person]);
        assert_eq!(world.sends(now).len(), 1);
        pause = (pause * 2).min(longest);
    }
    let asking = world.supplier.customer(&person).expect("paired").askings().next().expect("asked").clone();
    assert!(asking.awaits_answer() && asking.rejected.is_none());
    let skew = world.supplier.skew(&person).copied().expect("known");
    assert_eq!(skew.theirs.expect("told").distance_ms(skew.ours), 7 * MINUTE_MS, "both times are kept");
}

#[test]
fn a_refusal_that_names_no_time_passes_too() {
    let mut world = World::new("balanced");
    let person = world.person_key();
    let (_, parcel) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    let (back, effects) = world.supplier.replied(&person, &parcel, PersonReply::Refused(Refusal::ClockSkew), NOW);
    assert!(back.is_none() && CompanyMemory::of(effects).is_empty());
    assert_eq!(world.sends(NOW.plus_ms(limits::SKEWED_PAUSE_MS.0)).len(), 1);
}

/// Any pause ends where a clock was set, either way, and where the person is heard to mean the same present.
#[test]
fn a_clock_that_was_set_or_a_word_that_agrees_ends_the_pause() {
    for set in [NOW.plus_ms(40 * DAY_MS), Timestamp(NOW.0 - 40 * DAY_MS)] {
        let mut world = World::new("balanced");
        let (_, parcel) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
        world.refused_for_its_time(&parcel, set, NOW);
        assert_eq!(world.sends(set).len(), 1);
    }
    let mut world = World::new("balanced");
    let (message, parcel) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    let PersonReply::Answer(disclosure) = world.give(message, NOW) else { panic!("no answer") };
    world.refused_for_its_time(&parcel, NOW.plus_ms(7 * MINUTE_MS), NOW);
    let person = world.person_key();
    let said = CompanyMemory::of(world.supplier.message(&person, ToSupplier::Disclose(disclosure), NOW));
    assert_eq!(said.deliver, [person]);
    assert!(world.supplier.skew(&person).is_none());
}

#[test]
fn clocks_that_differ_stand_in_the_log_once() {
    let mut world = World::new("balanced");
    let entries = |world: &World| {
        let rejected = |record: &&person::Record| matches!(record, person::Record::Entry { .. });
        world.host.records.iter().filter(rejected).count()
    };
    let late = NOW.plus_ms(3_600_000);
    let mut sizes = Vec::new();
    for _ in 0..5 {
        let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
        assert_eq!(world.give(message, late).refusal(), Some(Refusal::ClockSkew));
        sizes.push(entries(&world));
    }
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
}

#[test]
fn a_company_erases_nothing_by_a_clock_that_is_held_back() {
    let mut world = World::new("balanced");
    world.asks_for_the_name(Access::Read, NOW);
    let due = NOW.plus_days(Days(40));
    assert!(CompanyMemory::of(world.supplier.tick(Now { wall: due, floor: NOW })).is_empty());
    assert_eq!(world.held(), ["name.full"]);
    CompanyMemory::of(world.supplier.tick(Now { wall: NOW, floor: due }));
    assert!(world.held().is_empty(), "what has come for sure has come, whatever the clock shows now");
}

#[test]
fn an_invitation_that_had_ended_does_not_come_back_with_the_floor() {
    let mut world = World::new("balanced");
    let mut entropy = world.entropy();
    let lasting = |days| Invite { uses: None, expires: NOW.plus_days(Days(days)), made: NOW, test: false };
    let ended = done(world.supplier.invite(lasting(2), &mut entropy));
    let other = done(world.supplier.invite(lasting(30), &mut entropy));
    let said = CompanyMemory::of(world.supplier.end_expired(Now { wall: NOW, floor: NOW.plus_days(Days(10)) }));
    let used_up = |id: Nonce| {
        said.records
            .iter()
            .any(|r| matches!(r, Record::Invite { id: own, invite } if *own == id && invite.uses == Some(0)))
    };
    assert!(used_up(ended.id) && !used_up(other.id), "{said:?}");
}
