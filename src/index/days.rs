//! The day each claim came up, where that is known.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::gone::Gone;

/// How many days after a text are soon. A day before may be another side of the date line; of the posts the
/// ranker is trained on half were checked within two days, three quarters within a week.
const SOON: RangeInclusive<i64> = -1..=30;

/// Days of claims, numbered from 0.
#[derive(Debug, Default)]
pub struct Days(Vec<Option<NaiveDate>>);

impl Days {
    /// Those of claims, in their order.
    pub fn of(days: impl IntoIterator<Item = Option<NaiveDate>>) -> Self {
        Days(days.into_iter().collect())
    }

    /// How many days after `day` a claim came up; below 0 where it was there before.
    pub fn after(&self, day: Option<NaiveDate>, claim: u32) -> Option<i64> {
        let came_up = self.0.get(claim as usize).copied().flatten()?;
        Some(came_up.signed_duration_since(day?).num_days())
    }

    /// Forgets claims; the others are numbered anew, in their order.
    pub fn forget(&mut self, gone: &Gone) {
        gone.leave(&mut self.0);
    }

    /// The claims that came up soon after a day, in order; each claim's day is looked at.
    pub fn soon_after(&self, day: Option<NaiveDate>) -> impl Iterator<Item = u32> {
        let is_soon = move |days: i64| SOON.contains(&days);
        (0..self.0.len() as u32).filter(move |&claim| self.after(day, claim).is_some_and(is_soon))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    #[test]
    fn what_came_up_from_the_day_before_to_a_month_later_is_soon() {
        let days = ["2026-05-02", "2026-05-03", "", "2026-06-03", "2026-06-04"].map(day);
        let mut days = Days::of(days);
        let text = day("2026-05-04");
        assert_eq!(days.soon_after(text).collect::<Vec<u32>>(), [1, 3]);
        let after: Vec<Option<i64>> = (0..6).map(|claim| days.after(text, claim)).collect();
        assert_eq!(after, [Some(-2), Some(-1), None, Some(30), Some(31), None]);
        assert_eq!(days.soon_after(None).count(), 0);
        assert_eq!(days.after(None, 0), None);
        days.forget(&Gone::of(5, |number| number == 0));
        assert_eq!(days.soon_after(text).collect::<Vec<u32>>(), [0, 2], "each keeps its own day");
    }
}
