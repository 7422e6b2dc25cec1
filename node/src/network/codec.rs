//! Frames on a stream: the bytes up to the end of the stream, and never more than the bound.

use std::io;

use futures::prelude::*;
use libp2p::{StreamProtocol, request_response::Codec};

use super::limits;

/// Reads and writes whole frames. The request-response layer closes the writing side after each.
#[derive(Clone, Default)]
pub(super) struct Frames;

impl Codec for Frames {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        let frame = read(io).await?;
        // No reply is empty: this is a stream that was closed without one.
        if frame.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(frame) }
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, frame: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&frame).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, frame: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&frame).await
    }
}

async fn read<T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<Vec<u8>> {
    let mut frame = Vec::new();
    io.take(limits::FRAME_BYTES as u64 + 1).read_to_end(&mut frame).await?;
    if frame.len() > limits::FRAME_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "frame above the bound"));
    }
    Ok(frame)
}
