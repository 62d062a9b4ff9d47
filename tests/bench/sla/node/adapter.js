// Answers the cases with a library of npm: node adapter.js LIBRARY CASES. Run from where its packages are installed.
'use strict';

const fs = require('node:fs');
const vm = require('node:vm');

const [library, file] = process.argv.slice(2);
const { calendars, cases } = JSON.parse(fs.readFileSync(file, 'utf8'));

const DAYS = { sun: 'sunday', mon: 'monday', tue: 'tuesday', wed: 'wednesday', thu: 'thursday', fri: 'friday', sat: 'saturday' };
const SHORT = Object.keys(DAYS);

const spans = (calendar) => Object.values(calendar.weekly).flat();
const overnight = (calendar) => spans(calendar).some(([from, to]) => to <= from);
const partial = (calendar) => (calendar.closures ?? []).some((closure) => closure.from || closure.to);
const dates = (calendar) => (calendar.closures ?? []).map((closure) => closure.date);
const whole = (seconds, unit) => seconds % unit === 0;
const iso = (instant) => new Date(instant).toISOString().replace('.000Z', 'Z');

function momentBusinessTime() {
  const moment = require('moment-timezone');
  require('moment-business-time')(moment);
  return {
    version: require('moment-business-time/package.json').version,
    fits: (one, calendar) => !overnight(calendar) && !partial(calendar),
    use(calendar) {
      const workinghours = {};
      SHORT.forEach((day, index) => {
        workinghours[index] = (calendar.weekly[day] ?? []).flat().map((at) => `${at}:00`);
        if (workinghours[index].length === 0) workinghours[index] = null;
      });
      moment.updateLocale('en', { workinghours, holidays: dates(calendar) });
    },
    answer(one, calendar) {
      const from = moment.tz(one.from, calendar.zone);
      switch (one.op) {
        case 'between':
          return moment.tz(one.to, calendar.zone).workingDiff(from, 'seconds');
        case 'advance':
          return iso(from.addWorkingTime(one.seconds, 'seconds').valueOf());
        default:
          return iso(from.addWorkingTime(one.days, 'days').valueOf());
      }
    },
  };
}

function dayjsBusinessTime() {
  const dayjs = require('dayjs');
  dayjs.extend(require('dayjs/plugin/utc'));
  dayjs.extend(require('dayjs/plugin/timezone'));
  dayjs.extend(require('dayjs-business-time'));
  return {
    version: require('dayjs-business-time/package.json').version,
    // It adds minutes, and no fewer.
    fits: (one, calendar) => !overnight(calendar) && !partial(calendar) && !(one.op === 'advance' && !whole(one.seconds, 60)),
    use(calendar) {
      const week = {};
      for (const day of SHORT) {
        const hours = (calendar.weekly[day] ?? []).map(([start, end]) => ({ start: `${start}:00`, end: `${end}:00` }));
        week[DAYS[day]] = hours.length ? hours : null;
      }
      dayjs.setBusinessTime(week);
      dayjs.setHolidays(dates(calendar));
    },
    answer(one, calendar) {
      const from = dayjs(one.from).tz(calendar.zone);
      switch (one.op) {
        case 'between':
          return Math.round(from.businessMinutesDiff(dayjs(one.to).tz(calendar.zone)) * 60);
        case 'advance':
          return iso(from.addBusinessMinutes(one.seconds / 60).valueOf());
        default:
          return iso(from.addBusinessDays(one.days).valueOf());
      }
    },
  };
}

function luxonBusinessDays() {
  const { DateTime } = require('luxon-business-days');
  let setup;
  return {
    version: require('luxon-business-days/package.json').version,
    // Days only, and it knows no hours.
    fits: (one) => one.op === 'business_days',
    use(calendar) {
      const closed = new Set(dates(calendar));
      const businessDays = SHORT.map((day, index) => (calendar.weekly[day] ? index || 7 : 0)).filter(Boolean);
      setup = { businessDays, holidayMatchers: [(at) => closed.has(at.toISODate())] };
    },
    answer(one, calendar) {
      const from = DateTime.fromISO(one.from, { zone: calendar.zone });
      from.setupBusiness(setup);
      return iso(from.plusBusiness({ days: one.days }).toMillis());
    },
  };
}

const asked = { 'moment-business-time': momentBusinessTime, 'dayjs-business-time': dayjsBusinessTime, 'luxon-business-days': luxonBusinessDays }[library]();

// Some loop for ever: whoever has not answered after two seconds is stopped.
const PATIENCE = { timeout: 2000 };

function tried(one) {
  globalThis.answered = () => asked.answer(one, calendars[one.calendar]);
  try {
    return vm.runInThisContext('answered()', PATIENCE);
  } catch (error) {
    return error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'fails: does not end' : `fails: ${error.message}`;
  }
}

const failed = (answer) => typeof answer === 'string' && answer.startsWith('fails');

function perSecond(op) {
  const some = cases.filter((one) => one.op === op && one.calendar === 'office' && one.id in answers && !failed(answers[one.id]));
  if (some.length === 0) return undefined;
  asked.use(calendars.office);
  const started = process.hrtime.bigint();
  let count = 0;
  let elapsed = 0;
  while (elapsed < 1) {
    asked.answer(some[count % some.length], calendars.office);
    count += 1;
    elapsed = Number(process.hrtime.bigint() - started) / 1e9;
  }
  return count / elapsed;
}

const answers = {};
for (const [name, calendar] of Object.entries(calendars)) {
  asked.use(calendar);
  for (const one of cases) {
    if (one.calendar === name && asked.fits(one, calendar)) answers[one.id] = tried(one);
  }
}
const per_second = {};
for (const op of ['between', 'advance', 'business_days']) {
  const rate = perSecond(op);
  if (rate) per_second[op] = Math.round(rate);
}
process.stdout.write(JSON.stringify({ library, version: asked.version, answers, per_second }));
