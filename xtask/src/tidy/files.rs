//! What may and may not be in a file of the repository.

use crate::tidy::{Breach, Tracked};

/// Beyond this a file has more than one reason to change.
const LONGEST: usize = 700;

/// A file that has to be longer says so, with the reason.
const LONG_ON_PURPOSE: &str = "tidy: long because ";

/// Sources of crates whose time, randomness and ids are passed in. The media plane's threads live in `worker`.
const PURE: &[(&str, Option<&str>)] = &[
    ("protocol/src/", None),
    ("relay/bridge/src/", None),
    ("relay/finesse/src/", None),
    ("relay/sip/src/", None),
    ("relay/media/src/", Some("relay/media/src/worker")),
    ("client/src/phone/", None),
    ("skins/src/", None),
];

/// How time and randomness get in by the back door.
const IMPURE: &[&str] = &["Instant::now(", "SystemTime::now(", "thread_rng(", "rand::rng(", "thread::sleep("];

/// Hosts that a mirror replaces: a lock file or script that names one works for its author only. Split, or this
/// file would break its own rule.
const REGISTRIES: &[(&str, &str)] = &[
    ("registry.npmjs", ".org"),
    ("registry.yarnpkg", ".com"),
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("crates.io", "-index"),
    ("deb.debian", ".org"),
    ("archive.ubuntu", ".com"),
    ("files.pythonhosted", ".org"),
];

pub(crate) fn breaches(files: &[Tracked]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if !files.iter().any(|file| file.path == "Cargo.lock") {
        breaches.push(Breach::new("Cargo.lock", "the lock file is committed: everybody builds the same"));
    }
    for file in files {
        // Beside integration tests, cargo would take `x.rs` for a test of its own.
        if file.path.ends_with("/mod.rs") && !file.path.contains("/tests/") {
            breaches.push(Breach::new(&file.path, "a module `x` is `x.rs`, not `x/mod.rs`"));
        }
        if let Some(text) = &file.text {
            in_text(&file.path, text, &mut breaches);
        }
    }
    breaches
}

fn in_text(path: &str, text: &str, breaches: &mut Vec<Breach>) {
    let code = ["rs", "mjs", "js", "css"].iter().any(|extension| path.ends_with(&format!(".{extension}")));
    if code && text.lines().count() > LONGEST && !text.contains(LONG_ON_PURPOSE) {
        breaches.push(Breach::new(
            path,
            format!("longer than {LONGEST} lines; split it, or say `{LONG_ON_PURPOSE}…`"),
        ));
    }
    let pure = PURE
        .iter()
        .any(|(folder, but)| path.starts_with(folder) && !but.is_some_and(|but| path.starts_with(but)));
    // Tests come last in a file or have one of their own; theirs are the clocks that production code is given.
    let tests = path.ends_with("tests.rs") || path.contains("/tests/");
    let production = if tests { 0 } else { text.find("#[cfg(test)]").unwrap_or(text.len()) };
    let mut at = 0;
    for (number, line) in text.split('\n').enumerate() {
        let place = || format!("{path}:{}", number + 1);
        if let Some(found) = machine_path(line) {
            breaches.push(Breach::new(place(), format!("`{found}` is a path of one machine")));
        }
        if let Some(host) = registry(path, line) {
            breaches
                .push(Breach::new(place(), format!("{host} is a registry; its client knows where it is")));
        }
        if pure && path.ends_with(".rs") && at < production {
            for call in IMPURE.iter().filter(|call| line.contains(**call)) {
                breaches.push(Breach::new(
                    place(),
                    format!("`{call}…)`: time and randomness are passed in here"),
                ));
            }
        }
        if path.starts_with("client/src/")
            && !path.starts_with("client/src/browser")
            && line.contains("web_sys::")
        {
            breaches.push(Breach::new(place(), "`web_sys` is for client/src/browser"));
        }
        at += line.len() + 1;
    }
}

