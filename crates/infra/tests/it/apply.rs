//! From nothing to done, and from there exactly what a change asks for.

use infra::apply::Outcome;
use infra::core::decision::Verdict;
use infra::plan::SavedDecision;

use crate::project::{Recorder, Sample, runs, why};

const BOTH: [&str; 2] = ["alpha", "beta"];

async fn applied() -> Sample {
    let sample = Sample::new();
    let report = sample.apply().await;
    assert_eq!(report.outcome, Outcome::Done, "{report:#?}");
    sample
}

#[tokio::test(flavor = "current_thread")]
async fn from_nothing_to_done_and_then_nothing_is_left_to_do() {
    let sample = Sample::new();
    let planned = sample.plan().await;
    assert_eq!(planned.decision.terraform.create, 2);
    assert_eq!(runs(&planned, "base"), BOTH);
    assert_eq!(
        why(&planned, "base", "alpha"),
        ["machine: is about to be created"]
    );
    let report = sample.apply().await;
    assert_eq!(report.outcome, Outcome::Done, "{report:#?}");
    assert_eq!(sample.read("alpha-motto"), "steady small\n");
    assert_eq!(sample.read("beta-peers"), "127.0.0.1 127.0.0.2 ");

    let planned = sample.plan().await;
    assert_eq!(
        planned.decision.verdict,
        Verdict::Nothing,
        "{:#?}",
        planned.decision
    );
    std::fs::remove_file(sample.disk("alpha-motto")).unwrap();
    assert_eq!(sample.apply().await.outcome, Outcome::Nothing);
    assert!(!sample.disk("alpha-motto").exists(), "nothing ran");
}

