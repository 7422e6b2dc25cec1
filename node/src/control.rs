//! The control socket: how the command line talks to a running node. A Unix socket in the home, for the owner
//! only; one JSON command a line in, one JSON answer a line out.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixListener,
    sync::Semaphore,
};

use crate::{
    command::{Failure, exit},
    verb::{self, Desk, Verb},
};

/// Longest command, in bytes.
const COMMAND_BYTES: u64 = 1024 * 1024;
/// Most bytes of a list's elements that are put into one command, so that its other words have room.
const PART_BYTES: usize = 512 * 1024;
/// Most that is passed over of a command that is too long, in bytes.
const PASSED_OVER: u64 = 64 * COMMAND_BYTES;
/// Control connections at once.
const CONNECTIONS: u32 = 32;
/// Longest path of a Unix socket, in bytes (`sockaddr_un`, on the systems where it is shortest).
const SOCKET_PATH: usize = 103;
/// How long the command line waits for an answer.
const ANSWER: Duration = Duration::from_secs(60);
/// How long a connected owner may take over a line.
const LINE: Duration = Duration::from_secs(30);
/// How long a process that ends waits until its answers are written.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Ok(Value),
    Error(Failure),
}

/// Binds the socket, for this user only.
///
/// # Errors
/// Where the home can't be written.
pub fn bind(path: &Path) -> Result<UnixListener, Failure> {
    if path.as_os_str().len() > SOCKET_PATH {
        let next = "choose a home with a shorter path, or give one by a symbolic link";
        let words =
            format!("the control socket's path has more than {SOCKET_PATH} bytes, which no socket can have; {next}");
        return Err(Failure::usage(words));
    }
    let cannot = |error: std::io::Error| {
        Failure::internal(format!("can't make the control socket {}: {error}; is the home writable?", path.display()))
    };
    // The store's lock says that no other node runs here, so a socket file is a left-over.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(cannot(error)),
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(cannot)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(cannot)?;
    Ok(listener)
}

/// The commands that are being answered, for who ends the process: the answer to the word that ends it is one of them.
#[derive(Clone, Debug)]
pub struct Answering(Arc<Semaphore>);

impl Default for Answering {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(CONNECTIONS as usize)))
    }
}

impl Answering {
    /// Waits until all that were begun are written, for a moment at most; no other is begun then.
    pub async fn over(&self) {
        if let Ok(Ok(all)) = tokio::time::timeout(LAST_ANSWERS, self.0.acquire_many(CONNECTIONS)).await {
            all.forget();
        }
    }
}

/// Answers commands until the node stops. `elsewhere` says whether the other role has a verb of a name.
pub async fn serve<D: Desk>(listener: UnixListener, answering: Answering, desk: D, elsewhere: fn(&str) -> bool) {
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    loop {
        // Before one is accepted: who is one too many waits in the system's queue, and holds nothing here.
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors: wait for some to come free.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (desk, answering) = (desk.clone(), answering.clone());
        tokio::spawn(async move {
            let _place = place;
            let (read, mut write) = stream.into_split();
            let mut line = String::new();
            let mut read = tokio::io::BufReader::new(read.take(COMMAND_BYTES));
            if !matches!(tokio::time::timeout(LINE, read.read_line(&mut line)).await, Ok(Ok(_))) {
                return;
            }
            let cut = !line.ends_with('\n') && line.len() as u64 >= COMMAND_BYTES;
            if cut {
                // Who still writes would not read the answer.
                let rest = &mut read.get_mut().get_mut().take(PASSED_OVER);
                let _ = tokio::time::timeout(LINE, passed_over(rest)).await;
            }
            // From here to the end of its answer, who ends the process waits for it.
            let Ok(_begun) = answering.0.acquire().await else { return };
            let answer = if cut { Err(too_long()) } else { verb::answer(&desk, elsewhere, &line).await };
            let answer = answer.map_or_else(Answer::Error, Answer::Ok);
            if let Ok(mut bytes) = serde_json::to_vec(&answer) {
                bytes.push(b'\n');
                let _ = write.write_all(&bytes).await;
            }
        });
    }
}

/// Reads on to the end of the line.
async fn passed_over(rest: &mut (impl tokio::io::AsyncRead + Unpin)) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(1..) = rest.read(&mut bytes).await {
        if bytes.contains(&b'\n') {
            break;
        }
    }
}

fn too_long() -> Failure {
    let most = COMMAND_BYTES / 1024 / 1024;
    Failure::new("too_large", exit::USAGE, format!("a command has at most {most} MiB; give less at once"))
}

/// A list in parts, in its order, of which each fits into a command.
///
/// # Errors
/// What has no JSON.
pub fn parts<T: Serialize>(all: &[T]) -> Result<Vec<&[T]>, Failure> {
    let (mut parts, mut begin, mut bytes) = (Vec::new(), 0, 0);
    for (place, one) in all.iter().enumerate() {
        let size = serde_json::to_vec(one).map_err(Failure::internal)?.len() + 1;
        if bytes + size > PART_BYTES && place > begin {
            parts.extend(all.get(begin..place));
            (begin, bytes) = (place, 0);
        }
        bytes += size;
    }
    parts.extend(all.get(begin..).filter(|rest| !rest.is_empty()));
    Ok(parts)
}

