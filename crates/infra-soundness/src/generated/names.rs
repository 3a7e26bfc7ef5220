//! Expressions that name files.

use crate::seeded::Seeded;

/// What every name in the end is one of.
pub(super) const STEMS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// The variables of a situation: what they are called, and what they hold. Of each kind the value of
/// the first may be made of the second.
pub(super) const VARIABLES: [(&str, Kind); 10] = [
    ("text", Kind::Text),
    ("other_text", Kind::Text),
    ("mapping", Kind::Mapping),
    ("other_mapping", Kind::Mapping),
    ("list", Kind::List),
    ("other_list", Kind::List),
    ("table", Kind::Table),
    ("other_table", Kind::Table),
    ("number", Kind::Number),
    ("other_number", Kind::Number),
];

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A stem
    Text,
    /// Stems under `src`, `name` and `k`
    Mapping,
    /// Stems
    List,
    /// Mappings with stems under `src` and `name`, and a list of them under `fs`
    Table,
    /// A small number
    Number,
}

/// Expressions that give a stem, or nearly one. `<S>`, `<D>`, `<L>`, `<T>` and `<N>` stand for a
/// variable with a text, a mapping, a list, a table and a number, `<x>` for a stem, `<k>` for a key.
pub(super) const EXPRESSIONS: [&str; 74] = [
    "<S>",
    "<D>.<k>",
    "<D>['<k>']",
    "<D>.get('<k>')",
    "<D>.get('none', <S>)",
    "<L>[0]",
    "<L> | first",
    "<L>[-1]",
    "<L>[<N>]",
    "<L>[<N> - 1]",
    "(<L> + <L>) | last",
    "<T>[0].src",
    "(<T> | map(attribute='src') | list)[0]",
    "(<T> | first).name",
    "<T> | selectattr('name', 'defined') | map(attribute='src') | first",
    "(<T> | rejectattr('name', 'equalto', 'none') | list | last).src",
    "<T> | map(attribute='fs') | flatten | first",
    "(<T> | sum(attribute='fs', start=[])) | last",
    "<T> | items2dict(key_name='name', value_name='src') | dict2items | map(attribute='value') | first",
    "(<T> | groupby('name'))[0][1][0].src",
    "(<D> | dict2items)[0].value",
    "<D>.values() | list | first",
    "<D> | dict2items | map(attribute='value') | sort | first",
    "<S> | default('<x>')",
    "nowhere | default(<S>)",
    "nowhere.a.b | default(<S>, true)",
    "'<x>' if <N> > 1 else <S>",
    "(<N> > 1) | ternary(<S>, '<x>')",
    "<S> ~ ''",
    "[<S>, ''] | join",
    "'%s' | format(<S>)",
    "'{}'.format(<S>)",
    "<S> | regex_replace('^(.)$', '\\\\1')",
    "<S> | replace('a', 'b')",
    "<S> | upper | lower",
    "<S>.split('-')[0]",
    "(<S> ~ '.x') | splitext | first",
    "('a/b/' ~ <S>) | basename",
    "('a/' ~ <S> ~ '/b') | dirname | basename",
    "lookup('vars', '<S>')",
    "q('vars', '<S>')[0]",
    "vars['<S>']",
    "hostvars[inventory_hostname].<S>",
    "hostvars['h2'].<S>",
    "hostvars[groups['web'][0]].<S>",
    "groups['db'] | map('extract', hostvars, '<S>') | last",
    "(<D> | combine(<D>)).<k>",
    "(<D> | combine({'src': <S>})).src",
    "dict(a=<S>)['a']",
    "{'a': <S>}.a",
    "(<L> | zip(<L>) | list)[0][1]",
    "dict(<L> | zip(<L>)).values() | first",
    "(<L> | product(<L>) | list)[0] | last",
    "<L> | select('match', '[a-h]') | first",
    "<L> | union(<L>) | first",
    "<L> | difference(['none']) | first",
    "<L> | sort | first",
    "<L> | min",
    "<L> | batch(2) | first | first",
    "<L>[:1] | first",
    "<L>[1:] | first",
    "<L> | map('upper') | map('lower') | first",
    "(<L> | join(',')).split(',') | first",
    "(<D> | to_json | from_json).<k>",
    "<S> | b64encode | b64decode",
    "'n' ~ <N>",
    "'n' ~ (<N> + 1)",
    "'n%d' | format(<N>)",
    "'n' ~ (<L> | length)",
    "inventory_hostname",
    "role_name | default('<x>')",
    "group_names | first",
    "{'1': '<x>', '2': <S>}[<N> | string] | default('<x>')",
    "<S>[0] ~ <S>[1:]",
];

