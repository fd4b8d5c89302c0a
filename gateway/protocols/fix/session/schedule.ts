// When a session begins anew: every day or week at a wall-clock time of some time zone. Sessions of
// a venue that never closes have none.

/** Start and end equal: it never closes and only begins anew. Times are of the zone's own clock. */
export interface Schedule {
  readonly every: "day" | "week";
  /** Seconds since midnight, or since Sunday's midnight. */
  readonly startSecond: number;
  readonly endSecond: number;
  /** As in the time-zone database: `UTC`, `Asia/Shanghai`. */
  readonly timeZone: string;
}

const DAY_SECONDS = 86_400;
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const SECOND_US = 1_000_000;

/** Answers for one schedule. Cost: a time is taken apart at most once a second. */
export class SessionCalendar {
  readonly #schedule: Schedule;
  readonly #format: Intl.DateTimeFormat;
  #knownSecond = -1;
  #knownSinceStart = 0;

  /** Errors: throws `RangeError` for a time zone that nobody knows. */
  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: schedule.timeZone,
      hourCycle: "h23",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
  }

  /** When the session of this time began, in microseconds since 1970. */
  startUs(nowUs: number): number {
    const second = Math.floor(nowUs / SECOND_US);
    return (second - this.#sinceStart(second)) * SECOND_US;
  }

  isOpen(nowUs: number): boolean {
    const { startSecond, endSecond } = this.#schedule;
    if (startSecond === endSecond) return true;
    const length = modulo(endSecond - startSecond, this.#periodSeconds());
    return this.#sinceStart(Math.floor(nowUs / SECOND_US)) < length;
  }

  #sinceStart(second: number): number {
    if (second === this.#knownSecond) return this.#knownSinceStart;
    const { startSecond } = this.#schedule;
    const period = this.#periodSeconds();
    let since = modulo(this.#localSecond(second) - startSecond, period);
    // On a day of 23 or 25 hours the clock then showed another time: half a period tells which way.
    const shown = this.#localSecond(second - since) - startSecond;
    since += modulo(shown + period / 2, period) - period / 2;
    this.#knownSecond = second;
    this.#knownSinceStart = since;
    return since;
  }

  #periodSeconds(): number {
    return this.#schedule.every === "day" ? DAY_SECONDS : 7 * DAY_SECONDS;
  }

  #localSecond(second: number): number {
    let [weekday, hour, minute, part] = [0, 0, 0, 0];
    for (const { type, value } of this.#format.formatToParts(second * 1_000)) {
      if (type === "weekday") weekday = WEEKDAYS.indexOf(value);
      else if (type === "hour") hour = Number(value);
      else if (type === "minute") minute = Number(value);
      else if (type === "second") part = Number(value);
    }
    const ofDay = (hour * 60 + minute) * 60 + part;
    return this.#schedule.every === "day" ? ofDay : weekday * DAY_SECONDS + ofDay;
  }
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
