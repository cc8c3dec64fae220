//! What types alone cannot say: which keys must go together.

mod lines;
mod versions;

use super::{Config, User};
use std::collections::HashSet;
use std::net::IpAddr;

/// A key with a value that is not allowed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) key: String,
    pub(super) message: String,
}

fn wrong(key: impl Into<String>, message: impl Into<String>) -> Result<(), Wrong> {
    Err(Wrong { key: key.into(), message: message.into() })
}

pub(super) fn check(config: &Config) -> Result<(), Wrong> {
    certificate(config)?;
    sip_certificate(config)?;
    addresses(config)?;
    ports(config)?;
    super::profile::check(config)?;
    super::conference::check(config)?;
    limits(config)?;
    config.store.check()?;
    lines::trunks(config)?;
    admin(config)?;
    users(config)?;
    super::finesse::check(config)?;
    super::agent::check(config)?;
    versions::check(config)
}

fn certificate(config: &Config) -> Result<(), Wrong> {
    match (&config.http.certificate, &config.http.key) {
        (Some(_), None) => wrong("http.key", "is missing; `http.certificate` needs its private key"),
        (None, Some(_)) => wrong("http.certificate", "is missing; `http.key` needs its certificate"),
        (Some(_), Some(_)) | (None, None) => Ok(()),
    }
}

fn sip_certificate(config: &Config) -> Result<(), Wrong> {
    let sip = &config.sip;
    match (&sip.certificate, &sip.key) {
        (Some(_), None) => wrong("sip.key", "is missing; `sip.certificate` needs its private key"),
        (None, Some(_)) => wrong("sip.certificate", "is missing; `sip.key` needs its certificate"),
        (None, None) if sip.require_client_certificate => {
            wrong("sip.certificate", "is missing; without it nobody listens for SIP over TLS")
        }
        (Some(_), Some(_)) | (None, None) => Ok(()),
    }
}

fn addresses(config: &Config) -> Result<(), Wrong> {
    let media = &config.media;
    if media.advertised_ips.is_empty() && media.listen_ip.is_unspecified() {
        return wrong(
            "media.advertised_ips",
            "is empty; name at least one address that browsers can reach, such as [\"192.0.2.10\"]",
        );
    }
    if let Some(index) = media.advertised_ips.iter().position(IpAddr::is_unspecified) {
        return wrong(format!("media.advertised_ips[{index}]"), "is no address that a browser can send to");
    }
    // A socket on `::` reaches IPv4 as well (RFC 3493 §3.7).
    let all = media.listen_ip.is_unspecified() && media.listen_ip.is_ipv6();
    let other = |ip: &IpAddr| ip.is_ipv4() != media.listen_ip.is_ipv4() && !all;
    if let Some(index) = media.advertised_ips.iter().position(other) {
        return wrong(
            format!("media.advertised_ips[{index}]"),
            "must be of the same IP version as `media.listen_ip`; with listen_ip = \"::\" both are possible",
        );
    }
    let sip = &config.sip;
    match sip.advertised_ip {
        None if sip.listen_ip.is_unspecified() => wrong(
            "sip.advertised_ip",
            "is missing; name the address at which the telephone system reaches the relay",
        ),
        Some(ip) if ip.is_unspecified() => {
            wrong("sip.advertised_ip", "is no address that the telephone system can send to")
        }
        Some(ip) if ip.is_ipv4() != sip.listen_ip.is_ipv4() => {
            wrong("sip.advertised_ip", "must be of the same IP version as `sip.listen_ip`")
        }
        Some(_) | None => Ok(()),
    }
}

fn ports(config: &Config) -> Result<(), Wrong> {
    let ports = config.media.rtp_ports.ports();
    let last = config.media.browser_port.checked_add(config.media.workers.saturating_sub(1));
    match last {
        None => wrong("media.browser_port", "leaves no room for one port per worker below 65536"),
        Some(last)
            if config.media.browser_port != 0
                && config.media.browser_port <= *ports.end()
                && last >= *ports.start() =>
        {
            wrong("media.browser_port", "must lie outside `media.rtp_ports`")
        }
        Some(_) => Ok(()),
    }
}

fn limits(config: &Config) -> Result<(), Wrong> {
    if !(500..=60_000).contains(&config.http.heartbeat_ms) {
        return wrong("http.heartbeat_ms", "must be from 500 to 60000");
    }
    if config.http.session_hours == 0 {
        return wrong("http.session_hours", "must be at least 1");
    }
    if !(2..=120).contains(&config.media.browser_silence_s) {
        return wrong("media.browser_silence_s", "must be from 2 to 120");
    }
    if config.media.rtp_timeout_s < 2 {
        return wrong("media.rtp_timeout_s", "must be at least 2");
    }
    if config.calls.grace_s < 2 {
        return wrong("calls.grace_s", "must be at least 2; a reload takes that long");
    }
    if config.calls.ring_s < 5 {
        return wrong("calls.ring_s", "must be at least 5");
    }
    Ok(())
}

