//! A tree with two playbooks, and what is found of it with a cache and without.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{
    Closure, Digest, Fingerprinter, Request, SecretKey, Sources, closure_from,
};
use infra_core::inventory::{Group, Host, Inventory};
use infra_core::json::Value;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::files::FsTree;
use crate::input_cache::InputCache;

pub(super) const KEY: SecretKey = SecretKey([3; 32]);
pub(super) const SECRET: &str = "correct horse battery staple";

pub(super) struct Scene {
    dir: TempDir,
    pub(super) inventory: Inventory,
    pub(super) environment: Arc<BTreeMap<String, String>>,
}

/// What is found of a playbook: the hosts with their fingerprints, and what can't be known.
pub(super) type Found = (Vec<(String, Option<Digest>)>, Vec<String>);

/// When all that was written until now is old enough to be believed.
pub(super) fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(61)
}

/// Until the clock by which files get their times has moved on.
pub(super) fn tick() {
    sleep(Duration::from_millis(12));
}

impl Scene {
    pub(super) fn new() -> Self {
        let host = Host {
            vars: [
                ("port".to_owned(), Value::from(80)),
                ("password".to_owned(), Value::from(SECRET)),
            ]
            .into(),
            secret: ["password".to_owned()].into(),
            ..Host::default()
        };
        let web = Group {
            hosts: ["web1".to_owned(), "web2".to_owned()].into(),
            ..Group::default()
        };
        let inventory = Inventory {
            hosts: ["web1", "web2", "db1"]
                .map(|name| (name.to_owned(), host.clone()))
                .into(),
            groups: [("web".to_owned(), web)].into(),
            ..Inventory::default()
        };
        let scene = Self {
            dir: tempfile::tempdir().unwrap(),
            inventory,
            environment: Arc::default(),
        };
        scene.fill();
        scene
    }

