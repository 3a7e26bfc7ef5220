//! Reads a few attributes of an object, and passes over the rest.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::json::{Members, Outlined, Path, Value};
use crate::terraform::Object;

/// The attributes of one object that were asked for.
///
/// An instance of a cloud provider has some sixty attributes; a host needs five. Building
/// a tree of all of them is most of the time that reading a large state takes.
#[derive(Debug, Default)]
pub(super) struct Picked<'a> {
    values: Vec<(&'static str, Value<'a>)>,
    /// The wanted attributes that Terraform marks as sensitive, at least in part; their
    /// values are not here
    pub(super) sensitive: Vec<&'static str>,
}

/// Reads the attributes that are asked for of many objects of one type, all of one document.
#[derive(Debug, Default)]
pub(super) struct Picker {
    /// Their names
    wanted: Vec<&'static str>,
    /// The names of further attributes, for [`Picker::values`]
    further: BTreeSet<String>,
    /// What objects have in common whose members stand as those of the last one
    keys: Option<u32>,
    /// The members of those objects that are asked for
    places: Vec<(usize, &'static str)>,
    /// The members of those objects that are further attributes
    further_places: Vec<usize>,
}

impl Picker {
    /// For the attributes of these names.
    pub(super) fn new(wanted: Vec<&'static str>) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// The same, which can also give the `further` ones as one value.
    pub(super) fn with_further(mut self, further: BTreeSet<String>) -> Self {
        self.further = further;
        self
    }

    /// The further attributes of `object`, which is the one that was read last, as one JSON
    /// object. Null where it has no attributes at all.
    pub(super) fn values<'a>(&self, object: &Object<'a>) -> Value<'a> {
        let Some(outlined) = object.outlined() else {
            return object.values();
        };
        let mut values = Members::with_capacity(self.further_places.len());
        for number in &self.further_places {
            if let Some(mut member) = outlined.member(*number)
                && let Ok(key) = member.key()
            {
                values.insert(key, member.value_or_text());
            }
        }
        object.as_shown(Value::Object(values))
    }

    /// Whether no attribute is asked for.
    pub(super) fn is_idle(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Reads the attributes of `object`.
    pub(super) fn read<'a>(&mut self, object: &Object<'a>) -> Picked<'a> {
        let mut picked = Picked {
            values: match object.outlined() {
                Some(outlined) => self.pick(outlined),
                None => match object.values() {
                    Value::Object(members) => members
                        .into_iter()
                        .filter_map(|(key, value)| Some((lookup(&self.wanted, &key)?, value)))
                        .collect(),
                    // Attributes that are no object, which no provider writes, are none.
                    _ => Vec::new(),
                },
            },
            sensitive: Vec::new(),
        };
        if object.has_sensitive_marks() {
            let mask = object.sensitive();
            picked.values.retain(|(key, _)| {
                let sensitive = mask.touches(&Path::root().key(*key));
                picked.sensitive.extend(sensitive.then_some(*key));
                !sensitive
            });
        }
        picked
    }

    fn pick<'a>(&mut self, outlined: &Outlined<'a>) -> Vec<(&'static str, Value<'a>)> {
        if outlined.keys() != self.keys {
            self.keys = outlined.keys();
            self.find(outlined);
        }
        let mut values = Vec::with_capacity(self.places.len());
        for (number, name) in &self.places {
            if let Some(mut member) = outlined.member(*number)
                && member.skip_key().is_ok()
            {
                values.push((*name, member.value_or_text()));
            }
        }
        values
    }

    /// Finds which members are asked for.
    fn find(&mut self, outlined: &Outlined<'_>) {
        self.places.clear();
        self.further_places.clear();
        for (number, mut member) in outlined.members().enumerate() {
            let Ok(key) = member.key() else { continue };
            let named = lookup(&self.wanted, &key).map(|name| (number, name));
            self.places.extend(named);
            if self.further.contains(key.as_ref()) {
                self.further_places.push(number);
            }
        }
    }
}

