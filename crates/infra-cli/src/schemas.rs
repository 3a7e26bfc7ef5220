//! The JSON Schemas of the documents that infra prints, by name.

macro_rules! schemas {
    ($($name:literal),* $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../../docs/schemas/", $name, ".schema.json")),
        )),*]
    };
}

/// Every schema by its name.
pub(crate) const SCHEMAS: &[(&str, &str)] = schemas![
    "plan",
    "apply",
    "drift",
    "verify",
    "inventory",
    "inputs",
    "explain",
    "history",
    "history-verify",
    "init",
    "validate",
    "doctor",
    "force-unlock",
    "state-backup",
    "state-list",
    "state-restore",
    "backend-init",
    "event",
];
