//! An expression of Jinja.

/// An expression, without what doesn't matter to names: operators are only operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Expr {
    Str(String),
    Number(String),
    Name(String),
    Attr(Box<Expr>, String),
    Item(Box<Expr>, Box<Expr>),
    Call {
        callee: Box<Expr>,
        args: Vec<Expr>,
        kwargs: Vec<(String, Expr)>,
    },
    Filter {
        value: Box<Expr>,
        name: String,
        args: Vec<Expr>,
        kwargs: Vec<(String, Expr)>,
    },
    Test {
        value: Box<Expr>,
        name: String,
        args: Vec<Expr>,
    },
    List(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    /// `a ~ b`, `a + b`. Without a text in it, it may be a list
    Concat(Vec<Expr>),
    /// `a if c else b`, `a or b`: one of the first list, decided by the second
    Choice {
        values: Vec<Expr>,
        conditions: Vec<Expr>,
    },
    /// Any other operation
    Op(Vec<Expr>),
}

/// One step from a name to a part of its value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access<'e> {
    /// `.name`, or the same with brackets or `get`
    Key(&'e str),
    /// `[expression]` that isn't a literal
    Computed(&'e Expr),
}

/// The name that an expression starts from and the steps from there, if it is nothing
/// but that: `hostvars[h].a['b'].get('c')`.
pub(crate) fn chain(expr: &Expr) -> Option<(&str, Vec<Access<'_>>)> {
    match expr {
        Expr::Name(name) => Some((name, Vec::new())),
        Expr::Attr(value, key) => {
            let (root, mut steps) = chain(value)?;
            steps.push(Access::Key(key));
            Some((root, steps))
        }
        Expr::Item(value, key) => {
            let (root, mut steps) = chain(value)?;
            steps.push(access(key));
            Some((root, steps))
        }
        Expr::Call { callee, args, .. } => {
            let (Expr::Attr(value, method), Some(key)) = (&**callee, args.first()) else {
                return None;
            };
            if method != "get" {
                return None;
            }
            let (root, mut steps) = chain(value)?;
            steps.push(access(key));
            Some((root, steps))
        }
        _ => None,
    }
}

/// What a [`chain`] gives where a step finds nothing: `a.get('b', default)`.
pub(crate) fn defaults(expr: &Expr) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut at = expr;
    loop {
        at = match at {
            Expr::Attr(value, _) | Expr::Item(value, _) => value,
            Expr::Call {
                callee,
                args,
                kwargs,
            } => {
                found.extend(args.iter().skip(1));
                found.extend(kwargs.iter().map(|(_, value)| value));
                callee
            }
            _ => return found,
        };
    }
}

/// What a path of names leads to.
pub(crate) fn member(value: Expr, path: &str) -> Expr {
    path.split('.').fold(value, |value, key| {
        Expr::Attr(Box::new(value), key.to_owned())
    })
}

/// The step that a key in brackets is.
pub(crate) fn access(key: &Expr) -> Access<'_> {
    match key {
        Expr::Str(key) | Expr::Number(key) => Access::Key(key),
        other => Access::Computed(other),
    }
}

impl Expr {
    /// The expressions directly inside this one.
    pub(crate) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Str(_) | Self::Number(_) | Self::Name(_) => Vec::new(),
            Self::Attr(value, _) => vec![value],
            Self::Item(value, key) => vec![value, key],
            Self::Call {
                callee,
                args,
                kwargs,
            } => std::iter::once(&**callee)
                .chain(args)
                .chain(kwargs.iter().map(|(_, value)| value))
                .collect(),
            Self::Filter {
                value,
                args,
                kwargs,
                ..
            } => std::iter::once(&**value)
                .chain(args)
                .chain(kwargs.iter().map(|(_, value)| value))
                .collect(),
            Self::Test { value, args, .. } => std::iter::once(&**value).chain(args).collect(),
            Self::List(items) | Self::Concat(items) | Self::Op(items) => items.iter().collect(),
            Self::Dict(members) => members
                .iter()
                .flat_map(|(key, value)| [key, value])
                .collect(),
            Self::Choice { values, conditions } => values.iter().chain(conditions).collect(),
        }
    }

    /// The names of variables and functions in it.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut found = Vec::new();
        let mut waiting = vec![self];
        while let Some(expr) = waiting.pop() {
            match expr {
                Self::Name(name) => found.push(name.as_str()),
                other => waiting.extend(other.children()),
            }
        }
        found
    }

    /// The text, if this is a string literal.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }
}
