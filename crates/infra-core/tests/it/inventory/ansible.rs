//! What real Ansible makes of each format. Needs `ansible-inventory` on PATH.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use infra_core::json::Value;

use super::{rules, try_build};

/// A tag for each way out of being data that is known; `CANARY` is a file to be touched.
const TAGS: &str = r#"{"Name":"web-1","jinja":"{{ lookup('pipe', 'touch CANARY') }}","block":"{% for i in [1] %}{{ lookup('pipe', 'touch CANARY') }}{% endfor %}",
    "yaml":"x\"\n    ansible_connection: local","ini":"x' ansible_connection=local y='","hash":"a #b ;c","quotes":"it's \"q\" \\ back",
    "{{ lookup('pipe', 'touch CANARY') }}":"key","__ansible_vault":"v","__ansible_unsafe":"u","unicode":"é😀\u2028\u0085\u0000\u007f","number":"007","true":"true",
    "ansible_connection":"local","":"empty"}"#;

fn inventory(canary: &Path) -> infra_core::inventory::Inventory {
    let tags = TAGS.replace("CANARY", &canary.display().to_string());
    let state = format!(
        r#"{{"version":4,"resources":[{{"type":"aws_instance","name":"web","instances":[
            {{"index_key":0,"attributes":{{"id":"i-1","private_ip":"10.0.0.1","big":12345678901234567890123,"tags":{tags}}}}},
            {{"index_key":1,"attributes":{{"id":"i-2","public_ip":"203.0.113.2","tags":null}}}}]}}]}}"#
    );
    let rules = rules(
        r##"
        hosts "aws_instance" {
          groups = ["web"]
          vars   = { labels = self.tags, numbers = [1, 1.5, self.big], nothing = null, flag = true }
        }
        group "empty" {}
        group "outer" {
          children = ["web", "empty"]
          vars     = { greeting = "hello {{ inventory_hostname }}", list = ["a b", "#c"] }
        }
        vars = { zone = "eu" }
        "##,
    );
    try_build(&state, &rules).unwrap().inventory
}

fn run(program: &str, arguments: &[&str], home: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(home)
        .env("HOME", home)
        .env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1")
        .env("ANSIBLE_INVENTORY_ENABLED", "script,yaml,ini")
        .env("ANSIBLE_NOCOLOR", "1")
        .output()
        .unwrap_or_else(|error| {
            panic!("{program} must be on PATH: {error}; `cargo xtask test` sees to it")
        });
    assert!(
        output.status.success(),
        "{program}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Without the marks of unsafe strings, which not every format has.
fn plain(value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Object(members)
            if members.len() == 1 && members.contains_key("__ansible_unsafe") =>
        {
            plain(members.get("__ansible_unsafe").unwrap())
        }
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, value)| (key.clone().into_owned().into(), plain(value)))
                .collect(),
        ),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone().into_owned(),
    }
}

fn write(home: &Path, name: &str, text: &str, mode: u32) -> String {
    let path = home.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path.display().to_string()
}

#[test]
fn ansible_reads_the_same_hosts_and_variables_from_every_format() {
    let home = tempfile::tempdir().unwrap();
    let canary = home.path().join("canary");
    let inventory = inventory(&canary);
    write(
        home.path(),
        "list.json",
        &inventory.list().to_string(),
        0o600,
    );
    let script = write(
        home.path(),
        "script",
        "#!/bin/sh\nexec cat list.json\n",
        0o700,
    );
    let yaml = write(home.path(), "hosts.yml", &inventory.yaml(), 0o600);
    let ini = write(home.path(), "hosts.ini", &inventory.ini(), 0o600);
    let read = |file: &str| {
        let text = run(
            "ansible-inventory",
            &["-i", file, "--list", "--export"],
            home.path(),
        );
        plain(&Value::parse(&text).unwrap())
    };
    let vars = |document: &Value<'static>, host: &str| {
        document
            .get("_meta")
            .unwrap()
            .get("hostvars")
            .unwrap()
            .get(host)
            .unwrap()
            .clone()
    };
    let from_script = read(&script);
    let ours = plain(&Value::parse(&inventory.list().to_string()).unwrap());
    for name in ["web-1", "aws_instance.web.1"] {
        let expected = sorted(&vars(&ours, name));
        assert_eq!(sorted(&vars(&from_script, name)), expected);
        assert_eq!(sorted(&vars(&read(&yaml), name)), expected, "yaml");
    }
    // INI has no mark for data, so there what could be a template is left out.
    assert_eq!(
        sorted(&vars(&read(&ini), "aws_instance.web.1")),
        sorted(&vars(&ours, "aws_instance.web.1"))
    );
    let of_ini = vars(&read(&ini), "web-1");
    assert!(of_ini.get("infra").is_none() && of_ini.get("ansible_connection").is_none());
    for file in [&yaml, &ini] {
        let document = read(file);
        for group in ["outer", "web", "empty", "all"] {
            let (one, other) = (document.get(group), from_script.get(group));
            assert_eq!(one.map(sorted), other.map(sorted), "{file}: {group}");
        }
    }
    assert!(!canary.exists());
}

#[test]
fn no_tag_runs_anything_when_a_play_reads_it() {
    let home = tempfile::tempdir().unwrap();
    let canary = home.path().join("canary");
    let inventory = inventory(&canary);
    write(
        home.path(),
        "list.json",
        &inventory.list().to_string(),
        0o600,
    );
    let script = write(
        home.path(),
        "script",
        "#!/bin/sh\nexec cat list.json\n",
        0o700,
    );
    let yaml = write(home.path(), "hosts.yml", &inventory.yaml(), 0o600);
    let ini = write(home.path(), "hosts.ini", &inventory.ini(), 0o600);
    for file in [&script, &yaml, &ini] {
        let message = r#"{"msg": "{{ [hostvars[inventory_hostname], infra | default, labels | default] | to_json }}"}"#;
        let printed = run(
            "ansible",
            &["-i", file, "web-1", "-m", "debug", "-a", message],
            home.path(),
        );
        assert!(printed.contains("10.0.0.1"), "{printed}");
        assert!(!canary.exists(), "{file}");
        // A key is a value as soon as it is taken out of its map.
        let keys = r#"{"msg": "{{ (labels | default({})).keys() | first | default }} {{ labels | default({}) | dict2items }}"}"#;
        for message in [
            keys,
            r#"{"msg": "{% for key in labels | default({}) %}{{ key }}{{ key | regex_replace('x') }}{% endfor %}"}"#,
        ] {
            run(
                "ansible",
                &["-i", file, "web-1", "-m", "debug", "-a", message],
                home.path(),
            );
            assert!(!canary.exists(), "{file}: {message}");
        }
    }
    let greeting = run(
        "ansible",
        &[
            "-i",
            &script,
            "web-1",
            "-m",
            "debug",
            "-a",
            "msg={{ greeting }}",
        ],
        home.path(),
    );
    assert!(
        greeting.contains("hello web-1"),
        "the configuration's own templates work: {greeting}"
    );
}

/// The members of all objects in order: Ansible sorts, and so do we where it is ours to say.
fn sorted(value: &Value<'static>) -> Value<'static> {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
