//! What the task at the end of a way does with a name.

use serde_json::{Value, json};

use super::names::{EXPRESSIONS, LOOPS, STEMS, fill, one_of, stem};
use super::ways::{Place, Writer};

/// Names that expressions give besides stems.
const OTHER_NAMES: [&str; 8] = ["n0", "n1", "n2", "n3", "h1", "h2", "web", "db"];
/// Templates that read further files: `<E>` is another expression, `<P>` the directory of the situation.
const TEMPLATES: [&str; 7] = [
    "x",
    "{{ lookup('file', '<P>' ~ (<E>) ~ '.txt', errors='ignore') }}",
    "{% include '<P>' ~ (<E>) ~ '.inc' ignore missing %}",
    "{% for q in <L> %}{{ lookup('file', '<P>' ~ q ~ '.txt', errors='ignore') }}{% endfor %}",
    "{% for k, q in <D>.items() %}{{ lookup('file', '<P>' ~ q ~ '.txt', errors='ignore') }}{% endfor %}",
    "{% set z = <E> %}{{ lookup('file', '<P>' ~ z ~ '.txt', errors='ignore') }}",
    "{% macro m(x) %}{{ lookup('file', '<P>' ~ x ~ '.txt', errors='ignore') }}{% endmacro %}{{ m(<E>) }}",
];
/// Where a name is looked for, and what is put after it.
type Sort = (&'static str, &'static str);

const FILES: [Sort; 1] = [("files", ".txt")];
const RENDERED: [Sort; 3] = [
    ("templates", ".j2"),
    ("templates", ".inc"),
    ("files", ".txt"),
];
const INCLUDED: [Sort; 2] = [("files", ".txt"), ("vars", ".yml")];
const DIRECTORIES: [Sort; 1] = [("files", "/1.txt")];

/// A task that names files.
struct Use {
    task: Value,
    /// What its loop goes through, if that is part of the use
    of_loop: Option<(&'static str, Value)>,
    /// A task that uses what this one finds out
    then: Option<Value>,
    sorts: &'static [Sort],
}

impl Use {
    /// One that names files, which are copied or read as they are.
    fn of(task: Value) -> Self {
        Self {
            task,
            of_loop: None,
            then: None,
            sorts: &FILES,
        }
    }
}

impl Writer {
    /// The tasks that read something.
    pub(super) fn end(&mut self, situation: usize, place: &Place) -> Vec<Value> {
        let (of_loop, expression) = self.looped(situation);
        let made = self.usage(situation, &expression, of_loop.is_some());
        let mut task = made.task;
        if let Some((keyword, through)) = made.of_loop.or(of_loop) {
            task[keyword] = through;
        }
        if self.chance(15) {
            task["vars"] = self.own_variables(situation);
        }
        self.stand(situation, place, made.sorts);
        [task].into_iter().chain(made.then).collect()
    }

