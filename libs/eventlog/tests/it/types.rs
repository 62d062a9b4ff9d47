//! Instants and dates in Postgres, in both of its formats.

use eventlog::{PgDate, PgTimestamp};
use jiff::civil::date;
use sqlx::Row;

use crate::common::{Database, at};

#[tokio::test]
async fn instants_and_dates_mean_the_same_to_postgres() {
    let database = Database::create().await;
    let instants =
        ["1969-12-31T23:59:59.999999Z", "1999-12-31T23:00:00Z", "2026-02-02T09:00:00.25Z"];
    let dates = [date(1899, 12, 30), date(1999, 12, 31), date(2000, 1, 1), date(2026, 2, 28)];
    for instant in instants.map(at) {
        let sql = "select $1, $1 = $2::timestamptz, array[$1]";
        let bound = sqlx::query(sql).bind(PgTimestamp(instant)).bind(instant.to_string());
        let row = bound.fetch_one(&database.pool).await.unwrap();
        assert_eq!(row.get::<PgTimestamp, _>(0).0, instant);
        assert!(row.get::<bool, _>(1));
        assert_eq!(row.get::<Vec<PgTimestamp>, _>(2), [PgTimestamp(instant)]);
    }
    for date in dates {
        let sql = "select $1, $1 = $2::date, array[$1]";
        let bound = sqlx::query(sql).bind(PgDate(date)).bind(date.to_string());
        let row = bound.fetch_one(&database.pool).await.unwrap();
        assert_eq!(row.get::<PgDate, _>(0).0, date);
        assert!(row.get::<bool, _>(1));
        assert_eq!(row.get::<Vec<PgDate>, _>(2), [PgDate(date)]);
    }
    let text = "select '2026-02-02 09:00:00.25+00'::timestamptz, '2026-02-28'::date";
    let row = sqlx::raw_sql(text).fetch_one(&database.pool).await.unwrap();
    assert_eq!(row.get::<PgTimestamp, _>(0).0, at("2026-02-02T09:00:00.25Z"));
    assert_eq!(row.get::<PgDate, _>(1).0, date(2026, 2, 28));
    database.drop().await;
}
