//! System packages of Debian and Ubuntu.

use std::process::Command;

use anyhow::bail;

use crate::process;

/// A system package, and how to see that what it brings is there already, from wherever.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    /// The name where Ubuntu has another one.
    pub(crate) ubuntu: Option<&'static str>,
    /// Programs or absolute paths; one of them suffices.
    pub(crate) any_of: &'static [&'static str],
    pub(crate) why: &'static str,
}

/// Installs those packages of the list whose programs are missing.
pub(crate) fn install(packages: &[Package]) -> anyhow::Result<()> {
    let missing = missing(packages, |program| process::find(program).is_some());
    if missing.is_empty() {
        return Ok(());
    }

    let ubuntu = std::fs::read_to_string("/etc/os-release").is_ok_and(|text| is_ubuntu(&text));
    let names: Vec<&str> = missing.iter().map(|package| package_name(package, ubuntu)).collect();
    println!("setup: this machine lacks {} system package(s):", missing.len());
    for (package, name) in missing.iter().zip(&names) {
        println!("  {name:<16} {}", package.why);
    }

    if process::find("apt-get").is_none() {
        bail!("there is no apt-get here; install the above the way your system does, then try again");
    }
    let Some(privilege) = Privilege::of_this_user() else {
        bail!(
            "installing needs root, and sudo asks for a password; run this, then try again:\n\n  \
             sudo apt-get update && sudo apt-get install --no-install-recommends {}\n",
            names.join(" ")
        );
    };
    // Package lists may be absent (a container) or older than what the mirror still has.
    process::run(privilege.apt_get().args(["--quiet", "update"]))?;
    process::run(
        privilege.apt_get().args(["--quiet", "--yes", "--no-install-recommends", "install"]).args(&names),
    )?;

    match self::missing(packages, |program| process::find(program).is_some()).as_slice() {
        [] => Ok(()),
        [still, ..] => {
            bail!("{} is installed, but none of {:?} is there", package_name(still, ubuntu), still.any_of)
        }
    }
}

/// What may install packages without asking anybody.
enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    fn of_this_user() -> Option<Self> {
        if rustix::process::geteuid().is_root() {
            Some(Self::Root)
        } else if process::succeeds(Command::new("sudo").args(["-n", "true"])) {
            Some(Self::Sudo)
        } else {
            None
        }
    }

    fn apt_get(&self) -> Command {
        // Given to `env`, since sudo drops the variables of the caller.
        let words = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
        match self {
            Self::Root => {
                let mut command = Command::new(words[0]);
                command.args(&words[1..]);
                command
            }
            Self::Sudo => {
                let mut command = Command::new("sudo");
                command.arg("-n").args(words);
                command
            }
        }
    }
}

fn missing(packages: &[Package], exists: impl Fn(&str) -> bool) -> Vec<&Package> {
    packages.iter().filter(|package| !package.any_of.iter().any(|program| exists(program))).collect()
}

fn package_name(package: &Package, ubuntu: bool) -> &'static str {
    package.ubuntu.filter(|_| ubuntu).unwrap_or(package.name)
}

fn is_ubuntu(os_release: &str) -> bool {
    os_release
        .lines()
        .any(|line| line == "ID=ubuntu" || (line.starts_with("ID_LIKE=") && line.contains("ubuntu")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGES: &[Package] = &[
        Package {
            name: "chromium",
            ubuntu: Some("chromium-browser"),
            any_of: &["chromium", "chrome"],
            why: "",
        },
        Package { name: "kamailio", ubuntu: None, any_of: &["kamailio"], why: "" },
    ];

    #[test]
    fn one_of_several_programs_is_enough() {
        let names = |have: &[&str]| {
            missing(PACKAGES, |program| have.contains(&program)).iter().map(|p| p.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&[]), ["chromium", "kamailio"]);
        assert_eq!(names(&["chrome"]), ["kamailio"]);
        assert_eq!(names(&["chromium", "kamailio"]), [""; 0]);
    }

    #[test]
    fn ubuntu_has_names_of_its_own_and_so_do_its_children() {
        assert!(is_ubuntu("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_ubuntu("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_ubuntu("ID=debian\n"));
        assert_eq!(package_name(&PACKAGES[0], true), "chromium-browser");
        assert_eq!(package_name(&PACKAGES[0], false), "chromium");
        assert_eq!(package_name(&PACKAGES[1], true), "kamailio");
    }
}