/// Asks the node that runs in this home.
///
/// # Errors
/// [`exit::UNREACHABLE`] where none runs; what the node answers.
pub fn ask<V: Verb>(home: &Path, verb: &V) -> Result<V::Answer, Failure> {
    serde_json::from_value(ask_json(home, verb)?).map_err(|error| {
        let next = "this `regie` and the node that runs are of different versions: stop the node and start it again";
        Failure::internal(format!("the node answered what is not understood here ({error}); {next}"))
    })
}

/// The same; the answer as it comes by the socket, of whichever role the node is.
///
/// # Errors
/// See [`ask`].
pub fn ask_json<V: Verb>(home: &Path, verb: &V) -> Result<Value, Failure> {
    ask_line(home, &verb::line(verb)?)
}

/// Does a node run in this home, of either role, and answer?
#[must_use]
pub fn runs(home: &Path) -> bool {
    ask_line(home, b"{\"command\":\"status\"}\n").is_ok()
}

/// Gives the node that runs in this home a line.
fn ask_line(home: &Path, line: &[u8]) -> Result<Value, Failure> {
    if line.len() as u64 > COMMAND_BYTES {
        return Err(too_long());
    }
    let none = || {
        let start = format!("start it with `regie --home {}` in another terminal", home.display());
        Failure::new("no_node", exit::UNREACHABLE, format!("no node runs in {}; {start}", home.display()))
    };
    let mut stream = UnixStream::connect(socket(home)).map_err(|_| none())?;
    let broken = |error: std::io::Error| {
        Failure::new(
            "no_node",
            exit::UNREACHABLE,
            format!("the node did not answer ({error}); is it running? see its output"),
        )
    };
    stream.set_read_timeout(Some(ANSWER)).map_err(broken)?;
    stream.write_all(line).map_err(broken)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(broken)?;
    match serde_json::from_str(&answer) {
        Ok(Answer::Ok(value)) => Ok(value),
        Ok(Answer::Error(failure)) => Err(failure),
        Err(_) => {
            Err(Failure::new("no_node", exit::UNREACHABLE, "the node stopped before it answered; start it again"))
        }
    }
}

/// Where the socket of a home is.
#[must_use]
pub fn socket(home: &Path) -> std::path::PathBuf {
    home.join("control.sock")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verb::{Conduct, Stop, Stopped, verbs};

    /// A process that ends when it is told to, and is slow to say so.
    #[derive(Clone)]
    struct Ending(tokio::sync::mpsc::Sender<()>);

    verbs! {
        /// The one verb that it knows.
        Word at Ending, else "nothing else" { Stop: Stop }
    }

    impl Desk for Ending {
        type Command = Word;
    }

    impl Conduct<Ending> for Stop {
        async fn conduct(self, desk: &Ending) -> Result<Stopped, Failure> {
            let _ = desk.0.send(()).await;
            tokio::task::yield_now().await;
            Ok(Stopped { stopped: true })
        }
    }

    #[test]
    fn the_word_that_ends_a_process_is_answered_before_its_tasks_end() {
        let directory = tempfile::tempdir().expect("a directory");
        let home = directory.path().to_owned();
        // One thread: whoever does not wait here ends the task that writes.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let asked = runtime.block_on(async {
            let listener = bind(&socket(&home)).expect("a socket");
            let (answering, (handled, mut stops)) = (Answering::default(), tokio::sync::mpsc::channel(1));
            tokio::spawn(serve(listener, answering.clone(), Ending(handled), |_| false));
            let asked = std::thread::spawn(move || ask(&home, &Stop {}));
            stops.recv().await;
            answering.over().await;
            asked
        });
        drop(runtime);
        assert!(asked.join().expect("it ends").is_ok_and(|answer| answer.stopped));
    }

    #[test]
    fn a_list_goes_in_parts_that_fit_and_in_its_order() {
        let all: Vec<String> = (0..40).map(|n| format!("{n}").repeat(20_000)).collect();
        let parts = parts(&all).expect("JSON");
        assert!(parts.len() > 1 && parts.iter().all(|part| !part.is_empty()));
        assert!(parts.iter().all(|part| part.iter().map(|one| one.len() + 3).sum::<usize>() <= PART_BYTES));
        assert_eq!(parts.concat(), all);
        // One that is too large by itself is a part, and refused as one.
        assert_eq!(super::parts(&["x".repeat(2 * PART_BYTES), String::new()]).map(|parts| parts.len()).ok(), Some(2));
        assert_eq!(super::parts::<String>(&[]).map(|parts| parts.len()).ok(), Some(0));
    }

    #[test]
    fn a_command_that_is_too_long_is_refused_in_words_and_not_cut() {
        let directory = tempfile::tempdir().expect("a directory");
        let home = directory.path().to_owned();
        let long = vec![b' '; 3 * 1024 * 1024];
        assert_eq!(ask_line(&home, &long).expect_err("too long").code, "too_large");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let said = runtime.block_on(async {
            let listener = bind(&socket(&home)).expect("a socket");
            let (handled, _stops) = tokio::sync::mpsc::channel(1);
            tokio::spawn(serve(listener, Answering::default(), Ending(handled), |_| false));
            // Another program that speaks with the node, and knows no bound.
            let asked = tokio::task::spawn_blocking(move || {
                let mut stream = UnixStream::connect(socket(&home)).expect("connected");
                stream.write_all(&[&long[..], b"\n"].concat()).expect("written");
                let mut answer = String::new();
                BufReader::new(stream).read_line(&mut answer).expect("an answer");
                answer
            });
            asked.await.expect("it ends")
        });
        assert!(said.contains("too_large") && said.contains("1 MiB"), "{said}");
    }
}
