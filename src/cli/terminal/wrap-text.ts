// A paragraph → lines of at most so many columns, each with an indent. A word that is longer than a line stands alone.

export function wrapText(text: string, maxColumns: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > maxColumns) {
      lines.push(`${indent}${line}`);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, `${indent}${line}`];
}
