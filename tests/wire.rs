//! A wire before a port of this machine that takes time, as kernels without netem have none, and counts what it carries.
//! In: a port. Out: another port, and counts.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// What a wire has carried.
#[derive(Clone, Default)]
pub struct Carried {
    bytes: Arc<AtomicU64>,
    connections: Arc<AtomicU64>,
}

impl Carried {
    /// Bytes of both directions, without the headers of TCP and IP.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Connections that were made.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }
}

/// A wire before a port, on which each way takes this long; its own port comes out.
pub fn slow(port: u16, latency: Duration) -> u16 {
    counted(port, latency, Carried::default())
}

/// The same; what it carries is added to these counts.
pub fn counted(port: u16, latency: Duration, carried: Carried) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let own = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for person in listener.incoming() {
            let (Ok(person), Ok(supplier)) = (person, TcpStream::connect(("127.0.0.1", port))) else { continue };
            let (Ok(back), Ok(forth)) = (person.try_clone(), supplier.try_clone()) else { continue };
            // A small frame must not wait for the next one, here as little as at the ends.
            let _ = (person.set_nodelay(true), supplier.set_nodelay(true));
            carried.connections.fetch_add(1, Ordering::Relaxed);
            for (from, to) in [(person, forth), (supplier, back)] {
                let carried = carried.clone();
                std::thread::spawn(move || delay(from, to, latency, &carried));
            }
        }
    });
    own
}

/// Bytes leave so long after they came; others may come meanwhile.
fn delay(mut from: TcpStream, mut to: TcpStream, latency: Duration, carried: &Carried) {
    let (send, receive) = std::sync::mpsc::channel::<(Instant, Vec<u8>)>();
    let writer = std::thread::spawn(move || {
        for (at, bytes) in receive {
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        carried.bytes.fetch_add(read as u64, Ordering::Relaxed);
        if send.send((Instant::now() + latency, buffer[..read].to_vec())).is_err() {
            break;
        }
    }
    drop(send);
    let _ = writer.join();
}
