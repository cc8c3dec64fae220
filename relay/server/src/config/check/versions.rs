//! SIP goes over one version of IP: `sip.listen_ip` says which. An address of the other version could never be reached,
//! and nobody would be told but by calls that fail.

use super::{Wrong, wrong};
use crate::config::Config;
use std::net::IpAddr;

pub(super) fn check(config: &Config) -> Result<(), Wrong> {
    let is_ipv4 = config.sip.listen_ip.is_ipv4();
    for (index, trunk) in config.trunks.iter().enumerate() {
        for (place, peer) in trunk.peers.iter().enumerate() {
            reachable(&peer.host, is_ipv4, || format!("trunk[{index}].peer[{place}].host"))?;
        }
    }
    for (index, user) in config.users.iter().enumerate() {
        let line = &user.sip;
        let named = [("registrar", &line.registrar), ("outbound_proxy", &line.outbound_proxy)];
        for (name, server) in named {
            reachable(server.as_deref().unwrap_or_default(), is_ipv4, || {
                format!("user[{index}].sip.{name}")
            })?;
        }
        for (place, server) in line.registrars.iter().enumerate() {
            reachable(server, is_ipv4, || format!("user[{index}].sip.registrars[{place}]"))?;
        }
    }
    Ok(())
}

fn reachable(server: &str, is_ipv4: bool, key: impl Fn() -> String) -> Result<(), Wrong> {
    match address(server) {
        Some(address) if address.is_ipv4() != is_ipv4 => {
            let (theirs, ours) = if is_ipv4 { ("IPv6", "IPv4") } else { ("IPv4", "IPv6") };
            wrong(
                key(),
                format!(
                    "is an {theirs} address; `sip.listen_ip` is of {ours}, and SIP goes over one of them"
                ),
            )
        }
        Some(_) | None => Ok(()),
    }
}

/// The address in `sip:[2001:db8::1]:5060;transport=tcp`, `192.0.2.1` and the like, if it is one.
fn address(server: &str) -> Option<IpAddr> {
    let server = server.strip_prefix("sips:").or(server.strip_prefix("sip:")).unwrap_or(server);
    let host = server.split([';', '?']).next().unwrap_or(server);
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        // An address without brackets has no port.
        None if host.parse::<IpAddr>().is_ok() => host,
        None => host.split(':').next().unwrap_or(host),
    };
    bare.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::address;
    use crate::config::{ConfigError, load};
    use std::path::Path;

    const IPV6: &str = r#"
        [media]
        listen_ip = "::"
        advertised_ips = ["192.0.2.10", "2001:db8::10"]
        [sip]
        listen_ip = "::"
        advertised_ip = "2001:db8::10"
        [[trunk]]
        name = "hq"
        domain = "sidetone.test"
        [[trunk.peer]]
        host = "2001:db8::31"
        [[user]]
        name = "line"
        password = "secret"
        [user.sip]
        address_of_record = "sip:1001@[2001:db8::20]"
        registrar = "sip:[2001:db8::20]:5060"
        registrars = ["sip:pbx.test"]
        [[user]]
        name = "proxy"
        password = "secret"
        [user.sip]
        address_of_record = "sip:1002@pbx.test"
        outbound_proxy = "sip:[2001:db8::21];lr"
    "#;

    #[test]
    fn addresses_are_found_in_what_names_a_server() {
        for (server, found) in [
            ("sip:[2001:db8::1]:5060;transport=tcp", Some("2001:db8::1")),
            ("sips:[2001:db8::1]", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("sip:192.0.2.1:5060", Some("192.0.2.1")),
            ("192.0.2.1", Some("192.0.2.1")),
            ("sip:pbx.test:5060;lr", None),
            ("", None),
        ] {
            assert_eq!(address(server), found.map(|found| found.parse().unwrap()), "{server}");
        }
    }

    #[test]
    fn everything_can_be_of_ipv6_and_browsers_have_both() {
        load::parse(Path::new("f"), IPV6, std::iter::empty()).unwrap();
    }

    #[test]
    fn a_server_of_the_other_version_is_named() {
        for (changed, to, key) in [
            ("\"2001:db8::31\"", "\"192.0.2.31\"", "trunk[0].peer[0].host"),
            (
                "registrar = \"sip:[2001:db8::20]:5060\"",
                "registrar = \"sip:192.0.2.20\"",
                "user[0].sip.registrar",
            ),
            ("\"sip:pbx.test\"]", "\"sip:pbx.test\", \"sip:192.0.2.22\"]", "user[0].sip.registrars[1]"),
            ("sip:[2001:db8::21];lr", "sip:192.0.2.21;lr", "user[1].sip.outbound_proxy"),
            ("advertised_ip = \"2001:db8::10\"", "advertised_ip = \"192.0.2.10\"", "sip.advertised_ip"),
        ] {
            assert!(IPV6.contains(changed), "{changed}");
            let text = IPV6.replace(changed, to);
            let error = load::parse(Path::new("f"), &text, std::iter::empty()).unwrap_err();
            let ConfigError::Key { key: found, message, .. } = error else { panic!("{error}") };
            assert_eq!(found, key, "{message}");
            assert!(message.contains("IP"), "{message}");
        }
    }
}
