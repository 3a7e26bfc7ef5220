//! Records and locks against S3 and DynamoDB, simulated behind one lock.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infra_aws::Cloud;
use infra_aws::dynamodb::{Field, Item, Table};
use infra_aws::s3::Objects;
use infra_core::aws::{Access, S3Backend, Service};
use infra_core::config::Config;
use infra_core::hint::Hint as _;
use infra_core::ledger::RecordEvent;
use infra_core::secret::Secret;
use infra_testkit::Simulator;
use serde_json::json;

use crate::Project;
use crate::ledger::{Ledger, RecordStore, S3Store, Writer};
use crate::lock::{
    Acquired, Holder, ItemLock, LockError, Locks, ObjectLock, RunLock, this_machine,
};

/// A simulated AWS with a bucket and a table.
pub(super) struct Aws {
    simulator: Simulator,
    backend: S3Backend,
    objects: Arc<Objects>,
    table: Arc<Table>,
    dir: tempfile::TempDir,
}

impl Aws {
    pub(super) async fn start() -> Self {
        let simulator = Simulator::start();
        let url = simulator.environment()["AWS_ENDPOINT_URL"].clone();
        let backend = S3Backend {
            access: Access {
                region: Some("eu-central-1".to_owned()),
                access_key: Some("simulated".to_owned()),
                secret_key: Some(Secret::new("simulated")),
                endpoints: [Service::S3, Service::DynamoDb, Service::Sts]
                    .map(|service| (service, url.clone()))
                    .into(),
                max_retries: Some(2),
                ..Access::default()
            },
            bucket: Some("states".to_owned()),
            use_path_style: Some(true),
            ..S3Backend::default()
        };
        let aws = Self {
            objects: Self::objects_of(&backend),
            table: Self::table_of(&backend),
            backend,
            simulator,
            dir: tempfile::tempdir().unwrap(),
        };
        aws.objects.settings().make().await.unwrap();
        aws.objects.settings().keep_versions().await.unwrap();
        aws.table.make().await.unwrap();
        aws
    }

    fn objects_of(backend: &S3Backend) -> Arc<Objects> {
        let cloud = Arc::new(Cloud::new(backend.access.clone()));
        Arc::new(Objects::of(cloud, backend).unwrap())
    }

    fn table_of(backend: &S3Backend) -> Arc<Table> {
        Arc::new(Table::new(
            Arc::new(Cloud::new(backend.access.clone())),
            "locks",
        ))
    }

    fn spool(&self) -> Utf8PathBuf {
        Utf8Path::from_path(self.dir.path()).unwrap().join("spool")
    }

    fn store(&self, prefix: &str) -> S3Store {
        let objects = Self::objects_of(&self.backend);
        S3Store::new(objects, format!("{prefix}/"), self.spool())
    }

    /// A project that names all of the backend itself; its Terraform knows nothing of S3.
    pub(super) fn project(&self) -> Project {
        let url = &self.backend.access.endpoints[&Service::S3];
        let text = format!(
            r#"stack "web" {{
              terraform {{ dir = "terraform" }}
              backend "s3" {{
                bucket         = "states"
                key            = "web"
                region         = "eu-central-1"
                access_key     = "simulated"
                secret_key     = "simulated"
                use_path_style = true
                max_retries    = 2
                endpoints      = {{ s3 = "{url}", dynamodb = "{url}" }}
              }}
            }}"#
        );
        let mut config = Config::parse(&text, "infra.hcl").unwrap();
        let root = Utf8Path::from_path(self.dir.path()).unwrap().to_owned();
        Project {
            file: root.join("infra.hcl"),
            root,
            stack: config.stacks.swap_remove("web").unwrap(),
        }
    }

    pub(super) fn faults(&self, rules: &serde_json::Value) {
        self.simulator.faults(rules);
    }

    fn object_lock(&self, key: &str) -> ObjectLock {
        ObjectLock::new(Self::objects_of(&self.backend), key.to_owned())
    }

    fn item_lock(&self, id: &str) -> ItemLock {
        ItemLock::new(Self::table_of(&self.backend), id.to_owned())
    }
}

