//! Documents that come in pieces: whole or not at all, through cuts and restarts, and no further than a grant, a hash and the
//! bounds let them.

use std::collections::BTreeMap;

use regie_protocol::{
    Collection, Content, Days, Document, Item, LargeDocument, Nonce, Refusal, Timestamp, Verified, limits,
    message::{PersonReply, Piece, ToPerson, Wanted},
    person::{Input, ItemState, Kept, Opening, Record},
    supplier::{Parcel, Told},
};

use crate::{NOW, World, memory::done};

/// A document of so many pieces, of which the last one is short.
fn body(pieces: usize, seed: u8) -> Vec<u8> {
    let bytes = (pieces - 1) * limits::PIECE_BYTES + 1_000;
    (0..bytes).map(|at| (at / 251) as u8 ^ (at as u8) ^ seed).collect()
}

fn content(body: &[u8]) -> Content {
    let document = Document { title: "Policy".into(), media_type: "application/pdf".into(), body: body.to_vec() };
    document.into_content().expect("within the bound")
}

/// A person and a company with large documents to send; what the company's host holds of them.
struct Post {
    world: World,
    bodies: BTreeMap<Nonce, Vec<u8>>,
    said: Vec<(Parcel, PersonReply)>,
}

impl Post {
    fn new() -> Self {
        let mut world = World::new("balanced");
        let supplier = world.supplier_key();
        let opening =
            Opening { supplier, collection: Collection::Bills, duration: Days(30), per_hour: 100, items: 100 };
        world.person.handle(Input::Open(&opening), NOW, &mut world.host).expect("opened");
        world.deliver(NOW);
        Self { world, bodies: BTreeMap::new(), said: Vec::new() }
    }

    fn put(&mut self, body: Vec<u8>) -> Nonce {
        let (person, mut entropy) = (self.world.person_key(), self.world.entropy());
        let put = self.world.supplier.put(person, Collection::Bills, content(&body), NOW, &mut entropy);
        let id = done(put.expect("queued"));
        self.bodies.insert(id, body);
        id
    }

    fn due(&mut self, now: Timestamp) -> Vec<(Parcel, ToPerson)> {
        let (person, bodies) = (self.world.person_key(), &self.bodies);
        let mut piece = |id: &Nonce, number: u32| {
            let piece = LargeDocument::pieces_of(bodies.get(id)?).nth(number as usize)?;
            Some(piece.to_vec())
        };
        self.world.supplier.to_send_with(&person, now, &mut piece).expect("signed")
    }

    /// Sends what is due, and takes back what is said; answers whether anything was.
    fn turn(&mut self, now: Timestamp) -> bool {
        let due = self.due(now);
        let any = !due.is_empty();
        for (parcel, message) in due {
            let answer = self.world.give(message, now);
            self.answered(parcel, answer, now);
        }
        any
    }

    fn answered(&mut self, parcel: Parcel, answer: PersonReply, now: Timestamp) {
        let person = self.world.person_key();
        done(self.world.supplier.replied(&person, &parcel, answer.clone(), now));
        self.said.push((parcel, answer));
    }

    fn told(&self, id: &Nonce) -> Told {
        self.world.supplier.customers().next().expect("one").1.sending()[id].told
    }

    /// The document as the person's host holds it: its item, and the pieces in their order.
    fn kept(&self, id: &Nonce) -> Option<Vec<u8>> {
        let records = || self.world.host.records.iter();
        records().find(|record| matches!(record, Record::Content { id: of, .. } if of == id))?;
        let pieces = records().filter_map(|record| match record {
            Record::Piece { id: of, number, bytes, .. } if of == id => Some((*number, bytes.clone())),
            _ => None,
        });
        Some(pieces.collect::<BTreeMap<_, _>>().into_values().flatten().collect())
    }

    fn pieces_stored(&self) -> usize {
        self.world.host.records.iter().filter(|record| matches!(record, Record::Piece { .. })).count()
    }

    fn restart_person(&mut self) {
        self.world.person = self.world.rebuilt(self.world.host.records.len());
        let person = self.world.person_key();
        self.world.supplier.connection_lost(&person);
    }
}

#[test]
fn ten_megabytes_come_piece_by_piece_and_are_there_when_they_are_whole() {
    let mut post = Post::new();
    let body = vec![7; limits::LARGE_DOCUMENT_BYTES];
    let id = post.put(body.clone());
    let key = post.world.supplier_key();
    while post.told(&id) == Told::NotYet {
        assert!(post.world.person.item(&key, &id).is_none(), "not before the last piece");
        assert!(post.turn(NOW));
    }
    assert_eq!(post.told(&id), Told::Yes);
    assert_eq!(post.kept(&id), Some(body));
    assert_eq!(post.said.len(), 161, "the item and 160 pieces, each once");
    let kept = post.world.person.item(&key, &id).expect("kept");
    assert_eq!((kept.collection, kept.state), (Collection::Bills, ItemState::Here));
    // Nothing of it waits any more, on either side.
    assert!(!post.turn(NOW));
    assert_eq!(post.world.person.relationship(&key).expect("one").coming().count(), 0);
    // One byte more is no document.
    let large =
        Document { title: "x".into(), media_type: "a/b".into(), body: vec![0; limits::LARGE_DOCUMENT_BYTES + 1] };
    assert!(large.into_content().is_err());
}

