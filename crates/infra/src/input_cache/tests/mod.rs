//! A wrong *nothing has changed* is what must never be: each change of a tree is beside the
//! truth, which is what a search that knows of no cache finds.

mod differential;
mod plans;
mod scene;

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::sync::Arc;
use std::time::SystemTime;

use infra_core::ansible::{Request, SecretKey};
use infra_core::inventory::Host;
use infra_core::json::Value;
use jiff::{SignedDuration, Timestamp};

use self::scene::{KEY, SECRET, Scene, later, tick};
use super::InputCache;
use crate::files::FsTree;

/// Whether any content of a file is believed unread.
fn believes(scene: &Scene) -> bool {
    let key = super::keyed::CacheKey::new(&KEY);
    let kept = super::format::read(&scene.cache(), &key).unwrap();
    let contents = kept
        .records
        .iter()
        .filter_map(|record| record.content.as_ref());
    contents
        .map(|content| content.stat.is_some())
        .max()
        .unwrap()
}

#[test]
fn what_has_not_changed_is_known_and_is_the_truth() {
    let scene = Scene::new();
    assert_eq!(scene.known(Timestamp::now()), None, "nothing is kept yet");
    scene.learn(Timestamp::now()).unwrap();
    assert!(!believes(&scene), "what was written a moment ago");
    let kept = fs::read(scene.cache()).unwrap();
    let found = scene.known(Timestamp::now()).unwrap();
    assert_eq!(found[0].0.len(), 3);
    assert_eq!(found[1].0.len(), 2);
    assert_eq!(fs::read(scene.cache()).unwrap(), kept, "nothing is written");
    assert_eq!(scene.known(later()).unwrap(), found);
    // On a file system that isn't among those that keep times, nothing ever is.
    assert_eq!(believes(&scene), fs::read(scene.cache()).unwrap() != kept);
    let kept = fs::read(scene.cache()).unwrap();
    assert_eq!(scene.known(later()).unwrap(), found);
    assert_eq!(
        fs::read(scene.cache()).unwrap(),
        kept,
        "and nothing is written"
    );
    // A touch changes times and no content.
    let file = File::options().write(true).open(scene.path("run.sh"));
    file.unwrap().set_modified(SystemTime::now()).unwrap();
    assert_eq!(scene.known(later()).unwrap(), found);
}

#[test]
fn what_is_looked_up_of_the_environment_is_noticed_and_nothing_else() {
    let mut scene = Scene::new();
    let look = "- hosts: all\n  tasks: [{debug: {msg: \"{{ lookup('env', 'STAGE') }}\"}}]\n";
    scene.write("web.yml", look);
    let environment = |stage: Option<&str>, other: &str| {
        let stage = stage.map(|stage| ("STAGE".to_owned(), stage.to_owned()));
        let other = ("OTHER".to_owned(), other.to_owned());
        Arc::new(stage.into_iter().chain([other]).collect())
    };
    for (before, after) in [(Some("a"), Some("b")), (Some(""), None), (None, Some(""))] {
        scene.environment = environment(before, "1");
        scene.learn(later()).unwrap();
        let found = scene.known(later()).unwrap();
        scene.environment = environment(before, "2");
        assert_eq!(scene.known(later()).unwrap(), found);
        // What is renewed keeps it too.
        scene.learn(later()).unwrap();
        scene.environment = environment(after, "2");
        assert_eq!(scene.known(later()), None);
        assert_ne!(scene.look().unwrap(), found);
    }
}

