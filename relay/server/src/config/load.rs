//! Reads the file, lays the environment over it, and says exactly what is wrong.

use super::{Config, check};
use serde::Deserialize;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;
use toml::{Table, Value};

/// The prefix of environment variables that override a key: `SIDETONE__HTTP__LISTEN` is `http.listen`,
/// and `SIDETONE__USER__0__SIP__PASSWORD` is `sip.password` of the first `[[user]]`.
const PREFIX: &str = "SIDETONE__";

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {file}: {source}", file = file.display())]
    Read {
        /// Which file.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{file} is not valid TOML: {message}", file = file.display())]
    Syntax {
        /// Which file.
        file: PathBuf,
        /// Where and why.
        message: String,
    },
    /// A key is unknown, missing, or has a value that is not allowed.
    #[error("{file}: {key}: {message}", file = file.display())]
    Key {
        /// Which file.
        file: PathBuf,
        /// Which key, dotted, with list entries counted from 0.
        key: String,
        /// What is wrong and what is allowed.
        message: String,
    },
}

/// Reads and checks a configuration file, with overrides out of `environment`.
///
/// # Errors
///
/// Whatever is wrong with it; the text names the file, the key and what is allowed.
pub fn load(file: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| ConfigError::Read { file: file.to_owned(), source })?;
    parse(file, &text, environment)
}

pub(crate) fn parse(
    file: &Path,
    text: &str,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
        file: file.to_owned(),
        message: error.to_string(),
    })?;
    let key_error = |key: String, message: String| ConfigError::Key { file: file.to_owned(), key, message };
    for (name, value) in environment {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        let path: Vec<String> = path.split("__").map(str::to_ascii_lowercase).collect();
        set(&mut table, &path, &value).map_err(|message| {
            key_error(path.join("."), format!("{message} (environment variable {name})"))
        })?;
    }
    let config: Config = serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
        let key = error.path().to_string();
        let key = if key == "." { "(top level)".to_owned() } else { key };
        key_error(key, error.inner().message().trim().to_owned())
    })?;
    check::check(&config).map_err(|wrong| key_error(wrong.key, wrong.message))?;
    Ok(config)
}

/// Sets one key, making the tables on the way.
fn set(table: &mut Table, path: &[String], text: &str) -> Result<(), String> {
    let [first, rest @ ..] = path else { return Err("the variable names no key".to_owned()) };
    if rest.is_empty() {
        table.insert(first.clone(), scalar(text));
        return Ok(());
    }
    match table.entry(first.clone()).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(inner) => set(inner, rest, text),
        Value::Array(list) => {
            let [index, rest @ ..] = rest else { return Err("the list entry is not named".to_owned()) };
            let entry = index.parse::<usize>().ok().and_then(|index| list.get_mut(index));
            match entry {
                Some(Value::Table(inner)) => set(inner, rest, text),
                Some(_) | None => Err(format!("there is no entry {index} in the file")),
            }
        }
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            Err(format!("'{first}' is a single value and has no keys of its own"))
        }
    }
}

/// A value as TOML would read it, or else the text itself: `8` and `["a"]` need no quotes, nor does a name.
fn scalar(text: &str) -> Value {
    #[derive(Deserialize)]
    struct Line {
        value: Value,
    }
    match toml::from_str::<Line>(&format!("value = {text}")) {
        Ok(line) => line.value,
        Err(_) => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Transport;

    const USER: &str = r#"
        [media]
        advertised_ips = ["127.0.0.1"]
        [sip]
        listen_ip = "127.0.0.1"
        [[user]]
        name = "alice"
        password = "secret"
        sip = { address_of_record = "sip:1001@pbx.test", registrar = "sip:pbx.test", transport = "tcp" }
    "#;

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        parse(Path::new("sidetone.toml"), text, environment).map_err(|error| error.to_string())
    }

    fn refusal(text: &str) -> String {
        read(text, &[]).expect_err("a bad configuration was accepted")
    }

    #[test]
    fn a_small_configuration_is_enough() {
        let config = read(USER, &[]).unwrap();
        assert_eq!(config.users[0].sip.transport, Transport::Tcp);
        assert_eq!(config.http.listen.port(), 8445);
    }

    #[test]
    fn an_unknown_key_is_named_with_what_is_allowed() {
        let message = refusal("[http]\nlisten_on = \"0.0.0.0:1\"");
        assert!(message.starts_with("sidetone.toml: http.listen_on: unknown field"), "{message}");
        assert!(message.contains("`listen`"), "{message}");
    }

    #[test]
    fn a_bad_value_is_named_with_what_is_allowed() {
        for (text, key, hint) in [
            ("[http]\nlisten = \"here\"", "http.listen", "socket address"),
            ("[media]\nrtp_ports = \"20100\"", "media.rtp_ports", "20100-23000"),
            ("[media]\nrtp_ports = \"300-200\"", "media.rtp_ports", "1024"),
            ("[log]\nformat = \"xml\"", "log.format", "`text` or `json`"),
            ("[sip]\nudp_port = 70000", "sip.udp_port", "u16"),
        ] {
            let message = refusal(text);
            assert!(message.starts_with(&format!("sidetone.toml: {key}: ")), "{message}");
            assert!(message.contains(hint), "{message}");
        }
    }

    #[test]
    fn an_unknown_codec_is_named_with_those_that_exist() {
        let message = refusal(&USER.replace("transport = \"tcp\"", "codecs = [\"g729\"]"));
        assert!(message.starts_with("sidetone.toml: user[0].sip.codecs[0]: "), "{message}");
        for codec in ["opus", "g722", "pcmu", "pcma"] {
            assert!(message.contains(codec), "{message}");
        }
    }

    #[test]
    fn a_file_that_is_no_toml_says_where() {
        let message = refusal("[http\nlisten = 1");
        assert!(message.starts_with("sidetone.toml is not valid TOML"), "{message}");
        assert!(message.contains("line 1"), "{message}");
    }

    #[test]
    fn the_environment_overrides_any_key() {
        let config = read(
            USER,
            &[
                ("SIDETONE__HTTP__LISTEN", "127.0.0.1:9000"),
                ("SIDETONE__MEDIA__WORKERS", "2"),
                ("SIDETONE__USER__0__SIP__PASSWORD", "s3cret"),
                ("OTHER", "1"),
            ],
        )
        .unwrap();
        assert_eq!(config.http.listen.port(), 9000);
        assert_eq!(config.media.workers, 2);
        assert_eq!(config.users[0].sip.password.reveal(), "s3cret");
    }

    #[test]
    fn an_override_that_fits_nothing_names_the_variable() {
        let message = read(USER, &[("SIDETONE__USER__7__NAME", "bob")]).expect_err("accepted");
        assert!(message.contains("SIDETONE__USER__7__NAME"), "{message}");
    }

    #[test]
    fn secrets_are_not_shown() {
        let config = read(USER, &[]).unwrap();
        assert!(!format!("{config:?}").contains("secret"));
    }
}
