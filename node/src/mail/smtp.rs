//! Handing one message to the account's server (RFC 5321). In: the account, the proxy of the configuration, a message. Out:
//! the server's word that it took it, or why not, and whether it may have taken it all the same.
//!
//! The way there is the node's own (`network`): names and addresses go to the proxy alone where there is one, and a
//! certificate is looked at as everywhere. What a server says is bounded before it is read as SMTP, and the step to an
//! encrypted stream (RFC 3207) is read byte by byte, so that nothing said in the open counts as said within.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use lettre::transport::smtp::{
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, AsyncTokioStream},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    time::timeout,
};

use super::{Account, Message, Security, Trouble, one_line};
use crate::{
    network::{Fault, Proxy, WebWay, plain, secured, secured_over},
    public,
};

/// How long the way there may take, up to the log-in.
const REACH: Duration = Duration::from_secs(30);
/// How long each answer after that may take.
const ANSWER: Duration = Duration::from_secs(30);
/// How long the server may think about a whole message. RFC 5321 (4.5.3.2.6) has ten minutes for a queue of many; one letter
/// needs less, and its person is told that it is not known whether it went.
const TAKEN: Duration = Duration::from_secs(120);
/// Most that a server may say in one conversation, in bytes.
const SAID_BYTES: usize = 64 * 1024;
/// Most that it may say before the stream is encrypted.
const OPEN_BYTES: usize = 8 * 1024;

/// A conversation with the account's server, up to the message itself.
pub(crate) struct Session {
    connection: AsyncSmtpConnection,
}

/// What came of a message whose last byte may have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Handed {
    /// The server took it, and said this.
    Taken(String),
    /// It did not.
    Refused(Trouble),
    /// It broke off before it said which.
    Unknown(Trouble),
}

impl Session {
    /// Reaches the server and logs in.
    pub(crate) async fn open(account: &Account, proxy: Option<&Proxy>) -> Result<Self, Trouble> {
        timeout(REACH, Self::begin(account, proxy)).await.unwrap_or(Err(Trouble::Slow))
    }

    async fn begin(account: &Account, proxy: Option<&Proxy>) -> Result<Self, Trouble> {
        let through = proxy.is_some();
        let way = way(account, proxy).await?;
        let (server, port) = (account.server.as_str(), account.port);
        let unreached = |fault: Fault| match fault {
            Fault::Certificate(_) => Trouble::Certificate,
            _ if through => Trouble::Proxied,
            _ => Trouble::Unreachable,
        };
        let stream: Box<dyn Duplex> = match account.security {
            Security::Tls => Box::new(secured(server, port, way).await.map_err(unreached)?),
            Security::None => Box::new(plain(server, port, way).await.map_err(unreached)?),
            Security::StartTls => {
                let mut open = plain(server, port, way).await.map_err(unreached)?;
                ask_for_encryption(&mut open).await?;
                Box::new(secured_over(server, open).await.map_err(unreached)?)
            }
        };
        // The greeting of the server was read before the stream was encrypted.
        let greeted: &[u8] = if account.security == Security::StartTls { b"220 encrypted\r\n" } else { b"" };
        let stream = Bounded { stream, first: greeted, left: SAID_BYTES };
        let begun = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &nobody()).await;
        let mut session = Self { connection: begun.map_err(|error| of(&error, Trouble::Broken))? };
        if let (Some(user), Some(password)) = (&account.user, &account.password) {
            let login = Credentials::new(user.clone(), password.expose().to_owned());
            let said = session.connection.auth(DEFAULT_MECHANISMS, &login).await;
            said.map_err(|error| of(&error, Trouble::Login))?;
        }
        Ok(session)
    }

    /// Says from whom and to whom; what goes wrong until here is certain.
    pub(crate) async fn announce(&mut self, message: &Message<'_>) -> Result<(), Trouble> {
        let envelope = message.envelope()?;
        let to = envelope.to().first().cloned().ok_or(Trouble::Address)?;
        let connection = &mut self.connection;
        let steps = async {
            let from = Mail::new(envelope.from().cloned(), Vec::new());
            connection.command(from).await.map_err(|error| of(&error, Trouble::Sender))?;
            connection.command(Rcpt::new(to, Vec::new())).await.map_err(|error| of(&error, Trouble::Recipient))?;
            connection.command(Data).await.map_err(|error| of(&error, Trouble::Message)).map(drop)
        };
        timeout(ANSWER, steps).await.unwrap_or(Err(Trouble::Slow))
    }

    /// Hands the message over.
    pub(crate) async fn hand_over(mut self, bytes: &[u8]) -> Handed {
        let handed = match timeout(TAKEN, self.connection.message(bytes)).await {
            Err(_) => Handed::Unknown(Trouble::Slow),
            Ok(Ok(said)) => {
                let words = said.message().collect::<Vec<_>>().join(" ");
                Handed::Taken(one_line(&format!("{} {words}", said.code())))
            }
            // The server's own word is certain; a stream that broke is not.
            Ok(Err(error)) if error.status().is_some() => Handed::Refused(of(&error, Trouble::Message)),
            Ok(Err(_)) => Handed::Unknown(Trouble::Broken),
        };
        self.close().await;
        handed
    }

    /// Takes leave; whatever the server says to that.
    pub(crate) async fn close(mut self) {
        let _ = timeout(ANSWER, self.connection.quit()).await;
    }
}

/// Tells nothing of the machine that it runs on.
fn nobody() -> ClientId {
    ClientId::Ipv4(Ipv4Addr::LOCALHOST)
}

