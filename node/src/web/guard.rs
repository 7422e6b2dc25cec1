//! Turns away what comes by another host's name (DNS rebinding) or from another site's page (CSRF), and what takes too
//! long. In: requests. Out: the room's answer, or a refusal in the room's words.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};

use super::{
    Face, limits,
    loopback::{self, OwnHosts},
};
use crate::elsewhere::Origin;

/// Who calls a room.
#[derive(Clone, Debug)]
pub enum Callers {
    /// One person in a browser on this machine, under these names. The browser sends the cookie by itself, so only the
    /// own hosts are answered, a look from another site is refused, and a form must show that it is ours.
    Owner(OwnHosts),
    /// The same person in a browser on another machine, at the one origin that they declared. All is held to that origin, and
    /// what came without encryption is led to it.
    OwnerElsewhere(Origin),
    /// A company's systems and people, under whatever name the company gives this machine. A call brings its key, which
    /// no other site has; what a browser sends from another site changes nothing all the same.
    Systems,
}

/// Stands in the extensions of a request by which another site led somebody here.
#[derive(Clone, Copy)]
pub(crate) struct Led;

/// Why a request did not come as far as the room, or not through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It named another host.
    Host,
    /// A form from a page that was shown before this process began, under the name that the room had then.
    Before,
    /// Another site's page asked for it.
    Site,
    /// A change that did not come from a page of ours.
    Form,
    /// The room took longer than [`limits::CALL`].
    Late,
}

/// Host, origin, method, time.
pub(super) async fn guard(State(face): State<Face>, mut request: Request, next: Next) -> Response {
    if let Some(place) = face.callers.moved(&request) {
        return Redirect::to(&place).into_response();
    }
    if let Some(refused) = face.callers.refuse(request.method(), request.uri().path(), request.headers()) {
        return (face.refusal)(refused);
    }
    if matches!(face.callers, Callers::Owner(_) | Callers::OwnerElsewhere(_)) && from_elsewhere(request.headers()) {
        // Whoever was led here by another site is nobody that we know.
        request.headers_mut().remove(header::COOKIE);
        request.extensions_mut().insert(Led);
    }
    // An event stream is answered at once: what follows its head is not bounded here.
    let answered = tokio::time::timeout(limits::CALL, next.run(request)).await;
    answered.unwrap_or_else(|_| (face.refusal)(Refused::Late))
}

impl Callers {
    /// Where the page is now that was asked for at a name of an earlier start: at the door. And where the page is that was asked
    /// for without encryption.
    fn moved(&self, request: &Request) -> Option<String> {
        let (host, path) = (only(request.headers(), &header::HOST)?, request.uri().path_and_query()?);
        let leads =
            request.method() == Method::GET && (!from_elsewhere(request.headers()) || navigates(request.headers()));
        match self {
            Self::Owner(own) => (leads && own.was_name(host)).then(|| format!("http://{}{path}", own.door())),
            Self::OwnerElsewhere(origin) => {
                (leads && host == origin.authority() && was_plain(request.headers())).then(|| format!("{origin}{path}"))
            }
            Self::Systems => None,
        }
    }

