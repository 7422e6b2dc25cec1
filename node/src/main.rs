//! The `regie` binary: parse, set up logging, do the verb, exit with its code.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// What is never logged in more detail.
const QUIET: [&str; 4] = ["libp2p_swarm=warn", "libp2p_core=warn", "libp2p_ping=warn", "libp2p_tcp=warn"];

fn main() -> std::process::ExitCode {
    let arguments = regie::cli::Arguments::read();
    let mut filter = EnvFilter::try_from_env("REGIE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // At `info` the swarm names the key of each relationship: one file would link them all.
    filter = QUIET.iter().filter_map(|quiet| quiet.parse().ok()).fold(filter, EnvFilter::add_directive);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::env::var_os("REGIE_LOG_FORMAT").is_some_and(|format| format == "json") {
        log.json().flatten_event(true).with_span_list(false).init();
    } else {
        // Colours are for who looks on: in a file they are signs that nothing finds.
        log.with_ansi(std::io::stderr().is_terminal()).init();
    }
    let json = arguments.json;
    match regie::cli::run(arguments) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            if json {
                eprintln!("{}", serde_json::json!({ "error": failure }));
            } else {
                eprintln!("regie: {failure}");
            }
            failure.exit.into()
        }
    }
}