#[tokio::test(flavor = "current_thread")]
async fn a_change_runs_exactly_what_reads_it() {
    let sample = applied().await;
    sample.write(
        "ansible/roles/base/templates/motto.j2",
        "always {{ motto }} {{ size }}\n",
    );
    let planned = sample.plan().await;
    assert_eq!(
        (runs(&planned, "base"), runs(&planned, "peers")),
        (BOTH.map(str::to_owned).to_vec(), vec![])
    );
    assert_eq!(
        why(&planned, "base", "beta"),
        ["file ansible/roles/base/templates/motto.j2: changed"]
    );

    sample.write(
        "ansible/roles/base/templates/motto.j2",
        "{{ motto }} {{ size }}\n",
    );
    assert_eq!(
        sample.plan().await.decision.verdict,
        Verdict::Nothing,
        "undone is unchanged"
    );

    sample.write("ansible/host_vars/beta.yml", "motto: bold\n");
    let planned = sample.plan().await;
    assert_eq!(runs(&planned, "base"), ["beta"]);
    assert_eq!(
        why(&planned, "base", "beta"),
        ["file ansible/host_vars/beta.yml: is new"]
    );
    let report = sample.apply().await;
    assert_eq!(report.outcome, Outcome::Done, "{report:#?}");
    assert_eq!(sample.read("beta-motto"), "bold small\n");
    assert_eq!(sample.plan().await.decision.verdict, Verdict::Nothing);
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_play_on_this_machine_reads_counts_and_its_failure_leaves_no_host_done() {
    let sample = applied().await;
    let play = "\n- hosts: localhost\n  gather_facts: false\n  vars_files: [only_here.yml]\n  tasks:\n    \
                - ansible.builtin.command: \
                \"test ! -e {{ playbook_dir }}/../../disks/here-broken\"\n      changed_when: false\n";
    sample.write("ansible/only_here.yml", "here: 1\n");
    let base = std::fs::read_to_string(sample.path("ansible/base.yml")).unwrap();
    sample.write("ansible/base.yml", &format!("{base}{play}"));
    std::fs::write(sample.disk("here-broken"), "").unwrap();
    let report = sample.apply().await;
    assert_eq!(report.outcome, Outcome::Failed, "{report:#?}");
    let planned = sample.plan().await;
    assert_eq!(runs(&planned, "base"), BOTH, "the play is not done");

    std::fs::remove_file(sample.disk("here-broken")).unwrap();
    let report = sample.apply().await;
    assert_eq!(report.outcome, Outcome::Done, "{report:#?}");
    assert_eq!(sample.plan().await.decision.verdict, Verdict::Nothing);

    sample.write("ansible/only_here.yml", "here: 2\n");
    let planned = sample.plan().await;
    assert_eq!(runs(&planned, "base"), BOTH);
    let report = sample.apply().await;
    assert_eq!(report.outcome, Outcome::Done, "{report:#?}");
    assert_eq!(sample.plan().await.decision.verdict, Verdict::Nothing);
}

#[tokio::test(flavor = "current_thread")]
async fn a_playbook_for_this_machine_alone_runs_on_it_and_on_nothing_else() {
    let sample = applied().await;
    let config = std::fs::read_to_string(sample.path("infra.hcl")).unwrap();
    let block = "  playbook \"here\" { path = \"ansible/here.yml\" }\n}\n";
    let config = config.trim_end().strip_suffix('}').unwrap().to_owned() + block;
    sample.write("infra.hcl", &config);
    sample.write(
        "ansible/here.yml",
        "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - ansible.builtin.debug: {msg: one}\n",
    );
    for message in ["one", "two"] {
        sample.replace("ansible/here.yml", "msg: one", &format!("msg: {message}"));
        assert_eq!(runs(&sample.plan().await, "here"), ["localhost"]);
        let report = sample.apply().await;
        assert_eq!(report.outcome, Outcome::Done, "{report:#?}");
        let [here] = report.playbooks.as_slice() else {
            panic!("{report:#?}")
        };
        let hosts: Vec<&str> = here.hosts.iter().map(|host| host.host.as_str()).collect();
        assert_eq!(hosts, ["localhost"]);
        assert_eq!(sample.plan().await.decision.verdict, Verdict::Nothing);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_secret_that_a_task_fails_with_is_told_and_kept_nowhere() {
    let sample = Sample::new();
    sample.replace(
        "terraform/main.tf",
        "size = \"small\" }",
        "size = \"small\", token = sensitive(\"CANARY-7781\") }",
    );
    sample.replace(
        "infra.hcl",
        "size               = self.input.size",
        "size = self.input.size\n        token = self.input.token",
    );
    sample.replace(
        "infra.hcl",
        "groups  = [\"machines\"]",
        "groups  = [\"machines\"]\n      sensitive = [\"token\"]",
    );
    let tasks = "- name: say {{ token }}\n  ansible.builtin.fail: {msg: 'no {{ token }}'}\n";
    sample.write("ansible/roles/base/tasks/main.yml", tasks);
    let recorder = Recorder::default();
    let report = sample.apply_with(&recorder, |_| {}).await.unwrap();
    assert_eq!(report.outcome, Outcome::Failed, "{report:#?}");
    let told = format!("{report:?} {:?}", recorder.0.lock().unwrap());
    assert!(
        told.contains("no ***") && !told.contains("CANARY"),
        "{told}"
    );
    let mut waiting = vec![sample.path(".infra")];
    while let Some(path) = waiting.pop() {
        if let Ok(entries) = path.read_dir_utf8() {
            waiting.extend(entries.map(|entry| entry.unwrap().into_path()));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        assert!(
            !String::from_utf8_lossy(&bytes).contains("CANARY"),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_address_matters_only_to_what_reads_it() {
    let sample = applied().await;
    sample.replace("terraform/main.tf", "127.0.0.2", "127.0.0.9");
    let report = sample.apply().await;
    assert_eq!(report.outcome, Outcome::Done, "{report:#?}");
    let ran: Vec<&str> = report
        .playbooks
        .iter()
        .map(|playbook| playbook.name.as_str())
        .collect();
    assert_eq!(ran, ["peers"], "{report:#?}");
    assert_eq!(sample.read("alpha-peers"), "127.0.0.1 127.0.0.9 ");
    assert_eq!(sample.plan().await.decision.verdict, Verdict::Nothing);
}

#[tokio::test(flavor = "current_thread")]
async fn copies_for_diffs_are_those_of_the_last_successes() {
    let sample = applied().await;
    let copies = || -> Vec<String> {
        let dir = sample.path(".infra/sample/texts").read_dir_utf8().unwrap();
        dir.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect()
    };
    let template = |mark: &str| format!("{{{{ motto }}}} {{{{ size }}}} {mark}\n");
    let has = |mark: &str| copies().contains(&template(mark));
    let before = copies().len();
    sample.write("ansible/roles/base/templates/motto.j2", &template("second"));
    sample.apply().await;
    assert!(has("second"), "{:?}", copies());
    sample.write("ansible/roles/base/templates/motto.j2", &template("third"));
    sample.apply().await;
    assert!(has("third") && !has("second"), "{:?}", copies());
    assert_eq!(copies().len(), before, "{:?}", copies());
}

#[tokio::test(flavor = "current_thread")]
async fn another_machine_under_an_old_name_gets_everything() {
    let sample = applied().await;
    sample.terraform(&[
        "apply",
        "-auto-approve",
        "-input=false",
        "-replace=terraform_data.machine[\"alpha\"]",
    ]);
    let planned = sample.plan().await;
    assert_eq!(
        (runs(&planned, "base"), runs(&planned, "peers")),
        (vec!["alpha".to_owned()], vec!["alpha".to_owned()])
    );
    assert!(
        why(&planned, "base", "alpha")[0].starts_with("machine: another machine: "),
        "{:?}",
        why(&planned, "base", "alpha")
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_host_that_fails_is_retried_alone() {
    let sample = Sample::new();
    std::fs::write(sample.disk("beta-broken"), "").unwrap();
    let report = sample.apply().await;
    assert_eq!(report.outcome, Outcome::Failed);
    let [base, peers] = &report.playbooks[..] else {
        panic!("{report:#?}")
    };
    assert!(
        base.hosts[0].succeeded() && !base.hosts[1].succeeded(),
        "{base:#?}"
    );
    assert!(
        base.hosts[1]
            .task
            .as_deref()
            .unwrap()
            .starts_with("base : see whether the disk works"),
        "{base:#?}"
    );
    assert!(peers.hosts[0].succeeded(), "{peers:#?}");
    assert_eq!(
        peers.hosts[1].message.as_deref(),
        Some("playbook \"base\" did not succeed on it")
    );

    let planned = sample.plan().await;
    assert_eq!(
        (runs(&planned, "base"), runs(&planned, "peers")),
        (vec!["beta".to_owned()], vec!["beta".to_owned()])
    );
    assert_eq!(
        why(&planned, "base", "beta"),
        ["ledger: last run: failed; it never succeeded here"]
    );
    std::fs::remove_file(sample.disk("beta-broken")).unwrap();
    assert_eq!(sample.apply().await.outcome, Outcome::Done);
    assert_eq!(sample.plan().await.decision.verdict, Verdict::Nothing);
}

#[tokio::test(flavor = "current_thread")]
async fn a_saved_decision_is_carried_out_only_while_it_holds() {
    let sample = Sample::new();
    let file = sample.path("decision");
    sample.plan().await.save("sample", &file).unwrap();
    assert!(
        sample.plan().await.save("sample", &file).is_err(),
        "a saved decision is not overwritten"
    );

    sample.write("ansible/host_vars/beta.yml", "motto: bold\n");
    let saved = || Some(SavedDecision::read(&file).unwrap());
    // The hosts don't exist yet, so their inputs aren't pinned: all of them run anyway.
    let report = sample
        .apply_with(&Recorder::default(), |options| options.saved = saved())
        .await
        .unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report:#?}");
    let error = sample
        .apply_with(&Recorder::default(), |options| options.saved = saved())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("the state was written since"),
        "{error}"
    );

    // Nothing to do is a decision too, and holds as long as nothing moves.
    let file = sample.path("nothing");
    sample.plan().await.save("sample", &file).unwrap();
    let saved = Some(SavedDecision::read(&file).unwrap());
    let report = sample
        .apply_with(&Recorder::default(), |options| options.saved = saved)
        .await
        .unwrap();
    assert_eq!(report.outcome, Outcome::Nothing);

    let file = sample.path("second");
    sample.write("ansible/roles/base/defaults/main.yml", "motto: new\n");
    sample.plan().await.save("sample", &file).unwrap();
    sample.write("ansible/roles/base/defaults/main.yml", "motto: newer\n");
    let saved = Some(SavedDecision::read(&file).unwrap());
    let error = sample
        .apply_with(&Recorder::default(), |options| options.saved = saved)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains(
            "playbook \"base\" on alpha: file ansible/roles/base/defaults/main.yml changed"
        ),
        "{error}"
    );

    // Of a state that was there before, as in each deploy but the first.
    let file = sample.path("third");
    sample.plan().await.save("sample", &file).unwrap();
    let saved = || Some(SavedDecision::read(&file).unwrap());
    let report = sample
        .apply_with(&Recorder::default(), |options| options.saved = saved())
        .await
        .unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report:#?}");
    assert_eq!(sample.plan().await.decision.verdict, Verdict::Nothing);
    let file = sample.path("fourth");
    sample.replace("terraform/main.tf", "small", "large");
    sample.plan().await.save("sample", &file).unwrap();
    sample.terraform(&["apply", "-auto-approve", "-input=false"]);
    let saved = Some(SavedDecision::read(&file).unwrap());
    let error = sample
        .apply_with(&Recorder::default(), |options| options.saved = saved)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the state was written since: serial"),
        "{error}"
    );
}

#[tokio::test(flavor = "current_thread")]
async fn no_is_an_answer_and_leaves_no_trace() {
    let sample = Sample::new();
    let report = sample
        .apply_with(&Recorder::default(), |options| {
            options.approve = &|_| Box::pin(async { false });
        })
        .await
        .unwrap();
    assert_eq!(report.outcome, Outcome::Declined);
    assert_eq!(runs(&sample.plan().await, "base"), BOTH);
    assert!(!sample.path(".infra/sample/ledger").exists());
    assert!(!sample.path(".infra/sample/lock.json").exists());
}

#[tokio::test(flavor = "current_thread")]
async fn two_applies_at_once_are_one_after_the_other() {
    let sample = Sample::new();
    let lock = sample.path(".infra/sample/lock.json");
    let told = Recorder::default();
    let first = sample.apply_with(&told, |_| {});
    let second = async {
        while !lock.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        sample.apply_with(&Recorder::default(), |_| {}).await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.unwrap().outcome, Outcome::Done);
    let error = second.unwrap_err().to_string();
    assert!(error.starts_with("the stack is locked by "), "{error}");
    assert!(!lock.exists());
}
