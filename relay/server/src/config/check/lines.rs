//! Users' lines and the trunks they may hang on.

use super::{Wrong, wrong};
use crate::config::{Account, Config, Kind, Transport, Trunk};
use std::collections::HashSet;

/// How often at most a trunk's peers are pinged, in seconds.
const SHORTEST_PING: u16 = 5;

pub(super) fn trunks(config: &Config) -> Result<(), Wrong> {
    let mut names = HashSet::new();
    for (index, trunk) in config.trunks.iter().enumerate() {
        let key = |name: &str| format!("trunk[{index}].{name}");
        if trunk.name.is_empty() || !names.insert(trunk.name.as_str()) {
            return wrong(key("name"), "must not be empty and must not be another trunk's");
        }
        self::trunk(trunk, &key)?;
    }
    Ok(())
}

fn trunk(trunk: &Trunk, key: &impl Fn(&str) -> String) -> Result<(), Wrong> {
    if !is_host(&trunk.domain) {
        return wrong(key("domain"), "must be a name or an address, such as \"sidetone.example.com\"");
    }
    if trunk.peers.is_empty() {
        return wrong(
            key("peer"),
            "is missing; name at least one server, as in [[trunk.peer]] with its `host`",
        );
    }
    for (index, peer) in trunk.peers.iter().enumerate() {
        let key = |name: &str| key(&format!("peer[{index}].{name}"));
        if !is_host(&peer.host) {
            return wrong(
                key("host"),
                "must be a name or an address without a port, such as \"cucm.example.com\"",
            );
        }
        if peer.port == Some(0) {
            return wrong(key("port"), "must be from 1 to 65535");
        }
    }
    if trunk.ping_s != 0 && trunk.ping_s < SHORTEST_PING {
        return wrong(key("ping_s"), "must be 0 (only dead peers are asked), or from 5 on");
    }
    if !(100..=10_000).contains(&trunk.next_peer_ms) {
        return wrong(key("next_peer_ms"), "must be from 100 to 10000");
    }
    Ok(())
}

/// Checks the line of a user; `numbers` are the numbers that other users have on trunks.
pub(super) fn account<'a>(
    line: &'a Account,
    trunks: &[Trunk],
    numbers: &mut HashSet<(&'a str, &'a str)>,
    key: &impl Fn(&str) -> String,
) -> Result<(), Wrong> {
    match line.kind() {
        Kind::Line => {
            address(line, key)?;
            absent(line.outbound_proxy.as_ref(), key("outbound_proxy"), "kind = \"proxy\"")?;
            registrar(line, key)?;
            no_trunk(line, key)?;
        }
        Kind::Proxy => {
            address(line, key)?;
            if !line.outbound_proxy.as_deref().is_some_and(|proxy| is_server(proxy, line.transport)) {
                return wrong(key("outbound_proxy"), "must look like \"sip:proxy.example.com:5060\"");
            }
            if line.registrar.is_some() {
                registrar(line, key)?;
            }
            if !line.registrars.is_empty() {
                return wrong(
                    key("registrars"),
                    "is for kind = \"line\"; a proxy finds the registrar itself",
                );
            }
            no_trunk(line, key)?;
        }
        Kind::Trunk => attached(line, trunks, numbers, key)?,
    }
    if !(60..=86_400).contains(&line.expires_s) {
        return wrong(key("expires_s"), "must be from 60 to 86400");
    }
    if line.codecs.is_empty() {
        return wrong(key("codecs"), "must name at least one of \"opus\", \"g722\", \"pcmu\", \"pcma\"");
    }
    Ok(())
}

fn address(line: &Account, key: &impl Fn(&str) -> String) -> Result<(), Wrong> {
    let address = line.address_of_record.as_deref().and_then(|address| after_scheme(address, line.transport));
    match address.and_then(|rest| rest.split_once('@')) {
        Some((name, host)) if !name.is_empty() && !host.is_empty() => Ok(()),
        Some(_) | None => wrong(key("address_of_record"), "must look like \"sip:1001@pbx.example.com\""),
    }
}

fn registrar(line: &Account, key: &impl Fn(&str) -> String) -> Result<(), Wrong> {
    let registrar = line.registrar.as_deref();
    if !registrar.is_some_and(|registrar| is_server(registrar, line.transport)) {
        return wrong(key("registrar"), "must look like \"sip:pbx.example.com:5060\"");
    }
    match line.registrars.iter().position(|registrar| !is_server(registrar, line.transport)) {
        Some(index) => {
            wrong(key(&format!("registrars[{index}]")), "must look like \"sip:pbx2.example.com:5060\"")
        }
        None => Ok(()),
    }
}

