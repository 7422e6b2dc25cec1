//! The cases of `catalogue.json`, each read by the code from nothing but the file. In: the file. Out: what differs.

use std::collections::BTreeMap;

use regie_protocol::{Coded as _, Codes, catalogue::Kind, intent::Category};

use crate::make_catalogue::{Case, File};

fn differs(case: &Case) -> Option<String> {
    let category: Category = case.category.parse().expect("a category");
    let Some(kind) = Kind::of(&category) else {
        let as_written = case.read.as_ref() == Some(&case.typed) && case.faults.is_empty();
        return (!as_written).then(|| "no kind of the list".to_owned());
    };
    let read = if case.offer { kind.terms_of(&case.typed, &Codes) } else { kind.details_of(&case.typed, None, &Codes) };
    let (read, faults) = match read {
        Ok(read) => (Some(read), BTreeMap::new()),
        Err(faults) => (None, faults.into_iter().map(|(name, why)| (name, why.code().to_owned())).collect()),
    };
    (read != case.read || faults != case.faults).then(|| format!("{read:?} {faults:?}"))
}

#[test]
fn what_is_wanted_is_read_as_the_file_says() {
    let found = std::fs::read_to_string(crate::path("catalogue")).expect("text");
    let file: File = serde_json::from_str(&found).expect("a catalogue");
    assert!(file.kinds.len() >= 12 && file.cases.len() > 5);
    let wrong: Vec<String> =
        file.cases.iter().filter_map(|case| Some(format!("{}: {}", case.name, differs(case)?))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
