//! What every run lock must do. A test of an implementation runs it through this.

use super::{Acquired, Holder, RunLock};

/// Runs a free lock through all that a run rests on.
///
/// # Panics
///
/// When the lock does something else.
pub async fn check(open: impl Fn() -> Box<dyn RunLock>) {
    let (lock, other) = (open(), open());
    let [a, b] = ["a", "b"].map(|id| Holder {
        id: id.to_owned(),
        who: format!("{id}@suite"),
        ..Holder::default()
    });

    assert_eq!(lock.holder().await.expect("a free lock can be read"), None);
    assert_eq!(
        lock.acquire(&a).await.expect("a free lock can be taken"),
        Acquired::Ours
    );
    assert_eq!(
        lock.acquire(&a).await.expect("an answer"),
        Acquired::Ours,
        "an answer that was lost is read back"
    );
    assert_eq!(
        other.acquire(&b).await.expect("an answer"),
        Acquired::Held(Box::new(a.clone()))
    );
    assert_eq!(
        other.holder().await.expect("the holder can be read"),
        Some(a.clone())
    );

    assert!(lock.beat("a").await.expect("the holder beats"));
    assert!(
        !other.beat("b").await.expect("an answer"),
        "who does not hold it is told so"
    );
    assert!(
        !other.release("b").await.expect("an answer"),
        "nobody gives back what is another's"
    );
    assert!(lock.beat("a").await.expect("the holder beats on"));

    assert!(
        other
            .release("a")
            .await
            .expect("a lock is broken by its id")
    );
    assert!(
        !lock.beat("a").await.expect("an answer"),
        "a lost lock shows at the next beat"
    );
    assert_eq!(
        other.acquire(&b).await.expect("it can be taken"),
        Acquired::Ours
    );
    assert!(
        !lock.release("a").await.expect("an answer"),
        "the one who lost it does not take it from the next"
    );
    assert!(other.release("b").await.expect("it is given back"));
    assert!(!other.release("b").await.expect("an answer"));
    assert_eq!(lock.holder().await.expect("a free lock can be read"), None);
}
