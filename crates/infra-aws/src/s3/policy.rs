//! The statement of a bucket's policy that refuses requests without TLS
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html>).

use serde_json::{Map, Value, json};

/// How the statement is called.
const SID: &str = "DenyWithoutTls";

/// Whether a policy refuses every request that comes without TLS.
pub(super) fn is_tls_only(policy: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else {
        return false;
    };
    statements(&policy).iter().any(|statement| {
        let of = |name: &str| statement.get(name);
        let is = |name: &str, wanted: &str| {
            of(name).is_some_and(|value| {
                value.as_str() == Some(wanted)
                    || value.get("AWS").and_then(Value::as_str) == Some(wanted)
                    || value
                        .as_array()
                        .is_some_and(|all| all.iter().any(|one| one.as_str() == Some(wanted)))
            })
        };
        let insecure = statement
            .pointer("/Condition/Bool/aws:SecureTransport")
            .is_some_and(|value| value.as_str() == Some("false") || value == &json!(false));
        is("Effect", "Deny") && is("Principal", "*") && is("Action", "s3:*") && insecure
    })
}

/// The policy with such a statement in it.
pub(super) fn with_tls_only(
    policy: Option<&str>,
    bucket: &str,
) -> Result<String, serde_json::Error> {
    let mut policy: Map<String, Value> = match policy {
        Some(text) => serde_json::from_str(text)?,
        None => Map::from_iter([("Version".to_owned(), json!("2012-10-17"))]),
    };
    let mut all = statements(&Value::Object(policy.clone()));
    all.retain(|statement| statement.get("Sid").and_then(Value::as_str) != Some(SID));
    all.push(json!({
        "Sid": SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }));
    policy.insert("Statement".to_owned(), Value::Array(all));
    serde_json::to_string(&policy)
}

/// A policy with one statement may have it without a list around.
fn statements(policy: &Value) -> Vec<Value> {
    match policy.get("Statement") {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_is_added_once_and_the_others_stay() {
        let theirs = r#"{"Version":"2012-10-17","Statement":{"Sid":"Theirs","Effect":"Allow",
            "Principal":"*","Action":"s3:*","Resource":"*"}}"#;
        assert!(!is_tls_only(theirs));
        let once = with_tls_only(Some(theirs), "b").unwrap();
        assert!(is_tls_only(&once), "{once}");
        let twice = with_tls_only(Some(&once), "b").unwrap();
        assert_eq!(once, twice);
        assert!(once.contains("Theirs"));
        assert!(is_tls_only(&with_tls_only(None, "b").unwrap()));
        assert!(with_tls_only(Some("no json"), "b").is_err());
    }

    #[test]
    fn a_condition_the_other_way_round_is_not_taken_for_it() {
        let policy = with_tls_only(None, "b")
            .unwrap()
            .replace("\"false\"", "\"true\"");
        assert!(!is_tls_only(&policy));
    }
}
