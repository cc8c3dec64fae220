//! Passwords, kept as Argon2id hashes.

use crate::config::User;
use anyhow::{Result, anyhow};
use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use sidetone_bridge::UserId;
use std::collections::HashMap;

/// Hashes a password with a fresh salt, for `password_hash` in the configuration.
///
/// # Errors
///
/// If the system has no randomness to give.
pub fn hash(password: &str) -> Result<String> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(|error| anyhow!("the system gives no random bytes: {error}"))?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| anyhow!("cannot write the salt: {error}"))?;
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| anyhow!("cannot hash the password: {error}"))?;
    Ok(hash.to_string())
}

/// The hashes of all users. Checking one takes some 20 ms by design: do it off the event loop.
#[derive(Debug)]
pub(crate) struct Passwords {
    hashes: HashMap<String, (UserId, String)>,
    /// Checked for names that do not exist, so that the time of an answer does not tell which do.
    decoy: String,
}

impl Passwords {
    pub(crate) fn new<'a>(users: impl Iterator<Item = (UserId, &'a User)>) -> Result<Self> {
        let mut hashes = HashMap::new();
        for (id, user) in users {
            let hash = match (&user.password_hash, &user.password) {
                (Some(hash), _) => hash.clone(),
                (None, Some(password)) => hash(password.reveal())?,
                (None, None) => return Err(anyhow!("user {} has no password", id.0)),
            };
            hashes.insert(user.name.clone(), (id, hash));
        }
        Ok(Self { hashes, decoy: hash("")? })
    }

    /// The user with that name and password.
    pub(crate) fn check(&self, name: &str, password: &str) -> Option<UserId> {
        let known = self.hashes.get(name);
        let hash = known.map_or(self.decoy.as_str(), |(_, hash)| hash.as_str());
        let parsed = PasswordHash::new(hash).ok()?;
        let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        known.filter(|_| right).map(|(id, _)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords() -> Passwords {
        let text = r#"
            name = "alice"
            password = "correct horse"
            sip = { address_of_record = "sip:1001@pbx.test", registrar = "sip:pbx.test" }
        "#;
        let user: User = toml::from_str(text).unwrap();
        Passwords::new([(UserId(7), &user)].into_iter()).unwrap()
    }

    #[test]
    fn only_the_right_pair_signs_in() {
        let passwords = passwords();
        assert_eq!(passwords.check("alice", "correct horse"), Some(UserId(7)));
        assert_eq!(passwords.check("alice", "correct"), None);
        assert_eq!(passwords.check("bob", "correct horse"), None);
        assert_eq!(passwords.check("bob", ""), None);
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        assert_ne!(hash("x").unwrap(), hash("x").unwrap());
    }
}
