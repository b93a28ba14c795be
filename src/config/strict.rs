//! What a change of the configuration itself may not turn down: whoever judges a change goes by
//! the stricter of what both of its sides say.

use super::Config;
use crate::model::Levels;

/// What the other side says: a configuration, or nothing that can be read, which is what holds
/// where nobody says anything.
#[derive(Debug, Clone, Copy)]
pub struct Other<'a> {
    /// What it says, once for each of several databases.
    pub configs: &'a [Config],
    /// Its name, as it is told to people.
    pub name: &'a str,
    /// What is protected where nothing says so.
    pub default_branch: Option<&'a str>,
}

impl Config {
    /// This one, with what the other side is stricter in; `None` where that is nothing.
    pub fn stricter(&self, other: &Other<'_>) -> Option<Self> {
        let mut strict = self.clone();
        if other.configs.is_empty() {
            strict.add(&Levels::default(), &[], &[], other);
        }
        for config in other.configs {
            strict.add(
                &config.levels,
                &config.protected,
                &config.release_tags,
                other,
            );
            for environment in &config.environments {
                let known = |one: &super::Environment| one.name == environment.name;
                if !strict.environments.iter().any(known) {
                    strict.environments.push(environment.clone());
                }
            }
        }
        let is_same = strict.levels == self.levels
            && strict.protected == self.protected
            && strict.release_tags == self.release_tags
            && strict.environments.len() == self.environments.len();
        (!is_same).then_some(strict)
    }

    fn add(&mut self, levels: &Levels, protected: &[String], tags: &[String], other: &Other<'_>) {
        self.levels = self.levels.stricter(levels, other.name);
        if self.protected != protected {
            // Nothing is the remote's default branch.
            let default = other.default_branch.map(str::to_owned);
            if self.protected.is_empty() {
                self.protected.extend(default.clone());
            }
            let protected = if protected.is_empty() {
                default.as_slice()
            } else {
                protected
            };
            for name in protected {
                if !self.protected.contains(name) {
                    self.protected.push(name.clone());
                }
            }
        }
        // None is all of them.
        if tags.is_empty() || self.release_tags.is_empty() {
            self.release_tags.clear();
        } else {
            let more = tags.iter().filter(|tag| !self.release_tags.contains(tag));
            let more: Vec<String> = more.cloned().collect();
            self.release_tags.extend(more);
        }
    }
}
