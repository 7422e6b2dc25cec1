//! `regie doctor`: looks for what is wrong in a home and says the next step. In: the home. Out: findings.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::json;

use super::render;
use crate::{
    command::{Command, Failure, exit},
    control, home,
};

pub(super) fn run(home: &Path, json: bool) -> Result<(), Failure> {
    let mut findings = Vec::new();
    let mut note = |what: &str, fine: bool, next: String| {
        findings.push(json!({ "check": what, "fine": fine, "next_step": if fine { String::new() } else { next } }));
    };
    match home::config(home) {
        Ok(_) => note("configuration", true, String::new()),
        Err(failure) => note("configuration", false, failure.message),
    }
    let mode = std::fs::metadata(home).map(|meta| meta.permissions().mode() & 0o077).unwrap_or(0);
    note("only you can enter the home", mode == 0, format!("run: chmod 700 {}", home.display()));
    match control::ask(home, &Command::Status) {
        Ok(status) => {
            note("the node answers", true, String::new());
            let next = status["clock"]["next_step"].as_str().unwrap_or_default();
            note("the clock is right", status["clock"]["fine"] == json!(true), next.into());
            if let Some(count) = status["clocks_differ"].as_u64().filter(|count| *count > 0) {
                let who = "`regie supplier people` shows whose and by how much; requests to them are tried again";
                note("persons' clocks agree", false, format!("{count} differ; {who}"));
            }
            for supplier in status["suppliers"].as_array().into_iter().flatten() {
                let name = supplier["name"].as_str().unwrap_or("a supplier");
                if let Some(by) = supplier["clock_differs"].as_str() {
                    let next = format!("it is {by}; where yours is right, tell {name}; its requests are tried again");
                    note(&format!("the clock of {name} agrees"), false, next);
                }
                let (who, next) = known_by(supplier, name);
                note(&who, next.is_empty(), next);
                match supplier["trouble"].as_str() {
                    None => note(&format!("{name} can be reached"), true, String::new()),
                    Some(why) => note(&format!("{name} can be reached"), false, reaching(supplier, why)),
                }
            }
            if status["forwarders"].as_array().is_some_and(|forwarders| !forwarders.is_empty()) {
                match control::ask(home, &Command::CheckForwarders) {
                    Ok(forwarders) => forwarders.as_array().into_iter().flatten().for_each(|forwarder| {
                        let at = render::text(&forwarder["address"]);
                        let next = render::text(&forwarder["next_step"]);
                        note(&format!("people come by the forwarder at {at}"), next.is_empty(), next);
                    }),
                    Err(failure) => note("people come by the forwarders", false, failure.message),
                }
            }
            if status["role"] == json!("supplier") {
                let next = "without one a lost key is lost with everybody who knows you: run `regie supplier next-key`";
                note("the company committed to a next key", status["next_key"].is_string(), next.into());
            }
            if status["role"] == json!("person") {
                match control::ask(home, &Command::Audit) {
                    Ok(_) => note("the audit log holds", true, String::new()),
                    Err(failure) => note("the audit log holds", false, failure.message),
                }
            }
        }
        Err(failure) => note("the node answers", false, failure.message),
    }
    let problems = findings.iter().filter(|finding| finding["fine"] == json!(false)).count();
    render::show(&serde_json::Value::Array(findings), json)?;
    match problems {
        0 => Ok(()),
        n => Err(Failure::new("problems", exit::PROBLEMS, format!("{n} problem(s); the table says what to do"))),
    }
}

/// By what a supplier is known, and what to do where its domain speaks against it, or it could be taken for another that
/// nobody vouched for.
fn known_by(supplier: &serde_json::Value, name: &str) -> (String, String) {
    let standing = &supplier["standing"];
    let vouched = standing["vouched"].is_string();
    let other = supplier["looks_like"].as_array().and_then(|others| others.first()).filter(|_| !vouched);
    let next = match (standing["is"].as_str(), other) {
        (Some("contradicted"), _) => render::text(&standing["next"]),
        _ if standing["other_next_key"] == json!(true) => {
            "it names another next key than when you met it: somebody else may speak in its name; ask it on a way that you \
             trust"
                .to_owned()
        }
        (_, Some(other)) => {
            let sure = format!("if you know that it is another one, run `regie vouch {}`", supplier["supplier"]);
            format!("it {}; ask it on a way that you trust; {sure}", render::lookalike(other))
        }
        _ => String::new(),
    };
    (format!("{name} is known by: {}", render::standing(standing)), next)
}

/// Why a supplier is not reached, and since when. The node keeps trying by itself.
fn reaching(supplier: &serde_json::Value, why: &str) -> String {
    let since =
        supplier["reached"].as_str().map_or("not since this node started".to_owned(), |at| format!("last {at}"));
    format!("{why} (reached: {since}; the node keeps trying)")
}
