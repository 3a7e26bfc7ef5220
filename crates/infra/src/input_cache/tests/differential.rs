//! Thousands of changes by seed, each decided about with the cache and without.

use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::scene::{Found, KEY, Scene, later, tick};

const SCENES: usize = 25;
const ROUNDS: usize = 40;

/// Numbers that a seed decides (splitmix64).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }

    fn one<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }
}

/// Paths that are looked for, and some that are not.
const APPEAR: [&str; 24] = [
    "ansible.cfg",
    "group_vars/all.yml",
    "group_vars/all/one.yml",
    "group_vars/db.yml",
    "group_vars/web/more.yaml",
    "host_vars/db1.yml",
    "host_vars/db1/other.yml",
    "host_vars/web1",
    "library/mine.py",
    "filter_plugins/mine.py",
    "more/two.yml",
    "more/x/three.yml",
    "nobody/asks.txt",
    "roles/a/defaults/main/part.yml",
    "roles/a/files/conf/y.conf",
    "roles/a/handlers/main.yml",
    "roles/a/meta/main.yml",
    "roles/b/files/conf/.hidden",
    "roles/b/tasks/main.yaml",
    "roles/b/templates/part.j2",
    "roles/b/vars/main.yml",
    "templates/top.j2",
    "files/run.sh",
    "tree/deep/other",
];

