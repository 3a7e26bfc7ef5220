//! Finding a function by its name.

use super::args::{Args, Failure};
use super::{cidr, collection, encoding, format, list, numeric, regex, set, string, types};
use crate::hint::did_you_mean;
use crate::json::Value;

type Run = for<'e> fn(&Args<'_, 'e>) -> Result<Value<'e>, Failure>;

/// A function whose arguments are all evaluated before it runs.
pub(in crate::config::eval) struct Function {
    pub(in crate::config::eval) name: &'static str,
    least: usize,
    most: usize,
    pub(in crate::config::eval) run: Run,
}

impl Function {
    pub(super) const fn new(
        name: &'static str,
        count: std::ops::RangeInclusive<usize>,
        run: Run,
    ) -> Self {
        Self {
            name,
            least: *count.start(),
            most: *count.end(),
            run,
        }
    }

    pub(in crate::config::eval) fn check_count(&self, count: usize) -> Result<(), Failure> {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (least, most) = (self.least, self.most);
        if (least..=most).contains(&count) {
            return Ok(());
        }
        Err(Failure::new(match (least, most) {
            (least, usize::MAX) => format!(
                "needs at least {least} argument{}, has {count}",
                plural(least)
            ),
            (least, most) if least == most => {
                format!("needs {least} argument{}, has {count}", plural(least))
            }
            (least, most) => format!("needs {least} to {most} arguments, has {count}"),
        }))
    }
}

/// Any number of arguments from here on.
pub(super) const ANY: usize = usize::MAX;

const GROUPS: [&[Function]; 10] = [
    numeric::FUNCTIONS,
    string::FUNCTIONS,
    format::FUNCTIONS,
    regex::FUNCTIONS,
    collection::FUNCTIONS,
    list::FUNCTIONS,
    set::FUNCTIONS,
    encoding::FUNCTIONS,
    cidr::FUNCTIONS,
    types::FUNCTIONS,
];

/// Evaluated by the machine itself, which leaves out what isn't needed.
const LAZY: [&str; 2] = ["can", "try"];

/// Functions of Terraform that depend on more than their arguments.
const IMPURE: [&str; 19] = [
    "abspath",
    "bcrypt",
    "dirname",
    "basename",
    "file",
    "filebase64",
    "fileexists",
    "fileset",
    "filemd5",
    "filesha1",
    "filesha256",
    "filesha512",
    "pathexpand",
    "plantimestamp",
    "templatefile",
    "timeadd",
    "timestamp",
    "uuid",
    "uuidv5",
];

pub(in crate::config::eval) fn find(name: &str) -> Option<&'static Function> {
    GROUPS
        .into_iter()
        .flatten()
        .find(|function| function.name == name)
}

/// The names of all functions.
pub(in crate::config) fn function_names() -> impl Iterator<Item = &'static str> {
    GROUPS
        .into_iter()
        .flatten()
        .map(|function| function.name)
        .chain(LAZY)
}

/// Whether there is a function of this name.
pub(in crate::config) fn is_function(name: &str) -> bool {
    function_names().any(|known| known == name)
}

/// What to do about a function that doesn't exist here.
pub(in crate::config) fn unknown_hint(name: &str) -> Option<String> {
    if IMPURE.contains(&name) {
        return Some("expressions depend on the resource alone: no function reads files, the clock or the environment".into());
    }
    if matches!(name, "sensitive" | "nonsensitive") {
        return Some(
            "name the variable in `sensitive = [...]` of the `hosts` block instead".into(),
        );
    }
    if [
        "md5",
        "sha1",
        "sha256",
        "sha512",
        "base64sha256",
        "base64sha512",
        "rsadecrypt",
    ]
    .contains(&name)
    {
        return Some("functions that hash or encrypt are not available".into());
    }
    did_you_mean(name, function_names()).map(|meant| format!("did you mean `{meant}`?"))
}
