//! `graph`: what it draws, and how that looks in a browser.

mod commands;
mod pages;

use crate::support::Sandbox;

/// A shop of some age: a trunk with merges, a line `billing` that depends on it,
/// branches of others that are not merged, two revisions of mine, a phantom in
/// `dev`, and `staging` half way. About `size` revisions in all.
fn shop(size: usize) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "shop"]);
    sandbox.git("shop", &["remote", "add", "origin", "nowhere.git"]);
    sandbox.write("shop/.gitignore", "*.db*\n");
    sandbox.write(
        "shop/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\n  staging: {url: sqlite:staging.db, protected: true}\n",
    );
    let branches = (size / 6).clamp(2, 9);
    let mut shop = Builder {
        sandbox: &sandbox,
        count: 0,
    };
    let mut trunk = vec![shop.add(&[], "Create the first tables", "")];
    let mut billing: Option<String> = None;
    while shop.count < size - 2 * branches - 3 {
        let head = trunk.last().unwrap().clone();
        match shop.count % 23 {
            8 => {
                let one = shop.next(&[&head]);
                let two = shop.next(&[&one]);
                let other = shop.next(&[&head]);
                trunk.push(shop.add(&[&two, &other], "Merge heads", ""));
            }
            17 => {
                billing = Some(match billing {
                    None => shop.add(
                        &[],
                        "Invoices",
                        &format!("--   labels: [billing]\n--   depends_on: [{head}]\n"),
                    ),
                    Some(last) => shop.next(&[&last]),
                });
                trunk.push(shop.next(&[&head]));
            }
            _ => trunk.push(shop.next(&[&head])),
        }
    }
    sandbox.commit("shop", "The shop so far");
    sandbox.git("shop", &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    for branch in 0..branches {
        sandbox.git("shop", &["checkout", "-q", "--detach", "main"]);
        let mut parent = trunk[trunk.len() - 1 - (branch * 3) % trunk.len()].clone();
        for _ in 0..=branch % 3 {
            parent = shop.next(&[&parent]);
        }
        sandbox.commit("shop", "A feature");
        let name = format!("refs/remotes/origin/feature-{branch}");
        sandbox.git("shop", &["update-ref", &name, "HEAD"]);
    }
    sandbox.git("shop", &["checkout", "-q", "main"]);
    let old = trunk[trunk.len() / 2].clone();
    sandbox.ok("shop", &["stamp", &old, "--env", "staging", "--yes"]);
    let phantom = shop.next(&[trunk.last().unwrap()]);
    sandbox.ok("shop", &["stamp", "heads"]);
    std::fs::remove_file(sandbox.at(&format!("shop/migrations/{phantom}.sql"))).unwrap();
    let mine = shop.next(&[trunk.last().unwrap()]);
    sandbox.commit("shop", "Mine");
    shop.next(&[&mine]);
    sandbox
}

struct Builder<'a> {
    sandbox: &'a Sandbox,
    count: usize,
}

impl Builder<'_> {
    /// A revision with a message of its own.
    fn next(&mut self, parents: &[&str]) -> String {
        const DO: [&str; 5] = ["Add", "Drop", "Index", "Backfill", "Rename"];
        const WHAT: [&str; 7] = [
            "users.phone_number",
            "the order of lines in a basket",
            "orders",
            "payments.provider and its check",
            "stock levels",
            "addresses",
            "the view of monthly sales that reporting reads",
        ];
        let message = format!("{} {}", DO[self.count % 5], WHAT[self.count % 7]);
        self.add(parents, &message, "")
    }

    fn add(&mut self, parents: &[&str], message: &str, keys: &str) -> String {
        let number = u64::try_from(self.count).unwrap();
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
        let id = format!("{mixed:012x}");
        let day = 1 + self.count % 28;
        let month = 1 + self.count / 28 % 12;
        self.count += 1;
        self.sandbox.write(
            &format!("shop/migrations/{id}.sql"),
            format!(
                "-- teammig:\n--   revision: {id}\n--   parents: [{}]\n--   message: {message}\n\
                 --   created: 2025-{month:02}-{day:02}T09:00:00Z\n{keys}\n-- migrate:up\nSELECT {number};\n",
                parents.join(", ")
            ),
        );
        id
    }
}
