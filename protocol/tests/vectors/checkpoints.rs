//! The questions of `checkpoints.json`, each weighed by the code from nothing but the file. In: the file. Out: what comes of
//! each.

use regie_protocol::{
    Keypair, checkpoint,
    checkpoint::{AddCheckpoint, Checkpoint, Cosigned, Declined},
    merkle::Hash,
    note::{SignatureLine, VerifiedCosignature, VerifierKey},
};

use crate::{
    format::unhex,
    make_checkpoints::{Asked, File},
};

/// The outcome of a case, and the line that is answered.
fn outcome(file: &File, asked: &Asked) -> Result<String, &'static str> {
    let log: VerifierKey = asked.log.parse().map_err(|_| "the log's key")?;
    let request: AddCheckpoint = asked.request.parse().map_err(|_| "malformed")?;
    let head: Checkpoint = request.checkpoint.text().parse().map_err(|_| "malformed")?;
    let before = asked
        .before
        .as_ref()
        .map(|(size, root)| Cosigned { size: *size, root: Hash(unhex(root).try_into().expect("a hash")) });
    checkpoint::weigh(&request, &head, &log, before).map_err(|declined| match declined {
        Declined::UnknownLog => "unknown_log",
        Declined::NotSigned => "not_signed",
        Declined::Malformed => "malformed",
        Declined::Conflict(_) => "conflict",
        Declined::NotGrown => "not_grown",
    })?;
    let witness: VerifierKey = file.witness.parse().map_err(|_| "the witness's key")?;
    let line = asked.line.as_deref().unwrap_or_default().trim_end_matches('\n');
    let line: SignatureLine = line.parse().map_err(|_| "its line")?;
    let verified = VerifiedCosignature::of(request.checkpoint.text(), &line, &witness).map_err(|_| "its signature")?;
    if verified.at() == asked.at { Ok(verified.line().to_owned()) } else { Err("its time") }
}

#[test]
fn every_question_to_a_witness_comes_out_as_it_says() {
    let found = std::fs::read_to_string(crate::path("checkpoints")).expect("text");
    let file: File = serde_json::from_str(&found).expect("questions");
    assert!(file.cases.len() >= 20);
    for asked in &file.cases {
        let found = outcome(&file, asked);
        let code = found.as_ref().map_or_else(|code| *code, |_| "ok");
        assert_eq!(code, asked.expect, "{}", asked.name);
        if let (Ok(line), Some(wanted)) = (found, &asked.line) {
            assert_eq!(format!("{line}\n"), *wanted, "{}", asked.name);
        }
    }
}

/// Bytes that were fixed once: the key of a companion's witness must be the same after every start of every version.
#[test]
fn a_companions_witness_key_is_the_one_that_its_secret_gives() {
    let witness = Keypair::from_secret(&[2; 32]).witness("shop.example/witness".parse().expect("a name"));
    let key = witness.verifier(regie_protocol::note::Kind::Cosignature);
    assert_eq!(key.to_string().parse(), Ok(key.clone()));
    let line = witness.cosign("a\n1\nx\n", 5).to_string();
    let line: SignatureLine = line.parse().expect("a line");
    assert!(VerifiedCosignature::of("a\n1\nx\n", &line, &key).is_ok());
    assert_ne!(key.key(), &Keypair::from_secret(&[2; 32]).public(), "not the company's own key");
    let renamed = Keypair::from_secret(&[2; 32]).witness("shop.example/other".parse().expect("a name"));
    assert_ne!(key.key(), renamed.verifier(regie_protocol::note::Kind::Cosignature).key(), "a key for each name");
}