#[test]
fn every_change_of_the_tree_is_noticed() {
    type Change = fn(&Scene);
    let changes: [(&str, Change); 18] = [
        ("a text of the same size and time", |scene| {
            scene.write_unseen("roles/a/templates/a.j2", "oNe {{ port }}\n");
        }),
        ("the same of a variable", |scene| {
            scene.write_unseen("host_vars/web1.yml", "x: 2\n");
        }),
        ("a link to another file", |scene| {
            fs::remove_file(scene.path("host_vars/web2.yml")).unwrap();
            symlink("../shared/two.yml", scene.path("host_vars/web2.yml")).unwrap();
        }),
        ("what a link leads to", |scene| {
            scene.write_unseen("shared/one.yml", "y: 3\n");
        }),
        ("a file put in the place of another", |scene| {
            fs::rename(scene.path("shared/two.yml"), scene.path("shared/one.yml")).unwrap();
        }),
        ("a file that was looked for", |scene| {
            scene.write("group_vars/all.yml", "z: 1\n");
        }),
        ("a file in the place of a link's broken end", |scene| {
            scene.write("ansible.cfg", "[defaults]\nforks = 3\n");
        }),
        ("a file in a directory that is listed", |scene| {
            scene.write("roles/b/files/conf/y.conf", "y");
        }),
        ("a file that is gone", |scene| {
            fs::remove_file(scene.path("host_vars/web1.yml")).unwrap();
        }),
        ("a name in a listed directory", |scene| {
            fs::rename(
                scene.path("roles/a/files/conf/x.conf"),
                scene.path("roles/a/files/conf/z.conf"),
            )
            .unwrap();
        }),
        ("two directories that change places", |scene| {
            fs::rename(scene.path("roles/a/templates"), scene.path("t")).unwrap();
            fs::rename(
                scene.path("roles/b/templates"),
                scene.path("roles/a/templates"),
            )
            .unwrap();
            fs::rename(scene.path("t"), scene.path("roles/b/templates")).unwrap();
            scene.write("roles/a/templates/a.j2", "1 {{ port }}\n");
        }),
        ("a directory that is another", |scene| {
            fs::rename(scene.path("roles/b"), scene.path("roles/c")).unwrap();
            fs::rename(scene.path("roles/a"), scene.path("roles/b")).unwrap();
            fs::rename(scene.path("roles/c"), scene.path("roles/a")).unwrap();
        }),
        ("a directory that is a link", |scene| {
            fs::rename(scene.path("roles/b/files"), scene.path("elsewhere")).unwrap();
            fs::create_dir(scene.path("other")).unwrap();
            scene.write("other/conf/x.conf", "c");
            symlink(scene.path("other"), scene.path("roles/b/files")).unwrap();
        }),
        ("a file where there was a directory", |scene| {
            fs::remove_dir_all(scene.path("roles/a/files/conf")).unwrap();
            scene.write("roles/a/files/conf", "x");
        }),
        ("a directory where there was a file", |scene| {
            fs::remove_file(scene.path("host_vars/web1.yml")).unwrap();
            scene.write("host_vars/web1/main.yml", "x: 7\n");
        }),
        (
            "a file of variables with a name that comes first",
            |scene| scene.write("host_vars/web1", "x: 9\n"),
        ),
        ("a mode that is copied", |scene| {
            fs::set_permissions(
                scene.path("roles/a/files/conf/x.conf"),
                Permissions::from_mode(0o755),
            )
            .unwrap();
        }),
        ("a playbook that is gone", |scene| {
            fs::remove_file(scene.path("site.yml")).unwrap();
        }),
    ];
    let scenes: Vec<Scene> = changes.iter().map(|_| Scene::new()).collect();
    for scene in &scenes {
        scene.learn(later()).unwrap();
        assert!(scene.known(later()).is_some());
    }
    tick();
    for ((what, change), scene) in changes.iter().zip(&scenes) {
        change(scene);
        assert_eq!(scene.known(later()), None, "{what}");
    }
}