    fn refuse(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Refused> {
        match self {
            Self::Owner(hosts) => refuse_owner(hosts, method, path, headers),
            Self::OwnerElsewhere(origin) => refuse_elsewhere(origin, method, headers),
            Self::Systems => {
                let changes = !matches!(*method, Method::GET | Method::HEAD);
                (changes && from_elsewhere(headers)).then_some(Refused::Site)
            }
        }
    }
}

fn refuse_owner(own: &OwnHosts, method: &Method, path: &str, headers: &HeaderMap) -> Option<Refused> {
    let host = only(headers, &header::HOST);
    let Some(host) = host.filter(|host| own.knows(host)) else {
        let before = method == Method::POST && host.is_some_and(|host| own.was_name(host));
        return Some(if before { Refused::Before } else { Refused::Host });
    };
    if method == Method::GET {
        // A page elsewhere, another port of this machine included, has no business with ours, not even to look. A person
        // may be led to the door, which shows nobody anything, and by a link that somebody was given.
        let may_arrive = own.is_door(host) || (own.is_name(host) && path.starts_with(loopback::LINKS));
        return (from_elsewhere(headers) && !(may_arrive && navigates(headers))).then_some(Refused::Site);
    }
    (!is_own_form(&format!("http://{host}"), method, headers)).then_some(Refused::Form)
}

fn refuse_elsewhere(own: &Origin, method: &Method, headers: &HeaderMap) -> Option<Refused> {
    if only(headers, &header::HOST) != Some(&own.authority()) {
        return Some(Refused::Host);
    }
    if method == Method::GET {
        // A person may be led here, as nobody.
        return (from_elsewhere(headers) && !navigates(headers)).then_some(Refused::Site);
    }
    let fine = is_own_form(&own.to_string(), method, headers) && !was_plain(headers);
    (!fine).then_some(Refused::Form)
}

/// Does whoever stands between say that this came without encryption?
fn was_plain(headers: &HeaderMap) -> bool {
    headers.get_all("x-forwarded-proto").iter().any(|proto| proto != "https")
}

/// Did a page of ours send this form?
fn is_own_form(own: &str, method: &Method, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).map(|origin| origin.as_bytes() == own.as_bytes());
    let site = headers.get("sec-fetch-site").map(|site| site == "same-origin");
    let form = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
        kind.starts_with("application/x-www-form-urlencoded") || kind.starts_with("multipart/form-data;")
    });
    // A browser sends at least one of the two with every POST; both must be ours where they are there.
    let known = origin.is_some() || site.is_some();
    method == Method::POST && known && origin.unwrap_or(true) && site.unwrap_or(true) && form
}

/// The value of a header that is there once: of two, whoever stands between could have looked at the other.
fn only<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let (first, more) = (all.next()?, all.next());
    first.to_str().ok().filter(|_| more.is_none())
}

/// Is a person led to a page by this, one that fills a window or a tab?
fn navigates(headers: &HeaderMap) -> bool {
    let says = |name: &'static str| only(headers, &header::HeaderName::from_static(name));
    says("sec-fetch-mode") == Some("navigate") && says("sec-fetch-dest") == Some("document")
}

