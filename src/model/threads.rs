//! Many like things done on several threads, with the outcome of doing them one by one.
//!
//! For what takes microseconds each and comes by the thousand: reading and parsing
//! revision files. Must not be used for what waits long or has to be stopped.

/// Fewer things than this are done about as fast as a thread is started.
const WORTH_A_THREAD: usize = 200;

/// `act` on each of `items`, in their order.
pub fn map<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let all = |items: &[T]| items.iter().map(&act).collect::<Vec<R>>();
    if items.len() < WORTH_A_THREAD {
        return all(items);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // Even parts: the last one is not to be waited for.
    let size = items.len().div_ceil(threads).max(WORTH_A_THREAD / 2);
    if items.len() <= size {
        return all(items);
    }
    // One part is this thread's own: it would only wait for the others.
    let (own, rest) = items.split_at(size);
    std::thread::scope(|scope| {
        let workers: Vec<_> = rest
            .chunks(size)
            .map(|chunk| (chunk, scope.spawn(|| all(chunk))))
            .collect();
        let mut done = all(own);
        for (chunk, worker) in workers {
            // A worker that died met a bug of `act`; it is called again here, to meet it.
            done.extend(worker.join().unwrap_or_else(|_| all(chunk)));
        }
        done
    })
}

/// Two things that weigh as much as so many items each.
pub fn both<R: Send>(
    items: usize,
    one: impl Fn() -> R + Sync,
    other: impl Fn() -> R + Sync,
) -> (R, R) {
    if items < WORTH_A_THREAD {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let worker = scope.spawn(&one);
        let other = other();
        (worker.join().unwrap_or_else(|_| one()), other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_kept_however_many_there_are() {
        for n in [
            0,
            1,
            WORTH_A_THREAD,
            WORTH_A_THREAD + 1,
            20 * WORTH_A_THREAD + 7,
        ] {
            let items: Vec<usize> = (0..n).collect();
            assert_eq!(map(&items, |item| *item), items);
            assert_eq!(both(n, || n, || n + 1), (n, n + 1));
        }
    }
}
