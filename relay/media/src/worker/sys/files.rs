//! How many files the process may have open.

use super::check;
use std::io;

/// Allows as many open files as the system lets the process allow itself, and says how many. Each call takes two sockets
/// and each browser one, while many systems begin at 1,024.
pub(crate) fn allow_open_files() -> io::Result<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes a limit to a pointer to one.
    check(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) })?;
    if limit.rlim_cur < limit.rlim_max {
        limit.rlim_cur = limit.rlim_max;
        // SAFETY: the kernel reads a limit from a pointer to one.
        check(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) })?;
    }
    Ok(limit.rlim_cur)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_may_be_and_no_fewer_the_second_time() {
        let allowed = allow_open_files().unwrap();
        assert!(allowed > 0);
        assert_eq!(allow_open_files().unwrap(), allowed);
        let shown = std::fs::read_to_string("/proc/self/limits").unwrap();
        let line = shown.lines().find(|line| line.starts_with("Max open files")).unwrap();
        let [soft, hard] = [3, 4].map(|column| line.split_whitespace().nth(column).unwrap());
        assert_eq!((soft, hard), (allowed.to_string().as_str(), soft));
    }
}
