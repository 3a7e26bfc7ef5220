//! No text overflows the stack, fills the memory or runs for long.

use infra_core::config::{Config, EvalProblem, Expr, Scope};
use infra_core::json::Value;

/// Runs on the smallest stack that a thread of Rust's usually has.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(test)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn deep_nesting_is_refused() {
    on_a_small_stack(|| {
        let deep = 100_000;
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{a=", "1", "}"),
            ("f(", "1", ")"),
            ("x[", "1", "]"),
            ("\"${", "1", "}\""),
            ("!", "true", ""),
            ("-", "x", ""),
            ("1+", "1", ""),
            ("x?1:", "1", ""),
            ("[for x in ", "y", ":x]"),
            ("(", "", ""),
            ("\"${", "", ""),
        ] {
            let text = format!("{}{middle}{}", open.repeat(deep), close.repeat(deep));
            assert!(
                Config::parse(&format!("a = {text}\n"), "infra.hcl").is_err(),
                "{open}"
            );
            assert!(Expr::parse(&text).is_err(), "{open}");
        }
        let blocks = format!("{}{}", "a {\n".repeat(deep), "}\n".repeat(deep));
        assert!(Config::parse(&blocks, "infra.hcl").is_err());
    });
}

#[test]
fn what_is_wrong_deep_inside_of_operands_is_refused_soon() {
    for (open, close) in [
        ("a == b % {c = ", "}"),
        ("a == b % [", "]"),
        ("a == b % f(", ")"),
        ("a == b % (", ")"),
        ("\"${a == b % ", "}\""),
    ] {
        for depth in [12, 40] {
            let open = open.repeat(depth);
            let wrong = format!(r#"{open}"\x"{}"#, close.repeat(depth));
            for text in [wrong.as_str(), open.as_str()] {
                assert!(Expr::parse(text).is_err(), "{text}");
                let text = format!("a = {text}\n");
                assert!(Config::parse(&text, "infra.hcl").is_err(), "{text}");
            }
        }
    }
}

#[test]
fn the_deepest_that_parses_is_evaluated_or_refused() {
    on_a_small_stack(|| {
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{a=", "1", "}"),
            ("upper(", "1", ")"),
            ("try(", "1", ")"),
            ("\"x${", "1", "}\""),
            ("!(", "true", ")"),
            ("[for x in [1] : ", "1", "]"),
            ("(1 + 1 + ", "1", ")"),
            ("(true ? 1 : ", "1", ")"),
            (
                "\"%{ if true }%{ for x in [1] }",
                "1",
                "%{ endfor }%{ endif }\"",
            ),
        ] {
            let deepest = (1..=64).rev().find_map(|depth| {
                Expr::parse(&format!(
                    "{}{middle}{}",
                    open.repeat(depth),
                    close.repeat(depth)
                ))
                .ok()
            });
            let _outcome = deepest.unwrap().eval(&Scope::new());
        }
        let chain = format!("1{}", " + 1".repeat(127));
        assert_eq!(
            Expr::parse(&chain)
                .unwrap()
                .eval(&Scope::new())
                .unwrap()
                .to_string(),
            "128"
        );
    });
}

#[test]
fn what_grows_without_bound_is_stopped() {
    let doubling = format!(
        "{}a{}",
        "[for a in [[a, a]] : "
            .repeat(40)
            .replacen("[a, a]", "[1, 1]", 1),
        "]".repeat(40)
    );
    let loops = "[for a in range(3000) : [for b in range(3000) : 1]]";
    let text = format!(
        "{}\"aaaaaaaa\"{}",
        "replace(".repeat(20),
        ", \"a\", \"aaaaaaaa\")".repeat(20)
    );
    for expression in [
        doubling.as_str(),
        text.as_str(),
        "range(100000000)",
        "setproduct(range(1000), range(1000))",
    ] {
        let error = Expr::parse(expression)
            .unwrap()
            .eval(&Scope::new())
            .unwrap_err();
        let stopped = matches!(
            error.problem,
            EvalProblem::TooLarge { .. } | EvalProblem::Function { .. }
        );
        assert!(stopped, "{expression}: {error}");
    }
    let caught = Expr::parse(&format!("try({loops}, 1)"))
        .unwrap()
        .eval(&Scope::new());
    assert!(matches!(
        caught.unwrap_err().problem,
        EvalProblem::TooLarge { .. }
    ));
}

#[test]
fn one_attribute_of_a_large_resource_is_cheap() {
    let big = Value::Array((0..100_000_i64).map(Value::from).collect());
    let mut members = infra_core::json::Members::new();
    members.insert("id".into(), Value::from("x"));
    members.insert("big".into(), big);
    let values = Value::Object(members);
    let expr = Expr::parse("self.id").unwrap();
    let scope = Scope::new().with("self", &values);
    let start = std::time::Instant::now();
    for _ in 0..10_000 {
        assert_eq!(expr.eval(&scope).unwrap(), Value::from("x"));
    }
    assert!(
        start.elapsed().as_secs() < 5,
        "the whole resource is copied each time"
    );
}

#[test]
fn a_file_that_is_wrong_everywhere_is_refused_soon() {
    let wrong: Vec<_> = (0..5_000)
        .map(|number| format!("  x{number} = 1"))
        .collect();
    let wrong = wrong.join("\n");
    let errors = Config::parse(&format!("stack \"a\" {{\n{wrong}\n}}\n"), "infra.hcl").unwrap_err();
    assert_eq!(errors.0.len(), 100);
}

#[test]
fn a_configuration_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Config>();
    shared::<Expr>();
    shared::<infra_core::config::ConfigErrors>();
    shared::<infra_core::config::EvalError>();
}
