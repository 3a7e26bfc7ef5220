//! The sets of files that hosts share, found by the host and not by looking through all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::closure::{Closure, Reach};
use super::fingerprint::Section;
use super::input::InputId;
use super::tree::Digest;

/// Sets of files and settings by where they apply.
///
/// Says the same as looking at where each set applies, in time that doesn't grow with the
/// number of hosts that have files of their own.
pub(super) struct Reaching {
    everywhere: Vec<Arc<Section>>,
    plays: BTreeMap<usize, Vec<Arc<Section>>>,
    groups: BTreeMap<usize, BTreeMap<String, Vec<Arc<Section>>>>,
    hosts: BTreeMap<String, Vec<(usize, Arc<Section>)>>,
    /// All that some group or host has in a play, in one: who follows the play reads it all
    followed: BTreeMap<usize, Arc<Section>>,
}

impl Reaching {
    pub(super) fn new(
        closure: &Closure,
        by_reach: BTreeMap<BTreeSet<Reach>, BTreeMap<InputId, Digest>>,
    ) -> Self {
        let mut this = Self {
            everywhere: Vec::new(),
            plays: BTreeMap::new(),
            groups: BTreeMap::new(),
            hosts: BTreeMap::new(),
            followed: BTreeMap::new(),
        };
        let mut followed: BTreeMap<usize, BTreeMap<InputId, Digest>> = closure
            .plays
            .iter()
            .flat_map(|play| &play.follows)
            .map(|play| (*play, BTreeMap::new()))
            .collect();
        for (reaches, inputs) in by_reach {
            for reach in &reaches {
                if let Reach::Group(play, _) | Reach::Host(play, _) = reach
                    && let Some(all) = followed.get_mut(play)
                {
                    all.extend(inputs.iter().map(|(id, digest)| (id.clone(), *digest)));
                }
            }
            let section = Arc::new(Section::new(inputs));
            for reach in reaches {
                this.add(reach, Arc::clone(&section));
            }
        }
        this.followed = followed
            .into_iter()
            .map(|(play, inputs)| (play, Arc::new(Section::new(inputs))))
            .collect();
        this
    }

    fn add(&mut self, reach: Reach, section: Arc<Section>) {
        match reach {
            Reach::Everywhere => self.everywhere.push(section),
            Reach::Play(play) | Reach::Others(play) => {
                self.plays.entry(play).or_default().push(section);
            }
            Reach::Group(play, group) if group == "all" => {
                self.plays.entry(play).or_default().push(section);
            }
            Reach::Group(play, group) => {
                let groups = self.groups.entry(play).or_default();
                groups.entry(group).or_default().push(section);
            }
            Reach::Host(play, host) => self.hosts.entry(host).or_default().push((play, section)),
        }
    }

    /// The sets that apply to a host, given its groups, the plays that decide for it, and
    /// those of them that it follows. A set can occur twice.
    pub(super) fn sections(
        &self,
        host: &str,
        groups: &[String],
        plays: &BTreeSet<usize>,
        followed: &BTreeSet<usize>,
    ) -> Vec<Arc<Section>> {
        let mut found: Vec<&Arc<Section>> = self.everywhere.iter().collect();
        for play in plays {
            found.extend(self.plays.get(play).into_iter().flatten());
            if followed.contains(play) {
                found.extend(self.followed.get(play));
            } else if let Some(of_play) = self.groups.get(play) {
                let own = groups.iter().filter_map(|group| of_play.get(group));
                found.extend(own.flatten());
            }
        }
        let own = self.hosts.get(host).into_iter().flatten();
        found.extend(
            own.filter(|(play, _)| plays.contains(play))
                .map(|(_, section)| section),
        );
        found.into_iter().cloned().collect()
    }
}
