//! Files for the wire: named by their content, with an integrity value, compressed beforehand.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256, Sha384};

use crate::stamp::hex;

/// A file to be packed.
pub(crate) struct Asset {
    path: String,
    content: Vec<u8>,
}

impl Asset {
    /// A file whose name changes with its content, so that browsers may keep it for ever.
    pub(crate) fn hashed(name: &str, extension: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        // 64 bits: two versions of one file never meet by chance.
        let digest = hex(&Sha256::digest(&content)[..8]);
        Self { path: format!("assets/{name}-{digest}.{extension}"), content }
    }

    /// A file that has to have this path.
    pub(crate) fn named(path: &str, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), content: content.into() }
    }
}

/// A packed file, as a page refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packed {
    /// Relative to the top of the site, without a leading slash.
    pub(crate) path: String,
    /// The value of an `integrity` attribute (Subresource Integrity §3.1).
    pub(crate) integrity: String,
    sizes: Sizes,
}

impl Packed {
    /// The last part of the path.
    pub(crate) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sizes {
    plain: usize,
    gzip: usize,
    brotli: usize,
}

/// The folder that a web server serves.
pub(crate) struct Folder {
    root: PathBuf,
    files: Vec<Packed>,
}

impl Folder {
    pub(crate) fn create(root: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(root.join("assets"))
            .with_context(|| format!("cannot create {}", root.display()))?;
        Ok(Self { root: root.to_owned(), files: Vec::new() })
    }

    /// Writes the file and, beside it, what a browser gets that accepts `br` or `gzip`.
    pub(crate) fn add(&mut self, asset: Asset) -> anyhow::Result<Packed> {
        let Asset { path, content } = asset;
        let gzip = gzip(&content).with_context(|| format!("cannot compress {path}"))?;
        let brotli = brotli(&content).with_context(|| format!("cannot compress {path}"))?;
        for (suffix, bytes) in [("", &content), (".gz", &gzip), (".br", &brotli)] {
            self.write(&format!("{path}{suffix}"), bytes)?;
        }
        let packed = Packed {
            integrity: format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(&content))),
            sizes: Sizes { plain: content.len(), gzip: gzip.len(), brotli: brotli.len() },
            path,
        };
        self.files.push(packed.clone());
        Ok(packed)
    }

    /// Prints what each file weighs: size is a feature of a pane in somebody else's page.
    pub(crate) fn report(&self) {
        println!("\n{:<44} {:>9} {:>9} {:>9}", "client", "bytes", "gzip", "brotli");
        let mut total = Sizes { plain: 0, gzip: 0, brotli: 0 };
        for Packed { path, sizes, .. } in &self.files {
            println!("{path:<44} {:>9} {:>9} {:>9}", sizes.plain, sizes.gzip, sizes.brotli);
            total.plain += sizes.plain;
            total.gzip += sizes.gzip;
            total.brotli += sizes.brotli;
        }
        println!("{:<44} {:>9} {:>9} {:>9}", "total", total.plain, total.gzip, total.brotli);
    }

    fn write(&self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let file = self.root.join(path);
        let context = || format!("cannot write {}", file.display());
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent).with_context(context)?;
        }
        std::fs::write(&file, bytes).with_context(context)
    }
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    // Quality 11 and a window of 4 MB: compressed once, sent often.
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 22, ..BrotliEncoderParams::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn names_follow_the_content() {
        let name = |content: &str| Asset::hashed("a", "js", content).path;
        assert_eq!(name("x"), name("x"));
        assert_ne!(name("x"), name("y"));
        assert!(name("x").starts_with("assets/a-") && name("x").ends_with(".js"));
    }

    #[test]
    fn integrity_is_the_sha_384_that_browsers_compute() {
        let root = std::env::temp_dir().join(format!("sidetone-pack-{}", std::process::id()));
        let mut folder = Folder::create(&root).unwrap();
        // The example of the Subresource Integrity recommendation, §3.1.
        let packed = folder.add(Asset::named("hello.js", "alert('Hello, world.');")).unwrap();
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            packed.integrity,
            "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"
        );
    }

    #[test]
    fn what_is_compressed_comes_out_again() {
        let content = b"sidetone ".repeat(1000);
        let mut unzipped = Vec::new();
        flate2::read::GzDecoder::new(&*gzip(&content).unwrap()).read_to_end(&mut unzipped).unwrap();
        assert_eq!(unzipped, content);
        let packed = brotli(&content).unwrap();
        assert!(packed.len() < 100);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &*packed, &mut unpacked).unwrap();
        assert_eq!(unpacked, content);
    }
}
