// Names of the target inside folded text: whatever they hold, a line stays one line and a frame one frame.

/** Longer names are cut: readers of folded text hold every frame of every line. */
const MAX_NAME_CHARACTERS = 4096;
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069;]/gu;

/** `;` becomes `:` (as FlameGraph's own scripts do), control and direction characters their `\u` escapes. */
export function escapeForFolded(name: string): string {
  const cut = name.length > MAX_NAME_CHARACTERS ? `${Buffer.from(name.slice(0, MAX_NAME_CHARACTERS)).toString()}...` : name;
  return cut.replace(UNSAFE, (character) =>
    character === ';' ? ':' : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
