// A name and the width of its box → the part of the name that tells most: the method stays when the package must go. Pure.

/** Of the page's 12 px labels, on average; a little wide, so that names are shortened rather than cut off. */
const CHARACTER_PX = 6.6;
/** Left and right of a label. */
const MARGIN_PX = 8;

/** `pkg/sub/Cls.method` → that, `Cls.method` or `method`; other names as they are. */
export function labelFor(name: string, widthPx: number): string {
  const most = (widthPx - MARGIN_PX) / CHARACTER_PX;
  if (name.length <= most || name.startsWith('[')) return name;
  const start = javaClassStart(name);
  if (start === 0) return name;
  const short = name.slice(start);
  if (short.length <= most) return short;
  const method = short.slice(short.lastIndexOf('.') + 1);
  return method === '' || method.length < 2 ? short : method;
}

/** Where the class begins in `pkg/Cls.method`; 0: it is no such name (C++ has blanks, colons and brackets). */
function javaClassStart(name: string): number {
  if (/[\s:()]/.test(name) || !name.includes('.')) return 0;
  return name.lastIndexOf('/', name.lastIndexOf('.')) + 1;
}
