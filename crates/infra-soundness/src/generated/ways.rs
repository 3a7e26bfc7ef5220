//! How tasks are reached.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value, json};

use super::Files;
use super::names::{Kind, VARIABLES, called, one_of, stem};
use crate::seeded::Seeded;

/// No way is longer.
const MOST_STEPS: usize = 4;

/// Where a task stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The directories of the roles, from the outermost to the innermost
    pub(super) roles: Vec<Utf8PathBuf>,
    /// The directory of its file
    pub(super) dir: Utf8PathBuf,
}

/// Writes a tree.
pub(super) struct Writer {
    pub(super) seeded: Seeded,
    pub(super) files: Files,
    /// Files of variables
    variables: BTreeMap<Utf8PathBuf, Map<String, Value>>,
    /// The variables and roles of the play
    play: Map<String, Value>,
    roles: Vec<Value>,
    /// What roles depend on
    dependencies: BTreeMap<Utf8PathBuf, Vec<Value>>,
    /// How many files of tasks and roles there are
    made: usize,
}

impl Writer {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seeded: Seeded::new(seed),
            files: Files::default(),
            variables: BTreeMap::new(),
            play: Map::new(),
            roles: Vec::new(),
            dependencies: BTreeMap::new(),
            made: 0,
        }
    }

    /// The tree with so many situations.
    pub(super) fn write(mut self, situations: usize) -> Files {
        let mut tasks = Vec::new();
        for situation in 0..situations {
            for (name, kind) in VARIABLES {
                let value = self.value(name, kind, situation);
                self.set("group_vars/all.yml", called(name, situation), value);
            }
            if self.chance(20) {
                let (role, name) = self.new_role();
                self.role_tasks(situation, &Place::default(), (&role, "main"), 1);
                self.roles.push(name.into());
            } else {
                tasks.extend(self.way(situation, &Place::default(), 0));
            }
        }
        for (role, dependencies) in std::mem::take(&mut self.dependencies) {
            let meta = Map::from_iter([("dependencies".to_owned(), dependencies.into())]);
            self.files.add_variables(role.join("meta/main.yml"), &meta);
        }
        for (path, variables) in &self.variables {
            self.files.add_variables(path, variables);
        }
        let play = json!({
            "hosts": "all", "gather_facts": false, "vars": self.play, "roles": self.roles, "tasks": tasks,
        });
        self.files.add_list("site.yml", &[play]);
        self.files
            .add("hosts.ini", "[web]\nh1\nh2\n\n[db]\nh2\nh3\n");
        self.files
            .add("ansible.cfg", "[defaults]\nroles_path = roles:more\n");
        self.files
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.seeded.below(100) < percent
    }

    fn number(&mut self) -> usize {
        self.made += 1;
        self.made
    }

    fn set(&mut self, file: impl Into<Utf8PathBuf>, name: String, value: Value) {
        let variables = self.variables.entry(file.into()).or_default();
        variables.entry(name).or_insert(value);
    }

    /// Some variable of a situation, for what has variables of its own.
    pub(super) fn own_variables(&mut self, situation: usize) -> Value {
        Map::from_iter([self.some_value(situation)]).into()
    }

    /// Sets some variable of a situation where a role, the inventory or the play does.
    fn set_somewhere(&mut self, situation: usize, place: &Place) {
        let (name, value) = self.some_value(situation);
        let file: Utf8PathBuf = match (self.seeded.below(5), place.roles.last()) {
            (0, Some(role)) => role.join("defaults/main.yml"),
            (1, Some(role)) => role.join("vars/main.yml"),
            (2, _) => "group_vars/web.yml".into(),
            (3, _) => "host_vars/h3.yml".into(),
            _ => {
                self.play.insert(name, value);
                return;
            }
        };
        self.set(file, name, value);
    }

    /// A value of some variable of a situation.
    fn some_value(&mut self, situation: usize) -> (String, Value) {
        let at = self.seeded.below(VARIABLES.len());
        let (name, kind) = VARIABLES[at];
        (called(name, situation), self.value(name, kind, situation))
    }

    /// A value of a variable: one that is written, or one that is made of others.
    fn value(&mut self, name: &str, kind: Kind, situation: usize) -> Value {
        let is_made = !name.starts_with("other_") && self.chance(40);
        let seeded = &mut self.seeded;
        let other = |name: &str| called(&format!("other_{name}"), situation);
        let one = stem(seeded);
        let two = stem(seeded);
        match kind {
            Kind::Text if is_made => match seeded.below(5) {
                0 => format!("{{{{ {} }}}}", other("text")),
                1 => format!("{{{{ {}.src }}}}", other("mapping")),
                2 => format!("{{{{ {}[0] }}}}", other("list")),
                3 => format!("{{{{ {}[0].src }}}}", other("table")),
                _ => format!(
                    "{{% if {} > 1 %}}{one}{{% else %}}{two}{{% endif %}}",
                    other("number")
                ),
            }
            .into(),
            Kind::Text => one.into(),
            Kind::Mapping if is_made => match seeded.below(2) {
                0 => json!({"src": format!("{{{{ {} }}}}", other("text")), "name": one, "k": two}),
                _ => format!("{{{{ {} | combine({{'k': '{one}'}}) }}}}", other("mapping")).into(),
            },
            Kind::Mapping => json!({"src": one, "name": two, "k": stem(seeded)}),
            Kind::List if is_made => match seeded.below(3) {
                0 => format!("{{{{ [{}, '{one}'] }}}}", other("text")).into(),
                1 => format!("{{{{ {} | map(attribute='src') | list }}}}", other("table")).into(),
                _ => format!("{{{{ {} + ['{one}'] }}}}", other("list")).into(),
            },
            Kind::List => json!([one, two]),
            Kind::Table if is_made => format!(
                "{{{{ {} + [{{'name': '{one}', 'src': {}, 'fs': ['{two}']}}] }}}}",
                other("table"),
                other("text"),
            )
            .into(),
            Kind::Table => json!([{"name": one, "src": two, "fs": [stem(seeded)]}]),
            Kind::Number if is_made => format!("{{{{ {} + 1 }}}}", other("number")).into(),
            Kind::Number => seeded.below(3).into(),
        }
    }

    /// The tasks at a place that lead to what a situation is about, or are it.
    fn way(&mut self, situation: usize, place: &Place, steps: usize) -> Vec<Value> {
        if self.chance(25) {
            self.set_somewhere(situation, place);
        }
        if steps >= MOST_STEPS || self.chance(30) {
            return self.end(situation, place);
        }
        match self.seeded.below(5) {
            0 | 1 => self.by_tasks(situation, place, steps),
            2 | 3 => self.by_role(situation, place, steps),
            _ => self.by_block(situation, place, steps),
        }
    }

    fn by_tasks(&mut self, situation: usize, place: &Place, steps: usize) -> Vec<Value> {
        let number = self.number();
        let dynamic = self.chance(60);
        let below = one_of(&["", "sub/", "deep/er/"], &mut self.seeded);
        let bases = match place.roles.last() {
            Some(role) => vec![place.dir.clone(), role.join("tasks"), role.join("tasks")],
            None if dynamic => vec![place.dir.clone(), Utf8PathBuf::new()],
            // An import that finds no file ends all.
            None => vec![Utf8PathBuf::new()],
        };
        let base = self.seeded.choose(&bases).cloned().unwrap_or_default();
        let path = base.join(format!("{below}i{number}.yml"));
        let inner = Place {
            dir: path.parent().map(Utf8Path::to_owned).unwrap_or_default(),
            ..place.clone()
        };
        let tasks = self.way(situation, &inner, steps + 1);
        self.files.add_list(&path, &tasks);
        let mut task = Map::from_iter([("name".to_owned(), json!(format!("i{number}")))]);
        let name = match self.seeded.below(6) {
            0 => format!("{{{{ playbook_dir }}}}/{path}"),
            1 if dynamic => {
                task.insert("vars".to_owned(), json!({"part": format!("i{number}")}));
                format!("{below}{{{{ part }}}}.yml")
            }
            _ => format!("{below}i{number}.yml"),
        };
        let keyword = if dynamic {
            "include_tasks"
        } else {
            "import_tasks"
        };
        task.insert(keyword.to_owned(), name.into());
        if dynamic && self.chance(20) {
            task.insert("loop".to_owned(), json!([1, 2]));
            task.insert("loop_control".to_owned(), json!({"loop_var": "round"}));
        }
        vec![task.into()]
    }

    fn new_role(&mut self) -> (Utf8PathBuf, String) {
        let name = format!("r{}", self.number());
        let dir = if self.chance(15) { "more" } else { "roles" };
        (Utf8Path::new(dir).join(&name), name)
    }

    /// The tasks of a role, in one of its files.
    fn role_tasks(
        &mut self,
        situation: usize,
        place: &Place,
        (role, part): (&Utf8Path, &str),
        steps: usize,
    ) {
        let path = role.join(format!("tasks/{part}.yml"));
        let mut roles = place.roles.clone();
        roles.push(role.to_owned());
        let inner = Place {
            dir: path.parent().map(Utf8Path::to_owned).unwrap_or_default(),
            roles,
        };
        let tasks = self.way(situation, &inner, steps);
        self.files.add_list(path, &tasks);
    }

    fn by_role(&mut self, situation: usize, place: &Place, steps: usize) -> Vec<Value> {
        let (role, name) = self.new_role();
        if let Some(above) = place.roles.last().filter(|_| self.seeded.below(5) == 0) {
            self.role_tasks(situation, place, (&role, "main"), steps + 1);
            let all = self.dependencies.entry(above.clone()).or_default();
            all.push(name.into());
            return Vec::new();
        }
        let part = one_of(&["main", "main", "alt", "sub/alt"], &mut self.seeded);
        self.role_tasks(situation, place, (&role, part), steps + 1);
        let keyword = one_of(&["include_role", "import_role"], &mut self.seeded);
        let mut which = json!({"name": &name});
        if part != "main" {
            which["tasks_from"] = part.into();
        }
        let mut task = Map::from_iter([("name".to_owned(), json!(&name))]);
        if keyword == "include_role" && self.chance(15) {
            which["name"] = "{{ which }}".into();
            task.insert("vars".to_owned(), json!({"which": name}));
        } else if self.chance(25) {
            task.insert("vars".to_owned(), self.own_variables(situation));
        }
        task.insert(keyword.to_owned(), which);
        vec![task.into()]
    }

    fn by_block(&mut self, situation: usize, place: &Place, steps: usize) -> Vec<Value> {
        let tasks = self.way(situation, place, steps + 1);
        let mut block = match self.seeded.below(4) {
            0 => json!({"block": [{"fail": {"msg": "as meant"}}], "rescue": tasks}),
            1 => json!({"block": [{"debug": {"msg": "x"}}], "always": tasks}),
            _ => json!({"block": tasks}),
        };
        if self.chance(30) {
            block["vars"] = self.own_variables(situation);
        }
        vec![block]
    }
}
