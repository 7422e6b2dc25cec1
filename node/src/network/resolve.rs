//! Names to addresses, by the system's own resolver, which follows every change of network. In: a host. Out: IP
//! addresses, few and in time; asked anew for every attempt, so that a supplier that moved is found.

use std::{io, net::SocketAddr};

use tokio::time::timeout;

use super::{
    address::{Family, Host},
    fault::Fault,
    limits,
};

/// The socket addresses of a host, at most [`limits::ADDRESSES_OF_A_NAME`], both families in turn.
pub(super) async fn resolve(host: &Host, port: u16) -> io::Result<Vec<SocketAddr>> {
    let (name, family) = match host {
        Host::Ip(ip) => return Ok(vec![(*ip, port).into()]),
        Host::Onion(_) => return Err(Fault::UnknownName.into()),
        Host::Name { name, family } => (name, *family),
    };
    let asked = timeout(limits::RESOLVE, tokio::net::lookup_host((name.as_str(), port))).await;
    let found = match asked {
        Err(_) => return Err(Fault::NoResolver.into()),
        Ok(Err(error)) => return Err(unresolved(&error).into()),
        Ok(Ok(found)) => found,
    };
    let (four, six): (Vec<_>, Vec<_>) = found.partition(SocketAddr::is_ipv4);
    let (mut four, mut six) = (four.into_iter(), six.into_iter());
    let mut all = Vec::new();
    while all.len() < limits::ADDRESSES_OF_A_NAME {
        // In turn, since either family may be there and lead nowhere; a bound that one of them filled would leave the
        // other out.
        let pair = [six.next().filter(|_| family != Family::V4), four.next().filter(|_| family != Family::V6)];
        if pair == [None, None] && six.len() == 0 && four.len() == 0 {
            break;
        }
        all.extend(pair.into_iter().flatten());
    }
    if all.is_empty() { Err(Fault::UnknownName.into()) } else { Ok(all) }
}

/// The system tells "there is no such name" and "ask again later" apart by their texts alone.
fn unresolved(error: &io::Error) -> Fault {
    let temporary = error.to_string().contains("Temporary failure");
    if temporary { Fault::NoResolver } else { Fault::UnknownName }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_needs_no_resolver_and_an_unknown_name_is_said_to_be_one() {
        let found = resolve(&Host::Ip([192, 0, 2, 7].into()), 5).await.expect("itself");
        assert_eq!(found, ["192.0.2.7:5".parse().expect("an address")]);
        let name = Host::Name { name: "nobody.invalid".into(), family: Family::Any };
        let fault = Fault::of(&resolve(&name, 5).await.expect_err("no such name"));
        assert!(matches!(fault, Fault::UnknownName | Fault::NoResolver), "{fault}");
    }
}
