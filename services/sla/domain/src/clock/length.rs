//! How long something may take.

use std::{fmt, str::FromStr};

/// A target's length. "1 day" is never silently 24 hours or 8; there are no months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Length {
    /// So many seconds of open time.
    Open(u64),
    /// The same local time so many open days later.
    BusinessDays(u32),
    /// The same wall time so many days later.
    CalendarDays(u32),
}

/// The largest count a length can have, whatever its unit.
pub const MAX_COUNT: u32 = 1_000_000;

impl Length {
    /// Whether it is none at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        matches!(self, Self::Open(0) | Self::BusinessDays(0) | Self::CalendarDays(0))
    }

    /// Whether it is longer than about ten years, which no promise is.
    #[must_use]
    pub const fn is_huge(self) -> bool {
        match self {
            Self::Open(seconds) => seconds > 3_660 * 24 * 3_600,
            Self::BusinessDays(days) | Self::CalendarDays(days) => days > 3_660,
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(seconds) if seconds % 3600 == 0 => write!(f, "{} hours", seconds / 3600),
            Self::Open(seconds) if seconds % 60 == 0 => write!(f, "{} minutes", seconds / 60),
            Self::Open(seconds) => write!(f, "{seconds} seconds"),
            Self::BusinessDays(days) => write!(f, "{days} business_days"),
            Self::CalendarDays(days) => write!(f, "{days} calendar_days"),
        }
    }
}

/// A text that is not a length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a length; expected a whole number up to 1000000 and a unit, e.g. \"5 business_days\", \"12 hours\", \"45 minutes\", \"30 calendar_days\""
)]
pub struct InvalidLength(String);

impl FromStr for Length {
    type Err = InvalidLength;

    fn from_str(text: &str) -> Result<Self, InvalidLength> {
        let invalid = || InvalidLength(text.chars().take(80).collect());
        let (count, unit) = text.trim().split_once(' ').ok_or_else(invalid)?;
        if !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let count: u32 = count.parse().map_err(|_| invalid())?;
        if count > MAX_COUNT {
            return Err(invalid());
        }
        match unit.trim() {
            "hours" | "hour" => Ok(Self::Open(u64::from(count) * 3600)),
            "minutes" | "minute" => Ok(Self::Open(u64::from(count) * 60)),
            "seconds" | "second" => Ok(Self::Open(u64::from(count))),
            "business_days" | "business_day" => Ok(Self::BusinessDays(count)),
            "calendar_days" | "calendar_day" => Ok(Self::CalendarDays(count)),
            _ => Err(invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_back_and_ambiguous_units_are_refused() {
        for text in ["12 hours", "45 minutes", "7 seconds", "5 business_days", "30 calendar_days"] {
            assert_eq!(text.parse::<Length>().unwrap().to_string(), text);
        }
        assert_eq!("120 minutes".parse(), Ok(Length::Open(7200)));
        for bad in
            ["1 day", "-1 hours", "1.5 hours", "5", "", "1 months", "1000001 hours", "+2 hours"]
        {
            assert!(bad.parse::<Length>().is_err(), "{bad}");
        }
    }
}
