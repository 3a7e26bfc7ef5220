//! What the core promises, feature by feature, seen from outside.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod aftermath;
mod ansible_alternatives;
mod ansible_any_role;
mod ansible_closure;
mod ansible_extra;
mod ansible_federation;
mod ansible_fingerprint;
mod ansible_fixed_values;
mod ansible_included;
mod ansible_inherited;
mod ansible_local;
mod ansible_loops;
mod ansible_made;
mod ansible_magic;
mod ansible_modes;
mod ansible_mutation;
mod ansible_names;
mod ansible_once;
mod ansible_others;
mod ansible_place;
mod ansible_plugins;
mod ansible_presence;
mod ansible_skips;
mod ansible_surroundings;
mod ansible_undefined;
mod ansible_unread;
mod ansible_unresolved;
mod ansible_whole_paths;
mod config;
mod consequence_scale;
mod consequences;
mod corpus;
mod documents;
mod drift;
mod inventory;
mod planted;
mod recordings;
