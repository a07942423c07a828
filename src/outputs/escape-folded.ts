// Names of the target inside folded text: whatever they hold, a line stays one line and a frame one frame.

/** Longer names are cut: readers of folded text hold every frame of every line. */
const MAX_NAME_CHARACTERS = 4096;
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** `;` becomes `:` (as FlameGraph's own scripts do), control and direction characters their `\u` escapes. Twice is as once. */
export function escapeForFolded(name: string): string {
  // Cut before, so that long names cost little, and after: escapes are longer than what they stand for.
  const escaped = escapeControls(name.slice(0, MAX_NAME_CHARACTERS + 1)).replaceAll(';', ':');
  if (name.length <= MAX_NAME_CHARACTERS && escaped.length <= MAX_NAME_CHARACTERS) return escaped;
  return `${Buffer.from(escaped.slice(0, MAX_NAME_CHARACTERS)).toString()}...`;
}

/** Control and direction characters as their `\u` escapes, all else as it is: for formats whose readers escape by themselves. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