    /// Makes the tree as it is at first.
    pub(super) fn fill(&self) {
        for entry in fs::read_dir(self.root()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                fs::remove_dir_all(path).unwrap();
            } else {
                fs::remove_file(path).unwrap();
            }
        }
        self.write(
            "site.yml",
            "- hosts: all\n  roles: [a, b]\n  tasks:\n    - script: run.sh {{ password }}\n    - debug: {msg: \"{{ port }}\"}\n",
        );
        self.write(
            "web.yml",
            "- hosts: web\n  vars_files: [shared/two.yml]\n  roles: [b]\n  tasks:\n    - include_tasks: more/{{ x }}.yml\n    \
             - template: {src: top.j2, dest: /etc/top}\n    - copy: {src: tree, dest: /srv}\n",
        );
        for role in ["a", "b"] {
            self.write(
                &format!("roles/{role}/tasks/main.yml"),
                &format!("- template: {{src: {role}.j2, dest: /etc/{role}}}\n- copy: {{src: \"{{{{ item }}}}\", dest: /srv, mode: preserve}}\n  with_fileglob: 'conf/*.conf'\n"),
            );
            self.write(
                &format!("roles/{role}/defaults/main.yml"),
                &format!("{role}_size: 1\n"),
            );
            self.write(&format!("roles/{role}/templates/a.j2"), "one {{ port }}\n");
            self.write(&format!("roles/{role}/templates/b.j2"), "two {{ port }}\n");
            self.write(&format!("roles/{role}/files/conf/x.conf"), role);
        }
        self.write("run.sh", "#!/bin/sh\n");
        self.write(
            "top.j2",
            "{{ hostvars['db1'].x }} {% include 'part.j2' %}\n",
        );
        self.write("part.j2", "{{ y }}\n");
        self.write("more/one.yml", "- debug: {msg: one}\n");
        self.write("tree/deep/file", "1\n");
        self.write("group_vars/web.yml", "w: 1\n");
        self.write("host_vars/web1.yml", "x: 1\n");
        self.write("host_vars/db1/main.yml", "x: 3\n");
        self.write("shared/one.yml", "y: 1\n");
        self.write("shared/two.yml", "y: 2\n");
        symlink("../shared/one.yml", self.path("host_vars/web2.yml")).unwrap();
    }

    pub(super) fn root(&self) -> Utf8PathBuf {
        Utf8Path::from_path(self.dir.path())
            .unwrap()
            .canonicalize_utf8()
            .unwrap()
    }

    pub(super) fn path(&self, path: &str) -> Utf8PathBuf {
        self.root().join(path)
    }

    pub(super) fn cache(&self) -> Utf8PathBuf {
        self.path(".infra/s/cache/inputs")
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes as many bytes as there were, and gives the file the times that it had.
    pub(super) fn write_unseen(&self, path: &str, text: &str) {
        let path = self.path(path);
        let before = fs::metadata(&path).unwrap();
        fs::write(&path, text).unwrap();
        let times = FileTimes::new()
            .set_modified(before.modified().unwrap())
            .set_accessed(before.accessed().unwrap());
        let file = File::options().write(true).open(&path).unwrap();
        file.set_times(times).unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!(
            (before.len(), before.modified().unwrap()),
            (after.len(), after.modified().unwrap())
        );
    }

    pub(super) fn requests<'a>(&'a self, tree: &'a FsTree) -> [Request<'a>; 2] {
        ["site.yml", "web.yml"].map(|playbook| Request {
            environment: Some(Arc::clone(&self.environment)),
            ..Request::new(tree, self.root(), playbook, &self.inventory)
        })
    }

    pub(super) fn open(&self, begun: Timestamp, key: &SecretKey) -> InputCache {
        let tree = FsTree::new(self.root());
        let requests = self.requests(&tree);
        self.open_for(&[(&requests[0], &[]), (&requests[1], &[])], begun, key)
    }

    pub(super) fn open_for(
        &self,
        requests: &[(&Request<'_>, &[String])],
        begun: Timestamp,
        key: &SecretKey,
    ) -> InputCache {
        let inventory = &self.inventory;
        InputCache::open(self.cache(), key, requests, inventory, &self.root(), begun)
    }

    /// What a search finds that knows of no cache. None: there is an error.
    pub(super) fn look(&self) -> Option<Vec<Found>> {
        let tree = FsTree::new(self.root());
        let sources = Sources::new(&tree);
        let found = self.requests(&tree).map(|request| {
            let closure = closure_from(&request, &sources).ok()?;
            let unresolved = closure.unresolved().iter().map(ToString::to_string);
            Some((prints(&closure, &request)?, unresolved.collect()))
        });
        found.into_iter().collect()
    }

    /// Looks as a plan does that keeps what it finds.
    pub(super) fn learn(&self, begun: Timestamp) -> Option<()> {
        let mut cache = self.open(begun, &KEY);
        let tree = FsTree::new(self.root());
        if !cache.holds() {
            let sources = Sources::new(&tree);
            for (number, request) in self.requests(&tree).iter().enumerate() {
                let closure = closure_from(request, &sources).ok()?;
                let hosts = prints(&closure, request)?;
                let hosts = hosts.iter().map(|(host, digest)| (host.as_str(), *digest));
                cache.learn(number, &closure, hosts);
            }
        }
        cache.save(&tree);
        Some(())
    }

    /// What the cache knows. It must be the truth.
    pub(super) fn known(&self, begun: Timestamp) -> Option<Vec<Found>> {
        let cache = self.open(begun, &KEY);
        let known: Option<Vec<Found>> = (0..2)
            .map(|number| {
                let known = cache.known(number)?;
                let hosts = known.hosts();
                let hosts = hosts.map(|(host, digest)| (host.to_string(), digest));
                Some((hosts.collect(), known.unresolved().to_vec()))
            })
            .collect();
        cache.save(&FsTree::new(self.root()));
        if known.is_some() {
            assert_eq!(known, self.look(), "what is known is not so");
        }
        known
    }
}

fn prints(closure: &Closure, request: &Request<'_>) -> Option<Vec<(String, Option<Digest>)>> {
    let prints = Fingerprinter::new(closure, request, KEY).ok()?;
    let hosts = closure.hosts().into_iter();
    let print = |host: &str| prints.host(host).map(|print| *print.digest());
    Some(hosts.map(|host| (host.to_owned(), print(host))).collect())
}
