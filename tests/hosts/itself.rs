//! The lab does what the other tests take it to do. A test that waits for an answer over a cut wire shows nothing if the
//! wire was never cut.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream, UdpSocket},
    time::Duration,
};

use regie_tests::lab::{
    Family, Host, Lab,
    faults::{Cut, Packets},
    names::Names,
    trio::within,
};

const PORT: u16 = 4000;
/// How long a packet may be on its way.
const WAY: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait for what must not come about.
const NEVER: Duration = Duration::from_millis(1500);

/// Answers every byte of TCP and every packet of UDP with the same, from every address of a host.
fn echo(host: &Host) {
    let (tcp, udp) = host
        .inside(|| (TcpListener::bind(("::", PORT)).expect("a port"), UdpSocket::bind(("::", PORT)).expect("a port")));
    std::thread::spawn(move || {
        for stream in tcp.incoming().flatten() {
            std::thread::spawn(move || {
                let (mut stream, mut bytes) = (stream, [0; 65536]);
                while let Ok(read @ 1..) = stream.read(&mut bytes) {
                    if stream.write_all(&bytes[..read]).is_err() {
                        break;
                    }
                }
            });
        }
    });
    std::thread::spawn(move || {
        let mut bytes = [0; 2000];
        while let Ok((read, from)) = udp.recv_from(&mut bytes) {
            let _ = udp.send_to(&bytes[..read], from);
        }
    });
}

/// Does a connection to there come about, and say back what it is told?
fn tcp(from: &Host, to: IpAddr, port: u16) -> Option<TcpStream> {
    connects(from, to, port, PATIENCE)
}

/// Does no connection to there come about?
fn no_tcp(from: &Host, to: IpAddr, port: u16) -> bool {
    connects(from, to, port, NEVER).is_none()
}

fn connects(from: &Host, to: IpAddr, port: u16, patience: Duration) -> Option<TcpStream> {
    let mut stream = from.inside(|| TcpStream::connect_timeout(&SocketAddr::new(to, port), patience)).ok()?;
    says(&mut stream, 1, patience).then_some(stream)
}

/// Does what is said come back in time?
fn says(stream: &mut TcpStream, bytes: usize, patience: Duration) -> bool {
    let (said, mut heard) = (vec![7; bytes], vec![0; bytes]);
    stream.set_read_timeout(Some(patience)).expect("set");
    stream.write_all(&said).is_ok() && stream.read_exact(&mut heard).is_ok() && said == heard
}

/// How many of so many packets of UDP come back?
fn udp(from: &Host, to: IpAddr, packets: u32, bytes: usize) -> u32 {
    let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = from.inside(|| UdpSocket::bind(any)).expect("a port");
    socket.set_read_timeout(Some(WAY)).expect("set");
    for _ in 0..packets {
        let _ = socket.send_to(&vec![1; bytes], (to, PORT));
    }
    let mut heard = [0; 2000];
    std::iter::from_fn(|| socket.recv(&mut heard).ok()).count().try_into().expect("few")
}

/// A shop, a router and a home behind it.
fn three(lab: &Lab) -> (Host, Host, Host) {
    let (shop, nat) = (lab.host("shop", Family::Both), lab.nat("nat"));
    let home = lab.behind(&nat, "home");
    echo(&shop);
    (shop, nat, home)
}

fn v4(host: &Host) -> IpAddr {
    host.ipv4.expect("an address").into()
}

#[test]
fn a_router_lets_out_and_not_in_and_both_versions_are_routed() {
    let Some(lab) = Lab::new() else { return };
    let (shop, nat, home) = three(&lab);
    let inner = lab.nat_behind(&nat, "inner");
    let deep = lab.behind(&inner, "deep");
    for host in [&home, &deep] {
        assert!(tcp(host, v4(&shop), PORT).is_some());
        assert_eq!(udp(host, v4(&shop), 3, 100), 3);
    }
    echo(&home);
    assert!(no_tcp(&shop, v4(&nat), PORT), "a router lets nobody in");
    let six = lab.host("six", Family::V6);
    assert!(tcp(&six, shop.ipv6.expect("an address").into(), PORT).is_some());
    assert!(no_tcp(&six, v4(&shop), PORT), "it has no such address");
}

