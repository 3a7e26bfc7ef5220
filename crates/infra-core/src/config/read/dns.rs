//! `dns { … }`.

use hcl::edit::Span;
use hcl::edit::structure::Block;

use super::fields::{Fields, Shape};
use super::reader::Reader;
use crate::config::{DnsRule, Expr, Scope};

const SHAPE: Shape = Shape {
    attributes: &[
        "zone", "private", "name", "ttl", "hosts", "address", "adopt",
    ],
    blocks: &[],
};

/// How long a resolver may keep a record: short, since the address changes with each start of a
/// machine.
const TTL: u32 = 60;
/// As long as DNS allows (RFC 2181, section 8).
const LONGEST: u32 = i32::MAX.unsigned_abs();

impl Reader {
    pub(super) fn dns(&self, block: &Block) -> DnsRule {
        let fields = Fields::of_block(self, block, &SHAPE);
        self.no_label(block);
        DnsRule {
            zone: fields.required_string(
                "zone",
                "the name of a zone of Route 53 or its id, as in zone = \"example.com\"",
            ),
            private: fields.boolean("private"),
            name: self.dns_expr(&fields, "name"),
            ttl: fields
                .whole("ttl", 0..=LONGEST, "a number of seconds")
                .unwrap_or(TTL),
            hosts: fields.strings("hosts"),
            address: self.dns_expr(&fields, "address"),
            adopt: fields.boolean("adopt").unwrap_or(false),
            line: fields.line(),
        }
    }

    /// An expression that may use the name of the host, too.
    fn dns_expr(&self, fields: &Fields<'_>, name: &str) -> Option<Expr> {
        let syntax = &fields.get(name)?.value;
        let expr = self.expression_of(syntax, &["self", "resource", "host"]);
        if !expr.depends_on_self()
            // An expression that has no value is reported already.
            && let Ok(value) = expr.eval(&Scope::new())
            && !value.is_null()
            && value.as_str().is_none()
        {
            fields.mistyped(name, "a string", &value, syntax.span().unwrap_or(0..0));
        }
        Some(expr)
    }
}
