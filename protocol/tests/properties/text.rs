//! Text of suppliers: nothing that can't be seen passes, wherever it stands, and what only looks otherwise is found.

use std::collections::BTreeMap;

use proptest::prelude::*;
use regie_protocol::{
    Access, Collection, Content, Correction, Days, Document, Invitation, Nonce, ObjectId, Purpose, Timestamp,
    intent::{Needs, Offer},
    lookalike::{alike, forms},
    segment::{Predicate, Segment},
    text::{disguises, plain_line, plain_lines},
};

use crate::{
    cases,
    fixtures::{profile, supplier},
};

/// Characters that show nothing, or change how others show, by ranges of Unicode's PropList.txt (Bidi_Control,
/// Other_Default_Ignorable_Code_Point, Variation_Selector) and DerivedCoreProperties.txt.
fn hidden() -> impl Strategy<Value = char> {
    let ranges = prop_oneof![
        Just(0xadu32..=0xad),
        Just(0x61c..=0x61c),
        Just(0x200b..=0x200f),
        Just(0x2028..=0x202e),
        Just(0x2060..=0x206f),
        Just(0xfe00..=0xfe0f),
        Just(0xfeff..=0xfeff),
        Just(0x3164..=0x3164),
        Just(0xe_0000..=0xe_0fff),
        Just(0..=9),
        Just(0xb..=0x1f),
    ];
    ranges.prop_flat_map(|range| range).prop_map(|code| char::from_u32(code).expect("a character"))
}

/// Letters, digits and what stands between words.
fn name() -> impl Strategy<Value = String> {
    "[A-Za-zéäçñ0-9]([A-Za-zéäçñ0-9 .&-]{0,20}[A-Za-zéäçñ0-9])?"
}

fn put(text: &str, hidden: char, place: prop::sample::Index) -> String {
    let at = place.index(text.chars().count() + 1);
    text.chars().take(at).chain([hidden]).chain(text.chars().skip(at)).collect()
}

fn document(title: &str) -> Content {
    Content::Document(Document { title: title.into(), media_type: "text/plain".into(), body: Vec::new() })
}

fn correction(reason: &str, after: &str) -> Option<Content> {
    let (field, after) = ("name.full".parse().expect("a field"), after.parse().ok()?);
    Some(Content::Correction(Correction { field, before: None, after, reason: reason.into() }))
}

fn offer(name: &str, title: &str, term: &str, address: &str) -> Offer {
    let supplier = supplier().public();
    Offer {
        id: Nonce([1; 16]),
        supplier,
        name: name.into(),
        intent: ObjectId::of(&[]),
        title: title.into(),
        price: None,
        terms: BTreeMap::from([("persons".to_owned(), term.to_owned())]),
        needs: Needs {
            fields: ["name.full".parse().expect("a field")].into(),
            purpose: Purpose::RequestedServiceProvision,
            access: Access::Read,
            duration: Days(30),
            retention: Days(30),
        },
        invitation: Invitation { supplier, id: Nonce([2; 16]), addresses: vec![address.into()] },
        expires: Timestamp(1),
    }
}

fn segment(name: &str, words: &str, value: &str) -> Segment {
    Segment {
        supplier: supplier().public(),
        id: Nonce([3; 16]),
        name: name.into(),
        words: words.into(),
        predicate: Predicate::Is { field: "address.locality".parse().expect("a field"), values: [value.into()].into() },
        about: None,
        purpose: Purpose::RequestedServiceProvision,
        retention: Days(30),
        membership: true,
        epsilon: None,
        tally: None,
        expires: Timestamp(1),
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn no_hidden_character_passes_wherever_it_stands(
        hidden in hidden(),
        text in name(),
        place in any::<prop::sample::Index>(),
    ) {
        let bad = put(&text, hidden, place);
        prop_assert!(disguises(hidden) && plain_line(&text, 256) && !plain_line(&bad, 256));
        prop_assert!(!plain_lines(&bad, 256));
        let own = profile(supplier().public(), "De Webwinkel BV");
        prop_assert!(own.well_formed() && document(&text).fits(Collection::Bills));
        let mut profiles = vec![own.clone(); 6];
        profiles[0].name.clone_from(&bad);
        profiles[1].sector.clone_from(&bad);
        profiles[2].domain.clone_from(&bad);
        profiles[3].contact.clone_from(&bad);
        profiles[4].wishes[0].reason.clone_from(&bad);
        profiles[5].addresses[0].clone_from(&bad);
        prop_assert!(profiles.iter().all(|profile| !profile.well_formed()));
        prop_assert!(!document(&bad).fits(Collection::Bills));
        // What stands around a value is trimmed from it.
        let corrections = [correction(&bad, "Anna"), correction("a reason", &format!("x{bad}x"))];
        prop_assert!(corrections.into_iter().flatten().all(|content| !content.fits(Collection::Corrections)));
        prop_assert!(offer(&text, &text, &text, "/ip4/1.2.3.4/tcp/1").well_formed());
        for offer in [
            offer(&bad, &text, &text, "/ip4/1.2.3.4/tcp/1"),
            offer(&text, &bad, &text, "/ip4/1.2.3.4/tcp/1"),
            offer(&text, &text, &bad, "/ip4/1.2.3.4/tcp/1"),
            offer(&text, &text, &text, &bad),
        ] {
            prop_assert!(!offer.well_formed());
        }
        prop_assert!(segment(&text, &text, &text).well_formed());
        for segment in [segment(&bad, &text, &text), segment(&text, &bad, &text), segment(&text, &text, &bad)] {
            prop_assert!(!segment.well_formed());
        }
    }

    #[test]
    fn a_name_looks_like_itself_however_it_is_dressed(
        text in name(),
        hidden in prop_oneof![
            hidden(),
            Just(' '), Just('\u{a0}'), Just('.'), Just('-'), Just('\u{301}'), Just('\u{323}'),
        ],
        place in any::<prop::sample::Index>(),
    ) {
        let dressed = put(&text, hidden, place);
        prop_assert!(alike(&text, &dressed) && alike(&dressed, &text), "{text:?} {dressed:?}");
        prop_assert!(alike(&text, &text.to_uppercase()) && alike(&text.to_lowercase(), &text));
        let confused: String =
            text.chars().map(|c| match c { 'a' => '\u{430}', 'o' => '0', 'e' => '\u{435}', c => c }).collect();
        prop_assert!(alike(&text, &confused), "{text:?} {confused:?}: {:?} {:?}", forms(&text), forms(&confused));
    }
}
