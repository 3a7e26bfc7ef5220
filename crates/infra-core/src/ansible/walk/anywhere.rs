//! Looking for what a lookup names that any task of a play may evaluate, as one in a file of
//! variables.
//!
//! A play of a large site has hundreds of places where its tasks stand, and as many such lookups:
//! each is looked for once, in all directories that any of the places adds.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::{Context, LookupUse, Search, Use, Via, Wanted};
use super::find::Looks;
use crate::ansible::jinja::LookupCall;
use crate::ansible::resolve::Asked;
use crate::ansible::search::Place;
use crate::ansible::values::Scope;

/// The directories that are looked in from somewhere in a play.
#[derive(Debug)]
pub(super) struct Grounds {
    /// How many places of tasks they are of
    stacks: usize,
    places: Rc<[Place]>,
}

impl Walker<'_> {
    /// Notes a lookup that any task of a play may evaluate.
    pub(super) fn look_up_anywhere(
        &mut self,
        play: usize,
        file: &Utf8Path,
        call: LookupCall,
        scope: Scope,
        via: &Arc<Via>,
    ) {
        if let Some(play) = self.plays.get_mut(play) {
            play.lookups.push(LookupUse {
                call,
                file: file.to_owned(),
                context: None,
                scope,
                via: Arc::clone(via),
            });
            self.grew = true;
        }
    }

    /// The same in each place where tasks of the play stand.
    pub(super) fn in_each_place(&self, context: &Context) -> Vec<Context> {
        let play = self.plays.get(context.play);
        let stacks = play.into_iter().flat_map(|play| &play.stacks);
        stacks
            .map(|stack| Context {
                reach: context.reach.clone(),
                via: Arc::clone(&context.via),
                ..stack.clone()
            })
            .collect()
    }

    /// The directories that are looked in from somewhere in a play.
    pub(super) fn grounds(&mut self, play: usize, subdirs: &[&'static str]) -> Rc<[Place]> {
        let Some(state) = self.plays.get(play) else {
            return Rc::default();
        };
        let key = (play, subdirs.to_vec());
        let known = self.grounds.get(&key);
        if let Some(known) = known.filter(|known| known.stacks == state.stacks.len()) {
            return Rc::clone(&known.places);
        }
        let mut seen = HashSet::new();
        let places = (state.stacks.iter())
            .flat_map(|stack| self.needles(stack, subdirs))
            .filter(|place| seen.insert(place.dir.clone()))
            .map(|place| Place {
                perhaps: true,
                ..place
            });
        let grounds = Grounds {
            stacks: state.stacks.len(),
            places: places.collect(),
        };
        let places = Rc::clone(&grounds.places);
        self.grounds.insert(key, grounds);
        places
    }

    /// Whether what a name means, or what is done with what it names, differs by where a task
    /// stands.
    pub(super) fn differs_by_place(&self, wanted: &Wanted, asked: &Asked) -> bool {
        matches!(wanted.used, Use::Template | Use::Delimited) || self.values.depend_on_place(asked)
    }

    /// Looks for a name from each place where a task of the play stands.
    pub(super) fn look_from_each_place(
        &mut self,
        wanted: &Wanted,
        subdirs: &[&'static str],
        widest: bool,
        looks: &mut Looks,
    ) {
        for context in self.in_each_place(&wanted.context) {
            let from_there = Wanted {
                context,
                search: Search::Needle(subdirs.to_vec()),
                ..wanted.clone()
            };
            // What was used from one place has yet to be used from another.
            let mut own = Looks::default();
            self.look_for_one(&from_there, widest, &mut own);
            looks.depends.asked.append(&mut own.depends.asked);
        }
    }

    /// What a plain name leads to: from each place the first that exists.
    pub(super) fn first_from_anywhere(
        &mut self,
        text: &str,
        wanted: &Wanted,
        subdirs: &[&'static str],
    ) -> Vec<Utf8PathBuf> {
        let grounds = self.grounds(wanted.context.play, subdirs);
        let all = self.first(&grounds, text, wanted);
        if all.len() < 2 {
            return all;
        }
        let mut found = Vec::new();
        for from in self.in_each_place(&wanted.context) {
            let places = self.needles(&from, subdirs);
            for path in self.first(&places, text, wanted) {
                if !found.contains(&path) {
                    found.push(path);
                }
            }
        }
        found
    }
}
