//! By what a person is reached: e-mail, telephone, a web page. In: text. Out: the one form of it.

use super::kind::{Country, Unfit};

/// Countries whose numbers are written with a 0 before them that goes when the country's code stands there: the code, and
/// how many digits come behind it (the national plans, by the ITU).
const TRUNKS: &[(&str, &str, std::ops::RangeInclusive<usize>)] = &[
    ("AT", "43", 7..=12),
    ("BE", "32", 8..=9),
    ("CH", "41", 9..=9),
    ("DE", "49", 6..=11),
    ("FR", "33", 9..=9),
    ("GB", "44", 9..=10),
    ("IE", "353", 7..=9),
    ("NL", "31", 9..=9),
    ("SE", "46", 7..=9),
];

/// Digits of a number with its country's code, by E.164; nobody has fewer than the first.
const E164: std::ops::RangeInclusive<usize> = 7..=15;

/// Somebody at a domain, as mail is sent to: one `@`, no space, a domain with a point (RFC 5321, but for quoted names).
pub(super) fn email(text: &str) -> Result<String, Unfit> {
    let bare = strip(text, "mailto:");
    let (name, domain) = bare.split_once('@').ok_or(Unfit::NotEmail)?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "@()<>[]:;,\\\"".contains(c);
    let named = (1..=64).contains(&name.len()) && !name.contains(odd) && dots_between(name);
    if named && is_domain(domain) {
        Ok(format!("{name}@{}", domain.to_ascii_lowercase()))
    } else {
        Err(Unfit::NotEmail)
    }
}

/// `+`, the country's code and the number. One that is written as within a country is read by the customs of `home`.
pub(super) fn telephone(text: &str, home: Option<Country>) -> Result<String, Unfit> {
    let bare = strip(text, "tel:").replace("(0)", "");
    let marks = |c: &char| !c.is_whitespace() && !"()-./\u{2011}\u{2013}".contains(*c);
    let packed: String = bare.chars().filter(marks).collect();
    let with_code = packed.strip_prefix('+').or_else(|| packed.strip_prefix("00"));
    let digits = with_code.unwrap_or(&packed);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unfit::NotTelephone);
    }
    if with_code.is_some() {
        let whole = E164.contains(&digits.len()) && !digits.starts_with('0');
        return whole.then(|| format!("+{digits}")).ok_or(Unfit::NotTelephone);
    }
    let home = home.ok_or(Unfit::NoCountryCode)?;
    let (_, code, length) = TRUNKS.iter().find(|(of, ..)| *of == home.code()).ok_or(Unfit::NoCountryCode)?;
    let own = digits.strip_prefix('0').filter(|own| length.contains(&own.len()) && !own.starts_with('0'));
    own.map(|own| format!("+{code}{own}")).ok_or(Unfit::NotTelephone)
}

/// A page at a domain, by HTTP; `https://` where nothing is said.
pub(super) fn url(text: &str) -> Result<String, Unfit> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"\\^`{|}".contains(c)) {
        return Err(Unfit::NotUrl);
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("https".to_owned(), text),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = (&rest[..end], &rest[end..]);
    let (domain, port) = host.split_once(':').map_or((host, None), |(domain, port)| (domain, Some(port)));
    let ported = port.is_none_or(|port| port.parse::<u16>().is_ok());
    if !matches!(scheme.as_str(), "http" | "https") || !is_domain(domain) || !ported {
        return Err(Unfit::NotUrl);
    }
    Ok(format!("{scheme}://{}{path}", host.to_ascii_lowercase()))
}

/// The text behind this, in whatever case it is written.
fn strip<'a>(text: &'a str, begin: &str) -> &'a str {
    let begins = text.get(..begin.len()).is_some_and(|own| own.eq_ignore_ascii_case(begin));
    if begins { text[begin.len()..].trim() } else { text }
}

fn dots_between(text: &str) -> bool {
    !text.starts_with('.') && !text.ends_with('.') && !text.contains("..")
}

/// At least two labels of letters, digits and dashes; letters of any script.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    let lettered = last.chars().count() >= 2 && !last.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 253 && text.contains('.') && lettered && text.split('.').all(label)
}
