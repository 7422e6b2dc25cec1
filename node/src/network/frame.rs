//! Frames on a stream: four bytes of length, big-endian, then so many bytes, never more than the bound.
//!
//! In: a stream, a frame. Out: the bytes on the stream; the other way, a frame, or that the peer broke the form.

use std::io;

use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{budget::Room, limits};

/// Writes a frame at once, so that it travels in one piece where it is short.
pub(super) async fn write(io: &mut (impl AsyncWrite + Unpin), frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut bytes = Vec::with_capacity(4 + frame.len());
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(frame);
    io.write_all(&bytes).await?;
    io.flush().await
}

/// Reads a frame, into this room.
pub(super) async fn read(io: &mut (impl AsyncRead + Unpin), room: &mut Room) -> io::Result<Vec<u8>> {
    let mut first = [0];
    io.read_exact(&mut first).await?;
    read_rest(first[0], io, room).await
}

/// Reads a frame whose first byte was read already. No more memory is taken than bytes have come, and a chunk.
pub(super) async fn read_rest(first: u8, io: &mut (impl AsyncRead + Unpin), room: &mut Room) -> io::Result<Vec<u8>> {
    let mut rest = [0; 3];
    io.read_exact(&mut rest).await?;
    let length = usize::try_from(u32::from_be_bytes([first, rest[0], rest[1], rest[2]])).unwrap_or(usize::MAX);
    if length > limits::FRAME_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame above the bound"));
    }
    let mut frame = Vec::new();
    while frame.len() < length {
        let (come, chunk) = (frame.len(), limits::CHUNK_BYTES.min(length - frame.len()));
        // Before memory is taken, and by the chunk: a length that is only announced costs nobody anything.
        room.take(chunk)?;
        frame.reserve_exact(chunk);
        frame.resize(come + chunk, 0);
        io.read_exact(&mut frame[come..]).await?;
    }
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::budget::Budget;

    async fn read(io: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
        super::read(io, &mut Budget::default().line([1; 32]).room()).await
    }

    #[tokio::test]
    async fn frames_follow_one_another() {
        let (mut stream, largest) = (Vec::new(), vec![7; limits::FRAME_BYTES]);
        for frame in [&b"a"[..], b"bc", b"", &largest] {
            write(&mut stream, frame).await.unwrap();
        }
        assert_eq!(stream[..9], [0, 0, 0, 1, b'a', 0, 0, 0, 2]);
        let mut stream = &stream[..];
        assert_eq!(read(&mut stream).await.unwrap(), b"a");
        assert_eq!(read(&mut stream).await.unwrap(), b"bc");
        assert_eq!(read(&mut stream).await.unwrap(), b"");
        assert_eq!(read(&mut stream).await.unwrap(), largest);
        assert_eq!(read(&mut stream).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_longer_and_a_broken_frame_are_refused() {
        let above = (limits::FRAME_BYTES as u32 + 1).to_be_bytes();
        for (bytes, kind) in [
            (&above[..], io::ErrorKind::InvalidData),
            (&[u8::MAX; 4], io::ErrorKind::InvalidData),
            (&[0, 0, 0, 2, 1], io::ErrorKind::UnexpectedEof),
            (&[0, 0], io::ErrorKind::UnexpectedEof),
        ] {
            assert_eq!(read(&mut &bytes[..]).await.unwrap_err().kind(), kind);
        }
    }
}
