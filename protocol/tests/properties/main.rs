//! Properties of the protocol under random input, against naive models where there is one.
//!
//! A failure prints the smallest input that fails. `PROPTEST_CASES` scales every count; its default is 256.

#![allow(clippy::expect_used, missing_docs, reason = "a test stops where its setup does not hold")]

mod against_model;
mod checkpoint;
mod clock;
mod contract;
#[path = "../fixtures/mod.rs"]
mod fixtures;
mod machine;
#[path = "../memory/mod.rs"]
mod memory;
mod merkle;
mod mutations;
mod narrowing;
mod plain_calendar;
mod plain_model;
mod policy;
mod script;
mod suggestion;
mod text;
mod values;
mod wire;
mod world;

use proptest::test_runner::Config;

/// `usual` cases, scaled by `PROPTEST_CASES`.
fn cases(usual: u64) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse::<u64>().ok()).unwrap_or(256);
    let cases = u32::try_from((usual * asked / 256).max(1)).unwrap_or(u32::MAX);
    Config { cases, failure_persistence: None, max_shrink_iters: 10_000, ..Config::default() }
}

/// The next broader purpose, written down once more for the models.
fn parent(purpose: &str) -> Option<&'static str> {
    match purpose {
        "RequestedServiceProvision" | "PaymentManagement" | "Personalisation" | "ServiceUsageAnalytics" => {
            Some("ServiceProvision")
        }
        "DeliveryOfGoods" => Some("RequestedServiceProvision"),
        "CustomerCare" => Some("CustomerManagement"),
        "FraudPreventionAndDetection" => Some("EnforceSecurity"),
        "DirectMarketing" => Some("Marketing"),
        "LegalCompliance" => Some("FulfilmentOfObligation"),
        "AcademicResearch" => Some("ResearchAndDevelopment"),
        _ => None,
    }
}

/// The purpose and all broader ones, narrowest first.
fn ancestry(purpose: &str) -> Vec<String> {
    let mut line = vec![purpose.to_owned()];
    while let Some(next) = parent(&line[line.len() - 1]) {
        line.push(next.to_owned());
    }
    line
}
