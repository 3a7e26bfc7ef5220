//! What expressions read of other hosts, of groups and of files.

use std::collections::BTreeSet;

use super::expr::{Access, Expr, chain, defaults, member};
use super::scan::Scan;
use super::tokens::{identifiers, qualified_names};
use crate::ansible::reads::{HostSelection, Names, Reads};

/// Tests that look at files of the controller. `plugins/test/files.py`
const ASK_FOR_FILES: [&str; 12] = [
    "directory",
    "exists",
    "file",
    "is_dir",
    "is_file",
    "is_link",
    "is_mount",
    "is_same_file",
    "link",
    "link_exists",
    "mount",
    "same_file",
];

/// A call of a lookup plugin, or what a filter or test asks of files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct LookupCall {
    pub(crate) line: u32,
    /// The plugin. None: its name is computed
    pub(crate) plugin: Option<String>,
    pub(crate) args: Vec<Expr>,
    pub(crate) kwargs: Vec<(String, Expr)>,
}

/// What a text reads besides the host's own variables by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) reads: Reads,
    pub(crate) lookups: Vec<LookupCall>,
    /// Collections of filters and tests: `namespace.name`
    pub(crate) filters: BTreeSet<String>,
}

/// Looks through all code of a text.
pub(crate) fn find(scan: &Scan) -> Found {
    let mut finder = Finder {
        scan,
        found: Found::default(),
        line: 0,
        at: 0,
    };
    for (at, (line, expr)) in scan.expressions.iter().enumerate() {
        (finder.line, finder.at) = (*line, at);
        finder.visit(expr);
    }
    for (line, code) in &scan.opaque {
        let words = identifiers(code);
        finder.found.filters.extend(qualified_names(code));
        if words.contains("hostvars") {
            finder
                .found
                .reads
                .add_hostvar(HostSelection::All, &Names::All);
        }
        if words.contains("groups") {
            finder.found.reads.groups = Names::All;
        }
        if words.contains("vars") {
            finder.found.reads.variables = Names::All;
        }
        for word in &words {
            finder.name(word);
        }
        let asks = ASK_FOR_FILES.iter().any(|test| {
            code.contains(&format!("is {test}")) || code.contains(&format!("is not {test}"))
        });
        let looks = ["lookup", "query", "q", "fileglob", "realpath"];
        if asks || looks.iter().any(|word| words.contains(*word)) {
            finder.found.lookups.push(LookupCall {
                line: *line,
                plugin: None,
                args: Vec::new(),
                kwargs: Vec::new(),
            });
        }
    }
    finder.found
}

struct Finder<'s> {
    scan: &'s Scan,
    found: Found,
    line: u32,
    /// The number of the expression
    at: usize,
}

