//! By what a person is reached: e-mail, telephone, a web page. In: text. Out: the one form of it.

use super::{
    dialling::{OF_NO_COUNTRY, PLANS, Plan},
    kind::{Country, Unfit},
};

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
    let marks = |c: &char| !c.is_whitespace() && !"()-./\u{2010}\u{2011}\u{2013}".contains(*c);
    let packed: String = bare.chars().filter(marks).collect();
    let with_code = packed.strip_prefix('+').or_else(|| packed.strip_prefix("00"));
    let digits = with_code.unwrap_or(&packed);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unfit::NotTelephone);
    }
    if with_code.is_some() {
        return from_abroad(digits).ok_or(Unfit::NotTelephone);
    }
    let home = home.ok_or(Unfit::NoCountryCode)?;
    let plan = PLANS.iter().find(|plan| plan.country == home.code()).ok_or(Unfit::NoCountryCode)?;
    within(plan, digits).map(|own| format!("+{}{own}", plan.code)).ok_or(Unfit::NotTelephone)
}

/// A number behind a code that there is, as long as numbers of it are. A 0 that is dialled within the country alone goes.
fn from_abroad(digits: &str) -> Option<String> {
    if !E164.contains(&digits.len()) {
        return None;
    }
    if OF_NO_COUNTRY.iter().any(|code| digits.starts_with(code)) {
        return Some(format!("+{digits}"));
    }
    // No code begins with another one.
    let plans: Vec<&Plan> = PLANS.iter().filter(|plan| digits.starts_with(plan.code)).collect();
    let code = plans.first()?.code;
    let own = &digits[code.len()..];
    let own = if plans.iter().all(|plan| plan.trunk == "0") { own.strip_prefix('0').unwrap_or(own) } else { own };
    plans.iter().any(|plan| plan.any.contains(&own.len())).then(|| format!("+{code}{own}"))
}

/// A number as it is dialled within its country, without what goes where the code stands.
fn within<'a>(plan: &Plan, digits: &'a str) -> Option<&'a str> {
    let own = match plan.trunk {
        "" => Some(digits).filter(|own| plan.lengths.contains(&own.len())),
        trunk => {
            let fits = |own: &&str| plan.lengths.contains(&own.len()) && !own.starts_with('0');
            digits.strip_prefix(trunk).filter(fits)
        }
    };
    own.or_else(|| Some(digits).filter(|own| plan.bare.contains(&own.len()) && !own.starts_with('0')))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_begins_with_another_and_each_country_stands_once() {
        assert!(PLANS.windows(2).all(|pair| pair[0].country < pair[1].country));
        let codes = || PLANS.iter().map(|plan| plan.code).chain(OF_NO_COUNTRY);
        for code in codes() {
            assert!(codes().all(|other| other == code || !other.starts_with(code)), "{code}");
        }
        assert!(PLANS.iter().all(|plan| plan.country.parse::<Country>().is_ok()));
        assert!(PLANS.iter().all(|plan| plan.bare.iter().all(|length| plan.lengths.contains(length))));
    }

    /// Written as within the country and as from abroad, the examples of another implementation become what it says.
    #[test]
    fn numbers_of_every_country_are_read_as_people_there_write_them() {
        let examples = include_str!("../../tests/telephones.tsv").lines().filter(|line| !line.starts_with('#'));
        let mut countries = std::collections::BTreeSet::new();
        for line in examples {
            let columns: Vec<&str> = line.split('\t').collect();
            let [country, national, international, e164] = columns.as_slice() else { panic!("{line}") };
            let home = country.parse().ok();
            assert_eq!(telephone(international, None).as_deref(), Ok(*e164), "{line}");
            assert_eq!(telephone(e164, home).as_deref(), Ok(*e164), "{line}");
            assert_eq!(telephone(&format!("00{}", &e164[1..]), home).as_deref(), Ok(*e164), "{line}");
            match telephone(national, home) {
                // A mobile number has a 15 in the midst of it there, and loses it.
                Err(Unfit::NotTelephone) if *country == "AR" && national.contains(" 15-") => {}
                read => assert_eq!(read.as_deref(), Ok(*e164), "{line}"),
            }
            countries.insert(*country);
        }
        assert!(countries.len() > 240, "{}", countries.len());
    }

    #[test]
    fn what_is_no_number_of_the_country_is_not_taken() {
        let read = |text: &str, home: &str| telephone(text, home.parse().ok());
        for (text, form) in [
            ("+31 06 12345678", "+31612345678"),
            ("+39 06 1234 5678", "+390612345678"),
            ("+1 (201) 555-0123", "+12015550123"),
        ] {
            assert_eq!(read(text, "").as_deref(), Ok(form), "{text}");
        }
        for (text, home) in [
            ("+210 123456789", ""), // no such code
            ("+999 12345678", ""),
            ("+47 123456789", ""), // nine in Norway
            ("+31 6 1234 5678 9012", ""),
            ("12345678", "DE"), // of which town?
            ("612345678", "NL"),
            ("2345678", "US"), // of which area?
            ("123", "LU"),
        ] {
            assert_eq!(read(text, home), Err(Unfit::NotTelephone), "{text} {home}");
        }
        assert_eq!(read("12345678", "AQ"), Err(Unfit::NoCountryCode));
    }
}
