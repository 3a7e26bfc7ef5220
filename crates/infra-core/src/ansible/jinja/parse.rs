//! Reading an expression.

use super::expr::Expr;
use super::tokens::{Token, tokenize};

/// Deeper nesting than a person writes is left unread.
const MAX_DEPTH: usize = 48;
/// Nor are more steps from one value: `a.b.c | d | e`.
const MAX_STEPS: usize = 64;
/// Nor both at once, as whoever goes through an expression calls itself at each level.
const MAX_HEIGHT: usize = 256;

/// Reads an expression. None: this reader doesn't understand it.
pub(crate) fn parse(code: &str) -> Option<Expr> {
    let mut parser = Parser {
        tokens: tokenize(code)?,
        at: 0,
        depth: 0,
        steps: 0,
    };
    let mut items = vec![parser.expression()?];
    let mut tuple = false;
    while parser.symbol(",") {
        tuple = true;
        if parser.at_end() {
            break;
        }
        items.push(parser.expression()?);
    }
    if !parser.at_end() {
        return None;
    }
    let expr = if tuple {
        Expr::List(items)
    } else {
        items.pop()?
    };
    // Few are large enough to be measured.
    let flat = parser.steps + 2 * MAX_DEPTH < MAX_HEIGHT;
    (flat || !is_higher(&expr, MAX_HEIGHT)).then_some(expr)
}

/// Whether an expression is nested deeper than this.
fn is_higher(expr: &Expr, limit: usize) -> bool {
    let mut waiting = vec![(expr, 1)];
    while let Some((expr, height)) = waiting.pop() {
        if height > limit {
            return true;
        }
        waiting.extend(expr.children().into_iter().map(|child| (child, height + 1)));
    }
    false
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// How many steps there were from all values together
    steps: usize,
}

type Arguments = (Vec<Expr>, Vec<(String, Expr)>);

