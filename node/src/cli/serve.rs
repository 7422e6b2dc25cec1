//! Runs the node of a home until it is stopped. In: the home and its passphrase. Out: a running node, with a
//! control socket; exit on SIGINT, SIGTERM, `regie stop`, or a store that failed.

use std::{net::SocketAddr, path::Path, time::Duration};

use regie_protocol::profile::Invitation;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::{
    api,
    command::{Command, Failure, parse},
    control,
    driver::End,
    home::{self, Config, Role},
    person,
    store::Store,
    supplier,
};

/// How often a node looks at the time: retention ends, request ids are forgotten.
const TICK: Duration = Duration::from_secs(10);

pub(super) fn run(home: &Path, passphrase_file: Option<&Path>, api: Option<SocketAddr>) -> Result<(), Failure> {
    // A mistake in the configuration is told before a passphrase is asked for.
    home::config(home)?;
    let passphrase = home::passphrase(passphrase_file, false)?;
    let (mut config, store) = home::open(home, &passphrase)?;
    config.api = api.or(config.api);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::internal)?;
    let result = runtime.block_on(serve(home, &config, store));
    let _ = std::fs::remove_file(control::socket(home));
    runtime.shutdown_timeout(Duration::from_secs(2));
    result
}

async fn serve(home: &Path, config: &Config, store: Store) -> Result<(), Failure> {
    let listener = control::bind(&control::socket(home))?;
    match config.role {
        Role::Person => {
            let (events, end) = person::start(store)?;
            println!("Your node runs in {}. Stop it with Ctrl-C.", home.display());
            tokio::spawn(tick(events.clone(), || person::Event::Tick));
            let asked = events.clone();
            tokio::spawn(control::serve(listener, move |command| ask_person(asked.clone(), command)));
            let stop = |answer| person::Event::Command(Command::Stop, answer);
            until_the_end(events, stop, end).await
        }
        Role::Supplier => {
            let (events, desk, end, addresses) = supplier::start(Box::new(store), &config.listen).await?;
            for address in addresses {
                println!("Listening on {address}");
            }
            if let Some(at) = config.api {
                println!("The API is at http://{}", api::start(desk, at).await?);
            }
            tokio::spawn(tick(events.clone(), || supplier::Event::Tick));
            let asked = events.clone();
            tokio::spawn(control::serve(listener, move |command| {
                let asked = asked.clone();
                async move { ask(&asked, |answer| supplier::Event::Command(command, answer)).await }
            }));
            let stop = |answer| supplier::Event::Command(Command::Stop, answer);
            until_the_end(events, stop, end).await
        }
    }
}

async fn ask_person(events: mpsc::Sender<person::Event>, command: Command) -> Result<Value, Failure> {
    match command {
        Command::Pair { link, agreement } => {
            let invitation: Invitation = parse(&link)?;
            person::pair(invitation, parse(&agreement)?, events).await
        }
        command => ask(&events, |answer| person::Event::Command(command, answer)).await,
    }
}

async fn ask<E>(
    events: &mpsc::Sender<E>,
    event: impl FnOnce(oneshot::Sender<Result<Value, Failure>>) -> E,
) -> Result<Value, Failure> {
    let stopped = || Failure::internal("the node is stopping");
    let (answer, wait) = oneshot::channel();
    events.send(event(answer)).await.map_err(|_| stopped())?;
    wait.await.map_err(|_| stopped())?
}

async fn tick<E: Send + 'static>(events: mpsc::Sender<E>, event: impl Fn() -> E) {
    let mut every = tokio::time::interval(TICK);
    loop {
        every.tick().await;
        if events.send(event()).await.is_err() {
            return;
        }
    }
}

async fn until_the_end<E>(
    events: mpsc::Sender<E>,
    stop: impl FnOnce(oneshot::Sender<Result<Value, Failure>>) -> E,
    mut end: End,
) -> Result<(), Failure> {
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(Failure::internal)?;
    tokio::select! {
        ended = &mut end => return ended.map_err(|_| Failure::internal("the node's thread failed"))?.map_err(Failure::from),
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    let _ = ask(&events, stop).await;
    end.await.map_err(|_| Failure::internal("the node's thread failed"))?.map_err(Failure::from)
}
