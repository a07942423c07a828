// A value → JSON text that any reader takes and any terminal may show: no half surrogate pair (then it would be no UTF-8), and what
// could reorder or hide text as \u escapes. The value is the same, the screen stays honest.

/** Half a surrogate pair: no character, and nothing that UTF-8 can say. */
const HALF = /\p{Cs}/gu;
const HIDING = /[\u007f-\u009f]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `indent`: blanks by level; 0: all in one line. */
export function jsonText(value: unknown, indent = 0): string {
  const whole = (_: string, member: unknown): unknown => (typeof member === 'string' ? member.replace(HALF, '\ufffd') : member);
  return JSON.stringify(value, whole, indent).replace(HIDING, escapeUnits);
}

function escapeUnits(char: string): string {
  return Array.from({ length: char.length }, (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`).join('');
}
