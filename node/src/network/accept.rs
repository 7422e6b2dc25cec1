//! What comes to a listening TCP port, by its first bytes: a peer, a peer behind a proxy that says who came, or a peer in a
//! web socket that a web server passed on; or somebody who is to be forwarded. In: a fresh connection. Out: the byte stream
//! of the peer's own words.
//!
//! What a proxy says of whence a peer came is read and forgotten: no decision hangs on an address, so that nobody gains by
//! lying. PROXY protocol: versions 1 and 2 (haproxy.org, `proxy-protocol.txt`).

use std::io;

use socket2::SockRef;
use tokio::{
    io::AsyncReadExt as _,
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{
    PeerKey,
    forward::{Forwards, Refused},
    limits, socket,
    stream::{Stream, of_tcp},
    through, websocket,
};

const PROXY_1: &[u8] = b"PROXY ";
const PROXY_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
const WEB: &[u8] = b"GET ";
/// Longest header of version 1, in bytes.
const PROXY_1_BYTES: usize = 107;
/// Longest that is taken of version 2's addresses and extensions, in bytes.
const PROXY_2_BYTES: u16 = 1024;
/// Longest first line of a request that is looked at, in bytes.
const REQUEST_BYTES: usize = 256;

/// Somebody who came for another is no peer of this endpoint: whatever becomes of them happens elsewhere.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a connection for somebody else")]
struct Forwarded;

/// Reads past what a proxy or web server put before the peer's words. Who is to be forwarded is, or is told why not.
pub(super) async fn accept(mut stream: TcpStream, forwards: &Forwards) -> io::Result<Stream> {
    socket::patience(&SockRef::from(&stream))?;
    let opened = async {
        if begins(&stream, PROXY_2).await? {
            skip_version_2(&mut stream).await?;
        } else if begins(&stream, PROXY_1).await? {
            skip_version_1(&mut stream).await?;
        }
        // Behind the headers: a web server may itself stand behind a proxy that says who came.
        if !begins(&stream, WEB).await? {
            return Ok(of_tcp(stream));
        }
        match wanted(&stream, forwards).await? {
            Some(key) => forward(stream, &key, forwards).await,
            None => websocket::accept(of_tcp(stream)).await,
        }
    };
    timeout(limits::DIAL, opened).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Opens a stream to whom the request names, and only then the web socket.
async fn forward(stream: TcpStream, key: &PeerKey, forwards: &Forwards) -> io::Result<Stream> {
    match forwards.open(key).await {
        // The supplier first: once the web socket is open no HTTP status can say why there is nobody.
        Ok(opened) => {
            let person = websocket::accept(of_tcp(stream)).await?;
            tokio::spawn(opened.copy(person));
        }
        Err(refused) => websocket::refuse(of_tcp(stream), refused.status(), words(refused)).await?,
    }
    Err(io::Error::other(Forwarded))
}

fn words(refused: Refused) -> &'static str {
    match refused {
        Refused::Unknown => "nobody of that key is forwarded for here\n",
        Refused::Away => "the supplier is not connected to its forwarder; try again later\n",
        Refused::TooMany => "too many are forwarded at this moment; try again later\n",
    }
}

/// Whom a request is for, where it names somebody behind a forwarder. An endpoint that forwards for nobody does not ask.
async fn wanted(stream: &TcpStream, forwards: &Forwards) -> io::Result<Option<PeerKey>> {
    if forwards.is_empty() {
        return Ok(None);
    }
    let mut seen = [0; REQUEST_BYTES];
    loop {
        let count = stream.peek(&mut seen).await?;
        let line = seen[..count].split(|byte| *byte == b'\n').next().filter(|line| line.len() < count);
        match line {
            Some(line) => return Ok(path(line).and_then(through::placed)),
            None if count == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            None if count == seen.len() => return Ok(None),
            None => sleep(limits::PEEK).await,
        }
    }
}

/// The path of a request's first line, without its first `/`.
fn path(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    line.split(' ').nth(1)?.strip_prefix('/')
}

/// Does the stream begin so? It waits for as many bytes as are needed to know, and takes none.
async fn begins(stream: &TcpStream, with: &[u8]) -> io::Result<bool> {
    let mut seen = [0; PROXY_2.len()];
    loop {
        let count = stream.peek(&mut seen[..with.len()]).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if seen[..count] != with[..count] {
            return Ok(false);
        }
        if count == with.len() {
            return Ok(true);
        }
        // What is there stays there, so that waiting to be able to read would not wait.
        sleep(limits::PEEK).await;
    }
}

async fn skip_version_1(stream: &mut TcpStream) -> io::Result<()> {
    let mut last = 0;
    for _ in 0..PROXY_1_BYTES {
        let byte = stream.read_u8().await?;
        if (last, byte) == (b'\r', b'\n') {
            return Ok(());
        }
        last = byte;
    }
    Err(io::ErrorKind::InvalidData.into())
}

async fn skip_version_2(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = [0; 16];
    stream.read_exact(&mut head).await?;
    let length = u16::from_be_bytes([head[14], head[15]]);
    if length > PROXY_2_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut rest = vec![0; usize::from(length)];
    stream.read_exact(&mut rest).await.map(drop)
}

#[cfg(test)]
mod tests {
    use futures::AsyncReadExt as _;
    use tokio::{io::AsyncWriteExt as _, net::TcpListener};

    use super::*;

    /// What the peer's words are, when these bytes came in these pieces.
    async fn words(pieces: &[&[u8]]) -> io::Result<Vec<u8>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut peer = TcpStream::connect(listener.local_addr()?).await?;
        let (stream, _) = listener.accept().await?;
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
        tokio::spawn(async move {
            for piece in pieces {
                let _ = peer.write_all(&piece).await;
                let _ = peer.flush().await;
                sleep(limits::PEEK).await;
            }
        });
        let mut read = Vec::new();
        accept(stream, &Forwards::new(&[])).await?.read_to_end(&mut read).await?;
        Ok(read)
    }

    #[tokio::test]
    async fn headers_of_proxies_are_read_past_and_nothing_else_is() {
        let mut second = PROXY_2.to_vec();
        second.extend([0x21, 0x11, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        let two = [&second[..7], &second[7..], b"words"];
        assert_eq!(words(&two).await.expect("accepted"), b"words");
        let one: [&[u8]; 2] = [b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", b"words"];
        assert_eq!(words(&one).await.expect("accepted"), b"words");
        let bare: [&[u8]; 2] = [b"PRO", b"XIMA"];
        assert_eq!(words(&bare).await.expect("accepted"), b"PROXIMA");
    }

    #[tokio::test]
    async fn headers_without_an_end_are_refused() {
        let endless = [PROXY_1.to_vec(), vec![b'1'; 200]].concat();
        assert_eq!(words(&[&endless]).await.expect_err("refused").kind(), io::ErrorKind::InvalidData);
        let large = [PROXY_2, &[0x21, 0x11, 0xff, 0xff]].concat();
        assert_eq!(words(&[&large]).await.expect_err("refused").kind(), io::ErrorKind::InvalidData);
    }
}
