//! A place that is shared: records in S3, and the lock that Terraform's backend has.

use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use infra_aws::Cloud;
use infra_aws::dynamodb::Table;
use infra_aws::s3::Objects;
use infra_core::aws::{Access, S3Backend};
use infra_core::secret::Secret;

use super::PlaceError;
use super::terraform::{state_block, workspace};
use crate::Project;
use crate::context::Context;
use crate::ledger::{RecordStore, S3Store};
use crate::lock::{ItemLock, Locks, ObjectLock, RunLock};
use crate::tools;

/// Records in S3, and the lock of Terraform's own S3 backend.
pub(crate) struct Shared {
    objects: Arc<Objects>,
    /// What stands before the keys of everything of this stack; ends with a slash
    prefix: String,
    store: Rc<S3Store>,
    /// Where Terraform has its state, if that is S3 too
    pub(crate) state: Option<Rc<StatePlace>>,
    /// A table for a lock of infra's own
    own_table: Option<Arc<Table>>,
}

/// Where Terraform has its state.
pub(crate) struct StatePlace {
    pub(crate) backend: S3Backend,
    pub(crate) objects: Arc<Objects>,
    pub(crate) table: Option<Arc<Table>>,
    pub(crate) workspace: String,
    /// The key of the state
    pub(crate) key: String,
}

impl Shared {
    pub(crate) fn new(
        project: &Project,
        settings: &S3Backend,
        dir: &Utf8Path,
    ) -> Result<Self, PlaceError> {
        let workspace = workspace(project);
        let state = state_backend(project)?;
        let ledger = settings.clone().or(state.clone().unwrap_or_default());
        let looked = match &state {
            Some(_) => "what it does not say is read from Terraform's backend block",
            None => "Terraform's state is not in S3",
        };
        let missing = |what| PlaceError::Missing {
            stack: project.stack.name.clone(),
            what,
            looked: looked.to_owned(),
        };
        let key = ledger.state_key(&workspace).ok_or_else(|| missing("key"))?;
        let prefix = format!("{key}.infra/{}/", project.stack.name);
        let cloud = cloud(project, ledger.access.clone());
        let objects = Objects::of(cloud.clone(), &ledger).ok_or_else(|| missing("bucket"))?;
        let objects = Arc::new(objects);
        let own_table = ledger
            .dynamodb_table
            .as_ref()
            .map(|name| Arc::new(Table::new(cloud.clone(), name)));
        let state = state
            .map(|backend| {
                let cloud = if backend.access == ledger.access {
                    cloud
                } else {
                    self::cloud(project, backend.access.clone())
                };
                StatePlace::new(project, cloud, backend, workspace).map(Rc::new)
            })
            .transpose()?;
        let store = S3Store::new(objects.clone(), format!("{prefix}ledger/"), spool(dir));
        Ok(Self {
            objects,
            prefix,
            store: Rc::new(store),
            state,
            own_table,
        })
    }

    pub(crate) fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The key of something of this stack.
    pub(crate) fn key_of(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Where something of this stack is, for a person.
    pub(crate) fn uri_of(&self, name: &str) -> String {
        self.objects.uri(&self.key_of(name))
    }

    pub(crate) fn store(&self) -> impl RecordStore + use<> {
        self.store.clone()
    }

    pub(crate) fn spooling(&self) -> &S3Store {
        &self.store
    }

    /// How many records only this machine has.
    pub(crate) fn unsent(&self) -> usize {
        self.store.unsent().map_or(0, |numbers| numbers.len())
    }

    /// Whether the run lock is the one that Terraform takes on its state.
    pub(crate) fn locks_state(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.has_lock())
    }

    /// The run lock: Terraform's own, of the kinds that its backend block has. Without any, a
    /// lock that only infra knows.
    pub(crate) fn lock(&self) -> Box<dyn RunLock> {
        let mut locks: Vec<Box<dyn RunLock>> = Vec::new();
        match &self.state {
            Some(state) if state.has_lock() => {
                if state.backend.use_lockfile == Some(true) {
                    let key = format!("{}.tflock", state.key);
                    locks.push(Box::new(ObjectLock::new(state.objects.clone(), key)));
                }
                if let Some(table) = &state.table {
                    locks.push(Box::new(ItemLock::new(table.clone(), state.lock_id())));
                }
            }
            _ => match &self.own_table {
                Some(table) => {
                    let id = format!("{}/{}lock", self.objects.bucket(), self.prefix);
                    locks.push(Box::new(ItemLock::new(table.clone(), id)));
                }
                None => locks.push(Box::new(ObjectLock::new(
                    self.objects.clone(),
                    self.key_of("lock"),
                ))),
            },
        }
        Box::new(Locks::new(locks))
    }