/// All files, links and directories of the tree, by path.
fn paths(root: &Utf8Path) -> (Vec<Utf8PathBuf>, Vec<Utf8PathBuf>) {
    let (mut files, mut dirs, mut waiting) = (Vec::new(), Vec::new(), vec![root.to_owned()]);
    while let Some(dir) = waiting.pop() {
        for entry in dir.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            if path.file_name() == Some(".infra") {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                waiting.push(path.clone());
                dirs.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    dirs.sort();
    (files, dirs)
}

fn times(path: &Utf8Path) -> Option<FileTimes> {
    let before = fs::metadata(path).ok()?;
    let times = FileTimes::new().set_modified(before.modified().ok()?);
    Some(times.set_accessed(before.accessed().ok()?))
}

fn give(path: &Utf8Path, times: FileTimes) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_times(times).unwrap();
}

/// One digit or letter of a file's text is another, its size and times are the same.
fn edit_unseen(seeded: &mut Seeded, path: &Utf8Path) {
    let (Some(times), Ok(mut bytes)) = (times(path), fs::read(path)) else {
        return;
    };
    if bytes.is_empty() {
        return;
    }
    let at = seeded.below(bytes.len());
    bytes[at] = match bytes[at] {
        sign @ (b'0'..=b'8' | b'a'..=b'y') => sign + 1,
        b'9' => b'0',
        b'z' => b'a',
        other => other,
    };
    fs::write(path, bytes).unwrap();
    give(path, times);
}

/// Puts one thing in the place of another, and that in its place.
fn exchange(one: &Utf8Path, other: &Utf8Path) {
    let aside = one.with_file_name(".aside");
    if other.starts_with(one) || one.starts_with(other) {
        return;
    }
    fs::rename(one, &aside).unwrap();
    fs::rename(other, one).unwrap();
    fs::rename(&aside, other).unwrap();
}

/// Changes something, and says what.
fn change(scene: &Scene, seeded: &mut Seeded) -> String {
    let (files, dirs) = paths(&scene.root());
    let (file, other) = (seeded.one(&files).clone(), seeded.one(&files).clone());
    let (dir, other_dir) = (seeded.one(&dirs).clone(), seeded.one(&dirs).clone());
    let kind = seeded.below(20);
    match kind {
        0 | 1 => edit_unseen(seeded, &file),
        2 => {
            let mut text = fs::read(&file).unwrap_or_default();
            text.extend_from_slice(seeded.one(&["# more\n", "z: 9\n", "\n"]).as_bytes());
            let _dangling = fs::write(&file, text);
        }
        3 => fs::remove_file(&file).unwrap(),
        4 => fs::remove_dir_all(&dir).unwrap(),
        5..=7 => {
            let path = scene.path(seeded.one::<&str>(&APPEAR));
            let text = seeded.one(&[
                "x: 8\n",
                "w: 2\n",
                "",
                "- debug: {msg: new}\n",
                "[defaults]\nroles_path = roles\n",
            ]);
            // Where a file is in the way there is nothing new.
            if fs::create_dir_all(path.parent().unwrap()).is_ok() && !path.is_dir() {
                let _in_the_way = fs::write(path, text);
            }
        }
        8 => exchange(&file, &other),
        9 => exchange(&dir, &other_dir),
        // What is at another path, by a link.
        10 if file != other => {
            fs::remove_file(&file).unwrap();
            symlink(&other, &file).unwrap();
        }
        11 => {
            let elsewhere = scene.path("elsewhere");
            let aside = elsewhere.join(dir.file_name().unwrap());
            let free = fs::symlink_metadata(&aside).is_err() && !dir.starts_with(&elsewhere);
            if free && fs::create_dir_all(&elsewhere).is_ok() {
                fs::rename(&dir, &aside).unwrap();
                symlink(&aside, &dir).unwrap();
            }
        }
        12 => {
            // Of some files the mode counts.
            let counts = [file.clone(), scene.path("roles/a/files/conf/x.conf")];
            let file = seeded.one(&counts).clone();
            if let Ok(metadata) = fs::metadata(&file) {
                let mode = metadata.permissions().mode() ^ seeded.one(&[0o111, 0o020, 0o4000]);
                fs::set_permissions(&file, Permissions::from_mode(mode & 0o7777)).unwrap();
                return format!("another mode of {file}");
            }
        }
        13 => {
            fs::remove_file(&file).unwrap();
            fs::create_dir(&file).unwrap();
            fs::write(file.join("main.yml"), "x: 5\n").unwrap();
        }
        14 => {
            fs::remove_dir_all(&dir).unwrap();
            fs::write(&dir, "x: 6\n").unwrap();
        }
        15 => {
            // Edits that follow at once, the last of which may be the first text again.
            let before = fs::read(&file).ok();
            for _ in 0..3 {
                edit_unseen(seeded, &file);
            }
            if let (0, Some(before)) = (seeded.below(2), before) {
                fs::write(&file, before).unwrap();
            }
        }
        16 => {
            // The same text under another inode, with the times that it had, as rsync puts it.
            if let (Ok(text), Some(times)) = (fs::read(&file), times(&file)) {
                let new = file.with_file_name(".new");
                fs::write(&new, text).unwrap();
                if seeded.below(2) == 0 {
                    edit_unseen(seeded, &new);
                }
                give(&new, times);
                fs::rename(&new, &file).unwrap();
            }
        }
        17 => {
            if let Ok(file) = File::options().write(true).open(&file) {
                file.set_modified(SystemTime::now()).unwrap();
            }
        }
        18 => {
            let name =
                file.file_name().unwrap().to_owned() + *seeded.one::<&str>(&["~", ".yml", "x"]);
            fs::rename(&file, file.with_file_name(name)).unwrap();
        }
        _ => {}
    }
    format!("change {kind} of {file} ({other}), {dir} ({other_dir})")
}

/// Changes some trees, and says after how many changes the cache still held, and of how many.
fn run(seed: u64, begun: fn() -> Timestamp, wait: fn()) -> (usize, usize) {
    let (mut held, mut all) = (0, 0);
    let scenes: Vec<Scene> = (0..SCENES).map(|_| Scene::new()).collect();
    let mut seeded = Seeded(seed);
    for _ in 0..ROUNDS {
        for scene in &scenes {
            // Sometimes what is kept is of several changes ago.
            if seeded.below(2) == 0 && scene.learn(begun()).is_none() || seeded.below(8) == 0 {
                scene.fill();
                scene.learn(begun()).unwrap();
            }
        }
        wait();
        for (number, scene) in scenes.iter().enumerate() {
            let what = change(scene, &mut seeded);
            all += 1;
            let cache = scene.open(begun(), &KEY);
            if !cache.holds() {
                continue;
            }
            held += 1;
            let now = scene.look();
            for at in 0..2 {
                let now = now.as_ref().and_then(|now| now.get(at).cloned());
                if let Some(known) = cache.known(at) {
                    let hosts = known.hosts();
                    let hosts = hosts.map(|(host, digest)| (host.to_string(), digest));
                    let known: Option<Found> = Some((hosts.collect(), known.unresolved().to_vec()));
                    assert_eq!(known, now, "seed {seed}, tree {number}: {what}");
                }
            }
        }
    }
    (held, all)
}

#[test]
fn a_cache_that_believes_the_file_system_says_what_a_search_says() {
    let (held, all) = run(1, later, tick);
    assert!(held * 10 > all, "{held} of {all}");
}

#[test]
fn a_cache_of_this_moment_says_what_a_search_says() {
    let (held, all) = run(2, Timestamp::now, || {});
    assert!(held * 10 > all, "{held} of {all}");
}
