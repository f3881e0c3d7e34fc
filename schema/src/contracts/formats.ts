/** The formats of JSON Schema that the standards use, with words for people. */
export const FORMATS = {
  /** RFC 3986 with a scheme: only the characters that it allows, and `%` only before two hexadecimal digits. */
  uri: { like: 'a URI like https://example.com/path', fits: isUri },
  /** RFC 3339, full-date. */
  date: { like: 'a date like 2026-01-31', fits: isDate },
  /** RFC 3339, date-time: with an offset or Z. */
  dateTime: { like: 'a time with its zone, like 2026-01-31T09:30:00Z', fits: isDateTime },
}

function isUri(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9a-f]{2})*$/i.test(text)) return false
  const [beforeFragment = '', ...fragments] = text.split('#')
  // Brackets are for IPv6 hosts alone; a fragment holds no second #.
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?]*@)?\[[0-9a-f:.v]+\](?::\d*)?/i
  return fragments.length <= 1 && !/[[\]]/.test(beforeFragment.replace(host, '')) && !/[[\]]/.test(fragments.join())
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) return false
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
  return day >= 1 && day <= days
}

function isDateTime(text: string): boolean {
  const [date = '', time = '', ...rest] = text.split(/[tT\s]/)
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d)(?::?(\d\d))?)$/i.exec(time)
  if (rest.length > 0 || !isDate(date) || match === null) return false
  const [hour, minute, second] = match.slice(1, 4).map(Number) as [number, number, number]
  const sign = match[4] === '-' ? -1 : 1
  const [zoneHour, zoneMinute] = [Number(match[5] ?? 0), Number(match[6] ?? 0)]
  if (zoneHour > 23 || zoneMinute > 59) return false
  if (hour <= 23 && minute <= 59 && second < 60) return true
  // A leap second is the last of a day in UTC.
  const utcMinute = minute - zoneMinute * sign
  const utcHour = hour - zoneHour * sign - (utcMinute < 0 ? 1 : 0)
  return (utcHour === 23 || utcHour === -1) && (utcMinute === 59 || utcMinute === -1) && second < 61
}