#[test]
fn through_cut_lines_and_restarts_no_piece_comes_twice_and_none_is_lost() {
    let mut post = Post::new();
    let body = body(9, 1);
    let id = post.put(body.clone());
    let mut turns = 0;
    while post.told(&id) == Told::NotYet {
        turns += 1;
        assert!(turns < 100, "it comes to an end");
        post.turn(NOW);
        if turns % 3 == 0 {
            post.restart_person();
        }
    }
    assert_eq!((post.kept(&id), post.pieces_stored()), (Some(body), 9));
    // The reply to the last piece is lost: said again it is noted, and enters nothing.
    let entries = post.world.host.records.len();
    let last = Piece { item: id, number: 8, bytes: vec![0; 1_000] };
    assert_eq!(post.world.give(ToPerson::Piece(last), NOW), PersonReply::Noted);
    assert_eq!(post.world.host.records.len(), entries);
}

#[test]
fn what_is_not_the_piece_that_is_wanted_is_not_kept() {
    let mut post = Post::new();
    let body = body(3, 2);
    let id = post.put(body.clone());
    let pieces: Vec<Vec<u8>> = LargeDocument::pieces_of(&body).map(<[u8]>::to_vec).collect();
    let give = |post: &mut Post, item: Nonce, number: u32, bytes: Vec<u8>| {
        post.world.give(ToPerson::Piece(Piece { item, number, bytes }), NOW)
    };
    // Before the item is known there is no piece of it.
    let refused = give(&mut post, id, 0, pieces[0].clone());
    assert_eq!(refused, PersonReply::Refused(Refusal::UnknownItem));
    post.turn(NOW);
    let mut flipped = pieces[0].clone();
    flipped[100] ^= 1;
    let mut long = pieces[0].clone();
    long.push(0);
    for (bytes, why) in [
        (flipped, "another bit"),
        (pieces[0][1..].to_vec(), "short"),
        (long, "long"),
        (pieces[1].clone(), "the next one"),
    ] {
        assert_eq!(give(&mut post, id, 0, bytes), PersonReply::Refused(Refusal::Malformed), "{why}");
    }
    // What comes out of turn is told which one is wanted.
    for number in [1, 2, 3, u32::MAX] {
        let answer = give(&mut post, id, number, pieces[1].clone());
        assert_eq!(answer, PersonReply::Wanted(Wanted { piece: 0 }), "{number}");
    }
    assert_eq!(post.pieces_stored(), 0);
    assert_eq!(give(&mut post, id, 0, pieces[0].clone()), PersonReply::Wanted(Wanted { piece: 1 }));
    assert_eq!(post.pieces_stored(), 1);
}

#[test]
fn a_document_can_not_be_changed_under_way() {
    let mut post = Post::new();
    let id = post.put(body(3, 3));
    post.turn(NOW);
    // The same id, another document: as a company's own bug, or a thief of its key, would have it.
    let person = post.world.person_key();
    let grant = post.world.supplier.customers().next().expect("one").1.may_write(Collection::Bills, NOW);
    let (supplier, grant) = (post.world.supplier_key(), grant.expect("a grant"));
    let of = |body: &[u8]| Item { id, supplier, person, grant, at: NOW, content: content(body) };
    let sign = |post: &Post, item: Item| {
        let signed = Verified::sign(item, post.world.supplier.key()).expect("signed");
        ToPerson::Put(signed.signed().clone())
    };
    let (other, same) = (sign(&post, of(&body(3, 4))), sign(&post, of(&body(3, 3))));
    assert_eq!(post.world.give(other, NOW), PersonReply::Refused(Refusal::Malformed));
    assert_eq!(post.world.give(same, NOW), PersonReply::Wanted(Wanted { piece: 0 }));
}

#[test]
fn with_the_grant_ends_what_still_comes() {
    let mut post = Post::new();
    let id = post.put(body(4, 5));
    post.turn(NOW);
    post.turn(NOW);
    let key = post.world.supplier_key();
    let grant = post.world.supplier.customers().next().expect("one").1.may_write(Collection::Bills, NOW).expect("one");
    post.world.person.handle(Input::Revoke(&grant, false), NOW, &mut post.world.host).expect("revoked");
    assert_eq!(post.world.person.relationship(&key).expect("one").coming().count(), 0);
    let gone = |record: &Record| matches!(record, Record::ContentGone { id: of, .. } if *of == id);
    assert!(post.world.host.records.iter().any(gone), "what had come is erased");
    // The company hears of it by its next piece, and by the item that it says anew.
    for pauses in 0..3 {
        post.turn(NOW.plus_ms(pauses * limits::SEND_AGAIN_MS.0));
    }
    assert_eq!(post.told(&id), Told::Refused(Refusal::Revoked));
}

