//! Laws that hold for any text and any value.

use infra_core::config::{Config, Expr, Scope};
use infra_core::json::Value;
use proptest::prelude::*;

use super::files::valid;

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        "[1-9][0-9]{0,40}(\\.[0-9]{1,9})?(e[+-]?[0-9]{1,2})?",
        any::<String>().prop_map(|text| Value::from(text).to_string()),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((any::<String>(), inner), 0..5).prop_map(|members| {
                let members: Vec<_> = members
                    .into_iter()
                    .map(|(key, value)| format!("{}:{value}", Value::from(key)))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let result = Config::parse(&text, "infra.hcl");
        if let Err(errors) = result {
            prop_assert!(!errors.to_string().is_empty());
        }
    }

    #[test]
    fn any_text_of_the_alphabet_of_hcl_is_read_or_refused(
        text in "(stack|hosts|self|for|in|if|\"[a-z]?|[{}()\\[\\]=:?.,*!<>&|+%$~\n -]|\\$\\{|%\\{|<<E\n|\nE\n|[0-9]|[a-z]){0,60}"
    ) {
        if let Err(errors) = Config::parse(&text, "infra.hcl") {
            prop_assert!(!errors.to_string().is_empty());
        }
        if let Ok(expr) = Expr::parse(&text) {
            let _outcome = expr.eval(&Scope::new().with("self", &Value::Null));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _outcome = Config::parse_bytes(&bytes, "infra.hcl");
    }

    #[test]
    fn json_comes_back_from_encoding_and_decoding(text in json()) {
        let value = Value::parse(&text).unwrap();
        let scope = Scope::new().with("self", &value);
        let through = Expr::parse("jsondecode(jsonencode(self))").unwrap().eval(&scope).unwrap();
        prop_assert_eq!(&through, &value);
    }

    #[test]
    fn a_string_is_the_same_inside_a_template(text in any::<String>()) {
        let value = Value::from(text.as_str());
        let scope = Scope::new().with("self", &value);
        let through = Expr::parse("\"${self}${\"\"}\"").unwrap().eval(&scope).unwrap();
        prop_assert_eq!(through.as_str(), Some(text.as_str()));
    }
}

#[test]
fn a_truncated_file_is_read_or_refused_at_every_byte() {
    let text = valid("everything");
    for end in 0..text.len() {
        if let Err(errors) = Config::parse_bytes(&text.as_bytes()[..end], "infra.hcl") {
            assert!(errors.to_string().contains("--> infra.hcl:"));
        }
    }
}
