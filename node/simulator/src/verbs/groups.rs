//! `regie-sim run` of a scenario with groups. In: the scenario, a seed. Out: tables, a manifest, the summary on stdout.

use std::path::Path;

use regie_simulator::{group, run::Plan};
use serde_json::json;

use super::Done;

/// Lives the groups.
pub fn carry_out(plan: &Plan<'_>, out: Option<&Path>) -> Done {
    if let Some(out) = out {
        super::new_directory(out)?;
    }
    let bar = super::bar(u64::from(plan.only.map_or_else(|| group::count(plan.scenario), |_| 1)))?;
    let lived = group::run(plan.scenario, plan.seed, plan.threads, plan.only, &|| bar.inc(1));
    bar.finish_and_clear();
    let lived = lived?;
    let summary = group::Summary::of(&lived);
    if let Some(out) = out {
        group::frames(&lived)?.iter().try_for_each(|frame| frame.write(out))?;
        let (seed, scenario) = (plan.seed, plan.scenario);
        let manifest =
            json!({ "seed": seed, "version": env!("CARGO_PKG_VERSION"), "scenario": scenario, "summary": summary });
        std::fs::write(out.join("manifest.json"), format!("{manifest:#}\n"))?;
    }
    println!("{}", serde_json::to_string_pretty(&summary)?);
    Ok(())
}
