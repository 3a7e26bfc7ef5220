//! Which file systems keep times so that a change of a file always shows.

use std::cell::RefCell;
use std::collections::HashMap;

use camino::Utf8Path;
#[cfg(target_os = "linux")]
use rustix::fs::StatVfsMountFlags;

use super::stat::Stat;

/// The kinds of file systems by number, as `statfs(2)` tells them (`linux/magic.h`), whose times
/// the kernel moves with each write, those to memory too once the disk has the last one.
///
/// What is served by another machine or program is not among them: its times can be old, of
/// another clock, or made up. Nor is tmpfs, which has no disk; nor overlayfs, for what is below
/// it can be an image whose times somebody made up, so that two builds of it have the same.
const KEEP_TIMES: [u32; 4] = [
    0xEF53,      // ext2, ext3, ext4
    0x5846_5342, // xfs
    0x9123_683E, // btrfs
    0xF2F5_2010, // f2fs
];

/// What is known of the file systems that were met, by device.
#[derive(Debug, Default)]
pub(crate) struct Times(RefCell<HashMap<u64, bool>>);

impl Times {
    /// Whether a file of this stat, which was read by a run that began at this time, in
    /// nanoseconds since the epoch, has another stat once it is written to.
    pub(crate) fn vouch_for(&self, path: &Utf8Path, stat: &Stat, begun: i128) -> bool {
        stat.settled_by(begun) && self.are_kept(path, stat.dev)
    }

    fn are_kept(&self, path: &Utf8Path, device: u64) -> bool {
        *self
            .0
            .borrow_mut()
            .entry(device)
            .or_insert_with(|| keeps_times(path))
    }
}

#[cfg(target_os = "linux")]
fn keeps_times(path: &Utf8Path) -> bool {
    // The type has 32 bits that are told in a word of the machine, with a sign or without.
    #[expect(
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "32 bits count"
    )]
    let is_known = |found: rustix::fs::StatFs| KEEP_TIMES.contains(&(found.f_type as u32));
    // What can't be written to here is made elsewhere, an image for example.
    let read_only = StatVfsMountFlags::RDONLY;
    rustix::fs::statfs(path.as_std_path()).is_ok_and(is_known)
        && rustix::fs::statvfs(path.as_std_path())
            .is_ok_and(|found| !found.f_flag.contains(read_only))
}

#[cfg(not(target_os = "linux"))]
fn keeps_times(_: &Utf8Path) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_times_of_its_own_is_not_believed() {
        assert!(!keeps_times(Utf8Path::new("/proc/self/status")));
        assert!(!keeps_times(Utf8Path::new("/no/such/file")));
        let times = Times::default();
        assert!(!times.are_kept(Utf8Path::new("/proc"), 1));
        assert!(
            !times.are_kept(Utf8Path::new("/"), 1),
            "asked once for each device"
        );
    }
}