impl Finder<'_> {
    fn name(&mut self, name: &str) {
        self.found.reads.variables.insert(name);
        match name {
            "group_names" => self.found.reads.group_names = true,
            "play_hosts"
            | "ansible_play_hosts"
            | "ansible_play_hosts_all"
            | "ansible_play_batch" => {
                self.found.reads.play_hosts = true;
            }
            _ => {}
        }
    }

    fn visit(&mut self, expr: &Expr) {
        for (asked, name) in questions(expr) {
            self.ask(asked, vec![name]);
        }
        if let Expr::Filter { name, args, .. } | Expr::Test { name, args, .. } = expr {
            // `map` and `select` take the name of another filter or test.
            let named = args.iter().filter_map(Expr::as_str).chain([name.as_str()]);
            self.found.filters.extend(named.flat_map(qualified_names));
        }
        if let Some((mut root, mut steps)) = chain(expr) {
            if let ("vars", Some(Access::Key(name))) = (root, steps.first()) {
                (root, steps) = (*name, steps.split_off(1));
            }
            for step in &steps {
                if let Access::Computed(key) = step {
                    self.visit(key);
                }
            }
            for default in defaults(expr) {
                self.visit(default);
            }
            match root {
                "hostvars" => self.hostvars(&steps),
                "groups" => match steps.first() {
                    Some(Access::Key(group)) => self.found.reads.groups.insert(group),
                    _ => self.found.reads.groups = Names::All,
                },
                "vars" => self.found.reads.variables = Names::All,
                root => self.name(root),
            }
            return;
        }
        match expr {
            // A name in quotes may be looked up by another name for it.
            Expr::Str(text) if identifiers(text).contains(text.as_str()) => {
                self.found.reads.variables.insert(text);
            }
            // Whether there is such a host is a question about the inventory's hosts only.
            Expr::Test { value, name, args }
                if matches!(name.as_str(), "defined" | "undefined") =>
            {
                match chain(value) {
                    Some(("hostvars", steps)) if steps.len() == 1 => {
                        self.found.reads.groups.insert("all");
                        for step in &steps {
                            if let Access::Computed(key) = step {
                                self.visit(key);
                            }
                        }
                    }
                    _ => self.visit(value),
                }
                for arg in args {
                    self.visit(arg);
                }
            }
            Expr::Filter {
                value,
                name,
                args,
                kwargs,
            } if self.extract(value, name, args) => {
                self.visit(value);
                for (_, arg) in kwargs {
                    self.visit(arg);
                }
            }
            Expr::Filter {
                value, name, args, ..
            } if short(name) == "strftime" && args.is_empty() => {
                self.ask("now", Vec::new());
                self.visit(value);
            }
            Expr::Call {
                callee,
                args,
                kwargs,
            } => {
                match &**callee {
                    Expr::Name(name) if matches!(name.as_str(), "lookup" | "query" | "q") => {
                        self.lookup(args, kwargs);
                    }
                    // The clock is outside of the tree, as what lookups ask can be.
                    Expr::Name(name) if name == "now" => self.ask("now", Vec::new()),
                    // A method is one of the whole value: `hostvars.values()`.
                    Expr::Attr(value, _) => self.visit(value),
                    callee => self.visit(callee),
                }
                args.iter()
                    .chain(kwargs.iter().map(|(_, arg)| arg))
                    .for_each(|arg| self.visit(arg));
            }
            other => other
                .children()
                .into_iter()
                .for_each(|child| self.visit(child)),
        }
    }

    /// Adds what is asked in another way than by a lookup, as if it were one.
    fn ask(&mut self, what: &str, args: Vec<Expr>) {
        self.found.lookups.push(LookupCall {
            line: self.line,
            plugin: Some(what.to_owned()),
            args,
            kwargs: Vec::new(),
        });
    }

    /// `h | extract(hostvars, 'x')` and `hs | map('extract', hostvars, 'x')`.
    fn extract(&mut self, value: &Expr, name: &str, args: &[Expr]) -> bool {
        let rest = match (name, args) {
            ("extract", [Expr::Name(from), rest @ ..]) if from == "hostvars" => rest,
            ("map", [Expr::Str(filter), Expr::Name(from), rest @ ..])
                if filter == "extract" && from == "hostvars" =>
            {
                rest
            }
            _ => return false,
        };
        let names = match rest.first() {
            Some(Expr::Str(name)) => some(name),
            Some(Expr::List(path)) => match path.first() {
                Some(Expr::Str(name)) => some(name),
                _ => Names::All,
            },
            _ => Names::All,
        };
        for arg in rest
            .iter()
            .filter(|arg| arg.as_str().is_none() && !matches!(arg, Expr::List(_)))
        {
            self.visit(arg);
        }
        for hosts in self.selection(value) {
            self.add(hosts, &names);
        }
        true
    }

    fn hostvars(&mut self, steps: &[Access<'_>]) {
        let hosts = match steps.first() {
            Some(Access::Key(host)) => vec![HostSelection::Host((*host).to_owned())],
            Some(Access::Computed(key)) => self.selection(key),
            None => vec![HostSelection::All],
        };
        let names = match steps.get(1) {
            Some(Access::Key(name)) => some(name),
            _ => Names::All,
        };
        for hosts in hosts {
            self.add(hosts, &names);
        }
    }

    fn add(&mut self, hosts: HostSelection, names: &Names) {
        if hosts == HostSelection::This {
            self.found.reads.variables.extend(names);
        }
        self.found.reads.add_hostvar(hosts, names);
    }

    /// The hosts that an expression can name.
    fn selection(&self, expr: &Expr) -> Vec<HostSelection> {
        match expr {
            Expr::Str(host) => return vec![HostSelection::Host(host.clone())],
            Expr::Name(name) if name == "inventory_hostname" => return vec![HostSelection::This],
            Expr::Name(name) => {
                let bound = self.scan.bound(name, self.at);
                let groups: Option<Vec<String>> = (bound.into_iter().flatten())
                    .map(|source| group_of(source?))
                    .collect();
                if let Some(groups) = groups.filter(|groups| !groups.is_empty()) {
                    return groups.into_iter().map(HostSelection::Group).collect();
                }
            }
            other => {
                if let Some(group) = group_of(other) {
                    return vec![HostSelection::Group(group)];
                }
            }
        }
        vec![HostSelection::All]
    }

    fn lookup(&mut self, args: &[Expr], kwargs: &[(String, Expr)]) {
        let mut args = args.iter().cloned();
        let plugin = match args.next() {
            Some(Expr::Str(name)) => Some(name),
            _ => None,
        };
        let args: Vec<Expr> = args.collect();
        match plugin.as_deref().map(short) {
            Some("vars") => {
                for arg in &args {
                    match arg {
                        // As the name itself would be read, whatever is done with it.
                        Expr::Str(name) => self.visit(&Expr::Name(name.clone())),
                        _ => self.found.reads.variables = Names::All,
                    }
                }
            }
            Some("varnames" | "merge_variables") => self.found.reads.variables = Names::All,
            Some("inventory_hostnames") => self.found.reads.groups = Names::All,
            _ => {}
        }
        self.found.lookups.push(LookupCall {
            line: self.line,
            plugin,
            args,
            kwargs: kwargs.to_vec(),
        });
    }
}

