// Text of a target inside XML: no markup, nothing that XML 1.0 cannot hold (www.w3.org/TR/xml, production Char).

const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Half a surrogate pair, and the two code points that are no characters. */
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

export function escapeXml(text: string): string {
  return text.replace(NO_CHARACTER, '\ufffd').replace(/[&<>"']/g, (character) => MARKUP[character] ?? '');
}