    /// An expression, which may be of an element of a loop, and what that goes through.
    fn looped(&mut self, situation: usize) -> (Option<(&'static str, Value)>, String) {
        if !self.chance(30) {
            return (None, self.expression(situation));
        }
        let chosen = &LOOPS[self.seeded.below(LOOPS.len())];
        let through = fill(chosen.through, situation, &mut self.seeded);
        let through = serde_json::from_str(&through).unwrap_or(Value::String(through));
        let element = one_of(chosen.elements, &mut self.seeded).to_owned();
        (Some((chosen.keyword, through)), element)
    }

    /// What is done with the name that an expression gives.
    fn usage(&mut self, situation: usize, expression: &str, is_loop: bool) -> Use {
        let dir = format!("t{situation}");
        let name = format!("{dir}/{{{{ {expression} }}}}");
        let copy = |name: String| json!({"copy": {"src": name, "dest": "/x"}});
        let looked_up = |plugin: &str, end: &str| {
            let call =
                format!("lookup('{plugin}', '{dir}/' ~ ({expression}) ~ '{end}', errors='ignore')");
            json!({"debug": {"msg": format!("{{{{ {call} }}}}")}})
        };
        let copied_then = |variable: String| Some(copy(format!("{dir}/{{{{ {variable} }}}}.txt")));
        match self.seeded.below(12) {
            0 | 1 => Use::of(copy(format!("{name}.txt"))),
            2 => Use {
                sorts: &RENDERED,
                ..Use::of(json!({"template": {"src": format!("{name}.j2"), "dest": "/x"}}))
            },
            3 => Use {
                sorts: &RENDERED,
                ..Use::of(looked_up("template", ".j2"))
            },
            4 => Use::of(looked_up("file", ".txt")),
            5 => Use {
                sorts: &INCLUDED,
                then: copied_then(format!("included_{situation}")),
                ..Use::of(json!({"include_vars": {"file": format!("{name}.yml")}}))
            },
            6 => {
                let fact = format!("fact_{situation}");
                Use {
                    then: copied_then(fact.clone()),
                    ..Use::of(json!({"set_fact": {fact: format!("{{{{ {expression} }}}}")}}))
                }
            }
            7 => {
                let said = format!("said_{situation}");
                let of = if is_loop { "results[0].msg" } else { "msg" };
                let task =
                    json!({"debug": {"msg": format!("{{{{ {expression} }}}}")}, "register": said});
                Use {
                    then: copied_then(format!("{said}.{of}")),
                    ..Use::of(task)
                }
            }
            8 => {
                let glob = format!("{dir}/{{{{ {} }}}}*", self.expression(situation));
                Use {
                    of_loop: Some(("with_fileglob", json!([glob]))),
                    ..Use::of(copy("{{ item }}".to_owned()))
                }
            }
            9 => {
                let second = format!("{dir}/{{{{ {} }}}}.txt", self.expression(situation));
                let first = json!([format!("{dir}/none.txt"), second]);
                Use {
                    of_loop: Some(("with_first_found", first)),
                    ..Use::of(copy("{{ item }}".to_owned()))
                }
            }
            10 => {
                let end = one_of(&["", "/"], &mut self.seeded);
                Use {
                    sorts: &DIRECTORIES,
                    ..Use::of(copy(format!("{name}{end}")))
                }
            }
            _ => Use::of(json!({"script": {"cmd": format!("{name}.txt x")}})),
        }
    }

    fn expression(&mut self, situation: usize) -> String {
        let chosen = one_of(&EXPRESSIONS, &mut self.seeded);
        fill(chosen, situation, &mut self.seeded)
    }

    /// Has files of all names stand in some of the directories that Ansible looks in.
    fn stand(&mut self, situation: usize, place: &Place, sorts: &[Sort]) {
        for (subdir, end) in sorts {
            let mut dirs = vec![
                place.dir.join(subdir),
                place.dir.clone(),
                (*subdir).into(),
                "".into(),
            ];
            for role in &place.roles {
                dirs.extend([
                    role.join(subdir),
                    role.clone(),
                    role.join("tasks").join(subdir),
                ]);
            }
            for _ in 0..=self.seeded.below(2) {
                let dir = self.seeded.choose(&dirs).cloned().unwrap_or_default();
                for name in STEMS.iter().chain(&OTHER_NAMES) {
                    let text = self.text(situation, end);
                    self.files
                        .add(dir.join(format!("t{situation}/{name}{end}")), text);
                }
            }
        }
    }

    fn text(&mut self, situation: usize, end: &str) -> String {
        match end {
            ".yml" => format!("included_{situation}: {}\n", stem(&mut self.seeded)),
            ".j2" => {
                let other = self.expression(situation);
                let template = one_of(&TEMPLATES, &mut self.seeded)
                    .replace("<P>", &format!("t{situation}/"))
                    .replace("<E>", &other);
                fill(&template, situation, &mut self.seeded)
            }
            _ => "x\n".to_owned(),
        }
    }
}