    /// Makes the workspace, which takes the very lock that is taken next whatever Terraform is
    /// told, and says aloud if nobody but infra is kept out.
    pub(crate) async fn prepare(
        &self,
        context: &Context<'_>,
        project: &Project,
    ) -> Result<(), PlaceError> {
        let Some(state) = &self.state else {
            return Ok(());
        };
        if !state.has_lock() {
            context.warn(
                "Terraform's backend block has neither use_lockfile nor dynamodb_table: \
                 a `terraform apply` of somebody else is not kept out",
                vec![
                    "add `use_lockfile = true` to it and run `terraform init -reconfigure`"
                        .to_owned(),
                ],
            );
        }
        if state.workspace == "default" || state.objects.get(&state.key).await?.is_some() {
            return Ok(());
        }
        let Ok(terraform) = tools::terraform(project) else {
            // Whoever plans next says what is wrong with it.
            return Ok(());
        };
        let made = terraform
            .workspace_new(&context.runner, &state.workspace)
            .await;
        if let Err(error) = made {
            // Made by another run in this moment, or the plan fails with the whole story.
            tracing::debug!(%error, workspace = state.workspace, "the workspace was not made");
        }
        Ok(())
    }
}

impl StatePlace {
    /// Where Terraform has the state of a project. None: not in S3.
    pub(crate) fn of(project: &Project) -> Result<Option<Self>, PlaceError> {
        let Some(backend) = state_backend(project)? else {
            return Ok(None);
        };
        let cloud = cloud(project, backend.access.clone());
        Self::new(project, cloud, backend, workspace(project)).map(Some)
    }

    fn new(
        project: &Project,
        cloud: Arc<Cloud>,
        backend: S3Backend,
        workspace: String,
    ) -> Result<Self, PlaceError> {
        let missing = |what| PlaceError::Missing {
            stack: project.stack.name.clone(),
            what,
            looked: "Terraform's backend block was read".to_owned(),
        };
        Ok(Self {
            key: backend
                .state_key(&workspace)
                .ok_or_else(|| missing("key"))?,
            objects: Arc::new(
                Objects::of(cloud.clone(), &backend).ok_or_else(|| missing("bucket"))?,
            ),
            table: backend
                .dynamodb_table
                .as_ref()
                .map(|name| Arc::new(Table::new(cloud, name))),
            backend,
            workspace,
        })
    }

    /// Whether Terraform locks the state at all.
    pub(crate) fn has_lock(&self) -> bool {
        self.backend.use_lockfile == Some(true) || self.table.is_some()
    }

    /// The id of the item that is the lock.
    pub(crate) fn lock_id(&self) -> String {
        format!("{}/{}", self.objects.bucket(), self.key)
    }

    /// The id of the item that has the digest of the state.
    pub(crate) fn digest_id(&self) -> String {
        format!("{}-md5", self.lock_id())
    }
}

/// Terraform's backend of a project, if it is S3.
pub(crate) fn state_backend(project: &Project) -> Result<Option<S3Backend>, PlaceError> {
    let Some(block) = state_block(project)?.filter(|block| block.kind == "s3") else {
        return Ok(None);
    };
    S3Backend::from_settings(&block.settings)
        .map(Some)
        .map_err(|source| PlaceError::Setting {
            module: project.terraform_dir(),
            source,
        })
}

fn spool(dir: &Utf8Path) -> Utf8PathBuf {
    dir.join("spool")
}

/// AWS as a stack reaches it. What `terraform { env }` gives Terraform is given to it too.
pub(crate) fn cloud(project: &Project, access: Access) -> Arc<Cloud> {
    let own = |name: &str| project.stack.terraform.env.get(name).cloned();
    let environment = Access {
        region: own("AWS_REGION").or_else(|| own("AWS_DEFAULT_REGION")),
        profile: own("AWS_PROFILE"),
        access_key: own("AWS_ACCESS_KEY_ID"),
        secret_key: own("AWS_SECRET_ACCESS_KEY").map(Secret::new),
        token: own("AWS_SESSION_TOKEN").map(Secret::new),
        endpoints: infra_core::aws::Service::ALL
            .into_iter()
            .filter_map(|service| Some((service, own("AWS_ENDPOINT_URL")?)))
            .collect(),
        ..Access::default()
    };
    Arc::new(Cloud::new(access.or(environment)))
}