/// A folder that exists where the author sat.
fn machine_path(line: &str) -> Option<&str> {
    // Parted, or this file would break its own rule.
    let folders = [("/", "root"), ("/", "home/"), ("/", "work/"), ("/", "Users/")];
    folders.iter().find_map(|(slash, name)| {
        let folder = format!("{slash}{name}");
        line.match_indices(&folder).find_map(|(at, _)| {
            // Neither the path of a URL nor what follows a variable or another folder.
            let before = line[..at].chars().next_back();
            let begins = before.is_none_or(|c| !c.is_alphanumeric() && !"_-.$}/".contains(c));
            let after = line[at + folder.len()..].chars().next();
            let whole = if name.ends_with('/') {
                after.is_some_and(char::is_alphanumeric)
            } else {
                after.is_none_or(|c| "/\"'` ),".contains(c))
            };
            (begins && whole).then(|| &line[at..at + folder.len()])
        })
    })
}

fn registry(path: &str, line: &str) -> Option<String> {
    // Cargo writes the same address into every lock file, whatever mirror it used.
    if path.ends_with("Cargo.lock") && line.starts_with("source = \"registry+https://github.com/rust-lang/") {
        return None;
    }
    REGISTRIES
        .iter()
        .map(|(name, ending)| format!("{name}{ending}"))
        .find(|host| line.contains(host.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<String> {
        let lock = Tracked { path: "Cargo.lock".to_owned(), text: None };
        let file = Tracked { path: path.to_owned(), text: Some(text.to_owned()) };
        breaches(&[lock, file])
            .into_iter()
            .map(|breach| format!("{}: {}", breach.place, breach.rule))
            .collect()
    }

    #[test]
    fn a_repository_without_its_lock_file_is_noticed() {
        assert_eq!(breaches(&[])[0].place, "Cargo.lock");
    }

    #[test]
    fn paths_of_one_machine_are_noticed_and_urls_and_variables_are_not() {
        for (slash, rest) in [("/", "root/.cargo"), ("/", "home/ann/src"), ("/", "work/main"), ("/", "root")]
        {
            let line = format!("path = \"{slash}{rest}\"");
            assert_eq!(rules("a.md", &line).len(), 1, "{line}");
        }
        for line in [
            "https://example.com/work/item",
            "$HOME/work/x",
            "/rooted",
            "a/home/b",
            "/home/",
            "/workspace",
            "/root:/",
        ] {
            assert_eq!(rules("a.md", line), [""; 0], "{line}");
        }
    }

    #[test]
    fn a_registry_is_named_in_no_file_but_by_cargo() {
        let (name, ending) = REGISTRIES[0];
        assert_eq!(
            rules("tests/package-lock.json", &format!("\"resolved\": \"https://{name}{ending}/x\"")).len(),
            1
        );
        let (name, ending) = REGISTRIES[4];
        let line = format!("source = \"registry+https://github.com/rust-lang/{name}{ending}\"");
        assert_eq!(rules("fuzz/Cargo.lock", &line), [""; 0]);
        assert_eq!(rules("deny.toml", &line).len(), 1);
    }

    #[test]
    fn a_clock_in_a_pure_crate_is_noticed_but_not_in_its_tests_or_the_workers() {
        let clock = "let now = Instant::now();\n";
        assert_eq!(rules("relay/sip/src/timer.rs", clock).len(), 1);
        assert_eq!(rules("relay/media/src/leg.rs", clock).len(), 1);
        assert_eq!(rules("relay/media/src/worker/poll.rs", clock), [""; 0]);
        assert_eq!(rules("relay/server/src/main.rs", clock), [""; 0]);
        assert_eq!(rules("relay/sip/src/timer.rs", &format!("#[cfg(test)]\n{clock}")), [""; 0]);
        assert_eq!(rules("relay/media/src/dtls/tests.rs", clock), [""; 0]);
    }

    #[test]
    fn web_sys_stays_in_the_browser_module() {
        assert_eq!(rules("client/src/shell/mount.rs", "use web_sys::Window;").len(), 1);
        assert_eq!(rules("client/src/browser/socket.rs", "use web_sys::WebSocket;"), [""; 0]);
    }

    #[test]
    fn long_files_and_mod_files_are_noticed() {
        let long = "\n".repeat(LONGEST + 1);
        assert_eq!(rules("relay/server/src/a.rs", &long).len(), 1);
        assert_eq!(
            rules("relay/server/src/a.rs", &format!("// {LONG_ON_PURPOSE}it is a table{long}")),
            [""; 0]
        );
        assert_eq!(rules("relay/server/src/a/mod.rs", "").len(), 1);
        assert_eq!(rules("relay/sip/tests/support/mod.rs", ""), [""; 0]);
    }
}
