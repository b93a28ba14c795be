//! What a change of the configuration itself may not turn down: whoever judges a change goes by
//! the stricter of what both of its sides say.

use super::Config;

/// What the other side says.
#[derive(Debug, Clone, Copy)]
pub struct Other<'a> {
    /// Its configuration, once for each of several databases.
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
        for config in other.configs {
            strict.levels = strict.levels.stricter(&config.levels, other.name);
            strict.lint = strict.lint.stricter(&config.lint);
            if strict.protected != config.protected {
                let or_default = |list: &[String]| -> Vec<String> {
                    match list {
                        [] => other
                            .default_branch
                            .iter()
                            .map(ToString::to_string)
                            .collect(),
                        list => list.to_vec(),
                    }
                };
                strict.protected = or_default(&strict.protected);
                add(&mut strict.protected, &or_default(&config.protected));
            }
            add(&mut strict.release_tags, &config.release_tags);
            for environment in &config.environments {
                let mut known = strict.environments.iter();
                if !known.any(|one| one.name == environment.name) {
                    strict.environments.push(environment.clone());
                }
            }
        }
        let is_same = strict.levels == self.levels
            && strict.lint == self.lint
            && strict.protected == self.protected
            && strict.release_tags == self.release_tags
            && strict.environments.len() == self.environments.len();
        (!is_same).then_some(strict)
    }
}

fn add(list: &mut Vec<String>, more: &[String]) {
    for one in more {
        if !list.contains(one) {
            list.push(one.clone());
        }
    }
}