fn attached<'a>(
    line: &'a Account,
    trunks: &[Trunk],
    numbers: &mut HashSet<(&'a str, &'a str)>,
    key: &impl Fn(&str) -> String,
) -> Result<(), Wrong> {
    let Some(trunk) = line.trunk.as_deref().filter(|name| trunks.iter().any(|trunk| trunk.name == *name))
    else {
        return wrong(key("trunk"), "must be the `name` of a [[trunk]]");
    };
    let number = line.number.as_deref().unwrap_or_default();
    let valid = |c: char| c.is_ascii_alphanumeric() || "+*#.-_".contains(c);
    if number.is_empty() || !number.chars().all(valid) {
        return wrong(key("number"), "must be the user's number on the trunk, such as \"1001\"");
    }
    if !numbers.insert((trunk, number)) {
        return wrong(key("number"), "must not be another user's on the same trunk");
    }
    let not_here = "kind = \"line\" or \"proxy\"; a trunk says it for all its users";
    absent(line.address_of_record.as_ref(), key("address_of_record"), not_here)?;
    absent(line.registrar.as_ref(), key("registrar"), not_here)?;
    absent(line.registrars.first(), key("registrars"), not_here)?;
    absent(line.outbound_proxy.as_ref(), key("outbound_proxy"), not_here)?;
    absent(line.auth_user.as_ref(), key("auth_user"), not_here)?;
    absent(line.media_encryption.as_ref(), key("media_encryption"), not_here)?;
    absent(Some(&line.password).filter(|p| !p.reveal().is_empty()), key("password"), not_here)
}

fn no_trunk(line: &Account, key: &impl Fn(&str) -> String) -> Result<(), Wrong> {
    absent(line.trunk.as_ref(), key("trunk"), "kind = \"trunk\"")?;
    absent(line.number.as_ref(), key("number"), "kind = \"trunk\"")
}

fn absent<T>(value: Option<&T>, key: String, only_for: &str) -> Result<(), Wrong> {
    if value.is_some() { wrong(key, format!("is for {only_for}")) } else { Ok(()) }
}

/// What follows `sip:`, or where TLS can be used `sips:`.
fn after_scheme(text: &str, transport: Transport) -> Option<&str> {
    let can_be_secure = matches!(transport, Transport::Tls | Transport::Auto);
    let secure = || text.strip_prefix("sips:").filter(|_| can_be_secure);
    text.strip_prefix("sip:").or_else(secure)
}

fn is_server(text: &str, transport: Transport) -> bool {
    after_scheme(text, transport).is_some_and(|rest| !rest.is_empty() && !rest.contains('@'))
}

fn is_host(text: &str) -> bool {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<std::net::IpAddr>().is_ok()
        || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)))
}

#[cfg(test)]
mod tests {
    use crate::config::{ConfigError, Kind, load};
    use std::path::Path;

    const GOOD: &str = r#"
        [media]
        listen_ip = "127.0.0.1"
        [sip]
        listen_ip = "127.0.0.1"
        tls_port = 5061
        [[trunk]]
        name = "hq"
        domain = "sidetone.test"
        allowed = ["192.0.2.0/24"]
        ping_s = 30
        next_peer_ms = 800
        [[trunk.peer]]
        host = "192.0.2.31"
        port = 5060
        [[trunk.peer]]
        host = "cucm2.test"
        transport = "tls"
        priority = 10
        [[user]]
        name = "line"
        password = "secret"
        [user.sip]
        address_of_record = "sip:1001@pbx.test"
        registrar = "sip:pbx.test"
        registrars = ["sip:pbx2.test"]
        [[user]]
        name = "proxy"
        password = "secret"
        [user.sip]
        address_of_record = "sips:1002@pbx.test"
        outbound_proxy = "sips:proxy.test"
        transport = "tls"
        [[user]]
        name = "trunk"
        password = "secret"
        [user.sip]
        kind = "trunk"
        trunk = "hq"
        number = "1003"
        codecs = ["pcma"]
    "#;

    fn wrong(changed: &str, to: &str) -> (String, String) {
        assert!(GOOD.contains(changed), "{changed}");
        match load::parse(Path::new("f"), &GOOD.replacen(changed, to, 1), std::iter::empty()) {
            Err(ConfigError::Key { key, message, .. }) => (key, message),
            other => panic!("{changed} -> {to}: {other:?}"),
        }
    }