impl Parser {
    fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(here)) if *here == symbol);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(here)) if here == word);
        self.at += usize::from(found);
        found
    }

    fn name(&mut self) -> Option<String> {
        match self.peek() {
            Some(Token::Name(name)) => {
                let name = name.clone();
                self.at += 1;
                Some(name)
            }
            _ => None,
        }
    }

    fn expression(&mut self) -> Option<Expr> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let value = self.operation()?;
        let value = if self.word("if") {
            let condition = self.operation()?;
            let mut values = vec![value];
            if self.word("else") {
                values.push(self.expression()?);
            }
            Expr::Choice {
                values,
                conditions: vec![condition],
            }
        } else {
            value
        };
        self.depth -= 1;
        Some(value)
    }

    fn operation(&mut self) -> Option<Expr> {
        let mut operands = vec![self.unary()?];
        let (mut concat, mut or) = (true, true);
        while let Some(operator) = self.operator() {
            concat &= matches!(operator, "~" | "+");
            or &= operator == "or";
            if operator == "~" {
                // What `~` joins are texts, as it would be with one in between.
                operands.push(Expr::Str(String::new()));
            }
            operands.push(self.unary()?);
        }
        Some(match operands.len() {
            1 => operands.pop()?,
            _ if concat => Expr::Concat(operands),
            _ if or => Expr::Choice {
                values: operands,
                conditions: Vec::new(),
            },
            _ => Expr::Op(operands),
        })
    }

    fn operator(&mut self) -> Option<&'static str> {
        const WORDS: [&str; 3] = ["or", "and", "in"];
        const SYMBOLS: [&str; 14] = [
            "~", "+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", ">", "<=", ">=",
        ];
        if let Some(found) = WORDS.into_iter().find(|word| self.word(word)) {
            return Some(found);
        }
        if matches!(self.peek(), Some(Token::Name(word)) if word == "not")
            && matches!(self.tokens.get(self.at + 1), Some(Token::Name(word)) if word == "in")
        {
            self.at += 2;
            return Some("not in");
        }
        SYMBOLS.into_iter().find(|symbol| self.symbol(symbol))
    }

    fn unary(&mut self) -> Option<Expr> {
        let mut negated = false;
        while self.word("not") || self.symbol("-") || self.symbol("+") {
            negated = true;
        }
        let value = self.primary()?;
        let value = self.postfix(value)?;
        Some(if negated {
            Expr::Op(vec![value])
        } else {
            value
        })
    }

    fn primary(&mut self) -> Option<Expr> {
        let token = self.peek()?.clone();
        self.at += 1;
        Some(match token {
            Token::Name(name) => Expr::Name(name),
            Token::Number(number) => Expr::Number(number),
            Token::Str(mut text) => {
                // Neighbouring literals are one, as in Python.
                while let Some(Token::Str(more)) = self.peek() {
                    text.push_str(more);
                    self.at += 1;
                }
                Expr::Str(text)
            }
            Token::Symbol("(") => {
                let mut items = self.list(")")?;
                if items.len() == 1 {
                    items.pop()?
                } else {
                    Expr::List(items)
                }
            }
            Token::Symbol("[") => Expr::List(self.list("]")?),
            Token::Symbol("{") => {
                let mut members = Vec::new();
                while !self.symbol("}") {
                    let key = self.expression()?;
                    if !self.symbol(":") {
                        return None;
                    }
                    members.push((key, self.expression()?));
                    if !self.symbol(",") && !matches!(self.peek(), Some(Token::Symbol("}"))) {
                        return None;
                    }
                }
                Expr::Dict(members)
            }
            Token::Symbol(_) => return None,
        })
    }

    fn list(&mut self, end: &str) -> Option<Vec<Expr>> {
        let mut items = Vec::new();
        while !self.symbol(end) {
            items.push(self.expression()?);
            if !self.symbol(",")
                && !matches!(self.peek(), Some(Token::Symbol(here)) if *here == end)
            {
                return None;
            }
        }
        Some(items)
    }

    fn postfix(&mut self, mut value: Expr) -> Option<Expr> {
        for _ in 0..MAX_STEPS {
            self.steps += 1;
            if self.symbol(".") {
                let key = match self.peek()? {
                    Token::Name(name) | Token::Number(name) => name.clone(),
                    _ => return None,
                };
                self.at += 1;
                value = Expr::Attr(Box::new(value), key);
            } else if self.symbol("[") {
                value = self.subscript(value)?;
            } else if self.symbol("(") {
                let (args, kwargs) = self.arguments()?;
                value = call(value, args, kwargs);
            } else if self.symbol("|") {
                let name = self.dotted()?;
                let (args, kwargs) = if self.symbol("(") {
                    self.arguments()?
                } else {
                    Arguments::default()
                };
                value = Expr::Filter {
                    value: Box::new(value),
                    name,
                    args,
                    kwargs,
                };
            } else if self.word("is") {
                while self.word("not") {}
                let name = self.dotted()?;
                let args = if self.symbol("(") {
                    self.arguments()?.0
                } else if self.starts_operand() {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return None;
                    }
                    let operand = self.primary()?;
                    let operand = self.postfix(operand)?;
                    self.depth -= 1;
                    vec![operand]
                } else {
                    Vec::new()
                };
                value = Expr::Test {
                    value: Box::new(value),
                    name,
                    args,
                };
            } else {
                return Some(value);
            }
        }
        None
    }

    /// Whether a test is followed by its argument: `x is divisibleby 3`.
    fn starts_operand(&self) -> bool {
        match self.peek() {
            Some(Token::Str(_) | Token::Number(_)) => true,
            Some(Token::Name(word)) => !matches!(
                word.as_str(),
                "and" | "or" | "not" | "in" | "is" | "if" | "else"
            ),
            _ => false,
        }
    }

    fn dotted(&mut self) -> Option<String> {
        let mut name = self.name()?;
        while self.symbol(".") {
            name.push('.');
            name.push_str(&self.name()?);
        }
        Some(name)
    }

    fn subscript(&mut self, value: Expr) -> Option<Expr> {
        let mut parts = Vec::new();
        let mut slice = false;
        while !self.symbol("]") {
            if self.symbol(":") {
                slice = true;
            } else {
                parts.push(self.expression()?);
                if self.symbol(",") {
                    slice = true;
                }
            }
        }
        if slice {
            parts.insert(0, value);
            return Some(Expr::Op(parts));
        }
        Some(Expr::Item(Box::new(value), Box::new(parts.pop()?)))
    }

    fn arguments(&mut self) -> Option<Arguments> {
        let (mut args, mut kwargs) = Arguments::default();
        while !self.symbol(")") {
            let named = matches!(self.tokens.get(self.at + 1), Some(Token::Symbol("=")))
                && matches!(self.peek(), Some(Token::Name(_)));
            if self.symbol("**") || self.symbol("*") {
                args.push(Expr::Op(vec![self.expression()?]));
            } else if named && let Some(name) = self.name() {
                self.at += 1;
                kwargs.push((name, self.expression()?));
            } else {
                args.push(self.expression()?);
            }
            if !self.symbol(",") && !matches!(self.peek(), Some(Token::Symbol(")"))) {
                return None;
            }
        }
        Some((args, kwargs))
    }
}

