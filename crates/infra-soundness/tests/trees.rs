//! Every tree of this repository, and one that a seed decides, traced and changed: what
//! `cargo xtask soundness` does, with fewer changes.

use camino::Utf8Path;
use infra_soundness::case::Case;
use infra_soundness::generated;
use infra_soundness::report::Report;
use infra_testkit::workspace_root;

fn holds(name: &str) {
    let dir = workspace_root().join("tests/soundness").join(name);
    check(&Case::open(Utf8Path::new(&dir)).expect("a tree of this repository"));
}

fn check(case: &Case) {
    let report = Report::of(case, 120, 7).expect("Ansible runs on it");
    let complaints = report.complaints().join("\n");
    assert!(report.holds(), "{}\n{complaints}", report.row());
    assert!(report.tally.total() > 100, "{}", report.row());
}

#[test]
fn of_a_seed() {
    check(&generated::case(1, 6).expect("a tree"));
}

macro_rules! trees {
    ($($name:ident),+) => {
        $(
            #[test]
            fn $name() {
                holds(stringify!($name));
            }
        )+

        #[test]
        fn every_tree_is_tested() {
            let mut tested = vec![$(stringify!($name)),+];
            tested.sort_unstable();
            let cases = Case::names().expect("the directory of trees");
            assert_eq!(cases, tested);
        }
    };
}

trees!(
    between,
    collections,
    given,
    inventories,
    lookups,
    made,
    modes,
    plugins,
    precedence,
    reuse
);