/// Does a browser say that another site's page is behind this? Other programs say nothing.
fn from_elsewhere(headers: &HeaderMap) -> bool {
    let foreign = |site: &HeaderValue| site != "same-origin" && site != "none";
    headers.get_all("sec-fetch-site").iter().any(foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(of: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = of.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        pairs.collect::<Vec<(axum::http::HeaderName, HeaderValue)>>().into_iter().collect()
    }

    #[test]
    fn the_owners_room_answers_its_own_hosts_and_its_own_forms() {
        let room = Callers::Owner(OwnHosts::draw(7480));
        let own = ("host", "localhost:7480");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let get = |of: &[(&'static str, &str)]| room.refuse(&Method::GET, "/", &headers(of));
        let post = |of: &[(&'static str, &str)]| room.refuse(&Method::POST, "/", &headers(of));
        assert_eq!(get(&[own]), None);
        assert_eq!(get(&[]), Some(Refused::Host));
        assert_eq!(get(&[("host", "evil.example:7480")]), Some(Refused::Host));
        assert_eq!(get(&[own, ("sec-fetch-site", "cross-site")]), Some(Refused::Site));
        assert_eq!(post(&[own, form, ("origin", "http://localhost:7480")]), None);
        assert_eq!(
            post(&[own, form, ("origin", "http://127.0.0.1:7480")]),
            Some(Refused::Form),
            "another of our names"
        );
        assert_eq!(post(&[own, form]), Some(Refused::Form), "nothing shows whose it is");
    }

    #[test]
    fn another_site_leads_a_person_to_the_door_and_by_a_link_and_nowhere_else() {
        let own = OwnHosts::draw(7480);
        let name = own.name().to_owned();
        let room = Callers::Owner(own);
        let led = |host: &str, path: &str, mode: &str, dest: &str| {
            let of =
                [("host", host), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
            room.refuse(&Method::GET, path, &headers(&of))
        };
        assert_eq!(led("localhost:7480", "/contracts", "navigate", "document"), None);
        assert_eq!(led(&name, "/start/x", "navigate", "document"), None);
        assert_eq!(led("localhost:7480", "/contracts", "navigate", "iframe"), Some(Refused::Site));
        assert_eq!(led("localhost:7480", "/contracts", "no-cors", "image"), Some(Refused::Site));
        assert_eq!(led(&name, "/contracts", "navigate", "document"), Some(Refused::Site));
        assert_eq!(led("127.0.0.1:7480", "/start/x", "navigate", "document"), Some(Refused::Site));
    }

    #[test]
    fn a_page_at_a_name_of_an_earlier_start_is_at_the_door_now_and_its_forms_are_told() {
        let (before, room) = (OwnHosts::draw(7480), Callers::Owner(OwnHosts::draw(7480)));
        let request = |method: Method, host: &str| {
            let request = Request::builder().method(method).uri("/data/email?x=1").header("host", host);
            request.body(axum::body::Body::empty()).expect("a request")
        };
        let moved = room.moved(&request(Method::GET, before.name()));
        assert_eq!(moved.as_deref(), Some("http://localhost:7480/data/email?x=1"));
        let form = request(Method::POST, before.name());
        assert_eq!(room.moved(&form), None);
        assert_eq!(room.refuse(form.method(), "/data/email", form.headers()), Some(Refused::Before));
        assert_eq!(room.moved(&request(Method::GET, "regie-x.localhost:7480")), None);
    }

    #[test]
    fn a_persons_room_elsewhere_is_held_to_its_one_origin() {
        let room = Callers::OwnerElsewhere("https://regie.example.nl".parse().expect("an origin"));
        let form = ("content-type", "application/x-www-form-urlencoded");
        let (own, from) = (("host", "regie.example.nl"), ("origin", "https://regie.example.nl"));
        let get = |of: &[(&'static str, &str)]| room.refuse(&Method::GET, "/", &headers(of));
        let post = |of: &[(&'static str, &str)]| room.refuse(&Method::POST, "/", &headers(of));
        assert_eq!(get(&[own]), None);
        for host in ["localhost:7480", "regie.example.nl:443", "evil.example", "regie.example.nl.evil.example"] {
            assert_eq!(get(&[("host", host)]), Some(Refused::Host), "{host}");
        }
        assert_eq!(get(&[own, own]), Some(Refused::Host), "said twice");
        assert_eq!(get(&[own, ("sec-fetch-site", "same-site")]), Some(Refused::Site));
        assert_eq!(post(&[own, form, from]), None);
        for origin in ["http://regie.example.nl", "https://regie.example.nl:8443", "https://evil.example", "null"] {
            assert_eq!(post(&[own, form, ("origin", origin)]), Some(Refused::Form), "{origin}");
        }
        assert_eq!(
            post(&[own, form, from, ("x-forwarded-proto", "http")]),
            Some(Refused::Form),
            "it came in the clear"
        );
        let request = Request::builder().uri("/data?x=1").header("host", "regie.example.nl");
        let request = request.header("x-forwarded-proto", "http").body(axum::body::Body::empty()).expect("a request");
        assert_eq!(room.moved(&request).as_deref(), Some("https://regie.example.nl/data?x=1"));
    }

    #[test]
    fn a_companys_room_has_any_name_and_takes_no_change_from_another_site() {
        let named = ("host", "data.company.example");
        let refuse = |method: Method, site: &'static str| {
            Callers::Systems.refuse(&method, "/", &headers(&[named, ("sec-fetch-site", site)]))
        };
        assert_eq!(Callers::Systems.refuse(&Method::POST, "/", &headers(&[named])), None, "a program, with its key");
        assert_eq!(refuse(Method::POST, "same-origin"), None);
        assert_eq!(refuse(Method::GET, "cross-site"), None, "a link to the page may stand in a mail");
        for method in [Method::POST, Method::DELETE, Method::OPTIONS] {
            assert_eq!(refuse(method, "cross-site"), Some(Refused::Site));
        }
    }
}
