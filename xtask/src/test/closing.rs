//! The lines with which test runners end: kept, to be repeated at the end of the whole run.

/// What the runners said, and how many tests they left out.
#[derive(Default)]
pub(crate) struct Closing {
    lines: Vec<String>,
    left_out: u64,
}

impl Closing {
    /// Looks at a line of `cargo test`. Runs of no test at all, such as those of crates without examples in their
    /// documentation, are not repeated.
    pub(crate) fn rust(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        let count = |what: &str| {
            let mut fields = counts.split(['.', ';']).map(str::trim);
            fields.find_map(|field| field.strip_suffix(what)?.trim().parse::<u64>().ok()).unwrap_or_default()
        };
        let (passed, failed, ignored) = (count("passed"), count("failed"), count("ignored"));
        self.left_out += ignored;
        if passed + failed + ignored > 0 {
            self.lines.push(line.to_owned());
        }
    }

    /// Looks at a line of `node --test`, which marks its closing lines with `#` (TAP) or `ℹ` (for people).
    pub(crate) fn node(&mut self, line: &str) {
        let Some(text) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) else { return };
        let Some((what, count)) = text.split_once(' ') else { return };
        const FIELDS: [&str; 8] =
            ["tests", "suites", "pass", "fail", "cancelled", "skipped", "todo", "duration_ms"];
        if !FIELDS.contains(&what) || count.parse::<f64>().is_err() {
            return;
        }
        if matches!(what, "skipped" | "todo") {
            self.left_out += count.parse::<u64>().unwrap_or_default();
        }
        self.lines.push(line.to_owned());
    }

    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// How many tests were left out since this was last asked.
    pub(crate) fn take_left_out(&mut self) -> u64 {
        std::mem::take(&mut self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rust_runner_is_quoted_unless_it_ran_nothing() {
        let mut closing = Closing::default();
        closing.rust("running 3 tests");
        closing.rust(
            "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        let line = "test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s";
        closing.rust(line);
        assert_eq!(closing.lines(), [line]);
        assert_eq!(closing.take_left_out(), 1);
        assert_eq!(closing.take_left_out(), 0);
    }

    #[test]
    fn a_node_runner_is_quoted_in_both_its_dialects() {
        let mut closing = Closing::default();
        for line in
            ["# Subtest: a call", "# tests 4", "ℹ pass 3", "# skipped 1", "# fail nothing here", "ok 1 - a"]
        {
            closing.node(line);
        }
        assert_eq!(closing.lines(), ["# tests 4", "ℹ pass 3", "# skipped 1"]);
        assert_eq!(closing.take_left_out(), 1);
    }
}
