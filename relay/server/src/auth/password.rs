//! Passwords, kept as Argon2id hashes.

use crate::config::User;
use anyhow::{Result, anyhow};
use argon2::password_hash::{Output, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, PasswordHasher, Version};
use sidetone_bridge::UserId;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

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

/// Whether a password is that of a hash. Takes 19 MiB and some 20 ms by design: see [`super::Checks`].
pub(super) fn verify(hash: &str, password: &str) -> bool {
    let expected = PasswordHash::new(hash);
    expected.is_ok_and(|hash| computed(&hash, password).is_some_and(|output| hash.hash == Some(output)))
}

/// What the password gives with the salt and the parameters of a hash.
fn computed(hash: &PasswordHash<'_>, password: &str) -> Option<Output> {
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let params = Params::try_from(hash).ok()?;
    let algorithm = Algorithm::try_from(hash.algorithm).ok()?;
    let (mut salt, mut output) = ([0u8; 64], [0u8; Output::MAX_LENGTH]);
    let salt = hash.salt?.decode_b64(&mut salt).ok()?;
    let output = output.get_mut(..hash.hash?.len())?;
    let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
    memory.resize(params.block_count(), Block::default());
    let context = Argon2::new(algorithm, version, params);
    let done = context.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory);
    MEMORY.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    done.ok()?;
    Output::new(output).ok()
}

/// What checks work in, for the next one: there are as many as there are checks at a time. Taken anew each time, on whichever thread, the
/// memory stays with the allocator, 60 MB for each thread that has ever checked a password.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// The hashes of all users.
#[derive(Debug)]
pub(crate) struct Passwords {
    hashes: HashMap<String, (UserId, String)>,
    /// What is checked for names that do not exist.
    decoys: Vec<String>,
    hasher: RandomState,
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
        let decoys = match hashes.is_empty() {
            true => vec![hash("")?],
            false => hashes.values().map(|(_, hash)| hash.clone()).collect(),
        };
        Ok(Self { hashes, decoys, hasher: RandomState::new() })
    }

    /// The user with that name and password.
    pub(crate) fn check(&self, name: &str, password: &str) -> Option<UserId> {
        let known = self.hashes.get(name);
        let hash = known.map_or_else(|| self.decoy(name), |(_, hash)| hash);
        let right = verify(hash, password);
        known.filter(|_| right).map(|(id, _)| *id)
    }

    /// The hash of a user, the same one for the same name: what is checked for a name that does not exist takes as long as
    /// for one that does, also where hashes were made with different parameters.
    fn decoy(&self, name: &str) -> &str {
        let count = u64::try_from(self.decoys.len()).unwrap_or(1).max(1);
        let index = usize::try_from(self.hasher.hash_one(name) % count).unwrap_or_default();
        self.decoys.get(index).map_or("", String::as_str)
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
    fn a_name_that_does_not_exist_costs_what_the_users_hashes_cost() {
        let cheap =
            "$argon2id$v=19$m=8,t=1,p=1$c2lkZXRvbmUtbG9hZC0wMA$O++jl09Z7Y1qp6lo//Mq53LE6grNWlAjGYKt8WwJ58c";
        let text = format!("name = \"alice\"\npassword_hash = \"{cheap}\"\nsip = {{ number = \"1\" }}");
        let user: User = toml::from_str(&text).unwrap();
        let passwords = Passwords::new([(UserId(0), &user)].into_iter()).unwrap();
        for name in ["bob", "carol", "", "alice "] {
            assert_eq!(passwords.decoy(name), cheap);
            // The password of the hash that is checked instead is nobody's.
            assert_eq!(passwords.check(name, "load"), None);
        }
        assert_eq!(passwords.check("alice", "load"), Some(UserId(0)));
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        assert_ne!(hash("x").unwrap(), hash("x").unwrap());
    }
}
