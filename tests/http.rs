//! HTTP by hand, so that a test can send what no browser would. In: a method, a path, headers, a body. Out: status,
//! headers, body.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// What came back.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Everything before the body, as it came.
    pub head: String,
    /// The body as text, not unchunked.
    pub body: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Response {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = format!("{}:", name.to_lowercase());
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&name))?;
        line.split_once(':').map(|(_, value)| value.trim())
    }

    /// The session cookie that was set, as it is sent back.
    pub fn cookie(&self) -> Option<String> {
        self.header("set-cookie")?.split(';').next().map(str::to_owned)
    }

    /// The token of the page's forms.
    pub fn form(&self) -> String {
        let rest = self.body.split("name=\"form\" value=\"").nth(1).expect("a form");
        rest.split('"').next().expect("a token").to_owned()
    }
}

/// Sends one request on a connection of its own. `Host` is added where no header names one.
pub fn send(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut stream = TcpStream::connect(to).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
    let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        text += &format!("Host: {to}\r\n");
    }
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if method == "POST" {
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    text += "\r\n";
    stream.write_all(text.as_bytes()).expect("sent");
    // A server may refuse a body that is too long before all of it is there.
    let _ = stream.write_all(body.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let bytes = answer.get(end + 4..).unwrap_or_default().to_vec();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Response { status, head, body: String::from_utf8_lossy(&bytes).into_owned(), bytes }
}