/// What an expression asks of the controller's files besides lookups, and of which name: the filters
/// `fileglob` and `realpath`, and tests such as `exists`. `plugins/filter/core.py`,
/// `plugins/test/files.py`.
fn questions(expr: &Expr) -> Vec<(&'static str, Expr)> {
    let filter = |name: &str, value: &Expr| match short(name) {
        // What it gives are the names that it asks for.
        "fileglob" => Some(("| fileglob", expr.clone())),
        "realpath" => Some(("| realpath", value.clone())),
        _ => None,
    };
    let asks = |name: &str| match short(name) {
        "vaulted_file" => Some("is vaulted_file"),
        name => ASK_FOR_FILES.contains(&name).then_some("is a file"),
    };
    match expr {
        Expr::Test { value, name, args } => (asks(name).into_iter())
            .flat_map(|asked| {
                let paths = std::iter::once(&**value).chain(args);
                paths.map(move |path| (asked, path.clone()))
            })
            .collect(),
        Expr::Filter {
            value, name, args, ..
        } => {
            let texts: Vec<Option<&str>> = args.iter().map(Expr::as_str).collect();
            let element = || (**value).clone();
            let found = match (short(name), texts.as_slice()) {
                ("map", [Some(name), ..]) => filter(name, value),
                ("select" | "reject", [Some(name), ..]) => {
                    asks(name).map(|asked| (asked, element()))
                }
                ("selectattr" | "rejectattr", [Some(key), Some(name), ..]) => {
                    asks(name).map(|asked| (asked, member(element(), key)))
                }
                (name, _) => filter(name, value),
            };
            found.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The group whose members an expression names: `groups['x']`, some of them, or one.
fn group_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Filter { value, name, .. } => {
            const SELECT: [&str; 12] = [
                "first",
                "last",
                "sort",
                "list",
                "unique",
                "reverse",
                "difference",
                "intersect",
                "reject",
                "select",
                "random",
                "shuffle",
            ];
            // A default in between could name another host.
            (SELECT.contains(&name.as_str()))
                .then(|| group_of(value))
                .flatten()
        }
        Expr::Op(parts) => match parts.as_slice() {
            // A slice
            [value, bounds @ ..]
                if bounds.iter().all(|bound| matches!(bound, Expr::Number(_)))
                    && !bounds.is_empty() =>
            {
                group_of(value)
            }
            _ => None,
        },
        _ => match chain(expr)? {
            ("groups", steps) => match steps.first() {
                // What stands in for a group that isn't there could name any host.
                Some(Access::Key(group)) if defaults(expr).into_iter().all(is_nothing) => {
                    Some((*group).to_owned())
                }
                _ => None,
            },
            _ => None,
        },
    }
}

fn is_nothing(expr: &Expr) -> bool {
    matches!(expr, Expr::List(items) if items.is_empty())
}

fn some(name: &str) -> Names {
    let mut names = Names::default();
    names.insert(name);
    names
}

/// The last part of a plugin's name.
fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ansible::jinja::scan_template;

    fn hostvars(text: &str) -> Vec<(HostSelection, Option<Vec<String>>)> {
        find(&scan_template(text, 1))
            .reads
            .hostvars
            .into_iter()
            .map(|read| {
                let names = match read.names {
                    Names::Some(names) => Some(names.iter().map(ToString::to_string).collect()),
                    Names::All => None,
                };
                (read.hosts, names)
            })
            .collect()
    }

    fn group(name: &str) -> HostSelection {
        HostSelection::Group(name.to_owned())
    }

    #[test]
    fn a_read_of_another_host_names_whose_and_which() {
        let ip = || Some(vec!["ip".to_owned()]);
        assert_eq!(
            hostvars("{{ hostvars['b'].ip }}"),
            [(HostSelection::Host("b".into()), ip())]
        );
        assert_eq!(
            hostvars("{{ hostvars[h]['ip'] }}"),
            [(HostSelection::All, ip())]
        );
        assert_eq!(
            hostvars("{% for h in groups['leaf'] %}{{ hostvars[h].ip }}{% endfor %}"),
            [(group("leaf"), ip())]
        );
        assert_eq!(
            hostvars("{{ groups.leaf | map('extract', hostvars, ['ip', 'x']) | list }}"),
            [(group("leaf"), ip())]
        );
        assert_eq!(
            hostvars("{{ hostvars[groups['leaf'][0]].ip }}"),
            [(group("leaf"), ip())]
        );
    }

    #[test]
    fn a_computed_read_is_a_read_of_everything() {
        assert_eq!(
            hostvars("{{ hostvars[h][name] }}"),
            [(HostSelection::All, None)]
        );
        assert_eq!(
            hostvars("{{ hostvars | dict2items }}"),
            [(HostSelection::All, None)]
        );
        assert_eq!(
            hostvars("{% set hv = hostvars['b'] %}"),
            [(HostSelection::Host("b".into()), None)]
        );
        assert_eq!(hostvars("{{ a b hostvars }}"), [(HostSelection::All, None)]);
        assert_eq!(
            hostvars("{{ hostvars.values() | map(attribute='ip') }}"),
            [(HostSelection::All, None)]
        );
        assert_eq!(
            hostvars("{{ hostvars['b'].items() }}"),
            [(HostSelection::Host("b".into()), None)]
        );
        assert_eq!(
            hostvars("{{ vars['hostvars']['b'].ip.split('.') }}"),
            [(HostSelection::Host("b".into()), Some(vec!["ip".to_owned()]))]
        );
        assert_eq!(hostvars("{% for h in groups.a %}{% endfor %}{% for h in x %}{{ hostvars[h].ip }}{% endfor %}").len(), 1);
    }

    #[test]
    fn groups_are_read_by_name_or_all() {
        let groups = |text: &str| find(&scan_template(text, 1)).reads.groups;
        assert_eq!(groups("{{ groups['a'] + groups.b }}"), {
            let mut n = some("a");
            n.insert("b");
            n
        });
        assert_eq!(groups("{{ groups[x] }}"), Names::All);
        assert_eq!(groups("{{ groups.get('a', []) }}"), some("a"));
    }

    #[test]
    fn a_lookup_is_found_wherever_it_stands() {
        let found = find(&scan_template(
            "{{ x | default(lookup('file', 'a.txt')) }}{{ query(p) }}",
            3,
        ));
        let plugins: Vec<_> = found
            .lookups
            .iter()
            .map(|call| (call.line, call.plugin.as_deref()))
            .collect();
        assert_eq!(plugins, [(3, Some("file")), (3, None)]);
    }
}
