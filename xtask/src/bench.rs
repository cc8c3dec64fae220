//! `cargo xtask bench`: measurements that take too long, or say too much about one machine, to be a check.

use anyhow::bail;

use crate::dist::{self, Binaries, Profile};
use crate::setup;
use crate::test::browser;
use crate::workspace::Workspace;

const LIST: &str = "\
cargo xtask bench <name> [parameter…]

  soak    thousands of short calls; sockets, tasks and memory must end where they began
  sip     how fast calls are set up, with Kamailio as the scale; writes bench/sip.json in cargo's target folder
  load    5,000 registered accounts, 50 calls a second for ten minutes; nothing may be lost
          (--accounts, --rate, --seconds)
  finesse 2,000 agents signed in to the demo's contact centre, 20 changes of state a second, 100 supervisors who watch;
          writes bench/finesse.json in cargo's target folder (--agents, --supervisors, --rate, --seconds)";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let Some((name, parameters)) = arguments.split_first() else {
        println!("{LIST}");
        return Ok(());
    };
    let script = match name.as_str() {
        "soak" => "soak",
        "sip" => "bench-sip",
        "load" => "bench-load",
        "finesse" => "bench-finesse",
        unknown => bail!("there is no measurement `{unknown}`\n\n{LIST}"),
    };
    setup::for_browser_tests(workspace)?;
    dist::client(workspace, setup::for_dist(workspace)?)?;
    let binaries = Binaries::build(workspace, Profile::Release)?;
    browser::npm(workspace, &binaries, script, parameters, |_| {})
}