pub(super) fn writer() -> Writer {
    Writer {
        run: "run-1".to_owned(),
        who: "a@b".to_owned(),
    }
}

pub(super) fn finished() -> RecordEvent {
    RecordEvent::RunFinished {
        outcome: "done".to_owned(),
    }
}

pub(super) fn holder(id: &str) -> Holder {
    Holder {
        id: id.to_owned(),
        operation: "apply".to_owned(),
        created: "2026-01-01T00:00:00Z".to_owned(),
        ..this_machine()
    }
}

#[tokio::test(flavor = "current_thread")]
async fn s3_is_a_place_for_records_also_when_answers_are_lost() {
    let aws = Aws::start().await;
    crate::ledger::suite::check(|| Box::new(aws.store("one"))).await;

    // Every second write is done and its answer lost, so that it is sent again.
    aws.simulator.faults(&json!([
        {"method": "PUT", "path": "two/", "drop": "after", "times": 1},
        {"method": "PUT", "path": "two/", "drop": "after", "skip": 2, "times": 1},
    ]));
    let mut ledger = Ledger::open(Box::new(aws.store("two")), None)
        .await
        .unwrap();
    for expected in 1..=4 {
        let sequence = ledger.append(&writer(), finished()).await.unwrap();
        assert_eq!(sequence, expected, "no record is written twice");
    }
    assert_eq!(ledger.verify().await.unwrap(), (4, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn records_wait_in_the_spool_while_s3_is_away_and_only_then() {
    let aws = Aws::start().await;
    let away = json!([{"path": "^/states/", "status": 503}]);
    aws.simulator.faults(&away);
    let refused = Ledger::open(Box::new(aws.store("x")), None).await;
    assert!(
        refused.is_err(),
        "a run that can't read its ledger does not start"
    );
    aws.simulator.faults(&json!([]));

    let store = std::rc::Rc::new(aws.store("x"));
    let mut ledger = Ledger::open(Box::new(store.clone()), None).await.unwrap();
    aws.simulator.faults(&away);
    assert!(
        ledger.append(&writer(), finished()).await.is_err(),
        "nor one whose first record can't be written"
    );
    aws.simulator.faults(&json!([]));
    ledger.append(&writer(), finished()).await.unwrap();
    aws.simulator.faults(&away);
    for _ in 0..2 {
        ledger.append(&writer(), finished()).await.unwrap();
    }
    assert_eq!(store.unsent().unwrap(), [2, 3]);
    aws.simulator.faults(&json!([]));
    assert_eq!(aws.store("x").last().await.unwrap(), 1);

    store.is_back();
    for sequence in store.unsent().unwrap() {
        let bytes = store.spool().read(sequence).await.unwrap().unwrap();
        store.send(sequence, &bytes).await.unwrap();
    }
    assert_eq!(store.unsent().unwrap(), [0; 0]);
    let again = Ledger::open(Box::new(aws.store("x")), None).await.unwrap();
    assert_eq!(again.verify().await.unwrap(), (3, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn the_locks_of_terraform_are_run_locks() {
    let aws = Aws::start().await;
    crate::lock::suite::check(|| Box::new(aws.object_lock("one.tflock"))).await;
    crate::lock::suite::check(|| Box::new(aws.item_lock("states/one"))).await;
    crate::lock::suite::check(|| {
        Box::new(Locks::new(vec![
            Box::new(aws.object_lock("two.tflock")),
            Box::new(aws.item_lock("states/two")),
        ]))
    })
    .await;

    // Of two locks that are one, the first is given back where the second is held.
    aws.item_lock("states/three")
        .acquire(&holder("other"))
        .await
        .unwrap();
    let both = Locks::new(vec![
        Box::new(aws.object_lock("three.tflock")),
        Box::new(aws.item_lock("states/three")),
    ]);
    let refused = both.acquire(&holder("mine")).await.unwrap();
    assert!(matches!(refused, Acquired::Held(other) if other.id == "other"));
    assert_eq!(
        aws.object_lock("three.tflock").holder().await.unwrap(),
        None
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_lost_answer_leaves_no_lock_of_ones_own_to_wait_for() {
    let aws = Aws::start().await;
    let locks: [(&str, Box<dyn RunLock>); 2] = [
        ("PutItem", Box::new(aws.item_lock("states/x"))),
        ("tflock", Box::new(aws.object_lock("x.tflock"))),
    ];
    for (what, lock) in locks {
        let lost = |method: &str, target: &str| {
            if what == "PutItem" {
                json!([{"target": target, "drop": "after", "times": 1}])
            } else {
                json!([{"method": method, "path": "tflock", "drop": "after", "times": 1}])
            }
        };
        aws.simulator.faults(&lost("PUT", "PutItem"));
        assert_eq!(
            lock.acquire(&holder("a")).await.unwrap(),
            Acquired::Ours,
            "{what}"
        );
        aws.simulator.faults(&lost("PUT", "UpdateItem"));
        assert!(lock.beat("a").await.unwrap(), "{what}");
        let seen = lock.holder().await.unwrap().unwrap();
        assert!(seen.beat > 0 && !seen.beat_at.is_empty(), "{seen:?}");
        aws.simulator.faults(&lost("DELETE", "DeleteItem"));
        assert!(lock.release("a").await.unwrap(), "{what}");
        assert_eq!(lock.holder().await.unwrap(), None, "{what}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_lock_that_cannot_be_read_is_refused_with_the_command_that_removes_it() {
    let aws = Aws::start().await;
    let broken = [
        Item::new(),
        Item::from([("Info".to_owned(), Field::Number("7".to_owned()))]),
        Item::from([("Info".to_owned(), Field::Text("no json".to_owned()))]),
        Item::from([("Info".to_owned(), Field::Text("{}".to_owned()))]),
    ];
    for (number, item) in broken.iter().enumerate() {
        let id = format!("states/{number}");
        aws.table.create(&id, item).await.unwrap();
        let lock = aws.item_lock(&id);
        let error = lock.acquire(&holder("a")).await.unwrap_err();
        assert!(matches!(error, LockError::Malformed { .. }), "{error}");
        assert!(error.hints()[1].contains("aws dynamodb delete-item --table-name locks"));
        assert!(lock.release("a").await.is_err());
        assert_eq!(
            aws.table.get(&id).await.unwrap().unwrap().len(),
            item.len() + 1
        );
    }
    aws.objects
        .put("x.tflock", b"", "text/plain")
        .await
        .unwrap();
    let error = aws
        .object_lock("x.tflock")
        .acquire(&holder("a"))
        .await
        .unwrap_err();
    assert!(
        error.hints()[1].ends_with("aws s3 rm s3://states/x.tflock"),
        "{:?}",
        error.hints()
    );
}

#[tokio::test(flavor = "current_thread")]
async fn what_aws_refuses_is_said_with_what_to_do_about_it() {
    let aws = Aws::start().await;
    let nowhere = S3Backend {
        bucket: Some("no-such-bucket".to_owned()),
        ..aws.backend.clone()
    };
    let error = Aws::objects_of(&nowhere).get("x").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "can't read s3://no-such-bucket/x: there is no such bucket"
    );
    let table = Table::new(
        Arc::new(Cloud::new(aws.backend.access.clone())),
        "no-such-table",
    );
    let error = table.get("x").await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("there is no such table in this region"),
        "{error}"
    );
    assert!(error.hints()[0].contains("infra backend init"));

    for (status, code, expected) in [
        (400, "ExpiredToken", "the AWS credentials have expired"),
        (
            403,
            "InvalidAccessKeyId",
            "AWS does not know these credentials",
        ),
        (403, "AccessDenied", "these AWS credentials do not allow it"),
        (301, "PermanentRedirect", "the bucket is in another region"),
        (403, "RequestTimeTooSkewed", "too far apart"),
        (503, "SlowDown", "AWS asks for fewer requests"),
    ] {
        aws.simulator
            .faults(&json!([{"path": "^/states/", "status": status, "code": code}]));
        let error = aws.objects.get("x").await.unwrap_err();
        assert!(error.to_string().contains(expected), "{code}: {error}");
        assert_eq!(error.hints().len(), 1, "{code}");
    }
}