/// A call; `dict(a=1)` is the mapping that it makes.
fn call(callee: Expr, args: Vec<Expr>, kwargs: Vec<(String, Expr)>) -> Expr {
    if callee == Expr::Name("dict".to_owned()) && args.is_empty() {
        let members = kwargs.into_iter();
        return Expr::Dict(
            members
                .map(|(key, value)| (Expr::Str(key), value))
                .collect(),
        );
    }
    Expr::Call {
        callee: Box::new(callee),
        args,
        kwargs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ansible::jinja::expr::{Access, chain};

    #[test]
    fn the_forms_of_real_playbooks_are_understood() {
        for code in [
            "a.b['c'][0].d",
            "x | default('y', true) | map(attribute='z') | list",
            "groups['leaf'] | map('extract', hostvars, ['ansible_host']) | join(',')",
            "a is defined and b is not none or c is match('^x') and d is divisibleby 3",
            "lookup('file', role_path ~ '/x', errors='warn') if q else omit",
            "query('ansible.builtin.first_found', {'files': ['a', 'b'], 'paths': [p]})",
            "x[1:], y[:2], z[-1]",
            "(a, b)",
            "f(*args, **kw)",
            "not (a in b) and c not in d",
            "\"it's\" 'two'",
            "ansible_facts.mounts | selectattr('mount', '==', '/') | first",
            "item.0.name == 'x' and result.stdout | int >= 1.5",
        ] {
            assert!(parse(code).is_some(), "{code}");
        }
        assert_eq!(parse("a b"), None);
        assert_eq!(parse(&"(".repeat(500)), None);
        for (first, more, last) in [
            ("a", ".b", ""),
            ("a", " | b", ""),
            ("a", " is b", ""),
            ("a", "[0]", ""),
            ("a", "()", ""),
            ("a", " if b else a", ""),
            ("", "a.b.b.b.b.b.b.b.b(", ""),
            ("a", "(a", ")"),
            ("a", "[a", "]"),
        ] {
            let deep = |n| format!("{first}{}{}", more.repeat(n), last.repeat(n));
            assert_eq!(parse(&deep(100_000)), None, "{more}");
            assert!(last.is_empty() || parse(&deep(20)).is_some(), "{more}");
        }
        let high = |n| {
            format!(
                "{}a{}",
                "f(".repeat(n),
                format!("){}", ".b".repeat(50)).repeat(n)
            )
        };
        assert!(parse(&high(4)).is_some());
        assert_eq!(parse(&high(40)), None);
        assert!(parse(&vec!["a.b.c"; 5_000].join(", ")).is_some());
    }

    #[test]
    fn a_chain_is_a_name_and_its_steps() {
        let expr = parse("hostvars[h].a['b'].get('c')").unwrap();
        let (root, steps) = chain(&expr).unwrap();
        assert_eq!((root, steps.len()), ("hostvars", 4));
        assert!(matches!(steps[0], Access::Computed(_)) && matches!(steps[3], Access::Key("c")));
        assert!(chain(&parse("a | first").unwrap()).is_none());
    }
}