impl<'a> Picked<'a> {
    /// The attribute called `key`.
    pub(super) fn get(&self, key: &str) -> Option<&Value<'a>> {
        // Of a repeated key the last value counts, as everywhere.
        self.values
            .iter()
            .rev()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    /// Every scalar at `path`, in order, as text. Null and empty ones are left out.
    ///
    /// A path is names with dots between. Lists are entered without being named, `*` is
    /// any member, `%` is any that is called like a network interface of the machine itself,
    /// and `name[key=value]` keeps those whose `key` is `value`. `name[@names]` keeps those
    /// beside which `names`, a list of the same length, has such an interface.
    pub(super) fn texts(&self, path: &str) -> Vec<Cow<'a, str>> {
        let mut found = Vec::new();
        self.each_text(path, &mut |text| found.push(text));
        found
    }

    /// Gives every scalar at `path` to `found`, as [`Picked::texts`] returns them.
    pub(super) fn each_text(&self, path: &str, found: &mut impl FnMut(Cow<'a, str>)) {
        let (first, rest) = split_step(path);
        let (name, condition) = first.split_once('[').unwrap_or((first, ""));
        if let Some(names) = condition.strip_prefix('@') {
            self.beside(name, names.trim_end_matches(']'), rest, found);
        } else if let Some(value) = self.get(name) {
            walk(value, split_filter(first).1, rest, found);
        }
    }

    /// The scalars of those items of a list that stand for an interface of the machine itself.
    fn beside(&self, list: &str, names: &str, rest: &str, found: &mut impl FnMut(Cow<'a, str>)) {
        let Some(list) = self.get(list) else { return };
        let names = self.get(names).and_then(Value::as_array);
        match (list.as_array(), names) {
            (Some(items), Some(names)) if items.len() == names.len() => {
                let of = |name: &Value<'_>| name.as_str().is_none_or(is_own_interface);
                for (item, _) in items.iter().zip(names).filter(|(_, name)| of(name)) {
                    walk(item, None, rest, found);
                }
            }
            _ => walk(list, None, rest, found),
        }
    }

    /// The first of the attributes called `names` that is not empty, or null.
    pub(super) fn into_first(mut self, names: &[&str]) -> Value<'a> {
        let mut wanted = names.iter().filter_map(|name| {
            let at = self.values.iter().rposition(|(known, _)| known == name)?;
            Some(std::mem::take(&mut self.values.get_mut(at)?.1))
        });
        wanted.find(|value| !value.is_empty()).unwrap_or_default()
    }

    /// The first text at the first of `paths` that has one.
    pub(super) fn first_text(&self, paths: &[&str]) -> Option<Cow<'a, str>> {
        let mut first = None;
        for path in paths {
            self.each_text(path, &mut |text| {
                first.get_or_insert(text);
            });
            if first.is_some() {
                break;
            }
        }
        first
    }
}

/// The attribute that a path begins with.
pub(super) fn root_of(path: &'static str) -> &'static str {
    split_filter(split_step(path).0).0
}

fn split_step(path: &str) -> (&str, &str) {
    path.split_once('.').unwrap_or((path, ""))
}

fn split_filter(step: &str) -> (&str, Option<(&str, &str)>) {
    step.split_once('[').map_or((step, None), |(name, filter)| {
        (name, filter.trim_end_matches(']').split_once('='))
    })
}

fn walk<'a>(
    value: &Value<'a>,
    filter: Option<(&str, &str)>,
    rest: &str,
    found: &mut impl FnMut(Cow<'a, str>),
) {
    match value {
        Value::Array(items) => {
            for item in items {
                walk(item, filter, rest, found);
            }
        }
        Value::Object(members) => {
            if let Some((key, wanted)) = filter
                && members.get(key).and_then(scalar).as_deref() != Some(wanted)
            {
                return;
            }
            let (step, rest) = split_step(rest);
            if matches!(step, "*" | "%") {
                for (name, member) in members {
                    if step == "*" || is_own_interface(name) {
                        walk(member, None, rest, found);
                    }
                }
            } else {
                let (name, filter) = split_filter(step);
                if let Some(member) = members.get(name) {
                    walk(member, filter, rest, found);
                }
            }
        }
        _ if rest.is_empty() => {
            if let Some(text) = scalar(value).filter(|text| !text.is_empty()) {
                found(text);
            }
        }
        _ => {}
    }
}

/// Whether a network interface of this name leads to the machine, and not to what runs on it:
/// container engines make bridges with addresses that nobody else can reach
/// ([Docker's](https://docs.docker.com/engine/network/drivers/bridge/) are `docker0`, and `br-`
/// with twelve hexadecimal digits).
fn is_own_interface(name: &str) -> bool {
    const OF_OTHERS: [&str; 10] = [
        "cali", "cilium", "cni", "docker", "flannel", "kube-", "lxcbr", "lxdbr", "podman", "virbr",
    ];
    let of_docker = name
        .strip_prefix("br-")
        .is_some_and(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    name != "lo" && !of_docker && !OF_OTHERS.iter().any(|prefix| name.starts_with(prefix))
}

/// The text of a string, number or boolean.
fn scalar<'a>(value: &Value<'a>) -> Option<Cow<'a, str>> {
    match value {
        Value::String(text) | Value::Number(text) => Some(text.clone()),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        _ => None,
    }
}