#[test]
fn what_is_asked_with_counts_as_well() {
    let mut scene = Scene::new();
    scene.learn(Timestamp::now()).unwrap();
    let as_it_was = scene.inventory.clone();
    for change in [
        |host: &mut Host| {
            host.vars
                .insert("port".to_owned(), Value::from(81))
                .is_some()
        },
        |host: &mut Host| {
            host.vars
                .insert("password".to_owned(), Value::from("x"))
                .is_some()
        },
        |host: &mut Host| host.secret.remove("password"),
        |host: &mut Host| host.identity.replace("i-2".to_owned()).is_none(),
    ] {
        scene.inventory = as_it_was.clone();
        assert!(scene.known(Timestamp::now()).is_some());
        assert!(change(scene.inventory.hosts.get_mut("web1").unwrap()));
        assert_eq!(scene.known(Timestamp::now()), None);
    }
    scene.inventory = as_it_was;
    let tree = FsTree::new(scene.root());
    let [first, second] = scene.requests(&tree);
    let mut newer = first.clone();
    newer.tools.ansible_core = Some("2.19.0".to_owned());
    let mut tagged = first.clone();
    tagged
        .settings
        .insert("tags".to_owned(), "deploy".to_owned());
    let web = ["web".to_owned()];
    let now = Timestamp::now();
    let holds =
        |requests: &[(&Request<'_>, &[String])]| scene.open_for(requests, now, &KEY).holds();
    assert!(holds(&[(&first, &[]), (&second, &[])]));
    assert!(!holds(&[(&newer, &[]), (&second, &[])]));
    assert!(!holds(&[(&tagged, &[]), (&second, &[])]));
    assert!(!holds(&[(&first, &web), (&second, &[])]));
    assert!(!holds(&[(&second, &[]), (&first, &[])]));
    assert!(!holds(&[(&first, &[])]));
}

#[test]
fn a_clock_that_goes_back_makes_everything_new() {
    let hour = SignedDuration::from_hours(1);
    let scene = Scene::new();
    scene.learn(later()).unwrap();
    assert_eq!(scene.known(Timestamp::now() - hour), None);
    assert!(scene.known(later()).is_some());
    // Learned while the clock was an hour behind: files of the future are read each time.
    scene.learn(Timestamp::now() - hour).unwrap();
    assert!(!believes(&scene));
    scene.write_unseen("host_vars/web1.yml", "x: 5\n");
    assert_eq!(scene.known(later()), None);
}

#[test]
fn a_file_that_is_odd_is_not_believed() {
    let scene = Scene::new();
    scene.learn(Timestamp::now()).unwrap();
    let whole = fs::read(scene.cache()).unwrap();
    let mode = |mode| fs::set_permissions(scene.cache(), Permissions::from_mode(mode)).unwrap();
    assert_eq!(
        fs::metadata(scene.cache()).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let holds = || scene.open(Timestamp::now(), &KEY).holds();
    for at in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(scene.cache(), &damaged).unwrap();
        assert!(!holds(), "byte {at}");
        fs::write(scene.cache(), &whole[..at]).unwrap();
        assert!(!holds(), "cut off at {at}");
    }
    fs::write(scene.cache(), [&whole[..], b"x"].concat()).unwrap();
    assert!(!holds(), "longer");
    fs::write(scene.cache(), &whole).unwrap();
    assert!(holds());
    let other = SecretKey([4; 32]);
    assert!(!scene.open(Timestamp::now(), &other).holds(), "another key");
    mode(0o640);
    assert!(!holds(), "others can read it");
    mode(0o600);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(scene.cache(), Some(65_534), None).unwrap();
        assert!(!holds(), "another's");
        std::os::unix::fs::chown(scene.cache(), Some(0), None).unwrap();
    }
    assert!(holds());
    fs::rename(scene.cache(), scene.path(".infra/kept")).unwrap();
    symlink(scene.path(".infra/kept"), scene.cache()).unwrap();
    assert!(!holds(), "a link");
    fs::remove_file(scene.cache()).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, scene.cache().as_std_path(), 0o600.into()).unwrap();
    assert!(!holds(), "a pipe");
}

#[test]
fn a_cache_that_cannot_be_written_is_done_without() {
    let scene = Scene::new();
    scene.write(".infra/s", "a file where a directory should be");
    scene.learn(Timestamp::now()).unwrap();
    assert_eq!(scene.known(Timestamp::now()), None);
}

#[test]
fn a_stack_that_moves_is_looked_at_anew() {
    let scene = Scene::new();
    scene.learn(later()).unwrap();
    let other = Scene::new();
    fs::create_dir_all(other.cache().parent().unwrap()).unwrap();
    fs::copy(scene.cache(), other.cache()).unwrap();
    assert_eq!(other.known(later()), None);
}

#[test]
fn two_that_write_at_once_leave_one_whole_file() {
    let scene = Scene::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| scene.learn(Timestamp::now()).unwrap()));
        }
    });
    assert!(scene.known(Timestamp::now()).is_some());
    let dir = fs::read_dir(scene.cache().parent().unwrap()).unwrap();
    let names = dir.map(|entry| entry.unwrap().file_name());
    let names: std::collections::BTreeSet<_> = names.collect();
    assert_eq!(names, [".gitignore".into(), "inputs".into()].into());
}

#[test]
fn no_secret_is_in_it() {
    let scene = Scene::new();
    scene.learn(later()).unwrap();
    let bytes = fs::read(scene.cache()).unwrap();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|other| other == part);
    assert!(holds(b"host_vars/web1.yml"), "names are");
    assert!(!holds(SECRET.as_bytes()), "values of variables are not");
    assert!(!holds(b"two {{"), "nor texts of files");
    let digest = blake3::hash(&fs::read(scene.path("run.sh")).unwrap());
    assert!(
        !holds(digest.as_bytes()),
        "nor what a short text can be guessed by"
    );
}

#[test]
fn what_changes_by_itself_is_not_kept() {
    let scene = Scene::new();
    scene.write("top.j2", "{{ lookup('url', 'https://example.com') }}\n");
    scene.learn(Timestamp::now()).unwrap();
    let cache: InputCache = scene.open(Timestamp::now(), &KEY);
    assert!(cache.holds());
    assert!(cache.known(0).is_some());
    assert!(cache.known(1).is_none());
}
