//! Postgres' `timestamptz` and `date` as jiff's instants and dates: for every crate that binds or reads one.

use jiff::{Timestamp, civil::Date};
use sqlx::{
    Decode, Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{
        PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef, types::Oid,
    },
};

/// Microseconds from 1970 to 2000, where Postgres begins to count.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;
/// Days from 1970 to 2000.
const EPOCH_DAYS: i32 = 10_957;

/// An instant as `timestamptz`: microseconds; what is finer is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PgTimestamp(pub Timestamp);

/// A calendar date as `date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PgDate(pub Date);

macro_rules! typed {
    ($name:ident, $inner:ty, $oid:literal, $array:literal) => {
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                PgTypeInfo::with_oid(Oid($oid))
            }
        }
        impl PgHasArrayType for $name {
            fn array_type_info() -> PgTypeInfo {
                PgTypeInfo::with_oid(Oid($array))
            }
        }
        impl From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self(value)
            }
        }
        impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}
typed!(PgTimestamp, Timestamp, 1184, 1185);
typed!(PgDate, Date, 1082, 1182);

impl Encode<'_, Postgres> for PgTimestamp {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode(self.0.as_microsecond() - EPOCH_MICROSECONDS, buffer)
    }
}

impl Decode<'_, Postgres> for PgTimestamp {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let instant = match value.format() {
            PgValueFormat::Binary => {
                let since_2000 = <i64 as Decode<Postgres>>::decode(value)?;
                let since_1970 = since_2000.checked_add(EPOCH_MICROSECONDS);
                Timestamp::from_microsecond(since_1970.ok_or("timestamptz is infinite")?)?
            }
            PgValueFormat::Text => value.as_str()?.parse()?,
        };
        Ok(Self(instant))
    }
}

impl Encode<'_, Postgres> for PgDate {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let days = (self.0 - Date::constant(1970, 1, 1)).get_days();
        Encode::<Postgres>::encode(days - EPOCH_DAYS, buffer)
    }
}

impl Decode<'_, Postgres> for PgDate {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let date = match value.format() {
            PgValueFormat::Binary => {
                let since_2000 = <i32 as Decode<Postgres>>::decode(value)?;
                let span = jiff::Span::new().try_days(i64::from(since_2000))?;
                Date::constant(2000, 1, 1).checked_add(span)?
            }
            PgValueFormat::Text => value.as_str()?.parse()?,
        };
        Ok(Self(date))
    }
}
