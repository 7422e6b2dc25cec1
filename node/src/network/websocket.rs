//! Web sockets as byte streams (RFC 6455), for networks that let nothing but the web out. In: a stream to a web server,
//! the host and path that it knows us by; at the listening side, a stream that began with an HTTP request. Out: a stream
//! whose bytes travel in binary messages. What is said within is encrypted end to end: the web server reads nothing.

use std::io;

use async_tungstenite::{
    WebSocketStream, accept_async_with_config, accept_hdr_async_with_config, client_async_with_config,
    tungstenite::{
        self, Message,
        handshake::server,
        http::{HeaderValue, Request, StatusCode, Uri, header},
        protocol::WebSocketConfig,
    },
};
use futures::{AsyncRead, AsyncWrite, Sink, SinkExt as _, TryStream, TryStreamExt as _, future};
use rw_stream_sink::RwStreamSink;

use super::{
    fault::Fault,
    limits,
    stream::{Stream, boxed},
};

/// Asks a web server to pass this stream on.
pub(super) async fn dial(stream: Stream, tls: bool, authority: &str, path: &str) -> io::Result<Stream> {
    let scheme = if tls { "wss" } else { "ws" };
    // The form of both parts was checked where the address was read; the type checks it again.
    let uri: Uri = format!("{scheme}://{authority}/{path}").parse().map_err(|_| io::Error::from(Fault::NotRegie))?;
    let request = Request::builder()
        .uri(&uri)
        .header("Host", authority)
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", tungstenite::handshake::client::generate_key())
        .body(())
        .map_err(|_| io::Error::from(Fault::NotRegie))?;
    let (socket, _) = client_async_with_config(request, stream, Some(bounds())).await.map_err(|e| broken(&e))?;
    Ok(bytes(socket))
}

/// Answers a request for a web socket, under whatever path the web server passed it on.
pub(super) async fn accept(stream: Stream) -> io::Result<Stream> {
    let socket = accept_async_with_config(stream, Some(bounds())).await.map_err(|e| broken(&e))?;
    Ok(bytes(socket))
}

/// Answers a request for a web socket with a status and why, instead.
pub(super) async fn refuse(stream: Stream, status: u16, words: &'static str) -> io::Result<()> {
    #[allow(clippy::result_large_err, reason = "tungstenite's type of a callback")]
    let answer = move |_: &server::Request, _: server::Response| {
        let mut answer = server::ErrorResponse::new(Some(words.to_owned()));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let headers = answer.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(words.len()));
        Err(answer)
    };
    match accept_hdr_async_with_config(stream, answer, Some(bounds())).await {
        // This is how it says that the answer has been written.
        Err(tungstenite::Error::Http(_)) => Ok(()),
        Err(error) => Err(broken(&error)),
        Ok(_) => Err(Fault::NotRegie.into()),
    }
}

fn bounds() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(limits::WEB_SOCKET_MESSAGE_BYTES))
        .max_frame_size(Some(limits::WEB_SOCKET_MESSAGE_BYTES))
        .write_buffer_size(0)
        .max_write_buffer_size(limits::WEB_SOCKET_WAITING_BYTES)
}

fn broken(error: &tungstenite::Error) -> io::Error {
    match error {
        tungstenite::Error::Http(answer) if answer.status() != StatusCode::SWITCHING_PROTOCOLS => {
            Fault::NotPassedOn(answer.status().as_u16()).into()
        }
        tungstenite::Error::Io(error) => io::Error::new(error.kind(), error.to_string()),
        _ => Fault::NotRegie.into(),
    }
}

/// The bytes of binary messages, one after the other; any other message but a ping or pong ends the stream.
fn bytes<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(socket: WebSocketStream<S>) -> Stream {
    let messages = socket
        .sink_map_err(|error| io::Error::other(error.to_string()))
        .with(|bytes: Vec<u8>| future::ready(Ok::<_, io::Error>(Message::Binary(bytes.into()))))
        .map_err(|error| io::Error::other(error.to_string()))
        .try_filter_map(|message| {
            future::ready(match message {
                Message::Binary(bytes) => Ok(Some(Vec::from(bytes))),
                Message::Ping(_) | Message::Pong(_) => Ok(None),
                _ => Err(io::ErrorKind::UnexpectedEof.into()),
            })
        });
    boxed(RwStreamSink::new(checked(messages)))
}

/// Says of a stream of messages what the adapter needs of it.
fn checked<S>(messages: S) -> S
where
    S: TryStream<Ok = Vec<u8>, Error = io::Error> + Sink<Vec<u8>, Error = io::Error>,
{
    messages
}