/// A loop of a task: the keyword, what it goes through, and what gives a stem of an element.
pub(super) struct Loop {
    pub(super) keyword: &'static str,
    /// A template, or a list as JSON
    pub(super) through: &'static str,
    pub(super) elements: &'static [&'static str],
}

pub(super) const LOOPS: [Loop; 12] = [
    Loop {
        keyword: "loop",
        through: "{{ <L> }}",
        elements: &["item", "item | trim"],
    },
    Loop {
        keyword: "loop",
        through: "[\"{{ <S> }}\", \"<x>\"]",
        elements: &["item"],
    },
    Loop {
        keyword: "loop",
        through: "{{ <T> }}",
        elements: &[
            "item.src",
            "item['src']",
            "item.get('src')",
            "item.fs[0]",
            "item.none | default(item.name)",
        ],
    },
    Loop {
        keyword: "loop",
        through: "{{ <D> | dict2items }}",
        elements: &["item.value"],
    },
    Loop {
        keyword: "with_dict",
        through: "{{ <D> }}",
        elements: &["item.value"],
    },
    Loop {
        keyword: "with_nested",
        through: "[\"{{ <L> }}\", [\"<x>\"]]",
        elements: &["item[0]", "item.1"],
    },
    Loop {
        keyword: "with_together",
        through: "[\"{{ <L> }}\", \"{{ <L> }}\"]",
        elements: &["item.0", "item[1]"],
    },
    Loop {
        keyword: "loop",
        through: "{{ <T> | subelements('fs') }}",
        elements: &["item.1", "item.0.src"],
    },
    Loop {
        keyword: "with_subelements",
        through: "[\"{{ <T> }}\", \"fs\"]",
        elements: &["item.1", "item.0.name"],
    },
    Loop {
        keyword: "loop",
        through: "{{ <L> | product(<L>) | list }}",
        elements: &["item[0]", "item | last"],
    },
    Loop {
        keyword: "with_indexed_items",
        through: "{{ <L> }}",
        elements: &["item.1"],
    },
    Loop {
        keyword: "with_items",
        through: "[\"{{ <L> }}\", \"<x>\"]",
        elements: &["item"],
    },
];

/// Puts variables of a situation and stems into a template.
pub(super) fn fill(template: &str, situation: usize, seeded: &mut Seeded) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (what, after) = after.split_once('>').unwrap_or((after, ""));
        match what {
            "x" => text.push_str(stem(seeded)),
            "k" => text.push_str(one_of(&["src", "name", "k"], seeded)),
            "S" => text.push_str(&variable(Kind::Text, situation, seeded)),
            "D" => text.push_str(&variable(Kind::Mapping, situation, seeded)),
            "L" => text.push_str(&variable(Kind::List, situation, seeded)),
            "T" => text.push_str(&variable(Kind::Table, situation, seeded)),
            _ => text.push_str(&variable(Kind::Number, situation, seeded)),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The name of a variable in a situation.
pub(super) fn called(name: &str, situation: usize) -> String {
    format!("{name}_{situation}")
}

fn variable(kind: Kind, situation: usize, seeded: &mut Seeded) -> String {
    let of_kind = VARIABLES.iter().filter(|(_, other)| *other == kind);
    let names: Vec<&str> = of_kind.map(|(name, _)| *name).collect();
    called(one_of(&names, seeded), situation)
}

/// A stem.
pub(super) fn stem(seeded: &mut Seeded) -> &'static str {
    one_of(&STEMS, seeded)
}

/// One of these.
pub(super) fn one_of<'l>(list: &[&'l str], seeded: &mut Seeded) -> &'l str {
    seeded.choose(list).copied().unwrap_or_default()
}
