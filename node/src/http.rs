//! One exchange of HTTP with a server that somebody named, over a stream that `network/web.rs` opened. In: what is asked. Out: an
//! answer within its bounds. What is asked tells nothing of who asks: no cookie, no user agent, no place it came from; and
//! nobody is followed elsewhere.

use std::{future::poll_fn, pin::Pin};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, Uri,
    body::{Body as _, Bytes, Incoming},
    client::conn::http1,
    header::{self, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::AbortHandle,
};

/// Most bytes of the head of an answer.
const HEAD_BYTES: usize = 16 * 1024;

/// What is asked.
pub(crate) struct Question {
    /// How.
    pub(crate) method: Method,
    /// The name of the server, with its port where that is not the usual one.
    pub(crate) authority: String,
    /// What for, from the first slash on.
    pub(crate) path: String,
    /// Headers beside the host: what kind of body is sent, or taken.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// What is sent.
    pub(crate) body: Vec<u8>,
}

/// Why an answer could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// It does not speak HTTP, or broke off.
    Broken,
    /// There is more than is read.
    TooLarge,
}

/// The head of an answer; its body is read by [`body`]. The connection ends with what comes out beside it.
pub(crate) async fn ask(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    question: Question,
) -> Result<(Response<Incoming>, Connection), Unanswered> {
    let broken = |_| Unanswered::Broken;
    let Question { method, authority, path, headers: own, body } = question;
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(HEAD_BYTES).handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let connection = Connection(tokio::spawn(async move { drop(connection.await) }).abort_handle());
    let mut request = Request::new(Full::<Bytes>::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = Uri::try_from(path).map_err(|_| Unanswered::Broken)?;
    let headers = request.headers_mut();
    if let Ok(authority) = HeaderValue::try_from(authority) {
        headers.insert(header::HOST, authority);
    }
    headers.extend(own);
    Ok((sender.send_request(request).await.map_err(broken)?, connection))
}

/// The body of an answer, of at most so many bytes.
pub(crate) async fn body(answer: &mut Response<Incoming>, most: usize) -> Result<Vec<u8>, Unanswered> {
    let says = answer.body().size_hint().lower();
    if usize::try_from(says).map_or(true, |says| says > most) {
        return Err(Unanswered::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(answer.body_mut()).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| Unanswered::Broken)?.into_data() else { continue };
        // Counted as it comes: a length that is stated can be a lie, or none.
        if bytes.len() + data.len() > most {
            return Err(Unanswered::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// A connection to a web server; closed when dropped, whatever it still sends.
pub(crate) struct Connection(AbortHandle);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}