async fn way(account: &Account, proxy: Option<&Proxy>) -> Result<WebWay, Trouble> {
    if let Some(proxy) = proxy {
        return Ok(WebWay::Through(proxy.clone()));
    }
    // The person named this server, so it may be in their own network.
    let mut found = public::resolve(&account.server, account.port, true).await.map_err(|_| Trouble::Unresolved)?;
    found.truncate(crate::network::limits::ADDRESSES_OF_A_NAME);
    Ok(WebWay::At(found))
}

/// What an error of the conversation is; `refused` where the server refused just this.
fn of(error: &lettre::transport::smtp::Error, refused: Trouble) -> Trouble {
    if error.is_permanent() {
        refused
    } else if error.is_transient() {
        Trouble::Later
    } else if error.is_client() && refused == Trouble::Login {
        // It knows no way to log in that this one knows.
        Trouble::Login
    } else if error.is_timeout() {
        Trouble::Slow
    } else {
        Trouble::Broken
    }
}

/// Greets, and has the server begin with encryption.
async fn ask_for_encryption(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Result<(), Trouble> {
    let mut left = OPEN_BYTES;
    let (code, _) = reply(stream, &mut left).await?;
    if code != 220 {
        return Err(Trouble::Later);
    }
    let (code, offers) = said(stream, &format!("EHLO {}\r\n", nobody()), &mut left).await?;
    let offered = offers.lines().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"));
    if code != 250 || !offered {
        return Err(Trouble::NotEncrypted);
    }
    let (code, _) = said(stream, "STARTTLS\r\n", &mut left).await?;
    if code == 220 { Ok(()) } else { Err(Trouble::NotEncrypted) }
}

async fn said(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    command: &str,
    left: &mut usize,
) -> Result<(u16, String), Trouble> {
    stream.write_all(command.as_bytes()).await.map_err(|_| Trouble::Broken)?;
    reply(stream, left).await
}

/// A reply, byte by byte: what follows its last line belongs to the encrypted stream.
async fn reply(stream: &mut (impl AsyncRead + Unpin), left: &mut usize) -> Result<(u16, String), Trouble> {
    let mut texts = String::new();
    loop {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            *left = left.checked_sub(1).ok_or(Trouble::Broken)?;
            line.push(stream.read_u8().await.map_err(|_| Trouble::Broken)?);
        }
        let line = String::from_utf8_lossy(&line).into_owned();
        let code = line.get(..3).and_then(|code| code.parse().ok()).ok_or(Trouble::Broken)?;
        let more = line.get(3..4) == Some("-");
        texts.push_str(line.get(4..).unwrap_or_default());
        if !more {
            return Ok((code, texts));
        }
    }
}

/// Whatever carries a conversation.
trait Duplex: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Duplex for T {}

/// A stream of which no more is read than a mail server has to say.
struct Bounded {
    stream: Box<dyn Duplex>,
    /// What is read before it.
    first: &'static [u8],
    left: usize,
}

impl std::fmt::Debug for Bounded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bounded(..)")
    }
}

impl AsyncTokioStream for Bounded {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl AsyncRead for Bounded {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.first.is_empty() {
            let (now, later) = self.first.split_at(self.first.len().min(into.remaining()));
            into.put_slice(now);
            self.first = later;
            return Poll::Ready(Ok(()));
        }
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, into);
        let came = into.filled().len().saturating_sub(before);
        match self.left.checked_sub(came) {
            Some(left) => self.left = left,
            None => {
                // Who reads gets an error or bytes, and not both.
                into.set_filled(before);
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            }
        }
        read
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    async fn after(server: &[u8]) -> Result<(), Trouble> {
        let (mut here, mut there) = duplex(64 * 1024);
        there.write_all(server).await.expect("written");
        let asked = ask_for_encryption(&mut here).await;
        drop(there);
        asked
    }

    #[tokio::test]
    async fn encryption_is_asked_for_and_nothing_said_before_counts() {
        let good = b"220 hello\r\n250-mail.example\r\n250-SIZE 100\r\n250 STARTTLS\r\n220 go on\r\n";
        assert_eq!(after(good).await, Ok(()));
        assert_eq!(after(b"220 hello\r\n250 SIZE 100\r\n").await, Err(Trouble::NotEncrypted));
        assert_eq!(after(b"220 hello\r\n250 STARTTLS\r\n454 not now\r\n").await, Err(Trouble::NotEncrypted));
        assert_eq!(after(b"554 go away\r\n").await, Err(Trouble::Later));
        assert_eq!(after(b"HTTP/1.1 400 Bad Request\r\n").await, Err(Trouble::Broken));
        assert_eq!(after(&[b'2'; 2 * OPEN_BYTES]).await, Err(Trouble::Broken));
        // What was put behind the answer in the open is still unread, for the encrypted stream to choke on.
        let (mut here, mut there) = duplex(64 * 1024);
        there.write_all(&[&good[..], b"250 injected\r\n"].concat()).await.expect("written");
        assert_eq!(ask_for_encryption(&mut here).await, Ok(()));
        let mut next = [0; 3];
        here.read_exact(&mut next).await.expect("the rest");
        assert_eq!(&next, b"250");
    }

    #[tokio::test]
    async fn a_server_that_talks_without_end_is_left() {
        let (here, mut there) = duplex(1024);
        let mut bounded = Bounded { stream: Box::new(here), first: b"220 hi\r\n", left: 4096 };
        let talks = tokio::spawn(async move { while there.write_all(&[b'2'; 512]).await.is_ok() {} });
        let mut all = Vec::new();
        assert_eq!(bounded.read_to_end(&mut all).await.map_err(|error| error.kind()), Err(io::ErrorKind::InvalidData));
        assert!(all.starts_with(b"220 hi\r\n") && all.len() <= 8192);
        drop(bounded);
        talks.await.expect("it was left");
    }
}