#[test]
fn a_wire_is_cut_loses_shrinks_and_is_whole_again() {
    let Some(lab) = Lab::new() else { return };
    let (shop, _nat, home) = three(&lab);
    let mut open = tcp(&home, v4(&shop), PORT).expect("connected");
    for how in [Cut::Drop, Cut::Reject] {
        home.cut(how);
        assert_eq!(udp(&home, v4(&shop), 3, 100), 0, "{how:?}");
        assert!(!says(&mut open, 1, WAY), "{how:?}");
        home.mend();
        assert_eq!(udp(&home, v4(&shop), 3, 100), 3, "{how:?}");
        // What was said meanwhile comes now, over the same line.
        open.set_read_timeout(Some(PATIENCE)).expect("set");
        open.read_exact(&mut [0]).expect("TCP says it again");
    }
    home.lose(30);
    let back = udp(&home, v4(&shop), 200, 100);
    assert!((50..150).contains(&back), "{back} of 200 came back, where 98 are to be expected");
    home.mend();
    assert_eq!(udp(&home, v4(&shop), 5, 1400), 5);
    home.shrink();
    assert_eq!(udp(&home, v4(&shop), 5, 1400), 0);
    assert_eq!(udp(&home, v4(&shop), 5, 1200), 5);
    assert!(says(&mut open, 100, PATIENCE));
    assert!(!says(&mut open, 40_000, 4 * WAY), "large packets are lost and nobody is told");
    // A host that makes small packets of itself gets through, however much it has to say.
    let small =
        ["route", "replace", "default", "via", &home.gateway().to_string(), "mtu", "1280"].map(ToOwned::to_owned);
    assert!(home.program("ip").args(small).status().expect("ip runs").success());
    let mut open = tcp(&home, v4(&shop), PORT).expect("connected");
    assert!(says(&mut open, 400_000, PATIENCE));
}

#[test]
fn a_router_forgets_and_a_host_moves() {
    let Some(lab) = Lab::new() else { return };
    let (shop, _nat, mut home) = three(&lab);
    let mut open = tcp(&home, v4(&shop), PORT).expect("connected");
    home.forgotten();
    assert!(!says(&mut open, 1, 4 * WAY), "a flow that is not known is not carried on");
    let mut open = tcp(&home, v4(&shop), PORT).expect("connected");
    home.roam();
    assert!(!says(&mut open, 1, 4 * WAY), "the address is gone");
    assert!(tcp(&home, v4(&shop), PORT).is_some());
}

#[test]
fn a_network_redirects_counts_and_lets_some_ports_out() {
    let Some(lab) = Lab::new() else { return };
    let (shop, nat, home) = three(&lab);
    let counter = home.count("shop", &format!("ip daddr {}", v4(&shop)));
    assert_eq!(udp(&home, v4(&shop), 4, 100), 4);
    assert_eq!(counter.packets(), 4);
    home.only_ports(&[PORT + 1]);
    assert!(no_tcp(&home, v4(&shop), PORT));
    assert_eq!(udp(&home, v4(&shop), 2, 100), 0);
    home.only_ports(&[PORT]);
    assert!(tcp(&home, v4(&shop), PORT).is_some());
    // Whoever it is for, the router answers.
    echo(&nat);
    home.redirect(Packets::Any, SocketAddrV4::new(home.gateway(), PORT));
    let before = counter.packets();
    let nobody = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
    assert!(tcp(&home, nobody, 9).is_some() && tcp(&home, v4(&shop), PORT).is_some());
    assert_eq!(counter.packets(), before, "none went to the shop");
    home.honest();
    assert!(no_tcp(&home, nobody, 9) && tcp(&home, v4(&shop), PORT).is_some());
}

#[test]
fn names_are_served_changed_and_gone_with_the_lab() {
    let Some(lab) = Lab::new() else { return };
    let (shop, _nat, home) = three(&lab);
    let mut names = Names::start(&lab.host("names", Family::V4));
    names.serve(&home);
    let asked = |name: &str| {
        let output = home.program("getent").args(["ahosts", name]).output().expect("getent runs");
        String::from_utf8_lossy(&output.stdout).split_whitespace().next().unwrap_or_default().to_owned()
    };
    assert_eq!(asked("shop.test"), "");
    names.say("shop.test", &[v4(&shop)]);
    within(5, "the name is known", || asked("shop.test") == v4(&shop).to_string());
    names.say("shop.test", &[Ipv4Addr::new(198, 18, 9, 9).into()]);
    within(5, "the name stands for another", || asked("shop.test") == "198.18.9.9");
    let files = std::path::PathBuf::from(format!("/etc/netns/{}", home.namespace));
    assert!(files.join("resolv.conf").exists());
    drop(names);
    drop(lab);
    assert!(!files.exists() && !std::path::Path::new("/run/netns").join(&home.namespace).exists());
}