#[test]
fn a_grant_that_was_used_up_by_its_last_item_lets_that_one_come_whole() {
    let mut post = Post::new();
    let supplier = post.world.supplier_key();
    let opening = Opening { supplier, collection: Collection::Warranties, duration: Days(30), per_hour: 1, items: 1 };
    post.world.person.handle(Input::Open(&opening), NOW, &mut post.world.host).expect("opened");
    post.world.deliver(NOW);
    let (person, mut entropy) = (post.world.person_key(), post.world.entropy());
    let body = body(3, 6);
    let put = post.world.supplier.put(person, Collection::Warranties, content(&body), NOW, &mut entropy);
    let id = done(put.expect("queued"));
    post.bodies.insert(id, body.clone());
    while post.turn(NOW) {}
    assert_eq!((post.told(&id), post.kept(&id)), (Told::Yes, Some(body)));
}

#[test]
fn few_come_at_a_time_and_all_come() {
    let mut post = Post::new();
    let ids: Vec<Nonce> = (0..7).map(|seed| post.put(body(2, seed))).collect();
    let key = post.world.supplier_key();
    let mut most = 0;
    while post.turn(NOW) {
        most = most.max(post.world.person.relationship(&key).expect("one").coming().count());
    }
    assert!(ids.iter().all(|id| post.told(id) == Told::Yes));
    assert_eq!(most, limits::DOCUMENTS_COMING);
    let refused = |(_, reply): &(Parcel, PersonReply)| matches!(reply, PersonReply::Refused(_));
    assert!(!post.said.iter().any(refused), "our own company knows the bound, and sends no more");
}

#[test]
fn what_a_company_may_fill_of_the_persons_disk_is_bounded() {
    let mut post = Post::new();
    let key = post.world.supplier_key();
    let first = post.put(body(2, 1));
    while post.turn(NOW) {}
    // As if there were so many of the largest already.
    let kept = *post.world.person.item(&key, &first).expect("kept");
    let largest = u32::try_from(limits::LARGE_DOCUMENT_BYTES).expect("fits");
    let many = limits::ITEM_BYTES_PER_RELATIONSHIP / u64::from(largest);
    let fill = |post: &mut Post, state| {
        for number in 0..many {
            let (id, kept) = (Nonce([number as u8; 16]), Kept { bytes: largest, state, ..kept });
            post.world.person.restore(&Record::Item { supplier: key, id, kept }).expect("replays");
        }
    };
    fill(&mut post, ItemState::Here);
    let id = post.put(vec![1; limits::LARGE_DOCUMENT_BYTES]);
    post.turn(NOW);
    assert_eq!(post.told(&id), Told::Refused(Refusal::CollectionFull));
    // What the person threw away counts no more.
    fill(&mut post, ItemState::Deleted);
    let id = post.put(vec![1; limits::LARGE_DOCUMENT_BYTES]);
    while post.turn(NOW) {}
    assert_eq!(post.told(&id), Told::Yes);
}

#[test]
fn a_document_that_stopped_coming_is_forgotten() {
    let mut post = Post::new();
    let id = post.put(body(3, 8));
    post.turn(NOW);
    post.turn(NOW);
    let key = post.world.supplier_key();
    let tick = |post: &mut Post, days: u32| {
        let now = NOW.plus_days(Days(days));
        post.world.person.handle(Input::Tick, now, &mut post.world.host).expect("no owner is asked");
        post.world.person.relationship(&key).expect("one").coming().count()
    };
    assert_eq!(tick(&mut post, limits::COMING_DAYS), 1);
    assert_eq!(tick(&mut post, limits::COMING_DAYS + 1), 0);
    // The company has it still, and begins anew.
    let later = NOW.plus_days(Days(limits::COMING_DAYS + 1));
    post.restart_person();
    while post.turn(later) {}
    assert_eq!((post.told(&id), post.kept(&id)), (Told::Yes, Some(body(3, 8))));
}

#[test]
fn nobody_has_the_same_piece_sent_again_and_again() {
    let mut post = Post::new();
    let id = post.put(body(3, 9));
    post.turn(NOW);
    let mut sent = 0;
    for _ in 0..100 {
        for (parcel, message) in post.due(NOW) {
            assert!(matches!(message, ToPerson::Piece(Piece { number: 0, .. })));
            sent += 1;
            // A node that never has it.
            post.answered(parcel, PersonReply::Wanted(Wanted { piece: 0 }), NOW);
        }
    }
    assert_eq!(sent, 1, "again only after a pause");
    // One that asks for what there is not gets nothing.
    post.answered(Parcel::Item(id), PersonReply::Wanted(Wanted { piece: 3 }), NOW);
    assert!(post.due(NOW).is_empty());
}
