//! `cargo xtask bench`: measurements that take too long, or say too much about one machine, to be a check.

use anyhow::bail;

use crate::dist::{self, Binaries, Profile};
use crate::setup;
use crate::test::browser;
use crate::workspace::Workspace;

const LIST: &str = "\
cargo xtask bench <name> [parameter…]

  soak    thousands of short calls; sockets, tasks and memory must end where they began";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let Some((name, parameters)) = arguments.split_first() else {
        println!("{LIST}");
        return Ok(());
    };
    match name.as_str() {
        "soak" => {
            setup::for_browser_tests(workspace)?;
            dist::client(workspace, setup::for_dist(workspace)?)?;
            let binaries = Binaries::build(workspace, Profile::Release)?;
            browser::npm(workspace, &binaries, "soak", parameters, |_| {})
        }
        unknown => bail!("there is no measurement `{unknown}`\n\n{LIST}"),
    }
}
