// A strict reader of the XML that jtrace writes: elements, attributes in double quotes, text, the five named and numeric entities. Anything
// else, and anything not well-formed, throws. It stands in for a parser that Node does not have.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own, without that of elements in it. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** XML 1.0, production Char, turned round. */
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;
const TAG = /<(?:\?xml [^?]*\?|(\/)([a-z]+)|([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/)?)>/y;

/** The root element. */
export function parseXml(text: string): XmlElement {
  if (NO_CHARACTER.test(text)) throw new Error('a character that XML cannot hold');
  const root = { name: '', attributes: {}, children: [] as XmlElement[], text: '' };
  const open: { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }[] = [root];
  for (let at = 0; at < text.length;) {
    const top = open.at(-1) ?? root;
    const next = text.indexOf('<', at);
    top.text += unescape(text.slice(at, next < 0 ? text.length : next));
    if (next < 0) break;
    TAG.lastIndex = next;
    const match = TAG.exec(text);
    if (match === null) throw new Error(`no tag: ${text.slice(next, next + 80)}`);
    at = TAG.lastIndex;
    const [, closing, closed, opened, attributes = '', empty] = match;
    if (closing !== undefined) {
      if (open.pop()?.name !== closed) throw new Error(`</${closed ?? ''}> closes nothing`);
    } else if (opened !== undefined) {
      const pairs = [...attributes.matchAll(/ ([a-zA-Z:-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
        key,
        unescape(value),
      ]);
      const element = { name: opened, attributes: Object.fromEntries(pairs) as Record<string, string>, children: [], text: '' };
      top.children.push(element);
      if (empty === undefined) open.push(element);
    }
  }
  const [found, more] = root.children;
  if (open.length !== 1 || found === undefined || more !== undefined || root.text.trim() !== '')
    throw new Error('not one whole element');
  return found;
}

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|([a-z]+));|&/g, (all, number?: string, name?: string) => {
    const value = number === undefined ? ENTITIES[name ?? ''] : String.fromCodePoint(Number(number));
    if (value === undefined) throw new Error(`no entity: ${all}`);
    return value;
  });
}
