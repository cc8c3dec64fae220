//! Secrets are sealed with a key that is not in the database: a copy of the database alone opens none of them.

use super::StoreError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// How a secret is sealed: the first byte, so that another way can come.
const CHACHA20_POLY1305_RANDOM_NONCE: u8 = 1;
/// Who else may read the key's file: a group may, as containers mount secrets.
const OTHERS_READ: u32 = 0o004;

/// Seals and opens secrets.
pub(super) struct Sealer {
    key: LessSafeKey,
    path: PathBuf,
}

impl Sealer {
    /// Reads the key, or makes one where there is none and none was ever used.
    pub(super) fn open(path: &Path, may_make: bool) -> Result<Self, StoreError> {
        let wrong = |cause| StoreError::File { path: path.to_owned(), cause };
        let key = match fs::read_to_string(path) {
            Ok(text) => {
                if fs::metadata(path).map_err(wrong)?.mode() & OTHERS_READ != 0 {
                    return Err(StoreError::OpenKey { path: path.to_owned() });
                }
                let no_key = |_| StoreError::NoKey { path: path.to_owned() };
                STANDARD.decode(text.trim()).map_err(no_key)?
            }
            Err(error) if error.kind() == ErrorKind::NotFound && may_make => make(path)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(StoreError::OtherKey { path: path.to_owned() });
            }
            Err(error) => return Err(wrong(error)),
        };
        let unbound = UnboundKey::new(&CHACHA20_POLY1305, &key);
        let unbound = unbound.map_err(|_| StoreError::NoKey { path: path.to_owned() })?;
        Ok(Self { key: LessSafeKey::new(unbound), path: path.to_owned() })
    }

    /// Seals a secret under its name: under another one it does not open.
    pub(super) fn seal(&self, name: &str, secret: &str) -> Result<Vec<u8>, StoreError> {
        // A random nonce repeats after some 2^48 secrets under one key.
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| StoreError::Random)?;
        let mut sealed = secret.as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(name.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| StoreError::Random)?;
        Ok([&[CHACHA20_POLY1305_RANDOM_NONCE][..], &nonce[..], &sealed[..]].concat())
    }

    /// Opens what was sealed under that name.
    pub(super) fn unseal(&self, name: &str, sealed: &[u8]) -> Result<String, StoreError> {
        self.try_unseal(name, sealed).ok_or_else(|| StoreError::OtherKey { path: self.path.clone() })
    }

    fn try_unseal(&self, name: &str, sealed: &[u8]) -> Option<String> {
        let (CHACHA20_POLY1305_RANDOM_NONCE, rest) = sealed.split_first().map(|(way, rest)| (*way, rest))?
        else {
            return None;
        };
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let secret = self.key.open_in_place(nonce, Aad::from(name.as_bytes()), &mut sealed).ok()?;
        String::from_utf8(secret.to_vec()).ok()
    }
}

/// A new key, whole or not at all, for nobody but us.
fn make(path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut key = vec![0; CHACHA20_POLY1305.key_len()];
    getrandom::fill(&mut key).map_err(|_| StoreError::Random)?;
    let beside = path.with_extension("new");
    let write = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(STANDARD.encode(&key).as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        // Another process that starts at the same time may have made one: a link is never laid over it.
        fs::hard_link(&beside, path).and(fs::remove_file(&beside))
    };
    write().map_err(|cause| StoreError::File { path: path.to_owned(), cause })?;
    tracing::info!(file = %path.display(), "made a key for secrets in the store; back it up apart from the store");
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Folder;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_secret_opens_with_its_key_and_its_name_only() {
        let folder = Folder::new("seal");
        let path = folder.path().join("store.key");
        let sealer = Sealer::open(&path, true).unwrap();
        let sealed = sealer.seal("agent/alice", "s3cret").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"s3cret"));
        assert_ne!(sealed, sealer.seal("agent/alice", "s3cret").unwrap());
        let again = Sealer::open(&path, false).unwrap();
        assert_eq!(again.unseal("agent/alice", &sealed).unwrap(), "s3cret");
        assert!(again.unseal("agent/bob", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert!(again.unseal("agent/alice", &broken).is_err(), "byte {at}");
            assert!(again.unseal("agent/alice", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_key_is_for_nobody_else_and_is_not_made_where_one_was_lost() {
        let folder = Folder::new("seal-key");
        let path = folder.path().join("store.key");
        let lost = Sealer::open(&path, false).err().unwrap().to_string();
        assert!(lost.contains("put the file back"), "{lost}");
        drop(Sealer::open(&path, true).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let open = Sealer::open(&path, true).err().unwrap().to_string();
        assert!(open.contains("chmod 600"), "{open}");
        for text in ["", "no base64", "c2hvcnQ="] {
            fs::remove_file(&path).unwrap();
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            fs::write(&path, text).unwrap();
            let wrong = Sealer::open(&path, true).err().unwrap().to_string();
            assert!(wrong.contains("openssl rand -base64 32"), "{wrong}");
        }
    }
}
