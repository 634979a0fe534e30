//! A test in a process of its own, where the time of the processor is the test's alone.

use std::env;
use std::fs;
use std::process::Command;
use std::time::Duration;

const ALONE: &str = "CLAIMTRAIL_TEST_ALONE";

/// Runs `test`, which is the body of the test of this name, in a process where no other test runs.
///
/// What a limit of time means there does not depend on what else the machine does, if it is measured
/// with [`cpu_time`].
pub fn alone(name: &str, test: impl FnOnce()) {
    if env::var_os(ALONE).is_some() {
        return test();
    }
    let program = env::current_exe().unwrap();
    let run = Command::new(program).args(["--exact", name]).env(ALONE, "1").output().unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{told}{}", String::from_utf8_lossy(&run.stderr));
    assert!(told.contains("1 passed"), "there is no test {name}: {told}");
}

/// How long all threads of this process have worked.
pub fn cpu_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name stands in brackets and may hold anything; the fields follow the last one.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // Linux counts in hundredths of a second for every program.
    Duration::from_millis(ticks * 10)
}