fn admin(config: &Config) -> Result<(), Wrong> {
    if !(1..=4_096).contains(&config.trace.megabytes) {
        return wrong("trace.megabytes", "must be from 1 to 4096");
    }
    if config.trace.calls == 0 {
        return wrong("trace.calls", "must be at least 1");
    }
    match &config.admin {
        Some(admin) if admin.name.is_empty() || admin.name.contains(':') => {
            wrong("admin.name", "must not be empty and must not have a colon in it")
        }
        Some(admin) if argon2::PasswordHash::new(&admin.password_hash).is_err() => {
            wrong("admin.password_hash", "is no Argon2 hash; make one with `sidetone hash-password`")
        }
        Some(_) | None => Ok(()),
    }
}

fn users(config: &Config) -> Result<(), Wrong> {
    let (mut names, mut numbers) = (HashSet::new(), HashSet::new());
    for (index, user) in config.users.iter().enumerate() {
        let key = |name: &str| format!("user[{index}].{name}");
        if user.name.is_empty() || !names.insert(user.name.as_str()) {
            return wrong(key("name"), "must not be empty and must not be another user's");
        }
        password(user, &key)?;
        let key = |name: &str| key(&format!("sip.{name}"));
        lines::account(&user.sip, &config.trunks, &mut numbers, &key)?;
    }
    Ok(())
}

fn password(user: &User, key: &impl Fn(&str) -> String) -> Result<(), Wrong> {
    match (&user.password_hash, &user.password) {
        (None, None) => wrong(key("password_hash"), "is missing; make one with `sidetone hash-password`"),
        (Some(_), Some(_)) => wrong(key("password"), "goes without `password_hash`; keep one of them"),
        (Some(hash), None) if argon2::PasswordHash::new(hash).is_err() => {
            wrong(key("password_hash"), "is no Argon2 hash; make one with `sidetone hash-password`")
        }
        (Some(_), None) | (None, Some(_)) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::load;
    use std::path::Path;

    const GOOD: &str = r#"
        [http]
        heartbeat_ms = 5000
        [media]
        listen_ip = "127.0.0.1"
        rtp_ports = "20100-23000"
        browser_port = 20000
        [sip]
        listen_ip = "127.0.0.1"
        [calls]
        grace_s = 60
        [[user]]
        name = "alice"
        password = "secret"
        [user.sip]
        address_of_record = "sip:1001@pbx.test"
        registrar = "sip:pbx.test"
        expires_s = 600
    "#;

    fn key_of(changed: &str, to: &str) -> String {
        assert!(GOOD.contains(changed));
        let text = GOOD.replace(changed, to);
        match load::parse(Path::new("f"), &text, std::iter::empty()) {
            Err(load::ConfigError::Key { key, .. }) => key,
            other => panic!("{changed} -> {to}: {other:?}"),
        }
    }

    #[test]
    fn the_base_of_these_tests_is_good() {
        assert!(load::parse(Path::new("f"), GOOD, std::iter::empty()).is_ok());
    }

    #[test]
    fn each_wrong_value_names_its_key() {
        for (changed, to, key) in [
            ("heartbeat_ms = 5000", "heartbeat_ms = 5", "http.heartbeat_ms"),
            ("heartbeat_ms = 5000", "key = \"k.pem\"", "http.certificate"),
            ("heartbeat_ms = 5000", "certificate = \"c.pem\"", "http.key"),
            ("listen_ip = \"127.0.0.1\"\n        rtp", "rtp", "media.advertised_ips"),
            ("listen_ip = \"127.0.0.1\"\n        [calls]", "[calls]", "sip.advertised_ip"),
            ("browser_port = 20000", "browser_port = 20100", "media.browser_port"),
            (
                "browser_port = 20000",
                "advertised_ips = [\"192.0.2.1\", \"2001:db8::1\"]",
                "media.advertised_ips[1]",
            ),
            ("grace_s = 60", "grace_s = 0", "calls.grace_s"),
            ("[calls]", "[trace]\nmegabytes = 0\n[calls]", "trace.megabytes"),
            ("[calls]", "[trace]\ncalls = 0\n[calls]", "trace.calls"),
            ("[calls]", "[admin]\nname = \"a\"\npassword_hash = \"abc\"\n[calls]", "admin.password_hash"),
            ("[calls]", "[admin]\nname = \"a:b\"\npassword_hash = \"abc\"\n[calls]", "admin.name"),
            ("name = \"alice\"", "name = \"\"", "user[0].name"),
            ("password = \"secret\"", "", "user[0].password_hash"),
            ("password = \"secret\"", "password_hash = \"abc\"", "user[0].password_hash"),
            ("sip:1001@pbx.test", "1001", "user[0].sip.address_of_record"),
            ("\"sip:pbx.test\"", "\"pbx.test\"", "user[0].sip.registrar"),
            ("expires_s = 600", "expires_s = 1", "user[0].sip.expires_s"),
            ("expires_s = 600", "codecs = []", "user[0].sip.codecs"),
        ] {
            assert_eq!(key_of(changed, to), key);
        }
    }
}
