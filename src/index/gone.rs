//! Claims that are to be forgotten, by their numbers.

/// Which of the numbered claims go, and which numbers the others have afterwards.
#[derive(Debug)]
pub struct Gone {
    /// The new number of each that stays.
    places: Vec<Option<u32>>,
    left: usize,
}

impl Gone {
    /// Those of `all` claims for which `goes` holds.
    pub fn of(all: usize, mut goes: impl FnMut(u32) -> bool) -> Self {
        let mut left = 0_u32;
        let places = (0..all as u32)
            .map(|number| {
                if goes(number) {
                    return None;
                }
                left += 1;
                Some(left - 1)
            })
            .collect();
        Gone { places, left: left as usize }
    }

    /// The number that a claim has afterwards; `None` of one that goes, or that there is not.
    pub fn place_of(&self, number: u32) -> Option<u32> {
        self.places.get(number as usize).copied().flatten()
    }

    /// How many stay.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Leaves of a list with an item for each claim those of the claims that stay.
    pub fn leave<T>(&self, list: &mut Vec<T>) {
        let mut stays = self.places.iter().map(Option::is_some);
        list.retain(|_| stays.next().unwrap_or(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_stay_are_numbered_in_their_order() {
        let gone = Gone::of(5, |number| [1, 4].contains(&number));
        let places = [Some(0), None, Some(1), Some(2), None, None];
        assert_eq!(places.map(Some), [0, 1, 2, 3, 4, 5].map(|number| Some(gone.place_of(number))));
        let mut list = vec!["a", "b", "c", "d", "e"];
        gone.leave(&mut list);
        assert_eq!((list, gone.left()), (vec!["a", "c", "d"], 3));
    }
}
