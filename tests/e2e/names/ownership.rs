//! Only a stack's own records are changed, and those go with what they were for.

use super::stack::{BLOCK, Stack, actions};

#[test]
fn nobody_elses_record_is_touched_unless_that_is_said() {
    let stack = Stack::new(&[("ours", "127.0.0.1"), ("theirs", "127.0.0.2")]);
    let project = &stack.project;
    project.infra(["validate"]).succeeds();
    stack.aws.clear_log();

    // Somebody else's record is in the way: nothing at all is done.
    let plan = project.infra_json(["plan"]);
    assert_eq!(actions(&plan)["theirs.fed.example"], "refuse", "{plan:#}");
    assert_eq!(actions(&plan)["ours.fed.example"], "create", "{plan:#}");
    project
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("theirs.fed.example A is not this stack's: it was not made by infra")
        .complains("adopt = true");
    assert_eq!(stack.batches(), 0);
    assert_eq!(stack.records()["theirs.fed.example. A"], ["198.51.100.1"]);
    assert!(!stack.is_configured("ours"), "no playbook ran");

    // Told to adopt, it takes it over, and makes all names in one batch.
    project.edit(
        "infra.hcl",
        "    ttl  = 30",
        "    ttl  = 30\n    adopt = true",
    );
    stack.apply();
    assert_eq!(stack.batches(), 1);
    let found = stack.records();
    assert_eq!(found.len(), 4, "{found:#?}");
    for (name, address) in [("ours", "127.0.0.1"), ("theirs", "127.0.0.2")] {
        assert_eq!(found[&format!("{name}.fed.example. A")], [address]);
        let owner = &found[&format!("_infra-a.{name}.fed.example. TXT")];
        assert!(owner[0].contains("infra/stack=named"), "{owner:?}");
    }
    project.edit("infra.hcl", "\n    adopt = true", "");

    // A second time there is nothing to do.
    let plan = project.infra_json(["plan"]);
    assert_eq!(plan["verdict"], "nothing", "{plan:#}");
    stack.apply();
    assert_eq!(stack.batches(), 1);
}

#[test]
fn a_name_goes_with_its_host_and_all_go_with_the_block() {
    let stack = Stack::new(&[
        ("one", "127.0.0.1"),
        ("two", "127.0.0.2"),
        ("three", "127.0.0.3"),
    ]);
    let project = &stack.project;
    stack.apply();
    assert_eq!(stack.records().len(), 7, "a name, its owner, and theirs");

    stack.are(&[("one", "127.0.0.1"), ("two", "127.0.0.2")]);
    stack.apply();
    let left = stack.records();
    assert_eq!(left.len(), 5, "{left:#?}");
    assert!(!left.contains_key("three.fed.example. A"));

    // The block is taken out: the addresses in its records would be somebody else's one day.
    project.edit("infra.hcl", BLOCK, "");
    let plan = project.infra_json(["plan"]);
    assert_eq!(plan["verdict"], "changes", "{plan:#}");
    let removed = actions(&plan);
    assert_eq!(removed["one.fed.example"], "delete", "{plan:#}");
    assert_eq!(removed.len(), 2, "{plan:#}");
    let page = project.infra(["plan"]).succeeds();
    assert!(page.stdout.contains("- one.fed.example A"), "{page}");
    stack.apply();
    let left = stack.records();
    assert_eq!(left.keys().collect::<Vec<_>>(), ["theirs.fed.example. A"]);

    // From now on nobody is asked any more.
    stack.aws.clear_log();
    assert_eq!(project.infra_json(["plan"])["verdict"], "nothing");
    let asked = stack.aws.log();
    let asked: Vec<_> = asked
        .iter()
        .filter(|request| request.path.contains("hostedzone"))
        .collect();
    assert!(asked.is_empty(), "{asked:#?}");
    project.infra(["history", "--verify"]).succeeds();
}