fn lookup(wanted: &[&'static str], key: &str) -> Option<&'static str> {
    // A dozen lengths are compared sooner than three strings of a binary search.
    wanted
        .iter()
        .find(|name| name.len() == key.len() && **name == key)
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::read_state;

    #[test]
    fn paths_enter_lists_filter_blocks_and_take_any_member() {
        let text = r#"{"version":4,"resources":[{"type":"x","name":"y","instances":[{"attributes":{
            "big":{"never":"read"},
            "nic":[{"type":"private","ip":"10.0.0.1"},{"type":"public","ip":"203.0.113.1"}],
            "nested":[["a"],["b","",null]],
            "map":{"eth0":{"ips":["1"]},"lo":{"ips":["2"]}},
            "id":7},
            "sensitive_attributes":[[{"type":"get_attr","value":"secret"}]]}]}]}"#;
        let state = read_state(text).unwrap();
        let picked = Picker::new(vec!["id", "map", "nested", "nic"]).read(&state.objects[0]);
        assert_eq!(picked.texts("nic[type=public].ip"), ["203.0.113.1"]);
        assert_eq!(picked.texts("nic.ip"), ["10.0.0.1", "203.0.113.1"]);
        assert_eq!(picked.texts("nested"), ["a", "b"]);
        assert_eq!(picked.texts("map.*.ips"), ["1", "2"]);
        assert_eq!(picked.texts("id"), ["7"]);
        assert!(picked.texts("big").is_empty() && picked.texts("nic").is_empty());
    }

    #[test]
    fn bridges_of_containers_are_no_interfaces_of_the_machine() {
        let text = r#"{"version":4,"resources":[{"type":"x","name":"y","instances":[{"attributes":{
            "names":["lo","docker0","eth0","br-0123456789ab","br-lan"],
            "ips":[["1"],["2"],["3","4"],["5"],["6"]],
            "short":[["1"],["2"]],
            "map":{"docker0":{"ip":"2"},"ens3":{"ip":"3"},"podman0":{"ip":"4"}}}}]}]}"#;
        let state = read_state(text).unwrap();
        let picked = Picker::new(vec!["names", "ips", "short", "map"]).read(&state.objects[0]);
        assert_eq!(picked.texts("ips[@names]"), ["3", "4", "6"]);
        assert_eq!(
            picked.texts("short[@names]"),
            ["1", "2"],
            "which is which isn't known"
        );
        assert_eq!(picked.texts("ips[@absent]").len(), 6);
        assert_eq!(picked.texts("map.%.ip"), ["3"]);
    }

    #[test]
    fn a_sensitive_attribute_is_named_and_not_read() {
        let text = r#"{"version":4,"resources":[{"type":"x","name":"y","instances":[{"attributes":
            {"tags":{"Name":"hidden"},"id":"i"},"sensitive_attributes":
            [[{"type":"get_attr","value":"tags"},{"type":"index","value":{"value":"Name","type":"string"}}]]}]}]}"#;
        let state = read_state(text).unwrap();
        let picked = Picker::new(vec!["id", "tags"]).read(&state.objects[0]);
        assert_eq!(picked.sensitive, ["tags"]);
        assert!(picked.get("tags").is_none() && picked.get("id").is_some());
    }
}