    #[test]
    fn each_kind_of_line_can_be_configured() {
        let config = load::parse(Path::new("f"), GOOD, std::iter::empty()).unwrap();
        let kinds: Vec<_> = config.users.iter().map(|user| user.sip.kind()).collect();
        assert_eq!(kinds, [Kind::Line, Kind::Proxy, Kind::Trunk]);
        let numbers: Vec<_> = config.users.iter().map(|user| user.sip.user_part()).collect();
        assert_eq!(numbers, ["1001", "1002", "1003"]);
        assert_eq!(config.trunks[0].peers[1].weight, 1);
    }

    #[test]
    fn each_wrong_value_names_its_key_and_what_is_allowed() {
        for (changed, to, key, hint) in [
            ("name = \"hq\"", "name = \"\"", "trunk[0].name", "empty"),
            ("\"sidetone.test\"", "\"sip:sidetone.test\"", "trunk[0].domain", "name or an address"),
            ("\"192.0.2.0/24\"", "\"192.0.2.0/40\"", "trunk[0].allowed[0]", "192.0.2.0/24"),
            ("transport = \"tls\"", "transport = \"any\"", "trunk[0].peer[1].transport", "`auto`"),
            ("ping_s = 30", "ping_s = 1", "trunk[0].ping_s", "from 5"),
            ("next_peer_ms = 800", "next_peer_ms = 5", "trunk[0].next_peer_ms", "100 to 10000"),
            ("\"192.0.2.31\"", "\"192.0.2.31:5060\"", "trunk[0].peer[0].host", "without a port"),
            ("port = 5060", "port = 0", "trunk[0].peer[0].port", "1 to 65535"),
            ("transport = \"tls\"", "transport = \"dtls\"", "trunk[0].peer[1].transport", "`tls`"),
            ("trunk = \"hq\"", "trunk = \"other\"", "user[2].sip.trunk", "[[trunk]]"),
            ("number = \"1003\"", "", "user[2].sip.number", "1001"),
            ("number = \"1003\"", "number = \"10 03\"", "user[2].sip.number", "1001"),
            ("codecs = [\"pcma\"]", "registrar = \"sip:a\"", "user[2].sip.registrar", "trunk says it"),
            ("codecs = [\"pcma\"]", "password = \"a\"", "user[2].sip.password", "trunk says it"),
            (
                "codecs = [\"pcma\"]",
                "media_encryption = \"off\"",
                "user[2].sip.media_encryption",
                "trunk says it",
            ),
            ("ping_s = 30", "media_encryption = \"on\"", "trunk[0].media_encryption", "`required`"),
            ("\"sip:pbx2.test\"", "\"pbx2.test\"", "user[0].sip.registrars[0]", "sip:pbx2"),
            ("\"sip:pbx.test\"", "\"sips:pbx.test\"", "user[0].sip.registrar", "sip:pbx"),
            ("registrar = \"sip:pbx.test\"", "", "user[0].sip.registrar", "sip:pbx"),
            ("registrars = [\"sip:pbx2.test\"]", "trunk = \"hq\"", "user[0].sip.trunk", "kind = \"trunk\""),
            (
                "outbound_proxy = \"sips:proxy.test\"",
                "kind = \"proxy\"",
                "user[1].sip.outbound_proxy",
                "sip:",
            ),
            ("outbound_proxy", "kind = \"line\"\noutbound_proxy", "user[1].sip.outbound_proxy", "proxy"),
            ("tls_port = 5061", "certificate = \"c.pem\"", "sip.key", "private key"),
            ("tls_port = 5061", "key = \"k.pem\"", "sip.certificate", "certificate"),
            ("tls_port = 5061", "require_client_certificate = true", "sip.certificate", "listens"),
        ] {
            let (found, message) = wrong(changed, to);
            assert_eq!(found, key, "{message}");
            assert!(message.contains(hint), "{key}: {message}");
        }
    }

    #[test]
    fn a_number_belongs_to_one_user_of_a_trunk() {
        let second = "[[user]]\nname = \"x\"\npassword = \"y\"\n[user.sip]\nkind = \"trunk\"\ntrunk = \"hq\"\nnumber = \"1003\"";
        let text = format!("{GOOD}\n{second}");
        let error = load::parse(Path::new("f"), &text, std::iter::empty()).unwrap_err().to_string();
        assert!(error.contains("user[3].sip.number") && error.contains("another user's"), "{error}");
    }

    #[test]
    fn a_trunk_without_a_peer_says_how_to_write_one() {
        let text = GOOD.split("[[trunk.peer]]").next().unwrap();
        let error = load::parse(Path::new("f"), text, std::iter::empty()).unwrap_err().to_string();
        assert!(error.contains("trunk[0]") && error.contains("peer"), "{error}");
    }
}
