//! A calendar that only knows the lengths of the months and which day comes next. It shares no code with the core.

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    pub year: i32,
    pub month: i32,
    pub day: i32,
}

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Day,
    Week,
    Month,
    Year,
}

/// A period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Of {
    pub count: i32,
    pub kind: Kind,
}

impl Day {
    fn is_leap(self) -> bool {
        (self.year % 4 == 0 && self.year % 100 != 0) || self.year % 400 == 0
    }

    /// How many days its month has.
    fn month_days(self) -> i32 {
        const DAYS: [i32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        if self.month == 2 && self.is_leap() { 29 } else { DAYS[self.month as usize - 1] }
    }

    pub fn next(self) -> Self {
        if self.day < self.month_days() {
            Self { day: self.day + 1, ..self }
        } else if self.month < 12 {
            Self { day: 1, month: self.month + 1, ..self }
        } else {
            Self { day: 1, month: 1, year: self.year + 1 }
        }
    }

    pub fn previous(self) -> Self {
        if self.day > 1 {
            return Self { day: self.day - 1, ..self };
        }
        let (year, month) = if self.month > 1 { (self.year, self.month - 1) } else { (self.year - 1, 12) };
        let first = Self { year, month, day: 1 };
        Self { day: first.month_days(), ..first }
    }

    pub fn walk(self, days: usize) -> Self {
        (0..days).fold(self, |day, _| day.next())
    }

    pub fn back(self, days: usize) -> Self {
        (0..days).fold(self, |day, _| day.previous())
    }

    /// The first day of the month so many months on, found by walking.
    fn month_on(self, months: i32) -> Self {
        let mut day = self;
        for _ in 0..months {
            let month = day.month;
            while day.month == month {
                day = day.next();
            }
        }
        Self { day: 1, ..day }
    }

    /// The last day of a period that an event on this day begins.
    pub fn after(self, of: Of) -> Self {
        let months = match of.kind {
            Kind::Day => return self.walk(of.count as usize),
            Kind::Week => return self.walk(7 * of.count as usize),
            Kind::Month => of.count,
            Kind::Year => 12 * of.count,
        };
        let mut day = self.month_on(months);
        while day.day < self.day && day.next().day != 1 {
            day = day.next();
        }
        day
    }

    /// The last day of the n-th of such terms, of which the first begins with this day: the day before the one with
    /// the same number, or the last of the month that has no such day.
    pub fn last_of_term(self, of: Of, nth: u32) -> Self {
        let all = Of { count: of.count * nth as i32, ..of };
        let same = self.after(all);
        let cut = matches!(of.kind, Kind::Month | Kind::Year) && same.day != self.day;
        if cut { same } else { same.previous() }
    }

    pub fn days_until(self, later: Self) -> i32 {
        let (mut day, mut days) = (self, 0);
        while day < later {
            (day, days) = (day.next(), days + 1);
        }
        days
    }
}
