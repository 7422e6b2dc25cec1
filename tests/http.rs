//! HTTP as a client speaks it, and by hand, so that a test can send what no client would. In: a method, a path, headers,
//! a body. Out: status, headers, body.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long an answer may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The host of a link, with its port, as a browser says it.
pub fn host_of(link: &str) -> &str {
    link.split('/').nth(2).expect("a host")
}

/// Where a one-time link to a dashboard leads: the address, and the path there. Who calls the address by its number is let
/// in there, and not at the name that the link has.
pub fn start_of(link: &str) -> (SocketAddr, &str) {
    let port = host_of(link).rsplit(':').next().expect("a port").parse().expect("a port");
    (SocketAddr::from(([127, 0, 0, 1], port)), &link[link.find("/start/").expect("a path")..])
}

/// Spends such a link: where the dashboard is, and the cookie of who is in.
pub fn enter(link: &str) -> (SocketAddr, String) {
    let (to, path) = start_of(link);
    (to, send_by_hand(to, "GET", path, &[], "").cookie().expect("a cookie"))
}

/// What came back.
#[derive(Debug, Default)]
pub struct Response {
    /// The status code; 0 where none came.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Response {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
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

    fn of(status: u16, headers: Vec<(String, String)>, bytes: Vec<u8>) -> Self {
        Self { status, headers, body: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }
}

/// Sends one request, and follows no redirect.
pub fn send(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(PATIENCE));
    let mut request = ureq::http::Request::builder().method(method).uri(format!("http://{to}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent = config.build().new_agent();
    let answered = match method {
        "POST" => agent.run(request.body(body).expect("a request")),
        _ => agent.run(request.body(()).expect("a request")),
    };
    let mut answer = answered.expect("an answer");
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let bytes = answer.body_mut().with_config().limit(u64::MAX).read_to_vec().expect("a body");
    Response::of(answer.status().as_u16(), headers, bytes)
}

/// Sends one request by hand on a connection of its own, whatever stands in it. `Host` is added where no header names
/// one; a body that came in chunks is left as it is.
pub fn send_by_hand(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut stream = TcpStream::connect(to).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    say_by_hand(&mut stream, &to.to_string(), method, path, headers, body)
}

/// The same on a connection that stands, encrypted or not, to this host.
pub fn say_by_hand(
    stream: &mut (impl Read + Write),
    to: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
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
    // A server may refuse a head or a body that is too long before all of it is there.
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.write_all(body.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
    Response::of(status, headers, answer.get(end + 4..).unwrap_or_default().to_vec())
}

/// A dashboard that somebody is in at.
pub struct Door {
    to: SocketAddr,
    cookie: String,
}

impl Door {
    /// In by a link.
    pub fn enter(link: &str) -> Self {
        let (to, cookie) = enter(link);
        Self { to, cookie }
    }

    pub fn get(&self, path: &str) -> Response {
        send_by_hand(self.to, "GET", path, &[("Cookie", &self.cookie)], "")
    }

    /// Sends a form.
    pub fn post(&self, path: &str, form: &str) -> Response {
        self.post_as(path, "application/x-www-form-urlencoded", form)
    }

    /// Sends a body of this type.
    pub fn post_as(&self, path: &str, kind: &str, body: &str) -> Response {
        let origin = format!("http://{}", self.to);
        let headers = [("Cookie", &*self.cookie), ("Origin", &*origin), ("Content-Type", kind)];
        send_by_hand(self.to, "POST", path, &headers, body)
    }
}
