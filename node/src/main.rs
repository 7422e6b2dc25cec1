//! The `regie` binary: parse, set up logging, do the verb, exit with its code.

use clap::Parser as _;

fn main() -> std::process::ExitCode {
    let arguments = regie::cli::Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("REGIE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
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
