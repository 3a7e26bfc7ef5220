//! The same work on many things, by several threads.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Fewer files are looked at or read before a thread has started.
pub(crate) const WORTH_THREADS: usize = 256;

/// Does the same with many things and returns what came out, in the order of the things. Where
/// there are at least `worth` of them, several threads do it, each some of what is left.
pub(crate) fn in_parts<T: Sync, R: Send>(
    things: &[T],
    worth: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    const THREADS: usize = 4;
    if things.len() < worth {
        return things.iter().map(work).collect();
    }
    let parts: Vec<&[T]> = things.chunks(things.len().div_ceil(THREADS * 8)).collect();
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = parts.get(at) else {
                return done;
            };
            done.push((at, part.iter().map(&work).collect::<Vec<R>>()));
        }
    };
    let mut done: Vec<(usize, Vec<R>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(worker)).collect();
        let done = workers.into_iter().map(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.flatten().collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, results)| results).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_things() {
        for count in [0, 1, 255, 256, 10_007] {
            let things: Vec<usize> = (0..count).collect();
            let doubled = in_parts(&things, WORTH_THREADS, |thing| thing * 2);
            assert!(
                doubled
                    .iter()
                    .enumerate()
                    .all(|(at, twice)| *twice == at * 2)
            );
            assert_eq!(doubled.len(), count);
        }
    }
}
